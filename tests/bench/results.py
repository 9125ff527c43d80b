"""From processor times to F, to growth, and to what is said of a goal. Pure numbers."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

SQLITE, POSTGRES = "SQLite", "Postgres"
# What a goal allows more where the processor time of another process is added.
MORE_ON_POSTGRES = 3
MOST_GROWTH = 1.15
# Not in the file.
UNTOLD = ("here", "spread", "most_queries", "at_least")
# What Django's own page and write cost where the goals were written. Python and processor move them.
FLOORS_THEN = {
    ("floor: page", SQLITE): 4.8,
    ("floor: page", POSTGRES): 6.1,
    ("floor: write", SQLITE): 3.3,
    ("floor: write", POSTGRES): 4.9,
}


class Sample(NamedTuple):
    """Seconds of processor a request, and those of the empty view just before and just after."""

    seconds: float
    before: float
    after: float

    @property
    def f(self) -> float:
        return self.seconds / ((self.before + self.after) / 2)


@dataclass(frozen=True)
class Row:
    """
    One line of the table and of var/bench.json; `spread` holds half of all rounds.

    `here` is the goal as much higher or lower as Django's own page or write is on this machine. A goal is the most
    that F may be, or with `at_least` the least.
    """

    item: str
    database: str
    years: int
    F: float
    goal: float | None = None
    queries: int | None = None
    here: float | None = field(default=None, kw_only=True)
    spread: tuple[float, float] | None = field(default=None, kw_only=True)
    most_queries: int | None = field(default=None, kw_only=True)
    at_least: bool = field(default=False, kw_only=True)

    @property
    def missed(self) -> list[str]:
        """A sentence for each goal that it misses."""
        where = f"{self.item} on {self.database}" + (f", {self.years} y" if self.years else "")
        said = []
        goal = self.goal if self.here is None else self.here
        if goal is not None and (goal > self.F if self.at_least else goal < self.F):
            said.append(f"{where}: {self.F:.4g}, the goal is {goal:.4g}.")
        if self.most_queries is not None and self.queries is not None and self.queries > self.most_queries:
            said.append(f"{where}: {self.queries} queries, the goal is {self.most_queries}.")
        return said

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if key not in UNTOLD}


def goal_on(database: str, goal: float | None) -> float | None:
    """Goals are written for SQLite."""
    return goal + MORE_ON_POSTGRES if goal is not None and database == POSTGRES else goal


def goal_here(goal: float | None, floor: str, database: str, floors: Mapping[tuple[str, str], float]) -> float | None:
    """The goal in the measure of this machine; None where there is no goal or its floor was not measured."""
    measured = floors.get((floor, database))
    return goal * measured / FLOORS_THEN[floor, database] if goal is not None and measured else None


def middle(numbers: Sequence[float]) -> float:
    """The median: one round that met a busy machine changes nothing."""
    return statistics.median(numbers)


def spread(numbers: Sequence[float]) -> tuple[float, float]:
    """Between these lies the middle half of the rounds."""
    if len(numbers) < 2:
        return numbers[0], numbers[0]
    low, _, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return low, high


def growth(short: Sequence[Sample], long: Sequence[Sample]) -> list[float]:
    """
    What ten years cost over one, round by round.

    The two lie next to each other in a round, so the empty view is left out: it would only add its own noise.
    """
    return [after.seconds / before.seconds for before, after in zip(short, long, strict=True)]


LINE = "{:<52} {:<9}{:>5} {:>8} {:>13} {:>6} {:>6} {:>8}  {}"


def table(rows: Sequence[Row]) -> str:
    lines = [LINE.format("item", "database", "years", "F", "half between", "goal", "here", "queries", "")]
    for row in rows:
        between = f"{row.spread[0]:.2f}-{row.spread[1]:.2f}" if row.spread else ""
        goal = "" if row.goal is None else f"{row.goal:g}"
        here = "" if row.here is None else f"{row.here:.1f}"
        queries = "" if row.queries is None else str(row.queries)
        verdict = "missed" if row.missed else ""
        lines.append(
            LINE.format(
                row.item, row.database, row.years, f"{row.F:.2f}", between, goal, here, queries, verdict
            ).rstrip()
        )
    return "\n".join(lines)
