"""
How dates, clock times and numbers are written: as the reader chose, for as long as something is written for them.

As with Django's time zones, `use` sets it for one request or one letter, and what writes asks `current`. What
machines read, such as a spreadsheet, JSON or a browser's own date field, never asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal

# What can be chosen, each by its sample; the first is how it is written for who chose nothing.
CLOCKS = {"12": "6:30 pm", "24": "18:30"}
DATES = {"day": "15 October 2026", "month": "October 15, 2026"}
NUMBERS = {
    "point": "1,234.50",
    "comma": "1.234,50",
    "space": "1\u202f234,50",
    "apostrophe": "1’234.50",
    "lakh": "12,34,567.50",
}
# Between thousands, and before the fraction.
MARKS = {"point": ",.", "comma": ".,", "space": "\u202f,", "apostrophe": "’.", "lakh": ",."}
SIGNS = {name: str.maketrans({",": marks[0], ".": marks[1]}) for name, marks in MARKS.items()}
# Each as it is typed, with its thousands apart: a keyboard has other spaces and apostrophes.
TYPED = {
    "comma": re.compile(r"([1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d{1,2}))?"),
    "space": re.compile(r"([1-9]\d{0,2}(?:\s\d{3})+)(?:,(\d{1,2}))?"),
    "apostrophe": re.compile(r"([1-9]\d{0,2}(?:['’]\d{3})+)(?:\.(\d{1,2}))?"),
    "lakh": re.compile(r"([1-9]\d{0,2}(?:,\d{2,3})*,\d{3})(?:\.(\d{1,2}))?"),
}
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
PAIR = re.compile(r"(?<=\d)(?=(?:\d\d)+$)")


@dataclass(frozen=True, slots=True)
class Formats:
    """One reader's choice; each is a key of CLOCKS, DATES and NUMBERS."""

    clock: str = "12"
    dates: str = "day"
    numbers: str = "point"

    @property
    def has_24_hours(self) -> bool:
        return self.clock == "24"

    @property
    def is_month_first(self) -> bool:
        return self.dates == "month"

    @property
    def group(self) -> str:
        """What stands between thousands."""
        return MARKS[self.numbers][0]

    def number(self, plain: str) -> str:
        """A number written as 1,234.50, with whatever stands around it, as this reader writes it."""
        if self.numbers == "point":
            return plain
        if self.numbers == "lakh":
            return THOUSANDS.sub(_in_lakhs, plain)
        return plain.translate(SIGNS[self.numbers])

    def ungrouped(self, typed: str) -> str:
        """
        1234.50, of what was typed as 1.234,50 by who writes it so; anything else as it is.

        The usual 1,234.50 is left to what reads it, where it can be ambiguous.
        """
        grouped = TYPED[self.numbers].fullmatch(typed) if self.numbers in TYPED else None
        if not grouped:
            return typed
        whole, fraction = grouped.groups()
        return re.sub(r"\D", "", whole) + (f".{fraction}" if fraction else "")


USUAL = Formats()
_current: ContextVar[Formats] = ContextVar("formats", default=USUAL)


def current() -> Formats:
    return _current.get()


def number(plain: str) -> str:
    """A number written as 1,234.50, as the present reader writes it."""
    return _current.get().number(plain)


def count(whole: int | Decimal) -> str:
    """1,234"""
    return number(f"{whole:,}")


def for_script() -> dict[str, str | bool]:
    """What report.js needs, to write alike in the browser."""
    formats = _current.get()
    return {
        "group": formats.group,
        "point": MARKS[formats.numbers][1],
        "pairs": formats.numbers == "lakh",
        "month_first": formats.is_month_first,
    }


@contextmanager
def use(formats: Formats) -> Iterator[None]:
    """Write for that reader until it ends, and then for the one before."""
    before = _current.set(formats)
    try:
        yield
    finally:
        _current.reset(before)


def _in_lakhs(thousands: re.Match[str]) -> str:
    """12,34,567 of 1,234,567: pairs above the last three digits."""
    digits = thousands[0].replace(",", "")
    return f"{PAIR.sub(',', digits[:-3])},{digits[-3:]}"
