"""The verdict on a task: one sentence, with the numbers it rests on, the same for the same task."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import quadrants, verdicts
from tasks.models import Task
from tasks.quadrants import Quadrant
from tasks.verdicts import Basis, Facts

FIVE = range(1, 6)
score = st.integers(1, 5)
minutes = st.integers(0, 6000)


def a_task(loathe: int | None = 4, excel: int | None = 2, *, only_me: str = "") -> Task:
    return Task(name="Email", loathe=loathe, excel=excel, only_me=bool(only_me), only_me_reason=only_me)


def facts(minutes: int = 450, basis: Basis = Basis.LOG, helper: str = "") -> Facts:
    return Facts(minutes, basis, Decimal(80), "USD", helper)


@pytest.mark.parametrize(
    ("loathe", "excel", "said"),
    [
        (4, 2, "You loathe it (4) and others can do it as well (excel 2)."),
        (3, 1, "You don’t much like it (3) and others can do it as well (excel 1)."),
        (5, 4, "You excel at it (4) but loathe it (5), so teach someone."),
        (3, 4, "You excel at it (4) but don’t much like it (3), so teach someone."),
        (2, 3, "You don’t mind it (2), but it is not your best work (excel 3)."),
        (1, 5, "You excel at it (5) and don’t mind it (1), so keep it."),
    ],
)
def test_each_quadrant_has_its_words_with_both_scores(loathe: int, excel: int, said: str) -> None:
    takes = " It takes 7.5 h a week by your log, $600 of your time."
    assert verdicts.sentence(a_task(loathe, excel), facts()) == said + takes


@pytest.mark.parametrize("basis", Basis)
def test_it_says_what_the_hours_rest_on(basis: Basis) -> None:
    assert f"7.5 h a week {basis.value}, $600" in verdicts.sentence(a_task(), facts(basis=basis))


def test_what_must_stay_stays_whatever_it_takes() -> None:
    said = verdicts.sentence(a_task(only_me="My signature is needed."), facts())
    assert (
        said == "It must stay with you: My signature is needed. It takes 7.5 h a week by your log, $600 of your time."
    )


def test_what_someone_has_is_not_to_be_handed_off_again() -> None:
    assert verdicts.sentence(a_task(), facts(30, helper="Ana")) == (
        "Ana has it. Still yours: 0.5 h a week by your log, $40 of your time."
    )
    assert verdicts.sentence(a_task(), facts(0, helper="Ana")) == "Ana has it. Nothing of it is yours any more."


def test_a_task_without_time_and_one_without_scores_say_so() -> None:
    assert verdicts.sentence(a_task(), facts(0)).endswith("(excel 2). No whole week of it is logged yet.")
    assert verdicts.sentence(a_task(None, None), facts()).startswith("Say how it feels. It takes 7.5 h")


def test_all_25_pairs_have_one_quadrant_and_one_sentence_each() -> None:
    pairs = list(product(FIVE, FIVE))
    assert all(sum(quadrants.of(*pair) is each for each in Quadrant) == 1 for pair in pairs)
    assert len({verdicts.sentence(a_task(*pair), facts()) for pair in pairs}) == 25


@given(score, score, minutes)
def test_only_a_score_above_the_middle_is_called_loathing(loathe: int, excel: int, minutes: int) -> None:
    assert ("loathe it" in verdicts.sentence(a_task(loathe, excel), facts(minutes))) == (loathe > 3)


@given(score, score, minutes, st.sampled_from(Basis))
def test_the_same_task_gets_the_same_sentence(loathe: int, excel: int, minutes: int, basis: Basis) -> None:
    once, again = (verdicts.sentence(a_task(loathe, excel), facts(minutes, basis)) for _ in range(2))
    assert once == again


# --- How much it wants to go ----------------------------------------------------------
@given(score, score, score, minutes)
def test_more_loathe_never_drains_less(one: int, other: int, excel: int, minutes: int) -> None:
    less, more = sorted((one, other))
    assert quadrants.drain(minutes, less, excel) <= quadrants.drain(minutes, more, excel)


@given(score, score, score, minutes)
def test_more_excel_never_drains_more(loathe: int, one: int, other: int, minutes: int) -> None:
    less, more = sorted((one, other))
    assert quadrants.drain(minutes, loathe, less) >= quadrants.drain(minutes, loathe, more)


@given(score, score, minutes, minutes)
def test_more_hours_never_drain_less(loathe: int, excel: int, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert quadrants.drain(less, loathe, excel) <= quadrants.drain(more, loathe, excel)


def test_the_example_of_the_model() -> None:
    """MATCHING.md section 2: 7 h 30 a week at pull 70 drain 5 h 15."""
    pairs = [pair for pair in product(FIVE, FIVE) if quadrants.pull(*pair) == 75]
    assert pairs
    assert quadrants.drain(450, *pairs[0]) == 338  # 337.5, half up


@pytest.mark.parametrize("pair", list(product(FIVE, FIVE)))
def test_what_is_to_go_first_pulls_at_least_half_and_what_is_kept_less(pair: tuple[int, int]) -> None:
    if quadrants.of(*pair) is Quadrant.HAND_OFF_FIRST:
        assert quadrants.pull(*pair) >= 50
    if quadrants.of(*pair) is Quadrant.KEEP:
        assert quadrants.pull(*pair) <= 40
