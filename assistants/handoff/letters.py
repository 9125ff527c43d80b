"""
What each hand-off email says.

Each function here is called when its email is written, and what it returns is stored
with it: plain words, no links. `to_assistant` and `to_owner` are called each time one is
rendered, and add the links, which are never stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from assistants import links
from assistants.models import Handoff, HandoffEvent, Offer, OutgoingEmail, Terms
from tasks import dates, durations, formats, money

Facts = dict[str, Any]


def offered(offer: Offer) -> Facts:
    with formats.use(formats.USUAL):  # the owner's choice is not the assistant's
        reply_by = dates.moment(offer.reply_by, offer.assistant.zone)
    return start(offer) | {
        "reply_by": reply_by,
        "place": offer.assistant.place,
        "paragraphs": paragraphs(offer.handoff.brief),
        "is_one_of_several": offer.handoff.if_not == Handoff.IfNot.ALL,
    }


def withdrawn(offer: Offer) -> Facts:
    return people(offer)


def start(offer: Offer) -> Facts:
    with formats.use(formats.USUAL):
        return people(offer) | terms_in_words(offer.terms, offer.handoff)


# --- To the owner: what the assistant did ---------------------------------------
def accepted(offer: Offer) -> Facts:
    with formats.use(offer.handoff.owner.formats):  # it is the assistant who asks for it
        words = terms_in_words(offer.terms, offer.handoff)
    what_now = "Nothing to do until then. Share what is needed, such as folders and access, before the first day."
    if offer.begins_at_once:
        what_now = "It starts today, so share what is needed now, such as folders and access."
    line = f"{words['takes']} for {words['pays']}, from {words['starts']}."
    return _answer(offer, f"{_who(offer)} accepted {_task(offer)}", line, what_now)


def taken_back(offer: Offer, then: Offer | None, again: Sequence[Offer] = ()) -> Facts:
    """`again` are those who heard that it was taken, and can be asked anew."""
    headline = f"{_who(offer)} has taken the acceptance of {_task(offer)} back"
    what_now = _then(offer, then)
    if again:
        names = " and ".join(each.assistant.first_name for each in again)
        what_now = f"Nobody is asked now: {names} heard that it was taken. One button on its page asks them again."
    return _answer(offer, headline, "It was within the quarter of an hour in which one can.", what_now)


def declined(offer: Offer, then: Offer | None) -> Facts:
    why = WHY_NOT.get(offer.reason, "No reason was given.")
    return _answer(offer, f"{_who(offer)} declined {_task(offer)}", why, _then(offer, then))


def expired(offer: Offer, then: Offer | None) -> Facts:
    headline = f"{_who(offer)} did not reply about {_task(offer)}"
    line = "The time to reply has run out, so the offer is closed."
    if offer.waits_for_owner:
        headline = f"You did not answer {_who(offer)} about {_task(offer)} in time"
        asked = "question" if offer.has_question else "change"
        line = f"Their {asked} waited for you until the time to reply ran out, so the offer is closed."
    return _answer(offer, headline, line, _then(offer, then))


def undeliverable(offer: Offer, trouble: str, then: Offer | None) -> Facts:
    """`trouble` is what the outbox wrote down, as the end of a sentence."""
    return _answer(
        offer,
        f"Your hand-off did not reach {_who(offer)}",
        f"The offer of {_task(offer)} could not be sent to {offer.assistant.email}: {trouble}.",
        _then(offer, then) if then else "Look at the address and send it again, or see who else could take it.",
    )


def asked(offer: Offer, question: str) -> Facts:
    headline = f"{_who(offer)} asks about {_task(offer)}"
    return _answer(offer, headline, f"“{question}”", "Your answer gives at least a day to think it over.")


def countered(offer: Offer, note: str) -> Facts:
    with formats.use(offer.handoff.owner.formats):
        theirs, yours = (in_short(each, offer.handoff) for each in (offer.proposed or offer.terms, offer.terms))
    said = [f"“{note}”"] if note else []
    headline = f"{_who(offer)} proposes a change to {_task(offer)}"
    return _answer(offer, headline, f"Theirs: {theirs}.", f"Yours: {yours}.", *said)


def uncountered(offer: Offer) -> Facts:
    headline = f"{_who(offer)} has taken the change to {_task(offer)} back"
    return _answer(offer, headline, "Your offer stands as you sent it. There is nothing to do.")


def still_free(offer: Offer) -> Facts:
    headline = f"{_who(offer)} would take {_task(offer)} after all"
    return _answer(offer, headline, "The offer is closed and stays so. Write a new one if you still need them.")


def wrote(offer: Offer, text: str) -> Facts:
    return _answer(offer, f"{_who(offer)} wrote about {_task(offer)}", f"“{text}”")


def corrected(offer: Offer, line: str, became: str) -> Facts:
    """The answer to a question about hours; `line` is what it said before, `became` a sentence."""
    headline = f"{_who(offer)} has looked at the hours you asked about"
    return _answer(offer, headline, f"{line}.", became, "You have not approved it yet.")


def will_not_start(offer: Offer) -> Facts:
    headline = f"{_who(offer)} will not start with {_task(offer)} after all"
    return _answer(offer, headline, "It is over before it began. Your plan shows who else could take it.")


def resigned(offer: Offer) -> Facts:
    """The assistant gave notice: it ends after a day that is named."""
    with formats.use(offer.handoff.owner.formats):
        headline = _ends(offer, _who(offer))
    return _answer(offer, headline, "Until then it goes on as agreed. Your plan shows who else could take it.")


def trial_ends(offer: Offer) -> Facts:
    until = offer.handoff.trial_ends_on
    with formats.use(offer.handoff.owner.formats):
        last = dates.full(until) if until else ""
    headline = f"Keep {_who(offer)} on {_task(offer)}?"
    return _answer(offer, headline, f"The trial ends on {last}. Say whether to keep or to stop.")


WHY_NOT: dict[str, str] = {
    Offer.Reason.TIME: "The reason: no time.",
    Offer.Reason.FIT: "The reason: it isn’t what they do.",
    Offer.Reason.RATE: "The reason: the rate is too low.",
}


def _then(offer: Offer, then: Offer | None) -> str:
    """What comes after a no."""
    if then is None:
        if offer.handoff.offers.live().exists():
            return "The others you asked can still answer."
        last = "" if offer.handoff.if_not == Handoff.IfNot.TELL else "That was the last one on your list. "
        return f"{last}Your plan shows who else could take it."
    with formats.use(offer.handoff.owner.formats):
        reply_by = dates.moment(then.reply_by, offer.handoff.owner.zone)
    return f"{then.assistant.first_name} is asked now, and has until {reply_by}."


# --- To the assistant: what the owner did ---------------------------------------
def reminder(offer: Offer) -> Facts:
    headline = f"{offer.handoff.owner.first_name} waits for your word on {_task(offer)}"
    return offered(offer) | {"headline": headline}


def changed(offer: Offer, before: Terms) -> Facts:
    headline = f"{offer.handoff.owner.first_name} has changed the terms of {_task(offer)}"
    with formats.use(formats.USUAL):
        was = f"Before: {in_short(before, offer.handoff)}."
    return offered(offer) | {"headline": headline, "before": was}


def _settled(offer: Offer, take_back_until: datetime) -> tuple[str, str]:
    """What was agreed, and the time of day until which it can be taken back."""
    begins = " It starts today: you log your hours on your page." if offer.begins_at_once else ""
    with formats.use(formats.USUAL):
        return f"{in_short(offer.terms, offer.handoff)}.{begins}", dates.clock(take_back_until, offer.assistant.zone)


def receipt(offer: Offer, *, take_back_until: datetime) -> Facts:
    terms, until = _settled(offer, take_back_until)
    return _news(
        offer,
        f"You accepted {_task(offer)}",
        f"{terms} {offer.handoff.owner.first_name} knows.",
        f"Was it not you, or did you change your mind? On your page you can take it back until {until} your time.",
        "Keep this link: it is your way in, without a password.",
    )


def took_back(offer: Offer) -> Facts:
    line = f"{offer.handoff.owner.first_name} knows. There is nothing for you to do."
    return _news(offer, f"You took your acceptance of {_task(offer)} back", line)


def answered(offer: Offer, text: str) -> Facts:
    headline = f"{offer.handoff.owner.first_name} answered about {_task(offer)}"
    return _news(offer, headline, f"“{text}”", _reply_by(offer))


def agreed(offer: Offer, *, take_back_until: datetime) -> Facts:
    terms, until = _settled(offer, take_back_until)
    what_now = f"Did you change your mind? On your page you can take it back until {until} your time."
    return _news(offer, f"{offer.handoff.owner.first_name} agreed: {_task(offer)} is yours", terms, what_now)


def insisted(offer: Offer, text: str) -> Facts:
    headline = f"{offer.handoff.owner.first_name} would rather keep the terms of {_task(offer)}"
    said = [f"“{text}”"] if text else []
    return _news(offer, headline, "The offer stands as it was, and it is your turn.", *said, _reply_by(offer))


def superseded(offer: Offer) -> Facts:
    return _news(offer, f"{_about(offer)} is taken", "Several people were asked, and one was first.")


def closed(offer: Offer) -> Facts:
    first = offer.handoff.owner.first_name
    tell = f"On your page you can tell {first}."
    if offer.waits_for_owner:
        headline = f"{first} did not answer you about {_task(offer)} in time"
        return _news(offer, headline, f"The time to reply is over, so the offer is closed. Would you take it? {tell}")
    return _news(offer, f"The time to reply about {_task(offer)} is over", f"Would you have taken it? {tell}")


def noted(offer: Offer, text: str) -> Facts:
    return _news(offer, f"{offer.handoff.owner.first_name} wrote about {_task(offer)}", f"“{text}”")


def queried(offer: Offer, line: str, text: str) -> Facts:
    headline = f"{offer.handoff.owner.first_name} asks about your hours on {_task(offer)}"
    what_now = "On your page you can correct the line, or say that it stays as it is."
    return _news(offer, headline, f"{line}.", f"“{text}”", what_now)


def staged(offer: Offer, *, was: str = "") -> Facts:
    """`was` is the stage before."""
    first, until = offer.handoff.owner.first_name, offer.handoff.trial_ends_on
    with formats.use(formats.USUAL):
        last = dates.full(until) if until else ""
    said = {
        Handoff.Stage.SHADOW: f"You watch how {first} does it, and do parts of it together.",
        Handoff.Stage.TRIAL: f"You do it on your own until {last}. Then {first} says whether it goes on.",
        Handoff.Stage.FULL: "It is yours in full now.",
    }
    stage = Handoff.Stage(offer.handoff.stage)
    headline = f"{_about(offer)}: {stage.label.lower()}"
    if (was, stage) == (Handoff.Stage.TRIAL, Handoff.Stage.FULL):
        headline = f"{first} keeps you on {_task(offer)} after the trial"
    return _news(offer, headline, said[stage])


def notice(offer: Offer) -> Facts:
    with formats.use(formats.USUAL):
        headline = _ends(offer, offer.handoff.owner.first_name)
    return _news(offer, headline, "Until then it goes on as agreed. Hours can be logged for two weeks after it.")


def ended(offer: Offer, *, by: HandoffEvent.Actor) -> Facts:
    """It is over: because its owner ended it today, or else because its last day is."""
    headline = f"{_task(offer, starts=True)} has ended"
    if by == HandoffEvent.Actor.OWNER:
        headline = f"{offer.handoff.owner.first_name} has ended {_task(offer)}"
    what_now = "From today there is nothing more for you to do. The hours you logged stay as they are."
    return _news(offer, headline, what_now)


def finished(offer: Offer) -> Facts:
    first = offer.handoff.owner.first_name
    lines = f"{first} says so, with thanks.", "Hours that are not logged yet can be for two weeks."
    return _news(offer, f"{_about(offer)} is done", *lines)


def reopened(offer: Offer) -> Facts:
    return _news(offer, f"{_about(offer)} goes on", "It is not done after all.")


def readdressed(offer: Offer) -> Facts:
    return _news(offer, f"Your link to {_task(offer)}", "It is a new one. The one before opens nothing any more.")


def _reply_by(offer: Offer) -> str:
    with formats.use(formats.USUAL):
        return f"You have until {dates.moment(offer.reply_by, offer.assistant.zone)}, your time, to reply."


# --- Rendered, with their links -------------------------------------------------
def to_assistant(email: OutgoingEmail) -> Facts:
    """With the private link, and so that answering the email reaches the owner."""
    if email.offer is None:
        raise ValueError(f"{email.key}: an email to an assistant is about an offer")
    token = links.token("offer", email.offer.pid, email.offer.epoch)
    name, address = email.facts["owner_name"], email.facts["owner_email"]
    return email.facts | {
        "url": links.absolute(reverse("link:page", args=[token])),
        "stop_url": links.absolute(reverse("link:stop", args=[token])),
        "sender": f"{name} via Delegator",
        "reply_to": (name, address),
    }


def to_owner(email: OutgoingEmail) -> Facts:
    """With the page of the hand-off."""
    return email.facts | {"url": links.absolute(reverse("assistants:handoff", args=[email.facts["handoff"]]))}


# --- Words ----------------------------------------------------------------------
def terms_in_words(terms: Terms, handoff: Handoff) -> dict[str, str]:
    """$90 a week, $18 an hour, 5 h a week, Monday 26 October."""
    currency = handoff.owner.currency
    return {
        "pays": f"{money.short(money.rounded(terms.weekly_pay, currency), currency)} a week",
        "rate": f"{money.short(terms.rate, currency)} an hour",
        "takes": f"{durations.hours(terms.weekly_minutes * 60)} a week",
        "takes_note": "on your own days" if terms.share == 100 else f"{terms.share}\u00a0% of it, on your own days",
        "starts": dates.full(terms.starts_on),
        "starts_note": _stage(handoff),
    }


def _stage(handoff: Handoff) -> str:
    """How it begins, if not in full."""
    if handoff.stage == Handoff.Stage.TRIAL and handoff.trial_ends_on:
        return f"on trial until {dates.long(handoff.trial_ends_on)}"
    return "first you watch how it is done" if handoff.stage == Handoff.Stage.SHADOW else ""


def in_short(terms: Terms, handoff: Handoff) -> str:
    """5 h a week at $18 an hour, from Monday 26 October; of a share, how much of the task it is."""
    words = terms_in_words(terms, handoff)
    share = "" if terms.share == 100 else f", {terms.share} % of it"
    return f"{words['takes']} at {words['rate']}, from {words['starts']}{share}"


def terms_by_version(handoff: Handoff) -> dict[str, str]:
    """All its terms in short, by the version that events name them by."""
    return {str(terms.version): in_short(terms, handoff) for terms in handoff.versions.all()}


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")


def steps(text: str) -> list[str]:
    """The lines of a how-to without the numbers or dashes the owner typed; the page numbers them."""
    return [NUMBERED.sub("", line) for line in paragraphs(text)]


def people(offer: Offer) -> Facts:
    """Who writes to whom, and about what: in every email to an assistant."""
    owner, task = offer.handoff.owner, offer.handoff.task
    return {
        "owner_name": owner.name,
        "owner_first": owner.first_name,
        "owner_email": owner.email,
        "business": owner.business,
        "first_name": offer.assistant.first_name,
        "task": task.mid_sentence,
        "task_title": task.name,
    }


def _ends(offer: Offer, who: str) -> str:
    last = offer.handoff.ends_on
    return f"{who} ends {_task(offer)} on {dates.full(last) if last else ''}"


def _who(offer: Offer) -> str:
    return offer.assistant.first_name


def _task(offer: Offer, *, starts: bool = False) -> str:
    task = offer.handoff.task
    return task.name if starts else task.mid_sentence


def _about(offer: Offer) -> str:
    """Begins a subject that would else not say who writes."""
    return f"{offer.handoff.owner.first_name}: the hand-off “{offer.handoff.task.name}”"


def _news(offer: Offer, headline: str, *lines: str) -> Facts:
    """For the assistant: it leads to their page."""
    return people(offer) | {"headline": headline, "lines": list(lines), "button": "Open your page"}


def _answer(offer: Offer, headline: str, *lines: str) -> Facts:
    return {
        "headline": headline,
        "lines": list(lines),
        "button": "Open the hand-off",
        "handoff": offer.handoff_id,
        "task_title": offer.handoff.task.name,
    }
