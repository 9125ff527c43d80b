"""The browser of an owner who is signed in, and what a page needs to be made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    # Read before Django is set up, so models are named for the types only.
    from tasks.models import Owner

    Browser = Callable[[Owner], Client]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(scope="session", autouse=True)
def a_folder_for_static_files() -> None:
    """They are served without it, but with a warning."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def browser_of() -> Browser:
    def signed_in(owner: Owner) -> Client:
        client = Client()
        client.force_login(owner, backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def hers(nora: Owner, browser_of: Browser) -> Client:
    """Nora's browser."""
    return browser_of(nora)
