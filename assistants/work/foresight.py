"""How much of the help was planned, and how much was called for at the last moment: hours worked, by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistants.models import WorkLog
from assistants.months import Month
from tasks import weeks
from tasks.models import Owner

MONTHS = 6


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Seconds worked in one month on hand-offs that were sent well before their start, and on the others."""

    month: Month
    planned: int
    reactive: int

    @property
    def share(self) -> int:
        """Percent of it that was planned, rounded half up; a month without hours is not one of these."""
        return weeks.half_up(100 * self.planned, self.planned + self.reactive)


def by_month(owner: Owner, today: date) -> list[Foreseen]:
    """The last six months in which anything was worked, newest first. One query."""
    first = last = Month.of(today)
    for _ in range(MONTHS - 1):
        first = first.before
    seconds: dict[tuple[Month, bool], int] = defaultdict(int)
    # Of hand-offs from before this was written down nobody knows.
    lines = WorkLog.objects.filter(handoff__owner=owner, handoff__is_planned__isnull=False)
    found = lines.filter(day__range=(first.first, last.last)).values_list("day", "handoff__is_planned", "seconds")
    for day, is_planned, spent in found:
        seconds[Month.of(day), bool(is_planned)] += spent
    months = sorted({month for month, _ in seconds}, reverse=True)
    return [Foreseen(each, seconds[each, True], seconds[each, False]) for each in months]


def sentence(months: Iterable[Foreseen]) -> str:
    """72 % of these hours were planned, and what that means; '' without any."""
    each = list(months)
    planned, reactive = sum(month.planned for month in each), sum(month.reactive for month in each)
    if not planned + reactive:
        return ""
    share = weeks.half_up(100 * planned, planned + reactive)
    return f"{share} % of these hours were planned, on hand-offs that you sent a week before they began or earlier."
