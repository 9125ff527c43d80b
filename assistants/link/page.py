"""What the assistant's page shows, by how the hand-off stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.forms import BaseForm

from assistants import links
from assistants.handoff import letters, moves, replies, terms_apart
from assistants.models import Handoff, HandoffEvent, NeverMail, Offer
from assistants.work import line_facts, totals, work_logs, work_timers
from assistants.work.forms import EndedForm, WorkForm
from assistants.work.line_facts import Correction, Line
from tasks import dates

from . import by_hand, person_letters
from .forms import ChangeForm, DeclineForm, EndForm, NoteForm, QuestionForm

State = Offer.State
Kind = HandoffEvent.Kind


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said about an offer, from the assistant's side; `who` as the design draws it."""

    who: str
    what: str
    when: str
    quote: str


def template(offer: Offer, now: datetime) -> str:
    if offer.state in Offer.LIVE:
        return "link/offer.html"
    if offer.state == State.ACCEPTED and offer.handoff.state == Handoff.State.TAKEN:
        return "link/accepted.html"
    if work_logs.can_log(offer, now):
        return "link/hours.html"
    return "link/closed.html"


def frame(offer: Offer, now: datetime) -> dict[str, Any]:
    """What the frame of every page behind the link names, and what its forms show to be a person's. No query."""
    return {
        "token": links.token("offer", offer.pid, offer.epoch),
        "made": by_hand.made(offer, now),
        "owner": offer.handoff.owner,
        "person": offer.assistant,
        "task": offer.handoff.task,
    }


def context(offer: Offer, now: datetime) -> dict[str, Any]:
    handoff, owner, person = offer.handoff, offer.handoff.owner, offer.assistant
    values: dict[str, Any] = {
        **frame(offer, now),
        "offer": offer,
        "handoff": handoff,
        "terms": _unbroken(letters.terms_in_words(offer.terms, handoff)),
        "share": offer.terms.share,
        "reply_by": dates.moment(offer.reply_by, person.zone),
        "reply_by_there": dates.moment(offer.reply_by, owner.zone) if person.time_zone != owner.time_zone else "",
        "brief": letters.paragraphs(handoff.brief),
        "how_to": letters.steps(handoff.how_to),
        "reasons": Offer.Reason.choices,
        "closed": closed(offer),
        "talk": (said := talk(offer)),
        "was_agreed": any(each.what == TALK[Kind.AGREED].format(owner=owner.first_name) for each in said),
        "others": others(offer),
        **_forms(offer, now),
    }
    if offer.state == State.COUNTERED and offer.proposed:
        values["change"] = terms_apart.side_by_side(offer.terms, offer.proposed, owner.currency, pay="Pays a week")
    if replies.can_take_back(offer, now) and offer.answered_at:
        values["starts_later"] = offer.terms.starts_on > person.today(now)
        values["take_back_until"] = dates.clock(offer.answered_at + replies.TAKE_BACK, person.zone)
    if offer.state in moves.MOVES[Kind.STILL_FREE].offer:
        # Nobody waits for the word any more where it was withdrawn or given to someone else.
        values["can_tell"] = handoff.state in moves.MOVES[Kind.STILL_FREE].handoff
        values["has_told"] = offer.events.filter(kind=Kind.STILL_FREE).exists()
        values["stopped"] = NeverMail.objects.has(offer.assistant.email)
    if offer.state == State.ACCEPTED:
        values |= totals.for_assistant(offer, now)
    return values


def _unbroken(terms: dict[str, str]) -> dict[str, str]:
    """An amount and its unit stay on one line, however narrow the page is."""
    return terms | {name: terms[name].replace(" ", "\u00a0") for name in ("pays", "rate", "takes")}


def _forms(offer: Offer, now: datetime) -> dict[str, Any]:
    """Fresh ones, of what can be done as it stands."""
    day = offer.assistant.today(now)
    forms: dict[str, Any] = {}
    if offer.state in Offer.LIVE:
        forms["decline_form"] = DeclineForm()
    if offer.state in Offer.OPEN:
        forms["change_form"] = ChangeForm(offer, day)
        forms["question_form"] = QuestionForm() if offer.questions < replies.MOST_QUESTIONS else None
    if offer.state == State.ACCEPTED and offer.handoff.is_agreed:
        forms["note_form"] = note_form(offer)
        forms["end_form"] = end_form(offer, now)
    if work_logs.can_log(offer, now):
        forms["work_form"] = WorkForm(min(day, work_logs.last_day(offer) or day))
    if work_timers.is_forgotten(offer, now):
        forms["ended_form"] = EndedForm(offer, now)
    return forms


def note_form(offer: Offer, data: Any = None) -> NoteForm:
    return NoteForm(data, help_text=f"{offer.handoff.owner.first_name} gets it by email.")


def end_form(offer: Offer, now: datetime, data: Any = None) -> EndForm:
    help_text = f"Until then it goes on as agreed, and {offer.handoff.owner.first_name} knows."
    return EndForm(offer.assistant.today(now), data, latest=offer.handoff.ends_on, help_text=help_text)


def keep_typed(form: BaseForm, typed: Mapping[str, str]) -> None:
    """Let a fresh form show what came too quickly, with no word on whether it can be sent so."""
    form.initial = {**form.initial, **typed}


