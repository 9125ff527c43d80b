"""What to do about a task, in one sentence that names its numbers; the same numbers give the same sentence."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from . import durations, money
from .models import Task
from .quadrants import Quadrant

# What the owner does about a task that they gave this score of loathe; 3 counts as loathed and is not yet so.
FEELS = {1: "don’t mind it", 2: "don’t mind it", 3: "don’t much like it", 4: "loathe it", 5: "loathe it"}
FEELINGS = {
    Quadrant.HAND_OFF_FIRST: "You {feel} ({loathe}) and others can do it as well (excel {excel}).",
    Quadrant.TEACH_IT: "You excel at it ({excel}) but {feel} ({loathe}), so teach someone.",
    Quadrant.HAND_OFF_NEXT: "You {feel} ({loathe}), but it is not your best work (excel {excel}).",
    Quadrant.KEEP: "You excel at it ({excel}) and {feel} ({loathe}), so keep it.",
}


class Basis(Enum):
    """What the hours of a task rest on."""

    LOG = "by your log"
    BOTH = "by your log and your estimate"
    ESTIMATE = "by your estimate"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a task: minutes a week that it takes the owner now, their basis, and who has it or will."""

    minutes: int
    basis: Basis
    hour_value: Decimal
    currency: str
    helper: str = ""
    # The day from which somebody takes it, as a phrase: Ana takes it from 7 December.
    soon: str = ""

    @property
    def worth(self) -> Decimal:
        """Of a week of it, in whole units, as the sentence says it."""
        return money.whole(self.hour_value * self.minutes / 60)

    @property
    def time(self) -> str:
        """7.5 h a week by your log, $600 of your time"""
        worth = f", {money.short(self.worth, self.currency)} of your time" if self.worth else ""
        return f"{durations.hours(self.minutes * 60)} a week {self.basis.value}{worth}"


def sentence(task: Task, facts: Facts) -> str:
    """The verdict on a task as the owner reads it."""
    time = f"It takes {facts.time}." if facts.minutes else "No whole week of it is logged yet."
    if task.only_me:
        return f"It must stay with you: {task.only_me_reason.rstrip('.')}. {time}"
    if facts.helper:
        still = f"Still yours: {facts.time}" if facts.minutes else "Nothing of it is yours any more"
        return f"{facts.helper} has it. {still}."
    if facts.soon:
        return f"{facts.soon}. {time}"
    if task.quadrant is None or task.loathe is None:
        return f"Say how it feels. {time}"
    feeling = FEELINGS[task.quadrant].format(feel=FEELS[task.loathe], loathe=task.loathe, excel=task.excel)
    return f"{feeling} {time}"
