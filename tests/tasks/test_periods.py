"""Ranges of weeks and what they are shown by: each week lies in one week, month or year of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import periods
from tasks.periods import Span
from tasks.weeks import Week

WEEK_42 = Week(2026, 42)


def test_a_week_has_one_number_from_monday_to_sunday() -> None:
    monday = date(2026, 10, 12)
    numbers = {periods.number(monday + timedelta(days=day)) for day in range(7)}
    assert numbers == {periods.number(monday)}
    assert periods.number(date(1970, 1, 5)) == 0
    assert periods.monday(periods.number(monday)) == monday


def test_a_range_says_its_days_with_a_year_for_each_only_where_these_differ() -> None:
    assert str(Span.until(WEEK_42, 12)) == "27 July to 18 October 2026"
    assert str(Span(Week(2025, 41), WEEK_42)) == "6 October 2025 to 18 October 2026"
    # Week 1 of 2026 begins in 2025.
    assert str(Span(Week(2026, 1), Week(2026, 2))) == "29 December 2025 to 11 January 2026"


def test_a_year_has_all_its_weeks() -> None:
    assert str(Span.of_year(2026).last) == "2026-W53"
    assert str(Span.of_year(2025).last) == "2025-W52"


@pytest.mark.parametrize(("weeks", "unit"), [(1, "week"), (60, "week"), (61, "month"), (523, "month"), (531, "year")])
def test_a_long_range_is_shown_by_months_and_a_very_long_one_by_years(weeks: int, unit: str) -> None:
    assert periods.of(*Span.until(WEEK_42, weeks).numbers)[0] == unit


def test_a_week_counts_in_the_month_of_its_thursday() -> None:
    # 28 September to 4 October: its Thursday is the first of October.
    first, end = Span(Week(2025, 30), WEEK_42).numbers
    october = next(part for part in periods.of(first, end)[1] if part.label == "Oct 2026")
    assert periods.monday(october.start) == date(2026, 9, 28)


@settings(deadline=None)
@given(st.integers(1600, 6700), st.integers(1, 3000))
def test_each_week_of_a_range_lies_in_one_part_of_it(first: int, weeks: int) -> None:
    unit, parts = periods.of(first, first + weeks)
    assert [week for part in parts for week in range(part.start, part.end)] == list(range(first, first + weeks))
    assert all(part.start < part.end for part in parts)
    for part in parts:
        thursday = periods.monday(part.start) + timedelta(days=3)
        named = {"month": f"{thursday:%b %Y}", "year": str(thursday.year)}
        assert unit == "week" or part.label == named[unit]
