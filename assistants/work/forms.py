"""Forms of the work: hours of one day, a question about them, and when they were paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div
from django import forms

from assistants.link.forms import OnceForm
from assistants.models import WorkLog
from tasks import durations
from tasks.fields import DayField, LineField, TextField, TimeField, optional
from tasks.forms import helper


class WorkForm(OnceForm):
    """Hours of one day, by the assistant; whether the day can take them is seen when they are logged."""

    day = DayField(label="Day", error_messages={"required": "Say which day."})
    time = TimeField(
        label="Time",
        widget=forms.TextInput(attrs={"placeholder": "1:30", "autocomplete": "off"}),
        error_messages={"required": "Write a time such as 1:30."},
    )
    note = LineField(label=optional("What you did"), required=False, max_length=200)

    def __init__(self, today: date, data: Any = None, *, line: WorkLog | None = None) -> None:
        """`line` is one to correct."""
        said = {"day": line.day, "time": durations.clock(line.seconds), "note": line.note} if line else {"day": today}
        super().__init__(data, initial=said)
        self.helper = helper(Div("day", "time", Div("note", css_class="full"), css_class="fields"), "once")

    def clean_time(self) -> int:
        seconds: int = self.cleaned_data["time"]
        if not seconds:
            raise forms.ValidationError("Write a time such as 1:30.")
        return seconds


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
