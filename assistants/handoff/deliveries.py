"""What becomes of an offer when its email has left, or came back."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import F

from assistants.models import Offer, OutgoingEmail

from . import cascade, letters, moves, reply_times, tell
from .moves import Actor, Kind, TooLate


def hear_of(email: OutgoingEmail, now: datetime) -> None:
    """An email has left or never will; an offer's state follows, in the same transaction."""
    offer = email.offer
    if email.kind != "offer" or offer is None:
        return
    with suppress(TooLate):  # it was answered before, or nobody waits for it any more
        # Where nobody knows, it counts as there: who holds the link can answer.
        if email.state in (OutgoingEmail.State.SENT, OutgoingEmail.State.UNKNOWN):
            _left(offer, now=now)
        else:
            _came_back(offer, email.trouble, now=now)


@transaction.atomic
def _left(offer: Offer, *, now: datetime) -> None:
    lost = reply_times.late_by(offer, offer.handoff.seconds_to_reply, now)
    later = {"reply_by": F("reply_by") + lost} if lost else {}
    moves.make(Kind.DELIVERED, offer.handoff, offer, by=Actor.SYSTEM, now=now, offer_fields={"sent_at": now, **later})


@transaction.atomic
def _came_back(offer: Offer, trouble: str, *, now: datetime) -> None:
    handoff = offer.handoff
    event = moves.make(
        Kind.UNDELIVERABLE, handoff, offer, by=Actor.SYSTEM, now=now, offer_fields={"answered_at": now}
    )
    then = cascade.go_on(handoff, now=now)
    tell.owner(event, letters.undeliverable(offer, trouble, then), now=now)
