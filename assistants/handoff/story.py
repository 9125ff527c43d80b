"""A hand-off in the owner's words: its row, what happened and what comes, and what it brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from assistants.models import Handoff, HandoffEvent, Offer, StandIn, Terms, WorkLog
from assistants.work import gains, line_facts
from assistants.work.line_facts import Correction, Line
from tasks import dates, durations, money, owners
from tasks.weeks import Week

from . import cascade, letters, reply_times, terms_apart

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
    terms, offer, who = handoff.terms, handoff.offer, handoff.assistant.called
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
    match handoff.state:
        case State.DRAFT:
            return "draft", "Draft"
        case State.OFFERING if offer:
            return _waiting(handoff, offer, who)
        case State.TAKEN:
            return "on", f"Accepted, starts {dates.long(terms.starts_on)}"
        case State.ACTIVE if handoff.ends_on:
            return "on", f"Running until {dates.long(handoff.ends_on)}"
        case State.ACTIVE:
            stage = "" if handoff.stage == Handoff.Stage.FULL else f", {handoff.get_stage_display().lower()}"
            return "on", f"Running since {dates.long(terms.starts_on)}{stage}"
        case State.LAPSED:
            return "no", LAPSED.get(offer.state if offer else "", "Nobody took it")
        case State.WITHDRAWN:
            return "draft", "Withdrawn"
        case State.DONE:
            return "done", "Done"
        case _:
            return "done", "Ended"


LAPSED: dict[str, str] = {
    Offer.State.DECLINED: "Declined",
    Offer.State.EXPIRED: "Expired",
    Offer.State.UNDELIVERABLE: "Mail came back",
    Offer.State.RELEASED: "Taken back",
    Offer.State.WITHDRAWN: "Withdrawn",
}


def _waiting(handoff: Handoff, offer: Offer, who: str) -> tuple[str, str]:
    live = [each for each in handoff.offers.all() if each.state in Offer.LIVE]
    if any(each.state == Offer.State.COUNTERED for each in live):
        return "wait", "Change proposed"
    asking = [each for each in live if each.has_question]
    if asking:
        return "wait", f"{who} asks" if len(live) == 1 else "A question for you"
    if offer.state == Offer.State.QUEUED:
        return "wait", "Going out"
    return "wait", f"Waiting for {who}" if len(live) < 2 else f"Waiting for one of {len(live)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One of those it was put to: a word on how they stand, and what waits for the owner's answer."""

    offer: Offer
    state: str
    terms: str
    question: str = ""
    note: str = ""
    change: list[dict[str, Any]] | None = None
    heading: str = ""  # of the change


STANDS = {
    Offer.State.QUEUED: "going out",
    Offer.State.SENT: "has not answered yet",
    Offer.State.COUNTERED: "proposed a change",
    Offer.State.ACCEPTED: "accepted",
    Offer.State.DECLINED: "declined",
    Offer.State.EXPIRED: "did not reply in time",
    Offer.State.WITHDRAWN: "taken back by you",
    Offer.State.SUPERSEDED: "someone else was first",
    Offer.State.UNDELIVERABLE: "the email came back",
    Offer.State.RELEASED: "accepted, and took it back",
}


def asked(handoff: Handoff) -> list[Asked]:
    """Everyone it was put to since it was last a draft, in that order. Two queries."""
    offers = cascade.this_round(handoff)[::-1]
    events = handoff.events.filter(offer__in=offers, kind__in=[Kind.ASKED, Kind.COUNTERED]).order_by("pk")
    said = {(event.offer_id, event.kind): event.note for event in events}
    return [_asked(each, said, handoff) for each in offers]


def still_to_ask(handoff: Handoff) -> list[StandIn]:
    """Who stands in and can still be asked, under which hours and rate. Five queries at most."""
    if handoff.state not in (State.DRAFT, State.OFFERING) or handoff.if_not == Handoff.IfNot.TELL:
        return []
    return cascade.who_can_be_asked(handoff)


def _asked(offer: Offer, said: dict[tuple[int | None, str], str], handoff: Handoff) -> Asked:
    is_countered = offer.state == Offer.State.COUNTERED and offer.proposed is not None
    is_asking = offer.has_question and offer.state in Offer.OPEN
    state = "asks something" if is_asking else STANDS[Offer.State(offer.state)]
    if offer.state == Offer.State.EXPIRED and offer.waits_for_owner:
        state = "had no answer from you in time"
    return Asked(
        offer,
        state,
        terms=letters.in_short(offer.terms, handoff),
        question=said.get((offer.pk, Kind.ASKED), "") if is_asking else "",
        note=said.get((offer.pk, Kind.COUNTERED), "") if is_countered else "",
        change=_change(offer, handoff) if is_countered else None,
        heading=_heading(offer, handoff) if is_countered else "",
    )


