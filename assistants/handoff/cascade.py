"""Whom a hand-off is put to: the first person, and those who stand in if they cannot."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from assistants.models import Assistant, Handoff, NeverMail, Offer, StandIn, Terms
from assistants.models.handoff import HandoffQuerySet
from tasks import locks
from tasks.models import Task
from tasks.prepared import Prepared, given, insert

from . import letters, moves, tell
from .moves import Actor, Kind

# Percent.
WHOLE = 100

OTHERS = Prepared(
    lambda: Handoff.objects.live().filter(owner_id=given("owner"), task_id=given("task")).exclude(pk=given("but"))
)


def ask(
    handoff: Handoff, person: Assistant, terms: Terms, *, by: Actor, now: datetime, due_at: datetime, **fields: Any
) -> Offer:
    """
    Put it to one person: they have as long to reply as each before them, counted from when the email is due.

    `fields` are written to the hand-off. Raises TooLate, and IntegrityError for one who has the task already.
    """
    seconds_to_reply = fields.get("seconds_to_reply", handoff.seconds_to_reply)
    reply_by = due_at + timedelta(seconds=seconds_to_reply)
    offer = Offer(handoff=handoff, assistant=person, terms=terms, reply_by=reply_by)
    insert(offer)
    moves.make(Kind.SENT, handoff, offer, by=by, now=now, **fields)
    tell.offer(offer, now=now, due_at=due_at)
    return offer


def ask_all(handoff: Handoff, *, now: datetime, due_at: datetime) -> None:
    """Put it to everyone who stands in, at the same time; until one accepts, its state speaks of the first."""
    for stand_in in who_can_be_asked(handoff):
        terms = _terms_of(handoff, stand_in, now=due_at)
        ask(handoff, stand_in.assistant, terms, by=Actor.OWNER, now=now, due_at=due_at)


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
        for stand_in in who_can_be_asked(handoff):
            with suppress(IntegrityError), transaction.atomic():  # they were given this task that moment
                terms = _terms_of(handoff, stand_in, now=now)
                person, trial = stand_in.assistant, _trial(handoff, terms)
                return ask(handoff, person, terms, by=Actor.SYSTEM, now=now, due_at=now, assistant=person, **trial)
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
        if not tell.stop_email(other, "someone else accepted first"):
            tell.assistant(event, letters.superseded(other), now=now)


def obstacle(task: Task, assistant: Assistant) -> str:
    """What keeps the task from being put to that person at all: retired, erased, paused or stopped; else empty."""
    if task.retired_on:
        return "retired"
    if assistant.erased_at:
        return "erased"
    if assistant.paused_on:
        return "paused"
    return "stopped" if NeverMail.objects.has(assistant.email) else ""


def others_live(handoff: Handoff) -> HandoffQuerySet:
    """The other hand-offs of its task that are offered or agreed."""
    return handoff.owner.handoffs.live().filter(task=handoff.task_id).exclude(pk=handoff.pk)


def who_has(others: Iterable[Handoff]) -> set[int]:
    """The ids of those who have a task by one of these hand-offs, or may still take it."""
    others = list(others)
    asked = {offer.assistant_id for each in others for offer in each.offers.all() if offer.state in Offer.LIVE}
    return asked | {each.assistant_id for each in others}


def hold_others(handoff: Handoff) -> list[Handoff]:
    """
    The others as they stand, with their terms; who sends more of that task waits until this is over.

    The task's row is taken after the hand-off's, by each.
    """
    locks.hold(Task, handoff.task_id)
    others: list[Handoff] = OTHERS.objects(owner=handoff.owner_id, task=handoff.task_id, but=handoff.pk)
    if others:
        prefetch_related_objects(others, "versions", "offers")
    return others


def who_can_be_asked(handoff: Handoff) -> list[StandIn]:
    """
    Those who stand in, in their order, whom this round has not asked and who can be sent it.

    That leaves out who has the task already, or may still take it. A fixed number of queries.
    """
    asked = {offer.assistant_id for offer in this_round(handoff)} | _taken(handoff)
    can_be = handoff.owner.assistants.reachable().values_list("pk", flat=True)
    return [
        each
        for each in handoff.stand_ins.filter(assistant__in=can_be).select_related("assistant")
        if each.assistant_id not in asked
    ]


def whom_again(handoff: Handoff) -> list[Offer]:
    """
    Who heard that someone was first, who then took the acceptance back; those who can still be asked.

    Nobody while it is out, and nobody of a round that ended otherwise. Four queries at most.
    """
    if handoff.state != Handoff.State.LAPSED or handoff.if_not != Handoff.IfNot.ALL:
        return []
    offers = this_round(handoff)[::-1]
    if not any(offer.state == Offer.State.RELEASED for offer in offers):
        return []
    can_be = set(handoff.owner.assistants.reachable().values_list("pk", flat=True)) - _taken(handoff)
    return [each for each in offers if each.state == Offer.State.SUPERSEDED and each.assistant_id in can_be]


def _taken(handoff: Handoff) -> set[int]:
    return who_has(others_live(handoff).prefetch_related("offers"))


def this_round(handoff: Handoff) -> list[Offer]:
    """All offers since it was last a draft, the last first: what was undone never left. One query."""
    offers = []
    events = handoff.events.filter(kind__in=[Kind.SENT, Kind.UNDONE]).order_by("-pk")
    for event in events.select_related("offer__assistant", "offer__terms", "offer__proposed"):
        if event.kind == Kind.UNDONE:
            break
        if event.offer:
            event.offer.handoff = handoff
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
    return moved_trial(handoff, first, terms) if first else {}


def moved_trial(handoff: Handoff, before: Terms, terms: Terms) -> dict[str, Any]:
    """What is written to a hand-off whose start moves: the trial is as long as it was."""
    if handoff.trial_ends_on is None:
        return {}
    return {"trial_ends_on": handoff.trial_ends_on + (terms.starts_on - before.starts_on)}


def next_monday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())
