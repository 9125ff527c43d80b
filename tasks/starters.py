"""The four tasks that stand ready for a new owner, and the ones often added."""

from typing import NamedTuple

from .durations import HOUR


class Starter(NamedTuple):
    """A task with its usual time a work day, in seconds, and the skill it needs."""

    name: str
    hint: str
    least: int
    most: int
    skill: str


STARTERS = [
    Starter("Email", "Letters, replies, follow-ups", 1 * HOUR, 2 * HOUR, "Email"),
    Starter("Record keeping", "Invoices, receipts, the books", 1 * HOUR, 1 * HOUR, "Bookkeeping"),
    Starter("Sales", "Phone calls, proposals, appointments", 2 * HOUR, 3 * HOUR, "Sales"),
    Starter("Web site", "Updates, photos, fixes", 1 * HOUR, 1 * HOUR, "Web sites"),
]
OFTEN_ADDED = ["Social posts", "Scheduling", "Chasing payments", "Travel"]
# What a task needs of a person before the owner says more: a good hand at it.
STARTER_LEVEL = 3
