"""What the tests of the log do again and again: tell a time, type it, and add the log up in each way there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.test import Client

from tasks import days, rollups
from tasks.days import Edit, Outcome
from tasks.models import EntryChange, Owner, Task, TimeEntry
from tests.factories import NOW, TODAY

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
TYPED, TIMER, IMPORT = TimeEntry.Source
DAY = EntryChange.Via.DAY
Cells = dict[tuple[int, date], int]


def press_undo(client: Client, back: str = "") -> Any:
    """The Undo beside the last change, on that page."""
    last = EntryChange.objects.order_by("pk").last()
    return client.post("/undo/", {"of": last.changed_at.isoformat() if last else "", "back": back})


def utc(text: str) -> datetime:
    """2026-10-15T08:00"""
    return datetime.fromisoformat(f"{text}+00:00")


def loaded(owner: Owner) -> Owner:
    """As a page has the owner: read anew, with the timer."""
    return Owner.objects.select_related("timer__task").get(pk=owner.pk)


def save(
    owner: Owner,
    times: Mapping[Task, int],
    *,
    day: date = TODAY,
    now: datetime = NOW,
    seen: int | None = None,
    adds: bool = False,
    key: str | None = None,
) -> Outcome:
    """Type these seconds into the cells of that day."""
    edits = [Edit(task.pk, day, seconds, seen, adds, key) for task, seconds in times.items()]
    return days.save(loaded(owner), edits, via=DAY, now=now)


def cells(owner: Owner, day: date = TODAY, *, now: datetime = NOW) -> dict[str, int]:
    """Seconds by the name of the task, of the cells that are not empty."""
    return {row.task.name: row.seconds for row in days.sheet(loaded(owner), day, now=now).rows if row.seconds}


def entries(task: Task, day: date = TODAY) -> dict[str, int]:
    """Seconds by source."""
    return {entry.source: entry.seconds for entry in task.entries.on(day)}


# --- The log, added up ------------------------------------------------------------------
def counted(owner: Owner) -> Cells:
    """From the entries."""
    sums = owner.entries.values_list("task", "day").annotate(total=Sum("seconds"))
    return {(task_id, day): total for task_id, day, total in sums}


def replayed(owner: Owner) -> Cells:
    """From the history; of what was thrown away no entry was ever made."""
    sums: dict[tuple[int, date], int] = defaultdict(int)
    for change in owner.changes.all():
        if change.via != EntryChange.Via.TIMER or change.seconds_after:
            sums[change.task_id, change.day] += change.seconds_after - change.seconds_before
    return {cell: seconds for cell, seconds in sums.items() if seconds}


def shown(owner: Owner, *, now: datetime = NOW) -> Cells:
    """From the sheets of all its days, without what runs."""
    known = [day for _, day in counted(owner)] or [TODAY]
    run = [min(known) + timedelta(days=n) for n in range((max(known) - min(known)).days + 1)]
    rows = days.week(loaded(owner), run, now=now).rows
    return {(cell.task_id, cell.day): cell.logged for row in rows for cell in row.cells if cell.logged}


def assert_conserved(owner: Owner, *, now: datetime = NOW) -> None:
    """Entries, history, sheets and week totals say the same."""
    assert counted(owner) == replayed(owner) == shown(owner, now=now)
    assert list(rollups.differences(owner)) == []
    totals = owner.week_totals.aggregate(total=Sum("seconds"))["total"] or 0
    assert totals == sum(counted(owner).values())
