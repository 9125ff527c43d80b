"""
Years of work for one owner, and the queries of each item; both run inside the app, by `manage.py shell`.

Fifteen entries a working day, for ten tasks: each typed once, five of them timed as well.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta

from django.core.management import call_command, get_commands
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.models import Owner, Task, TimeEntry
from tests import factories
from tests.bench import items

WORKING_DAYS = 261
NAMES = (
    "Email", "Record keeping", "Sales calls", "Web site", "Invoices", "Suppliers", "Social media", "Planning",
    "Deliveries",
)  # fmt: skip
TIMED = 5
# Who could help, for the plan.
PEOPLE = 12
# Those that are written to, on days of their own.
BY_JSON, BY_FORM = 6, 7


def stage(years: int) -> None:
    """Make the owner and say, as one line of JSON, where they are and what each item asks the database."""
    world = make(years)
    queries, wrong = {}, {}
    for item in items.ITEMS:
        try:
            queries[item.name] = count(item, world)
        except items.Wrong as error:
            wrong[item.name] = str(error)
    print(json.dumps({"world": asdict(world), "queries": queries, "wrong": wrong}))


def make(years: int) -> items.World:
    """The log ends with the last whole week, whose Thursday is looked at."""
    owner = factories.an_owner()
    tasks = [factories.a_task(owner=owner, name=name) for name in NAMES]
    tasks.append(factories.the_best_work(owner=owner))
    skills = [factories.a_skill(owner=owner, name=f"Skill {number}") for number in range(4)]
    for number, task in enumerate(tasks[:-1]):
        task.skill_levels.create(skill=skills[number % 4], level=3)
    for number in range(PEOPLE):
        skill, rate, hours = skills[number % 4], 14 + 3 * number, 2 + number % 5
        factories.an_assistant(owner=owner, name=f"Person {number}", rate=rate, hours=hours, skill=skill)
    today = owner.today(timezone.now())
    monday = today - timedelta(days=today.weekday() + 7)
    days = list(working_days(monday + timedelta(days=4), WORKING_DAYS * years))
    TimeEntry.objects.bulk_create(entries(owner, tasks, days), batch_size=1000)
    settle()
    browser = Client()
    browser.force_login(owner)
    year, week, _ = monday.isocalendar()
    return items.World(
        sid=browser.cookies["sid"].value,
        day=str(monday + timedelta(days=3)),
        week=f"{year}-W{week:02}",
        json_cell=items.Cell(tasks[BY_JSON].pk, str(monday + timedelta(days=2))),
        form_cell=items.Cell(tasks[BY_FORM].pk, str(monday + timedelta(days=1))),
    )


def working_days(last: date, count: int) -> Iterator[date]:
    """That many, Monday to Friday, backwards from the last."""
    while count:
        if last.weekday() < 5:
            yield last
            count -= 1
        last -= timedelta(days=1)


def entries(owner: Owner, tasks: list[Task], days: list[date]) -> Iterator[TimeEntry]:
    now = timezone.now()
    for day in days:
        for number, task in enumerate(tasks):
            # Uneven, and the same in every run: 15 to 59 minutes.
            seconds = 60 * (15 + (7 * day.toordinal() + 13 * number) % 45)
            if number in (BY_JSON, BY_FORM):
                seconds = items.TIMES["1:30"]
            yield TimeEntry(owner=owner, task=task, day=day, seconds=seconds, changed_at=now)
        for number, task in enumerate(tasks[:TIMED]):
            at = datetime.combine(day, time(16 + number), UTC)
            timed = TimeEntry(owner=owner, task=task, day=day, seconds=1234, started_at=at, changed_at=now)
            timed.source = TimeEntry.Source.TIMER
            yield timed


def settle() -> None:
    """What the app and the database do beside each single write, done for all at once."""
    if "check_rollups" in get_commands():
        call_command("check_rollups", "--mend", stdout=io.StringIO())
    if connection.vendor == "postgresql":
        # Autovacuum would do it in the middle of the run.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


class InProcess:
    """A browser without a server, for what can be seen only from inside."""

    def __init__(self, world: items.World) -> None:
        self.world = world
        self.client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True, raise_request_exception=False)
        self.client.cookies["sid"] = world.sid
        self.client.cookies["csrf"] = items.CSRF

    def get(self, path: str) -> str:
        return self.send(items.Request(path))

    def send(self, request: items.Request) -> str:
        kind = request.headers.get("Content-Type", "")
        answer = self.client.generic(request.method, request.path, request.body, kind, headers=dict(request.headers))
        body = answer.content.decode()
        items.check(request, answer.status_code, body)
        return body


def count(item: items.Item, world: items.World) -> int:
    """The queries of its second request; the first one fills what a process looks up once."""
    browser = InProcess(world)
    requests = item.requests(browser)
    browser.send(next(requests))
    second = next(requests)
    with CaptureQueriesContext(connection) as queries:
        browser.send(second)
    number = len(queries)  # before the next request empties the log that they stand in
    items.check_written(browser, second)
    return number
