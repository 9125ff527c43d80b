"""
`make run`: from a clean clone to a page that answers, with nothing but Python.

It runs before anything is installed, so it imports the standard library alone. Its syntax stays
that of Python 3.6: an old Python must get as far as the sentence that says which one is needed.
"""

import contextlib
import fcntl
import hashlib
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
SIGN_IN = "nora@example.com with the password garden-by-four"
PREPARE = """
import django
from django.core.management import call_command

django.setup()
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
"""
NO_DEMO = 3
DEMO = f"""
import io, sys
from django.conf import settings
from delegator import demo

# Loaded once: who has cleared her away does not get her back.
loaded = settings.VAR / "demo.loaded"
if not loaded.exists():
    call_command("demo", stdout=io.StringIO())
    loaded.touch()
sys.exit(0 if demo.find() else {NO_DEMO})
"""


class Refused(Exception):
    """It cannot start; the message is the one sentence to show."""


def main(args: "list[str]") -> int:
    """With `--install FILE ...` only make .venv and install those files; else run the app."""
    try:
        check_python()
        if args[:1] == ["--install"]:
            install([ROOT / name for name in args[1:]])
            return 0
        return run()
    except Refused as why:
        print(why, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0


def run() -> int:
    port = wanted_port(os.environ.get("PORT", "8000"))
    var = ROOT / os.environ.get("VAR_DIR", "var")
    check_writable(ROOT)
    check_writable(var)
    with only_start(var / "laptop.lock") as pids:
        check_free(port)
        install([ROOT / "requirements.txt"])
        write_secrets(var / "laptop.env")
        env = environment(port, var)
        prepare = [python(), "-c", PREPARE + DEMO]
        prepared = wait_for(subprocess.Popen(prepare, cwd=ROOT, env=env, start_new_session=True))
        if prepared not in (0, NO_DEMO):
            raise Refused("Preparing the database failed; the lines above say why.")
        greeting = f"\nOpen http://127.0.0.1:{port}"
        if prepared != NO_DEMO:
            greeting += f" and sign in as {SIGN_IN}"
        return Servers(port, env, pids).serve(greeting)


# --- Before the start --------------------------------------------------------
def check_python() -> None:
    if sys.version_info[:2] < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        raise Refused(f"Delegator needs Python 3.11 or newer; this is {found} ({sys.executable}).")


def check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=str(folder)).close()
    except OSError as error:
        raise Refused(f"Delegator cannot write in {folder} ({error.strerror}).") from error


def wanted_port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refused(f"PORT is {text!r}, but a port is a number from 1 to 65535.")
    return int(text)


def check_free(port: int) -> None:
    with socket.socket() as probe:
        # As the web server does; without it the last run's closed connections would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            why = "is not for this account" if isinstance(error, PermissionError) else "is in use"
            another = 8001 + port % 1000
            raise Refused(f"Port {port} {why}; choose another: PORT={another} make run") from error


@contextlib.contextmanager
def only_start(path: Path) -> "Iterator[IO[str]]":
    """
    Hold the lock file of this folder; yield it, open to write the pids of what is started.

    The lock is the system's and goes with its process, so one left by a dead start binds nobody.
    """
    with path.open("a+") as lock:
        lock.seek(0)
        pids = [int(pid) for pid in re.findall(r"\d+", lock.read())]
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            who = f"process {pids[0]}" if pids else "another process"
            sentence = f"Delegator already runs here as {who}; stop it with Ctrl-C in its window."
            raise Refused(sentence) from error
        end_leftovers(pids[1:])
        lock.truncate(0)
        note(lock, os.getpid())
        try:
            yield lock
        finally:
            lock.truncate(0)


def note(lock: "IO[str]", pid: int) -> None:
    lock.write(f"{pid}\n")
    lock.flush()


