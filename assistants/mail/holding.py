"""
Mail held back: after a backup is restored nothing leaves by itself, since most of it has left before.

The operator lets it go, from a moment on; what was written before that may have left, and is left alone.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from assistants.models import Handoff, OutgoingEmail, Pump
from tasks import locks

from . import claims
from .claims import Done, State


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
        raise NoMoment(f"{text} is still to come. Write when the old installation stopped, in UTC.")
    return at


def hold(*, now: datetime) -> None:
    """Nothing leaves until it is released; what a worker is sending at this moment still does."""
    Pump.row()
    Pump.objects.filter(held_at=None).update(held_at=now)


def release(*, now: datetime, since: datetime | None = None, done: Done) -> tuple[int, int]:
    """
    Let mail leave again; how many emails wait, and how many may have left before `since` and are left alone.

    `since` is when the installation that was backed up stopped. What was written before that may have arrived: its
    offers can be answered, and its owner can send it again. What a worker here is sending it finishes.
    """
    may_have_left = 0
    if since is not None:
        abandoned = Q(state=State.QUEUED) | Q(state=State.SENDING, lease_until__lte=now)
        for email in OutgoingEmail.objects.filter(abandoned, written_at__lt=since).select_related(*claims.WITH):
            may_have_left += _leave_alone(email, now, done)
    Pump.objects.update(held_at=None, rests_until=None, failures=0)
    return OutgoingEmail.objects.waiting().count(), may_have_left


@transaction.atomic
def _leave_alone(email: OutgoingEmail, now: datetime, done: Done) -> bool:
    if email.offer:  # a hand-off's row is taken before those of its emails
        locks.hold(Handoff, email.offer.handoff_id)
    same = OutgoingEmail.objects.filter(pk=email.pk, state=email.state, lease_token=email.lease_token)
    if not same.update(state=State.UNKNOWN, trouble="it may have left before the backup", lease_until=None):
        return False
    email.refresh_from_db(fields=["state", "trouble"])
    done(email, now)
    return True
