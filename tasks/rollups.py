"""Proof that the week totals are what the entries add up to, and the mending of those that are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import TruncWeek

from . import owners
from .models import Owner, TimeEntry, WeekTotal


@dataclass(frozen=True, slots=True)
class Difference:
    """A total that is not what its entries add up to, in seconds."""

    owner_id: int
    task_id: int
    monday: date
    kept: int
    counted: int


@transaction.atomic
def differences(owner: Owner) -> list[Difference]:
    """Every week of that owner's tasks whose total is off, read while nobody writes. Two queries."""
    owners.hold(owner)
    return list(_differences(owner))


def _differences(owner: Owner) -> Iterator[Difference]:
    counted = {
        (task_id, monday): seconds
        for task_id, monday, seconds in TimeEntry.objects.filter(owner=owner)
        .annotate(monday=TruncWeek("day"))
        .values_list("task_id", "monday")
        .annotate(total=Sum("seconds"))
    }
    kept = {
        (task_id, monday): seconds
        for task_id, monday, seconds in owner.week_totals.values_list("task_id", "monday", "seconds")
    }
    for task_id, monday in sorted(counted.keys() | kept.keys()):
        here, there = kept.get((task_id, monday), 0), counted.get((task_id, monday), 0)
        if here != there:
            yield Difference(owner.pk, task_id, monday, here, there)


@transaction.atomic
def mend(owner: Owner) -> int:
    """Make that owner's totals what the entries say; how many were off."""
    found = differences(owner)
    WeekTotal.objects.bulk_create(
        [
            WeekTotal(owner_id=each.owner_id, task_id=each.task_id, monday=each.monday, seconds=each.counted)
            for each in found
        ],
        update_conflicts=True,
        unique_fields=["task", "monday"],
        update_fields=["seconds"],
        batch_size=500,
    )
    return len(found)
