"""One day off, or a run of them, as a form beside the settings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from tasks import workdays
from tasks.fields import DayField, LineField, optional
from tasks.forms import helper, two
from tasks.models import Owner

YEAR = timedelta(days=366)
TOO_MANY = f"You have {workdays.MOST_DAYS_OFF} entries here, which is the most. Remove some that are over first."


class DayOffForm(forms.Form):
    """It may be left blank where the settings are saved: then it says nothing and adds nothing."""

    # Both forms are one on the page, and each has names of its own.
    prefix = "off"
    first = DayField(label="First day", error_messages={"required": "Say which day."})
    last = DayField(label=optional("Last day"), required=False, help_text="Leave it blank for one day.")
    name = LineField(label=optional("What for"), required=False, max_length=60, help_text="Such as Holiday.")
    helper = helper(two("first", "last"), "name")

    def __init__(self, data: Any = None, *, kept: Any = None, may_be_blank: bool = False) -> None:
        """`kept` is what was typed and is not to be added yet."""
        super().__init__(data, empty_permitted=may_be_blank, use_required_attribute=False)
        if kept is not None:
            self.initial = {name: kept.get(self.add_prefix(name), "") for name in self.fields}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        elif first and last and last - first > YEAR:
            self.add_error("last", "Write a year or less.")
        return given

    @property
    def run(self) -> tuple[date, date]:
        given = self.cleaned_data
        return given["first"], given["last"] or given["first"]

    def take_focus(self, place: str) -> None:
        """For a list that comes in its place: the field that is to be typed in next, a wrong one before all."""
        name = next(iter(self.errors), place)
        if name in self.fields:
            self.fields[name].widget.attrs["autofocus"] = True

    def save(self, owner: Owner) -> bool:
        """False, with an error, if there are too many; to be called in a transaction."""
        try:
            workdays.take_off(owner, *self.run, self.cleaned_data["name"])
        except workdays.TooMany:
            self.add_error("first", TOO_MANY)
            return False
        return True
