"""
When the mail server is left alone: it is away, lets us in no more, or refuses mail to everyone.

That is nobody's email's doing, so it costs none a try. One row in the database says it to all workers, and each
rest is twice as long as the one before, until mail leaves again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from assistants.models import Pump

logger = logging.getLogger(__name__)
# Refusals to so many domains, with nothing taken in between, are no longer about the addresses.
SUSPICIOUS = 3


def is_open(now: datetime) -> bool:
    """Whether nothing may leave now: mail is held, or the server is left alone."""
    return Pump.objects.filter(Q(held_at__isnull=False) | Q(rests_until__gt=now)).exists()


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


def refused(domain: str, *, now: datetime) -> bool:
    """Note a refusal that may not be about the address; True once there are too many to believe that."""
    pump = Pump.row()
    if domain not in pump.refused:
        pump.refused = sorted({*pump.refused, domain})[:SUSPICIOUS]
        pump.save(update_fields=["refused"])
    return len(pump.refused) >= SUSPICIOUS


def mail_left() -> None:
    """The server takes mail: forget what it refused."""
    fine = Q(failures=0, refused=[])
    Pump.objects.exclude(fine).update(failures=0, refused=[], rests_until=None, trouble="")
