"""The app over Redis and Postgres, set so that a drill is short, and offers to send with it."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from tests import rig
from tests.drills import checker
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
# How long mail may take after a fault, and how long a page, in seconds.
DRAINED, PAGE = 60, 1.5
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

    def write(self, count: int, *, send: bool, stands_in: int = 0) -> Drafts:
        script = DRAFTS.format(count=count, send=send, stands_in=stands_in, domains=DOMAINS)
        said = self.app.manage("shell", "--verbosity", "0", "--command", script)
        return Drafts(**json.loads(said.splitlines()[-1]))

    def press_send(self, written: Drafts, number: int) -> Pressed:
        """Send a draft as its owner's browser does."""
        draft = written.drafts[number]
        path, csrf = f"/hand-offs/{draft['pk']}/draft/", "c" * 32
        form = {"brief": "Keep my books.", "hours": "5", "rate": "18", "send": "1", "csrfmiddlewaretoken": csrf}
        form |= {"starts_on": draft["starts_on"], "reply_by": draft["reply_by"]}
        headers = {"Cookie": f"sid={written.sid}; csrf={csrf}", "Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        status = self._ask("POST", path, headers, urlencode(form))
        return Pressed(status, began, time.monotonic() - began)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str = "") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
        except OSError:
            return 0
        finally:
            connection.close()
        return response.status

    def found(self, kind: str = "offer") -> checker.Found:
        """What the outbox and the mail server hold now."""
        return checker.compare(self.database, self.sink.copies, kind)

    def count(self, *states: str) -> int:
        """How many emails are in one of these states."""
        sql = "SELECT count(*) FROM assistants_outgoingemail WHERE state = ANY(%s)"
        (number,) = checker.rows(self.database, sql, list(states))
        return int(number)

    def wait_until_over(self, *, seconds: float = DRAINED) -> float:
        """Until no email waits or is held: after that none can be claimed again. How many seconds it took."""
        began = time.monotonic()
        rig.until(lambda: not self.count("queued", "sending"), "empty outbox", seconds=seconds)
        return time.monotonic() - began

    def wait_for_copies(self, number: int, *, seconds: float = DRAINED) -> None:
        rig.until(lambda: len(self.sink.copies) >= number, f"mail number {number}", seconds=seconds)

    def start_pair(self, **env: str) -> None:
        """One more worker, of two processes, which are killed as one."""
        self.app.start_other("worker", "--pool prefork --concurrency 2", **env)

    def kill_worker(self, number: int = -1) -> None:
        """End the newest worker, or that one, with no chance to tidy up."""
        rig.kill9(self.app.workers.pop(number))

    def kill_workers(self) -> None:
        while self.app.workers:
            self.kill_worker()


@contextlib.contextmanager
def set_up(
    scale: Mapping[str, str] = BRISK,
    *,
    workers: int = 1,
    lasting: bool = False,
    login: bool = False,
    **env: str,
) -> Iterator[Stage]:
    """
    With that scale of time and these settings.

    `lasting`: Redis keeps its data; `login`: the mail server is given a password. The app's line to the
    database can be made slow.
    """
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(rig.PrivatePostgres())
        redis = stack.enter_context(rig.PrivateRedis(lasting=lasting))
        sink = stack.enter_context(Sink())
        database = postgres.database("drill")
        line = stack.enter_context(Proxy(postgres.port))
        usual = {
            "DATABASE_URL": line.of(database),
            "REDIS_URL": redis.url,
            "EMAIL_URL": sink.url_with_login if login else sink.url,
            "FROM_EMAIL": "hello@delegator.internal",
            "UNDO_WINDOW": "0",
            "MAILS_A_DAY": "1000000",
            "MAILS_TO_ONE_A_DAY": "1000000",
            "NEW_ADDRESSES_A_DAY": "1000000",
            "SWEEP_SECONDS": "1",
        }
        app = stack.enter_context(rig.App({**usual, **scale, **env}, workers=workers))
        yield Stage(app, database, postgres, redis, sink, line)
