"""The entries of some days as bare rows, and what they say of the owner's habits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection

from .models import Owner

# How far back "usually" and "your log says" look, and how many logged days tell enough.
BACK = timedelta(days=28)
DAYS_THAT_TELL = 5
# By hand, and not prepared: three hundred rows come as they are, without a converter for each of their days.
ROWS = """
    SELECT id, task_id, day, source, seconds, note FROM tasks_timeentry
    WHERE owner_id = %(owner)s AND day BETWEEN %(first)s AND %(last)s
"""
EntryRow = tuple[int, int, date, str, int, str]


@dataclass(frozen=True, slots=True)
class Habit:
    """
    What a task took on the days it was done, of the four weeks before: how many days, seconds on average.

    And what it took on the day before, to be taken over.
    """

    days: int = 0
    usual: int = 0
    yesterday: int = 0

    @property
    def tells(self) -> bool:
        """Whether it is enough to stand beside the owner's estimate."""
        return self.days >= DAYS_THAT_TELL


NO_HABIT = Habit()


def rows(owner: Owner, first: date, last: date) -> list[EntryRow]:
    """Id, task, day, source, seconds and note of each entry, in no order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"owner": owner.pk, "first": first.isoformat(), "last": last.isoformat()})
        found: list[EntryRow] = cursor.fetchall()
        return found


def habits(rows: Iterable[EntryRow], day: date) -> dict[int, Habit]:
    """By task id, as of that day."""
    times: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for _, task_id, on, _, seconds, _ in rows:
        if on < day:
            times[task_id][on] += seconds
    before = day - timedelta(days=1)
    return {
        task_id: Habit(len(by_day), sum(by_day.values()) // len(by_day), by_day.get(before, 0))
        for task_id, by_day in times.items()
    }


class Recent(NamedTuple):
    """What is usual, by task id, and the days with anything logged."""

    habits: dict[int, Habit]
    days: set[date]


def of(owner: Owner, day: date) -> Recent:
    """The weeks up to that day. One query."""
    found = rows(owner, day - BACK, day)
    return Recent(habits(found, day), {on for _, _, on, _, _, _ in found})
