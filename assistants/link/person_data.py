"""What is kept about an assistant: sent to them as a file, and erased, each after a fresh email to their address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from assistants.mail import messages, outbox
from assistants.models import Assistant, HandoffEvent, NeverMail, Offer, OutgoingEmail, Terms, WorkLog

from . import person_letters

AN_HOUR = timedelta(hours=1)
# How many such emails leave for one person in an hour.
MOST = 3


@transaction.atomic
def ask(offer: Offer, what: str, *, now: datetime) -> None:
    """Send the link that exports or erases to the address on file; more often than thrice an hour does nothing."""
    person = Assistant.objects.select_for_update(no_key=True).get(pk=offer.assistant_id)
    sent = OutgoingEmail.objects.filter(kind="data", offer__assistant=person)
    if person.erased_at or sent.filter(written_at__gt=now - AN_HOUR).count() >= MOST:
        return
    outbox.put(
        "data",
        owner=offer.handoff.owner,
        to=(person.name, person.email),
        key=f"data-{offer.pk}-{sent.count() + 1}",
        facts=person_letters.data_asked(offer, what),
        offer=offer,
        now=now,
    )


# --- The file --------------------------------------------------------------------
def export(person: Assistant, *, now: datetime) -> dict[str, Any]:
    """
    All that this owner's roster holds of the person, ready for JSON: times in UTC, amounts as text.

    Without what the owner noted and planned for themselves.
    """
    # What was undone never left, so it is not theirs.
    theirs = person.offers.exclude(state=Offer.State.WITHDRAWN, sent_at=None)
    offers = theirs.select_related("handoff__task", "terms", "proposed").order_by("pk")
    events = HandoffEvent.objects.filter(offer__in=theirs).order_by("pk")
    emails = OutgoingEmail.objects.filter(offer__in=theirs).select_related("owner", "offer__handoff")
    owner = person.owner
    return {
        "written_at": now.isoformat(),
        "kept_by": {"name": owner.name, "business": owner.business, "email": owner.email},
        "not_in_here": "What the owner noted and planned for themselves.",
        "person": {
            "name": person.name,
            "email": person.email,
            "time_zone": person.time_zone,
            "rate_an_hour": f"{person.rate} {owner.currency}",
            "minutes_a_week": person.weekly_minutes,
            "wants_weekly_note": person.wants_note,
            "paused_on": _day(person.paused_on),
            "wants_no_mail": NeverMail.objects.has(person.email),
        },
        "skills": [
            {"skill": level.skill.name, "level": level.level} for level in person.skill_levels.select_related("skill")
        ],
        "days_away": [{"first": _day(each.first), "last": _day(each.last)} for each in person.absences.all()],
        "offers": [_offer(each) for each in offers],
        "events": [
            {"offer": each.offer_id, "at": each.happened_at.isoformat(), "what": each.kind, "by": each.actor}
            | {"text": each.note}
            | ({"hours": each.facts} if each.facts else {})
            for each in events
        ],
        "hours": [_line(each) for each in person.work.select_related("handoff__task").order_by("day", "pk")],
        "emails": [
            {"to": each.to_email, "written_at": each.written_at.isoformat(), "sent_at": _moment(each.sent_at)}
            | {"subject": messages.subject(each)}
            for each in emails
        ],
    }


def _offer(offer: Offer) -> dict[str, Any]:
    handoff = offer.handoff
    return {
        "number": offer.pk,
        "task": handoff.task.name,
        "brief": handoff.brief,
        "how_to": handoff.how_to,
        "state": offer.state,
        "hand_off": handoff.state,
        "stage": handoff.stage,
        "terms": _terms(offer.terms),
        "change_proposed": _terms(offer.proposed) if offer.proposed else None,
        "sent_at": _moment(offer.sent_at),
        "reply_by": offer.reply_by.isoformat(),
        "answered_at": _moment(offer.answered_at),
        "reason": offer.reason,
        "reminders": offer.reminders,
        "timer_runs_since": _moment(offer.timer_since),
        "trial_ends_on": _day(handoff.trial_ends_on),
        "ends_on": _day(handoff.ends_on) if offer.state == Offer.State.ACCEPTED else None,
    }


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "version": terms.version,
        "minutes_a_week": terms.weekly_minutes,
        "rate_an_hour": str(terms.rate),
        "starts_on": _day(terms.starts_on),
        "percent_of_the_task": terms.share,
    }


def _line(line: WorkLog) -> dict[str, Any]:
    return {
        "task": line.handoff.task.name,
        "day": _day(line.day),
        "seconds": line.seconds,
        "note": line.note,
        "rate_an_hour": str(line.rate),
        "amount": str(line.amount),
        "state": line.state,
        "is_above_the_agreed_hours": line.is_over,
        "decided_at": _moment(line.decided_at),
        "question": line.query,
        "answer": line.answer,
        "paid_on": _day(line.paid_on),
        "logged_at": line.logged_at.isoformat(),
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
