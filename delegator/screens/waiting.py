"""What waits on Home: offers without an answer, hours without a word, and what an assistant said last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Sum

from assistants.handoff import story
from assistants.handoff.story import Row
from assistants.models import Handoff, HandoffEvent, NeverMail, Offer, WorkLog
from tasks import dates, durations
from tasks.models import Owner

Kind = HandoffEvent.Kind
# How long it stands there: it may have been answered where we cannot see it.
STANDS = timedelta(days=14)
FOR_YOU = "Waiting for you"
# Time enough to find somebody else.
ENDS_SOON = timedelta(days=7)
NOTHING: Mapping[str, Any] = dict.fromkeys(["seconds", "said", "said_by", "stopped_at"])


def rows(owner: Owner, handoffs: Sequence[Handoff], now: datetime) -> list[Row]:
    """What waits for the owner's word, then what is out; `handoffs` are all of theirs, by `with_terms`. One query."""
    said = {each["pk"]: each for each in _facts(owner, now)}
    left = {each.pk: line for each in handoffs if (line := _left_alone(each, handoffs, owner.today(now), now))}
    mine = [(each, _sentences(each, said.get(each.pk, NOTHING), left.get(each.pk, ""))) for each in handoffs]
    lines = [(each, " ".join(sentences)) for each, sentences in mine if sentences]
    waiting = [replace(story.row(each), mark="wait", state=FOR_YOU, line=line) for each, line in lines]
    return waiting + [story.row(each) for each in handoffs if each.state == Handoff.State.OFFERING]


def _facts(owner: Owner, now: datetime) -> Iterable[Mapping[str, Any]]:
    """By hand-off: the seconds that wait for a yes, an assistant's last word, and since when they want no mail."""
    logged = WorkLog.objects.filter(handoff=OuterRef("pk"), state=WorkLog.State.LOGGED)
    # Whatever the owner did since is an answer.
    words = HandoffEvent.objects.filter(
        Q(actor=HandoffEvent.Actor.OWNER) | Q(kind__in=[Kind.NOTED, Kind.NOTICE]), handoff=OuterRef("pk")
    ).order_by("-pk")
    stopped = NeverMail.objects.filter(email__same=OuterRef("assistant__email"), asked_at__gt=now - STANDS)
    agreed, recent = Q(state__in=Handoff.AGREED), Q(said_at__gt=now - STANDS)
    return (
        Handoff.objects.filter(owner=owner)
        .annotate(
            seconds=Subquery(logged.order_by().values("handoff").annotate(all=Sum("seconds")).values("all")),
            said=Subquery(words.values("kind")[:1]),
            said_by=Subquery(words.values("actor")[:1]),
            said_at=Subquery(words.values("happened_at")[:1]),
            stopped_at=Subquery(stopped.values("asked_at")[:1]),
        )
        .filter(
            Q(seconds__gt=0)
            | (agreed | Q(state=Handoff.State.LAPSED)) & Q(stopped_at__isnull=False)
            | agreed & recent & Q(said_by=HandoffEvent.Actor.ASSISTANT)
        )
        .values("pk", "seconds", "said", "said_by", "stopped_at")
    )


def _left_alone(handoff: Handoff, handoffs: Sequence[Handoff], today: date, now: datetime) -> str:
    """That nobody has the task now, or soon, though somebody had said yes to it; "" if somebody has, or need not."""
    others = [each for each in handoffs if each.task_id == handoff.task_id and each.pk != handoff.pk]
    if handoff.task.retired_on or any(each.state in Handoff.LIVE for each in others):
        return ""
    if handoff.is_agreed and handoff.ends_on and handoff.ends_on < today + ENDS_SOON:
        return f"It ends on {dates.long(handoff.ends_on)}, and nobody has it after that."
    later = any(each.pk > handoff.pk and each.state != Handoff.State.DRAFT for each in others)
    if (
        handoff.state == Handoff.State.LAPSED
        and not later
        and any(_gave_up(each, now) for each in handoff.offers.all())
    ):
        return f"{handoff.assistant.first_name} took the acceptance back, and nobody has it now."
    return ""


def _gave_up(offer: Offer, now: datetime) -> bool:
    since = now - STANDS
    return offer.state == Offer.State.RELEASED and offer.answered_at is not None and offer.answered_at > since


def _sentences(handoff: Handoff, facts: Mapping[str, Any], left_alone: str) -> list[str]:
    who, lines = handoff.assistant.first_name, []
    if facts["seconds"]:
        lines.append(f"{durations.hours(facts['seconds'])} of {who}’s wait for your approval.")
    if handoff.is_agreed and facts["said_by"] == HandoffEvent.Actor.ASSISTANT:
        lines.append(f"{who} gave notice." if facts["said"] == Kind.NOTICE else f"{who} wrote to you.")
    if left_alone:
        lines.append(left_alone)
    if facts["stopped_at"] and (handoff.is_agreed or left_alone):
        lines.append(f"{who} wants no more mail.")
    return lines
