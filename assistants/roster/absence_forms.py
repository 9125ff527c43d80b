"""Days on which an assistant is away, as a form of either side."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from assistants.models import Absence, Assistant
from tasks.fields import DayField, optional
from tasks.forms import helper, two

from . import absences

# Nobody plans further ahead, nor is away for longer.
FURTHEST, YEAR = timedelta(days=731), timedelta(days=366)
TOO_MANY = f"There are {absences.MOST} entries here, which is the most. Remove some first."


class AbsenceForm(forms.Form):
    """One day, or a run of them, on the assistant's own calendar."""

    first = DayField(label="First day", error_messages={"required": "Say which day."})
    last = DayField(label=optional("Last day"), required=False, help_text="Leave it blank for one day.")
    helper = helper(two("first", "last"))

    def __init__(self, today: date, data: Any = None) -> None:
        super().__init__(data, use_required_attribute=False)
        self.today = today

    def clean_first(self) -> date:
        first: date = self.cleaned_data["first"]
        if first < self.today:
            raise forms.ValidationError("That day is over.")
        if first > self.today + FURTHEST:
            raise forms.ValidationError("That is more than two years away.")
        return first

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        elif first and last and last - first > YEAR:
            self.add_error("last", "Write a year or less.")
        return given

    def save(self, person: Assistant) -> Absence | None:
        """None, with an error, if there are too many."""
        first = self.cleaned_data["first"]
        try:
            return absences.add(person, first, self.cleaned_data["last"] or first, today=self.today)
        except absences.TooMany:
            self.add_error("first", TOO_MANY)
            return None


def absence_pk(text: str) -> int:
    """Which one the button removes; 0, which nobody has, for anything that is no id."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0
