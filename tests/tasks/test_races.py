"""What two tabs, or many presses of one button, do to the same rows at the same instant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tasks import briefs, clock, days, entries, history, routine, scores, timers
from tasks.days import Edit, Outcome
from tasks.durations import HOUR
from tasks.models import EntryChange, Owner, Task, TimeEntry, Timer
from tasks.routine import Choice
from tasks.task_forms import TaskForm
from tests.delegator.at_once import at_once, real_database
from tests.factories import NOW, TODAY, a_task, an_entry
from tests.tasks.world import YESTERDAY, assert_conserved

pytestmark = pytest.mark.django_db(transaction=True)
# A race that is lost one time in three is lost in one of these rounds.
ROUNDS = range(6)
MANY = 20


@pytest.fixture(autouse=True)
def shared(nora: Owner, tmp_path: Path) -> Iterator[None]:
    with real_database(tmp_path):
        # The first connection to a new file of SQLite sets its journal, which two cannot do at once.
        connection.ensure_connection()
        yield


def log(owner: Owner, task: Task, hours: int, **more: Any) -> Outcome:
    return days.save(owner, [Edit(task.pk, TODAY, hours * HOUR, **more)], via=EntryChange.Via.DAY, now=NOW)


def a_browser(owner: Owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def failed(outcomes: list[object]) -> list[object]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


# --- One cell -------------------------------------------------------------------------
@pytest.mark.parametrize("turn", ROUNDS)
def test_two_tabs_together_cannot_make_a_day_longer_than_it_is(nora: Owner, turn: int) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    outcomes = at_once(lambda: log(nora, email, 14), lambda: log(nora, sales, 14))
    assert sorted(len(outcome.refused) for outcome in outcomes if isinstance(outcome, Outcome)) == [0, 1]
    assert list(nora.entries.values_list("seconds", flat=True)) == [14 * HOUR]
    assert_conserved(nora)


@pytest.mark.parametrize("turn", ROUNDS)
def test_many_saves_of_one_cell_leave_one_entry_with_one_of_the_times(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    outcomes = at_once(*(lambda hours=hours: log(nora, task, hours) for hours in range(1, 7)))
    assert not failed(outcomes)
    assert nora.entries.get().seconds in [hours * HOUR for hours in range(1, 7)]
    assert_conserved(nora)


@pytest.mark.parametrize("turn", ROUNDS)
def test_of_two_pages_that_saw_the_same_one_is_told_of_the_other(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    an_entry(task=task)
    outcomes = at_once(lambda: log(nora, task, 2, seen=HOUR), lambda: log(nora, task, 3, seen=HOUR))
    assert sorted(len(outcome.stale) for outcome in outcomes if isinstance(outcome, Outcome)) == [0, 1]
    assert nora.entries.get().seconds in (2 * HOUR, 3 * HOUR)
    assert_conserved(nora)


@pytest.mark.parametrize("turn", ROUNDS)
def test_clearing_and_setting_a_cell_at_once_does_one_after_the_other(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    an_entry(task=task)
    assert not failed(at_once(lambda: log(nora, task, 0), lambda: log(nora, task, 3)))
    assert list(nora.entries.values_list("seconds", flat=True)) in ([], [3 * HOUR])
    assert_conserved(nora)


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_copy_never_overwrites_what_is_typed_at_that_instant(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, day=YESTERDAY, seconds=5 * HOUR)
    outcomes = at_once(lambda: days.copy(nora, {TODAY: YESTERDAY}, now=NOW), lambda: log(nora, task, 1))
    assert not [outcome for outcome in failed(outcomes) if not isinstance(outcome, days.TooMuch)]
    assert TimeEntry.objects.get(day=TODAY).seconds == 1 * HOUR
    assert_conserved(nora)


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_note_and_a_time_at_once_are_both_kept(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    entry = an_entry(task=task)
    assert not failed(at_once(lambda: log(nora, task, 2), lambda: entries.note(nora, entry.pk, "Wedding", now=NOW)))
    assert (nora.entries.get().seconds, nora.entries.get().note) == (2 * HOUR, "Wedding")
    assert_conserved(nora)


# --- One thing typed, sent often --------------------------------------------------------
@pytest.mark.parametrize("text", ["1:30", "+30m"])
@pytest.mark.parametrize("turn", range(3))
def test_the_same_key_five_times_at_once_makes_one_change(nora: Owner, turn: int, text: str) -> None:
    task, today = a_task(owner=nora), nora.today(clock.now())
    an_entry(task=task, day=today)
    browsers = [a_browser(nora) for _ in range(5)]
    body = json.dumps({"edits": [{"task": task.pk, "day": str(today), "text": text, "seen": HOUR, "key": "k1"}]})

    def send(browser: Client) -> tuple[int, bytes]:
        answer = browser.post("/times/", body, content_type="application/json")
        return answer.status_code, answer.content

    outcomes = at_once(*(lambda browser=browser: send(browser) for browser in browsers))
    assert {outcome[0] for outcome in outcomes if isinstance(outcome, tuple)} == {200}, outcomes
    assert len(set(outcomes)) == 1
    assert nora.entries.get().seconds == 90 * 60
    assert nora.changes.filter(key="k1").count() == 1
    assert_conserved(nora)


@pytest.mark.parametrize("turn", range(3))
def test_the_whole_sheet_sent_five_times_at_once_is_saved_once(nora: Owner, turn: int) -> None:
    tasks, today = [a_task(owner=nora) for _ in range(3)], nora.today(clock.now())
    fields = {f"time-{task.pk}-{today}": "1h" for task in tasks}
    fields |= {f"was-{task.pk}-{today}": "0 " for task in tasks}
    browsers = [a_browser(nora) for _ in range(5)]
    outcomes = at_once(
        *(lambda browser=browser: browser.post(f"/day/{today}/", fields).status_code for browser in browsers)
    )
    assert outcomes == [302] * 5
    assert list(nora.entries.values_list("seconds", flat=True)) == [HOUR] * 3
    assert nora.changes.count() == 3


# --- The timer --------------------------------------------------------------------------
@pytest.mark.parametrize("turn", range(3))
def test_twenty_starts_at_once_leave_one_timer_and_lose_no_second(nora: Owner, turn: int) -> None:
    first, *tasks = [a_task(owner=nora) for _ in range(MANY + 1)]
    since = (clock.now() - timedelta(hours=1)).replace(microsecond=0)
    timers.start(nora, first, now=since)
    browsers = [a_browser(nora) for _ in tasks]
    outcomes = at_once(
        *(
            lambda browser=browser, task=task: browser.post("/timer/start/", {"task": task.pk}).status_code
            for browser, task in zip(browsers, tasks, strict=True)
        )
    )
    assert outcomes == [302] * MANY
    timer = Timer.objects.get()
    assert timer.task in tasks
    logged = sum(nora.entries.values_list("seconds", flat=True))
    assert timedelta(seconds=logged) == timer.started_at - since
    assert_conserved(nora, now=clock.now())


def test_a_press_that_read_the_clock_first_and_waited_longer_counts_no_second_twice(nora: Owner) -> None:
    """As in the race above, but each time: what is told first is not always done first."""
    first, second, third = (a_task(owner=nora) for _ in range(3))
    timers.start(nora, first, now=NOW)
    timers.start(nora, second, now=NOW + timedelta(seconds=62))
    timers.start(nora, third, now=NOW + timedelta(seconds=60))
    timers.stop(nora, now=NOW + timedelta(seconds=90))
    assert sum(nora.entries.values_list("seconds", flat=True)) == 90


@pytest.mark.parametrize("turn", ROUNDS)
def test_stops_at_once_log_it_once(nora: Owner, turn: int) -> None:
    timers.start(nora, a_task(owner=nora), now=NOW)
    later = NOW + timedelta(hours=1)
    outcomes = at_once(*[lambda: timers.stop(nora, now=later)] * 5)
    assert not failed(outcomes)
    assert len([outcome for outcome in outcomes if outcome]) == 1
    assert nora.entries.get().seconds == HOUR
    assert not Timer.objects.exists()


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_stop_and_a_start_at_once_log_what_ran_once(nora: Owner, turn: int) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    timers.start(nora, email, now=NOW)
    later = NOW + timedelta(hours=1)
    assert not failed(at_once(lambda: timers.stop(nora, now=later), lambda: timers.start(nora, sales, now=later)))
    assert nora.entries.get(task=email).seconds == HOUR
    assert not nora.entries.filter(task=sales).exists()
    assert Timer.objects.count() <= 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_undos_at_once_take_back_one_change(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    log(nora, task, 1)
    days.save(nora, [Edit(task.pk, TODAY, 2 * HOUR)], via=EntryChange.Via.DAY, now=NOW + timedelta(seconds=1))
    outcomes = at_once(*[lambda: history.undo(nora, now=NOW + timedelta(seconds=2))] * 2)
    assert [type(outcome) for outcome in failed(outcomes)] == [history.TooLate]
    assert nora.entries.get().seconds == HOUR
    assert_conserved(nora)


# --- The routine ------------------------------------------------------------------------
@pytest.mark.parametrize("turn", ROUNDS)
def test_the_routine_sent_twice_at_once_is_kept_once(nora: Owner, turn: int) -> None:
    def keep() -> None:
        routine.keep(nora, [(Choice("Email"), None), (Choice("Post"), (HOUR, HOUR))], TODAY)

    assert at_once(keep, keep) == [None, None]
    assert list(nora.tasks.values_list("name", "retired_on")) == [("Email", None), ("Post", None)]
    assert nora.skills.count() == 2


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_new_task_sent_twice_at_once_is_made_once_and_the_second_is_told(nora: Owner, turn: int) -> None:
    forms = [TaskForm(nora, {"name": "Post", "new_skill": "Letters"}) for _ in range(2)]
    assert all(form.is_valid() for form in forms)
    made = at_once(lambda: forms[0].save(NOW), lambda: forms[1].save(NOW))
    assert sorted(str(each) for each in made) == ["None", "Post"]
    assert sum(bool(form.errors) for form in forms) == 1
    assert (nora.tasks.count(), nora.skills.count()) == (1, 1)


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_briefs_at_once_are_two_versions(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    outcomes = at_once(*[lambda steps=steps: briefs.write(task, steps=steps, now=NOW) for steps in ("One", "Two")])
    assert outcomes == [None, None]
    assert sorted(task.briefs.values_list("version", flat=True)) == [1, 2]


@pytest.mark.parametrize("turn", ROUNDS)
def test_of_two_tabs_that_saw_the_same_task_one_is_told(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora, name="Post")
    seen = TaskForm(nora, task=task)["seen"].value()
    forms = [
        TaskForm(nora, {"name": name, "time": "1 h", "seen": seen}, task=task) for name in ("Letters", "Parcels")
    ]
    assert all(form.is_valid() for form in forms)
    saved = at_once(lambda: forms[0].save(NOW), lambda: forms[1].save(NOW))
    assert sorted(form.is_stale for form in forms) == [False, True]
    task.refresh_from_db()
    assert [str(each) for each in saved if each] == [task.name]


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_task_brought_back_while_its_name_is_given_away_is_there_or_refused(nora: Owner, turn: int) -> None:
    old, new = a_task(owner=nora, name="Büro", retired_on=TODAY), TaskForm(nora, {"name": "BÜRO"})
    assert new.is_valid()
    outcomes = at_once(lambda: routine.bring_back(old), lambda: new.save(NOW))
    assert nora.tasks.active().count() == 1, outcomes


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_scores_at_once_leave_the_task_with_both_of_one(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    copies = [Task.objects.get(pk=task.pk) for _ in range(2)]
    outcomes = at_once(
        lambda: scores.give(copies[0], loathe=1, excel=5, now=NOW),
        lambda: scores.give(copies[1], loathe=5, excel=1, now=NOW),
    )
    assert outcomes == [None, None]
    task.refresh_from_db()
    assert (task.loathe, task.excel) in ((1, 5), (5, 1))
    assert task.scores.count() == 2
