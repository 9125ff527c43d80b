"""
Who may send a row of the outbox, and what became of it.

A worker holds one row at a time by a lease. If it dies on the way the lease runs out and another worker takes the
row, until two copies may have left: after that nobody knows, and a third is never sent. Every mark is an UPDATE
that only whoever still holds the row can make.
"""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import CharField, DateTimeField, Exists, F

from assistants.models import Handoff, OutgoingEmail, Pump
from assistants.models.mail import OutgoingEmailQuerySet
from tasks import clock, locks
from tasks.prepared import Prepared, PreparedUpdate, given, given_fields

from . import faults

logger = logging.getLogger(__name__)
State = OutgoingEmail.State
# How much sooner or later than its wait a try may come, so that those that failed together do not meet again.
JITTER = 0.2
# How many emails are sent under one lease where many owners get one at the same time.
BULK = 25
# Seconds between two tries to write down what has happened already.
INSIST = 0.5
WITH = ("owner", "offer__handoff", "offer__assistant")
PK, LEASE = given("pk"), given("lease", CharField())
NOW, UNTIL = given("now", DateTimeField()), given("until", DateTimeField())
TAKE = PreparedUpdate(lambda: (_allowed(OutgoingEmail.objects.due(NOW).filter(pk=PK), NOW), _held_by(LEASE, UNTIL)))
DOT = PreparedUpdate(lambda: (_held(PK, LEASE).filter(lease_until__gt=UNTIL), {"dots": F("dots") + 1}))
TO_SENT = PreparedUpdate(lambda: (_held(PK, LEASE), _sent()))
TAKEN = Prepared(lambda: _held(PK, LEASE).select_related(*WITH))

# Told in the same transaction when an email is sent, or can never be.
Done = Callable[[OutgoingEmail, datetime], None]
P = ParamSpec("P")
R = TypeVar("R")


# --- Claim -------------------------------------------------------------------
def in_turn() -> Iterator[OutgoingEmail]:
    """Every email that is due, claimed one by one: first what others left behind, then one of each owner in turn."""
    while email := _next_lapsed(clock.now()):
        yield email
    owner = None
    while email := _next_due(clock.now(), after=owner):
        yield email
        owner = email.owner_id


def _next_lapsed(now: datetime) -> OutgoingEmail | None:
    return claim(OutgoingEmail.objects.lapsed(now).singly().order_by("lease_until", "pk"), now=now)


def _next_due(now: datetime, *, after: int | None) -> OutgoingEmail | None:
    """Of the owner after that one, so that nobody waits for all of somebody else's; at first what waited longest."""
    due = OutgoingEmail.objects.due(now).singly()
    if after is None:
        return claim(due.order_by("due_at", "pk"), now=now)
    in_turn = due.order_by("owner_id", "due_at", "pk")
    return claim(in_turn.filter(owner_id__gt=after), now=now) or claim(in_turn, now=now)


def claim_one(pk: int, *, now: datetime) -> OutgoingEmail | None:
    """Take that email, if it is due and free: the UPDATE alone decides."""
    lease, until = secrets.token_urlsafe(16), now + timedelta(seconds=settings.LEASE)
    if not TAKE.run(pk=pk, now=now, lease=lease, until=until):
        return None
    faults.point("after_claim")
    # An account that is closed that moment takes its emails with it.
    taken = TAKEN.objects(pk=pk, lease=lease)
    return _to_the_address_on_file(taken[0]) if taken else None


def claim(rows: OutgoingEmailQuerySet, *, now: datetime) -> OutgoingEmail | None:
    """Take the first of these rows for the length of a lease; None when there is none."""
    taken = _take(rows, most=1, now=now)
    return _to_the_address_on_file(taken[0]) if taken else None


def claim_bulk(*, now: datetime) -> list[OutgoingEmail]:
    """
    As many of those that many owners get at one time as are sent at once, under one lease.

    What others left behind comes last: to look for it before each dozen would cost as much as to claim that.
    """
    due = OutgoingEmail.objects.due(now).in_bulk_kinds().order_by("due_at", "pk")
    lapsed = OutgoingEmail.objects.lapsed(now).in_bulk_kinds().order_by("lease_until", "pk")
    return _take(due, most=BULK, now=now) or _take(lapsed, most=BULK, now=now)


def _take(rows: OutgoingEmailQuerySet, *, most: int, now: datetime) -> list[OutgoingEmail]:
    rows = _allowed(rows, now)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    lease = secrets.token_urlsafe(16)
    with transaction.atomic():
        pks = list(rows.values_list("pk", flat=True)[:most])
        if not pks:
            return []
        # Asked again in the WHERE: SQLite has no SKIP LOCKED, and it is the UPDATE that decides.
        rows.order_by().filter(pk__in=pks).update(**_held_by(lease, now + timedelta(seconds=settings.LEASE)))
    faults.point("after_claim")
    return list(OutgoingEmail.objects.filter(pk__in=pks, lease_token=lease).select_related(*WITH).order_by("pk"))


def _allowed(rows: OutgoingEmailQuerySet, now: Any) -> OutgoingEmailQuerySet:
    """A kind that this release does not know is for the next one's workers; and nothing leaves while it may not."""
    return rows.filter(
        ~Exists(Pump.objects.closed(now)), dots__lt=OutgoingEmail.MOST_DOTS, kind__in=list(settings.LETTERS)
    )


def _held_by(lease: Any, until: Any) -> dict[str, Any]:
    return {"state": State.SENDING, "lease_token": lease, "lease_until": until, "tries": F("tries") + 1}


