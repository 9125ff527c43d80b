"""
A form that is sent twice, by a double click or by sending it again: both lead to the same page, and sign nobody out.

What proves who it is gives the session a new key, so that the second one comes with a key that is none any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from delegator.account import second_steps
from tasks import clock
from tasks.models import Owner
from tests import factories
from tests.delegator.account.test_accounts import is_signed_in
from tests.delegator.account.test_two_step import SET_UP, codes_in, sealed_in, secret_in
from tests.delegator.at_once import at_once, real_database
from tests.delegator.pages import Page, read
from tests.delegator.second_step import after_password, an_app, asked_again, code_of
from tests.factories import NOW
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
STEP = "/sign-in/two-step/"


@pytest.fixture(autouse=True)
def at_one_moment(db: None, request: pytest.FixtureRequest) -> Iterator[None]:
    cache.clear()
    if "at_once" in request.node.name:
        yield
        return
    with standing_at(NOW):
        yield


@pytest.fixture
def nora(at_one_moment: None, nora: Owner) -> Owner:
    factories.a_task(owner=nora)
    return nora


def sent_twice(client: Client, path: str, given: dict[str, str]) -> tuple[Page, Page]:
    """The pages that two equal forms lead to, of which the second left before the first was answered."""
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    pages = []
    for _ in range(2):
        answer: Any = client.post(path, given, HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={key}")
        if answer.status_code == 302:
            answer = client.get(answer.headers["Location"], follow=True)
        pages.append(read(answer))
    assert is_signed_in(client)
    return pages[0], pages[1]


def test_a_code_leads_on_where_they_meant_to_go(nora: Owner) -> None:
    an_app(nora)
    client = after_password(nora, "/sign-in/?next=/plan/")
    fields = {tag.attrs["name"]: tag.attrs.get("value", "") for tag in read(client.get(STEP)).all("input")}
    first, second = sent_twice(client, STEP, fields | {"code": code_of(NOW)})
    assert first.heading == second.heading
    assert "plan" in first.heading.lower()


def test_a_code_that_is_asked_for_later_leads_on(hers: Client, nora: Owner) -> None:
    an_app(nora)
    first, second = sent_twice(hers, "/account/two-step/prove/?next=/account/", {"code": code_of(NOW)})
    assert first.heading == second.heading == "Your account"


def test_the_password_once_more_leads_on(hers: Client, nora: Owner) -> None:
    path = "/account/reauthenticate/?next=/account/export/"
    first, second = sent_twice(hers, path, {"password": factories.PASSWORD})
    assert first.heading == second.heading != "Your password once more"


def test_a_new_password_is_changed_once_and_signs_nobody_out(hers: Client, nora: Owner) -> None:
    new = {"oldpassword": factories.PASSWORD, "password1": "brown-bread-at-nine", "password2": "brown-bread-at-nine"}
    sent_twice(hers, "/password/change/", new)
    assert Owner.objects.get().check_password("brown-bread-at-nine")


def test_an_app_that_is_set_up_shows_its_recovery_codes_both_times(hers: Client, nora: Owner) -> None:
    client = asked_again(hers, nora)
    page = read(client.get(SET_UP))
    given = {"code": code_of(NOW, secret_in(page)), "secret": sealed_in(page)}
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    first = client.post(SET_UP, given)
    second = client.post(SET_UP, given, HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={key}")
    second = client.get(second.headers["Location"], follow=True)
    assert codes_in(first) == codes_in(second)
    assert len(codes_in(second)) == 10
    # Reloaded, too; for two minutes, and for this browser alone.
    assert codes_in(client.post(SET_UP, given)) == codes_in(first)
    other = after_password(nora)
    later = NOW + second_steps.HALF_MINUTE
    with standing_at(later):
        other.post(STEP, {"code": code_of(later, secret_in(page))})
        assert is_signed_in(other)
        assert other.get(SET_UP).headers["Location"] == "/account/two-step/"
    with standing_at(NOW + 4 * second_steps.HALF_MINUTE):
        assert client.get(SET_UP).headers["Location"] == "/account/two-step/"


def test_codes_of_which_one_was_used_are_not_shown_again(hers: Client, nora: Owner) -> None:
    client = asked_again(hers, nora)
    page = read(client.get(SET_UP))
    codes = codes_in(client.post(SET_UP, {"code": code_of(NOW, secret_in(page)), "secret": sealed_in(page)}))
    second_steps.use_code(nora, codes[0], now=NOW)
    assert client.get(SET_UP).headers["Location"] == "/account/two-step/"


def test_a_cookie_that_opens_nothing_is_left_where_it_is_and_signing_out_takes_it(hers: Client) -> None:
    made_up = Client()
    made_up.cookies[settings.SESSION_COOKIE_NAME] = "f" * 32
    assert settings.SESSION_COOKIE_NAME not in made_up.get("/sign-in/").cookies
    assert not is_signed_in(made_up)
    assert hers.post("/sign-out/").cookies[settings.SESSION_COOKIE_NAME].value == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [STEP, "/account/two-step/prove/"])
def test_sent_at_once_no_code_is_called_wrong(nora: Owner, tmp_path: Path, path: str) -> None:
    client = Client()
    client.force_login(nora)
    an_app(nora)
    if path == STEP:
        client = after_password(nora)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    now = clock.now()

    def send() -> Any:
        browser = Client()
        browser.cookies[settings.SESSION_COOKIE_NAME] = key
        return browser.post(path, {"code": code_of(now)})

    with real_database(tmp_path):
        answers: list[Any] = at_once(*[send] * 4)
        signed_in = [answer for answer in answers if answer.cookies.get(settings.SESSION_COOKIE_NAME)]
    assert [answer.status_code for answer in answers] == [302] * 4
    assert len(signed_in) == 1
