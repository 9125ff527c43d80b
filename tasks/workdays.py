"""Which days are work days: the owner's weekdays, without their days off. Nothing else decides it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from .models import Owner
from .weeks import Week

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkDays:
    """The weekdays one works on, at least one: "12345" (ISO, 1 is Monday). Each run off is its first and last day."""

    weekdays: str
    off: tuple[tuple[date, date], ...] = ()

    def is_one(self, day: date) -> bool:
        return str(day.isoweekday()) in self.weekdays and not any(first <= day <= last for first, last in self.off)

    def of(self, days: Iterable[date]) -> list[date]:
        return [day for day in days if self.is_one(day)]

    def count(self, week: Week) -> int:
        return len(self.of(week.days))

    def before(self, day: date) -> date:
        """The last work day before that one, however long ago."""
        day -= DAY
        while not self.is_one(day):
            day -= DAY
        return day


def of(owner: Owner, first: date = date.min, last: date = date.max) -> WorkDays:
    """What holds from the first day to the last, both included: beyond them days off are not known. One query."""
    off = owner.days_off.filter(first__lte=last, last__gte=first)
    return WorkDays(owner.work_days, tuple(off.values_list("first", "last")))


def take_off(owner: Owner, first: date, last: date, name: str) -> None:
    """Days off may overlap; the same ones under the same name, from a second press of the button, are there once."""
    same = owner.days_off.filter(first=first, last=last, name=name)
    if not same.exists():
        owner.days_off.create(first=first, last=last, name=name)


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


def covered(owner: Owner, week: Week) -> Coverage:
    """How much of one week was logged. Two queries."""
    logged = owner.entries.between(week.first, week.last).values_list("day", flat=True).distinct()
    return coverage(of(owner, week.first, week.last), week, list(logged))
