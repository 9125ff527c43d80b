"""
What handing off brought: hours won back, what they are worth, what was paid.

Won back = the owner's own hours of the task before, minus the hours still logged for
it; never the hours the assistant worked. A week with fewer than three days logged
says nothing, so it is left out rather than guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tasks import weeks
from tasks.models import Owner
from tasks.owners import HourValues
from tasks.weeks import Log, Week

from .models import Handoff, WorkLog

# Below this a week's log is too thin to compare.
DAYS_THAT_TELL = 3


@dataclass(frozen=True, slots=True)
class Gain:
    """One week: seconds won back (None when the log is too thin), seconds worked by others, money paid."""

    won: int | None
    worked: int
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Gains:
    """A run of weeks, and since when anything is handed off."""

    by_week: dict[Week, Gain]
    since: date | None

    @property
    def won(self) -> int:
        return sum(gain.won or 0 for gain in self.by_week.values())

    @property
    def paid(self) -> Decimal:
        return sum((gain.paid for gain in self.by_week.values()), Decimal(0))

    def worth(self, values: HourValues) -> Decimal:
        """Won hours at what an hour was worth in each week."""
        return sum(
            (Decimal(gain.won or 0) / 3600 * values.on(week.last) for week, gain in self.by_week.items()), Decimal(0)
        )


def of(owner: Owner, run: Sequence[Week], log: Log, handoffs: Iterable[Handoff]) -> Gains:
    """What those hand-offs brought in those weeks, beside the owner's log. One query."""
    agreed = [handoff for handoff in handoffs if handoff.state in AGREED]
    work: dict[Week, list[WorkLog]] = defaultdict(list)
    days = (run[0].first, run[-1].last)
    for line in WorkLog.objects.filter(handoff__owner=owner, handoff__in=agreed, day__range=days):
        work[Week.of(line.day)].append(line)
    by_week = {week: _gain(week, log, agreed, work[week]) for week in run}
    starts = [handoff.terms.starts_on for handoff in agreed]
    return Gains(by_week, min(starts, default=None))


AGREED = (Handoff.State.ACTIVE, Handoff.State.ENDED, Handoff.State.DONE)


def _gain(week: Week, log: Log, agreed: list[Handoff], lines: list[WorkLog]) -> Gain:
    worked: dict[int, int] = defaultdict(int)
    for line in lines:
        worked[line.handoff_id] += line.seconds
    won: int | None = None
    if log.days_logged(week) >= DAYS_THAT_TELL:
        # A task shared by several is counted once, and only in weeks in which someone worked on it.
        before = {each.task_id: each.minutes_before * 60 for each in agreed if worked.get(each.pk)}
        won = sum(seconds - log.of(week).get(task_id, 0) for task_id, seconds in before.items())
    return Gain(won, sum(worked.values()), sum((line.amount for line in lines), Decimal(0)))


def last_weeks(owner: Owner, today: date, count: int) -> tuple[list[Week], Log]:
    """The weeks up to this one, oldest first, and what was logged in them. One query."""
    this = Week.of(today)
    run = [this.back(n) for n in range(count, -1, -1)]
    return run, weeks.log(owner, run[0], this)
