"""What the clock does to hand-offs: reminders, expiry, first and last days, the end of a trial."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q

from assistants import nonces
from assistants.models import Handoff, Offer, OutgoingEmail

from . import agreed, cascade, letters, moves, reply_times, tell
from .moves import Actor, Kind, State, TooLate

logger = logging.getLogger(__name__)
# Nowhere is the day further ahead than at UTC+14.
AHEAD_OF_UTC = timedelta(hours=14)
WITH = ("handoff__task", "handoff__owner", "assistant", "terms")
Row = TypeVar("Row", Handoff, Offer)


def run(*, now: datetime) -> None:
    """Everything that has come due; one bad row is not the others'."""
    expire_overdue(now=now)
    remind(now=now)
    start_due(now=now)
    end_due(now=now)
    ask_about_trials(now=now)
    nonces.forget(now=now)


def expire_overdue(*, now: datetime) -> None:
    """Close each offer whose time to reply has run out, ask the next, and tell its owner."""
    _each(Offer.objects.overdue(now).select_related(*WITH), lambda offer: expire(offer, now=now))


@transaction.atomic
def expire(offer: Offer, *, now: datetime) -> None:
    """Close one offer, and tell both whose turn it was. Raises TooLate if it is not overdue any more."""
    handoff = offer.handoff
    moves.hold(handoff, offer)
    event = moves.make(
        Kind.EXPIRED,
        handoff,
        offer,
        by=Actor.SYSTEM,
        now=now,
        only_if_offer=Q(reply_by__lte=now),
        offer_fields={"answered_at": now},
    )
    then = cascade.go_on(handoff, now=now)
    tell.owner(event, letters.expired(offer, then), now=now)
    tell.assistant(event, letters.closed(offer), now=now)


def remind(*, now: datetime) -> None:
    """Remind who has not answered, twice at most, and in their waking hours only."""

    def act(offer: Offer) -> None:
        if reply_times.is_reminder_due(offer, now):
            remind_of(offer, now=now)

    _each(Offer.objects.to_remind(now).select_related(*WITH).prefetch_related("assistant__absences"), act)


@transaction.atomic
def remind_of(offer: Offer, *, now: datetime) -> None:
    event = moves.make(
        Kind.REMINDED,
        offer.handoff,
        offer,
        by=Actor.SYSTEM,
        now=now,
        # What it reckons with may have moved since it was read: an answer gives more time, for one.
        only_if_offer=Q(reminders=offer.reminders, reply_by=offer.reply_by, has_question=False),
        offer_fields=reply_times.reminded(offer, now),
    )
    tell.assistant(event, letters.reminder(offer), now=now, kind="remind")


def start_due(*, now: datetime) -> None:
    """Start what was agreed once its first day has come where the owner lives."""
    taken = Offer.objects.filter(state=Offer.State.ACCEPTED, handoff__state=State.TAKEN).select_related(*WITH)
    soon = taken.filter(terms__starts_on__lte=(now + AHEAD_OF_UTC).date())

    def act(offer: Offer) -> None:
        if offer.terms.starts_on <= offer.handoff.owner.today(now):
            start(offer, now=now)

    _each(soon, act)


@transaction.atomic
def start(offer: Offer, *, now: datetime) -> None:
    """What was agreed begins, and its assistant gets the page again, unless the letter of that day said so."""
    moves.make(Kind.STARTED, offer.handoff, offer, by=Actor.SYSTEM, now=now)
    if not offer.begins_at_once:
        tell.assistant_by("start", offer, letters.start(offer), now=now)


def start_at_once(offer: Offer, *, now: datetime) -> None:
    """Of what was accepted this moment, on its first day: the page that comes then takes hours."""
    if offer.begins_at_once and offer.handoff.state == State.TAKEN:
        start(offer, now=now)


def end_due(*, now: datetime) -> None:
    """End what notice was given of, once its last day is over where the owner lives."""
    ending = Handoff.objects.agreed().filter(ends_on__lt=(now + AHEAD_OF_UTC).date()).select_related("owner", "task")

    def act(handoff: Handoff) -> None:
        if handoff.ends_on and handoff.ends_on < handoff.owner.today(now):
            agreed.end(handoff, now=now, by=Actor.SYSTEM)

    _each(ending, act)


def ask_about_trials(*, now: datetime) -> None:
    """Two days before a trial ends its owner is asked, once, to keep or to stop; nothing is decided for them."""
    soon = (now + AHEAD_OF_UTC).date() + Handoff.BEFORE_TRIAL_ENDS
    trials = Offer.objects.agreed().filter(handoff__stage=Handoff.Stage.TRIAL, handoff__trial_ends_on__lte=soon)
    ending = list(trials.filter(handoff__ends_on=None).select_related(*WITH))
    keys = {offer.pk: f"trial-{offer.pk}-{offer.handoff.trial_ends_on}" for offer in ending}
    asked = set(OutgoingEmail.objects.filter(key__in=keys.values()).values_list("key", flat=True))

    def act(offer: Offer) -> None:
        if offer.handoff.asks_to_keep(offer.handoff.owner.today(now)):
            with suppress(IntegrityError), transaction.atomic():  # another sweep asked that moment
                tell.owner_once(keys[offer.pk], offer, letters.trial_ends(offer), now=now)

    _each([offer for offer in ending if keys[offer.pk] not in asked], act)


def _each(rows: Iterable[Row], act: Callable[[Row], None]) -> None:
    for row in rows:
        try:
            act(row)
        except TooLate:
            continue  # an answer, or another sweep, came first
        except Exception:
            logger.exception("%s could not be seen to", row)
