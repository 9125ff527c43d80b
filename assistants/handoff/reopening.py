"""What is over, taken up again: a job said to be done by a slip, a round whose winner took the acceptance back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from assistants.models import Handoff, Offer

from . import cascade, handoffs, letters, moves, reply_times, tell
from .handoffs import Draft, Next
from .moves import Actor, Kind, State, TooLate

# How long it can be taken back that a job is done.
TO_REOPEN = timedelta(minutes=15)


def can_reopen(handoff: Handoff, now: datetime) -> bool:
    """Whether it was said to be done a moment ago. One query."""
    if handoff.state != State.DONE:
        return False
    return handoff.events.filter(kind=Kind.DONE, happened_at__gt=now - TO_REOPEN).exists()


@transaction.atomic
def reopen(handoff: Handoff, *, now: datetime) -> None:
    """It is not done after all: it goes on as it stood, with its last day if it had one, and the assistant hears."""
    offer = moves.hold_agreed(handoff)
    done = handoff.events.filter(kind=Kind.DONE, happened_at__gt=now - TO_REOPEN).order_by("pk").last()
    if done is None or offer.assistant.erased_at:
        raise TooLate
    ends_on = date.fromisoformat(done.note) if done.note else None
    try:
        with transaction.atomic():
            event = moves.make(Kind.REOPENED, handoff, offer, by=Actor.OWNER, now=now, ends_on=ends_on)
    except IntegrityError:  # they were asked for this task anew that moment
        raise TooLate from None
    tell.assistant(event, letters.reopened(offer), now=now)


@transaction.atomic
def ask_again(handoff: Handoff, *, now: datetime) -> Handoff:
    """
    Put it anew to all whom nobody else was before, at once, and with as long to reply: a hand-off of its own.

    What is over stays as it is. Raises TooLate when nobody is left to ask, or they were asked again meanwhile.
    """
    moves.hold(handoff)
    again = cascade.whom_again(handoff)
    if not again:
        raise TooLate
    first, *others = again
    reply_by = now + max(timedelta(seconds=handoff.seconds_to_reply), reply_times.TO_THINK)
    try:
        return handoffs.draft_and_send(handoff.owner, _anew(handoff, first, others, reply_by), now=now)
    except (handoffs.AlreadyWithThem, handoffs.InTheWay):
        raise TooLate from None


def _anew(handoff: Handoff, first: Offer, others: list[Offer], reply_by: datetime) -> Draft:
    """The same brief, and to each the terms they had; a start that no reply could come before moves."""
    earliest = reply_by.astimezone(handoff.owner.zone).date()
    starts_on = first.terms.starts_on
    if starts_on < earliest:
        starts_on = cascade.next_monday(earliest)
    trial_ends_on = handoff.trial_ends_on and handoff.trial_ends_on + (starts_on - first.terms.starts_on)
    return Draft(
        task=handoff.task,
        assistant=first.assistant,
        brief=handoff.brief,
        how_to=handoff.how_to,
        weekly_minutes=first.terms.weekly_minutes,
        rate=first.terms.rate,
        starts_on=starts_on,
        reply_by=reply_by,
        minutes_before=handoff.minutes_before,
        minutes_given=handoff.given_at(first.terms.share),
        share=first.terms.share,
        stage=handoff.stage,
        trial_ends_on=trial_ends_on,
        if_not=Handoff.IfNot.ALL if others else Handoff.IfNot.TELL,
        stand_ins=tuple(Next(each.assistant, each.terms.weekly_minutes, each.terms.rate) for each in others),
    )
