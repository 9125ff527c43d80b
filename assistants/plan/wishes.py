"""What the owner wants of the plan: this task to that person, rather to them, never, or not now."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from assistants.models import Assistant, Wish
from tasks import owners
from tasks.models import Owner, Task

# How long "not now" leaves a task out of the plan.
LATER_FOR = timedelta(weeks=4)


@transaction.atomic
def pin(owner: Owner, task: Task, person: Assistant, today: date) -> None:
    """The plan gives that task to that person, whatever else it would do; one person for a task."""
    owners.hold(owner)
    owner.wishes.filter(task=task, kind=Wish.Kind.PIN).exclude(assistant=person).delete()
    owner.wishes.filter(task=task, assistant=None).delete()
    _say(owner, task, person, Wish.Kind.PIN, today)


@transaction.atomic
def prefer(owner: Owner, task: Task, person: Assistant, today: date) -> None:
    """Of plans that are as good as each other, the one that gives that task to that person."""
    owners.hold(owner)
    _say(owner, task, person, Wish.Kind.PREFER, today)


@transaction.atomic
def never(owner: Owner, task: Task, person: Assistant, today: date) -> None:
    """The plan does not give that task to that person."""
    owners.hold(owner)
    _say(owner, task, person, Wish.Kind.NEVER, today)


@transaction.atomic
def later(owner: Owner, task: Task, today: date) -> None:
    """The plan leaves that task out for four weeks."""
    owners.hold(owner)
    owner.wishes.filter(task=task, kind=Wish.Kind.PIN).delete()
    _say(owner, task, None, Wish.Kind.LATER, today, until=today + LATER_FOR)


def _say(
    owner: Owner, task: Task, person: Assistant | None, kind: str, today: date, until: date | None = None
) -> None:
    said = {"owner": owner, "kind": kind, "until": until, "made_on": today}
    Wish.objects.update_or_create(task=task, assistant=person, defaults=said)
