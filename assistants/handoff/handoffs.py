"""What the owner does with a hand-off: write it, send it, come to terms, follow it, end it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from assistants.mail import caps
from assistants.models import Assistant, Handoff, Offer, StandIn, Terms
from tasks.models import Owner, Task
from tasks.prepared import Prepared, PreparedUpdate, given, given_fields

from . import cascade, letters, moves, replies, reply_times, tell
from .moves import Actor, Kind, Outdated, State, TooLate

# Sent at least this long before its start, a hand-off counts as planned, else as reactive.
PLANNED_AHEAD = timedelta(days=7)


class AlreadyWithThem(Exception):
    """The person has this task, or an offer of it, already."""


class InTheWay(Exception):
    """It cannot be put to this person now; its text is what `cascade.obstacle` says."""


class MoreThanAll(Exception):
    """With what others have of it already, it would be more than all of the task."""


class NoTimeLeft(TooLate):
    """The time to reply would be over before the email could leave."""


@dataclass(frozen=True, slots=True)
class Next:
    """Someone who is asked if the one before cannot: under which hours and rate."""

    assistant: Assistant
    weekly_minutes: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Draft:
    """What the owner wrote: the brief and the terms, before anyone else sees them."""

    task: Task
    assistant: Assistant
    brief: str
    how_to: str
    weekly_minutes: int
    rate: Decimal
    starts_on: date
    reply_by: datetime
    minutes_before: int
    minutes_given: int
    share: int = 100
    stage: str = Handoff.Stage.FULL
    trial_ends_on: date | None = None
    if_not: str = Handoff.IfNot.TELL
    stand_ins: tuple[Next, ...] = ()


def _latest() -> QuerySet[Terms]:
    stands_in = Exists(StandIn.objects.filter(handoff=OuterRef("handoff")))
    latest = Terms.objects.filter(handoff_id=given("handoff")).order_by("-version")[:1]
    return latest.annotate(has_stand_ins=stands_in)


# What stands in the hand-off itself, and not in its terms.
WRITTEN = "task assistant brief how_to reply_by minutes_before minutes_given share stage trial_ends_on if_not".split()
REWRITE = PreparedUpdate(lambda: (Handoff.objects.drafts().filter(pk=given("pk")), given_fields(Handoff, *WRITTEN)))
LATEST = Prepared(_latest)
OF_OWNER = Prepared(
    lambda: Handoff.objects.filter(owner_id=given("owner"), pk=given("pk")).select_related("task", "assistant")
)


def found(owner: Owner, pk: int) -> Handoff | None:
    """The owner's hand-off with that id, as a form needs it: with its task and its person. One query."""
    return next(iter(OF_OWNER.objects(owner=owner.pk, pk=pk)), None)


@transaction.atomic
def draft(owner: Owner, written: Draft, *, now: datetime, handoff: Handoff | None = None) -> Handoff:
    """Keep a draft, new or rewritten; a hand-off that is no draft any more raises TooLate."""
    return _draft(owner, written, now=now, handoff=handoff).handoff


def _draft(owner: Owner, written: Draft, *, now: datetime, handoff: Handoff | None) -> Terms:
    """Its terms, with the hand-off as it is written now."""
    fields = {name: getattr(written, name) for name in WRITTEN}
    terms = {name: getattr(written, name) for name in Terms.FIELDS}
    if handoff is None:
        handoff = Handoff.objects.create(owner=owner, created_at=now, **fields)
        kept = handoff.versions.create(**terms)
    else:
        if not REWRITE.run(pk=handoff.pk, **fields):
            raise TooLate
        for name, value in fields.items():
            setattr(handoff, name, value)
        kept = LATEST.objects(handoff=handoff.pk)[0]
        kept.handoff = handoff
        _rewrite_terms(kept, terms)
        if vars(kept)["has_stand_ins"]:
            handoff.stand_ins.all().delete()
    stand_ins = [
        StandIn(
            handoff=handoff, assistant=each.assistant, place=place, weekly_minutes=each.weekly_minutes, rate=each.rate
        )
        for place, each in enumerate(written.stand_ins, 1)
    ]
    StandIn.objects.bulk_create(stand_ins)
    return kept


def _rewrite_terms(terms: Terms, fields: dict[str, Any]) -> None:
    """Nobody has seen a draft's own: what is undone gets a version of its own again."""
    if terms.fields != fields:
        Terms.objects.filter(pk=terms.pk).update(**fields)
        for name, value in fields.items():
            setattr(terms, name, value)


@transaction.atomic
def discard(handoff: Handoff) -> None:
    """Throw a draft away; nobody but the owner ever saw it, for what is undone never left."""
    # A delete names only the key; the row is taken first, which keeps Send out until it is gone.
    if not Handoff.objects.drafts().filter(pk=handoff.pk).update(state=State.DRAFT):
        raise TooLate
    Handoff.objects.filter(pk=handoff.pk).delete()


