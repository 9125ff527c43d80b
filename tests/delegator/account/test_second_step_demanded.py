"""Where an installation asks every owner for a second step, and the operator's page, which always asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import include, path

from assistants.models import Pump
from delegator.account import second_steps
from delegator.web import operators_page
from tasks.models import Owner
from tests import factories
from tests.assistants.world import Browser
from tests.delegator.account.test_two_step import sealed_in, secret_in
from tests.delegator.pages import read
from tests.delegator.second_step import a_passkey, after_password, an_app, asked_again, code_of, proved
from tests.factories import NOW
from tests.tasks.clocks import standing_at

# As with ADMIN=true, which is read once when the process starts.
urlpatterns = [path("admin/", operators_page.site.urls), path("", include("delegator.urls"))]
handler404 = "delegator.web.errors.not_found"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
demanded = override_settings(REQUIRE_TOTP=True)
LIST = "/admin/assistants/outgoingemail/"


@pytest.fixture(autouse=True)
def at_one_moment() -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture
def operator(bea: Owner, browser_of: Browser) -> Client:
    bea.is_staff = True
    bea.save()
    return browser_of(bea)


# --- Every owner --------------------------------------------------------------------
@demanded
@pytest.mark.parametrize("page", ["/", "/day/2026-10-15/", "/plan/?budget=90", "/settings/", "/account/", "/mail/"])
def test_without_one_every_page_leads_to_setting_it_up(hers: Client, page: str) -> None:
    answer = hers.get(page)
    asked = page.replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
    assert answer.headers["Location"] == f"/account/two-step/set-up/?next={asked}"


@demanded
def test_without_one_nothing_can_be_posted_either(hers: Client, nora: Owner) -> None:
    task = factories.a_task(owner=nora)
    answer = hers.post(f"/routine/{task.pk}/retire/")
    assert answer.headers["Location"].startswith("/account/two-step/set-up/")
    task.refresh_from_db()
    assert task.retired_on is None


@demanded
@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/sign-out/", 200),
        ("/healthz/live", 200),
        ("/h/nobody.nothing/", 404),
        ("/unsubscribe/nobody.nothing/", 404),
        ("/account/two-step/", 200),
        ("/account/passkeys/", 200),
        ("/account/passkeys/add/", 200),
        ("/account/two-step/set-up/", 200),
        ("/account/reauthenticate/", 200),
    ],
)
def test_leaving_setting_up_and_what_is_no_page_of_theirs_stay_open(
    hers: Client, nora: Owner, page: str, status: int
) -> None:
    asked_again(hers, nora)
    assert hers.get(page).status_code == status


@demanded
def test_an_app_or_a_passkey_opens_all(hers: Client, nora: Owner, browser_of: Browser, bea: Owner) -> None:
    an_app(nora)
    a_passkey(bea)
    for client in (hers, browser_of(bea)):
        assert client.get("/plan/").status_code == 200


@demanded
def test_recovery_codes_alone_are_none(hers: Client, nora: Owner) -> None:
    second_steps.codes_if_none(nora)
    assert hers.get("/plan/").status_code == 302


@demanded
def test_once_it_is_set_up_the_owner_goes_on_to_where_they_meant_to(hers: Client, nora: Owner) -> None:
    asked_again(hers, nora)
    where = hers.get("/plan/").headers["Location"]
    page = read(hers.get(where))
    assert "Here, signing in takes a second step." in page.text
    data = {"code": code_of(NOW, secret_in(page)), "secret": sealed_in(page), "next": "/plan/"}
    assert read(hers.post(where, data)).href("I have kept them") == "/plan/"
    assert hers.get("/plan/").status_code == 200


@demanded
def test_a_new_owner_is_led_there_from_the_first_page(client: Client) -> None:
    new = {"name": "Ann Moss", "email": "ann@example.com", "password1": "slow-green-kettle", "time_zone": "UTC"}
    assert (
        client.get(client.post("/sign-up/", new).headers["Location"])
        .headers["Location"]
        .startswith("/account/two-step/set-up/")
    )


def test_where_it_is_not_asked_for_nobody_is_led_anywhere(hers: Client) -> None:
    assert hers.get("/plan/").status_code == 200


@demanded
def test_signed_out_all_is_as_ever(client: Client) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/plan/").headers["Location"] == "/sign-in/?next=/plan/"


# --- The operator -----------------------------------------------------------------------
def test_an_operator_without_one_sets_it_up_first(operator: Client, bea: Owner) -> None:
    asked = operator.get(LIST).headers["Location"]
    assert asked == f"/account/two-step/prove/?next={LIST.replace('/', '%2F')}"
    assert operator.get(asked).headers["Location"] == f"/account/two-step/set-up/?next={LIST.replace('/', '%2F')}"
    page = read(asked_again(operator, bea).get("/account/two-step/set-up/"))
    operator.post("/account/two-step/set-up/", {"code": code_of(NOW, secret_in(page)), "secret": sealed_in(page)})
    assert operator.get(LIST).status_code == 200


def test_an_operator_who_signed_in_before_it_was_set_up_shows_it_now(operator: Client, bea: Owner) -> None:
    an_app(bea)
    asked = operator.get(LIST).headers["Location"]
    assert read(operator.get(asked)).heading == "The second step"
    wrong = operator.post(asked, {"code": "000000"})
    assert wrong.status_code == 422
    assert operator.get(LIST).status_code == 302
    assert operator.post(asked, {"code": code_of(NOW)}).headers["Location"] == LIST
    assert operator.get(LIST).status_code == 200


def test_an_operator_who_signed_in_with_it_is_let_in(operator: Client, bea: Owner) -> None:
    an_app(bea)
    client = after_password(bea, f"/sign-in/?next={LIST}")
    assert client.post("/sign-in/two-step/", {"code": code_of(NOW)}).headers["Location"] == LIST
    assert client.get(LIST).status_code == 200


def test_what_is_posted_there_without_it_does_nothing(operator: Client) -> None:
    assert operator.post(f"{LIST}hold/").headers["Location"].startswith("/account/two-step/prove/")
    assert not Pump.row().held_at


def test_the_proof_of_one_owner_is_none_of_the_next_in_that_browser(
    operator: Client, bea: Owner, nora: Owner
) -> None:
    proved(operator, nora)
    assert operator.get(LIST).status_code == 302
    proved(operator, bea)
    assert operator.get(LIST).status_code == 200


def test_a_second_step_does_not_make_an_operator(hers: Client, nora: Owner) -> None:
    proved(hers, nora)
    assert hers.get(LIST).status_code == 404


def test_whoever_shows_it_once_is_not_asked_again_and_led_nowhere_else(operator: Client, bea: Owner) -> None:
    proved(operator, bea)
    assert operator.get("/account/two-step/prove/?next=/plan/").headers["Location"] == "/plan/"
    assert operator.get("/account/two-step/prove/?next=//evil.example/").headers["Location"] == "/"


# --- Everything lost --------------------------------------------------------------------
def test_the_operator_can_take_it_off_who_has_lost_everything(
    nora: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    an_app(nora)
    a_passkey(nora)
    second_steps.codes_if_none(nora)
    call_command("two_step_off", "NORA@example.com")
    assert "signs in with the password alone now" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    assert nora.emails.get(kind="two_step").facts["what"] == "off_by_operator"


def test_the_command_says_when_there_is_nothing_to_take_off(nora: Owner) -> None:
    with pytest.raises(CommandError, match="has no second step"):
        call_command("two_step_off", nora.email)
    with pytest.raises(CommandError, match="Nobody signs in as"):
        call_command("two_step_off", "ann@example.com")
    assert not nora.emails.exists()
