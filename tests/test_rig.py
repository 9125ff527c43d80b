"""What other tests rely on: servers die and come back on their port, and the runner counts right."""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import psycopg2
import pytest

from tests import rig, run


def ask(url: str, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def a_mail(to: str = "ana@example.com") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "nora@example.com", to, "Book keeping"
    message.set_content("Would you take it?")
    return message


def test_postgres_keeps_what_was_committed_when_it_is_killed() -> None:
    with rig.PrivatePostgres() as postgres:
        url = postgres.database("kept")
        ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
        postgres.kill9()
        with pytest.raises(psycopg2.OperationalError):
            ask(url, "SELECT 1")
        postgres.start()
        assert ask(url, "SELECT number FROM kept") == [(7,)]
    assert not postgres.folder.exists()


@pytest.mark.parametrize(("lasting", "answer"), [(True, b"$1\r\n7\r\n"), (False, b"$-1\r\n")])
def test_redis_comes_back_on_its_port_and_keeps_its_data_only_when_told(lasting: bool, answer: bytes) -> None:  # noqa: FBT001
    with rig.PrivateRedis(lasting=lasting) as redis:
        assert say(redis, b"SET kept 7\r\n") == b"+OK\r\n"
        port = redis.port
        redis.kill9()
        assert not redis.answers()
        redis.start()
        assert redis.port == port
        assert say(redis, b"GET kept\r\n") == answer
    assert not redis.folder.exists()


def test_a_frozen_redis_takes_a_connection_and_does_not_answer() -> None:
    with rig.PrivateRedis() as redis:
        redis.freeze()
        assert not redis.answers()
        redis.thaw()
        rig.until(redis.answers, "answer after the thaw")


def say(redis: rig.PrivateRedis, line: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", redis.port), 5) as connection:
        connection.sendall(line)
        return connection.recv(100)


def test_the_mail_server_keeps_what_it_takes_and_refuses_when_told() -> None:
    with rig.SmtpSink() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.send_message(a_mail())
        sink.at_data = lambda message: "451 4.7.1 try later"
        with pytest.raises(smtplib.SMTPDataError, match="try later"):
            client.send_message(a_mail())
        sink.at_rcpt = lambda address: "550 5.1.1 unknown" if address.startswith("gone") else sink.OK
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(a_mail(to="gone@example.com"))
        (kept,) = sink.wait(1)
    assert (kept["To"], kept["Subject"]) == ("ana@example.com", "Book keeping")
    assert kept.get_content().strip() == "Would you take it?"


def test_what_never_holds_ends_with_a_sentence_that_names_it() -> None:
    with pytest.raises(TimeoutError, match=r"after 0\.1 seconds there is still no answer"):
        rig.until(lambda: False, "answer", seconds=0.1)


@pytest.mark.parametrize("host", ["192.0.2.1", "mail.example.com"])
def test_a_test_cannot_leave_this_computer(host: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=host):
        socket.create_connection((host, 25), 1)


def test_every_setting_read_from_the_environment_is_explained_and_fixed_for_tests() -> None:
    settings = (rig.ROOT / "delegator" / "settings.py").read_text()
    read = set(re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"", settings))
    explained = set(re.findall(r"(?m)^#([A-Z_]+)=", (rig.ROOT / ".env.example").read_text()))
    fixed = set(re.findall(r"\"([A-Z_]+)\"", (rig.ROOT / "tests" / "conftest.py").read_text()))
    assert read
    assert read - explained == set()
    assert read - fixed == set()


COUNTED = """
import pytest

def test_holds(): pass

def test_does_not(): raise ValueError

def test_cannot_begin(missing): pass

@pytest.mark.skip(reason="no need")
def test_left_out(): pass
"""


def test_the_runner_counts_passed_failed_and_skipped(tmp_path: Path) -> None:
    file = tmp_path / "test_counted.py"
    file.write_text(COUNTED)
    result = run.run("counted", [str(file), "-p", "no:django", "-c", os.devnull, "--rootdir", str(tmp_path)])
    assert str(result) == "1 passed, 2 failed, 1 skipped"
    assert str(result + run.Result(passed=3)) == "4 passed, 2 failed, 1 skipped"


def test_a_run_that_breaks_before_it_counts_is_a_failure() -> None:
    assert run.run("broken", ["--no-such-option"]) == run.Result(failed=1)


def test_the_app_runs_as_on_a_server_and_each_process_can_be_killed_and_started_again() -> None:
    with rig.App({"UNDO_WINDOW": "0"}, workers=2) as app:
        assert len(app.workers) == 2
        rig.kill9(app.web)
        assert not app.answers()
        app.start("web")
        assert app.answers()
        rig.kill9(app.workers[0])
        assert (
            app.manage("shell", "-v", "0", "-c", "from django.conf import settings as s; print(s.UNDO_WINDOW)")
            == "0\n"
        )
        with pytest.raises(RuntimeError, match="no_such_command"):
            app.manage("no_such_command")
        assert "--- worker" in app.logs()
    assert not app.folder.exists()
    assert not app.answers()
