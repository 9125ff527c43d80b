"""How many work days of any weeks were logged: counted with bits, as if each day were looked at."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import logged_days, periods, reports, weeks
from tasks.models import DayOff, Owner
from tasks.periods import Span
from tasks.weeks import Week
from tasks.workdays import WorkDays
from tests.factories import TODAY, a_task, an_entry

FIRST = periods.monday(2900)
DAYS = st.integers(0, 70).map(lambda after: FIRST + timedelta(days=after))
TASKS = st.lists(st.sets(DAYS, min_size=1), max_size=4)
RUNS_OFF = st.tuples(DAYS, st.integers(0, 20)).map(lambda run: (run[0], run[0] + timedelta(days=run[1])))
WORKDAYS = st.builds(
    lambda weekdays, off: WorkDays("".join(sorted(weekdays)), tuple(off)),
    st.sets(st.sampled_from("1234567"), min_size=1),
    st.lists(RUNS_OFF, max_size=3),
)


def packed(days: set[date]) -> tuple[int, bytes]:
    """As the totals of one task have them: its first week, and the bits of each from there on."""
    first, last = periods.number(min(days)), periods.number(max(days))
    in_week = [[day for day in days if periods.number(day) == week] for week in range(first, last + 1)]
    return first, bytes(sum(map(weeks.bit, there)) for there in in_week)


@given(TASKS, WORKDAYS, st.tuples(st.integers(2895, 2915), st.integers(0, 12)))
def test_any_weeks_have_as_many_logged_work_days_as_counting_one_by_one_finds(
    tasks: list[set[date]], workdays: WorkDays, asked: tuple[int, int]
) -> None:
    first, end = asked[0], sum(asked)
    logged, work = logged_days.of(map(packed, tasks), workdays).between(first, end)
    there = set().union(*tasks)
    for at, week in enumerate(range(first, end)):
        days = workdays.of(periods.monday(week) + timedelta(days=n) for n in range(7))
        has_begun = bool(there) and week >= periods.number(min(there))
        assert (logged[at], work[at]) == (len(there & set(days)), len(days) if has_begun or not there else 0)


@pytest.mark.django_db
def test_a_report_knows_days_off_and_counts_a_day_once_for_all_its_tasks(nora: Owner) -> None:
    monday = TODAY - timedelta(days=3)
    task, other = a_task(owner=nora), a_task(owner=nora)
    for each in (task, other):
        an_entry(task=each, day=monday)
        an_entry(task=each, day=monday - timedelta(days=14))
    an_entry(task=task, day=TODAY)
    an_entry(task=task, day=monday - timedelta(days=1))  # a Sunday
    DayOff.objects.create(owner=nora, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=30))
    this_week = Week.of(TODAY)
    report = reports.of(reports.log(nora), Span.until(this_week, 3))
    assert [(each.logged, each.workdays) for each in report.stretches] == [(1, 5), (0, 5), (2, 4)]
    assert report.coverage.sentence == "3 of 14 work days logged."
