"""What an assistant does by their private link: accept, ask, propose, decline, and say no for good."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q

from assistants.models import Handoff, NeverMail, Offer

from . import cascade, letters, moves, reply_times, tell
from .moves import Actor, Kind, TooLate

Reply = Offer.State
# How long an assistant can take an acceptance back.
TAKE_BACK = timedelta(minutes=15)
MOST_QUESTIONS = 5


class TermsChanged(Exception):
    """The terms are no longer those that were on the page."""


class TooMany(Exception):
    """Five questions have been asked; more of them belong into an email."""


def accept(offer: Offer, *, terms_version: int, now: datetime) -> None:
    """
    The assistant takes it on, under the terms that were on their page.

    Accepting again what is accepted changes nothing and is no error, so a second click
    reads the same as the first. Other terms raise TermsChanged, also when they were
    changed at the same instant.
    """
    try:
        _accept(offer, terms_version, now)
    except TooLate:
        offer.refresh_from_db()
        if offer.state in Offer.OPEN and offer.terms.version != terms_version:
            raise TermsChanged from None
        raise


@transaction.atomic
def _accept(offer: Offer, terms_version: int, now: datetime) -> None:
    moves.hold(offer.handoff, offer)
    if offer.state == Reply.ACCEPTED:
        return
    if offer.terms.version != terms_version:
        raise TermsChanged
    handoff = offer.handoff
    try:
        with transaction.atomic():
            event = moves.make(
                Kind.ACCEPTED,
                handoff,
                offer,
                by=Actor.ASSISTANT,
                now=now,
                note=str(offer.terms.version),
                only_if_offer=_in_time(now) & Q(terms=offer.terms_id),
                offer_fields={"answered_at": now, "has_question": False},
                assistant=offer.assistant,
            )
    except IntegrityError:  # they have this task by another hand-off
        raise TooLate from None
    tell.owner(event, letters.accepted(offer), now=now)
    tell.assistant(event, letters.receipt(offer, take_back_until=now + TAKE_BACK), now=now)
    cascade.supersede_others(handoff, offer, now=now)


def _in_time(now: datetime) -> Q:
    # An offer's time does not run before its email has left.
    return Q(state=Reply.QUEUED) | Q(reply_by__gt=now)


@transaction.atomic
def take_back(offer: Offer, *, now: datetime) -> None:
    """
    Undo an acceptance within a quarter of an hour; the next person is asked, if there is one.

    Raises TooLate after that, and once work has begun: hours are logged, or a timer runs.
    """
    moves.hold(offer.handoff, offer)
    if offer.state == Reply.RELEASED:
        return
    handoff = offer.handoff
    if handoff.work.exists():
        raise TooLate
    event = moves.make(
        Kind.TAKEN_BACK,
        handoff,
        offer,
        by=Actor.ASSISTANT,
        now=now,
        only_if_offer=Q(answered_at__gt=now - TAKE_BACK, timer_since=None),
        offer_fields={"answered_at": now},
        ends_on=None,
    )
    then = cascade.go_on(handoff, now=now)
    tell.owner(event, letters.taken_back(offer, then, cascade.whom_again(handoff)), now=now)
    tell.assistant(event, letters.took_back(offer), now=now)


def can_take_back(offer: Offer, now: datetime) -> bool:
    """One query in that quarter of an hour, none after it."""
    return (
        offer.state == Reply.ACCEPTED
        and offer.handoff.is_agreed
        and offer.answered_at is not None
        and now < offer.answered_at + TAKE_BACK
        and offer.timer_since is None
        and not offer.handoff.work.exists()
    )


@transaction.atomic
def ask(offer: Offer, question: str, *, now: datetime) -> None:
    """Ask the owner something first; the answer gives a day at least to think it over. Raises TooMany."""
    moves.hold(offer.handoff, offer)
    if offer.questions >= MOST_QUESTIONS:
        raise TooMany
    event = moves.make(
        Kind.ASKED,
        offer.handoff,
        offer,
        by=Actor.ASSISTANT,
        now=now,
        note=question,
        only_if_offer=_in_time(now),
        offer_fields={"questions": offer.questions + 1, "has_question": True},
    )
    tell.owner(event, letters.asked(offer, question), now=now)


@transaction.atomic
def counter(
    offer: Offer,
    *,
    weekly_minutes: int,
    rate: Decimal,
    starts_on: date,
    share: int,
    note: str,
    terms_version: int,
    now: datetime,
) -> None:
    """
    Propose other terms; the time to reply stands still while the owner thinks, for three days at most.

    Raises TermsChanged when what stands is not the version that was on their page.
    """
    moves.hold(offer.handoff, offer)
    if offer.terms.version != terms_version:
        raise TermsChanged
    handoff = offer.handoff
    proposed = handoff.add_terms(weekly_minutes=weekly_minutes, rate=rate, starts_on=starts_on, share=share)
    event = moves.make(
        Kind.COUNTERED,
        handoff,
        offer,
        by=Actor.ASSISTANT,
        now=now,
        note=note,
        only_if_offer=_in_time(now),
        # Who answers has it, and can be reminded of it, though the email waits here still.
        offer_fields={"proposed": proposed, "sent_at": offer.sent_at or now, **reply_times.paused(offer, now)},
    )
    tell.owner(event, letters.countered(offer, note), now=now)


@transaction.atomic
def uncounter(offer: Offer, *, now: datetime) -> None:
    """Take the change back; the offer stands as it was."""
    moves.hold(offer.handoff, offer)
    if offer.paused_at is None:
        raise TooLate
    event = moves.make(
        Kind.UNCOUNTERED,
        offer.handoff,
        offer,
        by=Actor.ASSISTANT,
        now=now,
        only_if_offer=_in_time(now),
        offer_fields={"proposed": None, **reply_times.resumed(offer, now, at_least=timedelta(0))},
    )
    tell.owner(event, letters.uncountered(offer), now=now)


@transaction.atomic
def decline(offer: Offer, *, reason: str, now: datetime) -> None:
    """The assistant says no, and the next person is asked; saying it twice changes nothing."""
    moves.hold(offer.handoff, offer)
    if offer.state == Reply.DECLINED:
        return
    handoff = offer.handoff
    event = moves.make(
        Kind.DECLINED,
        handoff,
        offer,
        by=Actor.ASSISTANT,
        now=now,
        note=Offer.Reason(reason).label if reason else "",
        offer_fields={"answered_at": now, "reason": reason},
    )
    then = cascade.go_on(handoff, now=now)
    tell.owner(event, letters.declined(offer, then), now=now)


@transaction.atomic
def still_free(offer: Offer, *, now: datetime) -> None:
    """“I changed my mind”, too late to change anything: the owner hears of it, once."""
    moves.hold(offer.handoff, offer)
    if offer.events.filter(kind=Kind.STILL_FREE).exists():
        return
    event = moves.make(Kind.STILL_FREE, offer.handoff, offer, by=Actor.ASSISTANT, now=now)
    tell.owner(event, letters.still_free(offer), now=now)


@transaction.atomic
def note(offer: Offer, text: str, *, now: datetime) -> None:
    """Write to the owner."""
    event = moves.make(Kind.NOTED, offer.handoff, offer, by=Actor.ASSISTANT, now=now, note=text)
    tell.owner(event, letters.wrote(offer, text), now=now)


@transaction.atomic
def give_notice(offer: Offer, last_day: date, *, now: datetime) -> None:
    """
    End it after that day; until then it runs. One before the start means that it never begins.

    Raises TooLate for a day after the one that was said before.
    """
    moves.hold(offer.handoff, offer)
    if offer.handoff.state == Handoff.State.TAKEN and last_day < offer.terms.starts_on:
        event = moves.make(Kind.ENDED, offer.handoff, offer, by=Actor.ASSISTANT, now=now, ends_on=last_day)
        tell.owner(event, letters.will_not_start(offer), now=now)
        return
    if offer.handoff.is_agreed and offer.handoff.ends_on == last_day:
        return  # pressed twice
    event = moves.make(
        Kind.NOTICE,
        offer.handoff,
        offer,
        by=Actor.ASSISTANT,
        now=now,
        note=last_day.isoformat(),
        only_if=Q(ends_on=None) | Q(ends_on__gt=last_day),
        ends_on=last_day,
    )
    tell.owner(event, letters.resigned(offer), now=now)


@transaction.atomic
def stop_mail(offer: Offer, *, now: datetime) -> None:
    """No more mail about hand-offs to this address, from anyone here. What is open at it counts as declined."""
    address = offer.assistant.email
    NeverMail.objects.get_or_create(email__same=address, defaults={"email": address, "asked_at": now})
    theirs = Offer.objects.live().filter(assistant__email__same=address).select_related("handoff__owner")
    for each in theirs.order_by("handoff_id", "pk"):
        with suppress(TooLate):  # it was answered or taken back meanwhile; the address is stopped all the same
            decline(each, reason="", now=now)
