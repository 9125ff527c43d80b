"""
A hand-off as a calendar file, RFC 5545: its start, its reply-by, its weeks and the end of a trial.

Days are all-day and float, so they are the same day wherever the calendar is read; the
reply-by is an instant in UTC. Each event keeps its name, so a calendar that reads the
file again moves what it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from assistants.models import Handoff, Offer
from tasks import durations

# RFC 5545 3.1: octets in a line, without its break.
LONGEST = 75
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is a day, or an instant; `until` the last day of what comes each week."""

    name: str
    at: date | datetime
    summary: str
    is_weekly: bool = False
    until: date | None = None
    is_cancelled: bool = False


def events(offer: Offer) -> Iterator[Event]:
    """What a calendar should know about an offer, as it stands; what is off is taken out again where one has it."""
    handoff, task, owner = offer.handoff, offer.handoff.task.name, offer.handoff.owner.name
    terms, ends_on = offer.terms, handoff.ends_on if offer.state == Offer.State.ACCEPTED else None
    is_off = offer.state == Offer.State.RELEASED or bool(ends_on and ends_on < terms.starts_on)
    if offer.state != Offer.State.ACCEPTED:
        yield Event("reply", offer.reply_by, f"Reply to {owner}: {task}", is_cancelled=offer.state not in Offer.LIVE)
        if not is_off:
            return
    yield Event("start", terms.starts_on, f"{task} for {owner} starts", is_cancelled=is_off)
    trial_ends_on = handoff.trial_ends_on if handoff.stage == Handoff.Stage.TRIAL else None
    # After a trial it goes on only if the owner says so; the file that is read then has the weeks after it.
    until, hours = (None if is_off else ends_on or trial_ends_on), durations.hours(terms.weekly_minutes * 60)
    summary = f"{task} for {owner}, {hours} this week"
    yield Event("week", terms.starts_on, summary, is_weekly=True, until=until, is_cancelled=is_off)
    if trial_ends_on:
        yield Event("trial", trial_ends_on, f"Trial of {task} for {owner} ends", is_cancelled=is_off)
    if ends_on:
        yield Event("end", ends_on, f"Last day of {task} for {owner}", is_cancelled=is_off)


def file(these: Iterable[Event], *, name: str, made_at: datetime) -> str:
    """The file; `name` tells these events from all others, `made_at` is when what they say came about."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Delegator//Hand-offs//EN", "METHOD:PUBLISH"]
    for event in these:
        lines += _lines(event, name, made_at)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _lines(event: Event, name: str, made_at: datetime) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{event.name}-{name}", f"DTSTAMP:{_instant(made_at)}", *_when(event)]
    if event.is_weekly:
        lines.append("RRULE:FREQ=WEEKLY" + (f";UNTIL={event.until:%Y%m%d}" if event.until else ""))
    lines += [f"SUMMARY:{escaped(event.summary)}", "TRANSP:TRANSPARENT"]
    return [*lines, *(["STATUS:CANCELLED"] if event.is_cancelled else []), "END:VEVENT"]


def _when(event: Event) -> list[str]:
    if isinstance(event.at, datetime):
        return [f"DTSTART:{_instant(event.at)}"]
    # The end of an all-day event is the day after it.
    return [f"DTSTART;VALUE=DATE:{event.at:%Y%m%d}", f"DTEND;VALUE=DATE:{event.at + timedelta(days=1):%Y%m%d}"]


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """As a value of TEXT, RFC 5545 3.3.11."""
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def folded(line: str) -> str:
    """In lines of at most 75 octets, none of which cuts a character in two; each further one begins with a space."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LONGEST:
            parts.append(part)
            part, size = " ", 1
        part, size = part + character, size + octets
    return "\r\n".join([*parts, part])
