"""ISO weeks, the seconds logged in them, and how much a task takes in a usual one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from .models import Owner, Task

# MATCHING.md section 1: how many logged weeks tell what is usual.
RECENT = 8


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday. Its text is "2026-W42"."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Week:
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> Week:
        """The week of "2026-W42"; ValueError for anything else, also for a week 53 that the year has not."""
        match = re.fullmatch(r"([12][0-9]{3})-W([0-9]{2})", text)
        if not match:
            raise ValueError(f"{text!r} is not a week; write it as 2026-W42")
        week = cls(int(match[1]), int(match[2]))
        week.first  # noqa: B018 - raises for a week that is not there
        return week

    @property
    def first(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def days(self) -> list[date]:
        """Monday to Sunday."""
        return [self.first + timedelta(days=n) for n in range(7)]

    def back(self, weeks: int = 1) -> Week:
        return Week.of(self.first - timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


@dataclass(frozen=True, slots=True)
class Log:
    """What one owner logged in a run of weeks."""

    seconds: dict[Week, dict[int, int]]
    days: dict[Week, set[date]]

    def of(self, week: Week) -> dict[int, int]:
        """Seconds by task id; empty for a week without entries."""
        return self.seconds.get(week, {})

    def days_logged(self, week: Week) -> int:
        return len(self.days.get(week, ()))


def log(owner: Owner, first: Week, last: Week) -> Log:
    """Seconds by week and task, from the kept totals, and the days with anything logged. Two queries."""
    seconds: dict[Week, dict[int, int]] = defaultdict(dict)
    kept = owner.week_totals.filter(monday__range=(first.first, last.first), seconds__gt=0)
    for task_id, monday, total in kept.values_list("task_id", "monday", "seconds"):
        seconds[Week.of(monday)][task_id] = total
    days: dict[Week, set[date]] = defaultdict(set)
    for day in owner.entries.between(first.first, last.last).values_list("day", flat=True).distinct():
        days[Week.of(day)].add(day)
    return Log(dict(seconds), dict(days))


class Usual(NamedTuple):
    """
    Minutes a week that a task takes (None with neither log nor estimate), in how many weeks it was logged,
    and its seconds in the last complete week (None if nothing at all was logged then).
    """

    minutes: int | None
    weeks: int
    last: int | None


def usual(owner: Owner, tasks: Sequence[Task], today: date) -> dict[int, Usual]:
    """
    What each task takes in a usual week, by task id.

    The last complete weeks in which the owner logged anything at all, so that a
    holiday does not count as zero (MATCHING.md section 1). Two queries.
    """
    last = Week.of(today).back().first
    kept = owner.week_totals.filter(monday__lte=last, seconds__gt=0)
    recent = list(kept.order_by("-monday").values_list("monday", flat=True).distinct()[:RECENT])
    seconds: dict[int, dict[date, int]] = defaultdict(dict)
    for task_id, monday, total in kept.filter(monday__in=recent).values_list("task_id", "monday", "seconds"):
        seconds[task_id][monday] = total
    found = {}
    for task in tasks:
        logged = seconds[task.pk]
        minutes = [half_up(logged.get(monday, 0), 60) for monday in recent]
        in_last = logged.get(last, 0) if last in recent else None
        found[task.pk] = Usual(robust_minutes(minutes, _estimate(task, len(owner.work_days))), len(logged), in_last)
    return found


def usual_minutes(owner: Owner, tasks: Sequence[Task], today: date) -> dict[int, int | None]:
    """Minutes a week that each task takes, by task id; None with neither log nor estimate. Two queries."""
    return {pk: each.minutes for pk, each in usual(owner, tasks, today).items()}


def robust_minutes(weekly: Sequence[int], estimate: int | None) -> int | None:
    """Minutes a week from logged weeks and an estimate that weighs as two (MATCHING.md section 1)."""
    weeks = sorted(weekly)
    if len(weeks) >= 3:
        weeks[0], weeks[-1] = weeks[1], weeks[-2]
    if estimate is None:
        return half_up(sum(weeks), len(weeks)) if weeks else None
    return half_up(2 * estimate + sum(weeks), 2 + len(weeks))


def half_up(numerator: int, denominator: int) -> int:
    """The quotient, rounded half up; the numerator is not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def _estimate(task: Task, work_days: int) -> int | None:
    """Minutes of a whole week; an estimate is for a work day, and days off make no usual week."""
    seconds = task.estimated_seconds
    return None if seconds is None else half_up(seconds * work_days, 60)
