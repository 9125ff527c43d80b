"""What the assistant's page shows, by how the hand-off stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tasks import dates, durations
from tasks.charts import Bar, Segment
from tasks.weeks import Week

from . import letters, links
from .models import Handoff, Offer, WorkLog

State = Offer.State


def template(offer: Offer) -> str:
    if offer.state in Offer.OPEN:
        return "link/offer.html"
    if offer.state == State.ACCEPTED and offer.handoff.state == Handoff.State.TAKEN:
        return "link/accepted.html"
    if can_log(offer):
        return "link/hours.html"
    return "link/closed.html"


def can_log(offer: Offer) -> bool:
    return offer.state == State.ACCEPTED and offer.handoff.state == Handoff.State.ACTIVE


def context(offer: Offer, now: datetime) -> dict[str, Any]:
    handoff, owner, person = offer.handoff, offer.handoff.owner, offer.assistant
    values: dict[str, Any] = {
        "offer": offer,
        "token": links.token("offer", offer.pid, offer.epoch),
        "handoff": handoff,
        "owner": owner,
        "person": person,
        "task": handoff.task,
        "terms": letters.terms_in_words(offer.terms, handoff),
        "reply_by": dates.moment(offer.reply_by, person.zone),
        "reply_by_there": dates.moment(offer.reply_by, owner.zone) if person.time_zone != owner.time_zone else "",
        "brief": letters.paragraphs(handoff.brief),
        "how_to": letters.steps(handoff.how_to),
        "reasons": Offer.Reason.choices,
        "closed": closed(offer),
    }
    lines = list(handoff.work.order_by("-day", "-pk")) if offer.state == State.ACCEPTED else []
    values |= {"lines": lines, "total": sum(line.amount for line in lines)}
    if can_log(offer):
        values |= _week(offer, lines, now)
    return values


def closed(offer: Offer) -> str:
    """What happened, in one sentence."""
    owner, task = offer.handoff.owner.first_name, offer.handoff.task.name
    zone = offer.assistant.zone
    match offer.state:
        case State.EXPIRED:
            ran_out = dates.moment(offer.reply_by, zone)
            return f"The time to reply to “{task}” ran out on {ran_out}, so {owner} may have asked someone else."
        case State.DECLINED:
            return f"You declined “{task}”, and {owner} knows. Changed your mind? Write to {owner}."
        case State.WITHDRAWN:
            return f"{owner} has withdrawn “{task}”. There is nothing for you to do."
        case State.UNDELIVERABLE:
            return f"“{task}” could not be delivered by email, so it is closed."
        case _:
            return f"“{task}” has ended. Thank you for your work on it."


def _week(offer: Offer, lines: list[WorkLog], now: datetime) -> dict[str, Any]:
    today = now.astimezone(offer.assistant.zone).date()
    week = Week.of(today)
    this_week = [line for line in lines if week.first <= line.day <= week.last]
    seconds = sum(line.seconds for line in this_week)
    agreed = offer.terms.weekly_minutes * 60
    return {
        "seconds": seconds,
        "agreed": agreed,
        "amount": sum(line.amount for line in this_week),
        "bar": Bar((Segment("best", seconds),), agreed),
        "sentence": f"{durations.words(seconds)} of {durations.words(agreed)} this week",
        "week": dates.span(week.first, week.last),
    }
