"""Hours that assistants logged, summed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tasks.charts import Bar, Segment
from tasks.weeks import Week

from .models import Assistant, WorkLog

WEEKS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Worked:
    """One week of a person's work: seconds, money, and its bar beside the busiest of the weeks."""

    week: Week
    seconds: int
    amount: Decimal
    bar: Bar
    is_this_week: bool


def by_week(assistant: Assistant, today: date) -> list[Worked]:
    """The last weeks in which they logged anything, oldest first; money is the sum of the lines."""
    this = Week.of(today)
    seconds: dict[Week, int] = defaultdict(int)
    amounts: dict[Week, Decimal] = defaultdict(Decimal)
    for line in WorkLog.objects.filter(assistant=assistant, day__gte=this.back(WEEKS_SHOWN - 1).first):
        seconds[Week.of(line.day)] += line.seconds
        amounts[Week.of(line.day)] += line.amount
    most = max(seconds.values(), default=0)
    return [
        Worked(week, seconds[week], amounts[week], Bar((Segment("help", seconds[week]),), most), week == this)
        for week in sorted(seconds)
    ]
