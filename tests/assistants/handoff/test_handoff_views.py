"""Hand-offs as the owner takes them back, ends them and lists them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from assistants.handoff import deliveries
from assistants.mail import outbox
from assistants.models import Handoff, Offer, OutgoingEmail
from tasks import clock, dates
from tasks.models import Owner
from tests.assistants.world import Browser, dump, standing, text_of, what_happened
from tests.factories import a_draft, a_task, an_accepted_offer, an_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]


def today(owner: Owner) -> date:
    return owner.today(clock.now())


def page_of(handoff: Handoff, act: str = "") -> str:
    return reverse(f"assistants:handoff{'_' + act if act else ''}", args=[handoff.pk])


def an_offer_now(owner: Owner) -> Offer:
    now = clock.now()
    return an_offer(owner=owner, task=a_task(owner=owner), now=now, reply_by=now + timedelta(days=5))


# --- Taking back -------------------------------------------------------------
def test_undo_brings_it_back_as_a_draft(hers: Client, nora: Owner) -> None:
    offer = an_offer_now(nora)
    response = hers.post(page_of(offer.handoff, "undo"), follow=True)
    assert "Nothing was sent. It is a draft again." in text_of(response)
    assert standing(offer) == ("draft", "withdrawn")


def test_undo_is_offered_only_while_it_can_be_done(hers: Client, nora: Owner) -> None:
    offer = an_offer_now(nora)
    assert "Undo</button>" in text_of(hers.get(page_of(offer.handoff)))
    OutgoingEmail.objects.update(due_at=clock.now())
    outbox.pump(done=deliveries.hear_of)
    page = text_of(hers.get(page_of(offer.handoff)))
    assert "Undo</button>" not in page
    assert "Waiting for Ana" in page
    response = hers.post(page_of(offer.handoff, "undo"), follow=True)
    assert "Too late: it is on its way." in text_of(response)
    assert standing(offer) == ("offering", "sent")


def test_withdraw_takes_back_what_nobody_accepted(hers: Client, nora: Owner) -> None:
    offer = an_offer_now(nora)
    assert "Withdrawn." in text_of(hers.post(page_of(offer.handoff, "withdraw"), follow=True))
    assert standing(offer) == ("withdrawn", "withdrawn")
    response = hers.post(page_of(offer.handoff, "withdraw"), follow=True)
    assert "Too late to withdraw" in text_of(response)
    assert what_happened(offer.handoff) == ["sent", "withdrawn", "closed", "refused"]


def test_end_ends_what_was_agreed_and_says_that_they_know(hers: Client, nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, now=clock.now(), reply_by=clock.now() + timedelta(days=1))
    ended = {"last_day": str(today(nora))}
    assert "Ana knows." in text_of(hers.post(page_of(offer.handoff, "end"), ended, follow=True))
    assert standing(offer) == ("ended", "accepted")
    assert "It is not running any more." in text_of(hers.post(page_of(offer.handoff, "end"), ended, follow=True))


def test_an_end_with_notice_waits_for_its_last_day(hers: Client, nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, now=clock.now(), reply_by=clock.now() + timedelta(days=1))
    last_day = today(nora) + timedelta(days=14)
    hers.post(page_of(offer.handoff, "end"), {"last_day": str(last_day)})
    assert standing(offer) == ("taken", "accepted")
    assert f"Ends on {dates.long(last_day)}" in text_of(hers.get(page_of(offer.handoff)))
    early = hers.post(page_of(offer.handoff, "end"), {"last_day": str(today(nora) - timedelta(days=1))})
    assert early.status_code == 422
    assert "or a later day." in text_of(early)


def test_only_a_draft_can_be_thrown_away(hers: Client, nora: Owner) -> None:
    draft, offer = a_draft(owner=nora), an_offer_now(nora)
    response = hers.post(page_of(draft, "discard"), follow=True)
    assert "The draft is gone." in text_of(response)
    assert not Handoff.objects.filter(pk=draft.pk).exists()
    response = hers.post(page_of(offer.handoff, "discard"), follow=True)
    assert "It has been sent, so it stays in your list." in text_of(response)
    assert standing(offer) == ("offering", "queued")


@pytest.mark.parametrize("act", ["undo", "withdraw", "end", "discard"])
def test_moves_are_made_by_posting_alone(hers: Client, nora: Owner, act: str) -> None:
    offer = an_offer_now(nora)
    before = dump()
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        assert hers.generic(method, page_of(offer.handoff, act)).status_code == 405
    assert dump() == before


# --- Lists and strangers -----------------------------------------------------
def test_the_list_tells_what_waits_what_is_agreed_and_what_is_past(
    hers: Client, nora: Owner, bea: Owner, browser_of: Browser
) -> None:
    url = reverse("assistants:handoffs")
    assert "Nothing handed off yet" in text_of(hers.get(url))
    an_offer_now(nora)
    an_accepted_offer(owner=nora, task=a_task(owner=nora))
    a_draft(owner=nora, task=a_task(owner=nora))
    page = text_of(hers.get(url))
    for said in ("1 agreed, 1 waiting for a reply.", "Going out", "Accepted, starts 26 October", "Draft"):
        assert said in page
    assert "Nothing handed off yet" in text_of(browser_of(bea).get(url))


@pytest.mark.parametrize("act", ["", "draft", "undo", "withdraw", "end", "discard"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_strangers_hand_off_is_as_unknown_as_a_random_number(
    hers: Client, bea: Owner, method: str, act: str
) -> None:
    draft, offer = a_draft(owner=bea), an_offer_now(bea)
    agreed = an_accepted_offer(owner=bea, task=a_task(owner=bea))
    name = f"assistants:handoff{'_' + act if act else ''}"
    before = dump()
    answers = [
        hers.generic(method, reverse(name, args=[pk]))
        for pk in (987654321, 9223372036854775807, 2**70, draft.pk, offer.handoff_id, agreed.handoff_id)
    ]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert answers[0].status_code == (
        405 if method == "GET" and act in ("undo", "withdraw", "end", "discard") else 404
    )
    assert dump() == before


def test_signed_out_every_page_asks_to_sign_in(client: Client, nora: Owner) -> None:
    offer = an_offer_now(nora)
    before = dump()
    for name in ("assistants", "assistant_new", "plan", "plan_budget", "handoffs", "handoff_new"):
        for response in (client.get(reverse(f"assistants:{name}")), client.post(reverse(f"assistants:{name}"))):
            assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in/")
    for act in ("", "draft", "undo", "withdraw", "end", "discard"):
        assert client.post(page_of(offer.handoff, act)).status_code == 302
    assert dump() == before
