"""The numbers of a column chart of hours: one path for each series, lines for the scale, labels below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from .durations import HOUR

# A column is 10 wide with its gap, the chart 1000 high; it is stretched to the width and height it gets.
WIDTH, HIGH = 10, 1000
# Of more columns than that a phone would show the gaps as stripes.
MOST_APART = 60
# Between what is stacked, so that no line has to be drawn.
GAP = 8
MOST_LINES, MOST_LABELS = 5, 4


class Scale(NamedTuple):
    """Hours from one line to the next, and how many lines there are above the ground."""

    step: int
    lines: int

    @property
    def top(self) -> int:
        """Seconds from the ground to the top."""
        return self.step * self.lines * HOUR


def scale(most: int) -> Scale:
    """The finest round one on which so many seconds fit."""
    step = next(step for step in _steps() if step * MOST_LINES * HOUR >= most)
    return Scale(step, max(1, -(-most // (step * HOUR))))


def _steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, ..."""
    for power in count():
        yield from (10**power, 2 * 10**power, 5 * 10**power)


def path(pairs: Sequence[tuple[int, int]], top: int) -> str:
    """A path of columns; each pair is what lies below the column and how long it is, in seconds."""
    side = 1 if len(pairs) <= MOST_APART else 0
    bar, parts = WIDTH - 2 * side, []
    for at, (below, seconds) in enumerate(pairs):
        if seconds:
            ground = HIGH - below * HIGH // top
            head = HIGH - (below + seconds) * HIGH // top
            ground = max(head, ground - GAP) if below else ground
            parts.append(f"M{at * WIDTH + side} {ground}V{head}h{bar}V{ground}z")
    return "".join(parts)


def labelled(labels: Sequence[str]) -> list[tuple[int, str]]:
    """Of the labels those that have room, each with its place; one begins at the left edge of its column."""
    every = -(-len(labels) // MOST_LABELS)
    places = range(0, len(labels), every or 1)
    return [(at, labels[at]) for at in places if 4 * (len(labels) - at) >= 3 * every]
