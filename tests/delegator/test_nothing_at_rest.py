"""
No secret at rest: what a thief reads in the database, the broker and the logs opens no link and no session.

A walk through what sends links is dumped as text, and each string that could be a token is
tried wherever one opens something. The same search has to find the true ones, so that it
cannot pass by not looking.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from kombu.transport.memory import Channel

from assistants import links
from assistants.handoff import deliveries
from assistants.link import renewals
from assistants.mail import messages, outbox
from assistants.models import Offer, OutgoingEmail
from delegator.account import addresses, forgotten
from delegator.account.sessions import SessionStore
from tasks import clock
from tasks.models import Owner
from tests import factories
from tests.assistants.world import by_hand, dump

pytestmark = pytest.mark.django_db(transaction=True)
# What is true where mail leaves the computer.
on_a_server = override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
ANN = {"name": "Ann Moss", "email": "ann@example.com", "password1": "slow-green-kettle", "time_zone": "Europe/Berlin"}
LEAST = 16
PLAIN, JOINED = re.compile(rf"[\w-]{{{LEAST},}}", re.ASCII), re.compile(rf"[\w.:-]{{{LEAST},}}", re.ASCII)
SECONDS = re.compile(r"(?<!\d)\d{10}(?!\d)")
NAME, MARK = 22, 27
# Enough requests to see that pages do as the functions say that they stand on.
SAMPLE = 25


def path_of(name: str, *args: object) -> str:
    return reverse(name, args=args)


def by_link(offer: Offer, act: str = "page") -> str:
    return path_of(f"link:{act}", links.token("offer", offer.pid, offer.epoch))


@on_a_server
def walk(nora: Owner) -> Client:
    """Accounts, an offer and its answer, hours, renewal, export and erasure asked for; and all mail rendered."""
    browser, ana = Client(), Client()
    browser.post("/sign-in/", {"login": nora.email, "password": factories.PASSWORD})
    Client().post("/sign-up/", ANN)
    Client().post("/password/forgotten/", {"email": nora.email})
    forgotten.answer_due(now=clock.now())
    addresses.ask(nora, "nora@other.example", now=clock.now())
    now, today = clock.now(), nora.today(clock.now())
    person = factories.an_assistant(owner=nora)
    offers = [
        factories.an_offer(owner=nora, assistant=person, task=factories.a_task(owner=nora), now=now, starts_on=today)
        for _ in range(3)
    ]
    OutgoingEmail.objects.update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    yes, no, open_ = offers
    ana.post(by_link(yes, "accept"), by_hand(yes, terms="1"))
    ana.post(by_link(no, "decline"), by_hand(no, reason="time"))
    ana.post(by_link(open_, "ask"), by_hand(open_, question="Which bank?", once="a-question"))
    ana.post(by_link(yes, "hours"), by_hand(yes, day=str(today), time="1:30", once="some-hours"))
    for what in ("export", "erase"):
        ana.post(by_link(yes, "data"), by_hand(yes, **{what: "1"}))
    ana.post(path_of("link:renew"), {"email": person.email})
    renewals.answer_due(now=clock.now())
    browser.get(f"/hand-offs/{yes.handoff_id}/")
    ana.get(f"{by_link(yes)[:-2]}/")  # a letter short: its address is logged
    outbox.pump(done=deliveries.hear_of)
    return browser


# --- What there is to read ---------------------------------------------------------
def rows_of_the_database() -> Iterator[str]:
    for rows in dump().values():
        yield from rows


def hints_of_the_broker() -> Iterator[str]:
    """As they lie in its memory, the body readable."""
    for queue in Channel.queues.values():
        for message in list(queue.queue):
            yield json.dumps(message, default=str)
            body = message.get("body", "") if isinstance(message, dict) else ""
            yield base64.b64decode(body).decode(errors="replace")


def lines_of_the_logs(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    for record in caplog.records:
        yield f"{record.getMessage()} {record.exc_text or ''} {record.args!r}"


def like_tokens(texts: Iterable[str]) -> set[str]:
    """Every string that could be one, and what two parts in one row make together."""
    found: set[str] = set()
    for text in texts:
        plain = set(PLAIN.findall(text))
        found |= plain | set(JOINED.findall(text))
        marks = [each for each in plain if len(each) == MARK]
        for name in (each for each in plain if len(each) == NAME):
            found |= {f"{name}.{mark}" for mark in marks}
            found |= {f"{name}.{seconds}.{mark}" for seconds in SECONDS.findall(text) for mark in marks}
    return found


# --- What it opens -----------------------------------------------------------------
def opens(given: str, owners: list[Owner], now: datetime) -> str:
    """What the string opens, as the pages ask; empty if nothing."""
    if links.find_offer(given):
        return "link"
    for purpose in ("export", "erase"):
        seconds = given.split(".")[1] if links.DATED.fullmatch(given) else ""
        at = datetime.fromtimestamp(int(seconds), UTC) if seconds else now
        if links.find_dated(given, purpose, now=at):
            return purpose
    if any(links.proves(given, "unsubscribe", owner.pid) and given.startswith(owner.pid) for owner in owners):
        return "unsubscribe"
    if ":" in given and EmailConfirmationHMAC.from_key(given):
        return "verify"
    if any(addresses.found(owner, given, now=now) for owner in owners):
        return "address"
    if any(PASSWORD_RESET_TOKEN_GENERATOR().check_token(owner, given) for owner in owners):
        return "reset"
    return "session" if SessionStore().exists(given) else ""


def opened(strings: Iterable[str]) -> dict[str, str]:
    owners, now = list(Owner.objects.all()), clock.now()
    return {given: what for given in strings if (what := opens(given, owners, now))}


def true_ones(browser: Client, nora: Owner) -> dict[str, str]:
    """A token of each kind as it left by mail, and the cookie of who is signed in."""
    ways = {
        "link": r"/h/([^/\s]{50})/",
        "export": r"/h/export/([^/\s]+)/",
        "erase": r"/h/erase/([^/\s]+)/",
        "verify": r"/sign-up/confirm/([^/\s]+)/",
        "reset": r"/password/new/[^/\s]+/([^/\s]+)/",
        "address": r"/account/address/confirm/([^/\s]+)/",
    }
    mail = "\n".join(str(messages.compose(email).body) for email in OutgoingEmail.objects.all())
    found = {what: re.search(way, mail) for what, way in ways.items()}
    tokens = {match[1]: what for what, match in found.items() if match}
    tokens[links.token("unsubscribe", nora.pid)] = "unsubscribe"
    tokens[browser.cookies[settings.SESSION_COOKIE_NAME].value] = "session"
    return tokens


def ask_for_all(given: str, uid: str) -> list[int]:
    """The answers of every address that a token opens; a cookie of that value leads to signing in."""
    browser = Client()
    paths = [
        path_of("link:page", given),
        path_of("link:export", given),
        path_of("link:erase", given),
        path_of("unsubscribe", given),
    ]
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = given
    signed_out = thief.get("/settings/")
    assert (signed_out.status_code, "/sign-in/" in signed_out["Location"]) == (302, True), given
    for nothing in (path_of("account_confirm_email", given), f"/password/new/{uid}/{given}/"):
        page = browser.get(nothing)
        assert page.status_code == 404 or "has been used, or has run out" in page.content.decode(), nothing
    return [browser.get(path).status_code for path in paths]


# --- The promise -------------------------------------------------------------------
@pytest.fixture
def left(nora: Owner, caplog: pytest.LogCaptureFixture) -> tuple[Client, list[str]]:
    """The owner's browser after the walk, and all that is left to read."""
    for queue in Channel.queues.values():
        queue.queue.clear()
    cache.clear()  # how often somebody asked before
    with caplog.at_level(logging.DEBUG):
        browser = walk(nora)
    assert current_app.conf.broker_url == "memory://"
    hints = list(hints_of_the_broker())
    assert any("send_email" in hint for hint in hints)
    assert any("/h/…" in line for line in lines_of_the_logs(caplog))
    return browser, [*rows_of_the_database(), *hints, *lines_of_the_logs(caplog)]


def test_nothing_that_is_kept_opens_anything(nora: Owner, left: tuple[Client, list[str]]) -> None:
    browser, texts = left
    true = true_ones(browser, nora)
    assert opened(true) == true
    assert set(true.values()) == {"link", "export", "erase", "unsubscribe", "verify", "reset", "session", "address"}
    found = like_tokens(texts)
    assert len(found) > 50
    assert opened(found) == {}
    assert not [token for token in true if any(token in text for text in texts)]
    shaped = sorted(found, key=lambda each: (not links.SHAPE.fullmatch(each), each))
    uid = user_pk_to_url_str(nora)
    for given in shaped[:SAMPLE]:
        assert set(ask_for_all(given, uid)) == {404}, given


def test_one_that_was_kept_would_be_found(nora: Owner, left: tuple[Client, list[str]]) -> None:
    browser, _ = left
    first = OutgoingEmail.objects.earliest("pk").pk
    for token, what in true_ones(browser, nora).items():
        OutgoingEmail.objects.filter(pk=first).update(trouble=f"sent as /x/{token}/")
        assert opened(like_tokens(rows_of_the_database())) == {token: what}
