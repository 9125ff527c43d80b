"""Owners read that mail waits or did not arrive where they would wonder, and send it again from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from assistants.handoff import agreed, replies
from assistants.mail import trouble
from assistants.models import NeverMail, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import Browser, text_of
from tests.factories import NOW, a_running_offer, a_task, an_assistant, an_offer
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
WAITS = "Mail is waiting since"
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """It runs, and all that was written of it has left."""
    offer = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=an_assistant(owner=nora, name="Ana Reyes"))
    OutgoingEmail.objects.update(state="sent", sent_at=NOW, trouble="")
    return offer


def page_of(offer: Offer) -> str:
    return f"/hand-offs/{offer.handoff_id}/"


def a_note(offer: Offer, state: str, trouble: str = "", text: str = "See you.") -> OutgoingEmail:
    """What the owner wrote, whose email ended so."""
    agreed.note(offer.handoff, offer, text, now=NOW)
    email = OutgoingEmail.objects.filter(offer=offer).latest("pk")
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state, trouble=trouble)
    email.refresh_from_db()
    return email


# --- What waits --------------------------------------------------------------
@pytest.mark.parametrize("where", [lambda _: "/", lambda _: "/hand-offs/", page_of], ids=["home", "list", "one"])
def test_home_the_list_and_each_hand_off_say_since_when_mail_waits(
    nora: Owner, browser_of: Browser, settings: Settings, offer: Offer, where: Callable[[Offer], str]
) -> None:
    settings.EMAIL_KEPT = False
    email = a_note(offer, "queued")
    with standing_at(NOW + timedelta(minutes=1)):
        assert WAITS not in text_of(browser_of(nora).get(where(offer)))
    with standing_at(LATER):
        page = text_of(browser_of(nora).get(where(offer)))
    assert f"{WAITS} 2:30 pm. Nothing is lost: it goes out as soon as the mail server answers." in page
    nora.clock_format = "24"
    nora.save()
    with standing_at(NOW + timedelta(days=1)):
        assert f"{WAITS} Thursday 15 October, 14:30." in text_of(browser_of(nora).get(where(offer)))
    OutgoingEmail.objects.filter(pk=email.pk).update(state="sent")
    with standing_at(LATER):
        assert WAITS not in text_of(browser_of(nora).get(where(offer)))


def test_where_mail_stays_here_it_is_a_worker_that_is_missing(nora: Owner, browser_of: Browser, offer: Offer) -> None:
    a_note(offer, "queued")
    with standing_at(LATER):
        page = text_of(browser_of(nora).get("/"))
    assert "it goes out as soon as a worker runs again." in page


def test_another_owners_mail_is_nobody_elses_news(bea: Owner, browser_of: Browser, offer: Offer) -> None:
    a_note(offer, "queued")
    with standing_at(LATER):
        assert WAITS not in text_of(browser_of(bea).get("/"))


# --- What did not arrive -----------------------------------------------------
def test_a_hand_off_says_which_email_did_not_arrive_and_why(nora: Owner, browser_of: Browser, offer: Offer) -> None:
    a_note(offer, "dead", "the address was refused")
    with standing_at(LATER):
        page = text_of(browser_of(nora).get(page_of(offer)))
    subject = f"Nora wrote about {offer.handoff.task.mid_sentence}"
    assert f"The email “{subject}” to Ana did not arrive: the address was refused." in page
    assert page.count("Send it again</button>") == 1


def test_one_without_an_answer_may_have_arrived(nora: Owner, browser_of: Browser, offer: Offer) -> None:
    a_note(offer, "unknown", "no answer, twice")
    with standing_at(LATER):
        page = text_of(browser_of(nora).get(page_of(offer)))
    assert "to Ana may not have arrived: the mail server gave no answer." in page
    assert "no answer, twice" not in page


def test_one_that_could_not_be_written_is_told_of_without_its_subject(
    nora: Owner, browser_of: Browser, offer: Offer
) -> None:
    email = a_note(offer, "dead", "it cannot be written (KeyError)")
    OutgoingEmail.objects.filter(pk=email.pk).update(facts={})
    with standing_at(LATER):
        page = text_of(browser_of(nora).get(page_of(offer)))
    assert "The email to Ana did not arrive: it cannot be written (KeyError)." in page


def test_what_is_not_wanted_any_more_has_no_button(nora: Owner, browser_of: Browser, offer: Offer) -> None:
    email = a_note(offer, "dead", "the address was refused")
    NeverMail.objects.create(email=email.to_email, asked_at=NOW)
    with standing_at(LATER):
        page = text_of(browser_of(nora).get(page_of(offer)))
    assert "did not arrive" in page
    assert "Send it again" not in page


def test_a_page_with_many_failures_shows_the_newest_few_and_asks_no_more(
    nora: Owner, browser_of: Browser, offer: Offer
) -> None:
    for number in range(trouble.MOST_SHOWN):
        a_note(offer, "dead", "it was put off for five days", f"Note {number}")
    few = queries(browser_of(nora), page_of(offer))
    for number in range(6):
        a_note(offer, "dead", "it was put off for five days", f"Note {number}")
    assert queries(browser_of(nora), page_of(offer)) == few


def queries(client: Client, url: str) -> int:
    with standing_at(LATER), CaptureQueriesContext(connection) as asked:
        assert text_of(client.get(url)).count("Send it again") == trouble.MOST_SHOWN
    return len(asked)


# --- Again -------------------------------------------------------------------
def again(email: OutgoingEmail) -> str:
    return f"/hand-offs/{email.offer.handoff_id}/emails/{email.pk}/again/" if email.offer else ""


def test_the_button_sends_it_again_once(hers: Client, offer: Offer) -> None:
    email = a_note(offer, "dead", "the address was refused")
    page = text_of(hers.post(again(email), follow=True))
    assert "It goes to Ana again." in page
    assert "did not arrive" not in page
    copy = OutgoingEmail.objects.latest("pk")
    assert (copy.key, copy.state, copy.to_email) == (f"{email.key}+1", "queued", email.to_email)
    assert "It has been sent again already." in text_of(hers.post(again(email), follow=True))
    assert OutgoingEmail.objects.latest("pk") == copy


def test_it_says_why_it_is_not_sent_again(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = an_offer(owner=nora, now=now, reply_by=now + timedelta(days=3))
    OutgoingEmail.objects.update(state="unknown")
    replies.decline(offer, reason="", now=now)
    email = OutgoingEmail.objects.select_related("offer").get(kind="offer")
    assert "It is not sent again: the offer is declined." in text_of(hers.post(again(email), follow=True))


def test_only_by_post_and_only_of_this_hand_off_of_ones_own(
    hers: Client, nora: Owner, bea: Owner, browser_of: Browser, offer: Offer
) -> None:
    email = a_note(offer, "dead", "the address was refused")
    other = a_running_offer(owner=nora, task=a_task(owner=nora))
    before = OutgoingEmail.objects.count()
    assert hers.get(again(email)).status_code == 405
    assert hers.post(f"/hand-offs/{other.handoff_id}/emails/{email.pk}/again/").status_code == 404
    assert browser_of(bea).post(again(email)).status_code == 404
    assert Client().post(again(email)).status_code == 302
    assert OutgoingEmail.objects.count() == before
