"""What was changed, and taking the last change back: once, within a minute, with all that it changed at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import days, entries, history, timers
from tasks.days import Edit
from tasks.durations import HOUR, MINUTE
from tasks.history import TooLate
from tasks.models import EntryChange, Owner, Task, TimeEntry
from tests.factories import TODAY, a_task, an_entry, an_owner

from .world import DAY, IMPORT, TIMER, TYPED, YESTERDAY, assert_conserved, counted, loaded, save, utc

# After the factories' entries, which are made at NOW, 21:30.
NINE = utc("2026-10-15T22:00:00.250")
SECOND = timedelta(seconds=1)
Running = tuple[int, datetime, bool] | None


def running(owner: Owner, now: datetime) -> Running:
    """Task, start, and whether it is forgotten, of the timer that runs."""
    timer = loaded(owner).running_timer
    return (timer.task_id, timer.started_at, timer.is_forgotten(now)) if timer else None


def rows(owner: Owner) -> list[tuple[object, ...]]:
    """All that an entry says, but for its number and when it was changed."""
    columns = ("task", "day", "source", "started_at", "seconds", "note")
    return sorted(owner.entries.values_list(*columns), key=repr)


def undo(owner: Owner, *, now: datetime = NINE + SECOND) -> list[EntryChange]:
    changes = history.undo(owner, now=now)
    assert_conserved(owner, now=now)
    return changes


# --- Typed ----------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [0, 10 * MINUTE, 3 * HOUR])
def test_a_typed_time_is_as_it_was_before(nora: Owner, typed: int) -> None:
    task = a_task(owner=nora)
    entry = an_entry(task=task)
    entries.note(nora, entry.pk, "Tax letters", now=NINE - SECOND)
    before = rows(nora)
    save(nora, {task: typed}, now=NINE)
    (change,) = undo(nora)
    assert rows(nora) == before
    assert (change.seconds_before, change.seconds_after) == (HOUR, typed)


def test_a_time_typed_into_an_empty_cell_is_gone(nora: Owner) -> None:
    save(nora, {a_task(owner=nora): HOUR}, now=NINE)
    undo(nora)
    assert rows(nora) == []


def test_what_was_saved_at_once_is_taken_back_at_once_and_the_rest_stays(nora: Owner) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    an_entry(task=email, day=YESTERDAY)
    before = rows(nora)
    edits = [Edit(task.pk, day, 2 * HOUR) for task in (email, sales) for day in (YESTERDAY, TODAY)]
    days.save(nora, edits, via=EntryChange.Via.WEEK, now=NINE)
    assert len(undo(nora)) == 4
    assert rows(nora) == before


def test_a_copy_is_taken_back_with_all_its_rows(nora: Owner) -> None:
    for seconds in (HOUR, 2 * HOUR, 3 * HOUR):
        an_entry(task=a_task(owner=nora), day=YESTERDAY, seconds=seconds)
    before = rows(nora)
    assert days.copy(nora, {TODAY: YESTERDAY}, now=NINE) == 3
    assert len(undo(nora)) == 3
    assert rows(nora) == before


@pytest.mark.parametrize("source", TimeEntry.Source)
def test_a_note_is_what_it_was_and_the_time_stays(nora: Owner, source: str) -> None:
    entry = an_entry(task=a_task(owner=nora), source=source)
    entries.note(nora, entry.pk, "Tax letters", now=NINE - SECOND)
    before = rows(nora)
    entries.note(nora, entry.pk, "Taxes", now=NINE)
    undo(nora)
    assert rows(nora) == before


def test_a_note_on_one_of_two_imports_is_taken_back_from_that_one(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, seconds=30 * MINUTE, source=IMPORT)
    entry = an_entry(task=task, seconds=60 * MINUTE, source=IMPORT)
    before = rows(nora)
    entries.note(nora, entry.pk, "Taxes", now=NINE)
    undo(nora)
    assert rows(nora) == before


# --- The timer ------------------------------------------------------------------------
def test_a_timer_that_was_stopped_runs_since_its_start(nora: Owner) -> None:
    task = a_task(owner=nora)
    timers.start(nora, task, now=NINE - timedelta(minutes=50))
    before = running(nora, NINE)
    timers.stop(nora, now=NINE)
    undo(nora)
    assert (running(nora, NINE), rows(nora)) == (before, [])
    timers.stop(nora, now=NINE + 10 * SECOND)
    assert counted(nora) == {(task.pk, TODAY): 50 * MINUTE + 10}


def test_after_undoing_a_switch_the_first_runs_and_the_second_never_did(nora: Owner) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    timers.start(nora, email, now=NINE - timedelta(minutes=50))
    before = running(nora, NINE)
    timers.start(nora, sales, now=NINE)
    undo(nora, now=NINE + 30 * SECOND)
    assert (running(nora, NINE), rows(nora)) == (before, [])
    timers.stop(nora, now=NINE + 40 * SECOND)
    assert counted(nora) == {(email.pk, TODAY): 50 * MINUTE + 40}


def test_a_timer_over_midnight_runs_since_its_start_too(nora: Owner) -> None:
    nora.timer_limit = 60 * HOUR
    nora.save()
    timers.start(nora, a_task(owner=nora), now=NINE - timedelta(hours=50))
    before = running(nora, NINE)
    timers.stop(nora, now=NINE)
    assert len(rows(nora)) == 3
    assert len(undo(nora)) == 3
    assert (running(nora, NINE), rows(nora)) == (before, [])


@pytest.mark.parametrize("hours", [1, 30])
def test_a_timer_that_was_thrown_away_runs_again(nora: Owner, hours: int) -> None:
    timers.start(nora, a_task(owner=nora), now=NINE - timedelta(hours=hours))
    before = running(nora, NINE)
    timers.discard(nora, now=NINE)
    undo(nora)
    assert (running(nora, NINE), rows(nora)) == (before, [])


def test_a_forgotten_timer_is_forgotten_again_and_its_owner_is_not_asked_twice(nora: Owner) -> None:
    task, start = a_task(owner=nora), NINE - timedelta(hours=9)
    timers.start(nora, task, now=start)
    timers.stop_then(nora, start + timedelta(hours=2), now=NINE)
    undo(nora)
    timer = loaded(nora).running_timer
    assert timer
    assert timer.is_forgotten(NINE)
    assert timer.asked_at == NINE.replace(microsecond=0)
    assert rows(nora) == []


def test_a_timer_that_was_said_to_run_still_does_so_after_undoing_its_stop(nora: Owner) -> None:
    task = a_task(owner=nora)
    timers.start(nora, task, now=NINE - timedelta(hours=5))
    timers.keep(nora, now=NINE - timedelta(minutes=30))
    before = running(nora, NINE)
    timers.stop(nora, now=NINE)
    undo(nora)
    assert running(nora, NINE) == before == (task.pk, NINE.replace(microsecond=0) - timedelta(hours=5), False)


def test_another_owners_timer_started_at_that_instant_runs_on(nora: Owner, bea: Owner) -> None:
    timers.start(nora, a_task(owner=nora), now=NINE - timedelta(hours=1))
    timers.start(bea, a_task(owner=bea), now=NINE)
    before = running(bea, NINE)
    timers.stop(nora, now=NINE)
    undo(nora)
    assert running(nora, NINE)
    assert running(bea, NINE) == before


def test_a_timer_does_not_run_again_beside_one_that_was_started_since(nora: Owner) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    timers.start(nora, email, now=NINE - timedelta(hours=1))
    timers.stop(nora, now=NINE)
    timers.start(nora, sales, now=NINE + 5 * SECOND)
    before = running(nora, NINE), rows(nora)
    with pytest.raises(TooLate, match=r"^Another timer runs by now\. Stop it first, or change the times by hand\.$"):
        history.undo(nora, now=NINE + 6 * SECOND)
    assert (running(nora, NINE), rows(nora)) == before


# --- When it is too late ----------------------------------------------------------------
def assert_nothing_to_undo(owner: Owner, *, now: datetime = NINE + SECOND) -> None:
    before = rows(owner), running(owner, now), owner.changes.count()
    with pytest.raises(TooLate, match=r"^There is nothing to undo any more\.$"):
        history.undo(owner, now=now)
    assert (rows(owner), running(owner, now), owner.changes.count()) == before


def test_there_is_nothing_to_undo_at_first(nora: Owner) -> None:
    assert_nothing_to_undo(nora)


def test_after_a_minute_it_is_too_late(nora: Owner) -> None:
    save(nora, {a_task(owner=nora): HOUR}, now=NINE)
    assert_nothing_to_undo(nora, now=NINE + timedelta(minutes=1, microseconds=1))
    undo(nora, now=NINE + timedelta(minutes=1))
    assert rows(nora) == []


def test_a_second_undo_takes_nothing_back_and_brings_nothing_back(nora: Owner) -> None:
    task = a_task(owner=nora)
    save(nora, {task: HOUR}, now=NINE - SECOND)
    save(nora, {task: 2 * HOUR}, now=NINE)
    undo(nora)
    assert_nothing_to_undo(nora)
    assert counted(nora) == {(task.pk, TODAY): HOUR}


def test_a_timer_thrown_away_is_brought_back_once(nora: Owner) -> None:
    timers.start(nora, a_task(owner=nora), now=NINE - timedelta(hours=1))
    timers.discard(nora, now=NINE)
    undo(nora)
    before = running(nora, NINE)
    with pytest.raises(TooLate):
        history.undo(nora, now=NINE + 2 * SECOND)
    assert running(nora, NINE) == before


def test_a_timer_thrown_away_and_brought_back_is_not_brought_back_after_its_next_end(nora: Owner) -> None:
    """Stopped as of its start, nothing of it was logged: there is no change of that to take back."""
    task, start = a_task(owner=nora), NINE.replace(microsecond=0) - timedelta(hours=1)
    timers.start(nora, task, now=start)
    timers.discard(nora, now=NINE)
    undo(nora)
    timers.stop_then(nora, start, now=NINE + 2 * SECOND)
    assert_nothing_to_undo(nora, now=NINE + 3 * SECOND)


def test_what_was_changed_after_an_undo_can_be_undone(nora: Owner) -> None:
    task = a_task(owner=nora)
    save(nora, {task: HOUR}, now=NINE)
    undo(nora)
    save(nora, {task: 2 * HOUR}, now=NINE + 2 * SECOND)
    undo(nora, now=NINE + 3 * SECOND)
    assert rows(nora) == []


def test_another_owners_change_is_never_undone(nora: Owner, bea: Owner) -> None:
    mine, theirs = a_task(owner=nora), a_task(owner=bea)
    save(nora, {mine: HOUR}, now=NINE)
    save(bea, {theirs: HOUR}, now=NINE)
    timers.start(bea, theirs, now=NINE - timedelta(hours=1))
    timers.stop(bea, now=NINE)
    before = rows(bea)
    undo(nora)
    assert_nothing_to_undo(nora)
    assert (rows(nora), rows(bea)) == ([], before)
    assert_conserved(bea)


# --- Anything that was done last ----------------------------------------------------------
def acts(owner: Owner, seconds: int, task: Task, other: Task) -> list[Callable[[], object]]:
    first = owner.entries.order_by("pk").first()
    return [
        lambda: save(owner, {task: seconds, other: 0}, now=NINE),
        lambda: days.copy(loaded(owner), {TODAY: YESTERDAY}, now=NINE),
        lambda: timers.stop(owner, now=NINE),
        lambda: timers.start(owner, other, now=NINE),
        lambda: timers.discard(owner, now=NINE),
        lambda: timers.stop_then(owner, NINE - timedelta(minutes=3), now=NINE),
        lambda: entries.note(owner, first.pk, f"{seconds}", now=NINE) if first else None,
    ]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(
    before=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.sampled_from([TYPED, TIMER]), st.integers(1, HOUR)),
        max_size=4,
        unique_by=lambda entry: entry[:3],
    ),
    minutes=st.none() | st.integers(5, 230),
    act=st.integers(0, 6),
    seconds=st.integers(0, 2 * HOUR),
)
def test_after_undo_all_is_as_it_was_before_the_last_act(
    before: list[tuple[bool, bool, str, int]], minutes: int | None, act: int, seconds: int
) -> None:
    owner = an_owner()
    tasks = [a_task(owner=owner), a_task(owner=owner)]
    for which, today, source, much in before:
        an_entry(task=tasks[which], day=TODAY if today else YESTERDAY, seconds=much, source=source)
    if minutes:
        timers.start(owner, tasks[0], now=NINE - timedelta(minutes=minutes))
    was, ran, told = rows(owner), running(owner, NINE), owner.changes.count()
    acts(owner, seconds, *tasks)[act]()
    if owner.changes.count() > told:
        undo(owner)
        assert (rows(owner), running(owner, NINE)) == (was, ran)


# --- The history of a day -----------------------------------------------------------------
def test_the_history_of_a_day_is_every_change_of_it_newest_first(nora: Owner, bea: Owner) -> None:
    task, theirs = a_task(owner=nora), a_task(owner=bea)
    for owner, each in ((nora, task), (bea, theirs)):
        for number, day in enumerate((TODAY, YESTERDAY, TODAY)):
            save(owner, {each: (number + 1) * HOUR}, day=day, now=NINE + number * SECOND)
    undo(nora, now=NINE + 5 * SECOND)
    columns = ("seconds_before", "seconds_after", "via", "task__owner")
    assert list(history.of_day(nora, TODAY).values_list(*columns)) == [
        (3 * HOUR, HOUR, "undo", nora.pk),
        (HOUR, 3 * HOUR, DAY, nora.pk),
        (0, HOUR, DAY, nora.pk),
    ]
    assert [str(change) for change in history.of_day(nora, YESTERDAY)] == [f"{task}, 2026-10-14: 0 s to 7200 s"]