def closed(offer: Offer) -> str:
    """What happened, in one sentence."""
    owner, task = offer.handoff.owner.first_name, offer.handoff.task.name
    zone = offer.assistant.zone
    match offer.state:
        case State.EXPIRED:
            ran_out = dates.moment(offer.answered_at or offer.reply_by, zone)
            return f"The time to reply to “{task}” ran out on {ran_out}, so {owner} may have asked someone else."
        case State.DECLINED:
            return f"You declined “{task}”, and {owner} knows."
        case State.RELEASED:
            return f"You took your acceptance of “{task}” back, and {owner} knows."
        case State.SUPERSEDED:
            return f"{owner} asked several people about “{task}”, and someone else was first. Thank you all the same."
        case State.WITHDRAWN:
            return f"{owner} has withdrawn “{task}”. There is nothing for you to do."
        case State.UNDELIVERABLE:
            return f"“{task}” could not be delivered by email, so it is closed."
        case _ if offer.handoff.state == Handoff.State.DONE:
            return f"“{task}” is done. Thank you for your work on it."
        case _:
            return f"“{task}” has ended. Thank you for your work on it."


# What a page says once after a form of it was sent, by the name that its address brings. Nothing else is said.
SAVED = {
    "hours": "Your hours are logged.",
    "timer": "The timer is stopped, and its hours are logged.",
    "line": "The line is saved.",
    "answer": "Your answer is sent.",
    "removed": "The line is removed.",
    "away": "Your days away are saved.",
    "back": "Those days are removed.",
}
# The timer's, of less than half a minute.
TOO_SHORT = "short"


def said_once(sent: Mapping[str, str]) -> dict[str, Any]:
    """What came of the form before, if the address says so by one of our names."""
    name = sent.get("saved", "")
    return {"saved": SAVED.get(name, ""), "is_too_short": name == TOO_SHORT}


TALK = {
    Kind.ASKED: "You asked",
    Kind.ANSWERED: "{owner} answered",
    Kind.COUNTERED: "You proposed a change",
    Kind.UNCOUNTERED: "You took the change back",
    Kind.INSISTED: "{owner} would rather keep the terms",
    Kind.EDITED: "{owner} changed the terms",
    Kind.AGREED: "{owner} agreed to your change",
    Kind.ACCEPTED: "You accepted",
    Kind.STILL_FREE: "You told {owner} that you are free",
    Kind.STARTED: "It started",
    Kind.STAGED: "{owner} set how far you do it alone",
    Kind.NOTICE: "Its last day was set",
    Kind.READDRESSED: "Your link was sent to a new address",
    Kind.QUERIED: "{owner} asked about hours",
    Kind.CORRECTED: "You corrected hours",
    Kind.APPROVED: "{owner} approved hours",
    Kind.UNAPPROVED: "{owner} took the approval back",
    Kind.PAID: "{owner} marked hours paid",
    Kind.UNPAID: "Not paid after all",
}


def talk(offer: Offer) -> list[Said]:
    """What was asked, answered and agreed, newest first. Two queries."""
    terms = letters.terms_by_version(offer.handoff)
    zone, found = offer.assistant.zone, []
    for event in offer.events.filter(kind__in=[*TALK, Kind.NOTED]).order_by("-pk"):
        who = {"assistant": "you", "owner": "them"}.get(event.actor, "auto")
        what, quote = _told(event, offer, terms)
        found.append(Said(who, what, dates.moment(event.happened_at, zone), quote))
    return found


def _told(event: HandoffEvent, offer: Offer, terms: Mapping[str, str]) -> tuple[str, str]:
    """What happened, and what was said or which hours it was about."""
    owner, is_mine = offer.handoff.owner.first_name, event.actor == HandoffEvent.Actor.ASSISTANT
    what = TALK.get(Kind(event.kind), "").format(owner=owner)
    match event.kind:
        case Kind.NOTED:
            return f"You wrote to {owner}" if is_mine else f"{owner} wrote", event.note
        case Kind.NOTICE:
            last_day = dates.full(date.fromisoformat(event.note))
            return f"{'You' if is_mine else owner} set the last day: {last_day}", ""
        case Kind.STAGED:
            return f"{owner} said: {Handoff.Stage(event.note).label.lower()}", ""
        case Kind.EDITED | Kind.AGREED | Kind.ACCEPTED:
            return what, terms.get(event.note, "")
        case Kind.CORRECTED if event.facts:
            correction = Correction.of(event)
            if correction.is_answer_only:
                return f"You answered: {correction.answered}", str(correction.was)
            return what, str(correction)
        case Kind.QUERIED if event.facts:
            return what, f"{Line.read(event.facts['line'])}: {event.note}"
        case Kind.APPROVED | Kind.UNAPPROVED | Kind.PAID | Kind.UNPAID if event.facts:
            return what, line_facts.summed(event.facts, offer.handoff.owner.currency)
        case _:
            return what, event.note


def others(offer: Offer) -> list[dict[str, str]]:
    """What else this person has, or was asked by an email that has left, with their links. One query."""
    theirs = offer.assistant.offers.exclude(pk=offer.pk).select_related("handoff__task", "assistant__owner")
    mine = theirs.filter(state__in=Offer.RUNS_OUT) | theirs.agreed()
    return [
        {
            "name": each.handoff.task.name,
            "stands": person_letters.stands(each),
            "token": links.token("offer", each.pid, each.epoch),
        }
        for each in mine
    ]
