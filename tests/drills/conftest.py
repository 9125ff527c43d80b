"""A table of what each drill lost, under the results."""

from __future__ import annotations

from collections.abc import Callable

import pytest

ROW = "{:<58}{:>6}{:>6}{:>8}{:>9}"
table = pytest.StashKey[list[str]]()
Note = Callable[[str, int, int, int, float], None]


@pytest.fixture(scope="session")
def note(pytestconfig: pytest.Config) -> Note:
    """Write a line of the table: what was done, mails meant, lost, copies that came, seconds until the last."""
    lines = pytestconfig.stash.setdefault(table, [])
    return lambda what, meant, lost, copies, seconds: lines.append(
        ROW.format(what, meant, lost, copies, f"{seconds:.1f}")
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(table, []):
        terminalreporter.section("drills")
        terminalreporter.write_line(ROW.format("fault", "mails", "lost", "copies", "seconds"))
        for line in lines:
            terminalreporter.write_line(line)
