"""
How long an assistant has to reply: when it stands still, goes on, and is worth a reminder.

It reads no clock, and of rows only the days on which the assistant is away: no query where
those were fetched with the offer, `prefetch_related("assistant__absences")`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from assistants.models import Offer
from assistants.roster import absences

# What the owner's answer gives an assistant at least to think it over.
TO_THINK = timedelta(hours=24)
# How long the time stands still at most, while it is the owner who thinks about a change.
PAUSE = timedelta(hours=72)
# The first reminder comes at half time, the second that long before the end; none with less than four hours left.
LAST_CALL = timedelta(hours=4, minutes=15)
LEAST_LEFT = timedelta(hours=4)
# Two that come closer to each other are one too many.
APART = timedelta(hours=2)
# When nobody is reminded, on the assistant's own clock.
QUIET_FROM, QUIET_UNTIL = time(20), time(8)


def after_answer(offer: Offer, now: datetime) -> datetime:
    return max(offer.reply_by, now + TO_THINK)


def paused(offer: Offer, now: datetime) -> dict[str, Any]:
    """The fields of an offer whose time stands still from now on."""
    return {"paused_at": now, "reply_by": offer.reply_by + PAUSE}


def resumed(offer: Offer, now: datetime, *, at_least: timedelta = TO_THINK) -> dict[str, Any]:
    """
    The fields of an offer whose time goes on from where it stood still; after an answer a day at least.

    Raises ValueError for one whose time runs.
    """
    if offer.paused_at is None:
        raise ValueError(f"{offer}: its time runs")
    left = offer.reply_by - PAUSE - offer.paused_at
    return {"paused_at": None, "reply_by": now + max(left, at_least)}


def late_by(offer: Offer, seconds_to_reply: int, now: datetime) -> timedelta:
    """What an offer's email spent in our own hands; a moment of it is nobody's loss."""
    waited = now - (offer.reply_by - timedelta(seconds=seconds_to_reply))
    return waited if waited > timedelta(minutes=15) else timedelta(0)


def reminder_at(offer: Offer) -> datetime | None:
    """
    When the next reminder is due; None when there is none any more.

    A time in the quiet hours moves to their end; one that would leave less than four hours is left out.
    """
    if offer.sent_at is None or offer.reminders >= Offer.MOST_REMINDERS:
        return None
    half = offer.sent_at + (offer.reply_by - offer.sent_at) / 2
    first, second = _waking(offer, half), _waking(offer, offer.reply_by - LAST_CALL)
    if offer.reminders and second - first < APART:
        return None
    due = second if offer.reminders else first
    return due if has_time(offer, due) else None


def reminded(offer: Offer, now: datetime) -> dict[str, Any]:
    """The fields of an offer that is reminded of now; one that was missed is not made up for by two at once."""
    is_last = now >= offer.reply_by - LAST_CALL
    return {"reminders": Offer.MOST_REMINDERS if is_last else offer.reminders + 1}


def is_reminder_due(offer: Offer, now: datetime) -> bool:
    due_at = reminder_at(offer)
    return due_at is not None and due_at <= now and can_remind(offer, now)


def has_time(offer: Offer, moment: datetime) -> bool:
    """Whether a reminder then leaves time enough to do something about it."""
    return offer.reply_by - moment >= LEAST_LEFT


def can_remind(offer: Offer, moment: datetime) -> bool:
    """Whether a reminder can leave then: it is their turn, day where they are, and there is time to act on it."""
    return not offer.has_question and has_time(offer, moment) and not is_quiet(offer, moment)


def _waking(offer: Offer, moment: datetime) -> datetime:
    """That moment, or the next morning on which they are there: days away are quiet too."""
    there = moment.astimezone(offer.assistant.zone)
    day = absences.back_on(offer.assistant, there.date())
    if day == there.date() and QUIET_UNTIL <= there.time() < QUIET_FROM:
        return moment
    if day == there.date() and there.time() >= QUIET_FROM:
        day = absences.back_on(offer.assistant, day + absences.DAY)
    return datetime.combine(day, QUIET_UNTIL, offer.assistant.zone)


def is_quiet(offer: Offer, moment: datetime) -> bool:
    """Whether it is night where the assistant lives, or a day on which they are away."""
    return _waking(offer, moment) > moment
