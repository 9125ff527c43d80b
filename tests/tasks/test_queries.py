"""The number of queries of each page stands here, and is the same for little and for ten years of entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tasks import briefs, days, routine, timers
from tasks.models import EntryChange, Owner, Task, Timer
from tests.factories import NOW, TODAY, a_skill, a_task, an_entry, the_best_work
from tests.tasks.clocks import standing_at
from tests.tasks.sheet import filled_in, send, time, url, was

# The session with its owner, who knows whether a timer runs.
SIGNED_IN = 1
# On Postgres the time is the database's, which has to be asked.
CLOCK = 1 if connection.vendor == "postgresql" else 0
# There a writer waits for others who write what this owner has.
HOLD = CLOCK
TRANSACTION = 2
# A change of one cell: the entry, its history, the total of its week.
CHANGE = 3


@pytest.fixture(autouse=True)
def the_fifteenth_of_october(db: None) -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture(params=["one task", "twelve tasks", "ten years"])
def task(request: pytest.FixtureRequest, nora: Owner) -> Task:
    """One of so many, each with a skill and with time on today and on days before."""
    the_best_work(owner=nora)
    long_ago = [days for days in range(30, 3650, 70) if request.param == "ten years"]
    for number in range(12 if request.param == "twelve tasks" else 1):
        each = a_task(owner=nora, skill=a_skill(owner=nora, name=f"Skill {number}"))
        for back in (0, 1, 8, 20, *long_ago):
            an_entry(task=each, day=TODAY - timedelta(days=back), seconds=60)
    return nora.tasks.routine()[0]


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("today", 0),
        # What was asked before, the best work, the worth of an hour.
        ("start", 3),
        # The tasks for the list, the best work.
        ("start_routine", 2),
        ("start_feel", 1),
        # The skills.
        ("task_new", 1),
        ("reading", 0),
    ],
)
def test_a_page_asks_a_fixed_number_of_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries, name: str, queries: int
) -> None:
    with django_assert_num_queries(SIGNED_IN + queries):
        assert hers.get(reverse(f"tasks:{name}")).status_code in (200, 302)


# --- The day --------------------------------------------------------------------------
def test_the_page_of_a_day_asks_three_times_in_all(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The session with its owner; the entries of four weeks, the tasks."""
    with django_assert_num_queries(3):
        assert hers.get(url()).status_code == 200