def _heading(offer: Offer, handoff: Handoff) -> str:
    """Ana would do it for $22 an hour, from 2 November"""
    if offer.proposed is None:
        return ""
    would = terms_apart.in_a_clause(offer.terms, offer.proposed, handoff.owner.currency)
    return f"{offer.assistant.first_name} would do {would}"


def _change(offer: Offer, handoff: Handoff) -> list[dict[str, Any]]:
    """Both sets of terms, and what each would bring a week."""
    if offer.proposed is None:
        return []
    owner = handoff.owner
    value = owner.hour_value(offer.reply_by.astimezone(owner.zone).date()) or Decimal(0)

    def ahead(terms: Terms) -> str:
        minutes = handoff.given_at(terms.share)
        return money.short(money.rounded(value * minutes / 60 - terms.weekly_pay, owner.currency), owner.currency)

    was, now = ahead(offer.terms), ahead(offer.proposed)
    rows = terms_apart.side_by_side(offer.terms, offer.proposed, owner.currency)
    return [*rows, {"label": "Puts you ahead", "was": was, "now": now, "differs": was != now}]


def trial(handoff: Handoff, today: date) -> dict[str, Any]:
    """Whether a trial asks for the owner's word, and which day it would end on."""
    last_day = max(handoff.trial_ends_on or today, today)
    return {"trial_last_day": last_day.isoformat(), "trial_asks": handoff.asks_to_keep(today)}


def log(handoff: Handoff) -> list[Entry]:
    """What happened, newest first."""
    zone = handoff.owner.zone
    lines = {str(line.pk): line for line in handoff.work.all()}
    entries: list[Entry] = []
    told: set[Week] = set()
    for event in handoff.events.select_related("offer__assistant").order_by("pk"):
        line = lines.get(event.note) if event.kind == Kind.LOGGED else None
        if line is None:
            entries += [Entry(_side(event), _begun(what), *more) for what, *more in _told(event, handoff, zone)]
        elif (week := Week.of(line.day)) not in told:
            # One entry a week: a line for each day would bury everything else.
            told.add(week)
            entries.append(_worked(handoff, week, [each for each in lines.values() if Week.of(each.day) == week]))
    return entries[::-1]


def _worked(handoff: Handoff, week: Week, lines: list[WorkLog]) -> Entry:
    time = durations.clock(sum(line.seconds for line in lines))
    notes = ". ".join(line.note for line in sorted(lines, key=lambda line: line.day) if line.note)
    what = f"{handoff.assistant.called} logged {time}"
    return Entry("them", _begun(what), f"In the week of {dates.long(week.first)}", notes)


def to_come(handoff: Handoff, next_asked: Sequence[StandIn] = ()) -> list[Entry]:
    """The steps after sending, drawn hollow; soonest first. `next_asked` are those who can still be asked."""
    offer, zone = handoff.offer, handoff.owner.zone
    ends = [Entry("auto", "It ends", dates.full(handoff.ends_on))] if handoff.ends_on else _trial_ends(handoff)
    if handoff.state == State.ACTIVE:
        return ends
    starts = [Entry("auto", "It starts", dates.full(handoff.terms.starts_on))]
    if handoff.state == State.TAKEN:
        return [*starts, *ends]
    if handoff.state != State.OFFERING or offer is None:
        return []
    is_last = handoff.if_not == Handoff.IfNot.NEXT and not next_asked
    runs_out = {
        Handoff.IfNot.TELL: "Time to reply runs out, and we tell you",
        Handoff.IfNot.NEXT: "Time to reply runs out, and the next one is asked",
        Handoff.IfNot.ALL: "Time to reply runs out for those who did not answer",
    }[Handoff.IfNot.TELL if is_last else Handoff.IfNot(handoff.if_not)]
    until = [Entry("auto", runs_out, dates.moment(offer.reply_by, zone))]
    reminder = reply_times.reminder_at(offer) if offer.state == Offer.State.SENT and not offer.has_question else None
    if reminder:
        until = [Entry("auto", f"A reminder to {handoff.assistant.first_name}", dates.moment(reminder, zone)), *until]
    return [*until, *starts, *ends]


def _trial_ends(handoff: Handoff) -> list[Entry]:
    if handoff.stage != Handoff.Stage.TRIAL or handoff.trial_ends_on is None:
        return []
    return [Entry("auto", "The trial ends, and you say whether it goes on", dates.full(handoff.trial_ends_on))]


