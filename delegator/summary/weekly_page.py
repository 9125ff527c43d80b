"""The page of a weekly summary: what its email said, and beside it what the week says now, if that is other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from tasks.charts import Bar, Segment
from tasks.models import Owner
from tasks.requests import OwnerRequest
from tasks.weeks import Week

from . import weekly_facts, weekly_rows
from .weekly_facts import Facts


@dataclass(frozen=True, slots=True)
class Line:
    """A task of the week: its hours as they were told, and as they are now where they were corrected since."""

    name: str
    hours: str
    now: str
    bar: Bar

    @property
    def sentence(self) -> str:
        return f"{self.hours} of {self.name}"


@login_required
def summary(request: OwnerRequest, week: Week) -> HttpResponse:
    owner = request.user
    kept = get_object_or_404(owner.summaries, week=str(week))
    told = kept.facts
    if told is None:  # of the release before this page there is the email alone
        raise Http404
    now = _counted(owner, week)
    context = {
        "week": week,
        "kept": kept,
        "told": told,
        "lines": _lines(told, now),
        "is_corrected": _hours(told) != _hours(now),
        "is_worked_anew": _worked(told) != _worked(now),
        "now": now,
    }
    return render(request, "week/summary.html", context)


def _counted(owner: Owner, week: Week) -> Facts:
    (rows,) = weekly_rows.read([(owner, week)])
    return weekly_facts.counted(rows)


# Numbers are compared and not their words: another way to write them is no change.
def _hours(counted: Facts) -> dict[int, int]:
    """What the owner logged, by task."""
    return {bar["task"]: bar["seconds"] for bar in counted["bars"]}


def _worked(counted: Facts) -> Any:
    """What was won back and paid."""
    return counted["handed"] and counted["handed"]["raw"]


def _lines(told: Facts, now: Facts) -> list[Line]:
    """Those that were told, longest first, then those that came since; all on one scale."""
    then = {bar["task"]: bar for bar in told["bars"]}
    here = {bar["task"]: bar for bar in now["bars"]}
    longest = max((bar["seconds"] for bar in [*then.values(), *here.values()]), default=0)
    in_order = sorted((here | then).items(), key=lambda each: -then.get(each[0], {"seconds": 0})["seconds"])
    return [_line(bar, then.get(task), here.get(task), longest) for task, bar in in_order]


def _line(bar: Facts, then: Facts | None, here: Facts | None, longest: int) -> Line:
    seconds = then["seconds"] if then else 0
    is_same = here is not None and here["seconds"] == seconds
    return Line(
        name=bar["name"],
        hours=then["hours"] if then else "–",
        now="" if is_same else here["hours"] if here else "nothing",
        bar=Bar((Segment("best" if bar["best"] else "routine", seconds),), longest),
    )
