"""`make run`: refusals are one sentence, what is done once is done once, and all processes end together."""

from __future__ import annotations

import ast
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from delegator import laptop
from tests import rig

SCRIPT = rig.ROOT / "delegator" / "laptop.py"
REFUSED = 1


@contextmanager
def launched(var: Path, port: int | str = "") -> Iterator[subprocess.Popen[str]]:
    env = os.environ | {"VAR_DIR": str(var), "PORT": str(port or rig.free_port())}
    for name in ("DATABASE_URL", "SITE_URL", "DEBUG", "SECRET_KEY", "LINK_KEYS"):
        env.pop(name, None)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, SCRIPT], env=env, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            # Read, for whoever writes into a full pipe waits; what it said stands in the error if it does not end.
            process.communicate(timeout=rig.PATIENCE)


def greeting(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Open "):
            return line
    raise AssertionError(process.stderr.read() if process.stderr else "it said nothing")


def refusal(process: subprocess.Popen[str]) -> str:
    said, refused = process.communicate(timeout=rig.PATIENCE)
    assert process.returncode == REFUSED
    assert "Traceback" not in said + refused
    return refused.splitlines()[-1]


# --- Before the start --------------------------------------------------------
def test_an_old_python_reads_the_script_and_is_told_which_one_is_needed() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    as_old = "import runpy, sys; sys.version_info = (3, 8, 18); runpy.run_path(sys.argv[1], run_name='__main__')"
    old = subprocess.run([sys.executable, "-c", as_old, SCRIPT], capture_output=True, text=True, check=False)
    assert old.returncode == REFUSED
    assert old.stderr == f"Delegator needs Python 3.11 or newer; this is 3.8 ({sys.executable}).\n"


def test_the_script_imports_the_standard_library_alone() -> None:
    for node in ast.walk(ast.parse(SCRIPT.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_port_that_is_taken_is_named_with_another(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with launched(tmp_path, port) as process:
            assert refusal(process) == f"Port {port} is in use; choose another: PORT={8001 + port % 1000} make run"


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8000 "])
def test_a_port_that_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(laptop.Refused, match="a port is a number from 1 to 65535"):
        laptop.wanted_port(port)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(laptop.Refused, match=r"cannot write in .*/file/var"):
        laptop.check_writable(tmp_path / "file" / "var")


def test_a_second_start_is_refused_and_names_the_first(tmp_path: Path) -> None:
    lock = tmp_path / "laptop.lock"
    with laptop.only_start(lock):
        assert lock.read_text() == f"{os.getpid()}\n"
        with (
            pytest.raises(laptop.Refused, match=f"already runs here as process {os.getpid()};"),
            laptop.only_start(lock),
        ):
            pass
    assert lock.read_text() == ""


def test_the_lock_of_a_start_that_is_dead_binds_nobody(tmp_path: Path) -> None:
    lock = tmp_path / "laptop.lock"
    hold = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import laptop\n"
        "with laptop.only_start(Path(sys.argv[2])): print('held', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    command: list[str | Path] = [sys.executable, "-c", hold, SCRIPT.parent, lock]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as dead:
        assert dead.stdout
        assert dead.stdout.readline() == b"held\n"
        dead.kill()
        dead.wait()
        assert lock.read_text() == f"{dead.pid}\n"
        with laptop.only_start(lock):
            assert lock.read_text() == f"{os.getpid()}\n"


# --- What it needs, once -----------------------------------------------------
def test_secrets_are_written_once_and_for_the_owner_of_the_computer_alone(tmp_path: Path) -> None:
    path = tmp_path / "laptop.env"
    laptop.write_secrets(path)
    written = path.read_text()
    laptop.write_secrets(path)
    assert path.read_text() == written
    assert path.stat().st_mode & 0o777 == 0o600
    values = dict(line.split("=", 1) for line in written.splitlines())
    assert sorted(values) == ["DEBUG", "LINK_KEYS", "SECRET_KEY"]
    assert values["DEBUG"] == "false"
    assert values["SECRET_KEY"] != values["LINK_KEYS"]
    assert min(len(values["SECRET_KEY"]), len(values["LINK_KEYS"])) >= 50


def test_requirements_that_are_installed_are_not_installed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laptop, "VENV", tmp_path / "no-venv")
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("")
    (tmp_path / "no-venv").mkdir()
    (tmp_path / "no-venv" / "installed").write_text(laptop.fingerprint(wanted) + "\n")
    laptop.install([wanted])
    assert [path.name for path in (tmp_path / "no-venv").iterdir()] == ["installed"]
    before = laptop.fingerprint(wanted)
    wanted.write_text("django==5.2.19\n")
    assert laptop.fingerprint(wanted) != before


def test_the_address_in_mails_follows_the_port_unless_the_operator_says_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laptop, "ROOT", tmp_path)
    monkeypatch.delenv("SITE_URL")
    assert laptop.environment(8001, tmp_path)["SITE_URL"] == "http://127.0.0.1:8001"
    (tmp_path / ".env").write_text("#SITE_URL=https://no.example\nEMAIL_URL=smtp://localhost\n")
    assert laptop.environment(8001, tmp_path)["SITE_URL"] == "http://127.0.0.1:8001"
    (tmp_path / ".env").write_text("EMAIL_URL=smtp://localhost\nSITE_URL=http://studio.example\n")
    assert "SITE_URL" not in laptop.environment(8001, tmp_path)


def test_who_has_cleared_the_demo_owner_away_does_not_get_her_back(tmp_path: Path) -> None:
    env = laptop.environment(8000, tmp_path) | {"DATABASE_URL": f"sqlite:///{tmp_path}/delegator.sqlite3"}
    prepare = [sys.executable, "-c", laptop.PREPARE + laptop.DEMO]
    assert subprocess.call(prepare, cwd=rig.ROOT, env=env) == 0
    assert subprocess.call(prepare, cwd=rig.ROOT, env=env) == 0
    clear = [sys.executable, "manage.py", "demo", "--clear"]
    assert subprocess.check_output(clear, cwd=rig.ROOT, env=env) == b"The demo owner is gone.\n"
    assert subprocess.call(prepare, cwd=rig.ROOT, env=env) == laptop.NO_DEMO


# --- While it runs -----------------------------------------------------------
def test_it_says_where_to_sign_in_and_ctrl_c_stops_all(tmp_path: Path) -> None:
    port = rig.free_port()
    with launched(tmp_path, port) as process:
        said = greeting(process)
        assert said == (
            f"Open http://127.0.0.1:{port} and sign in as nora@example.com with the password garden-by-four\n"
        )
        started = pids(tmp_path)
        assert len(started) == 4
        with launched(tmp_path, port) as second:
            assert f"already runs here as process {process.pid};" in refusal(second)
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=rig.PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in rest + errors
    assert rest.endswith("Stopped.\n")
    assert [pid for pid in started if alive(pid)] == []


def test_when_one_process_is_killed_all_stop_with_a_sentence_that_names_it(tmp_path: Path) -> None:
    with launched(tmp_path) as process:
        greeting(process)
        _, *started = pids(tmp_path)
        (worker,) = [pid for pid in started if b"\0worker\0" in laptop.command_of(pid)]
        os.kill(worker, signal.SIGKILL)
        assert refusal(process) == (
            "The worker process was killed (signal 9), so all were stopped; `make run` starts them again."
        )
    assert [pid for pid in started if alive(pid)] == []


def test_what_a_killed_launcher_left_is_ended_by_the_next_start(tmp_path: Path) -> None:
    port = rig.free_port()
    with launched(tmp_path, port) as process:
        greeting(process)
        _, *left = pids(tmp_path)
        process.kill()
        process.wait()
        assert all(alive(pid) for pid in left)
        with launched(tmp_path, port) as again:
            greeting(again)
            assert [pid for pid in left if alive(pid)] == []


def pids(var: Path) -> list[int]:
    """The launcher and what it started, as its lock file names them."""
    return [int(pid) for pid in (var / "laptop.lock").read_text().split()]


def alive(pid: int) -> bool:
    return laptop.command_of(pid) != b""
