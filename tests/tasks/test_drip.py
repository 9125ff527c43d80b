"""The second view, by money and energy, and why a task may stand elsewhere in it."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from tasks import drip
from tasks.drip import Drip
from tasks.models import Task

HOUR = Decimal(80)


def a_task(loathe: int | None, excel: int | None, earns: int | None) -> Task:
    return Task(name="Email", loathe=loathe, excel=excel, hour_earns=None if earns is None else Decimal(earns))


@pytest.mark.parametrize(
    ("loathe", "earns", "there"),
    [(3, 79, Drip.DELEGATE), (3, 80, Drip.REPLACE), (2, 79, Drip.INVEST), (2, 80, Drip.PRODUCE)],
)
def test_an_hour_that_earns_what_yours_is_worth_counts_as_earning(loathe: int, earns: int, there: Drip) -> None:
    assert drip.place(a_task(loathe, 2, earns), HOUR) is there


def test_without_scores_or_an_amount_a_task_has_no_place() -> None:
    assert drip.place(a_task(None, None, 20), HOUR) is None
    assert drip.place(a_task(4, 2, None), HOUR) is None
    assert drip.difference(a_task(4, 2, None), HOUR, "USD") == ""


def test_where_both_views_agree_nothing_is_said() -> None:
    agreeing = [(4, 2, 10), (4, 4, 90), (2, 2, 10), (1, 5, 90)]
    assert [drip.difference(a_task(*each), HOUR, "USD") for each in agreeing] == [""] * 4


def test_a_difference_names_the_score_and_both_amounts() -> None:
    assert drip.difference(a_task(4, 4, 20), HOUR, "USD") == (
        "By your scores it is “teach it”, since you excel at it (4). An hour of it earns $20, less than your $80."
    )
    assert drip.difference(a_task(2, 2, 120), HOUR, "USD") == (
        "By your scores it is “hand off next”, since you don’t excel at it (2). "
        "An hour of it earns $120, more than your $80."
    )
    assert drip.difference(a_task(2, 2, 80), HOUR, "USD").endswith("An hour of it earns $80, as much as your $80.")


@pytest.mark.parametrize("earns", [0, 20])
def test_without_a_worth_of_an_hour_there_is_nothing_to_compare_with(earns: int) -> None:
    task = a_task(2, 2, earns)
    assert drip.place(task, Decimal(0)) is None
    assert drip.difference(task, Decimal(0), "USD") == ""


def test_every_pair_with_an_amount_has_one_place() -> None:
    for loathe, excel, earns in product(range(1, 6), range(1, 6), (0, 80, 200)):
        assert isinstance(drip.place(a_task(loathe, excel, earns), HOUR), Drip)
