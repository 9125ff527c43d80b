"""
A second step that a thief of the password set up: the mailbox takes it off in its first week, and not later.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from assistants.models import OutgoingEmail
from delegator import jobs
from delegator.account import second_steps
from tasks.models import Owner
from tests import factories
from tests.delegator.account.test_accounts import is_signed_in, link_in
from tests.delegator.pages import read
from tests.delegator.second_step import SECRET, a_passkey, an_app, code_of, reset
from tests.factories import NOW
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
NEW = "brown-bread-at-nine"
MOMENT = timedelta(microseconds=1)
A_WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def at_one_moment() -> Iterator[None]:
    cache.clear()
    with standing_at(NOW):
        yield


@pytest.fixture
def thief(at_one_moment: None, nora: Owner) -> Client:
    """Signed in by the stolen password; they have set up an app and a passkey, and made recovery codes."""
    factories.a_task(owner=nora)
    client = Client()
    client.force_login(nora)
    second_steps.switch_on(nora, SECRET, code_of(NOW), now=NOW)
    a_passkey(nora)
    return client


def page_of_reset(owner: Owner) -> Any:
    client = Client()
    client.post("/password/forgotten/", {"email": owner.email})
    jobs.answer_forgotten()
    sent = OutgoingEmail.objects.filter(kind="reset").latest("pk")
    return read(client.get(link_in(sent, "/password/new/"), follow=True))


def test_with_a_new_password_it_is_taken_off_and_the_thief_is_out(thief: Client, nora: Owner) -> None:
    with standing_at(NOW + A_WEEK - MOMENT):
        assert "I did not set up the second step of 15 October 2026: take it off" in page_of_reset(nora).text
        answer = reset(nora, NEW, not_mine="on")
        assert answer.headers["Location"] == "/"
        assert is_signed_in(answer.client)
        assert thief.get("/settings/").status_code == 302
    assert not Authenticator.objects.exists()
    assert nora.emails.filter(kind="two_step").latest("pk").facts["what"] == "off_by_reset"


def test_after_a_week_it_stays_and_is_not_spoken_of(thief: Client, nora: Owner) -> None:
    with standing_at(NOW + A_WEEK):
        assert "second step" not in page_of_reset(nora).text
        assert reset(nora, NEW, not_mine="on").headers["Location"] == "/sign-in/two-step/"
    assert second_steps.has_one(nora)


def test_it_stays_where_its_owner_only_forgot_the_password(thief: Client, nora: Owner) -> None:
    assert reset(nora, NEW).headers["Location"] == "/sign-in/two-step/"
    assert second_steps.has_one(nora)


def test_one_more_beside_an_old_one_takes_nothing_off(nora: Owner) -> None:
    """It took the old one to set it up, so that it is no thief's of the password."""
    with standing_at(NOW - A_WEEK):
        an_app(nora)
    a_passkey(nora)
    assert "second step" not in page_of_reset(nora).text
    assert reset(nora, NEW, not_mine="on").headers["Location"] == "/sign-in/two-step/"
    assert second_steps.of(nora).app


def test_without_a_second_step_nothing_is_asked(nora: Owner) -> None:
    assert "second step" not in page_of_reset(nora).text
    reset(nora, NEW, not_mine="on")
    assert not nora.emails.filter(kind="two_step").exists()


def test_a_password_that_is_refused_takes_nothing_off(thief: Client, nora: Owner) -> None:
    answer = reset(nora, "short", not_mine="on")
    assert answer.status_code == 200
    assert second_steps.has_one(nora)
    assert "checked" in next(tag for tag in read(answer).all("input") if tag.attrs.get("name") == "not_mine").attrs
