"""The page of a task says who has it, and asks before it leaves the list all the same."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import resolve, reverse
from pytest_django import DjangoAssertNumQueries

from assistants.handoff import agreed
from assistants.models import Handoff
from delegator.screens import task_page
from tasks import views
from tasks.models import Owner, Task
from tests.delegator.pages import read
from tests.factories import NOW, a_draft, a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def email(nora: Owner) -> Task:
    return a_task(owner=nora, name="Email")


def page_of(task: Task) -> str:
    return reverse("tasks:task", args=[task.pk])


def take_off(client: Client, task: Task, **data: str) -> str:
    return read(client.post(reverse("tasks:task_retire", args=[task.pk]), data, follow=True)).text


def is_retired(task: Task) -> bool:
    task.refresh_from_db()
    return task.retired_on is not None


def test_the_page_at_a_tasks_address_is_the_one_that_knows_who_has_it(email: Task) -> None:
    assert resolve(page_of(email)).func is task_page.task
    assert resolve(reverse("tasks:task_retire", args=[email.pk])).func is task_page.task_retire
    assert views.task is not task_page.task


def test_it_names_each_person_and_how_it_stands_with_them(hers: Client, nora: Owner, email: Task) -> None:
    made = [
        make(owner=nora, task=email, assistant=an_assistant(owner=nora, name=name))
        for make, name in ((a_running_offer, "Ana Reyes"), (an_accepted_offer, "Ben Ito"), (an_offer, "Cleo Marsh"))
    ]
    page = read(hers.get(page_of(email)))
    assert "Who has it Ana works on it Ben has taken it on Cleo has an offer of it" in page.text
    assert "Ana works on it and Ben has taken it on and Cleo has an offer of it. That goes on as it is" in page.text
    assert page.href("open the hand-off") == f"/hand-offs/{made[0].handoff_id}/"


def test_what_is_a_draft_or_over_or_of_another_task_is_nobodys(hers: Client, nora: Owner, email: Task) -> None:
    a_draft(owner=nora, task=email)
    agreed.end(a_running_offer(owner=nora, task=email).handoff, now=NOW)
    a_running_offer(owner=nora, task=a_task(owner=nora))
    assert "Who has it" not in read(hers.get(page_of(email))).text
    assert "Email is off your list. Hours you logged stay." in take_off(hers, email)
    assert is_retired(email)


def test_it_leaves_the_list_only_from_a_page_that_said_who_has_it(hers: Client, nora: Owner, email: Task) -> None:
    offer = a_running_offer(owner=nora, task=email)
    # As from a page that was opened before Ana had it.
    said = take_off(hers, email)
    assert "Ana works on it, so email is still on your list. Look again first." in said
    assert not is_retired(email)
    assert "Email is off your list. Hours you logged stay. Ana works on it still." in take_off(hers, email, sure="1")
    assert is_retired(email)
    offer.handoff.refresh_from_db()
    assert offer.handoff.state == Handoff.State.ACTIVE
    assert "Who has it still Ana works on it" in read(hers.get(page_of(email))).text


def test_the_button_beside_the_warning_is_what_lets_it_go(hers: Client, nora: Owner, email: Task) -> None:
    a_running_offer(owner=nora, task=email)
    assert 'name="sure" value="1">Take it off all the same' in hers.get(page_of(email)).content.decode()


def test_another_owners_help_is_not_told(hers: Client, nora: Owner, bea: Owner, email: Task) -> None:
    theirs = a_running_offer(owner=bea).handoff
    Handoff.objects.filter(pk=theirs.pk).update(task=email)
    assert "Who has it" not in read(hers.get(page_of(email))).text
    assert hers.get(page_of(a_task(owner=bea))).status_code == 404


@pytest.mark.parametrize("people", [0, 1, 4])
def test_who_has_it_is_one_query_for_any_number(
    hers: Client, nora: Owner, email: Task, django_assert_num_queries: DjangoAssertNumQueries, people: int
) -> None:
    for number in range(people):
        a_running_offer(owner=nora, task=email, assistant=an_assistant(owner=nora, name=f"Helper {number}"))
    with django_assert_num_queries(1):
        assert len(task_page._helpers(nora, email.pk)) == people
