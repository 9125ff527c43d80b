"""
Every move that a hand-off or an offer can make. Nothing else changes their state.

A move is one transaction: a guarded UPDATE, its event, its emails. The WHERE clause
is the lock: of two processes one changes a row and the other none, and reads TooLate.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction

from tasks import money
from tasks.models import Owner, Task, new_pid

from . import letters, outbox
from .models import Assistant, Handoff, HandoffEvent, NeverMail, Offer, OutgoingEmail, Terms, WorkLog

logger = logging.getLogger(__name__)
State = Handoff.State
Kind = HandoffEvent.Kind
Actor = HandoffEvent.Actor


class TooLate(Exception):
    """The hand-off has moved on; what was asked can no longer be done."""


class TermsChanged(Exception):
    """The terms are no longer those that were on the page."""


class AlreadyWithThem(Exception):
    """The person has this task, or an offer of it, already."""


class NotWanted(Exception):
    """The person asked for no more mail about hand-offs."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the owner wrote: the brief and the terms, before anyone else sees them."""

    task: Task
    assistant: Assistant
    brief: str
    how_to: str
    weekly_minutes: int
    rate: Decimal
    starts_on: date
    reply_by: datetime
    minutes_before: int
    minutes_given: int


@transaction.atomic
def draft(owner: Owner, written: Draft, *, now: datetime, handoff: Handoff | None = None) -> Handoff:
    """Keep a draft, new or rewritten; a hand-off that is no draft any more raises TooLate."""
    fields = {
        "task": written.task,
        "assistant": written.assistant,
        "brief": written.brief,
        "how_to": written.how_to,
        "reply_by": written.reply_by,
        "minutes_before": written.minutes_before,
        "minutes_given": written.minutes_given,
    }
    if handoff is None:
        handoff = Handoff.objects.create(owner=owner, created_at=now, **fields)
    elif not Handoff.objects.drafts().filter(pk=handoff.pk).update(**fields):
        raise TooLate
    handoff.refresh_from_db()
    # Nobody has seen a draft's terms, so they are rewritten and stay version 1 until they are sent.
    latest = handoff.versions.order_by("-version").first()
    version = latest.version if latest and not latest.offers.exists() else (latest.version + 1 if latest else 1)
    handoff.versions.update_or_create(
        version=version,
        defaults={
            "weekly_minutes": written.weekly_minutes,
            "rate": written.rate,
            "starts_on": written.starts_on,
        },
    )
    return handoff


@transaction.atomic
def discard(handoff: Handoff) -> None:
    """Throw a draft away; nobody but the owner ever saw it, for what is undone never left."""
    # A delete names only the key; moving the draft to where it is keeps Send out until it is gone.
    _move(handoff, State.DRAFT, only_from=[State.DRAFT])
    Handoff.objects.filter(pk=handoff.pk).delete()


@transaction.atomic
def send(handoff: Handoff, *, now: datetime) -> Offer:
    """Put the draft to its assistant; the email leaves once the time to undo is over."""
    if NeverMail.objects.filter(email__iexact=handoff.assistant.email).exists():
        raise NotWanted
    try:
        with transaction.atomic():
            _move(handoff, State.OFFERING, only_from=[State.DRAFT])
    except IntegrityError:  # one live hand-off a task and person
        raise AlreadyWithThem from None
    offer = handoff.offers.create(
        assistant=handoff.assistant,
        terms=Terms.objects.filter(handoff=handoff).latest("version"),
        reply_by=handoff.reply_by,
    )
    _record(offer, Kind.SENT, Actor.OWNER, now)
    outbox.put(
        "offer",
        owner=handoff.owner,
        to=(handoff.assistant.name, handoff.assistant.email),
        key=f"offer-{offer.pk}",
        facts=letters.offer_facts(offer),
        offer=offer,
        now=now,
        due_at=now + timedelta(seconds=settings.UNDO_WINDOW),
    )
    return offer


@transaction.atomic
def draft_and_send(owner: Owner, written: Draft, *, now: datetime, handoff: Handoff | None = None) -> Handoff:
    """Both, or neither."""
    handoff = draft(owner, written, now=now, handoff=handoff)
    send(handoff, now=now)
    return handoff


@transaction.atomic
def undo(handoff: Handoff, *, now: datetime) -> None:
    """Back to a draft, as long as the email has not left and nobody has answered."""
    _move(handoff, State.DRAFT, only_from=[State.OFFERING])
    offer = handoff.offers.latest("pk")
    _close(offer, Offer.State.WITHDRAWN, only_from=[Offer.State.QUEUED], now=now)
    # A worker that holds the email may have sent it: then it is too late, and all of this is rolled back.
    stopped = OutgoingEmail.objects.filter(key=f"offer-{offer.pk}", state=OutgoingEmail.State.QUEUED, tries=0)
    if not stopped.update(state=OutgoingEmail.State.SKIPPED, trouble="undone by the owner"):
        raise TooLate
    _record(offer, Kind.UNDONE, Actor.OWNER, now)


