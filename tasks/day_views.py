"""The day sheet: log a day, copy another one onto it, take the last change back, look at its entries."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from . import bars, clock, dates, days, entries, history, sheet_answers, sheets
from .entries import Via
from .forms import NoteForm
from .models import Owner
from .requests import OwnerRequest, page_before
from .sheets import SheetForm
from .timer_views import press


@login_required
def today(request: OwnerRequest) -> HttpResponse:
    return redirect("tasks:day", request.user.today(timezone.now()))


@login_required
def day(request: OwnerRequest, day: date) -> HttpResponse:
    """The sheet of one day; with htmx what was typed is saved, and the total and the saved fields come back."""
    _there_or_404(day)
    if request.method == "POST":
        return _save(request, day)
    owner, now = request.user, timezone.now()
    form = _on(days.sheet(owner, day, now=now), owner, now)
    context = _context(owner, day, form, now)
    if request.headers.get("HX-Request"):
        return render(request, "tasks/_day_saved.html", context | {"fields": list(form)})
    return render(request, "tasks/day.html", context)


def _save(request: OwnerRequest, day: date) -> HttpResponse:
    owner, now = request.user, clock.now()
    # What is usual is no matter for saving, so four weeks less are read.
    sent = _on(days.week(owner, [day], now=now), owner, now, request.POST)
    outcome = days.save(owner, sent.edits, via=Via.DAY, now=now)
    sent.hear(outcome)
    if request.headers.get("HX-Request"):
        fresh = _on(days.week(owner, [day], now=now), owner, now)
        context = _context(owner, day, fresh, now) | {"fields": sheet_answers.changed(sent, fresh, outcome)}
        return sheet_answers.in_place(request, "tasks/_day_saved.html", context, outcome, now)
    pressed = press(request)
    if not sent.errors:
        if outcome.changed:
            sheet_answers.say_saved(request, now)
        elif not pressed:
            messages.success(request, "All of this day is saved.")
        return pressed or redirect("tasks:day", day)
    form = _on(days.sheet(owner, day, now=now), owner, now, request.POST)
    form.hear(outcome)
    status = sheet_answers.status_of(form, outcome)
    return render(request, "tasks/day.html", _context(owner, day, form, now), status=status)


def _on(sheet: days.Sheet, owner: Owner, now: datetime, data: QueryDict | None = None) -> SheetForm:
    return SheetForm(sheet, owner.zone, data, last_open=days.last_open(owner, now))


def _there_or_404(day: date) -> None:
    if not sheets.FIRST_DAY <= day <= sheets.LAST_DAY:
        raise Http404


def _context(owner: Owner, day: date, form: SheetForm, now: datetime) -> dict[str, Any]:
    today, before = owner.today(now), day - timedelta(days=1)
    return {
        "day": day,
        "form": form,
        "is_today": day == today,
        "is_open": day <= days.last_open(owner, now),
        "before": before,
        "before_works": str(before.isoweekday()) in owner.work_days,
        "after": day + timedelta(days=1),
        "total": bars.logged(owner, form.sheet.rows),
    }


@login_required
@require_POST
def day_copy(request: OwnerRequest, day: date) -> HttpResponse:
    """Fill the empty rows from the last logged day, or from the same day a week before."""
    owner, now = request.user, clock.now()
    _there_or_404(day)
    source = day - timedelta(days=7) if "week" in request.POST else days.last_logged(owner, day)
    try:
        filled = days.copy(owner, {day: source}, now=now) if source else 0
    except days.TooMuch as error:
        messages.error(request, f"Nothing is copied. {error}")
    else:
        rows = f"{filled} row{'' if filled == 1 else 's'} filled"
        where = f" from {dates.full(source)}" if source else ""
        if filled:
            messages.success(request, f"{rows}{where}", now.isoformat())
        else:
            messages.success(request, f"Nothing to fill in{where}: {_why_nothing(owner, day, source)}.")
    return redirect("tasks:day", day)


def _why_nothing(owner: Owner, day: date, source: date | None) -> str:
    if source is None:
        return f"nothing is logged in the week before {dates.full(day)}"
    return "what it has is here already" if owner.entries.on(source).exists() else "nothing is logged there"


@login_required
@require_POST
def undo(request: OwnerRequest) -> HttpResponse:
    """Take back the change that the button stands beside, if it is still the last one."""
    try:
        history.undo(request.user, now=clock.now(), of=request.POST.get("of", ""))
    except history.TooLate as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Undone.")
    return page_before(request)


@login_required
def day_entries(request: OwnerRequest, day: date) -> HttpResponse:
    """The entries of a day with their notes, and the changes of them."""
    _there_or_404(day)
    return render(request, "tasks/day_entries.html", _entries(request.user, day))


@login_required
@require_POST
def entry_note(request: OwnerRequest, pk: int) -> HttpResponse:
    """Write a note; one that was changed elsewhere meanwhile is shown first."""
    entry, now = get_object_or_404(request.user.entries, pk=pk), clock.now()
    form = NoteForm(request.POST)
    if form.is_valid():
        text, was = form.cleaned_data["note"], form.cleaned_data["was"] if "was" in form.data else None
        there = entries.note(request.user, pk, text, was=was, now=now)
        if there is None:
            messages.success(request, "The note is saved.", "" if text == entry.note else now.isoformat())
            return redirect("tasks:day_entries", entry.day)
        said = f"This was changed to “{there}” elsewhere. Save again to make it yours."
        form.add_error("note", ValidationError(said, code="stale"))
    context = _entries(request.user, entry.day) | {"form": form, "wrong": pk}
    stale = form.has_error("note", "stale")
    return render(request, "tasks/day_entries.html", context, status=409 if stale else 422)


def _entries(owner: Owner, day: date) -> dict[str, Any]:
    listed = owner.entries.on(day).select_related("task")
    return {
        "day": day,
        "entries": listed.order_by("task__is_best_work", "task__position", "task_id", "pk"),
        "changes": history.of_day(owner, day)[: history.SHOWN],
        "shown": history.SHOWN,
    }
