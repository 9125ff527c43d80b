"""The world that every test stands in: settings of its own, no network, two owners and a stranger."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tasks.models import Owner

    Browser = Callable[[Owner], Client]


# Each process, and so each worker of xdist, has a folder of its own.
VAR = tempfile.mkdtemp(prefix="tests-")
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
# Every setting is named, so that a .env in this folder changes no result.
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "delegator.settings",
    "VAR_DIR": VAR,
    # True while settings load: static files then need no collecting first. pytest-django turns it off after.
    "DEBUG": "true",
    "ADMIN": "false",
    "REQUIRE_TOTP": "false",
    "SECRET_KEY": "a secret key for tests that opens nothing anywhere",
    "SECRET_KEY_FALLBACKS": "",
    "LINK_KEYS": "a link key for tests that opens nothing anywhere",
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "BEHIND_PROXY": "false",
    "TRUSTED_PROXY_COUNT": "0",
    # Some walk through hundreds of links in a second; what is limited is tested by itself.
    "LINKS_A_MINUTE": "1000000",
    "SESSION_DAYS": "90",
    "REDIS_URL": "",
    "BROKER_PATIENCE": "1",
    "SWEEP_SECONDS": "5",
    "EMAIL_URL": "",
    "FROM_EMAIL": "delegator@localhost",
    "UNDO_WINDOW": "60",
    "LEASE": "300",
    "EMAIL_TIMEOUT": "45",
    "DOT_TIMEOUT": "120",
    "BACKOFF": "60,300,900,3600,10800",
    "SILENCE": "900",
    "BREAKER": "30,300",
    "MAILS_A_DAY": "100",
    "MAILS_TO_ONE_A_DAY": "20",
    "NEW_ADDRESSES_A_DAY": "20",
    "KEEP_EMAIL_DAYS": "400",
    "LEAST_SECONDS_TO_READ": "2",
    "NEW_OWNER_TIME_ZONE": "UTC",
    "LOG_LEVEL": "INFO",
    "LOG_JSON": "false",
    # Playwright's loop runs in the thread of the test, which Django takes for an async view.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
os.environ.setdefault("DATABASE_URL", f"sqlite:///{VAR}/delegator.sqlite3")


def pytest_configure() -> None:
    """Templates and models are there for every test, also for those that touch no setting."""
    import django

    django.setup()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On Postgres only what asks for a database runs: the rest can reach none, and says on SQLite what it has to."""
    if os.environ["DATABASE_URL"].startswith("sqlite"):
        return
    alike = [item for item in items if not _asks_for_a_database(item)]
    config.hook.pytest_deselected(items=alike)
    items[:] = [item for item in items if _asks_for_a_database(item)]


def _asks_for_a_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session", autouse=True)
def pages_are_noted_without_their_parts(django_test_environment: None) -> Iterator[None]:
    """
    `response.context` is the page's own.

    Django's test client copies it for every template drawn, each widget's too: a sixth of the price of the settings.
    """
    from django.template import RequestContext, Template

    noted = Template._render  # type: ignore[attr-defined]

    def draw(self: Any, context: Any) -> Any:
        is_page = isinstance(context, RequestContext) and context.template is self
        return noted(self, context) if is_page else self.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", draw)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose, a quarter of a second an owner; what is tested here is not its strength."""
    from django.test import override_settings  # Django is not set up yet when this file is read

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """The app speaks to its own database, broker and mail server; a test that asks further fails."""
    here = {"127.0.0.1", "::1", "localhost", "", None}
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in here:
            pytest.fail(f"a test tried to connect to {address[0]}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in here:
            pytest.fail(f"a test tried to look up {host}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_beside_the_app() -> None:
    """A folder for static files, which are served without it but with a warning, and a broker in memory."""
    from django.conf import settings

    from delegator.celery import app

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    app.conf.update(broker_url="memory://")


@pytest.fixture
def browser_of() -> Browser:
    """An owner's browser, signed in."""
    from django.test import Client

    def signed_in(owner: Owner) -> Client:
        client = Client()
        client.force_login(owner)
        return client

    return signed_in


@pytest.fixture
def hers(nora: Owner, browser_of: Browser) -> Client:
    """Nora's browser."""
    return browser_of(nora)


@pytest.fixture
def nora(db: None) -> Owner:
    """The owner whose day it is."""
    from tests import factories

    return factories.an_owner(name="Nora Hale", email="nora@example.com")


@pytest.fixture
def bea(db: None) -> Owner:
    """Another owner, who must never see what is Nora's."""
    from tests import factories

    return factories.an_owner(name="Bea Roth", email="bea@example.com")
