"""What the plan proposes, with its reasons, in the owner's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from assistants import matching
from assistants.models import Assistant, AssistantSkill, Wish
from assistants.roster import absences
from tasks import durations, money, verdicts
from tasks.models import Owner, Task
from tasks.quadrants import Quadrant

from . import plan_inputs
from .left_out import LEVELS, Speaker
from .plan_inputs import Rows


@dataclass(frozen=True, slots=True)
class Proposal:
    """One hand-off the plan proposes, a week: the owner's minutes and the assistant's, and money."""

    task: Task
    assistant: Assistant
    owner_minutes: int
    task_minutes: int
    minutes: int
    # What the assistant has free beside the proposals before this one.
    free_minutes: int
    frees: Decimal
    costs: Decimal
    ahead: Decimal
    lines: list[tuple[str, Decimal]]
    is_whole: bool
    # The owner said so themselves; a draft of it, by id; the three best reasons.
    is_wanted: bool = False
    # Why there are fewer hours free than usual, such as away 2 to 13 November.
    away: str = ""
    draft: int | None = None
    # The assistant is to get something before it.
    is_next: bool = False
    reasons: list[str] = field(default_factory=list)

    @property
    def largest(self) -> Decimal:
        return max(self.frees, self.costs)


def of(plan: matching.Plan, rows: Rows, speaker: Speaker) -> list[Proposal]:
    """The new hand-offs of the plan, what brings most first. One query."""
    free = plan_inputs.free_minutes(rows)
    drafts = {(each.task_id, each.assistant_id): each.pk for each in rows.owner.handoffs.drafts()}
    wanted = {(wish.task_id, wish.assistant_id) for wish in rows.wishes if wish.kind == Wish.Kind.PIN}
    found = []
    for row in plan.handoffs:
        task, person = speaker.tasks.get(row.task), speaker.people.get(row.assistant)
        if task and person:  # an older plan may name what is gone
            pair = task.pk, person.pk
            proposal = _proposal(row, task, person, rows.minutes[task.pk], free[person.pk])
            proposal = replace(proposal, draft=drafts.get(pair), is_wanted=pair in wanted)
            proposal = replace(proposal, away=absences.in_words(person, rows.today))
            found.append(replace(proposal, reasons=_reasons(proposal, rows.owner)))
    return list(_in_turn(sorted(found, key=lambda each: (-each.ahead, each.task.pk))))


def _in_turn(found: Sequence[Proposal]) -> Iterator[Proposal]:
    """Each with the free hours that those before it leave, so that no hour is promised twice."""
    given: dict[int, int] = {}
    for each in found:
        before = given.get(each.assistant.pk, 0)
        given[each.assistant.pk] = before + each.minutes
        yield replace(each, free_minutes=each.free_minutes - before, is_next=bool(before))


def _proposal(
    row: matching.Proposal, task: Task, person: Assistant, task_minutes: int, free_minutes: int
) -> Proposal:
    lines = [
        ("Time back", row.time_cents),
        ("Relief from what you loathe" if (task.loathe or 0) >= 3 else "Relief", row.relief_cents),
        (f"{person.first_name}’s pay", -row.pay_cents),
        ("Extra hours while learning", -row.learn_cents),
        ("Your time to look it over", -row.check_cents),
        ("Your time to brief", -row.brief_cents),
    ]
    return Proposal(
        task=task,
        assistant=person,
        owner_minutes=row.owner_minutes,
        task_minutes=task_minutes,
        minutes=row.minutes,
        free_minutes=free_minutes,
        frees=money.whole(Decimal(row.time_cents) / 100),
        costs=money.whole(Decimal(row.pay_cents) / 100),
        ahead=money.whole(Decimal(row.net_cents) / 100),
        lines=[(label, Decimal(amount) / 100) for label, amount in lines if amount],
        is_whole=row.parts == plan_inputs.parts(task_minutes),
    )


def _reasons(proposal: Proposal, owner: Owner) -> list[str]:
    """The three best: how it feels, why this person, what it brings."""
    ahead = proposal.frees - proposal.costs
    brings = f"After the pay you are {money.short(ahead, owner.currency)} a week ahead."
    if ahead <= 0:
        brings = "It costs more than your time for it is worth. What counts is that you loathe it."
    if not proposal.is_whole:
        rest = durations.hours((proposal.task_minutes - proposal.owner_minutes) * 60)
        brings = f"{brings} You keep the other {rest}."
    feels = "You want it so." if proposal.is_wanted else feeling(proposal.task)
    return [feels, _fit(proposal, owner), brings]


def feeling(task: Task) -> str:
    """You loathe it (5) and don’t excel at it (1)."""
    loathe = f"You {verdicts.FEELS[task.loathe or 1]} ({task.loathe})"
    match task.quadrant:
        case Quadrant.HAND_OFF_FIRST:
            return f"{loathe} and don’t excel at it ({task.excel})."
        case Quadrant.TEACH_IT:
            return f"{loathe}, though you excel at it ({task.excel}): teach it once."
        case _:
            return f"{loathe}, but you don’t excel at it ({task.excel})."


def _fit(proposal: Proposal, owner: Owner) -> str:
    person, rate = proposal.assistant, money.short(proposal.assistant.rate, owner.currency)
    levels = {level.skill_id: level for level in person.skill_levels.all()}
    needed = list(proposal.task.skill_levels.all())
    if not needed:
        return f"It needs no special skill, and {person.first_name} has the hours, at {rate} an hour."
    for need in needed:
        if need.skill_id not in levels or levels[need.skill_id].level < need.level:
            lacking = f"{LEVELS[need.level]} {need.skill.name.lower()}"
            return f"{person.first_name} is not {lacking}, so it will take longer, at {rate} an hour."
    return f"{person.first_name} is {_skills([levels[need.skill_id] for need in needed])}, at {rate} an hour."


def _skills(levels: Sequence[AssistantSkill]) -> str:
    return " and ".join(f"{LEVELS[level.level]} {level.skill.name.lower()}" for level in levels)
