"""The weekly summary where clocks change, and of owners who move: once for each week, at seven in the morning."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tasks.weeks import Week
from tests import rig
from tests.drills import checker, stage
from tests.drills.conftest import Drill
from tests.drills.promises import seeded
from tests.drills.stage import Stage

DAY, WEEK, MINUTE = timedelta(days=1), timedelta(weeks=1), timedelta(minutes=1)
# By an hour, half an hour, two hours; for Ramadan; on a Friday.
CHANGING = """
    Europe/Berlin America/New_York Australia/Lord_Howe Antarctica/Troll Africa/Casablanca Africa/Cairo
""".split()
# They never do, but one is a quarter of an hour off, and one begins the day before all others.
CONTROLS = ["Asia/Kathmandu", "Pacific/Apia"]
ZONES = CHANGING + CONTROLS
# How the owners move, one a seed.
ROUTES = [
    ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"),
    ("America/Los_Angeles", "Pacific/Auckland", "Europe/Berlin"),
    ("Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Berlin"),
    ("Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"),
    ("Africa/Cairo", "Pacific/Apia", "America/Sao_Paulo"),
]
# When they move: days after a Monday, and the time where they are then.
MOMENTS = [(1, time(12)), (6, time(23, 59)), (7, time(6, 59)), (7, time(7, 1))]
# Owners by name, each with a log of so many minutes a day, and the cookies that sign them in.
OWNERS = """
import json
from datetime import date, timedelta
from allauth.account.models import EmailAddress
from django.test import Client
from tasks import clock, rollups
from tasks.models import Owner, Task, TimeEntry

sids, minutes, now = {{}}, {minutes}, clock.now()
for name, zone in {zones}.items():
    owner = Owner.objects.create(email=f"{{name}}@gardens.internal", name=name, password="!", time_zone=zone)
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    task = Task.objects.create(owner=owner, name="Email")
    TimeEntry.objects.bulk_create(
        TimeEntry(owner=owner, task=task, day=day, seconds=60 * spent, changed_at=now)
        for day, spent in minutes.items()
    )
    rollups.mend(owner)
    signed_in = Client()
    signed_in.force_login(owner)
    session = signed_in.session
    session.set_expiry(10_000_000)
    session.save()
    sids[name] = signed_in.cookies["sid"].value
print(json.dumps(sids))
"""
WRITTEN = """
SELECT jsonb_build_object('owner', o.name, 'zone', o.time_zone, 'week', s.week, 'facts', s.facts,
    'written', extract(epoch FROM s.written_at), 'sent', extract(epoch FROM m.sent_at))
FROM delegator_weeklysummary s JOIN tasks_owner o ON o.id = s.owner_id
LEFT JOIN assistants_outgoingemail m ON m.key = 'weekly-' || o.id || '-' || s.week
"""
ENTRIES = "SELECT jsonb_build_array(owner_id, day, seconds) FROM tasks_timeentry ORDER BY owner_id, day"
DUE = "SELECT id FROM tasks_owner WHERE next_summary_at IS NULL OR next_summary_at <= %s"
LOOK = re.compile(r"Task delegator\.jobs\.write_weekly_summaries\[([-\w]+)\] (received|succeeded)")
# The settings as they are sent from their page.
SETTINGS: dict[str, str | list[str]] = {
    "work_days": ["1", "2", "3", "4", "5"],
    "day": "8",
    "worth": "80",
    "currency": "USD",
    "wants_summary": "on",
    "reminder_hour": "16",
    "timer_limit": "4",
}


class Written(NamedTuple):
    """A summary; `at` and `sent_at` are where its owner lives now."""

    owner: str
    zone: str
    week: str
    minutes: int
    at: datetime
    sent_at: datetime


class Move(NamedTuple):
    at: datetime
    owner: str
    zone: str


def spent(day: date) -> int:
    """Minutes, of which no two weeks have as many."""
    return 60 + day.toordinal() % 300


def total(week: Week) -> int:
    return sum(spent(week.first + number * DAY) for number in range(7))


def write_owners(running: Stage, zones: dict[str, str], first: date, last: date) -> dict[str, str]:
    """They have logged each day from the first to the last; the cookie of each."""
    days = ", ".join(
        f"date.fromisoformat({str(day)!r}): {spent(day)}"
        for day in (first + number * DAY for number in range((last - first).days + 1))
    )
    script = OWNERS.format(zones=zones, minutes=f"{{{days}}}")
    said = running.app.manage("shell", "--verbosity", "0", "--command", script)
    sids: dict[str, str] = json.loads(said.splitlines()[-1])
    return sids


def start(running: Stage) -> None:
    """A worker that says what it does."""
    running.app.start_other("worker", "--loglevel info")
    running.wait_for_sweep()
    step(running, running.clock.now() + MINUTE)


def step(running: Stage, at: datetime) -> None:
    """All clocks say that; returns when summaries have been looked for since, and what was due has left."""
    before = looks(running, "received")
    running.clock.to(at)
    rig.until(lambda: bool(looks(running, "succeeded") - before), f"look for summaries, {at}", seconds=stage.PATIENCE)
    rig.until(lambda: not checker.rows(running.database, DUE, running.clock.now()), "summary that was due")
    running.wait_until_over()


def looks(running: Stage, what: str) -> set[str]:
    log = (running.app.folder / "worker.log").read_text(errors="replace")
    return {look for look, state in LOOK.findall(log) if state == what}


def written(running: Stage) -> list[Written]:
    return [
        Written(
            row["owner"],
            row["zone"],
            row["week"],
            sum(bar["seconds"] for bar in row["facts"]["bars"]) // 60,
            datetime.fromtimestamp(row["written"], ZoneInfo(row["zone"])),
            datetime.fromtimestamp(row["sent"], ZoneInfo(row["zone"])),
        )
        for row in checker.rows(running.database, WRITTEN)
    ]


def local(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


# --- Where clocks change -----------------------------------------------------
def changes(zone: str, first: date, last: date) -> Iterator[date]:
    """The days on which its clocks are put forward or back."""
    day = first
    while day <= last:
        before, after = (datetime.combine(each, time(12), ZoneInfo(zone)) for each in (day - DAY, day))
        if before.utcoffset() != after.utcoffset():
            yield day
        day += DAY


def mondays_around(day: date) -> list[date]:
    """Those whose summaries tell of the week before that day's, of that day's, and of the one after."""
    monday = day - day.weekday() * DAY
    return [monday, monday + WEEK, monday + 2 * WEEK]


def instants(watched: set[tuple[str, date]]) -> Iterator[datetime]:
    """A little before seven where it is watched, and a minute after; after a gap, before any zone's Monday."""
    mondays = {monday for _, monday in watched}
    for monday in mondays:
        if monday - WEEK not in mondays:
            yield datetime.combine(monday - DAY, time(12), UTC)
    for zone, monday in watched:
        seven = local(monday, time(7), zone)
        yield seven - 3 * MINUTE
        yield seven + MINUTE