def end_leftovers(pids: "list[int]") -> None:
    """End servers that outlived a launcher which was killed; they would hold the port."""
    for pid in pids:
        # A pid may belong to somebody else by now.
        if str(VENV).encode() in command_of(pid):
            end_group(pid)


def command_of(pid: int) -> bytes:
    """Its command line; empty when it is gone."""
    if sys.platform == "linux":
        with contextlib.suppress(FileNotFoundError):
            return Path(f"/proc/{pid}/cmdline").read_bytes()
        return b""
    ps = ["ps", "-wwo", "command=", "-p", str(pid)]
    return subprocess.run(ps, stdout=subprocess.PIPE, check=False).stdout


def end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            os.killpg(pid, 0)
            time.sleep(0.05)
        os.killpg(pid, signal.SIGKILL)


# --- What it needs, once -----------------------------------------------------
def python() -> str:
    return str(VENV / "bin" / "python")


def install(files: "list[Path]") -> None:
    """Make .venv and install the files in it, unless just these are installed already."""
    stamp = VENV / "installed"
    wanted = [fingerprint(file) for file in files]
    if stamp.exists() and set(wanted) <= set(stamp.read_text().split()):
        return
    if not VENV.exists():
        print("Making a private Python in .venv ...", flush=True)
    if wait_for(subprocess.Popen([sys.executable, "-m", "venv", str(VENV)], start_new_session=True)):
        raise Refused("Python could not make .venv; the lines above say why.")
    pins = sum(len(re.findall(r"(?m)^\w", file.read_text())) for file in files)
    print(f"Installing {pins} packages in .venv, which is done once ...", flush=True)
    options = "-m pip install --no-input --disable-pip-version-check --progress-bar=off".split()
    show_progress([python(), *options, *(f"--requirement={file}" for file in files)], pins)
    stamp.write_text("\n".join(wanted) + "\n")


def fingerprint(file: Path) -> str:
    # The packages are of one Python, so a new Python asks for a new installation.
    return hashlib.sha256(file.read_bytes() + str(sys.version_info[:2]).encode()).hexdigest()


def show_progress(command: "list[str]", pins: int) -> None:
    pipe, same = subprocess.PIPE, subprocess.STDOUT
    pip = subprocess.Popen(command, stdout=pipe, stderr=same, encoding="utf-8", start_new_session=True)
    lines: list[str] = []
    relay = threading.Thread(target=show_packages, args=(pip.stdout, pins, lines), daemon=True)
    relay.start()
    failed = wait_for(pip)
    relay.join(5)
    show("")
    if failed:
        print("".join(lines[-8:]), file=sys.stderr)
        raise Refused("Installing failed; the lines above say why. Start again once it is mended.")


def show_packages(said: "IO[str]", pins: int, lines: "list[str]") -> None:
    names = set()
    for line in said:
        lines.append(line)
        found = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if found:
            names.add(found.group(1))
            show(f"{min(len(names), pins):4} of {pins}: {found.group(1)}")
        elif line.startswith("Installing collected"):
            show("Putting them in place ...")


