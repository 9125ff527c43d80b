"""
What an owner may have sent to others: nobody makes a spam cannon of an installation.

What goes to the owner alone is not counted. At Send a limit is an error that says so; later, as when a hand-off
passes to the next person by itself, the email waits until there is room again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Count, Q

from assistants.models import OutgoingEmail
from assistants.models.mail import OutgoingEmailQuerySet
from tasks.models import Owner

DAY = timedelta(days=1)
# Seconds that an email waits before there may be room.
WAIT = 1800


class Reached(Exception):
    """No more for now; the message is the sentence for the owner."""


def check(owner: Owner, *addresses: str, now: datetime) -> None:
    """
    Raise Reached if a hand-off to those addresses must not leave: it would be more than a day may hold.

    Nor may it while nobody knows that the owner's own address is theirs.
    """
    if not settings.EMAIL_KEPT and not _is_confirmed(owner):
        raise Reached("Confirm your email address first: sign out and in again, and you get a link by email.")
    most, to_one, new = settings.MAILS_A_DAY, settings.MAILS_TO_ONE_A_DAY, settings.NEW_ADDRESSES_A_DAY
    written = _outward(owner).filter(written_at__gt=now - DAY)
    if written.count() + len(addresses) > most:
        raise Reached(f"In a day at most {most} emails go to assistants. Send it tomorrow.")
    if any(written.filter(to_email__iexact=address).count() >= to_one for address in addresses):
        raise Reached(f"In a day at most {to_one} emails go to one person. Send it tomorrow.")
    count = sum(_is_new(owner, address) for address in addresses)
    if count and _new_addresses(owner, now) + count > new:
        raise Reached(f"In a day you can write to at most {new} new people. Send it tomorrow.")


def is_reached(email: OutgoingEmail, *, now: datetime) -> bool:
    """Whether that email has to wait, since its owner's day, or its reader's, is full."""
    if email.offer_id is None:
        return False
    outward = _outward(email.owner).filter(sent_at__isnull=False)
    sent = outward.filter(sent_at__gt=now - DAY)
    mine = Count("pk", filter=Q(to_email__iexact=email.to_email))
    counts = sent.aggregate(all=Count("pk"), mine=mine)
    if counts["all"] >= settings.MAILS_A_DAY or counts["mine"] >= settings.MAILS_TO_ONE_A_DAY:
        return True
    if counts["mine"] or outward.filter(to_email__iexact=email.to_email).exists():
        return False
    # Also where nobody pressed Send: someone stands in, or an address was changed.
    known = outward.filter(sent_at__lte=now - DAY).values("to_email")
    new = sent.exclude(to_email__in=known).values("to_email").distinct().count()
    return bool(new >= settings.NEW_ADDRESSES_A_DAY)


def _is_confirmed(owner: Owner) -> bool:
    confirmed: bool = EmailAddress.objects.filter(user=owner, email__iexact=owner.email, verified=True).exists()
    return confirmed


def _outward(owner: Owner) -> OutgoingEmailQuerySet:
    never_left = Q(state=OutgoingEmail.State.SKIPPED, dots=0)
    return OutgoingEmail.objects.filter(owner=owner, offer__isnull=False).exclude(never_left)


def _is_new(owner: Owner, address: str) -> bool:
    return not _outward(owner).filter(to_email__iexact=address).exists()


def _new_addresses(owner: Owner, now: datetime) -> int:
    """How many addresses had their first email within the day."""
    before = _outward(owner).filter(written_at__lte=now - DAY)
    today = _outward(owner).filter(written_at__gt=now - DAY)
    return today.exclude(to_email__in=before.values("to_email")).values("to_email").distinct().count()
