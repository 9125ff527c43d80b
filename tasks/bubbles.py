"""
Bubbles in a room: where each stands, and where its name does.

A bubble stands where it is wanted; one that would hide another moves aside, those that come first staying
where they are. Where names would not fit that way, all stand in columns. No name is cut: one without room
is a number, the task's in the table. Nothing leaves the room, and no name lies on another or on a bubble.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from statistics import fmean
from typing import Literal, NamedTuple

from . import lettering

APART = 4.0
# Steps aside, nearest first. Names run sideways, so up and down counts as nearer.
STEP, FAR = 7, 217
NEARBY = sorted(
    ((across, down) for across in range(-FAR, FAR + 1, STEP) for down in range(-FAR, FAR + 1, STEP)),
    key=lambda step: 1.5 * step[0] ** 2 + step[1] ** 2,
)

NAME_SIZE, HOURS_SIZE, LINE = 16.0, 15.0, 17.0
# From the baseline up to the top of a capital, and down to the foot of a g.
ASCENT, DESCENT = 13.0, 5.0
BESIDE, BETWEEN = 7.0, 6.0

# Lines of words, how wide they may be beside a bubble in its place, and must be able to be in a column.
USUAL_WIDTH = 104
WAYS = ((2, 140, 104), (2, USUAL_WIDTH, 72), (1, USUAL_WIDTH, 72), (1, 80, 34))
COLUMNS = (1, 2, 3)

Anchor = Literal["start", "middle", "end"]
# Its class: handed off already, to be handed off first, or neither.
Kind = Literal["out", "first", ""]


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Words:
    """What is written at a bubble: the name, else the number, and where there is room for a second line the hours."""

    name: str
    hours: str
    width: float


@dataclass(frozen=True)
class Label:
    """Words from, around or up to `x`, the first baseline at `y`."""

    words: Words
    x: float
    y: float
    anchor: Anchor
    inside: bool = field(default=False, kw_only=True)

    @property
    def hours_y(self) -> float:
        return round(self.y + LINE, 1)

    @property
    def box(self) -> Box:
        width = self.words.width
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        last = self.hours_y if self.words.hours else self.y
        return Box(left, self.y - ASCENT, left + width, last + DESCENT)


@dataclass(frozen=True)
class Bubble:
    """A task as drawn; `rank` 0 has the most hours, `number` is the one in the table."""

    rank: int
    number: int
    name: str
    hours: str
    kind: Kind
    title: str
    href: str
    x: float
    y: float
    radius: float
    label: Label | None = None

    @property
    def is_numbered(self) -> bool:
        """Whether only the table says its name."""
        return self.label is None or self.label.words.name != self.name

    @property
    def wants_room(self) -> bool:
        """Whether its name would have room if there were less else."""
        return self.is_numbered and lettering.width(self.name, NAME_SIZE) <= USUAL_WIDTH


def arranged(bubbles: list[Bubble], room: Box) -> list[Bubble]:
    """With both lines for each, else with names for each, else with names where there is room."""
    spread = _spread(bubbles, room)
    for lines, width, least in WAYS:
        if named := _named(spread, [_words(bubble, lines, width) for bubble in bubbles], room):
            return named
        for count in COLUMNS:
            if in_columns := _in_columns(bubbles, room, count, lines, least):
                return in_columns
    return _partly_named(spread, room)


def _words(bubble: Bubble, lines: int, width: float) -> Words:
    fits = lettering.width(bubble.name, NAME_SIZE) <= width
    name = bubble.name if fits else str(bubble.number)
    hours = bubble.hours if lines > 1 and lettering.width(bubble.hours, HOURS_SIZE) <= width else ""
    return Words(name, hours, max(lettering.width(name, NAME_SIZE), lettering.width(hours, HOURS_SIZE)))


def _spread(bubbles: list[Bubble], room: Box) -> list[Bubble]:
    """Each as near to its place as can be without hiding another."""
    placed: list[Bubble] = []
    for bubble in bubbles:
        places = _places(bubble, room)
        free = (spot for spot in places if _clearance(spot, placed) >= bubble.radius + APART)
        x, y = next(free, None) or max(_places(bubble, room), key=lambda spot: _clearance(spot, placed))
        placed.append(replace(bubble, x=x, y=y))
    return placed


def _places(bubble: Bubble, room: Box) -> Iterator[tuple[float, float]]:
    """Where its centre could be, nearest first."""
    left, right = room.left + bubble.radius, room.right - bubble.radius
    top, bottom = room.top + bubble.radius, room.bottom - bubble.radius
    x0, y0 = round(min(max(bubble.x, left), right), 1), round(min(max(bubble.y, top), bottom), 1)
    for across, down in NEARBY:
        x, y = round(x0 + across, 1), round(y0 + down, 1)
        if left <= x <= right and top <= y <= bottom:
            yield x, y


def _clearance(spot: tuple[float, float], bubbles: list[Bubble]) -> float:
    """From there to the nearest rim."""
    return min((math.dist(spot, (other.x, other.y)) - other.radius for other in bubbles), default=math.inf)


def _named(bubbles: list[Bubble], words: list[Words], room: Box) -> list[Bubble] | None:
    """The bubbles where they are, each with its words; None if those of one have no room."""
    taken: list[Box] = []
    named = []
    for bubble, said in zip(bubbles, words, strict=True):
        label = _first_fit(_labels(bubble, said), bubbles, taken, room)
        if label is None:
            return None
        taken.append(label.box)
        named.append(replace(bubble, label=label))
    return named


def _partly_named(bubbles: list[Bubble], room: Box) -> list[Bubble]:
    taken: list[Box] = []
    named = []
    for bubble in bubbles:
        ways = (label for width in (USUAL_WIDTH, 60, 0) for label in _labels(bubble, _words(bubble, 1, width)))
        label = _first_fit(ways, bubbles, taken, room)
        taken += [label.box] if label else []
        named.append(replace(bubble, label=label))
    return named


def _first_fit(labels: Iterable[Label], bubbles: list[Bubble], taken: list[Box], room: Box) -> Label | None:
    for label in labels:
        box = label.box
        if label.inside or (
            _within(box, room)
            and not any(_overlap(box, other) for other in taken)
            and not any(_touch(bubble, box) for bubble in bubbles)
        ):
            return label
    return None


def _labels(bubble: Bubble, words: Words) -> Iterator[Label]:
    """Where the words can stand: inside, right, left, below or above."""
    x, y, radius = bubble.x, bubble.y, bubble.radius
    beside = _first_line(y, words)
    inside = Label(words, x, beside, "middle", inside=True)
    # Only on stone can the ink of a name be read.
    if not bubble.kind and words.name == bubble.name and _fits_inside(inside.box, bubble):
        yield inside
    yield Label(words, round(x + radius + BESIDE, 1), beside, "start")
    yield Label(words, round(x - radius - BESIDE, 1), beside, "end")
    for first_line in (y + radius + 17, y - radius - 8 - (LINE if words.hours else 0)):
        yield Label(words, x, round(first_line, 1), "middle")
        yield Label(words, round(x - radius, 1), round(first_line, 1), "start")
        yield Label(words, round(x + radius, 1), round(first_line, 1), "end")


def _first_line(y: float, words: Words) -> float:
    """The first baseline of words beside or on a bubble."""
    return round(y - 2 if words.hours else y + 5, 1)


def _fits_inside(box: Box, bubble: Bubble) -> bool:
    corners = ((x - bubble.x, y - bubble.y) for x in (box.left, box.right) for y in (box.top, box.bottom))
    return all(math.hypot(*corner) <= bubble.radius + 1 for corner in corners)


def _within(box: Box, room: Box) -> bool:
    return room.left <= box.left and box.right <= room.right and room.top <= box.top and box.bottom <= room.bottom


def _overlap(one: Box, other: Box) -> bool:
    """Words side by side keep a space between them, lines one above the other need none."""
    beside = one.left < other.right + BETWEEN and other.left < one.right + BETWEEN
    return beside and one.top < other.bottom and other.top < one.bottom


def _touch(bubble: Bubble, box: Box) -> bool:
    nearest = min(max(bubble.x, box.left), box.right), min(max(bubble.y, box.top), box.bottom)
    return math.dist((bubble.x, bubble.y), nearest) < bubble.radius + 1


def _in_columns(bubbles: list[Bubble], room: Box, count: int, lines: int, least: float) -> list[Bubble] | None:
    """
    Bubbles in columns, each with words beside it; None if a column is too high or words are too narrow.

    Those to the left excel less, those further up are loathed more, as on the matrix itself.
    """
    middle = (room.left + room.right) / 2
    if fmean(bubble.x for bubble in bubbles) > middle:
        # At the right the words stand to the left of their bubbles: the same picture in a mirror.
        mirrored = _in_columns([_mirrored(bubble, middle) for bubble in bubbles], room, count, lines, least)
        return mirrored and [_mirrored(bubble, middle) for bubble in mirrored]
    size = math.ceil(len(bubbles) / count)
    across = sorted(bubbles, key=lambda bubble: bubble.x)
    parts = [across[n : n + size] for n in range(0, len(across), size)]
    most = (room.width - BETWEEN * (count - 1)) / count
    widest = most - BESIDE - 2 * max(bubble.radius for bubble in bubbles)
    if widest < least or any(sum(_height(bubble, lines) for bubble in part) > room.height for part in parts):
        return None
    columns = [_column(part, room, lines, most) for part in parts]
    lefts = _in_line([c.wanted for c in columns], [c.width for c in columns], BETWEEN, room.left, room.right)
    return [_moved(bubble, left) for column, left in zip(columns, lefts, strict=True) for bubble in column.bubbles]


class _Column(NamedTuple):
    """Bubbles one under the other, their x counted from the column's left edge."""

    bubbles: list[Bubble]
    wanted: float
    width: float


