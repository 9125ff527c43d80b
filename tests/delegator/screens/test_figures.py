"""One week of the demo owner, worked out by hand: every page, the spreadsheet and the email say the same."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from delegator.summary import weekly
from tasks import durations
from tasks.models import Owner, TimeEntry
from tasks.weeks import Week
from tests.delegator.pages import Page, read
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
# Thursday 15 October 2026; the week looked at is the one before.
NOW = datetime(2026, 10, 15, 21, 30, tzinfo=UTC)
WEEK = Week(2026, 41)
HOUR_VALUE = Decimal(80)


@pytest.fixture
def demo() -> Owner:
    with standing_at(NOW):
        call_command("demo", stdout=StringIO())
    return Owner.objects.get(email="nora@example.com")


@pytest.fixture
def seconds(demo: Owner) -> dict[str, int]:
    """By task, added up entry by entry."""
    by_task: dict[str, int] = defaultdict(int)
    for entry in TimeEntry.objects.filter(owner=demo, day__range=(WEEK.first, WEEK.last)).select_related("task"):
        by_task[entry.task.name] += entry.seconds
    assert len(by_task) == 7
    return dict(by_task)


def get(owner: Owner, path: str) -> Page:
    client = Client()
    with standing_at(NOW):
        client.force_login(owner)
        return read(client.get(path))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def worth(seconds: dict[str, int]) -> Decimal:
    """Of the routine, each task rounded to the cent."""
    routine = {task: spent for task, spent in seconds.items() if task != "Garden design"}
    return sum((cents(HOUR_VALUE * spent / 3600) for spent in routine.values()), Decimal(0))


def test_the_report_says_what_the_entries_add_up_to(demo: Owner, seconds: dict[str, int]) -> None:
    report = get(demo, f"/reports/?from={WEEK}&to={WEEK}")
    total, best = sum(seconds.values()), seconds["Garden design"]
    clocks = [durations.clock(each) for each in (total, best, total - best)]
    hours = "All hours {} Best work {} Routine {}".format(*clocks)
    assert f"{hours} The routine was worth ${worth(seconds):,.2f}" in report.text


def test_the_spreadsheet_adds_up_to_the_same(demo: Owner, seconds: dict[str, int]) -> None:
    client = Client()
    client.force_login(demo)
    answer = client.get(f"/reports/report.csv?from={WEEK}&to={WEEK}").content.decode("utf-8-sig")
    lines = list(csv.DictReader(StringIO(answer)))
    assert {line["Task"]: int(line["Seconds"]) for line in lines} == seconds
    assert sum(Decimal(line["Worth"] or 0) for line in lines) == worth(seconds)


def test_the_week_page_and_home_have_the_same_hours(demo: Owner, seconds: dict[str, int]) -> None:
    total, best = sum(seconds.values()), seconds["Garden design"]
    assert durations.clock(total) in get(demo, f"/week/{WEEK}/").text
    assert f"5 Oct {durations.clock(best)}" in get(demo, "/").text


def test_routine_has_the_same_hours_and_their_worth(demo: Owner, seconds: dict[str, int]) -> None:
    routine = sum(seconds.values()) - seconds["Garden design"]
    whole = (HOUR_VALUE * routine / 3600).quantize(Decimal(1), ROUND_HALF_UP)
    said = f"{durations.hours(routine)} last week, worth ${whole:,} of your time."
    assert said in get(demo, "/routine/").text


def test_the_weekly_email_has_the_same_hours(demo: Owner, seconds: dict[str, int]) -> None:
    facts = weekly.facts(demo, WEEK, NOW)
    assert {bar["name"]: bar["hours"] for bar in facts["bars"]} == {
        task: durations.hours(spent) for task, spent in seconds.items()
    }


def test_home_and_the_page_of_the_hand_off_say_that_the_same_was_won_back(demo: Owner) -> None:
    (running,) = demo.handoffs.agreed()
    there, home = get(demo, f"/hand-offs/{running.pk}/"), get(demo, "/")
    won, worth, paid = (there.figure(label) for label in ("Won back", "Worth", "Cost"))
    assert f"{won} Worth {worth} Cost of help {paid}" in home.text