def claimed_at(email: OutgoingEmail) -> datetime:
    """When it was taken, by the database's clock, which so need not be asked again."""
    return cast(datetime, email.lease_until) - timedelta(seconds=settings.LEASE)


def _to_the_address_on_file(email: OutgoingEmail) -> OutgoingEmail:
    """A letter written while the assistant's address was changed holds the old one, which must get no new link."""
    person = email.offer.assistant if email.offer else None
    if person and person.email != email.to_email:
        email.to_name, email.to_email = person.name, person.email
        address = {"to_name": email.to_name, "to_email": email.to_email}
        OutgoingEmail.objects.filter(pk=email.pk).update(**address)  # it goes with an account that is closed
    return email


def count_the_dot(email: OutgoingEmail) -> bool:
    """
    Say that the final dot follows now, so that a copy may have left; False if it must not.

    It must not when the row is no longer ours, or could be another's before the mail server has had its time to
    answer.
    """
    faults.point("before_dot")
    return DOT.run(pk=email.pk, lease=email.lease_token, until=_time_for_an_answer()) == 1


def count_the_dots(emails: list[OutgoingEmail]) -> bool:
    """The same for all that are sent in bulk, before the first; False if any of them is no longer ours."""
    faults.point("before_dot")
    held = OutgoingEmail.objects.filter(
        pk__in=[email.pk for email in emails], lease_token=emails[0].lease_token, state=State.SENDING
    )
    with transaction.atomic():
        counted = held.filter(lease_until__gt=_time_for_an_answer()).update(dots=F("dots") + 1)
        if counted != len(emails):
            transaction.set_rollback(True)
    return counted == len(emails)


def _time_for_an_answer() -> datetime:
    return clock.now() + timedelta(seconds=settings.DOT_TIMEOUT * 1.25)


# --- What became of it --------------------------------------------------------
def insist(write: Callable[P, R]) -> Callable[P, R]:
    """What has happened is written down even if the database is away for a moment: else it would happen again."""

    @wraps(write)
    def insisting(*args: P.args, **kwargs: P.kwargs) -> R:
        until = time.monotonic() + settings.LEASE - settings.DOT_TIMEOUT
        while True:
            try:
                return write(*args, **kwargs)
            except (OperationalError, InterfaceError):
                if connection.in_atomic_block or time.monotonic() > until:
                    raise
                connection.close()
                time.sleep(INSIST)

    return insisting


@insist
def finish(email: OutgoingEmail, done: Done, *, state: str, **fields: Any) -> datetime:
    """It is over, and whoever waits for it hears so in the same transaction; when that was."""
    with transaction.atomic():
        if email.offer:  # a hand-off's row is taken before those of its emails, else two could wait for each other
            locks.hold(Handoff, email.offer.handoff_id)
        now = clock.now()
        if state == State.SENT:
            fields["sent_at"] = now
        if mark(email, state, **fields):
            email.state, email.trouble = state, fields.get("trouble", email.trouble)
            done(email, now)
    faults.point("after_commit")
    return now


@insist
def finish_bulk(emails: list[OutgoingEmail]) -> None:
    """They are sent; of mail that goes out in bulk nobody waits to hear."""
    held = OutgoingEmail.objects.filter(
        pk__in=[email.pk for email in emails], lease_token=emails[0].lease_token, state=State.SENDING
    )
    sent = {"state": State.SENT, "sent_at": clock.now(), "transport": OutgoingEmail.SMTP, "trouble": ""}
    held.update(lease_until=None, **sent)
    faults.point("after_commit")


def put_off(email: OutgoingEmail, seconds: float, trouble: str, *, is_try: bool, **fields: Any) -> None:
    """Not now: due again after that time, more or less. What was not the email's doing uses up no try."""
    wait = timedelta(seconds=seconds * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - it keeps no secret
    logger.warning("email %s not sent, next try in %s: %s", email.pk, wait, trouble)
    if not is_try:
        fields["tries"] = F("tries") - 1
    give_back(email, due_at=clock.now() + wait, trouble=f"not sent yet: {trouble}", **fields)


@insist
def give_back(email: OutgoingEmail, **fields: Any) -> None:
    mark(email, State.QUEUED, **fields)


def mark(email: OutgoingEmail, state: str, **fields: Any) -> bool:
    """Write the outcome if this worker still holds the lease; else another one has the row, and its word counts."""
    if state == State.SENT:
        marked = TO_SENT.run(pk=email.pk, lease=email.lease_token, **fields)
    else:
        marked = _held(email.pk, email.lease_token).update(state=state, lease_until=None, **fields)
    if not marked:
        logger.warning("email %s was taken over by another worker", email.pk)
    return bool(marked)


def _sent() -> dict[str, Any]:
    how = given_fields(OutgoingEmail, "transport", "trouble", "sent_at")
    return {"state": State.SENT, "lease_until": None, **how}


def _held(pk: Any, lease: Any) -> OutgoingEmailQuerySet:
    return OutgoingEmail.objects.filter(pk=pk, lease_token=lease, state=State.SENDING)


def give_up_on_lost_ones(done: Done) -> None:
    """Workers died on them after the dot as often as may be: they may have arrived, and are left alone."""
    lost = OutgoingEmail.objects.lapsed(clock.now()).filter(dots__gte=OutgoingEmail.MOST_DOTS)
    for email in lost.select_related(*WITH).order_by("pk"):
        try:
            finish(email, done, state=State.UNKNOWN, trouble="no answer, twice")
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # one row's trouble is not the others'
            logger.exception("email %s could not be given up", email.pk)
