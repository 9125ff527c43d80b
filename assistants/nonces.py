"""
Forms that were sent already: the same one again does nothing and gets the same answer.

Called inside the transaction of what the form does, so a form whose act failed can be sent again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tasks.models import Owner

from .models import Nonce, Offer

# How long an answer is kept at least.
KEPT = timedelta(days=2)
# How many are removed at once.
MOST = 500


class Reused(Exception):
    """The form was sent before, and said something else then."""


def of_owner(owner: Owner) -> str:
    """The actor that an owner is."""
    return f"owner-{owner.pk}"


def of_offer(offer: Offer) -> str:
    """The actor that the assistant of an offer is."""
    return f"offer-{offer.pk}"


def use(actor: str, nonce: str, body: str, now: datetime, result: str = "") -> str | None:
    """
    None the first time, and `result` is kept; the result kept then when it is sent again.

    `actor` is who sends it, by `of_owner` or `of_offer`, `body` what it says. Two at the
    same instant wait for each other. Another body with the same nonce raises Reused.
    """
    digest = hashlib.sha256(body.encode()).hexdigest()
    try:
        with transaction.atomic():
            Nonce.objects.create(actor=actor, nonce=nonce, digest=digest, result=result, used_at=now)
        return None
    except IntegrityError:
        before = Nonce.objects.get(actor=actor, nonce=nonce)
    if before.digest != digest:
        raise Reused
    return before.result


def keep(actor: str, nonce: str, result: str) -> None:
    """Write down the answer, once it is known."""
    Nonce.objects.filter(actor=actor, nonce=nonce).update(result=result)


def forget(*, now: datetime) -> None:
    """Remove those that nobody sends again, some hundred at a time; a sweep that finds none writes nothing."""
    old = list(Nonce.objects.filter(used_at__lt=now - KEPT).order_by("used_at").values_list("pk", flat=True)[:MOST])
    if old:
        Nonce.objects.filter(pk__in=old).delete()
