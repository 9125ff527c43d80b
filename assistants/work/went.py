"""Where the hours went that hand-offs won back: best work, other routine, or rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistants.models import Handoff
from tasks import weeks
from tasks.durations import HOUR
from tasks.models import Owner
from tasks.weeks import Log, Week

from .gains import DAYS_THAT_TELL, WEEKS_THAT_TELL

# How many weeks are averaged, on either side.
WEEKS_COMPARED = 4
TENTH = HOUR // 10


@dataclass(frozen=True, slots=True)
class Went:
    """
    Seconds a week, after the first hand-off against before: less on what was handed off, more on the rest.

    What is in neither best work nor other routine is time not worked: `rest`. Any may be less than nothing.
    """

    freed: int
    best: int
    routine: int

    @property
    def rest(self) -> int:
        return self.freed - self.best - self.routine


def since(owner: Owner, begun: Collection[Handoff], best: int | None, run: Sequence[Week], log: Log) -> Went | None:
    """
    The weeks that are over against those before the first hand-off; None if either tells too little.

    `best` is the id of the best work, `begun` are the hand-offs that have begun. `log` holds the weeks of
    `run`, oldest first, of which the last one is not over: as many are looked at on either side. One query,
    none without a hand-off.
    """
    complete = run[:-1]
    start = min((Week.of(handoff.terms.starts_on) for handoff in begun), default=run[-1])
    if start >= run[-1]:
        return None
    back = [start.back(n) for n in range(1, len(complete) + 1)]
    before = _telling(weeks.log(owner, back[-1], back[0]), back)
    after = _telling(log, [week for week in reversed(complete) if week >= start])
    if min(len(before), len(after)) < WEEKS_THAT_TELL:
        return None
    return between(before, after, {handoff.task_id for handoff in begun}, best)


def between(
    before: Collection[dict[int, int]], after: Collection[dict[int, int]], handed: set[int], best: int | None
) -> Went:
    """From weeks of seconds by task id on either side, the means of each compared."""

    def change(task_ids: set[int]) -> int:
        return _mean(after, task_ids) - _mean(before, task_ids)

    every = {task_id for week in (*before, *after) for task_id in week}
    mine = {best} if best else set()
    return Went(freed=-change(handed), best=change(mine), routine=change(every - handed - mine))


def _telling(log: Log, newest_first: Iterable[Week]) -> list[dict[int, int]]:
    """The newest few of these weeks whose log tells enough."""
    told = [log.of(week) for week in newest_first if log.days_logged(week) >= DAYS_THAT_TELL]
    return told[:WEEKS_COMPARED]


def _mean(run: Collection[dict[int, int]], task_ids: set[int]) -> int:
    """Seconds a week, half up to tenths of an hour: as they are shown, so that what is shown adds up."""
    total = sum(seconds for week in run for task_id, seconds in week.items() if task_id in task_ids)
    return weeks.half_up(total, len(run) * TENTH) * TENTH
