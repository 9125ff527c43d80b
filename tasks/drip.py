"""
The second view of a task: what an hour of it earns, and whether it gives or takes energy.

The four names are those of Dan Martell's DRIP matrix ("Buy Back Your Time", 2023).
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from . import money
from .models import Task
from .quadrants import Quadrant


class Drip(Enum):
    DELEGATE = "delegate"
    REPLACE = "replace"
    INVEST = "invest"
    PRODUCE = "produce"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    Drip.DELEGATE: "Earns less than your hour and drains you.",
    Drip.REPLACE: "Earns as much as your hour, but drains you: find someone who takes it over whole.",
    Drip.INVEST: "Earns less than your hour, and you like it: learning, people, rest.",
    Drip.PRODUCE: "Earns as much as your hour, and you like it.",
}
# Where the two views agree.
ALIKE = {
    Quadrant.HAND_OFF_FIRST: Drip.DELEGATE,
    Quadrant.TEACH_IT: Drip.REPLACE,
    Quadrant.HAND_OFF_NEXT: Drip.INVEST,
    Quadrant.KEEP: Drip.PRODUCE,
}

EXCELLED = (Quadrant.TEACH_IT, Quadrant.KEEP)


def of(loathe: int, earns: Decimal, hour_value: Decimal) -> Drip:
    """Where a task stands by money and energy; the middle of loathe, 3, counts as draining."""
    if earns >= hour_value:
        return Drip.REPLACE if loathe >= 3 else Drip.PRODUCE
    return Drip.DELEGATE if loathe >= 3 else Drip.INVEST


def place(task: Task, hour_value: Decimal) -> Drip | None:
    """None for a task without scores, of which nobody said what an hour earns, or with no worth to compare."""
    if task.loathe is None or task.hour_earns is None or not hour_value:
        return None
    return of(task.loathe, task.hour_earns, hour_value)


def difference(task: Task, hour_value: Decimal, currency: str) -> str:
    """Why it stands elsewhere than its scores would put it; "" where both views agree."""
    there = place(task, hour_value)
    if there is None or task.quadrant is None or task.hour_earns is None or ALIKE[task.quadrant] is there:
        return ""
    earns, hour = money.short(task.hour_earns, currency), money.short(hour_value, currency)
    more = "as much as"
    if task.hour_earns != hour_value:
        more = "less than" if task.hour_earns < hour_value else "more than"
    skill = f"you {'excel' if task.quadrant in EXCELLED else 'don’t excel'} at it ({task.excel})"
    scores = f"By your scores it is “{task.quadrant.label.lower()}”, since {skill}."
    return f"{scores} An hour of it earns {earns}, {more} your {hour}."
