"""Hours that assistants logged, summed: by week for the owner, and what both sides' pages show of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from assistants.models import Assistant, Handoff, Offer, WorkLog
from assistants.months import Month
from tasks import dates, durations
from tasks.charts import Bar, Segment
from tasks.weeks import Week

from . import statements, work_logs, work_timers

WEEKS_SHOWN = 8
# From this part of the week's agreed hours on, the page says how much is left.
NEARLY = Decimal("0.8")
# How many approved lines the owner's page shows; the statements have all.
NEWEST = 40


@dataclass(frozen=True, slots=True)
class Worked:
    """One week of a person's work: seconds, money, and its bar beside the busiest of the weeks."""

    week: Week
    seconds: int
    amount: Decimal
    bar: Bar
    is_this_week: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A line on a page: how it stands, its name as it stands, and whether the assistant can change it."""

    line: WorkLog
    state: str
    mark: str
    is_open: bool


def by_week(assistant: Assistant, today: date) -> list[Worked]:
    """The last weeks in which they logged anything, oldest first; money is the sum of the lines."""
    this = Week.of(today)
    seconds: dict[Week, int] = defaultdict(int)
    amounts: dict[Week, Decimal] = defaultdict(Decimal)
    for line in WorkLog.objects.filter(assistant=assistant, day__gte=this.back(WEEKS_SHOWN - 1).first):
        seconds[Week.of(line.day)] += line.seconds
        amounts[Week.of(line.day)] += line.amount
    most = max(seconds.values(), default=0)
    return [
        Worked(week, seconds[week], amounts[week], Bar((Segment("help", seconds[week]),), most), week == this)
        for week in sorted(seconds)
    ]


def for_assistant(offer: Offer, now: datetime) -> dict[str, Any]:
    """
    What the assistant's page shows of the hours, theirs alone: two months of lines. Three queries.

    The months are those of today, or of the last day once that is over. A question waits there for
    its answer however old its line is; all else is in the statements, which the page links to.
    """
    today, last = offer.assistant.today(now), work_logs.last_day(offer)
    month = Month.of(min(today, last) if last else today)
    recent = Q(day__gte=month.before.first) | Q(state=WorkLog.State.QUERIED)
    lines = list(offer.handoff.work.filter(recent, assistant=offer.assistant).order_by("-day", "-pk"))
    months = statements.months(offer.assistant)
    return {
        "lines": [_shown(line) for line in lines],
        "asks": [line for line in lines if line.state == WorkLog.State.QUERIED],
        "is_cut": any(each < month.before for each in months),
        "total": sum((line.amount for line in lines), Decimal(0)),
        "statement": statements.of(offer.assistant, month),
        "months": [each for each in months if month.before <= each != month],
        "older": [each for each in months if each < month.before],
        "can_log": work_logs.can_log(offer, now),
        "log_until": work_logs.last_to_log(offer),
        "timer": _timer(offer, now),
        **_week(offer, lines, today),
    }


def _week(offer: Offer, lines: list[WorkLog], today: date) -> dict[str, Any]:
    """This week beside the hours agreed on; from four fifths on with a sentence on what is left."""
    week, agreed = Week.of(today), offer.terms.weekly_minutes * 60
    these = [line for line in lines if week.first <= line.day <= week.last]
    seconds = sum(line.seconds for line in these)
    return {
        "seconds": seconds,
        "agreed": agreed,
        "amount": sum((line.amount for line in these), Decimal(0)),
        "bar": Bar((Segment("best", seconds),), agreed),
        "sentence": f"{durations.words(seconds)} of {durations.words(agreed)} this week",
        "limit": limit(seconds, agreed, offer.handoff.owner.first_name, is_approved=_is_approved(these)),
        "week": dates.span(week.first, week.last),
    }


def _is_approved(lines: Iterable[WorkLog]) -> bool:
    """Whether what lies above the week's agreed hours has the owner's yes."""
    return all(line.state == WorkLog.State.APPROVED for line in lines if line.is_over)


def limit(seconds: int, agreed: int, owner: str, *, is_approved: bool) -> str:
    """What to say about the week's agreed hours, and what lies above them; nothing before four fifths of them."""
    left = agreed - seconds
    if seconds < NEARLY * agreed:
        return ""
    if left > 0:
        return f"{durations.clock(left)} is left this week. What you log above that needs {owner}’s OK."
    if left == 0:
        return f"That is all of this week’s hours. What you log above them needs {owner}’s OK."
    ok = f"{owner} has approved it" if is_approved else f"needs {owner}’s OK"
    return f"{durations.clock(-left)} is above what is agreed for a week, and {ok}."


def _timer(offer: Offer, now: datetime) -> dict[str, Any] | None:
    """The timer that runs: since when, how long, and whether it was left on."""
    if offer.timer_since is None:
        return None
    return {
        "started": offer.timer_since.isoformat(),
        "since": dates.since(offer.timer_since, now, offer.assistant.zone),
        "seconds": max(0, int((now - offer.timer_since).total_seconds())),
        "is_forgotten": work_timers.is_forgotten(offer, now),
    }


def for_owner(handoff: Handoff) -> dict[str, Any]:
    """The hours on the page of a hand-off: what waits for the owner's word, and what has it. Two queries at most."""
    if handoff.state not in (Handoff.State.ACTIVE, Handoff.State.DONE, Handoff.State.ENDED):
        return {"hours": None}
    lines = list(handoff.work.order_by("-day", "-pk"))
    waiting = [line for line in lines if line.state == WorkLog.State.LOGGED]
    within = [line for line in waiting if not line.is_over]
    approved = [line for line in lines if line.state == WorkLog.State.APPROVED]
    return {
        "hours": {
            "open": [_shown(line) for line in lines if line.state != WorkLog.State.APPROVED],
            "approved": [_shown(line) for line in approved[:NEWEST]],
            "is_cut": len(approved) > NEWEST,
            "within": [work_logs.mark(line) for line in within],
            "within_amount": sum((line.amount for line in within), Decimal(0)),
            "over": len(waiting) - len(within),
            "months": sorted({Month.of(line.day) for line in lines}, reverse=True),
        }
    }


def _shown(line: WorkLog) -> Shown:
    return Shown(line, statements.state(line), work_logs.mark(line), line.state != WorkLog.State.APPROVED)
