"""Forms of the help: a person on the roster, a hand-off, an assistant's answer and hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.bootstrap import PrependedText
from crispy_forms.layout import Div, Fieldset
from django import forms

from tasks import dates, durations, formats, money, owners
from tasks.fields import (
    WEEK,
    AddressField,
    AmountField,
    DayField,
    HoursField,
    LineField,
    TextField,
    TimeField,
    ZoneField,
    optional,
    without_passwords,
)
from tasks.forms import LEVELS, helper
from tasks.models import Owner, Task, new_pid

from . import roster
from .models import Assistant, AssistantSkill, Handoff, Offer

# Until when on the last day a reply can come, in the owner's zone.
REPLY_HOUR = time(18)
DAYS_TO_REPLY = 5


class AssistantForm(forms.Form):
    """A person on the roster."""

    name = LineField(label="Name", max_length=80, error_messages={"required": "Write their name."})
    email = AddressField(
        label="Email",
        max_length=254,
        help_text="Hand-offs go here. They need no account.",
        error_messages={"required": "Write their email address."},
    )
    rate = AmountField(label="Rate an hour", error_messages={"required": "Write what an hour costs."})
    hours = HoursField(
        label="Hours a week for you",
        help_text="With the work they have from you already.",
        error_messages={"required": "Write how many hours a week they have for you."},
    )
    time_zone = ZoneField(label="Time zone", help_text="The city nearest to them.")
    new_skill = LineField(label=optional("Another skill"), required=False, max_length=40)
    new_level = forms.TypedChoiceField(
        label="How well",
        choices=LEVELS[1:],
        coerce=int,
        initial=AssistantSkill.Level.GOOD,
        required=False,
        empty_value=None,
    )
    note = TextField(
        label=optional("Your note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only you see this.",
    )

    def __init__(self, owner: Owner, data: Any = None, *, assistant: Assistant | None = None) -> None:
        self.owner, self.assistant = owner, assistant
        self.skills = list(owner.skills.all())
        super().__init__(data, initial=_known(owner, assistant))
        had = {level.skill_id: level.level for level in assistant.skill_levels.all()} if assistant else {}
        for skill in self.skills:
            self.fields[f"skill-{skill.pk}"] = forms.TypedChoiceField(
                label=skill.name,
                choices=[("", "Not their field"), *LEVELS[1:]],
                coerce=int,
                empty_value=None,
                required=False,
                initial=had.get(skill.pk, ""),
            )
        self.helper = helper(
            "name",
            "email",
            Div(PrependedText("rate", money.symbol(owner.currency)), "hours", css_class="fields"),
            "time_zone",
            Fieldset(
                "What they are good at",
                Div(
                    *(f"skill-{skill.pk}" for skill in self.skills), "new_skill", "new_level", css_class="fields fold"
                ),
            ),
            "note",
        )

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        others = self.owner.assistants.filter(email__iexact=address)
        other = others.exclude(pk=self.assistant.pk if self.assistant else 0).first()
        if other:
            raise forms.ValidationError(f"{other.name} is on your roster with this address already.")
        return address

    def save(self) -> Assistant:
        given = self.cleaned_data
        levels = {skill: given[f"skill-{skill.pk}"] for skill in self.skills if given[f"skill-{skill.pk}"]}
        if given["new_skill"]:
            levels.setdefault(
                owners.skill_named(self.owner, given["new_skill"]), given["new_level"] or AssistantSkill.Level.GOOD
            )
        details = roster.Details(
            name=given["name"],
            email=given["email"],
            time_zone=given["time_zone"],
            rate=given["rate"],
            weekly_minutes=given["hours"] // 60,
            note=given["note"],
            levels=levels,
        )
        return roster.write(self.owner, details, self.assistant)


def _known(owner: Owner, assistant: Assistant | None) -> dict[str, Any]:
    if assistant is None:
        return {"time_zone": owner.time_zone}
    return {
        "name": assistant.name,
        "email": assistant.email,
        "rate": assistant.rate,
        "hours": hours_text(assistant.weekly_minutes),
        "time_zone": assistant.time_zone,
        "note": assistant.note,
    }


def hours_text(minutes: int) -> str:
    """5, 7.5 or 7:20, as one would type it into a field of hours a week."""
    if minutes % 30:
        return durations.clock(minutes * 60)
    return formats.number(f"{minutes / 60:g}")


class HandoffForm(forms.Form):
    """The brief and the terms of one hand-off."""

    brief = TextField(
        label="What do you need done?",
        # As long as all of a task's brief, from which it is filled.
        max_length=8000,
        validators=[without_passwords],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The result, and how you’ll know it’s good.",
        error_messages={"required": "Say what you need done."},
    )
    how_to = TextField(
        label=optional("How do you do it today?"),
        required=False,
        max_length=4000,
        validators=[without_passwords],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="A rough list is fine. Never put passwords here.",
    )
    hours = HoursField(label="Hours a week", error_messages={"required": "Say how many hours a week."})
    rate = AmountField(label="Rate an hour", error_messages={"required": "Say what you pay an hour."})
    starts_on = DayField(label="Start", error_messages={"required": "Say when it starts."})
    reply_by = DayField(label="Reply by", error_messages={"required": "Say until when you need a reply."})

    def __init__(self, task: Task, assistant: Assistant, free: int, now: datetime, *args: Any, **kwargs: Any) -> None:
        """`free` is the minutes a week the assistant still has."""
        super().__init__(*args, **kwargs)
        self.task, self.assistant, self.free, self.now = task, assistant, free, now
        self.fields["hours"].help_text = (
            f"{assistant.first_name} has {durations.hours(free * 60)} free. "
            "What stands here is worked out from skill level and your scores: change it if you know better."
        )
        self.fields["rate"].help_text = f"The usual rate is {money.short(assistant.rate, task.owner.currency)}."
        self.helper = helper(
            "brief",
            "how_to",
            Div(
                "hours",
                PrependedText("rate", money.symbol(task.owner.currency)),
                "starts_on",
                "reply_by",
                css_class="fields",
            ),
        )

    def clean_hours(self) -> int:
        seconds: int = self.cleaned_data["hours"]
        if seconds > self.free * 60:
            raise forms.ValidationError(_too_many_hours(self.assistant, self.free))
        return seconds

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, reply_by = given.get("starts_on"), given.get("reply_by")
        if starts_on and starts_on < self.task.owner.today(self.now):
            self.add_error("starts_on", "The start is in the past.")
        if reply_by and self.reply_at() <= self.now:
            self.add_error("reply_by", "That leaves no time to reply. Take a later day.")
        elif reply_by and starts_on and reply_by > starts_on:
            self.add_error("reply_by", "The reply date has to be before the start.")
        return given

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


def last_reply_day(today: date) -> date:
    return today + timedelta(days=DAYS_TO_REPLY)


class DeclineForm(forms.Form):
    """No, and why if they like."""

    reason = forms.ChoiceField(choices=[("", ""), *Offer.Reason.choices], required=False)


class WorkForm(forms.Form):
    """Hours of one day, by the assistant."""

    day = DayField(label="Day", error_messages={"required": "Say which day."})
    time = TimeField(
        label="Time",
        widget=forms.TextInput(attrs={"placeholder": "1:30", "autocomplete": "off"}),
        error_messages={"required": "Write a time such as 1:30."},
    )
    note = LineField(label=optional("What you did"), required=False, max_length=200)
    once = forms.CharField(required=False, max_length=22, widget=forms.HiddenInput)

    def __init__(self, offer: Offer, today: date, logged: dict[date, int], data: Any = None) -> None:
        """`logged` is seconds by day already there."""
        super().__init__(data, initial={"day": today, "once": new_pid()})
        self.offer, self.today, self.logged = offer, today, logged
        self.helper = helper(Div("day", "time", Div("note", css_class="full"), css_class="fields"), "once")

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError("That day has not come yet.")
        if day < self.offer.terms.starts_on:
            raise forms.ValidationError(f"It starts on {dates.full(self.offer.terms.starts_on)}.")
        return day

    def clean_time(self) -> int:
        seconds: int = self.cleaned_data["time"]
        if not seconds:
            raise forms.ValidationError("Write a time such as 1:30.")
        return seconds

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("day") and given.get("time"):
            longest = dates.length(given["day"], self.offer.assistant.zone)
            if self.logged.get(given["day"], 0) + given["time"] > longest:
                self.add_error("time", f"That makes more than the {durations.hours(longest)} of this day.")
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
