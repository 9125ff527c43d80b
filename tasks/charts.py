"""What the drawings show, as numbers: the hour bar, and amounts on one scale. The templates draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from .durations import HOUR

Kind = Literal["best", "routine", "help", "maybe", "over"]

# Up to the longest day an hour is a block; in longer bars the lines would be all one sees.
LONGEST_CUT = 25 * HOUR


@dataclass(frozen=True)
class Segment:
    kind: Kind
    seconds: int


@dataclass(frozen=True)
class Piece:
    """A segment as drawn: from `x`, in percent of the bar."""

    kind: Kind
    x: str
    width: str


@dataclass(frozen=True)
class Bar:
    """
    The hour bar: segments side by side on a bar of `whole` seconds, such as the work day.

    With more than the whole the bar is all that is logged, and what is past the whole is drawn as over.
    """

    segments: Sequence[Segment]
    whole: int

    @property
    def total(self) -> int:
        return sum(segment.seconds for segment in self.segments)

    @property
    def scale(self) -> int:
        """Seconds from end to end."""
        return max(self.whole, self.total)

    @cached_property
    def pieces(self) -> list[Piece]:
        return [
            Piece(kind, self._at(start), _percent(_rounded(end, self.scale) - _rounded(start, self.scale)))
            for kind, start, end in self._spans()
        ]

    @cached_property
    def gaps(self) -> list[str]:
        """Where lines cut the bar: between the segments, then at each hour."""
        between = [start for _, start, _ in self._spans()]
        hours = range(HOUR, self.scale, HOUR) if self.scale <= LONGEST_CUT else []
        return list(dict.fromkeys(self._at(cut) for cut in [*between, *hours] if cut))

    def _spans(self) -> list[tuple[Kind, int, int]]:
        """Kind, start and end in seconds of all that is drawn."""
        spans: list[tuple[Kind, int, int]] = []
        start = 0
        for segment in self.segments:
            end = start + segment.seconds
            if start < min(end, self.whole):
                spans.append((segment.kind, start, min(end, self.whole)))
            start = end
        if self.total > self.whole:
            spans.append(("over", self.whole, self.total))
        return spans

    def _at(self, seconds: int) -> str:
        # Each edge is rounded by itself, so that a piece begins where the one before it ends.
        return _percent(_rounded(seconds, self.scale))


def share(amount: Decimal | int, largest: Decimal | int) -> str:
    """The width of an amount beside the largest, which is 100%: frees against costs."""
    if largest <= 0 or amount <= 0:
        return _percent(0)
    return _percent(min(_rounded(Decimal(amount), Decimal(largest)), 100_00))


def _rounded(part: Decimal | int, whole: Decimal | int) -> int:
    """Hundredths of a percent, half up; 0 of nothing."""
    return int((part * 100_00 * 2 + whole) // (whole * 2)) if whole else 0


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}%"
