"""The Routine page: the matrix, its table by quadrant, last week's hours and the scores."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistants.handoff import sweeps
from tasks import owners, scores
from tasks.durations import HOUR
from tasks.models import Owner, Task
from tasks.weeks import Week
from tests import factories
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY

LAST_WEEK = Week.of(TODAY).back()
pytestmark = pytest.mark.django_db


def page(owner: Owner, on: date | str = "", *, status: int = 200) -> Page:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(owner)
        response = client.get("/routine/", {"on": str(on)} if on else {})
    assert response.status_code == status
    return read(response)


def log(task: Task, week: Week, hours: int) -> None:
    factories.an_entry(task=task, day=week.first, seconds=hours * HOUR)


def table(read: Page) -> list[list[str]]:
    """The rows of the table beside the matrix, group headings as rows of one cell."""
    rows: list[list[str]] = []
    for tag in read.tags[read.tags.index(read.all("tbody")[0]) :]:
        if tag.name == "tr":
            rows.append([])
        elif tag.name in ("th", "td") and rows:
            rows[-1].append(tag.text)
    return rows


def test_a_visitor_signs_in_first_and_then_comes_here(client: Client, nora: Owner) -> None:
    response = client.get("/routine/")
    assert response.headers["Location"] == "/sign-in/?next=/routine/"
    signed_in = client.post(
        response.headers["Location"], {"login": nora.email, "password": factories.PASSWORD, "next": "/routine/"}
    )
    assert signed_in.headers["Location"] == "/routine/"


def test_without_tasks_it_asks_for_them(nora: Owner) -> None:
    empty = page(nora)
    assert empty.href("Write down your routine") == "/start/routine/"
    assert not empty.all("table")


def test_tasks_stand_in_their_quadrant_most_hours_first(nora: Owner) -> None:
    for name, loathe, excel, hours in [
        ("Sales", 2, 4, 2),
        ("Email", 4, 2, 1),
        ("Record keeping", 5, 1, 3),
        ("Social posts", 4, 4, 1),
        ("Plant orders", 2, 3, 1),
    ]:
        factories.a_task(owner=nora, name=name, loathe=loathe, excel=excel, hours=hours)
    factories.the_best_work(owner=nora)
    assert table(page(nora)) == [
        ["Hand off first"],
        ["Record keeping", "5", "1", "15 h"],
        ["Email", "4", "2", "5 h"],
        ["Teach it"],
        ["Social posts", "4", "4", "5 h"],
        ["Hand off next"],
        ["Plant orders", "2", "3", "5 h"],
        ["Keep"],
        ["Sales", "2", "4", "10 h"],
    ]


def test_unscored_tasks_are_named_first_to_score_and_not_drawn(nora: Owner) -> None:
    factories.a_task(owner=nora, name="Email", hours=5)
    factories.a_task(owner=nora, name="SEO", loathe=None, excel=None, hours=1)
    drawn = page(nora)
    assert "Not scored yet, so not drawn: SEO." in drawn.text
    assert len(drawn.all("circle", "bub")) == 1
    assert [tag.text for tag in drawn.all("h3")] == ["SEO", "Email"]


def test_with_no_score_at_all_there_is_no_matrix(nora: Owner) -> None:
    factories.a_task(owner=nora, loathe=None, excel=None)
    assert not page(nora).all("circle", "bub")


def test_last_weeks_routine_is_worth_what_an_hour_was_worth_then(nora: Owner) -> None:
    email, sales = factories.a_task(owner=nora), factories.a_task(owner=nora)
    log(email, LAST_WEEK, 3)
    log(sales, LAST_WEEK, 2)
    log(email, LAST_WEEK.back(), 9)
    log(factories.the_best_work(owner=nora), LAST_WEEK, 7)
    owners.set_hour_value(nora, Decimal(100), TODAY)
    assert "5 h last week, worth $400 of your time. 1 of 5 work days logged." in page(nora).text


def test_until_a_week_is_logged_the_estimate_speaks(nora: Owner) -> None:
    log(factories.a_task(owner=nora), Week.of(TODAY), 3)
    assert "By your own estimate, until the first week is logged." in page(nora).text


def test_a_task_that_is_handed_off_keeps_its_size_and_names_its_helper(nora: Owner) -> None:
    books = factories.a_task(owner=nora, name="Record keeping", hours=2)
    factories.a_running_offer(owner=nora, task=books)
    log(books, LAST_WEEK, 1)
    drawn = page(nora)
    # It took 300 minutes a week when it was agreed, and 1 h last week.
    assert len(drawn.all("circle", "out")) == 1
    assert "5 h, Ana" in drawn.text
    assert ["Record keeping", "5", "1", "1 h"] in table(drawn)
    assert "Ana has it. Still yours: 1 h a week by your log, $80 of your time." in drawn.text


def test_a_task_no_longer_done_and_another_owners_are_not_there(nora: Owner, bea: Owner) -> None:
    factories.a_task(owner=nora, name="Email")
    retired = factories.a_task(owner=nora, name="Fax")
    retired.retired_on = TODAY
    retired.save()
    factories.a_task(owner=bea, name="Invoices of Bea")
    seen = page(nora)
    assert [row[0] for row in table(seen)] == ["Hand off first", "Email"]
    assert "Off your list Fax since 15 October 2026" in seen.text
    assert "Invoices of Bea" not in seen.text


def test_saving_scores_brings_back_here_with_a_word(client: Client, nora: Owner) -> None:
    task = factories.a_task(owner=nora, loathe=None, excel=None)
    client.force_login(nora)
    form = read(client.get("/routine/"))
    assert "/routine/scores/" in [tag.attrs.get("action") for tag in form.all("form")]
    saved = client.post("/routine/scores/", {f"loathe-{task.pk}": 4, f"excel-{task.pk}": 2}, follow=True)
    assert saved.redirect_chain == [("/routine/", 302)]
    assert "Your scores are saved." in read(saved).text
    task.refresh_from_db()
    assert (task.loathe, task.excel) == (4, 2)


# --- The table beside the drawing ------------------------------------------------------
def test_what_drains_most_comes_first_and_then_what_takes_most(nora: Owner) -> None:
    factories.a_task(owner=nora, name="Email", loathe=3, excel=3, hours=2)
    factories.a_task(owner=nora, name="Books", loathe=5, excel=1, hours=2)
    factories.a_task(owner=nora, name="Calls", loathe=3, excel=3, hours=3)
    assert [row[0] for row in table(page(nora))] == ["Hand off first", "Books", "Calls", "Email"]


def test_a_name_without_room_is_its_number_in_drawing_and_table(nora: Owner) -> None:
    long = "Answering every single question about delivery and plant care"
    factories.a_task(owner=nora, name=long, hours=1)
    factories.a_task(owner=nora, name="Email", hours=2)
    drawn = page(nora)
    assert [row[0] for row in table(drawn)] == ["Hand off first", "Email", f"2 {long}"]
    assert "2" in [tag.text for tag in drawn.all("text", "lab")]


def test_hours_say_whether_the_log_the_estimate_or_both_speak(nora: Owner) -> None:
    both, log_alone = factories.a_task(owner=nora, hours=1), factories.a_task(owner=nora)
    Task.objects.filter(pk=log_alone.pk).update(seconds_least=None, seconds_most=None)
    factories.a_task(owner=nora, hours=3)
    for task in (both, log_alone):
        log(task, LAST_WEEK, 2)
    text = page(nora).text
    # One week of 2 h beside 5 h that weigh as two; the week alone; 15 h, beside a week of nothing.
    assert "It takes 4 h a week by your log and your estimate, $320 of your time." in text
    assert "It takes 2 h a week by your log, $160 of your time." in text
    assert "It takes 10 h a week by your log and your estimate, $800 of your time." in text


def test_what_was_said_stands_as_it_was_said_until_a_week_is_logged(nora: Owner) -> None:
    factories.a_task(owner=nora, hours=3)
    assert "It takes 15 h a week by your estimate, $1,200 of your time." in page(nora).text


def test_what_is_agreed_and_has_not_started_is_still_the_owners(nora: Owner) -> None:
    books = factories.a_task(owner=nora, name="Books", hours=1)
    offer = factories.an_accepted_offer(owner=nora, task=books)
    before = page(nora)
    assert "Ana takes it from 26 October. It takes 5 h a week by your estimate, $400 of your time." in before.text
    assert not before.all("circle", "out")
    sweeps.start(offer, now=NOW)
    begun = page(nora)
    assert "Ana has it." in begun.text
    assert begun.all("circle", "out")


def test_what_was_taken_off_the_list_since_still_counts_for_last_week(nora: Owner) -> None:
    email = factories.a_task(owner=nora)
    log(email, LAST_WEEK, 3)
    log(factories.a_task(owner=nora), LAST_WEEK, 1)
    Task.objects.filter(pk=email.pk).update(retired_on=TODAY)
    assert "4 h last week, worth $320 of your time." in page(nora).text


def test_what_must_stay_says_why(nora: Owner) -> None:
    factories.a_task(owner=nora, only_me=True, only_me_reason="clients want my voice")
    assert "It must stay with you: clients want my voice." in page(nora).text


# --- Money and energy ------------------------------------------------------------------
def test_without_any_amount_there_is_no_second_view(nora: Owner) -> None:
    factories.a_task(owner=nora)
    assert "By money and energy" not in page(nora).text


def test_the_second_view_groups_by_money_and_energy_and_says_why_it_differs(nora: Owner) -> None:
    factories.a_task(owner=nora, name="Email", loathe=4, excel=2, hour_earns=Decimal(20))
    factories.a_task(owner=nora, name="Sales", loathe=2, excel=4, hour_earns=Decimal(40))
    text = page(nora).text
    assert "Delegate Earns less than your hour and drains you. Email 4 $20" in text
    assert "Invest Earns less than your hour, and you like it" in text
    assert (
        "By your scores it is “keep”, since you excel at it (4). An hour of it earns $40, less than your $80." in text
    )


# --- A day of the past -----------------------------------------------------------------
def test_a_past_day_shows_the_scores_of_then(nora: Owner) -> None:
    task = factories.a_task(owner=nora, name="Email", loathe=None, excel=None)
    for days_ago, loathe, excel in ((60, 5, 1), (20, 2, 4)):
        scores.give(task, loathe=loathe, excel=excel, now=NOW - timedelta(days=days_ago))
    assert [row[:3] for row in table(page(nora))] == [["Keep"], ["Email", "2", "4"]]
    then = page(nora, TODAY - timedelta(days=30))
    assert [row[:3] for row in table(then)] == [["Hand off first"], ["Email", "5", "1"]]
    assert "Routine on 15 September 2026" in then.text
    assert not [tag for tag in then.all("form") if tag.attrs.get("action") == "/routine/scores/"]
    assert "Nothing was scored by then" in page(nora, TODAY - timedelta(days=61)).text


def test_the_score_of_a_day_counts_on_that_day(nora: Owner) -> None:
    task = factories.a_task(owner=nora, name="Email", loathe=None, excel=None)
    scores.give(task, loathe=5, excel=1, now=NOW - timedelta(days=60))
    assert table(page(nora, TODAY - timedelta(days=60)))[1][:3] == ["Email", "5", "1"]


def test_a_task_retired_since_is_there_on_the_days_before(nora: Owner) -> None:
    task = factories.a_task(owner=nora, name="Fax", loathe=None, excel=None)
    scores.give(task, loathe=5, excel=1, now=NOW - timedelta(days=60))
    Task.objects.update(retired_on=TODAY - timedelta(days=10))
    assert table(page(nora, TODAY - timedelta(days=11)))[1][0] == "Fax"
    assert "Nothing was scored by then" in page(nora, TODAY - timedelta(days=10)).text


def test_a_past_day_knows_who_helped_then(nora: Owner) -> None:
    books = factories.a_task(owner=nora, name="Books", loathe=None, excel=None)
    scores.give(books, loathe=5, excel=1, now=NOW - timedelta(days=400))
    factories.a_running_offer(owner=nora, task=books)
    assert page(nora).all("circle", "out")
    assert not page(nora, TODAY - timedelta(days=300)).all("circle", "out")


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (TODAY + timedelta(days=1), "That day is still to come."),
        ("yesterday", "Write the day as 2026-03-02."),
        ("0001-01-01", "That year is too far away."),
    ],
)
def test_a_day_that_cannot_be_shown_says_why_and_keeps_what_was_typed(nora: Owner, on: date | str, why: str) -> None:
    factories.a_task(owner=nora)
    read = page(nora, on, status=422)
    assert why in read.text
    assert str(on) in [tag.attrs.get("value") for tag in read.all("input")]


def test_today_is_no_past_day(nora: Owner) -> None:
    factories.a_task(owner=nora)
    assert "Your scores" in page(nora, TODAY).text


# --- Scores that stand for long --------------------------------------------------------
def test_scores_older_than_a_quarter_are_asked_about_until_they_are_confirmed(nora: Owner, hers: Client) -> None:
    task = factories.a_task(owner=nora, loathe=None, excel=None)
    scores.give(task, loathe=5, excel=1, now=NOW - timedelta(days=89))
    assert "Do they still hold?" not in page(nora).text
    task.scores.update(scored_at=NOW - timedelta(days=90))
    assert "These scores stand since 17 July 2026. Do they still hold?" in page(nora).text
    with time_machine.travel(NOW, tick=False):
        assert hers.post("/routine/hold/").status_code == 302
    assert "Do they still hold?" not in page(nora).text
    nora.refresh_from_db()
    assert nora.scores_checked_on == TODAY


def test_scores_saved_as_they_are_count_as_confirmed(nora: Owner, hers: Client) -> None:
    task = factories.a_task(owner=nora, loathe=None, excel=None)
    scores.give(task, loathe=5, excel=1, now=NOW - timedelta(days=120))
    with time_machine.travel(NOW, tick=False):
        hers.post("/routine/scores/", {f"loathe-{task.pk}": 5, f"excel-{task.pk}": 1})
    assert "Do they still hold?" not in page(nora).text


def test_it_asks_the_database_as_often_for_much_as_for_little(nora: Owner, bea: Owner) -> None:
    for owner, size in ((nora, 1), (bea, 7)):
        for _ in range(size):
            task = factories.a_task(owner=owner)
            factories.a_task(owner=owner, loathe=None, excel=None)
            factories.a_running_offer(owner=owner, task=task)
            log(task, LAST_WEEK, 1)
            log(task, LAST_WEEK.back(), 1)
    # The session; tasks; usual weeks, days; worth; hand-offs; since when the scores stand; days off.
    assert queries(bea) == queries(nora) == 8
    assert queries(bea, TODAY - timedelta(days=7)) == queries(nora, TODAY - timedelta(days=7))


def queries(owner: Owner, on: date | str = "") -> int:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(owner)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/routine/", {"on": str(on)} if on else {}).status_code == 200
    return len(asked)
