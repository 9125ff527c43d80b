"""
Mail that was meant comes, whatever is killed on the way: at least once, and rarely twice.

Twice only where a worker dies between the mail server's yes and its own note of it.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage

import pytest

from tests import rig
from tests.drills import stage
from tests.drills.conftest import Note
from tests.drills.stage import Stage

# What the owner waits at most when Redis is away, in seconds.
PAGE = 1.5
NO_ANSWER = "Timeout reading from socket"


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    with stage.set_up() as running:
        yield running


def kill_after_the_claim(running: Stage, kill: Callable[[], None]) -> None:
    running.sink.at_hello = kill


def kill_before_the_server_accepts(running: Stage, kill: Callable[[], None]) -> None:
    def at_rcpt(address: str) -> str:
        kill()
        return running.sink.OK

    running.sink.at_rcpt = at_rcpt


def kill_after_the_server_accepted(running: Stage, kill: Callable[[], None]) -> None:
    def at_data(message: object) -> str:
        kill()
        return running.sink.OK

    running.sink.at_data = at_data


@pytest.mark.parametrize(
    ("arm", "expected"),
    [(kill_after_the_claim, 1), (kill_before_the_server_accepts, 1), (kill_after_the_server_accepted, 2)],
)
def test_a_worker_killed_while_it_sends_loses_nothing_and_the_lease_decides_when_another_sends(
    running: Stage, note: Note, arm: Callable[[Stage, Callable[[], None]], None], expected: int
) -> None:
    killed_at: list[float] = []

    def kill_once() -> None:
        if not killed_at:
            running.kill_worker()
            killed_at.append(time.monotonic())

    arm(running, kill_once)
    written = running.write(1, send=True)
    rig.until(lambda: bool(killed_at), "worker to kill")
    assert running.count("sending") == 1
    running.app.start("worker")
    wait_for(running, written, expected)
    seconds = since(killed_at[0])
    running.wait_until_sent()
    messages = came(running, written)
    note(arm.__name__.replace("_", " "), 1, lost(running, written), len(messages), seconds)
    assert len(messages) == expected
    assert seconds > stage.LEASE - 1
    assert len({(message["Message-ID"], message["Date"]) for message in messages}) == 1


@contextlib.contextmanager
def redis_killed(running: Stage) -> Iterator[None]:
    running.redis.kill9()
    try:
        yield
    finally:
        running.redis.start()


@contextlib.contextmanager
def redis_frozen(running: Stage) -> Iterator[None]:
    missed = running.times_said(NO_ANSWER)
    running.redis.freeze()
    try:
        yield
        # Long enough for the others to notice, too.
        rig.until(lambda: running.times_said(NO_ANSWER) > missed, "process that misses Redis", seconds=60)
    finally:
        running.redis.thaw()


@pytest.mark.parametrize("away", [redis_killed, redis_frozen])
def test_without_redis_the_page_answers_and_the_mail_comes_once_redis_is_back(
    running: Stage, note: Note, away: Callable[[Stage], AbstractContextManager[None]]
) -> None:
    written = running.write(2, send=False)
    # A web server that has not found out about an earlier fault, but has rung before.
    running.new_web()
    running.press_send(written, 0)
    running.wait_until_sent()
    with away(running):
        took = running.press_send(written, 1)
    back_at = time.monotonic()
    running.wait_until_sent()
    what = f"{away.__name__.replace('_', ' ')}; the page took {took:.2f} s"
    note(what, 2, lost(running, written), copies(running, written), since(back_at))
    assert took < PAGE
    assert (lost(running, written), copies(running, written)) == (0, 2)


def test_of_a_hundred_offers_none_is_lost_while_six_workers_are_killed(running: Stage, note: Note) -> None:
    kills, chance = 6, random.Random(6)
    running.kill_worker()
    written = running.write(100, send=True)
    began = time.monotonic()
    running.app.start("worker")
    running.app.start("worker")
    for killed in range(kills):
        wait_for(running, written, 12 * (killed + 1))
        chance.shuffle(running.app.workers)
        running.kill_worker()
        running.app.start("worker")
    running.wait_until_sent()
    note(f"{kills} kills of either of 2 workers", 100, lost(running, written), copies(running, written), since(began))
    assert lost(running, written) == 0
    assert copies(running, written) <= 100 + kills
    for messages in running.copies(written).values():
        assert len({message["Message-ID"] for message in messages}) == 1


def wait_for(running: Stage, written: stage.Drafts, number: int) -> None:
    rig.until(lambda: copies(running, written) >= number, f"mail number {number}", seconds=60)


def came(running: Stage, written: stage.Drafts) -> list[EmailMessage]:
    return [message for messages in running.copies(written).values() for message in messages]


def copies(running: Stage, written: stage.Drafts) -> int:
    return len(came(running, written))


def lost(running: Stage, written: stage.Drafts) -> int:
    return sum(not messages for messages in running.copies(written).values())


def since(moment: float) -> float:
    return time.monotonic() - moment
