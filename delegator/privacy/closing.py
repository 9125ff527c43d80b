"""
Closing an account: at the press of the button all that belongs to the owner is erased, in one transaction.

What is left is the last letters to assistants, if there are any. They hang on an owner without a name, made for
them alone, and go with it as soon as they have left, or after five days: so the owner, and their address, are free
of this installation at once, and no mail is lost to a server that is away.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction

from assistants import links, nonces
from assistants.mail import breaker, outbox
from assistants.models import Nonce, Offer, OutgoingEmail
from delegator.models import ClosedAccount, ClosedLink, ResetRequest
from tasks.models import Owner, new_pid

from . import farewells
from .farewells import Farewell

# As long as mail servers go on trying.
LETTERS_WAIT = timedelta(days=5)
# How long a private link says that its owner has left, before it is one like any that never was.
LINKS_SAY_SO = timedelta(days=90)
# A row that somebody writes between our look and our end makes the database refuse it all; a new look finds the row.
TRIES = 5


def close(owner: Owner, *, now: datetime) -> None:
    """Tell who has to know, and erase everything; of an account that is gone already nothing is left to do."""
    for left in reversed(range(TRIES)):
        try:
            return _close(owner.pk, now)
        except (IntegrityError, OperationalError):
            if not left:
                raise
    return None


@transaction.atomic
def _close(pk: int, now: datetime) -> None:
    owner = Owner.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if owner is None:
        return
    letters = farewells.of(owner)
    offers = Offer.objects.filter(handoff__owner=owner).exclude(sent_at=None, state=Offer.State.WITHDRAWN)
    gone = [ClosedLink(pid=pid, epoch=epoch, closed_at=now) for pid, epoch in offers.values_list("pid", "epoch")]
    erase(owner)
    ClosedLink.objects.bulk_create(gone, batch_size=500)
    if letters:
        _put(letters, now)


@transaction.atomic
def erase(owner: Owner) -> None:
    """Remove the owner with all that is theirs, mail that waits too, and tell nobody."""
    actors = [nonces.of_owner(owner), *map(nonces.of_offer, Offer.objects.filter(handoff__owner=owner))]
    Nonce.objects.filter(actor__in=actors).delete()
    ResetRequest.objects.filter(email__same=owner.email).delete()
    breaker.forget(owner.pk)
    owner.delete()


def _put(letters: list[Farewell], now: datetime) -> None:
    nobody = Owner(email=f"closed-{new_pid()}@invalid", name="A closed account", is_active=False, wants_summary=False)
    nobody.set_unusable_password()
    nobody.save()
    ClosedAccount.objects.create(owner=nobody, closed_at=now)
    for letter in letters:
        outbox.put(
            "closed",
            owner=nobody,
            to=(letter.name, letter.email),
            key=f"closed-{new_pid()}",
            facts=letter.facts,
            now=now,
            not_after=now + LETTERS_WAIT,
        )


def forget(*, now: datetime, most: int) -> int:
    """Remove last letters that are over, and with the last one of an account what they hung on; how many rows."""
    removed = 0
    for account in ClosedAccount.objects.select_related("owner").order_by("pk")[:most]:
        letters = OutgoingEmail.objects.filter(owner=account.owner_id)
        if account.closed_at + LETTERS_WAIT > now:
            removed += letters.over().delete()[0]
            if letters.exists():
                continue
        account.owner.delete()
        removed += 1
    return removed


def has_closed(path: str) -> bool:
    """Whether the address is that of a private link, a true one, whose owner closed the account lately."""
    token = next((part for part in path.split("/") if links.SHAPE.fullmatch(part)), "")
    link = ClosedLink.objects.filter(pk=token.partition(".")[0]).first() if token else None
    if link is None:
        return False
    purposes: tuple[links.Purpose, ...] = ("offer", "unsubscribe")
    return any(links.proves(token, purpose, link.pid, link.epoch) for purpose in purposes)
