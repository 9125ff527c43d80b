"""
The assistant's own timer, on the page where they log hours: it works without a script.

What it measured becomes a line for each local day that it touched, in whole minutes. It
counts for no more than a day holds and the term allows. One that ran longer than anybody
works in one go was forgotten: it writes nothing until they say when work really ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from assistants.handoff import moves
from assistants.handoff.moves import TooLate
from assistants.models import Handoff, Offer, WorkLog
from tasks import dates

from . import work_logs

MINUTE = 60
# A timer that runs longer than this was left on; nor can work be said to have ended later than so.
LONGEST = timedelta(hours=16)


class Forgotten(Exception):
    """It ran too long to be believed: first say when work ended, or throw it away."""


class NotThen(ValueError):
    """Work cannot have ended then; the text is the sentence for the reader."""


@transaction.atomic
def start(offer: Offer, *, now: datetime) -> None:
    """One that runs already goes on. TooLate when it does not run any more, or not yet."""
    moves.hold(offer.handoff, offer)
    day, ends_on = offer.assistant.today(now), work_logs.last_day(offer)
    if offer.state != Offer.State.ACCEPTED or offer.handoff.state != Handoff.State.ACTIVE:
        raise TooLate
    if day < offer.terms.starts_on or (ends_on and day > ends_on):
        raise TooLate
    if Offer.objects.filter(pk=offer.pk, timer_since=None).update(timer_since=now.replace(microsecond=0)):
        offer.refresh_from_db(fields=["timer_since"])


@transaction.atomic
def stop(
    offer: Offer, *, until: datetime | None = None, only: datetime | None = None, note: str = "", now: datetime
) -> list[WorkLog]:
    """
    Stop it and log what it measured; nothing if none runs, or if it was less than half a minute.

    `until` is when work ended, where they say so, and then `only` is the start of the timer
    that was asked about: another one is left alone. Raises Forgotten for one that ran too
    long when they do not say, NotThen for a time that cannot be, and TooLate.
    """
    work_logs.hold_day(offer)
    since = offer.timer_since
    if since is None or only not in (None, since):
        return []
    if until is None and is_forgotten(offer, now):
        raise Forgotten
    if until is not None:
        _check(offer, since, until, now)
    if not work_logs.can_log(offer, now):
        raise TooLate
    _clear(offer)
    lines, ends_on = [], work_logs.last_day(offer)
    for day, _, seconds in dates.spans(since, until or now, offer.assistant.zone):
        is_in_term = offer.terms.starts_on <= day <= (ends_on or day)
        counted = min(_whole(seconds), work_logs.left_of(offer, day)) if is_in_term else 0
        if counted:
            lines.append(work_logs.add(offer, day, counted, note, now))
    return lines


@transaction.atomic
def discard(offer: Offer, *, only: datetime | None = None) -> None:
    """Throw away what it measured; with `only`, if it is still the one that started then."""
    moves.hold(offer.handoff, offer)
    if only in (None, offer.timer_since):
        _clear(offer)


def is_forgotten(offer: Offer, now: datetime) -> bool:
    return offer.timer_since is not None and now - offer.timer_since > LONGEST


def is_too_short(since: datetime, until: datetime) -> bool:
    """Whether it comes to no minute at all."""
    return not _whole(int((until - since).total_seconds()))


def _check(offer: Offer, since: datetime, until: datetime, now: datetime) -> None:
    zone = offer.assistant.zone
    if until < since:
        raise NotThen(f"It was started on {dates.moment(since, zone)}, so work cannot have ended before that.")
    if until > now:
        raise NotThen(f"It is {dates.moment(now, zone)} now, so write a time before that.")
    if until - since > LONGEST:
        raise NotThen("That is more than 16 hours after it started. Throw it away, and log each day by hand.")


def _whole(seconds: int) -> int:
    """Half up to the minute."""
    return (seconds + MINUTE // 2) // MINUTE * MINUTE


def _clear(offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(timer_since=None)
    offer.timer_since = None
