"""The hour bar of a day with the words beside it, and the bar of a day as estimated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import durations
from .charts import Bar, Segment
from .days import Row
from .models import Owner, Task
from .routine import Span


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What is logged on a day, in seconds, beside the owner's work day."""

    best_name: str
    best_title: str
    best: int
    routine: int
    work_day: int

    @property
    def seconds(self) -> int:
        return self.best + self.routine

    @property
    def left(self) -> int:
        return max(0, self.work_day - self.seconds)

    @property
    def over(self) -> int:
        return max(0, self.seconds - self.work_day)

    @property
    def bar(self) -> Bar:
        return Bar((Segment("best", self.best), Segment("routine", self.routine)), self.work_day)

    @property
    def sentence(self) -> str:
        return (
            f"{durations.words(self.seconds)} of a work day of {durations.words(self.work_day)}: "
            f"{durations.words(self.best)} {self.best_name}, {durations.words(self.routine)} routine"
        )


def logged(owner: Owner, rows: Sequence[Row]) -> DayTotal:
    best = next((row.task for row in rows if row.task.is_best_work), None)
    return DayTotal(
        best_name=best.mid_sentence if best else "best work",
        best_title=best.name if best else "Best work",
        best=sum(row.seconds for row in rows if row.task.is_best_work),
        routine=sum(row.seconds for row in rows if not row.task.is_best_work),
        work_day=owner.work_day,
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the routine takes of a work day, from a good one to a bad one, in seconds."""

    least: int
    most: int
    work_day: int
    best_name: str

    @property
    def bar(self) -> Bar:
        best = max(0, self.work_day - self.most)
        segments = Segment("routine", self.least), Segment("maybe", self.most - self.least), Segment("best", best)
        return Bar(tuple(segment for segment in segments if segment.seconds), self.work_day)

    @property
    def heading(self) -> str:
        return f"{_range(self.least, self.most)} of your {durations.words(self.work_day)} day"

    @property
    def rest(self) -> str:
        least, most = max(0, self.work_day - self.most), max(0, self.work_day - self.least)
        if not most:
            return f"That leaves nothing for {self.best_name}."
        if not least and most != least:
            return f"That leaves {durations.words(most)} for {self.best_name} on a good day, nothing on a bad one."
        return f"That leaves {_range(least, most)} for {self.best_name}."

    @property
    def sentence(self) -> str:
        day, routine = durations.words(self.work_day), _range(self.least, self.most)
        return f"A day of {day}: {routine} routine, the rest for {self.best_name}"


def estimated(owner: Owner, spans: Iterable[Span], best: Task | None) -> Estimate:
    known = [span for span in spans if span]
    return Estimate(
        least=sum(least for least, _ in known),
        most=sum(most for _, most in known),
        work_day=owner.work_day,
        best_name=best.mid_sentence if best else "your best work",
    )


def _range(least: int, most: int) -> str:
    return durations.words(least) if least == most else f"{durations.words(least)} to {durations.words(most)}"
