"""What handing off brought: only hours of the owner's own, only weeks whose log tells enough."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistants.handoff import agreed
from assistants.models import Handoff, Offer
from assistants.work import gains
from assistants.work.gains import Gain, Gains
from tasks import entries, owners
from tasks.models import Owner
from tasks.weeks import Week
from tests.factories import (
    NOW,
    TODAY,
    a_running_offer,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_entry,
    some_hours,
    two_measured_weeks,
)

pytestmark = pytest.mark.django_db
HOUR = 3600
# Of the owner's, each week, to answer and check.
CHECK = 15 * 60
# Last week: Monday 5 to Sunday 11 October. Before it took 5 h a week, as the factories say.
LAST = Week.of(TODAY).back()
MONDAY = LAST.first


def running(owner: Owner, **of_the_draft: Any) -> Offer:
    """A running hand-off of a task that was measured before."""
    offer = a_running_offer(owner=owner, **of_the_draft)
    two_measured_weeks(task=offer.handoff.task)
    return offer


def logged_days(owner: Owner, days: int, week: Week = LAST) -> None:
    """Other work on that many days, so that the week's log tells enough."""
    other = a_task(owner=owner)
    for number in range(days):
        an_entry(task=other, day=week.first + timedelta(days=number), seconds=HOUR)


def worked(offer: Offer, hours: int, day: date = MONDAY) -> None:
    some_hours(offer=offer, day=day, seconds=hours * HOUR, note="", now=NOW)


def made(owner: Owner, *handoffs_: Handoff, weeks: int = 1) -> Gains:
    run, log = gains.last_weeks(owner, TODAY, weeks)
    return gains.of(owner, run[:-1], log, handoffs_ or owner.handoffs.with_terms())


def test_won_is_what_it_took_before_less_what_it_still_takes(nora: Owner) -> None:
    offer = running(nora)
    logged_days(nora, 2)
    an_entry(task=offer.handoff.task, day=MONDAY + timedelta(days=2), seconds=HOUR)
    worked(offer, 7)
    assert made(nora).by_week == {LAST: Gain(won=4 * HOUR - CHECK, worked=7 * HOUR, paid=Decimal("126.00"))}


def test_it_can_have_cost_more_than_it_took_before(nora: Owner) -> None:
    offer = running(nora)
    for day in range(3):
        an_entry(task=offer.handoff.task, day=MONDAY + timedelta(days=day), seconds=2 * HOUR)
    worked(offer, 1)
    assert made(nora).won == -HOUR - CHECK


@pytest.mark.parametrize(("days", "won"), [(0, None), (2, None), (3, 5 * HOUR - CHECK), (5, 5 * HOUR - CHECK)])
def test_a_week_with_less_than_three_days_logged_says_nothing(nora: Owner, days: int, won: int | None) -> None:
    offer = running(nora)
    logged_days(nora, days)
    worked(offer, 2)
    gain = made(nora).by_week[LAST]
    assert (gain.won, gain.worked, gain.paid) == (won, 2 * HOUR, Decimal(36))
    assert made(nora).won == (won or 0)


def test_a_week_in_which_nobody_worked_on_it_wins_nothing(nora: Owner) -> None:
    running(nora)
    logged_days(nora, 5)
    assert made(nora).by_week == {LAST: Gain(won=0, worked=0, paid=Decimal(0))}


def test_a_task_shared_by_two_is_won_once_and_paid_twice(nora: Owner) -> None:
    first = running(nora)
    second = a_running_offer(
        owner=nora, task=first.handoff.task, assistant=an_assistant(owner=nora, name="Ben", rate=20)
    )
    logged_days(nora, 3)
    worked(first, 2)
    worked(second, 3)
    assert made(nora).by_week == {LAST: Gain(won=5 * HOUR - 2 * CHECK, worked=5 * HOUR, paid=Decimal(96))}


def test_the_gains_of_one_hand_off_leave_the_others_out(nora: Owner) -> None:
    mine, other = running(nora), running(nora, task=a_task(owner=nora))
    logged_days(nora, 3)
    worked(mine, 2)
    worked(other, 30)
    assert made(nora, mine.handoff).by_week == {LAST: Gain(won=5 * HOUR - CHECK, worked=2 * HOUR, paid=Decimal(36))}


