"""
What emails take, written and sent inside the app by `manage.py shell`.

Processor time is that of this process, and of the database's process behind it.
"""

from __future__ import annotations

import os
import smtplib
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum

from assistants.handoff import deliveries
from assistants.mail import messages, outbox
from assistants.models import OutgoingEmail
from delegator.summary import weekly as summaries
from tasks import clock
from tasks.models import Owner, WeekTotal
from tests import factories
from tests.bench import owners, sites
from tests.bench.mail import READER, SENDER, Cost


def pipeline(count: int) -> Cost:
    """Emails one by one, as what somebody waits for: claim, render, send, mark."""
    owner, each = factories.an_owner(email=READER), count // owners.ROUNDS

    def write(number: int) -> None:
        _answers(owner, each, f"round-{number}", clock.now())

    write(0)
    _pump()
    return _in_rounds(each, write, _pump, lambda: None)


def weekly(count: int) -> Cost:
    """
    Summaries written and sent, each for an owner of its own.

    Its floor has one grouped query for all owners' week beside the ready bytes.
    """
    now = clock.now()
    summaries.write_due(now=owners.due(0, now))
    _pump()
    rounds = iter(range(1, owners.ROUNDS + 1))

    def write_and_send() -> None:
        summaries.write_due(now=owners.due(next(rounds), now))
        _pump()

    return _in_rounds(count // owners.ROUNDS, lambda number: None, write_and_send, _all_owners_week)


def _in_rounds(each: int, prepare: Callable[[int], None], send: Callable[[], None], read: Callable[[], None]) -> Cost:
    """
    So many emails a round, between two rounds of their ready bytes: an hour's mood of the machine meets both.

    `read` is what the floor reads once for all rounds, and last, since it holds more than any of them.
    """
    cpu, floors, wall = list[float](), list[float](), 0.0
    before = _ready(each)
    for number in range(1, owners.ROUNDS + 1):
        prepare(number)
        spent, took = _taken(send)
        wall += took
        after = _ready(each)
        cpu.append(spent / each)
        floors.append((before + after) / 2)
        before = after
    mb, count = _memory(), each * owners.ROUNDS
    return Cost(cpu, [floor + _taken(read)[0] / count for floor in floors], count / wall, mb)


def write_all() -> int:
    """Only write what is due."""
    return summaries.write_due(now=clock.now())


def _answers(owner: Owner, count: int, key: str, now: datetime) -> None:
    facts = {"headline": "Ana accepted it", "lines": ["From Monday."], "button": "Open", "task_title": "Email"}
    to = {"to_name": "Nora Hale", "to_email": READER, "written_at": now, "due_at": now}
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(kind="answer", owner=owner, key=f"{key}-{number}", facts=facts | {"handoff": 7}, **to)
        for number in range(count)
    )


def _pump() -> None:
    """Until nothing is due: one call takes a minute at most."""
    while outbox.pump(done=deliveries.hear_of):
        pass


def _all_owners_week() -> None:
    """The sums of all owners' last week by task."""
    newest = WeekTotal.objects.aggregate(newest=Max("monday"))["newest"]
    rows = WeekTotal.objects.filter(monday=newest).order_by().values_list("owner_id", "task_id")
    list(rows.annotate(Sum("seconds")))


def _ready(count: int) -> float:
    """Processor seconds for the bytes of the newest email, by smtplib alone over a kept connection."""
    raw = messages.raw(messages.compose(OutgoingEmail.objects.select_related("owner").latest("pk")))
    with closing(smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT)) as line:
        line.ehlo()

        def send() -> None:
            for _ in range(count):
                line.sendmail(SENDER, READER, raw)

        return _taken(send)[0] / count


def _taken(do: Callable[[], None]) -> tuple[float, float]:
    """Seconds of processor and of the clock."""
    pids = _pids()
    began, cpu = time.monotonic(), sites.processor_time(pids)
    do()
    return sites.processor_time(pids) - cpu, time.monotonic() - began


def _pids() -> list[int]:
    """This process, and the one of Postgres that serves it."""
    if connection.vendor != "postgresql":
        return [os.getpid()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return [os.getpid(), *cursor.fetchone()]


def _memory() -> float:
    """The most that this process has ever held, in MB: what was its parent's does not count."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000
