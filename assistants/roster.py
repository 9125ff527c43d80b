"""The people who can help: their details, and how many of their hours are still free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from tasks.models import Owner, Skill

from .models import Assistant, AssistantSkill, Handoff


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
def write(owner: Owner, details: Details, assistant: Assistant | None = None) -> Assistant:
    """Add a person, or change what is known of them."""
    assistant = assistant or Assistant(owner=owner)
    for field in ("name", "email", "time_zone", "rate", "weekly_minutes", "note"):
        setattr(assistant, field, getattr(details, field))
    assistant.save()
    assistant.skill_levels.all().delete()
    AssistantSkill.objects.bulk_create(
        AssistantSkill(assistant=assistant, skill=skill, level=level) for skill, level in details.levels.items()
    )
    return assistant


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


def free_minutes(assistant: Assistant, live: Iterable[Handoff]) -> int:
    return max(0, assistant.weekly_minutes - busy_minutes(live).get(assistant.pk, 0))
