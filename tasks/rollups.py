"""Proof that the week totals are what the entries add up to, and the mending of those that are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum

from . import owners, weeks
from .models import Owner, TimeEntry, WeekTotal

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Total(NamedTuple):
    """Seconds of a week, and the days that have them, as `WeekTotal.days`."""

    seconds: int
    days: int

    def __str__(self) -> str:
        """3600 s on Mon, Thu"""
        days = ", ".join(name for number, name in enumerate(DAYS) if self.days >> number & 1)
        return f"{self.seconds} s on {days or 'no day'}"


NOTHING = Total(0, 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """A total that is not what its entries add up to: seconds, and days as bits."""

    owner_id: int
    task_id: int
    monday: date
    kept: Total
    counted: Total


@transaction.atomic
def differences(owner: Owner) -> list[Difference]:
    """Every week of that owner's tasks whose total is off, read while nobody writes. Two queries."""
    owners.hold(owner)
    return list(_differences(owner))


def _differences(owner: Owner) -> Iterator[Difference]:
    counted: dict[tuple[int, date], Total] = defaultdict(lambda: NOTHING)
    by_day = TimeEntry.objects.filter(owner=owner).values_list("task_id", "day").annotate(total=Sum("seconds"))
    for task_id, day, seconds in by_day:
        place = task_id, day - timedelta(days=day.weekday())
        so_far = counted[place]
        counted[place] = Total(so_far.seconds + seconds, so_far.days | weeks.bit(day))
    kept = {
        (task_id, monday): Total(seconds, days)
        for task_id, monday, seconds, days in owner.week_totals.values_list("task_id", "monday", "seconds", "days")
    }
    for task_id, monday in sorted(counted.keys() | kept.keys()):
        here, there = kept.get((task_id, monday), NOTHING), counted.get((task_id, monday), NOTHING)
        if here != there:
            yield Difference(owner.pk, task_id, monday, here, there)


@transaction.atomic
def mend(owner: Owner) -> int:
    """Make that owner's totals what the entries say; how many were off."""
    found = differences(owner)
    WeekTotal.objects.bulk_create(
        [
            WeekTotal(
                owner_id=each.owner_id,
                task_id=each.task_id,
                monday=each.monday,
                seconds=each.counted.seconds,
                days=each.counted.days,
            )
            for each in found
        ],
        update_conflicts=True,
        unique_fields=["task", "monday"],
        update_fields=["seconds", "days"],
        batch_size=500,
    )
    return len(found)