@transaction.atomic
def send(handoff: Handoff, *, now: datetime, is_more: bool = True) -> Offer:
    """
    Put the draft to its assistant, or to all at once; the emails leave once the time to undo is over.

    Without `is_more`, the owner's yes to give more than all of a task in all, that raises MoreThanAll.
    """
    moves.hold(handoff)
    if handoff.state != State.DRAFT:
        raise TooLate
    handoff.refresh_from_db(fields=["reply_by", "task", "assistant", "if_not", "share"])
    return _send(handoff.versions.latest("version"), now=now, is_more=is_more)


@transaction.atomic(savepoint=False)
def draft_and_send(
    owner: Owner, written: Draft, *, now: datetime, handoff: Handoff | None = None, is_more: bool = True
) -> Handoff:
    """Both, or neither."""
    terms = _draft(owner, written, now=now, handoff=handoff)
    _send(terms, now=now, is_more=is_more)
    return terms.handoff


def _send(terms: Terms, *, now: datetime, is_more: bool) -> Offer:
    """Send a draft that is held, under these terms."""
    handoff, due_at = terms.handoff, now + timedelta(seconds=settings.UNDO_WINDOW)
    known = _known_when_sent(terms, now=now, due_at=due_at)
    if what := cascade.obstacle(handoff.task, handoff.assistant):
        raise InTheWay(what)
    others = cascade.hold_others(handoff)
    if handoff.assistant_id in cascade.who_has(others):
        raise AlreadyWithThem
    if not is_more and _is_more_than_all(others, terms.share):
        raise MoreThanAll
    caps.check(handoff.owner, *_addresses(handoff), now=now)
    try:
        offer = cascade.ask(handoff, handoff.assistant, terms, by=Actor.OWNER, now=now, due_at=due_at, **known)
    except IntegrityError:  # one live hand-off a task and person
        raise AlreadyWithThem from None
    if handoff.if_not == Handoff.IfNot.ALL:
        cascade.ask_all(handoff, now=now, due_at=due_at)
    return offer


def _is_more_than_all(others: list[Handoff], share: int) -> bool:
    return sum(each.terms.share for each in others) + share > cascade.WHOLE


def _known_when_sent(terms: Terms, *, now: datetime, due_at: datetime) -> dict[str, Any]:
    """Whether it is planned, and how long each who is asked has to reply."""
    handoff = terms.handoff
    to_reply = handoff.reply_by - due_at
    if to_reply <= timedelta(0):
        raise NoTimeLeft
    begins = datetime.combine(terms.starts_on, datetime.min.time(), handoff.owner.zone)
    # Up, else six o’clock would be a moment before it.
    seconds = math.ceil(to_reply.total_seconds())
    return {"is_planned": begins - now >= PLANNED_AHEAD, "seconds_to_reply": seconds}


def _addresses(handoff: Handoff) -> list[str]:
    """Of all whom the draft is put to at once."""
    if handoff.if_not != Handoff.IfNot.ALL:
        return [handoff.assistant.email]
    return [handoff.assistant.email, *handoff.stand_ins.values_list("assistant__email", flat=True)]


@transaction.atomic
def undo(handoff: Handoff, *, now: datetime) -> None:
    """Back to a draft, as long as no email has left and nobody has answered."""
    moves.hold(handoff)
    offers = cascade.this_round(handoff)[::-1]
    moves.make(Kind.UNDONE, handoff, by=Actor.OWNER, now=now)
    for offer in offers:  # one that has been answered, or whose email has left, cannot be closed so
        moves.make(
            Kind.CLOSED,
            handoff,
            offer,
            by=Actor.OWNER,
            now=now,
            only_if_offer=Q(state=Offer.State.QUEUED),
            offer_fields={"answered_at": now},
        )
        # A worker that holds an email may have sent it: then it is too late, and all of this is rolled back.
        if not tell.stop_email(offer, "undone by the owner"):
            raise TooLate
    # The draft has its terms for itself again, whatever those who stand in were asked for.
    handoff.add_terms(**offers[0].terms.fields)


@transaction.atomic
def withdraw(handoff: Handoff, *, now: datetime) -> None:
    """Take back what nobody has accepted; whoever may have the email hears of it."""
    moves.make(Kind.WITHDRAWN, handoff, by=Actor.OWNER, now=now)
    for offer in handoff.offers.live().order_by("pk"):
        _close(handoff, offer, now=now)


@transaction.atomic
def ask_someone_else(handoff: Handoff, offer: Offer, *, now: datetime) -> None:
    """Take it back from one person and go on to the next; without one it lapses."""
    _close(handoff, offer, now=now)
    cascade.go_on(handoff, now=now)


