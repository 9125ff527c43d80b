"""The Routine page: the loathe and excel matrix with the week's hours, its table, and the scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from assistants.models import Handoff
from tasks import days, durations, matrix, money, owners, weeks
from tasks.forms import ScoresForm
from tasks.models import Owner, Task
from tasks.quadrants import Quadrant
from tasks.requests import OwnerRequest
from tasks.weeks import Week


@dataclass(frozen=True, slots=True)
class Row:
    """A task with the minutes a week it takes, and who has it now."""

    task: Task
    minutes: int
    own_minutes: int
    helper: str
    worth: Decimal
    habit: days.Habit

    @property
    def hours(self) -> str:
        own = durations.hours(self.own_minutes * 60)
        return f"{own}, {self.helper}" if self.helper else own


@login_required
def routine(request: OwnerRequest) -> HttpResponse:
    owner = request.user
    today = owner.today(timezone.now())
    tasks = list(owner.tasks.active().routine())
    rows = _rows(owner, tasks, today)
    by_need = _missing_first(rows)
    last = Week.of(today).back()
    logged = weeks.log(owner, last, last).of(last)
    seconds = sum(logged.get(task.pk, 0) for task in tasks)
    value = owners.hour_values(owner).on(last.last)
    context = {
        "rows": rows,
        "groups": _groups(rows),
        "matrix": matrix.draw(point for row in rows if (point := _point(row))),
        "unscored": [row for row in rows if not row.task.quadrant],
        "scores": zip(by_need, ScoresForm([row.task for row in by_need]).rows, strict=True),
        "last_week": seconds,
        "last_week_worth": money.rounded(value * seconds / 3600, owner.currency),
    }
    return render(request, "tasks/routine.html", context)


def _rows(owner: Owner, tasks: list[Task], today: date) -> list[Row]:
    usual = weeks.usual_minutes(owner, tasks, today)
    last = weeks.log(owner, Week.of(today).back(), Week.of(today).back())
    value = owners.hour_values(owner).on(today)
    held: dict[int, Handoff] = {each.task_id: each for each in owner.handoffs.agreed().with_terms()}
    habits = days.habits(owner, today)
    rows = []
    for task in tasks:
        handoff = held.get(task.pk)
        own = usual[task.pk] or 0
        minutes = handoff.minutes_before if handoff else own
        if handoff and (seconds := last.of(Week.of(today).back())):
            # Weeks from before would make it look as if nothing had gone.
            own = weeks.half_up(seconds.get(task.pk, 0), 60)
        helper = handoff.assistant.first_name if handoff else ""
        worth = money.rounded(value * own / 60, owner.currency)
        rows.append(Row(task, minutes, own, helper, worth, habits.get(task.pk, days.Habit())))
    return rows


def _point(row: Row) -> matrix.Point | None:
    """Its place on the matrix; an unscored task has none."""
    task = row.task
    if task.loathe is None or task.excel is None:
        return None
    return matrix.Point(
        key=task.pk,
        name=task.name,
        loathe=task.loathe,
        excel=task.excel,
        seconds=row.minutes * 60,
        hours=f"{durations.hours(row.minutes * 60)}, {row.helper}"
        if row.helper
        else durations.hours(row.minutes * 60),
        handed_off=bool(row.helper),
        href=reverse("tasks:task", args=[task.pk]),
        said=task.mid_sentence,
    )


def _groups(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """The scored rows by quadrant, in the order in which to let go of them; most hours first."""
    ordered = sorted(rows, key=lambda row: (-row.own_minutes, row.task.pk))
    groups = [(each.label, [row for row in ordered if row.task.quadrant == each]) for each in Quadrant]
    return [(label, group) for label, group in groups if group]


def _missing_first(rows: list[Row]) -> list[Row]:
    """Unscored tasks, then those with most hours."""
    return sorted(rows, key=lambda row: (row.task.loathe is not None, -row.own_minutes, row.task.pk))
