"""
What an owner may have sent to others: nobody makes a spam cannon of an installation.

What goes to the owner alone is not counted. At Send a limit is an error that says so; later, as when a hand-off
passes to the next person by itself, the email waits until there is room again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import DateTimeField, EmailField, Q, QuerySet
from django.db.models.functions import Lower

from assistants.models import OutgoingEmail
from tasks.models import Owner
from tasks.prepared import Prepared, given

DAY = timedelta(days=1)
# Seconds that an email waits before there may be room.
WAIT = 1800


def _outward(owner: Any) -> QuerySet[OutgoingEmail, str]:
    """To whom the emails of the owner with that id went, or will, in small letters."""
    never_left = Q(state=OutgoingEmail.State.SKIPPED, dots=0)
    outward = OutgoingEmail.objects.filter(owner_id=owner, offer__isnull=False).exclude(never_left)
    return outward.annotate(address=Lower("to_email")).order_by().values_list("address", flat=True)


def _confirmed() -> QuerySet[EmailAddress]:
    theirs = EmailAddress.objects.filter(user_id=given("owner"), verified=True).annotate(lower=Lower("email"))
    found: QuerySet[EmailAddress] = theirs.filter(lower=Lower(given("address", EmailField())))
    return found


CONFIRMED = Prepared(_confirmed)
WRITTEN = Prepared(lambda: _outward(given("owner")).filter(written_at__gt=given("since", DateTimeField())))
SENT = Prepared(lambda: _outward(given("owner")).filter(sent_at__gt=given("since", DateTimeField())))


class Reached(Exception):
    """No more for now; the message is the sentence for the owner."""


def check(owner: Owner, *addresses: str, now: datetime) -> None:
    """
    Raise Reached if a hand-off to those addresses must not leave: it would be more than a day may hold.

    Nor may it while nobody knows that the owner's own address is theirs.
    """
    if not settings.EMAIL_KEPT and not CONFIRMED.rows(owner=owner.pk, address=owner.email):
        raise Reached("Confirm your email address first: sign out and in again, and you get a link by email.")
    most, to_one, new = settings.MAILS_A_DAY, settings.MAILS_TO_ONE_A_DAY, settings.NEW_ADDRESSES_A_DAY
    wanted = [address.lower() for address in addresses]
    today = Counter(WRITTEN.flat(owner=owner.pk, since=now - DAY))
    if today.total() + len(wanted) > most:
        raise Reached(f"In a day at most {most} emails go to assistants. Send it tomorrow.")
    if any(today[address] >= to_one for address in wanted):
        raise Reached(f"In a day at most {to_one} emails go to one person. Send it tomorrow.")
    written_to = {*wanted, *today}
    if len(written_to) <= new:
        return  # whoever they are, there is room
    known = _known(owner.pk, written_to, written_at__lte=now - DAY)
    if not known.union(today).issuperset(wanted) and len(written_to - known) > new:
        raise Reached(f"In a day you can write to at most {new} new people. Send it tomorrow.")


def is_reached(email: OutgoingEmail, *, now: datetime) -> bool:
    """Whether that email has to wait, since its owner's day, or its reader's, is full."""
    if email.offer_id is None:
        return False
    address, most_new = email.to_email.lower(), settings.NEW_ADDRESSES_A_DAY
    today = Counter(SENT.flat(owner=email.owner_id, since=now - DAY))
    if today.total() >= settings.MAILS_A_DAY or today[address] >= settings.MAILS_TO_ONE_A_DAY:
        return True
    if address in today or len(today) < most_new:
        return False
    # Also where nobody pressed Send: someone stands in, or an address was changed.
    known = _known(email.owner_id, {address, *today}, sent_at__lte=now - DAY)
    return address not in known and len(today.keys() - known) >= most_new


def _known(owner_id: int, addresses: Collection[str], **before: datetime) -> set[str]:
    """Which of these addresses had an email before."""
    outward: Any = _outward(owner_id)  # what is annotated is not known to the types any more
    return set(outward.filter(address__in=addresses, **before).distinct())
