"""Mail as it runs: real workers over Redis, and what they and the web server take."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from celery import Celery

from delegator import laptop
from tests import rig
from tests.bench import measure, meter, results, sites
from tests.bench.items import CSRF, FORM, PLAIN_WRITE, Request, Wrong
from tests.bench.mail import NO_LIMITS, SENDER, Place, tried
from tests.bench.mail_sink import MailSink
from tests.bench.measure import WARMING, Bench
from tests.bench.results import POSTGRES, SQLITE, Row, Sample
from tests.drills.stage import DRAFTS, Drafts

SWEEP, WRITE = "assistants.jobs.sweep", "delegator.jobs.write_weekly_summaries"
LATE, LINES = 0.010, 8
SLOW = f"weekly, replies 10 ms late, {LINES} connections: a second"
SHARE = "Celery's share of the weekly run: %"
CLICK = "click to mail accepted"
LEAST_A_SECOND, MOST_SHARE, MOST_CLICK, MOST_SECONDS = 170, 2, 18, 0.5
# Clicks of one round, which is one owner, after those that warm the core's caches; rounds that may be lost.
CLICKS, SPARE = 10, 4


def rows(
    only: str,
    bench: Bench,
    postgres: rig.PrivatePostgres,
    core: int,
    wrong: dict[str, str],
    floors: Mapping[tuple[str, str], float],
    *,
    is_quick: bool,
) -> Iterator[Row]:
    """Those with this in their name; `floors` are what was measured before, by item and database."""
    count, rounds = (1000, 3) if is_quick else (5000, 10)
    with rig.PrivateRedis() as redis:
        of_click = {
            f"{CLICK} on {database}": partial(_clicks, database, bench, core, server, redis, rounds, floors)
            for database, server in ((SQLITE, None), (POSTGRES, postgres))
        }
        of_weekly = {SLOW: partial(_slow, postgres, redis, core, count), SHARE: partial(_share, redis, count)}
        for name, make in (of_weekly | of_click).items():
            if only in name:
                yield from tried(name, make, wrong)


def _slow(postgres: rig.PrivatePostgres, redis: rig.PrivateRedis, core: int, count: int) -> Iterator[Row]:
    """Emails a second, of the middle eight tenths: at either end not all connections are at work."""
    with ExitStack() as stack:
        with sites.on_core(core):
            sink = stack.enter_context(MailSink(late=LATE))
        place = stack.enter_context(Place(sink.url, postgres, {"REDIS_URL": redis.url}))
        place.ask(f"owners.fill({count}, 0)")
        place.ask("mail_costs.write_all()")
        with sites.on_core(core, *os.sched_getaffinity(0)):
            place.start_other("worker", f"--pool prefork --concurrency {LINES}")
        bell = _bell(redis)
        for _ in range(LINES):
            bell.send_task(SWEEP)
        seen = sorted(sink.wait(count, seconds=300))
    first, last = count // 10, count - count // 10
    a_second = (last - first) / (seen[last - 1] - seen[first])
    yield Row(SLOW, POSTGRES, 0, a_second, LEAST_A_SECOND, at_least=True)


def _share(redis: rig.PrivateRedis, count: int) -> Iterator[Row]:
    """
    What worker and beat take beside the jobs' own code, from the bell to the last email.

    On SQLite, where all else is cheapest.
    """
    with MailSink() as sink, Place(sink.url, None, {"REDIS_URL": redis.url}) as place:
        place.ask(f"owners.fill({count}, 0)")
        told = place.folder / "jobs"
        place.start_other("worker", "--include tests.bench.meter", **{meter.FILE: str(told)})
        place.start("beat")
        rig.until(lambda: [name for name, _ in meter.read(told)].count(SWEEP) >= 2, "second sweep")
        pids = [place.workers[0].pid, place.beat.pid]
        before, known = sites.processor_time(pids), len(meter.read(told))
        _bell(redis).send_task(WRITE)
        sink.wait(count, seconds=300)
        swept = len(meter.read(told))
        rig.until(lambda: SWEEP in [name for name, _ in meter.read(told)[swept:]], "end of the sweep", seconds=90)
        spent = sites.processor_time(pids) - before
        own = sum(seconds for _, seconds in meter.read(told)[known:])
    yield Row(SHARE, SQLITE, 0, 100 * (spent - own) / spent, MOST_SHARE)


def _bell(redis: rig.PrivateRedis) -> Celery:
    return Celery(broker=redis.url)


# --- Click to mail accepted ---------------------------------------------------
class Desk(sites.Server):
    """Web server and one worker over Redis, and owners with as many drafts each as there are clicks in a round."""

    def __init__(
        self, core: int, mail: str, redis: rig.PrivateRedis, postgres: rig.PrivatePostgres | None, owners: int
    ) -> None:
        url = {"DATABASE_URL": postgres.database(f"desk{rig.free_port()}")} if postgres else {}
        usual = {"EMAIL_URL": mail, "FROM_EMAIL": SENDER, "REDIS_URL": redis.url, "UNDO_WINDOW": "0"}
        super().__init__(core, usual | NO_LIMITS | url)
        self.postgres, self.owners = postgres, owners

    def prepare(self) -> None:
        self._run("-c", laptop.PREPARE)
        script = DRAFTS.format(count=WARMING + CLICKS, send=False, stands_in=0, domains=["harbour.internal"])
        said = self.manage("shell", "--verbosity", "0", "--command", script * self.owners)
        self.waiting = [Drafts(**json.loads(line)) for line in said.splitlines() if line.startswith("{")]
        with sites.on_core(self.core):
            self.start_other("worker")

    def worker_pids(self) -> list[int]:
        return [self.workers[0].pid]

    def click(self, sid: str, draft: dict[str, str]) -> None:
        """Send a draft, as its owner's browser does."""
        form = {"brief": "Keep my books.", "hours": "5", "rate": "18", "send": "1", "csrfmiddlewaretoken": CSRF}
        days = {"starts_on": draft["starts_on"], "reply_by": draft["reply_by"]}
        path = f"/hand-offs/{draft['pk']}/draft/"
        answer = measure.send(self.port, Request(path, "POST", urlencode(form | days), FORM), sid)
        if answer.status != 302:
            raise Wrong(f"POST {path} answered {answer.status} instead of 302.")


