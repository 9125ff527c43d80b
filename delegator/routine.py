"""The Routine page: the loathe and excel matrix of today or of any past day, its verdicts, and the scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assistants.models import Handoff
from tasks import dates, days, drip, durations, matrix, money, owners, scores, verdicts, weeks
from tasks.fields import DayField
from tasks.forms import ScoresForm
from tasks.models import Owner, Task
from tasks.quadrants import Quadrant, drain
from tasks.requests import OwnerRequest
from tasks.verdicts import Basis, Facts
from tasks.weeks import Week


class OnForm(forms.Form):
    """The day whose matrix is shown."""

    on = DayField(label="As it was on", required=False)

    def __init__(self, today: date, *args: Any) -> None:
        super().__init__(*args)
        self.today = today
        self.fields["on"].widget.attrs["class"] = "form-control"

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and on > self.today:
            raise forms.ValidationError("That day is still to come.")
        return on


@dataclass(frozen=True, slots=True)
class Row:
    """A task with what it takes the owner, in minutes a week: all of it, and what is left of it once handed off."""

    task: Task
    minutes: int
    facts: Facts
    habit: days.Habit
    second_view: drip.Drip | None
    why_there: str
    number: int = 0

    @property
    def own_minutes(self) -> int:
        return self.facts.minutes

    @property
    def sentence(self) -> str:
        return verdicts.sentence(self.task, self.facts)

    @property
    def drain(self) -> int:
        return drain(self.own_minutes, self.task.loathe or 1, self.task.excel or 5)


@login_required
def routine(request: OwnerRequest) -> HttpResponse:
    """Today's, with the scores to change; with ?on= that of a past day, to look at."""
    owner = request.user
    today = owner.today(timezone.now())
    asked = OnForm(today, request.GET or None)
    past = asked.cleaned_data["on"] if asked.is_valid() else None
    past = None if past == today else past
    day = past or today
    week = Week.of(day).back()
    logged = weeks.log(owner, week, week).of(week)
    values = owners.hour_values(owner)
    helped = owner.handoffs.running_on(day) if past else owner.handoffs.agreed()
    rows = _numbered(_rows(owner, _tasks(owner, past), day, helped.with_terms(), logged, values.on(day)))
    drawn = matrix.draw(point for row in rows if (point := _point(row)))
    context = {
        "asked": asked,
        "past": past,
        "rows": rows,
        "groups": _groups(rows),
        "matrix": drawn,
        "unscored": [row for row in rows if not row.task.quadrant],
        "by_money": _by_money(rows),
        "retired": list(owner.tasks.routine().exclude(retired_on=None).order_by("name")),
    }
    if past is None:
        by_need = _missing_first(rows)
        seconds = sum(logged.get(row.task.pk, 0) for row in rows)
        context |= {
            "scores": zip(by_need, ScoresForm([row.task for row in by_need]).rows, strict=True),
            "ask_since": _ask_since(owner, rows, today),
            "last_week": seconds,
            "last_week_worth": money.rounded(values.on(week.last) * seconds / 3600, owner.currency),
        }
    return render(request, "tasks/routine.html", context, status=422 if asked.errors else 200)


@login_required
@require_POST
def scores_hold(request: OwnerRequest) -> HttpResponse:
    """The owner looked at the scores, and they are still true."""
    scores.confirm(request.user, request.user.today(timezone.now()))
    messages.success(request, "Good. You will be asked again in three months.")
    return redirect("routine")


def _tasks(owner: Owner, past: date | None) -> list[Task]:
    """The routine as it stands; of a past day those tasks that had scores, with the scores that they had."""
    if past is None:
        return list(owner.tasks.active().routine())
    known = scores.as_of(owner, past)
    there = owner.tasks.routine().filter(Q(retired_on=None) | Q(retired_on__gt=past), pk__in=known)
    tasks = list(there)
    for task in tasks:
        task.loathe, task.excel = known[task.pk]
    return tasks


def _rows(
    owner: Owner, tasks: list[Task], day: date, handoffs: Iterable[Handoff], logged: Mapping[int, int], value: Decimal
) -> list[Row]:
    """`logged` are the seconds by task of the last complete week, `value` is what an hour is worth."""
    usual = weeks.usual(owner, tasks, day)
    held = {each.task_id: each for each in handoffs}
    habits = days.habits(owner, day)
    rows = []
    for task in tasks:
        handoff, habit = held.get(task.pk), habits.get(task.pk, days.Habit())
        minutes = own = usual[task.pk].minutes or 0
        basis = _basis(task, usual[task.pk].weeks, habit)
        if handoff:
            minutes = handoff.minutes_before
            if logged:
                # Weeks from before would make it look as if nothing had gone.
                own, basis = weeks.half_up(logged.get(task.pk, 0), 60), Basis.LOG
        facts = Facts(own, basis, value, owner.currency, handoff.assistant.first_name if handoff else "")
        second_view, why = drip.place(task, value), drip.difference(task, value, owner.currency)
        rows.append(Row(task, minutes, facts, habit, second_view, why))
    return rows


def _basis(task: Task, logged_weeks: int, habit: days.Habit) -> Basis:
    """What the hours rest on: five logged days are enough to speak for themselves."""
    if habit.tells or logged_weeks >= days.DAYS_THAT_TELL or (logged_weeks and task.estimated_seconds is None):
        return Basis.LOG
    return Basis.BOTH if logged_weeks else Basis.ESTIMATE


def _point(row: Row) -> matrix.Point | None:
    """Its place on the matrix; an unscored task has none."""
    task, helper = row.task, row.facts.helper
    if task.loathe is None or task.excel is None:
        return None
    hours = durations.hours(row.minutes * 60)
    return matrix.Point(
        key=task.pk,
        name=task.name,
        loathe=task.loathe,
        excel=task.excel,
        seconds=row.minutes * 60,
        hours=f"{hours}, {helper}" if helper else hours,
        handed_off=bool(helper),
        href=reverse("tasks:task", args=[task.pk]),
        number=row.number,
        said=task.mid_sentence,
    )


def _numbered(rows: list[Row]) -> list[Row]:
    """In the order of the table: by quadrant, what drains most first; unscored tasks last."""
    places = {quadrant: place for place, quadrant in enumerate(Quadrant)}
    ordered = sorted(
        rows,
        key=lambda row: (
            places[row.task.quadrant] if row.task.quadrant else len(places),
            -row.drain,
            -row.own_minutes,
            row.task.pk,
        ),
    )
    return [replace(row, number=number) for number, row in enumerate(ordered, 1)]


def _groups(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """The scored rows by quadrant, in the order in which to let go of them."""
    groups = [(each.label, [row for row in rows if row.task.quadrant is each]) for each in Quadrant]
    return [(label, group) for label, group in groups if group]


def _by_money(rows: Iterable[Row]) -> list[tuple[drip.Drip, list[Row]]]:
    placed = list(rows)
    groups = [(each, [row for row in placed if row.second_view is each]) for each in drip.Drip]
    return [(each, group) for each, group in groups if group]


def _missing_first(rows: list[Row]) -> list[Row]:
    """Unscored tasks, then those with most hours."""
    return sorted(rows, key=lambda row: (row.task.loathe is not None, -row.own_minutes, row.task.pk))


def _ask_since(owner: Owner, rows: list[Row], today: date) -> str:
    """Since when the scores stand, where that is so long that they may no longer hold; else ""."""
    since = scores.stand_since(owner)
    stands = since and any(row.task.quadrant for row in rows) and today - since >= scores.HOLD_FOR
    return dates.dated(since) if since and stands else ""
