"""
What the plan is made from: the owner's rows as the matcher's instance.

The owner's 1 to 5 go in as 0, 3, 5, 8, 10; money as integer cents, time as minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, TypeVar

from django.db.models import Prefetch, Q

from assistants import matching
from assistants.models import Assistant, AssistantSkill, Handoff, HandoffEvent, Offer, Wish
from assistants.roster import absences
from tasks import weeks
from tasks.models import BestHour, Owner, Task

FINE = {1: 0, 2: 3, 3: 5, 4: 8, 5: 10}
MIDDLE = 5
# Until the owner says otherwise: an hour to brief, a quarter of an hour a week to look
# at what came back, two weeks to learn, and a task is given away in half hours.
BRIEF_MINUTES, CHECK_MINUTES, LEARNING_WEEKS, PART_MINUTES = 60, 15, 2, 30
# How long the plan leaves out a person for a task after they said no, or the owner ended it.
PAUSE_AFTER_NO = timedelta(weeks=8)
# A task and a person, by id.
Place = tuple[int, int]


class Owned(Protocol):
    owner: Owner
    owner_id: int


R = TypeVar("R", bound=Owned)


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything a plan is made from, loaded in a fixed number of queries."""

    owner: Owner
    today: date
    tasks: list[Task]
    people: list[Assistant]
    live: list[Handoff]
    minutes: dict[int, int]
    hour_value: Decimal | None
    # Pairs of task and person who said no lately, with how: declined, released or ended; and people who can be sent
    # nothing, by id.
    refused: dict[Place, str]
    away: set[int]
    wishes: list[Wish]


def gather(owner: Owner, today: date, *, task: Task | None = None, person: Assistant | None = None) -> Rows:
    """Load the owner's routine, roster and live hand-offs; `task` and `person` even if retired or paused."""
    (rows,) = gather_all([owner], today, task=task, person=person)
    return rows


def gather_all(
    owners: Sequence[Owner], today: date, *, task: Task | None = None, person: Assistant | None = None
) -> list[Rows]:
    """The same for many owners for whom it is that day: one query each, and a dozen for all of them."""
    of = {owner.pk: owner for owner in owners}
    live = _by_owner(of, Handoff.objects.filter(owner__in=owners).live().with_terms())
    going = [handoff for theirs in live.values() for handoff in theirs]
    held = {handoff.task_id for handoff in going} | ({task.pk} if task else set())
    busy = {handoff.assistant_id for handoff in going} | ({person.pk} if person else set())
    routine = Task.objects.filter(owner__in=owners).routine()
    tasks = _by_owner(of, routine.filter(Q(retired_on=None) | Q(pk__in=held)).with_skills())
    levels = Prefetch("skill_levels", AssistantSkill.objects.select_related("skill"))
    roster = Assistant.objects.filter(owner__in=owners).with_stop()
    there = roster.filter(Q(paused_on=None) | Q(pk__in=busy))
    people = _by_owner(of, there.prefetch_related("absences", levels))
    refused = _refused(owners, today - PAUSE_AFTER_NO)
    wishes = _by_owner(of, Wish.objects.filter(owner__in=owners).standing(today).select_related("task", "assistant"))
    values = _by_owner(of, BestHour.objects.filter(owner__in=owners).order_by("starts_on"))
    return [
        Rows(
            owner=owner,
            today=today,
            tasks=tasks[owner.pk],
            people=people[owner.pk],
            live=live[owner.pk],
            minutes=usual_minutes(owner, tasks[owner.pk], live[owner.pk], today),
            hour_value=_held_on(values[owner.pk], today),
            refused=refused[owner.pk],
            away={each.pk for each in people[owner.pk] if each.paused_on or each.wants_no_mail},
            wishes=wishes[owner.pk],
        )
        for owner in owners
    ]


def _by_owner(owners: Mapping[int, Owner], rows: Iterable[R]) -> dict[int, list[R]]:
    """The rows of each, in their order; a row's owner is not asked for again."""
    found: dict[int, list[R]] = {pk: [] for pk in owners}
    for row in rows:
        row.owner = owners[row.owner_id]
        found[row.owner_id].append(row)
    return found


