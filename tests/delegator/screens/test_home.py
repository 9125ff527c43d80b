"""Home: what a visitor reads, where the weeks went, and what waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from delegator.screens import home
from tasks.durations import HOUR
from tasks.models import Owner, Task
from tasks.weeks import Week
from tests import factories
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY

THIS_WEEK = Week.of(TODAY)


def page(client: Client, owner: Owner, now: datetime = NOW) -> Page:
    with time_machine.travel(now, tick=False):
        client.force_login(owner)
        response = client.get("/")
    assert response.status_code == 200
    return read(response)


def log(task: Task, back: int, hours: float, *, days: int = 3) -> None:
    """So many hours in the week that many weeks back, spread over its first days."""
    for n in range(days):
        day = THIS_WEEK.back(back).first + timedelta(days=n)
        factories.an_entry(task=task, day=day, seconds=int(hours * HOUR / days))


# --- Signed out --------------------------------------------------------------
@pytest.mark.django_db
def test_a_visitor_reads_the_idea_and_can_begin(client: Client) -> None:
    response = client.get("/")
    landing = read(response)
    assert response.status_code == 200
    assert landing.heading == "Hand off what you loathe. Keep what you excel at."
    assert landing.href("Start with your own day") == reverse("account_signup")
    assert landing.href("Sign in") == reverse("account_login")


@pytest.mark.django_db
def test_the_landing_page_asks_the_database_nothing(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert len(asked) == 0


# --- The page around it ------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("utc", "greeting", "day"),
    [
        ("2026-10-15T07:00", "Good morning, Nora", "Thursday 15 October"),
        ("2026-10-15T18:59", "Good morning, Nora", "Thursday 15 October"),
        ("2026-10-15T19:00", "Good afternoon, Nora", "Thursday 15 October"),
        ("2026-10-16T01:00", "Good evening, Nora", "Thursday 15 October"),
    ],
)
def test_it_greets_by_the_clock_of_the_owner(client: Client, nora: Owner, utc: str, greeting: str, day: str) -> None:
    home = page(client, nora, datetime.fromisoformat(f"{utc}+00:00"))
    assert home.heading == greeting
    assert day in home.text


@pytest.mark.django_db
def test_names_and_visions_are_shown_as_typed_and_never_run(client: Client, nora: Owner) -> None:
    nora.vision = nora.name = "<script>alert(1)</script>"
    nora.save()
    with time_machine.travel(NOW, tick=False):
        client.force_login(nora)
        html = client.get("/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.django_db
def test_offers_without_an_answer_wait_below_with_todays_sheet(client: Client, nora: Owner, bea: Owner) -> None:
    task = factories.a_task(owner=nora, name="Email")
    factories.an_offer(owner=nora, task=task)
    factories.a_draft(owner=nora, task=factories.a_task(owner=nora, name="Only a draft"))
    factories.a_running_offer(owner=nora, task=factories.a_task(owner=nora, name="It runs"))
    factories.an_offer(owner=bea, task=factories.a_task(owner=bea, name="Nothing of Nora’s"))
    factories.an_entry(task=task, seconds=90 * 60)
    home = page(client, nora)
    assert "Email, to Ana" in home.text
    assert "1:30 of 8:00 logged. Waiting for you" in home.text
    assert len(home.all("a", "stretch")) == 2
    assert "Nothing of Nora’s" not in home.text
    factories.an_entry(task=factories.a_task(owner=nora), seconds=int(6.5 * HOUR))
    assert "8:00 of 8:00 logged. Logged" in page(client, nora).text


# --- Where the weeks went ----------------------------------------------------
@pytest.mark.django_db
def test_before_the_first_entry_it_says_where_the_chart_will_start(client: Client, nora: Owner) -> None:
    factories.a_task(owner=nora)
    home = page(client, nora)
    assert "Log today and it starts here." in home.text
    assert home.href("Open today’s sheet") == reverse("tasks:today")
    assert not home.all("table")


def heading(owner: Owner) -> str:
    return str(home._home(owner, NOW)["heading"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (6, 9, "More of your week is your best work"),
        (9, 6, "Less of your week is your best work"),
        (6, 6, "As much of your week is your best work as before"),
        # A point of a hundred is chance.
        (6, 6.1, "As much of your week is your best work as before"),
    ],
)
def test_the_chart_says_whether_best_work_grows(nora: Owner, then: float, now: float, said: str) -> None:
    design, email = factories.the_best_work(owner=nora), factories.a_task(owner=nora)
    for back, hours in ((5, then), (1, now)):
        log(design, back, hours)
        log(email, back, 12 - hours)
    assert heading(nora) == said


@pytest.mark.django_db
def test_this_week_and_weeks_of_two_days_say_nothing(nora: Owner) -> None:
    design, email = factories.the_best_work(owner=nora), factories.a_task(owner=nora)
    log(email, 3, 9)
    log(design, 2, 9, days=2)
    log(design, 0, 9)
    assert heading(nora) == "Where your weeks go"
    log(design, 1, 9)
    assert heading(nora) == "More of your week is your best work"


@pytest.mark.django_db
def test_each_week_is_a_bar_with_best_work_routine_and_help(nora: Owner) -> None:
    design, books = factories.the_best_work(owner=nora), factories.a_task(owner=nora)
    offer = factories.a_running_offer(owner=nora, task=books)
    log(design, 1, 12)
    log(books, 1, 3)
    log(books, 0, 1.5)
    factories.some_hours(offer=offer, day=THIS_WEEK.back().first, seconds=4 * HOUR, note="", now=NOW)
    # The weeks before the first log are none of hers.
    last, this = home._home(nora, NOW)["bars"]
    hours = "12 h best work, 3 h routine, 4 h handed off"
    assert (last.label, last.sentence) == ("5 Oct", f"{hours}. 3 of 5 work days logged.")
    assert (this.label, this.sentence[:48]) == ("This week", "0 h best work, 1.5 h routine, 0 h handed off. 3 ")


@pytest.mark.django_db
def test_what_was_won_back_its_worth_and_the_pay_stand_below(client: Client, nora: Owner) -> None:
    books = factories.a_task(owner=nora, name="Record keeping")
    factories.two_measured_weeks(task=books)
    # It took 5 h a week; the log of last week says 1 h, and a quarter of an hour goes to answering and checking.
    offer = factories.a_running_offer(owner=nora, task=books)
    log(books, 1, 1)
    factories.some_hours(offer=offer, day=THIS_WEEK.back().first, seconds=3 * HOUR, note="", now=NOW)
    offer.terms.starts_on = THIS_WEEK.back(2).first
    offer.terms.save()
    home = page(client, nora)
    assert home.figure("Won back since 28 Sep") == "3.75 h"
    assert home.figure("Worth") == "$300"
    assert home.figure("Cost of help") == "$54"


@pytest.mark.django_db
def test_a_task_that_was_not_measured_before_is_named_and_not_counted(client: Client, nora: Owner) -> None:
    books = factories.a_task(owner=nora, name="Record keeping")
    offer = factories.a_running_offer(owner=nora, task=books)
    log(books, 1, 1)
    factories.some_hours(offer=offer, day=THIS_WEEK.back().first, seconds=3 * HOUR, note="", now=NOW)
    home = page(client, nora)
    said = "What you win back of record keeping is not counted, since your log has no two weeks of it from before."
    assert f"{said} Help has cost $54 since 26 Oct." in home.text
    assert "Won back since" not in home.text
    other = factories.a_task(owner=nora, name="Email")
    factories.two_measured_weeks(task=other)
    factories.a_running_offer(owner=nora, task=other, assistant=offer.assistant)
    both = page(client, nora)
    assert "Won back since" in both.text
    assert "Not counted: record keeping, since your log has no two weeks of it from before." in both.text


@pytest.mark.django_db
def test_where_won_hours_went_is_said_in_three_numbers(client: Client, nora: Owner) -> None:
    best, books = factories.the_best_work(owner=nora), factories.a_task(owner=nora)
    offer = factories.a_running_offer(owner=nora, task=books)
    offer.terms.starts_on = THIS_WEEK.back(2).first
    offer.terms.save()
    for back, design, kept in ((4, 9, 6), (3, 9, 6), (2, 12, 0), (1, 12, 0)):
        log(best, back, design)
        if kept:
            log(books, back, kept)
    home = page(client, nora)
    assert "You spend 6 h a week less on what you handed off." in home.text
    assert "Since then, a week: More garden design 3 h More of other routine 0 h Less work in all 3 h" in home.text


@pytest.mark.django_db
def test_a_week_says_how_much_of_it_was_logged_where_that_is_not_all(client: Client, nora: Owner) -> None:
    email = factories.a_task(owner=nora)
    log(email, 2, 10, days=5)
    log(email, 1, 6, days=3)
    home = page(client, nora)
    assert "3 of 5 days" in home.text
    assert "5 of 5 days" not in home.text
    said = [tag.attrs["aria-label"] for tag in home.all("svg", "blocks")]
    assert said[-2].endswith("handed off. 3 of 5 work days logged.")
    nora.days_off.create(first=THIS_WEEK.back().first + timedelta(days=3), last=THIS_WEEK.back().last)
    assert "3 of 5 days" not in page(client, nora).text


@pytest.mark.django_db
def test_the_times_beside_the_bars_have_a_head_that_can_be_seen(client: Client, nora: Owner) -> None:
    log(factories.the_best_work(owner=nora), 1, 9)
    home = page(client, nora)
    heads = [tag for tag in home.all("th") if tag.attrs.get("scope") == "col"]
    assert not any("visually-hidden" in tag.attrs.get("class", "") for tag in (*heads, *home.all("thead")))
    assert "Week from Split Best work 5 Oct" in home.text


@pytest.mark.django_db
def test_the_day_of_the_vision_stands_beside_it(client: Client, nora: Owner) -> None:
    nora.vision, nora.vision_by = "Twelve gardens a year.", date(2027, 6, 1)
    nora.save()
    assert "Twelve gardens a year. By 1 June 2027" in page(client, nora).text


def queries(owner: Owner) -> int:
    with CaptureQueriesContext(connection) as asked:
        page(Client(), owner)
    return len(asked)


def a_full_desk(owner: Owner, size: int) -> None:
    for n in range(size):
        task = factories.a_task(owner=owner, name=f"Task {n}", loathe=1 + n % 5, excel=1 + n % 3)
        factories.a_task(owner=owner, name=f"Other {n}")
        for back in range(4):
            log(task, back, 2)
        offer = factories.a_running_offer(owner=owner, task=task)
        factories.some_hours(offer=offer, day=THIS_WEEK.back().first, seconds=HOUR, note="", now=NOW)
        factories.an_offer(owner=owner, reply_by=NOW + timedelta(days=4), task=task)


@pytest.mark.django_db
def test_it_asks_the_database_as_often_for_much_as_for_little(nora: Owner, bea: Owner) -> None:
    for owner, size in ((nora, 1), (bea, 6)):
        factories.the_best_work(owner=owner)
        a_full_desk(owner, size)
    assert queries(bea) == queries(nora)
