"""What is typed into a sheet: how each field is read, what is written back, and what it shows afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tasks import days, durations, sheets, timers
from tasks.days import Cell, Edit, Outcome
from tasks.durations import HOUR, MINUTE, NotATime
from tasks.models import Owner, Task
from tasks.sheets import SheetForm, Typed
from tests.factories import NOW, TODAY, a_task, an_entry

from .world import DAY, TIMER, TYPED, YESTERDAY, assert_conserved, counted, entries, loaded, save

PHOENIX = ZoneInfo("America/Phoenix")


def form_of(owner: Owner, data: dict[str, str] | None = None, *, day: date = TODAY) -> SheetForm:
    return SheetForm(days.sheet(loaded(owner), day, now=NOW), owner.zone, data)


def sent(task: Task, text: str, *, was: str | None = None, key: str = "") -> dict[str, str]:
    """A field of today's sheet as a page sends it; without `was` as a page without hidden fields would."""
    data = {f"time-{task.pk}-{TODAY}": text}
    if was is not None:
        data[f"was-{task.pk}-{TODAY}"] = was
    return data | ({f"key-{task.pk}-{TODAY}": key} if key else {})


def page(task: Task, text: str, form: SheetForm) -> dict[str, str]:
    """What the browser sends when this is typed into the field that the form has drawn."""
    (field,) = (field for field in form if field.task == task)
    return sent(task, text, was=f"{field.seen} {field.shown}")


def press_save(owner: Owner, data: dict[str, str]) -> tuple[SheetForm, Outcome]:
    """Save it, and show the form anew as the page does when something was refused."""
    outcome = days.save(loaded(owner), form_of(owner, data).edits, via=DAY, now=NOW)
    form = form_of(owner, data)
    form.hear(outcome)
    return form, outcome


# --- Every time of a day --------------------------------------------------------------
def test_every_minute_of_a_day_is_saved_and_shown_as_meant_and_cleared_by_nothing_or_zero(nora: Owner) -> None:
    task = a_task(owner=nora)
    run = [TODAY - timedelta(days=n) for n in range(1440, 0, -1)]

    def form(data: dict[str, str] | None = None) -> SheetForm:
        return SheetForm(days.week(nora, run, now=NOW), PHOENIX, data)

    def typed(texts: list[str]) -> dict[str, str]:
        """As the page that is open would send them."""
        sent: dict[str, str] = {}
        for field, text in zip(form(), texts, strict=True):
            sent |= {f"time-{field.name}": text, f"was-{field.name}": f"{field.seen} {field.shown}"}
        return sent

    outcome = days.save(nora, form(typed([f"{n}m" for n in range(1, 1441)])).edits, via=DAY, now=NOW)
    assert (outcome.refused, outcome.changed) == ({}, 1440)
    assert counted(nora) == {(task.pk, day): n * MINUTE for n, day in enumerate(run, 1)}
    assert [field.text for field in form()] == [f"{n // 60}:{n % 60:02}" for n in range(1, 1441)]
    assert_conserved(nora)
    outcome = days.save(nora, form(typed(["0", "", " ", "0:00"] * 360)).edits, via=DAY, now=NOW)
    assert (outcome.refused, outcome.changed) == ({}, 1440)
    assert (counted(nora), {field.text for field in form()}) == ({}, {""})
    assert_conserved(nora)


# --- What is written back ---------------------------------------------------------------
def test_only_fields_that_were_sent_and_edited_are_written_back(nora: Owner) -> None:
    shown, edited, missing = (a_task(owner=nora) for _ in range(3))
    for task in (shown, edited, missing):
        an_entry(task=task, seconds=HOUR + 20, source=TIMER)
    form = form_of(nora, sent(shown, " 1:00 ") | sent(edited, "1:01"))
    assert form.edits == [Edit(edited.pk, TODAY, 61 * MINUTE)]
    assert form.errors == {}


def test_a_field_left_as_an_older_page_showed_it_is_not_written_back(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=2 * HOUR)
    assert form_of(nora, sent(task, "1:00", was="3600 1:00")).edits == []
    assert form_of(nora, sent(task, "", was="0 ")).edits == []


