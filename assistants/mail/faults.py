"""
Places where a drill kills the process, to see that nothing is lost there.

FAULT=after_250:3 kills it the third time that it passes `after_250`, FAULT=after_250:every each time.
Unset, as it always is but in drills, they do nothing.
"""

import os
import signal

_where, _, _which = os.environ.get("FAULT", "").partition(":")
_passed = 0


def point(name: str) -> None:
    """after_claim, before_dot, after_250, after_commit"""
    global _passed
    if name != _where:
        return
    _passed += 1
    if _which in ("every", str(_passed)):
        os.kill(os.getpid(), signal.SIGKILL)
