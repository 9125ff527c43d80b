"""Beside the sheet of a day: copying onto it, taking the last change back, its notes and its history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tasks import days, entries, history, timers
from tasks.days import Edit
from tasks.durations import HOUR, MINUTE
from tasks.models import EntryChange, Owner, Task, TimeEntry
from tests.delegator.pages import read
from tests.factories import NOW, TODAY, a_task, an_entry
from tests.tasks.clocks import standing_at
from tests.tasks.reading import page, words
from tests.tasks.sheet import save, url
from tests.tasks.world import IMPORT, TIMER, YESTERDAY, cells, utc

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@pytest.fixture(autouse=True)
def the_fifteenth_of_october(db: None) -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture
def email(nora: Owner) -> Task:
    return a_task(owner=nora, name="Email")


@pytest.fixture
def sales(nora: Owner) -> Task:
    return a_task(owner=nora, name="Sales")


# --- Copying ----------------------------------------------------------------------
def copy(client: Client, day: date = TODAY, **pressed: str) -> str:
    answer = client.post(f"/day/{day}/copy/", pressed, follow=True)
    assert answer.redirect_chain == [(url(day), 302)]
    return words(answer)


def test_copying_fills_empty_rows_only_and_says_how_many(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    web = a_task(owner=nora, name="Web")
    for task in (email, sales, web):
        an_entry(task=task, day=YESTERDAY, seconds=2 * HOUR)
    an_entry(task=web)
    assert "2 rows filled from Wednesday 14 October Undo" in copy(hers)
    assert cells(nora) == {"Email": 2 * HOUR, "Sales": 2 * HOUR, "Web": HOUR}
    assert "Nothing to fill in from Wednesday 14 October: what it has is here already." in copy(hers)


def test_what_a_timer_measures_still_is_not_copied(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    an_entry(task=sales, seconds=HOUR)
    timers.start(nora, email, now=NOW - timedelta(hours=1))
    assert "1 row filled from Thursday 15 October" in copy(hers, TODAY + timedelta(days=1))


def test_on_a_monday_the_button_names_the_last_day_logged(nora: Owner, hers: Client, email: Task) -> None:
    assert "Copy yesterday" in words(hers.get(url(TODAY)))
    assert "Copy the day before" in words(hers.get(url(date(2026, 10, 13))))
    assert "Copy the last day logged" in words(hers.get(url(date(2026, 10, 12))))


def test_yesterday_is_the_last_day_that_was_logged(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email, day=date(2026, 10, 9), seconds=2 * HOUR)
    an_entry(task=email, day=date(2026, 10, 8), seconds=5 * HOUR)
    assert "1 row filled from Friday 9 October" in copy(hers)
    assert cells(nora) == {"Email": 2 * HOUR}


def test_after_a_week_without_a_log_there_is_no_yesterday(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email, day=date(2026, 10, 7))
    assert "Nothing to fill in: nothing is logged in the week before Thursday 15 October." in copy(hers)
    assert "Nothing to fill in from Thursday 8 October: nothing is logged there." in copy(hers, week="")
    assert cells(nora) == {}


def test_the_same_day_of_last_week_can_be_copied(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email, day=YESTERDAY, seconds=5 * HOUR)
    an_entry(task=email, day=date(2026, 10, 8), seconds=2 * HOUR, source=TIMER)
    shown = hers.get(url())
    assert {"Copy yesterday", "As last Thursday"} <= {tag.text for tag in read(shown).all("button")}
    assert "Copy the day before" in words(hers.get(url(YESTERDAY)))
    assert "1 row filled from Thursday 8 October" in copy(hers, week="")
    assert cells(nora) == {"Email": 2 * HOUR}
    assert nora.entries.get(day=TODAY).source == "typed"


def test_a_task_that_is_done_no_more_is_not_copied(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email, day=YESTERDAY)
    Task.objects.update(retired_on=TODAY)
    assert "Nothing to fill in" in copy(hers)


def test_a_copy_that_makes_the_day_too_long_says_so_and_changes_nothing(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    an_entry(task=email, day=YESTERDAY, seconds=20 * HOUR)
    an_entry(task=sales, seconds=5 * HOUR)
    assert "Nothing is copied. That makes 25 h in all, and this day has 24 h." in copy(hers)
    assert cells(nora) == {"Sales": 5 * HOUR}


def test_nothing_is_copied_onto_a_day_that_is_still_to_come(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email)
    assert "Nothing is copied. Saturday 17 October is still to come." in copy(hers, date(2026, 10, 17))
    assert nora.entries.count() == 1


def test_nothing_of_another_owner_is_copied(nora: Owner, bea: Owner, hers: Client, email: Task) -> None:
    an_entry(task=a_task(owner=bea), day=YESTERDAY)
    assert "Nothing to fill in" in copy(hers)
    assert TimeEntry.objects.count() == 1


# --- Taking back --------------------------------------------------------------------
def undo(client: Client, at: str = url()) -> str:
    """Press the button that stands beside the news on that page."""
    shown = client.get(at)
    [button] = [each for each in page(shown).buttons if each.get("name") == "of"]
    answer = client.post("/undo/", {"of": button["value"], "back": page(shown).values["back"]}, follow=True)
    assert answer.redirect_chain == [(at, 302)]
    return words(answer)


def test_all_that_was_saved_at_once_is_taken_back_at_once(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    an_entry(task=email)
    later = NOW + timedelta(seconds=5)
    with standing_at(later):
        save(hers, {email: "2h", sales: "3h"})
        assert "Undone." in undo(hers)
    assert cells(nora) == {"Email": HOUR}
    assert [change.via for change in nora.changes.order_by("-pk")[:2]] == ["undo", "undo"]


def test_it_leads_back_to_the_page_of_the_button(nora: Owner, hers: Client, email: Task) -> None:
    save(hers, {email: "2h"}, day=YESTERDAY)
    assert "Undone." in undo(hers, "/routine/")
    assert cells(nora, YESTERDAY) == {}


@pytest.mark.parametrize("back", ["//evil.example", "https:evil", "javascript:alert(1)", "nowhere", "", "\x00"])
def test_it_leads_nowhere_else(hers: Client, back: str) -> None:
    assert hers.post("/undo/", {"of": "", "back": back}).headers["Location"] == "/today/"


def test_with_htmx_the_button_comes_with_what_was_saved(nora: Owner, hers: Client, email: Task) -> None:
    answer = save(hers, {email: "2h"}, htmx=True)
    [button] = [each for each in page(answer).buttons if each.get("name") == "of"]
    assert button["formaction"] == "/undo/"
    back = hers.post("/undo/", {"of": button["value"], "back": page(answer).values["back"]})
    assert back.headers["Location"] == url()
    assert cells(nora) == {}


def test_what_was_changed_since_is_not_taken_back_in_its_place(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    """Two tabs: the button of the first is about the first."""
    first = page(save(hers, {email: "2h"}, htmx=True))
    with standing_at(NOW + timedelta(seconds=5)):
        save(hers, {sales: "3h"})
        [of] = [each["value"] for each in first.buttons if each.get("name") == "of"]
        answer = hers.post("/undo/", {"of": of}, follow=True)
    assert "Something else was changed since, so this cannot be undone here." in words(answer)
    assert cells(nora) == {"Email": 2 * HOUR, "Sales": 3 * HOUR}


@pytest.mark.parametrize("of", ["", "yesterday", "\x00", "2026-10-15T21:30:00", "9" * 10_000])
def test_a_button_that_names_no_change_takes_nothing_back(nora: Owner, hers: Client, email: Task, of: str) -> None:
    save(hers, {email: "2h"})
    assert hers.post("/undo/", {"of": of}).status_code == 302
    assert cells(nora) == {"Email": 2 * HOUR}


def test_an_undo_is_not_undone(nora: Owner, hers: Client, email: Task) -> None:
    save(hers, {email: "2h"})
    of = {"of": NOW.isoformat()}
    hers.post("/undo/", of)
    assert "There is nothing to undo any more." in words(hers.post("/undo/", of, follow=True))
    assert nora.changes.count() == 2
    assert not [each for each in page(hers.get(url())).buttons if each.get("name") == "of"]


def test_what_was_cleared_comes_back_with_its_note(nora: Owner, hers: Client, email: Task) -> None:
    entries.note(nora, an_entry(task=email).pk, "Wedding", now=NOW)
    with standing_at(NOW + timedelta(seconds=5)):
        save(hers, {email: ""})
        assert not TimeEntry.objects.exists()
        undo(hers)
    assert (nora.entries.get().seconds, nora.entries.get().note) == (HOUR, "Wedding")


def test_a_copy_is_taken_back(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    for task in (email, sales):
        an_entry(task=task, day=YESTERDAY)
    with standing_at(NOW + timedelta(seconds=5)):
        hers.post(f"/day/{TODAY}/copy/")
        undo(hers)
    assert cells(nora) == {}
    assert len(cells(nora, YESTERDAY)) == 2


@pytest.mark.parametrize(("ago", "is_there"), [(60, False), (61, True)])
def test_it_can_be_taken_back_for_a_minute(
    nora: Owner, hers: Client, email: Task, *, ago: int, is_there: bool
) -> None:
    save(hers, {email: "2h"})
    with standing_at(NOW + timedelta(seconds=ago)):
        said = undo(hers)
    assert TimeEntry.objects.exists() == is_there
    assert ("There is nothing to undo any more." in said) == is_there


def test_nothing_of_another_owner_is_taken_back(bea: Owner, hers: Client) -> None:
    days.save(bea, [Edit(a_task(owner=bea).pk, TODAY, HOUR)], via=EntryChange.Via.DAY, now=NOW)
    told = words(hers.post("/undo/", {"of": NOW.isoformat()}, follow=True))
    assert "There is nothing to undo any more." in told
    assert TimeEntry.objects.exists()


def test_it_can_be_taken_back_from_a_page_that_refused_something(hers: Client, email: Task) -> None:
    """That page stands at an address that only takes forms; the way back must not be a dead end."""
    entry = an_entry(task=email)
    note(hers, entry, "Wedding")
    refused = page(note(hers, entry, "x" * 201, was="Wedding"))
    [of] = [each["value"] for each in refused.buttons if each.get("name") == "of"]
    assert hers.post("/undo/", {"of": of, "back": refused.values["back"]}, follow=True).status_code == 200


@pytest.mark.parametrize("path", ["/undo/", "/day/2026-10-15/copy/", "/entry/1/note/"])
def test_none_of_these_is_a_link_to_follow(hers: Client, path: str) -> None:
    answer = hers.get(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


# --- Notes ----------------------------------------------------------------------------
def note(client: Client, entry: TimeEntry, text: str, *, was: str = "") -> Answer:
    """`was` is what the page showed."""
    return client.post(f"/entry/{entry.pk}/note/", {"note": text, "was": was})


def test_the_entries_of_a_day_stand_there_with_where_they_came_from(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email, seconds=90 * MINUTE)
    an_entry(task=email, seconds=HOUR, source=IMPORT)
    timed = TimeEntry(owner=nora, task=email, day=TODAY, source=TIMER, started_at=utc("2026-10-15T20:40"))
    entries.put(timed, 50 * MINUTE, via=entries.Via.TIMER, now=NOW)
    an_entry(task=a_task(owner=nora, name="Sales"), day=YESTERDAY)
    said = words(hers.get(f"/day/{TODAY}/entries/"))
    for line in ("Email 1 h 30 min", "Email 1 h, imported", "Email 50 min, timer from 1:40 pm"):
        assert line in said
    assert "Sales" not in said


def test_a_note_is_saved_and_shown_on_the_sheet(nora: Owner, hers: Client, email: Task) -> None:
    entry = an_entry(task=email)
    answer = note(hers, entry, "  The Millers’ wedding ")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/day/{TODAY}/entries/")
    shown = hers.get(answer.headers["Location"])
    assert "The note is saved. Undo" in words(shown)
    assert page(shown).values["note"] == "The Millers’ wedding"
    assert "· The Millers’ wedding" in words(hers.get(url()))
    assert nora.entries.get().seconds == HOUR


def test_a_note_can_be_taken_away_and_the_same_one_is_no_change(nora: Owner, hers: Client, email: Task) -> None:
    entry = an_entry(task=email)
    for text, was in (("Wedding", ""), ("Wedding", "Wedding"), ("", "Wedding")):
        assert note(hers, entry, text, was=was).status_code == 302
    assert nora.entries.get().note == ""
    assert [(each.note_before, each.note_after) for each in nora.changes.filter(via="note")] == [
        ("", "Wedding"),
        ("Wedding", ""),
    ]


def test_a_note_is_taken_back(nora: Owner, hers: Client, email: Task) -> None:
    entry = an_entry(task=email)
    with standing_at(NOW + timedelta(seconds=5)):
        note(hers, entry, "Wedding")
        undo(hers, f"/day/{TODAY}/entries/")
    assert (nora.entries.get().note, nora.entries.get().seconds) == ("", HOUR)


def test_a_note_changed_elsewhere_shows_both_and_saving_again_decides(nora: Owner, hers: Client, email: Task) -> None:
    entry = an_entry(task=email)
    note(hers, entry, "Wedding")
    answer = note(hers, entry, "Funeral")
    assert answer.status_code == 409
    assert "This was changed to “Wedding” elsewhere. Save again to make it yours." in words(answer)
    shown = page(answer).values
    assert (shown["note"], shown["was"], nora.entries.get().note) == ("Funeral", "Wedding", "Wedding")
    assert note(hers, entry, shown["note"], was=shown["was"]).status_code == 302
    assert nora.entries.get().note == "Funeral"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 201, "at most 200 characters"),
        ("x" * 10_000, "at most 200 characters"),
        ("one\ntwo", "Write this on one line."),
        ("one\x00two", "Leave out the control characters."),
        ("one\x0btwo", "Leave out the control characters."),
        ("one\u2028two", "Leave out the control characters."),
    ],
    ids=["201", "10,000", "two lines", "NUL", "a tab of lines", "a line's end"],
)
def test_a_note_that_cannot_be_is_refused_at_its_field_and_stays_as_typed(
    nora: Owner, hers: Client, email: Task, text: str, said: str
) -> None:
    entry, other = an_entry(task=email), an_entry(task=a_task(owner=nora))
    answer = note(hers, entry, text)
    assert answer.status_code == 422
    assert said in words(answer)
    assert [each.attrs["id"] for each in read(answer).all("input") if each.attrs.get("aria-invalid")] == [
        f"note-{entry.pk}"
    ]
    values = {each.attrs.get("id"): each.attrs.get("value") for each in read(answer).all("input")}
    assert (values[f"note-{entry.pk}"], values[f"note-{other.pk}"]) == (text, "")
    assert set(TimeEntry.objects.values_list("note", flat=True)) == {""}


def test_a_note_on_a_strangers_entry_answers_as_one_on_none(bea: Owner, hers: Client, email: Task) -> None:
    theirs = an_entry(task=a_task(owner=bea))
    answers = [hers.post(f"/entry/{pk}/note/", {"note": "Mine"}) for pk in (theirs.pk, 987_654_321, 0, 2**63)]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.content for answer in answers}) == 1
    theirs.refresh_from_db()
    assert theirs.note == ""


# --- History --------------------------------------------------------------------------
def told(answer: Answer) -> list[str]:
    """The changes as they are told."""
    lists = [tag for tag in read(answer).tags if tag.name in ("ol", "li")]
    start = next((place for place, tag in enumerate(lists) if tag.name == "ol"), len(lists))
    return [tag.text for tag in lists[start + 1 :] if tag.text.startswith("Email")]


def test_every_change_of_the_day_is_told_newest_first(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email)
    an_entry(task=email, day=YESTERDAY)
    save(hers, {email: "2h"})
    note(hers, nora.entries.get(day=TODAY), "Wedding")
    save(hers, {email: "0"})
    when = "Email Thursday 15 October, 2:30 pm"
    assert told(hers.get(f"/day/{TODAY}/entries/")) == [
        f"{when}, day sheet Note taken away: Wedding 2:00 → 0:00",
        f"{when}, note Note: Wedding 2:00",
        f"{when}, day sheet 1:00 → 2:00",
        f"{when}, day sheet 0:00 → 1:00",
    ]


def test_of_a_day_with_many_changes_the_newest_are_told(nora: Owner, hers: Client, email: Task) -> None:
    for minutes in range(1, history.SHOWN + 20):
        days.save(nora, [Edit(email.pk, TODAY, minutes * MINUTE)], via=EntryChange.Via.DAY, now=NOW)
    lines = told(hers.get(f"/day/{TODAY}/entries/"))
    assert len(lines) == history.SHOWN
    assert lines[0].endswith("3:38 → 3:39")


def test_nothing_logged_and_nothing_changed_is_said(hers: Client) -> None:
    said = words(hers.get(f"/day/{TODAY}/entries/"))
    assert "Nothing is logged on this day." in said
    assert "Nothing was changed on this day." in said
