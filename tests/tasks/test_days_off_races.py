"""Days off that two pages take at the same instant, and how many there may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from tasks import workdays
from tasks.models import DayOff, Owner
from tests.delegator.at_once import at_once, real_database
from tests.factories import TODAY

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = range(6)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def shared(nora: Owner, tmp_path: Path) -> Iterator[None]:
    with real_database(tmp_path):
        # The first connection to a new file of SQLite sets its journal, which two cannot do at once.
        connection.ensure_connection()
        yield


def take(owner: Owner, day: date) -> bool:
    """As the page does it; False if there are too many."""
    try:
        with transaction.atomic():
            workdays.take_off(owner, day, day, "Holiday")
    except workdays.TooMany:
        return False
    return True


@pytest.mark.parametrize("turn", ROUNDS)
def test_many_presses_of_the_button_leave_one(nora: Owner, turn: int) -> None:
    outcomes = at_once(*[lambda: take(nora, TODAY)] * 6)
    assert outcomes == [True] * 6
    assert DayOff.objects.count() == 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_of_two_at_once_the_last_place_takes_one(nora: Owner, turn: int) -> None:
    days = [TODAY + n * DAY for n in range(workdays.MOST_DAYS_OFF - 1)]
    DayOff.objects.bulk_create([DayOff(owner=nora, first=day, last=day) for day in days])
    outcomes = at_once(lambda: take(nora, TODAY - DAY), lambda: take(nora, TODAY - 2 * DAY))
    assert sorted(map(bool, outcomes)) == [False, True]
    assert nora.days_off.count() == workdays.MOST_DAYS_OFF
