"""The day sheet: how long a local day is, what is on the sheet, and what saving and copying change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from tasks import dates, days
from tasks.days import TooMuch
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, TimeEntry
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner, the_best_work

QUARTER = timedelta(minutes=15)
YESTERDAY = TODAY - timedelta(days=1)
TYPED, TIMER, IMPORT = TimeEntry.Source
# For an owner in New York.
SHORT, LONG = date(2026, 3, 8), date(2026, 11, 1)


def cells(owner: Owner, day: date = TODAY) -> dict[str, int]:
    """Seconds by the name of the task, of the cells that are not empty."""
    return {row.task.name: row.seconds for row in days.sheet(owner, day) if row.seconds}


def entries(task: Task, day: date = TODAY) -> dict[str, int]:
    return {entry.source: entry.seconds for entry in task.entries.on(day)}


# --- The length of a day ------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Phoenix", "2026-03-08", 24),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        # No midnight: these days begin at one.
        ("Africa/Cairo", "2026-04-24", 23),
        ("America/Santiago", "2026-09-06", 23),
        ("Asia/Beirut", "2026-03-29", 23),
        ("America/Havana", "2026-03-08", 23),
        # Midnight comes twice, or the hour before it does.
        ("America/Havana", "2026-11-01", 25),
        ("Africa/Cairo", "2026-10-29", 25),
        ("America/Santiago", "2026-04-04", 25),
        ("Asia/Beirut", "2026-10-24", 25),
        # Half an hour, and two hours.
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Antarctica/Troll", "2026-03-29", 22),
        ("Antarctica/Troll", "2026-10-25", 26),
        # A day that a whole country left out.
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone: str, day: str, hours: float) -> None:
    assert days.length(date.fromisoformat(day), ZoneInfo(zone)) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", "2026-04-24"),
        ("Africa/Cairo", "2026-10-29"),
        ("America/Santiago", "2026-09-06"),
        ("America/Santiago", "2026-04-04"),
        ("Asia/Beirut", "2026-03-29"),
        ("America/Havana", "2026-03-08"),
    ],
)
def test_the_days_beside_an_odd_one_are_whole(zone: str, day: str) -> None:
    odd = date.fromisoformat(day)
    for beside in (odd - timedelta(days=1), odd + timedelta(days=1)):
        assert days.length(beside, ZoneInfo(zone)) == 24 * HOUR


@given(day=st.dates(date(2012, 1, 1), date(2045, 1, 1)), name=st.sampled_from(dates.zones()))
def test_a_day_holds_the_quarters_whose_local_date_it_is(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    start = datetime.combine(day - timedelta(days=1), time(), UTC)
    quarters = (start + QUARTER * n for n in range(4 * 24 * 4))
    counted = sum(at.astimezone(zone).date() == day for at in quarters)
    assert days.length(day, zone) == counted * 15 * MINUTE


# --- The sheet ----------------------------------------------------------------------
def test_the_sheet_has_a_row_for_each_task_in_the_owners_order_and_best_work_last(nora: Owner) -> None:
    the_best_work(owner=nora, name="Design")
    for position, name in enumerate(["Email", "Sales"]):
        task = a_task(owner=nora, name=name)
        Task.objects.filter(pk=task.pk).update(position=1 - position)
    assert [row.task.name for row in days.sheet(nora, TODAY)] == ["Sales", "Email", "Design"]


def test_a_cell_is_the_sum_of_its_entries_and_knows_what_typing_cannot_change(nora: Owner) -> None:
    task = a_task(owner=nora)
    for source, minutes in ((TYPED, 30), (TIMER, 10), (TIMER, 5), (IMPORT, 60)):
        an_entry(task=task, seconds=minutes * MINUTE, source=source)
    (row,) = days.sheet(nora, TODAY)
    assert (row.seconds, row.fixed) == (105 * MINUTE, 75 * MINUTE)


def test_a_retired_task_is_only_on_the_sheets_of_days_it_has_time_on(nora: Owner) -> None:
    task = a_task(owner=nora, name="Post")
    an_entry(task=task, day=YESTERDAY)
    Task.objects.filter(pk=task.pk).update(retired_on=TODAY)
    assert cells(nora, YESTERDAY) == {"Post": HOUR}
    assert days.sheet(nora, TODAY) == []


def test_another_owners_time_is_on_no_sheet_of_hers(nora: Owner, bea: Owner) -> None:
    an_entry(task=a_task(owner=bea))
    assert days.sheet(nora, TODAY) == []


def test_a_sheet_takes_two_queries_for_any_number_of_tasks(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 11):
        for _ in range(count):
            an_entry(task=a_task(owner=nora))
            an_entry(task=a_task(owner=nora, name="Post"))
            nora.tasks.filter(name="Post").update(retired_on=TODAY)
        with django_assert_num_queries(2):
            days.sheet(nora, TODAY)


# --- Saving -------------------------------------------------------------------------
def test_saving_makes_changes_and_clears_the_one_typed_entry(nora: Owner) -> None:
    task = a_task(owner=nora)
    for seconds, kept in ((HOUR, {TYPED: HOUR}), (2 * HOUR, {TYPED: 2 * HOUR}), (0, {}), (0, {})):
        days.save(nora, TODAY, {task.pk: seconds}, now=NOW)
        assert entries(task) == kept


def test_saving_one_cell_leaves_the_others_and_other_days_alone(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    for task, day in ((email, TODAY), (sales, TODAY), (email, YESTERDAY)):
        an_entry(task=task, day=day)
    days.save(nora, TODAY, {email.pk: 0}, now=NOW)
    assert cells(nora) == {"Sales": HOUR}
    assert cells(nora, YESTERDAY) == {"Email": HOUR}


def test_only_the_typed_part_of_a_sum_changes(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=30 * MINUTE, source=TIMER)
    an_entry(task=task, seconds=15 * MINUTE, source=IMPORT)
    fixed = {TIMER: 30 * MINUTE, IMPORT: 15 * MINUTE}
    for minutes, typed in ((60, {TYPED: 15 * MINUTE}), (90, {TYPED: 45 * MINUTE}), (45, {})):
        days.save(nora, TODAY, {task.pk: minutes * MINUTE}, now=NOW)
        assert entries(task) == fixed | typed


def test_a_sum_below_what_the_timer_or_an_import_holds_is_refused_and_changes_nothing(nora: Owner) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    an_entry(task=sales, seconds=30 * MINUTE, source=TIMER)
    for seconds in (0, 29 * MINUTE):
        with pytest.raises(TooMuch, match="30 minutes of this come from the timer or an import") as error:
            days.save(nora, TODAY, {email.pk: HOUR, sales.pk: seconds}, now=NOW)
        assert error.value.task == sales
        assert (entries(email), entries(sales)) == ({}, {TIMER: 30 * MINUTE})


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "hours"), [(SHORT, 23), (LONG, 25), (TODAY, 24)])
def test_a_day_takes_as_much_as_it_is_long_and_not_a_minute_more(day: date, hours: int) -> None:
    owner = an_owner(time_zone="America/New_York")
    email, sales = a_task(owner=owner, name="Email"), a_task(owner=owner, name="Sales")
    an_entry(task=email, day=day)
    days.save(owner, day, {sales.pk: (hours - 1) * HOUR}, now=NOW)
    with pytest.raises(TooMuch, match=rf"That makes {hours}\.02 h in all, and this day has {hours}\.$") as error:
        days.save(owner, day, {email.pk: HOUR + MINUTE}, now=NOW)
    assert error.value.task is None
    assert cells(owner, day) == {"Email": HOUR, "Sales": (hours - 1) * HOUR}


def test_time_can_move_from_one_task_to_another_on_a_full_day(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=24 * HOUR)
    days.save(nora, TODAY, {email.pk: 20 * HOUR, sales.pk: 4 * HOUR}, now=NOW)
    assert cells(nora) == {"Email": 20 * HOUR, "Sales": 4 * HOUR}


def test_what_is_not_on_the_sheet_is_passed_over(nora: Owner, bea: Owner) -> None:
    mine, theirs, retired = a_task(owner=nora), a_task(owner=bea), a_task(owner=nora)
    Task.objects.filter(pk=retired.pk).update(retired_on=TODAY)
    days.save(nora, TODAY, {theirs.pk: HOUR, retired.pk: HOUR, 0: HOUR, mine.pk: HOUR}, now=NOW)
    assert list(TimeEntry.objects.values_list("task", "owner")) == [(mine.pk, nora.pk)]


def test_the_time_of_a_retired_task_can_be_corrected_on_its_days(nora: Owner) -> None:
    task = a_task(owner=nora, name="Post")
    an_entry(task=task, day=YESTERDAY)
    Task.objects.filter(pk=task.pk).update(retired_on=TODAY)
    days.save(nora, YESTERDAY, {task.pk: 2 * HOUR}, now=NOW)
    assert cells(nora, YESTERDAY) == {"Post": 2 * HOUR}


def test_an_entry_keeps_its_note_and_says_when_it_was_changed(nora: Owner) -> None:
    task = a_task(owner=nora)
    entry = an_entry(task=task)
    TimeEntry.objects.filter(pk=entry.pk).update(note="Tax letters")
    later = NOW + timedelta(hours=1)
    days.save(nora, TODAY, {task.pk: HOUR}, now=later)
    entry.refresh_from_db()
    assert entry.changed_at == NOW
    days.save(nora, TODAY, {task.pk: 2 * HOUR}, now=later)
    entry.refresh_from_db()
    assert (entry.changed_at, entry.note) == (later, "Tax letters")


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(
    before=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(TimeEntry.Source), st.integers(1, 300)), max_size=6),
    typed=st.dictionaries(st.integers(0, 2), st.integers(0, 700), max_size=3),
)
def test_after_saving_each_cell_is_what_was_asked_or_nothing_changed(
    before: list[tuple[int, str, int]], typed: dict[int, int]
) -> None:
    owner = an_owner()
    tasks = [a_task(owner=owner) for _ in range(3)]
    for which, source, minutes in before:
        if source != TYPED or not tasks[which].entries.on(TODAY).typed().exists():
            an_entry(task=tasks[which], seconds=minutes * MINUTE, source=source)
    was = {row.task: row for row in days.sheet(owner, TODAY)}
    asked = {tasks[which]: minutes * MINUTE for which, minutes in typed.items()}
    fits = all(seconds >= was[task].fixed for task, seconds in asked.items())
    wanted = {task: asked.get(task, was[task].seconds) for task in tasks}
    fits = fits and sum(wanted.values()) <= 24 * HOUR
    try:
        days.save(owner, TODAY, {task.pk: seconds for task, seconds in asked.items()}, now=NOW)
    except TooMuch:
        assert not fits
        wanted = {task: was[task].seconds for task in tasks}
    else:
        assert fits
    now = {row.task: row for row in days.sheet(owner, TODAY)}
    assert {task: row.seconds for task, row in now.items()} == wanted
    assert {task: row.fixed for task, row in now.items()} == {task: row.fixed for task, row in was.items()}


# --- Copying, and what is usual -------------------------------------------------------
def test_copying_fills_the_empty_rows_only(nora: Owner) -> None:
    for name in ("Email", "Sales", "Post"):
        task = a_task(owner=nora, name=name)
        an_entry(task=task, day=YESTERDAY, seconds=2 * HOUR)
        if name == "Sales":
            an_entry(task=task, seconds=MINUTE, source=TIMER)
        if name == "Post":
            Task.objects.filter(pk=task.pk).update(retired_on=TODAY)
    assert days.copy(nora, TODAY, now=NOW) == 1
    assert cells(nora) == {"Email": 2 * HOUR, "Sales": MINUTE}
    assert days.copy(nora, TODAY, now=NOW) == 0


def test_the_last_day_with_anything_logged_is_copied_up_to_a_week_back(nora: Owner) -> None:
    task = a_task(owner=nora, name="Email")
    an_entry(task=task, day=TODAY - timedelta(days=8), seconds=8 * HOUR)
    an_entry(task=task, day=TODAY + timedelta(days=1), seconds=9 * HOUR)
    assert days.copy(nora, TODAY, now=NOW) == 0
    an_entry(task=task, day=TODAY - timedelta(days=7), seconds=7 * HOUR)
    an_entry(task=task, day=TODAY - timedelta(days=3), seconds=3 * HOUR)
    assert days.copy(nora, TODAY, now=NOW) == 1
    assert cells(nora) == {"Email": 3 * HOUR}


def test_what_the_timer_held_is_copied_as_typed(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, day=YESTERDAY, source=TIMER)
    an_entry(task=task, day=YESTERDAY)
    days.copy(nora, TODAY, now=NOW)
    assert entries(task) == {TYPED: 2 * HOUR}


def test_a_copy_that_makes_the_day_too_long_changes_nothing(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, day=YESTERDAY, seconds=20 * HOUR)
    an_entry(task=sales, seconds=5 * HOUR)
    with pytest.raises(TooMuch):
        days.copy(nora, TODAY, now=NOW)
    assert cells(nora) == {"Sales": 5 * HOUR}


def test_nothing_of_another_owner_is_copied(nora: Owner, bea: Owner) -> None:
    an_entry(task=a_task(owner=bea), day=YESTERDAY)
    a_task(owner=nora)
    assert days.copy(nora, TODAY, now=NOW) == 0


def test_usual_is_the_middle_of_the_days_with_time_in_the_four_weeks_before(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    task = a_task(owner=nora)
    for back, hours in ((0, 9), (1, 1), (5, 2), (28, 3), (29, 9)):
        an_entry(task=task, day=TODAY - timedelta(days=back), seconds=hours * HOUR)
    an_entry(task=task, day=YESTERDAY, seconds=30 * MINUTE, source=TIMER)
    with django_assert_num_queries(1):
        assert days.usual(nora, TODAY) == {task.pk: 2 * HOUR}
    assert days.usual(nora, TODAY - timedelta(days=60)) == {}
