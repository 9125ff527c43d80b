"""
The plan for one owner: rows to the matcher's instance, its answer back to rows and words.

The owner's 1 to 5 go in as 0, 3, 5, 8, 10; money as integer cents, time as minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Prefetch, Q

from tasks import durations, money, weeks
from tasks.models import Owner, Task
from tasks.quadrants import Quadrant

from . import matching
from .left_out import LEVELS, LeftOut, Speaker
from .models import Assistant, AssistantSkill, Handoff

FINE = {1: 0, 2: 3, 3: 5, 4: 8, 5: 10}
MIDDLE = 5
# Until the owner says otherwise: an hour to brief, a quarter of an hour a week to look
# at what came back, two weeks to learn, and a task is given away in half hours.
BRIEF_MINUTES, CHECK_MINUTES, LEARNING_WEEKS, PART_MINUTES = 60, 15, 2, 30
# How long the plan leaves out a person for a task after they said no, or the owner ended it.
PAUSE_AFTER_NO = timedelta(weeks=8)
# Seconds that a page waits for the solver; what it has found by then is a plan too.
PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """One hand-off the plan proposes, a week: the owner's minutes and the assistant's, and money."""

    task: Task
    assistant: Assistant
    owner_minutes: int
    task_minutes: int
    minutes: int
    free_minutes: int
    frees: Decimal
    costs: Decimal
    ahead: Decimal
    reasons: list[str]
    lines: list[tuple[str, Decimal]]
    is_whole: bool
    draft: int | None

    @property
    def largest(self) -> Decimal:
        return max(self.frees, self.costs)


@dataclass(frozen=True, slots=True)
class OwnersPlan:
    """What the plan page shows. Sums count what is already running or sent."""

    budget: Decimal | None
    proposals: list[Proposal]
    live: list[Handoff]
    left_out: list[LeftOut]
    unscored: list[Task]
    has_roster: bool
    has_tasks: bool
    has_hour_value: bool
    won_minutes: int
    costs: Decimal
    frees: Decimal
    is_proven: bool
    gap: Decimal


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything a plan is made from, loaded in a fixed number of queries."""

    owner: Owner
    tasks: list[Task]
    people: list[Assistant]
    live: list[Handoff]
    minutes: dict[int, int]
    hour_value: Decimal | None
    # Pairs of task and person who said no lately, and people who can be sent nothing, by id.
    refused: set[tuple[int, int]]
    away: set[int]


def gather(owner: Owner, today: date, *, task: Task | None = None, person: Assistant | None = None) -> Rows:
    """Load the owner's routine, roster and live hand-offs; `task` and `person` even if retired or paused."""
    live = list(owner.handoffs.live().with_terms())
    held = {handoff.task_id for handoff in live} | ({task.pk} if task else set())
    busy = {handoff.assistant_id for handoff in live} | ({person.pk} if person else set())
    tasks = list(owner.tasks.routine().filter(Q(retired_on=None) | Q(pk__in=held)).with_skills())
    people = list(
        owner.assistants.with_stop()
        .filter(Q(paused_on=None) | Q(pk__in=busy))
        .prefetch_related(Prefetch("skill_levels", AssistantSkill.objects.select_related("skill")))
    )
    away = {each.pk for each in people if each.paused_on or each.wants_no_mail}
    refused = owner.handoffs.refused_since(today - PAUSE_AFTER_NO).values_list("task_id", "assistant_id")
    usual = weeks.usual_minutes(owner, tasks, today)
    minutes = {pk: spent or 0 for pk, spent in usual.items()}
    # A task that is handed off keeps the minutes it took before.
    minutes |= {handoff.task_id: handoff.minutes_before for handoff in reversed(live)}
    return Rows(owner, tasks, people, live, minutes, owner.hour_value(today), set(refused), away)


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
        ),
        tasks=tuple(_task(task, rows, kept_parts[task.pk]) for task in rows.tasks),
        assistants=tuple(_assistant(person) for person in rows.people),
        kept=tuple(
            matching.Kept(
                str(handoff.task_id),
                str(handoff.assistant_id),
                parts := _parts_given(handoff, rows),
                weeks.half_up(handoff.terms.weekly_minutes, parts),
            )
            for handoff in rows.live
        ),
        exclude=tuple(_exclusions(rows)),
    )


