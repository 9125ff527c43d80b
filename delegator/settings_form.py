"""The settings as a form, in the parts that the page shows one under the other; and the form of days off."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.bootstrap import AppendedText, PrependedText
from crispy_forms.layout import Div
from django import forms
from django.db import transaction
from django.utils import timezone

from assistants.models import Handoff
from tasks import clock, dates, durations, money, owners, workdays
from tasks.fields import AmountField, CountField, DayField, HoursField, LineField, TextField, ZoneField, optional
from tasks.forms import helper
from tasks.models import Owner
from tasks.worth import DIVISOR_MOST, HOURS_MOST, QUARTER, Basis

from . import reminders, weekly

# What decides when the next reminder is due.
REMINDER = ("time_zone", "work_days", "wants_reminder", "reminder_hour")
FIELDS = (
    "name", "business", "vision", "vision_by", "budget", "currency", "wants_summary", "timer_limit", "theme",
    *REMINDER,
)  # fmt: skip
BASIS = ("income", "hours_a_year", "divisor")
LIMIT_LEAST, LIMIT_MOST = durations.HOUR // 2, 16 * durations.HOUR
INCOME_MOST, WORTH_MOST = Decimal(100_000_000), Decimal(10_000)
HOW_MANY = f"Say how many hours a year, 1 to {HOURS_MOST:,}."
# 6 am to 10 pm.
HOURS = [(hour, reminders.hour_in_words(hour)) for hour in range(6, 23)]
# 1 January 2001 was a Monday.
WEEKDAYS = [(str(day), dates.weekday(date(2001, 1, day))) for day in range(1, 8)]
YEAR = timedelta(days=366)


def _two(*rows: Any) -> Div:
    """Side by side where there is room."""
    return Div(*rows, css_class="fields fold")


class SettingsForm(forms.Form):
    """Who the owner is, when they work, what their hour is worth (typed or worked out), what the app sends them."""

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
    vision_by = DayField(label=optional("By when"), required=False)
    best = LineField(label=optional("Your best work"), required=False, max_length=80)
    work_days = forms.MultipleChoiceField(
        label="You work on",
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose one day at least."},
    )
    day = HoursField(
        label="Your work day is",
        most=durations.DAY_MOST,
        error_messages={"required": "Say how long your work day is."},
    )
    time_zone = ZoneField(label="Time zone", help_text="Your days, your deadlines and your Monday at 7 follow it.")
    worth = AmountField(label="An hour of your best work is worth", required=False, most=WORTH_MOST)
    income = AmountField(label="Income a year", required=False, most=INCOME_MOST, is_large=True)
    hours_a_year = CountField(
        label="Hours you work a year",
        required=False,
        least=1,
        most=HOURS_MOST,
        says=HOW_MANY,
    )
    divisor = CountField(
        label="Divided by",
        required=False,
        least=1,
        most=DIVISOR_MOST,
        says=f"Write 1 to {DIVISOR_MOST}.",
    )
    budget = AmountField(label=optional("For help, a week"), required=False, help_text="Leave it blank for no limit.")
    currency = forms.ChoiceField(label="Currency", choices=lambda: list(money.known_currencies().items()))
    wants_summary = forms.BooleanField(label="Email me a summary every Monday at 7", required=False)
    wants_reminder = forms.BooleanField(label="Remind me when a work day is empty", required=False)
    reminder_hour = forms.TypedChoiceField(label="Remind me at", choices=HOURS, coerce=int)
    timer_limit = HoursField(
        label="A timer was forgotten after",
        most=LIMIT_MOST,
        help_text="Then it stops counting until you say when you stopped, and you get one email.",
        error_messages={"required": "Say after how many hours."},
    )
    theme = forms.ChoiceField(label="Light or dark", required=False, choices=Owner.Theme.choices)

    def __init__(self, owner: Owner, data: Any = None) -> None:
        self.owner = owner
        self.hour = owner.best_hour(owner.today(timezone.now()))
        self.basis = Basis.of(self.hour)
        super().__init__(data, initial=self._known())
        if self.basis:
            self.fields["worth"].help_text = self.basis.sentence(owner.currency)
        symbol = money.symbol(owner.currency)
        self.parts = {
            "you": helper(_two("name", "business"), "best", "vision", _two("vision_by")),
            "time": helper(_two(AppendedText("day", "hours"), "time_zone")),
            "worth": helper(_two(PrependedText("worth", symbol))),
            "basis": helper(_two(PrependedText("income", symbol), "hours_a_year", "divisor")),
            "money": helper(_two(PrependedText("budget", symbol), "currency")),
            "emails": helper(
                "wants_summary", "wants_reminder", _two("reminder_hour", AppendedText("timer_limit", "hours"))
            ),
            "look": helper(_two("theme")),
        }

    def _known(self) -> dict[str, Any]:
        best, basis = self.owner.tasks.active().best_work().first(), self.basis
        return {field: getattr(self.owner, field) for field in FIELDS} | {
            "best": best.name if best else "",
            "work_days": list(self.owner.work_days),
            "worth": self.hour.amount if self.hour else None,
            "day": _hours(self.owner.work_day),
            "timer_limit": _hours(self.owner.timer_limit),
            "income": f"{basis.income:,f}".removesuffix(".00") if basis else "",
            "hours_a_year": f"{basis.hours:,}" if basis else "",
            "divisor": basis.divisor if basis else QUARTER,
        }

    @property
    def has_trouble_with_basis(self) -> bool:
        return any(field in self.errors for field in BASIS)

    def clean_work_days(self) -> str:
        """12345; each once, for how many there are makes a week of an estimate."""
        return "".join(sorted(set(self.cleaned_data["work_days"])))

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

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        given["basis"] = None if self.has_trouble_with_basis else self._basis(given)
        if self.has_trouble_with_basis or "worth" in self.errors:
            return given
        if given["basis"]:
            given["worth"] = given["basis"].amount
        elif given["worth"] is None:
            self.add_error("worth", "A guess will do.")
        return given

    def _basis(self, given: dict[str, Any]) -> Basis | None:
        """What the worth is to be worked out from; None when it was typed, over what it rested on before, too."""
        income, hours, divisor = (given[field] for field in BASIS)
        if income is None and hours is None:
            return None
        if income is None:
            self.add_error("income", "Say what you earn a year.")
            return None
        if hours is None:
            self.add_error("hours_a_year", HOW_MANY)
            return None
        basis = Basis(income, hours, divisor or QUARTER)
        if basis.amount > WORTH_MOST:
            self.add_error("income", f"That makes an hour worth more than {WORTH_MOST:,}.")
        typed_over = given.get("worth") not in (None, self.initial["worth"])
        return None if typed_over and basis == self.basis else basis

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
        owners.set_hour(owner, given["worth"], given["basis"], owner.today(timezone.now()))


class DayOffForm(forms.Form):
    """One day off, or a run of them."""

    # Both forms stand on one page, and each has a name.
    prefix = "off"
    first = DayField(label="First day", error_messages={"required": "Say which day."})
    last = DayField(label=optional("Last day"), required=False, help_text="Leave it blank for one day.")
    name = LineField(label=optional("What for"), required=False, max_length=60, help_text="Such as Holiday.")
    helper = helper(_two("first", "last"), "name")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        elif first and last and last - first > YEAR:
            self.add_error("last", "Write a year or less.")
        return given

    def save(self, owner: Owner) -> None:
        given = self.cleaned_data
        workdays.take_off(owner, given["first"], given["last"] or given["first"], given["name"])


def _hours(seconds: int) -> str:
    """8, or 7:30"""
    return durations.clock(seconds).removesuffix(":00")
