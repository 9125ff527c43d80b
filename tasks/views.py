"""The tasks, their briefs and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from . import briefs, recent, routine, scores, weekly_hours
from .forms import ScoresForm
from .models import Task
from .requests import OwnerRequest
from .task_forms import TaskForm


class Helper(NamedTuple):
    """Someone who has a task, or an offer of it: their name, how it stands with them, and the page that tells."""

    name: str
    stands: str
    href: str


@login_required
def task_new(request: OwnerRequest) -> HttpResponse:
    form = TaskForm(request.user, request.POST or None)
    if form.is_valid() and (task := form.save(timezone.now())):
        return redirect("tasks:task", task.pk)
    return render(request, "tasks/task_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def task(request: OwnerRequest, pk: int, helpers: Sequence[Helper] = ()) -> HttpResponse:
    """One task to change, with its hours; a retired one only to be read and brought back."""
    task = get_object_or_404(request.user.tasks.routine().with_skills(), pk=pk)
    now = timezone.now()
    if task.retired_on:
        return _retired(request, task, helpers)
    form = TaskForm(request.user, request.POST or None, task=task)
    if form.is_valid() and form.save(now):
        messages.success(request, f"{task.name} is saved.")
        return redirect("tasks:task", pk)
    today = request.user.today(now)
    context = {
        "task": task,
        "form": form,
        "habit": recent.of(request.user, today).habits.get(pk),
        "hours": weekly_hours.of(task, today),
        "brief": form.brief,
        "earlier": briefs.earlier(task),
        "helpers": helpers,
        "said": _said(helpers),
    }
    status = 409 if form.is_stale else 422 if form.errors else 200
    return render(request, "tasks/task.html", context, status=status)


def _retired(request: OwnerRequest, task: Task, helpers: Sequence[Helper]) -> HttpResponse:
    if request.method == "POST":
        messages.error(request, f"{task.name} is off your list, so nothing was changed. Bring it back first.")
    context = {
        "task": task,
        "hours": weekly_hours.of(task, request.user.today(timezone.now())),
        "brief": briefs.latest(task),
        "earlier": briefs.earlier(task),
        "helpers": helpers,
    }
    return render(request, "tasks/task_retired.html", context, status=409 if request.method == "POST" else 200)


@login_required
@require_POST
def task_retire(request: OwnerRequest, pk: int, helpers: Sequence[Helper] = ()) -> HttpResponse:
    """Off the list; if anyone has it, only from a page that said so."""
    task = get_object_or_404(request.user.tasks.active().routine(), pk=pk)
    if helpers and "sure" not in request.POST:
        messages.error(request, f"{_said(helpers)}, so {task.mid_sentence} is still on your list. Look again first.")
        return redirect("tasks:task", pk)
    routine.drop(task, request.user.today(timezone.now()))
    goes_on = f" {_said(helpers)} still." if helpers else ""
    messages.success(request, f"{task.name} is off your list. Hours you logged stay.{goes_on}")
    return redirect("routine")


def _said(helpers: Sequence[Helper]) -> str:
    """Ana works on it and Ben has an offer of it"""
    return " and ".join(f"{each.name} {each.stands}" for each in helpers)


@login_required
@require_POST
def task_back(request: OwnerRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(request.user.tasks.routine(), pk=pk)
    try:
        routine.bring_back(task)
    except routine.NameTaken:
        messages.error(request, f"You have a task called “{task.name}” by now. Give that one another name first.")
    else:
        messages.success(request, f"{task.name} is on your list again.")
    return redirect("tasks:task", pk)


@login_required
def brief(request: OwnerRequest, pk: int, version: int) -> HttpResponse:
    """One version of a brief, as it was written."""
    task = get_object_or_404(request.user.tasks.routine(), pk=pk)
    context = {"task": task, "brief": get_object_or_404(task.briefs, version=version)}
    return render(request, "tasks/brief.html", context)


@login_required
def scores_save(request: OwnerRequest) -> HttpResponse:
    """The scores on the Routine page; a task left unscored may stay so, a half-scored one may not."""
    if request.method != "POST":
        return redirect("routine")
    form = ScoresForm(list(request.user.tasks.active().routine()), request.POST)
    if not form.is_valid():
        return render(request, "tasks/scores.html", {"form": form}, status=422)
    form.save(timezone.now())
    scores.confirm(request.user, request.user.today(timezone.now()))
    messages.success(request, "Your scores are saved.")
    return redirect("routine")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page, byte for byte, for a stranger's row, a random id and an unknown link."""
    return render(request, "404.html", status=404)