def _exclusions(rows: Rows) -> Iterator[matching.Exclusion]:
    for pk in rows.away:
        yield matching.Exclusion(task=None, assistant=str(pk))
    # More of what someone has already is a change of those terms, no new hand-off.
    pairs = rows.refused | {(each.task_id, each.assistant_id) for each in rows.live}
    tasks, people = {task.pk for task in rows.tasks}, {person.pk for person in rows.people}
    for task, person in pairs:
        if task in tasks and person in people and person not in rows.away:
            yield matching.Exclusion(str(task), str(person))


def make(owner: Owner, today: date, budget: Decimal | None, *, limit: float = PATIENCE) -> OwnersPlan:
    """The best plan under that budget (None for no limit). It changes nothing."""
    rows = gather(owner, today)
    asked = instance(rows, budget)
    plan = matching.solve(asked, limit=limit)
    speaker = Speaker(
        owner,
        asked,
        {str(task.pk): task for task in rows.tasks},
        {str(person.pk): person for person in rows.people},
        {str(level.skill_id): level.skill for task in rows.tasks for level in task.skill_levels.all()},
    )
    free = free_minutes(rows)
    drafts = {(each.task_id, each.assistant_id): each.pk for each in owner.handoffs.drafts()}
    proposals = [
        _proposal(row, speaker.tasks[row.task], speaker.people[row.assistant], rows.minutes, free, drafts, owner)
        for row in plan.handoffs
    ]
    proposals.sort(key=lambda each: (-each.ahead, each.task.pk))
    value = rows.hour_value or Decimal(0)
    held = {str(each.task_id) for each in rows.live}
    proposed = {str(each.task.pk) for each in proposals}
    given = sum(handoff.minutes_given for handoff in rows.live) + sum(each.owner_minutes for each in proposals)
    return OwnersPlan(
        budget=budget,
        proposals=proposals,
        live=rows.live,
        left_out=[
            speaker.say(reason, is_rest=reason.task in proposed)
            for reason in matching.left_out(asked, plan)
            if speaker.tasks[reason.task].loathe and reason.task not in held
        ],
        unscored=[task for task in rows.tasks if task.loathe is None and not task.retired_on],
        has_roster=bool(rows.people),
        has_tasks=bool(rows.tasks),
        has_hour_value=bool(rows.hour_value),
        won_minutes=given,
        costs=sum((money.whole(handoff.terms.weekly_pay) for handoff in rows.live), Decimal(0))
        + sum((each.costs for each in proposals), Decimal(0)),
        frees=sum((money.whole(value * each.minutes_given / 60) for each in rows.live), Decimal(0))
        + sum((each.frees for each in proposals), Decimal(0)),
        is_proven=plan.status == "optimal",
        gap=Decimal(plan.bound_cents - plan.net_cents) / 100,
    )


def free_minutes(rows: Rows) -> dict[int, int]:
    """Minutes a week that each person still has, by assistant id."""
    free = {person.pk: person.weekly_minutes for person in rows.people}
    for handoff in rows.live:
        free[handoff.assistant_id] = max(0, free[handoff.assistant_id] - handoff.terms.weekly_minutes)
    return free


def cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value())


def _parts_given(handoff: Handoff, rows: Rows) -> int:
    minutes = rows.minutes[handoff.task_id]
    part = minutes // _parts(minutes)
    return max(1, weeks.half_up(handoff.minutes_given, part)) if part else 1


def _parts(minutes: int) -> int:
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
        parts=max(_parts(rows.minutes[task.pk]), kept_parts),
        max_people=max(1, helpers),
    )


def _growth(percent: int) -> int:
    """Percent a year to permille in four weeks, of which a year has thirteen: 20 % are 14 (MATCHING.md section 9)."""
    every_four_weeks = (1 + Decimal(percent) / 100) ** (1 / Decimal(13)) - 1
    return int((every_four_weeks * 1000).to_integral_value(ROUND_HALF_UP))


def _assistant(person: Assistant) -> matching.Assistant:
    return matching.Assistant(
        id=str(person.pk),
        name=person.first_name,
        rate_cents=cents(person.rate),
        minutes=person.weekly_minutes,
        min_minutes=0,
        skills={str(level.skill_id): level.level for level in person.skill_levels.all()},
    )


