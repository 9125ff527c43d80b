"""
Telling a worker that there is something to do.

A bell that is not heard costs seconds: the row is there, and the sweep finds the email,
the next look at the page the plan. So ringing never waits for a broker that is away, and
after a failure stays quiet a while.
"""

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)
SEND_EMAIL, WORK_OUT_PLAN = "assistants.jobs.send_email", "assistants.jobs.work_out_plan"
LOOK_AHEAD = "assistants.jobs.look_ahead"
QUIET = 30.0
_quiet_until = 0.0


def ring(email_id: int) -> None:
    """Ask a worker to send that email now; never raises."""
    _ring(SEND_EMAIL, email_id)


def ring_for_plan(plan_id: int) -> None:
    """Ask a worker to work that plan out; never raises. The next look after a minute rings again."""
    _ring(WORK_OUT_PLAN, plan_id)


def ring_to_look_ahead(plan_id: int) -> None:
    """Ask a worker for the forecast from that plan's inputs; never raises. The next look rings again, as above."""
    _ring(LOOK_AHEAD, plan_id)


def _ring(job: str, pk: int) -> None:
    global _quiet_until
    now = time.monotonic()
    if now < _quiet_until:
        return
    if _quiet_until:  # one tries again for all, else every thread would wait with it
        _quiet_until = now + QUIET
    try:
        # By its name: the jobs call what rings here.
        current_app.send_task(job, (pk,), retry=False, expires=60, ignore_result=True)
        _quiet_until = 0.0
    except Exception as error:  # whatever a broker can throw must not reach a page
        _quiet_until = time.monotonic() + QUIET
        logger.warning("the broker did not answer, what is due is found later: %s", type(error).__name__)
