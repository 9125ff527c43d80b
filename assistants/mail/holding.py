"""
Mail held back: after a backup is restored nothing leaves by itself, since most of it has left before.

The operator lets it go, from a moment on; what was due before that is skipped.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.utils.dateparse import parse_datetime

from assistants.models import OutgoingEmail, Pump


class NoMoment(Exception):
    """What was typed is no moment to release mail from; the message says why."""


def moment(text: str, *, now: datetime) -> datetime:
    """The moment that an operator typed, in UTC unless it says otherwise; NoMoment for none, or one to come."""
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise NoMoment(f"{text!r} is no moment. Write it like 2026-10-15T09:00.")
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > now:
        raise NoMoment(f"{text} is still to come. Write when the backup was made, in UTC.")
    return at


def hold(*, now: datetime) -> None:
    """Nothing leaves until it is released; what a worker is sending at this moment still does."""
    Pump.row()
    Pump.objects.filter(held_at=None).update(held_at=now)


@transaction.atomic
def release(*, since: datetime | None = None) -> tuple[int, int]:
    """
    Let mail leave again; how many emails wait, and how many were skipped for being due before `since`.

    A skipped email's offer stays as it stands: whether it had left before nobody here knows.
    """
    waiting = OutgoingEmail.objects.waiting()
    skipped = 0
    if since is not None:
        skipped = waiting.filter(due_at__lt=since).update(
            state=OutgoingEmail.State.SKIPPED, trouble="it was due before mail was released", lease_until=None
        )
    # A worker of the installation that was backed up does not hold anything here.
    waiting.filter(state=OutgoingEmail.State.SENDING).update(state=OutgoingEmail.State.QUEUED, lease_until=None)
    Pump.objects.update(held_at=None, rests_until=None, failures=0)
    return waiting.count(), skipped
