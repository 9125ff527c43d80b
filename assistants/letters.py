"""
What each kind of hand-off email says.

`<kind>_facts` is called when the email is written and stored with it: plain words,
no links. The function named after the kind is called each time it is rendered, and
adds the links, which are never stored.
"""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from tasks import dates, durations, formats, money

from . import links
from .models import Handoff, Offer, OutgoingEmail, Terms

Facts = dict[str, Any]


def offer_facts(offer: Offer) -> Facts:
    with formats.use(formats.USUAL):  # the owner's choice is not the assistant's
        reply_by = dates.moment(offer.reply_by, offer.assistant.zone)
    return start_facts(offer) | {
        "reply_by": reply_by,
        "place": offer.assistant.place,
        "paragraphs": paragraphs(offer.handoff.brief),
    }


def withdrawn_facts(offer: Offer) -> Facts:
    return _people(offer)


def start_facts(offer: Offer) -> Facts:
    with formats.use(formats.USUAL):
        return _people(offer) | terms_in_words(offer.terms, offer.handoff)


def accepted_facts(offer: Offer) -> Facts:
    with formats.use(offer.handoff.owner.formats):  # it is the assistant who asks for it
        words = terms_in_words(offer.terms, offer.handoff)
    return _answer(
        offer,
        f"{offer.assistant.first_name} accepted {offer.handoff.task.mid_sentence}",
        f"{words['takes']} for {words['pays']}, from {words['starts']}.",
        "Nothing to do until then. Share what is needed, such as folders and access, before the first day.",
    )


def declined_facts(offer: Offer) -> Facts:
    why = (
        {
            Offer.Reason.TIME: "The reason: no time.",
            Offer.Reason.FIT: "The reason: it isn’t what they do.",
            Offer.Reason.RATE: "The reason: the rate is too low.",
        }.get(Offer.Reason(offer.reason))
        if offer.reason
        else "No reason was given."
    )
    return _answer(
        offer,
        f"{offer.assistant.first_name} declined {offer.handoff.task.mid_sentence}",
        f"{why} Your plan shows who else could take it.",
    )


def expired_facts(offer: Offer) -> Facts:
    return _answer(
        offer,
        f"{offer.assistant.first_name} did not reply about {offer.handoff.task.mid_sentence}",
        "The time to reply has run out, so the offer is closed. Your plan shows who else could take it.",
    )


def undeliverable_facts(offer: Offer, trouble: str) -> Facts:
    """`trouble` is what the outbox wrote down, as the end of a sentence."""
    return _answer(
        offer,
        f"Your hand-off did not reach {offer.assistant.first_name}",
        f"The offer of {offer.handoff.task.mid_sentence} could not be sent to {offer.assistant.email}: {trouble}. "
        "Look at the address and send it again, or see in your plan who else could take it.",
    )


def offer(email: OutgoingEmail) -> Facts:
    return _to_assistant(email)


def withdrawn(email: OutgoingEmail) -> Facts:
    return _to_assistant(email)


def ended(email: OutgoingEmail) -> Facts:
    return _to_assistant(email)


def start(email: OutgoingEmail) -> Facts:
    return _to_assistant(email)


def answer(email: OutgoingEmail) -> Facts:
    return email.facts | {"url": links.absolute(reverse("assistants:handoff", args=[email.facts["handoff"]]))}


def terms_in_words(terms: Terms, handoff: Handoff) -> dict[str, str]:
    """$90 a week, $18 an hour, 5 h a week, Monday 26 October."""
    currency = handoff.owner.currency
    return {
        "pays": f"{money.short(money.rounded(terms.weekly_pay, currency), currency)} a week",
        "rate": f"{money.short(terms.rate, currency)} an hour",
        "takes": f"{durations.hours(terms.weekly_minutes * 60)} a week",
        "starts": dates.full(terms.starts_on),
    }


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")


def steps(text: str) -> list[str]:
    """The lines of a how-to without the numbers or dashes the owner typed; the page numbers them."""
    return [NUMBERED.sub("", line) for line in paragraphs(text)]


def _people(offer: Offer) -> Facts:
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


def _answer(offer: Offer, headline: str, *lines: str) -> Facts:
    return {
        "headline": headline,
        "lines": list(lines),
        "button": "Open the hand-off",
        "handoff": offer.handoff_id,
        "task_title": offer.handoff.task.name,
    }


def _to_assistant(email: OutgoingEmail) -> Facts:
    """The facts with the private link, so that answering the email reaches the owner."""
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
