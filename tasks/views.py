"""The day sheet and the tasks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from . import bars, dates, days, routine
from .forms import DayForm, ScoresForm, TaskForm
from .models import Owner
from .requests import OwnerRequest


@login_required
def today(request: OwnerRequest) -> HttpResponse:
    return redirect("tasks:day", request.user.today(timezone.now()))


@login_required
def day(request: OwnerRequest, day: date) -> HttpResponse:
    """The sheet of one day; with htmx a changed field saves alone and gets the new total back."""
    owner, now = request.user, timezone.now()
    today = owner.today(now)
    _open_or_404(day, today)
    rows = days.sheet(owner, day)
    form = DayForm(rows, days.length(day, owner.zone), days.usual(owner, day), request.POST or None)
    if form.is_valid():
        try:
            days.save(owner, day, form.changed_times(), now=now)
        except days.TooMuch as error:
            form.add_error(f"task-{error.task.pk}" if error.task else None, str(error))
        else:
            if request.headers.get("HX-Request"):
                return _saved(request, day, form.changed_times())
            messages.success(request, f"Saved at {dates.clock(now, owner.zone)}")
            return redirect("tasks:day", day)
    context = _sheet(owner, day, today, form)
    if request.headers.get("HX-Request"):
        # An error stands beside its field; what is typed in the others stays.
        wrong = next((row for row in form.rows if row.time.errors), None)
        response = render(
            request, "tasks/_row.html" if wrong else "tasks/_sheet.html", context | {"row": wrong}, status=422
        )
        response["HX-Retarget"] = f"#row_{wrong.task.pk}" if wrong else "#day"
        return response
    return render(request, "tasks/day.html", context, status=422 if form.errors else 200)


def _open_or_404(day: date, today: date) -> None:
    """Tomorrow too, for an owner whose clock is ahead of the zone they gave."""
    if not date(2000, 1, 1) <= day <= today + timedelta(days=1):
        raise Http404


def _sheet(owner: Owner, day: date, today: date, form: DayForm) -> dict[str, object]:
    return {
        "day": day,
        "form": form,
        "is_today": day == today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day <= today else None,
        "total": bars.logged(owner, form.sheet),
    }


def _saved(request: OwnerRequest, day: date, changed: Iterable[int]) -> HttpResponse:
    """The new total, and each field that was saved as it was read."""
    owner = request.user
    form = DayForm(days.sheet(owner, day), days.length(day, owner.zone), {})
    context = {
        "day": day,
        "is_today": day == owner.today(timezone.now()),
        "total": bars.logged(owner, form.sheet),
        "rows": [row for row in form.rows if row.task.pk in set(changed)],
    }
    return render(request, "tasks/_saved.html", context)


@login_required
@require_POST
def day_copy(request: OwnerRequest, day: date) -> HttpResponse:
    now = timezone.now()
    _open_or_404(day, request.user.today(now))
    try:
        filled = days.copy(request.user, day, now=now)
    except days.TooMuch as error:
        messages.error(request, f"Nothing is copied. {error}")
    else:
        messages.success(request, f"{_count(filled, 'row')} filled." if filled else "Nothing to fill in.")
    return redirect("tasks:day", day)


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
    return render(request, "tasks/task.html", {"task": task, "form": form}, status=422 if form.errors else 200)


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
    messages.success(request, "Your scores are saved.")
    return redirect("routine")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page, byte for byte, for a stranger's row, a random id and an unknown link."""
    return render(request, "404.html", status=404)
