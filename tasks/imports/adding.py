"""What a file would add to the log, adding it, and taking all of it back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Sum

from tasks import dates, days, durations, entries, owners, routine, timers
from tasks.models import EntryChange, Owner, Task, TimeEntry, TimeFile

from .reading import Reading, Refusal, Row

IMPORT = TimeEntry.Source.IMPORT
# By the names in a file, the id of the task that each is; None for one that is to be made.
Chosen = Mapping[str, int | None]
# Of an entry and its changes.
_SAME = {"owner": OuterRef("owner"), "task": OuterRef("task"), "day": OuterRef("day")}
# How many imports can be taken back.
SHOWN = 10
# More names than that are no tasks: the wrong column was taken for them.
MOST_NAMES = 100


class Gone(Exception):
    """The file that was looked at is not there any more: added, thrown away, or another one came."""


class Nothing(Exception):
    """With these choices there is nothing to add."""


class Piece(NamedTuple):
    """A row, and the key of its change: the same row of the same tracker has it in every file."""

    row: Row
    key: str


@dataclass(frozen=True)
class Group:
    """What is new under one name, oldest first, and the task of that name if the owner has one."""

    name: str
    pieces: list[Piece]
    task: Task | None

    @property
    def seconds(self) -> int:
        return sum(piece.row.seconds for piece in self.pieces)

    @property
    def span(self) -> str:
        """12–13 October 2026"""
        return dates.span_dated(self.pieces[0].row.day, self.pieces[-1].row.day)


@dataclass(frozen=True)
class Found:
    """What a file holds for an owner."""

    groups: list[Group]
    # Rows that were added before, and when the last of them was.
    known: int
    known_since: datetime | None
    # Rows that stand there more than once, but for the first of each.
    twins: list[Row]

    @property
    def count(self) -> int:
        return sum(len(group.pieces) for group in self.groups)

    @property
    def seconds(self) -> int:
        return sum(group.seconds for group in self.groups)


class Addition(NamedTuple):
    """What goes into the log, by the keys of its changes; the rows that cannot, and days that had hours before."""

    entries: dict[str, TimeEntry]
    refused: list[Refusal]
    days_with_more: int

    @property
    def seconds(self) -> int:
        return sum(entry.seconds for entry in self.entries.values())


# --- The file that is looked at --------------------------------------------------
def waiting(owner: Owner) -> TimeFile | None:
    return TimeFile.objects.filter(owner=owner).first()


def wait(owner: Owner, *, name: str, text: str, encoding: str, now: datetime) -> None:
    """Keep a file until it is added; the one before is thrown away."""
    kept = {"name": name, "text": text, "encoding": encoding, "came_at": now}
    TimeFile.objects.update_or_create(owner=owner, defaults=kept)


def throw_away(owner: Owner) -> None:
    TimeFile.objects.filter(owner=owner).delete()


# --- Looking -----------------------------------------------------------------------
def look(owner: Owner, reading: Reading, tasks: Iterable[Task], *, once: bool) -> Found:
    """What is new in it; `once` counts what stands there more than once as one. One query."""
    pieces, twins = _pieces(reading)
    if once:
        doubled = {piece.key for piece in twins}
        pieces = [piece for piece in pieces if piece.key not in doubled]
    known = _known(owner, pieces)
    by_name: dict[str, list[Piece]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda piece: piece.row.day):
        if piece.key not in known:
            by_name[piece.row.name].append(piece)
    by_task = {task.name.casefold(): task for task in tasks}
    groups = [Group(name, some, _named(some[0].row, by_task)) for name, some in by_name.items()]
    groups.sort(key=lambda group: -group.seconds)
    return Found(groups, len(known), max(known.values(), default=None), [piece.row for piece in twins])


def _pieces(reading: Reading) -> tuple[list[Piece], list[Piece]]:
    """All of them; and those that are like one before them."""
    pieces, twins, seen = list[Piece](), list[Piece](), Counter[tuple[object, ...]]()
    for row in reading.rows:
        what = (reading.source, row.day, row.start, row.seconds, row.project, row.task, row.text)
        seen[what] += 1
        digest = blake2b(repr((*map(str, what), seen[what])).encode(), digest_size=16)
        pieces.append(Piece(row, f"csv-{digest.hexdigest()}"))
        if seen[what] > 1:
            twins.append(pieces[-1])
    return pieces, twins


def _known(owner: Owner, pieces: Iterable[Piece]) -> dict[str, datetime]:
    """Of these keys, those that are in the log, with the moment at which they came."""
    keys = {piece.key: piece.row.day for piece in pieces}
    if not keys:
        return {}
    imported = _imports(owner).filter(day__range=(min(keys.values()), max(keys.values())))
    return {key: at for key, at in imported.values_list("key", "changed_at") if key in keys}


def _named(row: Row, by_task: Mapping[str, Task]) -> Task | None:
    """The owner's task of that name, whichever part of it they called so."""
    names = (row.name, row.task, row.project)
    return next((by_task[name.casefold()] for name in names if name.casefold() in by_task), None)


