"""Passkeys: made and named, they sign in without a password or are the second step; nothing else passes for one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.test import Client

from delegator.account import passkeys, second_steps
from tasks.models import Owner
from tests import factories
from tests.delegator.account.test_accounts import is_signed_in, sign_in
from tests.delegator.device import Device
from tests.delegator.pages import read
from tests.delegator.second_step import an_app, asked_again, proved

pytestmark = pytest.mark.django_db
ADD, SIGN_IN, STEP = "/account/passkeys/add/", "/sign-in/passkey/", "/sign-in/two-step/"


@pytest.fixture(autouse=True)
def nobody_tried_before() -> None:
    cache.clear()


def a_browser() -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def hers(nora: Owner) -> Client:
    """Nora's browser at a name that passkeys are for, just after she wrote her password again."""
    factories.a_task(owner=nora)
    client = a_browser()
    client.force_login(nora)
    return asked_again(client, nora)


@pytest.fixture
def phone(hers: Client) -> Device:
    """With a passkey of hers."""
    device = Device()
    assert add(hers, device).status_code == 200
    return device


def options(client: Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = client.post(f"{path}challenge/").json()
    return found


def add(client: Client, device: Device, **more: str) -> Any:
    brought = device.make(options(client, ADD))
    return client.post(ADD, {"name": "My phone", "credential": brought} | more)


def show(client: Client, device: Device, path: str = SIGN_IN, **more: str) -> Any:
    return client.post(path, {"credential": device.show(options(client, path))} | more)


def names(owner: Owner) -> list[str]:
    return [row.data["name"] for row in second_steps.of(owner).passkeys]


def told(owner: Owner) -> list[str]:
    return list(owner.emails.filter(kind="two_step").order_by("pk").values_list("facts__what", flat=True))


# --- Adding one -------------------------------------------------------------------
def test_a_passkey_is_added_under_its_name_and_the_owner_is_told(hers: Client, nora: Owner) -> None:
    answer = add(hers, Device(), name="Key in the drawer")
    assert "Key in the drawer was added." in read(answer).text
    assert read(answer).heading == "Your recovery codes"
    assert names(nora) == ["Key in the drawer"]
    assert told(nora) == ["passkey_added"]
    assert "Key in the drawer" in read(hers.get("/account/passkeys/")).text


def test_the_second_one_makes_no_new_recovery_codes(hers: Client, phone: Device, nora: Owner) -> None:
    assert add(hers, Device(), name="").headers["Location"] == "/account/two-step/"
    assert names(nora) == ["My phone", "Passkey 2"]


def test_the_browser_is_asked_for_one_that_knows_its_holder(hers: Client, phone: Device) -> None:
    asked = options(hers, ADD)["publicKey"]
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["rp"] == {"id": "localhost", "name": "Delegator"}
    assert len(asked["excludeCredentials"]) == 1  # the one that is there is not made twice


@pytest.mark.parametrize(
    "device",
    [
        Device(holder_shown=False),
        Device(origin="http://evil.localhost"),
        Device(origin="https://localhost"),
        Device(origin="http://localhost:8001"),
        Device(host="evil.example"),
    ],
)
def test_one_made_for_another_page_or_for_no_holder_is_refused(hers: Client, nora: Owner, device: Device) -> None:
    answer = add(hers, device)
    assert answer.status_code == 422
    assert "That passkey is not known here, or it took too long." in read(answer).text
    assert names(nora) == []


def test_an_answer_to_an_older_question_is_refused(hers: Client, nora: Owner) -> None:
    device = Device()
    old = device.make(options(hers, ADD))
    options(hers, ADD)
    assert hers.post(ADD, {"credential": old}).status_code == 422
    assert names(nora) == []


def test_the_same_answer_twice_is_one_passkey(hers: Client, nora: Owner) -> None:
    brought = Device().make(options(hers, ADD))
    assert [hers.post(ADD, {"credential": brought}).status_code for _ in range(2)] == [200, 422]
    assert len(names(nora)) == 1


def test_what_is_kept_is_the_public_half_written_anew(hers: Client, nora: Owner) -> None:
    device = Device()
    brought = json.loads(device.make(options(hers, ADD))) | {"more": "\x00", "authenticatorAttachment": ["x"] * 50}
    brought["response"]["transports"] = "\x00"
    assert hers.post(ADD, {"credential": json.dumps(brought)}).status_code == 200
    kept = Authenticator.objects.get(type=second_steps.PASSKEY).data
    assert set(kept) == {"name", "credential"}
    assert set(kept["credential"]["response"]) == {"clientDataJSON", "attestationObject"}
    assert set(kept["credential"]) == {"id", "rawId", "type", "response", "clientExtensionResults"}


CLIENT = '"clientDataJSON": "e30"'
NO_PASSKEYS = [
    "", "x", "{}", "[]", "null", "1", '"x"', "NaN", "\x00", '{"id": "\\ud800"}',
    "[" * 9000, '{"a":' * 4000, "9" * 5000, "x" * 30_000,
    '{"response": {"userHandle": 5}}', '{"response": "x"}', '{"response": {"userHandle": "IiI"}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    f'{{"id": "a", "rawId": 7, "type": "public-key", "response": {{{CLIENT}, "attestationObject": "oA"}}}}',
    f'{{"id": "YQ", "rawId": "YQ", "response": {{{CLIENT}, "attestationObject": "v_8", "signature": "x"}}}}',
    f'{{"id": "YQ", "rawId": "YQ", "response": {{{CLIENT}, "authenticatorData": "AA", "signature": "AA"}}}}',
]  # fmt: skip


@pytest.mark.parametrize("brought", NO_PASSKEYS, ids=range(len(NO_PASSKEYS)))
def test_whatever_is_sent_as_one_is_refused_with_a_word(
    hers: Client, nora: Owner, phone: Device, brought: str
) -> None:
    options(hers, ADD)
    assert hers.post(ADD, {"name": "x", "credential": brought}).status_code == 422
    stranger = a_browser()
    options(stranger, SIGN_IN)
    assert stranger.post(SIGN_IN, {"credential": brought}).headers["Location"] == "/sign-in/"
    assert "That passkey is not known here" in read(stranger.get("/sign-in/")).text
    sign_in(stranger, nora.email)
    stranger.post(STEP, {"credential": brought})
    assert not is_signed_in(stranger)
    assert len(names(nora)) == 1


def test_there_is_an_end_to_how_many(hers: Client, phone: Device, nora: Owner) -> None:
    (row,) = second_steps.of(nora).passkeys
    for _ in range(passkeys.MOST - 1):
        Authenticator.objects.create(user=nora, type=row.type, data=row.data)
    assert "You have 20 passkeys, which is the most." in read(add(hers, Device())).text
    assert len(names(nora)) == passkeys.MOST


# --- Signing in with one ---------------------------------------------------------------
def test_it_signs_in_without_password_or_second_step_and_leads_on(phone: Device, nora: Owner) -> None:
    client = a_browser()
    assert show(client, phone, next="/plan/").headers["Location"] == "/plan/"
    assert client.session["_auth_user_id"] == str(nora.pk)
    assert second_steps.of(nora).passkeys[0].last_used_at


def test_next_never_leads_away(phone: Device) -> None:
    assert show(a_browser(), phone, next="//evil.example/").headers["Location"] == "/"


def test_an_answer_works_once_and_in_its_own_browser(phone: Device) -> None:
    first, thief = a_browser(), a_browser()
    brought = phone.show(options(first, SIGN_IN))
    options(thief, SIGN_IN)
    thief.post(SIGN_IN, {"credential": brought})
    assert not is_signed_in(thief)
    first.post(SIGN_IN, {"credential": brought})
    assert is_signed_in(first)
    first.post("/sign-out/")
    first.post(SIGN_IN, {"credential": brought})
    assert not is_signed_in(first)


def test_a_device_that_is_not_known_here_signs_nobody_in(phone: Device, nora: Owner) -> None:
    stranger = Device()
    stranger.holder = phone.holder
    for device in (stranger, _with(phone, flags=Device(holder_shown=False).flags), _with(phone, origin="http://x")):
        client = a_browser()
        assert show(client, device).headers["Location"] == "/sign-in/"
        assert not is_signed_in(client)


def _with(device: Device, **changed: object) -> Device:
    other = Device()
    other.__dict__ |= device.__dict__ | changed
    return other


def test_a_passkey_of_one_owner_is_none_of_another(phone: Device, nora: Owner, bea: Owner) -> None:
    beas = _with(phone, holder=options(asked_again(_signed_in(bea), bea), ADD)["publicKey"]["user"]["id"])
    client = a_browser()
    show(client, beas)
    assert not is_signed_in(client)


def _signed_in(owner: Owner) -> Client:
    client = a_browser()
    client.force_login(owner)
    return client


def test_an_account_that_was_closed_is_not_opened(phone: Device, nora: Owner) -> None:
    Owner.objects.filter(pk=nora.pk).update(is_active=False)
    client = a_browser()
    assert show(client, phone).headers["Location"] == "/account/inactive/"
    assert not is_signed_in(client)


def test_one_peer_may_try_ten_times_a_minute(phone: Device) -> None:
    client = a_browser()
    for _ in range(10):
        show(client, Device())
    assert client.post(f"{SIGN_IN}challenge/").status_code == 429
    assert client.post(SIGN_IN, {"credential": "{}"}).status_code == 429


def test_looking_at_the_pages_begins_no_session() -> None:
    client = a_browser()
    assert client.get("/sign-in/").status_code == 200
    assert client.get(SIGN_IN).headers["Location"] == "/sign-in/"
    assert client.get(f"{SIGN_IN}challenge/").status_code == 405
    assert "sid" not in client.cookies


# --- As the second step ----------------------------------------------------------------
def test_after_the_password_it_is_the_second_step(phone: Device, nora: Owner) -> None:
    client = a_browser()
    assert sign_in(client, nora.email).headers["Location"] == STEP
    assert show(client, phone, STEP).headers["Location"] == "/"
    assert is_signed_in(client)


def test_a_stolen_key_that_does_not_know_its_holder_signs_in_nowhere(nora: Owner, bea: Owner) -> None:
    """Also not by a challenge that was given to somebody else's second step."""
    factories.a_task(owner=nora)
    key = Device()
    add(asked_again(_signed_in(nora), nora), key)
    key.flags = Device(holder_shown=False).flags
    an_app(bea)
    thief = a_browser()
    sign_in(thief, bea.email)
    asked = options(thief, STEP)
    assert asked["publicKey"]["userVerification"] == "required"
    thief.post(SIGN_IN, {"credential": key.show(asked)})
    assert not is_signed_in(thief)


def test_another_owners_is_none(phone: Device, nora: Owner, bea: Owner) -> None:
    an_app(bea)
    client = a_browser()
    sign_in(client, bea.email)
    show(client, phone, STEP)
    assert not is_signed_in(client)


# --- Names, and removing -------------------------------------------------------------------
def test_it_gets_another_name(hers: Client, phone: Device, nora: Owner) -> None:
    page = f"/account/passkeys/{second_steps.of(nora).passkeys[0].pk}/"
    assert hers.post(page, {"name": ""}).status_code == 422
    assert hers.post(page, {"name": "x" * 61}).status_code == 422
    assert hers.post(page, {"name": "<b>Old phone</b>"}).headers["Location"] == "/account/passkeys/"
    assert "<b>Old" not in hers.get("/account/passkeys/").content.decode()
    assert names(nora) == ["<b>Old phone</b>"]


def test_removed_it_signs_in_no_more_and_the_owner_is_told(hers: Client, phone: Device, nora: Owner) -> None:
    page = f"/account/passkeys/{second_steps.of(nora).passkeys[0].pk}/"
    answer = hers.post(f"{page}remove/")
    assert [str(each) for each in get_messages(answer.wsgi_request)][-1] == "My phone was removed."
    assert not Authenticator.objects.exists()
    assert told(nora) == ["passkey_added", "passkey_removed"]
    client = a_browser()
    show(client, phone)
    assert not is_signed_in(client)
    assert hers.post(f"{page}remove/").status_code == 404


def test_to_remove_it_takes_the_password(phone: Device, nora: Owner) -> None:
    remove = f"/account/passkeys/{second_steps.of(nora).passkeys[0].pk}/remove/"
    client = proved(_signed_in(nora), nora)
    asked = client.post(remove).headers["Location"]
    assert asked.startswith("/account/reauthenticate/")
    assert client.post(asked, {"password": factories.PASSWORD}).headers["Location"] == remove
    assert client.get(remove).headers["Location"] == remove.removesuffix("remove/")
    assert names(nora) == ["My phone"]


def test_without_a_script_the_sign_in_page_asks_for_the_password_alone(nora: Owner) -> None:
    (button,) = [tag for tag in read(a_browser().get("/sign-in/")).all("button") if "data-passkey" in tag.attrs]
    assert "hidden" in button.attrs
