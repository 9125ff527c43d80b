"""What two tabs, or two presses of one button, do to the same rows at the same instant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tasks import days, routine, scores
from tasks.days import TooMuch
from tasks.durations import HOUR
from tasks.forms import TaskForm
from tasks.models import Owner, Task, TimeEntry
from tasks.routine import Choice
from tests.delegator.at_once import at_once, real_database
from tests.factories import NOW, TODAY, a_task, an_entry

pytestmark = pytest.mark.django_db(transaction=True)
YESTERDAY = TODAY.replace(day=14)
# A race that is lost one time in three is lost in one of these rounds.
ROUNDS = range(6)


@pytest.fixture(autouse=True)
def shared(nora: Owner, tmp_path: Path) -> Iterator[None]:
    with real_database(tmp_path):
        # The first connection to a new file of SQLite sets its journal, which two cannot do at once.
        connection.ensure_connection()
        yield


def log(owner: Owner, task: Task, hours: int) -> None:
    days.save(owner, TODAY, {task.pk: hours * HOUR}, now=NOW)


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_tabs_together_cannot_make_a_day_longer_than_it_is(nora: Owner, turn: int) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    outcomes = at_once(lambda: log(nora, email, 14), lambda: log(nora, sales, 14))
    assert [type(outcome) for outcome in outcomes if outcome] == [TooMuch]
    assert list(nora.entries.values_list("seconds", flat=True)) == [14 * HOUR]


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_saves_of_one_cell_leave_one_entry_with_one_of_the_two_times(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    assert at_once(lambda: log(nora, task, 1), lambda: log(nora, task, 2)) == [None, None]
    assert nora.entries.get().seconds in (1 * HOUR, 2 * HOUR)


@pytest.mark.parametrize("turn", ROUNDS)
def test_clearing_and_setting_a_cell_at_once_does_one_after_the_other(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    an_entry(task=task)
    assert at_once(lambda: log(nora, task, 0), lambda: log(nora, task, 3)) == [None, None]
    assert list(nora.entries.values_list("seconds", flat=True)) in ([], [3 * HOUR])


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_copy_never_overwrites_what_is_typed_at_that_instant(nora: Owner, turn: int) -> None:
    task = a_task(owner=nora)
    an_entry(task=task, day=YESTERDAY, seconds=5 * HOUR)
    outcomes = at_once(lambda: days.copy(nora, TODAY, now=NOW), lambda: log(nora, task, 1))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert TimeEntry.objects.get(day=TODAY).seconds == 1 * HOUR


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
    made = at_once(forms[0].save, forms[1].save)
    assert sorted(str(each) for each in made) == ["None", "Post"]
    assert sum(bool(form.errors) for form in forms) == 1
    assert (nora.tasks.count(), nora.skills.count()) == (1, 1)


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
