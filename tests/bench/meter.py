"""Loaded into a worker that is measured: a line for each job, with the processor seconds that its own code took."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun

FILE = "METER"
_began = 0.0


@task_prerun.connect
def begin(**_: Any) -> None:
    global _began
    _began = time.process_time()


@task_postrun.connect
def end(task: Any, **_: Any) -> None:
    spent = time.process_time() - _began
    with Path(os.environ[FILE]).open("a") as lines:
        lines.write(f"{task.name} {spent}\n")


def read(path: Path) -> list[tuple[str, float]]:
    """The jobs that ended until now, by name, and their seconds."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [(name, float(spent)) for name, spent in map(str.split, lines)]
