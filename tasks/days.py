"""The sheet of a day, or of the seven of a week: what each task took, and saving what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import IntegrityError, transaction
from django.db.models import DateField, Q, QuerySet

from . import dates, durations, entries, owners, recent, timers
from .models import Owner, Task, TimeEntry, Timer
from .prepared import Prepared, given
from .recent import NO_HABIT, EntryRow, Habit

Place = tuple[int, date]


def _shown() -> QuerySet[Task]:
    """Active tasks, that of the timer, and those with time between two given days."""
    timed = Timer.objects.filter(owner_id=given("owner")).values("task")
    days = given("first", DateField()), given("last", DateField())
    logged = TimeEntry.objects.filter(owner_id=given("owner"), day__range=days).values("task")
    shown = Q(retired_on=None) | Q(pk__in=timed) | Q(pk__in=logged)
    return Task.objects.filter(shown, owner_id=given("owner"))


TASKS = Prepared(_shown)


class TooMuch(ValueError):
    """The times together cannot be; its text is the sentence for the reader."""


@dataclass(slots=True)
class Cell:
    """What one task took on one day, in seconds: the one typed entry, the others, and the timer that runs."""

    task_id: int
    day: date
    typed: int = 0
    fixed: int = 0
    running: int = 0
    note: str = ""
    entry_id: int | None = None

    @property
    def place(self) -> Place:
        return self.task_id, self.day

    @property
    def logged(self) -> int:
        """The sum of the entries."""
        return self.typed + self.fixed

    @property
    def seconds(self) -> int:
        return self.logged + self.running

    def entry(self, owner: Owner) -> TimeEntry:
        """The typed entry, there or not there yet."""
        return TimeEntry(
            pk=self.entry_id,
            owner_id=owner.pk,
            task_id=self.task_id,
            day=self.day,
            seconds=self.typed,
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class Row:
    task: Task
    cells: list[Cell]
    habit: Habit = NO_HABIT

    @property
    def seconds(self) -> int:
        return sum(cell.seconds for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A row for each active task and for any other with time on these days, best work last."""

    days: list[date]
    rows: list[Row]

    @property
    def seconds(self) -> int:
        return sum(row.seconds for row in self.rows)

    def on(self, day: date) -> Sheet:
        """That day's cells only."""
        return Sheet([day], [Row(row.task, [c for c in row.cells if c.day == day]) for row in self.rows])


@dataclass(frozen=True, slots=True)
class Edit:
    """
    A time for one cell, as the owner means it: `seconds` in all.

    `seen` is what the page showed as logged, so that an older reading replaces no newer
    one; None says that it does not matter. `adds` marks a time counted from what was
    seen (+15m). `key` names this one typing; sent again, it changes nothing.
    """

    task_id: int
    day: date
    seconds: int
    seen: int | None = None
    adds: bool = False
    key: str | None = None

    @property
    def place(self) -> Place:
        return self.task_id, self.day


@dataclass(slots=True)
class Outcome:
    """What became of the edits: places that are as asked, and a sentence for each that is not."""

    saved: set[Place] = field(default_factory=set)
    refused: dict[Place, str] = field(default_factory=dict)
    # Of the refused, those that were changed elsewhere meanwhile.
    stale: set[Place] = field(default_factory=set)
    # How many entries changed.
    changed: int = 0


def sheet(owner: Owner, day: date, *, now: datetime) -> Sheet:
    """The sheet of one day, with what is usual. Two queries."""
    since = day - recent.BACK
    rows = recent.rows(owner, since, day)
    cells = _cells(rows, owner.running_timer, [day], now)
    habits = recent.habits(rows, day)
    tasks = _tasks(owner, cells, [day])
    return Sheet([day], [Row(task, [cells[task.pk, day]], habits.get(task.pk, NO_HABIT)) for task in tasks])


def week(owner: Owner, days: Sequence[date], *, now: datetime) -> Sheet:
    """The sheet of some days, oldest first. Two queries."""
    cells = _cells(recent.rows(owner, days[0], days[-1]), owner.running_timer, days, now)
    tasks = _tasks(owner, cells, days)
    return Sheet(list(days), [Row(task, [cells[task.pk, day] for day in days]) for task in tasks])


