"""Clocks that disagree, several beats, and servers that were off: everything once, nothing early."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tasks.weeks import Week
from tests import rig
from tests.drills import checker, stage
from tests.drills.conftest import Drill
from tests.drills.promises import seeded
from tests.drills.sink import Rule
from tests.drills.stage import Stage

# Forty of different offsets, halves and quarters among them.
ZONES = """
    Pacific/Kiritimati Pacific/Chatham Pacific/Auckland Pacific/Fiji Australia/Lord_Howe Australia/Sydney
    Australia/Darwin Australia/Eucla Asia/Tokyo Asia/Manila Asia/Bangkok Asia/Yangon Asia/Dhaka Asia/Kathmandu
    Asia/Kolkata Asia/Karachi Asia/Kabul Asia/Dubai Asia/Tehran Africa/Nairobi Europe/Istanbul Africa/Cairo
    Europe/Berlin Africa/Lagos Africa/Casablanca Europe/London UTC Atlantic/Azores Atlantic/South_Georgia
    America/Sao_Paulo America/St_Johns America/Halifax America/New_York America/Chicago America/Denver
    America/Phoenix America/Los_Angeles America/Anchorage Pacific/Marquesas Pacific/Honolulu
""".split()
# Owners whose summary has been due for that long, or is not planned yet; they have no password, for to hash one takes
# a quarter of a second.
OWNERS = """
from datetime import timedelta
from allauth.account.models import EmailAddress
from tasks import clock
from tasks.models import Owner

zones, due_at = {zones}, {overdue} and clock.now() - timedelta(seconds={overdue})
owners = Owner.objects.bulk_create(
    Owner(
        email=f"owner{{number}}@gardens.internal",
        name=f"Owner {{number}}",
        password="!",
        time_zone=zones[number % len(zones)],
        next_summary_at=due_at,
    )
    for number in range({count})
)
EmailAddress.objects.bulk_create(
    EmailAddress(user=owner, email=owner.email, verified=True, primary=True) for owner in owners
)
"""
UNPLANNED = "SELECT id FROM tasks_owner WHERE next_summary_at IS NULL"
# A worker's clock: wrong from the start, or from some seconds on. `time` and `datetime` read it, timers do not.
WRONG_CLOCK = """
import datetime, threading, time_machine

def shift():
    wrong = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours={hours})
    time_machine.travel(wrong, tick=True).start()

if {after}:
    timer = threading.Timer({after}, shift)
    timer.daemon = True
    timer.start()
else:
    shift()
