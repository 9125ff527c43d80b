"""Where won hours went: nothing appears or gets lost between what was freed and where it went."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.handoff import agreed
from assistants.models import Offer
from assistants.work import gains, went
from assistants.work.went import Went
from tasks.models import Owner, Task
from tasks.weeks import Week
from tests.factories import NOW, TODAY, a_running_offer, a_task, an_accepted_offer, an_entry, the_best_work

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
    run, log = gains.last_weeks(owner, TODAY, 6)
    begun = gains.of(owner, run, log, owner.handoffs.with_terms()).begun
    return went.since(owner, begun, best.pk if best else None, run, log)


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


@pytest.mark.django_db
def test_as_many_weeks_are_looked_at_on_either_side_as_are_shown(nora: Owner) -> None:
    books = a_task(owner=nora)
    begun(a_running_offer(owner=nora, task=books), THIS.back(2).first)
    for back in (2, 1):
        logged(books, back, 3)
    # Home shows six weeks that are over, so those further back than the sixth before it are not asked.
    logged(books, 10, 6)
    logged(books, 9, 6)
    assert found(nora, None) is None
    logged(books, 8, 6)
    logged(books, 7, 6)
    assert found(nora, None) == Went(freed=3 * HOUR, best=0, routine=0)


@pytest.mark.django_db
def test_what_was_ended_before_it_began_freed_nothing(nora: Owner) -> None:
    books = a_task(owner=nora)
    offer = an_accepted_offer(owner=nora, task=books)
    begun(offer, THIS.back(2).first)
    agreed.end(offer.handoff, now=NOW)
    for back in (4, 3, 2, 1):
        logged(books, back, 3)
    assert found(nora, None) is None


def test_each_mean_is_rounded_half_up_to_tenths_of_an_hour_as_it_is_shown() -> None:
    tenth = went.TENTH
    before, after = [{1: 2 * tenth, 2: 9 * tenth}] * 2, [{1: 4 * tenth + tenth // 2}, {1: 4 * tenth + tenth // 2}]
    assert tenth == HOUR // 10
    assert went.between(before, after, {2}, 1) == Went(freed=9 * tenth, best=3 * tenth, routine=0)
    just_less = [{1: 4 * tenth + tenth // 2 - 1}] * 2
    assert went.between(before, just_less, {2}, 1).best == 2 * tenth
