"""
The weekly summary: where the week went, hours won back, money, the hand-offs, the one next step.

Written once for each owner and ISO week, whatever happens: the row and its email are
one transaction, and the constraint on (owner, week) decides between two beats. When
it is due stands in `Owner.next_summary_at`; after an outage only the newest week that
has come due is written.

Owners are read, and written for, a hundred at a time: reading ten thousand one by one takes
longer than all else, and a batch keeps memory flat.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from assistants import links
from assistants.mail import messages, outbox
from assistants.models import OutgoingEmail
from assistants.plan import plan_inputs
from delegator.mail import readers
from delegator.models import WeeklySummary
from tasks.models import Owner
from tasks.weeks import Week

from . import weekly_facts, weekly_rows, weekly_times
from .weekly_facts import Facts

logger = logging.getLogger(__name__)
BATCH = 100
# What decides when it is due.
PLANNED_BY = ("next_summary_at", "time_zone", "summary_every", "summary_day", "summary_hour")


class AlreadyWritten(Exception):
    """The summary of this week was written before, and is never written twice."""


class Written(NamedTuple):
    """What is to be said to one owner of one week."""

    owner: Owner
    week: Week
    facts: Facts
    is_empty: bool

    @property
    def key(self) -> str:
        return f"weekly-{self.owner.pk}-{self.week}"

    def row(self, now: datetime) -> WeeklySummary:
        return WeeklySummary(
            owner=self.owner, week=str(self.week), written_at=now, facts=self.facts, is_empty=self.is_empty
        )


def write_due(*, now: datetime) -> int:
    """Write every summary that has come due; how many were written."""
    written, last = 0, 0
    while owners := list(_due(now).filter(pk__gt=last)[:BATCH]):
        last = owners[-1].pk
        written += _write_all(owners, now)
    return written


def _due(now: datetime) -> QuerySet[Owner]:
    due = Q(next_summary_at=None) | Q(next_summary_at__lte=now)
    return readers.of(wants_summary=True).filter(due).order_by("pk")


def _write_all(owners: Sequence[Owner], now: datetime) -> int:
    """One owner's trouble is not the others': a batch that fails is tried one by one."""
    try:
        return _write(owners, now)
    except Exception:
        if len(owners) == 1:  # the next beat tries again
            logger.exception("the summary of owner %s could not be written", owners[0].pk)
            return 0
    return sum(_write_all([owner], now) for owner in owners)


def _write(owners: Sequence[Owner], now: datetime) -> int:
    """The next dates and the summaries together, so that a crash between them loses no week."""
    # Worked out first: the plans in it take a while, and nobody else writes to SQLite meanwhile.
    made = _made([owner for owner in owners if owner.next_summary_at], now)
    with transaction.atomic():
        held = _held(owners)
        new = _new([each for each in made if each.owner.pk in held])
        WeeklySummary.objects.bulk_create([each.row(now) for each in new])
        _skip_older([each.owner for each in new])
        # Not rung for one by one: the sweep finds them, and ten thousand rings cost more than it does.
        OutgoingEmail.objects.bulk_create([_email(each, now) for each in new])
        _plan((owner for owner in owners if owner.pk in held), now)
    return len(new)


def _made(owners: Sequence[Owner], now: datetime) -> list[Written]:
    """Nothing for those whose summary pauses. Two dozen queries, and for each plan a few."""
    if not owners:
        return []
    read = weekly_rows.read([(owner, weekly_times.week_due(owner, now)) for owner in owners])
    told = [rows for rows in read if not weekly_facts.is_paused(rows)]
    of_plans = _of_plans([rows.owner for rows in told if weekly_facts.needs_plan(rows)], now)
    found = []
    for rows in told:
        due_at, of_plan = rows.owner.next_summary_at, of_plans.get(rows.owner.pk)
        said = weekly_facts.of(rows, now=now, due_at=due_at, of_plan=of_plan)
        found.append(Written(rows.owner, rows.week, said, rows.is_empty))
    return found


def _of_plans(owners: Iterable[Owner], now: datetime) -> dict[int, plan_inputs.Rows]:
    """What their plans are made from, by owner; read at once for those who have the same day."""
    by_day: dict[date, list[Owner]] = defaultdict(list)
    for owner in owners:
        by_day[owner.today(now)].append(owner)
    return {rows.owner.pk: rows for day, some in by_day.items() for rows in plan_inputs.gather_all(some, day)}


def _held(owners: Sequence[Owner]) -> set[int]:
    """Of those the ids, with their rows held, whose date and wish are still what they were when they were read."""
    rows = Owner.objects.select_for_update(no_key=True).filter(pk__in=[owner.pk for owner in owners])
    there = rows.filter(wants_summary=True).order_by("pk").values_list("pk", *PLANNED_BY)
    read = {(owner.pk, *(getattr(owner, field) for field in PLANNED_BY)) for owner in owners}
    return {row[0] for row in there if row in read}


def _new(made: Sequence[Written]) -> list[Written]:
    """Those that were not written before, by hand or for a week that was due at once after a move."""
    asked = WeeklySummary.objects.filter(owner__in=[each.owner for each in made])
    there = asked.filter(week__in={str(each.week) for each in made})
    known = set(there.values_list("owner_id", "week"))
    return [each for each in made if (each.owner.pk, str(each.week)) not in known]


def _skip_older(owners: Sequence[Owner]) -> None:
    """Where no mail left for weeks, the newest summary is the only one that is news."""
    waiting = OutgoingEmail.objects.filter(owner__in=owners, kind="weekly", state=OutgoingEmail.State.QUEUED)
    waiting.update(state=OutgoingEmail.State.SKIPPED, trouble="a newer one is written")


def _email(each: Written, now: datetime) -> OutgoingEmail:
    owner = each.owner
    return OutgoingEmail(
        kind="weekly",
        owner=owner,
        key=each.key,
        to_name=owner.name,
        to_email=owner.email,
        facts=each.facts,
        written_at=now,
        due_at=now,
    )


def _plan(owners: Iterable[Owner], now: datetime) -> None:
    """When the next one is due; those of one zone are due together."""
    due: dict[datetime, list[int]] = defaultdict(list)
    for owner in owners:
        due[weekly_times.next_at(owner, now)].append(owner.pk)
    for at, pks in due.items():
        Owner.objects.filter(pk__in=pks).update(next_summary_at=at)


def facts(owner: Owner, week: Week, now: datetime) -> Facts:
    """All that a summary of that week says, if it is written now."""
    (rows,) = weekly_rows.read([(owner, week)])
    return weekly_facts.of(rows, now=now)


def write(owner: Owner, week: Week, *, now: datetime) -> OutgoingEmail:
    """Write the summary of that week and its email; AlreadyWritten if there is one."""
    (rows,) = weekly_rows.read([(owner, week)])
    each = Written(owner, week, weekly_facts.of(rows, now=now), rows.is_empty)
    try:
        with transaction.atomic():
            each.row(now).save()
            return outbox.put(
                "weekly", owner=owner, to=(owner.name, owner.email), key=each.key, facts=each.facts, now=now
            )
    except IntegrityError:
        raise AlreadyWritten(f"{owner}: the summary of {week} is written already") from None


def letter(email: OutgoingEmail) -> dict[str, Any]:
    if email.state == OutgoingEmail.State.SENDING and not email.owner.wants_summary:
        raise messages.Unwanted("they asked for no more summaries")
    stop = links.absolute(reverse("unsubscribe", args=[links.token("unsubscribe", email.owner.pid)]))
    facts = email.facts
    step = facts["next"]
    # Those of the release before this one had their sentences among what was worked.
    return (
        {"handoffs": (facts["handed"] or {}).get("sentences", [])}
        | facts
        | {
            "page_url": links.absolute(reverse("summary", args=[Week.parse(facts["week"])])),
            "settings_url": links.absolute(reverse("settings")),
            "unsubscribe_url": stop,
            "next": step and step | {"url": links.absolute(step["path"])},
            "headers": {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        }
    )
