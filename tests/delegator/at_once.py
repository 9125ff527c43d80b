"""Doing things at the same instant, each on a connection of its own, on the engine that the tests run on."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper


@contextmanager
def real_database(folder: Path) -> Iterator[None]:
    """
    The database that two threads can share, with what the test has committed.

    On SQLite the tests run in memory, where locks are not those of a file; so there
    it is a copy of it in a file of `folder`. Use with `transaction=True`.
    """
    if connection.vendor != "sqlite":
        yield
        return
    memory, file = connections["default"], folder / "at_once.sqlite3"
    memory.ensure_connection()
    with sqlite3.connect(file) as copy:
        memory.connection.backup(copy)
    copy.close()
    _use(file)
    # It turns to write-ahead logging with the first connection, which of two at once only one can do.
    connection.ensure_connection()
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = memory


def _use(file: Path) -> None:
    wanted: dict[str, Any] = connections.settings["default"] | {"NAME": str(file)}
    connections["default"] = DatabaseWrapper(wanted, "default")


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each returned or raised, started together in a thread each."""
    barrier = threading.Barrier(len(works))
    outcomes: list[object] = [None] * len(works)
    file = connection.settings_dict["NAME"] if connection.vendor == "sqlite" else None

    def run(number: int, work: Callable[[], object]) -> None:
        if file:
            _use(file)
        try:
            connection.ensure_connection()
            barrier.wait(20)
            outcomes[number] = work()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, work)) for number, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
