"""
The owner's settings: who they are and how they work, and beside it a list of days off.

Both are one form of the browser's, so that whichever button is pressed nothing typed is lost: days off are added and
taken away at once, and what was typed of the rest stays as it is until it is saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from delegator.mail import reminders
from tasks import clock, dates, owners
from tasks.requests import OwnerRequest

from .day_off_form import DayOffForm
from .settings_form import SettingsForm


@dataclass(frozen=True)
class Both:
    """The two forms as one, for the summary of errors."""

    settings: SettingsForm
    off: DayOffForm

    @property
    def errors(self) -> dict[str, list[str]]:
        return {field.html_name: [str(error) for error in field.errors] for field in self if field.errors}

    def __iter__(self) -> Iterator[BoundField]:
        yield from self.settings
        yield from self.off


@login_required
def settings_page(request: OwnerRequest) -> HttpResponse:
    """Save the settings, with the days off that were typed and not added yet."""
    form = SettingsForm(request.user, request.POST or None)
    off = DayOffForm(request.POST or None, may_be_blank=True)
    if form.is_valid() and off.is_valid() and _save(request, form, off):
        messages.success(request, "Your settings are saved.")
        return redirect("settings")
    return _page(request, form, off)


def _save(request: OwnerRequest, form: SettingsForm, off: DayOffForm) -> bool:
    """All or nothing."""
    with transaction.atomic():
        if form.save() and (not off.has_changed() or _take_off(request, off)):
            return True
        transaction.set_rollback(True)
    request.user.refresh_from_db()  # the page shows what is kept
    return False


@login_required
def day_off_add(request: OwnerRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("settings")
    form = DayOffForm(request.POST)
    if not form.is_valid():
        return _days_off(request, form)
    with transaction.atomic():
        is_added = _take_off(request, form)
    return _days_off(request, DayOffForm() if is_added else form, focus="first")


def _take_off(request: OwnerRequest, form: DayOffForm) -> bool:
    if not form.save(request.user):
        return False
    reminders.heed_days_off(request.user, now=clock.now())
    first, last = form.run
    messages.success(request, f"Added {_in_words(first, last, request.user.today(timezone.now()))}.")
    return True


@login_required
@require_POST
def day_off_remove(request: OwnerRequest, pk: int) -> HttpResponse:
    day_off = get_object_or_404(request.user.days_off, pk=pk)
    with transaction.atomic():
        owners.hold(request.user)
        day_off.delete()
        reminders.heed_days_off(request.user, now=clock.now())
    said = _in_words(day_off.first, day_off.last, request.user.today(timezone.now()))
    messages.success(request, f"Removed {said}.")
    return _days_off(request, DayOffForm(kept=request.POST), focus="heading")


def _days_off(request: OwnerRequest, off: DayOffForm, focus: str = "") -> HttpResponse:
    """
    The list as it is now: in its place to htmx, else on its page with what was typed of the rest.

    Where nothing else was sent, the page is asked for anew, so that reloading it sends nothing again.
    """
    if request.headers.get("HX-Request"):
        off.take_focus(focus)
        context = _list(request) | {"off": off, "in_place": True, "focus": focus}
        return render(request, "_days_off.html", context, status=422 if off.errors else 200)
    if "seen" in request.POST or off.errors:
        kept = request.POST if "seen" in request.POST else None
        return _page(request, SettingsForm(request.user, kept=kept), off)
    return redirect("settings")


def _page(request: OwnerRequest, settings: SettingsForm, off: DayOffForm) -> HttpResponse:
    form = Both(settings, off)
    context = _list(request) | {"form": form, "settings": settings, "off": off}
    status = 409 if settings.is_stale else 422 if form.errors else 200
    return render(request, "settings.html", context, status=status)


def _list(request: OwnerRequest) -> dict[str, Any]:
    today = request.user.today(timezone.now())
    days_off = [(each, _in_words(each.first, each.last, today)) for each in request.user.days_off.all()]
    return {
        "coming": [(each, days) for each, days in days_off if each.last >= today],
        "gone": [(each, days) for each, days in reversed(days_off) if each.last < today],
    }


def _in_words(first: date, last: date, today: date) -> str:
    """Thursday 24 December, or 28 to 30 December; with its year where that is another one."""
    is_this_year = last.year == today.year
    if first == last:
        return dates.full(first) if is_this_year else dates.full_dated(first)
    return dates.span(first, last) if is_this_year else dates.span_dated(first, last)
