"""
Nothing tells whether an address has an account: neither words, nor headers, nor work done.

How long it takes is measured by a drill (`tests/drills/test_timings.py`); here is what it hangs on, which is the same
each time: how often a password is hashed, and what is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client, override_settings

from assistants.models import OutgoingEmail
from delegator.account import forgotten
from tasks.models import Owner
from tests import factories
from tests.delegator.account.test_accounts import on_a_server, sign_in, sign_up
from tests.drills.visitor import CHANCE

pytestmark = pytest.mark.django_db


class Counting(MD5PasswordHasher):
    """Counts what is slow with a real one."""

    hashed: ClassVar[list[int]] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append(len(password))
        return super().encode(password, salt)


FORMS: dict[str, Callable[[Client, str], Any]] = {
    "sign in": lambda client, email: sign_in(client, email, "a-guess-a-guess"),
    "sign up": lambda client, email: sign_up(client, email=email),
    "forgot": lambda client, email: client.post("/password/forgotten/", {"email": email}),
}


@on_a_server
@pytest.mark.parametrize("form", FORMS)
def test_the_answer_and_the_hashing_are_the_same(nora: Owner, form: str) -> None:
    factories.confirm(nora)
    cache.clear()
    seen = []
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.Counting"]):
        for email in (nora.email, "nobo@example.com"):
            Counting.hashed.clear()
            client = Client()
            answer = FORMS[form](client, email)
            shown = {name: value for name, value in answer.items() if name not in ("X-Request-Id", "Expires")}
            page = CHANCE.sub("", answer.content.decode()).replace(email, "…")
            seen.append((answer.status_code, shown, page, sorted(client.cookies), list(Counting.hashed)))
    assert seen[0] == seen[1]
    assert len(seen[0][-1]) == (0 if form == "forgot" else 1)


def test_a_new_password_is_mailed_to_the_address_of_the_account_whatever_was_typed() -> None:
    """Where a database takes the dotless i for ours, that domain is somebody else's."""
    factories.an_owner(email="mike@github.com")
    for typed in ("Mike@GitHub.com", "mike@g\u0131thub.com"):
        forgotten.ask(typed, now=factories.NOW)
    forgotten.answer_due(now=factories.NOW)
    assert set(OutgoingEmail.objects.values_list("to_email", flat=True)) == {"mike@github.com"}
