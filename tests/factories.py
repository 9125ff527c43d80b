"""Test data as functions: keyword-only, with defaults that a test overrides only where it matters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count, product
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from assistants.handoff import handoffs, replies, sweeps
from assistants.models import Assistant, AssistantSkill, Handoff, Offer, WorkLog
from assistants.work import work_logs
from tasks import entries, owners
from tasks.durations import HOUR
from tasks.models import BestHour, Owner, Skill, Task, TaskSkill, TimeEntry

# A Thursday, as in the design: 14:30 for an owner in Phoenix.
NOW = datetime.fromisoformat("2026-10-15T21:30:00+00:00")
TODAY = date(2026, 10, 15)
PASSWORD = "garden-by-four"
_numbers = count(1)


def an_owner(
    *, name: str = "Nora Hale", email: str = "", time_zone: str = "America/Phoenix", hour_value: int = 80
) -> Owner:
    owner = Owner.objects.create_user(
        email or f"owner{next(_numbers)}@example.com", PASSWORD, name=name, time_zone=time_zone
    )
    BestHour.objects.create(owner=owner, starts_on=TODAY - timedelta(days=365), amount=Decimal(hour_value))
    return owner


def confirm(owner: Owner) -> None:
    """As when they opened the link in their mail; before it no mail of theirs leaves an installation that sends."""
    EmailAddress.objects.update_or_create(user=owner, email=owner.email, defaults={"verified": True, "primary": True})


def a_skill(*, owner: Owner, name: str = "Bookkeeping") -> Skill:
    return owners.skill_named(owner, name)


def a_task(
    *,
    owner: Owner,
    name: str = "",
    loathe: int | None = 5,
    excel: int | None = 1,
    hours: int = 1,
    skill: Skill | None = None,
    is_best_work: bool = False,
    **more: Any,
) -> Task:
    """An estimate of `hours` a work day; scored unless `loathe` and `excel` are None."""
    task = owner.tasks.create(
        name=name or f"Task {next(_numbers)}",
        loathe=loathe,
        excel=excel,
        is_best_work=is_best_work,
        seconds_least=hours * HOUR,
        seconds_most=hours * HOUR,
        **more,
    )
    if skill:
        TaskSkill.objects.create(task=task, skill=skill, level=3)
    return task


def the_best_work(*, owner: Owner, name: str = "Garden design") -> Task:
    return a_task(owner=owner, name=name, loathe=None, excel=None, is_best_work=True)


def an_entry(
    *, task: Task, day: date = TODAY, seconds: int = HOUR, source: str = TimeEntry.Source.TYPED
) -> TimeEntry:
    entry = TimeEntry(owner=task.owner, task=task, day=day, source=source)
    entries.put(entry, seconds, via=entries.Via.DAY, now=NOW)
    return entry


def two_measured_weeks(*, task: Task, days: int = 3, weeks: int = 2) -> None:
    """From Monday 3 August on, before any hand-off of these factories: with them one of the task is measured."""
    for week, day in product(range(weeks), range(days)):
        an_entry(task=task, day=date(2026, 8, 3) + timedelta(weeks=week, days=day), seconds=60)


def an_assistant(
    *,
    owner: Owner,
    name: str = "Ana Reyes",
    email: str = "",
    rate: int = 18,
    hours: int = 8,
    time_zone: str = "Asia/Manila",
    skill: Skill | None = None,
    level: int = 5,
) -> Assistant:
    person = owner.assistants.create(
        name=name,
        email=email or f"assistant{next(_numbers)}@example.org",
        rate=Decimal(rate),
        weekly_minutes=hours * 60,
        time_zone=time_zone,
    )
    if skill:
        AssistantSkill.objects.create(assistant=person, skill=skill, level=level)
    return person


def a_draft(
    *,
    owner: Owner,
    task: Task | None = None,
    assistant: Assistant | None = None,
    hours: int = 5,
    reply_by: datetime | None = None,
    now: datetime = NOW,
    brief: str = "Keep my books up to date every week.",
    starts_on: date = date(2026, 10, 26),
) -> Handoff:
    assistant = assistant or an_assistant(owner=owner)
    written = handoffs.Draft(
        task=task or a_task(owner=owner, name="Record keeping"),
        assistant=assistant,
        brief=brief,
        how_to="1. Photos are in the shared folder.\n2. Invoices are numbered.",
        weekly_minutes=hours * 60,
        rate=assistant.rate,
        starts_on=starts_on,
        reply_by=reply_by or now + timedelta(days=5),
        minutes_before=300,
        minutes_given=300,
    )
    return handoffs.draft(owner, written, now=now)


def an_offer(*, owner: Owner, now: datetime = NOW, **of_the_draft: object) -> Offer:
    """Sent by the owner, its email not yet out."""
    return handoffs.send(a_draft(owner=owner, now=now, **of_the_draft), now=now)  # type: ignore[arg-type]


def an_accepted_offer(*, owner: Owner, now: datetime = NOW, **of_the_draft: object) -> Offer:
    offer = an_offer(owner=owner, now=now, **of_the_draft)
    replies.accept(offer, terms_version=1, now=now)
    return offer


def a_running_offer(*, owner: Owner, now: datetime = NOW, **of_the_draft: object) -> Offer:
    """Accepted and begun, so that hours can be logged."""
    offer = an_accepted_offer(owner=owner, now=now, **of_the_draft)
    sweeps.start(offer, now=now)
    offer.refresh_from_db()
    return offer


@transaction.atomic
def some_hours(
    *, offer: Offer, day: date = TODAY, seconds: int = HOUR, note: str = "", now: datetime = NOW
) -> WorkLog:
    """Hours of a day as the assistant logged them, whenever the term began and whatever day it is."""
    if offer.handoff.state == Handoff.State.TAKEN:
        sweeps.start(offer, now=now)
    return work_logs.add(offer, day, seconds, note, now)
