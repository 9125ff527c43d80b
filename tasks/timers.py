"""
The timer: start, stop, switch, and what to do about one that was forgotten.

An owner has one at most (the row's key is the owner). It counts in whole seconds, so
that a switch, which stops one and starts the next at the same instant, loses none.
When it stops, each local day that it touched gets an entry, by the zone in force at
the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from . import dates, entries, owners
from .models import Owner, Task, TimeEntry, Timer


class Forgotten(Exception):
    """The timer ran past the owner's limit, so only the owner knows when the work ended."""


class NotThen(ValueError):
    """A timer cannot have stopped then; its text is the sentence for the reader."""


@transaction.atomic
def start(owner: Owner, task: Task, *, now: datetime) -> None:
    """
    Start the timer of a task; one that runs for another task stops at the same instant.

    For the task that runs already nothing changes. A forgotten one raises Forgotten.
    """
    now = now.replace(microsecond=0)
    running = _held(owner)
    if running and running.task_id == task.pk and not running.is_forgotten(now):
        return
    if running:
        # A press that waited longer than a later one read the clock before that one's timer began.
        now = max(now, running.started_at)
        _end(running, now, now=now)
    Timer.objects.create(owner=owner, task=task, zone=owner.time_zone, started_at=now, checked_at=now)


@transaction.atomic
def stop(owner: Owner, *, now: datetime) -> Timer | None:
    """Stop the timer and log what it measured; None if none runs. A forgotten one raises Forgotten."""
    running = _held(owner)
    if running:
        _end(running, now.replace(microsecond=0), now=now)
    return running


@transaction.atomic
def stop_then(owner: Owner, at: datetime, *, now: datetime, only: int | None = None) -> Timer | None:
    """Stop the timer as of an earlier time, which the owner remembers; NotThen if that cannot be."""
    running = _held(owner, only)
    if running:
        check(running, at, now)
        _log(running, at.replace(microsecond=0), now)
    return running


def read(owner: Owner) -> Timer | None:
    """The running timer as it is now, whatever the owner was loaded with."""
    return Timer.objects.select_related("task", "owner").filter(owner=owner).first()


def check(timer: Timer, at: datetime, now: datetime) -> None:
    """NotThen if the timer cannot have stopped at that time."""
    zone = ZoneInfo(timer.zone)
    if at < timer.started_at:
        raise NotThen(f"It was started on {dates.moment(timer.started_at, zone)}, so it cannot stop before that.")
    if at > now:
        raise NotThen(f"It is {dates.moment(now, zone)} now, so write a time before that.")


@transaction.atomic
def keep(owner: Owner, *, now: datetime, only: int | None = None) -> Timer | None:
    """The owner says that it still runs: all of it counts, and its limit begins anew."""
    running = _held(owner, only)
    if running:
        running.checked_at, running.asked_at = now.replace(microsecond=0), None
        running.save(update_fields=["checked_at", "asked_at"])
    return running


@transaction.atomic
def discard(owner: Owner, *, now: datetime, only: int | None = None) -> Timer | None:
    """Throw away what the timer measured; the history keeps that it was."""
    running = _held(owner, only)
    if running:
        for entry in _entries(running, now):
            entries.discard(entry, now=now)
        running.delete()
    return running


def by_day(timer: Timer, now: datetime) -> list[tuple[date, int]]:
    """The days that the running timer has touched, with their seconds; a forgotten one counts for none."""
    if timer.is_forgotten(now):
        return []
    return [(day, seconds) for day, _, seconds in spans(timer, now)]


def elapsed(timer: Timer, now: datetime) -> int:
    """Seconds since the start."""
    return max(0, int((now - timer.started_at).total_seconds()))


def spans(timer: Timer, until: datetime) -> Iterator[dates.Span]:
    """The local days from the start until then: each with its first instant and its seconds."""
    return dates.spans(timer.started_at, until.replace(microsecond=0), ZoneInfo(timer.zone))


def _held(owner: Owner, only: int | None = None) -> Timer | None:
    """The running timer, read while others wait; None if `only` another one was meant."""
    owners.hold(owner)
    running = read(owner)
    return running if running and only in (None, running.pk) else None


def _end(timer: Timer, at: datetime, *, now: datetime) -> None:
    if timer.is_forgotten(at):
        raise Forgotten(f"{timer.task} has been running since {timer.started_at}")
    _log(timer, at, now)


def _log(timer: Timer, at: datetime, now: datetime) -> None:
    for entry in _entries(timer, at):
        entries.put(entry, entry.seconds, via=entries.Via.TIMER, now=now)
    timer.delete()


def _entries(timer: Timer, until: datetime) -> list[TimeEntry]:
    """What it measured until then, as entries not saved yet."""
    return [
        TimeEntry(
            owner_id=timer.owner_id,
            task_id=timer.task_id,
            day=day,
            seconds=seconds,
            started_at=at,
            source=TimeEntry.Source.TIMER,
        )
        for day, at, seconds in spans(timer, until)
    ]
