"""Between password and session: a code of the app or a recovery code, each once, and not many wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from delegator.account import second_steps
from delegator.models import Session
from tasks.models import Owner
from tests import factories
from tests.delegator.account.test_accounts import is_signed_in, sign_in
from tests.delegator.pages import read
from tests.delegator.second_step import SECRET, a_passkey, after_password, an_app, asked_again, code_of, reset
from tests.factories import NOW
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
STEP = "/sign-in/two-step/"
PERIOD = timedelta(seconds=second_steps.PERIOD)


@pytest.fixture(autouse=True)
def at_one_moment() -> Iterator[None]:
    cache.clear()
    with standing_at(NOW):
        yield


@pytest.fixture
def nora(at_one_moment: None, nora: Owner) -> Owner:
    """With an app, and recovery codes."""
    an_app(nora)
    factories.a_task(owner=nora)
    return nora


@pytest.fixture
def codes(nora: Owner) -> list[str]:
    return second_steps.new_codes(nora)


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def write(client: Client, code: str, peer: str = "198.51.100.7") -> Any:
    return client.post(STEP, {"code": code}, REMOTE_ADDR=peer)


# --- The password alone -----------------------------------------------------------
def test_the_password_alone_opens_nothing(nora: Owner) -> None:
    client = after_password(nora)
    assert not is_signed_in(client)
    assert client.get("/today/").status_code == 302
    assert read(client.get(STEP)).heading == "The second step"


def test_without_a_second_step_there_is_no_such_page(bea: Owner, client: Client) -> None:
    assert sign_in(client, bea.email).headers["Location"] == "/start/"
    assert client.get(STEP).headers["Location"] == "/start/"


def test_nobody_comes_to_it_without_the_password(nora: Owner, client: Client) -> None:
    for answer in (client.get(STEP), write(client, code_of(NOW)), client.post(f"{STEP}challenge/")):
        assert answer.headers["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_the_password_is_good_for_a_quarter_of_an_hour(nora: Owner) -> None:
    client = after_password(nora)
    late = NOW + timedelta(minutes=15, seconds=1)
    with standing_at(late):
        assert write(client, code_of(late)).headers["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_a_reset_password_signs_nobody_in_past_it(nora: Owner) -> None:
    answer = reset(nora, "another-long-password")
    assert answer.headers["Location"] == STEP
    assert not is_signed_in(answer.client)


def test_an_owner_whose_account_was_closed_meanwhile_stays_out(nora: Owner) -> None:
    client = after_password(nora)
    Owner.objects.filter(pk=nora.pk).update(is_active=False)
    write(client, code_of(NOW))
    assert client.get("/today/").status_code == 302


# --- A code -----------------------------------------------------------------------
def test_the_code_of_the_app_signs_in_and_leads_on(nora: Owner) -> None:
    client = after_password(nora, "/sign-in/?next=/plan/")
    assert write(client, code_of(NOW)).headers["Location"] == "/plan/"
    assert is_signed_in(client)


@pytest.mark.parametrize("written", ["{0} {1}", " {0}{1} ", "{0}-{1}", "\t{0}.{1}"])
def test_it_may_be_written_with_blanks(nora: Owner, written: str) -> None:
    code = code_of(NOW)
    client = after_password(nora)
    write(client, written.format(code[:3], code[3:]))
    assert is_signed_in(client)


@pytest.mark.parametrize("late", [timedelta(), PERIOD, 2 * PERIOD - timedelta(microseconds=1)])
def test_a_code_is_good_for_its_half_minute_and_the_next(nora: Owner, late: timedelta) -> None:
    client = after_password(nora)
    with standing_at(NOW + late):
        write(client, code_of(NOW))
    assert is_signed_in(client)


@pytest.mark.parametrize("at", [-2 * PERIOD, PERIOD, -10 * PERIOD])
def test_and_for_no_other(nora: Owner, at: timedelta) -> None:
    client = after_password(nora)
    answer = write(client, code_of(NOW + at))
    assert answer.status_code == 422
    page = read(answer)
    assert "That is not the code for now, or it was used before." in page.text
    (field,) = [tag for tag in page.all("input") if tag.attrs.get("name") == "code"]
    assert "is-invalid" in field.attrs["class"]
    assert not is_signed_in(client)


def test_a_code_works_once(nora: Owner) -> None:
    write(after_password(nora), code_of(NOW))
    again = after_password(nora)
    cache.clear()  # which has no part in it
    assert write(again, code_of(NOW)).status_code == 422
    assert not is_signed_in(again)
    later = NOW + PERIOD
    with standing_at(later):
        assert write(again, code_of(NOW)).status_code == 422  # also not as the one of before
        write(again, code_of(later))
    assert is_signed_in(again)


def test_the_code_of_before_is_void_once_a_newer_one_was_used(nora: Owner) -> None:
    second_steps.use_code(nora, code_of(NOW), now=NOW)
    with pytest.raises(second_steps.Refused):
        second_steps.use_code(nora, code_of(NOW - PERIOD), now=NOW)


def test_the_code_that_switched_it_on_does_not_sign_in_as_well(nora: Owner) -> None:
    Authenticator.objects.all().delete()
    second_steps.switch_on(nora, SECRET, code_of(NOW), now=NOW)
    with pytest.raises(second_steps.Refused):
        second_steps.use_code(nora, code_of(NOW), now=NOW)


def test_the_code_of_another_owner_signs_nobody_in(nora: Owner, bea: Owner) -> None:
    an_app(bea, "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")
    client = after_password(nora)
    write(client, code_of(NOW, "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"))
    assert not is_signed_in(client)


@pytest.mark.parametrize("code", ["", " ", "\x00", "1" * 5000, "einhundert", "０" * 6, "\ud7ff", "<b>"])
def test_what_is_no_code_is_refused_with_a_word(nora: Owner, code: str) -> None:
    client = after_password(nora)
    answer = write(client, code)
    assert answer.status_code == 422
    assert read(answer).all("div", "problem")
    assert not is_signed_in(client)


# --- A recovery code ----------------------------------------------------------------
def test_a_recovery_code_signs_in_once_and_its_owner_is_told(nora: Owner, codes: list[str]) -> None:
    client = after_password(nora)
    write(client, codes[3])
    assert is_signed_in(client)
    told = nora.emails.filter(kind="two_step").latest("pk")
    assert (told.facts["what"], told.facts["left"]) == ("code_used", 9)
    again = after_password(nora)
    assert write(again, codes[3]).status_code == 422
    assert not is_signed_in(again)


def test_all_ten_work_and_then_none(nora: Owner, codes: list[str]) -> None:
    for code in codes:
        assert second_steps.use_code(nora, code, now=NOW)
    for code in codes:
        with pytest.raises(second_steps.Refused):
            second_steps.use_code(nora, code, now=NOW)
    assert second_steps.of(nora).codes_left == 0


# --- Wrong ones -------------------------------------------------------------------------
def test_after_five_wrong_codes_the_right_one_waits_too(nora: Owner) -> None:
    client = after_password(nora)
    for _ in range(5):
        write(client, "000000")
    answer = write(client, code_of(NOW))
    assert "Too many tries." in read(answer).text
    assert not is_signed_in(client)
    later = NOW + timedelta(minutes=5, seconds=1)
    with standing_at(later):
        write(client, code_of(later))
    assert is_signed_in(client)


def test_who_guesses_from_elsewhere_keeps_nobody_out(nora: Owner) -> None:
    thief = after_password(nora)
    for _ in range(8):
        write(thief, "000000", peer="203.0.113.9")
    client = after_password(nora)
    write(client, code_of(NOW))
    assert is_signed_in(client)


def test_a_network_of_ipv6_is_one_peer(nora: Owner) -> None:
    client = after_password(nora)
    for n in range(5):
        write(client, "000000", peer=f"2001:db8::{n:x}")
    assert "Too many tries." in read(write(client, "000000", peer="2001:db8::ffff")).text


def test_a_day_holds_a_hundred_wrong_codes_from_wherever_they_come(nora: Owner) -> None:
    client = after_password(nora)
    for n in range(100):
        assert "Too many" not in read(write(client, "000000", peer=f"203.0.113.{n}")).text
    assert "Too many wrong codes were written today." in read(write(client, code_of(NOW), peer="192.0.2.1")).text
    assert not is_signed_in(client)


def test_a_new_password_opens_the_codes_again_once_a_day(nora: Owner) -> None:
    """Or a thief of the password could keep its owner out for a day, and then for another."""
    used_up(nora)
    reset(nora, "another-long-password")
    owner = after_password(nora, password="another-long-password")
    write(owner, code_of(NOW))
    assert is_signed_in(owner)
    used_up(nora, password="another-long-password")
    reset(nora, "a-third-long-password")
    again = after_password(nora, password="a-third-long-password")
    assert "Too many wrong codes" in read(write(again, "000000", peer="192.0.2.1")).text


def used_up(owner: Owner, password: str = factories.PASSWORD) -> None:
    """A hundred wrong codes, from everywhere."""
    client = after_password(owner, password=password)
    for n in range(101):
        answer = write(client, "000000", peer=f"203.0.113.{n}")
    assert "Too many wrong codes" in read(answer).text


def test_right_codes_are_not_counted(nora: Owner, codes: list[str]) -> None:
    for code in codes[:7]:
        client = after_password(nora)
        write(client, code)
        assert is_signed_in(client)


# --- The session -------------------------------------------------------------------------
def test_the_session_has_a_new_key_after_each_step(nora: Owner) -> None:
    client = Client()
    planted = client.session
    planted["seen"] = True
    planted.save()
    planted_key = str(planted.session_key)
    client.cookies[settings.SESSION_COOKIE_NAME] = planted_key
    sign_in(client, nora.email)
    between = key_of(client)
    write(client, code_of(NOW))
    assert len({planted_key, between, key_of(client)}) == 3
    for old in (planted_key, between):
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = old
        assert write(thief, code_of(NOW)).headers["Location"] == "/sign-in/"
        assert thief.get("/today/").status_code == 302
    assert Session.objects.get().owner == nora


def test_the_password_again_gives_the_session_a_new_key_too(nora: Owner) -> None:
    client = Client()
    client.force_login(nora)
    before = key_of(client)
    client.post("/account/reauthenticate/", {"password": factories.PASSWORD})
    assert key_of(client) != before
    assert client.get("/plan/").status_code == 200
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert thief.get("/today/").status_code == 302


def test_between_the_steps_the_session_is_nobodys(nora: Owner) -> None:
    after_password(nora)
    assert Session.objects.get().owner is None


def test_a_second_step_that_was_taken_off_meanwhile_is_not_waited_for(nora: Owner) -> None:
    client = after_password(nora)
    Authenticator.objects.all().delete()
    assert client.get(STEP).headers["Location"] == "/sign-in/"


@pytest.mark.parametrize("kind", [an_app, a_passkey])
def test_one_that_was_taken_off_while_it_was_looked_at_proves_nothing(bea: Owner, hers: Client, kind: Any) -> None:
    row = kind(bea)
    request = hers.get("/settings/").wsgi_request
    Authenticator.objects.filter(pk=row.pk).delete()
    with pytest.raises(second_steps.Refused, match="taken off meanwhile"):
        second_steps.prove(request, row)
    assert not second_steps.is_proved(request)


def test_a_form_from_elsewhere_is_refused(nora: Owner) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(nora)
    asked_again(strict, nora)
    for path in (STEP, "/sign-in/passkey/", "/account/two-step/off/", "/account/two-step/codes/"):
        assert strict.post(path, {"code": code_of(NOW)}).status_code == 403
