"""
What weekly summaries are made from, read for many owners at once: a dozen queries for any number of them.

For one owner alone the pages ask with queries of their own; here they would be a dozen for each of
ten thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol, TypeVar

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from assistants.models import Assistant, Handoff, HandoffEvent, WorkLog
from assistants.work import gains
from assistants.work.gains import Gains
from delegator.models import WeeklySummary
from tasks.models import BestHour, DayOff, EntryChange, Owner, Task, WeekTotal
from tasks.owners import HourValues
from tasks.weeks import Log, Week, bit
from tasks.workdays import WorkDays

# How many weeks before its own a summary compares with.
COMPARED = 4
Ended = dict[int, tuple[str, datetime]]
OVER = [HandoffEvent.Kind.ENDED, HandoffEvent.Kind.DONE, HandoffEvent.Kind.LAPSED]


@dataclass(frozen=True, slots=True)
class Rows:
    """
    One owner's: the log of the week and of those before it, the tasks by id, and all hand-offs that the week knew.

    `ended` has those that ended since the week began, by id: how, and when. `in_a_row` counts the summaries
    of empty weeks that were written since the owner last logged anything; it is read of empty weeks only.
    """

    owner: Owner
    week: Week
    log: Log
    tasks: dict[int, Task]
    work_days: WorkDays
    values: HourValues
    handoffs: list[Handoff]
    gains: Gains
    ended: Ended
    has_people: bool
    in_a_row: int

    @property
    def is_empty(self) -> bool:
        """Nothing logged by the owner, nor worked by anybody for them."""
        return not self.log.of(self.week) and not self.gains.by_week[self.week].worked

    @property
    def best(self) -> Task | None:
        return next((task for task in self.tasks.values() if task.is_best_work and not task.retired_on), None)

    @property
    def routine(self) -> list[Task]:
        return [task for task in self.tasks.values() if not task.is_best_work and not task.retired_on]


def read(asked: Sequence[tuple[Owner, Week]]) -> list[Rows]:
    """One for each owner and week; at most fourteen queries. Each owner comes once."""
    owners = [owner for owner, _ in asked]
    weeks = {owner.pk: week for owner, week in asked}
    first, last = min(weeks.values()), max(weeks.values())
    logs = _logs(owners, first.back(COMPARED), last)
    tasks = _by_owner(Task.objects.filter(owner__in=owners))
    off = _by_owner(DayOff.objects.filter(owner__in=owners, last__gte=first.first, first__lte=last.last))
    hours = _by_owner(BestHour.objects.filter(owner__in=owners).order_by("starts_on"))
    people = set(Assistant.objects.reachable().filter(owner__in=owners).values_list("owner_id", flat=True))
    ended = _ended(owners, first)
    handoffs = _handoffs(owners, first, last, ended)
    before = gains.before(each for theirs in handoffs.values() for each in theirs)
    worked = {each.owner_id for theirs in handoffs.values() for each in theirs if each.work.all()}
    silent = [owner for owner, week in asked if owner.pk not in worked and not logs[owner.pk].of(week)]
    in_a_row = _in_a_row(silent)
    found = []
    for owner, week in asked:
        theirs = handoffs[owner.pk]
        lines = [line for each in theirs for line in each.work.all() if week.first <= line.day <= week.last]
        found.append(
            Rows(
                owner=owner,
                week=week,
                log=logs[owner.pk],
                tasks={task.pk: task for task in tasks[owner.pk]},
                work_days=WorkDays(owner.work_days, tuple((each.first, each.last) for each in off[owner.pk])),
                values=HourValues([(each.starts_on, each.amount) for each in hours[owner.pk]]),
                handoffs=theirs,
                gains=gains.worked_out([week], logs[owner.pk], theirs, before, lines),
                ended=ended,
                has_people=owner.pk in people,
                in_a_row=in_a_row.get(owner.pk, 0),
            )
        )
    return found


class Owned(Protocol):
    owner_id: int


R = TypeVar("R", bound=Owned)


def _by_owner(rows: Iterable[R]) -> dict[int, list[R]]:
    found: dict[int, list[R]] = defaultdict(list)
    for row in rows:
        found[row.owner_id].append(row)
    return found


def _logs(owners: list[Owner], first: Week, last: Week) -> dict[int, Log]:
    """As `tasks.weeks.log` has it, for each."""
    kept = WeekTotal.objects.filter(owner__in=owners, monday__range=(first.first, last.first), seconds__gt=0)
    logs = {owner.pk: Log(defaultdict(dict), defaultdict(set)) for owner in owners}
    seconds: dict[tuple[int, date], dict[int, int]] = defaultdict(dict)
    there: dict[tuple[int, date], int] = defaultdict(int)
    columns = kept.values_list("owner_id", "task_id", "monday", "seconds", "days")
    for owner_id, task_id, monday, total, bits in columns:
        seconds[owner_id, monday][task_id] = total
        there[owner_id, monday] |= bits
    for (owner_id, monday), bits in there.items():
        week, days = _logged(monday, bits)
        logs[owner_id].seconds[week] = seconds[owner_id, monday]
        logs[owner_id].days[week] = set(days)
    return logs


@lru_cache(1000)
def _logged(monday: date, bits: int) -> tuple[Week, frozenset[date]]:
    """The week, and its days that those bits stand for: the same few for nearly all owners."""
    week = Week.of(monday)
    return week, frozenset(day for day in week.days if bit(day) & bits)


def _ended(owners: list[Owner], first: Week) -> Ended:
    """
    What ended, was done or lapsed since the day before that Monday: zones are ahead of each other by a day.

    Not what was said to be done by a slip and goes on.
    """
    since = datetime.combine(first.first - timedelta(days=1), time(), UTC)
    over = HandoffEvent.objects.filter(handoff__owner__in=owners, handoff__state__in=Handoff.OVER)
    events = over.filter(kind__in=OVER, happened_at__gte=since)
    return {pk: (kind, at) for pk, kind, at in events.order_by("pk").values_list("handoff_id", "kind", "happened_at")}


def _handoffs(owners: list[Owner], first: Week, last: Week, ended: Ended) -> dict[int, list[Handoff]]:
    """Those that go on, that ended since, or that were worked on, with the work of those weeks and what waits."""
    days = (first.first, last.last)
    worked = WorkLog.objects.filter(handoff=OuterRef("pk"), day__range=days)
    known: QuerySet[Handoff] = Handoff.objects.filter(owner__in=owners)
    known = known.filter(Q(state__in=Handoff.LIVE) | Q(pk__in=list(ended)) | Q(Exists(worked))).order_by("pk")
    lines = WorkLog.objects.filter(Q(day__range=days) | Q(state=WorkLog.State.LOGGED)).order_by("day", "pk")
    loaded = known.select_related("task", "assistant").prefetch_related(
        "versions", "offers__assistant", Prefetch("work", lines)
    )
    return _by_owner(loaded)


def _in_a_row(owners: list[Owner]) -> dict[int, int]:
    """How many summaries of empty weeks each has had since they last logged anything."""
    if not owners:
        return {}
    logged = EntryChange.objects.filter(owner=OuterRef("owner"), changed_at__gt=OuterRef("written_at"))
    empty = WeeklySummary.objects.filter(~Exists(logged), owner__in=owners, is_empty=True)
    found: dict[int, int] = defaultdict(int)
    for owner_id in empty.values_list("owner_id", flat=True):
        found[owner_id] += 1
    return found
