"""
Links asked for anew by someone who lost theirs: an address is typed, and mail goes to the address on file only.

Whether anyone here has that address must not show. So the page writes the same row for each
address and looks nothing up; a worker does, and writes one email for each owner.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from assistants.mail import outbox
from assistants.models import Assistant, LinkRequest, NeverMail
from assistants.roster import people

from . import person_letters

logger = logging.getLogger(__name__)
# For one address.
MOST = 3
AN_HOUR = timedelta(hours=1)


@transaction.atomic
def ask(address: str, *, now: datetime) -> None:
    """Note that links were asked for; after three times in an hour nothing happens. The same queries for anyone."""
    email = address.lower()
    LinkRequest.objects.bulk_create([LinkRequest(email=email, since=now)], ignore_conflicts=True)
    row = LinkRequest.objects.filter(email=email)
    row.filter(since__lte=now - AN_HOUR).update(since=now, times=0)
    row.filter(times__lt=MOST).update(times=F("times") + 1, asked_at=now)


def answer_due(*, now: datetime) -> None:
    """Send the links to those who have some, and forget what was asked an hour ago."""
    for request in LinkRequest.objects.filter(asked_at__isnull=False):
        try:
            _answer(request, now=now)
        except Exception:  # one bad row is not the others'
            logger.exception("links asked for could not be sent, row %s", request.pk)
    LinkRequest.objects.filter(asked_at=None, since__lte=now - AN_HOUR).delete()


@transaction.atomic
def _answer(request: LinkRequest, *, now: datetime) -> None:
    # Of two workers one changes the row, and writes the emails.
    asked = LinkRequest.objects.filter(pk=request.pk, asked_at=request.asked_at)
    if not asked.update(asked_at=None) or NeverMail.objects.has(request.email):
        return
    for person in Assistant.objects.here().filter(email__same=request.email).select_related("owner"):
        offer = people.held_by(person, now=now).last()
        if offer:
            outbox.put(
                "renew",
                owner=person.owner,
                to=(person.name, person.email),
                key=f"renew-{person.pk}-{request.asked_at:%Y%m%d%H%M%S%f}",
                facts=person_letters.links_anew(offer),
                offer=offer,
                now=now,
            )
