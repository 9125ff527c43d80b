"""Scores: the latest stands on the task, and all are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tasks import scores
from tasks.models import Owner, Task
from tasks.quadrants import Quadrant
from tests.factories import NOW, TODAY, a_task


def kept(task: Task) -> list[tuple[int, int]]:
    return list(task.scores.values_list("loathe", "excel"))


def test_a_score_places_the_task(nora: Owner) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    scores.give(task, loathe=5, excel=1, now=NOW)
    task.refresh_from_db()
    assert (task.loathe, task.excel, task.quadrant) == (5, 1, Quadrant.HAND_OFF_FIRST)
    assert [score.scored_at for score in task.scores.all()] == [NOW]


def test_every_change_of_mind_is_kept_oldest_first(nora: Owner) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    for day, (loathe, excel) in enumerate([(5, 1), (5, 2), (5, 1)]):
        scores.give(task, loathe=loathe, excel=excel, now=NOW + timedelta(days=day))
    assert kept(task) == [(5, 1), (5, 2), (5, 1)]


def test_the_same_score_again_leaves_no_trace(nora: Owner) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    for _ in range(2):
        scores.give(task, loathe=4, excel=4, now=NOW)
    assert kept(task) == [(4, 4)]


def test_scoring_leaves_the_rest_of_the_task_alone(nora: Owner) -> None:
    task = a_task(owner=nora, name="Email")
    Task.objects.filter(pk=task.pk).update(name="Letters")
    scores.give(task, loathe=1, excel=5, now=NOW)
    task.refresh_from_db()
    assert task.name == "Letters"


@pytest.mark.parametrize(("loathe", "excel"), [(0, 3), (6, 3), (3, 0), (3, 6)])
def test_a_score_off_the_scale_changes_nothing(nora: Owner, loathe: int, excel: int) -> None:
    task = a_task(owner=nora, loathe=2, excel=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        scores.give(task, loathe=loathe, excel=excel, now=NOW)
    task.refresh_from_db()
    assert (task.loathe, task.excel, kept(task)) == (2, 2, [])


# --- Looking back --------------------------------------------------------------------------
# The owner's 15 October ends at 7:00 the next morning UTC.
MIDNIGHT = datetime(2026, 10, 16, 7, tzinfo=UTC)


def test_a_score_of_the_last_moment_of_a_day_is_of_that_day_and_one_at_midnight_of_the_next(nora: Owner) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    scores.give(task, loathe=5, excel=1, now=MIDNIGHT - timedelta(microseconds=1))
    scores.give(task, loathe=1, excel=5, now=MIDNIGHT)
    assert scores.as_of(nora, TODAY - timedelta(days=1)) == {}
    assert scores.as_of(nora, TODAY) == {task.pk: (5, 1)}
    assert scores.as_of(nora, TODAY + timedelta(days=1)) == {task.pk: (1, 5)}


def test_a_day_ends_where_its_owner_lives(nora: Owner) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    scores.give(task, loathe=5, excel=1, now=MIDNIGHT)
    nora.time_zone = "UTC"
    assert scores.as_of(nora, TODAY) == {}
    nora.time_zone = "Pacific/Pago_Pago"
    assert scores.as_of(nora, TODAY) == {task.pk: (5, 1)}


def test_of_two_scores_of_one_moment_the_later_one_stands(nora: Owner) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    for loathe, excel in ((5, 1), (2, 4)):
        scores.give(task, loathe=loathe, excel=excel, now=NOW)
    assert scores.as_of(nora, TODAY) == {task.pk: (2, 4)}
