"""The pages on two-step sign-in: an app is switched on by its code and off again, recovery codes are shown once."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.test import Client

from assistants.mail import messages
from assistants.models import OutgoingEmail
from delegator.account import second_steps
from tasks.models import Owner
from tests.assistants.world import dump
from tests.delegator.pages import Page, read
from tests.delegator.second_step import a_passkey, an_app, asked_again, code_of, proved
from tests.factories import NOW, PASSWORD, a_task
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
SET_UP, OFF, CODES, OVERVIEW = (f"/account/two-step/{page}" for page in ("set-up/", "off/", "codes/", ""))
LATER = NOW + timedelta(seconds=second_steps.PERIOD)


@pytest.fixture(autouse=True)
def at_one_moment() -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture
def hers(at_one_moment: None, hers: Client, nora: Owner) -> Client:
    """Nora's browser, just after she wrote her password again."""
    return asked_again(hers, nora)


def sealed_in(page: Page) -> str:
    return next(tag.attrs["value"] for tag in page.all("input") if tag.attrs.get("name") == "secret")


def secret_in(page: Page) -> str:
    """What the app reads: from the link, which is what the picture says too."""
    url = next(tag.attrs["href"] for tag in page.all("a") if tag.attrs["href"].startswith("otpauth:"))
    return parse_qs(urlsplit(url).query)["secret"][0]


def set_up(client: Client, **more: str) -> tuple[Any, str]:
    """The answer to the right code, and the secret."""
    page = read(client.get(SET_UP))
    secret = secret_in(page)
    return client.post(SET_UP, {"code": code_of(NOW, secret), "secret": sealed_in(page)} | more), secret


def codes_in(answer: Any) -> list[str]:
    return re.findall(r"\b\d{4} \d{4}\b", read(answer).text)


def letters(owner: Owner) -> list[str]:
    return [email.facts["what"] for email in owner.emails.filter(kind="two_step").order_by("pk")]


# --- Switching an app on ---------------------------------------------------------
def test_the_page_has_the_secret_as_a_picture_a_link_and_text(hers: Client, nora: Owner) -> None:
    page = read(hers.get(SET_UP))
    secret = secret_in(page)
    picture = next(tag.attrs["src"] for tag in page.all("img"))
    kind, _, drawn = picture.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert b'fill="white"' in base64.b64decode(drawn)
    assert " ".join(re.findall("....", secret)) in page.text
    label = next(tag.attrs["href"] for tag in page.all("a") if tag.attrs["href"].startswith("otpauth:"))
    assert unquote(urlsplit(label).path) == f"/{nora.email}"
    assert "issuer=Delegator" in label


def test_the_field_is_for_digits_that_a_phone_may_fill_in(hers: Client) -> None:
    field = next(tag for tag in read(hers.get(SET_UP)).all("input") if tag.attrs.get("name") == "code")
    assert (field.attrs["autocomplete"], field.attrs["inputmode"]) == ("one-time-code", "numeric")


def test_its_code_switches_it_on_and_shows_ten_recovery_codes(hers: Client, nora: Owner) -> None:
    answer, _ = set_up(hers)
    assert answer.status_code == 200
    assert "Two-step sign-in is on." in read(answer).text
    assert len(set(codes_in(answer))) == 10
    assert "On since 15 October 2026." in read(hers.get(OVERVIEW)).text
    assert letters(nora) == ["on"]


def test_a_wrong_code_switches_nothing_on_and_keeps_the_secret(hers: Client, nora: Owner) -> None:
    page = read(hers.get(SET_UP))
    answer = hers.post(SET_UP, {"code": "000000", "secret": sealed_in(page)})
    assert answer.status_code == 422
    assert "That is not the code for now." in read(answer).text
    assert secret_in(read(answer)) == secret_in(page)
    assert not second_steps.has_one(nora)
    assert letters(nora) == []


@pytest.mark.parametrize("typed", ["", "     ", "x" * 41, "１２３４５６", "12\x0056", "'; --"])
def test_what_is_no_code_is_said_at_the_field(hers: Client, nora: Owner, typed: str) -> None:
    answer = hers.post(SET_UP, {"code": typed, "secret": sealed_in(read(hers.get(SET_UP)))})
    assert answer.status_code == 422
    assert 'id="code_error' in answer.content.decode() or "error_1_id_code" in answer.content.decode()
    assert not second_steps.has_one(nora)