def test_what_was_ended_still_counts_for_its_weeks_and_what_never_began_does_not(nora: Owner) -> None:
    ended, waiting = running(nora), an_accepted_offer(owner=nora, task=a_task(owner=nora))
    logged_days(nora, 3)
    worked(ended, 2)
    agreed.end(ended.handoff, now=NOW)
    assert made(nora).paid == 36
    assert made(nora).since == ended.handoff.terms.starts_on
    assert made(nora, waiting.handoff).since is None


def test_nothing_of_another_owner_counts(nora: Owner, bea: Owner) -> None:
    theirs = running(bea)
    logged_days(nora, 3)
    worked(theirs, 2)
    assert made(nora) == Gains({LAST: Gain(won=0, worked=0, paid=Decimal(0))})
    assert made(nora, theirs.handoff).paid == 0


def test_each_week_is_worth_what_an_hour_was_worth_then(nora: Owner) -> None:
    offer = running(nora)
    owners.set_hour_value(nora, Decimal(100), MONDAY)
    for week in (LAST, LAST.back()):
        logged_days(nora, 3, week)
        worked(offer, 1, week.first)
    both = made(nora, weeks=2)
    assert both.won == 10 * HOUR - 2 * CHECK
    assert both.worth(owners.hour_values(nora)) == Decimal("4.75") * 100 + Decimal("4.75") * 80


# --- What it takes of the owner's time -------------------------------------------------
def starting(offer: Offer, day: date, *, brief: int = 60, check: int = 15) -> Handoff:
    offer.terms.starts_on = day
    offer.terms.save()
    offer.handoff.brief_minutes, offer.handoff.check_minutes = brief, check
    offer.handoff.save()
    return offer.handoff


def test_briefing_is_taken_off_in_the_first_week_and_checking_in_each(nora: Owner) -> None:
    offer = running(nora)
    starting(offer, LAST.back().first, brief=90, check=20)
    for week in (LAST, LAST.back()):
        logged_days(nora, 3, week)
        worked(offer, 1, week.first)
    won = {week: gain.won for week, gain in made(nora, weeks=2).by_week.items()}
    assert won == {LAST.back(): 5 * HOUR - 110 * 60, LAST: 5 * HOUR - 20 * 60}


def test_briefing_counts_in_the_first_week_though_nobody_worked_on_it_yet(nora: Owner) -> None:
    starting(running(nora), LAST.first, brief=90)
    logged_days(nora, 3)
    assert made(nora).by_week == {LAST: Gain(won=-90 * 60, worked=0, paid=Decimal(0))}


