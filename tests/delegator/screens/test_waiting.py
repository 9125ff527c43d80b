"""Home never says that there is nothing to do while hours, a note, a notice or a stop wait for the owner."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from assistants.handoff import agreed, replies
from assistants.models import Handoff, NeverMail, Offer
from assistants.work import work_logs
from delegator.screens import next_step, waiting
from tasks.models import Owner
from tests import factories
from tests.assistants.handoff.test_reopening import taken_back
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """All that Nora has is handed off and runs, so the next step is none."""
    return factories.a_running_offer(owner=nora)


def page(client: Client, owner: Owner, now: datetime = NOW) -> Page:
    with time_machine.travel(now, tick=False):
        client.force_login(owner)
        return read(client.get("/"))


def waits(owner: Owner, now: datetime = NOW) -> list[str]:
    return [
        row.line
        for row in waiting.rows(owner, list(owner.handoffs.with_terms()), now)
        if row.state == waiting.FOR_YOU
    ]


def test_hours_without_a_word_wait_and_are_the_next_step_until_they_are_approved(
    client: Client, nora: Owner, offer: Offer
) -> None:
    assert "Nothing to do" in page(client, nora).text
    lines = [factories.some_hours(offer=offer, day=TODAY - timedelta(days=n)) for n in range(2)]
    home = page(client, nora)
    assert "Record keeping, with Ana 2 h of Ana’s wait for your approval. Waiting for you" in home.text
    assert "Approve Ana’s hours Hours on record keeping since 14 October wait." in home.text
    assert home.href("Look at the hours") == f"/hand-offs/{offer.handoff_id}/#hours"
    work_logs.approve(offer.handoff, [work_logs.mark(line) for line in lines], now=NOW)
    assert "Nothing to do" in page(client, nora).text
    assert waits(nora) == []


def test_an_offer_that_runs_out_ranks_above_hours(nora: Owner, offer: Offer) -> None:
    factories.some_hours(offer=offer, day=TODAY)
    ben, email = factories.an_assistant(owner=nora, name="Ben Okafor"), factories.a_task(owner=nora, name="Email")
    other = factories.an_offer(owner=nora, task=email, assistant=ben)
    Offer.objects.filter(pk=other.pk).update(
        state="sent", sent_at=NOW - timedelta(days=2), reply_by=NOW + timedelta(hours=9)
    )
    step = next_step.for_home(nora, NOW)
    assert step
    assert step.heading == "Ben has not replied yet"


def test_a_note_waits_until_the_owner_did_something_or_two_weeks_are_over(
    client: Client, nora: Owner, offer: Offer
) -> None:
    replies.note(offer, "Which folder?", now=NOW)
    assert waits(nora) == ["Ana wrote to you."]
    assert "See what waits below" in page(client, nora).text
    assert waits(nora, NOW + waiting.STANDS) == []
    agreed.note(Handoff.objects.get(), offer, "The blue one.", now=NOW)
    assert waits(nora) == []


def test_a_notice_stands_there(nora: Owner, offer: Offer) -> None:
    replies.give_notice(offer, TODAY + timedelta(days=20), now=NOW)
    assert waits(nora) == ["Ana gave notice."]


def test_who_stopped_all_mail_stands_there_for_two_weeks(nora: Owner, offer: Offer) -> None:
    NeverMail.objects.create(email=offer.assistant.email.upper(), asked_at=NOW)
    assert waits(nora) == ["Ana wants no more mail."]
    assert waits(nora, NOW + waiting.STANDS) == []


def test_an_acceptance_taken_back_stands_there_until_somebody_has_the_task(nora: Owner) -> None:
    offer = factories.an_accepted_offer(owner=nora)
    replies.take_back(offer, now=NOW)
    assert waits(nora) == ["Ana took the acceptance back, and nobody has it now."]
    NeverMail.objects.create(email=offer.assistant.email, asked_at=NOW)
    assert waits(nora) == ["Ana took the acceptance back, and nobody has it now. Ana wants no more mail."]
    assert waits(nora, NOW + waiting.STANDS) == []
    ben = factories.an_assistant(owner=nora, name="Ben Okafor")
    factories.an_offer(owner=nora, task=offer.handoff.task, assistant=ben)
    assert waits(nora) == []


def test_work_that_ends_within_a_week_stands_there_if_nobody_has_it_after(nora: Owner, offer: Offer) -> None:
    agreed.give_notice(Handoff.objects.get(), offer, TODAY + timedelta(days=7), now=NOW)
    assert waits(nora) == []
    assert waits(nora, NOW + timedelta(days=1)) == ["It ends on 22 October, and nobody has it after that."]
    ben = factories.an_assistant(owner=nora, name="Ben Okafor")
    factories.an_offer(owner=nora, task=offer.handoff.task, assistant=ben)
    assert waits(nora, NOW + timedelta(days=1)) == []


def test_nothing_of_another_owners_waits(nora: Owner, bea: Owner, offer: Offer) -> None:
    factories.some_hours(offer=offer, day=TODAY)
    assert waits(bea) == []


def test_after_a_take_back_the_next_step_is_to_ask_the_others_again_until_they_are(nora: Owner) -> None:
    old = taken_back(nora, "Ben", "Cleo")[0].handoff
    step = next_step.for_home(nora, NOW)
    assert step
    assert (step.heading, step.url) == ("Ask them again", f"/hand-offs/{old.pk}/")
    assert step.text == f"Ana took the acceptance of {old.task.mid_sentence} back. Nobody has it now."
    late = next_step.for_home(nora, NOW + timedelta(days=16))
    assert late is None or late.heading != "Ask them again"
    factories.an_offer(owner=nora, task=old.task)
    step = next_step.for_home(nora, NOW)
    assert step is None or step.heading != "Ask them again"