def test_a_day_asks_as_often_with_nothing_on_it(
    nora: Owner, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        with django_assert_num_queries(3):
            assert hers.get(url()).status_code == 200
        a_task(owner=nora)


def test_a_running_timer_costs_a_query(
    task: Task, nora: Owner, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    timers.start(nora, task, now=NOW - timedelta(minutes=20))
    with django_assert_num_queries(4):
        assert "Since 2:10 pm" in hers.get(url()).content.decode()
    with standing_at(NOW + timedelta(days=1)):
        hers.get(url())  # which notes, as now and then, that the session was seen
        with django_assert_num_queries(4):
            assert "It counts once you" in hers.get(url()).content.decode()


def test_saving_a_sheet_as_it_came_writes_nothing(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sheet = filled_in(hers.get(url()))
    with django_assert_num_queries(SIGNED_IN + CLOCK + 2 + TRANSACTION):
        assert send(hers, url(), sheet).status_code == 302


@pytest.mark.parametrize("cells", [1, 2])
def test_saving_a_sheet_asks_a_fixed_number_of_times_and_some_for_each_change(
    task: Task, nora: Owner, hers: Client, django_assert_num_queries: DjangoAssertNumQueries, cells: int
) -> None:
    """The sheet (2); the transaction (2), the owner's row, the entries anew, which know the tasks; each change."""
    changed = [task, a_task(owner=nora)][:cells]
    for each in changed[1:]:
        an_entry(task=each)
    sheet = filled_in(hers.get(url())) | {time(each): "1:30" for each in changed}
    with django_assert_num_queries(SIGNED_IN + CLOCK + 2 + TRANSACTION + HOLD + 1 + CHANGE * cells):
        assert send(hers, url(), sheet).status_code == 302


def test_a_new_cell_costs_its_task_and_the_first_one_of_a_week_its_total(
    task: Task, nora: Owner, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """That is added up and written."""
    new = a_task(owner=nora)
    sheet = filled_in(hers.get(url())) | {time(new): "1:30"}
    with django_assert_num_queries(SIGNED_IN + CLOCK + 2 + TRANSACTION + HOLD + 1 + 1 + CHANGE + 2):
        assert send(hers, url(), sheet).status_code == 302


def test_htmx_asks_for_the_sheet_once_more(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sheet = filled_in(hers.get(url())) | {time(task): "1:30"}
    with django_assert_num_queries(SIGNED_IN + CLOCK + 2 + TRANSACTION + HOLD + 1 + CHANGE + 2):
        assert send(hers, url(), sheet, htmx=True).status_code == 200


def test_a_refused_sheet_asks_a_fixed_number_of_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The page is drawn again with what is usual (2); for a stale one the entries are read anew too."""
    with django_assert_num_queries(SIGNED_IN + CLOCK + 2 + TRANSACTION + 2):
        assert send(hers, url(), {time(task): "abc"}).status_code == 422
    with django_assert_num_queries(SIGNED_IN + CLOCK + 2 + TRANSACTION + HOLD + 1 + 2):
        assert send(hers, url(), {time(task): "2h", was(task): "7 0:00"}).status_code == 409


def test_copying_a_day_asks_a_fixed_number_of_times(
    task: Task, nora: Owner, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The last logged day, both sheets (4), the transaction with the entries anew, a change."""
    nora.entries.between(TODAY - timedelta(days=1), TODAY).exclude(task=task).delete()
    days.save(nora, [days.Edit(task.pk, TODAY, 0)], via=EntryChange.Via.DAY, now=NOW)
    with django_assert_num_queries(SIGNED_IN + CLOCK + 1 + 4 + TRANSACTION + HOLD + 1 + 1 + CHANGE):
        assert hers.post(f"/day/{TODAY}/copy/").status_code == 302


def test_the_entries_of_a_day_ask_two_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The entries and the changes, each with its task."""
    with django_assert_num_queries(SIGNED_IN + 2):
        assert hers.get(f"/day/{TODAY}/entries/").status_code == 200


def test_a_note_asks_a_fixed_number_of_times(
    task: Task, nora: Owner, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The entry; the transaction, the owner's row, the entry anew, its change and its history."""
    entry = nora.entries.filter(task=task, day=TODAY).get()
    with django_assert_num_queries(SIGNED_IN + CLOCK + 1 + TRANSACTION + HOLD + 1 + 2):
        assert hers.post(f"/entry/{entry.pk}/note/", {"note": "Wedding"}).status_code == 302


# --- The week -------------------------------------------------------------------------
def test_the_page_of_a_week_asks_six_times_in_all(
    task: Task, nora: Owner, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Beside the session with its owner: the entries, the tasks; the worth of an hour, help, days off."""
    with django_assert_num_queries(6):
        assert hers.get("/week/2026-W42/").status_code == 200
    timers.start(nora, task, now=NOW - timedelta(minutes=20))
    with django_assert_num_queries(7):
        assert hers.get("/week/2026-W42/").status_code == 200


def test_the_pieces_of_a_week_ask_as_its_page_does(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(SIGNED_IN + 5):
        assert hers.get("/week/2026-W42/", headers={"HX-Request": "true"}).status_code == 200


def test_saving_a_week_asks_as_a_day_does(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sheet = filled_in(hers.get("/week/2026-W42/")) | {time(task): "1:30"}
    with django_assert_num_queries(SIGNED_IN + CLOCK + 2 + TRANSACTION + HOLD + 1 + CHANGE):
        assert send(hers, "/week/2026-W42/", sheet).status_code == 302


# --- Times as JSON ----------------------------------------------------------------------
@pytest.mark.parametrize("key", [None, "k1"])
def test_times_as_json_ask_a_fixed_number_of_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries, key: str | None
) -> None:
    edit = {"task": task.pk, "day": str(TODAY), "text": "1:30", "key": key}
    with django_assert_num_queries(SIGNED_IN + CLOCK + TRANSACTION + HOLD + 1 + CHANGE):
        answer = hers.post("/times/", json.dumps({"edits": [edit]}), content_type="application/json")
    assert answer.status_code == 200


# --- The timer --------------------------------------------------------------------------
def test_the_page_of_the_timer_asks_three_times_in_all(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The tasks to switch to."""
    with django_assert_num_queries(SIGNED_IN + CLOCK + 1):
        assert hers.get("/timer/").status_code == 200


def test_start_switch_and_stop_ask_a_fixed_number_of_times(
    task: Task,
    nora: Owner,
    hers: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """The task, the transaction, the timer that runs, the new one; a switch logs and removes the old one too."""
    best = nora.tasks.best_work().get()
    with django_assert_num_queries(SIGNED_IN + CLOCK + 1 + TRANSACTION + HOLD + 1 + 1):
        hers.post("/timer/start/", {"task": task.pk})
    Timer.objects.all().delete()
    timers.start(nora, task, now=NOW - timedelta(minutes=20))
    an_entry(task=best)
    with django_assert_num_queries(SIGNED_IN + CLOCK + 1 + TRANSACTION + HOLD + 1 + CHANGE + 1 + 1):
        hers.post("/timer/start/", {"task": best.pk})
    Timer.objects.all().delete()
    timers.start(nora, task, now=NOW - timedelta(minutes=20))
    with django_assert_num_queries(SIGNED_IN + CLOCK + TRANSACTION + HOLD + 1 + CHANGE + 1):
        hers.post("/timer/stop/")


# --- The tasks --------------------------------------------------------------------------
@pytest.mark.parametrize("versions", [0, 1, 20])
def test_the_page_of_a_task_asks_nine_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries, versions: int
) -> None:
    """
    The task, its levels, the names of these skills, all skills, the brief and the versions before it,
    the entries of four weeks, the weeks of half a year, and who has it.
    """
    for version in range(versions):
        briefs.write(task, steps=f"Version {version}", now=NOW)
    with django_assert_num_queries(SIGNED_IN + 9):
        assert hers.get(reverse("tasks:task", args=[task.pk])).status_code == 200


def test_the_page_of_a_retired_task_asks_seven_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The task, its levels, the names of these skills, the weeks, the brief, the versions before it, who has it."""
    briefs.write(task, steps="Sort.", now=NOW)
    routine.drop(task, TODAY)
    with django_assert_num_queries(SIGNED_IN + 7):
        assert hers.get(reverse("tasks:task", args=[task.pk])).status_code == 200


def test_a_version_of_a_brief_asks_two_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The task, the brief."""
    briefs.write(task, steps="Sort.", now=NOW)
    with django_assert_num_queries(SIGNED_IN + 2):
        assert hers.get(reverse("tasks:brief", args=[task.pk, 1])).status_code == 200


def test_a_refused_step_asks_a_fixed_number_of_times(
    task: Task, hers: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(SIGNED_IN + 1):
        assert hers.post(reverse("tasks:start_feel"), {"x": "1"}).status_code == 422
    with django_assert_num_queries(SIGNED_IN + 3):
        assert hers.post(reverse("tasks:start_routine"), {"new_time": "1h"}).status_code == 422
