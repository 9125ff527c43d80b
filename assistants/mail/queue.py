"""How the outbox stands, in words, for whoever runs the installation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q

from assistants.models import OutgoingEmail, Pump
from tasks import dates, formats

from . import heartbeat

State = OutgoingEmail.State
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence; `is_trouble` when somebody has to do something about it."""

    text: str
    is_trouble: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """What stands on top of the list of emails."""

    lines: list[Line]
    is_held: bool


def look(now: datetime, zone: ZoneInfo) -> Queue:
    """Two queries; moments are written in that zone."""
    pump = Pump.objects.filter(pk=1).first() or Pump()
    lines = [*_waiting(now, zone), *_looked(pump, now, zone), *_at_rest(pump, now, zone)]
    return Queue(lines, is_held=pump.held_at is not None)


def _waiting(now: datetime, zone: ZoneInfo) -> Iterator[Line]:
    waiting, lately = Q(state__in=OutgoingEmail.WAITING), Q(due_at__gt=now - DAY)
    # What has failed was due at its last try, and keeps no other moment.
    found = OutgoingEmail.objects.filter(waiting | lately).aggregate(
        due=Count("pk", filter=waiting & Q(due_at__lte=now)),
        later=Count("pk", filter=waiting & Q(due_at__gt=now)),
        oldest=Min("due_at", filter=waiting & Q(due_at__lte=now)),
        dead=Count("pk", filter=lately & Q(state=State.DEAD)),
        unknown=Count("pk", filter=lately & Q(state=State.UNKNOWN)),
        skipped=Count("pk", filter=lately & Q(state=State.SKIPPED)),
    )
    due = f"{_emails(found['due'])} waiting"
    if found["oldest"]:
        due += f", the oldest since {dates.since(found['oldest'], now, zone)}"
    yield Line(f"{due}. {_emails(found['later'])} due later.")
    yield Line(
        f"In the last 24 hours: {formats.count(found['dead'])} given up (dead), "
        f"{formats.count(found['unknown'])} may have arrived (unknown), "
        f"{formats.count(found['skipped'])} no longer wanted (skipped).",
        is_trouble=bool(found["dead"] or found["unknown"]),
    )


def _emails(count: int) -> str:
    return f"{formats.count(count)} {'email is' if count == 1 else 'emails are'}"


def _looked(pump: Pump, now: datetime, zone: ZoneInfo) -> Iterator[Line]:
    if pump.swept_at is None:
        yield Line("No worker has ever looked for mail. Start worker and beat.", is_trouble=True)
    elif pump.swept_at <= now - heartbeat.LONG:
        since = dates.since(pump.swept_at, now, zone)
        yield Line(f"No worker has looked for mail since {since}. Look at worker and beat.", is_trouble=True)
    else:
        yield Line(f"A worker looked for mail {int((now - pump.swept_at).total_seconds())} seconds ago.")


def _at_rest(pump: Pump, now: datetime, zone: ZoneInfo) -> Iterator[Line]:
    if pump.held_at:
        since = dates.since(pump.held_at, now, zone)
        yield Line(f"Mail is held since {since}. Nothing leaves until you release it.", is_trouble=True)
    if pump.rests_until and pump.rests_until > now:
        until = dates.since(pump.rests_until, now, zone)
        yield Line(f"The mail server is left alone until {until}: {pump.trouble}.", is_trouble=True)
    elif pump.failures:
        yield Line(f"No mail has left since the mail server was last left alone: {pump.trouble}.", is_trouble=True)