def test_a_cleared_field_is_an_edit_and_an_empty_one_left_empty_is_none(nora: Owner) -> None:
    cleared, empty = a_task(owner=nora), a_task(owner=nora)
    an_entry(task=cleared)
    form = form_of(nora, sent(cleared, "", was="3600 1:00") | sent(empty, "", was="0 "))
    assert form.edits == [Edit(cleared.pk, TODAY, 0, seen=HOUR)]


def test_each_field_counts_from_what_its_page_showed_and_from_what_runs(nora: Owner) -> None:
    email, sales, post = (a_task(owner=nora) for _ in range(3))
    for task in (email, sales, post):
        an_entry(task=task, seconds=2 * HOUR)
    timers.start(nora, post, now=NOW - timedelta(minutes=10))
    data = sent(email, "+15m", was="3600 1:00") | sent(sales, "-15m") | sent(post, "+15m", was="7200 2:10")
    assert form_of(nora, data).edits == [
        Edit(email.pk, TODAY, 75 * MINUTE, seen=HOUR, adds=True),
        Edit(sales.pk, TODAY, 105 * MINUTE, adds=True),
        Edit(post.pk, TODAY, 145 * MINUTE, seen=2 * HOUR, adds=True),
    ]


def test_a_key_goes_with_its_time(nora: Owner) -> None:
    task = a_task(owner=nora)
    assert form_of(nora, sent(task, "1h", key="k")).edits == [Edit(task.pk, TODAY, HOUR, key="k")]
    for none_of_ours in ("k" * 37, "", "\x00", "a\nb"):
        (edit,) = form_of(nora, sent(task, "1h", key=none_of_ours)).edits
        assert edit.key is None


@pytest.mark.parametrize("was", ["", "x 1:00", "-5 1:00", "٣ 0:03", "9999999 1:00", "1e3 1:00"])
def test_what_a_page_cannot_have_shown_is_unknown(nora: Owner, was: str) -> None:
    task = a_task(owner=nora)
    assert form_of(nora, sent(task, "2h", was=was)).edits == [Edit(task.pk, TODAY, 2 * HOUR)]


def test_a_field_of_another_day_or_another_owner_is_passed_over(nora: Owner, bea: Owner) -> None:
    mine, theirs = a_task(owner=nora), a_task(owner=bea)
    data = sent(theirs, "1h") | {f"time-{mine.pk}-{YESTERDAY}": "1h", "time-x-y": "1h", "time-": ""}
    assert form_of(nora, data).edits == []


# --- What is refused --------------------------------------------------------------------
def test_each_field_has_its_own_error_and_the_rest_is_saved(nora: Owner) -> None:
    tasks = [a_task(owner=nora) for _ in range(3)]
    data = sent(tasks[0], "-1") | sent(tasks[1], "1h") | sent(tasks[2], "25h")
    form, outcome = press_save(nora, data)
    assert form.errors == {
        f"{tasks[0].pk}-{TODAY}": ["Write a time such as 1:30, 90m or 1.5."],
        f"{tasks[2].pk}-{TODAY}": ["That is more than the 24 h of this day."],
    }
    assert outcome.saved == {(tasks[1].pk, TODAY)}
    assert [field.text for field in form] == ["-1", "1:00", "25h"]
    assert counted(nora) == {(tasks[1].pk, TODAY): HOUR}


def test_a_field_that_was_saved_beside_a_refused_one_shows_what_is_there_and_no_error(nora: Owner) -> None:
    email, sales, post = (a_task(owner=nora) for _ in range(3))
    for task in (email, sales):
        an_entry(task=task)
    data = sent(email, "-1h", was="3600 1:00") | sent(sales, "+15m", was="3600 1:00") | sent(post, "soon", was="0 ")
    form, outcome = press_save(nora, data)
    assert outcome.saved == {(email.pk, TODAY), (sales.pk, TODAY)}
    assert [(field.text, field.shown, field.seen) for field in form] == [
        ("", "", 0),
        ("1:15", "1:15", 75 * MINUTE),
        ("soon", "", 0),
    ]
    assert list(form.errors) == [f"{post.pk}-{TODAY}"]


