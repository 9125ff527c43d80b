"""What a day's sheet refuses: the field says why, what was typed stays, and all the rest is saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tasks import days
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, TimeEntry
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner
from tests.tasks.clocks import standing_at
from tests.tasks.reading import page, words
from tests.tasks.sheet import filled_in, save, send, time, times, url, was
from tests.tasks.world import IMPORT, TIMER, YESTERDAY, cells

if TYPE_CHECKING:
    from tests.conftest import Browser

both_ways = pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "no script"])
DONE = {True: 200, False: 302}


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


# --- Times that are none ------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-1", "Write a time such as 1:30, 90m or 1.5."),
        ("1:75", "Write a time such as 1:30, 90m or 1.5."),
        ("25:00", "That is more than the 24 h of this day."),
        ("1e9", "Write a time such as 1:30, 90m or 1.5."),
        ("NaN", "Write a time such as 1:30, 90m or 1.5."),
        ("Infinity", "Write a time such as 1:30, 90m or 1.5."),
        ("abc", "Write a time such as 1:30, 90m or 1.5."),
        ("1_000", "Write a time such as 1:30, 90m or 1.5."),
        ("0x10", "Write a time such as 1:30, 90m or 1.5."),
        ("1\x00", "Write a time such as 1:30, 90m or 1.5."),
        ("9" * 21, "That is more than the 24 h of this day."),
        ("9" * 10_000, "Write a time such as 1:30, 90m or 1.5."),
        ("\u0301" * 10_000, "Write a time such as 1:30, 90m or 1.5."),
        ("²", "Write a time such as 1:30, 90m or 1.5."),
        ("-90m", "That takes away more than the 1:00 that is there."),
        ("+24h", "That is more than the 24 h of this day."),
    ],
    ids=lambda given: given[:12].encode("unicode_escape").decode(),
)
@both_ways
def test_a_wrong_time_names_its_field_keeps_the_typing_and_saves_the_rest(
    nora: Owner, hers: Client, email: Task, sales: Task, *, typed: str, said: str, htmx: bool
) -> None:
    an_entry(task=email)
    answer = save(hers, {email: typed, sales: "1h15"}, htmx=htmx)
    assert answer.status_code == 422
    assert page(answer).wrong == {time(email)}
    assert times(answer)[time(email)] == typed
    assert said in words(answer)
    assert cells(nora) == {"Email": HOUR, "Sales": 75 * MINUTE}


def test_without_a_script_the_errors_stand_on_top_as_well_and_lead_to_their_fields(
    hers: Client, email: Task, sales: Task
) -> None:
    answer = save(hers, {email: "abc", sales: "1:75"})
    assert "Two things need a look" in words(answer)
    for task in (email, sales):
        assert f'<a href="#{time(task)}">' in answer.content.decode()
    assert "<title>Problem: " in answer.content.decode()


def test_a_page_with_an_error_can_be_sent_again_once_it_is_mended(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    back = filled_in(save(hers, {email: "abc", sales: "1h"}))
    assert send(hers, url(), back | {time(email): "2h"}).status_code == 302
    assert cells(nora) == {"Email": 2 * HOUR, "Sales": HOUR}


def test_an_error_says_so_on_htmx_without_touching_the_other_fields(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    """What stands in the others may be typed and not sent yet."""
    an_entry(task=sales, seconds=2 * HOUR)
    answer = save(hers, {email: "abc"}, htmx=True)
    assert times(answer) == {time(email): "abc"}
    assert 'class="invalid-feedback"' in answer.content.decode()
    assert "Saved at" not in words(answer)


# --- A day that is too full ---------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        ("Antarctica/Troll", date(2026, 3, 29), 22),
        ("Antarctica/Troll", date(2025, 10, 26), 26),
        ("America/Phoenix", TODAY, 24),
    ],
)
def test_a_day_takes_what_its_length_allows(browser_of: Browser, db: None, zone: str, day: date, hours: int) -> None:
    owner = an_owner(time_zone=zone)
    browser = browser_of(owner)
    email, sales = a_task(owner=owner, name="Email"), a_task(owner=owner, name="Sales")
    answer = save(browser, {email: f"{hours}:01"}, day=day)
    assert (answer.status_code, page(answer).wrong) == (422, {time(email, day)})
    assert f"That is more than the {hours} h of this day." in words(answer)
    assert save(browser, {email: f"{hours - 1}h"}, day=day).status_code == 302
    answer = save(browser, {sales: "1:15"}, day=day)
    assert answer.status_code == 422
    assert f"That makes {hours} h 15 min in all, and this day has {hours} h." in words(answer)
    assert times(answer)[time(sales, day)] == "1:15"
    assert save(browser, {sales: "1h"}, day=day).status_code == 302
    assert cells(owner, day) == {"Email": (hours - 1) * HOUR, "Sales": HOUR}


@both_ways
def test_too_much_in_two_fields_refuses_both_and_neither_alone(
    nora: Owner, hers: Client, email: Task, sales: Task, *, htmx: bool
) -> None:
    answer = save(hers, {email: "13h", sales: "13h"}, htmx=htmx)
    assert answer.status_code == 422
    assert page(answer).wrong == {time(email), time(sales)}
    assert "That makes 26 h in all, and this day has 24 h." in words(answer)
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize("source", [TIMER, IMPORT])
@both_ways
def test_less_than_the_timer_or_an_import_holds_is_an_error_of_that_field(
    nora: Owner, hers: Client, email: Task, sales: Task, *, source: str, htmx: bool
) -> None:
    an_entry(task=email, seconds=40 * MINUTE, source=source)
    answer = save(hers, {email: "0:39", sales: "1h"}, htmx=htmx)
    assert answer.status_code == 422
    assert page(answer).wrong == {time(email)}
    assert times(answer)[time(email)] == "0:39"
    assert "40 min of this come from the timer or an import, so it cannot be less." in words(answer)
    assert cells(nora) == {"Email": 40 * MINUTE, "Sales": HOUR}
    assert save(hers, {email: "0:41"}, htmx=htmx).status_code == DONE[htmx]
    assert cells(nora) == {"Email": 41 * MINUTE, "Sales": HOUR}


# --- A page that is older than the log -----------------------------------------------
@both_ways
def test_a_cell_changed_elsewhere_shows_both_times_and_saving_again_decides(
    nora: Owner, hers: Client, email: Task, sales: Task, *, htmx: bool
) -> None:
    an_entry(task=email)
    opened = filled_in(hers.get(url()))
    save(hers, {email: "2h"})
    answer = send(hers, url(), opened | {time(email): "1:30", time(sales): "45m"}, htmx=htmx)
    assert answer.status_code == 409
    assert "This was changed to 2:00 elsewhere. Save again to make it 1:30." in words(answer)
    assert page(answer).wrong == {time(email)}
    assert times(answer)[time(email)] == "1:30"
    assert cells(nora) == {"Email": 2 * HOUR, "Sales": 45 * MINUTE}
    again = send(hers, url(), opened | filled_in(answer), htmx=htmx)
    assert again.status_code == DONE[htmx]
    assert cells(nora) == {"Email": 90 * MINUTE, "Sales": 45 * MINUTE}


@both_ways
def test_after_that_the_time_that_stood_there_first_can_be_asked_for_too(
    nora: Owner, hers: Client, email: Task, *, htmx: bool
) -> None:
    an_entry(task=email)
    opened = filled_in(hers.get(url()))
    save(hers, {email: "2h"})
    told = opened | filled_in(send(hers, url(), opened | {time(email): "1:30"}, htmx=htmx))
    assert send(hers, url(), told | {time(email): "1:00"}, htmx=htmx).status_code == DONE[htmx]
    assert cells(nora) == {"Email": HOUR}


def test_a_page_left_open_takes_nothing_back_that_was_logged_since(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    opened = filled_in(hers.get(url()))
    save(hers, {sales: "2h"})
    assert send(hers, url(), opened | {time(email): "1h"}).status_code == 302
    assert cells(nora) == {"Email": HOUR, "Sales": 2 * HOUR}


def test_the_same_time_from_two_pages_is_no_quarrel(nora: Owner, hers: Client, email: Task) -> None:
    opened = filled_in(hers.get(url()))
    for _ in range(3):
        assert send(hers, url(), opened | {time(email): "1:30"}).status_code == 302
    assert cells(nora) == {"Email": 90 * MINUTE}
    assert nora.changes.count() == 1


def test_an_addition_sent_twice_is_added_once(nora: Owner, hers: Client, email: Task) -> None:
    """Without its key, as from a page without a script, the second is shown what is there."""
    an_entry(task=email)
    opened = filled_in(hers.get(url())) | {time(email): "+15m"}
    assert send(hers, url(), opened).status_code == 302
    answer = send(hers, url(), opened)
    assert answer.status_code == 409
    assert "This was changed to 1:15 elsewhere." in words(answer)
    assert cells(nora) == {"Email": 75 * MINUTE}


@both_ways
def test_an_addition_sent_again_under_its_key_is_told_that_it_arrived(
    nora: Owner, hers: Client, email: Task, *, htmx: bool
) -> None:
    an_entry(task=email)
    opened = filled_in(hers.get(url())) | {time(email): "+15m", f"key-{email.pk}-{TODAY}": "a1"}
    for _ in range(3):
        assert send(hers, url(), opened, htmx=htmx).status_code == DONE[htmx]
    assert cells(nora) == {"Email": 75 * MINUTE}


def test_one_key_for_two_cells_does_not_break_the_page(hers: Client, email: Task, sales: Task) -> None:
    keys = {f"key-{task.pk}-{TODAY}": "a1" for task in (email, sales)}
    assert send(hers, url(), {time(email): "1h", time(sales): "2h"} | keys).status_code < 500


# --- What does not belong to the sheet ------------------------------------------------
def test_a_strangers_task_in_the_name_of_a_field_changes_nothing(
    nora: Owner, bea: Owner, hers: Client, email: Task
) -> None:
    theirs = a_task(owner=bea)
    an_entry(task=theirs, seconds=5 * HOUR)
    fields = {time(theirs): "1h", was(theirs): "18000 5:00", time(email): "1h", "owner": str(bea.pk)}
    answer = send(hers, url(), fields)
    assert answer.status_code == 302
    assert set(TimeEntry.objects.values_list("owner", "task", "seconds")) == {
        (nora.pk, email.pk, HOUR),
        (bea.pk, theirs.pk, 5 * HOUR),
    }
    assert send(hers, url(), {time(theirs): "abc"}).status_code == 302


def test_what_is_not_on_the_sheet_is_not_saved(nora: Owner, hers: Client, email: Task) -> None:
    retired = a_task(owner=nora)
    Task.objects.filter(pk=retired.pk).update(retired_on=YESTERDAY)
    odd = ["time-9223372036854775808-2026-10-15", "time-x-2026-10-15", "time-", "time--1-2026-10-15", "\x00", "was-"]
    fields = dict.fromkeys(odd, "1h") | {time(retired): "1h", time(email, YESTERDAY): "1h", "is_staff": "1"}
    assert send(hers, url(), fields).status_code == 302
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize(
    "broken", ["", "x", "-5 1:00", "9999999999 1:00", "1:00", "\x00", "٣ 1:00", "² 1:00", "NaN NaN", "9" * 10_000]
)
def test_a_broken_word_on_what_was_seen_is_passed_over(
    nora: Owner, hers: Client, email: Task, *, broken: str
) -> None:
    an_entry(task=email)
    assert send(hers, url(), {time(email): "1:30", was(email): broken}).status_code == 302
    assert cells(nora) == {"Email": 90 * MINUTE}


def test_a_time_sent_without_what_was_seen_is_taken_as_it_is(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email)
    assert send(hers, url(), {time(email): "+15m"}).status_code == 302
    assert cells(nora) == {"Email": 75 * MINUTE}


def test_more_fields_than_any_sheet_has_are_refused_whole(nora: Owner, hers: Client, email: Task) -> None:
    assert hers.post(url(), {f"x{n}": "" for n in range(3001)} | {time(email): "1h"}).status_code == 400
    assert not TimeEntry.objects.exists()


def test_a_sheet_of_a_hundred_tasks_is_saved(nora: Owner, hers: Client) -> None:
    last = [a_task(owner=nora) for _ in range(100)][-1]
    assert save(hers, {last: "1h"}).status_code == 302
    assert [row.task for row in days.sheet(nora, TODAY, now=NOW).rows if row.seconds] == [last]
