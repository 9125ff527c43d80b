"""Owners for a browser, each with four tasks, best work and a logged yesterday: a fresh one for every test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.browser.eyes import Visit
from tests.browser.home import HOME
from tests.browser.site import Site

# As many as one start of the shell makes; it takes longer than they do.
BATCH = 12
TASKS = ("Email", "Record keeping", "Sales", "Web site")
BEST = "Garden design"
YESTERDAY = {"Email": "0:45", "Sales": "2:00"}
OWNERS = """
import json
from datetime import timedelta
from uuid import uuid4
from django.test import Client, override_settings
from django.utils import timezone
from tests import factories
from tests.browser import people

def an_owner():
    owner = factories.an_owner(email=f"{{uuid4()}}@gardens.internal", time_zone="{zone}")
    factories.confirm(owner)
    tasks = [factories.a_task(owner=owner, name=name) for name in people.TASKS]
    tasks.append(factories.the_best_work(owner=owner, name=people.BEST))
    today = owner.today(timezone.now())
    for task, minutes in (tasks[0], 45), (tasks[2], 120):
        factories.an_entry(task=task, day=today - timedelta(days=1), seconds=minutes * 60)
    client = Client()
    client.force_login(owner)
    return {{
        "pk": owner.pk, "email": owner.email, "sid": client.cookies["sid"].value, "today": today.isoformat(),
        "tasks": {{task.name: task.pk for task in tasks}},
    }}

with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
    print(json.dumps([an_owner() for _ in range({batch})]))
"""


@dataclass(frozen=True)
class Person:
    """An owner as the tests know them; signed in by the cookie `sid`."""

    pk: int
    email: str
    sid: str
    today: date
    tasks: dict[str, int]

    @property
    def yesterday(self) -> date:
        return self.today - timedelta(days=1)

    def opens(self, visit: Visit, path: str = "/today/") -> Visit:
        """Sign them in to that browser and go there."""
        self.sign_in(visit)
        visit.page.goto(path)
        return visit

    def sign_in(self, visit: Visit) -> None:
        visit.context.add_cookies([{"name": "sid", "value": self.sid, "url": f"http://{visit.host}"}])


def fresh(running: Site) -> Iterator[Person]:
    """One owner after the other, as many as are asked for."""
    while True:
        said = running.app.manage("shell", "--verbosity", "0", "--command", OWNERS.format(batch=BATCH, zone=HOME.key))
        for known in json.loads(said.splitlines()[-1]):
            yield Person(**known | {"today": date.fromisoformat(known["today"])})
