"""How much a task wants to go, and what handing it to someone is worth a week, in whole cents and minutes."""

from dataclasses import dataclass
from typing import Final, Literal

from .instances import Assistant, Owner, Task

Zone = Literal["first", "teach", "next", "keep"]

LOATHED: Final = 5
EXCELS: Final = 6
# Percent of the normal pace: of the owner by excel 0 to 10, of an assistant by level 1 to 5.
OWNERS_PACE: Final = (50, 56, 62, 68, 74, 80, 88, 96, 105, 115, 125)
ASSISTANTS_PACE: Final = {1: 50, 2: 65, 3: 80, 4: 100, 5: 125}
NO_SKILL_NEEDED: Final = 3
MISSING_SKILL: Final = 1


def half_up(number: int, by: int) -> int:
    """`number / by` rounded half up; `round` would round half to even."""
    return (2 * number + by) // (2 * by)


def up(number: int, by: int) -> int:
    return -(-number // by)


def pull(task: Task) -> int:
    """How much the task wants to go, 0 to 100."""
    return 5 * (task.loathe + 10 - task.excel)


def drain(task: Task) -> int:
    """Minutes a week by which tasks are ranked, ties by id."""
    return half_up(task.minutes * pull(task), 100)


def zone(task: Task) -> Zone:
    if task.loathe >= LOATHED:
        return "teach" if task.excel >= EXCELS else "first"
    return "keep" if task.excel >= EXCELS else "next"


def level(task: Task, assistant: Assistant) -> int:
    """The lowest of the levels that the task asks for; who lacks a skill works at the lowest pace."""
    levels = [assistant.skills.get(skill, MISSING_SKILL) for skill in task.skills]
    return min(levels, default=NO_SKILL_NEEDED)


@dataclass(frozen=True, slots=True)
class Worth:
    """
    What handing a task to one assistant brings and costs a week (MATCHING.md 3), in cents and minutes.

    Minutes, time, relief, pay and learn are those of one part, the others of the whole hand-off.
    Each is rounded alone and then multiplied, so that lines shown add up to the total shown.
    """

    owner_minutes: int
    minutes: int
    time_cents: int
    relief_cents: int
    pay_cents: int
    learn_cents: int
    first_week_cents: int
    check_minutes: int
    check_cents: int
    brief_minutes: int
    brief_cents: int

    @property
    def gain(self) -> int:
        return self.time_cents + self.relief_cents - self.pay_cents - self.learn_cents

    @property
    def fixed(self) -> int:
        return self.check_cents + self.brief_cents

    def net(self, parts: int) -> int:
        return parts * self.gain - self.fixed

    def won(self, parts: int) -> int:
        """The owner's minutes won back."""
        return parts * self.owner_minutes - self.check_minutes


def weigh(
    owner: Owner,
    task: Task,
    assistant: Assistant,
    *,
    measured: int | None = None,
    known: bool = False,
    more: bool = False,
) -> Worth:
    """
    The worth of one hand-off.

    `measured` is the assistant's minutes a part; `known`: no briefing and no learning;
    `more`: parts on top of kept ones, whose follow-up is paid for already.
    """
    part = task.minutes // task.parts
    pace = OWNERS_PACE[task.excel], ASSISTANTS_PACE[level(task, assistant)]
    minutes = up(part * pace[0], pace[1]) if measured is None else measured
    learning = 0 if known else task.learning_weeks
    brief = 0 if known else task.brief_minutes
    check = 0 if more else task.check_minutes
    work = minutes * assistant.rate_cents
    return Worth(
        owner_minutes=part,
        minutes=minutes,
        time_cents=half_up(part * owner.hour_value_cents, 60),
        relief_cents=half_up(part * owner.relief_cents * task.loathe, 600),
        pay_cents=up(work, 60),
        learn_cents=half_up(work * learning, 120 * owner.amortise_weeks),
        first_week_cents=half_up(work * learning, 60 * (learning + 1)),
        check_minutes=check,
        check_cents=half_up(check * owner.hour_value_cents, 60),
        brief_minutes=brief,
        brief_cents=half_up(brief * owner.hour_value_cents, 60 * owner.amortise_weeks),
    )