def _column(bubbles: list[Bubble], room: Box, lines: int, most: float) -> _Column:
    middle = max(bubble.radius for bubble in bubbles)
    down = sorted(bubbles, key=lambda bubble: bubble.y)
    heights = [_height(bubble, lines) for bubble in down]
    wanted = [bubble.y - height / 2 for bubble, height in zip(down, heights, strict=True)]
    tops = _in_line(wanted, heights, 0, room.top, room.bottom)
    placed, width = [], 0.0
    for bubble, top, height in zip(down, tops, heights, strict=True):
        y, beside = round(top + height / 2, 1), middle + bubble.radius + BESIDE
        words = _words(bubble, lines, most - beside)
        label = Label(words, beside, _first_line(y, words), "start")
        placed.append(replace(bubble, x=middle, y=y, label=label))
        width = max(width, label.box.right)
    return _Column(placed, fmean(bubble.x for bubble in bubbles) - middle, width)


def _height(bubble: Bubble, lines: int) -> float:
    """Of a bubble and its words in a column; two lines need some air to the next name."""
    return max(2 * bubble.radius + 2, ASCENT + DESCENT + (LINE + 2) * (lines - 1))


def _moved(bubble: Bubble, by: float) -> Bubble:
    label = bubble.label and replace(bubble.label, x=round(bubble.label.x + by, 1))
    return replace(bubble, x=round(bubble.x + by, 1), label=label)


def _mirrored(bubble: Bubble, middle: float) -> Bubble:
    label = bubble.label
    if label:
        label = replace(label, x=round(2 * middle - label.x, 1), anchor="start" if label.anchor == "end" else "end")
    return replace(bubble, x=round(2 * middle - bubble.x, 1), label=label)


def _in_line(wanted: list[float], sizes: list[float], gap: float, start: float, end: float) -> list[float]:
    """Where things of these sizes begin, in order and between the ends, near to where they are wanted."""
    ends = list(accumulate(size + gap for size in sizes))
    before = [0.0, *ends[:-1]]
    # As if they had no size: those that would pass the one before them meet it in the middle.
    groups: list[list[float]] = []
    for want, offset in zip(wanted, before, strict=True):
        groups.append([want - offset])
        while len(groups) > 1 and fmean(groups[-2]) > fmean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    together = [fmean(group) for group in groups for _ in group]
    latest = end - (ends[-1] - gap)
    return [max(min(at, latest), start) + offset for at, offset in zip(together, before, strict=True)]
