"""Why a task is left out of a plan, in the owner's words (MATCHING.md section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tasks import durations, money
from tasks.models import Owner, Skill, Task

from .matching import Reason
from .models import Assistant

LEVELS = {1: "a beginner in", 2: "fair at", 3: "good at", 4: "strong in", 5: "an expert in"}
PLAIN = {
    "only_me": "Only you can do this.",
    "excluded": "Everyone who could is paused.",
    "no_minutes": "It has no time yet. Log it, or write down an estimate.",
    "max_new": "You take on no more new hand-offs at a time.",
    "brief": "You have no time left to brief.",
    "max_people": "It is with someone already.",
    "taken": "It is with someone already.",
    "worse_plan": "The rest of the plan is worth more without it.",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task, and the sentence that says why nobody is proposed for it, or not for all of it."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Turns the matcher's codes and numbers into sentences; tasks, people and skills are by id as text."""

    owner: Owner
    tasks: Mapping[str, Task]
    people: Mapping[str, Assistant]
    skills: Mapping[str, Skill]

    def say(self, reason: Reason) -> LeftOut:
        return LeftOut(self.tasks[reason.task].name, self._why(reason))

    def _why(self, reason: Reason) -> str:
        task, numbers = self.tasks[reason.task], reason.numbers
        who = self.people[reason.assistant].first_name if reason.assistant else "Nobody"
        match reason.code:
            case "keep":
                feeling = f"You excel at it ({task.excel}) and don’t mind it ({task.loathe})."
                return f"Keep it. {feeling}{self._price(numbers)}"
            case "nobody" if not reason.skill:
                return f"Nobody is on your roster.{_can_wait(task)}"
            case "nobody":
                skill = self.skills[reason.skill].name.lower()
                return f"Nobody on your roster is {LEVELS[numbers['need']]} {skill}.{_can_wait(task)}"
            case "skill":
                return f"{who} is not {LEVELS[numbers['need']]} {self.skills[reason.skill].name.lower()}."
            case "does_not_pay":
                return f"Handing it off would cost {self._cents(numbers['cents'])} a week more than it brings."
            case "no_hours":
                return f"{who} has {_hours(numbers['left'])} left, and it takes {_hours(numbers['takes'])}."
            case "minimum":
                return f"{who} takes no less than {_hours(numbers['minutes'])} a week."
            case "budget":
                return f"Over your budget by {self._cents(numbers['over'])} a week."
            case _:
                return PLAIN.get(reason.code, "It does not fit beside the rest of the plan.")

    def _price(self, numbers: Mapping[str, int]) -> str:
        price = numbers.get("cents", 0)
        return f" Keeping it costs you about {self._cents(price)} a week." if price else ""

    def _cents(self, cents: int) -> str:
        return money.short(Decimal(cents) / 100, self.owner.currency)


def _hours(minutes: int) -> str:
    return durations.hours(minutes * 60)


def _can_wait(task: Task) -> str:
    return " You don’t mind it, so it can wait." if (task.loathe or 0) <= 2 else ""
