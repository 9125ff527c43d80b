"""Forms of a hand-off that is out or runs: other terms, the stage, and what it takes of the owner's own time."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.bootstrap import PrependedText
from crispy_forms.layout import Div
from django import forms

from assistants.link.forms import FURTHEST
from assistants.models import Handoff, Offer
from tasks import dates, durations, money
from tasks.fields import WEEK, AmountField, DayField, HoursField, PercentField, TimeField, hours_text
from tasks.forms import helper

from .forms import too_many_hours


class TermsForm(forms.Form):
    """New terms for an offer that is open."""

    hours = HoursField(label="Hours a week", error_messages={"required": "Say how many hours a week."})
    rate = AmountField(label="Rate an hour", error_messages={"required": "Say what you pay an hour."})
    starts_on = DayField(label="Start", error_messages={"required": "Say when it starts."})
    share = PercentField(
        label="Share of the task", required=False, least=1, most=100, help_text="In percent; 100 is all of it."
    )
    # Asked for where it is more than all of the task, with what others have.
    is_more = forms.BooleanField(label="Yes, more than all of it in all", required=False)
    # Of the terms and of the change that were on the page; 0 for none.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    proposed = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, offer: Offer, free: int, today: date, data: Any = None) -> None:
        """`free` is the minutes a week that the person has beside this."""
        self.offer, self.terms, self.free, self.today = offer, offer.terms, free, today
        terms = self.terms
        initial = {
            "hours": hours_text(terms.weekly_minutes),
            "rate": terms.rate,
            "starts_on": terms.starts_on,
            "share": terms.share,
            **self._versions(),
        }
        super().__init__(data, initial=initial)
        symbol = money.symbol(offer.handoff.owner.currency)
        self.helper = helper(
            Div("hours", PrependedText("rate", symbol), "starts_on", "share", css_class="fields"),
            "version",
            "proposed",
        )

    def clean_hours(self) -> int:
        seconds: int = self.cleaned_data["hours"]
        most = max(self.free, self.terms.weekly_minutes)
        if seconds > most * 60:
            raise forms.ValidationError(too_many_hours(self.offer.assistant, most))
        return seconds

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise forms.ValidationError("The start is in the past.")
        if day > self.today + FURTHEST:
            raise forms.ValidationError("That is more than a year away.")
        return day

    def clean_share(self) -> int:
        return int(self.cleaned_data["share"]) or self.terms.share

    def _versions(self) -> dict[str, int]:
        proposed = self.offer.proposed
        return {"version": self.terms.version, "proposed": proposed.version if proposed else 0}

    def over_what_is_now(self) -> TermsForm:
        """The same answers over the terms, and the change, as they are now."""
        now = {name: str(version) for name, version in self._versions().items()}
        again = TermsForm(self.offer, self.free, self.today, dict(self.data.items()) | now)
        again.is_valid()
        return again

    def ask_for_more(self) -> None:
        said = "With what others have that is more than all of it. Write less, or say that you mean it."
        self.add_error("share", said)
        self.helper.layout.append("is_more")

    def is_changed(self) -> bool:
        given, terms = self.cleaned_data, self.terms
        same = terms.weekly_minutes, terms.rate, terms.starts_on, terms.share
        return (given["hours"] // 60, given["rate"], given["starts_on"], given["share"]) != same


class StageForm(forms.Form):
    """How far the assistant does it alone."""

    stage = forms.ChoiceField(label="Stage", choices=Handoff.Stage.choices)
    trial_ends_on = DayField(label="Trial ends on", required=False)

    def __init__(self, handoff: Handoff, today: date, data: Any = None) -> None:
        self.today = today
        super().__init__(data, initial={"stage": handoff.stage, "trial_ends_on": handoff.trial_ends_on})
        self.helper = helper("stage", "trial_ends_on")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        ends_on = given.get("trial_ends_on")
        if given.get("stage") == Handoff.Stage.TRIAL and "trial_ends_on" not in self.errors:
            if ends_on is None:
                self.add_error("trial_ends_on", "Say until when the trial goes.")
            elif not self.today < ends_on <= self.today + FURTHEST:
                self.add_error("trial_ends_on", "Write a day from tomorrow on, within a year.")
        elif given.get("stage") != Handoff.Stage.TRIAL:
            self.errors.pop("trial_ends_on", None)  # it is not on the page
            given["trial_ends_on"] = None
        return given


class OwnTimeForm(forms.Form):
    """What a hand-off takes of the owner's own time: to brief once, and to answer and check each week."""

    brief = TimeField(label="To brief, once", most=WEEK)
    check = TimeField(label="To answer and check, a week", most=WEEK)

    def __init__(self, handoff: Handoff, data: Any = None) -> None:
        self.handoff = handoff
        minutes = {"brief": handoff.brief_minutes, "check": handoff.check_minutes}
        super().__init__(data, initial={name: durations.clock(each * 60) for name, each in minutes.items()})
        self.helper = helper("brief", "check")

    def clean_brief(self) -> int:
        seconds: int = self.cleaned_data["brief"]
        begins = self.handoff.terms.starts_on
        longest = dates.length(begins, self.handoff.owner.zone)
        if seconds > longest:
            raise forms.ValidationError(
                f"{dates.full(begins)}, when it starts, has {durations.hours(longest)}. Write less."
            )
        return seconds

    def clean_check(self) -> int:
        seconds: int = self.cleaned_data["check"]
        owner = self.handoff.owner
        work_week = len(owner.work_days) * owner.work_day
        if seconds >= work_week:
            raise forms.ValidationError(f"Your whole work week has {durations.hours(work_week)}. Write less.")
        return seconds

    def save(self) -> None:
        self.handoff.brief_minutes = self.cleaned_data["brief"] // 60
        self.handoff.check_minutes = self.cleaned_data["check"] // 60
        self.handoff.save(update_fields=["brief_minutes", "check_minutes"])
