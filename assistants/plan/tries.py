"""What an owner tries on the plan page: another budget, and other rates and hours of anyone. Nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal

from assistants.models import Assistant


@dataclass(frozen=True, slots=True)
class Tries:
    """The budget (None for no limit), rates an hour, and minutes a week, by assistant id."""

    budget: Decimal | None
    rates: Mapping[int, Decimal] = field(default_factory=dict)
    minutes: Mapping[int, int] = field(default_factory=dict)

    def of(self, person: Assistant) -> Assistant:
        """A copy of the person with what is tried; not to be saved."""
        tried = copy(person)
        tried.rate = self.rates.get(person.pk, person.rate)
        tried.weekly_minutes = self.minutes.get(person.pk, person.weekly_minutes)
        return tried
