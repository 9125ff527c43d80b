"""Forms on the assistant's page: a question, a change, a no, a note, an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from crispy_forms.bootstrap import PrependedText
from crispy_forms.layout import Div
from django import forms

from assistants.models import Offer
from tasks import dates, durations, money
from tasks.fields import AmountField, DayField, HoursField, PercentField, TextField, hours_text, optional
from tasks.forms import helper
from tasks.models import new_pid

# Nobody is asked to plan further ahead.
FURTHEST = timedelta(days=366)
# How many times the rate offered is surely a slip.
RATE_MOST = 10
HOURS_MOST = 80 * durations.HOUR
A_WEEKS_NOTICE = timedelta(days=7)


class OnceForm(forms.Form):
    """A form that does its work once, however often it is sent."""

    # Several of these stand on one page, so it has no id.
    once = forms.CharField(required=False, max_length=22, widget=forms.HiddenInput(attrs={"id": False}))

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None, auto_id: str = "id_%s") -> None:
        super().__init__(data, initial=(initial or {}) | {"once": new_pid()}, auto_id=auto_id)


def version_of(sent: Mapping[str, str]) -> int:
    """Of the terms, or the change, that were on the page; 0 when the form does not say."""
    version = sent.get("terms", "")
    return int(version) if version.isdecimal() and len(version) < 6 else 0


class QuestionForm(OnceForm):
    """Ask the owner something first."""

    question = TextField(
        label="Your question",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write your question."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = helper("question", "once")


class NoteForm(OnceForm):
    """Write to the other side."""

    note = TextField(
        label="Your message",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write your message."},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        label: str = "",
        help_text: str = "",
        is_optional: bool = False,
        auto_id: str = "id_message_%s",
    ) -> None:
        super().__init__(data, auto_id=auto_id)
        self.fields["note"].required = not is_optional
        if label:
            self.fields["note"].label = optional(label) if is_optional else label
        self.fields["note"].help_text = help_text
        self.helper = helper("note", "once")


class DeclineForm(forms.Form):
    """No, and why if they like."""

    reason = forms.ChoiceField(choices=[("", ""), *Offer.Reason.choices], required=False)


class ChangeForm(OnceForm):
    """Other terms: what the assistant would do it for."""

    hours = HoursField(
        label="Hours a week", most=HOURS_MOST, error_messages={"required": "Say how many hours a week."}
    )
    rate = AmountField(label="Rate an hour", error_messages={"required": "Say what an hour of yours costs."})
    starts_on = DayField(label="Start", error_messages={"required": "Say when you would start."})
    share = PercentField(
        label="Share of the task", required=False, least=1, most=100, help_text="In percent; 100 is all of it."
    )
    note = TextField(label=optional("Why"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    terms = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput(attrs={"id": False}))

    def __init__(self, offer: Offer, today: date, data: Any = None) -> None:
        self.offer, self.today = offer, today
        terms = offer.terms
        super().__init__(
            data,
            auto_id="id_change_%s",
            initial={
                "hours": hours_text(terms.weekly_minutes),
                "rate": terms.rate,
                "starts_on": max(terms.starts_on, today),
                "share": terms.share,
                "terms": terms.version,
            },
        )
        currency = offer.handoff.owner.currency
        self.helper = helper(
            Div(
                "hours",
                PrependedText("rate", money.symbol(currency)),
                "starts_on",
                "share",
                Div("note", css_class="full"),
                css_class="fields",
            ),
            "terms",
            "once",
        )

    def clean_rate(self) -> Any:
        rate, offered = self.cleaned_data["rate"], self.offer.terms.rate
        if not rate:
            raise forms.ValidationError("Write more than 0.")
        if offered and rate > RATE_MOST * offered:
            most = money.short(RATE_MOST * offered, self.offer.handoff.owner.currency)
            raise forms.ValidationError(f"That is more than ten times what is offered. Write {most} or less.")
        return rate

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise forms.ValidationError("That day is over.")
        if day > self.today + FURTHEST:
            raise forms.ValidationError("That is more than a year away.")
        return day

    def clean_share(self) -> int:
        share: int = self.cleaned_data["share"]
        return share or self.offer.terms.share

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if {"hours", "rate", "starts_on", "share"} <= given.keys():
            terms = self.offer.terms
            same = terms.weekly_minutes, terms.rate, terms.starts_on, terms.share
            if (given["hours"] // 60, given["rate"], given["starts_on"], given["share"]) == same:
                raise forms.ValidationError("That is what the offer says already. Change something, or accept it.")
        return given


class EndForm(forms.Form):
    """The last day of what was agreed."""

    last_day = DayField(label="Last day", error_messages={"required": "Say which day is the last."})

    def __init__(self, today: date, data: Any = None, *, latest: date | None = None, help_text: str = "") -> None:
        """`latest` is the last day that was said before: it does not come later again."""
        self.earliest, self.furthest, self.latest = today, today + FURTHEST, latest
        super().__init__(data, initial={"last_day": latest or today + A_WEEKS_NOTICE})
        self.fields["last_day"].help_text = help_text
        self.helper = helper("last_day")

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if day < self.earliest:
            raise forms.ValidationError(f"Write {dates.full(self.earliest)} or a later day.")
        if self.latest and day > self.latest:
            raise forms.ValidationError(f"It ends on {dates.full(self.latest)}, as was said. It can end sooner.")
        if day > self.furthest:
            raise forms.ValidationError("That is more than a year away.")
        return day
