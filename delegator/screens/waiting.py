"""What waits on Home: offers without an answer, hours without a word, and what an assistant said last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Sum

from assistants.handoff import story
from assistants.handoff.story import Row
from assistants.models import Handoff, HandoffEvent, NeverMail, WorkLog
from tasks import durations
from tasks.models import Owner

Kind = HandoffEvent.Kind
# How long it stands there: it may have been answered where we cannot see it.
STANDS = timedelta(days=14)
FOR_YOU = "Waiting for you"


def rows(owner: Owner, handoffs: Sequence[Handoff], now: datetime) -> list[Row]:
    """What waits for the owner's word, then what is out; `handoffs` are all of theirs, by `with_terms`. One query."""
    said = {each["pk"]: each for each in _facts(owner, now)}
    mine = [(each, _sentences(each, said[each.pk])) for each in handoffs if each.pk in said]
    waiting = [replace(story.row(each), mark="wait", state=FOR_YOU, line=" ".join(line)) for each, line in mine]
    return waiting + [story.row(each) for each in handoffs if each.state == Handoff.State.OFFERING]


def _facts(owner: Owner, now: datetime) -> Iterable[Mapping[str, Any]]:
    """By hand-off: the seconds that wait for a yes, an assistant's last word, and since when they want no mail."""
    logged = WorkLog.objects.filter(handoff=OuterRef("pk"), state=WorkLog.State.LOGGED)
    # Whatever the owner did since is an answer.
    words = HandoffEvent.objects.filter(
        Q(actor=HandoffEvent.Actor.OWNER) | Q(kind__in=[Kind.NOTED, Kind.NOTICE]), handoff=OuterRef("pk")
    ).order_by("-pk")
    stopped = NeverMail.objects.filter(email__iexact=OuterRef("assistant__email"), asked_at__gt=now - STANDS)
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
            | agreed & Q(stopped_at__isnull=False)
            | agreed & recent & Q(said_by=HandoffEvent.Actor.ASSISTANT)
        )
        .values("pk", "seconds", "said", "said_by", "stopped_at")
    )


def _sentences(handoff: Handoff, facts: Mapping[str, Any]) -> list[str]:
    who, lines = handoff.assistant.first_name, []
    if facts["seconds"]:
        lines.append(f"{durations.hours(facts['seconds'])} of {who}’s wait for your approval.")
    if handoff.is_agreed and facts["said_by"] == HandoffEvent.Actor.ASSISTANT:
        lines.append(f"{who} gave notice." if facts["said"] == Kind.NOTICE else f"{who} wrote to you.")
    if handoff.is_agreed and facts["stopped_at"]:
        lines.append(f"{who} wants no more mail.")
    return lines
