"""
An assistant's data, erased from one owner's roster because they asked for it.

A row without a name stays, for the days, hours and amounts that hang on it are the owner's
books. Nothing else of the person does: neither here, nor in emails, events and old plans. What the
owner wrote for themselves stays as they wrote it, without the person's whole name and address.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from assistants import nonces
from assistants.handoff import agreed, handoffs, moves, replies, tell
from assistants.handoff.moves import Actor, Kind, TooLate
from assistants.mail import breaker
from assistants.models import Assistant, Handoff, HandoffEvent, LinkRequest, Nonce, Offer, OutgoingEmail
from assistants.roster import people
from assistants.work import line_facts

from . import own_words, person_letters
from .own_words import GONE, Known

# A line of an email to the owner that has their words in it.
QUOTE = "“"


@transaction.atomic
def erase(offer: Offer, *, now: datetime) -> None:
    """
    Erase whom the offer was made to; a second time changes nothing.

    What is open counts as declined, and the next one is asked; what was agreed ends today. Every
    link of theirs is dead, and the owner is told.
    """
    person = Assistant.objects.select_for_update(no_key=True).get(pk=offer.assistant_id)
    if person.erased_at:
        return
    owner = person.owner
    # One whom the owner shares a first name with is only known by the whole of it.
    known = Known(person.name, "" if person.first_name == owner.first_name else person.first_name, person.email)
    held = people.open_offers(person).select_related("handoff__task").order_by("handoff_id", "pk")
    names = dict.fromkeys([offer.handoff.task.mid_sentence, *(each.handoff.task.mid_sentence for each in held)])
    # First the name, so that what is written from here on knows none.
    _blank(person, now)
    for pk in [each.pk for each in held]:
        _close(pk, now)
    for draft in person.handoffs.drafts():
        with suppress(TooLate):  # it was sent this instant, and is closed with the next mail that comes back
            handoffs.discard(draft)
    LinkRequest.objects.filter(email=known.email.lower()).delete()
    _scrub_messages(person, known)
    _scrub_briefs(person, known)
    _scrub_emails(person, known)
    _scrub_owners_emails(person, known)
    _forget_forms(person, known)
    own_words.scrub(person.owner, known)
    person.offers.update(epoch=F("epoch") + 1, timer_since=None, reason="")
    key = f"erased-{person.pk}-{now:%Y%m%d%H%M%S%f}"
    tell.owner_once(key, offer, person_letters.erased(offer, list(names)), now=now)


def _blank(person: Assistant, now: datetime) -> None:
    person.name, person.email = GONE, f"erased-{person.pk}@invalid"
    person.note, person.time_zone, person.rate, person.weekly_minutes = "", "UTC", Decimal(0), 0
    person.erased_at, person.paused_on = now, person.owner.today(now)
    person.save()
    for rows in (person.skill_levels, person.absences, person.stands_in, person.wishes):
        rows.all().delete()
    # Plans that were made know names and skills; the next look makes a new one.
    person.owner.plans.all().delete()


def _close(pk: int, now: datetime) -> None:
    """Read anew: before, the person had a name. And held, for an answer at this instant decides what closes it."""
    offer = Offer.objects.select_related("handoff__owner", "handoff__task", "assistant", "terms").get(pk=pk)
    with suppress(TooLate):  # it was taken back or ended meanwhile, and is over so or so
        moves.hold(offer.handoff, offer)
        if offer.state in Offer.LIVE:
            replies.decline(offer, reason="", now=now)
        else:
            agreed.end(offer.handoff, now=now, by=Actor.ASSISTANT)


def _scrub_messages(person: Assistant, known: Known) -> None:
    events = HandoffEvent.objects.filter(offer__assistant=person)
    with_text = events.exclude(kind__in=HandoffEvent.MACHINE_NOTES)
    with_text.filter(actor=Actor.ASSISTANT).update(note="")
    for event in with_text.filter(actor=Actor.OWNER).exclude(note=""):
        events.filter(pk=event.pk).update(note=known.out_of(event.note))
    for event in events.filter(kind__in=[Kind.CORRECTED, Kind.QUERIED]):
        events.filter(pk=event.pk).update(facts=line_facts.without_notes(event.facts))
    for line in person.work.exclude(query=""):
        person.work.filter(pk=line.pk).update(query=known.out_of(line.query))
    person.work.update(note="", answer="")


def _scrub_briefs(person: Assistant, known: Known) -> None:
    """What the owner wrote for them, and perhaps about them; those who were asked after them have it by email too."""
    theirs = Handoff.objects.filter(Q(assistant=person) | Q(offers__assistant=person)).distinct()
    for handoff in theirs:
        texts = {"brief": known.out_of(handoff.brief), "how_to": known.out_of(handoff.how_to)}
        Handoff.objects.filter(pk=handoff.pk).update(**texts)
    for email in OutgoingEmail.objects.filter(offer__handoff__in=theirs).exclude(offer__assistant=person):
        if "paragraphs" in email.facts:
            _rewrite(email, email.facts | {"paragraphs": known.out_of(email.facts["paragraphs"])})


def _scrub_emails(person: Assistant, known: Known) -> None:
    """Those to them: what waits stays here, and of all the rest only what was sent when is left."""
    emails = OutgoingEmail.objects.filter(offer__assistant=person)
    emails.waiting().update(state=OutgoingEmail.State.SKIPPED, trouble="their data was erased")
    without = {"first_name": GONE.partition(" ")[0], "place": "", "paragraphs": [], "lines": []}
    for email in emails:
        cut = {key: value for key, value in without.items() if key in email.facts}
        _rewrite(email, known.out_of(email.facts) | cut)
    emails.update(to_name=GONE, to_email=person.email)


def _scrub_owners_emails(person: Assistant, known: Known) -> None:
    """Those to the owner that speak of them: without the name, and without what they wrote."""
    theirs = set(Offer.objects.filter(assistant=person).values_list("handoff", flat=True))
    events = HandoffEvent.objects.filter(offer__assistant=person, actor=Actor.ASSISTANT)
    said = {f"answer-{pk}" for pk in events.values_list("pk", flat=True)}
    for email in person.owner.emails.filter(offer=None, kind__in=["answer", "weekly", "year"]).iterator():
        if email.kind != "answer" or email.facts.get("handoff") in theirs:
            facts = known.out_of(email.facts)
            if email.key in said:
                facts["lines"] = [line for line in facts["lines"] if QUOTE not in line]
            _rewrite(email, facts)


def _forget_forms(person: Assistant, known: Known) -> None:
    """The digests of what they sent, and the domain of their address if a mail server has just refused it."""
    Nonce.objects.filter(actor__in=map(nonces.of_offer, person.offers.all())).delete()
    breaker.forget(person.owner_id, known.email.rpartition("@")[2])


def _rewrite(email: OutgoingEmail, facts: dict[str, Any]) -> None:
    if facts != email.facts:
        OutgoingEmail.objects.filter(pk=email.pk).update(facts=facts)