def test_a_field_that_was_refused_shows_what_was_typed_and_can_be_corrected(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=30 * MINUTE, source=TIMER)
    form, _ = press_save(nora, page(task, "0:10", form_of(nora)))
    field = form.lines[0].first
    assert (field.text, field.shown, field.seen) == ("0:10", "0:30", 30 * MINUTE)
    assert field.errors == ["30 min of this come from the timer or an import, so it cannot be less."]
    form, _ = press_save(nora, page(task, "0:40", form))
    assert (form.errors, entries(task)) == ({}, {TIMER: 30 * MINUTE, TYPED: 10 * MINUTE})


def test_a_time_changed_elsewhere_is_replaced_only_when_it_is_saved_once_more(nora: Owner) -> None:
    task = a_task(owner=nora)
    open_page = form_of(nora)
    save(nora, {task: 2 * HOUR})
    form, outcome = press_save(nora, page(task, "0:30", open_page))
    assert outcome.stale == {(task.pk, TODAY)}
    assert form.lines[0].first.errors == ["This was changed to 2:00 elsewhere. Save again to make it 0:30."]
    assert counted(nora) == {(task.pk, TODAY): 2 * HOUR}
    form, outcome = press_save(nora, page(task, form.lines[0].first.text, form))
    assert (form.errors, outcome.stale) == ({}, set())
    assert counted(nora) == {(task.pk, TODAY): 30 * MINUTE}


def test_saving_an_addition_again_makes_it_what_the_sentence_says(nora: Owner) -> None:
    task = a_task(owner=nora)
    open_page = form_of(nora)
    save(nora, {task: HOUR})
    form, _ = press_save(nora, page(task, "+15m", open_page))
    (sentence,) = form.lines[0].first.errors
    told = sentence.removeprefix("This was changed to 1:00 elsewhere. Save again to make it ").removesuffix(".")
    press_save(nora, page(task, form.lines[0].first.text, form))
    assert counted(nora) == {(task.pk, TODAY): durations.parse(told)}


# --- One cell ---------------------------------------------------------------------------
def test_a_cell_takes_at_most_its_own_local_day() -> None:
    new_york = ZoneInfo("America/New_York")
    for day, hours in ((date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (TODAY, 24)):
        assert sheets.read(Typed(f"{hours}:00"), 7, Cell(7, day), new_york) == Edit(7, day, hours * HOUR)
        with pytest.raises(NotATime, match=f"^That is more than the {hours} h of this day"):
            sheets.read(Typed(f"{hours}:01"), 7, Cell(7, day), new_york)
    full = Cell(7, TODAY, typed=24 * HOUR)
    with pytest.raises(NotATime, match=r"^That is more than the 24 h of this day\.$"):
        sheets.read(Typed("+1m"), 7, full, new_york)


def test_nothing_is_taken_away_that_is_not_there() -> None:
    cell = Cell(7, TODAY, typed=HOUR, running=30 * MINUTE)
    assert sheets.read(Typed("-1:30"), 7, cell, PHOENIX).seconds == 0
    with pytest.raises(NotATime, match=r"^That takes away more than the 1:30 that is there\.$"):
        sheets.read(Typed("-1:31"), 7, cell, PHOENIX)


def test_days_after_the_last_open_one_are_closed(nora: Owner) -> None:
    a_task(owner=nora)
    run = [TODAY + timedelta(days=n) for n in range(4)]
    form = SheetForm(days.week(nora, run, now=NOW), PHOENIX, last_open=days.last_open(nora, NOW))
    assert [field.is_open for field in form] == [True, True, False, False]
    assert all(field.is_open for field in SheetForm(days.week(nora, run, now=NOW), PHOENIX))


def test_the_labels_and_names_of_the_fields_tell_task_and_day(nora: Owner) -> None:
    task = a_task(owner=nora)
    field = form_of(nora).lines[0].first
    assert (field.name, field.id_for_label) == (f"{task.pk}-2026-10-15", f"time-{task.pk}-2026-10-15")
    assert (field.text, field.shown, field.seen, field.errors) == ("", "", 0, [])
