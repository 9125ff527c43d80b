"""The servers that are measured: gunicorn as in the Procfile, but one sync worker, on a core of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psycopg2

from delegator import laptop
from tests import rig
from tests.bench.items import PLAIN_PAGE, PLAIN_WRITE, Cell, World

# A process's own clock in nanoseconds, by its pid: utime + stime of /proc come in steps of 10 ms.
CPUCLOCK_SCHED = 2


def cores() -> tuple[int, int]:
    """The servers' core and the client's; RuntimeError where there are no two."""
    if not hasattr(os, "sched_getaffinity"):
        raise RuntimeError("The bench holds processes to a core and needs Linux for that.")
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < 2:
        raise RuntimeError("The bench needs two cores: one for the server, one for the client.")
    return mine[0], mine[1]


@contextlib.contextmanager
def on_core(*cores: int) -> Iterator[None]:
    """This process and all that it starts meanwhile run there; they stay, it comes back."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processor_time(pids: list[int]) -> float:
    """Seconds that these processes have spent; ProcessLookupError when one of them is gone."""
    try:
        return sum(time.clock_gettime_ns((~pid << 3) | CPUCLOCK_SCHED) for pid in pids) / 1e9
    except OSError as error:
        raise ProcessLookupError(f"one of the processes {pids} has ended") from error


class Server(rig.App):
    """A web server alone, without worker and beat."""

    wsgi = "delegator.wsgi"

    def __init__(self, core: int, env: dict[str, str] | None = None) -> None:
        super().__init__({"GUNICORN_CMD_ARGS": "--log-level warning", "LOG_LEVEL": "ERROR", **(env or {})})
        self.core = core
        # By this Postgres tells whose connection it is.
        self.env["PGAPPNAME"] = f"bench-{self.port}"

    def __enter__(self) -> Self:
        try:
            self.prepare()
            with on_core(self.core):
                self.start("web")
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def prepare(self) -> None:
        """What must be there before it is served."""

    def start(self, name: str) -> rig.Process:
        # Of two options with one name gunicorn takes the last.
        line = rig.procfile()[name].replace("delegator.wsgi", self.wsgi)
        command = ["/bin/sh", "-c", f"{line} --worker-class sync --workers 1 --threads 1"]
        where: Any = {"cwd": rig.ROOT, "env": self.env}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **where)
        self.processes[name].append(process)
        rig.until(self.answers, f"web server at {self.url}")
        return process

    def pids(self) -> list[int]:
        """The processes whose time a request takes."""
        master = self.web.pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


class Floor(Server):
    """The empty view."""

    wsgi = "tests.bench.floor"


class Site(Server):
    """The app over one database with that many years in it, and what was learnt when it was filled."""

    def __init__(self, core: int, database: str, years: int, postgres: rig.PrivatePostgres | None = None) -> None:
        super().__init__(core, {"DATABASE_URL": postgres.database(f"years{years}")} if postgres else None)
        self.database, self.years, self.postgres = database, years, postgres

    def prepare(self) -> None:
        self._run("-c", laptop.PREPARE)
        script = f"from tests.bench import data; data.stage({self.years})"
        said = self.manage("shell", "--verbosity", "0", "--command", script)
        learnt = json.loads(said.splitlines()[-1])
        world = learnt["world"]
        cells = {name: Cell(*world[name]) for name in ("json_cell", "form_cell")}
        self.world = World(**world | cells)
        self.queries: dict[str, int] = learnt["queries"]
        self.wrong: dict[str, str] = learnt["wrong"]

    def pids(self) -> list[int]:
        return super().pids() + backends(self.postgres, self.env)


def backends(postgres: rig.PrivatePostgres | None, env: dict[str, str]) -> list[int]:
    """The processes of Postgres that serve that app, which changes its connection every minute; none of SQLite."""
    if not postgres:
        return []
    sql = "SELECT pid FROM pg_stat_activity WHERE application_name = %s ORDER BY pid"
    with contextlib.closing(psycopg2.connect(postgres.url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql, [env["PGAPPNAME"]])
        return [pid for (pid,) in cursor.fetchall()]


class PlainSite(Site):
    """The least page there can be, over the database of a site."""

    wsgi = "tests.bench.plain"

    def __init__(self, site: Site) -> None:
        Server.__init__(self, site.core, {"DATABASE_URL": site.env["DATABASE_URL"]})
        self.database, self.years, self.postgres = site.database, site.years, site.postgres
        self.world = site.world
        self.queries, self.wrong = {PLAIN_PAGE.name: 3, PLAIN_WRITE.name: 3}, {}

    def prepare(self) -> None:
        """The site has filled it; what is missing is a session of Django's kind."""
        self.world = dataclasses.replace(self.world, sid=self._run("-m", "tests.bench.plain").strip())
