"""
The hours of any weeks by week, task and quadrant, and what the routine among them was worth.

Weeks are whole numbers here (`periods.number`) and money is whole smallest units, such as cents:
ten years are five thousand sums, and report.js makes the same ones in the browser.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from babel.numbers import get_currency_precision
from django.db import connection

from . import formats, logged_days, money, owners, periods, quadrants, workdays
from .logged_days import LoggedDays
from .models import Owner
from .owners import HourValues
from .periods import Period, Span
from .quadrants import Quadrant
from .workdays import Coverage

BEST, UNSCORED = "Best work", "Not scored yet"
GROUPS = (BEST, *(quadrant.label for quadrant in Quadrant), UNSCORED)
# By hand, so that the database packs a task's weeks into one row: ten years as rows cost twice the rest of the page.
# They are packed before they meet their task, for Postgres would carry its name and more along with each week.
PACKED = """
    SELECT name, is_best_work, loathe, excel, retired_on, mondays, seconds, days
    FROM tasks_task task JOIN (
        SELECT task_id, CAST({list}(monday) AS text) AS mondays,
            CAST({list}(seconds) AS text) AS seconds, CAST({list}(days) AS text) AS days
        FROM tasks_weektotal WHERE {whose} AND seconds > 0 GROUP BY task_id
    ) packed ON packed.task_id = task.id
    ORDER BY is_best_work, position, task.id
