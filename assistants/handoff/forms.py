"""Forms to write a hand-off: whom and what, the brief and the terms, and who is asked if they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.bootstrap import PrependedText
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div
from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.html import format_html

from assistants.link.forms import FURTHEST, OnceForm
from assistants.models import Assistant, Handoff
from tasks import dates, durations, money
from tasks.fields import (
    AmountField,
    DayField,
    HoursField,
    PercentField,
    TextField,
    looks_like_a_secret,
    optional,
)
from tasks.forms import helper
from tasks.models import Owner, Task
from tasks.quadrants import Quadrant

from .cascade import WHOLE
from .handoffs import Draft, Next
from .suggestions import Suggestion

# Until when on the last day a reply can come, in the owner's zone, and how long there is for it at least.
REPLY_HOUR = time(18)
TO_REPLY = timedelta(hours=48)
# What is left of it at least, when a start comes before that.
LEAST_TO_REPLY = timedelta(hours=4)
# How many boxes can hold a password.
BOTH = 2


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
    is_no_secret = forms.BooleanField(label="This is not a password. Send it as it stands.", required=False)
    hours = HoursField(label="Hours a week", error_messages={"required": "Say how many hours a week."})
    share = PercentField(
        label="Share of the task", required=False, least=1, most=100, help_text="In percent; 100 is all of it."
    )
    rate = AmountField(label="Rate an hour", error_messages={"required": "Say what you pay an hour."})
    starts_on = DayField(label="Start", error_messages={"required": "Say when it starts."})
    reply_by = DayField(label="Reply by", error_messages={"required": "Say until when you need a reply."})
    stage = forms.ChoiceField(label="Begin", choices=[], required=False)
    trial_ends_on = DayField(label="Trial ends on", required=False)
    if_not = forms.ChoiceField(choices=Handoff.IfNot.choices, required=False)
    others = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Who else, the best first",
    )
    is_kept = forms.BooleanField(required=False)
    is_more = forms.BooleanField(required=False)

    def __init__(
        self,
        task: Task,
        assistant: Assistant,
        suggestion: Suggestion,
        now: datetime,
        data: Any = None,
        *,
        initial: dict[str, Any],
        held: Sequence[Handoff] = (),
        obstacle: str = "",
    ) -> None:
        """`held` are the other live hand-offs of the task; an `obstacle`, in words, keeps it from being sent."""
        super().__init__(data, initial=initial)
        self.obstacle = obstacle
        self.task, self.assistant, self.suggestion, self.now = task, assistant, suggestion, now
        # What the same person has is refused anyhow.
        self.free, self.held = suggestion.free_minutes, [each for each in held if each.assistant_id != assistant.pk]
        first = assistant.first_name
        has = f"{durations.hours(self.free * 60)} free" if self.free else "no hours free now"
        self.fields["hours"].help_text = (
            f"{first} has {has}{suggestion.away and f', {suggestion.away}'}. "
            "What stands here is worked out from skill level and your scores: change it if you know better."
        )
        self.fields["rate"].help_text = f"The usual rate is {money.short(assistant.rate, task.owner.currency)}."
        self._choices(first)
        self.secrets = [name for name in ("brief", "how_to") if looks_like_a_secret(self.data.get(name, ""))]
        self._ask_for_a_yes(first)

    @cached_property
    def helper(self) -> FormHelper:
        """How it is drawn, which a form that is complete never is."""
        return helper(*self._layout())

    def _ask_for_a_yes(self, first: str) -> None:
        """A tick for each thing that is most likely a slip; the others are not on the page."""
        if len(self.secrets) == BOTH:
            self.fields["is_no_secret"].label = "They are no passwords. Send both as they stand."
        elif not self.secrets:
            del self.fields["is_no_secret"]
        if self.task.quadrant == Quadrant.KEEP:
            self.fields["is_kept"].label = f"Yes, hand off {self.task.mid_sentence}, though I like it and do it well"
        else:
            del self.fields["is_kept"]
        if self.held and self._together() > WHOLE:
            self.fields["is_more"].label = f"Yes, to {first} as well"
            self.fields["is_more"].help_text = f"{self.who_has_it()} already; together that is {self._together()} %."
        else:
            del self.fields["is_more"]

    def _together(self) -> int:
        """Percent of the task that would be handed off in all."""
        return sum(each.terms.share for each in self.held) + (self.typed("share") or WHOLE)

    def who_has_it(self) -> str:
        """Ben has 60 % of it and Cleo is asked for 40 %"""
        return " and ".join(
            f"{each.assistant.first_name} {'is asked for' if each.state == Handoff.State.OFFERING else 'has'} "
            + ("all of it" if each.terms.share == WHOLE else f"{each.terms.share} % of it")
            for each in self.held
        )

    def typed(self, name: str) -> Any:
        """What stands in a field, also if it cannot be sent; None for what cannot be read."""
        if not self.is_bound:
            given = self.get_initial_for_field(self.fields[name], name)
            return given if name != "hours" else self._read(name, given)
        return self._read(name, self.data.get(self.add_prefix(name), ""))

    def _read(self, name: str, text: Any) -> Any:
        try:
            return self.fields[name].clean(text)
        except forms.ValidationError:
            return None

    def _choices(self, first: str) -> None:
        """What can be chosen for this person and this task."""
        self.fields["stage"].choices = [  # type: ignore[attr-defined]
            (Handoff.Stage.FULL, "In full from the first day"),
            (Handoff.Stage.TRIAL, "On trial, and I say whether it goes on"),
            (Handoff.Stage.SHADOW, "By watching me do it first"),
        ]
        self.fields["if_not"].label = f"If {first} can’t"
        self.fields["others"].choices = [  # type: ignore[attr-defined]
            # The part that follows the hours as they are typed has an id.
            (pk, format_html('<span>{}, <span id="asked{}">{}</span></span>', name, pk, terms))
            for pk, name, terms in self.asked_of_others()
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
        if self.secrets:  # beside the last box that holds one
            rows.insert(rows.index(self.secrets[-1]) + 1, "is_no_secret")
        rows += [
            Div("hours", "share", PrependedText("rate", symbol), "starts_on", "reply_by", css_class="fields"),
            Div(Div("stage", css_class="full"), "trial_ends_on", css_class="fields"),
            "if_not",
        ]
        rows += [name for name in ("others", "is_kept", "is_more") if name in self.fields]
        return [*rows, "once"]

    def clean_hours(self) -> int:
        seconds: int = self.cleaned_data["hours"]
        if seconds > self.free * 60:
            raise forms.ValidationError(too_many_hours(self.assistant, self.free))
        return seconds

    def clean_share(self) -> int:
        return int(self.cleaned_data["share"]) or 100

    def clean_is_kept(self) -> bool:
        if not self.cleaned_data["is_kept"] and "draft" not in self.data:
            raise forms.ValidationError("You like this and do it well. Tick it to hand it off all the same.")
        return True

    def clean_is_more(self) -> bool:
        if not self.cleaned_data["is_more"] and "draft" not in self.data:
            raise forms.ValidationError(
                f"{self.who_has_it()} already. Write a smaller share, or tick it to hand it off all the same."
            )
        return True

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on = given.get("starts_on")
        if starts_on and starts_on < self.task.owner.today(self.now):
            self.add_error("starts_on", "The start is in the past.")
        elif starts_on and starts_on > self.task.owner.today(self.now) + FURTHEST:
            self.add_error("starts_on", "That is more than a year away.")
        self._clean_reply(given)
        self._clean_trial(given)
        self._clean_others(given)
        if self.obstacle and "draft" not in self.data:
            self.add_error(None, self.obstacle)
        if self.secrets and not given.get("is_no_secret") and "draft" not in self.data:
            for name in self.secrets:
                self.add_error(name, "This looks like a password or a key. Take it out, and share it another way.")
        given["stage"] = given.get("stage") or Handoff.Stage.FULL
        given["if_not"] = given.get("if_not") or Handoff.IfNot.TELL
        return given

    def _clean_reply(self, given: dict[str, Any]) -> None:
        """There is time to reply, and it is over by the start; a day that nobody chose makes way for the start."""
        starts_on, reply_by = given.get("starts_on"), given.get("reply_by")
        if reply_by is None:
            return
        if starts_on and reply_by > starts_on:
            reply_by = self._sooner(starts_on, reply_by)
            given["reply_by"] = reply_by
        if self._is_too_soon(reply_by):
            self.add_error("reply_by", "That leaves no time to reply. Take a later day.")
        elif starts_on and reply_by > starts_on:
            day = dates.full(starts_on)
            if self._is_too_soon(starts_on):
                self.add_error("starts_on", f"No time to reply is left by {day}. Take a later day.")
            else:
                self.add_error("reply_by", f"It starts on {day}. Take that day or one before it, or start later.")

    def _is_too_soon(self, day: date) -> bool:
        evening = datetime.combine(day, REPLY_HOUR, self.task.owner.zone)
        return evening <= self.now + timedelta(seconds=settings.UNDO_WINDOW)

    def _sooner(self, starts_on: date, reply_by: date) -> date:
        """The last evening to reply before that start, for a day that stands there by itself; else the same day."""
        owner = self.task.owner
        if reply_by != last_reply_day(owner, self.now):
            return reply_by
        for day in (starts_on - timedelta(days=1), starts_on):
            if datetime.combine(day, REPLY_HOUR, owner.zone) >= self.now + LEAST_TO_REPLY:
                return day
        return reply_by

    def _clean_trial(self, given: dict[str, Any]) -> None:
        starts_on, ends_on = given.get("starts_on"), given.get("trial_ends_on")
        if given.get("stage") != Handoff.Stage.TRIAL:
            self.errors.pop("trial_ends_on", None)  # it is not on the page
            given["trial_ends_on"] = None
        elif ends_on is None and "trial_ends_on" not in self.errors:
            self.add_error("trial_ends_on", "Say until when the trial goes.")
        elif ends_on and starts_on and not starts_on < ends_on <= starts_on + FURTHEST:
            self.add_error("trial_ends_on", "The trial ends after its start, and within a year.")

    def _clean_others(self, given: dict[str, Any]) -> None:
        """Who would be asked at once with nobody else is asked alone, so the page must not go on to say otherwise."""
        if given.get("if_not") != Handoff.IfNot.ALL or "others" in self.errors or "draft" in self.data:
            return
        if not given.get("others"):
            self.add_error("others", "Choose who else is asked, or choose to be told.")

    def written(self) -> Draft:
        """What goes into the draft, once the form is valid."""
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
                Next(each.assistant, suggestion.minutes_of(each, given["hours"] // 60), each.assistant.rate)
                for each in suggestion.others
                if each.assistant.pk in chosen
            ),
        )

    def asked_of_others(self) -> list[tuple[int, str, str]]:
        """Of each who could stand in the id, the name, and what they would be asked for, by the hours as typed."""
        typed, currency = self.typed("hours"), self.task.owner.currency
        first = self.suggestion.minutes if typed is None else typed // 60
        return [
            (
                each.assistant.pk,
                each.assistant.name,
                f"{durations.hours(self.suggestion.minutes_of(each, first) * 60)} a week "
                f"at {money.short(each.assistant.rate, currency)} an hour",
            )
            for each in self.suggestion.others
        ]

    def reply_at(self) -> datetime:
        """The moment the time to reply runs out: 6 pm that day for the owner."""
        return datetime.combine(self.cleaned_data["reply_by"], REPLY_HOUR, self.task.owner.zone)


def too_many_hours(assistant: Assistant, free: int) -> str:
    if not free:
        return f"{assistant.first_name} has no hours free. Write down more hours for them first, or ask someone else."
    hours = durations.hours(free * 60)
    return f"{assistant.first_name} has {hours} free a week, so ask for {hours} or fewer."


def last_reply_day(owner: Owner, now: datetime) -> date:
    """The first work day of the owner's on whose evening there were two days to reply."""
    there = (now + TO_REPLY).astimezone(owner.zone)
    day = there.date() + timedelta(days=1 if there.time() > REPLY_HOUR else 0)
    return next(each for n in range(7) if str((each := day + timedelta(days=n)).isoweekday()) in owner.work_days)


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

    def __init__(
        self,
        tasks: Sequence[Task],
        people: Sequence[Assistant],
        stopped: Sequence[Assistant],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """`stopped` are those who are not to be chosen, because they want no more mail."""
        super().__init__(*args, **kwargs)
        self.fields["task"].choices = [(task.pk, task.name) for task in tasks]  # type: ignore[attr-defined]
        self.fields["to"].choices = [(person.pk, person.name) for person in people]  # type: ignore[attr-defined]
        if stopped:
            names = " and ".join(person.name for person in stopped)
            self.fields["to"].help_text = f"Not in this list: {names}, who asked for no more mail about hand-offs."
        self.helper = helper("task", "to")
