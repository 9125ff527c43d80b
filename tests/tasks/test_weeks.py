"""ISO weeks, what was logged in them, and how much a task takes in a usual one."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from tasks import weeks
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, TimeEntry
from tasks.weeks import Week
from tests.factories import TODAY, a_task, an_entry

from .world import save

# TODAY is the Thursday of this week.
THIS = Week(2026, 42)
MINUTES = st.integers(0, 7 * 24 * 60)
NO_WEEKS = ["2026-W54", "2025-W53", "2026-W00", "2026-42", "2026-W1", "2026-w42", " 2026-W42", "2026-W42\n", ""]
NO_WEEKS += ["2026-W４2", "99999-W01", "0000-W01", "W42"]
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


# --- MATCHING.md, section 1 -----------------------------------------------------
@pytest.mark.parametrize(
    ("logged", "estimate", "usual"),
    [
        ([60, 60, 600], None, 60),
        ([0, 120, 0, 120, 0, 120], 60, 60),
        ([], 90, 90),
        ([200], 100, 133),
        ([0, 0, 0, 240, 0, 0, 0, 240], 60, 60),
        ([300, 310, 290, 1200, 305, 0], 300, 301),
        ([], None, None),
    ],
)
def test_the_examples_of_the_matching_page_hold(logged: list[int], estimate: int | None, usual: int | None) -> None:
    assert weeks.robust_minutes(logged, estimate) == usual


def test_two_weeks_are_taken_as_they_are_and_three_lose_their_ends() -> None:
    assert weeks.robust_minutes([10, 50], None) == 30
    assert weeks.robust_minutes([10, 50, 1000], None) == 50
    assert weeks.robust_minutes([0], None) == 0


@given(logged=st.lists(MINUTES, max_size=8), estimate=st.none() | MINUTES, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_weeks_is_of_no_matter(logged: list[int], estimate: int | None, seed: random.Random) -> None:
    shuffled = list(logged)
    seed.shuffle(shuffled)
    assert weeks.robust_minutes(shuffled, estimate) == weeks.robust_minutes(logged, estimate)


@given(logged=st.lists(MINUTES, min_size=1, max_size=8), estimate=MINUTES)
def test_what_is_usual_lies_between_what_was_logged_and_said(logged: list[int], estimate: int) -> None:
    for said in (None, estimate):
        known = logged + ([] if said is None else [said])
        usual = weeks.robust_minutes(logged, said)
        assert usual is not None
        assert min(known) <= usual <= max(known)


@given(logged=st.lists(MINUTES, min_size=3, max_size=8), freak=MINUTES)
def test_one_freak_week_more_or_less_wild_changes_nothing(logged: list[int], freak: int) -> None:
    highest = max(logged)
    assert weeks.robust_minutes([*logged, highest], None) == weeks.robust_minutes([*logged, highest + freak], None)


@given(numerator=st.integers(0, 10**9), denominator=st.integers(1, 10**6))
def test_halves_are_rounded_up_and_never_to_even(numerator: int, denominator: int) -> None:
    rounded = weeks.half_up(numerator, denominator)
    assert 2 * numerator - denominator < 2 * rounded * denominator <= 2 * numerator + denominator
    assert [weeks.half_up(n, 2) for n in (1, 3, 5)] == [1, 2, 3]


# --- The calendar ---------------------------------------------------------------
@given(day=DAYS)
def test_a_week_holds_its_days_from_monday_to_sunday(day: date) -> None:
    week = Week.of(day)
    assert week.first <= day <= week.last
    assert (week.first.weekday(), week.last.weekday()) == (0, 6)
    assert Week.of(week.first) == Week.of(week.last) == week
    assert Week.parse(str(week)) == week


@given(day=DAYS, count=st.integers(0, 120))
def test_weeks_are_counted_back_over_new_year(day: date, count: int) -> None:
    week = Week.of(day)
    assert week.back(count).first == week.first - timedelta(weeks=count)
    assert week.back(count) < week or not count


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 10, 15), "2026-W42"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2026, 1, 1), "2026-W01"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_a_week_belongs_to_the_year_of_its_thursday(day: date, week: str) -> None:
    assert str(Week.of(day)) == week


@pytest.mark.parametrize("text", NO_WEEKS)
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Week.parse(text)


def test_a_year_of_53_weeks_has_them() -> None:
    assert Week.parse("2026-W53").last == date(2027, 1, 3)


# --- What was logged --------------------------------------------------------------
def test_a_log_adds_up_entries_of_every_source_by_week_and_task(nora: Owner) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    monday = THIS.first
    an_entry(task=email, day=monday, seconds=HOUR)
    an_entry(task=email, day=monday, seconds=61, source=TimeEntry.Source.TIMER)
    an_entry(task=email, day=monday + timedelta(days=6), seconds=HOUR, source=TimeEntry.Source.IMPORT)
    an_entry(task=sales, day=monday - timedelta(days=1), seconds=2 * HOUR)
    log = weeks.log(nora, THIS.back(), THIS)
    assert log.of(THIS) == {email.pk: 2 * HOUR + 61}
    assert log.of(THIS.back()) == {sales.pk: 2 * HOUR}
    assert (log.days_logged(THIS), log.days_logged(THIS.back()), log.days_logged(THIS.back(5))) == (2, 1, 0)
    assert log.of(THIS.back(5)) == {}


def test_a_log_ends_where_it_was_asked_to(nora: Owner) -> None:
    task = a_task(owner=nora)
    for day in (THIS.first - timedelta(days=1), THIS.last + timedelta(days=1)):
        an_entry(task=task, day=day)
    assert weeks.log(nora, THIS, THIS).seconds == {}


def test_what_another_owner_logged_is_not_in_it(nora: Owner, bea: Owner) -> None:
    an_entry(task=a_task(owner=bea), day=TODAY)
    assert weeks.log(nora, THIS, THIS).seconds == {}


def test_a_week_whose_time_was_all_taken_out_again_is_as_if_nothing_was_logged(nora: Owner) -> None:
    task = unestimated(nora)
    logged(task, 100, 1)
    logged(task, 300, 2)
    save(nora, {task: 0}, day=THIS.back(2).first)
    log = weeks.log(nora, THIS.back(2), THIS)
    assert (log.of(THIS.back(2)), log.days_logged(THIS.back(2))) == ({}, 0)
    assert usual(nora, task) == [100]


# --- What is usual ----------------------------------------------------------------
def logged(task: Task, minutes: int, *weeks_ago: int) -> None:
    for count in weeks_ago:
        an_entry(task=task, day=THIS.back(count).first, seconds=minutes * MINUTE)


def unestimated(owner: Owner) -> Task:
    task = a_task(owner=owner)
    task.seconds_least = task.seconds_most = None
    task.save()
    return task


def usual(owner: Owner, *tasks: Task, today: date = TODAY) -> list[int | None]:
    minutes = weeks.usual_minutes(owner, tasks, today)
    return [minutes[task.pk] for task in tasks]


def test_the_running_week_does_not_count_and_sunday_night_ends_it(nora: Owner) -> None:
    task = unestimated(nora)
    logged(task, 100, 0)
    assert usual(nora, task) == [None]
    assert usual(nora, task, today=THIS.last) == [None]
    assert usual(nora, task, today=THIS.last + timedelta(days=1)) == [100]


def test_a_week_with_nothing_logged_at_all_is_a_holiday_and_no_zero(nora: Owner) -> None:
    task = unestimated(nora)
    logged(task, 100, 1, 3, 5, 7)
    assert usual(nora, task) == [100]


def test_a_week_in_which_only_other_work_was_logged_counts_as_zero(nora: Owner) -> None:
    task, other = unestimated(nora), unestimated(nora)
    logged(task, 120, 2)
    logged(other, 60, 1, 2)
    assert usual(nora, task, other) == [60, 60]


def test_the_last_eight_logged_weeks_tell_what_is_usual(nora: Owner) -> None:
    task = unestimated(nora)
    logged(task, 60, 1, 2, 3, 5, 6, 7, 9, 10)
    logged(task, 600, 11, 12, 13)
    assert usual(nora, task) == [60]


def test_an_estimate_of_a_day_counts_as_two_weeks_of_five_days(nora: Owner) -> None:
    task = a_task(owner=nora)
    task.seconds_least, task.seconds_most = 1 * HOUR, 2 * HOUR
    task.save()
    assert usual(nora, task) == [450]
    logged(task, 300, 1)
    assert usual(nora, task) == [400]


@pytest.mark.parametrize(("work_days", "minutes"), [("1", 90), ("135", 270), ("1234567", 630)])
def test_an_estimate_counts_as_often_as_the_owner_has_work_days(nora: Owner, work_days: str, minutes: int) -> None:
    """Days off make no usual week, so they take nothing from it."""
    task = a_task(owner=nora, hours=1)
    task.seconds_most = 2 * HOUR
    task.save()
    nora.work_days = work_days
    nora.days_off.create(first=TODAY - timedelta(days=30), last=TODAY + timedelta(days=30))
    assert usual(nora, task) == [minutes]


def test_odd_seconds_of_a_week_are_rounded_once_and_half_up(nora: Owner) -> None:
    task = unestimated(nora)
    for day, seconds in ((0, 29), (1, 29), (2, 32)):
        an_entry(task=task, day=THIS.back().first + timedelta(days=day), seconds=seconds)
    assert usual(nora, task) == [2]


def test_what_is_usual_takes_one_query_for_any_number_of_tasks(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tasks = [a_task(owner=nora) for _ in range(12)]
    for task in tasks:
        logged(task, 60, *range(1, 9))
    for some in (tasks[:1], tasks):
        with django_assert_num_queries(1):
            weeks.usual_minutes(nora, some, TODAY)


def test_a_long_break_leaves_the_weeks_before_it(nora: Owner) -> None:
    task = unestimated(nora)
    logged(task, 60, 40, 41, 42)
    assert usual(nora, task) == [60]
