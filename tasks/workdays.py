"""Which days are work days: the owner's weekdays, without their days off. Nothing else decides it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import NamedTuple

from django.db.models import DateField, QuerySet

from . import owners
from .models import DayOff, Owner
from .prepared import Prepared, given
from .weeks import Week

DAY = timedelta(days=1)
# Far more than anybody has, and few enough to list and to read on every page.
MOST_DAYS_OFF = 500
# Its first and its last day.
Run = tuple[date, date]


class TooMany(Exception):
    """The owner has as many days off as there may be; what is written would be one more."""


@dataclass(frozen=True, slots=True)
class WorkDays:
    """
    The weekdays one works on, at least one: "12345" (ISO, 1 is Monday); and the days off, as runs in any order.

    Runs that overlap or follow each other are kept as one, so that a day is found among thousands at once.
    """

    weekdays: str
    off: tuple[Run, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "off", tuple(_merged(self.off)))

    def is_one(self, day: date) -> bool:
        return str(day.isoweekday()) in self.weekdays and self._run_off(day) is None

    def _run_off(self, day: date) -> Run | None:
        """The run that the day is in."""
        at = bisect(self.off, day, key=itemgetter(0))
        run = self.off[at - 1] if at else None
        return run if run and day <= run[1] else None

    def of(self, days: Iterable[date]) -> list[date]:
        return [day for day in days if self.is_one(day)]

    def count(self, week: Week) -> int:
        return len(self.of(week.days))

    def before(self, day: date) -> date:
        """The last work day before that one, however long ago."""
        day -= DAY
        while not self.is_one(day):
            run = self._run_off(day)
            day = (run[0] if run else day) - DAY
        return day


def _merged(runs: Iterable[Run]) -> list[Run]:
    """In order, with a work day possible between any two."""
    merged: list[Run] = []
    for first, last in sorted(runs):
        if merged and first.toordinal() <= merged[-1][1].toordinal() + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged


def _off() -> QuerySet[DayOff, Run]:
    """What is off, wholly or in part, from a given first day to a last one."""
    off = DayOff.objects.filter(owner_id=given("owner"), last__gte=given("first", DateField()))
    return off.filter(first__lte=given("last", DateField())).values_list("first", "last")


OFF = Prepared(_off)


def of(owner: Owner, first: date = date.min, last: date = date.max) -> WorkDays:
    """What holds from the first day to the last, both included: beyond them days off are not known. One query."""
    return WorkDays(owner.work_days, tuple(OFF.rows(owner=owner.pk, first=first, last=last)))


def take_off(owner: Owner, first: date, last: date, name: str) -> None:
    """
    Days off may overlap; the same ones under the same name, from a second press of the button, are there once.

    TooMany beyond MOST_DAYS_OFF; to be called in a transaction, so that two at once cannot pass it.
    """
    owners.hold(owner)
    if owner.days_off.count() >= MOST_DAYS_OFF:
        raise TooMany
    # The constraint decides, for another page may have written it just now.
    DayOff.objects.bulk_create([DayOff(owner=owner, first=first, last=last, name=name)], ignore_conflicts=True)


class Coverage(NamedTuple):
    """On how many of a week's work days something was logged, and how many it has."""

    logged: int
    of: int

    @property
    def sentence(self) -> str:
        """4 of 5 work days logged; nothing of a week that is wholly off."""
        return f"{self.logged} of {self.of} work day{'' if self.of == 1 else 's'} logged." if self.of else ""


def coverage(workdays: WorkDays, week: Week, logged_days: Collection[date]) -> Coverage:
    """What was logged on other days counts for none; `Log.days` has the days with anything logged."""
    days = workdays.of(week.days)
    return Coverage(len(set(days) & set(logged_days)), len(days))
