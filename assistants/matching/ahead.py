"""The long view: a plan for every four weeks to come, each built on the one before (MATCHING.md 9). A forecast."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final, Literal

from . import hire
from .growth import Season
from .instances import Assistant, Instance
from .plan import Plan, replan, solve
from .rules import Rules
from .worth import half_up

STEP_WEEKS: Final = 4
A_YEAR: Final = 13
SEARCH_WEEKS: Final = 6


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Parts of a kept hand-off that its assistant's hours, or the budget, no longer have room for."""

    task: str
    assistant: str
    parts: int


@dataclass(frozen=True, slots=True)
class Step:
    """
    One plan to come, `week` weeks from today; today's is the step with the `number` 0.

    `instance` is what it plans: the tasks as large as they are by then (and in how many parts), the
    budget, and what is kept from the step before.
    """

    number: int
    week: int
    instance: Instance
    given_back: tuple[GivenBack, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Short:
    """
    The roster is short of a set of skills from `week` on; from `look_week` on (0 is today) it is time to look.

    `nobody` has them, or all who have them are `full`. `person` is who would bring `gain_cents` a week.
    """

    skills: tuple[str, ...]
    why: Literal["nobody", "full"]
    step: int
    week: int
    look_week: int
    gain_cents: int
    person: Assistant


@dataclass(frozen=True, slots=True)
class Ahead:
    """
    What is to come. `goes`: by task that is not kept today, the first step that hands it over.

    `is_complete` is False when time ran out before every step was looked at for hires.
    """

    steps: tuple[Step, ...]
    short: tuple[Short, ...]
    goes: Mapping[str, int]
    is_complete: bool


def ahead(instance: Instance, *, steps: int = A_YEAR, limit: float = 5.0) -> Ahead:
    """
    The plans of today and of every four weeks on, `steps` in all, in about `limit` seconds.

    It is the roster of today that is planned with; a hire is only said to be due.
    """
    until = monotonic() + limit
    season, seen, short = Season(instance), list[Step](), dict[tuple[str, ...], Short]()
    for number in range(steps):
        ends = monotonic() + max(0.0, (until - monotonic()) / (steps - number))
        seen.append(_step(season, seen, until=ends))
        for each in _short(seen[-1], known=short, until=ends):
            short[each.skills] = each
    return Ahead(tuple(seen), tuple(short.values()), _first(seen), is_complete=monotonic() < until)


def _step(season: Season, seen: Sequence[Step], *, until: float) -> Step:
    number, given_back = len(seen), tuple[GivenBack, ...]()
    if number:
        last = seen[-1].plan
        season.keep(last)
        season.grow()
        season.reinvest(last.won_minutes)
        given_back = tuple(GivenBack(*each) for each in season.give_back())
    if number == 1:
        season.four_weeks_at_once()
    plan = solve(season.instance, limit=until - monotonic())
    return Step(number, number * STEP_WEEKS, season.instance, given_back, plan)


def _short(step: Step, *, known: Mapping[tuple[str, ...], Short], until: float) -> Iterator[Short]:
    """The sets of skills for which one more person would now bring more than finding one costs."""
    instance, rules = step.instance, Rules(step.instance)
    owner = instance.owner
    enough = half_up(owner.hire_minutes * owner.hour_value_cents, 60 * owner.amortise_weeks)
    for names, tasks in hire.wanted(rules).items():
        skills = tuple(sorted(names))
        if skills in known or monotonic() >= until:
            continue
        person = hire.invent(instance, tasks)
        with_hire = hire.hired(instance, person)
        # Most sets end here, without a plan of their own.
        if hire.ceiling(Rules(with_hire), person) + step.plan.gap_cents <= enough:
            continue
        gain = replan(with_hire, step.plan, until=until).net_cents - step.plan.net_cents
        if gain > enough:
            why: Literal["nobody", "full"] = "nobody" if hire.nobody_can(rules, tasks) else "full"
            look = max(0, step.week - SEARCH_WEEKS)
            yield Short(skills, why, step.number, step.week, look, gain, person)


def _first(steps: Sequence[Step]) -> dict[str, int]:
    """By task that was nobody's before, the first step that hands it over."""
    first: dict[str, int] = {}
    kept = {each.task for each in steps[0].plan.kept}
    for step in steps:
        for each in step.plan.handoffs:
            if each.task not in kept:
                first.setdefault(each.task, step.number)
    return first
