"""The one thing to do next: its order, its words, and that each gives way to the next."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from assistants.handoff import handoffs
from assistants.models import Assistant, Offer
from delegator.screens import next_step
from tasks import timers
from tasks.models import Owner, Task
from tests import factories
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def page(client: Client, owner: Owner, now: datetime = NOW) -> Page:
    with time_machine.travel(now, tick=False):
        client.force_login(owner)
        response = client.get("/")
    assert response.status_code == 200
    return read(response)


def an_offer_of_days_ago(*, owner: Owner, **of_the_draft: object) -> Offer:
    """Out since the day before yesterday, so there was time to answer it."""
    offer = factories.an_offer(owner=owner, **of_the_draft)  # type: ignore[arg-type]
    offer.state, offer.sent_at = Offer.State.SENT, NOW - timedelta(days=2)
    offer.save()
    return offer


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
    assert heading() == "Hand off record keeping to Ana"
    factories.a_running_offer(owner=nora, task=books, assistant=ana)
    assert heading() is None


def test_a_new_owner_starts_with_their_own_day(client: Client, nora: Owner) -> None:
    home = page(client, nora)
    assert home.href("Start with your own day") == reverse("tasks:start")


def test_an_offer_that_runs_out_within_a_day_comes_first(client: Client, nora: Owner) -> None:
    offer = an_offer_of_days_ago(owner=nora, reply_by=NOW + timedelta(hours=20))
    home = page(client, nora)
    assert home.href("Open the hand-off") == reverse("assistants:handoff", args=[offer.handoff_id])
    assert "The offer of record keeping runs out on Friday 16 October, 10:30 am." in home.text


@pytest.mark.parametrize("left", [timedelta(hours=24, seconds=1), timedelta(0), timedelta(hours=-1)])
def test_an_offer_with_more_than_a_day_left_or_none_at_all_does_not_press(nora: Owner, left: timedelta) -> None:
    offer = an_offer_of_days_ago(owner=nora, reply_by=NOW + timedelta(days=5))
    offer.reply_by = NOW + left
    offer.save()
    step = next_step.for_home(nora, NOW)
    assert step is None or "has not replied" not in step.heading


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


def test_who_has_never_logged_is_not_asked_about_yesterday(nora: Owner) -> None:
    factories.a_task(owner=nora)
    step = next_step.for_home(nora, NOW)
    assert step
    assert step.heading == "Write down who could help"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["SEO"], "SEO has no place on the matrix yet."),
        (["Email", "SEO"], "Email and SEO have no place on the matrix yet."),
        (["Email", "SEO", *"ABCDEFGH"], "Email, SEO and 8 more have no place on the matrix yet."),
    ],
)
def test_unscored_tasks_are_named_and_all_counted(client: Client, nora: Owner, names: list[str], text: str) -> None:
    for name in names:
        factories.a_task(owner=nora, name=name, loathe=None, excel=None)
    home = page(client, nora)
    assert text in home.text
    assert home.href("Score it" if len(names) == 1 else "Score them") == "/routine/#all"


def test_a_forgotten_timer_is_asked_about_first(client: Client, nora: Owner) -> None:
    email = factories.a_task(owner=nora, name="Email")
    timers.start(nora, email, now=NOW - timedelta(hours=5))
    an_offer_of_days_ago(owner=nora, reply_by=NOW + timedelta(hours=20))
    home = page(client, nora)
    assert "Email has been running since Thursday 15 October, 9:30 am. It counts once you say." in home.text
    assert home.href("Say when you stopped") == reverse("tasks:timer")
    assert "0:00 of 8:00 logged." in home.text


def test_what_runs_counts_for_today(client: Client, nora: Owner) -> None:
    timers.start(nora, factories.a_task(owner=nora), now=NOW - timedelta(minutes=50))
    home = page(client, nora)
    assert "0:50 of 8:00 logged." in home.text
    assert "When did you stop?" not in home.text


def test_without_anyone_to_hand_off_to_the_roster_comes_first(client: Client, nora: Owner) -> None:
    factories.a_task(owner=nora)
    assert page(client, nora).href("Add an assistant") == reverse("assistants:assistant_new")


def the_best(owner: Owner) -> tuple[Task, Assistant]:
    books = factories.a_task(owner=owner, name="Record keeping", hours=1)
    return books, factories.an_assistant(owner=owner, rate=18, hours=8)


def test_the_best_hand_off_of_the_plan_is_one_click_away(client: Client, nora: Owner) -> None:
    books, ana = the_best(nora)
    home = page(client, nora)
    target = f"/hand-offs/new/?task={books.pk}&to={ana.pk}"
    assert home.href("Write the hand-off") == target
    assert "It takes 5 h of your week and you loathe it. Ana has 8 h a week free." in home.text
    assert "$400 of your time" in home.text
    client.force_login(nora)
    assert read(client.get(target)).heading == "Hand off record keeping to Ana"


def test_a_draft_of_it_is_finished_rather_than_written_twice(client: Client, nora: Owner) -> None:
    books, ana = the_best(nora)
    draft = factories.a_draft(owner=nora, task=books, assistant=ana)
    assert page(client, nora).href("Finish the hand-off") == f"/hand-offs/{draft.pk}/draft/"


def test_with_nothing_to_do_it_sends_the_owner_to_their_best_work(client: Client, nora: Owner) -> None:
    books, ana = the_best(nora)
    factories.a_running_offer(owner=nora, task=books, assistant=ana)
    factories.the_best_work(owner=nora)
    assert "Nothing to do Go and get on with garden design." in page(client, nora).text


def test_there_is_one_filled_button(client: Client, nora: Owner) -> None:
    the_best(nora)
    assert len(page(client, nora).all("a", "btn-primary")) == 1


def test_the_weekly_email_never_asks_for_what_has_to_be_done_today(nora: Owner) -> None:
    task = factories.a_task(owner=nora)
    factories.an_entry(task=task, day=TODAY - timedelta(days=3))
    an_offer_of_days_ago(owner=nora, task=task, reply_by=NOW + timedelta(hours=3))
    for_home = next_step.for_home(nora, NOW)
    for_week = next_step.for_week(nora, NOW, routine=list(nora.tasks.routine()), has_people=True)
    assert for_home
    assert for_home.heading == "Ana has not replied yet"
    assert for_week is None


def test_an_offer_that_went_out_today_does_not_press_yet(nora: Owner) -> None:
    factories.an_offer(owner=nora, reply_by=NOW + timedelta(hours=20))
    step = next_step.for_home(nora, NOW)
    assert step is None or "has not replied" not in step.heading
