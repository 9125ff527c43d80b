"""The app over Redis and Postgres, set so that a drill is short, and offers to send with it."""

from __future__ import annotations

import atexit
import contextlib
import functools
import http.client
import json
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlencode

from delegator import laptop
from tests import rig
from tests.drills import checker
from tests.drills.clocks import Clock
from tests.drills.proxy import Proxy
from tests.drills.sink import Sink

# In seconds. The lease is longer than the marker before the dot asks for, and a row of a killed worker waits for it.
BRISK = {
    "LEASE": "12",
    "EMAIL_TIMEOUT": "3",
    "DOT_TIMEOUT": "4",
    "BACKOFF": "1,2,4",
    "SILENCE": "5",
    "BREAKER": "1,4",
}
# Everything that is usual, ten times as fast.
TENTH = {
    "LEASE": "30",
    "EMAIL_TIMEOUT": "5",
    "DOT_TIMEOUT": "12",
    "BACKOFF": "6,30,90,360,1080",
    "SILENCE": "90",
    "BREAKER": "3,30",
}
LEASE = float(BRISK["LEASE"])
DATABASE = "drill"
# How long a page may take, and mail after a fault: so long, and a second more for each ten that wait then (P1).
# The patience of the drill itself is longer, so that also on a busy computer nothing is taken for lost that is late.
PAGE, DRAINED, PER_SECOND, PATIENCE = 1.5, 60, 10, 600
DOMAINS = [f"{name}.internal" for name in ("harbour", "orchard", "quarry", "mill", "foundry", "ferry", "weir")]
# The owner with as many drafts as asked for, signed in; `send` sends them at once. Each `stands_in`th has someone
# who is asked next.
DRAFTS = """
import json
from datetime import timedelta
from uuid import uuid4
from assistants.handoff import handoffs
from assistants.models import Handoff, StandIn
from django.test import Client
from django.utils import timezone
from tests import factories

domains, stands_in = {domains}, {stands_in}
now = timezone.now()
owner = factories.an_owner(email=f"{{uuid4()}}@gardens.internal")
factories.confirm(owner)
signed_in = Client()
signed_in.force_login(owner)
starts_on, reply_by = now.date() + timedelta(days=14), now + timedelta(days=5)


def person(name, number):
    domain = domains[number % len(domains)]
    return factories.an_assistant(owner=owner, email=f"{{name}}{{number}}.{{owner.pk}}@{{domain}}")


drafts = []
for number in range({count}):
    assistant = person("ana", number)
    draft = factories.a_draft(
        owner=owner,
        task=factories.a_task(owner=owner),
        assistant=assistant,
        now=now,
        starts_on=starts_on,
        reply_by=reply_by,
    )
    if stands_in and number % stands_in == 0:
        Handoff.objects.filter(pk=draft.pk).update(if_not="next")
        StandIn.objects.create(handoff=draft, assistant=person("next", number), place=1, weekly_minutes=300, rate=18)
    days = {{"starts_on": str(starts_on), "reply_by": str(reply_by.date())}}
    drafts.append(days | {{"pk": draft.pk, "to": assistant.email}})
    if {send}:
        draft.refresh_from_db()
        handoffs.send(draft, now=timezone.now())
print(json.dumps({{"sid": signed_in.cookies["sid"].value, "owner": owner.email, "drafts": drafts}}))
"""


class Drafts(NamedTuple):
    """The drafts of one owner, the owner's address, and the cookie that signs them in."""

    sid: str
    owner: str
    drafts: list[dict[str, str]]


class Pressed(NamedTuple):
    """What came of pressing Send: the answer's status, 0 if there was none, when and in how many seconds."""

    status: int
    at: float
    seconds: float