def _proposal(
    row: matching.Proposal,
    task: Task,
    person: Assistant,
    minutes: dict[int, int],
    free: dict[int, int],
    drafts: dict[tuple[int, int], int],
    owner: Owner,
) -> Proposal:
    lines = [
        ("Time back", row.time_cents),
        ("Relief, as you loathe it", row.relief_cents),
        (f"{person.first_name}’s pay", -row.pay_cents),
        ("Extra hours while learning", -row.learn_cents),
        ("Your time to look it over", -row.check_cents),
        ("Your time to brief", -row.brief_cents),
    ]
    proposal = Proposal(
        task=task,
        assistant=person,
        owner_minutes=row.owner_minutes,
        task_minutes=minutes[task.pk],
        minutes=row.minutes,
        free_minutes=free[person.pk],
        frees=money.whole(Decimal(row.time_cents) / 100),
        costs=money.whole(Decimal(row.pay_cents) / 100),
        ahead=money.whole(Decimal(row.net_cents) / 100),
        reasons=[],
        lines=[(label, Decimal(amount) / 100) for label, amount in lines if amount],
        is_whole=row.parts == _parts(minutes[task.pk]),
        draft=drafts.get((task.pk, person.pk)),
    )
    proposal.reasons.extend(_reasons(proposal, owner))
    return proposal


def _reasons(proposal: Proposal, owner: Owner) -> list[str]:
    """The three best: how it feels, why this person, what it brings."""
    ahead = proposal.frees - proposal.costs
    brings = f"After the pay you are {money.short(ahead, owner.currency)} a week ahead."
    if ahead <= 0:
        brings = "It costs more than your time for it is worth. What counts is that you loathe it."
    if not proposal.is_whole:
        rest = durations.hours((proposal.task_minutes - proposal.owner_minutes) * 60)
        brings = f"{brings} You keep the other {rest}."
    return [feeling(proposal.task), _fit(proposal, owner), brings]


def feeling(task: Task) -> str:
    """You loathe it (5) and don’t excel at it (1)."""
    loathe = f"You loathe it ({task.loathe})" if (task.loathe or 0) >= 3 else f"You don’t mind it ({task.loathe})"
    match task.quadrant:
        case Quadrant.HAND_OFF_FIRST:
            return f"{loathe} and don’t excel at it ({task.excel})."
        case Quadrant.TEACH_IT:
            return f"{loathe}, though you excel at it ({task.excel}): teach it once."
        case _:
            return f"{loathe}, but you don’t excel at it ({task.excel})."


def _fit(proposal: Proposal, owner: Owner) -> str:
    person, rate = proposal.assistant, money.short(proposal.assistant.rate, owner.currency)
    needed = {level.skill_id for level in proposal.task.skill_levels.all()}
    had = [level for level in person.skill_levels.all() if level.skill_id in needed]
    if not had:
        return f"It needs no special skill, and {person.first_name} has the hours, at {rate} an hour."
    return f"{person.first_name} is {_skills(had)}, at {rate} an hour."


def _skills(levels: Sequence[AssistantSkill]) -> str:
    return " and ".join(f"{LEVELS[level.level]} {level.skill.name.lower()}" for level in levels)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    What one task would mean for one person, for a hand-off that is being written.

    Minutes a week: what the task takes the owner, what it would take the person for as
    much of it as fits into their free time, and that free time.
    """

    task_minutes: int
    minutes: int
    free_minutes: int
    hour_value: Decimal

    def given(self, minutes: int) -> int:
        """The owner's minutes that go when the person works `minutes` of the time the whole task takes them."""
        if not self._whole:
            return 0
        return min(self.task_minutes, weeks.half_up(self.task_minutes * minutes, self._whole))

    def frees(self, minutes: int) -> Decimal:
        return self.hour_value * self.given(minutes) / 60

    _whole: int = 0


def suggest(owner: Owner, task: Task, person: Assistant, today: date) -> Suggestion:
    """The terms to begin with when this task is offered to this person."""
    rows = gather(owner, today, task=task, person=person)
    asked = instance(rows, None)
    each = next(row for row in asked.tasks if row.id == str(task.pk))
    whom = next(row for row in asked.assistants if row.id == str(person.pk))
    free = free_minutes(rows)[person.pk]
    whole = each.parts * matching.weigh(asked.owner, each, whom).minutes
    return Suggestion(
        task_minutes=rows.minutes[task.pk],
        minutes=min(_quarters(whole), free),
        free_minutes=free,
        hour_value=rows.hour_value or Decimal(0),
        _whole=_quarters(whole),
    )


def _quarters(minutes: int) -> int:
    """Up to the next quarter of an hour, as hours are agreed on."""
    return -(-minutes // 15) * 15
