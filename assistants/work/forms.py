"""Forms of the work: hours of one day, a question about them, and when they were paid."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.layout import Div
from django import forms

from assistants.link.forms import OnceForm
from assistants.models import Offer, WorkLog
from tasks import dates, durations
from tasks.fields import DayField, LineField, TextField, TimeField, optional
from tasks.forms import helper

from . import work_timers


class WorkForm(OnceForm):
    """Hours of one day, by the assistant; whether the day can take them is seen when they are logged."""

    day = DayField(label="Day", error_messages={"required": "Say which day."})
    time = TimeField(
        label="Time",
        widget=forms.TextInput(attrs={"placeholder": "1:30", "autocomplete": "off"}),
        error_messages={"required": "Write a time such as 1:30."},
    )
    note = LineField(label=optional("What you did"), required=False, max_length=200)
    answer = TextField(
        label=optional("Your answer"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, today: date, data: Any = None, *, line: WorkLog | None = None) -> None:
        """`line` is one to correct; one that the owner asked about takes an answer in words, too."""
        said = {"day": line.day, "time": durations.clock(line.seconds), "note": line.note} if line else {"day": today}
        super().__init__(data, initial=said)
        hours = Div("day", "time", Div("note", css_class="full"), css_class="fields")
        if line and line.state == WorkLog.State.QUERIED:
            self.helper = helper("answer", hours, "once")
        else:
            del self.fields["answer"]
            self.helper = helper(hours, "once")

    def clean_time(self) -> int:
        seconds: int = self.cleaned_data["time"]
        if not seconds:
            raise forms.ValidationError("Write a time such as 1:30.")
        return seconds


class EndedForm(forms.Form):
    """When work really ended that a forgotten timer went on measuring, in the assistant's local time."""

    at = forms.CharField(
        label="When did you stop working?",
        max_length=40,
        error_messages={"required": "Say when you stopped."},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, offer: Offer, now: datetime, data: Any = None) -> None:
        self.zone: ZoneInfo = offer.assistant.zone
        since = offer.timer_since or now
        most = min(now, since + work_timers.LONGEST)
        self.since = since
        super().__init__(data)
        self.fields["at"].widget.attrs |= {"min": self._local(since), "max": self._local(most)}
        self.fields["at"].help_text = f"Your time. The timer was started on {dates.moment(since, self.zone)}."
        self.helper = helper("at")

    def clean_at(self) -> datetime:
        try:
            local = datetime.fromisoformat(self.cleaned_data["at"].strip())
            if local.tzinfo:  # an instant, written as it is elsewhere
                local = local.astimezone(self.zone).replace(tzinfo=None)
            at, _ = dates.from_local(local, self.zone)
        except (ValueError, OverflowError):
            raise forms.ValidationError("Write the day and the time as 2026-10-15 16:30.") from None
        # The field knows no seconds.
        return self.since if at < self.since < at + timedelta(minutes=1) else at

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%dT%H:%M}"


class QueryForm(forms.Form):
    """What the owner asks about a line."""

    text = TextField(
        label="Your question",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what you want to know."},
    )

    def __init__(self, data: Any = None, *, help_text: str = "") -> None:
        super().__init__(data)
        self.fields["text"].help_text = help_text
        self.helper = helper("text")


class PaidForm(forms.Form):
    """When it was paid; it carries the amount that the page showed."""

    paid_on = DayField(label="Paid on", error_messages={"required": "Say which day you paid."})
    owed = forms.DecimalField(max_digits=12, decimal_places=2, widget=forms.HiddenInput)

    def __init__(self, today: date, owed: Decimal, data: Any = None) -> None:
        super().__init__(data, initial={"paid_on": today, "owed": owed})
        self.helper = helper(Div("paid_on", css_class="fields"), "owed")
