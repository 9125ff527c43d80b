"""The column chart: a round scale that fits, one path a series, labels that have room."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import columns
from tasks.columns import Scale
from tasks.durations import HOUR


@pytest.mark.parametrize(
    ("hours", "scale"),
    [(0, Scale(1, 1)), (1, Scale(1, 1)), (5, Scale(1, 5)), (6, Scale(2, 3)), (43, Scale(10, 5)), (243, Scale(50, 5))],
)
def test_the_scale_is_round_and_fits(hours: int, scale: Scale) -> None:
    assert columns.scale(hours * HOUR) == scale


@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_nothing_is_higher_than_the_scale(most: int) -> None:
    scale = columns.scale(most)
    assert most <= scale.top
    assert 1 <= scale.lines <= columns.MOST_LINES


def test_a_column_stands_on_the_ground_or_just_above_the_one_below() -> None:
    assert columns.path([(0, 250), (0, 0), (500, 250)], 1000) == "M1 1000V750h8V1000zM21 492V250h8V492z"


def test_many_columns_stand_side_by_side() -> None:
    assert columns.path([(0, 1000)] * 61, 1000).startswith("M0 1000V0h10V1000zM10 ")


def test_few_labels_are_all_there_and_of_many_those_with_room() -> None:
    assert columns.labelled(["a", "b"]) == [(0, "a"), (1, "b")]
    assert [at for at, _ in columns.labelled(["x"] * 12)] == [0, 3, 6, 9]
    assert [at for at, _ in columns.labelled(["x"] * 13)] == [0, 4, 8]
    assert columns.labelled([]) == []
