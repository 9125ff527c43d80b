"""Next 12 months: which help runs out when, what that rests on, and that nothing is foretold from too little."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from assistants import jobs
from assistants.models import Assistant, Plan
from assistants.months import Month
from assistants.plan import stored_plans, wishes
from assistants.roster import absences
from delegator.ahead import outlook, year_chart
from delegator.ahead.outlook import STEP, Column
from tasks.models import Owner, Task
from tests.assistants.world import Browser, text_of
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY, a_skill, a_task, an_accepted_offer, an_assistant, an_entry, the_best_work
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
AHEAD = "/plan/ahead/"
WEEK = timedelta(weeks=1)
MONTHS_SHORT = ["June", "July", "August", "September", "October"]


def logged(task: Task, weeks: int, *, hours: int = 5, after: int = 0) -> None:
    """So many hours in each of the complete weeks before today, or before the last ones."""
    for back in range(1 + after, weeks + 1):
        an_entry(task=task, day=TODAY - back * WEEK, seconds=hours * 3600)


def verdict(page: Page) -> str:
    """The first heading that is not one of the navigation."""
    return next(tag.text for tag in page.all("h2") if not tag.attrs.get("id", "").startswith("nav-"))


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture
def books(nora: Owner) -> Task:
    """Five hours a week of Nora's, which are two of Ana's, and twice as many in a year."""
    task = a_task(owner=nora, name="Record keeping", skill=a_skill(owner=nora), growth=100)
    logged(task, 6)
    return task


@pytest.fixture
def ana(nora: Owner, books: Task) -> Assistant:
    return an_assistant(owner=nora, hours=3, skill=a_skill(owner=nora))


# --- The verdict -------------------------------------------------------------
@pytest.mark.usefixtures("ana")
def test_help_that_runs_out_is_named_with_the_month_and_when_to_look(hers: Client) -> None:
    page = read(hers.get(AHEAD))
    assert verdict(page) == "You run out of bookkeeping in June"
    assert "Ana can give 3 h a week. From June it takes up to 4 h." in page.text
    assert "Start looking in April Finding someone takes about 6 weeks." in page.text
    assert "from May, relief counted. Ana may know someone." in page.text
    rows = [row.text for row in page.all("tr")]
    assert rows[1] == "November 2026 2.2 h 3 h –"
    assert [row.split()[0] for row in rows[1:] if not row.endswith("–")] == MONTHS_SHORT


@pytest.mark.usefixtures("books")
def test_what_nobody_can_do_is_said_and_leads_to_somebody_new(hers: Client) -> None:
    page = read(hers.get(AHEAD))
    assert verdict(page) == "Nobody on your roster does bookkeeping"
    assert "Start looking now" in page.text
    assert page.href("Add an assistant") == "/assistants/new/"


@pytest.mark.usefixtures("ana")
def test_who_is_short_today_is_short_now(hers: Client, nora: Owner) -> None:
    Assistant.objects.update(weekly_minutes=60)
    page = read(hers.get(AHEAD))
    assert verdict(page) == "You are short of bookkeeping now"
    assert "Ana can give 1 h a week. It takes up to 4 h." in page.text
    assert page.all("svg", "chart")[0].text.startswith("2.2 Nov 2.3 Dec")


def test_somebody_better_may_pay_though_there_is_room(hers: Client, nora: Owner, books: Task) -> None:
    Task.objects.update(growth=0)
    for number in range(6):
        a_task(owner=nora, name=f"Books {number}", skill=a_skill(owner=nora))
    an_assistant(owner=nora, name="Joan Roe", hours=40, rate=70, skill=a_skill(owner=nora), level=3)
    page = read(hers.get(AHEAD))
    assert verdict(page) == "One more person for bookkeeping would pay now"
    assert "Joan can give 40 h a week." in page.text


def test_the_other_help_stands_beside_it_each_with_its_verdict(hers: Client, nora: Owner, ana: Assistant) -> None:
    plants, mail = a_skill(owner=nora, name="Plants"), a_skill(owner=nora, name="Email")
    a_task(owner=nora, name="Plant orders", skill=plants)
    a_task(owner=nora, name="Letters", skill=mail)
    an_assistant(owner=nora, name="Priya Nair", hours=20, skill=mail)
    page = read(hers.get(AHEAD))
    assert verdict(page) == "Nobody on your roster does plants"
    cards = [card.text for card in page.all("article")]
    assert cards[0].startswith("Bookkeeping Runs out in June")
    assert cards[1].startswith("Email Covered all year")
    assert "Priya, 20 h." in cards[1]
    assert "Start looking in April. Remind me in April" in cards[0]


def test_enough_people_all_year_are_said_to_be_enough(hers: Client, nora: Owner, ana: Assistant) -> None:
    Assistant.objects.update(weekly_minutes=600)
    page = read(hers.get(AHEAD))
    assert verdict(page) == "Your roster is enough for the next 12 months"
    assert "Covered all year" in page.text
    assert "Remind me" not in page.text


def test_a_shortage_that_pays_for_nobody_new_says_so_and_asks_for_no_search(
    hers: Client, nora: Owner, ana: Assistant
) -> None:
    nora.budget = 40
    nora.save()
    page = read(hers.get(AHEAD))
    assert "You run out of bookkeeping in" in verdict(page)
    assert "would not bring more than finding them costs, with your budget of $40 a week." in page.text
    assert "Start looking" not in page.text
    assert "Remind me" not in page.text


def test_what_must_stay_or_has_no_scores_needs_no_help(hers: Client, nora: Owner, books: Task) -> None:
    Task.objects.filter(pk=books.pk).update(loathe=1, excel=5)
    the_best_work(owner=nora)
    a_task(owner=nora, name="Taxes", only_me=True, only_me_reason="I sign.")
    assert "Nothing to hand off, so nothing to look ahead for" in text_of(hers.get(AHEAD))


@pytest.mark.usefixtures("ana")
def test_what_is_over_in_weeks_does_not_darken_the_year(hers: Client, nora: Owner, books: Task) -> None:
    before = read(hers.get(AHEAD)).all("section", "ahead")[0].text
    assert "Start looking in April" in before
    absences.add(nora.assistants.get(), TODAY, TODAY + 6 * WEEK, today=TODAY)
    assert read(hers.get(AHEAD)).all("section", "ahead")[0].text == before
    wishes.later(nora, books, TODAY)
    assert read(hers.get(AHEAD)).all("section", "ahead")[0].text == before


def test_help_given_already_counts_with_what_it_takes(hers: Client, nora: Owner, books: Task, ana: Assistant) -> None:
    an_accepted_offer(owner=nora, task=books, assistant=ana, hours=4)
    page = read(hers.get(AHEAD))
    # An hour more than her three is what she agreed to.
    assert "Ana can give 4 h a week" in page.text


# --- What it rests on --------------------------------------------------------
@pytest.mark.usefixtures("ana")
def test_the_page_says_which_weeks_which_growth_and_which_roster_it_takes(hers: Client, books: Task) -> None:
    page = read(hers.get(AHEAD))
    assert "the 6 weeks you logged last, 31 August to 11 October 2026" in page.text
    assert "Growth a year, as you said: Record keeping 100 %" in page.text
    assert page.href("Record keeping") == f"/routine/{books.pk}/"
    assert "your roster of today, 1 person with 3 h a week" in page.text


@pytest.mark.usefixtures("ana")
def test_without_any_growth_the_page_says_so_and_where_to_say_it(hers: Client) -> None:
    Task.objects.update(growth=0)
    page = read(hers.get(AHEAD))
    assert "None of your tasks grows yet, so every month is like this one." in page.text
    assert page.href("choose one") == "/routine/"


@pytest.mark.parametrize(("weeks", "said"), [(3, "1 more week of logging"), (2, "2 more weeks of logging")])
def test_less_than_four_logged_weeks_foretell_nothing(hers: Client, nora: Owner, weeks: int, said: str) -> None:
    task = a_task(owner=nora)
    logged(task, weeks)
    an_entry(task=task, day=TODAY)  # a week that is not over does not count
    page = read(hers.get(AHEAD))
    assert verdict(page) == f"{said}, and this page looks ahead"
    assert not page.all("svg", "chart")
    assert not Plan.objects.exists()
    logged(task, 4, after=weeks)
    assert read(hers.get(AHEAD)).all("svg", "chart")


def test_without_tasks_or_the_worth_of_an_hour_the_page_leads_there(hers: Client, nora: Owner) -> None:
    a_task(owner=nora, loathe=None, excel=None)
    assert read(hers.get(AHEAD)).href("Write down your routine") == "/start/routine/"
    a_task(owner=nora)
    nora.best_hours.all().delete()
    assert read(hers.get(AHEAD)).href("Say what it is worth") == "/start/"


# --- The page ----------------------------------------------------------------
@pytest.mark.usefixtures("ana")
def test_either_plan_leads_to_the_other(hers: Client) -> None:
    assert read(hers.get("/plan/")).href("Next 12 months") == AHEAD
    page = read(hers.get(AHEAD))
    assert page.href("Now") == "/plan/"
    current = [tag.text for tag in page.all("a") if tag.attrs.get("aria-current") == "true"]
    assert "Next 12 months" in current
    assert "Now" not in current


@pytest.mark.usefixtures("ana")
def test_the_drawing_has_a_name_and_no_style_of_its_own(hers: Client) -> None:
    page = read(hers.get(AHEAD))
    drawn = page.all("svg", "chart")[0]
    ids = {tag.attrs.get("id") for tag in page.tags}
    assert drawn.attrs["role"] == "img"
    assert set(drawn.attrs["aria-labelledby"].split()) <= ids
    assert not [tag for tag in page.tags if "style" in tag.attrs]


@pytest.mark.parametrize("tasks", [1, 6])
def test_the_page_asks_the_same_however_much_there_is(
    hers: Client, nora: Owner, ana: Assistant, tasks: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(tasks):
        a_task(owner=nora, name=f"Task {number}", skill=a_skill(owner=nora, name=f"Skill {number}"))
        nora.ahead_reminders.create(month=f"2027-0{number + 1}", asked_at=NOW)
    hers.get(AHEAD)
    # Postgres is asked for the time, too.
    with django_assert_num_queries(17 + (connection.vendor == "postgresql")):
        assert hers.get(AHEAD).status_code == 200


@pytest.mark.usefixtures("ana")
def test_a_stranger_is_sent_to_sign_in_and_another_owner_sees_nothing(browser_of: Browser, bea: Owner) -> None:
    assert Client().get(AHEAD).url == f"/sign-in/?next={AHEAD}"  # type: ignore[attr-defined]
    assert "ookkeeping" not in text_of(browser_of(bea).get(AHEAD))


# --- Worked out once, or by a worker ------------------------------------------
@pytest.mark.usefixtures("ana")
def test_a_forecast_is_worked_out_once_for_the_same_question(hers: Client, nora: Owner) -> None:
    hers.get(AHEAD)
    kept = nora.plans.get()
    assert kept.ahead
    kept.ahead["sets"][0]["takes"][3] = 6000
    kept.save()
    assert "100 h" in text_of(hers.get(AHEAD))
    kept.ahead["version"] = 0
    kept.save()
    assert "100 h" not in text_of(hers.get(AHEAD))


def test_a_forecast_that_is_large_is_a_workers_and_then_shown(hers: Client, nora: Owner, ana: Assistant) -> None:
    for number in range(stored_plans.SOLO_AHEAD):
        a_task(owner=nora, name=f"Task {number}", skill=a_skill(owner=nora, name=f"Skill {number % 2}"))
    page = text_of(hers.get(AHEAD))
    assert 'id="waiting"' in page
    assert "Working it out: 51 tasks and 1 people." in page
    kept = nora.plans.get()
    assert (kept.ahead, kept.ahead_rung_at, kept.rung_at) == (None, NOW, None)
    jobs.look_ahead(kept.pk)
    assert "You run out of" in text_of(hers.get(AHEAD)) or "Nobody on your roster" in text_of(hers.get(AHEAD))
    jobs.look_ahead(kept.pk + 1)  # gone meanwhile


@pytest.mark.usefixtures("ana")
def test_a_forecast_that_takes_too_long_is_tried_once_and_then_a_workers(
    hers: Client, nora: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr(stored_plans, "PATIENCE", 0)
        assert 'id="waiting"' in text_of(hers.get(AHEAD))
    kept = nora.plans.get()
    assert (kept.ahead, kept.ahead_rung_at) == (None, NOW)
    assert 'id="waiting"' in text_of(hers.get(AHEAD))
    jobs.look_ahead(kept.pk)
    assert verdict(read(hers.get(AHEAD))) == "You run out of bookkeeping in June"


@pytest.mark.usefixtures("ana")
def test_to_look_ahead_is_no_look_at_the_plan(hers: Client, nora: Owner, books: Task) -> None:
    with standing_at(NOW - timedelta(days=1)):
        hers.get(AHEAD)
    Assistant.objects.update(weekly_minutes=300)
    assert "Since the plan of" not in text_of(hers.get("/plan/"))


# --- Months and columns -------------------------------------------------------
@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_twelve_months_follow_each_other_and_each_has_a_plan_of_its_middle(today: date) -> None:
    months = outlook.months(today)
    assert len(set(months)) == 12
    assert months[0].first == Month.of(today).last + timedelta(days=1)
    for month in months:
        step = outlook.step_of(month, today)
        assert 0 <= step < stored_plans.STEPS
        assert today + step * STEP <= month.first + timedelta(days=14) < today + (step + 1) * STEP


minutes = st.integers(0, 10**5)


@given(st.lists(st.tuples(minutes, minutes), min_size=12, max_size=12), st.booleans())
def test_no_column_leaves_the_drawing_and_what_is_over_stands_on_the_rest(
    amounts: list[tuple[int, int]],
    is_small: bool,  # noqa: FBT001 - hypothesis gives it by its place
) -> None:
    months = outlook.months(TODAY)
    columns = [Column(month, *each) for month, each in zip(months, amounts, strict=True)]
    chart = year_chart.draw(columns, most=year_chart.most_of(columns), is_small=is_small)
    for bar, column in zip(chart.bars, columns, strict=True):
        assert 0 <= float(bar.over_y) <= float(bar.fits_y) <= chart.ground
        assert float(bar.fits_y) + float(bar.fits) == pytest.approx(chart.ground, abs=0.11)
        assert bool(bar.over) == (column.takes - column.there >= outlook.LEAST)
        if bar.over:
            assert float(bar.over_y) + float(bar.over) == pytest.approx(float(bar.fits_y), abs=0.11)
        if bar.number:
            assert float(bar.number_y) > 0


def test_a_month_of_the_name_of_this_one_is_told_with_its_year(hers: Client, nora: Owner, books: Task) -> None:
    an_assistant(owner=nora, hours=3, skill=a_skill(owner=nora))
    Task.objects.filter(pk=books.pk).update(growth=56)
    assert verdict(read(hers.get(AHEAD))) == "You run out of bookkeeping in October 2027"
