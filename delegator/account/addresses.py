"""
Another address for an account: asked for here, confirmed from the mailbox it is to be, and told to the one it was.

The old address stays until then. Whether anyone here has the new one does not show: page and rows are the same, and
who has it is looked up when a worker renders the email to it. No secret is stored; the link is made then, too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.urls import reverse

from assistants import links
from assistants.mail import outbox
from assistants.models import OutgoingEmail
from delegator.models import AddressChange
from tasks.models import Owner, new_pid

# How long the link is good.
A_DAY = timedelta(hours=24)
PURPOSE = "delegator.addresses"


class Taken(Exception):
    """Another account has that address."""


class Gone(Exception):
    """The wish was called off, replaced by another one, or is too old."""


@transaction.atomic
def ask(owner: Owner, address: str, *, now: datetime) -> None:
    """Send a link to the new address, and a word to the old one; an earlier wish is replaced."""
    call_off(owner)
    pid = new_pid()
    AddressChange.objects.update_or_create(owner=owner, defaults={"email": address, "pid": pid, "asked_at": now})
    facts = {"first_name": owner.first_name, "address": address}
    # Without a name: the mailbox may be somebody else's, who is not to read who asked.
    to, named = ("", address), facts | {"pid": pid}
    outbox.put("address", owner=owner, to=to, key=f"address-{pid}", facts=named, now=now, not_after=now + A_DAY)
    old = (owner.name, owner.email)
    outbox.put("moving", owner=owner, to=old, key=f"moving-{pid}", facts=facts, now=now)


def waiting(owner: Owner, *, now: datetime) -> AddressChange | None:
    """What is asked for and can still be confirmed. One query."""
    return AddressChange.objects.filter(owner=owner, asked_at__gt=now - A_DAY).first()


def call_off(owner: Owner) -> bool:
    """Forget the wish, and keep its email here if it waits here still; False if there was none."""
    changes = list(AddressChange.objects.filter(owner=owner))
    for change in changes:
        email = OutgoingEmail.objects.filter(key=f"address-{change.pid}", state=OutgoingEmail.State.QUEUED)
        email.update(state=OutgoingEmail.State.SKIPPED, trouble="it was called off")
        change.delete()
    return bool(changes)


def token(pid: str) -> str:
    return Signer(salt=PURPOSE).sign(pid)


def found(owner: Owner, given: str, *, now: datetime) -> AddressChange | None:
    """The wish of that owner that a link confirms; None for anyone else's, and for what is no such link."""
    try:
        pid = Signer(salt=PURPOSE).unsign(given)
    except BadSignature:
        return None
    change = waiting(owner, now=now)
    return change if change and change.pid == pid else None


@transaction.atomic
def confirm(owner: Owner, change: AddressChange, *, now: datetime) -> None:
    """Make the new address theirs. Raises Gone if it is not wished any more, and Taken."""
    if not AddressChange.objects.filter(pk=change.pk, pid=change.pid).delete()[0]:
        raise Gone
    move(owner, change.email, now=now)


@transaction.atomic
def move(owner: Owner, address: str, *, now: datetime) -> None:
    """
    Change the address, tell the old one, and send all that waits to the new one. Raises Taken.

    Mail that stays on this computer proves nothing about an address, so there it is not confirmed by it.
    """
    old = owner.email
    try:
        with transaction.atomic():
            Owner.objects.filter(pk=owner.pk).update(email=address)
            EmailAddress.objects.filter(user=owner).delete()
            EmailAddress.objects.create(user=owner, email=address, verified=not settings.EMAIL_KEPT, primary=True)
    except IntegrityError:
        raise Taken from None
    owner.email = address
    unsent = OutgoingEmail.objects.waiting().filter(owner=owner, offer=None, to_email__same=old)
    unsent.filter(kind="verify").update(state=OutgoingEmail.State.SKIPPED, trouble="the address was changed")
    unsent.exclude(kind="moving").update(to_email=address)
    facts = {"first_name": owner.first_name, "address": address}
    outbox.put("moved", owner=owner, to=(owner.name, old), key=f"moved-{new_pid()}", facts=facts, now=now)


def forget(*, now: datetime) -> None:
    """Remove the wishes that nobody confirmed in time."""
    AddressChange.objects.filter(asked_at__lte=now - A_DAY).delete()


# --- Its letters -------------------------------------------------------------
def letter(email: OutgoingEmail) -> dict[str, Any]:
    """To the new address, with the link; if it has an account, a word that says so, in place of it."""
    address = email.facts["address"]
    if other := Owner.objects.filter(email__same=address).exclude(pk=email.owner_id).first():
        return known_letter({"first_name": other.first_name, "address": address, "is_move": True})
    path = reverse("address_confirm", args=[token(email.facts["pid"])])
    return email.facts | {"url": links.absolute(path)}


def known_letter(facts: dict[str, Any]) -> dict[str, Any]:
    """To an address that has an account already, which somebody wrote as theirs."""
    return facts | {
        "written_as": "known",
        "url": links.absolute(reverse("account_login")),
        "reset_url": links.absolute(reverse("account_reset_password")),
    }


def moving_letter(email: OutgoingEmail) -> dict[str, Any]:
    """To the old address, when it is asked for: a new password ends it, for whoever asked."""
    return email.facts | {"url": links.absolute(reverse("account_reset_password"))}


def moved_letter(email: OutgoingEmail) -> dict[str, Any]:
    """To the old address, when it is done."""
    return email.facts | {"site": settings.SITE_URL}
