"""
The suite's races again, far more often, and its walks: on SQLite and on a Postgres of their own.

Each runs the suite's own tests in a process of its own, so what is drilled is what the suite holds.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests import rig
from tests.drills.conftest import Say

ALL_PRESS = "sixteen_who_press_accept"
TWO_AT_ONCE = "accept_against_withdraw or accept_against_expire or edit_against_accept or pressed_twice"


@contextlib.contextmanager
def on(engine: str) -> Iterator[dict[str, str]]:
    """The environment of tests that run there."""
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if engine == "SQLite":
        yield env
        return
    with rig.PrivatePostgres() as postgres:
        yield env | {"DATABASE_URL": postgres.url}


def run(env: dict[str, str], *args: str) -> tuple[int, str, float]:
    """How pytest ended, its last line, and how many seconds it took."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args]
    done = subprocess.run(command, cwd=rig.ROOT, env=env, capture_output=True, text=True, check=False)
    print(done.stdout)
    return done.returncode, done.stdout.strip().splitlines()[-1], time.monotonic() - began


@pytest.mark.parametrize("engine", ["SQLite", "Postgres"])
@pytest.mark.parametrize(("races", "rounds"), [(ALL_PRESS, 100), (TWO_AT_ONCE, 200)])
def test_of_many_races_each_has_one_winner(engine: str, races: str, rounds: int, say: Say) -> None:
    with on(engine) as env:
        env |= {"ROUNDS": str(rounds)}
        files = [f"tests/assistants/handoff/{name}.py" for name in ("test_races", "test_races_of_many")]
        code, last, seconds = run(env, *files, "-k", races)
    say(f"{engine}, {rounds} rounds each of {races}: {last.strip('= ')} ({seconds:.0f} s)")
    assert code == 0


def test_ten_thousand_walks_stand_where_the_reference_does(say: Say) -> None:
    with on("SQLite") as env:
        code, last, seconds = run(env | {"WALKS": "10000"}, "tests/assistants/handoff/test_handoff_walks.py")
    say(f"10,000 walks: {last.strip('= ')} ({seconds:.0f} s)")
    assert code == 0
