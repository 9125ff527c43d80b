"""
What handing off brought: hours won back, what they are worth, what was paid.

Won back = the owner's own hours of the task before, minus the hours still logged for
it, minus the owner's time to brief, answer and check; never the hours the assistant
worked. It may be less than nothing. A task that was not measured for two weeks before,
and a week with fewer than three days logged, say nothing: they are left out rather
than guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from tasks import weeks
from tasks.models import Owner, Task
from tasks.owners import HourValues
from tasks.weeks import Log, Week

from .models import Handoff, WorkLog

# Below this a week's log is too thin to compare.
DAYS_THAT_TELL = 3
# How many logged weeks before a hand-off tell what the task took.
WEEKS_THAT_TELL = 2
# How many weeks are averaged, on either side, to see where won hours went.
WEEKS_COMPARED = 4


@dataclass(frozen=True, slots=True)
class Gain:
    """One week: seconds won back (None when the log does not tell), seconds worked by others, money paid."""

    won: int | None
    worked: int
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Gains:
    """A run of weeks, since when anything is handed off, and which tasks were not measured before they were."""

    by_week: dict[Week, Gain]
    since: date | None
    unmeasured: list[Task] = field(default_factory=list)

    def within(self, run: Collection[Week]) -> Gains:
        """What of it falls into these weeks; a week that still runs would count as won what is yet to be done."""
        return replace(self, by_week={week: gain for week, gain in self.by_week.items() if week in run})

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
    """What those hand-offs brought in those weeks, beside the owner's log. Two queries."""
    agreed = [handoff for handoff in handoffs if handoff.state in AGREED]
    measured = _measured(owner, agreed)
    work: dict[Week, list[WorkLog]] = defaultdict(list)
    days = (run[0].first, run[-1].last)
    for line in WorkLog.objects.filter(handoff__owner=owner, handoff__in=agreed, day__range=days):
        work[Week.of(line.day)].append(line)
    by_week = {week: _gain(week, log, measured, work[week]) for week in run}
    starts = [handoff.terms.starts_on for handoff in agreed]
    unmeasured = {each.task_id: each.task for each in agreed if each not in measured}
    return Gains(by_week, min(starts, default=None), list(unmeasured.values()))


def _measured(owner: Owner, agreed: list[Handoff]) -> list[Handoff]:
    """Those before which the owner logged two weeks or more."""
    logged = owner.week_totals.filter(seconds__gt=0).order_by("monday").values_list("monday", flat=True).distinct()
    first = list(logged[:WEEKS_THAT_TELL])
    if len(first) < WEEKS_THAT_TELL:
        return []
    return [each for each in agreed if Week.of(each.terms.starts_on).first > first[-1]]


AGREED = (Handoff.State.ACTIVE, Handoff.State.ENDED, Handoff.State.DONE)


def _gain(week: Week, log: Log, measured: list[Handoff], lines: list[WorkLog]) -> Gain:
    worked: dict[int, int] = defaultdict(int)
    for line in lines:
        worked[line.handoff_id] += line.seconds
    won: int | None = None
    going = [each for each in measured if worked.get(each.pk)]
    if log.days_logged(week) >= DAYS_THAT_TELL and (going or not worked):
        # A task shared by several is counted once, and only in weeks in which someone worked on it.
        before = {each.task_id: each.minutes_before * 60 for each in going}
        won = sum(seconds - log.of(week).get(task_id, 0) for task_id, seconds in before.items())
        won -= 60 * _own_minutes(measured, going, week)
    return Gain(won, sum(worked.values()), sum((line.amount for line in lines), Decimal(0)))


def _own_minutes(measured: Iterable[Handoff], going: Iterable[Handoff], week: Week) -> int:
    """What hand-offs take of the owner's week: to brief where one starts, worked on or not; to answer and check."""
    briefed = sum(each.brief_minutes for each in measured if Week.of(each.terms.starts_on) == week)
    return briefed + sum(each.check_minutes for each in going)


def last_weeks(owner: Owner, today: date, count: int) -> tuple[list[Week], Log]:
    """The weeks up to this one, oldest first, and what was logged in them. Two queries."""
    this = Week.of(today)
    run = [this.back(n) for n in range(count, -1, -1)]
    return run, weeks.log(owner, run[0], this)
