"""What one step more of anything would bring: each answer is a plan of its own (MATCHING.md 8)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final, Literal

from . import hire
from .instances import WEEK, Assistant, Instance, Task
from .plan import Plan, replan
from .programme import cheapest
from .rules import Rules
from .worth import up

Kind = Literal["budget", "max_new", "brief", "hours", "people", "skill", "hire"]

BUDGET_PERCENT: Final = (10, 25, 50, 100)
BRIEF_MINUTES: Final = 60
HOURS_MINUTES: Final = 120
# A plan has to be better by that much, in cents a week, before more money is worth a word.
WORTH_A_WORD: Final = 100


@dataclass(frozen=True, slots=True)
class Change:
    """
    One step more: cents a week (budget), hand-offs (max_new), minutes (brief; a week: hours and hire), people.

    `whose` is the assistant's id (hours, skill, hire) or the task's (people), else empty. skill: `more`
    is the level to reach in `skill`. hire: `person` is who it takes.
    """

    kind: Kind
    more: int
    whose: str = ""
    skill: str = ""
    person: Assistant | None = None


@dataclass(frozen=True, slots=True)
class Goes:
    """Parts of a task that go beyond the plan, and whether all of it is handed off then."""

    task: str
    parts: int
    is_all: bool


@dataclass(frozen=True, slots=True)
class Lever:
    """
    What the changes together bring: pins more and cents a week more, by the plan there would be.

    `goes` are the tasks of which more is handed off. Without `is_proven` it may be that more is to be had.
    """

    changes: tuple[Change, ...]
    gain_cents: int
    pins: int
    goes: tuple[Goes, ...]
    plan: Plan

    @property
    def is_proven(self) -> bool:
        return self.plan.status == "optimal"


def levers(instance: Instance, plan: Plan, *, limit: float = 3.0, most: int | None = 3) -> list[Lever]:
    """
    The steps that bring most, the best first, at most so many (None for all that bring anything).

    A budget of 10, 25, 50 or 100 % more, one more new hand-off, an hour more to brief, two hours a week
    more of each assistant, and a hire for each set of skills that somebody lacks.
    """
    until = monotonic() + limit
    steps = list(_steps(instance))
    tried = []
    for place, step in enumerate(steps):
        now = monotonic()
        if now >= until:
            break
        lever = _pull(instance, plan, (step,), until=now + (until - now) / (len(steps) - place))
        if (lever.pins, lever.gain_cents) > (0, 0):
            tried.append(lever)
    # Of two budgets that bring the same the smaller one, which was tried first, will do.
    best = {(each.changes[0].kind, each.changes[0].whose, each.pins, each.gain_cents): each for each in tried[::-1]}
    return sorted(best.values(), key=lambda each: (-each.pins, -each.gain_cents))[:most]


def more_budget(instance: Instance, plan: Plan, *, limit: float = 2.0) -> Lever | None:
    """
    The least money that makes the plan better by a dollar a week or more, and what it brings.

    None without a budget, where no money brings that, and where the least is not known in time.
    """
    budget, until = instance.owner.budget_cents, monotonic() + limit
    if budget is None:
        return None
    rules = Rules(replace(instance, owner=replace(instance.owner, budget_cents=None)))
    pins, net, *_ = rules.value(plan.picks)
    picks = cheapest(rules, pins=pins, net=net + WORTH_A_WORD, until=until)
    if picks is None:
        return None
    pay = sum(each.pay_cents for each in plan.kept) + rules.new_pay(picks)
    return _pull(instance, plan, (Change("budget", pay - budget),), until=until)


def change(instance: Instance, *changes: Change) -> Instance:
    """The instance as it is with the changes made."""
    for each in changes:
        instance = _changed(instance, each)
    return instance


def _changed(instance: Instance, step: Change) -> Instance:
    owner, more = instance.owner, step.more
    match step.kind:
        case "budget":
            return replace(instance, owner=replace(owner, budget_cents=(owner.budget_cents or 0) + more))
        case "max_new":
            return replace(instance, owner=replace(owner, max_new=(owner.max_new or 0) + more))
        case "brief":
            minutes = (owner.max_brief_minutes or 0) + more
            return replace(instance, owner=replace(owner, max_brief_minutes=minutes))
        case "people":
            tasks = (replace(t, max_people=t.max_people + more) if t.id == step.whose else t for t in instance.tasks)
            return replace(instance, tasks=tuple(tasks))
        case "hire" if step.person:
            return hire.hired(instance, step.person)
        case _:
            roster = (_improved(each, step) if each.id == step.whose else each for each in instance.assistants)
            return replace(instance, assistants=tuple(roster))


def _improved(assistant: Assistant, step: Change) -> Assistant:
    if step.kind == "skill":
        return replace(assistant, skills={**assistant.skills, step.skill: step.more})
    return replace(assistant, minutes=assistant.minutes + step.more)


def _steps(instance: Instance) -> Iterator[Change]:
    owner, rules = instance.owner, Rules(instance)
    if owner.budget_cents:
        yield from (Change("budget", up(owner.budget_cents * percent, 100)) for percent in BUDGET_PERCENT)
    if owner.max_new is not None:
        yield Change("max_new", 1)
    if owner.max_brief_minutes is not None:
        yield Change("brief", BRIEF_MINUTES)
    for tasks in hire.wanted(rules).values():
        if hire.nobody_can(rules, tasks):
            person = hire.invent(instance, tasks)
            yield Change("hire", person.minutes, person.id, person=person)
    for each in rules.assistants.values():
        if more := min(HOURS_MINUTES, WEEK - each.minutes):
            yield Change("hours", more, each.id)


def _pull(instance: Instance, plan: Plan, changes: tuple[Change, ...], *, until: float) -> Lever:
    new = replan(change(instance, *changes), plan, until=until)
    goes = tuple(_goes(instance, plan, new))
    return Lever(changes, new.net_cents - plan.net_cents, new.pins - plan.pins, goes, new)


def _goes(instance: Instance, plan: Plan, new: Plan) -> Iterator[Goes]:
    for task in sorted(instance.tasks, key=lambda task: task.id):
        before, after = (_parts(each, task) for each in (plan, new))
        if after > before:
            yield Goes(task.id, after - before, is_all=after == task.parts)


def _parts(plan: Plan, task: Task) -> int:
    return sum(each.parts for each in (*plan.kept, *plan.handoffs) if each.task == task.id)