def _close(handoff: Handoff, offer: Offer, *, now: datetime) -> None:
    moves.make(Kind.CLOSED, handoff, offer, by=Actor.OWNER, now=now, offer_fields={"answered_at": now})
    if not tell.stop_email(offer, "withdrawn by the owner"):
        tell.assistant_by("withdrawn", offer, letters.withdrawn(offer), now=now)


# --- Coming to terms -----------------------------------------------------------
@transaction.atomic
def answer(handoff: Handoff, offer: Offer, text: str, *, now: datetime) -> None:
    """Answer a question; it gives a day at least to think the answer over."""
    moves.hold(handoff, offer)
    event = moves.make(
        Kind.ANSWERED,
        handoff,
        offer,
        by=Actor.OWNER,
        now=now,
        note=text,
        only_if_offer=Q(has_question=True),
        offer_fields={"has_question": False, "reply_by": reply_times.after_answer(offer, now)},
    )
    tell.assistant(event, letters.answered(offer, text), now=now)


@transaction.atomic
def agree(handoff: Handoff, offer: Offer, *, terms_version: int, now: datetime) -> None:
    """Take the assistant's change, as it was on the owner's page: that is the agreement."""
    moves.hold(handoff, offer)
    if offer.state == Offer.State.ACCEPTED and offer.terms.version == terms_version:
        return  # pressed twice
    proposed = offer.proposed
    if proposed is None:
        raise TooLate
    if proposed.version != terms_version:
        raise Outdated
    settled = {"terms": proposed, "proposed": None, "answered_at": now, "paused_at": None, "has_question": False}
    try:
        with transaction.atomic():
            event = moves.make(
                Kind.AGREED,
                handoff,
                offer,
                by=Actor.OWNER,
                now=now,
                note=str(proposed.version),
                only_if_offer=Q(proposed=proposed),
                offer_fields=settled,
                assistant=offer.assistant,
                **cascade.moved_trial(handoff, offer.terms, proposed),
            )
    except IntegrityError:  # they have this task by another hand-off
        raise TooLate from None
    tell.assistant(event, letters.agreed(offer, take_back_until=now + replies.TAKE_BACK), now=now)
    cascade.supersede_others(handoff, offer, now=now)


@transaction.atomic
def insist(handoff: Handoff, offer: Offer, text: str, *, now: datetime, terms_version: int | None = None) -> None:
    """
    Say no to the change; the offer stands as it was, with a day at least to think it over.

    With `terms_version`, that of the change on the owner's page, another change raises Outdated.
    """
    moves.hold(handoff, offer)
    if offer.proposed is None:
        raise TooLate
    if terms_version not in (None, offer.proposed.version):
        raise Outdated
    event = moves.make(
        Kind.INSISTED,
        handoff,
        offer,
        by=Actor.OWNER,
        now=now,
        note=text,
        offer_fields={"proposed": None, **reply_times.resumed(offer, now)},
    )
    tell.assistant(event, letters.insisted(offer, text), now=now)


@transaction.atomic
def edit_terms(
    handoff: Handoff,
    offer: Offer,
    *,
    weekly_minutes: int,
    rate: Decimal,
    starts_on: date,
    share: int,
    now: datetime,
    terms_version: int | None = None,
    proposed_version: int | None = None,
    is_more: bool = True,
) -> Terms:
    """
    New terms for an offer that is open: an accept of the old ones takes nothing from now on.

    The same terms again change nothing. With the versions of the terms and of the change on the
    owner's page, 0 for none, what has changed since raises Outdated. Without `is_more` a larger
    share that makes more than all of the task in all raises MoreThanAll.
    """
    moves.hold(handoff, offer)
    written = {"weekly_minutes": weekly_minutes, "rate": rate, "starts_on": starts_on, "share": share}
    if offer.terms.fields == written:
        return offer.terms
    if terms_version not in (None, offer.terms.version):
        raise Outdated
    if proposed_version not in (None, offer.proposed.version if offer.proposed else 0):
        raise Outdated
    if share > offer.terms.share and not is_more and _is_more_than_all(cascade.hold_others(handoff), share):
        raise MoreThanAll
    before, terms = offer.terms, handoff.add_terms(**written)
    # Of several who are asked at once each has a start of their own.
    trial = {} if handoff.if_not == Handoff.IfNot.ALL else cascade.moved_trial(handoff, before, terms)
    again = reply_times.resumed(offer, now) if offer.paused_at else {}
    event = moves.make(
        Kind.EDITED,
        handoff,
        offer,
        by=Actor.OWNER,
        now=now,
        note=str(terms.version),
        offer_fields={"terms": terms, "proposed": None, **again},
        **trial,
    )
    if not tell.write_email_anew(offer):
        tell.assistant(event, letters.changed(offer, before), now=now, kind="changed")
    return terms
