"""
What events and letters say of a line of hours, for who reads it.

The words themselves are written once, in nobody's own format, and stay as they are: see `work_logs.in_words`.
"""

from __future__ import annotations

import re
from datetime import datetime

from tasks import dates

# 27 October 2026, 2:00: as `in_words` begins, and what a correction made of it.
DAY, TIME, NOTE = r"\d{1,2} [A-Z][a-z]+ \d{4}", r"\d+:\d\d", r"(?:, “[^\n]*?”)?"
BEGINS = re.compile(rf"(?:^|(?<=\bNow: )){DAY}(?=, {TIME})")
WHICH = re.compile(rf"(?:\d+ lines|{DAY}), {TIME}")
CORRECTION = re.compile(
    rf"(?P<line>(?P<day>{DAY}, )(?P<time>{TIME})(?P<note>{NOTE})\.)(?P<answer>(?: “.*”)?)"
    rf" Now: (?P<new_day>{DAY}, )(?P<new_time>{TIME})(?P<new_note>{NOTE})\.",
    re.DOTALL,
)


def as_read(note: str) -> str:
    """The note with its days as the present reader writes them."""
    return BEGINS.sub(_day, note)


def which(note: str) -> str:
    """27 October 2026, 2:00, or 3 lines, 5:30; "" of a note that names no line."""
    found = WHICH.match(note)
    return as_read(found[0]) if found else ""


def corrected(note: str) -> str:
    """What a line said, and below it only what has become another; any other note as it is."""
    found = CORRECTION.fullmatch(note)
    if found is None:
        return as_read(note)
    day = found["new_day"] if found["new_day"] != found["day"] else ""
    new_note = found["new_note"] if found["new_note"] != found["note"] else ""
    if found["note"] and not found["new_note"]:
        new_note = ", without a note"
    answer = f"{found['answer'].strip()}\n" if found["answer"] else ""
    return as_read(f"{found['line']}\n{answer}Now: {day}{found['new_time']}{new_note}.")


def _day(found: re.Match[str]) -> str:
    try:
        return dates.dated(datetime.strptime(f"{found[0]} +0000", "%d %B %Y %z").date())
    except ValueError:  # somebody's own words that only look like it
        return found[0]
