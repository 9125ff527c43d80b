"""The day sheet: what each task took on one local day of the owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from . import owners
from .models import Owner, Task, TimeEntry


class TooMuch(ValueError):
    """The times of a day, or of `task`, say what cannot be; its text is the sentence for the reader."""

    def __init__(self, text: str, task: Task | None = None) -> None:
        super().__init__(text)
        self.task = task


@dataclass(frozen=True, slots=True)
class Row:
    """One task of the sheet, with its seconds that day and the least that typing can set."""

    task: Task
    seconds: int
    fixed: int


def sheet(owner: Owner, day: date) -> list[Row]:
    """A row for each active task and for any other with time that day, best work last. Two queries."""
    logged: dict[int, int] = defaultdict(int)
    typed: dict[int, int] = defaultdict(int)
    entries = list(owner.entries.on(day).select_related("task"))
    for entry in entries:
        logged[entry.task_id] += entry.seconds
        if entry.source == TimeEntry.Source.TYPED:
            typed[entry.task_id] += entry.seconds
    tasks = {task.pk: task for task in owner.tasks.active()}
    # A retired task keeps its past days.
    tasks |= {entry.task_id: entry.task for entry in entries if entry.task_id not in tasks}
    ordered = sorted(tasks.values(), key=lambda task: (task.is_best_work, task.position, task.pk))
    return [Row(task, logged[task.pk], logged[task.pk] - typed[task.pk]) for task in ordered]


def length(day: date, zone: ZoneInfo) -> int:
    """Seconds in that local day: 22 to 26 h, from the zone, never 24 by decree."""
    return int((_start(day + timedelta(days=1), zone) - _start(day, zone)).total_seconds())


def _start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, whose local date is that day; midnight itself may not exist there."""
    utc = ZoneInfo("UTC")
    at = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(utc)
    # A midnight inside a gap comes out before the day began or after: walk to its first instant.
    while at.astimezone(zone).date() >= day:
        at -= timedelta(minutes=15)
    while at.astimezone(zone).date() < day:
        at += timedelta(minutes=15)
    return at


@transaction.atomic
def save(owner: Owner, day: date, times: Mapping[int, int], *, now: datetime) -> None:
    """
    Set what the tasks took on that day: seconds by task id, 0 to clear.

    Only the typed part changes: a sum below what a timer or an import holds, or a
    day longer than it is, raises TooMuch and changes nothing. A task that is not on
    the sheet, since it was just taken off it, is passed over.
    """
    owners.hold(owner)
    rows = {row.task.pk: row for row in sheet(owner, day)}
    total = sum(times.get(pk, row.seconds) for pk, row in rows.items())
    longest = length(day, owner.zone)
    if total > longest:
        raise TooMuch(f"That makes {total / 3600:.4g} h in all, and this day has {longest / 3600:.4g}.")
    for pk, row in rows.items():
        if pk in times:
            _type(row, day, times[pk], now)


def _type(row: Row, day: date, seconds: int, now: datetime) -> None:
    typed = seconds - row.fixed
    if typed < 0:
        said = f"{row.fixed // 60} minutes of this come from the timer or an import, so it cannot be less."
        raise TooMuch(said, row.task)
    key: dict[str, Any] = {"task": row.task, "day": day, "source": TimeEntry.Source.TYPED}
    if not typed:
        TimeEntry.objects.filter(**key).delete()
    elif seconds != row.seconds:
        TimeEntry.objects.update_or_create(
            **key, defaults={"owner_id": row.task.owner_id, "seconds": typed, "changed_at": now}
        )


@transaction.atomic
def copy(owner: Owner, day: date, *, now: datetime) -> int:
    """Fill the day's empty rows from the last earlier day with anything logged; how many were filled."""
    owners.hold(owner)
    before = owner.entries.filter(day__lt=day, day__gte=day - timedelta(days=7)).order_by("-day").first()
    if before is None:
        return 0
    theirs = {row.task.pk: row.seconds for row in sheet(owner, before.day)}
    empty = [row.task.pk for row in sheet(owner, day) if not row.seconds and row.task.retired_on is None]
    times = {pk: theirs[pk] for pk in empty if theirs.get(pk)}
    save(owner, day, times, now=now)
    return len(times)


def usual(owner: Owner, day: date) -> dict[int, int]:
    """What each task takes on a day it is done: the middle of the four weeks before. One query."""
    rows = owner.entries.between(day - timedelta(days=28), day - timedelta(days=1)).values_list(
        "task_id", "day", "seconds"
    )
    by_day: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for task_id, logged_on, seconds in rows:
        by_day[task_id][logged_on] += seconds
    return {task_id: _middle(times.values()) for task_id, times in by_day.items()}


def _middle(numbers: Iterable[int]) -> int:
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2]
