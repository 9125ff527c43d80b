"""Whom a hand-off is put to: the first person, and those who stand in if they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from assistants.mail import outbox
from assistants.models import Assistant, Handoff, NeverMail, Offer, OutgoingEmail, StandIn, Terms

from . import letters, moves, tell
from .moves import Actor, Kind


def ask(
    handoff: Handoff, assistant: Assistant, terms: Terms, *, by: str, now: datetime, due_at: datetime | None = None
) -> Offer:
    """Put it to one person: they have as long to reply as each before them, counted from when the email is due."""
    return _put(handoff, assistant, terms, by=by, now=now, due_at=due_at or now, written={"assistant": assistant})


def _put(
    handoff: Handoff,
    assistant: Assistant,
    terms: Terms,
    *,
    by: str,
    now: datetime,
    due_at: datetime,
    written: dict[str, Any],
) -> Offer:
    offer = handoff.offers.create(
        assistant=assistant, terms=terms, reply_by=due_at + timedelta(seconds=handoff.seconds_to_reply)
    )
    moves.make(Kind.SENT, handoff, offer, by=by, now=now, **written)
    outbox.put(
        "offer",
        owner=handoff.owner,
        to=(assistant.name, assistant.email),
        key=f"offer-{offer.pk}",
        facts=letters.offer_facts(offer),
        offer=offer,
        now=now,
        due_at=due_at,
    )
    return offer


def ask_all(handoff: Handoff, *, now: datetime, due_at: datetime) -> None:
    """Put it to everyone who stands in, at the same time; until one accepts, its state speaks of the first."""
    for stand_in in _who_can_be_asked(handoff):
        terms = _terms_of(handoff, stand_in, now=due_at)
        _put(handoff, stand_in.assistant, terms, by=Actor.OWNER, now=now, due_at=due_at, written={})


def go_on(handoff: Handoff, *, now: datetime) -> Offer | None:
    """
    After one of those asked is out: ask the next, or nobody, and let it lapse at the end of the list.

    While others can still answer nothing more happens. None when nobody new was asked.
    """
    others = handoff.offers.live().select_related("assistant").order_by("pk")
    if others:
        _speak_of(handoff, others[0].assistant)
        return None
    if handoff.if_not == Handoff.IfNot.NEXT:
        for stand_in in _who_can_be_asked(handoff):
            with suppress(IntegrityError), transaction.atomic():  # they were given this task that moment
                terms = _terms_of(handoff, stand_in, now=now)
                return _put(
                    handoff,
                    stand_in.assistant,
                    terms,
                    by=Actor.SYSTEM,
                    now=now,
                    due_at=now,
                    written={"assistant": stand_in.assistant, **_trial(handoff, terms)},
                )
    moves.make(Kind.LAPSED, handoff, by=Actor.SYSTEM, now=now)
    return None


def _speak_of(handoff: Handoff, assistant: Assistant) -> None:
    """Of those who can still answer the first stands on the page, and their hours count as taken."""
    with suppress(IntegrityError), transaction.atomic():  # they have this task by another hand-off
        Handoff.objects.filter(pk=handoff.pk).update(assistant=assistant)
        handoff.assistant = assistant


def supersede_others(handoff: Handoff, winner: Offer, *, now: datetime) -> None:
    """Close what else was out; who may have read of it hears that someone was first."""
    for other in handoff.offers.live().exclude(pk=winner.pk).order_by("pk"):
        event = moves.make(
            Kind.SUPERSEDED, handoff, other, by=Actor.SYSTEM, now=now, offer_fields={"answered_at": now}
        )
        if not stop_email(other, "someone else accepted first"):
            tell.assistant(event, letters.superseded(other), now=now)


def is_stopped(address: str) -> bool:
    """Whether they asked this installation for no more mail."""
    return NeverMail.objects.filter(email__iexact=address).exists()


def stop_email(offer: Offer, why: str) -> bool:
    """Keep the offer's email here if it waits here still; what a worker has taken may have arrived."""
    return bool(_waiting(offer).update(state=OutgoingEmail.State.SKIPPED, trouble=why))


def write_email_anew(offer: Offer) -> bool:
    """Let the offer's email say how the offer is now, if it waits here still."""
    return bool(_waiting(offer).update(facts=letters.offer_facts(offer)))


def readdress_emails(offer: Offer) -> bool:
    """Send what waits or is tried again to the assistant's address of now; whether the offer itself is among it."""
    unsent = OutgoingEmail.objects.filter(
        offer=offer, state__in=[OutgoingEmail.State.QUEUED, OutgoingEmail.State.SENDING]
    )
    was_waiting = _waiting(offer).exists()
    unsent.update(to_name=offer.assistant.name, to_email=offer.assistant.email)
    return was_waiting


def _waiting(offer: Offer) -> QuerySet[OutgoingEmail]:
    return OutgoingEmail.objects.filter(key=f"offer-{offer.pk}", state=OutgoingEmail.State.QUEUED, tries=0)


def who_has(handoff: Handoff) -> set[int]:
    """The ids of those who have its task by another hand-off, or may still take it."""
    others = handoff.owner.handoffs.live().filter(task=handoff.task_id).exclude(pk=handoff.pk)
    asked = Offer.objects.live().filter(handoff__in=others)
    return {*others.values_list("assistant", flat=True), *asked.values_list("assistant", flat=True)}


def _who_can_be_asked(handoff: Handoff) -> Iterator[StandIn]:
    """Those who stand in, in their order, without whom this round has asked and who has the task already."""
    asked = {offer.assistant_id for offer in this_round(handoff)} | who_has(handoff)
    for stand_in in handoff.stand_ins.select_related("assistant"):
        person = stand_in.assistant
        if person.pk not in asked and person.paused_on is None and not is_stopped(person.email):
            yield stand_in


def this_round(handoff: Handoff) -> list[Offer]:
    """All offers since it was last a draft, the last first: what was undone never left."""
    offers = []
    for event in handoff.events.filter(kind__in=[Kind.SENT, Kind.UNDONE]).select_related("offer").order_by("-pk"):
        if event.kind == Kind.UNDONE:
            break
        if event.offer:
            offers.append(event.offer)
    return offers


def _terms_of(handoff: Handoff, stand_in: StandIn, *, now: datetime) -> Terms:
    """Their own hours and rate for the share as drafted, and a start that leaves the time to reply."""
    # What the person before proposed was theirs alone.
    starts_on = handoff.versions.exclude(offers=None).latest("version").starts_on
    reply_on = (now + timedelta(seconds=handoff.seconds_to_reply)).astimezone(handoff.owner.zone).date()
    return handoff.add_terms(
        weekly_minutes=stand_in.weekly_minutes,
        rate=stand_in.rate,
        share=handoff.share,
        starts_on=starts_on if starts_on >= reply_on else next_monday(reply_on),
    )


def _trial(handoff: Handoff, terms: Terms) -> dict[str, Any]:
    """The end of a trial goes with a start that moved."""
    first = handoff.versions.order_by("version").filter(offers__in=this_round(handoff)).last()
    if handoff.trial_ends_on is None or first is None:
        return {}
    return {"trial_ends_on": handoff.trial_ends_on + (terms.starts_on - first.starts_on)}


def next_monday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())