def usual_minutes(owner: Owner, tasks: Sequence[Task], live: Sequence[Handoff], today: date) -> dict[int, int]:
    """What each task takes a week; one that is handed off keeps the minutes it took before. One query."""
    usual = weeks.usual_minutes(owner, tasks, today)
    before = {handoff.task_id: handoff.minutes_before for handoff in reversed(live)}
    return {pk: spent or 0 for pk, spent in usual.items()} | before


def _held_on(hours: list[BestHour], day: date) -> Decimal | None:
    """As `Owner.hour_value` has it, of all that the owner ever said, oldest first."""
    held = [hour.amount for hour in hours if hour.starts_on <= day] or [hour.amount for hour in hours[:1]]
    return held[-1] if held else None


def _refused(owners: Sequence[Owner], since: date) -> dict[int, dict[Place, str]]:
    """
    Who said no to which task after that day of its owner's, or with whom it has ended, and which, by owner.

    Two queries, from the moment on at which that day begins anywhere.
    """
    moment = datetime.combine(since, time.min, UTC) - timedelta(hours=14)
    said_no = Offer.objects.filter(handoff__owner__in=owners).refused_since(moment).order_by("pk")
    ended = HandoffEvent.objects.filter(
        handoff__owner__in=owners,
        handoff__state=Handoff.State.ENDED,
        kind=HandoffEvent.Kind.ENDED,
        happened_at__gte=moment,
    )
    place = ("handoff__owner", "handoff__task", "assistant", "state", "answered_at")
    of_ended = ("handoff__owner", "handoff__task", "handoff__assistant", "handoff__state", "happened_at")
    of = {owner.pk: owner for owner in owners}
    found: dict[int, dict[Place, str]] = {pk: {} for pk in of}
    for owner_id, task_id, person_id, how, at in [*said_no.values_list(*place), *ended.values_list(*of_ended)]:
        if of[owner_id].today(at) > since:
            found[owner_id][task_id, person_id] = how
    return found


def instance(rows: Rows, budget: Decimal | None) -> matching.Instance:
    """The matcher's instance of an owner; ids are primary keys as text."""
    value = cents(rows.hour_value or Decimal(0))
    kept_parts = {
        task.pk: sum(_parts_given(handoff, rows) for handoff in rows.live if handoff.task_id == task.pk)
        for task in rows.tasks
    }
    return matching.Instance(
        name=f"owner-{rows.owner.pk}",
        owner=matching.Owner(
            hour_value_cents=value,
            relief_cents=value // 2,
            budget_cents=None if budget is None else cents(budget),
            max_new=rows.owner.most_new,
            max_brief_minutes=rows.owner.most_brief_minutes,
        ),
        tasks=tuple(_task(task, rows, kept_parts[task.pk]) for task in rows.tasks),
        assistants=tuple(_assistant(person, rows) for person in rows.people),
        kept=tuple(
            matching.Kept(
                str(handoff.task_id),
                str(handoff.assistant_id),
                parts := _parts_given(handoff, rows),
                weeks.half_up(handoff.terms.weekly_minutes, parts),
                cents(handoff.terms.rate),
            )
            for handoff in rows.live
        ),
        pins=tuple(matching.Pair(str(task), str(person)) for task, person in sorted(_pins(rows))),
        prefer=tuple(matching.Pair(str(task), str(person)) for task, person in sorted(_said(rows, Wish.Kind.PREFER))),
        exclude=tuple(_exclusions(rows)),
    )


def _pins(rows: Rows) -> set[Place]:
    """Pairs that the owner wants, where they can still be: nobody is away, nothing of it runs already."""
    tasks = {task.pk for task in rows.tasks if not (task.only_me or task.loathe is None or task.retired_on)}
    live = {(each.task_id, each.assistant_id) for each in rows.live}
    wanted = _said(rows, Wish.Kind.PIN) - live
    return {(task, person) for task, person in wanted if task in tasks and person not in rows.away}


