"""The sheet of a day and of a week: its rows, its cells, what is usual, and copying."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tasks import days, recent, timers
from tasks.days import TooMuch
from tasks.durations import HOUR, MINUTE
from tasks.models import EntryChange, Owner, Task
from tasks.recent import Habit
from tests.factories import NOW, TODAY, a_task, an_entry, the_best_work

from .world import IMPORT, TIMER, TOMORROW, TYPED, YESTERDAY, assert_conserved, cells, entries, loaded

WEEK = [date(2026, 10, 12) + timedelta(days=n) for n in range(7)]
TEN_MINUTES_AGO = NOW - timedelta(minutes=10)


def retire(task: Task, day: date = TODAY) -> None:
    Task.objects.filter(pk=task.pk).update(retired_on=day)


# --- The sheet ----------------------------------------------------------------------
def test_the_sheet_has_a_row_for_each_task_in_the_owners_order_and_best_work_last(nora: Owner) -> None:
    the_best_work(owner=nora, name="Design")
    for position, name in enumerate(["Email", "Sales"]):
        task = a_task(owner=nora, name=name)
        Task.objects.filter(pk=task.pk).update(position=1 - position)
    sheet = days.sheet(nora, TODAY, now=NOW)
    assert [row.task.name for row in sheet.rows] == ["Sales", "Email", "Design"]
    assert (sheet.days, sheet.seconds) == ([TODAY], 0)


def test_a_cell_is_the_sum_of_its_entries_and_knows_what_typing_cannot_change(nora: Owner) -> None:
    task = a_task(owner=nora)
    for source, minutes in ((TYPED, 30), (TIMER, 10), (TIMER, 5), (IMPORT, 60)):
        an_entry(task=task, seconds=minutes * MINUTE, source=source)
    (row,) = days.sheet(nora, TODAY, now=NOW).on(TODAY).rows
    (cell,) = row.cells
    assert (cell.typed, cell.fixed, cell.running) == (30 * MINUTE, 75 * MINUTE, 0)
    assert cell.logged == cell.seconds == 105 * MINUTE


def test_a_running_timer_counts_in_its_cell_and_is_not_logged_yet(nora: Owner) -> None:
    task, other = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    for each in (task, other):
        an_entry(task=each)
    timers.start(nora, task, now=TEN_MINUTES_AGO)
    here, beside = (row.cells[0] for row in days.sheet(loaded(nora), TODAY, now=NOW).on(TODAY).rows)
    assert (here.logged, here.running, here.seconds) == (HOUR, 10 * MINUTE, 70 * MINUTE)
    assert (beside.logged, beside.running) == (HOUR, 0)
    assert cells(nora, YESTERDAY) == {}


def test_a_forgotten_timer_counts_nowhere(nora: Owner) -> None:
    task = a_task(owner=nora, name="Email")
    timers.start(nora, task, now=NOW - timedelta(hours=4))
    assert cells(nora, now=NOW - timedelta(seconds=1)) == {"Email": 4 * HOUR - 1}
    assert cells(nora) == {}


def test_a_retired_task_is_only_on_the_sheets_of_days_it_has_time_on(nora: Owner) -> None:
    task = a_task(owner=nora, name="Post")
    an_entry(task=task, day=YESTERDAY)
    retire(task)
    assert cells(nora, YESTERDAY) == {"Post": HOUR}
    assert days.sheet(nora, TODAY, now=NOW).rows == []
    assert [row.task for row in days.week(nora, WEEK, now=NOW).rows] == [task]
    assert days.week(nora, [TODAY, TOMORROW], now=NOW).rows == []


def test_another_owners_time_is_on_no_sheet_of_hers(nora: Owner, bea: Owner) -> None:
    task = a_task(owner=bea)
    an_entry(task=task)
    timers.start(bea, task, now=TEN_MINUTES_AGO)
    assert days.sheet(loaded(nora), TODAY, now=NOW).rows == []
    assert days.week(loaded(nora), WEEK, now=NOW).rows == []


def test_a_week_has_a_cell_for_each_day_and_the_same_times_as_its_days(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    for task, day in ((email, WEEK[0]), (email, TODAY), (sales, WEEK[6]), (sales, WEEK[0] - timedelta(days=1))):
        an_entry(task=task, day=day)
    timers.start(nora, sales, now=TEN_MINUTES_AGO)
    week = days.week(loaded(nora), WEEK, now=NOW)
    assert [[cell.day for cell in row.cells] for row in week.rows] == [WEEK, WEEK]
    assert [row.seconds for row in week.rows] == [2 * HOUR, HOUR + 10 * MINUTE]
    assert week.seconds == 3 * HOUR + 10 * MINUTE
    for day in WEEK:
        assert week.on(day) == days.sheet(loaded(nora), day, now=NOW).on(day)


@pytest.mark.parametrize("count", [1, 12])
def test_a_sheet_takes_two_queries_for_any_data(
    nora: Owner, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        retired, task = a_task(owner=nora, name=f"Post {number}"), a_task(owner=nora)
        for day in (*WEEK, TODAY - timedelta(days=20)):
            an_entry(task=task, day=day)
            an_entry(task=retired, day=day, source=TIMER)
        retire(retired)
    timers.start(nora, task, now=TEN_MINUTES_AGO)
    owner = loaded(nora)
    with django_assert_num_queries(2):
        assert len(days.sheet(owner, TODAY, now=NOW).rows) == 2 * count
    with django_assert_num_queries(2):
        assert len(days.week(owner, WEEK, now=NOW).rows) == 2 * count


# --- What is usual ------------------------------------------------------------------
def test_usual_is_the_middle_of_the_days_with_time_in_the_four_weeks_before(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    task, other = a_task(owner=nora), a_task(owner=nora)
    for back, hours in ((0, 9), (1, 1), (5, 2), (28, 3), (29, 9)):
        an_entry(task=task, day=TODAY - timedelta(days=back), seconds=hours * HOUR)
    an_entry(task=task, day=YESTERDAY, seconds=30 * MINUTE, source=TIMER)
    rows = {row.task: row.habit for row in days.sheet(nora, TODAY, now=NOW).rows}
    assert rows == {task: Habit(days=3, usual=130 * MINUTE, yesterday=90 * MINUTE), other: Habit()}
    with django_assert_num_queries(1):
        assert recent.of(nora, TODAY).habits == {task.pk: rows[task]}
    assert recent.of(nora, TODAY - timedelta(days=60)).habits == {}


# --- Copying ------------------------------------------------------------------------
def test_copying_fills_the_empty_rows_only(nora: Owner) -> None:
    for name in ("Email", "Sales", "Post"):
        task = a_task(owner=nora, name=name)
        an_entry(task=task, day=YESTERDAY, seconds=2 * HOUR)
        if name == "Sales":
            an_entry(task=task, seconds=MINUTE, source=TIMER)
        if name == "Post":
            retire(task)
    for filled in (1, 0):
        assert days.copy(nora, {TODAY: YESTERDAY}, now=NOW) == filled
        assert cells(nora) == {"Email": 2 * HOUR, "Sales": MINUTE}
    assert nora.changes.filter(via=EntryChange.Via.COPY).count() == 1
    assert_conserved(nora)


def test_a_row_whose_timer_runs_is_not_empty(nora: Owner) -> None:
    task = a_task(owner=nora, name="Email")
    an_entry(task=task, day=YESTERDAY)
    timers.start(nora, task, now=TEN_MINUTES_AGO)
    assert days.copy(loaded(nora), {TODAY: YESTERDAY}, now=NOW) == 0


def test_a_whole_week_is_copied_day_by_day(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    before = [day - timedelta(days=7) for day in WEEK]
    for number, day in enumerate(before):
        an_entry(task=email, day=day, seconds=(number + 1) * HOUR)
    an_entry(task=sales, day=before[2])
    an_entry(task=email, day=WEEK[1], seconds=MINUTE)
    assert days.copy(nora, dict(zip(WEEK, before, strict=True)), now=NOW) == 5
    # What is still to come after tomorrow stays empty.
    hours = [{"Email": HOUR}, {"Email": MINUTE}, {"Email": 3 * HOUR, "Sales": HOUR}, {"Email": 4 * HOUR}]
    assert [cells(nora, day) for day in WEEK] == [*hours, {"Email": 5 * HOUR}, {}, {}]
    assert_conserved(nora)


def test_what_the_timer_held_is_copied_as_typed(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, day=YESTERDAY, source=TIMER)
    an_entry(task=task, day=YESTERDAY)
    days.copy(nora, {TODAY: YESTERDAY}, now=NOW)
    assert entries(task) == {TYPED: 2 * HOUR}


def test_a_copy_that_makes_the_day_too_long_changes_nothing_and_says_why(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, day=YESTERDAY, seconds=20 * HOUR)
    an_entry(task=sales, seconds=5 * HOUR)
    with pytest.raises(TooMuch, match=r"^That makes 25 h in all, and this day has 24 h\.$"):
        days.copy(nora, {TODAY: YESTERDAY}, now=NOW)
    assert cells(nora) == {"Sales": 5 * HOUR}


def test_nothing_is_copied_to_a_day_that_is_still_to_come(nora: Owner) -> None:
    an_entry(task=a_task(owner=nora), day=YESTERDAY)
    with pytest.raises(TooMuch, match=r"^Saturday 17 October is still to come\.$"):
        days.copy(nora, {TODAY + timedelta(days=2): YESTERDAY}, now=NOW)
    assert days.copy(nora, {TOMORROW: YESTERDAY}, now=NOW) == 1


def test_nothing_of_another_owner_is_copied(nora: Owner, bea: Owner) -> None:
    an_entry(task=a_task(owner=bea), day=YESTERDAY)
    a_task(owner=nora)
    assert days.copy(nora, {TODAY: YESTERDAY}, now=NOW) == 0


def test_the_last_day_logged_is_at_most_a_week_back_and_never_the_day_itself(nora: Owner, bea: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=a_task(owner=bea), day=YESTERDAY)
    for day in (TODAY, TOMORROW, TODAY - timedelta(days=8)):
        an_entry(task=task, day=day)
    assert days.last_logged(nora, TODAY) is None
    an_entry(task=task, day=TODAY - timedelta(days=7))
    assert days.last_logged(nora, TODAY) == TODAY - timedelta(days=7)
    an_entry(task=task, day=TODAY - timedelta(days=3), source=TIMER)
    assert days.last_logged(nora, TODAY) == TODAY - timedelta(days=3)
