"""Which days are work days, and how much of a week was logged."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from tasks import weeks, workdays
from tasks.models import DayOff, Owner
from tasks.weeks import Week
from tasks.workdays import Coverage, WorkDays
from tests.factories import TODAY, a_task, an_entry

DAY = timedelta(days=1)
# TODAY is the Thursday of this week.
THIS = Week(2026, 42)
MONDAY = THIS.first
OFFICE = WorkDays("12345")
DAYS = st.dates(date(2026, 9, 1), date(2026, 11, 30))
WEEKS = DAYS.map(Week.of)
RUNS = st.tuples(DAYS, st.integers(0, 40)).map(lambda run: (run[0], run[0] + run[1] * DAY))
WEEKDAYS = st.sets(st.sampled_from("1234567"), min_size=1).map(lambda days: "".join(sorted(days)))
WORK = st.builds(WorkDays, WEEKDAYS, st.lists(RUNS, max_size=5).map(tuple))


# --- Which days -----------------------------------------------------------------
def test_weekdays_are_counted_from_monday() -> None:
    assert [OFFICE.is_one(day) for day in THIS.days] == [True] * 5 + [False] * 2
    assert [WorkDays("267").is_one(day) for day in THIS.days] == [False, True, False, False, False, True, True]


def test_both_ends_of_a_run_are_off_and_the_days_around_it_are_not() -> None:
    work = WorkDays("12345", ((MONDAY + DAY, MONDAY + 3 * DAY),))
    assert work.of(THIS.days) == [MONDAY, MONDAY + 4 * DAY]
    assert work.count(THIS) == 2


@given(work=WORK, week=WEEKS)
def test_a_week_has_as_many_as_its_days_that_are_one(work: WorkDays, week: Week) -> None:
    assert work.count(week) == sum(work.is_one(day) for day in week.days) <= len(work.weekdays)


@given(work=WORK, day=DAYS)
def test_a_day_off_is_never_one(work: WorkDays, day: date) -> None:
    assert all(not work.is_one(end) for run in work.off for end in run)
    if any(first <= day <= last for first, last in work.off):
        assert not work.is_one(day)


@given(work=WORK, run=RUNS, day=DAYS)
def test_another_day_off_adds_no_work_day_and_takes_away_none_but_its_own(
    work: WorkDays, run: tuple[date, date], day: date
) -> None:
    less = WorkDays(work.weekdays, (*work.off, run))
    assert less.is_one(day) == (work.is_one(day) and not run[0] <= day <= run[1])


@given(work=WORK, week=WEEKS)
def test_without_days_off_each_week_has_the_owners_weekdays(work: WorkDays, week: Week) -> None:
    assert WorkDays(work.weekdays).count(week) == len(work.weekdays)


@given(work=WORK, day=DAYS)
def test_the_work_day_before_is_the_last_one_that_is_one(work: WorkDays, day: date) -> None:
    before = work.before(day)
    assert before < day
    assert work.is_one(before)
    between = [before + n * DAY for n in range(1, (day - before).days)]
    assert work.of(between) == []


@given(weekdays=WEEKDAYS, runs=st.lists(RUNS, max_size=5), day=DAYS)
def test_runs_in_any_order_that_overlap_or_repeat_leave_the_same_work_days(
    weekdays: str, runs: list[tuple[date, date]], day: date
) -> None:
    work = WorkDays(weekdays, tuple(runs))
    is_off = any(first <= day <= last for first, last in runs)
    assert work.is_one(day) == (str(day.isoweekday()) in weekdays and not is_off)
    assert work == WorkDays(weekdays, tuple(reversed(runs + runs)))


def test_among_ten_thousand_days_off_the_work_day_before_is_found_in_few_steps() -> None:
    every_other = tuple((MONDAY - n * DAY, MONDAY - n * DAY) for n in range(1, 20_000, 2))
    assert WorkDays("1", every_other).before(MONDAY) == MONDAY - 14 * DAY
    century = WorkDays("12345", ((MONDAY - 36_500 * DAY, MONDAY - DAY),))
    looked_at = []

    class Counting(WorkDays):
        def is_one(self, day: date) -> bool:
            looked_at.append(day)
            return century.is_one(day)

    assert Counting(century.weekdays, century.off).before(MONDAY) == MONDAY - 36_501 * DAY
    assert len(looked_at) <= 5


# --- An owner's -----------------------------------------------------------------
@pytest.mark.django_db
def test_what_touches_the_days_asked_for_is_known_and_another_owners_is_not(
    nora: Owner, bea: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    nora.work_days = "123456"
    for first, last in ((-9, -1), (-9, 0), (2, 3), (6, 9), (7, 9)):
        workdays.take_off(nora, MONDAY + first * DAY, MONDAY + last * DAY, "")
    workdays.take_off(bea, MONDAY + 4 * DAY, MONDAY + 4 * DAY, "")
    with django_assert_num_queries(1):
        work = workdays.of(nora, THIS.first, THIS.last)
        assert [day.isoweekday() for day in work.of(THIS.days)] == [2, 5, 6]
    assert work.off == tuple((MONDAY + first * DAY, MONDAY + last * DAY) for first, last in ((-9, 0), (2, 3), (6, 9)))
    # Those that overlap or follow each other are one run.
    assert workdays.of(nora).off == work.off


@pytest.mark.django_db
def test_the_same_days_off_are_there_once_and_may_overlap_with_others(nora: Owner) -> None:
    for name in ("Holiday", "Holiday", "Move"):
        workdays.take_off(nora, MONDAY, MONDAY + DAY, name)
    workdays.take_off(nora, MONDAY, MONDAY + 2 * DAY, "Holiday")
    assert DayOff.objects.count() == 3
    assert workdays.of(nora).count(THIS) == 2


# --- How much of a week was logged ----------------------------------------------
@pytest.mark.parametrize(
    ("work", "logged", "covers", "said"),
    [
        (OFFICE, [0, 1, 2, 3], (4, 5), "4 of 5 work days logged."),
        (OFFICE, [4, 5, 6], (1, 5), "1 of 5 work days logged."),
        (OFFICE, [], (0, 5), "0 of 5 work days logged."),
        (WorkDays("67"), [4, 5, 6], (2, 2), "2 of 2 work days logged."),
        (WorkDays("3"), [2], (1, 1), "1 of 1 work day logged."),
        (WorkDays("12345", ((MONDAY, MONDAY + DAY),)), [0, 2], (1, 3), "1 of 3 work days logged."),
        (WorkDays("12345", ((MONDAY, MONDAY + 6 * DAY),)), [0, 2], (0, 0), ""),
    ],
)
def test_coverage_is_of_the_work_days_of_that_week(
    work: WorkDays, logged: list[int], covers: tuple[int, int], said: str
) -> None:
    coverage = workdays.coverage(work, THIS, [MONDAY + n * DAY for n in logged])
    assert coverage == covers
    assert coverage.sentence == said


@given(work=WORK, week=WEEKS, logged=st.sets(DAYS))
def test_no_more_is_covered_than_there_is(work: WorkDays, week: Week, logged: set[date]) -> None:
    coverage = workdays.coverage(work, week, logged)
    assert 0 <= coverage.logged <= coverage.of == work.count(week)
    assert workdays.coverage(work, week, week.days) == Coverage(coverage.of, coverage.of)


@pytest.mark.django_db
def test_coverage_reads_the_days_of_a_log(nora: Owner) -> None:
    task = a_task(owner=nora)
    for day in (TODAY, TODAY + DAY, TODAY + 2 * DAY):
        an_entry(task=task, day=day)
    workdays.take_off(nora, TODAY, TODAY, "")
    log = weeks.log(nora, THIS, THIS)
    assert workdays.coverage(workdays.of(nora, THIS.first, THIS.last), THIS, log.days[THIS]) == (1, 4)
