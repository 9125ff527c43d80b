"""Redis killed, emptied or frozen: it is a doorbell, so nothing is lost, and no page waits for it."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.drills import checker, stage
from tests.drills.conftest import Drill, Result
from tests.drills.promises import seeded
from tests.drills.sink import Rule
from tests.drills.stage import Drafts, Pressed, Stage

AWAY = 5.0
# 10 a second for a minute, of which Redis is frozen for 40 seconds.
PACE, POSTS, FROZEN, QUICK = 0.1, 600, 40.0, 0.3


def killed(running: Stage) -> None:
    running.redis.kill9()
    time.sleep(AWAY)
    running.redis.start()


def emptied(running: Stage) -> None:
    with socket.create_connection(("127.0.0.1", running.redis.port), 5) as line:
        line.sendall(b"FLUSHALL\r\n")
        assert line.recv(5) == b"+OK\r\n"


@contextlib.contextmanager
def posting(running: Stage, written: Drafts, pace: float) -> Iterator[list[Pressed]]:
    """An owner who sends the drafts, one each `pace` seconds, however long each takes; all are sent at the end."""
    came: list[Pressed] = []
    began = time.monotonic()

    def press(number: int) -> None:
        time.sleep(max(0, began + number * pace - time.monotonic()))
        came.append(running.press_send(written, number))

    threads = [threading.Thread(target=press, args=(number,)) for number in range(len(written.drafts))]
    for thread in threads:
        thread.start()
    yield came
    for thread in threads:
        thread.join()


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


@seeded
@pytest.mark.parametrize(
    ("name", "fault", "kept"),
    [("D3", killed, "nothing"), ("D4", killed, "what Redis wrote down"), ("D4", emptied, "nothing")],
)
def test_without_redis_pages_answer_and_mail_comes_once_it_is_back(
    drill: Drill, seed: int, name: str, fault: Callable[[Stage], None], kept: str
) -> None:
    what = f"300 offers, 40 pages meanwhile, Redis {fault.__name__}, kept {kept}"
    with drill(name, seed, what) as result, stage.set_up(workers=0, lasting=kept != "nothing") as running:
        written = running.write(40, send=False)
        running.write(300, send=True)
        # As slow as a mail server elsewhere, so that the fault falls while mail goes out.
        running.sink.rule = lambda address: Rule(late=0.04)
        running.app.start("worker")
        with posting(running, written, 0.25) as pages:
            running.wait_for_copies(20 + 10 * seed)
            fault(running)
            assert running.count("queued")
            back = time.monotonic()
        running.wait_until_over(seconds=120)
        result.seconds = time.monotonic() - back
        pages_and_mail(running, result, pages, 340)
        assert result.seconds <= stage.DRAINED
        if name == "D4":
            assert result.copies == result.rows


@seeded
def test_a_frozen_redis_keeps_no_page_waiting(drill: Drill, seed: int) -> None:
    what = f"{POSTS} pages, {1 / PACE:g}/s, Redis frozen {FROZEN:g} s"
    with drill("D5", seed, what) as result, stage.set_up() as running:
        written = running.write(POSTS, send=False)
        began = time.monotonic()
        with posting(running, written, PACE) as pages:
            time.sleep(8 + seed % 4)
            running.redis.freeze()
            frozen = time.monotonic()
            time.sleep(FROZEN)
            running.redis.thaw()
        running.wait_until_over(seconds=120)
        result.seconds = time.monotonic() - max(frozen + FROZEN, began + POSTS * PACE)
        # The first that waits for it finds out, and with it those that the same process answers that moment.
        after = [page.seconds for page in pages if page.at > frozen + stage.PAGE]
        # A computer that is too slow for the load shows it before the fault.
        well = [page.seconds for page in pages if page.at < frozen]
        result.what += f", p99 {percentile(after, 99) * 1000:.0f} ms, before {percentile(well, 99) * 1000:.0f} ms"
        pages_and_mail(running, result, pages, POSTS)
        assert percentile(after, 99) <= QUICK
        assert result.seconds <= stage.DRAINED


def pages_and_mail(running: Stage, result: Result, pages: list[Pressed], rows: int) -> None:
    """No page was slow or failed, and all mail came."""
    slowest = max(page.seconds for page in pages)
    result.what += f"; slowest page {slowest:.2f} s"
    found = running.found()
    result.reads(found)
    assert {page.status for page in pages} == {302}
    assert (found.lost, found.unlike, found.strangers, found.states) == (0, [], [], {"sent": rows})
    assert found.copies_max <= 2
    assert slowest <= stage.PAGE
    assert checker.wrong_in_the_story(running.app) == []