@pytest.mark.parametrize(
    "given", ["", "made up", "gAAAAABnot-one-of-ours", "\ud800".encode("utf-8", "replace").decode()]
)
def test_a_secret_that_was_not_made_here_is_put_in_place_by_nobody(hers: Client, nora: Owner, given: str) -> None:
    answer = hers.post(SET_UP, {"code": "123456", "secret": given})
    assert secret_in(read(answer))
    assert not second_steps.has_one(nora)


def test_the_secret_of_another_owner_is_not_taken(hers: Client, nora: Owner, bea: Owner) -> None:
    beas = Client()
    beas.force_login(bea)
    page = read(asked_again(beas, bea).get(SET_UP))
    hers.post(SET_UP, {"code": code_of(NOW, secret_in(page)), "secret": sealed_in(page)})
    assert not second_steps.has_one(nora)


def test_a_page_older_than_an_hour_is_begun_anew(hers: Client, nora: Owner) -> None:
    page = read(hers.get(SET_UP))
    late = NOW + timedelta(hours=1, seconds=1)
    with standing_at(late):
        asked_again(hers, nora)
        answer = hers.post(SET_UP, {"code": code_of(late, secret_in(page)), "secret": sealed_in(page)})
    assert secret_in(read(answer)) != secret_in(page)
    assert not second_steps.has_one(nora)


def test_the_password_is_asked_for_when_it_begins_and_not_again_to_finish(hers: Client, nora: Owner) -> None:
    page = read(hers.get(SET_UP))
    late = NOW + timedelta(minutes=20)
    with standing_at(late):
        assert hers.get(SET_UP).headers["Location"] == f"/account/reauthenticate/?next={SET_UP.replace('/', '%2F')}"
        hers.post(SET_UP, {"code": code_of(late, secret_in(page)), "secret": sealed_in(page)})
    assert second_steps.has_one(nora)


def test_a_second_app_does_not_take_the_place_of_the_first(hers: Client, nora: Owner) -> None:
    page = read(hers.get(SET_UP))
    an_app(nora)
    assert hers.get(SET_UP).headers["Location"] == OVERVIEW
    data = {"code": code_of(NOW, secret_in(page)), "secret": sealed_in(page)}
    assert hers.post(SET_UP, data).headers["Location"] == OVERVIEW
    assert Authenticator.objects.count() == 1


def test_it_leads_on_to_where_the_owner_meant_to_go_and_never_away(hers: Client, nora: Owner) -> None:
    answer, _ = set_up(hers, next="/plan/")
    assert read(answer).href("I have kept them") == "/plan/"
    Authenticator.objects.all().delete()
    answer, _ = set_up(hers, next="https://evil.example/")
    assert read(answer).href("I have kept them") == OVERVIEW


# --- Recovery codes ----------------------------------------------------------------
def test_they_are_on_the_page_that_made_them_and_on_no_other(hers: Client, nora: Owner) -> None:
    answer, _ = set_up(hers)
    codes = codes_in(answer)
    pages = "".join(hers.get(path).content.decode() for path in (OVERVIEW, CODES, "/account/", OFF))
    assert not [code for code in codes if code in pages or code.replace(" ", "") in pages]
    assert "10 of 10 are left." in read(hers.get(OVERVIEW)).text


def test_the_file_to_download_has_all_of_them(hers: Client) -> None:
    answer, _ = set_up(hers)
    (link,) = [tag for tag in read(answer).all("a") if "download" in tag.attrs]
    kind, _, text = link.attrs["href"].partition(",")
    assert kind == "data:text/plain;charset=utf-8"
    assert [line for line in unquote(text).splitlines() if re.fullmatch(r"\d{4} \d{4}", line)] == codes_in(answer)


def test_new_ones_make_the_old_ones_void(hers: Client, nora: Owner) -> None:
    old = codes_in(set_up(hers)[0])
    new = codes_in(hers.post(CODES))
    assert (len(new), set(new) & set(old)) == (10, set())
    assert letters(nora) == ["on", "new_codes"]
    with pytest.raises(second_steps.Refused):
        second_steps.use_code(nora, old[0], now=LATER)
    assert second_steps.use_code(nora, new[0], now=LATER)


