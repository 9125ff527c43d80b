"""
What handing off brought: hours won back, what they are worth, what was paid.

Won back = the owner's own hours of the task before, minus the hours still logged for
it, minus the owner's time to brief, answer and check; never the hours the assistant
worked. It may be less than nothing.

A week tells if three of its days or more have anything logged. A hand-off is measured if
two weeks or more that tell lie before the week in which it began, counted from the week
in which its task was first logged: from then on a week without it says that it took
nothing, while of earlier ones nobody knows whether the task was there at all. What is not
measured, and a week that does not tell, are left out rather than guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add

from django.db.models import DateField, F, Max, Min, Q, QuerySet

from assistants.models import Handoff, WorkLog
from tasks import weeks
from tasks.models import Owner, Task, WeekTotal
from tasks.owners import HourValues
from tasks.prepared import Prepared, given
from tasks.weeks import Log, Week

# Below this a week's log is too thin to compare.
DAYS_THAT_TELL = 3
# How many such weeks before a hand-off tell what the task took.
WEEKS_THAT_TELL = 2


@dataclass(frozen=True, slots=True)
class Gain:
    """One week: seconds won back (None when the log does not tell), seconds worked by others, money paid."""

    won: int | None
    worked: int
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Gains:
    """A run of weeks, the hand-offs that have begun, and which tasks were not measured before they were."""

    by_week: dict[Week, Gain]
    begun: list[Handoff] = field(default_factory=list)
    unmeasured: list[Task] = field(default_factory=list)

    @property
    def since(self) -> date | None:
        """Since when anything is handed off."""
        return min((handoff.terms.starts_on for handoff in self.begun), default=None)

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


@dataclass(frozen=True, slots=True)
class Before:
    """
    What the log of one owner or of many says of the time before hand-offs.

    Of those that have begun, by id, the first Monday with time for their task; and by owner the Mondays of weeks
    that tell.
    """

    first_logged: Mapping[int, date | None]
    telling: Mapping[int, Sequence[date]]


def of(owner: Owner, run: Sequence[Week], log: Log, handoffs: Iterable[Handoff]) -> Gains:
    """What those hand-offs brought in those weeks, beside the owner's log. Three queries."""
    asked = list(handoffs)
    first_logged = _first_logged(asked)
    begun = [handoff for handoff in asked if handoff.pk in first_logged]
    before = Before(first_logged, {owner.pk: _telling(owner, begun)})
    days = (run[0].first, run[-1].last)
    lines = WorkLog.objects.filter(handoff__owner=owner, handoff__in=begun, day__range=days)
    return worked_out(run, log, begun, before, lines)


def before(handoffs: Iterable[Handoff]) -> Before:
    """The same for the hand-offs of many owners. Two queries."""
    asked = list(handoffs)
    first_logged = _first_logged(asked)
    begun = [handoff for handoff in asked if handoff.pk in first_logged]
    if not begun:
        return Before(first_logged, {})
    kept = WeekTotal.objects.filter(owner__in={each.owner_id for each in begun}, seconds__gt=0)
    days = kept.filter(monday__lt=max(map(_start, begun))).values_list("owner_id", "monday")
    telling: dict[int, list[date]] = defaultdict(list)
    for owner_id, monday, there in days.annotate(logged=DAYS):
        if there.bit_count() >= DAYS_THAT_TELL:
            telling[owner_id].append(monday)
    return Before(first_logged, telling)


def worked_out(
    run: Sequence[Week], log: Log, handoffs: Iterable[Handoff], before: Before, lines: Iterable[WorkLog]
) -> Gains:
    """From what was read already: hand-offs of one owner, and the lines of work on them in those weeks."""
    begun = [handoff for handoff in handoffs if handoff.pk in before.first_logged]
    measured = [each for each in begun if _is_measured(each, before)]
    work: dict[Week, list[WorkLog]] = defaultdict(list)
    for line in lines:
        work[Week.of(line.day)].append(line)
    by_week = {week: _gain(week, log, measured, work[week]) for week in run}
    unmeasured = {each.task_id: each.task for each in begun if each not in measured}
    return Gains(by_week, begun, list(unmeasured.values()))


def _first_logged(handoffs: Iterable[Handoff]) -> dict[int, date | None]:
    """Of those that have begun, by id: the Monday of the first week with any time for the task; None without."""
    begun = Handoff.objects.begun().filter(pk__in=[handoff.pk for handoff in handoffs])
    logged = Min("task__week_totals__monday", filter=Q(task__week_totals__seconds__gt=0))
    return dict(begun.values_list("pk").annotate(first_logged=logged))


def _is_measured(handoff: Handoff, before: Before) -> bool:
    """Whether enough weeks that tell lie between the first time of its task and its own beginning."""
    first, start = before.first_logged[handoff.pk], _start(handoff)
    telling = before.telling.get(handoff.owner_id, ())
    return first is not None and sum(first <= monday < start for monday in telling) >= WEEKS_THAT_TELL


def _start(handoff: Handoff) -> date:
    """The Monday of the week in which it began."""
    return Week.of(handoff.terms.starts_on).first


def _telling(owner: Owner, begun: list[Handoff]) -> list[date]:
    """The Mondays of weeks that tell, before the last of them began."""
    if not begun:
        return []
    days = LOGGED.rows(owner=owner.pk, before=max(map(_start, begun)))
    return [monday for monday, there in days if there.bit_count() >= DAYS_THAT_TELL]


# Which days of a week have anything logged, as in `WeekTotal.days`, over the tasks of an owner.
DAYS = reduce(add, (Max(F("days").bitand(1 << day)) for day in range(7)))


def _logged() -> QuerySet[WeekTotal, tuple[date, int]]:
    """Each Monday before a given one, and the days of its week with anything logged."""
    kept = WeekTotal.objects.filter(owner_id=given("owner"), monday__lt=given("before", DateField()), seconds__gt=0)
    return kept.values_list("monday").annotate(logged=DAYS)


LOGGED = Prepared(_logged)


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
