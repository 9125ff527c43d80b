"""Emails to an assistant about their links and their data, and to the owner once it is erased."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from assistants import links
from assistants.handoff import letters
from assistants.handoff.letters import Facts
from assistants.models import Handoff, Offer, OutgoingEmail
from assistants.roster import people

EXPORT, ERASE = "export", "erase"


def links_anew(offer: Offer) -> Facts:
    """`offer` is any of theirs: the links of all are looked up when the email leaves."""
    return letters.people(offer)


def renew(email: OutgoingEmail) -> Facts:
    """A link for each of their hand-offs with this owner."""
    to_them = letters.to_assistant(email)
    if email.offer is None:
        raise ValueError(f"{email.key}: it is about an offer")
    held = people.held_by(email.offer.assistant, now=email.written_at)
    return to_them | {
        "links": [
            {
                "name": each.handoff.task.name,
                "stands": stands(each),
                "url": links.absolute(reverse("link:page", args=[links.token("offer", each.pid, each.epoch)])),
            }
            for each in held.select_related("handoff__task", "assistant__owner")
        ]
    }


def stands(offer: Offer) -> str:
    """How it stands for the assistant, as the rest of a line that names the task."""
    if offer.state == Offer.State.COUNTERED:
        return f"your change is with {offer.assistant.owner.first_name}"
    if offer.state in Offer.LIVE:
        return "waits for your answer"
    return {Handoff.State.TAKEN: "agreed", Handoff.State.ACTIVE: "running"}.get(
        Handoff.State(offer.handoff.state), "over"
    )


def data_asked(offer: Offer, what: str) -> Facts:
    return letters.people(offer) | {"what": what}


def data(email: OutgoingEmail) -> Facts:
    """To export or to erase their data: a link of its own, good for a day from when it was asked for."""
    to_them = letters.to_assistant(email)
    if email.offer is None:
        raise ValueError(f"{email.key}: it is about an offer")
    purpose: links.Purpose = "erase" if email.facts["what"] == ERASE else "export"
    token = links.dated_token(purpose, email.offer, email.written_at)
    is_erasing = purpose == ERASE
    return to_them | {
        "url": links.absolute(reverse(f"link:{purpose}", args=[token])),
        "headline": f"{'Erase' if is_erasing else 'Get'} what {email.facts['owner_name']} keeps about you",
        "is_erasing": is_erasing,
        "button": "Look at what is erased" if is_erasing else "Get your data",
    }


def erased(offer: Offer, names: Sequence[str]) -> Facts:
    """For the owner; without the name, for it is gone from here. `names` are the tasks, the one of `offer` first."""
    work = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return {
        "headline": "Someone on your roster has had their data erased",
        "lines": [
            f"It is the person with whom you had {work}.",
            "What they had not answered is declined, and what they had agreed to ends today. "
            "Their name, address, skills and messages are gone from Delegator.",
            "The days, hours and amounts that they logged stay, for they are your books. "
            "If you still owe them anything, settle it by your own means.",
        ],
        "button": "Open the hand-off",
        "handoff": offer.handoff_id,
        "task_title": offer.handoff.task.name,
    }