def outdated(offer: Offer) -> str:
    """How the terms of an offer stand, to an owner whose page is older."""
    if offer.proposed:
        theirs = letters.in_short(offer.proposed, offer.handoff)
        return f"{offer.assistant.first_name} proposes a change that you have not seen: {theirs}."
    return f"The terms were changed elsewhere. They are now: {letters.in_short(offer.terms, offer.handoff)}."


def _begun(what: str) -> str:
    """A sentence that may begin with who left; a name is left as it is written."""
    return f"S{what[1:]}" if what.startswith("someone ") else what


def _side(event: HandoffEvent) -> str:
    return {"owner": "you", "assistant": "them", "system": "auto"}[event.actor]


SAID = {
    Kind.UNDONE: "You took it back before it left",
    Kind.DELIVERED: "It went out to {who}",
    Kind.REMINDED: "{who} was reminded",
    Kind.READDRESSED: "{who} got a new link at a new address",
    Kind.ASKED: "{who} asked",
    Kind.ANSWERED: "You answered",
    Kind.COUNTERED: "{who} proposed a change",
    Kind.UNCOUNTERED: "{who} took the change back",
    Kind.AGREED: "You agreed",
    Kind.INSISTED: "You would rather keep the terms",
    Kind.EDITED: "You changed the terms",
    Kind.ACCEPTED: "{who} accepted",
    Kind.TAKEN_BACK: "{who} took the acceptance back",
    Kind.DECLINED: "{who} declined",
    Kind.EXPIRED: "Time to reply ran out for {who}",
    Kind.SUPERSEDED: "{who} heard that someone was first",
    Kind.STILL_FREE: "{who} would take it after all",
    Kind.WITHDRAWN: "You withdrew it",
    Kind.LAPSED: "Nobody is left to ask",
    Kind.STARTED: "Started",
    Kind.DONE: "You said that it is done",
    Kind.REOPENED: "You took that back: it goes on",
    Kind.QUERIED: "You asked about hours",
    Kind.CORRECTED: "{who} corrected hours",
    Kind.APPROVED: "You approved hours",
    Kind.UNAPPROVED: "You took the approval back",
    Kind.PAID: "You marked hours paid",
    Kind.UNPAID: "Not paid after all",
}


def _told(event: HandoffEvent, handoff: Handoff, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    person = event.offer.assistant if event.offer else handoff.assistant
    who, is_mine = person.called, event.actor == HandoffEvent.Actor.OWNER
    when = dates.moment(event.happened_at, zone)
    match event.kind:
        case Kind.SENT:
            yield f"You sent it to {who}" if is_mine else f"{who} was asked next", when, ""
        case Kind.UNDELIVERABLE:
            yield f"The email did not reach {who}", when, ""
        case Kind.NOTED:
            yield f"You wrote to {who}" if is_mine else f"{who} wrote", when, event.note
        case Kind.STAGED:
            yield f"You said: {Handoff.Stage(event.note).label.lower()}", when, ""
        case Kind.NOTICE:
            last_day = dates.full(date.fromisoformat(event.note))
            yield f"{'You' if is_mine else who} set the last day: {last_day}", when, ""
        case Kind.ENDED if person.erased_at == event.happened_at:
            yield "They had their data erased, which ended it", when, ""
        case Kind.ENDED:
            yield "You ended it" if is_mine else "It ended", when, ""
        case Kind.ACCEPTED | Kind.AGREED | Kind.EDITED:
            yield SAID[Kind(event.kind)].format(who=who), when, letters.terms_by_version(handoff).get(event.note, "")
        case Kind.CORRECTED if event.facts:
            correction = Correction.of(event)
            if correction.is_answer_only:
                yield f"{who} answered: {correction.answered}", when, str(correction.was)
            else:
                yield SAID[Kind.CORRECTED].format(who=who), when, str(correction)
        case Kind.QUERIED if event.facts:
            yield SAID[Kind.QUERIED], when, f"{Line.read(event.facts['line'])}: {event.note}"
        case Kind.APPROVED | Kind.UNAPPROVED | Kind.PAID | Kind.UNPAID if event.facts:  # the amounts stand above
            yield f"{SAID[Kind(event.kind)]}: {line_facts.which(event.facts)}", when, ""
        case Kind.LAPSED if handoff.if_not == Handoff.IfNot.TELL:
            return  # nobody else was to be asked
        # A refused click is kept for the record, and a closed offer follows from what stands beside it.
        case kind if kind in SAID:
            quote = "" if kind in HandoffEvent.MACHINE_NOTES else event.note
            yield SAID[Kind(kind)].format(who=who), when, quote


def so_far(handoff: Handoff, today: date) -> dict[str, Any]:
    """What a running hand-off won back and cost, by the weeks that are over since it began; nothing before."""
    if handoff.state not in (State.ACTIVE, State.ENDED, State.DONE):
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