class _Cells(dict[Place, Cell]):
    """Cells by place; one without time is made when it is asked for."""

    def __missing__(self, place: Place) -> Cell:
        self[place] = Cell(*place)
        return self[place]


def _cells(rows: Iterable[EntryRow], timer: Timer | None, days: Sequence[date], now: datetime) -> _Cells:
    cells, first = _Cells(), days[0]
    for pk, task_id, day, source, seconds, note in rows:
        if day < first:
            continue
        cell = cells[task_id, day]
        if source == TimeEntry.Source.TYPED:
            cell.typed, cell.note, cell.entry_id = seconds, note, pk
        else:
            cell.fixed += seconds
    if timer:
        for day, seconds in timers.by_day(timer, now):
            if day in days:
                cells[timer.task_id, day].running = seconds
    return cells


def _tasks(owner: Owner, cells: _Cells, days: Sequence[date]) -> list[Task]:
    """A retired task keeps the days it has time on, and is on no others."""
    filled = {task_id for (task_id, _), cell in cells.items() if cell.seconds}
    known = TASKS.objects(owner=owner.pk, first=days[0], last=days[-1])
    tasks = [task for task in known if task.retired_on is None or task.pk in filled]
    for task in tasks:
        if owner.running_timer and task.pk == owner.running_timer.task_id:
            owner.running_timer.task = task  # it is shown by this name: no need to ask for it again
    return tasks


def last_open(owner: Owner, now: datetime) -> date:
    """The last day that can be logged: tomorrow, for an owner whose clock is ahead of the zone they gave."""
    return owner.today(now) + timedelta(days=1)


# --- Saving -------------------------------------------------------------------------
def save(owner: Owner, edits: Sequence[Edit], *, via: str, now: datetime) -> Outcome:
    """
    Set what the tasks took on those days; what cannot be is refused and the rest is saved.

    Only the typed part of a cell changes. Refused is a sum below what a timer or an
    import holds, a day longer than it is, a day after tomorrow, a cell that was changed
    elsewhere since it was seen, and a task of somebody else.
    """
    edits = _each_key_once(edits)
    outcome = Outcome()
    try:
        outcome = _save(owner, edits, via, now)
    except IntegrityError:  # a key that was there before
        left = edits
    else:
        left = [edit for edit in edits if edit.place in outcome.refused and edit.key]
    if left:
        _weigh_anew(owner, left, outcome, via, now)
    return outcome


def _each_key_once(edits: Iterable[Edit]) -> list[Edit]:
    used: set[str | None] = {None}
    once = []
    for edit in edits:
        once.append(replace(edit, key=None) if edit.key in used else edit)
        used.add(edit.key)
    return once


def _weigh_anew(owner: Owner, edits: Sequence[Edit], outcome: Outcome, via: str, now: datetime) -> None:
    """What arrived before, as its key tells, is as asked; the rest is weighed anew without it."""
    changes = owner.changes.filter(key__in=[edit.key for edit in edits if edit.key])
    known = {key: (task_id, day) for key, task_id, day in changes.values_list("key", "task_id", "day")}
    if not known and outcome.refused:
        return
    again = _save(owner, [edit for edit in edits if edit.key not in known], via, now)
    for edit in edits:
        outcome.refused.pop(edit.place, None)
        outcome.stale.discard(edit.place)
        if known.get(edit.key) == edit.place:
            outcome.saved.add(edit.place)
        elif edit.key in known:
            outcome.refused[edit.place] = "This was sent before, for another task or day."
    outcome.saved |= again.saved
    outcome.changed += again.changed
    outcome.refused |= again.refused
    outcome.stale |= again.stale


@transaction.atomic
def _save(owner: Owner, edits: Sequence[Edit], via: str, now: datetime) -> Outcome:
    outcome = Outcome()
    if not edits:
        return outcome
    owners.hold(owner)
    days = sorted({edit.day for edit in edits})
    # It may have been stopped since the owner was loaded, and be an entry by now.
    timer = timers.read(owner) if owner.running_timer else None
    cells = _cells(recent.rows(owner, days[0], days[-1]), timer, days, now)
    mine = _known_tasks(owner, cells, edits)
    for day, of_day in groupby(sorted(edits, key=lambda edit: edit.day), lambda edit: edit.day):
        wanted = [edit for edit in of_day if edit.task_id in mine]
        _refuse(owner, day, wanted, cells, outcome, now)
        for edit in wanted:
            if edit.place not in outcome.refused:
                outcome.changed += _set(owner, edit, cells[edit.place], via, now)
                outcome.saved.add(edit.place)
    return outcome


