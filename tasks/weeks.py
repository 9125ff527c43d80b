"""ISO weeks, the seconds logged in them, and how much a task takes in a usual one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import DateField, QuerySet

from .models import Owner, Task, WeekTotal
from .prepared import Prepared, given

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


def bit(day: date) -> int:
    """What stands for it among the days of its week: 1 for Monday, 64 for Sunday."""
    return 1 << day.weekday()


def _between() -> QuerySet[WeekTotal, tuple[int, date, int, int]]:
    mondays = given("first", DateField()), given("last", DateField())
    kept = WeekTotal.objects.filter(owner_id=given("owner"), monday__range=mondays, seconds__gt=0)
    return kept.values_list("task_id", "monday", "seconds", "days")


BETWEEN = Prepared(_between)


def log(owner: Owner, first: Week, last: Week) -> Log:
    """Seconds by week and task, and the days with anything logged, from the kept totals. One query."""
    seconds: dict[Week, dict[int, int]] = defaultdict(dict)
    days: dict[Week, int] = defaultdict(int)
    for task_id, monday, total, there in BETWEEN.rows(owner=owner.pk, first=first.first, last=last.first):
        week = Week.of(monday)
        seconds[week][task_id] = total
        days[week] |= there
    return Log(dict(seconds), {week: {day for day in week.days if bit(day) & there} for week, there in days.items()})


def _recent_weeks() -> QuerySet[WeekTotal, tuple[int, date, int]]:
    """Task, Monday and seconds of the last weeks with anything logged, up to a given Monday."""
    kept = WeekTotal.objects.filter(owner_id=given("owner"), seconds__gt=0)
    mondays = kept.filter(monday__lte=given("last", DateField())).order_by("-monday").values("monday").distinct()
    return kept.filter(monday__in=mondays[:RECENT]).values_list("task_id", "monday", "seconds")


USUAL = Prepared(_recent_weeks)


class Usual(NamedTuple):
    """
    Minutes a week that a task takes (None with neither log nor estimate), from how many weeks of the log beside the
    estimate, and its seconds in the last complete week (None if nothing at all was logged then).
    """

    minutes: int | None
    weeks: int
    last: int | None


def usual(owner: Owner, tasks: Sequence[Task], today: date) -> dict[int, Usual]:
    """
    What each task takes in a usual week, by task id.

    The last complete weeks in which the owner logged anything at all, so that a
    holiday does not count as zero (MATCHING.md section 1). One query.
    """
    last = Week.of(today).back().first
    seconds: dict[int, dict[date, int]] = defaultdict(dict)
    recent = set()
    for task_id, monday, total in USUAL.rows(owner=owner.pk, last=last):
        seconds[task_id][monday] = total
        recent.add(monday)
    found = {}
    for task in tasks:
        logged = seconds[task.pk]
        minutes = [half_up(logged.get(monday, 0), 60) for monday in recent]
        in_last = logged.get(last, 0) if last in recent else None
        found[task.pk] = Usual(robust_minutes(minutes, _estimate(task, len(owner.work_days))), len(recent), in_last)
    return found


def recent(owner: Owner, today: date) -> list[date]:
    """The Mondays of the weeks that tell what is usual, oldest first. One query."""
    return sorted({monday for _, monday, _ in USUAL.rows(owner=owner.pk, last=Week.of(today).back().first)})


def usual_minutes(owner: Owner, tasks: Sequence[Task], today: date) -> dict[int, int | None]:
    """Minutes a week that each task takes, by task id; None with neither log nor estimate. One query."""
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
