"""The one place that writes time entries, and with each change its history and the total of its week."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from . import owners, weeks
from .models import EntryChange, Owner, TimeEntry, WeekTotal
from .models.time import TimeEntryQuerySet

Via = EntryChange.Via
# Rows of one INSERT.
BATCH = 1000
# By hand, since each write asks it: Django takes ten times as long to write this as it takes to run.
ADD_TO_WEEK = """
    UPDATE tasks_weektotal SET seconds = seconds + %(seconds)s, days = CASE
        WHEN EXISTS (SELECT 1 FROM tasks_timeentry WHERE task_id = %(task)s AND day = %(day)s) THEN days | %(bit)s
        ELSE days & ~%(bit)s END
    WHERE task_id = %(task)s AND monday = %(monday)s AND seconds >= -%(seconds)s
"""


def put(
    entry: TimeEntry, seconds: int, *, via: str, now: datetime, note: str | None = None, key: str | None = None
) -> None:
    """
    Set what an entry says: it is made if it is new, and removed at zero.

    Call it inside a transaction, with the owner held. The same key a second time
    raises IntegrityError, and the transaction with all its changes ends.
    """
    note = entry.note if note is None else note
    before, note_before = (entry.seconds, entry.note) if entry.pk else (0, "")
    if not before and not seconds:
        return
    _record(entry, before, seconds, note_before, note if seconds else "", via=via, now=now, key=key)
    if not seconds:
        TimeEntry.objects.filter(pk=entry.pk).delete()
    elif entry.pk:
        TimeEntry.objects.filter(pk=entry.pk).update(seconds=seconds, note=note, changed_at=now)
    else:
        entry.seconds, entry.note, entry.changed_at = seconds, note, now
        entry.save(force_insert=True)
    _add_to_week(entry, seconds - before)


@transaction.atomic
def note(owner: Owner, pk: int, text: str, *, was: str | None = None, now: datetime) -> str | None:
    """
    Write a note on one of the owner's entries; None when it is as asked.

    Else the note that stands there, which is not the one that `was` shown.
    """
    owners.hold(owner)
    entry = owner.entries.filter(pk=pk).first()
    if entry is None:
        return ""
    if was is not None and entry.note not in (was, text):
        return entry.note
    if entry.note != text:
        put(entry, entry.seconds, note=text, via=Via.NOTE, now=now)
    return None


def add(owner: Owner, made: Mapping[str, TimeEntry], *, via: str, now: datetime) -> None:
    """
    Make new entries, each under the key of its change; inside a transaction, with the owner held.

    Two queries for each thousand at most, for each hundred on SQLite, and a few for all of them.
    """
    for entry in made.values():
        entry.changed_at = now
    changes = [
        _change(entry, 0, entry.seconds, "", entry.note, via=via, key=key, now=now) for key, entry in made.items()
    ]
    TimeEntry.objects.bulk_create(made.values(), batch_size=BATCH)
    EntryChange.objects.bulk_create(changes, batch_size=BATCH)
    _add_up(owner.pk, made.values())


def remove(owner: Owner, rows: TimeEntryQuerySet, *, via: str, now: datetime) -> int:
    """Remove entries, likewise; how many there were."""
    gone = list(rows)
    changes = [_change(entry, entry.seconds, 0, entry.note, "", via=via, key=None, now=now) for entry in gone]
    EntryChange.objects.bulk_create(changes, batch_size=BATCH)
    rows.delete()
    _add_up(owner.pk, gone)
    return len(gone)


def discard(entry: TimeEntry, *, now: datetime) -> None:
    """Write down that what a timer measured was thrown away; no entry was ever made of it."""
    _record(entry, entry.seconds, 0, "", "", via=Via.TIMER, now=now, key=None)


def bring_back(entry: TimeEntry, *, now: datetime) -> None:
    """Write down that what was thrown away is measured on."""
    _record(entry, 0, 0, "", "", via=Via.UNDO, now=now, key=None)


def _record(entry: TimeEntry, before: int, after: int, note_before: str, note_after: str, **how: Any) -> None:
    _change(entry, before, after, note_before, note_after, **how).save(force_insert=True)


def _change(entry: TimeEntry, before: int, after: int, note_before: str, note_after: str, **how: Any) -> EntryChange:
    return EntryChange(
        owner_id=entry.owner_id,
        task_id=entry.task_id,
        day=entry.day,
        source=entry.source,
        started_at=entry.started_at,
        seconds_before=before,
        seconds_after=after,
        note_before=note_before,
        note_after=note_after,
        via=how["via"],
        key=how["key"],
        changed_at=how["now"],
    )


def _add_to_week(entry: TimeEntry, seconds: int) -> None:
    if not seconds:
        return
    monday = _monday(entry.day)
    values: dict[str, int | str] = {
        "seconds": seconds,
        "task": entry.task_id,
        "day": entry.day.isoformat(),
        "monday": monday.isoformat(),
        "bit": weeks.bit(entry.day),
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_TO_WEEK, values)
        if cursor.rowcount:
            return
    # The first of its week, or a total that was wrong.
    _add_up(entry.owner_id, [entry])


def _add_up(owner_id: int, changed: Collection[TimeEntry]) -> None:
    """Write the totals of the weeks of these entries anew, from all entries that are there."""
    totals = {
        (entry.task_id, monday): WeekTotal(owner_id=owner_id, task_id=entry.task_id, monday=monday, seconds=0)
        for entry in changed
        if (monday := _monday(entry.day))
    }
    if not totals:
        return
    mondays = [monday for _, monday in totals]
    there = TimeEntry.objects.filter(owner_id=owner_id).between(min(mondays), max(mondays) + timedelta(days=6))
    by_day = there.filter(task__in={task_id for task_id, _ in totals}).values_list("task_id", "day")
    for task_id, day, seconds in by_day.annotate(total=Sum("seconds")).order_by():
        if total := totals.get((task_id, _monday(day))):
            total.seconds += seconds
            total.days |= weeks.bit(day)
    WeekTotal.objects.bulk_create(
        totals.values(),
        update_conflicts=True,
        unique_fields=["task", "monday"],
        update_fields=["seconds", "days"],
        batch_size=BATCH,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
