"""Saving times: what changes, what is refused and in which words, and what a second sending does."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import days, timers
from tasks.days import Edit
from tasks.durations import HOUR, MINUTE
from tasks.models import EntryChange, Owner, Task, TimeEntry
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner

from .world import (
    DAY,
    IMPORT,
    TIMER,
    TOMORROW,
    TYPED,
    YESTERDAY,
    assert_conserved,
    cells,
    entries,
    loaded,
    save,
)

# For an owner in New York.
SHORT, LONG = date(2026, 3, 8), date(2026, 11, 1)
LATE = NOW + timedelta(days=60)


# --- What changes -------------------------------------------------------------------
def test_saving_makes_changes_and_clears_the_one_typed_entry(nora: Owner) -> None:
    task = a_task(owner=nora)
    steps = [(HOUR, {TYPED: HOUR}, 1), (2 * HOUR, {TYPED: 2 * HOUR}, 1), (0, {}, 1), (0, {}, 0)]
    for seconds, kept, changed in steps:
        outcome = save(nora, {task: seconds})
        assert (outcome.saved, outcome.refused, outcome.changed) == ({(task.pk, TODAY)}, {}, changed)
        assert entries(task) == kept
        assert_conserved(nora)


def test_saving_nothing_changes_nothing(nora: Owner) -> None:
    outcome = days.save(nora, [], via=DAY, now=NOW)
    assert (outcome.saved, outcome.refused, outcome.stale, outcome.changed) == (set(), {}, set(), 0)


def test_saving_one_cell_leaves_the_others_and_other_days_alone(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    for task, day in ((email, TODAY), (sales, TODAY), (email, YESTERDAY)):
        an_entry(task=task, day=day)
    save(nora, {email: 0})
    assert cells(nora) == {"Sales": HOUR}
    assert cells(nora, YESTERDAY) == {"Email": HOUR}
    assert_conserved(nora)


def test_only_the_typed_part_of_a_sum_changes(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=30 * MINUTE, source=TIMER)
    an_entry(task=task, seconds=15 * MINUTE, source=IMPORT)
    fixed = {TIMER: 30 * MINUTE, IMPORT: 15 * MINUTE}
    for minutes, typed in ((60, {TYPED: 15 * MINUTE}), (90, {TYPED: 45 * MINUTE}), (45, {})):
        save(nora, {task: minutes * MINUTE})
        assert entries(task) == fixed | typed
        assert_conserved(nora)


def test_several_days_are_saved_at_once(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    edits = [Edit(task.pk, day, HOUR) for task in (email, sales) for day in (TODAY, TOMORROW, YESTERDAY)]
    outcome = days.save(nora, edits, via=EntryChange.Via.WEEK, now=NOW)
    assert (outcome.saved, outcome.changed) == ({edit.place for edit in edits}, 6)
    assert list(nora.changes.values_list("via", flat=True)) == ["week"] * 6
    assert_conserved(nora)


def test_an_entry_keeps_its_note_and_says_when_it_was_changed(nora: Owner) -> None:
    task = a_task(owner=nora)
    entry = an_entry(task=task)
    TimeEntry.objects.filter(pk=entry.pk).update(note="Tax letters")
    later = NOW + timedelta(hours=1)
    save(nora, {task: HOUR}, now=later)
    entry.refresh_from_db()
    assert entry.changed_at == NOW
    save(nora, {task: 2 * HOUR}, now=later)
    entry.refresh_from_db()
    assert (entry.changed_at, entry.note) == (later, "Tax letters")


def test_the_time_of_a_retired_task_can_be_corrected_on_its_days(nora: Owner) -> None:
    task = a_task(owner=nora, name="Post")
    an_entry(task=task, day=YESTERDAY)
    Task.objects.filter(pk=task.pk).update(retired_on=TODAY)
    save(nora, {task: 2 * HOUR}, day=YESTERDAY)
    assert cells(nora, YESTERDAY) == {"Post": 2 * HOUR}


# --- What is refused ----------------------------------------------------------------
def test_another_owners_task_is_neither_saved_nor_refused(nora: Owner, bea: Owner) -> None:
    mine, theirs = a_task(owner=nora), a_task(owner=bea)
    an_entry(task=theirs)
    edits = [Edit(pk, TODAY, 2 * HOUR) for pk in (theirs.pk, mine.pk, 0)]
    outcome = days.save(nora, edits, via=DAY, now=NOW)
    assert (outcome.saved, outcome.refused) == ({(mine.pk, TODAY)}, {})
    assert list(TimeEntry.objects.order_by("pk").values_list("task", "owner", "seconds")) == [
        (theirs.pk, bea.pk, HOUR),
        (mine.pk, nora.pk, 2 * HOUR),
    ]


@pytest.mark.parametrize("minutes", [0, 44])
def test_a_sum_below_what_the_timer_or_an_import_holds_is_refused_and_the_rest_is_saved(
    nora: Owner, minutes: int
) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    an_entry(task=sales, seconds=30 * MINUTE, source=TIMER)
    an_entry(task=sales, seconds=15 * MINUTE, source=IMPORT)
    outcome = save(nora, {email: HOUR, sales: minutes * MINUTE})
    sentence = "45 min of this come from the timer or an import, so it cannot be less."
    assert (outcome.saved, outcome.refused) == ({(email.pk, TODAY)}, {(sales.pk, TODAY): sentence})
    assert (entries(email), entries(sales)) == ({TYPED: HOUR}, {TIMER: 30 * MINUTE, IMPORT: 15 * MINUTE})


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "hours"), [(SHORT, 23), (LONG, 25), (TODAY, 24)])
def test_a_day_takes_as_much_as_it_is_long_and_not_a_minute_more(day: date, hours: int) -> None:
    owner = an_owner(time_zone="America/New_York")
    email, sales = a_task(owner=owner, name="Email"), a_task(owner=owner, name="Sales")
    an_entry(task=email, day=day)
    full = {"Email": HOUR, "Sales": (hours - 1) * HOUR}
    assert not save(owner, {sales: (hours - 1) * HOUR}, day=day, now=LATE).refused
    for task, seconds in ((email, HOUR + MINUTE), (sales, (hours + 1) * HOUR)):
        outcome = save(owner, {task: seconds}, day=day, now=LATE)
        (sentence,) = outcome.refused.values()
        assert sentence.endswith(f" in all, and this day has {hours} h.")
        assert cells(owner, day, now=LATE) == full


@pytest.mark.parametrize("minutes", [1, 2, 5, 60])
def test_a_total_that_is_too_long_never_reads_like_the_limit(nora: Owner, minutes: int) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    an_entry(task=email, seconds=24 * HOUR)
    (sentence,) = save(nora, {sales: minutes * MINUTE}).refused.values()
    told = re.fullmatch(r"That makes (.+) in all, and this day has 24 h\.", sentence)
    assert told
    assert told[1] != "24 h"


def test_time_can_move_from_one_task_to_another_on_a_full_day(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=24 * HOUR)
    save(nora, {email: 20 * HOUR, sales: 4 * HOUR})
    assert cells(nora) == {"Email": 20 * HOUR, "Sales": 4 * HOUR}


def test_a_day_that_is_over_its_length_already_can_be_lowered_and_shifted_but_not_raised(nora: Owner) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=20 * HOUR, source=TIMER)
    an_entry(task=sales, seconds=6 * HOUR)
    assert save(nora, {sales: 7 * HOUR}).refused
    assert save(nora, {sales: 6 * HOUR + MINUTE, email: 20 * HOUR}).saved == {(email.pk, TODAY)}
    assert not save(nora, {email: 20 * HOUR + MINUTE, sales: 6 * HOUR - MINUTE}).refused
    assert not save(nora, {sales: 5 * HOUR}).refused
    assert cells(nora) == {"Email": 20 * HOUR + MINUTE, "Sales": 5 * HOUR}
    assert_conserved(nora)


def test_a_day_too_long_does_not_hold_up_another_one(nora: Owner) -> None:
    task = a_task(owner=nora)
    edits = [Edit(task.pk, YESTERDAY, 25 * HOUR), Edit(task.pk, TODAY, HOUR)]
    outcome = days.save(nora, edits, via=DAY, now=NOW)
    assert outcome.saved == {(task.pk, TODAY)}
    assert outcome.refused == {(task.pk, YESTERDAY): "That makes 25 h in all, and this day has 24 h."}


def test_what_is_refused_for_itself_does_not_make_the_day_too_long(nora: Owner) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    edits = [Edit(email.pk, TODAY, 23 * HOUR, seen=HOUR), Edit(sales.pk, TODAY, 2 * HOUR)]
    outcome = days.save(nora, edits, via=DAY, now=NOW)
    assert (outcome.saved, outcome.stale) == ({(sales.pk, TODAY)}, {(email.pk, TODAY)})


def test_tomorrow_can_be_logged_and_the_day_after_cannot(nora: Owner) -> None:
    task = a_task(owner=nora)
    assert not save(nora, {task: HOUR}, day=TOMORROW).refused
    after = TODAY + timedelta(days=2)
    assert save(nora, {task: HOUR}, day=after).refused == {(task.pk, after): "Saturday 17 October is still to come."}
    assert entries(task, after) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "last"), [("Pacific/Kiritimati", 17), ("Pacific/Pago_Pago", 16)])
def test_tomorrow_is_that_of_where_the_owner_lives(zone: str, last: int) -> None:
    owner = an_owner(time_zone=zone)
    task = a_task(owner=owner)
    days_taken = [day for day in range(14, 20) if save(owner, {task: HOUR}, day=date(2026, 10, day)).saved]
    assert days_taken[-1] == last


# --- The timer that runs ------------------------------------------------------------
def test_what_runs_is_part_of_the_sum_and_stays_the_timers(nora: Owner) -> None:
    task = a_task(owner=nora)
    timers.start(nora, task, now=NOW - timedelta(minutes=10))
    assert save(nora, {task: 9 * MINUTE}).refused == {
        (task.pk, TODAY): "10 min of this come from the timer or an import, so it cannot be less."
    }
    save(nora, {task: 30 * MINUTE})
    assert entries(task) == {TYPED: 20 * MINUTE}
    timers.stop(nora, now=NOW)
    assert entries(task) == {TYPED: 20 * MINUTE, TIMER: 10 * MINUTE}
    assert_conserved(nora)


def test_a_forgotten_timer_is_no_part_of_it(nora: Owner) -> None:
    task = a_task(owner=nora)
    timers.start(nora, task, now=NOW - timedelta(hours=5))
    save(nora, {task: 30 * MINUTE})
    assert entries(task) == {TYPED: 30 * MINUTE}


def test_a_timer_that_another_page_stopped_meanwhile_counts_once(nora: Owner) -> None:
    task = a_task(owner=nora)
    timers.start(nora, task, now=NOW - timedelta(minutes=30))
    here = loaded(nora)
    timers.stop(loaded(nora), now=NOW)
    outcome = days.save(here, [Edit(task.pk, TODAY, HOUR, seen=0)], via=DAY, now=NOW)
    assert sum(entries(task).values()) == (HOUR if outcome.saved else 30 * MINUTE)


# --- What was changed elsewhere -----------------------------------------------------
def test_an_older_reading_replaces_no_newer_one_and_both_are_told(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=2 * HOUR)
    outcome = save(nora, {task: 30 * MINUTE}, seen=HOUR)
    assert (outcome.saved, outcome.stale, outcome.changed) == (set(), {(task.pk, TODAY)}, 0)
    sentence = "This was changed to 2:00 elsewhere. Save again to make it 0:30."
    assert outcome.refused == {(task.pk, TODAY): sentence}
    assert entries(task) == {TYPED: 2 * HOUR}
    assert save(nora, {task: 30 * MINUTE}, seen=2 * HOUR).saved == {(task.pk, TODAY)}
    assert entries(task) == {TYPED: 30 * MINUTE}


def test_a_time_that_is_there_already_is_saved_however_old_the_reading(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=2 * HOUR)
    outcome = save(nora, {task: 2 * HOUR}, seen=0)
    assert (outcome.saved, outcome.refused, outcome.changed) == ({(task.pk, TODAY)}, {}, 0)


def test_a_time_counted_from_an_older_reading_is_refused_even_if_the_sum_is_there(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=15 * MINUTE)
    outcome = save(nora, {task: 15 * MINUTE}, seen=0, adds=True)
    assert outcome.stale == set(outcome.refused) == {(task.pk, TODAY)}


# --- Sent again ---------------------------------------------------------------------
@pytest.mark.parametrize("seen", [0, None])
@pytest.mark.parametrize("adds", [False, True])
def test_one_key_three_times_makes_one_entry_and_one_change(nora: Owner, *, seen: int | None, adds: bool) -> None:
    task = a_task(owner=nora)
    changed = []
    for _ in range(3):
        outcome = save(nora, {task: HOUR}, seen=seen, adds=adds, key="k")
        assert (outcome.saved, outcome.refused, outcome.stale) == ({(task.pk, TODAY)}, {}, set())
        changed.append(outcome.changed)
    assert changed == [1, 0, 0]
    assert (task.entries.count(), list(nora.changes.values_list("key", flat=True))) == (1, ["k"])
    assert_conserved(nora)


@pytest.mark.parametrize("elsewhere", [0, 2 * HOUR])
@pytest.mark.parametrize("seen", [0, None])
def test_a_key_sent_again_after_a_change_elsewhere_changes_nothing_and_is_no_error(
    nora: Owner, elsewhere: int, seen: int | None
) -> None:
    task, other = a_task(owner=nora), a_task(owner=nora)
    save(nora, {task: HOUR}, seen=0, key="k")
    save(nora, {task: elsewhere}, seen=HOUR, key="l")
    edits = [Edit(task.pk, TODAY, HOUR, seen, key="k"), Edit(other.pk, TODAY, HOUR, seen, key="m")]
    outcome = days.save(nora, edits, via=DAY, now=NOW)
    assert (outcome.saved, outcome.refused, outcome.changed) == ({edit.place for edit in edits}, {}, 1)
    assert (sum(entries(task).values()), entries(other)) == (elsewhere, {TYPED: HOUR})
    assert_conserved(nora)


def test_a_key_sent_again_is_no_error_when_by_now_the_day_would_be_too_long(nora: Owner) -> None:
    task, other = a_task(owner=nora), a_task(owner=nora)
    save(nora, {task: 10 * HOUR}, seen=0, key="k")
    save(nora, {task: 0, other: 20 * HOUR})
    outcome = save(nora, {task: 10 * HOUR}, seen=0, key="k")
    assert (outcome.saved, outcome.refused) == ({(task.pk, TODAY)}, {})
    assert (entries(task), entries(other)) == ({}, {TYPED: 20 * HOUR})


def test_a_key_sent_again_is_no_error_when_by_now_the_timer_holds_more(nora: Owner) -> None:
    task = a_task(owner=nora)
    save(nora, {task: HOUR}, key="k")
    an_entry(task=task, seconds=2 * HOUR, source=TIMER)
    outcome = save(nora, {task: HOUR}, key="k")
    assert (outcome.saved, outcome.refused) == ({(task.pk, TODAY)}, {})
    assert entries(task) == {TYPED: HOUR, TIMER: 2 * HOUR}


def test_a_key_names_one_typing_so_a_second_cell_under_it_is_never_called_saved(nora: Owner) -> None:
    task, other = a_task(owner=nora), a_task(owner=nora)
    save(nora, {task: HOUR}, key="k")
    outcome = save(nora, {other: HOUR}, key="k")
    assert bool(outcome.saved) == bool(entries(other))


def test_one_key_for_two_cells_at_once_is_answered(nora: Owner) -> None:
    task, other = a_task(owner=nora), a_task(owner=nora)
    outcome = save(nora, {task: HOUR, other: HOUR}, key="k")
    assert outcome.saved == {(each.pk, TODAY) for each in (task, other) if entries(each)}


def test_another_owners_key_is_another_key(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        task = a_task(owner=owner)
        assert save(owner, {task: HOUR}, seen=0, adds=True, key="k").changed == 1
    an_entry(task=task, day=YESTERDAY)
    save(nora, {a_task(owner=nora): HOUR}, key="l")
    assert save(bea, {task: 2 * HOUR}, day=YESTERDAY, seen=0, key="l").stale == {(task.pk, YESTERDAY)}


# --- Any day ------------------------------------------------------------------------
@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(
    before=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(TimeEntry.Source), st.integers(1, 300)), max_size=6),
    asked=st.dictionaries(st.integers(0, 2), st.integers(0, 700), max_size=3),
)
def test_after_saving_each_cell_is_what_was_asked_or_refused_and_as_it_was(
    before: list[tuple[int, str, int]], asked: dict[int, int]
) -> None:
    owner = an_owner()
    tasks = [a_task(owner=owner) for _ in range(3)]
    for which, source, minutes in before:
        if source != TYPED or not tasks[which].entries.on(TODAY).typed().exists():
            an_entry(task=tasks[which], seconds=minutes * MINUTE, source=source)
    was = {row.task: row.cells[0] for row in days.sheet(owner, TODAY, now=NOW).rows}
    outcome = save(owner, {tasks[which]: minutes * MINUTE for which, minutes in asked.items()})
    refused = {task_id for task_id, _ in outcome.refused}
    wanted = {tasks[which]: minutes * MINUTE for which, minutes in asked.items() if tasks[which].pk not in refused}
    cells_now = {row.task: row.cells[0] for row in days.sheet(owner, TODAY, now=NOW).rows}
    for task, cell in cells_now.items():
        assert cell.seconds == wanted.get(task, was[task].seconds)
        assert cell.fixed == was[task].fixed
    lower = {tasks[which].pk for which, minutes in asked.items() if minutes * MINUTE < was[tasks[which]].fixed}
    assert lower <= refused
    if not refused:
        too_long = sum(cell.seconds for cell in cells_now.values()) > 24 * HOUR
        assert not too_long or sum(cell.seconds for cell in was.values()) > 24 * HOUR
    assert_conserved(owner)
