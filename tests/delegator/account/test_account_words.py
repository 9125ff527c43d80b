"""What the pages of the account say: each thing once, and nothing that cannot be."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from tasks.models import Owner
from tests import factories
from tests.delegator.pages import read
from tests.delegator.second_step import an_app

pytestmark = pytest.mark.django_db


def test_what_is_wrong_with_a_sign_in_is_said_once(client: Client, nora: Owner) -> None:
    page = read(client.post("/sign-in/", {"login": nora.email, "password": "not-the-one-at-all"}))
    assert page.text.count("That email and password don’t belong together.") == 1


def test_no_link_is_promised_where_no_mail_leaves_the_computer(client: Client) -> None:
    here = read(client.get("/password/forgotten/"))
    assert "manage.py changepassword YOUR_EMAIL" in here.text
    assert "Send the link" not in here.text
    with override_settings(EMAIL_KEPT=False):
        there = read(client.get("/password/forgotten/"))
    assert "Send the link" in there.text
    assert "changepassword" not in there.text


def test_who_has_an_account_is_led_to_sign_in(client: Client, nora: Owner) -> None:
    given = {"name": "Nora", "email": nora.email, "password1": "slow-green-kettle"}
    page = read(client.post("/sign-up/", given))
    assert page.href("Sign in instead") == "/sign-in/"
    assert "Sign in instead" not in read(client.post("/sign-up/", given | {"email": "nobody"})).text


def test_the_second_step_can_be_left_for_another_account(client: Client, nora: Owner, bea: Owner) -> None:
    an_app(nora)
    client.post("/sign-in/", {"login": nora.email, "password": factories.PASSWORD})
    page = read(client.get("/sign-in/two-step/"))
    (button,) = [tag for tag in page.all("button") if tag.text == "Sign in as someone else"]
    assert button.attrs["class"] == "crumb"
    left = client.post("/sign-out/", {"next": "/sign-in/"})
    assert left.headers["Location"] == "/sign-in/"
    assert client.get("/sign-in/").status_code == 200
    client.post("/sign-in/", {"login": bea.email, "password": factories.PASSWORD})
    assert client.session["_auth_user_id"] == str(bea.pk)


def test_the_overview_says_that_the_first_step_signs_out_others_until_it_is_there(
    client: Client, nora: Owner
) -> None:
    client.force_login(nora)
    said = "Setting up the first of them signs out every other browser"
    assert said in read(client.get("/account/two-step/")).text
    an_app(nora)
    assert said not in read(client.get("/account/two-step/")).text
