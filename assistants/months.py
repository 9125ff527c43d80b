"""A calendar month, as statements count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of a year. Its text is "2026-09"."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month of "2026-09"; ValueError for anything else."""
        match = re.fullmatch(r"([12][0-9]{3})-(0[1-9]|1[0-2])", text)
        if not match:
            raise ValueError(f"{text!r} is not a month; write it as 2026-09")
        return cls(int(match[1]), int(match[2]))

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def before(self) -> Month:
        return Month.of(self.first - timedelta(days=1))

    @property
    def name(self) -> str:
        """September 2026"""
        return f"{self.first:%B} {self.year}"

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


class MonthConverter:
    """A month in a URL."""

    regex = "[12][0-9]{3}-[01][0-9]"

    def to_python(self, value: str) -> Month:
        return Month.parse(value)

    def to_url(self, value: Month) -> str:
        return str(value)
