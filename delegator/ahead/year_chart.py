"""Twelve months of one kind of help as columns under the line of what the roster has; pure numbers to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .outlook import Column, hours

# As the design draws it: twelve columns of 24, thirty apart, between the ends of the ground line.
WIDTH, LEFT, APART, WIDE = 372, 6, 30, 24
# Over the highest column stands its number.
NUMBER = 29


@dataclass(frozen=True, slots=True)
class Bar:
    """One column as drawn: what is taken up to the roster's hours, and what is over them; heights from the ground."""

    x: int
    label: str
    middle: int
    fits_y: str
    fits: str
    over_y: str
    over: str
    number: str
    number_y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`cap` is the path of the roster's line, which steps where its hours change."""

    bars: Sequence[Bar]
    cap: str
    ground: int
    height: int


def draw(columns: Sequence[Column], *, most: int, is_small: bool = False) -> Chart:
    """`most` are the minutes a week that reach the top; small ones have initials and no numbers."""
    ground, height = (84, 108) if is_small else (140, 164)
    scale = _Scale(ground, ground - (4 if is_small else NUMBER), max(most, 1))
    bars = [_bar(scale, at, each, is_small=is_small) for at, each in enumerate(columns)]
    return Chart(bars, _cap(scale, columns), ground, height)


def most_of(columns: Sequence[Column]) -> int:
    return max(max(each.takes, each.there) for each in columns)


@dataclass(frozen=True, slots=True)
class _Scale:
    ground: int
    room: int
    most: int

    def high(self, minutes: int) -> float:
        return self.room * minutes / self.most

    def y(self, minutes: int) -> str:
        return f"{self.ground - self.high(minutes):.1f}"


def _bar(scale: _Scale, at: int, each: Column, *, is_small: bool) -> Bar:
    x, month = LEFT + 3 + at * APART, f"{each.month.first:%b}"
    over = each.short
    fits = each.takes - over
    # The first says where it begins, the others what is too much.
    has_number = not is_small and (over or not at)
    return Bar(
        x=x,
        label=month[0] if is_small else month,
        middle=x + WIDE // 2,
        fits_y=scale.y(fits),
        fits=f"{scale.high(fits):.1f}",
        over_y=scale.y(each.takes),
        over=f"{scale.high(over):.1f}" if over else "",
        number=hours(each.takes).removesuffix(" h") if has_number else "",
        number_y=f"{scale.ground - scale.high(each.takes) - 5:.1f}",
    )


def _cap(scale: _Scale, columns: Sequence[Column]) -> str:
    path = f"M{LEFT} {scale.y(columns[0].there)}"
    for at, (each, after) in enumerate(pairwise(columns), start=1):
        if each.there != after.there:
            path += f"H{LEFT + at * APART}V{scale.y(after.there)}"
    return f"{path}H{LEFT + len(columns) * APART}"
