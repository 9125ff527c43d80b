"""Whether somebody still looks for what is due: without it mail waits, and nobody would know."""

from __future__ import annotations

from datetime import datetime, timedelta

from assistants.models import Pump

# Many sweeps; who has not looked for so long does not look at all.
LONG = timedelta(seconds=120)


def beat(now: datetime) -> None:
    if not Pump.objects.filter(pk=1).update(swept_at=now):
        Pump.objects.get_or_create(pk=1, defaults={"swept_at": now})


def is_heard(now: datetime) -> bool:
    return Pump.objects.filter(swept_at__gt=now - LONG).exists()
