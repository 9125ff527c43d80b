"""The app over Redis and Postgres, set so that a drill is short, and offers to send with it."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg2
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import rig

LEASE = 3
# The owner with as many drafts as asked for, signed in; `send` sends them at once.
DRAFTS = """
import json
from datetime import timedelta
from uuid import uuid4
from assistants import handoffs
from django.test import Client
from django.utils import timezone
from tests import factories

now = timezone.now()
owner = factories.an_owner(email=f"{{uuid4()}}@gardens.internal")
signed_in = Client()
signed_in.force_login(owner)
starts_on, reply_by = now.date() + timedelta(days=14), now + timedelta(days=5)
drafts = []
for number in range({count}):
    assistant = factories.an_assistant(owner=owner, email=f"ana{{number}}.{{owner.pk}}@assistants.internal")
    task = factories.a_task(owner=owner)
    draft = factories.a_draft(
        owner=owner, task=task, assistant=assistant, now=now, starts_on=starts_on, reply_by=reply_by
    )
    days = {{"starts_on": str(starts_on), "reply_by": str(reply_by.date())}}
    drafts.append(days | {{"pk": draft.pk, "to": assistant.email}})
    if {send}:
        handoffs.send(draft, now=timezone.now())
print(json.dumps({{"sid": signed_in.cookies["sid"].value, "drafts": drafts}}))
"""


class Sink(rig.SmtpSink):
    """A mail server at which something can happen as soon as a client says hello, too."""

    at_hello: Callable[[], None] = staticmethod(lambda: None)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.at_hello()
        session.host_name = hostname
        return responses


class Drafts(NamedTuple):
    """The drafts of one owner and the cookie that signs her in."""

    sid: str
    drafts: list[dict[str, str]]

    @property
    def to(self) -> set[str]:
        return {draft["to"] for draft in self.drafts}


@dataclass
class Stage:
    app: rig.App
    database: str
    redis: rig.PrivateRedis
    sink: Sink

    def write(self, count: int, *, send: bool) -> Drafts:
        script = DRAFTS.format(count=count, send=send)
        said = self.app.manage("shell", "--verbosity", "0", "--command", script)
        return Drafts(**json.loads(said.splitlines()[-1]))

    def press_send(self, written: Drafts, number: int) -> float:
        """Send a draft as its owner's browser does; how many seconds the page took."""
        draft = written.drafts[number]
        path, csrf = f"/hand-offs/{draft['pk']}/draft/", "c" * 32
        form = {"brief": "Keep my books.", "hours": "5", "rate": "18", "send": "1", "csrfmiddlewaretoken": csrf}
        form |= {"starts_on": draft["starts_on"], "reply_by": draft["reply_by"]}
        headers = {"Cookie": f"sid={written.sid}; csrf={csrf}", "Content-Type": "application/x-www-form-urlencoded"}
        assert self._ask("GET", path, headers) == 200
        began = time.monotonic()
        status = self._ask(
            "POST", path, headers | {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form)
        )
        took = time.monotonic() - began
        assert status == 302
        return took

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str = "") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def copies(self, written: Drafts) -> dict[str, list[EmailMessage]]:
        """What came, by the address that it was for."""
        came: dict[str, list[EmailMessage]] = {to: [] for to in written.to}
        for message in self.sink.messages:
            to = message["To"].addresses[0].addr_spec
            if to in came:
                came[to].append(message)
        return came

    def count(self, state: str) -> int:
        """How many emails are in that state."""
        query = "SELECT count(*) FROM assistants_outgoingemail WHERE state = %s"
        with contextlib.closing(psycopg2.connect(self.database)) as connection, connection.cursor() as cursor:
            cursor.execute(query, [state])
            ((number,),) = cursor.fetchall()
            return int(number)

    def wait_until_sent(self, *, seconds: float = 60) -> None:
        """Until every email is marked sent: after that none can be claimed again."""
        rig.until(lambda: not self.count("queued") + self.count("sending"), "empty outbox", seconds=seconds)

    def times_said(self, words: str) -> int:
        """How often the processes have said that."""
        return self.app.logs().count(words)

    def new_web(self) -> None:
        rig.end(self.app.web)
        self.app.start("web")

    def kill_worker(self) -> None:
        """End the newest worker, with no chance to tidy up."""
        rig.kill9(self.app.workers.pop())


@contextlib.contextmanager
def set_up() -> Iterator[Stage]:
    with rig.PrivatePostgres() as postgres, rig.PrivateRedis() as redis, Sink() as sink:
        database = postgres.database("drill")
        env = {
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
            "EMAIL_URL": sink.url,
            "FROM_EMAIL": "hello@delegator.internal",
            "UNDO_WINDOW": "0",
            "SWEEP_SECONDS": "1",
            "LEASE": str(LEASE),
        }
        with rig.App(env) as app:
            yield Stage(app, database, redis, sink)
