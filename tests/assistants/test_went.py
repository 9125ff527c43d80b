"""Where won hours went: nothing appears or gets lost between what was freed and where it went."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants import went
from assistants.models import Offer
from assistants.went import Went
from tasks import weeks
from tasks.models import Owner, Task
from tasks.weeks import Week
from tests.factories import TODAY, a_running_offer, a_task, an_entry, the_best_work

HOUR = 3600
THIS = Week.of(TODAY)
week = st.dictionaries(st.integers(1, 6), st.integers(0, 200_000), max_size=6)
run = st.lists(week, min_size=1, max_size=4)


def a_week(run: list[dict[int, int]]) -> float:
    return sum(sum(week.values()) for week in run) / len(run)


@given(run, run, st.sets(st.integers(2, 6)))
def test_what_is_no_longer_worked_is_rest(
    before: list[dict[int, int]], after: list[dict[int, int]], handed: set[int]
) -> None:
    found = went.between(before, after, handed, best=1)
    less = a_week(before) - a_week(after)
    assert found.freed == found.best + found.routine + found.rest
    assert abs(found.rest - less) <= 3 * went.TENTH  # each of three means is rounded on both sides


def logged(task: Task, back: int, hours: int, *, days: int = 3) -> None:
    for day in range(days):
        an_entry(task=task, day=THIS.back(back).first + timedelta(days=day), seconds=hours * HOUR // days)


def begun(offer: Offer, day: date) -> None:
    offer.terms.starts_on = day
    offer.terms.save()


def found(owner: Owner, best: Task | None) -> Went | None:
    log = weeks.log(owner, THIS.back(6), THIS)
    return went.since(owner, owner.handoffs.with_terms(), best.pk if best else None, log, TODAY)


@pytest.mark.django_db
def test_freed_hours_went_to_best_work_other_routine_and_rest(nora: Owner) -> None:
    best, books, email = the_best_work(owner=nora), a_task(owner=nora), a_task(owner=nora)
    begun(a_running_offer(owner=nora, task=books), THIS.back(2).first)
    for back, hours in ((4, (9, 6, 3)), (3, (9, 6, 3)), (2, (12, 0, 6)), (1, (12, 0, 6))):
        for task, each in zip((best, books, email), hours, strict=True):
            if each:
                logged(task, back, each)
    assert found(nora, best) == Went(freed=6 * HOUR, best=3 * HOUR, routine=3 * HOUR)
    assert found(nora, None) == Went(freed=6 * HOUR, best=0, routine=6 * HOUR)


@pytest.mark.django_db
def test_one_week_on_either_side_tells_too_little(nora: Owner) -> None:
    books = a_task(owner=nora)
    begun(a_running_offer(owner=nora, task=books), THIS.back(2).first)
    for back in (4, 3, 1):
        logged(books, back, 3)
    assert found(nora, None) is None
    logged(books, 2, 3)
    assert found(nora, None) == Went(0, 0, 0)


@pytest.mark.django_db
def test_a_week_of_two_logged_days_does_not_tell(nora: Owner) -> None:
    books = a_task(owner=nora)
    begun(a_running_offer(owner=nora, task=books), THIS.back(2).first)
    for back in (4, 3, 2):
        logged(books, back, 3)
    logged(books, 1, 3, days=2)
    assert found(nora, None) is None


@pytest.mark.django_db
def test_without_a_hand_off_there_is_nothing_to_say(nora: Owner) -> None:
    assert found(nora, None) is None
