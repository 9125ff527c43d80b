"""
The assistant's own timer, on the page where they log hours: it works without a script.

What it measured becomes a line for each local day that it touched, in whole minutes. It
counts for no more than a day holds and the term allows; one that was forgotten is cut
there, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from assistants.handoff.moves import TooLate
from assistants.models import Handoff, Offer, WorkLog
from tasks import dates

from . import work_logs

MINUTE = 60
# A timer that runs longer than this was most likely left on.
LONG = timedelta(hours=10)


@transaction.atomic
def start(offer: Offer, *, now: datetime) -> None:
    """One that runs already goes on. TooLate when it does not run any more, or not yet."""
    work_logs.hold(offer)
    day, ends_on = work_logs.today(offer, now), work_logs.last_day(offer)
    if offer.state != Offer.State.ACCEPTED or offer.handoff.state != Handoff.State.ACTIVE:
        raise TooLate
    if day < offer.terms.starts_on or (ends_on and day > ends_on):
        raise TooLate
    if Offer.objects.filter(pk=offer.pk, timer_since=None).update(timer_since=now.replace(microsecond=0)):
        offer.refresh_from_db(fields=["timer_since"])


@transaction.atomic
def stop(offer: Offer, *, note: str = "", now: datetime) -> list[WorkLog]:
    """Stop it and log what it measured; nothing if none runs, or if it was less than half a minute."""
    work_logs.hold(offer)
    since = offer.timer_since
    if since is None:
        return []
    _clear(offer)
    if not work_logs.can_log(offer, now):
        raise TooLate
    lines, ends_on = [], work_logs.last_day(offer)
    for day, seconds in spans(since, now, offer.assistant.zone):
        is_in_term = offer.terms.starts_on <= day <= (ends_on or day)
        counted = min(_whole(seconds), work_logs.left_of(offer, day)) if is_in_term else 0
        if counted:
            lines.append(work_logs.add(offer, day, counted, note, now))
    return lines


@transaction.atomic
def discard(offer: Offer) -> None:
    """Throw away what it measured."""
    work_logs.hold(offer)
    _clear(offer)


def is_long(offer: Offer, now: datetime) -> bool:
    return offer.timer_since is not None and now - offer.timer_since > LONG


def spans(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """The local days between the two instants, with their seconds."""
    at, day = since, since.astimezone(zone).date()
    while at < until:
        end = min(dates.starts_at(day + timedelta(days=1), zone), until)
        if end > at:
            yield day, int((end - at).total_seconds())
        at, day = max(at, end), day + timedelta(days=1)


def _whole(seconds: int) -> int:
    """Half up to the minute."""
    return (seconds + MINUTE // 2) // MINUTE * MINUTE


def _clear(offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(timer_since=None)
    offer.timer_since = None
