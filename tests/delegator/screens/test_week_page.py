"""The page of a week: the grid with its sums, what it refuses, copying, and what the week was worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tasks import days, owners, timers
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, TimeEntry
from tasks.weeks import Week
from tests.delegator.pages import read
from tests.factories import (
    NOW,
    TODAY,
    a_running_offer,
    a_task,
    an_assistant,
    an_entry,
    an_owner,
    some_hours,
    the_best_work,
)
from tests.tasks.clocks import standing_at
from tests.tasks.reading import page, words
from tests.tasks.sheet import filled_in, send, time, times, was
from tests.tasks.world import TIMER, TOMORROW, YESTERDAY, utc

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from tests.conftest import Browser

WEEK = "/week/2026-W42/"
MONDAY, SATURDAY, SUNDAY = date(2026, 10, 12), date(2026, 10, 17), date(2026, 10, 18)
LAST_WEEK = timedelta(days=7)
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


def save(client: Client, typed: dict[tuple[Task, date], str], *, htmx: bool = False, at: str = WEEK) -> Answer:
    """Open the week, type, and send all of it."""
    fields = filled_in(client.get(at)) | {time(task, day): text for (task, day), text in typed.items()}
    return send(client, at, fields, htmx=htmx)


def logged(owner: Owner) -> dict[tuple[str, date], int]:
    rows = days.week(owner, Week.parse("2026-W42").days, now=NOW).rows
    return {(row.task.name, cell.day): cell.seconds for row in rows for cell in row.cells if cell.seconds}


def sums(answer: Answer) -> dict[str, str]:
    """The total of each task, of each day and of the week, by what they are of."""
    found = [tag for tag in read(answer).all("span") if tag.attrs.get("id", "").startswith(("sum-", "week-sum"))]
    return {tag.attrs["id"].removeprefix("sum-"): tag.text for tag in found if tag.text}


# --- The grid -------------------------------------------------------------------------
def test_each_task_has_seven_cells_and_every_row_and_column_a_sum(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    an_entry(task=email, day=MONDAY, seconds=90 * MINUTE)
    an_entry(task=email, day=SUNDAY, seconds=HOUR)
    an_entry(task=sales, day=MONDAY, seconds=30 * MINUTE, source=TIMER)
    an_entry(task=sales, day=MONDAY, seconds=15 * MINUTE)
    an_entry(task=email, day=SUNDAY + timedelta(days=1))
    answer = hers.get(WEEK)
    assert "12 to 18 October" in read(answer).heading
    cells = times(answer)
    assert len(cells) == 14
    assert {name: text for name, text in cells.items() if text} == {
        time(email, MONDAY): "1:30",
        time(email, SUNDAY): "1:00",
        time(sales, MONDAY): "0:45",
    }
    assert page(answer).values[was(sales, MONDAY)] == "2700 0:45"
    assert sums(answer) == {
        str(email.pk): "2:30",
        str(sales.pk): "0:45",
        "2026-10-12": "2:15",
        "2026-10-18": "1:00",
        "week-sum": "3:15",
    }


def test_what_runs_counts_in_its_cell_and_in_the_sums(nora: Owner, hers: Client, email: Task) -> None:
    timers.start(nora, email, now=NOW - timedelta(minutes=20))
    answer = hers.get(WEEK)
    assert times(answer)[time(email)] == "0:20"
    assert sums(answer)["week-sum"] == "0:20"


def test_the_week_leads_to_each_of_its_days_and_to_the_weeks_beside(nora: Owner, hers: Client, email: Task) -> None:
    shown = read(hers.get(WEEK))
    hrefs = [tag.attrs.get("href", "") for tag in shown.all("a")]
    for day in Week.parse("2026-W42").days:
        # Once in the grid, once in the list of a phone.
        assert hrefs.count(f"/day/{day}/") == 2
    assert {"/week/2026-W41/", "/week/2026-W43/"} <= set(hrefs)
    assert [tag.attrs["href"] for tag in shown.all("a") if tag.attrs.get("aria-current") == "date"] == [
        f"/day/{TODAY}/"
    ] * 2


def test_this_week_is_the_owners(hers: Client, browser_of: Browser) -> None:
    assert hers.get("/week/").headers["Location"] == WEEK
    with standing_at(utc("2026-10-18T20:00")):
        assert hers.get("/week/").headers["Location"] == WEEK
        ahead = browser_of(an_owner(time_zone="Pacific/Auckland"))
        assert ahead.get("/week/").headers["Location"] == "/week/2026-W43/"


@pytest.mark.parametrize(
    ("week", "status"),
    [
        ("2026-W53", 200), ("2020-W53", 200), ("2000-W01", 200), ("2099-W52", 200), ("2025-W53", 404),
        ("2026-W00", 404), ("2026-W54", 404), ("2026-W99", 404), ("1999-W01", 404), ("1999-W52", 404),
        ("2099-W53", 404), ("2100-W01", 404), ("1000-W01", 404), ("2999-W52", 404), ("0000-W01", 404),
        ("9999-W52", 404), ("2026-W5", 404), ("2026-w42", 404), ("2026W42", 404), ("2026-W42%00", 404),
        ("٢٠٢٦-W42", 404),
    ],
)  # fmt: skip
def test_only_weeks_that_are_in_the_calendar_are_there(hers: Client, email: Task, week: str, status: int) -> None:
    assert hers.get(f"/week/{week}/").status_code == status
    assert hers.post(f"/week/{week}/", {"x": ""}).status_code == (302 if status == 200 else 404)
    assert hers.post(f"/week/{week}/copy/").status_code == (302 if status == 200 else 404)


def test_the_week_of_two_years_has_the_days_of_both(hers: Client, email: Task) -> None:
    first, *_, last = times(hers.get("/week/2026-W53/"))
    assert (first, last) == (f"time-{email.pk}-2026-12-28", f"time-{email.pk}-2027-01-03")


def test_without_tasks_it_says_where_to_begin(hers: Client) -> None:
    shown = read(hers.get(WEEK))
    assert shown.href("Start with your own day") == "/start/"
    assert not shown.all("table")


# --- Saving ---------------------------------------------------------------------------
def test_several_cells_are_saved_without_a_script(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    an_entry(task=sales, day=MONDAY)
    answer = save(hers, {(email, MONDAY): "1:30", (email, TOMORROW): "90m", (sales, MONDAY): ""})
    assert (answer.status_code, answer.headers["Location"]) == (302, WEEK)
    assert logged(nora) == {("Email", MONDAY): 5400, ("Email", TOMORROW): 5400}
    assert "Saved at 2:30 pm Undo" in words(hers.get(WEEK))
    assert nora.changes.last().via == "week"  # type: ignore[union-attr]


def test_htmx_gets_the_cells_that_were_saved_and_all_the_sums(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    an_entry(task=sales, day=YESTERDAY)
    answer = save(hers, {(email, MONDAY): "1,5"}, htmx=True)
    assert answer.status_code == 200
    assert filled_in(answer) == {time(email, MONDAY): "1:30", was(email, MONDAY): "5400 1:30"}
    assert page(answer).inputs[time(email, MONDAY)]["hx-swap-oob"] == "true"
    assert sums(answer) == {
        str(email.pk): "1:30",
        str(sales.pk): "1:00",
        "2026-10-12": "1:30",
        "2026-10-14": "1:00",
        "week-sum": "2:30",
    }
    # Those that are empty by now come too.
    ids = {tag.attrs["id"] for tag in read(answer).all("span") if "id" in tag.attrs}
    assert {f"sum-{day}" for day in Week.parse("2026-W42").days} <= ids
    assert "Saved at 2:30 pm" in words(answer)
    assert "<html" not in answer.content.decode()


def test_htmx_can_ask_for_the_sums_as_they_are_now(nora: Owner, hers: Client, email: Task) -> None:
    timers.start(nora, email, now=NOW - timedelta(minutes=20))
    answer = hers.get(WEEK, headers={"HX-Request": "true"})
    assert times(answer)[time(email)] == "0:20"
    assert sums(answer)["week-sum"] == "0:20"


@both_ways
def test_what_is_refused_keeps_its_typing_and_the_rest_is_saved(
    nora: Owner, hers: Client, email: Task, sales: Task, *, htmx: bool
) -> None:
    answer = save(hers, {(email, MONDAY): "abc", (email, YESTERDAY): "25:00", (sales, MONDAY): "1h"}, htmx=htmx)
    assert answer.status_code == 422
    assert page(answer).wrong == {time(email, MONDAY), time(email, YESTERDAY)}
    typed = times(answer)
    assert (typed[time(email, MONDAY)], typed[time(email, YESTERDAY)]) == ("abc", "25:00")
    assert "Write a time such as 1:30, 90m or 1.5." in words(answer)
    assert "That is more than the 24 h of this day." in words(answer)
    assert logged(nora) == {("Sales", MONDAY): HOUR}


def test_a_day_that_gets_too_long_is_refused_and_the_others_are_saved(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    answer = save(hers, {(email, MONDAY): "13h", (sales, MONDAY): "13h", (sales, YESTERDAY): "13h"})
    assert answer.status_code == 422
    assert "That makes 26 h in all, and this day has 24 h." in words(answer)
    assert logged(nora) == {("Sales", YESTERDAY): 13 * HOUR}


@both_ways
def test_a_cell_changed_elsewhere_shows_both_times_and_saving_again_decides(
    nora: Owner, hers: Client, email: Task, sales: Task, *, htmx: bool
) -> None:
    an_entry(task=email, day=MONDAY)
    opened = filled_in(hers.get(WEEK))
    hers.post(f"/day/{MONDAY}/", {time(email, MONDAY): "2h", was(email, MONDAY): "3600 1:00"})
    typed = {time(email, MONDAY): "1:30", time(sales, MONDAY): "45m"}
    answer = send(hers, WEEK, opened | typed, htmx=htmx)
    assert answer.status_code == 409
    assert "This was changed to 2:00 elsewhere. Save again to make it 1:30." in words(answer)
    assert times(answer)[time(email, MONDAY)] == "1:30"
    assert logged(nora) == {("Email", MONDAY): 2 * HOUR, ("Sales", MONDAY): 45 * MINUTE}
    assert send(hers, WEEK, opened | filled_in(answer), htmx=htmx).status_code == DONE[htmx]
    assert logged(nora) == {("Email", MONDAY): 90 * MINUTE, ("Sales", MONDAY): 45 * MINUTE}


def test_cells_left_alone_are_not_written_back(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    opened = filled_in(hers.get(WEEK))
    an_entry(task=email, day=MONDAY, seconds=HOUR + 29)
    assert send(hers, WEEK, opened | {time(sales, MONDAY): "1h"}).status_code == 302
    assert logged(nora) == {("Email", MONDAY): HOUR + 29, ("Sales", MONDAY): HOUR}


@both_ways
def test_days_still_to_come_can_be_read_and_not_written(
    nora: Owner, hers: Client, email: Task, *, htmx: bool
) -> None:
    fields = page(hers.get(WEEK)).inputs
    locked = {day for day in Week.parse("2026-W42").days if "readonly" in fields[time(email, day)]}
    assert locked == {SATURDAY, SUNDAY}
    answer = save(hers, {(email, SATURDAY): "1h", (email, TOMORROW): "2h"}, htmx=htmx)
    assert answer.status_code == 422
    assert "Saturday 17 October is still to come." in words(answer)
    assert logged(nora) == {("Email", TOMORROW): 2 * HOUR}


def test_a_strangers_task_in_the_name_of_a_cell_changes_nothing(bea: Owner, hers: Client, email: Task) -> None:
    theirs = a_task(owner=bea)
    assert send(hers, WEEK, {time(theirs, MONDAY): "1h", time(email, MONDAY - LAST_WEEK): "1h"}).status_code == 302
    assert not TimeEntry.objects.exists()


def test_a_week_of_a_hundred_tasks_is_saved(nora: Owner, hers: Client) -> None:
    """A browser sends every cell, with what it showed."""
    last = [a_task(owner=nora, name=f"Task of many {number}") for number in range(100)][-1]
    assert save(hers, {(last, MONDAY): "1h"}).status_code == 302
    assert logged(nora) == {(last.name, MONDAY): HOUR}


# --- Copying --------------------------------------------------------------------------
def test_last_week_is_copied_into_the_empty_cells_of_days_that_have_come(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    for back in range(7):
        an_entry(task=email, day=SUNDAY - LAST_WEEK - timedelta(days=back), seconds=2 * HOUR)
    an_entry(task=sales, day=MONDAY - LAST_WEEK, seconds=3 * HOUR)
    an_entry(task=email, day=MONDAY, seconds=HOUR)
    answer = hers.post(f"{WEEK}copy/", follow=True)
    assert answer.redirect_chain == [(WEEK, 302)]
    assert "4 cells filled from the week before Undo" in words(answer)
    come = [MONDAY + timedelta(days=n) for n in range(1, 4)]
    assert logged(nora) == {("Email", MONDAY): HOUR, ("Sales", MONDAY): 3 * HOUR} | {
        ("Email", day): 2 * HOUR for day in come
    }
    assert "Nothing to fill in." in words(hers.post(f"{WEEK}copy/", follow=True))


def test_one_cell_is_said_as_one(hers: Client, email: Task) -> None:
    an_entry(task=email, day=MONDAY - LAST_WEEK)
    assert "1 cell filled from the week before" in words(hers.post(f"{WEEK}copy/", follow=True))


def test_a_week_still_to_come_is_not_filled_and_offers_no_copy(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email)
    assert "Copy last week" in words(hers.get(WEEK))
    assert "Copy last week" not in words(hers.get("/week/2026-W44/"))
    assert "Nothing to fill in." in words(hers.post("/week/2026-W43/copy/", follow=True))
    assert nora.entries.count() == 1


def test_a_copy_that_would_make_a_day_too_long_leaves_that_day_alone(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    an_entry(task=email, day=MONDAY - LAST_WEEK, seconds=20 * HOUR)
    an_entry(task=sales, day=MONDAY, seconds=5 * HOUR)
    assert "Nothing is copied. That makes 25 h in all" in words(hers.post(f"{WEEK}copy/", follow=True))
    assert logged(nora) == {("Sales", MONDAY): 5 * HOUR}


def test_copying_is_no_link_to_follow(hers: Client) -> None:
    assert hers.get(f"{WEEK}copy/").status_code == 405


# --- Taking back ----------------------------------------------------------------------
@pytest.mark.parametrize("how", ["typed", "copied"])
def test_what_was_done_to_a_week_is_taken_back_and_leads_back_to_it(
    nora: Owner, hers: Client, email: Task, sales: Task, how: str
) -> None:
    for task in (email, sales):
        an_entry(task=task, day=MONDAY - LAST_WEEK)
    with standing_at(NOW + timedelta(seconds=5)):
        if how == "typed":
            save(hers, {(email, MONDAY): "1h", (sales, MONDAY): "2h"})
        else:
            hers.post(f"{WEEK}copy/")
        assert nora.entries.on(MONDAY).count() == 2
        shown = page(hers.get(WEEK))
        [of] = [each["value"] for each in shown.buttons if each.get("name") == "of"]
        answer = hers.post("/undo/", {"of": of, "back": shown.values["back"]}, follow=True)
    assert answer.redirect_chain == [(WEEK, 302)]
    assert "Undone." in words(answer)
    assert logged(nora) == {}


# --- Where it went, and in money --------------------------------------------------------
def test_where_the_week_went_stands_below_longest_first(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    an_entry(task=email, day=MONDAY, seconds=HOUR)
    an_entry(task=sales, day=MONDAY, seconds=2 * HOUR)
    shown = read(hers.get(WEEK))
    table = shown.all("table", "bars")[0]
    assert table.text.index("Sales") < table.text.index("Email")
    labels = [tag.attrs["aria-label"] for tag in shown.all("svg", "blocks")]
    assert {"2 h of sales", "1 h of email"} <= set(labels)
    assert "Where it went" not in words(hers.get("/week/2026-W41/"))


def test_the_hours_are_told_in_money_at_what_an_hour_was_worth_then(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=the_best_work(owner=nora), day=MONDAY, seconds=5 * HOUR)
    an_entry(task=email, day=MONDAY, seconds=90 * MINUTE)
    owners.set_hour_value(nora, Decimal(200), SUNDAY + timedelta(days=1))
    shown = read(hers.get(WEEK))
    assert shown.figure("Garden design, 5:00") == "$400 of best work"
    assert shown.figure("Routine, 1:30, at $80 an hour") == "$120 of your time"


def test_what_assistants_logged_that_week_and_cost_stands_there(nora: Owner, bea: Owner, hers: Client) -> None:
    books = a_task(owner=nora, name="Record keeping")
    an_entry(task=books, day=MONDAY)
    offer = a_running_offer(owner=nora, task=books, assistant=an_assistant(owner=nora, name="Ana Reyes", rate=18))
    theirs = a_running_offer(owner=bea, assistant=an_assistant(owner=bea, name="Tom Roth"))
    for each, day, seconds in [
        (offer, MONDAY, 2 * HOUR),
        (offer, TODAY, 90 * MINUTE),
        (offer, MONDAY - timedelta(days=1), HOUR),
        (theirs, MONDAY, HOUR),
    ]:
        some_hours(offer=each, day=day, seconds=seconds, note="", now=NOW)
    shown = read(hers.get(WEEK))
    assert shown.figure("Ana on record keeping, 3.5 h") == "costs $63"
    assert "Tom" not in shown.text
