"""Postgres crashes and comes back while mail goes out: a sender does not forget that the mail server said yes."""

from __future__ import annotations

import time

from tests.drills import checker, stage
from tests.drills.conftest import Drill
from tests.drills.promises import seeded
from tests.drills.test_redis import posting

# One way, in seconds: some five round trips lie between the yes and its commit, 150 ms in all.
DELAY, RESTARTS, EVERY = 0.015, 4, 4.0


@seeded
def test_postgres_restarts_lose_nothing_and_send_hardly_anything_twice(drill: Drill, seed: int) -> None:
    what = f"300 offers, 2 workers x 2, Postgres restarted {RESTARTS} x; 150 ms in the gap"
    with drill("D6", seed, what) as result, stage.set_up(workers=0, web=True) as running:
        written = running.write(60, send=False)
        running.write(300, send=True)
        running.line.delay = DELAY
        running.start_pair()
        running.start_pair()
        running.wait_for_copies(5)
        with posting(running, written, 0.4) as pages:
            for _ in range(RESTARTS):
                time.sleep(EVERY - 2 + seed % 3)
                running.postgres.stop()  # -m immediate: no connection is closed in order
                running.postgres.start()
        most = running.may_take() + stage.LEASE
        result.seconds = running.wait_until_over()
        found = running.found()
        result.reads(found)
        statuses = {page.status for page in pages}
        result.what += f"; pages answered {', '.join(map(str, sorted(statuses)))}"
        assert checker.wrong_in_the_story(running.app) == []
        assert (found.lost, found.unlike, found.strangers, set(found.states)) == (0, [], [], {"sent"})
        assert found.copies <= len(found.rows) + 1
        assert result.seconds <= most
        assert statuses <= {302, 503}
