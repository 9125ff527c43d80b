"""A lost link, asked for by address: mail to the address on file only, and nothing tells whether there is one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistants import jobs, links
from assistants.handoff import agreed, deliveries, replies
from assistants.link import page, renewals
from assistants.mail import messages, outbox
from assistants.models import Assistant, LinkRequest, NeverMail, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import deliver, dump, race, text_of
from tests.factories import NOW, a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer, an_owner
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
RENEW, SENT = "/h/renew/", "/h/renew/sent/"
ANA = "ana@reyes.example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, email=ANA)


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def renewed() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind="renew").select_related("owner", "offer__handoff"))


def asked(address: str = ANA, times: int = 1) -> list[OutgoingEmail]:
    """What is written after it was asked for that often, a minute apart."""
    for n in range(times):
        renewals.ask(address, now=NOW + n * MINUTE)
        renewals.answer_due(now=NOW + n * MINUTE)
    return renewed()


def an_open_offer(**of: Any) -> Offer:
    """Whose email has left: what can still be undone is nobody's yet."""
    offer = an_offer(**of)
    deliver(offer)
    return offer


def link(offer: Offer) -> str:
    return f"/h/{links.token('offer', offer.pid, offer.epoch)}/"


# --- What is sent ------------------------------------------------------------
def test_one_email_an_owner_lists_what_is_open_agreed_and_lately_over(
    nora: Owner, bea: Owner, ana: Assistant
) -> None:
    open_ = an_open_offer(owner=nora, assistant=ana)
    taken = an_accepted_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    ended = a_running_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    agreed.end(ended.handoff, now=NOW)
    declined = an_open_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    replies.decline(declined, reason="", now=NOW)
    countered = an_open_offer(owner=nora, assistant=ana, task=a_task(owner=nora, name="Travel"))
    replies.counter(countered, **countered.terms.fields | {"share": 50}, note="", terms_version=1, now=NOW)
    hers = an_open_offer(owner=bea, assistant=an_assistant(owner=bea, email=ANA.upper()))
    emails = {email.owner: email for email in asked()}
    assert {owner: email.to_email for owner, email in emails.items()} == {nora: ANA, bea: ANA.upper()}
    body = str(messages.compose(emails[nora]).body)
    for offer in (open_, taken, ended):
        assert body.count(f"{link(offer)}\n") == 1
    assert link(declined) not in body
    # In the words of their page.
    assert "Travel (your change is with Nora):" in body
    assert {each["stands"] for each in page.others(declined)} == {
        *("waits for your answer", "agreed", "your change is with Nora")
    }
    assert link(hers) not in body
    assert link(hers) in str(messages.compose(emails[bea]).body)


def test_those_with_nothing_open_get_nothing(nora: Owner, ana: Assistant) -> None:
    an_assistant(owner=nora, name="Never Asked", email="never@example.org")
    replies.decline(an_open_offer(owner=nora, assistant=ana), reason="", now=NOW)
    long_over = a_running_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    agreed.end(long_over.handoff, now=NOW - timedelta(days=60))
    assert asked() == asked("never@example.org") == asked("nobody@example.org") == []


def test_who_wants_no_mail_gets_none(nora: Owner, ana: Assistant) -> None:
    an_open_offer(owner=nora, assistant=ana)
    NeverMail.objects.create(email=ANA.title(), asked_at=NOW)
    assert asked() == []


def test_three_in_an_hour_and_then_again(nora: Owner, ana: Assistant) -> None:
    an_open_offer(owner=nora, assistant=ana)
    assert len(asked(times=6)) == 3
    renewals.ask(ANA.upper(), now=NOW + 59 * MINUTE)
    renewals.answer_due(now=NOW + 59 * MINUTE)
    assert len(renewed()) == 3
    renewals.ask(ANA, now=NOW + 60 * MINUTE)
    renewals.answer_due(now=NOW + 60 * MINUTE)
    assert len(renewed()) == 4


def test_no_link_is_written_down_and_what_was_asked_is_forgotten(nora: Owner, ana: Assistant) -> None:
    offer = an_open_offer(owner=nora, assistant=ana)
    asked()
    mark = links.token("offer", offer.pid, offer.epoch).partition(".")[2]
    assert mark not in str(dump())
    renewals.answer_due(now=NOW + 61 * MINUTE)
    assert not LinkRequest.objects.exists()