@dataclass
class Stage:
    app: rig.App
    database: str
    postgres: rig.PrivatePostgres
    redis: rig.PrivateRedis
    sink: Sink
    line: Proxy
    clock: Clock

    def write(self, count: int, *, send: bool, stands_in: int = 0) -> Drafts:
        script = DRAFTS.format(count=count, send=send, stands_in=stands_in, domains=DOMAINS)
        said = self.app.manage("shell", "--verbosity", "0", "--command", script)
        return Drafts(**json.loads(said.splitlines()[-1]))

    def press_send(self, written: Drafts, number: int) -> Pressed:
        """Send a draft as its owner's browser does."""
        draft = written.drafts[number]
        form = {"brief": "Keep my books.", "hours": "5", "rate": "18", "send": "1"}
        form |= {"starts_on": draft["starts_on"], "reply_by": draft["reply_by"]}
        began = time.monotonic()
        status, _ = self.post(f"/hand-offs/{draft['pk']}/draft/", form, sid=written.sid)
        return Pressed(status, began, time.monotonic() - began)

    def post(self, path: str, form: Mapping[str, str | list[str]], *, sid: str) -> tuple[int, str]:
        """The answer's status and text; 0 if there was none."""
        csrf = "c" * 32
        headers = {"Cookie": f"sid={sid}; csrf={csrf}", "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**form, "csrfmiddlewaretoken": csrf}, doseq=True)
        return self._ask("POST", path, headers, body)

    def get(self, path: str, *, sid: str = "") -> tuple[int, str]:
        return self._ask("GET", path, {"Cookie": f"sid={sid}"})

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def found(self, kind: str = "offer") -> checker.Found:
        """What the outbox and the mail server hold now."""
        return checker.compare(self.database, self.sink.copies, kind)

    def count(self, *states: str) -> int:
        """How many emails are in one of these states."""
        sql = "SELECT count(*) FROM assistants_outgoingemail WHERE state = ANY(%s)"
        (number,) = checker.rows(self.database, sql, list(states))
        return int(number)

    def may_take(self) -> float:
        """In how many seconds from now all mail that waits must have left."""
        return DRAINED + self.count("queued", "sending") / PER_SECOND

    def wait_until_over(self) -> float:
        """Until no email waits or is held: after that none can be claimed again. How many seconds it took."""
        began = time.monotonic()
        rig.until(lambda: not self.count("queued", "sending"), "empty outbox", seconds=PATIENCE)
        return time.monotonic() - began

    def wait_for_sweep(self) -> None:
        """Until beat and a worker are at work."""
        sql, since = "SELECT id FROM assistants_pump WHERE swept_at > %s", self.clock.now()
        rig.until(lambda: bool(checker.rows(self.database, sql, since)), "sweep", seconds=PATIENCE)

    def wait_for_copies(self, number: int) -> None:
        rig.until(lambda: len(self.sink.copies) >= number, f"mail number {number}", seconds=PATIENCE)

    def start_pair(self, **env: str) -> None:
        """One more worker, of two processes, which are killed as one."""
        self.app.start_other("worker", "--pool prefork --concurrency 2", **env)

    def kill_worker(self, number: int = -1) -> None:
        """End the newest worker, or that one, with no chance to tidy up."""
        rig.kill9(self.app.workers.pop(number))

    def kill_workers(self) -> None:
        while self.app.workers:
            self.kill_worker()


class PreparedPostgres(rig.PrivatePostgres):
    """One that has all tables."""

    def __init__(self) -> None:
        super().__init__()
        shutil.rmtree(self.folder / "data")
        copy(prepared() / "data", self.folder / "data")

    @property
    def drill(self) -> str:
        """The URL of the database with the tables."""
        return self.url.removesuffix("postgres") + DATABASE


class PreparedApp(rig.App):
    """The app, whose tables stand already in its Postgres; with a web server only where pages are asked for."""

    def __init__(self, env: dict[str, str], *, workers: int, web: bool) -> None:
        super().__init__(env, workers=workers)
        self.wants_web = web

    def __enter__(self) -> Self:
        try:
            copy(prepared() / "static", self.folder / "static")
            for name in ["web"] * self.wants_web + ["worker"] * self.wanted_workers + ["beat"]:
                self.start(name)
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def prepare(self) -> None:
        self._run("-c", laptop.PREPARE)


@functools.cache
def prepared() -> Path:
    """What every drill begins with, made once a process: `data` of a Postgres with all tables, and `static` files."""
    folder = Path(tempfile.mkdtemp(prefix="drills-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with rig.PrivatePostgres() as postgres:
        app = PreparedApp({"DATABASE_URL": postgres.database(DATABASE)}, workers=0, web=False)
        app.prepare()
        rig.end(postgres.process, signal.SIGINT)  # in order, so that its files are whole
        copy(postgres.folder / "data", folder / "data")
        copy(app.folder / "static", folder / "static")
        shutil.rmtree(app.folder)
    return folder


def copy(source: Path, target: Path) -> None:
    """A folder and all in it, whose owners stay theirs."""
    subprocess.run(["cp", "-a", source, target], check=True)


@contextlib.contextmanager
def set_up(
    scale: Mapping[str, str] = BRISK,
    *,
    workers: int = 1,
    web: bool = False,
    lasting: bool = False,
    login: bool = False,
    at: datetime | None = None,
    **env: str,
) -> Iterator[Stage]:
    """
    With that scale of time and these settings.

    `lasting`: Redis keeps its data; `login`: the mail server is given a password; `at`: what all clocks say at
    first, if not the truth. The app's line to the database can be made slow.
    """
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(PreparedPostgres())
        redis = stack.enter_context(rig.PrivateRedis(lasting=lasting))
        sink = stack.enter_context(Sink())
        clock = stack.enter_context(Clock(postgres.drill))
        if at:
            clock.to(at)
        line = stack.enter_context(Proxy(postgres.port))
        usual = {
            "DATABASE_URL": line.of(postgres.drill),
            "REDIS_URL": redis.url,
            "EMAIL_URL": sink.url_with_login if login else sink.url,
            "FROM_EMAIL": "hello@delegator.internal",
            "UNDO_WINDOW": "0",
            "MAILS_A_DAY": "1000000",
            "MAILS_TO_ONE_A_DAY": "1000000",
            "NEW_ADDRESSES_A_DAY": "1000000",
            "SWEEP_SECONDS": "1",
        }
        app = PreparedApp({**usual, **clock.env, **scale, **env}, workers=workers, web=web)
        yield Stage(stack.enter_context(app), postgres.drill, postgres, redis, sink, line, clock)