@seeded
@pytest.mark.parametrize("half", [1, 2])
def test_where_clocks_change_the_summary_comes_at_seven_and_tells_of_monday_to_sunday(
    drill: Drill, seed: int, half: int
) -> None:
    year = 2025 + seed
    span = (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))
    watched = {(zone, day) for zone in CHANGING for change in changes(zone, *span) for day in mondays_around(change)}
    mondays = sorted({monday for _, monday in watched})
    watched |= set(product(CONTROLS, mondays))
    begins = datetime.combine(mondays[0] - 5 * DAY, time(12), UTC)
    what = f"{len(ZONES)} zones, {len(watched)} mornings of {len(mondays)} Mondays around the changes of {year}"
    with drill("D16", seed, what) as result, stage.set_up(workers=0, at=begins) as running:
        write_owners(running, {zone: zone for zone in ZONES}, mondays[0] - 8 * WEEK, mondays[-1])
        start(running)
        began = running.clock.now()
        for at in sorted(set(instants(watched))):
            if at > began:
                step(running, at)
        found, all_written = running.found("weekly"), written(running)
        result.reads(found)
        assert (found.lost, found.copies_max, set(found.states)) == (0, 1, {"sent"})
        assert max(Counter((each.zone, each.week) for each in all_written).values()) == 1
        there = {(each.zone, each.week): each for each in all_written}
        for zone, monday in sorted(watched):
            each, week = there[zone, str(Week.of(monday).back())], Week.of(monday).back()
            seven = datetime.combine(monday, time(7), ZoneInfo(zone))
            assert seven <= each.at <= each.sent_at <= seven + 10 * MINUTE, each
            assert each.minutes == total(week), each
            result.seconds = max(result.seconds, (each.sent_at - seven).total_seconds())


# --- Owners who move ---------------------------------------------------------
def moves(monday: date, route: tuple[str, str, str]) -> dict[str, list[Move]]:
    """By owner: to the second zone at each moment of one week, and on in the next week or an hour later."""
    by_owner = {}
    _, second, third = route
    for one, other in product(range(len(MOMENTS)), [*range(len(MOMENTS)), None]):
        owner = f"owner-{one}-{other}"
        first_at = local(monday + MOMENTS[one][0] * DAY, MOMENTS[one][1], route[0])
        if other is None:
            second_at = first_at + 60 * MINUTE
        else:
            second_at = local(monday + WEEK + MOMENTS[other][0] * DAY, MOMENTS[other][1], second)
        by_owner[owner] = [Move(first_at, owner, second), Move(second_at, owner, third)]
    return by_owner


@seeded
def test_who_moves_gets_the_summary_of_each_week_once(drill: Drill, seed: int) -> None:
    route = ROUTES[(seed - 1) % len(ROUTES)]
    monday = date(2026, 2, 2) + 7 * seed * WEEK
    by_owner = moves(monday, route)
    all_moves = sorted(move for of_one in by_owner.values() for move in of_one)
    mondays = [monday + number * WEEK for number in range(5)]
    sevens = {local(day, time(7), zone) + MINUTE for day in mondays for zone in route}
    begins = datetime.combine(monday - 5 * DAY, time(12), UTC)
    what = f"{len(by_owner)} owners, {' to '.join(route)}"
    with drill("D17", seed, what) as result, stage.set_up(workers=0, web=True, at=begins) as running:
        zones = dict.fromkeys(by_owner, route[0])
        sids = write_owners(running, zones, monday - 3 * WEEK, mondays[-1])
        entries = checker.rows(running.database, ENTRIES)
        start(running)
        for at in sorted(sevens | {move.at for move in all_moves}):
            step(running, at)
            result.seconds = max(result.seconds, (running.clock.now() - at).total_seconds())
            for move in (move for move in all_moves if move.at == at):
                form = SETTINGS | {"name": move.owner, "time_zone": move.zone}
                status, text = running.post("/settings/", form, sid=sids[move.owner])
                assert status == 302, text
        found, all_written = running.found("weekly"), written(running)
        result.reads(found)
        assert (found.lost, found.copies_max, found.states) == (0, 1, {"sent": len(by_owner) * len(mondays)})
        assert {each.zone for each in all_written} == {route[-1]}
        weeks = [Week.of(day).back() for day in mondays]
        expected = Counter((owner, str(week), total(week)) for owner in by_owner for week in weeks)
        assert Counter((each.owner, each.week, each.minutes) for each in all_written) == expected
        assert checker.rows(running.database, ENTRIES) == entries
