"""What the drills found: a table under the results, beside what was promised, and a list in var/drills.json."""

from __future__ import annotations

import contextlib
import fcntl
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import rig
from tests.drills import checker
from tests.drills.promises import PROMISES

ROW = "{drill:<4} {seed:>4} {rows:>5} {lost:>5} {copies:>7} {copies_max:>4} {seconds:>8} {ok:>4}  {what}"
TITLE = {name: name.replace("_", " ") for name in "drill seed rows lost copies seconds ok".split()}
FILE = rig.ROOT / "var" / "drills.json"
# LOCK is held by each drill while it runs, by several together or by one that must be alone; GATE by whoever is about
# to take it, so that who must be alone gets a turn.
LOCK, GATE = (Path(tempfile.gettempdir()) / f"drills.{name}" for name in ("lock", "gate"))
table, lines = pytest.StashKey[list[dict[str, Any]]](), pytest.StashKey[list[str]]()
Say = Callable[[str], None]


@dataclass
class Result:
    """One run of a drill; `seconds` are those from the end of the fault until all was over."""

    drill: str
    seed: int
    what: str
    rows: int = 0
    lost: int = 0
    copies: int = 0
    copies_max: int = 0
    seconds: float = 0
    ok: bool = False
    began: float = field(default_factory=time.monotonic)

    def reads(self, found: checker.Found) -> None:
        self.rows, self.lost = len(found.rows), found.lost
        self.copies, self.copies_max = found.copies, found.copies_max

    def kept(self) -> dict[str, Any]:
        names = "drill seed what rows lost copies copies_max seconds ok".split()
        whole = round(time.monotonic() - self.began, 1)
        return {name: getattr(self, name) for name in names} | {"seconds": round(self.seconds, 1), "whole": whole}


Drill = Callable[[str, int, str], AbstractContextManager[Result]]


@pytest.fixture
def alone() -> None:
    """Asked for by what measures time: no other drill runs meanwhile."""


@pytest.fixture(autouse=True)
def turn(request: pytest.FixtureRequest) -> Iterator[None]:
    """Wait for it, where several processes run drills."""
    with LOCK.open("a") as lock:
        with GATE.open("a") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(lock, fcntl.LOCK_EX if "alone" in request.fixturenames else fcntl.LOCK_SH)
        yield


@pytest.fixture
def drill(record_property: Callable[[str, object], None]) -> Drill:
    """
    `with drill("D1", seed, "what was done, and at what scale") as result:` around all of it.

    It is written down whether or not the drill passes.
    """

    @contextlib.contextmanager
    def run(name: str, seed: int, what: str) -> Iterator[Result]:
        result = Result(name, seed, what)
        try:
            yield result
            result.ok = True
        except Exception as error:
            result.what += f"; {type(error).__name__}: {str(error).partition(chr(10))[0]}"
            raise
        finally:
            record_property("drill", result.kept())

    return run


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Say:
    """Write a line of words."""
    return lambda line: record_property("say", line)


class Scribe:
    """Writes down what the drills found; the one process that hears of all of them does."""

    def __init__(self, stash: pytest.Stash) -> None:
        self.results, self.lines = stash.setdefault(table, []), stash.setdefault(lines, [])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == "drill" and isinstance(value, dict):
                self.results.append(value)
                keep(report.nodeid, value)
            elif name == "say":
                self.lines.append(str(value))


def keep(test: str, result: dict[str, Any]) -> None:
    """In place of what the same test found before."""
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        kept = json.loads(file.read() or "[]")
        kept = [each for each in kept if each.get("test") != test]
        file.truncate(0)
        json.dump([*kept, {"test": test} | result], file, indent=1)
        file.write("\n")


def pytest_configure(config: pytest.Config) -> None:
    # A worker of xdist hears only of its own.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Scribe(config.stash))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    results, said = config.stash.get(table, []), config.stash.get(lines, [])
    if results or said:
        terminalreporter.section("drills")
    if results:
        terminalreporter.write_line(ROW.format(**TITLE, copies_max="most", what="what was done"))
    for name in PROMISES:
        of_it = sorted((each for each in results if each["drill"] == name), key=lambda each: each["seed"])
        for each in of_it:
            terminalreporter.write_line(ROW.format(**each | {"ok": "ok" if each["ok"] else "NOT"}))
        if of_it:
            terminalreporter.write_line(f"     promised: {PROMISES[name]}")
    for line in said:
        terminalreporter.write_line(line)
