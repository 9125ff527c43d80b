"""Scoring a task: the latest score stands on the task, all of them are kept."""

from datetime import datetime

from django.db import transaction

from .models import Score, Task


@transaction.atomic
def give(task: Task, *, loathe: int, excel: int, now: datetime) -> None:
    """Place the task on the matrix; the same score again leaves no new row."""
    if (task.loathe, task.excel) == (loathe, excel):
        return
    task.loathe, task.excel = loathe, excel
    task.save(update_fields=["loathe", "excel"])
    Score.objects.create(task=task, loathe=loathe, excel=excel, scored_at=now)