def _clicks(
    database: str,
    bench: Bench,
    core: int,
    postgres: rig.PrivatePostgres | None,
    redis: rig.PrivateRedis,
    rounds: int,
    floors: Mapping[tuple[str, str], float],
) -> list[Row]:
    found = list[Clicked]()
    samples = list[Sample]()
    with ExitStack() as stack:
        sink = stack.enter_context(MailSink())
        desk = stack.enter_context(Desk(core, sink.url, redis, postgres, 1 + rounds + SPARE))
        _clicked(desk, sink)
        floor = bench.empty_view()
        while len(found) < rounds and desk.waiting:
            clicked = _clicked(desk, sink)
            before, floor = floor, bench.empty_view()
            if clicked:
                found.append(clicked)
                samples.append(Sample(clicked.spent, before, floor))
    if len(found) < rounds:
        raise Wrong(f"The connections to the database changed in more than {SPARE} rounds.")
    ratios = [sample.f for sample in samples]
    of_web = [Sample(each.web, *sample[1:]).f for each, sample in zip(found, samples, strict=True)]
    waits = sorted(wait for each in found for wait in each.waits)
    goal = results.goal_on(database, MOST_CLICK)
    here = results.goal_here(goal, PLAIN_WRITE.name, database, floors)
    return [
        Row(f"{CLICK}: F", database, 0, results.middle(ratios), goal, here=here, spread=results.spread(ratios)),
        Row(f"{CLICK}: F, web server", database, 0, results.middle(of_web), spread=results.spread(of_web)),
        Row(f"{CLICK}: s, p95", database, 0, waits[len(waits) * 95 // 100], MOST_SECONDS),
    ]


class Clicked(NamedTuple):
    """Processor seconds of a click, with all that follows from it, and how long each mail took to be accepted."""

    web: float
    worker: float
    database: float
    waits: list[float]

    @property
    def spent(self) -> float:
        return self.web + self.worker + self.database


def _clicked(desk: Desk, sink: MailSink) -> Clicked | None:
    """
    One click as soon as the mail before is accepted, as requests follow each other in all that is measured here.

    None where a connection to the database changed meanwhile: its process is not known.
    """
    written = desk.waiting.pop()
    for draft in written.drafts[:WARMING]:
        _wait_for_mail(desk, sink, written.sid, draft)
    _settle(desk.worker_pids())
    pids = (desk.pids(), desk.worker_pids(), sites.backends(desk.postgres, desk.env))
    before = [sites.processor_time(group) for group in pids]
    waits = [_wait_for_mail(desk, sink, written.sid, draft) for draft in written.drafts[WARMING:]]
    _settle(desk.worker_pids())
    if sites.backends(desk.postgres, desk.env) != pids[-1]:
        return None
    after = [sites.processor_time(group) for group in pids]
    web, worker, database = ((b - a) / CLICKS for a, b in zip(before, after, strict=True))
    return Clicked(web, worker, database, waits)


def _wait_for_mail(desk: Desk, sink: MailSink, sid: str, draft: dict[str, str]) -> float:
    """Seconds from the click until its mail is accepted."""
    there, began = len(sink.seen()), time.monotonic()
    desk.click(sid, draft)
    return sink.wait(there + 1, pause=0.001)[there] - began


def _settle(pids: list[int]) -> None:
    """Until it has written down what became of it, and waits again."""
    before = -1.0
    while (now := sites.processor_time(pids)) - before > 0.0002:
        before = now
        time.sleep(0.05)
