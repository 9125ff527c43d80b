"""What the drills rely on: the mail server misbehaves as it is told, and the checker finds what is wrong."""

from __future__ import annotations

import json
import smtplib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills import conftest
from tests.drills.checker import Found
from tests.drills.sink import Copy, Door, Rule, Sink

MAIL = "Message-ID: <7.abc@delegator.internal>\r\nDate: Thu, 15 Oct 2026 21:30:00 +0000\r\n\r\nWould you?\r\n"
ANA = "ana@harbour.internal"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


def send(sink: Sink, *, patience: float = 5) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=patience) as line:
        line.sendmail("hello@delegator.internal", [ANA], MAIL)


def test_what_is_taken_is_known_by_its_row_and_its_bytes(sink: Sink) -> None:
    send(sink)
    send(sink)
    one, two = sink.copies
    assert (one.row, one.to, one[2:]) == (7, ANA, two[2:])
    assert len(sink.tries_of(ANA)) == 2


@pytest.mark.parametrize(
    ("rule", "error", "copies"),
    [
        (Rule(at_rcpt="550 5.1.1 unknown"), smtplib.SMTPRecipientsRefused, 0),
        (Rule(at_dot="554 5.7.1 no"), smtplib.SMTPDataError, 0),
        (Rule(cut="before the dot"), (smtplib.SMTPServerDisconnected, OSError), 0),
        (Rule(cut="reset in data"), (smtplib.SMTPServerDisconnected, OSError), 0),
        (Rule(cut="after the dot"), smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_an_address_is_met_by_its_rule(
    sink: Sink, rule: Rule, error: type[Exception] | tuple[type[Exception], ...], copies: int
) -> None:
    sink.rule = lambda address: rule
    with pytest.raises(error):
        send(sink)
    assert len(sink.copies) == copies


def test_a_late_yes_is_late_and_counts_as_taken_at_once(sink: Sink) -> None:
    sink.rule = lambda address: Rule(late=0.3)
    began = time.monotonic()
    send(sink)
    assert sink.copies[0].at - began < 0.3 < time.monotonic() - began


@pytest.mark.parametrize("door", [Door(wait=5), Door(at_from="530 5.7.0 no")])
def test_a_door_can_be_shut(sink: Sink, door: Door) -> None:
    sink.door = door
    with pytest.raises((TimeoutError, smtplib.SMTPException)):
        send(sink, patience=0.3)
    assert sink.copies == []


def test_the_checker_tells_lost_rows_twins_that_differ_and_mail_of_no_row() -> None:
    came = Copy(1.0, ANA, "<1.a@b>", "Thu", "same")
    rows = [{"id": 1, "state": "sent"}, {"id": 2, "state": "sent"}, {"id": 3, "state": "queued"}]
    rows += [{"id": 4, "state": "dead"}, {"id": 5, "state": "sent"}]
    of = {1: [came, came], 5: [came, came._replace(digest="other")], 9: [came]}
    found = Found(rows, of)
    assert (found.lost, found.copies, found.copies_max) == (2, 5, 2)
    assert (found.unlike, found.strangers) == ([5], [9])


def test_a_result_takes_the_place_of_what_the_same_test_found_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conftest, "FILE", tmp_path / "drills.json")
    for test, seconds in (("one", 1), ("two", 2), ("one", 3)):
        conftest.keep(test, {"seconds": seconds})
    kept = json.loads(conftest.FILE.read_text())
    assert kept == [{"test": "two", "seconds": 2}, {"test": "one", "seconds": 3}]
