"""The owner's settings: name, business, zone, currency, budget, vision, worth of an hour, timers, emails."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.bootstrap import AppendedText, PrependedText
from crispy_forms.layout import Div
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from assistants.models import Handoff
from tasks import clock, durations, money, owners
from tasks.fields import AmountField, HoursField, LineField, TextField, ZoneField, optional
from tasks.forms import helper
from tasks.models import Owner
from tasks.requests import OwnerRequest

from . import reminders, weekly

# What decides when the next reminder is due.
REMINDER = ("time_zone", "wants_reminder", "reminder_hour")
FIELDS = ("name", "business", "vision", "budget", "currency", "wants_summary", "timer_limit", *REMINDER)
LIMIT_LEAST, LIMIT_MOST = durations.HOUR // 2, 16 * durations.HOUR
# 6 am to 10 pm.
HOURS = [(hour, reminders.hour_in_words(hour)) for hour in range(6, 23)]


class SettingsForm(forms.Form):
    name = LineField(label="Your name", max_length=80, error_messages={"required": "Write your name."})
    business = LineField(
        label=optional("Your business"),
        required=False,
        max_length=80,
        help_text="Assistants see it under your name.",
    )
    vision = TextField(
        label=optional("What you are building"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    best = LineField(label=optional("Your best work"), required=False, max_length=80)
    worth = AmountField(label="An hour of it is worth", error_messages={"required": "A guess will do."})
    day = HoursField(
        label="Your work day is",
        most=durations.DAY_MOST,
        error_messages={"required": "Say how long your work day is."},
    )
    budget = AmountField(label=optional("For help, a week"), required=False, help_text="Leave it blank for no limit.")
    currency = forms.ChoiceField(label="Currency", choices=lambda: list(money.known_currencies().items()))
    time_zone = ZoneField(label="Time zone", help_text="Your days, your deadlines and your Monday at 7 follow it.")
    wants_summary = forms.BooleanField(label="Email me a summary every Monday at 7", required=False)
    wants_reminder = forms.BooleanField(label="Remind me when a work day is empty", required=False)
    reminder_hour = forms.TypedChoiceField(label="Remind me at", choices=HOURS, coerce=int)
    timer_limit = HoursField(
        label="A timer was forgotten after",
        most=LIMIT_MOST,
        help_text="Then it stops counting until you say when you stopped, and you get one email.",
        error_messages={"required": "Say after how many hours."},
    )

    def __init__(self, owner: Owner, *args: Any, **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(*args, **kwargs)
        symbol = money.symbol(owner.currency)
        self.helper = helper(
            "name",
            "business",
            "vision",
            "best",
            Div(
                PrependedText("worth", symbol),
                AppendedText("day", "hours"),
                PrependedText("budget", symbol),
                "currency",
                css_class="fields fold",
            ),
            "time_zone",
            "wants_summary",
            "wants_reminder",
            Div("reminder_hour", AppendedText("timer_limit", "hours"), css_class="fields fold"),
        )

    def clean_timer_limit(self) -> int:
        seconds: int = self.cleaned_data["timer_limit"]
        if seconds < LIMIT_LEAST:
            raise forms.ValidationError("Write half an hour or more.")
        return seconds

    def clean_best(self) -> str:
        name: str = self.cleaned_data["best"]
        if name.casefold() in (task.name.casefold() for task in self.owner.tasks.active().routine()):
            raise forms.ValidationError(f"“{name}” is on your routine list, so it cannot be your best work too.")
        return name

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        sent = self.owner.handoffs.exclude(state=Handoff.State.DRAFT)
        if currency != self.owner.currency and sent.exists():
            raise forms.ValidationError(
                f"Your hand-offs were agreed in {self.owner.currency}, so the currency stays."
            )
        return currency

    @transaction.atomic
    def save(self) -> None:
        given, owner = self.cleaned_data, self.owner
        if given["wants_summary"] != owner.wants_summary:
            owner.next_summary_at = None  # worked out anew: the weeks in between are not made up for
        elif owner.next_summary_at:
            owner.next_summary_at = weekly.moved(owner.next_summary_at, owner.zone, ZoneInfo(given["time_zone"]))
        changes_reminder = any(given[field] != getattr(owner, field) for field in REMINDER)
        for field in FIELDS:
            setattr(owner, field, given[field])
        owner.work_day = given["day"]
        # Not the whole row: a password changed meanwhile stays changed.
        saved = [*FIELDS, "work_day", "next_summary_at"]
        if changes_reminder:
            reminders.plan(owner, now=clock.now())
            saved.append("next_reminder_at")
        owner.save(update_fields=saved)
        if given["best"]:
            owners.name_best_work(owner, given["best"])
        owners.set_hour_value(owner, given["worth"], owner.today(timezone.now()))


@login_required
def settings_page(request: OwnerRequest) -> HttpResponse:
    owner = request.user
    best = owner.tasks.active().best_work().first()
    known = {field: getattr(owner, field) for field in FIELDS} | {
        "best": best.name if best else "",
        "worth": owner.hour_value(owner.today(timezone.now())),
        "day": _hours(owner.work_day),
        "timer_limit": _hours(owner.timer_limit),
    }
    form = SettingsForm(owner, request.POST or None, initial=known)
    if form.is_valid():
        form.save()
        messages.success(request, "Your settings are saved.")
        return redirect("settings")
    return render(request, "settings.html", {"form": form}, status=422 if form.errors else 200)


def _hours(seconds: int) -> str:
    """8, or 7:30"""
    return durations.clock(seconds).removesuffix(":00")
