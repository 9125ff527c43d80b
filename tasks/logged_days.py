"""
On how many of its work days a week was logged, for any number of weeks: how far a report can be trusted.

The days of a week are bits, as in `WeekTotal.days`; weeks are numbers, as in `periods`. report.js counts the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from . import periods, weeks
from .workdays import WorkDays

EVERY_DAY = 127


@dataclass(frozen=True, slots=True)
class LoggedDays:
    """The days with anything logged of each week from `start` on, and the owner's work days."""

    start: int
    # A byte a week.
    logged: bytes
    # The work days of a usual week, and those of the weeks with days off.
    usual: int
    shorter: dict[int, int]

    def between(self, first: int, end: int) -> tuple[list[int], list[int]]:
        """
        How many work days were logged in each week from `first` to before `end`, and how many it had.

        Before the first week with a log there was nothing to log yet, so it has none.
        """
        begun = min(max(0, self.start - first), end - first)
        work = [0] * begun + [self.usual] * (end - first - begun)
        for week, days in self.shorter.items():
            if max(first, self.start) <= week < end:
                work[week - first] = days
        logged = periods.window(list(self.logged), self.start, first, end)
        return [(there & days).bit_count() for there, days in zip(logged, work, strict=True)], [
            days.bit_count() for days in work
        ]


def of(tracks: Iterable[tuple[int, bytes]], workdays: WorkDays) -> LoggedDays:
    """Of the first week of each task, and its days in each week from there on, a byte a week."""
    known = list(tracks)
    first = min((start for start, _ in known), default=0)
    end = max((start + len(days) for start, days in known), default=0)
    logged = 0  # one number of all bytes, for that is a hundred times as fast as week by week
    for start, days in known:
        logged |= int.from_bytes(days, "little") << 8 * (start - first)
    usual = sum(1 << int(day) - 1 for day in workdays.weekdays)
    return LoggedDays(first, logged.to_bytes(end - first, "little"), usual, _shorter(workdays, usual))


def _shorter(workdays: WorkDays, usual: int) -> dict[int, int]:
    """The work days of the weeks with days off."""
    left: dict[int, int] = {}
    for first, last in workdays.off:
        for after in range((last - first).days + 1):
            day = first + timedelta(days=after)
            week = periods.number(day)
            left[week] = left.get(week, usual) & (EVERY_DAY - weeks.bit(day))
    return left
