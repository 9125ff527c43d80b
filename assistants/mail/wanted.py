"""Whether an email should still leave when its turn comes: much can happen between writing and sending."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from assistants.handoff import reply_times
from assistants.models import NeverMail, Offer, OutgoingEmail

# Domains that exist for examples only (RFC 2606, RFC 6761): the demo's people live there.
RESERVED = (".example.com", ".example.net", ".example.org", ".example", ".invalid", ".test", ".localhost")


def why_not(email: OutgoingEmail, now: datetime) -> str:
    """Why it should not leave after all; '' when it should."""
    if email.not_after and now >= email.not_after:
        return "it is too late for it"
    if email.offer and (reason := _stopped(email, email.offer, now)):
        return reason
    domain = email.to_email.lower().rpartition("@")[2]
    if not settings.EMAIL_KEPT and f".{domain}".endswith(RESERVED):
        return "the address is an example"
    return ""


def _stopped(email: OutgoingEmail, offer: Offer, now: datetime) -> str:
    if offer.assistant.erased_at:
        return "their data was erased"
    # Their own data they get all the same: it is they who ask for it.
    if email.kind != "data" and NeverMail.objects.has(email.to_email):
        return "they asked for no more mail"
    if email.kind in ("offer", "remind", "changed") and offer.state not in Offer.OPEN:
        return f"the offer is {offer.state}"
    if email.kind == "remind" and not reply_times.can_remind(offer, now):
        return "it is too late or too early to remind"
    if email.kind == "start" and offer.state != Offer.State.ACCEPTED:
        return f"the offer is {offer.state}"
    if email.kind == "withdrawn" and _never_left(offer):
        return "the offer never left"
    return ""


def _never_left(offer: Offer) -> bool:
    skipped = OutgoingEmail.objects.filter(offer=offer, kind="offer", state=OutgoingEmail.State.SKIPPED)
    return skipped.filter(dots=0, tries__lte=1).exists()
