"""The number of queries of each page stands here, and is the same for one task and for twelve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tasks.models import Owner, Task
from tests.factories import NOW, TODAY, a_skill, a_task, an_entry, the_best_work

# The session and its owner, which every page of a signed-in owner asks for.
SIGNED_IN = 2


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(params=[1, 12], ids=["one task", "twelve tasks"])
def task(request: pytest.FixtureRequest, nora: Owner) -> Task:
    """One of so many, each with a skill and with time on today and on days of the four weeks before."""
    the_best_work(owner=nora)
    for number in range(request.param):
        each = a_task(owner=nora, skill=a_skill(owner=nora, name=f"Skill {number}"))
        for back in (0, 1, 8, 20):
            an_entry(task=each, day=TODAY - timedelta(days=back), seconds=60)
    return nora.tasks.routine()[0]


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("today", 0),
        # What was asked before, the best work, the worth of an hour.
        ("start", 2),
        # The tasks for the list, the best work.
        ("start_routine", 2),
        ("start_feel", 1),
        # The skills.
        ("task_new", 1),
    ],
)
def test_a_page_asks_a_fixed_number_of_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries, name: str, queries: int
) -> None:
    with django_assert_num_queries(SIGNED_IN + queries):
        assert hers.get(reverse(f"tasks:{name}")).status_code in (200, 302)


def test_the_page_of_a_day_asks_three_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Its entries with their tasks, the active tasks, and what is usual."""
    with django_assert_num_queries(SIGNED_IN + 3):
        assert hers.get(reverse("tasks:day", args=[TODAY])).status_code == 200


def test_the_page_of_a_task_asks_four_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The task, its levels, the names of these skills, and all skills."""
    with django_assert_num_queries(SIGNED_IN + 4):
        assert hers.get(reverse("tasks:task", args=[task.pk])).status_code == 200


def test_saving_one_field_asks_a_fixed_number_of_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """
    The sheet of the page (3); the transaction (2), the owner's row, the sheet again (2);
    the entry, found (1) and changed (1) inside a savepoint (2); the sheet as saved (2).
    """
    url = reverse("tasks:day", args=[TODAY])
    with django_assert_num_queries(SIGNED_IN + 14):
        answer = hers.post(url, {f"task-{task.pk}": "1:30"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200


def test_a_refused_step_asks_a_fixed_number_of_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(SIGNED_IN + 1):
        assert hers.post(reverse("tasks:start_feel"), {"x": "1"}).status_code == 422
    with django_assert_num_queries(SIGNED_IN + 3):
        assert hers.post(reverse("tasks:start_routine"), {"new_time": "1h"}).status_code == 422
