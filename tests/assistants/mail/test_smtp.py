"""Speaking to a mail server that is slow, rude or gone: each fault is told apart, and none holds a worker."""

from __future__ import annotations

import re
import select
import time
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from assistants.mail.smtp import Away, BrokenOff, Mailer, Refused, Silence, Withheld
from tests.drills.sink import Door, Rule, Sink

RAW = b"Message-ID: <1.a@b>\r\nSubject: A\r\n\r\nOne\r\n.two\r\n..\r\nthree\r\n"


@pytest.fixture
def server() -> Iterator[Sink]:
    with Sink() as server:
        yield server


@pytest.fixture
def mailer(server: Sink, settings: Settings) -> Iterator[Mailer]:
    settings.DOT_TIMEOUT = 0.4
    mailer = Mailer(host="127.0.0.1", port=server.port, timeout=0.6)
    yield mailer
    mailer.close()


def send(mailer: Mailer, *, dot: bool = True) -> None:
    mailer.deliver("a@delegator.works", "ana@reyes.works", RAW, before_dot=lambda: dot)


def taken(server: Sink) -> list[bytes]:
    """What came, without the dots that the protocol adds (RFC 5321, 4.5.2)."""
    return [re.sub(rb"(?m)^\.", b"", raw) for raw in server.raw]


def test_a_message_arrives_as_it_was_byte_for_byte_and_the_line_is_kept(server: Sink, mailer: Mailer) -> None:
    send(mailer)
    send(mailer)
    assert taken(server) == [RAW, RAW]
    assert len([each for each in server.tries if each.what == "hello"]) == 1


def test_who_says_no_before_the_dot_has_sent_nothing(server: Sink, mailer: Mailer) -> None:
    with pytest.raises(Withheld):
        send(mailer, dot=False)
    send(mailer)
    assert len(server.raw) == 1


@pytest.mark.parametrize(
    ("rule", "door", "at", "code", "status"),
    [
        (Rule(at_rcpt="550 5.1.1 No such user"), Door(), "rcpt", 550, "5.1.1"),
        (Rule(at_rcpt="450 try later"), Door(), "rcpt", 450, ""),
        (Rule(at_dot="554 5.7.1 not this"), Door(), "dot", 554, "5.7.1"),
        (Rule(), Door(at_from="530 5.7.0 TLS first"), "mail", 530, "5.7.0"),
    ],
)
def test_a_definite_no_says_where_and_why_and_ends_the_line(
    server: Sink, mailer: Mailer, rule: Rule, door: Door, at: str, code: int, status: str
) -> None:
    server.rule, server.door = lambda address: rule, door
    with pytest.raises(Refused) as no:
        send(mailer)
    assert (no.value.at, no.value.code, no.value.status) == (at, code, status)
    assert mailer.connection is None


@pytest.mark.parametrize(
    ("rule", "door"),
    [
        (Rule(), Door(wait=5)),
        (Rule(), Door(pace=0.2)),
        (Rule(cut="reset in data"), Door()),
        (Rule(cut="before the dot"), Door()),
    ],
    ids=["late banner", "a byte at a time", "reset in data", "cut before the dot"],
)
def test_what_goes_wrong_before_the_dot_is_no_mail_server_and_over_at_the_deadline(
    server: Sink, mailer: Mailer, rule: Rule, door: Door
) -> None:
    server.rule, server.door = lambda address: rule, door
    began = time.monotonic()

    def before_dot() -> bool:
        select.select([mailer.connection.sock], [], [], 1)  # until the server has cut it
        return True

    with pytest.raises(BrokenOff if rule.cut else Away):
        mailer.deliver("a@delegator.works", "ana@reyes.works", RAW, before_dot=before_dot)
    assert time.monotonic() - began < 2
    assert mailer.connection is None


@pytest.mark.parametrize("rule", [Rule(late=5), Rule(cut="after the dot")], ids=["late", "cut"])
def test_no_answer_to_the_dot_is_silence_since_the_message_may_be_there(
    server: Sink, mailer: Mailer, rule: Rule
) -> None:
    server.rule = lambda address: rule
    with pytest.raises(Silence):
        send(mailer)
    assert taken(server) == [RAW]
    assert mailer.connection is None


def test_a_password_that_is_wrong_is_no_mail_server(server: Sink) -> None:
    server.door = Door(at_login="535 5.7.8 Authentication credentials invalid")
    mailer = Mailer(host="127.0.0.1", port=server.port, username="u", password="p", timeout=0.6)
    with pytest.raises(Away, match="SMTPAuthenticationError 535"):
        send(mailer)
    assert server.raw == []


def test_where_nobody_listens_is_no_mail_server(mailer: Mailer, server: Sink) -> None:
    mailer.port = 1
    with pytest.raises(Away, match="ConnectionRefusedError"):
        send(mailer)


def test_a_server_that_has_enough_of_a_line_gets_the_next_message_over_a_new_one(
    server: Sink, mailer: Mailer
) -> None:
    send(mailer)
    server.door = Door(at_from="421 4.7.0 Too many messages in this connection")
    with pytest.raises(Refused) as no:
        send(mailer)
    assert (no.value.at, no.value.code) == ("mail", 421)
    # It was asked again, by a line that had carried nothing.
    assert len([each for each in server.tries if each.what == "hello"]) == 2


@pytest.mark.parametrize(
    ("said", "fault"),
    [("251 2.0.0 fine", None), ("299 whatever", None), ("354 go on", Silence), ("what", Silence)],
)
def test_an_answer_to_the_dot_counts_by_its_first_digit(
    server: Sink, mailer: Mailer, said: str, fault: type[Exception] | None
) -> None:
    server.rule = lambda address: Rule(at_dot=said)
    if fault is None:
        send(mailer)
        return
    with pytest.raises(fault):
        send(mailer)


@pytest.mark.parametrize("said", ["what", "999 what", "299", "100 continue"])
def test_an_answer_that_is_none_breaks_the_line_and_is_no_refusal(server: Sink, mailer: Mailer, said: str) -> None:
    server.door = Door(at_from=said)
    if said == "299":
        send(mailer)
        return
    with pytest.raises(BrokenOff):
        send(mailer)


def test_a_password_that_is_no_ascii_is_the_operators_to_mend_and_no_emails(server: Sink) -> None:
    mailer = Mailer(host="127.0.0.1", port=server.port, username="u", password="geheimnisvoll-ä", timeout=0.6)
    with pytest.raises(Away, match="UnicodeEncodeError"):
        send(mailer)
