"""The Routine page: the loathe and excel matrix of today or of any past day, its verdicts, and the scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import DateTimeField, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assistants.models import Assistant, Handoff, HandoffQuerySet, Offer
from tasks import dates, drip, durations, matrix, money, owners, recent, scores, verdicts, weeks, workdays
from tasks import routine as tasks
from tasks.fields import DayField
from tasks.forms import ScoresForm
from tasks.models import Owner, Task
from tasks.prepared import Prepared, given
from tasks.quadrants import Quadrant, drain
from tasks.recent import NO_HABIT, Habit
from tasks.requests import OwnerRequest
from tasks.verdicts import Basis, Facts
from tasks.weeks import Week


def _agreed() -> QuerySet[Offer, tuple[int, str, int, str, date]]:
    offers = Offer.objects.agreed().filter(handoff__owner_id=given("owner")).order_by("-terms__starts_on")
    said = ("handoff__task_id", "assistant__name", "handoff__minutes_before", "handoff__state", "terms__starts_on")
    return offers.values_list(*said)


def _held(handoffs: HandoffQuerySet) -> QuerySet[Handoff, tuple[int, str, int]]:
    return handoffs.filter(owner_id=given("owner")).values_list("task_id", "assistant__name", "minutes_before")


AGREED = Prepared(_agreed)
RUNNING = Prepared(lambda: _held(Handoff.objects.running_at(given("moment", DateTimeField()))))


class OnForm(forms.Form):
    """The day whose matrix is shown."""

    on = DayField(label="As it was on", required=False)

    def __init__(self, today: date, *args: Any) -> None:
        super().__init__(*args)
        self.today = today

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
    habit: Habit
    second_view: drip.Drip | None
    why_there: str
    href: str
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


class Helper(NamedTuple):
    """Who has a task, and the minutes a week that it took the owner before."""

    name: str
    minutes_before: int


class Help(NamedTuple):
    """By task id: who has it, and in words who takes it from when, of what is agreed and has not started."""

    has: dict[int, Helper]
    takes: dict[int, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the tasks, by task id; `value` is what an hour of best work is worth."""

    usual: Mapping[int, weeks.Usual]
    help: Help
    habits: Mapping[int, Habit]
    value: Decimal
    currency: str


@login_required
def routine(request: OwnerRequest) -> HttpResponse:
    """Today's, with the scores to change; with ?on= that of a past day, to look at."""
    owner = request.user
    today = owner.today(timezone.now())
    asked = OnForm(today, request.GET or None)
    past = asked.cleaned_data["on"] if asked.is_valid() else None
    past = None if past == today else past
    day = past or today
    values = owners.hour_values(owner)
    every, entries = tasks.every(owner), recent.of(owner, day)
    usual = weeks.usual(owner, every, day)
    known = Known(usual, _help(owner, past), entries.habits, values.on(day), owner.currency)
    rows = _numbered([_row(task, known) for task in _there(owner, every, past)])
    drawn = matrix.draw(point for row in rows if (point := _point(row)))
    context = {
        "asked": asked,
        "past": past,
        "rows": rows,
        "groups": _groups(rows),
        "matrix": drawn,
        "unscored": [row for row in rows if not row.task.quadrant],
        "by_money": _by_money(rows),
        "retired": [task for task in every if task.retired_on],
    }
    if past is None:
        by_need, last_week = _missing_first(rows), Week.of(today).back()
        workdays_then = workdays.of(owner, last_week.first, last_week.last)
        # Also of what was taken off the list since: it was routine then.
        seconds = sum(usual[task.pk].last or 0 for task in every)
        context |= {
            "scores": zip(by_need, ScoresForm([row.task for row in by_need]).rows, strict=True),
            "ask_since": _ask_since(owner, rows, today),
            "last_week": seconds,
            "last_week_worth": money.rounded(values.on(last_week.last) * seconds / 3600, owner.currency),
            "last_week_covered": workdays.coverage(workdays_then, last_week, entries.days),
        }
    return render(request, "tasks/routine.html", context, status=422 if asked.errors else 200)


@login_required
@require_POST
def scores_hold(request: OwnerRequest) -> HttpResponse:
    """The owner looked at the scores, and they are still true."""
    scores.confirm(request.user, request.user.today(timezone.now()))
    messages.success(request, "Good. You will be asked again in three months.")
    return redirect("routine")


def _there(owner: Owner, tasks: list[Task], past: date | None) -> list[Task]:
    """The routine as it stands; of a past day those tasks that had scores, with the scores that they had."""
    if past is None:
        return [task for task in tasks if task.retired_on is None]
    known = scores.as_of(owner, past)
    there = [task for task in tasks if task.pk in known and (task.retired_on is None or task.retired_on > past)]
    for task in there:
        task.loathe, task.excel = known[task.pk]
    return there


def _help(owner: Owner, past: date | None) -> Help:
    """What runs today, and what will; on a past day what ran at its end. One query."""
    help_ = Help({}, {})
    if past:
        moment = dates.starts_at(past + timedelta(days=1), owner.zone)
        for task_id, name, minutes in RUNNING.rows(owner=owner.pk, moment=moment):
            help_.has[task_id] = Helper(Assistant(name=name).first_name, minutes)
        return help_
    for task_id, name, minutes, state, starts_on in AGREED.rows(owner=owner.pk):
        first_name = Assistant(name=name).first_name
        if state == Handoff.State.ACTIVE:
            help_.has[task_id] = Helper(first_name, minutes)
        else:
            help_.takes[task_id] = f"{first_name} takes it from {dates.long(starts_on)}"
    return help_


def _row(task: Task, known: Known) -> Row:
    usual, helper = known.usual[task.pk], known.help.has.get(task.pk)
    own, basis = usual.minutes or 0, _basis(task, usual.weeks)
    if helper and usual.last is not None:
        # Weeks from before would make it look as if nothing had gone.
        own, basis = weeks.half_up(usual.last, 60), Basis.LOG
    return Row(
        task=task,
        minutes=helper.minutes_before if helper else own,
        facts=Facts(
            own,
            basis,
            known.value,
            known.currency,
            helper=helper.name if helper else "",
            soon=known.help.takes.get(task.pk, ""),
        ),
        habit=known.habits.get(task.pk, NO_HABIT),
        second_view=drip.place(task, known.value),
        why_there=drip.difference(task, known.value, known.currency),
        href=reverse("tasks:task", args=[task.pk]),
    )


def _basis(task: Task, weeks_that_tell: int) -> Basis:
    """What the hours rest on; an estimate weighs as two weeks, and a week without any of this task tells too."""
    if not weeks_that_tell:
        return Basis.ESTIMATE
    return Basis.LOG if task.estimated_seconds is None else Basis.BOTH


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
        href=row.href,
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
