"""What a cell of a file says: a day, a time of day, a duration, text; and what only its whole column tells of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from tasks.fields import UNSEEN

YEARS = range(2000, 2101)
# What a spreadsheet counts its days from, and how it writes such a day.
SERIAL_ZERO = date(1899, 12, 30)
SERIAL = re.compile(r"[34567]\d{4}")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
# 03/04/2024, of which only other dates tell whether it is in March or in April.
SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)")
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))? ?(?:([ap])\.?m\.?)?", re.IGNORECASE)
DURATION = re.compile(r"(\d{1,5}):([0-5]?\d)(?::([0-5]?\d))?")
DECIMAL = re.compile(r"\d+(?:[.,]\d*)*|[.,]\d+")
# Also "2024-03-04T09:00:00Z" and "+02:00".
ZONED = re.compile(r".*\d(?:Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
# A sign that spreadsheets take for a formula, behind the mark by which exports keep them from it.
KEPT_FROM_FORMULAS = re.compile(r"'(?= |[-=+@\t])")


class Wrong(ValueError):
    """The cell says nothing that fits; its text goes on after the cell's own."""


@dataclass(frozen=True)
class Dates:
    """
    How a column writes its days.

    `example` is one that can be read two ways, if no other date of the column decides it; '' where one does.
    """

    is_day_first: bool
    is_serial: bool
    example: str

    @classmethod
    def of(cls, texts: Iterable[str], *, is_day_first: bool) -> Dates:
        """`is_day_first` decides where the column does not."""
        texts = [text.strip() for text in texts if text.strip()]
        is_serial = bool(texts) and all(SERIAL.fullmatch(text) for text in texts)
        slashed = [found for text in texts if (found := SLASHED.match(text))]
        days_first = any(int(found[1]) > 12 for found in slashed)
        months_first = any(int(found[3]) > 12 for found in slashed)
        if days_first != months_first:
            return cls(days_first, is_serial, "")
        either = (found[0] for found in slashed if int(found[1]) != int(found[3]) and _is_day_both_ways(found))
        return cls(is_day_first, is_serial, next(either, ""))

    def read(self, text: str) -> tuple[date, str]:
        """The day, and what stands after it."""
        text = text.strip()
        if self.is_serial and SERIAL.fullmatch(text):
            return SERIAL_ZERO + timedelta(days=int(text)), ""
        if found := ISO.match(text):
            year, month, day = found[1], found[2], found[3]
        elif found := DOTTED.match(text):
            year, month, day = found[3], found[2], found[1]
        elif found := SLASHED.match(text):
            first, second = (found[1], found[3]) if self.is_day_first else (found[3], found[1])
            year, month, day = found[4], second, first
        else:
            raise Wrong("is no date such as 2026-03-02")
        try:
            read = date(int(year), int(month), int(day))
        except ValueError:
            raise Wrong("is no day of any year") from None
        if read.year not in YEARS:
            raise Wrong("is not between 2000 and 2100")
        return read, text[found.end() :].lstrip(" Tt,")


def _is_day_both_ways(found: re.Match[str]) -> bool:
    return all(int(part) in range(1, 13) for part in (found[1], found[3])) and int(found[4]) in YEARS


def clock(text: str) -> time | None:
    """9:00, 10:23:52 or 10:23 AM; None for an empty cell."""
    text = text.strip()
    if not text:
        return None
    found = CLOCK.fullmatch(text)
    if not found:
        raise Wrong("is no time of day such as 9:30")
    hour = int(found[1])
    if found[4]:
        if not 1 <= hour <= 12:
            raise Wrong("is no time of day such as 9:30 AM")
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    if hour > 23:
        raise Wrong("is no time of day such as 23:30")
    return time(hour, int(found[2]), int(found[3] or 0))


def zoned(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment that says its own zone, as it is there; None for any other text."""
    if not ZONED.fullmatch(text.strip()):
        return None
    try:
        return datetime.fromisoformat(text.strip().upper()).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def duration(text: str) -> int | None:
    """Seconds of 1:30 or 1:30:00, hours of any count; None for what is written otherwise."""
    found = DURATION.fullmatch(text.strip())
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0) if found else None


def thousands(texts: Iterable[str]) -> str:
    """The sign by which a column of numbers parts thousands; '' where none has both that and a decimal one."""
    for text in texts:
        signs = [sign for sign in text if sign in ".,"]
        if len(set(signs)) > 1:
            return signs[0]
    return ""


def hours(text: str, parts_thousands: str) -> int:
    """Seconds of 1.25, 1,25 or 1.000,5 hours, to the nearest."""
    text = text.strip()
    if parts_thousands:
        text = text.replace(parts_thousands, "")
    if not DECIMAL.fullmatch(text) or len(text) > 12 or sum(map(text.count, ".,")) > 1:
        raise Wrong("is no count of hours such as 1.25")
    exact = Decimal(text.replace(",", ".")) * 3600
    return int(exact.to_integral_value(ROUND_HALF_UP))


def words(text: str, most: int) -> str:
    """Text on one line, without what does not show, cut to that many signs."""
    text = KEPT_FROM_FORMULAS.sub("", UNSEEN.sub("", unicodedata.normalize("NFC", text)), count=1)
    shown = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in text)
    return " ".join(shown.split())[:most].rstrip()
