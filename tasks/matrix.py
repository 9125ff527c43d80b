"""
The loathe and excel matrix as geometry: a bubble a task, its area the hours a week, its place the two scores.

Each quadrant has a cell for each pair of scores and is laid out by itself, so nothing leaves its quadrant.
Lengths are those of the drawing, 404 by 396; text is measured at its largest, as on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from . import bubbles, quadrants
from .bubbles import Box, Bubble
from .durations import HOUR
from .quadrants import Quadrant

MOST_DRAWN = 40

LEAST_RADIUS, LARGEST_RADIUS = 7.0, 40.0
# The radius of one hour: the usual one, and the smallest before names are left out instead.
HOUR_RADIUS, SMALL_HOUR_RADIUS = 11.0, 4.0
# The share of a quadrant that bubbles may fill; half of it when there are CROWD tasks, for the names.
FILLED, CROWD = 0.4, 6

# The quadrants without a margin and without the line that holds their name.
ROOMS = {
    Quadrant.HAND_OFF_FIRST: Box(34, 38, 248, 217),
    Quadrant.TEACH_IT: Box(256, 38, 396, 217),
    Quadrant.HAND_OFF_NEXT: Box(34, 222, 248, 335),
    Quadrant.KEEP: Box(256, 222, 396, 335),
}


@dataclass(frozen=True, kw_only=True)
class Point:
    """A scored task: `seconds` a week give its size, `hours` is what is written, such as '4 h, Tomasz'."""

    key: int
    name: str
    loathe: int
    excel: int
    seconds: int
    hours: str
    handed_off: bool
    href: str
    # In the table beside the drawing, for a name that has no room in it.
    number: int = 0
    # The name as it stands inside a sentence.
    said: str = ""

    @property
    def quadrant(self) -> Quadrant:
        return quadrants.of(self.loathe, self.excel)


@dataclass(frozen=True)
class Matrix:
    points: tuple[Point, ...]
    bubbles: tuple[Bubble, ...]
    # How many tasks with few hours are only in the table.
    left_out: int

    @property
    def has_handed_off(self) -> bool:
        return any(point.handed_off for point in self.points)

    @cached_property
    def numbered(self) -> set[int]:
        """The numbers that stand for a name."""
        return {bubble.number for bubble in self.bubbles if bubble.is_numbered}

    @property
    def description(self) -> str:
        sentences = []
        for quadrant in Quadrant:
            points = [point for point in self.points if point.quadrant is quadrant]
            points.sort(key=lambda point: (-point.loathe, point.excel, point.name, point.key))
            if points:
                sentences.append(f"{quadrant.label}: {', '.join(point.said or point.name for point in points)}.")
        return " ".join([*sentences, "The table next to this has every number."])


def draw(points: Iterable[Point]) -> Matrix:
    """The matrix of these tasks; the same points in any order give the same drawing."""
    return _drawn(tuple(sorted(points, key=lambda point: (-point.seconds, point.name, point.key))))


@lru_cache(maxsize=200)
def _drawn(ordered: tuple[Point, ...]) -> Matrix:
    """Kept, since names that have to find room take longer than all the rest of the page."""
    drawn = ordered[:MOST_DRAWN]
    scale = _scale(drawn)
    circles = _bubbles(drawn, scale)
    while scale > SMALL_HOUR_RADIUS and any(bubble.wants_room for bubble in circles):
        scale = max(scale * 0.8, SMALL_HOUR_RADIUS)
        circles = _bubbles(drawn, scale)
    return Matrix(drawn, tuple(circles), left_out=len(ordered) - len(drawn))


def target(point: Point) -> tuple[float, float]:
    """The middle of the cell of its two scores; excel runs to the right, loathe runs up."""
    room = ROOMS[point.quadrant]
    # Three of the five scores lie on the hand-off side of each axis, see quadrants.
    across = (point.excel - 0.5) / 3 if point.excel <= 3 else (point.excel - 3.5) / 2
    down = (5.5 - point.loathe) / 3 if point.loathe >= 3 else (2.5 - point.loathe) / 2
    return room.left + room.width * across, room.top + room.height * down


def _scale(points: Sequence[Point]) -> float:
    """The radius of one hour: the usual one, or less where a quadrant would be full."""
    scale = HOUR_RADIUS
    for quadrant, room in ROOMS.items():
        hours = [point.seconds / HOUR for point in points if point.quadrant is quadrant]
        if any(hours):
            filled = room.width * room.height * FILLED / (1 + len(hours) / CROWD)
            scale = min(scale, math.sqrt(filled / (math.pi * sum(hours))), LARGEST_RADIUS / math.sqrt(max(hours)))
    return scale


def _bubbles(points: Sequence[Point], scale: float) -> list[Bubble]:
    """The bubbles in the order of the points; one scale for all, so that areas can be compared."""
    placed: list[Bubble] = []
    for quadrant, room in ROOMS.items():
        wanted = [_bubble(n, point, scale) for n, point in enumerate(points) if point.quadrant is quadrant]
        placed += bubbles.arranged(wanted, room) if wanted else []
    return sorted(placed, key=lambda bubble: bubble.rank)


def _bubble(rank: int, point: Point, scale: float) -> Bubble:
    kind: bubbles.Kind = "first" if point.quadrant is Quadrant.HAND_OFF_FIRST else ""
    x, y = target(point)
    return Bubble(
        rank=rank,
        number=point.number,
        name=point.name,
        hours=point.hours,
        kind="out" if point.handed_off else kind,
        title=f"{point.name}: {point.hours}, loathe {point.loathe}, excel {point.excel}",
        href=point.href,
        x=x,
        y=y,
        radius=round(max(LEAST_RADIUS, scale * math.sqrt(point.seconds / HOUR)), 1),
    )
