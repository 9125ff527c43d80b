"""What the drills found, under the results: a table of what each lost, and lines of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

ROW = "{:<58}{:>6}{:>6}{:>8}{:>9}"
table, lines = pytest.StashKey[list[str]](), pytest.StashKey[list[str]]()
Note = Callable[[str, int, int, int, float], None]
Say = Callable[[str], None]


@pytest.fixture(scope="session")
def note(pytestconfig: pytest.Config) -> Note:
    """Write a line of the table: what was done, mails meant, lost, copies that came, seconds until the last."""
    rows = pytestconfig.stash.setdefault(table, [])
    return lambda what, meant, lost, copies, seconds: rows.append(
        ROW.format(what, meant, lost, copies, f"{seconds:.1f}")
    )


@pytest.fixture(scope="session")
def say(pytestconfig: pytest.Config) -> Say:
    """Write a line of words."""
    return pytestconfig.stash.setdefault(lines, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows, said = config.stash.get(table, []), config.stash.get(lines, [])
    if rows or said:
        terminalreporter.section("drills")
    if rows:
        terminalreporter.write_line(ROW.format("fault", "mails", "lost", "copies", "seconds"))
    for line in rows + said:
        terminalreporter.write_line(line)
