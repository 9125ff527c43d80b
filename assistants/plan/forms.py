"""The forms of the plan page: what is tried there, and how much the owner takes on at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField

from assistants.models import Assistant
from tasks import durations, money
from tasks.fields import BUDGET_MOST, AmountField, CountField, HoursField, hours_text
from tasks.forms import helper, two
from tasks.models import Owner

from .tries import Tries

MOST_NEW, MOST_BRIEF = 20, 40 * durations.HOUR


class PersonRow(NamedTuple):
    person: Assistant
    rate: BoundField
    hours: BoundField


class TriesForm(forms.Form):
    """The budget, and a rate and hours for each person; what is not asked for stays as it is."""

    def __init__(self, owner: Owner, people: Sequence[Assistant], given: Mapping[str, str]) -> None:
        self.owner, self.people = owner, people
        initial: dict[str, Any] = {"budget": "" if owner.budget is None else money.typed(owner.budget)}
        for person in people:
            initial |= {f"rate-{person.pk}": money.typed(person.rate)}
            initial |= {f"hours-{person.pk}": hours_text(person.weekly_minutes)}
        given, is_meant = _budget_of(given)
        super().__init__({name: given.get(name, value) for name, value in initial.items()}, initial=initial)
        # Left out it is the owner's own, which may be no limit; blank it is nothing that anybody meant.
        self.fields["budget"] = AmountField(
            label="What you can spend on help, a week",
            required=is_meant,
            most=BUDGET_MOST,
            error_messages={"required": "Write an amount such as 18 or 18.50."},
        )
        for person in people:
            self.fields[f"rate-{person.pk}"] = AmountField(label=f"{person.name}, an hour", required=False)
            self.fields[f"hours-{person.pk}"] = HoursField(label=f"{person.name}, hours a week", required=False)

    @property
    def rows(self) -> Iterator[PersonRow]:
        for person in self.people:
            yield PersonRow(person, self[f"rate-{person.pk}"], self[f"hours-{person.pk}"])

    @property
    def tries_people(self) -> bool:
        """Whether anything is said of anyone but the budget, right or wrong."""
        return any(name != "budget" for name in (*self.errors, *self.changed_data))

    def read(self) -> Tries:
        """What is tried, without what cannot be read."""
        self.full_clean()
        given = self.cleaned_data
        rates: dict[int, Decimal] = {}
        minutes: dict[int, int] = {}
        for person in self.people:
            rate, hours = given.get(f"rate-{person.pk}"), given.get(f"hours-{person.pk}")
            if rate is not None:
                rates[person.pk] = rate
            if hours is not None:
                minutes[person.pk] = hours // durations.MINUTE
        return Tries(given.get("budget", self.owner.budget), rates, minutes)

    def said(self, tries: Tries) -> list[str]:
        """What is other than it is, a sentence each."""
        sentences = []
        if tries.budget != self.owner.budget:
            budget = None if tries.budget is None else money.short(tries.budget, self.owner.currency)
            sentences.append(f"Your budget would be {budget}." if budget else "You would have no limit.")
        for person in self.people:
            rate, minutes = tries.rates.get(person.pk, person.rate), tries.minutes.get(person.pk)
            if rate != person.rate:
                sentences.append(f"{person.first_name} would take {money.short(rate, self.owner.currency)} an hour.")
            if minutes not in (None, person.weekly_minutes):
                sentences.append(f"{person.first_name} would have {durations.hours((minutes or 0) * 60)} a week.")
        return sentences


def _budget_of(given: Mapping[str, str]) -> tuple[Mapping[str, str], bool]:
    """
    The given values, and whether a budget is among them.

    A slider knows whole tens up to its end. Where it was left alone (`slid`) the budget that it stood for
    (`exact`, blank for no limit) is meant.
    """
    if "budget" in given and given["budget"] == given.get("slid"):
        return {**given, "budget": given.get("exact", "")}, False
    return given, "budget" in given


class LimitsForm(forms.Form):
    """How many new hand-offs the plan may propose, and how many hours to brief them all; blank is no limit."""

    most_new = CountField(
        label="New hand-offs at a time",
        required=False,
        least=1,
        most=MOST_NEW,
        says=lambda: f"Write 1 to {MOST_NEW}.",
    )
    brief = HoursField(label="Hours you have to brief people", required=False, most=MOST_BRIEF)

    def __init__(self, owner: Owner, data: Any = None) -> None:
        self.owner = owner
        minutes = owner.most_brief_minutes
        known = {"most_new": owner.most_new, "brief": None if minutes is None else hours_text(minutes)}
        super().__init__(data, initial=known)
        self.helper = helper(two("most_new", "brief"))

    def save(self) -> None:
        brief: int | None = self.cleaned_data["brief"]
        self.owner.most_new = self.cleaned_data["most_new"]
        self.owner.most_brief_minutes = None if brief is None else brief // durations.MINUTE
        self.owner.save(update_fields=["most_new", "most_brief_minutes"])
