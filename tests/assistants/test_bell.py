"""Ringing for a worker: it costs a page a moment at most, whatever the broker does, and carries an id alone."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from redis import Redis

from assistants.handoff import deliveries, replies
from assistants.mail import outbox
from assistants.models import OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.factories import a_task, an_offer

# Ring three times as a web process does, and say how long each took.
RINGING = """
import json, time
import django
django.setup()
from assistants import bell
bell.QUIET = {quiet}
took = []
for email_id in (7, 8, 9):
    began = time.monotonic()
    bell.ring(email_id)
    took.append(time.monotonic() - began)
print(json.dumps(took))
"""
# The quiet is over: four pages ring at the same moment.
TOGETHER = """
import json, threading, time
import django
django.setup()
from assistants import bell
bell.ring(7)
bell._quiet_until = time.monotonic()
took, start = [], threading.Barrier(4)
def page():
    start.wait()
    began = time.monotonic()
    bell.ring(8)
    took.append(time.monotonic() - began)
pages = [threading.Thread(target=page) for _ in range(4)]
for each in pages: each.start()
for each in pages: each.join()
print(json.dumps(took))
"""
Capture = Callable[..., AbstractContextManager[list[Callable[[], object]]]]


def ring(broker: str, folder: Path, *, quiet: float = 30) -> list[float]:
    """Seconds that each of three rings took, in a process of its own."""
    return run(RINGING.format(quiet=quiet), broker, folder)


def run(script: str, broker: str, folder: Path) -> list[float]:
    env = os.environ | {"REDIS_URL": broker, "BROKER_PATIENCE": "1", "VAR_DIR": str(folder)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=rig.ROOT, env=env, capture_output=True, text=True, check=True, timeout=60)
    took: list[float] = json.loads(done.stdout)
    return took


def test_what_is_rung_carries_the_id_of_the_email_and_nothing_else(tmp_path: Path) -> None:
    with rig.PrivateRedis() as redis:
        ring(redis.url, tmp_path)
        with closing(Redis.from_url(redis.url)) as client:
            rung = [json.loads(text) for text in client.lrange("celery", 0, -1)]
    bodies = [json.loads(base64.b64decode(each["body"])) for each in rung]
    assert sorted(body[:2] for body in bodies) == [[[7], {}], [[8], {}], [[9], {}]]
    assert {each["headers"]["task"] for each in rung} == {"assistants.jobs.send_email"}
    # A hint that nobody took in a minute is dropped: the sweep was quicker.
    assert all(each["headers"]["expires"] for each in rung)


def test_a_broker_that_is_down_costs_next_to_nothing(tmp_path: Path) -> None:
    first, *then = ring(f"redis://127.0.0.1:{rig.free_port()}/0", tmp_path)
    assert first < 5
    assert max(then) < 0.3


def test_a_broker_that_is_frozen_costs_its_patience_once_and_then_nothing(tmp_path: Path) -> None:
    with rig.PrivateRedis() as redis:
        redis.freeze()
        first, *then = ring(redis.url, tmp_path)
    assert 0.9 < first < 6
    assert max(then) < 0.3


def test_when_the_quiet_is_over_one_page_tries_again_for_all(tmp_path: Path) -> None:
    with rig.PrivateRedis() as redis:
        redis.freeze()
        *others, one = sorted(run(TOGETHER, redis.url, tmp_path))
    assert 0.9 < one < 6
    assert max(others) < 0.3


def test_once_the_quiet_is_over_the_bell_is_tried_again(tmp_path: Path) -> None:
    with rig.PrivateRedis() as redis:
        redis.freeze()
        took = ring(redis.url, tmp_path, quiet=0)
    assert min(took) > 0.9


def test_a_broker_in_a_file_needs_no_server(tmp_path: Path) -> None:
    ring("", tmp_path)
    assert (tmp_path / "broker.sqlite3").exists()


# --- When it is rung ---------------------------------------------------------
def test_the_bell_is_rung_after_the_commit_for_what_is_due_at_once(
    nora: Owner, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as rung:
        offer = an_offer(owner=nora)
    assert rung == []
    with django_capture_on_commit_callbacks(execute=True) as rung:
        replies.accept(offer, terms_version=1, now=offer.reply_by - timedelta(days=1))
    assert len(rung) == 2  # for the owner's email and the assistant's


@pytest.mark.django_db
def test_nothing_is_rung_for_work_that_was_rolled_back(
    nora: Owner, django_capture_on_commit_callbacks: Capture
) -> None:
    offer = an_offer(owner=nora)

    @transaction.atomic
    def fails() -> None:
        replies.decline(offer, reason="", now=clock.now())
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True) as rung, pytest.raises(ZeroDivisionError):
        fails()
    assert rung == []
    assert not OutgoingEmail.objects.filter(kind="answer").exists()


def test_an_email_is_sent_though_its_bell_was_never_heard(nora: Owner) -> None:
    now = clock.now()
    offer = an_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + timedelta(days=1))
    replies.accept(offer, terms_version=1, now=now)
    assert outbox.pump(done=deliveries.hear_of) == 2
    assert set(OutgoingEmail.objects.filter(kind__in=["answer", "news"]).values_list("state", flat=True)) == {"sent"}
