"""The timer: start, stop and switch from any page, and the three answers for one that was forgotten."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from . import clock, dates, durations, timers
from .forms import StoppedForm
from .models import Timer
from .requests import OwnerRequest, number, page_before


@login_required
def timer(request: OwnerRequest) -> HttpResponse:
    """What runs, what to switch to, and the question about one that was forgotten."""
    return render(request, "tasks/timer.html", _context(request, clock.now(), then=request.GET.get("then", "")))


def _context(
    request: OwnerRequest, now: datetime, *, then: str, form: StoppedForm | None = None
) -> dict[str, object]:
    running = request.user.running_timer
    if running and running.is_forgotten(now) and form is None:
        form = StoppedForm(running, now)
    return {"form": form, "tasks": request.user.tasks.active(), "then": number(then) or ""}


@login_required
@require_POST
def timer_start(request: OwnerRequest) -> HttpResponse:
    return _start(request, request.POST.get("task", "")) or page_before(request)


@login_required
@require_POST
def timer_stop(request: OwnerRequest) -> HttpResponse:
    return _stop(request) or page_before(request)


def press(request: OwnerRequest) -> HttpResponse | None:
    """A timer's button on a sheet, which sends the sheet along; an answer if there is a question to ask first."""
    if "start" in request.POST:
        answer = _start(request, request.POST["start"])
    elif "stop" in request.POST:
        answer = _stop(request)
    else:
        return None
    request.user.running_timer = timers.read(request.user)  # it came with the one of before
    return answer


def _start(request: OwnerRequest, pk: str) -> HttpResponse | None:
    task = get_object_or_404(request.user.tasks.active(), pk=number(pk) or 0)
    try:
        timers.start(request.user, task, now=clock.now())
    except timers.Forgotten:
        return redirect(f"{reverse('tasks:timer')}?then={task.pk}")
    return None


def _stop(request: OwnerRequest) -> HttpResponse | None:
    now = clock.now()
    try:
        stopped = timers.stop(request.user, now=now)
    except timers.Forgotten:
        return redirect("tasks:timer")
    if stopped:
        _say(request, stopped, now, now)
    return None


def _say(request: OwnerRequest, stopped: Timer, at: datetime, now: datetime) -> None:
    took = durations.words(timers.elapsed(stopped, at))
    messages.success(request, f"{took} of {stopped.task.mid_sentence} logged.", now.isoformat())


@login_required
@require_POST
def timer_answer(request: OwnerRequest) -> HttpResponse:
    """Stopped at a time, still running, or nothing of it; then the task that was to be started is."""
    owner, now, running = request.user, clock.now(), request.user.running_timer
    then, asked = request.POST.get("then", ""), number(request.POST.get("timer", ""))
    if running is None or running.pk != asked:
        messages.info(request, "That timer was answered elsewhere.")
    elif "keep" in request.POST:
        if timers.keep(owner, now=now, only=asked):
            messages.success(request, f"{running.task.name} runs on, and all of it counts.")
    elif "discard" in request.POST:
        if timers.discard(owner, now=now, only=asked):
            took = durations.words(timers.elapsed(running, now))
            messages.success(request, f"{took} of {running.task.mid_sentence} thrown away.", now.isoformat())
    else:
        form = StoppedForm(running, now, request.POST)
        if not form.is_valid():
            return render(request, "tasks/timer.html", _context(request, now, then=then, form=form), status=422)
        _stop_then(request, form, asked, now)
    return (_start(request, then) if then else None) or redirect("tasks:today")


def _stop_then(request: OwnerRequest, form: StoppedForm, asked: int, now: datetime) -> None:
    at = form.cleaned_data["at"]
    if stopped := timers.stop_then(request.user, at, now=now, only=asked):
        _say(request, stopped, at, now)
        if form.was_moved:
            until = dates.clock(at, ZoneInfo(stopped.zone))
            messages.info(request, f"The clocks left that time out, so it counts until {until}.")