def test_looking_at_the_page_makes_none(hers: Client, nora: Owner) -> None:
    set_up(hers)
    before = dump()
    hers.get(CODES)
    hers.get(OVERVIEW)
    assert dump() == before


def test_without_a_second_step_there_are_none_to_make(hers: Client, nora: Owner) -> None:
    assert hers.post(CODES).headers["Location"] == OVERVIEW
    assert not Authenticator.objects.exists()


# --- Switching it off ----------------------------------------------------------------
def test_switching_it_off_takes_the_recovery_codes_along(hers: Client, nora: Owner) -> None:
    set_up(hers)
    assert "your recovery codes work no more" in read(hers.get(OFF)).text
    answer = hers.post(OFF)
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "Codes from the app are not asked for any more."
    ]
    assert not Authenticator.objects.exists()
    assert letters(nora) == ["on", "off"]


def test_with_a_passkey_left_the_recovery_codes_stay(hers: Client, nora: Owner) -> None:
    set_up(hers)
    a_passkey(nora)
    assert "Your passkeys and recovery codes stay" in read(hers.get(OFF)).text
    hers.post(OFF)
    stands = second_steps.of(nora)
    assert (stands.app, stands.codes_left, len(stands.passkeys)) == (None, 10, 1)


def test_switching_off_what_is_off_writes_no_letter(hers: Client, nora: Owner) -> None:
    hers.post(OFF)
    assert letters(nora) == []


@pytest.mark.parametrize("path", [SET_UP, OFF, CODES, "/account/passkeys/add/", "/account/passkeys/add/challenge/"])
def test_what_changes_it_asks_for_the_password_first(nora: Owner, path: str) -> None:
    client = Client()
    client.force_login(nora)
    proved(client, nora)
    Authenticator.objects.all().delete()
    for ask in (client.get, client.post):
        answer = ask(path)
        if answer.status_code != 405:
            assert answer.headers["Location"] == f"/account/reauthenticate/?next={path.replace('/', '%2F')}"
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        OFF,
        CODES,
        *(f"/account/{page}/" for page in ("passkeys/add", "passkeys/add/challenge", "address", "export", "close")),
    ],
)
def test_a_session_older_than_the_second_step_changes_nothing_by_the_password_alone(nora: Owner, path: str) -> None:
    a_task(owner=nora)
    client = Client()
    client.force_login(nora)
    asked_again(client, nora)
    an_app(nora)
    answer = client.post(path)
    assert answer.headers["Location"].startswith("/account/two-step/prove/")
    assert second_steps.has_one(nora)


def test_the_first_second_step_signs_out_every_other_browser(hers: Client, nora: Owner) -> None:
    other = Client()
    other.force_login(nora)
    set_up(hers)
    assert other.get("/account/").status_code == 302
    assert hers.get("/account/").status_code == 200


def test_after_the_password_it_goes_on_there(nora: Owner) -> None:
    client = Client()
    client.force_login(nora)
    asked = client.get(OFF).headers["Location"]
    assert client.post(asked, {"password": PASSWORD}).headers["Location"] == OFF
    assert client.get(OFF).status_code == 200


# --- What its owner is told ------------------------------------------------------------
@pytest.mark.parametrize("what", second_steps.TOLD)
def test_each_letter_says_what_happened_and_where_to_look(nora: Owner, what: str) -> None:
    second_steps.tell(nora, what)
    letter = messages.compose(OutgoingEmail.objects.get())
    text = str(letter.body)
    assert second_steps.TOLD[what][0] in letter.subject
    assert f"Nora, {second_steps.TOLD[what][0]}" in text
    assert "http://127.0.0.1:8000/account/two-step/" in text
    assert "http://127.0.0.1:8000/password/forgotten/" in text


def test_no_letter_holds_a_code_or_the_secret(hers: Client, nora: Owner) -> None:
    answer, secret = set_up(hers)
    code = codes_in(answer)[0]
    second_steps.use_code(nora, code, now=LATER)
    said = "".join(f"{email.facts} {messages.compose(email).body}" for email in OutgoingEmail.objects.all())
    assert "9 are left." in said
    assert not [each for each in (secret, code, code.replace(" ", "")) if each in said]
