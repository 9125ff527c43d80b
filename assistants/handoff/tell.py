"""Who hears of a move: the emails that go with it, in its transaction."""

from __future__ import annotations

from datetime import datetime

from assistants.mail import outbox
from assistants.models import HandoffEvent, Offer, OutgoingEmail
from tasks.models import Owner

from .letters import Facts


def owner(event: HandoffEvent, facts: Facts, *, now: datetime) -> OutgoingEmail:
    """Tell the owner what happened."""
    return _owner(event.handoff.owner, f"answer-{event.pk}", facts, now)


def owner_once(key: str, offer: Offer, facts: Facts, *, now: datetime) -> OutgoingEmail:
    """Tell the owner something that is no move; the second time raises IntegrityError."""
    return _owner(offer.handoff.owner, key, facts, now)


def assistant(event: HandoffEvent, facts: Facts, *, now: datetime, kind: str = "news") -> OutgoingEmail:
    """Tell the assistant, with their link."""
    if event.offer is None:
        raise ValueError(f"{event}: an email to an assistant is about an offer")
    return _put(kind, event.offer, facts, f"{kind}-{event.pk}", now)


def assistant_by(kind: str, offer: Offer, facts: Facts, *, now: datetime) -> OutgoingEmail:
    """Tell the assistant by a letter of its own, once an offer."""
    return _put(kind, offer, facts, f"{kind}-{offer.pk}", now)


def _put(kind: str, offer: Offer, facts: Facts, key: str, now: datetime) -> OutgoingEmail:
    to = (offer.assistant.name, offer.assistant.email)
    return outbox.put(kind, owner=offer.handoff.owner, to=to, key=key, facts=facts, offer=offer, now=now)


def _owner(to: Owner, key: str, facts: Facts, now: datetime) -> OutgoingEmail:
    return outbox.put("answer", owner=to, to=(to.name, to.email), key=key, facts=facts, now=now)
