"""What may not be sent is said at Send, with all that was typed, and nothing is kept of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from assistants.handoff import handoffs, replies
from assistants.mail import caps
from assistants.models import Assistant, Handoff, OutgoingEmail
from tasks import clock
from tasks.models import Owner, Task
from tests.assistants.handoff.test_write_views import page_of, typed, writing
from tests.assistants.world import a_draft_for, dump, text_of
from tests.factories import NOW, a_draft, a_task, an_assistant, an_offer, confirm

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(nora: Owner) -> Task:
    return a_task(owner=nora, name="Record keeping", excel=3)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, name="Ana Reyes", rate=18, hours=8)


def one_new_person_a_day(owner: Owner, settings: Settings) -> None:
    """And that one was written to a moment ago."""
    settings.NEW_ADDRESSES_A_DAY = 1
    now = clock.now()
    an_offer(owner=owner, task=a_task(owner=owner), now=now, reply_by=now + timedelta(days=3))


def test_over_a_limit_the_form_says_so_and_keeps_what_was_typed(
    hers: Client, nora: Owner, task: Task, ana: Assistant, settings: Settings
) -> None:
    one_new_person_a_day(nora, settings)
    before = dump()
    response = hers.post(writing(task, ana), typed(nora, send="1", brief="Only the receipts."))
    page = text_of(response)
    assert response.status_code == 422
    assert "In a day you can write to at most 1 new people. Send it tomorrow." in page
    assert "Only the receipts." in page
    assert dump() == before


def test_a_draft_can_be_saved_over_a_limit_and_its_send_is_refused(
    hers: Client, nora: Owner, task: Task, ana: Assistant, settings: Settings
) -> None:
    one_new_person_a_day(nora, settings)
    assert hers.post(writing(task, ana), typed(nora, draft="1")).status_code == 302
    draft = Handoff.objects.get(task=task)
    response = hers.post(page_of(draft, "draft"), typed(nora, send="1"))
    assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_where_mail_leaves_an_owner_confirms_their_address_before_anything_goes_to_others(
    hers: Client, nora: Owner, task: Task, ana: Assistant, settings: Settings
) -> None:
    settings.EMAIL_KEPT = False
    response = hers.post(writing(task, ana), typed(nora, send="1"))
    assert response.status_code == 422
    assert "Confirm your email address first: sign out and in again" in text_of(response)
    assert not OutgoingEmail.objects.exists()
    assert hers.post(writing(task, ana), typed(nora, draft="1")).status_code == 302
    confirm(nora)
    draft = Handoff.objects.get(task=task)
    assert hers.post(page_of(draft, "draft"), typed(nora, send="1")).status_code == 302
    assert OutgoingEmail.objects.get().to_email == ana.email


def test_all_who_are_asked_at_once_count_and_those_who_only_stand_in_do_not(nora: Owner, settings: Settings) -> None:
    settings.NEW_ADDRESSES_A_DAY = 2
    others = [an_assistant(owner=nora, name=name) for name in ("Ben Ode", "Joan Wu")]
    with pytest.raises(caps.Reached):
        handoffs.send(a_draft_for(owner=nora, others=others, if_not="all"), now=NOW)
    assert not OutgoingEmail.objects.exists()
    handoffs.send(a_draft_for(owner=nora, others=others, if_not="next"), now=NOW)
    assert OutgoingEmail.objects.count() == 1


def test_a_hand_off_that_stands_goes_on_over_a_limit(nora: Owner, settings: Settings) -> None:
    """It passes to the next by itself; that email waits for room in the outbox."""
    ben = an_assistant(owner=nora, name="Ben Ode")
    first = handoffs.send(a_draft_for(owner=nora, others=[ben], if_not="next"), now=NOW)
    settings.NEW_ADDRESSES_A_DAY = settings.MAILS_A_DAY = 1
    replies.decline(first, reason="", now=NOW)
    assert Handoff.objects.get().assistant == ben


def test_asking_again_over_a_limit_says_so_and_changes_nothing(hers: Client, nora: Owner, settings: Settings) -> None:
    now = clock.now()
    ben = an_assistant(owner=nora, name="Ben Ode")
    reply_by = now + timedelta(days=3)
    first = handoffs.send(a_draft_for(owner=nora, others=[ben], if_not="all", now=now, reply_by=reply_by), now=now)
    replies.accept(first, terms_version=first.terms.version, now=now)
    replies.take_back(first, now=now)
    settings.MAILS_A_DAY = 1
    before = dump()
    page = text_of(hers.post(f"/hand-offs/{first.handoff_id}/again/", follow=True))
    assert "In a day at most 1 emails go to assistants. Send it tomorrow." in page
    assert dump() == before


@pytest.mark.parametrize("others", [0, 4])
def test_send_asks_as_many_queries_whatever_else_the_owner_has_out(
    hers: Client,
    nora: Owner,
    ana: Assistant,
    task: Task,
    others: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Five more where the person or the task has something going already: what, whose, and under which terms."""
    now = clock.now()
    for number in range(others):
        with_whom = ana if number == 0 else an_assistant(owner=nora)
        an_offer(owner=nora, task=a_task(owner=nora), assistant=with_whom, hours=1, now=now, reply_by=now + 3 * DAY)
    draft = a_draft(owner=nora, task=task, assistant=ana, now=now, reply_by=now + 3 * DAY)
    form = typed(nora, send="1")
    # On Postgres the clock is the database's, and the task's row is held.
    clock_and_hold = 2 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(18 + clock_and_hold + (5 if others else 0)):
        assert hers.post(page_of(draft, "draft"), form).status_code == 302
