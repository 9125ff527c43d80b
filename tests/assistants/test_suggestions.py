"""The terms that a hand-off begins with: as much of the task as fits, for any task and person."""

from __future__ import annotations

import pytest

from assistants import roster, suggestions
from tasks.models import Owner, Task
from tests.assistants.test_plans import a_loathed_task
from tests.factories import (
    TODAY,
    a_task,
    an_assistant,
    an_offer,
)

pytestmark = pytest.mark.django_db


def test_a_suggestion_is_as_much_of_the_task_as_fits(nora: Owner) -> None:
    task, ana = a_loathed_task(nora), an_assistant(owner=nora, hours=3)
    given = suggestions.suggest(nora, task, ana, TODAY)
    assert (given.task_minutes, given.minutes, given.free_minutes) == (300, 180, 180)
    assert [given.given(minutes) for minutes in (0, 60, 180, 300, 600)] == [0, 60, 180, 300, 300]
    assert given.frees(60) == 80


def test_a_suggestion_is_in_quarters_of_an_hour_and_never_more_than_is_free(nora: Owner) -> None:
    task = a_task(owner=nora, excel=1)
    assert suggestions.suggest(nora, task, an_assistant(owner=nora), TODAY).minutes == 195
    ben = an_assistant(owner=nora, name="Ben")
    ben.weekly_minutes = 100
    ben.save()
    assert suggestions.suggest(nora, task, ben, TODAY).minutes == 100


@pytest.mark.parametrize("state", ["paused", "retired", "unscored", "timeless", "full"])
def test_there_is_a_suggestion_for_any_task_and_person(nora: Owner, state: str) -> None:
    task, ana = a_loathed_task(nora), an_assistant(owner=nora, hours=5)
    match state:
        case "paused":
            roster.pause(ana, TODAY)
        case "retired":
            Task.objects.update(retired_on=TODAY)
        case "unscored":
            Task.objects.update(loathe=None, excel=None)
        case "timeless":
            Task.objects.update(seconds_least=None, seconds_most=None)
        case "full":
            an_offer(owner=nora, task=a_task(owner=nora), assistant=ana, hours=5)
    given = suggestions.suggest(nora, task, ana, TODAY)
    assert given.minutes == {"timeless": 0, "full": 0}.get(state, 300)
    assert given.given(300) == (0 if state == "timeless" else 300)
