"""What was changed in the log, and taking the last change back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from . import entries, owners
from .imports import adding
from .models import EntryChange, Owner, TimeEntry, Timer

# How long the last change can be undone.
UNDO_WINDOW = timedelta(minutes=1)
# How many changes of a day are shown.
SHOWN = 200


class TooLate(Exception):
    """There is nothing to take back any more; its text is the sentence for the reader."""


def of_day(owner: Owner, day: date) -> QuerySet[EntryChange]:
    """Every change of that day's entries, newest first."""
    return owner.changes.filter(day=day).select_related("task").order_by("-pk")


@transaction.atomic
def undo(owner: Owner, *, now: datetime, of: str | None = None) -> list[EntryChange]:
    """
    Take back the last change with all that it changed at once; TooLate after a minute.

    `of` is the moment of the change that is meant, as text: if another one came since,
    it is too late as well.

    A timer that was stopped or thrown away runs on as if it had not been, and one that
    was started by the same press is gone.
    """
    owners.hold(owner)
    last = owner.changes.last()
    if last is None or last.via == entries.Via.UNDO or last.changed_at < now - UNDO_WINDOW:
        raise TooLate("There is nothing to undo any more.")
    if of is not None and of != last.changed_at.isoformat():
        raise TooLate("Something else was changed since, so this cannot be undone here.")
    changes = list(owner.changes.filter(changed_at=last.changed_at).order_by("-pk"))
    if last.via == entries.Via.IMPORT:
        adding.take_back(owner, last.changed_at, now=now)
        return changes
    timed = [change for change in changes if change.source == TimeEntry.Source.TIMER and change.started_at]
    if timed and last.via == entries.Via.TIMER:
        _run_again(owner, timed)
    for change in changes:
        _take_back(change, now)
    return changes


def _take_back(change: EntryChange, now: datetime) -> None:
    same = {
        "task_id": change.task_id,
        "day": change.day,
        "source": change.source,
        "started_at": change.started_at,
    }
    # Of several imports it is the one that reads as the change left it.
    left = TimeEntry.objects.filter(**same, seconds=change.seconds_after, note=change.note_after)
    entry = left.first() or TimeEntry(owner_id=change.owner_id, **same)
    if change.via == entries.Via.TIMER and not change.seconds_after:
        entries.bring_back(entry, now=now)
    else:
        entries.put(entry, change.seconds_before, note=change.note_before, via=entries.Via.UNDO, now=now)


def _run_again(owner: Owner, timed: list[EntryChange]) -> None:
    """Let the timer run since its start, unless another one was started since."""
    stopped_at = timed[0].changed_at.replace(microsecond=0)
    Timer.objects.filter(owner=owner, started_at=stopped_at).delete()
    if Timer.objects.filter(owner=owner).exists():
        raise TooLate("Another timer runs by now. Stop it first, or change the times by hand.")
    started_at = min(change.started_at for change in timed if change.started_at)
    measured = sum(change.seconds_after for change in timed)
    # Stopped on the spot it was not forgotten; one that was is so again, and its owner was asked before.
    was_forgotten = started_at + timedelta(seconds=measured) != stopped_at
    Timer.objects.create(
        owner=owner,
        task_id=timed[0].task_id,
        zone=owner.time_zone,
        started_at=started_at,
        checked_at=started_at if was_forgotten else stopped_at,
        asked_at=stopped_at if was_forgotten else None,
    )
