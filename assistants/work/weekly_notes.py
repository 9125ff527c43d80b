"""
The assistant's weekly note: the hours they logged for an owner, how those stand, and what is owed.

It comes on Monday at 7 where they live, about the week before, while a hand-off runs and there is
something to say: hours of that week, or money that is not paid. The key of its email allows one an
assistant and ISO week. They stop it by one click.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from assistants import links
from assistants.handoff import letters
from assistants.mail import messages, outbox
from assistants.models import Assistant, Handoff, Offer, OutgoingEmail, WorkLog
from tasks import dates, durations, formats, money
from tasks.weeks import Week

logger = logging.getLogger(__name__)
HOUR = time(7)
BATCH = 100
Facts = letters.Facts


def write_due(*, now: datetime) -> int:
    """Write every note that has come due; how many were written. Memory is that of one batch."""
    written, last = 0, 0
    while people := list(_due(now).filter(pk__gt=last)[:BATCH]):
        last = people[-1].pk
        offers, lines = _running(people), _lines(people, now)
        for person in people:
            try:
                written += _write(person, offers[person.pk], lines[person.pk], now)
            except Exception:  # one person's trouble is not the others'; the next beat tries again
                logger.exception("the note of assistant %s could not be written", person.pk)
    return written


def _due(now: datetime) -> QuerySet[Assistant]:
    """Whose date has come, and who has work that runs and no date yet."""
    first = Q(next_note_at=None, pk__in=_work_that_runs().filter(assistant__next_note_at=None).values("assistant"))
    wanting = Assistant.objects.here().filter(wants_note=True, owner__is_active=True)
    return wanting.filter(first | Q(next_note_at__lte=now)).select_related("owner").order_by("pk")


def _work_that_runs() -> QuerySet[Handoff]:
    return Handoff.objects.filter(state=Handoff.State.ACTIVE)


def _running(people: Sequence[Assistant]) -> dict[int, list[Offer]]:
    """By assistant, oldest first."""
    found: dict[int, list[Offer]] = defaultdict(list)
    accepted = Offer.objects.filter(assistant__in=people, state=Offer.State.ACCEPTED, handoff__in=_work_that_runs())
    for offer in accepted.select_related("handoff__task", "handoff__owner", "assistant"):
        found[offer.assistant_id].append(offer)
    return found


def _lines(people: Sequence[Assistant], now: datetime) -> dict[int, list[WorkLog]]:
    """By assistant: the lines of the last two weeks or so, of which a zone may need any, and what is owed."""
    found: dict[int, list[WorkLog]] = defaultdict(list)
    since = now.date() - timedelta(days=15)
    owed = Q(state=WorkLog.State.APPROVED, paid_on=None)
    lines = WorkLog.objects.filter(owed | Q(day__gte=since), assistant__in=people).select_related("handoff__task")
    for line in lines.order_by("handoff_id", "day", "pk"):
        found[line.assistant_id].append(line)
    return found


def _write(person: Assistant, offers: list[Offer], lines: list[WorkLog], now: datetime) -> bool:
    """The next date and the note together; False where there is nothing to say, or another beat was first."""
    due, week = person.next_note_at, Week.of(now.astimezone(person.zone).date()).back()
    # The first of them only sets the date: what was before the work began is no news.
    said = facts(person, offers[-1], lines, week) if due and offers else None
    with transaction.atomic():
        # The WHERE clause is the lock: another beat has moved it meanwhile, or they want none any more.
        same = Assistant.objects.filter(pk=person.pk, wants_note=True, next_note_at=due)
        if not same.update(next_note_at=next_at(person.zone, now)) or said is None:
            return False
        return _put(person, offers[-1], week, said, now)


def _put(person: Assistant, offer: Offer, week: Week, said: Facts, now: datetime) -> bool:
    """False if that week had its note: before they moved to another zone."""
    key, to = f"note-{person.pk}-{week}", (person.name, person.email)
    try:
        with transaction.atomic():
            outbox.put("note", owner=person.owner, to=to, key=key, facts=said, offer=offer, now=now)
    except IntegrityError:
        return False
    return True


def next_at(zone: ZoneInfo, now: datetime) -> datetime:
    """The first Monday at 7 after `now`."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    at = dates.at(monday, HOUR, zone)
    return at if at > now else dates.at(monday + timedelta(days=7), HOUR, zone)


def facts(person: Assistant, offer: Offer, lines: Sequence[WorkLog], week: Week) -> Facts | None:
    """What the note says; None where nothing was logged that week and nothing is owed."""
    these = [line for line in lines if week.first <= line.day <= week.last]
    owed = _sum(line for line in lines if line.state == WorkLog.State.APPROVED and not line.paid_on)
    if not these and not owed:
        return None
    seconds = sum(line.seconds for line in these)
    with formats.use(formats.USUAL):  # the owner's choice is not the assistant's
        hours = durations.hours(seconds)
        return letters.people(offer) | {
            "week": str(week),
            "headline": f"You logged {hours}" if these else "No hours logged last week",
            "span": dates.span(week.first, week.last),
            "tasks": _by_task(these, person.owner.currency),
            "stands": _stands(these, person),
            "owed": money.exact(owed, person.owner.currency),
        }


def _by_task(lines: Iterable[WorkLog], currency: str) -> list[dict[str, str]]:
    tasks: dict[str, list[WorkLog]] = defaultdict(list)
    for line in lines:
        tasks[line.handoff.task.name].append(line)
    return [
        {
            "name": name,
            "hours": durations.hours(sum(line.seconds for line in theirs)),
            "amount": money.exact(_sum(theirs), currency),
        }
        for name, theirs in tasks.items()
    ]


def _stands(lines: Sequence[WorkLog], person: Assistant) -> list[dict[str, str]]:
    """How the hours of that week stand, as amounts that add up to all of them; what there is none of is left out."""
    owner = person.owner.first_name
    words = {
        WorkLog.State.APPROVED: "Approved",
        WorkLog.State.LOGGED: f"Not approved by {owner} yet",
        WorkLog.State.QUERIED: f"{owner} asks about",
    }
    return [
        {"label": label, "amount": money.exact(amount, person.owner.currency)}
        for state, label in words.items()
        if (amount := _sum(line for line in lines if line.state == state))
    ]


def _sum(lines: Iterable[WorkLog]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


# --- Rendered, with its links, and stopped ---------------------------------------
def letter(email: OutgoingEmail) -> dict[str, Any]:
    offer = email.offer
    to_them = letters.to_assistant(email)
    if offer is None:
        raise ValueError(f"{email.key}: it is about an offer")
    if email.state == OutgoingEmail.State.SENDING and not offer.assistant.wants_note:
        raise messages.Unwanted("they asked for no more notes")
    stop = links.absolute(reverse("link:weekly_note", args=[links.token("unsubscribe", offer.pid, offer.epoch)]))
    return to_them | {
        "stop_note_url": stop,
        "headers": {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    }


def want(person: Assistant, *, wanted: bool) -> None:
    """Stop the notes of this owner, or begin with the next one after the date is set anew."""
    Assistant.objects.filter(pk=person.pk).update(wants_note=wanted, next_note_at=None)
    person.wants_note = wanted
