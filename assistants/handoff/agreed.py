"""What the owner does with a hand-off that is agreed: write to the assistant, take the next step, end it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from assistants.models import Handoff, Offer

from . import letters, moves, tell
from .moves import Actor, Kind, State


@transaction.atomic
def note(handoff: Handoff, offer: Offer, text: str, *, now: datetime) -> None:
    """Write to the assistant; they get it by email, with their link."""
    event = moves.make(Kind.NOTED, handoff, offer, by=Actor.OWNER, now=now, note=text)
    tell.assistant(event, letters.noted(offer, text), now=now)


@transaction.atomic
def set_stage(handoff: Handoff, offer: Offer, stage: str, *, trial_ends_on: date | None, now: datetime) -> bool:
    """From shadowing to a trial to doing it in full: each step is the owner's yes. Whether it is one."""
    moves.hold(handoff, offer)
    was, until = handoff.stage, trial_ends_on if stage == Handoff.Stage.TRIAL else None
    if handoff.is_agreed and (was, handoff.trial_ends_on) == (stage, until):
        return False  # pressed twice, or nothing was chosen
    event = moves.make(
        Kind.STAGED, handoff, offer, by=Actor.OWNER, now=now, note=stage, stage=stage, trial_ends_on=until
    )
    tell.assistant(event, letters.staged(offer, was=was), now=now)
    return True


@transaction.atomic
def give_notice(handoff: Handoff, offer: Offer, last_day: date, *, now: datetime) -> None:
    """
    End it after that day of the owner's, no later than was said before.

    A day that has come, or that is before the start, ends it at once.
    """
    moves.hold(handoff, offer)
    if last_day <= handoff.owner.today(now) or (handoff.state == State.TAKEN and last_day < offer.terms.starts_on):
        end(handoff, now=now)
        return
    if handoff.is_agreed and handoff.ends_on == last_day:
        return  # pressed twice
    event = moves.make(
        Kind.NOTICE,
        handoff,
        offer,
        by=Actor.OWNER,
        now=now,
        note=last_day.isoformat(),
        only_if=Q(ends_on=None) | Q(ends_on__gt=last_day),
        ends_on=last_day,
    )
    tell.assistant(event, letters.notice(offer), now=now)


@transaction.atomic
def end(handoff: Handoff, *, now: datetime, by: Actor = Actor.OWNER) -> None:
    """End what was agreed, from today, or from its last day if that is over."""
    offer, today = moves.hold_agreed(handoff), handoff.owner.today(now)
    event = moves.make(Kind.ENDED, handoff, offer, by=by, now=now, ends_on=min(handoff.ends_on or today, today))
    tell.assistant(event, letters.ended(offer, by=by), now=now)


@transaction.atomic
def finish(handoff: Handoff, *, now: datetime) -> None:
    """The job is done; nothing of it is left to do."""
    offer, today = moves.hold_agreed(handoff), handoff.owner.today(now)
    before, ends_on = handoff.ends_on, min(handoff.ends_on or today, today)
    note = before.isoformat() if before else ""  # for who takes it up again
    event = moves.make(Kind.DONE, handoff, offer, by=Actor.OWNER, now=now, note=note, ends_on=ends_on)
    tell.assistant(event, letters.finished(offer), now=now)


@transaction.atomic
def readdress(handoff: Handoff, offer: Offer, *, now: datetime) -> None:
    """After their address changed: the old link is dead, and the new address gets a new one."""
    moves.hold(handoff, offer)
    event = moves.make(
        Kind.READDRESSED, handoff, offer, by=Actor.OWNER, now=now, offer_fields={"epoch": offer.epoch + 1}
    )
    # What waits is rendered with the new link, which is nothing for the old address.
    will_come = tell.readdress_emails(offer) and offer.state in Offer.OPEN
    if not will_come:
        tell.assistant(event, letters.readdressed(offer), now=now)
