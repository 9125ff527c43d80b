"""The terms to begin with, for a hand-off that is being written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tasks import weeks
from tasks.models import Owner, Task

from . import matching, plan_inputs
from .models import Assistant


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    What one task would mean for one person, for a hand-off that is being written.

    Minutes a week: what the task takes the owner, what it would take the person for as
    much of it as fits into their free time, and that free time.
    """

    task_minutes: int
    minutes: int
    free_minutes: int
    hour_value: Decimal

    def given(self, minutes: int) -> int:
        """The owner's minutes that go when the person works `minutes` of the time the whole task takes them."""
        if not self._whole:
            return 0
        return min(self.task_minutes, weeks.half_up(self.task_minutes * minutes, self._whole))

    def frees(self, minutes: int) -> Decimal:
        return self.hour_value * self.given(minutes) / 60

    _whole: int = 0


def suggest(owner: Owner, task: Task, person: Assistant, today: date) -> Suggestion:
    """The terms to begin with when this task is offered to this person."""
    rows = plan_inputs.gather(owner, today, task=task, person=person)
    asked = plan_inputs.instance(rows, None)
    each = next(row for row in asked.tasks if row.id == str(task.pk))
    whom = next(row for row in asked.assistants if row.id == str(person.pk))
    free = plan_inputs.free_minutes(rows)[person.pk]
    whole = each.parts * matching.weigh(asked.owner, each, whom).minutes
    return Suggestion(
        task_minutes=rows.minutes[task.pk],
        minutes=min(_quarters(whole), free),
        free_minutes=free,
        hour_value=rows.hour_value or Decimal(0),
        _whole=_quarters(whole),
    )


def _quarters(minutes: int) -> int:
    """Up to the next quarter of an hour, as hours are agreed on."""
    return -(-minutes // 15) * 15
