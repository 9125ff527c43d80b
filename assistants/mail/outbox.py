"""
The outbox: every email is a row, written in the transaction that caused it, and leaves by a worker.

What is due stands in the rows, so losing a bell, a worker or the mail server for a while loses nothing: see `claims`
for who sends a row, `sending` for what becomes of it, `smtp` for how, `wanted` for what need not leave any more,
`breaker` for a mail server that is away.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from assistants.bell import ring
from assistants.models import Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tasks.prepared import insert

from . import breaker, claims, heartbeat, sending
from .claims import Done
from .smtp import Mailer

logger = logging.getLogger(__name__)
# Seconds after which one call begins with no further email, so that whoever swept has time for other things.
LONGEST = 60.0
# How many dozens go out before it looks again for what somebody waits for; other workers are rung for that anyway.
BATCHES = 4


def put(
    kind: str,
    *,
    owner: Owner,
    to: tuple[str, str],
    key: str,
    facts: Mapping[str, Any],
    now: datetime,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
    offer: Offer | None = None,
) -> OutgoingEmail:
    """
    Write an email (`to` is name and address); call it inside the transaction that causes it.

    `not_after` is when it is no use any more. The second email with a key raises IntegrityError.
    """
    name, address = to
    email = OutgoingEmail(
        kind=kind,
        owner=owner,
        offer=offer,
        key=key,
        to_name=name,
        to_email=address,
        facts=dict(facts),
        written_at=now,
        due_at=due_at or now,
        not_after=not_after,
    )
    insert(email)
    if email.due_at <= now and kind not in OutgoingEmail.BULK_KINDS:
        transaction.on_commit(lambda: ring(email.pk), robust=True)
    return email


def pump(*, done: Done) -> int:
    """Send what is due while there is a mail server that takes it, for a minute at most; how many were tried."""
    claims.give_up_on_lost_ones(done)
    tried, until = 0, time.monotonic() + LONGEST
    if breaker.is_open(clock.now()):
        return tried
    with closing(Mailer()) as mailer:
        for emails in _due():
            tried += len(emails)
            heartbeat.beat(clock.now())  # one that is slow to take mail is no sign of death
            if not _deliver(emails, mailer, done) or time.monotonic() > until:
                break
    return tried


def _due() -> Iterator[list[OutgoingEmail]]:
    """All that is due, claimed: what somebody waits for one by one, and first; then the rest in batches."""
    while True:
        yield from ([email] for email in claims.in_turn())
        # Looking for who waits reads past all of the rest that is left, so it is done only after some batches.
        for _ in range(BATCHES):
            emails = claims.claim_bulk(now=clock.now())
            if not emails:
                return
            yield emails


def _deliver(emails: list[OutgoingEmail], mailer: Mailer, done: Done) -> bool:
    try:
        if emails[0].kind in OutgoingEmail.BULK_KINDS:
            return sending.deliver_bulk(emails, mailer, done=done)
        return sending.deliver(emails[0], mailer, done=done)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one row's trouble is not the others'; its lease runs out, and it is tried again
        logger.exception("email %s could not be sent", emails[0].pk)
        return True


def send(email_id: int, *, done: Done) -> None:
    """Send that email now, unless it is sent already, another worker holds it, or nothing may leave."""
    if email := claims.claim_one(email_id, now=clock.now()):
        with closing(Mailer()) as mailer:
            sending.deliver(email, mailer, done=done)