"""
# Between two looks for summaries that are due.
LOOK = timedelta(seconds=61)
# Within so many seconds of the return.
SOON = 600


def write_owners(running: Stage, count: int, *, overdue: timedelta | None = None) -> None:
    script = OWNERS.format(zones=ZONES, count=count, overdue=overdue and overdue.total_seconds())
    running.app.manage("shell", "--verbosity", "0", "--command", script)


def weeks_written(running: Stage) -> list[str]:
    return checker.rows(running.database, "SELECT week FROM delegator_weeklysummary")


def one_more_beat(running: Stage, folder: Path, **env: str) -> None:
    running.app.start_other("beat", f"--schedule {folder / 'another-beat'}", **env)


@seeded
def test_two_beats_and_three_workers_write_each_summary_once(drill: Drill, seed: int, tmp_path: Path) -> None:
    what = "500 owners in 40 zones, 2 beats, 3 workers, a sweep each second"
    with drill("D14", seed, what) as result, stage.set_up(workers=3) as running:
        one_more_beat(running, tmp_path)
        write_owners(running, 500, overdue=timedelta(minutes=5))
        running.wait_for_sweep()
        rig.until(lambda: any(tmp_path.iterdir()), "other beat")
        began = time.monotonic()
        running.clock.forward(LOOK)
        rig.until(lambda: len(weeks_written(running)) >= 500, "500 summaries", seconds=stage.PATIENCE)
        running.wait_until_over()
        result.seconds = time.monotonic() - began
        # Both beats look twice more.
        for _ in range(2):
            running.clock.forward(LOOK)
            time.sleep(5)
        found = running.found("weekly")
        result.reads(found)
        assert len(weeks_written(running)) == 500
        assert (found.lost, found.states, found.copies, found.copies_max) == (0, {"sent": 500}, 500, 1)


@seeded
@pytest.mark.parametrize(
    ("off", "back"), [("Sun 12:00 to Thu 12:00", timedelta(days=4)), ("five weeks", timedelta(weeks=5, days=4))]
)
def test_after_an_outage_the_newest_week_comes_once_and_says_that_it_is_late(
    drill: Drill, seed: int, off: str, back: timedelta
) -> None:
    # No zone has its Monday morning yet.
    sunday = datetime(2026, 1, 4, 12, tzinfo=UTC) + seed * timedelta(weeks=9)
    with drill("D15", seed, f"40 owners, all off {off}") as result, stage.set_up(at=sunday) as running:
        write_owners(running, len(ZONES))
        running.wait_for_sweep()
        running.clock.forward(LOOK)
        rig.until(lambda: not checker.rows(running.database, UNPLANNED), "date for each owner")
        running.kill_workers()
        rig.kill9(running.app.processes["beat"].pop())
        running.clock.to(sunday + back)
        running.app.start("worker")
        running.app.start("beat")
        began = time.monotonic()
        # Beat forgot nothing: a file says when it looked last.
        rig.until(lambda: len(weeks_written(running)) >= len(ZONES), "40 summaries", seconds=stage.PATIENCE)
        running.wait_until_over()
        result.seconds = time.monotonic() - began
        found = running.found("weekly")
        result.reads(found)
        assert result.seconds <= SOON
        assert (found.lost, found.states, found.copies) == (0, {"sent": len(ZONES)}, len(ZONES))
        assert set(weeks_written(running)) == {str(Week.of((sunday + back).date()).back())}
        texts = [text_of(raw) for raw in running.sink.raw]
        assert all("This email is late" in text for text in texts), texts[0]


def text_of(raw: bytes) -> str:
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@seeded
@pytest.mark.parametrize(("hours", "after"), [(2, 0), (-2, 0), (-1, 8)])
def test_a_worker_whose_clock_is_wrong_steals_no_lease_and_sends_nothing_early(
    drill: Drill, seed: int, tmp_path: Path, hours: int, after: int
) -> None:
    (tmp_path / "sitecustomize.py").write_text(WRONG_CLOCK.format(hours=hours, after=after))
    wrong = {"PYTHONPATH": str(tmp_path)}
    what = f"20 mails of two workers, one's clock {hours:+} h{f' after {after} s' if after else ''}; leases / 10"
    # A sweep counts for as long as it is until the next: on a busy computer a second is too short for a lone worker.
    with drill("D19", seed, what) as result, stage.set_up(stage.TENTH, workers=0, SWEEP_SECONDS="5") as running:
        running.write(20, send=True)
        # Ten are due soon by the wrong clock, and not by the right one.
        sql = "UPDATE assistants_outgoingemail SET due_at = due_at + interval '30 min' WHERE id %% 2 = %s"
        checker.rows(running.database, sql, seed % 2)
        # By itself first, so that it is known to send at all.
        one_more_beat(running, tmp_path, **wrong)
        running.app.start_other("worker", **wrong)
        running.wait_for_copies(10)
        running.app.start("worker")
        running.sink.rule = lambda address: Rule(late=8)
        running.write(8, send=True)
        began = time.monotonic()
        rig.until(lambda: running.count("sent") >= 18, "mail number 18", seconds=stage.PATIENCE)
        result.seconds = time.monotonic() - began
        found = running.found()
        result.reads(found)
        result.lost -= 10
        assert (found.states, found.copies, found.copies_max) == ({"sent": 18, "queued": 10}, 18, 1)
