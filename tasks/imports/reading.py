"""A table to rows of time: whose it is, what each row says, and what of it cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from tasks import durations

from . import cells, formats
from .cells import Dates, Wrong
from .formats import OWN, Columns, Format
from .table import Line, Table, Unreadable

Read = TypeVar("Read")
# What an owner says of a table that nobody knows: in which column the day is, how long, which task, what was done.
COLUMNS = ("day", "time", "task", "text")
# Columns that say on which day.
WHEN = ("day", "from")
MOST_NAME, MOST_TEXT = 80, 200
DAY = timedelta(days=1)
# Seconds by which a duration and the two ends of it may differ without a word: trackers round them.
ROUNDED = 60


class Refusal(NamedTuple):
    """One line of the file, and what is to be said of it."""

    line: int
    why: str


@dataclass(frozen=True)
class Row:
    """Time on one day; what goes over midnight is two of these."""

    line: int
    day: date
    start: time | None
    seconds: int
    project: str
    task: str
    text: str

    @property
    def name(self) -> str:
        """By what it is told which task it was: "Reyes: Calls", or of what has neither the text."""
        return (": ".join(filter(None, (self.project, self.task))) or self.text)[:MOST_NAME].rstrip()


@dataclass
class Reading:
    """
    All that a file says.

    `source` is the tracker, '' for a table of the owner's own; `remarks` are of rows that are taken, `passed_over`
    is how many lines are no time; `people` are those whose time it is, if it says so, who has most lines first;
    `order` is a date that can be read two ways, if the file does not tell which.
    """

    source: str
    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    remarks: list[Refusal] = field(default_factory=list)
    passed_over: int = 0
    people: list[str] = field(default_factory=list)
    order: str = ""


class UnknownColumns(Unreadable):
    """No tracker that is known has such columns: its owner says which is what."""

    def __init__(self) -> None:
        super().__init__("None of the trackers that are known has such columns.")


def read(
    table: Table,
    *,
    zone: ZoneInfo,
    day_first: bool = True,
    columns: Mapping[str, int] | None = None,
    of_whom: str = "",
) -> Reading:
    """
    The times of a table in that zone; `day_first` counts where its dates can be read two ways.

    `columns` are those of COLUMNS that the owner named, by number; with `of_whom`, one of the people in it, all
    other lines are as if they were not there. Raises UnknownColumns, or Unreadable.
    """
    known = (OWN, dict(columns)) if columns is not None else formats.recognised(table.header)
    if known is None:
        raise UnknownColumns
    return _Reader(table, *known, zone=zone, day_first=day_first).read(of_whom)


class _Reader:
    def __init__(self, table: Table, of: Format, columns: Columns, *, zone: ZoneInfo, day_first: bool) -> None:
        self.table, self.format, self.columns, self.zone = table, of, columns, zone
        when = [self._cell(line, part) for line in table.lines for part in WHEN if not self._cell(line, "total")]
        self.dates = Dates.of(when, is_day_first=day_first)
        self.thousands = cells.thousands(
            self._cell(line, part) for line in table.lines for part in ("hours", "clock")
        )
        people = Counter(filter(None, map(self._who, table.lines)))
        self.reading = Reading(of.name, people=[who for who, _ in people.most_common()], order=self.dates.example)

    def _cell(self, line: Line, part: str) -> str:
        """'' for what a short row leaves out, and for a column that is not there."""
        at = self.columns.get(part, -1)
        return line.cells[at].strip() if 0 <= at < len(line.cells) else ""

    def _who(self, line: Line) -> str:
        name = f"{self._cell(line, 'first_name')} {self._cell(line, 'who')}"
        return cells.words(name, MOST_NAME)

    def read(self, of_whom: str) -> Reading:
        for line in self.table.lines:
            if of_whom in self.reading.people and self._who(line) != of_whom:
                continue
            try:
                rows = list(self._rows(line))
            except Wrong as why:
                self.reading.refused.append(Refusal(line.number, str(why)))
            else:
                self.reading.rows += rows
                self.reading.passed_over += not rows
        return self.reading

    def _rows(self, line: Line) -> Iterator[Row]:
        """One for each day that it touches; none for a line that is no time."""
        if any(cell.strip() for cell in line.cells[len(self.table.header) :]):
            raise Wrong(f"it has {len(line.cells)} cells, and there are {len(self.table.header)} columns.")
        if self._cell(line, "total") or self._cell(line, "kind").casefold() not in self.format.kinds:
            return
        start, end = self._ends(line)
        if start.year not in cells.YEARS:  # of a moment; a date was asked by its cell
            raise Wrong("it is not between 2000 and 2100.")
        seconds = self._seconds(line, start, end)
        if not seconds:
            return
        row = Row(
            line.number,
            start.date(),
            start.time() if self._has_time(line) else None,
            seconds,
            cells.words(self._cell(line, "project"), MOST_NAME),
            cells.words(self._cell(line, "task"), MOST_NAME),
            cells.words(self._cell(line, "text"), MOST_TEXT),
        )
        yield from _by_day(row)

    # --- When -----------------------------------------------------------------------
    def _has_time(self, line: Line) -> bool:
        return bool(self._cell(line, "start") or self._cell(line, "from"))

    def _ends(self, line: Line) -> tuple[datetime, datetime | None]:
        """From when, at midnight where only the day is known, and till when, if the line says so."""
        if "from" in self.columns:
            return self._moment(line, "from"), self._moment(line, "till") if self._cell(line, "till") else None
        day, after = self._read(line, "day", self.dates.read)
        start = datetime.combine(day, self._read(line, "start", cells.clock) or time())
        if after and "start" not in self.columns:
            start = datetime.combine(day, self._named("day", after, cells.clock) or time())
        end = self._read(line, "end", cells.clock)
        if end is None or not self._has_time(line):
            return start, None
        last = self._read(line, "end_day", self.dates.read)[0] if self._cell(line, "end_day") else day
        till = datetime.combine(last, end)
        # One date for both ends: what ends before it begins ends on the day after.
        return start, till + DAY if till < start and not self._cell(line, "end_day") else till

    def _moment(self, line: Line, part: str) -> datetime:
        text = self._cell(line, part)
        if text.isascii() and text.isdigit() and len(text) == 10:
            return datetime.fromtimestamp(int(text), UTC).astimezone(self.zone)
        if at := cells.zoned(text, self.zone):
            return at
        day, after = self._read(line, part, self.dates.read)
        return datetime.combine(day, self._named(part, after, cells.clock) or time())

    # --- How long -------------------------------------------------------------------
    def _seconds(self, line: Line, start: datetime, end: datetime | None) -> int:
        """A duration to the second says most, then the two ends, then a decimal count of hours."""
        between = int((self._utc(end) - self._utc(start)).total_seconds()) if end else None
        exact = None if self.format.is_rounded else self._exact(line)
        if exact is not None:
            seconds = exact
            self._remark(line, start, seconds, between)
        elif between is not None:
            seconds = between
        else:
            seconds = self._decimal(line)
        if seconds < 0:
            raise Wrong("it ends before it begins.")
        if seconds > durations.DAY_MOST * (7 if self._has_time(line) else 1):
            raise Wrong(f"{durations.words(seconds)} are more than there can be.")
        return seconds

    def _utc(self, at: datetime) -> datetime:
        """What is written as wall time is that of the zone, also in the night in which the clocks change."""
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)

    def _exact(self, line: Line) -> int | None:
        if own := self._cell(line, "time"):
            return self._named("time", own, _typed)
        return cells.duration(self._cell(line, "clock"))

    def _decimal(self, line: Line) -> int:
        """In a column of its own, or in that of durations, by the tracker's settings."""
        for part in ("clock", "hours"):
            if self._cell(line, part):
                return self._read(line, part, self._hours)
        raise Wrong("it does not say how long.")

    def _hours(self, text: str) -> int:
        return cells.hours(text, self.thousands)

    def _remark(self, line: Line, start: datetime, seconds: int, between: int | None) -> None:
        differ = 0 if between is None else abs(between - seconds)
        if "end_day" not in self.columns and "till" not in self.columns:
            differ %= durations.DAY_MOST  # one date for both ends does not tell the days between
        if between is not None and differ > ROUNDED:
            said = f"it took {durations.words(seconds)}, and its ends are {durations.words(abs(between))} apart"
            self.reading.remarks.append(Refusal(line.number, f"{said}. What it took is added."))
        elif self._has_time(line) and _is_odd(start, self.zone):
            said = f"{start:%H:%M} was not there once on that day, when the clocks changed"
            self.reading.remarks.append(Refusal(line.number, f"{said}. What it took is added."))

    # --- What a cell says, or why not, by the name of its column ------------------------
    def _read(self, line: Line, part: str, how: Callable[[str], Read]) -> Read:
        return self._named(part, self._cell(line, part), how)

    def _named(self, part: str, text: str, how: Callable[[str], Read]) -> Read:
        try:
            return how(text)
        except Wrong as why:
            raise Wrong(f"“{cells.words(text, 40)}” in {self.table.header[self.columns[part]]} {why}.") from None


def _by_day(row: Row) -> Iterator[Row]:
    """What goes over midnight belongs to both days."""
    while row.start is not None and (over := row.seconds - _till_midnight(row.start)) > 0:
        yield replace(row, seconds=row.seconds - over)
        row = replace(row, day=row.day + DAY, start=time(), seconds=over)
    yield row


def _till_midnight(start: time) -> int:
    return durations.DAY_MOST - (start.hour * 60 + start.minute) * 60 - start.second


def _typed(text: str) -> int:
    """As in the app's own fields: 1:30, 90m, 1.5."""
    try:
        return durations.parse(text)
    except durations.NotATime:
        raise Wrong("is no time such as 1:30, 90m or 1.5") from None


def _is_odd(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks there were set past that time, or came by it twice."""
    return wall.replace(tzinfo=zone).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset()
