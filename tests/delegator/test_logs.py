"""No log holds what opens something: not ours, not Django's, not the server's, whatever became of the request."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from assistants import links
from delegator import logs
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.assistants.world import by_hand
from tests.factories import an_offer

PID, MAC = "aB3-_xYz0123456789abcd", "Zz_-4567890123456789abcdefg"
TOKEN, DATED = f"{PID}.{MAC}", f"{PID}.1790000000.{MAC}"
ROOT = Path(__file__).resolve().parents[2]


def broken(request: HttpRequest, token: str) -> HttpResponse:
    raise RuntimeError(f"{token} at {request.path}")


urlpatterns = [path("h/<str:token>/broken/", broken), path("", include("delegator.urls"))]
handler404 = "delegator.errors.not_found"


class Kept(logging.Handler):
    """Every line that a handler with a plain formatter would write."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(levelname)s %(name)s %(message)s").format(record))


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler, loggers = Kept(), [logging.getLogger(name) for name in ("", "django.server", "gunicorn.access")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)


# --- Our own ----------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_requests_by_link_leave_no_token_whatever_becomes_of_them(nora: Owner, kept: Kept) -> None:
    now = clock.now()
    offer = an_offer(owner=nora, now=now, reply_by=now + timedelta(days=1))
    token = links.token("offer", offer.pid, offer.epoch)
    dated = links.dated_token("export", offer, now)
    client = Client(raise_request_exception=False)
    answers = [
        client.get(f"/h/{token}/"),
        client.get(f"/h/{token}/nowhere/"),
        client.get(f"/h/{TOKEN}/"),
        client.put(f"/h/{token}/"),
        client.post(f"/h/{token}/away/", by_hand(offer, first="x")),
        client.get(f"/h/{token}/broken/"),
        client.get(f"/h/export/{dated}/"),
        client.get(f"/h/erase/{dated}/"),
        client.get(f"/unsubscribe/{links.token('unsubscribe', nora.pid, 3)}/"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 405, 422, 500, 200, 404, 404]
    text = "\n".join(kept.lines)
    for line in ("Internal Server Error: /h/…", "Not Found: /h/…", "Not Found: /unsubscribe/…", "RuntimeError: … at"):
        assert line in text
    for name in (offer.pid, nora.pid, token, dated, TOKEN):
        for part in name.split("."):
            assert part not in text


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        (f"GET /h/{TOKEN}/ HTTP/1.1", "GET /h/…/ HTTP/1.1"),
        (f'"POST /h/{TOKEN}/accept/ HTTP/1.1" 302', '"POST /h/…/ HTTP/1.1" 302'),
        (f"/h/export/{DATED}/", "/h/…/"),
        (f"/h%2F{TOKEN}%2Faccept%2F", "/h%2F…%2F"),
        (f"/h/{PID}%2E{MAC}/", "/h/…/"),
        ("/h/short", "/h/…"),
        (f"/unsubscribe/{TOKEN}/", "/unsubscribe/…/"),
        ("/sign-up/confirm/Mg:1x:mark/ now", "/sign-up/confirm/…/ now"),
        ("/password/new/2/d0-0123456789abcdef/", "/password/new/…/"),
        (f"no such token: {TOKEN}, {DATED}.", "no such token: …, …."),
        ("/hand-offs/3/ and /healthz/live", "/hand-offs/3/ and /healthz/live"),
        ("two files.of-ordinary-names_and.length", "two files.of-ordinary-names_and.length"),
    ],
)
def test_what_opens_something_is_cut_and_nothing_else(said: str, safe: str) -> None:
    assert logs.cut(said) == safe


def test_arguments_of_any_shape_and_mistakes_in_them_are_left_to_their_writer(kept: Kept) -> None:
    logger = logging.getLogger("some.library")
    logger.warning("%s and %d", f"/h/{TOKEN}/", 3)
    logger.warning("%(path)s", {"path": f"/h/{TOKEN}/"})
    logger.warning("nothing of it, %s", "as it is")
    with suppress(TypeError):
        logger.warning("%d", "no number")
    written = [line.partition("library ")[2] for line in kept.lines]
    assert written == ["/h/…/ and 3", "/h/…/", "nothing of it, as it is"]


def test_it_is_set_up_once_however_often_logging_is_configured() -> None:
    before = logging.getLogRecordFactory()
    logs.set_up({"version": 1, "incremental": True})
    assert logging.getLogRecordFactory() is before


def test_no_error_is_mailed_with_its_request() -> None:
    handlers = [handler for name in logging.root.manager.loggerDict for handler in logging.getLogger(name).handlers]
    assert not [each for each in [*handlers, *logging.root.handlers] if type(each).__name__ == "AdminEmailHandler"]


# --- Those of the servers ----------------------------------------------------------
SERVERS = {
    "gunicorn": ["-m", "gunicorn", "delegator.wsgi", "--access-logfile", "-", "--bind"],
    "runserver": ["manage.py", "runserver", "--noreload", "--nothreading"],
}


@pytest.mark.parametrize("server", SERVERS)
def test_the_servers_own_words_hold_none(server: str, tmp_path: Path) -> None:
    """Its database has no tables, so that a link of the right shape breaks."""
    port = rig.free_port()
    env = os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    command = [sys.executable, *SERVERS[server], f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            rig.until(lambda: answer(port, "/healthz/live") == 200, f"{server} answers")
            assert answer(port, f"/h/{TOKEN}/?again={TOKEN}") == 500
            assert answer(port, f"/h/{TOKEN}x/") == 404
        finally:
            rig.end(process)
        log.seek(0)
        written = log.read()
    assert written.count("/h/…") >= 3
    assert PID not in written
    assert MAC not in written


def answer(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0
