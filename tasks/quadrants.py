"""
Loathe and excel, each 1 to 5: to one of four quadrants and its words, and to how much a task wants to go.

The middle, 3, counts on the hand-off side of both axes.
"""

from enum import Enum

# The matcher's finer scale, 0 to 10 (MATCHING.md section 2).
FINE = {1: 0, 2: 3, 3: 5, 4: 8, 5: 10}


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


def pull(loathe: int, excel: int) -> int:
    """How much a task wants to go, 0 to 100 (MATCHING.md section 2)."""
    return 5 * (FINE[loathe] + 10 - FINE[excel])


def drain(minutes: int, loathe: int, excel: int) -> int:
    """Of the minutes a week those that it drains, half up (MATCHING.md section 2)."""
    return (2 * minutes * pull(loathe, excel) + 100) // 200
