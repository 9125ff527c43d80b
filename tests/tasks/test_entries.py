"""The one place that writes entries: with each its history and its week, whatever is done and in which order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import days, entries, history, timers
from tasks.days import Edit, TooMuch
from tasks.durations import HOUR, MINUTE
from tasks.models import EntryChange, Owner, Task, TimeEntry
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner

from .world import DAY, IMPORT, TIMER, TOMORROW, TYPED, YESTERDAY, assert_conserved, counted, loaded, utc

Via = EntryChange.Via
LATER = NOW + timedelta(hours=1)


def put(
    entry: TimeEntry,
    seconds: int,
    *,
    via: str = DAY,
    now: datetime = NOW,
    note: str | None = None,
    key: str | None = None,
) -> None:
    with transaction.atomic():
        entries.put(entry, seconds, via=via, now=now, note=note, key=key)


def new(task: Task, *, day: date = TODAY, source: str = TYPED, note: str = "") -> TimeEntry:
    return TimeEntry(owner=task.owner, task=task, day=day, source=source, note=note)


def told(owner: Owner) -> list[tuple[int, int, str, str, str]]:
    """The history: seconds before and after, notes before and after, and from where."""
    columns = ("seconds_before", "seconds_after", "note_before", "note_after", "via")
    return list(owner.changes.values_list(*columns))


def weeks(owner: Owner) -> dict[tuple[int, date], int]:
    totals = owner.week_totals.filter(seconds__gt=0).values_list("task", "monday", "seconds")
    return {(task_id, monday): seconds for task_id, monday, seconds in totals}


# --- Writing one entry --------------------------------------------------------------
def test_an_entry_is_made_changed_and_removed_and_its_history_stays(nora: Owner) -> None:
    entry = new(a_task(owner=nora), note="Tax letters")
    put(entry, HOUR, key="k")
    assert (entry.seconds, entry.changed_at, nora.entries.get()) == (HOUR, NOW, entry)
    put(entry, 2 * HOUR, now=LATER)
    entry.refresh_from_db()
    assert (entry.seconds, entry.note, entry.changed_at) == (2 * HOUR, "Tax letters", LATER)
    put(entry, 0, via=Via.WEEK)
    assert nora.entries.count() == 0
    assert told(nora) == [
        (0, HOUR, "", "Tax letters", "day"),
        (HOUR, 2 * HOUR, "Tax letters", "Tax letters", "day"),
        (2 * HOUR, 0, "Tax letters", "", "week"),
    ]
    assert list(nora.changes.values_list("key", "changed_at")) == [("k", NOW), (None, LATER), (None, NOW)]
    assert_conserved(nora)


def test_no_entry_is_made_of_no_time(nora: Owner) -> None:
    put(new(a_task(owner=nora)), 0)
    assert (nora.entries.count(), told(nora), weeks(nora)) == (0, [], {})


def test_a_change_says_what_was_changed_and_of_what_kind(nora: Owner) -> None:
    task, start = a_task(owner=nora), utc("2026-10-15T08:00")
    entry = new(task, day=YESTERDAY, source=TIMER)
    entry.started_at = start
    put(entry, HOUR, via=Via.TIMER)
    change = nora.changes.get()
    assert (change.task, change.day, change.source, change.started_at) == (task, YESTERDAY, TIMER, start)


def test_the_same_key_a_second_time_takes_all_of_it_back(nora: Owner, bea: Owner) -> None:
    task = a_task(owner=nora)
    put(new(task), HOUR, key="k")

    @transaction.atomic
    def put_both() -> None:
        entries.put(new(task, day=YESTERDAY), HOUR, via=DAY, now=NOW)
        entries.put(new(task, day=TOMORROW), HOUR, via=DAY, now=NOW, key="k")

    with pytest.raises(IntegrityError):
        put_both()
    assert counted(nora) == {(task.pk, TODAY): HOUR}
    assert_conserved(nora)
    put(new(a_task(owner=bea)), HOUR, key="k")


@pytest.mark.parametrize("kept", [0, HOUR, 90 * MINUTE - 1])
def test_a_total_that_holds_less_than_is_taken_away_is_added_up_from_the_entries(nora: Owner, kept: int) -> None:
    task = a_task(owner=nora)
    entry = an_entry(task=task, seconds=2 * HOUR)
    an_entry(task=task, day=TODAY - timedelta(days=1), seconds=MINUTE)
    nora.week_totals.update(seconds=kept)
    put(entry, 30 * MINUTE)
    monday = TODAY - timedelta(days=TODAY.weekday())
    assert weeks(nora) == {(task.pk, monday): 31 * MINUTE}


def test_a_total_of_just_what_is_taken_away_is_nothing_then(nora: Owner) -> None:
    task = a_task(owner=nora)
    entry = an_entry(task=task)
    put(entry, 0)
    assert [(total.seconds, total.days) for total in nora.week_totals.all()] == [(0, 0)]


def test_a_week_runs_from_monday_to_sunday_and_each_task_has_its_own_total(nora: Owner) -> None:
    task, other, monday = a_task(owner=nora), a_task(owner=nora), date(2026, 10, 12)
    for number in range(-1, 8):
        put(new(task, day=monday + timedelta(days=number)), HOUR)
    put(new(task, source=IMPORT), HOUR)
    put(new(other), HOUR)
    week = timedelta(days=7)
    totals = {(task.pk, monday - week): HOUR, (task.pk, monday): 8 * HOUR, (task.pk, monday + week): HOUR}
    assert weeks(nora) == totals | {(other.pk, monday): HOUR}
    for entry in task.entries.all():
        put(entry, 0)
    assert weeks(nora) == {(other.pk, monday): HOUR}
    assert_conserved(nora)


def test_the_week_of_the_new_year_is_one(nora: Owner) -> None:
    task = a_task(owner=nora)
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        put(new(task, day=day), HOUR)
    assert weeks(nora) == {(task.pk, date(2026, 12, 28)): 2 * HOUR}


# --- Notes --------------------------------------------------------------------------
def test_a_note_changes_no_time_and_is_in_the_history(nora: Owner) -> None:
    entry = an_entry(task=a_task(owner=nora), source=TIMER)
    for text in ("Tax letters", "Tax letters", "Taxes", ""):
        entries.note(nora, entry.pk, text, now=LATER)
    entry.refresh_from_db()
    assert (entry.seconds, entry.note, entry.changed_at) == (HOUR, "", LATER)
    assert told(nora)[1:] == [
        (HOUR, HOUR, "", "Tax letters", "note"),
        (HOUR, HOUR, "Tax letters", "Taxes", "note"),
        (HOUR, HOUR, "Taxes", "", "note"),
    ]
    assert_conserved(nora)


def test_a_note_on_an_entry_of_another_owner_or_one_that_is_gone_is_not_written(nora: Owner, bea: Owner) -> None:
    theirs, gone = an_entry(task=a_task(owner=bea)), an_entry(task=a_task(owner=nora))
    put(gone, 0)
    before = told(nora), told(bea)
    for entry in (theirs, gone):
        entries.note(nora, entry.pk, "Mine", now=LATER)
    assert (told(nora), told(bea), bea.entries.get().note) == (*before, "")


def test_what_was_thrown_away_is_told_and_counts_nowhere(nora: Owner) -> None:
    entry = new(a_task(owner=nora), source=TIMER)
    entry.seconds, entry.started_at = HOUR, utc("2026-10-15T08:00")
    entries.discard(entry, now=NOW)
    assert told(nora) == [(HOUR, 0, "", "", "timer")]
    assert (counted(nora), weeks(nora)) == ({}, {})
    assert_conserved(nora)


# --- Anything, in any order -----------------------------------------------------------
Step = tuple[str, int, int, int]
# In the days after, Troll's clock goes back by two hours, and Cairo's by one just before a midnight.
ZONES = ["America/Phoenix", "Antarctica/Troll", "Africa/Cairo"]
STEPS = st.tuples(
    st.sampled_from("save save start stop discard keep stop_then undo note copy import".split()),
    st.integers(0, 2),
    st.integers(0, 3),
    # Past the four hours after which a timer is forgotten, and across several midnights.
    st.sampled_from([0, 1, 40, 59 * 60 + 59, 3 * HOUR, 5 * HOUR, 30 * HOUR]),
)
REFUSALS = (TooMuch, timers.Forgotten, timers.NotThen, history.TooLate)


def take(owner: Owner, tasks: list[Task], step: Step, now: datetime) -> None:
    """Do what the step says, as a page would."""
    kind, which, number, _ = step
    task, today = tasks[which], owner.today(now)
    day = today + timedelta(days=number - 2)
    acts: dict[str, Callable[[], object]] = {
        "save": lambda: days.save(owner, [Edit(task.pk, day, number * 25 * MINUTE)], via=DAY, now=now),
        "start": lambda: timers.start(owner, task, now=now),
        "stop": lambda: timers.stop(owner, now=now),
        "discard": lambda: timers.discard(owner, now=now),
        "keep": lambda: timers.keep(owner, now=now),
        "stop_then": lambda: timers.stop_then(owner, now - timedelta(minutes=17 * number), now=now),
        "undo": lambda: history.undo(owner, now=now),
        "note": lambda: [entries.note(owner, entry.pk, f"{number}", now=now) for entry in owner.entries.all()[:1]],
        "copy": lambda: days.copy(owner, {today: day}, now=now),
        "import": lambda: put(new(task, day=day, source=IMPORT), (number + 1) * MINUTE, via=Via.IMPORT, now=now),
    }
    with contextlib.suppress(*REFUSALS):
        acts[kind]()


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), steps=st.lists(STEPS, max_size=14))
def test_whatever_is_done_entries_history_sheets_and_weeks_say_the_same(zone: str, steps: list[Step]) -> None:
    owner = an_owner(time_zone=zone)
    tasks = [a_task(owner=owner) for _ in range(3)]
    now = utc("2026-10-24T12:00:00.250")
    for step in steps:
        now += timedelta(seconds=step[3], milliseconds=10)
        take(loaded(owner), tasks, step, now)
        assert_conserved(owner, now=now)
    timer = loaded(owner).running_timer
    running = dict(timers.by_day(timer, now)) if timer else {}
    today = owner.today(now)
    on_sheet = days.week(loaded(owner), [today - timedelta(days=n) for n in range(30, -3, -1)], now=now).seconds
    assert on_sheet == sum(counted(owner).values()) + sum(running.values())
