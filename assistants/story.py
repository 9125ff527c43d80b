"""A hand-off in the owner's words: its row, what happened and what comes, and what it brought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tasks import dates, durations, money, owners
from tasks.weeks import Week

from . import gains, letters, suggestions
from .forms import HandoffForm
from .models import Handoff, HandoffEvent, Offer, Terms, WorkLog

State = Handoff.State
Kind = HandoffEvent.Kind


WHY = {Offer.Reason.TIME: "no time", Offer.Reason.FIT: "not what they do", Offer.Reason.RATE: "the rate is too low"}


@dataclass(frozen=True, slots=True)
class Row:
    """A hand-off in a list: its title, a word with a mark for its state, and one line."""

    handoff: Handoff
    title: str
    mark: str
    state: str
    line: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened or will; `who` is you, them or auto, as the design draws it."""

    who: str
    what: str
    when: str
    quote: str = ""


def row(handoff: Handoff) -> Row:
    """Needs a hand-off loaded with `with_terms`."""
    terms, offer, who = handoff.terms, handoff.offer, handoff.assistant.first_name
    words = letters.terms_in_words(terms, handoff)
    line = f"{words['takes']}, {words['pays']}."
    zone = handoff.owner.zone
    joint = "with" if handoff.state in (State.TAKEN, State.ACTIVE, State.DONE, State.ENDED) else "to"
    mark, state = _standing(handoff, terms, offer)
    if offer and handoff.state == State.OFFERING:
        line += f" Reply by {dates.moment(offer.reply_by, zone)}."
    if offer and offer.state == Offer.State.DECLINED and offer.answered_at:
        line = f"Declined on {dates.long(offer.answered_at.astimezone(zone).date())}."
        line = line[:-1] + (f": {WHY[Offer.Reason(offer.reason)]}." if offer.reason else ".")
    if handoff.state == State.DRAFT:
        line += " Not sent."
    return Row(handoff, f"{handoff.task.name}, {joint} {who}", mark, state, line)


def _standing(handoff: Handoff, terms: Terms, offer: Offer | None) -> tuple[str, str]:
    """The mark and the word that the owner reads."""
    who = handoff.assistant.first_name
    lapsed = {
        Offer.State.DECLINED: ("no", "Declined"),
        Offer.State.EXPIRED: ("no", "Expired"),
        Offer.State.UNDELIVERABLE: ("no", "Mail came back"),
    }
    match handoff.state:
        case State.DRAFT:
            return "draft", "Draft"
        case State.OFFERING if offer and offer.state == Offer.State.QUEUED:
            return "wait", "Going out"
        case State.OFFERING:
            return "wait", f"Waiting for {who}"
        case State.TAKEN:
            return "on", f"Accepted, starts {dates.long(terms.starts_on)}"
        case State.ACTIVE:
            return "on", f"Running since {dates.long(terms.starts_on)}"
        case State.LAPSED if offer and offer.state in lapsed:
            return lapsed[Offer.State(offer.state)]
        case State.WITHDRAWN:
            return "draft", "Withdrawn"
        case _:
            return "done", "Ended"


def log(handoff: Handoff) -> list[Entry]:
    """What happened, newest first."""
    zone = handoff.owner.zone
    lines = {str(line.pk): line for line in handoff.work.all()}
    entries: list[Entry] = []
    told: set[Week] = set()
    for event in handoff.events.all():
        line = lines.get(event.note) if event.kind == Kind.LOGGED else None
        if line is None:
            entries += [Entry(_side(event), *said) for said in _told(event, handoff, zone)]
        elif (week := Week.of(line.day)) not in told:
            # One entry a week: a line for each day would bury everything else.
            told.add(week)
            entries.append(_worked(handoff, week, [each for each in lines.values() if Week.of(each.day) == week]))
    return entries[::-1]


def _worked(handoff: Handoff, week: Week, lines: list[WorkLog]) -> Entry:
    time = durations.clock(sum(line.seconds for line in lines))
    notes = ". ".join(line.note for line in sorted(lines, key=lambda line: line.day) if line.note)
    what = f"{handoff.assistant.first_name} logged {time}"
    return Entry("them", what, f"In the week of {dates.long(week.first)}", notes)


def to_come(handoff: Handoff) -> list[Entry]:
    """The steps after sending, drawn hollow; soonest first."""
    offer, zone = handoff.offer, handoff.owner.zone
    starts = Entry("auto", "It starts", dates.full(handoff.terms.starts_on))
    if handoff.state == State.TAKEN:
        return [starts]
    if handoff.state != State.OFFERING or offer is None:
        return []
    return [Entry("auto", "Time to reply runs out, and we tell you", dates.moment(offer.reply_by, zone)), starts]


def _side(event: HandoffEvent) -> str:
    return {"owner": "you", "assistant": "them", "system": "auto"}[event.actor]


def _told(event: HandoffEvent, handoff: Handoff, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    who = handoff.assistant.first_name
    said = {
        Kind.SENT: "You sent it",
        Kind.UNDONE: "You took it back before it left",
        Kind.DELIVERED: f"It went out to {who}",
        Kind.ACCEPTED: f"{who} accepted",
        Kind.DECLINED: f"{who} declined",
        Kind.EXPIRED: "Time to reply ran out",
        Kind.UNDELIVERABLE: f"The email did not reach {handoff.assistant.email}",
        Kind.WITHDRAWN: "You withdrew it",
        Kind.STARTED: "Started",
        Kind.ENDED: "You ended it",
    }
    # A refused click is kept for the record; it is no news to the owner.
    if event.kind in said:
        yield said[Kind(event.kind)], dates.moment(event.happened_at, zone), event.note


def so_far(handoff: Handoff, today: date) -> dict[str, Any]:
    """What a running hand-off won back and cost, by the weeks that are over since it began; nothing before."""
    if handoff.state not in (State.ACTIVE, State.ENDED):
        return {"gains": None}
    owner = handoff.owner
    this, began = Week.of(today).first, Week.of(handoff.terms.starts_on).first
    this_week = sum(line.seconds for line in handoff.work.all() if line.day >= this)
    if began >= this:
        return {"gains": None, "this_week": this_week}
    run, logged = gains.last_weeks(owner, today, min(520, (this - began).days // 7))
    made = gains.of(owner, run[:-1], logged, [handoff])
    if not made.begun:  # it was ended before its start
        return {"gains": None}
    worth = money.rounded(made.worth(owners.hour_values(owner)), owner.currency)
    return {"gains": made, "worth": worth, "paid": made.paid, "this_week": this_week, "until": run[-2].last}


def preview(form: HandoffForm, suggestion: suggestions.Suggestion, terms: Terms | None) -> dict[str, Any]:
    """What the assistant will read and what it costs and frees, from the form as it stands over a draft's `terms`."""
    currency = form.task.owner.currency
    given = form.cleaned_data if form.is_bound else {}
    known = terms.weekly_minutes if terms else suggestion.minutes
    minutes = given.get("hours", known * 60) // 60
    rate: Decimal = given.get("rate", form.initial["rate"])
    starts_on: date = given.get("starts_on") or form.initial["starts_on"]
    return {
        "takes": durations.hours(minutes * 60),
        "rate": money.short(rate, currency),
        "starts": dates.full(starts_on),
        "brief": given.get("brief") or form.initial.get("brief", ""),
        "costs": money.short(money.rounded(rate * minutes / 60, currency), currency),
        "frees": money.short(money.rounded(suggestion.frees(minutes), currency), currency),
        "given": durations.hours(suggestion.given(minutes) * 60),
    }