def test_briefing_is_not_taken_off_for_what_was_ended_before_it_began(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    two_measured_weeks(task=offer.handoff.task)
    starting(offer, LAST.first, brief=90)
    agreed.end(offer.handoff, now=NOW)
    logged_days(nora, 3)
    assert made(nora) == Gains({LAST: Gain(won=0, worked=0, paid=Decimal(0))})
    assert made(nora).since is None


# --- What was measured before ------------------------------------------------------------
# Weeks from Monday 3 August on are logged on so many days each; the hand-off begins on a day thereafter.
@pytest.mark.parametrize(
    ("days", "weeks", "starts_on", "is_measured"),
    [
        (3, 2, date(2026, 8, 17), True),
        (7, 2, date(2026, 8, 23), True),
        # The second week is the one in which it begins.
        (3, 2, date(2026, 8, 16), False),
        (3, 1, date(2026, 9, 7), False),
        (2, 2, date(2026, 9, 7), False),
        (2, 9, date(2026, 10, 5), False),
    ],
)
def test_two_weeks_before_with_three_logged_days_each_are_needed(
    nora: Owner, days: int, weeks: int, starts_on: date, *, is_measured: bool
) -> None:
    offer = a_running_offer(owner=nora)
    two_measured_weeks(task=offer.handoff.task, days=days, weeks=weeks)
    starting(offer, starts_on)
    logged_days(nora, 3)
    worked(offer, 2)
    found = made(nora)
    assert found.by_week[LAST] == Gain(5 * HOUR - CHECK if is_measured else None, worked=2 * HOUR, paid=Decimal(36))
    assert found.unmeasured == ([] if is_measured else [offer.handoff.task])


def test_each_of_two_is_measured_by_the_weeks_before_its_own_beginning(nora: Owner) -> None:
    early, late = (a_running_offer(owner=nora, task=a_task(owner=nora)) for _ in range(2))
    for offer in (early, late):
        two_measured_weeks(task=offer.handoff.task, weeks=3)
    # In the second of these weeks, and long after them.
    starting(early, date(2026, 8, 12))
    starting(late, date(2026, 9, 7))
    assert made(nora).unmeasured == [early.handoff.task]


def test_what_was_logged_and_taken_away_again_was_never_there(nora: Owner) -> None:
    offer, other = a_running_offer(owner=nora), a_task(owner=nora)
    two_measured_weeks(task=other)
    by_mistake = an_entry(task=offer.handoff.task, day=date(2026, 8, 3))
    assert made(nora).unmeasured == []
    entries.put(by_mistake, 0, via=entries.Via.DAY, now=NOW)
    assert made(nora).unmeasured == [offer.handoff.task]


def test_days_of_several_tasks_make_a_week_that_tells(nora: Owner) -> None:
    offer, other = a_running_offer(owner=nora), a_task(owner=nora)
    for monday in (date(2026, 8, 3), date(2026, 8, 10)):
        an_entry(task=offer.handoff.task, day=monday)
        for number in range(3):
            an_entry(task=other, day=monday + timedelta(days=number))
    assert made(nora).unmeasured == []


def test_from_its_first_time_on_a_week_without_the_task_says_that_it_took_nothing(nora: Owner) -> None:
    offer, other = a_running_offer(owner=nora), a_task(owner=nora)
    an_entry(task=offer.handoff.task, day=date(2026, 8, 5))
    two_measured_weeks(task=other, weeks=2)
    assert made(nora).unmeasured == []


def test_weeks_before_a_task_was_first_logged_say_nothing_of_it(nora: Owner) -> None:
    offer, other = a_running_offer(owner=nora), a_task(owner=nora)
    two_measured_weeks(task=other, weeks=9)
    assert made(nora).unmeasured == [offer.handoff.task]
    an_entry(task=offer.handoff.task, day=date(2026, 9, 28))
    starting(offer, date(2026, 10, 5))
    assert made(nora).unmeasured == [offer.handoff.task]


def test_another_owners_log_measures_nothing(nora: Owner, bea: Owner) -> None:
    offer = a_running_offer(owner=nora)
    an_entry(task=offer.handoff.task, day=date(2026, 8, 5))
    two_measured_weeks(task=a_task(owner=bea))
    assert made(nora).unmeasured == [offer.handoff.task]


def test_an_hour_won_is_worth_what_an_hour_was_worth_at_the_end_of_its_week(nora: Owner) -> None:
    offer = running(nora)
    logged_days(nora, 3)
    worked(offer, 1)
    owners.set_hour_value(nora, Decimal(100), LAST.last)
    owners.set_hour_value(nora, Decimal(200), LAST.last + timedelta(days=1))
    assert made(nora).worth(owners.hour_values(nora)) == Decimal("4.75") * 100


def test_the_run_of_weeks_ends_with_this_one(nora: Owner) -> None:
    run, _ = gains.last_weeks(nora, TODAY, 3)
    assert [str(week) for week in run] == ["2026-W39", "2026-W40", "2026-W41", "2026-W42"]


def test_a_week_that_still_runs_is_left_out_by_asking_for_the_others(nora: Owner) -> None:
    offer = running(nora)
    for week in (LAST, LAST.back(-1)):
        logged_days(nora, 3, week)
        worked(offer, 1, week.first)
    run, log = gains.last_weeks(nora, TODAY, 1)
    both = gains.of(nora, run, log, nora.handoffs.with_terms())
    assert both.won == 10 * HOUR - 2 * CHECK
    assert both.within(run[:-1]).won == 5 * HOUR - CHECK
