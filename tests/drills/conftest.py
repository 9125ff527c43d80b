"""What the drills found: a table under the results, beside what was promised, and a list in var/drills.json."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import pytest

from tests import rig
from tests.drills import checker
from tests.drills.promises import PROMISES

ROW = "{drill:<4} {seed:>4} {rows:>5} {lost:>5} {copies:>7} {copies_max:>4} {seconds:>8} {ok:>4}  {what}"
TITLE = {name: name.replace("_", " ") for name in "drill seed rows lost copies seconds ok".split()}
FILE = rig.ROOT / "var" / "drills.json"
table, lines = pytest.StashKey[list["Result"]](), pytest.StashKey[list[str]]()
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

    def kept(self) -> dict[str, object]:
        names = "drill seed what rows lost copies copies_max seconds ok".split()
        whole = round(time.monotonic() - self.began, 1)
        return {name: getattr(self, name) for name in names} | {"seconds": round(self.seconds, 1), "whole": whole}


Drill = Callable[[str, int, str], AbstractContextManager[Result]]


@pytest.fixture
def drill(pytestconfig: pytest.Config) -> Drill:
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
        finally:
            pytestconfig.stash.setdefault(table, []).append(result)
            keep(result)

    return run


def keep(result: Result) -> None:
    FILE.parent.mkdir(exist_ok=True)
    kept = json.loads(FILE.read_text()) if FILE.exists() else []
    FILE.write_text(json.dumps([*kept, result.kept()], indent=1) + "\n")


@pytest.fixture(scope="session")
def say(pytestconfig: pytest.Config) -> Say:
    """Write a line of words."""
    return pytestconfig.stash.setdefault(lines, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    results, said = config.stash.get(table, []), config.stash.get(lines, [])
    if results or said:
        terminalreporter.section("drills")
    if results:
        terminalreporter.write_line(ROW.format(**TITLE, copies_max="most", what="what was done"))
    for name in dict.fromkeys(result.drill for result in results):
        for result in results:
            if result.drill == name:
                shown = result.kept() | {"ok": "ok" if result.ok else "NOT"}
                terminalreporter.write_line(ROW.format(**shown))
        terminalreporter.write_line(f"     promised: {PROMISES[name]}")
    for line in said:
        terminalreporter.write_line(line)
