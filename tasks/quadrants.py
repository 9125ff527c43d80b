"""
Loathe and excel, each 1 to 5, to one of four quadrants and its words.

The middle, 3, counts on the hand-off side of both axes.
"""

from enum import Enum


class Quadrant(Enum):
    HAND_OFF_FIRST = "hand_off_first"
    TEACH_IT = "teach_it"
    HAND_OFF_NEXT = "hand_off_next"
    KEEP = "keep"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


def of(loathe: int, excel: int) -> Quadrant:
    """The quadrant of a task; each of the 25 pairs lies in exactly one."""
    if loathe >= 3:
        return Quadrant.HAND_OFF_FIRST if excel <= 3 else Quadrant.TEACH_IT
    return Quadrant.HAND_OFF_NEXT if excel <= 3 else Quadrant.KEEP
