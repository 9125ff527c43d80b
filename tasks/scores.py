"""Scoring a task: the latest score stands on the task, all of them are kept and can be looked back at."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from . import dates
from .models import Owner, Score, Task
from .prepared import Prepared, given

# Feelings change slowly: after this the owner is asked whether the scores still hold.
HOLD_FOR = timedelta(days=90)
LATEST = Prepared(
    lambda: Score.objects.filter(task__owner_id=given("owner")).order_by("-scored_at").values_list("scored_at")[:1]
)


@transaction.atomic
def give(task: Task, *, loathe: int, excel: int, now: datetime) -> None:
    """Place the task on the matrix; the same score again leaves no new row."""
    if (task.loathe, task.excel) == (loathe, excel):
        return
    task.loathe, task.excel = loathe, excel
    task.save(update_fields=["loathe", "excel"])
    Score.objects.create(task=task, loathe=loathe, excel=excel, scored_at=now)


def as_of(owner: Owner, day: date) -> dict[int, tuple[int, int]]:
    """Loathe and excel by task id, as they stood at the end of the owner's day. One query."""
    end = dates.starts_at(day + timedelta(days=1), owner.zone)
    given = Score.objects.filter(task__owner=owner, scored_at__lt=end).order_by("scored_at", "pk")
    # Of several for one task the last one stays.
    return {task: (loathe, excel) for task, loathe, excel in given.values_list("task_id", "loathe", "excel")}


def stand_since(owner: Owner) -> date | None:
    """The day on which the owner last said how anything feels, or that it still holds. One query."""
    said = [owner.today(at) for at in LATEST.flat(owner=owner.pk)]
    return max((day for day in (*said, owner.scores_checked_on) if day), default=None)


def confirm(owner: Owner, today: date) -> None:
    """The owner looked at all scores, and they hold."""
    owner.scores_checked_on = today
    owner.save(update_fields=["scores_checked_on"])
