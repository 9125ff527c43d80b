"""Signing up, in and out: by email and password, with nothing told to strangers."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client, override_settings

from assistants.mail import messages
from assistants.models import OutgoingEmail
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import read

pytestmark = pytest.mark.django_db
# What is true where mail leaves the computer.
on_a_server = override_settings(EMAIL_KEPT=False, ACCOUNT_EMAIL_VERIFICATION="mandatory")
ANN = {"name": "Ann Moss", "email": "ann@example.com", "password1": "slow-green-kettle", "time_zone": "Europe/Berlin"}


def sign_up(client: Client, **changed: str) -> Any:
    return client.post("/sign-up/", ANN | changed)


def sign_in(client: Client, email: str, password: str = factories.PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"login": email, "password": password} | more)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def link_in(email: OutgoingEmail, start: str) -> str:
    """The path of the link in the email that begins so."""
    body = str(messages.compose(email).body)
    return next(word for word in body.split() if start in word).removeprefix("http://127.0.0.1:8000")


# --- Signing up on the laptop ------------------------------------------------
def test_on_the_laptop_signing_up_signs_in_and_begins(client: Client) -> None:
    response = sign_up(client)
    ann = Owner.objects.get()
    assert response.headers["Location"] == "/start/"
    assert client.get("/start/").status_code == 200
    assert (ann.email, ann.name, ann.time_zone) == ("ann@example.com", "Ann Moss", "Europe/Berlin")
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("zone", ["Mars/Base", "UTC+25", "", "localtime", "../../etc/passwd", "x" * 5000])
@override_settings(NEW_OWNER_TIME_ZONE="America/Chicago")
def test_a_time_zone_that_is_none_stops_nobody(client: Client, zone: str) -> None:
    assert sign_up(client, time_zone=zone).headers["Location"] == "/start/"
    assert Owner.objects.get().time_zone == "America/Chicago"


def test_the_field_for_the_zone_is_there_for_the_browser_to_fill(client: Client) -> None:
    (field,) = [tag for tag in read(client.get("/sign-up/")).all("input") if "data-time-zone" in tag.attrs]
    assert (field.attrs["type"], field.attrs["name"]) == ("hidden", "time_zone")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kettle-four", "at least 12 characters"),
        ("qwerty123456", "too common"),
        ("ann@example.com", "too similar to the email"),
        ("", "Choose a password."),
        ("slow green kettle " * 57, "at most 1024 characters"),
    ],
)
def test_a_weak_password_is_refused_and_the_rest_stays_typed(client: Client, password: str, why: str) -> None:
    response = sign_up(client, password1=password)
    form = read(response)
    typed = {tag.attrs["name"]: tag.attrs.get("value") for tag in form.all("input") if "name" in tag.attrs}
    assert why in form.text
    assert (typed["name"], typed["email"], typed["time_zone"]) == ("Ann Moss", "ann@example.com", "Europe/Berlin")
    assert not typed["password1"]
    assert not Owner.objects.exists()


def test_a_long_password_with_blanks_is_kept_as_it_is(client: Client) -> None:
    password = " " + "slow green kettle " * 8
    sign_up(client, password1=password)
    client.logout()
    sign_in(client, ANN["email"], password.strip())
    assert not is_signed_in(client)
    sign_in(client, ANN["email"], password)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", "", "Write your name."),
        ("name", "\u200b", "Write your name."),
        ("name", "Ann\nBcc: v@example.com", "Write this on one line."),
        ("email", "", "Write your email address."),
        ("email", "ann", "Enter a valid email address."),
        ("email", "a\x00nn@example.com", "Null characters are not allowed."),
        ("email", "ann@localhost", "Write a whole address such as ana@example.com."),
        ("email", "ann@exämple.com", "Write it as mail servers do: ann@xn--exmple-cua.com"),
        ("email", f"{'a' * 65}@example.com", "Write a whole address such as ana@example.com."),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_the_field(client: Client, field: str, value: str, why: str) -> None:
    assert why in read(sign_up(client, **{field: value})).text
    assert not Owner.objects.exists()


def test_the_address_has_one_owner_whatever_its_case(client: Client, nora: Owner) -> None:
    response = sign_up(client, email="NORA@Example.com")
    assert "There is an account with this address already." in read(response).text
    assert Owner.objects.get() == nora


# --- Signing up on a server --------------------------------------------------
@on_a_server
def test_on_a_server_it_asks_to_check_the_mail_first(client: Client) -> None:
    response = sign_up(client)
    assert response.headers["Location"] == "/sign-up/check-your-mail/"
    assert read(client.get(response.headers["Location"])).heading == "Check your mail"
    assert not is_signed_in(client)
    assert client.get("/start/").status_code == 302


@on_a_server
def test_the_link_in_the_mail_confirms_the_address(client: Client) -> None:
    sign_up(client)
    link = link_in(OutgoingEmail.objects.get(kind="verify", to_email="ann@example.com"), "/sign-up/confirm/")
    asked = client.get(link)
    assert "Confirm that ann@example.com is your address." in read(asked).text
    assert not EmailAddress.objects.get().verified
    confirmed = client.post(link)
    assert EmailAddress.objects.get().verified
    assert confirmed.headers["Location"] == "/start/"
    assert is_signed_in(client)
    assert "This link has been used, or has run out" in read(client.get(link)).text


@on_a_server
def test_opened_in_another_browser_it_confirms_and_asks_to_sign_in(client: Client) -> None:
    sign_up(client)
    link = link_in(OutgoingEmail.objects.get(kind="verify"), "/sign-up/confirm/")
    elsewhere = Client()
    assert elsewhere.post(link).headers["Location"] == "/sign-in/"
    assert not is_signed_in(elsewhere)
    assert sign_in(elsewhere, ANN["email"], ANN["password1"]).headers["Location"] == "/start/"


@on_a_server
def test_the_row_of_the_mail_holds_no_secret(client: Client) -> None:
    sign_up(client)
    email = OutgoingEmail.objects.get(kind="verify")
    key = link_in(email, "/sign-up/confirm/").split("/")[3]
    assert len(key) > 20
    stored = repr(OutgoingEmail.objects.values().get()) + repr(EmailAddress.objects.values().get())
    assert key not in stored
    assert key.rpartition(":")[2] not in stored


@on_a_server
def test_a_changed_link_confirms_nothing(client: Client) -> None:
    sign_up(client)
    link = link_in(OutgoingEmail.objects.get(kind="verify"), "/sign-up/confirm/")
    for wrong in (link[:-3] + "/", link.replace("confirm/", "confirm/x"), "/sign-up/confirm/%00/"):
        assert "This link has been used, or has run out" in read(client.get(wrong)).text
        assert client.post(wrong).status_code == 404
    assert not EmailAddress.objects.get().verified


@on_a_server
@pytest.mark.parametrize("address", ["nora@example.com", "NORA@EXAMPLE.COM"])
def test_signing_up_with_a_known_address_looks_as_with_a_new_one(nora: Owner, address: str) -> None:
    new, known = Client(), Client()
    answers = [sign_up(new), sign_up(known, email=address)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    pages = [each.get("/sign-up/check-your-mail/").content for each in (new, known)]
    assert pages[0] == pages[1]
    # Only the owner of the address learns more.
    told = OutgoingEmail.objects.get(kind="known")
    assert (told.owner, told.to_email.lower()) == (nora, "nora@example.com")
    assert "you already have an account" in str(messages.compose(told).body)
    assert not is_signed_in(known)


@on_a_server
def test_signing_in_before_the_address_is_confirmed_leads_to_the_mail(client: Client) -> None:
    sign_up(client)
    elsewhere = Client()
    assert sign_in(elsewhere, ANN["email"], ANN["password1"]).headers["Location"] == "/sign-up/check-your-mail/"
    assert not is_signed_in(elsewhere)


# --- Signing in --------------------------------------------------------------
def test_signing_in_leads_home_or_to_the_first_run(client: Client, nora: Owner, bea: Owner) -> None:
    factories.a_task(owner=nora)
    assert sign_in(client, nora.email).headers["Location"] == "/"
    assert sign_in(Client(), bea.email).headers["Location"] == "/start/"


@pytest.mark.parametrize("typed", ["NORA@example.com", "Nora@Example.Com", " nora@example.com "])
def test_the_case_of_the_address_does_not_matter(client: Client, nora: Owner, typed: str) -> None:
    sign_in(client, typed)
    assert client.session["_auth_user_id"] == str(nora.pk)


def test_a_wrong_password_and_an_unknown_address_read_the_same(nora: Owner) -> None:
    wrong = read(sign_in(Client(), nora.email, "not-the-password")).text
    unknown = read(sign_in(Client(), "ann@example.com", "not-the-password")).text
    assert "That email and password don’t belong together." in wrong
    assert wrong == unknown


def test_who_is_gone_cannot_sign_in(client: Client, nora: Owner) -> None:
    nora.is_active = False
    nora.save()
    sign_in(client, nora.email)
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "\t//evil",
    ],
)
def test_next_never_leads_away(client: Client, nora: Owner, target: str) -> None:
    factories.a_task(owner=nora)
    assert sign_in(client, nora.email, next=target).headers["Location"] == "/"
    assert client.get("/sign-in/", {"next": target}).headers["Location"] == "/"


def test_next_leads_to_the_page_that_was_asked_for(client: Client, nora: Owner) -> None:
    asked = client.get("/plan/?budget=90").headers["Location"]
    assert asked == "/sign-in/?next=/plan/%3Fbudget%3D90"
    assert sign_in(client, nora.email, next="/plan/?budget=90").headers["Location"] == "/plan/?budget=90"


def test_signing_in_starts_a_session_of_a_new_name(client: Client, nora: Owner) -> None:
    planted = client.session
    planted.save()
    sign_in(client, nora.email)
    assert is_signed_in(client)
    assert client.session.session_key != planted.session_key


# --- Signing out -------------------------------------------------------------
def test_signing_out_takes_a_click(client: Client, nora: Owner) -> None:
    client.force_login(nora)
    assert read(client.get("/sign-out/")).heading == "Sign out?"
    assert is_signed_in(client)
    assert client.post("/sign-out/").headers["Location"] == "/"
    assert not is_signed_in(client)
    assert client.get("/today/").status_code == 302


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-up/", "/sign-out/", "/password/forgotten/"])
def test_a_form_from_elsewhere_is_refused(nora: Owner, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(nora)
    assert strict.post(path, {"login": nora.email, "email": nora.email}).status_code == 403
    assert is_signed_in(strict)
