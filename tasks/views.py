"""The tasks and their scores."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from . import days, routine, scores
from .forms import ScoresForm, TaskForm
from .requests import OwnerRequest


@login_required
def task_new(request: OwnerRequest) -> HttpResponse:
    form = TaskForm(request.user, request.POST or None)
    if form.is_valid() and (task := form.save()):
        return redirect("tasks:task", task.pk)
    return render(request, "tasks/task_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def task(request: OwnerRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(request.user.tasks.active().routine().with_skills(), pk=pk)
    form = TaskForm(request.user, request.POST or None, task=task)
    if form.is_valid() and form.save():
        messages.success(request, f"{task.name} is saved.")
        return redirect("tasks:task", pk)
    habit = days.habits(request.user, request.user.today(timezone.now())).get(pk)
    context = {"task": task, "form": form, "habit": habit}
    return render(request, "tasks/task.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def task_retire(request: OwnerRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(request.user.tasks.active().routine(), pk=pk)
    routine.drop(task, request.user.today(timezone.now()))
    messages.success(request, f"{task.name} is off your list. Hours you logged stay.")
    return redirect("routine")


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