@transaction.atomic
def withdraw(handoff: Handoff, *, now: datetime) -> None:
    """Take back an offer that nobody has accepted; its assistant hears of it unless the email still waits here."""
    _move(handoff, State.WITHDRAWN, only_from=[State.OFFERING])
    offer = handoff.offers.latest("pk")
    _close(offer, Offer.State.WITHDRAWN, only_from=Offer.OPEN, now=now)
    _record(offer, Kind.WITHDRAWN, Actor.OWNER, now)
    # What a worker has taken may have arrived, whatever the offer says yet.
    waiting = OutgoingEmail.objects.filter(key=f"offer-{offer.pk}", state=OutgoingEmail.State.QUEUED, tries=0)
    if not waiting.update(state=OutgoingEmail.State.SKIPPED, trouble="withdrawn by the owner"):
        _tell_assistant("withdrawn", offer, letters.withdrawn_facts(offer), now=now)


@transaction.atomic
def end(handoff: Handoff, *, now: datetime) -> None:
    """End what was agreed, from today."""
    _move(handoff, State.ENDED, only_from=[State.TAKEN, State.ACTIVE])
    offer = handoff.offers.latest("pk")
    _record(offer, Kind.ENDED, Actor.OWNER, now)
    _tell_assistant("ended", offer, letters.withdrawn_facts(offer), now=now)


@transaction.atomic
def accept(offer: Offer, *, terms_version: int, now: datetime) -> None:
    """
    The assistant takes it on, under the terms that were on their page.

    Accepting again what is accepted changes nothing and is no error, so a second
    click reads the same as the first.
    """
    offer.refresh_from_db()
    if offer.state == Offer.State.ACCEPTED:
        return
    handoff = offer.handoff
    newest = Terms.objects.filter(handoff=handoff).latest("version")
    if newest.version != terms_version or offer.terms_id != newest.pk:
        raise TermsChanged
    _move(handoff, State.TAKEN, only_from=[State.OFFERING])
    _close(offer, Offer.State.ACCEPTED, only_from=Offer.OPEN, now=now, before=now)
    _record(offer, Kind.ACCEPTED, Actor.ASSISTANT, now)
    _tell_owner(offer, letters.accepted_facts(offer), now=now)


@transaction.atomic
def decline(offer: Offer, *, reason: str, now: datetime) -> None:
    """The assistant says no; saying it twice changes nothing."""
    offer.refresh_from_db()
    if offer.state == Offer.State.DECLINED:
        return
    _move(offer.handoff, State.LAPSED, only_from=[State.OFFERING])
    _close(offer, Offer.State.DECLINED, only_from=Offer.OPEN, now=now, reason=reason)
    _record(offer, Kind.DECLINED, Actor.ASSISTANT, now, note=Offer.Reason(reason).label if reason else "")
    _tell_owner(offer, letters.declined_facts(offer), now=now)


def refuse(offer: Offer, asked: str, *, now: datetime) -> None:
    """Write down what was asked and could not be done."""
    _record(offer, Kind.REFUSED, Actor.ASSISTANT, now, note=asked)


@transaction.atomic
def stop_mail(offer: Offer, *, now: datetime) -> None:
    """No more mail about hand-offs to this address, from anyone here. An open offer counts as declined."""
    address = offer.assistant.email
    NeverMail.objects.get_or_create(email__iexact=address, defaults={"email": address, "asked_at": now})
    if offer.state in Offer.OPEN:
        with suppress(TooLate):  # it was answered or taken back meanwhile; the address is stopped all the same
            decline(offer, reason="", now=now)


def is_stopped(offer: Offer) -> bool:
    return NeverMail.objects.filter(email__iexact=offer.assistant.email).exists()


@transaction.atomic
def log_hours(offer: Offer, *, day: date, seconds: int, note: str, now: datetime, once: str = "") -> WorkLog:
    """Add a line of work; its amount is fixed here, rounded half up to the cent. The first line starts it."""
    handoff = offer.handoff
    if handoff.state == State.TAKEN:
        start(offer, now=now)
    else:
        # Taking the row keeps it from being ended until this line is written.
        _move(handoff, State.ACTIVE, only_from=[State.ACTIVE])
    # The row is held, so the same form cannot come in between.
    if once and (line := handoff.work.filter(once=once).first()):
        return line
    rate = offer.terms.rate
    amount = money.rounded(rate * seconds / 3600, handoff.owner.currency)
    line = WorkLog.objects.create(
        handoff=handoff,
        assistant=offer.assistant,
        day=day,
        seconds=seconds,
        note=note,
        rate=rate,
        amount=amount,
        logged_at=now,
        once=once or new_pid(),
    )
    _record(offer, Kind.LOGGED, Actor.ASSISTANT, now, note=str(line.pk))
    return line


