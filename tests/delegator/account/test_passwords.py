"""Forgotten and changed passwords: one link that works once, and a word when it is done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import serializers
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.mail import messages
from assistants.models import OutgoingEmail
from delegator import jobs
from delegator.models import ResetRequest, Session
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import read

pytestmark = pytest.mark.django_db
NEW = "brown-bread-at-nine"


def forget(client: Client, email: str) -> Any:
    answer = client.post("/password/forgotten/", {"email": email})
    jobs.answer_forgotten()
    return answer


def the_link() -> str:
    """The path of the link in the last reset email, as it is made when the email is rendered."""
    body = str(messages.compose(OutgoingEmail.objects.filter(kind="reset").latest("pk")).body)
    return next(word for word in body.split() if "/password/new/" in word).removeprefix("http://127.0.0.1:8000")


def choose(client: Client, link: str, first: str = NEW, second: str = NEW) -> Any:
    """Open the link, which leads to a page without it in its address, and post there."""
    opened = client.get(link)
    assert opened.headers["Location"].endswith("/set-password/")
    return client.post(opened.headers["Location"], {"password1": first, "password2": second})


def signs_in_with(nora: Owner, password: str) -> bool:
    client = Client()
    client.post("/sign-in/", {"login": nora.email, "password": password})
    return "_auth_user_id" in client.session


# --- Forgotten ---------------------------------------------------------------
def test_the_link_lets_the_owner_choose_a_new_password_and_signs_in(client: Client, nora: Owner) -> None:
    factories.a_task(owner=nora)
    assert forget(client, "Nora@example.com").headers["Location"] == "/password/forgotten/sent/"
    assert OutgoingEmail.objects.get().to_email.lower() == nora.email
    chosen = choose(client, the_link())
    assert chosen.headers["Location"] == "/"
    assert "Your new password works." in read(client.get("/")).text
    assert signs_in_with(nora, NEW)
    assert not signs_in_with(nora, factories.PASSWORD)


def test_no_session_in_the_database_holds_what_the_link_holds(client: Client, nora: Owner) -> None:
    forget(client, nora.email)
    link = the_link()
    opened = client.get(link)
    token = link.strip("/").split("/")[-1]
    assert token not in serializers.serialize("json", Session.objects.all())
    cookie = client.cookies["reset"]
    assert (cookie.value, cookie["httponly"], cookie["path"]) == (token, True, opened.headers["Location"])


def test_the_link_works_once(client: Client, nora: Owner) -> None:
    forget(client, nora.email)
    link = the_link()
    choose(client, link)
    again = Client().get(link)
    assert read(again).heading == "This link has been used, or has run out"
    assert signs_in_with(nora, NEW)


def test_looking_at_the_link_does_not_use_it_up(client: Client, nora: Owner) -> None:
    forget(client, nora.email)
    link = the_link()
    for _ in range(3):
        scanner = Client()
        scanner.get(link, follow=True)
    choose(client, link)
    assert signs_in_with(nora, NEW)


def test_the_page_to_choose_has_no_secret_in_its_address(client: Client, nora: Owner) -> None:
    forget(client, nora.email)
    link = the_link()
    token = link.strip("/").split("/")[-1]
    shown = client.get(link, follow=True)
    assert read(shown).heading == "Choose a new password"
    assert token not in shown.redirect_chain[-1][0]


def test_it_works_for_an_hour(client: Client, nora: Owner) -> None:
    forget(client, nora.email)
    link = the_link()
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        late = Client().get(link)
    assert read(late).heading == "This link has been used, or has run out"


def test_the_row_holds_no_secret(client: Client, nora: Owner) -> None:
    forget(client, nora.email)
    token = the_link().strip("/").split("/")[-1]
    assert len(token) > 20
    stored = repr(OutgoingEmail.objects.values().get())
    assert token not in stored
    assert token.rpartition("-")[2] not in stored


@override_settings(EMAIL_KEPT=False, ACCOUNT_EMAIL_VERIFICATION="mandatory")
def test_an_unknown_address_looks_as_a_known_one(nora: Owner) -> None:
    asked = [Client(), Client()]
    answers = [forget(asked[0], nora.email), forget(asked[1], "ann@example.com")]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    pages = [client.get("/password/forgotten/sent/").content for client in asked]
    assert pages[0] == pages[1]
    assert [email.owner for email in OutgoingEmail.objects.all()] == [nora]


def test_who_is_gone_gets_no_link(client: Client, nora: Owner) -> None:
    nora.is_active = False
    nora.save()
    assert forget(client, nora.email).status_code == 302
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("short", "short", "at least 12 characters"),
        ("qwerty123456", "qwerty123456", "too common"),
        (NEW, "brown-bread-at-ten", "same password each time"),
        ("", "", "Choose a password."),
    ],
)
def test_a_weak_or_mistyped_new_password_is_refused(
    client: Client, nora: Owner, first: str, second: str, why: str
) -> None:
    forget(client, nora.email)
    refused = choose(client, the_link(), first, second)
    assert refused.status_code == 200
    assert why in read(refused).text
    assert signs_in_with(nora, factories.PASSWORD)


@pytest.mark.parametrize("path", ["1/x", "x/abc-def", "%20/x", "a%00/b", "1/set-password", "zzzzzzzzzzzzz/abc-def"])
def test_a_link_of_nobody_opens_nothing(client: Client, nora: Owner, path: str) -> None:
    for answer in (client.get(f"/password/new/{path}/"), client.post(f"/password/new/{path}/", {"password1": NEW})):
        assert answer.status_code == 404 or read(answer).heading == "This link has been used, or has run out"
    assert signs_in_with(nora, factories.PASSWORD)


def test_the_link_of_another_owner_signs_the_first_one_out(client: Client, nora: Owner, bea: Owner) -> None:
    forget(Client(), bea.email)
    client.force_login(nora)
    choose(client, the_link())
    assert client.session["_auth_user_id"] == str(bea.pk)
    assert signs_in_with(nora, factories.PASSWORD)


def test_a_reset_ends_the_sessions_of_the_old_password(client: Client, nora: Owner) -> None:
    thief = Client()
    thief.force_login(nora)
    forget(client, nora.email)
    choose(client, the_link())
    assert [session.device for session in Session.objects.filter(owner=nora)] == [""]
    assert thief.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 200


def test_a_page_that_was_asked_does_the_same_for_any_address_and_a_job_looks(client: Client, nora: Owner) -> None:
    seen = []
    for address in (nora.email, "ann@example.com"):
        with CaptureQueriesContext(connection) as queries:
            client.post("/password/forgotten/", {"email": address})
        mine = [query["sql"] for query in queries if "cache" not in query["sql"]]
        seen.append([sql.replace(address, "x") for sql in mine])
    assert len(seen[0]) == len(seen[1])
    assert [request.email for request in ResetRequest.objects.order_by("pk")] == [nora.email, "ann@example.com"]
    assert not OutgoingEmail.objects.exists()
    jobs.answer_forgotten()
    assert [email.to_email for email in OutgoingEmail.objects.all()] == [nora.email]
    assert not ResetRequest.objects.exists()


def test_asked_twice_before_the_job_has_looked_it_is_answered_once(client: Client, nora: Owner) -> None:
    for typed in (nora.email, nora.email.upper()):
        client.post("/password/forgotten/", {"email": typed})
    jobs.answer_forgotten()
    jobs.answer_forgotten()
    assert OutgoingEmail.objects.filter(kind="reset").count() == 1


# --- Changed -----------------------------------------------------------------
def change(client: Client, old: str, new: str = NEW) -> Any:
    return client.post("/password/change/", {"oldpassword": old, "password1": new, "password2": new})


def test_changing_it_leads_back_with_a_word_and_ends_other_sessions(client: Client, nora: Owner) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        each.force_login(nora)
    assert change(client, factories.PASSWORD).headers["Location"] == "/account/"
    assert Session.objects.filter(owner=nora).count() == 1
    assert "Your new password works." in read(client.get("/account/")).text
    assert elsewhere.get("/settings/").status_code == 302
    assert signs_in_with(nora, NEW)


@pytest.mark.parametrize("how", ["changed", "forgotten"])
def test_the_owner_hears_of_a_new_password_whoever_chose_it(client: Client, nora: Owner, how: str) -> None:
    if how == "changed":
        client.force_login(nora)
        change(client, factories.PASSWORD)
    else:
        forget(client, nora.email)
        choose(client, the_link())
    told = messages.compose(OutgoingEmail.objects.get(kind="password"))
    assert (told.subject, told.to) == (
        "Your account at Delegator: you have a new password",
        ["Nora Hale <nora@example.com>"],
    )
    assert "If it was not you, choose another one." in str(told.body)
    assert "http://127.0.0.1:8000/password/forgotten/" in str(told.body)
    assert NEW not in str(told.body)


def test_of_a_password_that_was_refused_nobody_hears(client: Client, nora: Owner) -> None:
    client.force_login(nora)
    change(client, "not-the-password")
    change(client, factories.PASSWORD, "short")
    assert not OutgoingEmail.objects.exists()


def test_looking_at_the_form_says_nothing_yet(client: Client, nora: Owner) -> None:
    client.force_login(nora)
    client.get("/password/change/")
    assert "new password" not in read(client.get("/settings/")).text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("not-the-password", NEW, "That is not your password now."),
        ("", NEW, "Write the password you have now."),
        (factories.PASSWORD, "short", "at least 12 characters"),
    ],
)
def test_changing_it_takes_the_old_one_and_a_strong_one(
    client: Client, nora: Owner, old: str, new: str, why: str
) -> None:
    client.force_login(nora)
    assert why in read(change(client, old, new)).text
    assert signs_in_with(nora, factories.PASSWORD)
