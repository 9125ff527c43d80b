"""Someone who is not on the roster yet: who that could be, for each set of skills that tasks need (MATCHING.md 9)."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from .instances import Assistant, Instance, Task
from .rules import Rules

MINUTES: Final = 600
LEVEL: Final = 4
# Tasks that a set of skills is for, by the names of the skills.
Wanted = Mapping[frozenset[str], list[Task]]


def wanted(rules: Rules) -> dict[frozenset[str], list[Task]]:
    """The tasks that may be handed off, by the set of skills they need, in order of the skills' names."""
    sets: dict[frozenset[str], list[Task]] = {}
    for task in rules.tasks.values():
        if rules.refusal(task) not in ("only_me", "keep"):
            sets.setdefault(frozenset(task.skills), []).append(task)
    return dict(sorted(sets.items(), key=lambda each: sorted(each[0])))


def nobody_can(rules: Rules, tasks: list[Task]) -> bool:
    """Whether one of the tasks finds nobody on the roster with all its skills."""
    return any(not any(each.can(task) for each in rules.assistants.values()) for task in tasks)


def invent(instance: Instance, tasks: list[Task]) -> Assistant:
    """
    Someone with all skills of the tasks, strong in each, ten hours a week, at a rate that the roster knows.

    The rate is the upper median of those with any of the skills, else of all, else a quarter of what
    the owner's hour is worth.
    """
    skills = {skill for task in tasks for skill in task.skills}
    levels = {skill: max(LEVEL, *(task.skills.get(skill, 0) for task in tasks)) for skill in sorted(skills)}
    some = [each.rate_cents for each in instance.assistants if not skills.isdisjoint(each.skills)]
    rates = sorted(some or [each.rate_cents for each in instance.assistants])
    rate = rates[len(rates) // 2] if rates else instance.owner.hour_value_cents // 4
    return Assistant(_new_id(instance, levels), "", rate, MINUTES, 0, levels)


def hired(instance: Instance, hire: Assistant) -> Instance:
    return replace(instance, assistants=(*instance.assistants, hire))


def _new_id(instance: Instance, levels: Mapping[str, int]) -> str:
    taken = {each.id for each in instance.assistants}
    id_ = "+".join(["hire", *levels])
    while id_ in taken:
        id_ += "'"
    return id_


def ceiling(rules: Rules, person: Assistant) -> int:
    """
    Cents a week that the person cannot bring more of: the best they could take if nothing else were new.

    Without their hand-offs every plan is one of the roster without them. So nothing they bring passes what
    these net: whole tasks by the most net a minute until their hours are full, the last one in part.
    """
    theirs = [each for each in rules.candidates.values() if each.pair.assistant == person.id]
    whole = [(each.worth.net(each.most), each.worth.minutes * each.most) for each in theirs]
    left, total = rules.room["no_hours", person.id], sum(net for net, minutes in whole if not minutes)
    timed = [each for each in whole if each[1]]
    for net, minutes in sorted(timed, key=lambda each: Fraction(*each), reverse=True):
        if minutes > left:
            return total + net * left // minutes
        total, left = total + net, left - minutes
    return total
