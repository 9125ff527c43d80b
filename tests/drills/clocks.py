"""
One clock for all processes of a drill, the database's too, which the drill puts forward: a week takes a second.

The database's is a function of ours that is found before the built-in one; the processes follow a file. Timers, which
measure how long something takes, run as ever.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import psycopg2

OF_THE_DATABASE = """
CREATE SCHEMA ahead;
CREATE TABLE ahead.clock AS SELECT interval '0' AS ahead;
CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql
    AS 'SELECT pg_catalog.clock_timestamp() + ahead FROM ahead.clock';
ALTER DATABASE "{name}" SET search_path = ahead, public, pg_catalog;
"""
# Read by each process before anything else. A fork takes the clock along, not the thread.
OF_A_PROCESS = """
import os, pathlib, threading, time, time_machine

file, clock, ahead = pathlib.Path({file!r}), None, 0.0

def follow():
    global clock, ahead
    while file.exists():
        wanted = float(file.read_text())
        if wanted != ahead:
            clock = clock or time_machine.travel(time.time(), tick=True).start()
            clock.shift(wanted - ahead)
            ahead = wanted
        time.sleep(0.05)

def start():
    threading.Thread(target=follow, daemon=True).start()

start()
os.register_at_fork(after_in_child=start)
while file.exists() and float(file.read_text()) != ahead:
    time.sleep(0.01)
"""


class Clock:
    """Ahead of the truth by `ahead`, for processes with its `env` and for the database."""

    def __init__(self, database: str) -> None:
        self.database, self.ahead = database, timedelta()
        self.folder = Path(tempfile.mkdtemp(prefix="clock-"))
        self.file = self.folder / "ahead"

    def __enter__(self) -> Self:
        self._do(OF_THE_DATABASE.format(name=self.database.rpartition("/")[2]))
        self._write()
        (self.folder / "sitecustomize.py").write_text(OF_A_PROCESS.format(file=str(self.file)))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def env(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder)}

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def to(self, at: datetime) -> None:
        """All clocks say that now."""
        self.forward(at - self.now())

    def forward(self, by: timedelta) -> None:
        self.ahead += by
        # The database first: it decides what is due, the processes' own clocks when they ask.
        self._do("UPDATE ahead.clock SET ahead = %s", self.ahead)
        self._write()

    def _write(self) -> None:
        new = self.folder / "new"
        new.write_text(str(self.ahead.total_seconds()))
        new.replace(self.file)

    def _do(self, sql: str, *values: object) -> None:
        with (
            contextlib.closing(psycopg2.connect(self.database)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, values or None)
