"""
Ranges of weeks, and the weeks, months or years that they are shown by.

A week is a whole number here, counted from the first Monday of 1970. It lies in the month and the year of its
Thursday, as ISO 8601 has it, so that each week lies in one month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal, NamedTuple

from . import dates
from .weeks import Week

Unit = Literal["week", "month", "year"]
ZERO = date(1970, 1, 5).toordinal()
THURSDAY = 3
# More columns than these are too thin to see; ten years have at most 523 weeks.
MOST_WEEKS, MOST_WEEKS_BY_MONTH = 60, 530


def number(day: date) -> int:
    """The number of the week that has this day."""
    return (day.toordinal() - ZERO) // 7


def monday(week: int) -> date:
    return date.fromordinal(ZERO + 7 * week)


def window(numbers: list[int], start: int, first: int, end: int) -> list[int]:
    """Of the numbers of each week from `start` on those of the weeks from `first` to before `end`; others are 0."""
    there = numbers[max(0, first - start) : max(0, end - start)]
    before = min(end, max(first, start)) - first
    return [0] * before + there + [0] * (end - first - before - len(there))


@dataclass(frozen=True, slots=True)
class Span:
    """Weeks from the first to the last; both belong to it."""

    first: Week
    last: Week

    @classmethod
    def until(cls, last: Week, weeks: int) -> Span:
        """That many weeks, and the last of them."""
        return cls(last.back(weeks - 1), last)

    @classmethod
    def of_year(cls, year: int) -> Span:
        """All its ISO weeks, 52 or 53."""
        return cls(Week(year, 1), Week.of(date(year, 12, 28)))

    @property
    def numbers(self) -> tuple[int, int]:
        """The first week, and the one after the last."""
        return number(self.first.first), number(self.last.first) + 1

    @property
    def query(self) -> str:
        return f"from={self.first}&to={self.last}"

    def __str__(self) -> str:
        """27 July to 18 October 2026"""
        first, last = self.first.first, self.last.last
        return f"{dates.long(first) if first.year == last.year else dates.dated(first)} to {dates.dated(last)}"


class Period(NamedTuple):
    """Weeks from `start` to before `end`; the label stands in the table, the short one below the chart."""

    label: str
    short: str
    start: int
    end: int


def of(first: int, end: int) -> tuple[Unit, list[Period]]:
    """What a range from `first` to before `end` is shown by; its first and last month or year may be cut."""
    if end - first <= MOST_WEEKS:
        return "week", [_week(week) for week in range(first, end)]
    if end - first <= MOST_WEEKS_BY_MONTH:
        return "month", list(_months(first, end, 1))
    return "year", list(_months(first, end, 12))


def _week(week: int) -> Period:
    day = monday(week)
    return Period(dates.short_dated(day), dates.short(day), week, week + 1)


def _months(first: int, end: int, step: int) -> Iterator[Period]:
    """By so many months, 1 or 12."""
    thursday = monday(first) + timedelta(days=THURSDAY)
    month, start = 12 * thursday.year + (thursday.month - 1 if step == 1 else 0), first
    while start < end:
        label, stop = _name(month, step), min(end, _begin(month + step))
        yield Period(label, label, start, stop)
        month, start = month + step, stop


@cache  # a few for each year, and the same for every owner
def _begin(month: int) -> int:
    """The first week with its Thursday in that month, counted from the year 0."""
    first = date(month // 12, month % 12 + 1, 1)
    return (first.toordinal() - THURSDAY - ZERO + 6) // 7


@cache
def _name(month: int, step: int) -> str:
    """Oct 2026, or 2026 for a step of a year."""
    return f"{date(month // 12, month % 12 + 1, 1):%b %Y}" if step == 1 else str(month // 12)
