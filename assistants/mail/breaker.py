"""
When the mail server is left alone: it is away, lets us in no more, or refuses mail to everyone.

That is nobody's email's doing, so it costs none a try. One row in the database says it to all workers, and each
rest is twice as long as the one before, until mail leaves again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, F, Q, QuerySet

from assistants.models import Pump
from tasks.models import Owner
from tasks.prepared import PreparedUpdate, given

logger = logging.getLogger(__name__)
# Refusals to so many domains, with nothing taken in between, are no longer about the addresses.
SUSPICIOUS = 3
MOST_REMEMBERED = 20
# Rests in a row, half an hour of them: by then an operator has been told.
LONG_SERIES = 8


def _what_it_refused() -> tuple[QuerySet[Pump], dict[str, Any]]:
    fine = Q(failures=0, refused=[])
    rows = Pump.objects.exclude(fine).exclude(rests_until__gt=given("now", DateTimeField()))
    return rows, {"failures": 0, "refused": [], "trouble": ""}


FORGET = PreparedUpdate(_what_it_refused)


def is_open(now: datetime) -> bool:
    """Whether nothing may leave now: mail is held, or the server is left alone."""
    return Pump.objects.closed(now).exists()


def rest(why: str, *, now: datetime) -> datetime:
    """Leave the mail server alone from now on; until when."""
    pump = Pump.row()
    first, longest = settings.BREAKER
    until = now + timedelta(seconds=min(first * 2 ** min(pump.failures, 16), longest))
    # Of several workers that found out at once, one makes it longer.
    same = Pump.objects.filter(Q(rests_until=None) | Q(rests_until__lte=now), pk=pump.pk, failures=pump.failures)
    if same.update(rests_until=until, failures=F("failures") + 1, trouble=why[:200]):
        logger.error("mail waits until %s: %s", until.isoformat(timespec="seconds"), why)
        return until
    return Pump.row().rests_until or until


def refused(owner_id: int, address: str, *, is_again: bool) -> bool:
    """
    Note a refusal that may not be about the email; True while it looks as if the server took none from anybody.

    One owner's emails prove nothing where there are others: they can all be spam. `is_again`: this email was refused
    before; after a long series of rests it is believed to be about that.
    """
    pump = Pump.row()
    mark = f"{owner_id}@{address.rpartition('@')[2].lower()}"
    if mark not in pump.refused:
        pump.refused = sorted({*pump.refused, mark})[-MOST_REMEMBERED:]
        pump.save(update_fields=["refused"])
    owners = {each.partition("@")[0] for each in pump.refused}
    domains = {each.partition("@")[2] for each in pump.refused}
    is_alone = not Owner.objects.filter(is_active=True).exclude(pk=owner_id).exists()
    if is_again and pump.failures >= LONG_SERIES:
        return False
    return len(domains) >= SUSPICIOUS and (len(owners) > 1 or is_alone)


def mail_left(now: datetime) -> None:
    """The server takes mail: forget what it refused. A rest stands: another worker found out later than we did."""
    FORGET.run(now=now)


def forget(owner_id: int, domain: str = "") -> None:
    """Take out of what was refused all of an owner who is erased, or of them the domain of a person who is."""
    pump = Pump.objects.exclude(refused=[]).first()
    if pump is None:
        return
    mark = f"{owner_id}@{domain.lower()}"
    kept = [each for each in pump.refused if (each != mark if domain else not each.startswith(mark))]
    if kept != pump.refused:
        Pump.objects.filter(pk=pump.pk).update(refused=kept)
