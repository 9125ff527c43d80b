"""Week totals beside what the entries add up to: what is off is found, told and mended."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from tasks import rollups
from tasks.durations import HOUR
from tasks.models import Owner, WeekTotal
from tasks.rollups import NOTHING, Difference, Total
from tests.factories import TODAY, a_task, an_entry

from .world import IMPORT, TIMER, TYPED

MONDAY = date(2026, 10, 12)
WEEK = timedelta(days=7)
MONDAY_ONLY, THURSDAY_ONLY = 1, 8
ALL_WELL = "Every week total is what its entries add up to\n"


@pytest.fixture
def off(nora: Owner) -> list[Difference]:
    """One total is wrong, one is missing, one is superfluous, one forgot its days, and one is as it should be."""
    wrong, missing, right, empty, forgotten = (a_task(owner=nora) for _ in range(5))
    for source in (TYPED, TIMER, IMPORT):
        an_entry(task=wrong, source=source)
    for task in (missing, right, forgotten):
        an_entry(task=task, day=TODAY - WEEK)
    wrong.week_totals.update(seconds=5)
    forgotten.week_totals.update(days=MONDAY_ONLY)
    missing.week_totals.all().delete()
    WeekTotal.objects.create(owner=nora, task=empty, monday=MONDAY + WEEK, seconds=7)
    return [
        Difference(nora.pk, wrong.pk, MONDAY, kept=Total(5, THURSDAY_ONLY), counted=Total(3 * HOUR, THURSDAY_ONLY)),
        Difference(nora.pk, missing.pk, MONDAY - WEEK, kept=NOTHING, counted=Total(HOUR, THURSDAY_ONLY)),
        Difference(nora.pk, empty.pk, MONDAY + WEEK, kept=Total(7, 0), counted=NOTHING),
        Difference(nora.pk, forgotten.pk, MONDAY - WEEK, Total(HOUR, MONDAY_ONLY), Total(HOUR, THURSDAY_ONLY)),
    ]


def checked(*args: str) -> str:
    out = StringIO()
    call_command("check_rollups", *args, stdout=out)
    return out.getvalue()


def test_totals_kept_by_the_app_are_right(nora: Owner) -> None:
    task = a_task(owner=nora)
    for day in range(20):
        an_entry(task=task, day=TODAY + timedelta(days=day), seconds=day + 1)
    assert list(rollups.differences(nora)) == []
    assert nora.week_totals.count() == 4


def test_a_total_that_is_wrong_missing_or_superfluous_is_found(nora: Owner, off: list[Difference]) -> None:
    assert list(rollups.differences(nora)) == off


def test_another_owners_totals_are_theirs(nora: Owner, bea: Owner, off: list[Difference]) -> None:
    an_entry(task=a_task(owner=bea))
    bea.week_totals.update(seconds=5)
    assert [each.owner_id for each in rollups.differences(bea)] == [bea.pk]
    assert rollups.mend(bea) == 1
    assert (list(rollups.differences(bea)), list(rollups.differences(nora))) == ([], off)


def test_mending_makes_them_right_and_leaves_entries_and_the_rest_alone(nora: Owner, off: list[Difference]) -> None:
    entries = sorted(nora.entries.values_list())
    assert rollups.mend(nora) == 4
    assert list(rollups.differences(nora)) == []
    assert rollups.mend(nora) == 0
    assert sorted(nora.entries.values_list()) == entries
    totals = nora.week_totals.filter(seconds__gt=0).order_by("task").values_list("seconds", flat=True)
    assert list(totals) == [3 * HOUR, HOUR, HOUR, HOUR]


def test_after_mending_totals_are_kept_on(nora: Owner, off: list[Difference]) -> None:
    rollups.mend(nora)
    for each in off:
        an_entry(task=nora.tasks.get(pk=each.task_id), day=each.monday + timedelta(days=6))
    assert list(rollups.differences(nora)) == []


def test_the_totals_of_an_owner_are_compared_in_two_queries(
    nora: Owner, off: list[Difference], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        an_entry(task=a_task(owner=nora))
    transaction_and_hold = 3 if connection.features.has_select_for_update else 2
    with django_assert_num_queries(2 + transaction_and_hold):
        assert list(rollups.differences(nora)) == off


# --- The command --------------------------------------------------------------------
def test_the_command_is_content_with_right_totals(nora: Owner) -> None:
    assert checked() == ALL_WELL
    an_entry(task=a_task(owner=nora))
    assert checked() == checked("--mend") == ALL_WELL


def test_the_command_tells_what_is_off_ends_badly_and_changes_nothing(nora: Owner, off: list[Difference]) -> None:
    out = StringIO()
    with pytest.raises(CommandError) as end:
        call_command("check_rollups", stdout=out)
    assert str(end.value) == "4 week totals are off; `check_rollups --mend` writes them anew"
    assert end.value.returncode == 1
    wrong, missing, empty, forgotten = off
    assert out.getvalue().splitlines() == [
        f"owner {nora.pk}, task {wrong.task_id}, week of 2026-10-12: 5 s on Thu kept, 10800 s on Thu logged",
        f"owner {nora.pk}, task {missing.task_id}, week of 2026-10-05: 0 s on no day kept, 3600 s on Thu logged",
        f"owner {nora.pk}, task {empty.task_id}, week of 2026-10-19: 7 s on no day kept, 0 s on no day logged",
        f"owner {nora.pk}, task {forgotten.task_id}, week of 2026-10-05: 3600 s on Mon kept, 3600 s on Thu logged",
    ]
    assert list(rollups.differences(nora)) == off


def test_the_command_mends_every_owner_when_asked_to(nora: Owner, bea: Owner, off: list[Difference]) -> None:
    an_entry(task=a_task(owner=bea))
    bea.week_totals.all().delete()
    assert checked("--mend").endswith("\n5 week totals mended\n")
    assert checked() == ALL_WELL
