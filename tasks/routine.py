"""The list of tasks that fill the owner's day, as the first run puts it together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import IntegrityError, transaction

from . import durations, owners
from .models import Owner, Task, TaskSkill
from .prepared import Prepared, given
from .starters import STARTER_LEVEL, STARTERS

EVERY = Prepared(lambda: Task.objects.filter(owner_id=given("owner")).routine())
# Least and most seconds a work day; None when the owner gave no estimate.
Span = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A row to tick: a task there is, a starter, or a name just added."""

    name: str
    hint: str = ""
    span: str = ""
    on: bool = True

    @property
    def key(self) -> str:
        """What its fields are called: by its name, since a page left open counts its rows otherwise."""
        return sha256(self.name.casefold().encode()).hexdigest()[:12]


class NameTaken(Exception):
    """Another task on the list has that name by now."""


def every(owner: Owner) -> list[Task]:
    """All that can be handed off, in its order, also what was taken off the list. One query."""
    return EVERY.objects(owner=owner.pk)


def has(tasks: Iterable[Task], name: str) -> bool:
    """Compared here, without case: SQLite knows the case of ASCII letters only."""
    return name.casefold() in (task.name.casefold() for task in tasks)


def span_of(task: Task) -> str:
    """The estimate as the owner would write it: 1–2 h."""
    if task.seconds_least is None or task.seconds_most is None:
        return ""
    return durations.span(task.seconds_least, task.seconds_most)


def choices(owner: Owner, added: Iterable[str]) -> list[Choice]:
    """The owner's tasks, the starters not among them, then the names just added; each once, the best work never."""
    mine = list(owner.tasks.active())
    best = {task.name.casefold() for task in mine if task.is_best_work}
    tasks = [task for task in mine if not task.is_best_work]
    rows = [Choice(task.name, task.hint or "You added this", span_of(task)) for task in tasks]
    rows += [Choice(s.name, s.hint, durations.span(s.least, s.most), on=not tasks) for s in STARTERS]
    rows += [Choice(name, "You added this") for name in added]
    once: dict[str, Choice] = {}
    for row in rows:
        once.setdefault(row.name.casefold(), row)
    return [row for name, row in once.items() if name not in best]


@transaction.atomic
def keep(owner: Owner, chosen: list[tuple[Choice, Span]], today: date) -> None:
    """Make the routine what was chosen, in that order; what is left out is retired."""
    owners.hold(owner)
    names = {choice.name.casefold() for choice, _ in chosen}
    tasks = {task.name.casefold(): task for task in owner.tasks.active().routine()}
    for name, task in tasks.items():
        if name not in names:
            drop(task, today)
    for position, (choice, span) in enumerate(chosen):
        task = tasks.get(choice.name.casefold()) or _new(owner, choice)
        task.position = position
        task.seconds_least, task.seconds_most = span or (None, None)
        task.save(update_fields=["position", "seconds_least", "seconds_most"])


def named(owner: Owner, names: Iterable[str]) -> dict[str, Task]:
    """The tasks of these names on the list; one that is not there is made. Call it with the owner held."""
    known = {task.name.casefold(): task for task in owner.tasks.active()}
    for name in names:
        if name.casefold() not in known:
            known[name.casefold()] = _new(owner, Choice(name))
    return {name: known[name.casefold()] for name in names}


def drop(task: Task, today: date) -> None:
    """Retire a task. Its past days, its scores and whatever else was built on it keep it."""
    task.retired_on = today
    task.save(update_fields=["retired_on"])


def bring_back(task: Task) -> None:
    """Put a retired task on the list again, where it was; NameTaken if another one has its name by now."""
    try:
        _bring_back(task)
    except IntegrityError:
        raise NameTaken from None


@transaction.atomic
def _bring_back(task: Task) -> None:
    owners.hold(task.owner)
    if has(task.owner.tasks.active().exclude(pk=task.pk), task.name):
        raise NameTaken
    task.retired_on = None
    task.save(update_fields=["retired_on"])


def _new(owner: Owner, choice: Choice) -> Task:
    starter = next((s for s in STARTERS if s.name == choice.name), None)
    task = owner.tasks.create(name=choice.name, hint=starter.hint if starter else "")
    # A task that is not one of the four needs a skill of its own name, until the owner says otherwise.
    skill = owners.skill_named(owner, (starter.skill if starter else choice.name)[:40])
    TaskSkill.objects.create(task=task, skill=skill, level=STARTER_LEVEL)
    return task