def addition(owner: Owner, found: Found, chosen: Chosen, now: datetime) -> Addition:
    """What is added; a name of which nothing is said is left out. At most one query."""
    by_day: dict[date, list[tuple[Piece, int | None]]] = defaultdict(list)
    for group in found.groups:
        if group.name in chosen:
            for piece in group.pieces:
                by_day[piece.row.day].append((piece, chosen[group.name]))
    logged = _logged(owner, by_day, now)
    made, refused, with_more = dict[str, TimeEntry](), list[Refusal](), 0
    for day, pieces in sorted(by_day.items()):
        total = logged.get(day, 0) + sum(piece.row.seconds for piece, _ in pieces)
        if why := _cannot_be(owner, day, total, now):
            refused += [Refusal(piece.row.line, why) for piece, _ in pieces]
        else:
            made |= {piece.key: _entry(owner, task_id, piece.row) for piece, task_id in pieces}
            with_more += day in logged
    return Addition(made, refused, with_more)


def _logged(owner: Owner, of: Iterable[date], now: datetime) -> dict[date, int]:
    """Seconds by day of all that is there, with those of the timer that runs."""
    some = sorted(of)
    if not some:
        return {}
    by_day = owner.entries.between(some[0], some[-1]).order_by().values_list("day")
    logged = dict(by_day.annotate(total=Sum("seconds")))
    for day, seconds in timers.by_day(owner.running_timer, now) if owner.running_timer else ():
        logged[day] = logged.get(day, 0) + seconds
    return logged


def _cannot_be(owner: Owner, day: date, total: int, now: datetime) -> str:
    if day > days.last_open(owner, now):
        return f"{dates.full_dated(day)} is still to come."
    longest = dates.length(day, owner.zone)
    if total > longest:
        said = f"{dates.full_dated(day)} would have {durations.words(total)} in all"
        return f"{said}, and it has {durations.words(longest)}."
    return ""


def _entry(owner: Owner, task_id: int | None, row: Row) -> TimeEntry:
    entry = TimeEntry(owner_id=owner.pk, day=row.day, seconds=row.seconds, source=IMPORT, note=row.text)
    if task_id is not None:
        entry.task_id = task_id
    return entry


# --- Adding, and taking back ---------------------------------------------------------
@transaction.atomic
def add(owner: Owner, file: TimeFile, reading: Reading, chosen: Chosen, *, once: bool, now: datetime) -> Addition:
    """
    Add what is new in the file, with the tasks that are to be made.

    Gone if it is not the file that waits any more; Nothing if nothing is left to add.
    """
    owners.hold(owner)
    if not TimeFile.objects.filter(pk=file.pk, came_at=file.came_at).exists():
        raise Gone
    found = look(owner, reading, [], once=once)
    new = [group.name for group in found.groups if chosen.get(group.name, 0) is None]
    made_now = {name: task.pk for name, task in routine.named(owner, new).items()}
    made = addition(owner, found, {**chosen, **made_now}, now)
    if not made.entries:
        raise Nothing
    entries.add(owner, made.entries, via=entries.Via.IMPORT, now=now)
    throw_away(owner)
    return made


class Import(NamedTuple):
    """One import that can be taken back."""

    at: datetime
    entries: int
    seconds: int
    first: date
    last: date

    @property
    def span(self) -> str:
        return dates.span_dated(self.first, self.last)

    @property
    def moment(self) -> str:
        """By which it is named in a form."""
        return self.at.isoformat()


def past(owner: Owner) -> list[Import]:
    """The last ones, newest first. One query."""
    by_moment = _imports(owner).order_by("-changed_at").values_list("changed_at")
    totals = by_moment.annotate(entries=Count("pk"), seconds=Sum("seconds_after"), first=Min("day"), last=Max("day"))
    return [Import(*row) for row in totals[:SHOWN]]


@transaction.atomic
def take_back(owner: Owner, at: datetime, *, now: datetime) -> int:
    """
    Remove what came at that moment; how many entries that were.

    One whose note was changed since stays, as the owner's own. What is removed can be imported again.
    """
    owners.hold(owner)
    # What came by a later import is as it came, and no entry of this one.
    came = EntryChange.objects.filter(**_SAME, seconds_after=OuterRef("seconds"), via=entries.Via.IMPORT)
    noted = ~Exists(came.filter(changed_at=OuterRef("changed_at")))
    imported = TimeEntry.objects.filter(**_SAME, seconds=OuterRef("seconds_after"), source=IMPORT)
    stays = imported.filter(noted, changed_at__gt=at)
    _imports(owner).filter(~Exists(stays), changed_at=at).update(key=None)
    return entries.remove(owner, owner.entries.filter(source=IMPORT, changed_at=at), via=entries.Via.UNDO, now=now)


def _imports(owner: Owner) -> QuerySet[EntryChange]:
    """What was imported and not taken back."""
    return owner.changes.filter(via=entries.Via.IMPORT, key__isnull=False)
