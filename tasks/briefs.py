"""How a task is done, in versions: a change makes a new one, and what was once written can always be read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from . import owners
from .models import Brief, Task

# The parts of a brief, and how each is headed where all stand in one text; the steps need no heading.
HEADINGS = {"steps": "", "links": "Links", "done": "Done means", "limits": "Ask me before"}


def latest(task: Task) -> Brief | None:
    """The version that counts. One query."""
    return task.briefs.first()


def earlier(task: Task) -> QuerySet[Brief]:
    """The versions before that, newest first, without their words."""
    return task.briefs.defer(*HEADINGS)[1:]


@transaction.atomic
def write(task: Task, *, steps: str = "", links: str = "", done: str = "", limits: str = "", now: datetime) -> None:
    """Make it the latest version, numbered from 1; the same words make none, and so do none where none were."""
    owners.hold(task.owner)
    last = latest(task)
    words = {"steps": steps, "links": links, "done": done, "limits": limits}
    if words != parts(last):
        task.briefs.create(version=last.version + 1 if last else 1, written_at=now, **words)


def parts(brief: Brief | None) -> dict[str, str]:
    """Each part of it as text, "" where nothing is written."""
    return {name: getattr(brief, name) if brief else "" for name in HEADINGS}


def text(brief: Brief | None) -> str:
    """All of it in paragraphs, as someone else is told; only what is filled in."""
    told = ((HEADINGS[name], words) for name, words in parts(brief).items() if words)
    return "\n\n".join(f"{heading}\n{words}" if heading else words for heading, words in told)
