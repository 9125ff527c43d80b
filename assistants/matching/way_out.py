"""How a task that nobody fits could go after all: the smallest change that leaves room for all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from .instances import Assistant, Instance, Task
from .levers import Change, Kind, change
from .plan import Plan, Proposal
from .rules import Candidate, Limit, Rules

# The change that makes more room under a limit.
MORE_OF: Final[Mapping[str, Kind]] = {
    "no_hours": "hours",
    "budget": "budget",
    "max_new": "max_new",
    "brief": "brief",
    "max_people": "people",
}


@dataclass(frozen=True, slots=True)
class Way:
    """The changes that let all the rest of a task go beside the plan, and that hand-off with its lines."""

    changes: tuple[Change, ...]
    handoff: Proposal


def way_out(instance: Instance, plan: Plan, task_id: str) -> Way | None:
    """
    The smallest change that lets all of a task go, everything else in the plan as it is.

    Ways on which nobody has to get better at anything first, then fewest changes, then most net a week. No
    change where it would fit as it is, which a proven plan never leaves. None if the task is not to go, is
    gone, or pays with nobody, or only with people who would still be below their minimum.
    """
    rules = Rules(instance)
    task, spare = rules.tasks[task_id], rules.spare(plan.picks)
    if spare["taken", task_id] <= 0:
        return None
    ways = [_way(instance, rules, plan, spare, task, each) for each in rules.assistants.values()]
    return min(filter(None, ways), key=_size, default=None)


def _size(way: Way) -> tuple[bool, int, int, str]:
    """More room is the owner's to give; that someone learns more is not."""
    skills = any(each.kind == "skill" for each in way.changes)
    return skills, len(way.changes), -way.handoff.net_cents, way.handoff.assistant


def _way(
    instance: Instance, rules: Rules, plan: Plan, spare: Mapping[Limit, int], task: Task, person: Assistant
) -> Way | None:
    changes: list[Change] = []
    if rules.refusal(task, person) == "skill":
        lacking = ((skill, need) for skill, need in task.skills.items() if person.skills.get(skill, 0) < need)
        changes = [Change("skill", need, person.id, skill) for skill, need in sorted(lacking)]
        rules = Rules(change(instance, *changes))
        # Who is better at it may be quicker at what the plan already gives them, too.
        spare = rules.spare(plan.picks)
    option = rules.option(task, rules.assistants[person.id])
    parts = spare["taken", task.id]
    if not isinstance(option, Candidate) or parts < option.least:
        return None
    is_more = option.pair in plan.picks
    minutes = rules.new_minutes(plan.picks)[person.id] + parts * option.worth.minutes
    if minutes < rules.minimum.get(person.id, 0):
        return None
    for limit, part, once in option.uses:
        short = part * parts + (0 if is_more else once) - spare[limit]
        if short > 0:
            changes.append(Change(MORE_OF[limit[0]], short + _overdrawn(rules, plan, limit), limit[1]))
    worth = replace(option.worth, check_minutes=0, check_cents=0, brief_minutes=0, brief_cents=0)
    return Way(tuple(changes), Proposal.of(option.pair, worth if is_more else option.worth, parts))


def _overdrawn(rules: Rules, plan: Plan, limit: Limit) -> int:
    """How far kept work is over a limit, which has to be made good before there is room."""
    kind, whose = limit
    match kind:
        case "no_hours":
            return max(0, rules.load[whose] - rules.assistants[whose].minutes)
        case "budget":
            return max(0, sum(each.pay_cents for each in plan.kept) - (rules.owner.budget_cents or 0))
        case "max_people":
            return max(0, sum(pair.task == whose for pair in rules.kept) - rules.tasks[whose].max_people)
        case _:
            return 0
