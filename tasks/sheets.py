"""A sheet as a form: what was typed into its cells, how it is read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from . import dates, durations
from .days import Cell, Edit, Outcome, Row, Sheet
from .models import Task
from .requests import number

LONGEST_KEY = 36
# A sheet is there for these days.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


class Typed(NamedTuple):
    """
    One cell as it was sent: the text, and what the page showed when it was made.

    `seen` is in seconds, without a running timer; None if it was not sent.
    """

    text: str
    seen: int | None = None
    shown: str = ""
    key: str | None = None

    @property
    def is_edit(self) -> bool:
        """
        A field left as it was shown is not written back: it may stand for seconds that
        its clock does not show, or have changed elsewhere since.
        """
        return self.text.strip() != self.shown.strip()


@dataclass(slots=True)
class Field:
    """One cell as the page shows it."""

    task: Task
    cell: Cell
    text: str
    shown: str
    seen: int
    is_open: bool = True
    error: str = ""

    @property
    def name(self) -> str:
        return f"{self.task.pk}-{self.cell.day}"

    @property
    def id_for_label(self) -> str:
        return f"time-{self.name}"

    @property
    def errors(self) -> list[str]:
        return [self.error] if self.error else []


class Line(NamedTuple):
    """A row of the sheet with its fields."""

    row: Row
    fields: list[Field]

    @property
    def task(self) -> Task:
        return self.row.task

    @property
    def first(self) -> Field:
        return self.fields[0]


class SheetForm:
    """
    The fields of a sheet. Drawn by hand and no Django form: seventy fields of one would cost ten times the page.

    `edits` are what was typed and can be read. After `hear` a field shows what was typed where
    that was refused, else what is there.
    """

    non_field_errors: tuple[str, ...] = ()

    def __init__(
        self,
        sheet: Sheet,
        zone: ZoneInfo,
        data: Mapping[str, str] | None = None,
        *,
        last_open: date = LAST_DAY,
    ) -> None:
        self.sheet, self.zone = sheet, zone
        self.lines = [Line(row, [_field(row.task, cell, last_open) for cell in row.cells]) for row in sheet.rows]
        self._typed = _typed(self, data) if data else {}
        for field in self:
            typed = self._typed.get(field.name)
            if typed and typed.is_edit:
                field.text, field.shown = typed.text, typed.shown
                field.seen = field.cell.logged if typed.seen is None else typed.seen
        self.edits = list(self._read())

    def __iter__(self) -> Iterator[Field]:
        return (field for line in self.lines for field in line.fields)

    @property
    def errors(self) -> dict[str, list[str]]:
        return {field.name: field.errors for field in self if field.error}

    def _read(self) -> Iterator[Edit]:
        """What was edited and can be read; the rest of it has its error now."""
        for field in self:
            typed = self._typed.get(field.name)
            if typed and typed.is_edit:
                try:
                    yield read(typed, field.task.pk, field.cell, self.zone)
                except durations.NotATime as error:
                    field.error = str(error)

    def hear(self, outcome: Outcome) -> None:
        """Take over what became of the edits: a field that was saved or refused is compared with what stands now."""
        for field in self:
            place = field.cell.place
            field.error = outcome.refused.get(place, field.error)
            if place in outcome.refused or place in outcome.saved:
                field.seen, field.shown = field.cell.logged, _shown(field.cell)
            if place in outcome.saved:
                field.text = field.shown


def read(typed: Typed, task_id: int, cell: Cell, zone: ZoneInfo) -> Edit:
    """The time that was meant; raises NotATime. `+15m` counts from what the page showed."""
    seen = cell.logged if typed.seen is None else typed.seen
    current = seen + cell.running
    seconds = durations.parse(typed.text, current=current, most=dates.length(cell.day, zone))
    return Edit(task_id, cell.day, seconds, seen=typed.seen, adds=durations.adds(typed.text), key=typed.key)


def _field(task: Task, cell: Cell, last_open: date) -> Field:
    return Field(task, cell, _shown(cell), _shown(cell), cell.logged, cell.day <= last_open)


def _shown(cell: Cell) -> str:
    return durations.clock(cell.seconds) if cell.seconds else ""


def key_of(text: str) -> str | None:
    """The name of one typing; None for what no browser of ours makes, and some databases would not take."""
    return text if 0 < len(text) <= LONGEST_KEY and text.isprintable() else None


def _typed(form: SheetForm, data: Mapping[str, str]) -> dict[str, Typed]:
    typed = {}
    for field in form:
        text = data.get(f"time-{field.name}")
        if text is not None:
            was = data.get(f"was-{field.name}")
            seen, _, shown = was.partition(" ") if was is not None else ("", "", field.shown)
            key = key_of(data.get(f"key-{field.name}", ""))
            typed[field.name] = Typed(text, number(seen) if len(seen) < 7 else None, shown, key)
    return typed
