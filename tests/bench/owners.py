"""
Many owners, each with weeks of log behind them; runs inside the app, by `manage.py shell`.

Fifteen entries a day for five tasks make five totals a week, and of all a summary reads those alone: the entries
themselves are left out, since ten thousand owners have four million of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.db import connection

from assistants.models import Assistant, AssistantSkill
from tasks import clock
from tasks.models import BestHour, Owner, Skill, Task, TaskSkill, WeekTotal
from tasks.weeks import Week

NAMES = ("Garden design", "Email", "Record keeping", "Sales calls", "Web site")
# The week that is told, those that it is compared with, and the one that goes on.
WEEKS = 7
WORK_DAYS = 0b11111
# The summary is due for so many before all others: what a process does once is done for them.
FIRST = 50
# The others come due in so many rounds, an hour apart, the last one now.
ROUNDS = 10
ROWS = 2000


def fill(count: int, roster: int) -> None:
    """That many owners, and FIRST more; each with so many people that could be sent something."""
    now = clock.now()
    owners = Owner.objects.bulk_create(_owners(count, now), batch_size=ROWS)
    addresses = (EmailAddress(user=owner, email=owner.email, verified=True, primary=True) for owner in owners)
    EmailAddress.objects.bulk_create(addresses, batch_size=ROWS)
    since = now.date() - timedelta(days=400)
    values = (BestHour(owner=owner, amount=Decimal(80), starts_on=since) for owner in owners)
    BestHour.objects.bulk_create(values, batch_size=ROWS)
    for first in range(0, len(owners), ROWS):
        some = owners[first : first + ROWS]
        tasks = Task.objects.bulk_create(_tasks(some), batch_size=ROWS)
        WeekTotal.objects.bulk_create(_totals(tasks, now), batch_size=ROWS)
        if roster:
            _people(some, tasks, roster)
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        # Autovacuum would do it in the middle of the run; a test's transaction can do without.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def due(number: int, now: datetime) -> datetime:
    """When the summaries of a round come due; those of round 0 for the first owners."""
    return now - timedelta(hours=ROUNDS - number)


def _owners(count: int, now: datetime) -> Iterator[Owner]:
    for number in range(count + FIRST):
        at = due(0 if number < FIRST else 1 + number % ROUNDS, now)
        email = f"owner{number}@hale.internal"
        yield Owner(email=email, name="Nora Hale", password="!", time_zone="America/Phoenix", next_summary_at=at)


def _tasks(owners: Sequence[Owner]) -> Iterator[Task]:
    for owner in owners:
        for number, name in enumerate(NAMES):
            loathe, excel = (2 + number % 4, 1 + number % 3) if number else (None, None)
            yield Task(owner=owner, name=name, loathe=loathe, excel=excel, is_best_work=not number)


def _totals(tasks: Sequence[Task], now: datetime) -> Iterator[WeekTotal]:
    this = Week.of(now.date())
    mondays = [this.back(number).first for number in range(WEEKS)]
    for number, task in enumerate(tasks):
        for monday in mondays:
            # Uneven, and the same in every run: two to twelve hours.
            seconds = 60 * (120 + (7 * monday.toordinal() + 131 * number) % 600)
            yield WeekTotal(owner_id=task.owner_id, task=task, monday=monday, seconds=seconds, days=WORK_DAYS)


def _people(owners: Sequence[Owner], tasks: Sequence[Task], roster: int) -> None:
    """A skill for each task, and each person with two of them."""
    of = {owner.pk: owner for owner in owners}
    skills = Skill.objects.bulk_create([Skill(owner=of[task.owner_id], name=task.name) for task in tasks])
    wanted = [TaskSkill(task=task, skill=skill, level=3) for task, skill in zip(tasks, skills, strict=True)]
    TaskSkill.objects.bulk_create(wanted, batch_size=ROWS)
    people = [
        Assistant(
            owner=owner,
            name=f"Person {number}",
            email=f"person{number}.{owner.pk}@harbour.internal",
            rate=Decimal(14 + 3 * number),
            weekly_minutes=60 * (2 + number % 5),
        )
        for owner in owners
        for number in range(roster)
    ]
    Assistant.objects.bulk_create(people, batch_size=ROWS)
    theirs = {(skill.owner_id, skill.name): skill for skill in skills}
    levels = [
        AssistantSkill(assistant=person, skill=theirs[person.owner_id, NAMES[1 + (number + more) % 4]], level=4)
        for number, person in enumerate(people)
        for more in range(2)
    ]
    AssistantSkill.objects.bulk_create(levels, batch_size=ROWS)
