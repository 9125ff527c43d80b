"""
`make test`: every test on SQLite, those that ask for a database again on Postgres, then the browser's.

It brings what they need that pip cannot: Chromium, and a Redis as new as Debian's. Arguments go to
pytest. The last line it prints counts all: `12 passed, 0 failed`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests import rig

APART = ("browser", "drills", "bench")
NO_TESTS = 5


@dataclass(frozen=True)
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    def __add__(self, other: Result) -> Result:
        return Result(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def main(args: list[str]) -> int:
    # Ended from outside it still ends the Postgres that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    bring_packages()
    tests = rig.ROOT / "tests"
    suite = [f"--ignore={tests / name}" for name in APART] + ["-n", "2", *args]
    results = {"SQLite": run("SQLite", suite)}
    results["Postgres"] = run_on_postgres(suite)
    if (tests / "browser").is_dir():
        results["Browser"] = run("Browser", [str(tests / "browser"), "-n", "2", "--dist", "worksteal", *args])
    print()
    for name, result in results.items():
        print(f"{name}: {result}")
    total = sum(results.values(), Result())
    print(total, flush=True)
    return 1 if total.failed or not total.passed else 0


def run_on_postgres(suite: list[str]) -> Result:
    try:
        with rig.PrivatePostgres() as postgres:
            return run("Postgres", suite, DATABASE_URL=postgres.url)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"\n=== Postgres did not start: {error}", flush=True)
        return Result(failed=1)


def run(name: str, args: list[str], **env: str) -> Result:
    """One run of pytest. A run that ends without counting its tests is one failure."""
    print(f"\n=== {name}", flush=True)
    # A database that the shell names for the app is none of the tests'.
    inherited = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", *args]
        code = subprocess.call(command, cwd=rig.ROOT, env=inherited | env)
        result = read(report) if report.exists() else Result()
    if code not in (0, NO_TESTS) and not result.failed:
        return result + Result(failed=1)
    return result


def read(report: Path) -> Result:
    """The counts of a JUnit report that pytest has just written."""
    result = Result()
    for suite in ElementTree.parse(report).iter("testsuite"):  # noqa: S314 - our own file
        count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        result += Result(count["tests"] - failed - count["skipped"], failed, count["skipped"])
    return result


# --- What pip cannot bring ---------------------------------------------------
def bring_packages() -> None:
    """A Chromium must be there; without redis-server the one that pip brought serves."""
    missing = [name for name in ("redis-server", rig.CHROMIUMS[0]) if not shutil.which(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' and '.join(missing)} ...", flush=True)
        apt_get("update")
        for name in missing:
            apt_get("install", "-y", "--no-install-recommends", name)
        if not has_chromium():  # not every Debian has the shell
            apt_get("install", "-y", "--no-install-recommends", "chromium")
    if not has_chromium():
        sys.exit("The browser's tests need Chromium; on Debian or Ubuntu: sudo apt-get install chromium")


def apt_get(*args: str) -> None:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", *args], check=False, stdout=subprocess.DEVNULL, env=env)


def has_chromium() -> bool:
    try:
        return bool(rig.chromium())
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
