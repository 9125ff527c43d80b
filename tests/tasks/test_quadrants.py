"""Loathe and excel to one of four quadrants; the middle leans to handing off."""

import itertools

import pytest

from tasks import quadrants
from tasks.quadrants import Quadrant

SCALE = range(1, 6)
# As they are drawn: loathe runs up, excel runs to the right.
DRAWN = {
    5: "first first first teach teach",
    4: "first first first teach teach",
    3: "first first first teach teach",
    2: "next next next keep keep",
    1: "next next next keep keep",
}
WORDS = {
    "first": Quadrant.HAND_OFF_FIRST,
    "teach": Quadrant.TEACH_IT,
    "next": Quadrant.HAND_OFF_NEXT,
    "keep": Quadrant.KEEP,
}


@pytest.mark.parametrize(("loathe", "excel"), list(itertools.product(SCALE, SCALE)))
def test_each_of_the_25_pairs_lies_where_it_is_drawn(loathe: int, excel: int) -> None:
    assert quadrants.of(loathe, excel) is WORDS[DRAWN[loathe].split()[excel - 1]]


def test_no_quadrant_is_empty() -> None:
    assert {quadrants.of(*pair) for pair in itertools.product(SCALE, SCALE)} == set(Quadrant)


def test_more_loathing_never_leads_back_to_keeping() -> None:
    handed_off = {Quadrant.HAND_OFF_FIRST, Quadrant.TEACH_IT}
    for excel in SCALE:
        sides = [quadrants.of(loathe, excel) in handed_off for loathe in SCALE]
        assert sides == sorted(sides)


def test_the_labels_are_sentences() -> None:
    assert [each.label for each in Quadrant] == ["Hand off first", "Teach it", "Hand off next", "Keep"]
