"""The plan page: trying budgets, keeping one, and a way on when there is nothing to plan yet."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistants.roster import people
from tasks.models import BestHour, Owner
from tests.assistants.world import Browser, dump, text_of
from tests.factories import TODAY, a_draft, a_skill, a_task, an_assistant, an_offer

pytestmark = pytest.mark.django_db
PLAN, BUDGET = "/plan/", "/plan/budget/"
NO_AMOUNT = (
    "Write an amount such as 18 or 18.50.",
    "Write 500,000 or less.",
    "Null characters",
    "at most 20 characters",
)


@pytest.fixture
def something_to_plan(nora: Owner) -> None:
    a_task(owner=nora, name="Record keeping", excel=3)
    an_assistant(owner=nora, name="Ana Reyes", rate=18, hours=8)


def kept(owner: Owner) -> Decimal | None:
    owner.refresh_from_db()
    return owner.budget


# --- Proposals ---------------------------------------------------------------
@pytest.mark.usefixtures("something_to_plan")
def test_the_page_shows_what_to_hand_off_why_and_how_it_adds_up(hers: Client, nora: Owner) -> None:
    page = text_of(hers.get(PLAN))
    for said in (
        "Give record keeping to Ana",
        "You loathe it (5) and don’t excel at it (3).",
        "Frees <b>$400</b>",
        "Costs <b>$90</b>",
        "Ana’s pay",
        "−$90",
        "<dd>$90</dd>",
    ):
        assert said in page, said
    task, person = nora.tasks.get(), nora.assistants.get()
    assert f'href="{reverse("assistants:handoff_new")}?task={task.pk}&amp;to={person.pk}"' in page


@pytest.mark.usefixtures("something_to_plan")
def test_a_draft_is_finished_rather_than_written_anew(hers: Client, nora: Owner) -> None:
    draft = a_draft(owner=nora, task=nora.tasks.get(), assistant=nora.assistants.get())
    page = text_of(hers.get(PLAN))
    assert f'href="{reverse("assistants:handoff_draft", args=[draft.pk])}"' in page
    assert "Finish the hand-off" in page


def test_what_runs_and_what_is_left_out_are_listed(hers: Client, nora: Owner) -> None:
    an_offer(owner=nora)
    a_task(owner=nora, name="Clients", loathe=1, excel=5)
    a_task(owner=nora, name="Filing", loathe=None, excel=None)
    page = text_of(hers.get(PLAN))
    assert "Already running or sent" in page
    assert "Record keeping, to Ana" in page
    assert "Keep it. You excel at it (5) and don’t mind it (1)." in page
    assert "It has no scores yet." in page
    assert "Nothing more to hand off" in page


# --- Budgets -----------------------------------------------------------------
@pytest.mark.usefixtures("something_to_plan")
def test_trying_a_budget_saves_nothing(hers: Client, nora: Owner) -> None:
    before = dump()
    page = text_of(hers.get(PLAN, {"budget": "45"}))
    assert "Costs <b>$45</b>" in page
    assert "Give part of record keeping to Ana" in page
    assert "Make this your budget" in page
    assert dump() == before
    assert "Make this your budget" not in text_of(hers.get(PLAN))


@pytest.mark.usefixtures("something_to_plan")
def test_a_budget_that_was_tried_can_be_kept(hers: Client, nora: Owner) -> None:
    page = text_of(hers.post(BUDGET, {"budget": "45"}, follow=True))
    assert "That is your budget now." in page
    assert "Costs <b>$45</b>" in page
    assert kept(nora) == 45
    assert "Make this your budget" not in page


@pytest.mark.usefixtures("something_to_plan")
@pytest.mark.parametrize("typed", ["", "-1", "abc", "1e5", "NaN", "12.345", "1\x00", "9" * 5000, "500001"])
def test_what_is_no_budget_is_said_so_and_the_plan_is_shown_for_the_kept_one(
    hers: Client, nora: Owner, typed: str
) -> None:
    hers.post(BUDGET, {"budget": "45"})
    response = hers.get(PLAN, {"budget": typed})
    page = text_of(response)
    assert response.status_code == 422
    assert any(said in page for said in NO_AMOUNT)
    assert "Costs <b>$45</b>" in page
    assert "Make this your budget" not in page
    page = text_of(hers.post(BUDGET, {"budget": typed}, follow=True))
    assert "Write an amount such as 18 or 18.50." in page or "Write 500,000 or less." in page
    assert kept(nora) == 45


@pytest.mark.usefixtures("something_to_plan")
@pytest.mark.parametrize(
    ("budget", "most", "step", "at"),
    [
        ("0", 500, 10, 0),
        ("7.50", 500, 10, 10),
        ("296", 500, 10, 300),
        ("500", 500, 10, 500),
        ("550", 1000, 20, 560),
        ("10000", 10000, 200, 10000),
        ("120000", 200000, 4000, 120000),
    ],
)
def test_the_slider_reaches_every_budget_and_stands_where_a_browser_puts_it(
    hers: Client, nora: Owner, budget: str, most: int, step: int, at: int
) -> None:
    hers.post(BUDGET, {"budget": budget})
    page = text_of(hers.get(PLAN))
    assert f'min="0" max="{most}" step="{step}" value="{at}"' in page
    assert f'name="slid" value="{at}"' in page
    assert ("Give record keeping to Ana" in page) == (float(budget) >= 90)
    page = text_of(hers.get(PLAN, {"budget": str(at), "slid": str(at), "exact": budget}))
    assert "You are trying this" not in page


def test_keeping_a_budget_is_posted(hers: Client, nora: Owner) -> None:
    before = dump()
    assert hers.get(BUDGET, {"budget": "45"}).status_code == 405
    assert dump() == before
    assert kept(nora) is None


# --- With and without script -------------------------------------------------
@pytest.mark.usefixtures("something_to_plan")
def test_with_htmx_the_plan_comes_alone_and_without_it_as_a_page(hers: Client) -> None:
    page = hers.get(PLAN, {"budget": "45"})
    fragment = hers.get(PLAN, {"budget": "45"}, headers={"HX-Request": "true"})
    assert text_of(page).startswith("<!doctype html>")
    assert text_of(fragment).startswith('<div id="plan"')
    assert text_of(fragment).split("csrfmiddlewaretoken")[0] in text_of(page)
    for response in (page, fragment):
        assert "HX-Request" in response["Vary"]
        assert "no-store" in response["Cache-Control"]
    assert hers.get(PLAN, {"budget": "x"}, headers={"HX-Request": "true"}).status_code == 422


# --- Ways on -----------------------------------------------------------------
def test_each_thing_that_is_missing_has_a_way_on(hers: Client, nora: Owner) -> None:
    page = text_of(hers.get(PLAN))
    assert "What fills your day?" in page
    assert reverse("tasks:start_routine") in page
    a_task(owner=nora, name="Record keeping", excel=3)
    page = text_of(hers.get(PLAN))
    assert "Nobody to hand off to yet" in page
    assert reverse("assistants:assistant_new") in page
    ana = an_assistant(owner=nora)
    BestHour.objects.all().delete()
    page = text_of(hers.get(PLAN))
    assert "What is an hour of yours worth?" in page
    assert reverse("tasks:start") in page
    people.pause(ana, TODAY)
    assert hers.get(PLAN).status_code == 200


def test_when_nobody_pays_for_themselves_it_says_so(hers: Client, nora: Owner) -> None:
    a_task(owner=nora, name="Record keeping", excel=3, skill=a_skill(owner=nora))
    an_assistant(owner=nora, rate=9000)
    page = text_of(hers.get(PLAN))
    assert "Keep everything" in page
    assert "Nobody on your roster is good at bookkeeping." in page


def test_when_nobody_fits_the_smallest_change_that_frees_most_is_named(hers: Client, nora: Owner) -> None:
    books = a_skill(owner=nora)
    a_task(owner=nora, name="Record keeping", excel=3, hours=2, skill=books)
    a_task(owner=nora, name="Filing", excel=3, skill=books)
    an_assistant(owner=nora, skill=books, level=2, hours=40)
    page = text_of(hers.get(PLAN))
    assert "Keep everything" in page
    assert "Training that makes Ana good at bookkeeping would let Ana take all of record keeping." in page


def test_the_smallest_change_is_none_for_what_is_with_someone_in_part(hers: Client, nora: Owner) -> None:
    offer = an_offer(owner=nora, hours=1, task=a_task(owner=nora, name="Web site", excel=3, hours=2))
    offer.handoff.minutes_given = 60
    offer.handoff.save()
    an_assistant(owner=nora, name="Ben Okafor", hours=1)
    page = text_of(hers.get(PLAN))
    assert "Write the hand-off" not in page
    assert "of web site." not in page


# --- Others, queries ---------------------------------------------------------
@pytest.mark.usefixtures("something_to_plan")
def test_another_owner_sees_nothing_of_it(bea: Owner, nora: Owner, browser_of: Browser) -> None:
    hers = browser_of(bea)
    page = text_of(hers.get(PLAN))
    assert "Record keeping" not in page
    assert "Ana" not in page
    hers.post(BUDGET, {"budget": "45"})
    assert (kept(nora), kept(bea)) == (None, Decimal(45))


def test_the_page_asks_the_database_as_often_for_eight_as_for_one(hers: Client, nora: Owner) -> None:
    skill = a_skill(owner=nora)

    def grow() -> None:
        a_task(owner=nora, name=f"Task {nora.tasks.count()}", excel=3, skill=skill)
        an_offer(owner=nora, task=a_task(owner=nora), assistant=an_assistant(owner=nora, skill=skill, hours=12))

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert hers.get(url).status_code == 200
        return len(asked)

    urls = [PLAN, "/hand-offs/", "/assistants/", "/hand-offs/new/"]
    grow()
    few = [queries(url) for url in urls]
    for _ in range(7):
        grow()
    assert [queries(url) for url in urls] == few