def expire_overdue(*, now: datetime) -> None:
    """Close each offer whose time to reply has run out, and tell its owner."""
    for offer in Offer.objects.overdue(now).select_related("handoff__task", "handoff__owner", "assistant", "terms"):
        try:
            _expire(offer, now=now)
        except TooLate:
            continue  # an answer came first
        except Exception:  # one bad row is not the others'
            logger.exception("offer %s could not expire", offer.pk)


@transaction.atomic
def _expire(offer: Offer, *, now: datetime) -> None:
    _move(offer.handoff, State.LAPSED, only_from=[State.OFFERING])
    _close(offer, Offer.State.EXPIRED, only_from=Offer.OPEN, now=now)
    _record(offer, Kind.EXPIRED, Actor.SYSTEM, now)
    _tell_owner(offer, letters.expired_facts(offer), now=now)


def start_due(*, now: datetime) -> None:
    """Start what was agreed once its first day has come where the owner lives."""
    taken = Offer.objects.filter(state=Offer.State.ACCEPTED, handoff__state=State.TAKEN).select_related(
        "handoff__task", "handoff__owner", "assistant", "terms"
    )
    # Nowhere is a day further ahead than UTC+14.
    for offer in taken.filter(terms__starts_on__lte=(now + timedelta(hours=14)).date()):
        if offer.terms.starts_on <= offer.handoff.owner.today(now):
            try:
                start(offer, now=now)
            except TooLate:
                continue  # another sweep, or the first hours, started it
            except Exception:
                logger.exception("hand-off %s could not start", offer.handoff_id)


@transaction.atomic
def start(offer: Offer, *, now: datetime) -> None:
    """What was agreed begins, and its assistant gets the page again."""
    _move(offer.handoff, State.ACTIVE, only_from=[State.TAKEN])
    _record(offer, Kind.STARTED, Actor.SYSTEM, now)
    _tell_assistant("start", offer, letters.start_facts(offer), now=now)


def hear_of(email: OutgoingEmail, now: datetime) -> None:
    """An email has left or never will; an offer's state follows, in the same transaction."""
    offer = email.offer
    if email.kind != "offer" or offer is None:
        return
    if email.state == OutgoingEmail.State.SENT:
        if Offer.objects.filter(pk=offer.pk, state=Offer.State.QUEUED).update(state=Offer.State.SENT, sent_at=now):
            _record(offer, Kind.DELIVERED, Actor.SYSTEM, now)
    else:
        with suppress(TooLate):  # nobody waits for it any more
            _come_back(offer, email.trouble, now=now)


@transaction.atomic
def _come_back(offer: Offer, trouble: str, *, now: datetime) -> None:
    _move(offer.handoff, State.LAPSED, only_from=[State.OFFERING])
    _close(offer, Offer.State.UNDELIVERABLE, only_from=Offer.OPEN, now=now)
    _record(offer, Kind.UNDELIVERABLE, Actor.SYSTEM, now)
    _tell_owner(offer, letters.undeliverable_facts(offer, trouble), now=now)


def _move(handoff: Handoff, state: str, *, only_from: list[str]) -> None:
    if not Handoff.objects.filter(pk=handoff.pk, state__in=only_from).update(state=state):
        raise TooLate(f"{handoff} can no longer become {state}")
    handoff.state = state


def _close(
    offer: Offer,
    state: str,
    *,
    only_from: list[str],
    now: datetime,
    before: datetime | None = None,
    reason: str = "",
) -> None:
    """Give an offer its last word; with `before`, only while its time to reply runs."""
    open_still = Offer.objects.filter(pk=offer.pk, state__in=only_from)
    if before is not None:
        open_still = open_still.filter(reply_by__gt=before)
    if not open_still.update(state=state, answered_at=now, reason=reason):
        raise TooLate(f"{offer} can no longer become {state}")
    offer.refresh_from_db(fields=["state", "answered_at", "reason"])


def _record(offer: Offer, kind: str, actor: str, now: datetime, *, note: str = "") -> None:
    HandoffEvent.objects.create(
        handoff_id=offer.handoff_id, offer=offer, kind=kind, actor=actor, note=note, happened_at=now
    )


def _tell_owner(offer: Offer, facts: dict[str, object], *, now: datetime) -> None:
    owner = offer.handoff.owner
    outbox.put(
        "answer",
        owner=owner,
        to=(owner.name, owner.email),
        key=f"answer-{offer.pk}-{offer.state}",
        facts=facts,
        now=now,
    )


def _tell_assistant(kind: str, offer: Offer, facts: dict[str, object], *, now: datetime) -> None:
    to = (offer.assistant.name, offer.assistant.email)
    outbox.put(kind, owner=offer.handoff.owner, to=to, key=f"{kind}-{offer.pk}", facts=facts, offer=offer, now=now)