def test_one_bad_row_is_not_the_others(nora: Owner, ana: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    an_open_offer(owner=nora, assistant=ana)
    broken = an_assistant(owner=nora, name="Ben", email="ben@example.org")
    an_open_offer(owner=nora, assistant=broken, task=a_task(owner=nora))
    renewals.ask("ben@example.org", now=NOW)
    # An email of that key is there already, which must never be.
    email = OutgoingEmail.objects.filter(offer__assistant=broken)
    email.update(key=f"renew-{broken.pk}-{NOW:%Y%m%d%H%M%S%f}")
    renewals.ask(ANA, now=NOW)
    renewals.answer_due(now=NOW)
    assert [email.to_email for email in renewed()] == [ANA]
    assert "could not be sent" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one(on_disk: None, caplog: pytest.LogCaptureFixture) -> None:
    owner = an_owner()
    an_open_offer(owner=owner, assistant=an_assistant(owner=owner, email=ANA))
    renewals.ask(ANA, now=NOW)
    assert race([partial(renewals.answer_due, now=NOW)] * 4) == [None] * 4
    assert len(renewed()) == 1
    assert "could not be sent" not in caplog.text
    assert race([partial(renewals.ask, ANA, now=NOW + MINUTE)] * 6) == [None] * 6
    assert LinkRequest.objects.get().times == 3


# --- The pages -----------------------------------------------------------------
def test_from_a_dead_link_to_the_mail(nora: Owner, ana: Assistant, browser: Client) -> None:
    now = clock.now()
    offer = an_open_offer(owner=nora, assistant=ana, now=now, reply_by=now + timedelta(days=2))
    page = text_of(browser.get("/h/gone.gone/"))
    assert "Lost your link?" in page
    assert f'action="{RENEW}"' in page
    response = browser.post(RENEW, {"email": ANA})
    assert (response.status_code, response["Location"]) == (302, SENT)
    assert "Check your mail" in text_of(browser.get(SENT))
    assert not renewed()
    jobs.sweep()
    [email] = renewed()
    assert email.state == "sent"
    assert browser.get(link(offer)).status_code == 200


def test_opened_directly_it_says_what_it_is_for(browser: Client) -> None:
    page = text_of(browser.get(RENEW))
    assert '<h1 class="mb-3">Lost your link?</h1>' in page
    assert "opens nothing" not in page
    assert browser.post(RENEW, {"email": "no address"}).status_code == 422
    cut_short = browser.get("/h/")
    assert (cut_short.status_code, cut_short["Location"]) == (302, RENEW)
    # And where a link is broken the same is offered.
    lost = browser.get("/h/gone.gone/")
    assert lost.status_code == 404
    assert '<h1 class="mb-3">This link opens nothing</h1>' in text_of(lost)
    assert f'action="{RENEW}"' in text_of(lost)


def test_a_known_address_answers_as_an_unknown_one(nora: Owner, ana: Assistant, browser: Client) -> None:
    an_open_offer(owner=nora, assistant=ana)
    answers = []
    for address in (ANA, "nobody@example.org"):
        # Headers name the second.
        with standing_at(NOW), CaptureQueriesContext(connection) as queries:
            response = browser.post(RENEW, {"email": address})
        headers = {name: value for name, value in response.items() if name not in ("Date", "X-Request-Id")}
        answers.append((response.status_code, response.content, headers, len(queries)))
    assert answers[0] == answers[1]
    assert set(LinkRequest.objects.values_list("email", "times")) == {(ANA, 1), ("nobody@example.org", 1)}


def test_the_fourth_in_an_hour_answers_as_the_first(browser: Client) -> None:
    answers = [browser.post(RENEW, {"email": ANA}) for _ in range(5)]
    assert len({(each.status_code, each["Location"], each.content) for each in answers}) == 1


@pytest.mark.parametrize(
    "typed",
    ["", "ana", "ana@", "a@b.example.org,c@d.example.org", "ana@reyes.works\nBcc: x@y.works", "a\x00@b.works"],
)
def test_what_is_no_address_is_said_and_nothing_is_written(browser: Client, typed: str) -> None:
    before = dump()
    response = browser.post(RENEW, {"email": typed})
    assert response.status_code == 422
    assert 'id="id_email_error"' in text_of(response)
    assert dump() == before


def test_looking_writes_nothing(browser: Client) -> None:
    before = dump()
    for path in (RENEW, SENT):
        for read in (browser.get, browser.head, browser.options):
            assert not read(path).cookies
    assert dump() == before


WRONG = [
    "gone.gone",
    "x" * 22 + "." + "y" * 27,
    "a",
    "x" * 3000,
    "export/a.b",
    "erase/a.b",
    "a.b/nowhere",
    "a.b/data",
]


def test_every_wrong_link_gets_the_same_page(nora: Owner, browser: Client, hers: Client) -> None:
    offer = an_open_offer(owner=nora)
    pages = {browser.get(f"/h/{each}/").content for each in WRONG}
    pages.add(browser.get(f"/h/{links.token('offer', offer.pid, 7)}/").content)
    pages.add(browser.post(f"/h/{links.token('made', offer.pid)}/accept/").content)
    assert len(pages) == 1
    assert {browser.get(f"/h/{each}/").status_code for each in WRONG} == {404}
    # And elsewhere nothing speaks of links.
    assert "Lost your link?" not in text_of(hers.get("/nowhere/"))


def test_the_sweep_leaves_the_mail_on_its_way(nora: Owner, ana: Assistant) -> None:
    now = clock.now()
    an_open_offer(owner=nora, assistant=ana, now=now, reply_by=now + timedelta(days=2))
    renewals.ask(ANA, now=now)
    renewals.answer_due(now=now)
    outbox.pump(done=deliveries.hear_of)
    assert [email.state for email in renewed()] == ["sent"]
