"""The settings as a form, in the parts that the page shows one under the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from crispy_forms.bootstrap import AppendedText, PrependedText
from django import forms
from django.db import transaction
from django.utils import timezone

from assistants.models import Handoff
from delegator.mail import reminders
from delegator.summary import weekly_times
from tasks import clock, dates, durations, formats, money, owners, seen
from tasks.fields import (
    BUDGET_MOST,
    AmountField,
    CountField,
    DayField,
    HoursField,
    LineField,
    TextField,
    ZoneField,
    optional,
)
from tasks.forms import helper, two
from tasks.models import Owner
from tasks.worth import DIVISOR_MOST, HOURS_MOST, QUARTER, Derivation

# What decides when the next reminder is due.
REMINDER = ("time_zone", "work_days", "wants_reminder", "reminder_hour")
FORMATS = ("clock_format", "date_format", "number_format")
SUMMARY = ("summary_every", "summary_day", "summary_hour")
FIELDS = (
    "name", "business", "vision", "vision_by", "budget", "currency", "wants_summary", "timer_limit", "theme",
    *FORMATS, *SUMMARY, *REMINDER,
)  # fmt: skip
BASIS = ("income", "hours_a_year", "divisor")
LIMIT_LEAST, LIMIT_MOST = durations.HOUR // 2, 16 * durations.HOUR
INCOME_MOST, WORTH_MOST = Decimal(100_000_000), Decimal(10_000)
# 6 am to 10 pm.
HOURS = range(6, 23)
# 1 January 2001 was a Monday.
WEEKDAYS = [(str(day), dates.weekday(date(2001, 1, day))) for day in range(1, 8)]


def _how_many() -> str:
    return f"Say how many hours a year, 1 to {formats.count(HOURS_MOST)}."


def _hours_of_the_day() -> list[tuple[int, str]]:
    return [(hour, reminders.hour_in_words(hour)) for hour in HOURS]


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
    time_zone = ZoneField(label="Time zone", help_text="Your days, your deadlines and your summary follow it.")
    worth = AmountField(label="An hour of your best work is worth", required=False, most=WORTH_MOST, above_zero=True)
    income = AmountField(label="Income a year", required=False, most=INCOME_MOST, is_large=True, above_zero=True)
    hours_a_year = CountField(
        label="Hours you work a year",
        required=False,
        least=1,
        most=HOURS_MOST,
        says=_how_many,
    )
    divisor = CountField(
        label="Divided by",
        required=False,
        least=1,
        most=DIVISOR_MOST,
        says=lambda: f"Write 1 to {DIVISOR_MOST}.",
    )
    budget = AmountField(
        label=optional("For help, a week"), required=False, most=BUDGET_MOST, help_text="Leave it blank for no limit."
    )
    currency = forms.ChoiceField(label="Currency", choices=lambda: list(money.known_currencies().items()))
    wants_summary = forms.BooleanField(label="Email me a summary of my week", required=False)
    summary_every = forms.ChoiceField(label="How often", required=False, choices=Owner.SummaryEvery.choices)
    summary_day = forms.TypedChoiceField(
        label="On", required=False, choices=weekly_times.DAYS, coerce=int, empty_value=None
    )
    summary_hour = forms.TypedChoiceField(
        label="At", required=False, choices=_hours_of_the_day, coerce=int, empty_value=None
    )
    wants_reminder = forms.BooleanField(label="Remind me when a work day is empty", required=False)
    reminder_hour = forms.TypedChoiceField(label="Remind me at", choices=_hours_of_the_day, coerce=int)
    timer_limit = HoursField(
        label="A timer was forgotten after",
        most=LIMIT_MOST,
        help_text="Then it stops counting until you say when you stopped, and you get one email.",
        error_messages={"required": "Say after how many hours."},
    )
    theme = forms.ChoiceField(label="Light or dark", required=False, choices=Owner.Theme.choices)
    clock_format = forms.ChoiceField(label="Clock times", required=False, choices=list(formats.CLOCKS.items()))
    date_format = forms.ChoiceField(label="Dates", required=False, choices=list(formats.DATES.items()))
    number_format = forms.ChoiceField(label="Numbers", required=False, choices=list(formats.NUMBERS.items()))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, owner: Owner, data: Any = None, *, kept: Any = None) -> None:
        """`kept` is what was sent and is not to be saved yet: it is shown again as it was typed."""
        self.owner, self.is_stale, self.is_worth_said_twice = owner, False, False
        self.today = owner.today(timezone.now())
        self._read()
        super().__init__(data, initial=self._shown())
        if kept is not None:
            self.initial = {name: field.widget.value_from_datadict(kept, {}, name) for name, field in self._all()}
        if self.derivation:
            self.fields["worth"].help_text = self.derivation.sentence(owner.currency)
        self._lay_out()

    def _all(self) -> Iterable[tuple[str, forms.Field]]:
        return self.fields.items()

    def _lay_out(self) -> None:
        symbol = money.symbol(self.owner.currency)
        self.parts = {
            "you": helper("seen", two("name", "business"), "best", "vision", two("vision_by")),
            "time": helper(two(AppendedText("day", "hours"), "time_zone")),
            "worth": helper(two(PrependedText("worth", symbol))),
            "basis": helper(two(PrependedText("income", symbol), "hours_a_year", "divisor")),
            "money": helper(two(PrependedText("budget", symbol), "currency")),
            "emails": helper(
                "wants_summary",
                two("summary_every"),
                two("summary_day", "summary_hour"),
                "wants_reminder",
                two("reminder_hour", AppendedText("timer_limit", "hours")),
            ),
            "look": helper(two("theme", "clock_format"), two("date_format", "number_format")),
        }

    def _read(self) -> None:
        """What stands there, by field, as the form cleans it."""
        owner, hour = self.owner, self.owner.best_hour(self.today)
        best = owner.tasks.active().best_work().first()
        self.derivation = basis = Derivation.of(hour)
        self.there = {field: getattr(owner, field) for field in FIELDS} | {
            "best": best.name if best else "",
            "day": owner.work_day,
            "worth": hour.amount if hour else None,
            "income": basis.income if basis else None,
            "hours_a_year": basis.hours if basis else None,
            "divisor": basis.divisor if basis else QUARTER,
        }

    def _shown(self) -> dict[str, Any]:
        return self.there | {
            "work_days": list(self.there["work_days"]),
            "day": _hours(self.there["day"]),
            "timer_limit": _hours(self.there["timer_limit"]),
            "seen": seen.marks(self.there),
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

    def clean_vision_by(self) -> date | None:
        day: date | None = self.cleaned_data["vision_by"]
        # One that came and went stays, so that all the rest can be saved.
        if day and day < self.today and day != self.owner.vision_by:
            raise forms.ValidationError("That day is over. Choose one that is still to come.")
        return day

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name in (*FORMATS, *SUMMARY):  # a page from before they could be chosen sends none
            given[name] = given.get(name) or getattr(self.owner, name)
        self._settle(given)
        return given

    def _settle(self, given: dict[str, Any]) -> None:
        """
        What an hour is worth and what that rests on, as `hour`.

        What was changed decides: income over the figure from before, and a figure over the income from before.
        """
        derived = None if self.has_trouble_with_basis else self._derived(given)
        if self.has_trouble_with_basis or "worth" in self.errors:
            return
        typed = given["worth"]
        is_typed = typed is not None and self._changes(worth=typed)
        is_new = derived is not None and self._changes(
            income=derived.income, hours_a_year=derived.hours, divisor=derived.divisor
        )
        if derived and is_typed and is_new and typed != derived.amount:
            self.is_worth_said_twice = True
            wrote, makes = (money.short(amount, self.owner.currency) for amount in (typed, derived.amount))
            self.add_error(
                "worth", f"You wrote {wrote}, and your income makes it {makes}. Leave one of the two blank."
            )
        elif derived and (is_new or not is_typed):
            given["hour"] = derived.amount, derived
        elif typed is None:
            self.add_error("worth", "A guess will do.")
        else:
            given["hour"] = typed, None

    def _changes(self, **values: Any) -> bool:
        """Whether any is other than what stands there, and than what the page showed."""
        shown = self.cleaned_data.get("seen", "")
        return any(self.there[name] != value and not seen.shows(shown, name, value) for name, value in values.items())

    def _derived(self, given: Mapping[str, Any]) -> Derivation | None:
        """What the worth is to be worked out from; None, maybe with an error, where there is nothing."""
        income, hours, divisor = (given[field] for field in BASIS)
        if income is None and hours is None:
            return None
        if income is None:
            self.add_error("income", "Say what you earn a year.")
            return None
        if hours is None:
            self.add_error("hours_a_year", _how_many())
            return None
        derived = Derivation(income, hours, divisor or QUARTER)
        if derived.amount > WORTH_MOST:
            self.add_error("income", f"That makes an hour worth more than {formats.count(WORTH_MOST)}.")
        elif not derived.amount:
            self.add_error("income", "That makes an hour worth nothing.")
        return derived

    @transaction.atomic
    def save(self) -> bool:
        """False, with errors at their fields, if another page saved something else there meanwhile."""
        owners.hold(self.owner)
        self.owner.refresh_from_db(fields=[*FIELDS, "work_day", "next_summary_at", "next_reminder_at"])
        if "seen" in self.data and self._clashes():
            return False
        self._write()
        return True

    def _clashes(self) -> bool:
        """Whether it cannot be saved beside what another page saved; where it can, that is taken over."""
        self._read()
        given = self.cleaned_data
        amount, derived = given["hour"]
        theirs, both = seen.compare(given | {"worth": amount}, self.there, given["seen"])
        if theirs:
            given |= theirs
            self._settle(given)
        for name, stands in both.items():
            seen.say(self, name, self._in_words(name, stands))
        if both:
            self.is_stale = True
            shown = self._shown()
            self.data = (
                {name: self[name].data for name in self.fields}
                | ({"worth": ""} if derived else {})
                # Saving again is then for what is shown now.
                | {name: self.fields[name].prepare_value(shown[name]) for name in (*theirs, "seen")}
            )
        return bool(self.errors)

    def _in_words(self, name: str, stands: Any) -> str:
        field = self.fields[name]
        if name == "work_days":
            return ", ".join(label for day, label in WEEKDAYS if day in stands)
        if isinstance(field, forms.BooleanField):
            return "ticked" if stands else "not ticked"
        if isinstance(field, forms.ChoiceField) and not isinstance(field, ZoneField):
            return str(dict(field.choices)[stands])  # type: ignore[arg-type]
        if isinstance(stands, date):
            return dates.dated(stands)
        shown = field.prepare_value(self._shown()[name])
        return "" if shown is None else str(shown)

    def _write(self) -> None:
        given, owner = self.cleaned_data, self.owner
        before = copy(owner)
        changes_reminder = any(given[field] != getattr(owner, field) for field in REMINDER)
        for field in FIELDS:
            setattr(owner, field, given[field])
        owner.work_day = given["day"]
        owner.next_summary_at = weekly_times.replanned(before, owner, now=clock.now())
        # Not the whole row: a password changed meanwhile stays changed.
        saved = [*FIELDS, "work_day", "next_summary_at"]
        if changes_reminder:
            reminders.plan(owner, now=clock.now())
            saved.append("next_reminder_at")
        owner.save(update_fields=saved)
        if given["best"]:
            owners.name_best_work(owner, given["best"])
        amount, derived = given["hour"]
        owners.set_hour(owner, amount, derived, owner.today(timezone.now()))


def _hours(seconds: int) -> str:
    """8, or 7:30"""
    return durations.clock(seconds).removesuffix(":00")
