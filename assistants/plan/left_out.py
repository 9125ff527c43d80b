"""Why a task is left out of a plan, in the owner's words (MATCHING.md section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistants.matching import Instance, Reason, weigh
from assistants.models import Assistant
from assistants.roster import absences
from tasks import dates, durations, money
from tasks.models import Owner, Skill, Task

from .plan_inputs import Rows

LEVELS = {1: "a beginner in", 2: "fair at", 3: "good at", 4: "strong in", 5: "an expert in"}
# Why a person is left out for a task, by what `Rows.refused` has of the two.
REFUSED = {
    "declined": "{who} said no in the last eight weeks.",
    "released": "{who} took the acceptance back in the last eight weeks.",
    "ended": "It ended with {who} in the last eight weeks.",
}
PLAIN = {
    "only_me": "Only you can do this.",
    "excluded": "Whoever could is paused, wants no mail, said no in the last eight weeks, or you said never.",
    "no_minutes": "No whole week of it is logged yet. Write down an estimate to plan it now.",
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
    task: Task
    code: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Turns the matcher's codes and numbers into sentences; tasks, people and skills are by id as text."""

    rows: Rows
    asked: Instance
    tasks: Mapping[str, Task]
    people: Mapping[str, Assistant]
    skills: Mapping[str, Skill]
    # Until when the owner does not want to hear of a task.
    later: Mapping[str, date]

    @property
    def owner(self) -> Owner:
        return self.rows.owner

    def say(self, reason: Reason, *, is_rest: bool = False) -> LeftOut:
        """`is_rest`: part of the task is proposed, and this is about what is left of it."""
        task = self.tasks[reason.task]
        if not is_rest:
            return LeftOut(task.name, self.of(reason), task, reason.code)
        return LeftOut(f"The rest of {task.mid_sentence}", self._of_rest(reason), task, reason.code)

    def _of_rest(self, reason: Reason) -> str:
        match reason.code:
            case "budget":
                return f"Your budget has {self.cents(max(0, reason.numbers['left']))} a week left."
            case "no_hours" if reason.assistant:
                return f"{self.people[reason.assistant].first_name} has no more time."
            case "max_people" | "taken":
                return "A task goes to one person at a time."
            case _:
                return self.of(reason)

    def of(self, reason: Reason) -> str:
        """The reason as a sentence."""
        task, numbers = self.tasks[reason.task], reason.numbers
        who = self.people[reason.assistant].first_name if reason.assistant else "Nobody"
        match reason.code:
            case "chosen":
                return f"{who} has it in this plan."
            case "worse_plan" if reason.assistant:
                return self._worse(who, numbers)
            case "undecided":
                return f"{who} could do it. What that would do to the rest of the plan takes too long to work out."
            case "only_me" if task.only_me_reason:
                return f"Only you can do this: {task.only_me_reason.rstrip('.')}."
            case "excluded" if until := self.later.get(reason.task):
                return f"Not now, you said. The plan asks again on {dates.long(until)}."
            case "excluded" if reason.assistant:
                return self.barred(task, self.people[reason.assistant]) or f"Never {who}, you said."
            case "keep":
                feeling = f"You excel at it ({task.excel}) and don’t mind it ({task.loathe})."
                return f"Keep it. {feeling}{self._price(numbers)}"
            case "nobody" if not reason.skill:
                return f"Nobody is on your roster.{_can_wait(task)}"
            case "nobody":
                skill = self.skill(reason.skill)
                return f"Nobody on your roster is {LEVELS[numbers['need']]} {skill}.{_can_wait(task)}"
            case "skill":
                return _unskilled(who, numbers["have"], numbers["need"], self.skill(reason.skill))
            case "does_not_pay":
                return f"Handing it off would cost {self.cents(numbers['cents'])} a week more than it brings."
            case "no_hours":
                minutes, _ = self._whole(reason)
                away = absences.in_words(self.people[reason.assistant], self.rows.today) if reason.assistant else ""
                left = f"{_hours(numbers['left'])} left{f' ({away})' if away else ''}"
                return f"{who} has {left}, and all of it takes {_hours(minutes)}."
            case "minimum":
                return f"{who} takes no less than {_hours(numbers['minutes'])} a week."
            case "budget":
                _, pay = self._whole(reason)
                left = self.cents(max(0, numbers["left"]))
                return f"With {who} it costs {self.cents(pay)} a week, and your budget has {left} left."
            case _:
                return PLAIN.get(reason.code, "It does not fit beside the rest of the plan.")

    def barred(self, task: Task, person: Assistant) -> str:
        """What keeps the person from being asked for the task, a pause or a no; "" if it is a wish of the owner's."""
        who, said = person.first_name, self.rows.refused.get((task.pk, person.pk), "")
        if person.pk in self.rows.away:
            return f"{who} is paused." if person.paused_on else f"{who} wants no mail."
        return REFUSED[said].format(who=who) if said else ""

    def _worse(self, who: str, numbers: Mapping[str, int]) -> str:
        if numbers.get("pins"):
            return f"{who} could do it too, but then the plan could not do all that you want."
        if not numbers["cents"]:
            return f"{who} could do it just as well."
        worse = f"{'up to ' if numbers.get('at_most') else ''}{self.cents(numbers['cents'])}"
        return f"{who} could do it too, but the whole plan would be {worse} a week worse."

    def _whole(self, reason: Reason) -> tuple[int, int]:
        """Minutes and cents a week of the whole task with that person; the matcher speaks of one part."""
        task = next(each for each in self.asked.tasks if each.id == reason.task)
        person = next(each for each in self.asked.assistants if each.id == reason.assistant)
        worth = weigh(self.asked.owner, task, person)
        return task.parts * worth.minutes, task.parts * worth.pay_cents

    def _price(self, numbers: Mapping[str, int]) -> str:
        price = numbers.get("cents", 0)
        about = money.about(Decimal(price) / 100, self.owner.currency)
        return f" Keeping it costs you about {about} a week." if price else ""

    def skill(self, id_: str) -> str:
        """bookkeeping"""
        return self.skills[id_].name.lower()

    def cents(self, cents: int) -> str:
        return money.short(Decimal(cents) / 100, self.owner.currency)


def _unskilled(who: str, have: int, need: int, skill: str) -> str:
    """What the owner never said of somebody is not held against them."""
    if not have:
        return f"You have not said that {who} is {LEVELS[need]} {skill}."
    return f"{who} is {LEVELS[have]} {skill}, not {LEVELS[need]} it."


def _hours(minutes: int) -> str:
    return durations.hours(minutes * 60)


def _can_wait(task: Task) -> str:
    return " You don’t mind it, so it can wait." if (task.loathe or 0) <= 2 else ""
