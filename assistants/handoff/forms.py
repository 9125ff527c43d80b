"""Forms of the owner's hand-offs: whom and what, the brief and the terms, answers, and how it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.bootstrap import PrependedText
from crispy_forms.layout import Div
from django import forms

from assistants.link.forms import FURTHEST, OnceForm
from assistants.models import Assistant, Handoff, Offer
from tasks import dates, durations, money
from tasks.fields import (
    WEEK,
    AmountField,
    DayField,
    HoursField,
    PercentField,
    TextField,
    TimeField,
    hours_text,
    looks_like_a_secret,
    optional,
)
from tasks.forms import helper
from tasks.models import Owner, Task
from tasks.quadrants import Quadrant

from .handoffs import Draft, Next
from .suggestions import Suggestion

# Until when on the last day a reply can come, in the owner's zone, and how long there is for it at least.
REPLY_HOUR = time(18)
TO_REPLY = timedelta(hours=48)


class HandoffForm(OnceForm):
    """The brief and the terms of one hand-off, and what happens if the person cannot."""

    brief = TextField(
        label="What do you need done?",
        # As long as all of a task's brief, from which it is filled.
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The result, and how you’ll know it’s good.",
        error_messages={"required": "Say what you need done."},
    )
    how_to = TextField(
        label=optional("How do you do it today?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="A rough list is fine. Never put passwords here.",
    )
    is_no_secret = forms.BooleanField(label="It is no password. Send it as it stands.", required=False)
    hours = HoursField(label="Hours a week", error_messages={"required": "Say how many hours a week."})
    share = PercentField(
        label="Share of the task", required=False, least=1, most=100, help_text="In percent; 100 is all of it."
    )
    rate = AmountField(label="Rate an hour", error_messages={"required": "Say what you pay an hour."})
    starts_on = DayField(label="Start", error_messages={"required": "Say when it starts."})
    reply_by = DayField(label="Reply by", error_messages={"required": "Say until when you need a reply."})
    stage = forms.ChoiceField(label="Begin", choices=[], required=False)
    trial_ends_on = DayField(label=optional("Trial ends on"), required=False)
    if_not = forms.ChoiceField(choices=Handoff.IfNot.choices, required=False)
    others = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Who else, the best first",
    )
    is_kept = forms.BooleanField(required=False)

    def __init__(
        self,
        task: Task,
        assistant: Assistant,
        suggestion: Suggestion,
        now: datetime,
        data: Any = None,
        *,
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, initial=initial)
        self.task, self.assistant, self.suggestion, self.now = task, assistant, suggestion, now
        self.free = suggestion.free_minutes
        first = assistant.first_name
        self.fields["hours"].help_text = (
            f"{first} has {durations.hours(self.free * 60)} free{suggestion.away and f', {suggestion.away}'}. "
            "What stands here is worked out from skill level and your scores: change it if you know better."
        )
        self.fields["rate"].help_text = f"The usual rate is {money.short(assistant.rate, task.owner.currency)}."
        self._choices(first)
        self.secrets = [name for name in ("brief", "how_to") if looks_like_a_secret(self.data.get(name, ""))]
        if not self.secrets:
            del self.fields["is_no_secret"]
        if task.quadrant == Quadrant.KEEP:
            self.fields["is_kept"].label = f"Yes, hand over {task.mid_sentence}, though I like it and do it well"
        else:
            del self.fields["is_kept"]
        self.helper = helper(*self._layout())

    def _choices(self, first: str) -> None:
        """What can be chosen for this person and this task."""
        self.fields["stage"].choices = [  # type: ignore[attr-defined]
            (Handoff.Stage.FULL, "In full from the first day"),
            (Handoff.Stage.TRIAL, "On trial, and I say whether it goes on"),
            (Handoff.Stage.SHADOW, "By watching me do it first"),
        ]
        self.fields["if_not"].label = f"If {first} can’t"
        currency = self.task.owner.currency
        self.fields["others"].choices = [  # type: ignore[attr-defined]
            (
                each.assistant.pk,
                f"{each.assistant.name}, {durations.hours(each.minutes * 60)} a week "
                f"at {money.short(each.assistant.rate, currency)}",
            )
            for each in self.suggestion.others
        ]
        if not self.suggestion.others:
            del self.fields["others"]
            self.fields["if_not"].choices = [  # type: ignore[attr-defined]
                (Handoff.IfNot.TELL, Handoff.IfNot.TELL.label)
            ]
            self.fields[
                "if_not"
            ].help_text = "Nobody else on your roster has the hours and brings more than they cost."

    def _layout(self) -> list[Any]:
        symbol = money.symbol(self.task.owner.currency)
        rows: list[Any] = ["brief", "how_to"]
        rows += ["is_no_secret"] if self.secrets else []
        rows += [
            Div("hours", "share", PrependedText("rate", symbol), "starts_on", "reply_by", css_class="fields"),
            Div(Div("stage", css_class="full"), "trial_ends_on", css_class="fields"),
            "if_not",
        ]
        rows += [name for name in ("others", "is_kept") if name in self.fields]
        return [*rows, "once"]

    def clean_hours(self) -> int:
        seconds: int = self.cleaned_data["hours"]
        if seconds > self.free * 60:
            raise forms.ValidationError(_too_many_hours(self.assistant, self.free))
        return seconds

    def clean_share(self) -> int:
        return int(self.cleaned_data["share"]) or 100

    def clean_is_kept(self) -> bool:
        if not self.cleaned_data["is_kept"] and "draft" not in self.data:
            raise forms.ValidationError("You like this and do it well. Tick it to hand it over all the same.")
        return True

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, reply_by = given.get("starts_on"), given.get("reply_by")
        if starts_on and starts_on < self.task.owner.today(self.now):
            self.add_error("starts_on", "The start is in the past.")
        if starts_on and starts_on > self.task.owner.today(self.now) + FURTHEST:
            self.add_error("starts_on", "That is more than a year away.")
        if reply_by and self.reply_at() <= self.now:
            self.add_error("reply_by", "That leaves no time to reply. Take a later day.")
        elif reply_by and starts_on and reply_by > starts_on:
            self.add_error("reply_by", "The reply date has to be before the start.")
        self._clean_trial(given)
        if self.secrets and not given.get("is_no_secret") and "draft" not in self.data:
            for name in self.secrets:
                self.add_error(name, "This looks like a password or a key. Take it out, and share it another way.")
        given["stage"] = given.get("stage") or Handoff.Stage.FULL
        given["if_not"] = given.get("if_not") or Handoff.IfNot.TELL
        return given

    def _clean_trial(self, given: dict[str, Any]) -> None:
        starts_on, ends_on = given.get("starts_on"), given.get("trial_ends_on")
        if given.get("stage") != Handoff.Stage.TRIAL:
            given["trial_ends_on"] = None
        elif ends_on is None and "trial_ends_on" not in self.errors:
            self.add_error("trial_ends_on", "Say until when the trial goes.")
        elif ends_on and starts_on and not starts_on < ends_on <= starts_on + FURTHEST:
            self.add_error("trial_ends_on", "The trial ends after its start, and within a year.")

    def written(self) -> Draft:
        """What goes into the draft, once the form is valid; who stands in has the share of their own hours."""
        given, suggestion = self.cleaned_data, self.suggestion
        share, chosen = given["share"], set(given.get("others") or [])
        return Draft(
            task=self.task,
            assistant=self.assistant,
            brief=given["brief"],
            how_to=given["how_to"],
            weekly_minutes=given["hours"] // 60,
            rate=given["rate"],
            starts_on=given["starts_on"],
            reply_by=self.reply_at(),
            minutes_before=suggestion.task_minutes,
            minutes_given=suggestion.part(share),
            share=share,
            stage=given["stage"],
            trial_ends_on=given["trial_ends_on"],
            if_not=given["if_not"],
            stand_ins=tuple(
                Next(each.assistant, max(1, each.minutes * share // 100), each.assistant.rate)
                for each in suggestion.others
                if each.assistant.pk in chosen
            ),
        )

    def reply_at(self) -> datetime:
        """The moment the time to reply runs out: 6 pm that day for the owner."""
        return datetime.combine(self.cleaned_data["reply_by"], REPLY_HOUR, self.task.owner.zone)


def _too_many_hours(assistant: Assistant, free: int) -> str:
    if not free:
        return f"{assistant.first_name} has no hours free. Write down more hours for them first, or ask someone else."
    hours = durations.hours(free * 60)
    return f"{assistant.first_name} has {hours} free a week, so ask for {hours} or fewer."


def first_day(today: date) -> date:
    """A Monday with a week to reply and to make ready."""
    return today + timedelta(days=14 - today.weekday())


def last_reply_day(owner: Owner, now: datetime) -> date:
    """The first day on whose evening there were two days to reply."""
    there = (now + TO_REPLY).astimezone(owner.zone)
    return there.date() + timedelta(days=1 if there.time() > REPLY_HOUR else 0)


class TermsForm(forms.Form):
    """New terms for an offer that is open."""

    hours = HoursField(label="Hours a week", error_messages={"required": "Say how many hours a week."})
    rate = AmountField(label="Rate an hour", error_messages={"required": "Say what you pay an hour."})
    starts_on = DayField(label="Start", error_messages={"required": "Say when it starts."})
    share = PercentField(
        label="Share of the task", required=False, least=1, most=100, help_text="In percent; 100 is all of it."
    )
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
            raise forms.ValidationError(_too_many_hours(self.offer.assistant, most))
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

    def is_changed(self) -> bool:
        given, terms = self.cleaned_data, self.terms
        same = terms.weekly_minutes, terms.rate, terms.starts_on, terms.share
        return (given["hours"] // 60, given["rate"], given["starts_on"], given["share"]) != same


class StageForm(forms.Form):
    """How far the assistant does it alone."""

    stage = forms.ChoiceField(label="Stage", choices=Handoff.Stage.choices)
    trial_ends_on = DayField(label=optional("Trial ends on"), required=False)

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
        return given


class PickForm(forms.Form):
    """Which task, to whom: the first half of a hand-off that no proposal started."""

    task = forms.TypedChoiceField(
        label="What do you want to hand off?",
        coerce=int,
        error_messages={"invalid_choice": "Choose one of your tasks."},
    )
    to = forms.TypedChoiceField(
        label="To whom?",
        coerce=int,
        error_messages={"invalid_choice": "Choose someone on your roster."},
    )

    def __init__(self, tasks: Sequence[Task], people: Sequence[Assistant], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].choices = [(task.pk, task.name) for task in tasks]  # type: ignore[attr-defined]
        self.fields["to"].choices = [(person.pk, person.name) for person in people]  # type: ignore[attr-defined]
        self.helper = helper("task", "to")


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
