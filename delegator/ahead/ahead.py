"""Next 12 months: which help will be needed when, so that an owner looks for it before it hurts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from assistants.months import Month
from assistants.plan import stored_plans
from delegator.models import AheadReminder
from tasks import clock, dates, workdays
from tasks.models import Owner
from tasks.requests import OwnerRequest

from . import ahead_reminders, outlook, year_chart
from .ahead_reminders import NotToCome
from .outlook import Help, Look
from .year_chart import Chart


@dataclass(frozen=True, slots=True)
class Kept:
    """A reminder that is still to come, with the day on which it comes."""

    reminder: AheadReminder
    month: Month
    day: date


@dataclass(frozen=True, slots=True)
class Drawn:
    """One kind of help with its drawing, and the month in which to be reminded of it; None if there is none."""

    help: Help
    chart: Chart
    remind_in: Month | None
    kept: Kept | None


@login_required
def plan_ahead(request: OwnerRequest) -> HttpResponse:
    owner, now = request.user, clock.now()
    look = outlook.look(owner, now=now)
    if look.outlook is None and not look.missing:
        waiting = stored_plans.waiting(look.question, now=now, ahead=True)
        return render(request, "plan/ahead_waiting.html", {"waiting": waiting})
    return render(request, "plan/ahead.html", _context(owner, look, now))


def _context(owner: Owner, look: Look, now: datetime) -> dict[str, Any]:
    today = owner.today(now)
    found, kept, months = look.outlook, _kept(owner, today), outlook.months(today)
    return {
        "look": look,
        "outlook": found,
        "first": found and found.first and _drawn([found.first], months, kept)[0],
        "others": _drawn(found.others, months, kept, is_small=True) if found else [],
        "kept": kept,
        "months": months,
        "basis": _basis(look),
        "weeks_missing": outlook.WEEKS_THAT_TELL - len(look.weeks),
        "growing": [task for task in look.question.rows.tasks if task.growth and not task.retired_on],
    }


def _drawn(
    helps: Sequence[Help], months: Sequence[Month], kept: Sequence[Kept], *, is_small: bool = False
) -> list[Drawn]:
    """All on one scale, so that they can be compared."""
    most = max((year_chart.most_of(each.columns) for each in helps), default=0)
    drawn = []
    for each in helps:
        remind_in = (each.look_in or months[0]) if each.pays else None
        theirs = next((one for one in kept if one.month == remind_in), None)
        drawn.append(Drawn(each, year_chart.draw(each.columns, most=most, is_small=is_small), remind_in, theirs))
    return drawn


def _kept(owner: Owner, today: date) -> list[Kept]:
    """Those to come, in two queries."""
    found, work = [], workdays.of(owner, Month.of(today).first)
    for reminder in ahead_reminders.waiting(owner):
        month = Month.parse(reminder.month)
        found.append(Kept(reminder, month, ahead_reminders.due_on(work, month)))
    return found


def _basis(look: Look) -> list[str]:
    """What the forecast rests on, in sentences."""
    if look.outlook is None:
        return []
    rows = look.question.rows
    span = dates.span_dated(look.weeks[0], look.weeks[-1] + timedelta(days=6))
    hours = outlook.hours(sum(person.weekly_minutes for person in rows.people if person.pk not in rows.away))
    there = len([person for person in rows.people if person.pk not in rows.away])
    roster = f"your roster of today, {there} {'person' if there == 1 else 'people'} with {hours} a week"
    return [
        f"It takes the {len(look.weeks)} weeks you logged last, {span}; of what is handed off, what it took before.",
        f"It counts with {roster if there else 'nobody, for your roster is empty'}.",
        "Each month stands for its middle, in hours of the people who would do it.",
    ]


# --- Reminders -----------------------------------------------------------------
@login_required
@require_POST
def reminder_keep(request: OwnerRequest) -> HttpResponse:
    """Be reminded once, in the month that is posted."""
    month, now = _month(request), clock.now()
    try:
        reminder = ahead_reminders.keep(request.user, month, now=now)
    except NotToCome:
        messages.error(request, "Choose one of the next twelve months.")
    else:
        _say(request, reminder)
    return redirect("plan_ahead")


@login_required
@require_POST
def reminder_move(request: OwnerRequest, pk: int) -> HttpResponse:
    """Be reminded in another month."""
    reminder, now = _mine(request, pk), clock.now()
    month = _month(request)
    try:
        ahead_reminders.move(reminder, month, now=now)
    except NotToCome:
        messages.error(request, "Choose one of the next twelve months.")
    else:
        reminder.month = str(month)
        _say(request, reminder)
    return redirect("plan_ahead")


@login_required
@require_POST
def reminder_remove(request: OwnerRequest, pk: int) -> HttpResponse:
    reminder = _mine(request, pk)
    ahead_reminders.remove(reminder)
    messages.success(request, f"No reminder in {Month.parse(reminder.month).name}.")
    return redirect("plan_ahead")


def _mine(request: OwnerRequest, pk: int) -> AheadReminder:
    return get_object_or_404(request.user.ahead_reminders.filter(written_at=None).select_related("owner"), pk=pk)


def _month(request: OwnerRequest) -> Month:
    try:
        return Month.parse(request.POST.get("month", ""))
    except ValueError:
        raise Http404 from None


def _say(request: OwnerRequest, reminder: AheadReminder) -> None:
    month = Month.parse(reminder.month)
    day = ahead_reminders.due_on(workdays.of(request.user, month.first), month)
    messages.success(request, f"One email will remind you on {dates.full_dated(day)}.")
