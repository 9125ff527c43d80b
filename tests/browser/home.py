"""Where the owners of these tests live: where it is day, so that what takes hours stays within one date."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# Twelve hours apart, and neither knows a summer time.
ZONES = ("America/Phoenix", "Asia/Karachi")
FIRST_HOUR, END = 8, 20


def where_it_is_day(now: datetime) -> ZoneInfo:
    (zone,) = (zone for zone in map(ZoneInfo, ZONES) if FIRST_HOUR <= now.astimezone(zone).hour < END)
    return zone


HOME = where_it_is_day(datetime.now(UTC))