"""
# SQLite finds the weeks of each task in order; of an owner's weeks it would first sort all.
DIALECTS = {
    "sqlite": {
        "list": "json_group_array",
        "whose": "task_id IN (SELECT id FROM tasks_task WHERE owner_id = %s)",
    },
    "postgresql": {"list": "json_agg", "whose": "owner_id = %s"},
}


@dataclass(frozen=True)
class Track:
    """
    A task, retired or not, and its seconds in each week from week `start` on.

    They are kept as the JSON that the database packed them into, for the page passes them on as they are.
    """

    name: str
    group: str
    is_retired: bool
    start: int
    packed: str

    @cached_property
    def seconds(self) -> list[int]:
        seconds: list[int] = json.loads(self.packed)
        return seconds

    @property
    def is_best_work(self) -> bool:
        return self.group == BEST

    def between(self, first: int, end: int) -> list[int]:
        """Seconds of each week from `first` to before `end`."""
        return periods.window(self.seconds, self.start, first, end)


@dataclass(frozen=True)
class Log:
    """All that an owner logged, and what an hour of their best work was worth meanwhile."""

    tracks: list[Track]
    values: HourValues
    currency: str
    days: LoggedDays

    @cached_property
    def weeks(self) -> tuple[int, int] | None:
        """The first and the last week with anything logged."""
        if not self.tracks:
            return None
        return min(t.start for t in self.tracks), max(t.start + len(t.seconds) for t in self.tracks) - 1

    @cached_property
    def digits(self) -> int:
        """How many of an amount stand after the point."""
        return int(get_currency_precision(self.currency))

    @cached_property
    def starts(self) -> list[tuple[int, int]]:
        """Week and hundredths of the currency: what an hour is worth from then on, the first one also before."""
        return [(periods.number(day), int(amount * 100)) for day, amount in self.values.figures]

    def hourly(self, first: int, end: int) -> list[int]:
        """What an hour was worth in each of these weeks, in hundredths: the figure of its Sunday holds for a week."""
        hourly = [self.starts[0][1] if self.starts else 0] * (end - first)
        for start, hundredths in self.starts:
            at = max(0, start - first)
            hourly[at:] = [hundredths] * (len(hourly) - at)
        return hourly

    def worths(self, seconds: Sequence[int], hourly: Sequence[int]) -> list[int]:
        """Of each week, in smallest units: rounded half up here, once and for all sums."""
        per = 360_000 // 10**self.digits
        half = per // 2
        return [(spent * value + half) // per for spent, value in zip(seconds, hourly, strict=True)]

    def amount(self, units: int) -> Decimal:
        return Decimal(units).scaleb(-self.digits)


class Row(NamedTuple):
    """What a task or a quadrant took, and what that was worth in smallest units; best work has no such worth."""

    name: str
    seconds: int
    worth: int | None
    group: str = ""
    is_retired: bool = False


class Stretch(NamedTuple):
    """A week, a month or a year of the report, with how many of its work days were logged, and how many it had."""

    period: Period
    best: int
    routine: int
    worth: int
    logged: int
    workdays: int

    @property
    def seconds(self) -> int:
        return self.best + self.routine


@dataclass(frozen=True)
class Report:
    """A range of weeks added up in three ways; each adds up to `seconds` and `worth`."""

    span: Span
    currency: str
    unit: periods.Unit
    tasks: list[Row]
    groups: list[Row]
    stretches: list[Stretch]

    @cached_property
    def best(self) -> int:
        return sum(stretch.best for stretch in self.stretches)

    @cached_property
    def routine(self) -> int:
        return sum(stretch.routine for stretch in self.stretches)

    @cached_property
    def seconds(self) -> int:
        return self.best + self.routine

    @cached_property
    def worth(self) -> int:
        """Of the routine, in smallest units."""
        return sum(stretch.worth for stretch in self.stretches)

    @cached_property
    def coverage(self) -> Coverage:
        return Coverage(sum(each.logged for each in self.stretches), sum(each.workdays for each in self.stretches))


class Line(NamedTuple):
    """One task in one week, for the spreadsheet."""

    week: int
    track: Track
    seconds: int
    worth: int | None


def log(owner: Owner) -> Log:
    """Three queries, for any number of years."""
    with connection.cursor() as cursor:
        cursor.execute(PACKED.format(**DIALECTS[connection.vendor]), [owner.pk])
        rows = cursor.fetchall()
    weeks, tracks, days = _Weeks(), [], []
    for name, is_best_work, loathe, excel, retired_on, mondays, packed, packed_days in rows:
        group = BEST if is_best_work else _quadrant(loathe, excel)
        logged = weeks[mondays]
        if logged.has_gaps:
            packed = json.dumps(logged.spread(json.loads(packed)))
        tracks.append(Track(name, group, retired_on is not None, logged.start, packed))
        days.append((logged.start, bytes(logged.spread(json.loads(packed_days)))))
    known = logged_days.of(days, workdays.of(owner))
    return Log(tracks, owners.hour_values(owner), owner.currency, known)


class _Logged(NamedTuple):
    """The weeks with time of a task, in whatever order they come."""

    weeks: list[int]
    start: int
    has_gaps: bool

    def spread(self, numbers: Sequence[int]) -> Sequence[int]:
        """Those of the weeks with time, as those of each week from the first one on."""
        if not self.has_gaps:
            return numbers
        weekly = [0] * (max(self.weeks) - self.start + 1)
        for week, number in zip(self.weeks, numbers, strict=True):
            weekly[week - self.start] = number
        return weekly


class _Weeks(dict[str, _Logged]):
    """By the text of their Mondays: tasks that were logged in the same weeks have the same one, read once."""

    def __missing__(self, mondays: str) -> _Logged:
        weeks = list(map(_week, json.loads(mondays)))
        start = min(weeks)
        self[mondays] = logged = _Logged(weeks, start, weeks != list(range(start, start + len(weeks))))
        return logged


@lru_cache(maxsize=6000)  # the Mondays of a hundred years
def _week(monday: str) -> int:
    return periods.number(date.fromisoformat(monday))


def _quadrant(loathe: int | None, excel: int | None) -> str:
    return UNSCORED if loathe is None or excel is None else quadrants.of(loathe, excel).label


def of(log: Log, span: Span) -> Report:
    """Add up these weeks; what took no time in them is left out."""
    first, end = span.numbers
    hourly = log.hourly(first, end)
    tasks: list[Row] = []
    best, routine, worth = [[0] * (end - first)], [[0] * (end - first)], [[0] * (end - first)]
    for track in log.tracks:
        seconds = track.between(first, end)
        if not (total := sum(seconds)):
            continue
        if track.is_best_work:
            best.append(seconds)
            tasks.append(Row(track.name, total, None, track.group, track.is_retired))
        else:
            routine.append(seconds)
            worth.append(log.worths(seconds, hourly))
            tasks.append(Row(track.name, total, sum(worth[-1]), track.group, track.is_retired))
    unit, parts = periods.of(first, end)
    sums = [list(map(sum, zip(*weeks, strict=True))) for weeks in (best, routine, worth)]
    sums += log.days.between(first, end)
    cuts = [0, *(part.end - first for part in parts)]
    stretches = list(map(Stretch, parts, *[_cut(weeks, cuts) for weeks in sums]))
    tasks.sort(key=lambda row: -row.seconds)
    return Report(span, log.currency, unit, tasks, _by_group(tasks), stretches)


def _cut(weeks: Sequence[int], cuts: Sequence[int]) -> list[int]:
    """The sum of the weeks from each cut to before the next."""
    run = [0, *accumulate(weeks)]
    return [run[end] - run[start] for start, end in pairwise(cuts)]


def _by_group(tasks: list[Row]) -> list[Row]:
    seconds: dict[str, int] = defaultdict(int)
    worth: dict[str, int] = defaultdict(int)
    for row in tasks:
        seconds[row.group] += row.seconds
        worth[row.group] += row.worth or 0
    return [Row(name, seconds[name], None if name == BEST else worth[name]) for name in GROUPS if name in seconds]


def lines(log: Log, span: Span) -> Iterator[Line]:
    """Each week and task with time, oldest first; they add up to the report of these weeks."""
    first, end = span.numbers
    hourly = log.hourly(first, end)
    columns = []
    for track in log.tracks:
        seconds = track.between(first, end)
        worths: Sequence[int | None] = log.worths(seconds, hourly)
        columns.append((track, seconds, [None] * len(seconds) if track.is_best_work else worths))
    for at in range(end - first):
        for track, seconds, worths in columns:
            if seconds[at]:
                yield Line(first + at, track, seconds[at], worths[at])


def for_script(log: Log) -> dict[str, Any]:
    """The whole log for report.js but the seconds, which the page has beside it, task by task."""
    tasks = [[track.name, GROUPS.index(track.group), int(track.is_retired), track.start] for track in log.tracks]
    return {
        "groups": GROUPS,
        "tasks": tasks,
        "starts": log.starts,
        "digits": log.digits,
        "prefix": prefix(log.currency),
        "days": {
            "start": log.days.start,
            "logged": log.days.logged.decode("latin-1"),
            "usual": log.days.usual,
            "shorter": log.days.shorter,
        },
        "formats": formats.for_script(),
    }


@cache
def prefix(currency: str) -> str:
    """What stands before an amount: "$"."""
    return money.exact(Decimal(0), currency).partition("0")[0]
