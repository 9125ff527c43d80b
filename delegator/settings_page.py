"""The owner's settings: one form for who they are and how they work, and a list of days off with its own."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks import clock, dates
from tasks.models import DayOff
from tasks.requests import OwnerRequest

from . import reminders
from .settings_form import DayOffForm, SettingsForm


@login_required
def settings_page(request: OwnerRequest) -> HttpResponse:
    form = SettingsForm(request.user, request.POST or None)
    if form.is_valid():
        form.save()
        messages.success(request, "Your settings are saved.")
        return redirect("settings")
    return _page(request, form, DayOffForm())


@login_required
def day_off_add(request: OwnerRequest) -> HttpResponse:
    if request.method != "POST":
        return _to_days_off()
    form = DayOffForm(request.POST)
    if not form.is_valid():
        return _page(request, SettingsForm(request.user), form)
    with transaction.atomic():
        form.save(request.user)
        reminders.heed_days_off(request.user, now=clock.now())
    return _to_days_off()


@login_required
@require_POST
def day_off_remove(request: OwnerRequest, pk: int) -> HttpResponse:
    day_off = get_object_or_404(request.user.days_off, pk=pk)
    with transaction.atomic():
        day_off.delete()
        reminders.heed_days_off(request.user, now=clock.now())
    return _to_days_off()


def _page(request: OwnerRequest, settings: SettingsForm, off: DayOffForm) -> HttpResponse:
    """The page with both forms; `form` is the one that the summary of errors is about."""
    today = request.user.today(timezone.now())
    days_off = list(request.user.days_off.all())
    form = off if off.errors else settings
    context = {
        "form": form,
        "settings": settings,
        "off": off,
        "coming": [(each, _in_words(each, today)) for each in days_off if each.last >= today],
        "gone": [(each, _in_words(each, today)) for each in reversed(days_off) if each.last < today],
    }
    return render(request, "settings.html", context, status=422 if form.errors else 200)


def _in_words(off: DayOff, today: date) -> str:
    """Thursday 24 December, or 28 December to 3 January 2027; the year only where it is another one."""
    days = dates.full(off.first) if off.first == off.last else dates.span(off.first, off.last)
    return days if off.last.year == today.year == off.first.year else f"{days} {off.last.year}"


def _to_days_off() -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('settings')}#days-off")
