"""Redis killed, emptied or frozen: it is a doorbell, so nothing is lost, and no page waits for it."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests import rig
from tests.drills import checker, stage
from tests.drills.conftest import Drill, Result
from tests.drills.promises import seeded
from tests.drills.sink import Rule
from tests.drills.stage import Drafts, Pressed, Stage

AWAY = 5.0
# 10 a second for a minute, of which Redis is frozen for 40 seconds.
PACE, POSTS, FROZEN, QUICK = 0.1, 600, 40.0, 0.3
# Half as many beforehand. On a computer that is too slow for the load pages are slow without a fault, too: there they
# may take as long as before and a little more, and the first ones as long as the app waits for Redis. All in seconds.
CONTROL, NOISE, PATIENCE = 300, 0.1, 1.0


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
    with drill(name, seed, what) as result, stage.set_up(workers=0, web=True, lasting=kept != "nothing") as running:
        written = running.write(40, send=False)
        running.write(300, send=True)
        # As slow as a mail server elsewhere, so that the fault falls while mail goes out.
        running.sink.rule = lambda address: Rule(late=0.04)
        running.app.start("worker")
        running.wait_for_copies(10 * seed)
        with posting(running, written, 0.25) as pages:
            rig.until(lambda: len(pages) >= 5, "page number 5")
            before = list(pages)
            fault(running)
            back, most = time.monotonic(), running.may_take()
            # In the middle of it all: mail waits, and the owner sends more.
            assert running.count("queued")
            assert fault is emptied or len(pages) > len(before)
        running.wait_until_over()
        result.seconds = time.monotonic() - back
        pages_and_mail(running, result, pages, 340, before=before)
        assert result.seconds <= most
        if name == "D4":
            assert result.copies == result.rows


@seeded
@pytest.mark.usefixtures("alone")
def test_a_frozen_redis_keeps_no_page_waiting(drill: Drill, seed: int) -> None:
    what = f"{POSTS} pages, {1 / PACE:g}/s, Redis frozen {FROZEN:g} s"
    with drill("D5", seed, what) as result, stage.set_up(web=True) as running:
        before, written = running.write(CONTROL, send=False), running.write(POSTS, send=False)
        # The same load while all is well: what a page costs on this computer.
        with posting(running, before, PACE) as control:
            pass
        running.wait_until_over()
        began = time.monotonic()
        with posting(running, written, PACE) as pages:
            time.sleep(8 + seed % 4)
            running.redis.freeze()
            frozen = time.monotonic()
            time.sleep(FROZEN)
            running.redis.thaw()
        most_seconds = running.may_take()
        running.wait_until_over()
        result.seconds = time.monotonic() - max(frozen + FROZEN, began + POSTS * PACE)
        # The first that waits for it finds out, and with it those that the same process answers that moment.
        found_out = [page for page in pages if page.at > frozen + stage.PAGE]
        result.what += f"; {in_words(found_out)}, and before with Redis well {in_words(control)}"
        pages_and_mail(running, result, pages, POSTS + CONTROL, before=control)
        assert p99(found_out) <= max(QUICK, NOISE + p99(control))
        assert result.seconds <= most_seconds


def in_words(pages: list[Pressed]) -> str:
    return f"p99 {p99(pages) * 1000:.0f} ms"


def p99(pages: list[Pressed]) -> float:
    return percentile([page.seconds for page in pages], 99)


def slowest(pages: list[Pressed]) -> float:
    return max((page.seconds for page in pages), default=0)


def pages_and_mail(running: Stage, result: Result, pages: list[Pressed], rows: int, *, before: list[Pressed]) -> None:
    """No page failed or waited for Redis too long, and all mail came; `before` are pages without a fault."""
    result.what += f"; slowest page {slowest(pages):.2f} s, without a fault {slowest(before):.2f} s"
    found = running.found()
    result.reads(found)
    assert {page.status for page in pages} == {302}
    assert (found.lost, found.unlike, found.strangers, found.states) == (0, [], [], {"sent": rows})
    assert found.copies_max <= 2
    assert slowest(pages) <= max(stage.PAGE, PATIENCE + slowest(before))
    assert checker.wrong_in_the_story(running.app) == []
