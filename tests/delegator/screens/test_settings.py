"""The settings as an operator meets them: what stops the start, and what a server on https does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVER = {
    "DEBUG": "false",
    "SECRET_KEY": "a-secret-of-the-server-that-is-long-enough-0123456789-abcdefgh",
    "LINK_KEYS": "a-link-key-of-the-server-0123456789",
    "SITE_URL": "https://delegator.example",
    "ALLOWED_HOSTS": "delegator.example",
    "EMAIL_URL": "smtp+tls://user:word@mail.example:587",
}
SHOW = """
import json, delegator.settings as settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if name.isupper()}, default=str))
"""


@pytest.fixture
def start(tmp_path: Path) -> Any:
    """Import the settings in a folder of their own, where no .env is, with that environment alone."""
    (tmp_path / "delegator").mkdir()
    (tmp_path / "delegator" / "__init__.py").touch()
    shutil.copy(ROOT / "delegator" / "settings.py", tmp_path / "delegator")

    def run(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SHOW]
        return subprocess.run(
            command, cwd=tmp_path, env={"PATH": os.environ["PATH"]} | env, capture_output=True, text=True, check=False
        )

    return run


def settings(started: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert started.returncode == 0, started.stderr
    read: dict[str, Any] = json.loads(started.stdout)
    return read


# --- What stops the start ----------------------------------------------------
@pytest.mark.parametrize("missing", ["SECRET_KEY", "LINK_KEYS"])
@pytest.mark.parametrize(
    "value",
    [None, "", "only-for-a-laptop-that-nobody-else-can-reach-0123456789"],
    ids=["left out", "empty", "that of the laptop"],
)
def test_a_server_without_a_secret_does_not_start_and_says_which(start: Any, missing: str, value: str | None) -> None:
    env = {name: text for name, text in SERVER.items() if name != missing}
    stopped = start(env if value is None else env | {missing: value})
    assert stopped.returncode != 0
    assert stopped.stderr.splitlines()[-1].startswith(
        f"django.core.exceptions.ImproperlyConfigured: Set {missing} before DEBUG=false: a long random text"
    )


def test_a_known_key_among_the_link_keys_stops_it_too(start: Any) -> None:
    keys = f"{SERVER['LINK_KEYS']},only-for-a-laptop-that-nobody-else-can-reach-0123456789"
    assert "Set LINK_KEYS" in start(SERVER | {"LINK_KEYS": keys}).stderr


def test_the_laptop_needs_no_settings_at_all(start: Any) -> None:
    laptop = settings(start({}))
    assert laptop["DEBUG"]
    assert laptop["EMAIL_KEPT"]
    assert laptop["ACCOUNT_EMAIL_VERIFICATION"] == "none"
    assert laptop["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert laptop["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in laptop["DATABASES"]["default"]["OPTIONS"]["init_command"]


# --- A server ----------------------------------------------------------------
def test_on_https_cookies_are_secure_and_browsers_stay_on_it(start: Any) -> None:
    server = settings(start(SERVER))
    assert not server["DEBUG"]
    assert server["SESSION_COOKIE_SECURE"]
    assert server["CSRF_COOKIE_SECURE"]
    assert server["SECURE_SSL_REDIRECT"]
    assert (server["SESSION_COOKIE_NAME"], server["CSRF_COOKIE_NAME"]) == ("__Host-sid", "__Host-csrf")
    assert server["SECURE_HSTS_SECONDS"] >= 31536000
    assert server["CSRF_TRUSTED_ORIGINS"] == ["https://delegator.example"]


def test_on_http_cookies_come_back_at_all(start: Any) -> None:
    plain = settings(start(SERVER | {"SITE_URL": "http://delegator.example"}))
    assert not plain["SESSION_COOKIE_SECURE"]
    assert not plain["SECURE_SSL_REDIRECT"]
    assert plain["SECURE_HSTS_SECONDS"] == 0
    assert not plain["SESSION_COOKIE_NAME"].startswith("__Host-")


def test_with_a_mail_server_mail_leaves_and_addresses_are_verified(start: Any) -> None:
    server = settings(start(SERVER))
    assert not server["EMAIL_KEPT"]
    assert server["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"
    assert (server["EMAIL_HOST"], server["EMAIL_PORT"], server["EMAIL_USE_TLS"]) == ("mail.example", 587, True)


def test_a_proxy_is_believed_only_when_there_is_one(start: Any) -> None:
    """As many as are named; what a single one was called before is still understood."""
    alone = settings(start(SERVER))
    assert (alone["SECURE_PROXY_SSL_HEADER"], alone["TRUSTED_PROXY_COUNT"]) == (None, 0)
    for said, count in (({"BEHIND_PROXY": "true"}, 1), ({"TRUSTED_PROXY_COUNT": "2"}, 2)):
        behind = settings(start(SERVER | said))
        assert behind["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
        assert behind["TRUSTED_PROXY_COUNT"] == count
    assert "TRUSTED_PROXY_COUNT" in start(SERVER | {"TRUSTED_PROXY_COUNT": "-1"}).stderr


def test_the_link_keys_are_read_newest_first_without_blanks(start: Any) -> None:
    assert settings(start(SERVER | {"LINK_KEYS": "new-key, old-key"}))["LINK_KEYS"] == ["new-key", "old-key"]


def test_older_secret_keys_are_read_and_the_laptops_is_refused_among_them(start: Any) -> None:
    older = SERVER | {"SECRET_KEY_FALLBACKS": "older-key, oldest-key"}
    assert settings(start(SERVER))["SECRET_KEY_FALLBACKS"] == []
    assert settings(start(older))["SECRET_KEY_FALLBACKS"] == ["older-key", "oldest-key"]
    known = {"SECRET_KEY_FALLBACKS": "only-for-a-laptop-that-nobody-else-can-reach-0123456789"}
    assert "out of SECRET_KEY_FALLBACKS" in start(SERVER | known).stderr


@pytest.mark.parametrize(
    ("env", "is_json"),
    [
        ({}, False),
        (SERVER, True),
        (SERVER | {"SITE_URL": "http://127.0.0.1:8000"}, False),
        ({"LOG_JSON": "true"}, True),
    ],
)
def test_the_log_is_for_people_and_on_a_server_for_what_collects_it(
    start: Any, env: dict[str, str], *, is_json: bool
) -> None:
    line = settings(start(env))["LOGGING"]["formatters"]["line"]
    assert (line.get("()") == "delegator.web.logs.Lines") is is_json


def test_options_of_redis_are_for_redis_alone(start: Any) -> None:
    assert "CELERY_BROKER_TRANSPORT_OPTIONS" not in settings(start({}))
    redis = settings(start({"REDIS_URL": "redis://127.0.0.1:6379/0"}))
    assert redis["CELERY_BROKER_TRANSPORT_OPTIONS"]["socket_timeout"] == 1.0


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = SERVER | {"VAR_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(check, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stderr
