"""The plan for one owner: the matcher's answer back to rows and words."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from hashlib import sha256

from assistants import matching
from assistants.models import Handoff, Wish
from tasks import money
from tasks.models import Task

from . import plan_inputs, proposals
from .left_out import LeftOut, Speaker
from .plan_inputs import Rows
from .proposals import Proposal
from .tries import Tries

# Seconds that a page waits for the solver; what it has found by then is a plan too.
PATIENCE = 1.0
LOOK = 0.5
# Limits that the owner or their people set.
HOLDS_BACK = ("budget", "no_hours", "max_new", "brief", "minimum")
# To be raised when the matcher decides by other rules: then no plan that was kept is an answer any more.
RULES = 1


@dataclass(frozen=True, slots=True)
class OwnersPlan:
    """What the plan page shows. Sums count what is already running or sent."""

    budget: Decimal | None
    proposals: list[Proposal]
    live: list[Handoff]
    left_out: list[LeftOut]
    unscored: list[Task]
    wishes: list[Wish]
    has_roster: bool
    has_tasks: bool
    has_hour_value: bool
    won_minutes: int
    costs: Decimal
    frees: Decimal
    is_proven: bool
    gap: Decimal
    # Nothing is proposed because of a limit, and not because nothing pays.
    is_held_back: bool

    @property
    def is_over(self) -> bool:
        """What runs already costs more than the budget."""
        return self.budget is not None and bool(self.live) and not self.proposals and self.costs > self.budget


@dataclass(frozen=True)
class Question:
    """What the matcher is asked, with the owner's rows that it stands for."""

    rows: Rows
    budget: Decimal | None
    asked: matching.Instance

    @cached_property
    def digest(self) -> str:
        """The same for the same question, in whatever order its rows come."""
        data = self.asked.json()
        rows = {key: sorted(map(_text, value)) for key, value in data.items() if isinstance(value, list | tuple)}
        return sha256(_text([RULES, data | rows]).encode()).hexdigest()

    @cached_property
    def speaker(self) -> Speaker:
        rows = self.rows
        return Speaker(
            rows,
            self.asked,
            {str(task.pk): task for task in rows.tasks},
            {str(person.pk): person for person in rows.people},
            {str(level.skill_id): level.skill for task in rows.tasks for level in task.skill_levels.all()},
            {str(wish.task_id): wish.until for wish in rows.wishes if wish.until},
        )


def _text(data: object) -> str:
    return json.dumps(data, sort_keys=True)


def question(rows: Rows, tries: Tries) -> Question:
    """What there is to plan, as it is but for what is tried."""
    rows = replace(rows, people=[tries.of(person) for person in rows.people])
    return Question(rows, tries.budget, plan_inputs.instance(rows, tries.budget))


def of_the_year(question: Question) -> Question:
    """The same for a year: what is over in weeks is left out, such as days off of people, and what is "not now"."""
    hours = {str(person.pk): person.weekly_minutes for person in question.rows.people}
    asked = replace(
        question.asked,
        assistants=tuple(replace(each, minutes=hours[each.id]) for each in question.asked.assistants),
        exclude=tuple(each for each in question.asked.exclude if each.assistant),
    )
    return Question(question.rows, question.budget, asked)


def solve(question: Question) -> matching.Plan:
    """For a look at what would be: the slider of the page moves on meanwhile."""
    return matching.solve(question.asked, limit=LOOK)


def shown(question: Question, plan: matching.Plan) -> OwnersPlan:
    """The plan in the owner's words."""
    rows = question.rows
    proposed = proposals.of(plan, rows, question.speaker)
    left_out = _left_out(question, plan)
    value = rows.hour_value or Decimal(0)
    given = sum(handoff.minutes_off for handoff in rows.live) + sum(each.owner_minutes for each in proposed)
    return OwnersPlan(
        budget=question.budget,
        proposals=proposed,
        live=rows.live,
        left_out=left_out,
        unscored=[task for task in rows.tasks if task.loathe is None and not task.retired_on],
        wishes=rows.wishes,
        has_roster=bool(rows.people),
        has_tasks=bool(rows.tasks),
        has_hour_value=bool(rows.hour_value),
        won_minutes=given,
        costs=sum((money.whole(handoff.terms.weekly_pay) for handoff in rows.live), Decimal(0))
        + sum((each.costs for each in proposed), Decimal(0)),
        frees=sum((money.whole(value * each.minutes_off / 60) for each in rows.live), Decimal(0))
        + sum((each.frees for each in proposed), Decimal(0)),
        is_proven=plan.status == "optimal",
        gap=Decimal(plan.gap_cents) / 100,
        is_held_back=any(each.code in HOLDS_BACK for each in left_out),
    )


def _left_out(question: Question, plan: matching.Plan) -> list[LeftOut]:
    """Each task that stays with the owner, wholly or in part, and why; not what is with someone already."""
    speaker = question.speaker
    held = {str(each.task_id) for each in question.rows.live}
    proposed = {each.task for each in plan.handoffs}
    return [
        speaker.say(reason, is_rest=reason.task in proposed)
        for reason in matching.left_out(question.asked, plan)
        if speaker.tasks[reason.task].loathe and reason.task not in held
    ]
