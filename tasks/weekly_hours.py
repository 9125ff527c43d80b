"""The hours a week that one task took in the last half year: as numbers, as columns and as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from . import charts, columns, dates, durations
from .models import Task

SHOWN = 26


@dataclass(frozen=True)
class WeeklyHours:
    """Monday and seconds of each week, oldest first; the last week is not over yet."""

    weeks: Sequence[tuple[date, int]]

    @property
    def total(self) -> int:
        return sum(seconds for _, seconds in self.weeks)

    @property
    def width(self) -> int:
        return len(self.weeks) * columns.WIDTH

    @property
    def path(self) -> str:
        return columns.path([(0, seconds) for _, seconds in self.weeks], self._scale.top)

    @property
    def lines(self) -> list[tuple[str, int]]:
        """From the ground up: where the line is, and its hours; columns stand between 5 and 90 percent."""
        step, lines = self._scale
        return [(charts.share(90 * lines - 85 * line, 100 * lines), step * line) for line in range(lines + 1)]

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Where each label begins, and the Monday that it names."""
        mondays = [dates.short(monday) for monday, _ in self.weeks]
        return [(charts.share(at, len(mondays)), label) for at, label in columns.labelled(mondays)]

    @property
    def said(self) -> str:
        """The picture as a sentence."""
        most, fullest = max((seconds, monday) for monday, seconds in self.weeks)
        return (
            f"Hours a week since {dates.dated(self.weeks[0][0])}: {durations.words(self.total)} in all, "
            f"at most {durations.words(most)}, in the week from {dates.long(fullest)}."
        )

    @property
    def _scale(self) -> columns.Scale:
        return columns.scale(max(seconds for _, seconds in self.weeks))


def of(task: Task, today: date) -> WeeklyHours:
    """The week of today and those before it. One query."""
    this = today - timedelta(days=today.weekday())
    mondays = [this - timedelta(weeks=back) for back in reversed(range(SHOWN))]
    kept = task.week_totals.filter(monday__range=(mondays[0], this)).values_list("monday", "seconds")
    seconds = dict(kept)
    return WeeklyHours([(monday, seconds.get(monday, 0)) for monday in mondays])
