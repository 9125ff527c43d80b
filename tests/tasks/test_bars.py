"""The hour bar of a day in seconds and in words: what is logged, and what is estimated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import bars, days
from tasks.bars import DayTotal, Estimate
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task
from tasks.routine import Span
from tests.factories import NOW, TODAY, a_task, an_entry, the_best_work

SECONDS = st.integers(0, 26 * HOUR)
EIGHT = 8 * HOUR


def total(*, best: int = 0, routine: int = 0, work_day: int = EIGHT) -> DayTotal:
    return DayTotal("design", "Design", best, routine, work_day)


def estimate(least: int, most: int, work_day: int = EIGHT) -> Estimate:
    return Estimate(least, most, work_day, "design")


# --- What is logged ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("routine", "left", "over"), [(0, EIGHT, 0), (HOUR, 7 * HOUR, 0), (EIGHT, 0, 0), (9 * HOUR, 0, HOUR)]
)
def test_a_day_has_time_left_or_time_over(routine: int, left: int, over: int) -> None:
    day = total(routine=routine)
    assert (day.left, day.over) == (left, over)


@given(best=SECONDS, routine=SECONDS, work_day=SECONDS)
def test_what_is_logged_and_left_makes_the_work_day_or_more(best: int, routine: int, work_day: int) -> None:
    day = total(best=best, routine=routine, work_day=work_day)
    assert day.seconds == best + routine == day.work_day - day.left + day.over
    assert not (day.left and day.over)
    assert day.bar.total == day.seconds


def test_the_bar_says_itself_in_a_sentence() -> None:
    day = total(best=90 * MINUTE, routine=2 * HOUR)
    assert day.sentence == "3 h 30 min of a work day of 8 h: 1 h 30 min design, 2 h routine"


def test_the_total_of_a_day_is_the_sum_of_its_sheet(nora: Owner) -> None:
    best, email = the_best_work(owner=nora), a_task(owner=nora)
    retired = a_task(owner=nora)
    for task, hours in ((best, 3), (email, 1), (retired, 2)):
        an_entry(task=task, seconds=hours * HOUR)
    Task.objects.filter(pk=retired.pk).update(retired_on=TODAY)
    day = bars.logged(nora, days.sheet(nora, TODAY, now=NOW).rows)
    assert (day.best, day.routine, day.work_day) == (3 * HOUR, 3 * HOUR, nora.work_day)
    assert (day.best_title, day.best_name) == ("Garden design", "garden design")


def test_a_day_without_best_work_speaks_of_it_all_the_same(nora: Owner) -> None:
    a_task(owner=nora)
    day = bars.logged(nora, days.sheet(nora, TODAY, now=NOW).rows)
    assert (day.best_title, day.best_name, day.best) == ("Best work", "best work", 0)


# --- What is estimated ------------------------------------------------------------
@pytest.mark.parametrize(
    ("least", "most", "heading", "rest"),
    [
        (5 * HOUR, 7 * HOUR, "5 h to 7 h of your 8 h day", "That leaves 1 h to 3 h for design."),
        (2 * HOUR, 2 * HOUR, "2 h of your 8 h day", "That leaves 6 h for design."),
        (0, 0, "0 min of your 8 h day", "That leaves 8 h for design."),
        (EIGHT, EIGHT, "8 h of your 8 h day", "That leaves nothing for design."),
        (9 * HOUR, 12 * HOUR, "9 h to 12 h of your 8 h day", "That leaves nothing for design."),
        (
            6 * HOUR,
            EIGHT,
            "6 h to 8 h of your 8 h day",
            "That leaves 2 h for design on a good day, nothing on a bad one.",
        ),
        (
            6 * HOUR,
            9 * HOUR,
            "6 h to 9 h of your 8 h day",
            "That leaves 2 h for design on a good day, nothing on a bad one.",
        ),
    ],
)
def test_an_estimate_says_what_it_takes_and_what_it_leaves(least: int, most: int, heading: str, rest: str) -> None:
    said = estimate(least, most)
    assert (said.heading, said.rest) == (heading, rest)


@given(least=SECONDS, more=SECONDS, work_day=SECONDS)
def test_the_bar_of_an_estimate_fills_the_day_and_says_no_more(least: int, more: int, work_day: int) -> None:
    bar = estimate(least, least + more, work_day).bar
    assert bar.total == max(least + more, work_day)
    assert all(segment.seconds for segment in bar.segments)


@pytest.mark.parametrize(
    ("spans", "least", "most"),
    [
        ([], 0, 0),
        ([None, None], 0, 0),
        ([(HOUR, 2 * HOUR), None, (HOUR, HOUR)], 2 * HOUR, 3 * HOUR),
    ],
)
def test_tasks_without_a_time_add_nothing(nora: Owner, spans: list[Span], least: int, most: int) -> None:
    said = bars.estimated(nora, spans, None)
    assert (said.least, said.most, said.best_name) == (least, most, "your best work")
    assert said.work_day == nora.work_day
