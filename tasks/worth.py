"""The worth of an hour, worked out: what an hour brings, over a divisor (Dan Martell's buyback rate)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from . import formats, money
from .models import BestHour

CENT = Decimal("0.01")
# An hour that one could buy back should cost a quarter of what one's hours bring, at most.
QUARTER = 4
PARTS = ["", "", "half", "a third", "a quarter", "a fifth", "a sixth", "a seventh", "an eighth", "a ninth", "a tenth"]
DIVISOR_MOST = len(PARTS) - 1
# Of a leap year.
HOURS_MOST = 366 * 24


@dataclass(frozen=True, slots=True)
class Derivation:
    """What the figure rests on: income and hours of a year, and a divisor of 1 to 10."""

    income: Decimal
    hours: int
    divisor: int = QUARTER

    @classmethod
    def of(cls, hour: BestHour | None) -> Self | None:
        """None for a figure that was typed."""
        if hour is None or hour.income is None or hour.hours_a_year is None or hour.divisor is None:
            return None
        return cls(hour.income, hour.hours_a_year, hour.divisor)

    @property
    def amount(self) -> Decimal:
        """What an hour is worth, half up to cents; rounded once."""
        return (self.income / (self.hours * self.divisor)).quantize(CENT, ROUND_HALF_UP)

    def sentence(self, currency: str) -> str:
        """$160,000 over 2,000 hours is $80; a quarter of it is $20."""
        brings = (self.income / self.hours).quantize(CENT, ROUND_HALF_UP)
        income, an_hour, part = (money.short(amount, currency) for amount in (self.income, brings, self.amount))
        over = f"{income} over {formats.count(self.hours)} hour{'' if self.hours == 1 else 's'} is {an_hour}"
        return f"{over}; {PARTS[self.divisor]} of it is {part}." if self.divisor > 1 else f"{over}."
