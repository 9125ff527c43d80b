"""
What an owner may have sent to others: nobody makes a spam cannon of an installation.

What goes to the owner alone is not counted. At Send a limit is an error that says so; later, as when a hand-off
passes to the next person by itself, the email waits until there is room again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Lower

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
    wanted = [address.lower() for address in addresses]
    today = Counter(_addresses(_outward(owner).filter(written_at__gt=now - DAY)))
    if today.total() + len(wanted) > most:
        raise Reached(f"In a day at most {most} emails go to assistants. Send it tomorrow.")
    if any(today[address] >= to_one for address in wanted):
        raise Reached(f"In a day at most {to_one} emails go to one person. Send it tomorrow.")
    written_to = {*wanted, *today}
    known = set(_addresses(_outward(owner).filter(written_at__lte=now - DAY), among=written_to))
    if not known.union(today).issuperset(wanted) and len(written_to - known) > new:
        raise Reached(f"In a day you can write to at most {new} new people. Send it tomorrow.")


def is_reached(email: OutgoingEmail, *, now: datetime) -> bool:
    """Whether that email has to wait, since its owner's day, or its reader's, is full."""
    if email.offer_id is None:
        return False
    address, outward = email.to_email.lower(), _outward(email.owner)
    today = Counter(_addresses(outward.filter(sent_at__gt=now - DAY)))
    if today.total() >= settings.MAILS_A_DAY or today[address] >= settings.MAILS_TO_ONE_A_DAY:
        return True
    if address in today:
        return False
    # Also where nobody pressed Send: someone stands in, or an address was changed.
    known = set(_addresses(outward.filter(sent_at__lte=now - DAY), among={address, *today}))
    return address not in known and len(today.keys() - known) >= settings.NEW_ADDRESSES_A_DAY


def _is_confirmed(owner: Owner) -> bool:
    confirmed: bool = EmailAddress.objects.filter(user=owner, email__iexact=owner.email, verified=True).exists()
    return confirmed


def _outward(owner: Owner) -> OutgoingEmailQuerySet:
    never_left = Q(state=OutgoingEmail.State.SKIPPED, dots=0)
    return OutgoingEmail.objects.filter(owner=owner, offer__isnull=False).exclude(never_left)


def _addresses(emails: OutgoingEmailQuerySet, *, among: Collection[str] | None = None) -> Iterable[str]:
    """To whom they go, in small letters; those `among` these once each."""
    of = emails.annotate(address=Lower("to_email")).order_by().values_list("address", flat=True)
    return of if among is None else of.filter(address__in=among).distinct()
