"""Home: the vision, the one thing next, where the weeks went, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assistants.mail import trouble
from assistants.work import gains, went
from assistants.work.gains import DAYS_THAT_TELL
from tasks import dates, days, durations, money, owners, workdays
from tasks.charts import Bar, Segment
from tasks.models import Owner, Task
from tasks.weeks import Log, Week
from tasks.workdays import Coverage

from . import next_step, waiting

WEEKS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class WeekBar:
    """One week of the chart, in seconds, drawn on the scale of the longest."""

    label: str
    best: int
    routine: int
    helped: int
    bar: Bar
    coverage: Coverage

    @property
    def sentence(self) -> str:
        hours = (
            f"{durations.hours(self.best)} best work, {durations.hours(self.routine)} routine, "
            f"{durations.hours(self.helped)} handed off"
        )
        return f"{hours}. {self.coverage.sentence}".rstrip()

    @property
    def is_empty(self) -> bool:
        return not (self.best or self.routine or self.helped)

    @property
    def is_thin(self) -> bool:
        """Whether less was logged than was worked, as far as one can tell."""
        return bool(self.best or self.routine) and self.coverage.logged < self.coverage.of


def home(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, Owner):
        return render(request, "landing.html")
    return render(request, "home.html", _home(request.user, timezone.now()))


def _home(owner: Owner, now: datetime) -> dict[str, Any]:
    today = owner.today(now)
    best = owner.tasks.active().best_work().first()
    run, log = gains.last_weeks(owner, today, WEEKS_SHOWN)
    handoffs = list(owner.handoffs.with_terms().defer("brief", "how_to"))
    made = gains.of(owner, run, log, handoffs)
    complete = made.within(run[:-1])
    freed = went.since(owner, made.begun, best.pk if best else None, run, log)
    bars = _bars(run, log, made, best, workdays.of(owner, run[0].first, run[-1].last))
    bars = list(dropwhile(lambda bar: bar.is_empty, bars))
    sheet = days.week(owner, [today], now=now)
    waits = waiting.rows(owner, handoffs, now)
    return {
        "today": today,
        "greeting": _greeting(now.astimezone(owner.zone).hour),
        "best": best,
        "step": next_step.for_home(owner, now),
        "bars": bars,
        "heading": _heading(run, log, best),
        "has_log": any(bar.best or bar.routine for bar in bars),
        "gains": complete,
        "since": dates.short(max(made.since, run[0].first)) if made.since else "",
        "worth": money.rounded(complete.worth(owners.hour_values(owner)), owner.currency),
        "went": freed if freed and freed.freed > 0 else None,
        "unmeasured": " and ".join(task.mid_sentence for task in made.unmeasured),
        "is_measured": any(each.task not in made.unmeasured for each in made.begun),
        "waiting": waits,
        "waits_for_you": any(row.state == waiting.FOR_YOU for row in waits),
        "logged_today": sheet.seconds,
        "has_sheet": bool(sheet.rows),
        "mail_waits": trouble.waits(owner, now),
    }


def _greeting(hour: int) -> str:
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _bars(run: list[Week], log: Log, made: gains.Gains, best: Task | None, work: workdays.WorkDays) -> list[WeekBar]:
    sums = []
    for week in run:
        seconds = log.of(week)
        mine = seconds.get(best.pk, 0) if best else 0
        sums.append((week, mine, sum(seconds.values()) - mine, made.by_week[week].worked))
    longest = max((best + routine + helped for _, best, routine, helped in sums), default=0)
    return [
        WeekBar(
            "This week" if week == run[-1] else dates.short(week.first),
            mine,
            routine,
            helped,
            Bar((Segment("best", mine), Segment("routine", routine), Segment("help", helped)), longest),
            workdays.coverage(work, week, log.days.get(week, set())),
        )
        for week, mine, routine, helped in sums
    ]


def _heading(run: list[Week], log: Log, best: Task | None) -> str:
    """More, the same or less best work: the last complete week beside the first one shown that tells enough."""
    told = [week for week in run[:-1] if log.days_logged(week) >= DAYS_THAT_TELL]
    if best is None or len(told) < 2:
        return "Where your weeks go"
    shares = []
    for week in (told[0], told[-1]):
        seconds = log.of(week)
        shares.append(seconds.get(best.pk, 0) / (sum(seconds.values()) or 1))
    change = shares[1] - shares[0]
    if abs(change) < 0.02:
        return "As much of your week is your best work as before"
    return f"{'More' if change > 0 else 'Less'} of your week is your best work"
