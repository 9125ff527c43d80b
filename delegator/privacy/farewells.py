"""
The last letters when an owner closes the account: to assistants what ends, what is not paid and whom to write to; to
the owner that it is closed, in case it was somebody else who did it.

They hold what they say and nothing else: no link, for none works any more, and no row that they are about.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from django.conf import settings

from assistants.mail import messages
from assistants.models import Assistant, Handoff, NeverMail, Offer, OutgoingEmail, WorkLog
from tasks import durations, formats, money
from tasks.models import Owner

Facts = dict[str, Any]


class Farewell(NamedTuple):
    """To whom, and what it says."""

    name: str
    email: str
    facts: Facts


def of(owner: Owner) -> list[Farewell]:
    """To whoever has to know, and to the owner; none where mail stays on this computer, for nobody could read it."""
    if settings.EMAIL_KEPT:
        return []
    is_confirmed = EmailAddress.objects.filter(user=owner, email__same=owner.email, verified=True).exists()
    return [*to_people(owner), *([_to_owner(owner)] if is_confirmed else [])]


def to_people(owner: Owner) -> list[Farewell]:
    """Everyone who has work, may still answer an offer, or has hours that are not paid. Four queries at most."""
    people = {person.pk: person for person in owner.assistants.here().with_stop().order_by("pk")}
    ends: dict[int, list[str]] = {pk: [] for pk in people}
    for offer in _known(owner):
        if offer.assistant_id in ends:
            ends[offer.assistant_id].append(_sentence(offer))
    owed = _owed(owner)
    return [
        Farewell(person.name, person.email, _facts(owner, person, ends[pk], owed.get(pk, [])))
        for pk, person in people.items()
        if (ends[pk] or pk in owed) and not person.wants_no_mail
    ]


def _known(owner: Owner) -> Iterable[Offer]:
    """Offers that are open or agreed, and of which their assistant may have read."""
    offers = Offer.objects.filter(handoff__owner=owner)
    theirs = (offers.live() | offers.agreed()).select_related("handoff__task").prefetch_related("emails")
    return [offer for offer in theirs.order_by("pk") if offer.state != Offer.State.QUEUED or _may_have_left(offer)]


def _may_have_left(offer: Offer) -> bool:
    return any(email.kind == "offer" and (email.dots or _is_on_its_way(email)) for email in offer.emails.all())


def _is_on_its_way(email: OutgoingEmail) -> bool:
    never_left = (OutgoingEmail.State.QUEUED, OutgoingEmail.State.SKIPPED, OutgoingEmail.State.DEAD)
    return email.state not in never_left


def _sentence(offer: Offer) -> str:
    if offer.handoff.state == Handoff.State.OFFERING:
        return f"The offer of {offer.handoff.task.mid_sentence} is withdrawn: there is nothing for you to answer."
    return f"{offer.handoff.task.name} has ended: from today there is nothing more for you to do."


def _owed(owner: Owner) -> dict[int, list[WorkLog]]:
    """The hours of each that are not marked as paid."""
    owed: dict[int, list[WorkLog]] = {}
    for line in WorkLog.objects.filter(handoff__owner=owner, paid_on=None):
        owed.setdefault(line.assistant_id, []).append(line)
    return owed


def _facts(owner: Owner, person: Assistant, ends: list[str], owed: list[WorkLog]) -> Facts:
    lines = [*ends, "Your links open nothing any more, and nothing of this work is kept here."]
    if owed:
        seconds, amount = sum(line.seconds for line in owed), sum((line.amount for line in owed), Decimal(0))
        with formats.use(formats.USUAL):  # the owner's choice is not the assistant's
            said = f"{durations.words(seconds)}, {money.exact(amount, owner.currency)}"
        lines.append(
            f"Not marked as paid: {said}. Settle it with {owner.first_name}: an answer to this email goes there."
        )
    return {
        "headline": f"{owner.name} has closed their account",
        "owner_name": owner.name,
        "owner_first": owner.first_name,
        "owner_email": owner.email,
        "business": owner.business,
        "first_name": person.first_name,
        "lines": lines,
    }


def _to_owner(owner: Owner) -> Farewell:
    lines = [
        "All that Delegator kept for you is erased, and this is the last email you get.",
        "Was it not you? Then tell whoever runs this installation at once: their last backup may still have it.",
    ]
    facts = {"headline": "Your account is closed", "first_name": owner.first_name, "lines": lines}
    return Farewell(owner.name, owner.email, facts)


def letter(email: OutgoingEmail) -> Facts:
    """To an assistant so that an answer reaches whoever was the owner."""
    if "owner_email" not in email.facts:
        return email.facts
    if NeverMail.objects.has(email.to_email):
        raise messages.Unwanted("they asked for no more mail")
    name, address = email.facts["owner_name"], email.facts["owner_email"]
    return email.facts | {"sender": f"{name} via Delegator", "reply_to": (name, address)}