def wait_for(child: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> int:
    """
    Its exit code. Ctrl-C ends the child first.

    The child has a session of its own, so that Ctrl-C comes here alone and it prints no traceback.
    """
    try:
        return child.wait()
    except KeyboardInterrupt:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()
        raise


def show(text: str) -> None:
    """One line that the next one replaces; nothing where the output goes to a file."""
    if sys.stdout.isatty():
        print("\r\033[K" + text, end="", flush=True)


def write_secrets(path: Path) -> None:
    if path.exists():
        return
    text = f"DEBUG=false\nSECRET_KEY={secrets.token_urlsafe(48)}\nLINK_KEYS={secrets.token_urlsafe(48)}\n"
    # Complete or not there: a half-written file would lose the keys of links already sent.
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    with half.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def environment(port: int, var: Path) -> "dict[str, str]":
    env = dict(os.environ, VAR_DIR=str(var), PORT=str(port), DJANGO_SETTINGS_MODULE="delegator.settings")
    env["PATH"] = os.pathsep.join([str(VENV / "bin"), env.get("PATH", os.defpath)])
    env.setdefault("GUNICORN_CMD_ARGS", "--log-level warning")
    # One heap for threads that take turns anyway: some megabytes less.
    env.setdefault("MALLOC_ARENA_MAX", "1")
    mine = ROOT / ".env"
    # Whoever gives this computer a name of its own says so in .env, and mail then carries that name.
    if not (mine.exists() and re.search(r"(?m)^\s*(export\s+)?SITE_URL\s*=", mine.read_text())):
        env.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    return env


# --- While it runs -----------------------------------------------------------
class Servers:
    """The processes of the Procfile under honcho, which stops all when one stops."""

    OWN = re.compile(r"\d\d:\d\d:\d\d system +\| ")
    NEWS = re.compile(OWN.pattern + r"(\w+)\.1 (started|stopped) \((?:pid|rc)=(-?\d+)\)")

    def __init__(self, port: int, env: "dict[str, str]", pids: "IO[str]") -> None:
        self.port = port
        self.pids = pids
        self.expected = len(re.findall(r"(?m)^\w+:", (ROOT / "Procfile").read_text()))
        self.started: dict[str, int] = {}
        self.stopped: dict[str, int] = {}
        self.asked = False
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self.stop)
        procfile = ["--procfile", str(ROOT / "Procfile")]
        # No env file: Django reads .env itself, and there what the environment says goes first.
        # A session of its own: Ctrl-C must come to it through `stop`, once all have started.
        self.honcho = subprocess.Popen(
            [str(VENV / "bin" / "honcho"), "--env", os.devnull, *procfile, "start"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

    def serve(self, greeting: str) -> int:
        """Until Ctrl-C, which gives 0, or until one of them ends, which is said."""
        relay = threading.Thread(target=self.relay, daemon=True)
        relay.start()
        self.greet(greeting)
        # In steps: a signal that comes right before a wait without end is heard only when that is over.
        while self.honcho.poll() is None:
            time.sleep(0.1)
        for pid in self.started.values():
            end_group(pid)
        relay.join(5)
        if self.asked:
            say("Stopped.")
            return 0
        raise Refused(self.farewell())

    def stop(self, *_: object) -> None:
        self.asked = True
        # Until it knows every pid, honcho cannot stop them all; `relay` then does it.
        if len(self.started) == self.expected:
            self.honcho.terminate()

    def relay(self) -> None:
        """Show what the processes say; of honcho's own lines keep who started and who stopped."""
        for line in self.honcho.stdout or ():
            news = self.NEWS.match(line)
            if news and news.group(2) == "started":
                self.started[news.group(1)] = int(news.group(3))
                note(self.pids, int(news.group(3)))
                if self.asked:
                    self.stop()
            elif news:
                self.stopped.setdefault(news.group(1), int(news.group(3)))
            elif not self.OWN.match(line):
                say(line.rstrip())

    def greet(self, greeting: str) -> None:
        # However long it takes: a slow computer is told late, never not at all.
        while self.honcho.poll() is None and not self.asked:
            if answers(self.port):
                say(f"{greeting}\nCtrl-C stops it.")
                return
            time.sleep(0.1)

    def farewell(self) -> str:
        if not self.stopped:
            return "honcho was killed, so all were stopped; `make run` starts them again."
        name, code = next(iter(self.stopped.items()))
        how = f"was killed (signal {-code})" if code < 0 else f"stopped (exit code {code})"
        return f"The {name} process {how}, so all were stopped; `make run` starts them again."


def answers(port: int) -> bool:
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        page.request("GET", "/")
        return page.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        page.close()


def say(text: str) -> None:
    # The window may be closed by now, and the servers must still be stopped.
    with contextlib.suppress(OSError):
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
