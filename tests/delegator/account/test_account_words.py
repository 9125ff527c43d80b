"""What the pages of the account say: each thing once, and nothing that cannot be."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from tasks.models import Owner
from tests.delegator.pages import read

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
