"""
Forgotten passwords: a link is asked for by an address, and goes to it if there is an account.

Whether there is one must not show, also not by the time that the page takes. So the page writes the same row for each
address and looks nothing up; a job does, and writes the email.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from assistants.mail import outbox
from delegator.models import ResetRequest
from tasks.models import Owner, new_pid

logger = logging.getLogger(__name__)
AT_ONCE = 500


def ask(address: str, *, now: datetime) -> None:
    """Note that a link was asked for. The same query for anyone; asked again before the job has looked it is one."""
    ResetRequest.objects.bulk_create([ResetRequest(email=address.lower(), asked_at=now)], ignore_conflicts=True)


def answer_due(*, now: datetime) -> None:
    """Write to those who have an account, the oldest first, and forget what was asked."""
    for request in ResetRequest.objects.order_by("asked_at", "pk")[:AT_ONCE]:
        try:
            _answer(request, now=now)
        except Exception:  # one bad row is not the others'
            logger.exception("a new password could not be answered, row %s", request.pk)


@transaction.atomic
def _answer(request: ResetRequest, *, now: datetime) -> None:
    # Of two jobs one removes the row, and writes the email.
    if not ResetRequest.objects.filter(pk=request.pk).delete()[0]:
        return
    for owner in Owner.objects.filter(email__same=request.email, is_active=True):
        # Never to what was typed: a database takes letters of other scripts for ours, and such a domain is another's.
        facts = {"first_name": owner.first_name, "address": owner.email}
        to = (owner.name, owner.email)
        outbox.put("reset", owner=owner, to=to, key=f"reset-{new_pid()}", facts=facts, now=now)
