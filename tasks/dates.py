"""
Days and moments: as people say them ("Thursday 15 October", "6 pm"), when they begin, how long they are.

The examples are the usual formats; whoever chose others in tasks/formats.py reads those.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from . import formats

# A local day, its first instant, and its seconds.
Span = tuple[date, datetime, int]

TZDATA = files("tzdata") / "zoneinfo"


def full(day: date) -> str:
    """Thursday 15 October, or Thursday, October 15"""
    return f"{day:%A}{_comma()} {long(day)}"


def full_dated(day: date) -> str:
    """Thursday 15 October 2026, or Thursday, October 15, 2026"""
    return f"{day:%A}{_comma()} {dated(day)}"


def long(day: date) -> str:
    """15 October, or October 15"""
    return _ordered(day, f"{day:%B}")


def dated(day: date) -> str:
    """15 October 2026, or October 15, 2026"""
    return f"{long(day)}{_comma()} {day.year}"


def weekday(day: date) -> str:
    """Thu"""
    return f"{day:%a}"


def short(day: date) -> str:
    """15 Oct, or Oct 15"""
    return _ordered(day, f"{day:%b}")


def short_dated(day: date) -> str:
    """15 Oct 2026, or Oct 15, 2026"""
    return f"{short(day)}{_comma()} {day.year}"


def span(first: date, last: date) -> str:
    """5 to 11 October, 28 September to 4 October, 5 October for one day; with both years where they differ."""
    if first == last:
        return long(first)
    if first.year != last.year:
        return f"{dated(first)} to {dated(last)}"
    if first.month != last.month:
        return f"{long(first)} to {long(last)}"
    return f"{long(first)} to {last.day}" if formats.current().is_month_first else f"{first.day} to {long(last)}"


def span_dated(first: date, last: date) -> str:
    """5 to 11 October 2026"""
    return span(first, last) if first.year != last.year else f"{span(first, last)}{_comma()} {last.year}"


def _ordered(day: date, month: str) -> str:
    return f"{month} {day.day}" if formats.current().is_month_first else f"{day.day} {month}"


def _comma() -> str:
    """What stands before a year, and after a weekday."""
    return "," if formats.current().is_month_first else ""


def clock(at: datetime, zone: ZoneInfo) -> str:
    """6 pm, or 7:02 am, noon and midnight; or 18:00"""
    local = at.astimezone(zone)
    if formats.current().has_24_hours:
        return f"{local:%H:%M}"
    if not local.hour % 12 and not local.minute:  # whether 12 am is noon is known to few
        return "noon" if local.hour else "midnight"
    hour = local.hour % 12 or 12
    minutes = f":{local:%M}" if local.minute else ""
    return f"{hour}{minutes} {'am' if local.hour < 12 else 'pm'}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Tuesday 20 October, 6 pm; beside a day midnight is 0:00, since it could be the one that ends it"""
    said = clock(at, zone)
    return f"{full(at.astimezone(zone).date())}, {'0:00' if said == 'midnight' else said}"


def starts_at(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, whose local date is that day; midnight itself may not exist there."""
    at = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    # A midnight inside a gap comes out before the day began or after: walk to its first instant.
    while at.astimezone(zone).date() >= day:
        at -= timedelta(minutes=15)
    while at.astimezone(zone).date() < day:
        at += timedelta(minutes=15)
    return at


def spans(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """The local days between the two instants: each with its first instant and its seconds."""
    at, day = since, since.astimezone(zone).date()
    while at < until:
        end = min(starts_at(day + timedelta(days=1), zone), until)
        if end > at:
            yield day, at, int((end - at).total_seconds())
            at = end
        day += timedelta(days=1)


def from_local(text_at: datetime, zone: ZoneInfo, *, second: bool = False) -> tuple[datetime, bool]:
    """
    The instant of a local time, and whether it had to be moved.

    A time that the clocks left out becomes the first real one after it. Of one that came
    twice it is the first, or the `second` if the owner says so.
    """
    local = text_at.replace(tzinfo=zone, fold=int(second))
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == text_at:
        return at, False
    # In a gap the two readings lie on either side of it; the later one walks back to its edge.
    at = max(text_at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    before = text_at.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    while (at - timedelta(minutes=1)).astimezone(zone).utcoffset() != before:
        at -= timedelta(minutes=1)
    return at.replace(second=0), True


def at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The instant of that hour there, or the first real one after it where the clocks leave it out."""
    return from_local(datetime.combine(day, hour), zone)[0]


def length(day: date, zone: ZoneInfo) -> int:
    """Seconds in that local day: 21 to 27 h, from the zone, never 24 by decree."""
    return int((starts_at(day + timedelta(days=1), zone) - starts_at(day, zone)).total_seconds())


def since(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """2:30 pm, or with its day if that is not today."""
    same_day = at.astimezone(zone).date() == now.astimezone(zone).date()
    return clock(at, zone) if same_day else moment(at, zone)


@cache
def zones() -> tuple[str, ...]:
    """The time zones one can live in, each by the one name that tzdata's table of countries has for it."""
    table = (TZDATA / "zone.tab").read_text().splitlines()
    return (*sorted(line.split("\t")[2] for line in table if not line.startswith("#")), "UTC")


def canonical(name: str) -> str:
    """The name in use of a zone, also for an older one such as US/Pacific or Europe/Kiev; "" for what is none."""
    if name in zones():
        return name
    now_called = _older_names().get(name, "") if "/" in name else ""
    return now_called if now_called in zones() else ""


@cache
def _older_names() -> dict[str, str]:
    links = [line.split() for line in (TZDATA / "tzdata.zi").read_text().splitlines() if line.startswith("L ")]
    return {old: new for _, new, old in links} | {"Etc/UTC": "UTC"}
