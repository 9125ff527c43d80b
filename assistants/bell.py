"""
Telling a worker that there is something to send.

A bell that is not heard costs seconds: the row is there, and the sweep finds it. So
ringing never waits for a broker that is away, and after a failure stays quiet a while.
"""

import logging
import time

from .jobs import send_email

logger = logging.getLogger(__name__)
QUIET = 30.0
_quiet_until = 0.0


def ring(email_id: int) -> None:
    """Ask a worker to send that email now; never raises."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        send_email.apply_async((email_id,), retry=False, expires=60)
    except Exception as error:  # whatever a broker can throw must not reach a page
        _quiet_until = time.monotonic() + QUIET
        logger.warning("the broker did not answer, the sweep will send: %s", type(error).__name__)
