"""The Routine page: the matrix, its table by quadrant, last week's hours and the scores."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks import owners
from tasks.durations import HOUR
from tasks.models import Owner, Task
from tasks.weeks import Week
from tests import factories
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY

LAST_WEEK = Week.of(TODAY).back()
pytestmark = pytest.mark.django_db


def page(owner: Owner) -> Page:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(owner)
        response = client.get("/routine/")
    assert response.status_code == 200
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
    assert "5 h last week, worth $400 of your time." in page(nora).text


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
    assert "1 h, $80, with Ana" in drawn.text


def test_a_task_no_longer_done_and_another_owners_are_not_there(nora: Owner, bea: Owner) -> None:
    factories.a_task(owner=nora, name="Email")
    retired = factories.a_task(owner=nora, name="Fax")
    retired.retired_on = TODAY
    retired.save()
    factories.a_task(owner=bea, name="Invoices of Bea")
    seen = page(nora).text
    assert "Email" in seen
    assert "Fax" not in seen
    assert "Invoices of Bea" not in seen


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


def test_it_asks_the_database_as_often_for_much_as_for_little(nora: Owner, bea: Owner) -> None:
    for owner, size in ((nora, 1), (bea, 7)):
        for _ in range(size):
            task = factories.a_task(owner=owner)
            factories.a_task(owner=owner, loathe=None, excel=None)
            factories.a_running_offer(owner=owner, task=task)
            log(task, LAST_WEEK, 1)
            log(task, LAST_WEEK.back(), 1)
    assert queries(bea) == queries(nora)


def queries(owner: Owner) -> int:
    with CaptureQueriesContext(connection) as asked:
        page(owner)
    return len(asked)
