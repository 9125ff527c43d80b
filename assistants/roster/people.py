"""The people who can help: their details, and how many of their hours are still free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import models, transaction
from django.db.models import F, Q

from assistants.handoff import agreed
from assistants.handoff.moves import TooLate
from assistants.models import Assistant, AssistantSkill, Handoff, Offer, OutgoingEmail
from tasks.models import Owner, Skill

from . import absences

# After its end hours can still be logged, and are paid.
STILL_NEEDED = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Details:
    """What the owner wrote about a person; levels by skill."""

    name: str
    email: str
    time_zone: str
    rate: Decimal
    weekly_minutes: int
    note: str
    levels: Mapping[Skill, int]


@transaction.atomic
def write(owner: Owner, details: Details, assistant: Assistant | None = None, *, now: datetime) -> Assistant:
    """
    Add a person, or change what is known of them; to a new address go new links, and the old ones die.

    Raises TooLate for one whose data was erased meanwhile: it does not come back.
    """
    before = _address(assistant) if assistant else ""
    assistant = assistant or Assistant(owner=owner)
    fields = ("name", "email", "time_zone", "rate", "weekly_minutes", "note")
    for field in fields:
        setattr(assistant, field, getattr(details, field))
    assistant.save(update_fields=fields if assistant.pk else None)
    assistant.skill_levels.all().delete()
    AssistantSkill.objects.bulk_create(
        AssistantSkill(assistant=assistant, skill=skill, level=level) for skill, level in details.levels.items()
    )
    if before and before.lower() != assistant.email.lower():
        _send_links_anew(assistant, now=now)
    return assistant


def _address(assistant: Assistant) -> str:
    """As it stands, and so until this is done: of two who change it each kills the links of the one before."""
    held = Assistant.objects.here().select_for_update(no_key=True).filter(pk=assistant.pk)
    address = held.values_list("email", flat=True).first()
    if address is None:
        raise TooLate("their data was erased")
    return address


def _send_links_anew(assistant: Assistant, *, now: datetime) -> None:
    held = open_offers(assistant).select_related("handoff__owner", "handoff__task", "assistant", "terms")
    sent = []
    for offer in held.order_by("handoff_id", "pk"):
        with suppress(TooLate):  # it ended this instant, and is then one of the others
            agreed.readdress(offer.handoff, offer, now=now)
            sent.append(offer.pk)
    # A page of what is over leads to what is open, so its link dies too; what waits about it goes to the new address.
    over = assistant.offers.exclude(pk__in=sent)
    emails = OutgoingEmail.objects.filter(offer__in=over)
    emails.waiting().update(to_name=assistant.name, to_email=assistant.email)
    over.update(epoch=F("epoch") + 1)


def open_offers(assistant: Assistant) -> models.QuerySet[Offer]:
    """What they can still answer, and what they have."""
    return assistant.offers.live() | assistant.offers.agreed()


def held_by(assistant: Assistant, *, now: datetime) -> models.QuerySet[Offer]:
    """What is open, and what ended so lately that its page is still needed."""
    over = Q(state=Offer.State.ACCEPTED, handoff__state__in=[Handoff.State.DONE, Handoff.State.ENDED])
    lately = assistant.offers.filter(over, handoff__ends_on__gte=(now - STILL_NEEDED).date())
    # What its owner can still undo is not there yet.
    return (open_offers(assistant) | lately).exclude(state=Offer.State.QUEUED)


def pause(assistant: Assistant, today: date) -> None:
    """The plan leaves a paused person out; what they have agreed to goes on."""
    assistant.paused_on = today
    assistant.save(update_fields=["paused_on"])


def resume(assistant: Assistant) -> None:
    assistant.paused_on = None
    assistant.save(update_fields=["paused_on"])


def busy_minutes(live: Iterable[Handoff]) -> dict[int, int]:
    """Minutes a week that each assistant's live hand-offs take, by assistant id; the newest terms count."""
    busy: dict[int, int] = {}
    for handoff in live:
        busy[handoff.assistant_id] = busy.get(handoff.assistant_id, 0) + handoff.terms.weekly_minutes
    return busy


def free_minutes(assistant: Assistant, live: Iterable[Handoff], today: date) -> int:
    """Minutes a week that they have left in the weeks for which one plans today."""
    busy = busy_minutes(live).get(assistant.pk, 0)
    return max(0, absences.minutes_left(assistant, today, busy=busy) - busy)
