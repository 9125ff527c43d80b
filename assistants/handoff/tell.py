"""Who hears of a move: the emails that go with it, in its transaction; and what becomes of an offer's own email."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from assistants.mail import outbox
from assistants.models import Assistant, HandoffEvent, NeverMail, Offer, OutgoingEmail
from tasks.models import Owner

from . import letters
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


def by_page(person: Assistant) -> str:
    """Of someone who stopped all mail, what the owner reads instead of that they know; else ''. One query."""
    if NeverMail.objects.has(person.email):
        return f"{person.first_name} wants no mail: they see this on their page."
    return ""


# --- The offer's own email --------------------------------------------------------
def offer(offer: Offer, *, now: datetime, due_at: datetime) -> OutgoingEmail:
    """Put it to its assistant; until it is due its owner can take it back."""
    return _put("offer", offer, letters.offered(offer), f"offer-{offer.pk}", now, due_at=due_at)


def stop_email(offer: Offer, why: str) -> bool:
    """Keep the offer's email here if it waits here still; what a worker has taken may have arrived."""
    return bool(_waiting(offer).update(state=OutgoingEmail.State.SKIPPED, trouble=why))


def leaves_at(offers: Sequence[Offer]) -> datetime | None:
    """When the first of the offers' emails is due, as long as all of them wait here. One query."""
    due = list(_waiting(*offers).values_list("due_at", flat=True))
    return min(due) if due and len(due) == len(offers) else None


def write_email_anew(offer: Offer) -> bool:
    """Let the offer's email say how the offer is now, if it waits here still."""
    return bool(_waiting(offer).update(facts=letters.offered(offer)))


def readdress_emails(offer: Offer) -> bool:
    """Send what waits or is tried again to the assistant's address of now; whether the offer itself is among it."""
    unsent = OutgoingEmail.objects.waiting().filter(offer=offer)
    address = {"to_name": offer.assistant.name, "to_email": offer.assistant.email}
    # The UPDATE decides: a worker may take it at this moment.
    was_waiting = bool(_waiting(offer).update(**address))
    unsent.update(**address)
    return was_waiting


def _waiting(*offers: Offer) -> QuerySet[OutgoingEmail]:
    keys = [f"offer-{offer.pk}" for offer in offers]
    return OutgoingEmail.objects.filter(key__in=keys, state=OutgoingEmail.State.QUEUED, tries=0)


def _put(
    kind: str, offer: Offer, facts: Facts, key: str, now: datetime, *, due_at: datetime | None = None
) -> OutgoingEmail:
    to, owner = (offer.assistant.name, offer.assistant.email), offer.handoff.owner
    return outbox.put(kind, owner=owner, to=to, key=key, facts=facts, offer=offer, now=now, due_at=due_at)


def _owner(to: Owner, key: str, facts: Facts, now: datetime) -> OutgoingEmail:
    return outbox.put("answer", owner=to, to=(to.name, to.email), key=key, facts=facts, now=now)