def _exclusions(rows: Rows) -> Iterator[matching.Exclusion]:
    for pk in rows.away:
        yield matching.Exclusion(task=None, assistant=str(pk))
    # More of what someone has already is a change of those terms, no new hand-off.
    pairs = rows.refused.keys() | {(each.task_id, each.assistant_id) for each in rows.live}
    # Who said no is asked again if the owner insists.
    for task, person in sorted((_there(rows, pairs) | _said(rows, Wish.Kind.NEVER)) - _pins(rows)):
        if person not in rows.away:
            yield matching.Exclusion(str(task), str(person))
    tasks = {task.pk for task in rows.tasks}
    for wish in rows.wishes:
        if wish.kind == Wish.Kind.LATER and wish.task_id in tasks:
            yield matching.Exclusion(str(wish.task_id), None)


def _said(rows: Rows, kind: str) -> set[Place]:
    """The pairs of which the owner said so."""
    said = {(wish.task_id, wish.assistant_id) for wish in rows.wishes if wish.kind == kind and wish.assistant_id}
    return _there(rows, said)


def _there(rows: Rows, pairs: set[Place]) -> set[Place]:
    """Of these pairs those whose task and person are among the rows."""
    tasks, people = {task.pk for task in rows.tasks}, {person.pk for person in rows.people}
    return {(task, person) for task, person in pairs if task in tasks and person in people}


def free_minutes(rows: Rows) -> dict[int, int]:
    """Minutes a week that each person still has in the weeks of the plan, by assistant id."""
    busy = dict.fromkeys((person.pk for person in rows.people), 0)
    for handoff in rows.live:
        busy[handoff.assistant_id] += handoff.terms.weekly_minutes
    return {
        person.pk: max(0, absences.minutes_left(person, rows.today, busy=busy[person.pk]) - busy[person.pk])
        for person in rows.people
    }


def cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def _parts_given(handoff: Handoff, rows: Rows) -> int:
    minutes = rows.minutes[handoff.task_id]
    part = minutes // parts(minutes)
    return max(1, weeks.half_up(handoff.minutes_off, part)) if part else 1


def parts(minutes: int) -> int:
    """How many parts of about half an hour; the number that leaves the least over."""
    fewest, most = max(1, minutes // 45), max(1, minutes // 20)
    return min(range(fewest, most + 1), key=lambda parts: (minutes % parts, abs(minutes - parts * PART_MINUTES)))


def _task(task: Task, rows: Rows, kept_parts: int) -> matching.Task:
    # An unscored task cannot be proposed; what is kept of it needs some place on the scale.
    loathe = FINE[task.loathe] if task.loathe else MIDDLE
    excel = FINE[task.excel] if task.excel else MIDDLE
    helpers = sum(handoff.task_id == task.pk for handoff in rows.live)
    return matching.Task(
        id=str(task.pk),
        name=task.name,
        minutes=rows.minutes[task.pk],
        loathe=loathe,
        excel=excel,
        only_me=task.only_me or task.loathe is None or bool(task.retired_on),
        skills={str(level.skill_id): level.level for level in task.skill_levels.all()},
        brief_minutes=BRIEF_MINUTES,
        check_minutes=CHECK_MINUTES,
        learning_weeks=LEARNING_WEEKS,
        growth_permille=_growth(task.growth),
        parts=max(parts(rows.minutes[task.pk]), kept_parts),
        max_people=max(1, helpers),
    )


def _growth(percent: int) -> int:
    """Percent a year to permille in four weeks, of which a year has thirteen: 20 % are 14 (MATCHING.md section 9)."""
    every_four_weeks = (1 + Decimal(percent) / 100) ** (1 / Decimal(13)) - 1
    return int((every_four_weeks * 1000).to_integral_value(ROUND_HALF_UP))


def _assistant(person: Assistant, rows: Rows) -> matching.Assistant:
    kept = 0
    for handoff in rows.live:
        if handoff.assistant_id == person.pk:
            parts = _parts_given(handoff, rows)
            kept += parts * weeks.half_up(handoff.terms.weekly_minutes, parts)
    return matching.Assistant(
        id=str(person.pk),
        name=person.first_name,
        rate_cents=cents(person.rate),
        minutes=absences.minutes_left(person, rows.today, busy=kept),
        min_minutes=0,
        skills={str(level.skill_id): level.level for level in person.skill_levels.all()},
    )
