"""Home: what a visitor reads, the one thing to do next, where the weeks went, and what waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistants import handoffs
from assistants.models import Assistant, Offer
from delegator import home, next_step
from tasks import timers
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
def an_offer_of_days_ago(*, owner: Owner, **of_the_draft: object) -> Offer:
    """Out since the day before yesterday, so there was time to answer it."""
    offer = factories.an_offer(owner=owner, **of_the_draft)  # type: ignore[arg-type]
    offer.state, offer.sent_at = Offer.State.SENT, NOW - timedelta(days=2)
    offer.save()
    return offer


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


# --- Do this next ------------------------------------------------------------
@pytest.mark.django_db
def test_each_thing_to_do_gives_way_to_the_next(nora: Owner) -> None:
    def heading() -> str | None:
        step = next_step.for_home(nora, NOW)
        return step.heading if step else None

    assert heading() == "Write down your own day"
    books = factories.a_task(owner=nora, name="Record keeping", loathe=None, excel=None)
    ana = factories.an_assistant(owner=nora)
    factories.an_entry(task=books, day=TODAY - timedelta(days=2))
    offer = an_offer_of_days_ago(owner=nora, task=books, assistant=ana, reply_by=NOW + timedelta(hours=24))
    assert heading() == "Ana has not replied yet"
    handoffs.withdraw(offer.handoff, now=NOW)
    assert heading() == "Log yesterday"
    factories.an_entry(task=books, day=TODAY - timedelta(days=1))
    assert heading() == "Say how your tasks feel"
    nora.tasks.update(loathe=5, excel=1)
    nora.assistants.update(paused_on=TODAY)
    assert heading() == "Write down who could help"
    nora.assistants.update(paused_on=None)
    assert heading() == "Hand record keeping to Ana"
    factories.a_running_offer(owner=nora, task=books, assistant=ana)
    assert heading() is None


@pytest.mark.django_db
def test_a_new_owner_starts_with_their_own_day(client: Client, nora: Owner) -> None:
    home = page(client, nora)
    assert home.href("Start with your own day") == reverse("tasks:start")


@pytest.mark.django_db
def test_an_offer_that_runs_out_within_a_day_comes_first(client: Client, nora: Owner) -> None:
    offer = an_offer_of_days_ago(owner=nora, reply_by=NOW + timedelta(hours=20))
    home = page(client, nora)
    assert home.href("Open the hand-off") == reverse("assistants:handoff", args=[offer.handoff_id])
    assert "The offer of record keeping runs out on Friday 16 October, 10:30 am." in home.text


@pytest.mark.django_db
@pytest.mark.parametrize("left", [timedelta(hours=24, seconds=1), timedelta(0), timedelta(hours=-1)])
def test_an_offer_with_more_than_a_day_left_or_none_at_all_does_not_press(nora: Owner, left: timedelta) -> None:
    offer = an_offer_of_days_ago(owner=nora, reply_by=NOW + timedelta(days=5))
    offer.reply_by = NOW + left
    offer.save()
    step = next_step.for_home(nora, NOW)
    assert step is None or "has not replied" not in step.heading


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "asked", "name"),
    [
        (date(2026, 10, 15), date(2026, 10, 14), "yesterday"),
        (date(2026, 10, 17), date(2026, 10, 16), "yesterday"),
        (date(2026, 10, 18), date(2026, 10, 16), "Friday"),
        (date(2026, 10, 19), date(2026, 10, 16), "Friday"),
    ],
)
def test_the_last_work_day_is_asked_for_if_it_is_empty(
    client: Client, nora: Owner, today: date, asked: date, name: str
) -> None:
    task = factories.a_task(owner=nora)
    factories.an_entry(task=task, day=asked - timedelta(days=1))
    now = NOW + (today - TODAY)
    assert page(client, nora, now).href(f"Open {name}’s sheet") == f"/day/{asked}/"
    factories.an_entry(task=task, day=asked)
    step = next_step.for_home(nora, now)
    assert step is None or not step.heading.startswith("Log")


@pytest.mark.django_db
def test_who_has_never_logged_is_not_asked_about_yesterday(nora: Owner) -> None:
    factories.a_task(owner=nora)
    step = next_step.for_home(nora, NOW)
    assert step
    assert step.heading == "Write down who could help"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["SEO"], "SEO has no place on the matrix yet."),
        (["Email", "SEO"], "Email and SEO have no place on the matrix yet."),
        (["Email", "SEO", *"ABCDEFGH"], "Email and SEO and 8 more have no place on the matrix yet."),
    ],
)
def test_unscored_tasks_are_named_and_all_counted(client: Client, nora: Owner, names: list[str], text: str) -> None:
    for name in names:
        factories.a_task(owner=nora, name=name, loathe=None, excel=None)
    home = page(client, nora)
    assert text in home.text
    assert home.href("Score it" if len(names) == 1 else "Score them") == "/routine/#all"


@pytest.mark.django_db
def test_a_forgotten_timer_is_asked_about_first(client: Client, nora: Owner) -> None:
    email = factories.a_task(owner=nora, name="Email")
    timers.start(nora, email, now=NOW - timedelta(hours=5))
    an_offer_of_days_ago(owner=nora, reply_by=NOW + timedelta(hours=20))
    home = page(client, nora)
    assert "Email has been running since Thursday 15 October, 9:30 am. It counts once you say." in home.text
    assert home.href("Say when you stopped") == reverse("tasks:timer")
    assert "0:00 of 8:00 logged." in home.text


@pytest.mark.django_db
def test_what_runs_counts_for_today(client: Client, nora: Owner) -> None:
    timers.start(nora, factories.a_task(owner=nora), now=NOW - timedelta(minutes=50))
    home = page(client, nora)
    assert "0:50 of 8:00 logged." in home.text
    assert "When did you stop?" not in home.text


@pytest.mark.django_db
def test_without_anyone_to_hand_off_to_the_roster_comes_first(client: Client, nora: Owner) -> None:
    factories.a_task(owner=nora)
    assert page(client, nora).href("Add an assistant") == reverse("assistants:assistant_new")


def the_best(owner: Owner) -> tuple[Task, Assistant]:
    books = factories.a_task(owner=owner, name="Record keeping", hours=1)
    return books, factories.an_assistant(owner=owner, rate=18, hours=8)


@pytest.mark.django_db
def test_the_best_hand_off_of_the_plan_is_one_click_away(client: Client, nora: Owner) -> None:
    books, ana = the_best(nora)
    home = page(client, nora)
    target = f"/hand-offs/new/?task={books.pk}&to={ana.pk}"
    assert home.href("Write the hand-off") == target
    assert "It takes 5 h of your week and you loathe it. Ana has 8 h a week free." in home.text
    assert "$400 of your time" in home.text
    client.force_login(nora)
    assert read(client.get(target)).heading == "Hand record keeping to Ana"


@pytest.mark.django_db
def test_a_draft_of_it_is_finished_rather_than_written_twice(client: Client, nora: Owner) -> None:
    books, ana = the_best(nora)
    draft = factories.a_draft(owner=nora, task=books, assistant=ana)
    assert page(client, nora).href("Finish the hand-off") == f"/hand-offs/{draft.pk}/draft/"


@pytest.mark.django_db
def test_with_nothing_to_do_it_sends_the_owner_to_their_best_work(client: Client, nora: Owner) -> None:
    books, ana = the_best(nora)
    factories.a_running_offer(owner=nora, task=books, assistant=ana)
    factories.the_best_work(owner=nora)
    assert "Nothing to do Go and get on with garden design." in page(client, nora).text


@pytest.mark.django_db
def test_there_is_one_filled_button(client: Client, nora: Owner) -> None:
    the_best(nora)
    assert len(page(client, nora).all("a", "btn-primary")) == 1


@pytest.mark.django_db
def test_the_weekly_email_never_asks_for_what_has_to_be_done_today(nora: Owner) -> None:
    task = factories.a_task(owner=nora)
    factories.an_entry(task=task, day=TODAY - timedelta(days=3))
    an_offer_of_days_ago(owner=nora, task=task, reply_by=NOW + timedelta(hours=3))
    for_home, for_week = next_step.for_home(nora, NOW), next_step.for_week(nora, TODAY)
    assert for_home
    assert for_home.heading == "Ana has not replied yet"
    assert for_week is None


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
    handoffs.log_hours(offer, day=THIS_WEEK.back().first, seconds=4 * HOUR, note="", now=NOW)
    *before, last, this = home._home(nora, NOW)["bars"]
    assert [bar.best + bar.routine + bar.helped for bar in before] == [0] * 5
    assert (last.label, last.sentence) == ("5 Oct", "12 h best work, 3 h routine, 4 h handed off")
    assert (this.label, this.sentence) == ("This week", "0 h best work, 1.5 h routine, 0 h handed off")


@pytest.mark.django_db
def test_what_was_won_back_its_worth_and_the_pay_stand_below(client: Client, nora: Owner) -> None:
    factories.two_measured_weeks(owner=nora)
    books = factories.a_task(owner=nora, name="Record keeping")
    # It took 5 h a week; the log of last week says 1 h, and a quarter of an hour goes to answering and checking.
    offer = factories.a_running_offer(owner=nora, task=books)
    log(books, 1, 1)
    handoffs.log_hours(offer, day=THIS_WEEK.back().first, seconds=3 * HOUR, note="", now=NOW)
    offer.terms.starts_on = THIS_WEEK.back(2).first
    offer.terms.save()
    home = page(client, nora)
    assert home.figure("Won back since 28 Sep") == "3.75 h"
    assert home.figure("Worth") == "$300"
    assert home.figure("Paid to assistants") == "$54"


@pytest.mark.django_db
def test_a_task_that_was_not_measured_before_is_named_and_not_counted(client: Client, nora: Owner) -> None:
    books = factories.a_task(owner=nora, name="Record keeping")
    offer = factories.a_running_offer(owner=nora, task=books)
    log(books, 1, 1)
    handoffs.log_hours(offer, day=THIS_WEEK.back().first, seconds=3 * HOUR, note="", now=NOW)
    home = page(client, nora)
    assert "Not counted: record keeping, since your log has no two weeks from before." in home.text


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
    assert "6 h a week less of yours go into what you handed off." in home.text
    assert "They went to Garden design 3 h Other routine 0 h Rest 3 h" in home.text


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
        handoffs.log_hours(offer, day=THIS_WEEK.back().first, seconds=HOUR, note="", now=NOW)
        factories.an_offer(owner=owner, reply_by=NOW + timedelta(days=4), task=task)


@pytest.mark.django_db
def test_it_asks_the_database_as_often_for_much_as_for_little(nora: Owner, bea: Owner) -> None:
    for owner, size in ((nora, 1), (bea, 6)):
        factories.the_best_work(owner=owner)
        a_full_desk(owner, size)
    assert queries(bea) == queries(nora)


@pytest.mark.django_db
def test_an_offer_that_went_out_today_does_not_press_yet(nora: Owner) -> None:
    factories.an_offer(owner=nora, reply_by=NOW + timedelta(hours=20))
    step = next_step.for_home(nora, NOW)
    assert step is None or "has not replied" not in step.heading
