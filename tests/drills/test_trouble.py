"""Nobody looks for mail any more: whoever watches over it sees that, and so does the owner."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest

from tests import rig
from tests.drills import checker, stage
from tests.drills.conftest import Drill
from tests.drills.promises import seeded
from tests.drills.stage import Stage

SWEPT = "SELECT swept_at FROM assistants_pump"
WAITS = "Mail is waiting since"


def is_ready(running: Stage) -> bool:
    status, said = running.get("/healthz/ready")
    assert status in (200, 503), said
    return status == 200


@seeded
def test_a_sweep_that_stops_shows_after_two_minutes_until_it_goes_on(drill: Drill, seed: int) -> None:
    what = "20 mails, beat and worker killed; the clock put forward to 115 and 121 s after the last sweep"
    with drill("P19", seed, what) as result, stage.set_up(web=True) as running:
        running.wait_for_sweep()
        assert is_ready(running)
        running.kill_workers()
        rig.kill9(running.app.processes["beat"].pop())
        written = running.write(20, send=True)
        swept: datetime = checker.rows(running.database, SWEPT)[0]
        pages = ("/", f"/hand-offs/{written.drafts[seed]['pk']}/")

        running.clock.to(swept + timedelta(seconds=80))
        running.app.manage("check_outbox")
        running.clock.to(swept + timedelta(seconds=115))
        assert is_ready(running)
        running.clock.to(swept + timedelta(seconds=121))
        assert not is_ready(running)
        with pytest.raises(RuntimeError, match="two minutes"):
            running.app.manage("check_outbox")
        assert running.get("/healthz/live")[0] == 200
        # What was sent meanwhile is late by now, too.
        running.clock.forward(timedelta(seconds=60))
        time.sleep(0.5)
        assert [WAITS in running.get(page, sid=written.sid)[1] for page in pages] == [True, True]

        began = time.monotonic()
        running.app.start("worker")
        running.app.start("beat")
        rig.until(lambda: is_ready(running), "readiness", seconds=stage.PATIENCE)
        running.wait_until_over()
        result.seconds = time.monotonic() - began
        found = running.found()
        result.reads(found)
        assert [WAITS in running.get(page, sid=written.sid)[1] for page in pages] == [False, False]
        assert result.seconds <= stage.DRAINED
        assert (found.lost, found.states, found.copies) == (0, {"sent": 20}, 20)
