"""No log holds what opens something: not ours, not Django's, not the server's, whatever became of the request."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from assistants import links
from delegator.web import logs
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.assistants.world import by_hand
from tests.factories import PASSWORD, an_offer

PID, MAC = "aB3-_xYz0123456789abcd", "Zz_-4567890123456789abcdefg"
TOKEN, DATED = f"{PID}.{MAC}", f"{PID}.1790000000.{MAC}"
ROOT = Path(__file__).resolve().parents[3]


def broken(request: HttpRequest, token: str) -> HttpResponse:
    raise RuntimeError(f"{token} at {request.path}")


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [
    path("h/<str:token>/broken/", broken),
    path("broken/", breaks),
    path("", include("delegator.urls")),
]
handler404 = "delegator.web.errors.not_found"
handler500 = "delegator.web.errors.server_error"


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
        (f"?next=%252Fh%252F{TOKEN}%252Faccept%252F", "?next=%252Fh%252F…%252F"),
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


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        ("mail to ana.reyes+work@mail.example.org, twice", "mail to …@…, twice"),
        ("DETAIL: Key (email)=(nora@example.com) already exists.", "DETAIL: Key (email)=(…@…) already exists."),
        ("smtp://user:word@mail.example.com:587", "smtp://user:…@…:587"),
        ("celery@laptop is ready", "celery@laptop is ready"),
    ],
)
def test_nobodys_address_is_logged(said: str, safe: str) -> None:
    assert logs.cut(said) == safe


@pytest.mark.parametrize("text", ["a" * 300_000, "a@" * 100_000, "/h/" * 100_000, "a." * 100_000, "%2F" * 100_000])
def test_a_long_text_is_cut_about_as_fast_as_it_is_read(text: str) -> None:
    began = time.process_time()
    logs.cut(text)
    assert time.process_time() - began < 3


FORGED = "day\r\n2026-11-26 WARNING delegator: all is well\x1b[2J\u2028\u202e\x85"


def test_no_text_makes_a_line_of_its_own(kept: Kept) -> None:
    logging.getLogger("some.library").warning("%s", FORGED)
    try:
        raise RuntimeError(FORGED)
    except RuntimeError:
        logging.getLogger("some.library").exception("it broke")
    lines = "\n".join(kept.lines).splitlines()
    # Two records, and what belongs to the second is set in.
    assert [line for line in lines if not line.startswith("  ")] == [
        "WARNING some.library day\\r\\n2026-11-26 WARNING delegator: all is well\\x1b[2J\\u2028\\u202e\\x85",
        "ERROR some.library it broke",
    ]


def test_an_ordinary_traceback_can_still_be_read(kept: Kept) -> None:
    try:
        raise RuntimeError("on purpose")
    except RuntimeError:
        logging.getLogger("some.library").exception("it broke")
    assert "  Traceback (most recent call last):\n    File" in kept.lines[0]
    assert kept.lines[0].endswith("\n  RuntimeError: on purpose")


def test_it_is_set_up_once_however_often_logging_is_configured() -> None:
    before = logging.getLogRecordFactory()
    logs.set_up({"version": 1, "incremental": True})
    assert logging.getLogRecordFactory() is before


def test_no_error_is_mailed_with_its_request() -> None:
    handlers = [handler for name in logging.root.manager.loggerDict for handler in logging.getLogger(name).handlers]
    assert not [each for each in [*handlers, *logging.root.handlers] if type(each).__name__ == "AdminEmailHandler"]


# --- On a server: one JSON object a line ------------------------------------------
@pytest.fixture
def collected() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What a server's log would hold, line by line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines())
    logging.root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_line_names_the_request_and_its_owner_and_the_page_names_the_request(
    nora: Owner, collected: Callable[[], list[dict[str, Any]]]
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(nora)
    broke = client.get("/broken/", {"secret": "typed"})
    stranger = Client(raise_request_exception=False).post("/broken/", {"note": "a body"})
    told = [line for line in collected() if line["logger"] == "django.request"]
    assert [line["request"] for line in told] == [broke.headers["X-Request-Id"], stranger.headers["X-Request-Id"]]
    assert [line.get("owner") for line in told] == [nora.pk, None]
    for answer, line in zip([broke, stranger], told, strict=True):
        assert f"Reference: <strong>{line['request']}</strong>" in answer.content.decode()
        assert (line["level"], line["event"]) == ("ERROR", "Internal Server Error: /broken/")
        assert "RuntimeError: on purpose" in line["error"]
        assert abs(datetime.fromisoformat(line["at"]) - datetime.now(UTC)) < timedelta(minutes=1)
        assert line["at"].endswith("+00:00")
        assert not {"typed", "a body", nora.email} & set(re.findall(r"a body|typed|[\w.]+@[\w.]+", json.dumps(line)))


def test_no_two_requests_have_one_name_and_nothing_is_named_outside_of_one(
    client: Client, collected: Callable[[], list[dict[str, Any]]]
) -> None:
    assert len({client.get("/healthz/live").headers["X-Request-Id"] for _ in range(50)}) == 50
    given = client.get("/healthz/live", headers={"x-request-id": "mine"}).headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{10}", given)
    logging.getLogger("some.library").warning("in between")
    assert [(line.get("request"), line.get("owner")) for line in collected()] == [(None, None)]


@pytest.mark.django_db
def test_who_signs_in_is_logged_by_number_and_who_is_refused_by_nothing(
    nora: Owner, collected: Callable[[], list[dict[str, Any]]]
) -> None:
    client = Client()
    client.post("/sign-in/", {"login": nora.email, "password": "a-guess-a-guess"})
    client.post("/sign-in/", {"login": nora.email, "password": PASSWORD})
    given = {"oldpassword": PASSWORD, "password1": "slow-green-kettle", "password2": "slow-green-kettle"}
    client.post("/password/change/", given)
    told = [line for line in collected() if line["logger"] == "delegator.account.accounts"]
    assert [line["event"] for line in told] == [
        "a sign-in was refused",
        f"owner {nora.pk} signed in",
        f"owner {nora.pk} has a new password",
    ]
    assert all(line["request"] for line in told)
    assert nora.email not in json.dumps(told)


def test_a_line_is_ascii_whatever_it_says() -> None:
    # Not logged: half a character in what pytest captures is more than its workers can tell each other.
    said = ("Zoë \ud800 %s", (FORGED,))
    record = logging.getLogger("some.library").makeRecord("some.library", logging.WARNING, "", 0, *said, None)
    line = logs.Lines().format(record)
    assert line.isascii()
    assert json.loads(line)["event"].startswith("Zoë \ud800 day\\r\\n")


# --- Those of the servers ----------------------------------------------------------
GUNICORN = ["-m", "gunicorn", "delegator.wsgi", "--access-logfile", "-", "--bind"]
RUNSERVER = ["manage.py", "runserver", "--noreload", "--nothreading"]


@pytest.mark.parametrize(
    ("server", "log_json"), [(GUNICORN, "false"), (GUNICORN, "true"), (RUNSERVER, "false")], ids=str
)
def test_the_servers_own_words_hold_none(server: list[str], log_json: str, tmp_path: Path) -> None:
    """Its database has no table but the one of who tries links, so that one of the right shape breaks."""
    port = rig.free_port()
    with contextlib.closing(sqlite3.connect(tmp_path / "empty.sqlite3")) as database:
        database.execute("CREATE TABLE delegator_tally (peer TEXT PRIMARY KEY, since TEXT, times INTEGER)")
    settings = {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3", "LOG_JSON": log_json}
    command = [sys.executable, *server, f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            rig.until(lambda: answer(port, "/healthz/live") == 200, "server answers")
            assert answer(port, f"/h/{TOKEN}/?again={TOKEN}") == 500
            assert answer(port, f"/h/{TOKEN}x/") == 404
        finally:
            rig.end(process)
        log.seek(0)
        written = log.read()
    said = [json.loads(line)["event"] for line in written.splitlines() if line.startswith("{")]
    if log_json == "true":
        # Of the parent alone, which knows nothing of the app, are lines that are none.
        assert {"Not Found: /h/…/", "Internal Server Error: /h/…/"} <= set(said)
        assert any('"GET /h/…/ HTTP/1.1" 404' in line for line in said), said
    else:
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