def _known_tasks(owner: Owner, cells: _Cells, edits: Iterable[Edit]) -> set[int]:
    """The ids among those edited that are the owner's; a task with time on these days needs no asking."""
    asked = {edit.task_id for edit in edits}
    known = {task_id for task_id, _ in cells} & asked
    if asked != known:
        known |= set(owner.tasks.filter(pk__in=asked - known).values_list("pk", flat=True))
    return known


def _refuse(owner: Owner, day: date, edits: Sequence[Edit], cells: _Cells, outcome: Outcome, now: datetime) -> None:
    for edit in edits:
        cell = cells[edit.place]
        held = cell.fixed + cell.running
        if day > last_open(owner, now) and edit.seconds > cell.seconds:
            outcome.refused[edit.place] = f"{dates.full(day)} is still to come."
        elif edit.seen not in (None, cell.logged) and (edit.adds or edit.seconds != cell.seconds):
            outcome.stale.add(edit.place)
            outcome.refused[edit.place] = _stale(edit, cell)
        elif edit.seconds < held and durations.clock(edit.seconds) != durations.clock(held):
            said = f"{durations.words(held)} of this come from the timer or an import, so it cannot be less."
            outcome.refused[edit.place] = said
    _refuse_too_much(owner, day, [edit for edit in edits if edit.place not in outcome.refused], cells, outcome)


def _stale(edit: Edit, cell: Cell) -> str:
    """Both readings: the one that came first, and what saving again will make of it."""
    seconds = cell.logged + edit.seconds - (edit.seen or 0) if edit.adds else edit.seconds
    there, asked = durations.clock(cell.seconds), durations.clock(max(0, seconds))
    return f"This was changed to {there} elsewhere. Save again to make it {asked}."


def _refuse_too_much(owner: Owner, day: date, edits: list[Edit], cells: _Cells, outcome: Outcome) -> None:
    """A day that is over its length already, by a timer that nobody can refuse, may still be brought nearer to it."""
    before = sum(cell.seconds for (_, on), cell in cells.items() if on == day)
    more = {edit.place: edit.seconds - cells[edit.place].seconds for edit in edits}
    total, longest = before + sum(more.values()), dates.length(day, owner.zone)
    if total > longest and sum(more.values()) > 0:
        too_much = f"That makes {durations.words(total)} in all, and this day has {durations.words(longest)}."
        for place in more:
            if more[place]:
                outcome.refused[place] = too_much


def _set(owner: Owner, edit: Edit, cell: Cell, via: str, now: datetime) -> bool:
    typed = max(0, edit.seconds - cell.fixed - cell.running)
    if typed == cell.typed:
        return False
    entries.put(cell.entry(owner), typed, via=via, now=now, key=edit.key)
    cell.typed = typed
    return True


def copy(owner: Owner, sources: Mapping[date, date], *, now: datetime) -> int:
    """
    Fill empty cells of days with the times of others, `sources` by day; how many were filled.

    What cannot be, such as a day still to come, stays empty; TooMuch if nothing else is left.
    """
    there = week(owner, sorted(sources.values()), now=now)
    # What a timer measures still is copied by nobody.
    times = {(cell.task_id, cell.day): cell.logged for row in there.rows for cell in row.cells}
    edits = [
        Edit(cell.task_id, cell.day, seconds, seen=0)
        for row in week(owner, sorted(sources), now=now).rows
        for cell in row.cells
        if row.task.retired_on is None and not cell.seconds
        if (seconds := times.get((cell.task_id, sources[cell.day])))
    ]
    outcome = save(owner, edits, via=entries.Via.COPY, now=now)
    if outcome.refused and not outcome.changed:
        raise TooMuch(next(iter(outcome.refused.values())))
    return outcome.changed


def last_logged(owner: Owner, day: date) -> date | None:
    """The last earlier day, at most a week back, with anything logged."""
    earlier = owner.entries.between(day - timedelta(days=7), day - timedelta(days=1)).order_by("-day")
    return earlier.values_list("day", flat=True).first()
