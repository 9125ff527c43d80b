"""
The weekly summary: where the week went, hours won back, money, the one next step.

Written once for each owner and ISO week, whatever happens: the row and its email are
one transaction, and the constraint on (owner, week) decides between two beats. When
it is due stands in `Owner.next_summary_at`; after an outage only the newest complete
week is written.
"""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from assistants import links
from assistants.mail import outbox
from assistants.models import Handoff, OutgoingEmail
from assistants.work import gains
from tasks import dates, durations, formats, money, owners, weeks, workdays
from tasks.models import Owner, Task
from tasks.templatetags.words import signed_hours
from tasks.weeks import Log, Week

from . import next_step, readers
from .models import WeeklySummary

logger = logging.getLogger(__name__)
HOUR = time(7)
# How wide the longest bar of the plain text is, in characters.
TEXT_BAR = 24


class AlreadyWritten(Exception):
    """The summary of this week was written before, and is never written twice."""


def write_due(*, now: datetime) -> int:
    """Write every summary that has come due, each in its own transaction; how many were written."""
    written = 0
    due = Q(next_summary_at=None) | Q(next_summary_at__lte=now)
    for owner in readers.of(wants_summary=True).filter(due):
        try:
            written += _write_due(owner, now)
        except Exception:  # one owner's trouble is not the others'; the next beat tries again
            logger.exception("the summary of owner %s could not be written", owner.pk)
    return written


def _write_due(owner: Owner, now: datetime) -> bool:
    """The next date and the summary together, so that a crash between them loses no week."""
    week = Week.of(owner.today(now)).back()
    # Worked out first: the plan in it takes a while, and nobody else writes to SQLite meanwhile.
    said = facts(owner, week, now) if owner.next_summary_at else None
    with transaction.atomic():
        Owner.objects.filter(pk=owner.pk).update(next_summary_at=next_at(owner, now))
        if said is None:
            return False
        try:
            _put(owner, week, said, now)
        except AlreadyWritten:
            return False
    return True


def next_at(owner: Owner, now: datetime) -> datetime:
    """The next Monday at 7 where the owner lives; no zone skips or repeats that hour on a Monday."""
    local = now.astimezone(owner.zone)
    monday = local.date() - timedelta(days=local.weekday())
    due = datetime.combine(monday, HOUR, owner.zone)
    return due if due > now else datetime.combine(monday + timedelta(days=7), HOUR, owner.zone)


def moved(due: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    """The same Monday at 7, in the new zone; where that has passed it is due at once, so no week is left out."""
    return datetime.combine(due.astimezone(old).date(), HOUR, new)


def write(owner: Owner, week: Week, *, now: datetime) -> OutgoingEmail:
    """Write the summary of that week and its email; AlreadyWritten if there is one."""
    return _put(owner, week, facts(owner, week, now), now)


def _put(owner: Owner, week: Week, said: dict[str, Any], now: datetime) -> OutgoingEmail:
    to, key = (owner.name, owner.email), f"weekly-{owner.pk}-{week}"
    try:
        with transaction.atomic():
            WeeklySummary.objects.create(owner=owner, week=str(week), written_at=now)
            return outbox.put("weekly", owner=owner, to=to, key=key, facts=said, now=now)
    except IntegrityError:
        raise AlreadyWritten(f"{owner}: the summary of {week} is written already") from None


def facts(owner: Owner, week: Week, now: datetime) -> dict[str, Any]:
    """All that the email says, as plain words and numbers."""
    with formats.use(owner.formats):
        return _facts(owner, week, now)


def _facts(owner: Owner, week: Week, now: datetime) -> dict[str, Any]:
    log = weeks.log(owner, week.back(), week)
    tasks = {task.pk: task for task in owner.tasks.all()}
    best = next((task for task in tasks.values() if task.is_best_work and not task.retired_on), None)
    handoffs = list(owner.handoffs.with_terms().with_work())
    made = gains.of(owner, [week], log, handoffs)
    step = next_step.for_week(owner, now)
    seconds = log.of(week)
    span = dates.span(week.first, week.last)
    won = made.by_week[week].won
    best_seconds = seconds.get(best.pk, 0) if best else 0
    return {
        "week": str(week),
        "subject_text": _subject(best, best_seconds, won, has_log=bool(seconds)),
        "headline": _headline(owner, best, best_seconds, won, has_log=bool(seconds)),
        "preheader": f"Where {span} went, and the one thing to do next.",
        "lede": f"{span}. {_lede(log, week, best)}",
        "bars": _bars(seconds, tasks),
        "coverage": _coverage(owner, log, week),
        "handed": _handed(owner, week, log, made, handoffs),
        "next": step
        and {
            "heading": step.heading,
            "text": next_step.in_numbers(step, owner),
            "button": step.button,
            "path": step.url,
        },
        "schedule": "Every Monday at 7.",
    }


def letter(email: OutgoingEmail) -> dict[str, Any]:
    stop = links.absolute(reverse("unsubscribe", args=[links.token("unsubscribe", email.owner.pid)]))
    step = email.facts["next"]
    return email.facts | {
        "settings_url": links.absolute(reverse("settings")),
        "unsubscribe_url": stop,
        "next": step and step | {"url": links.absolute(step["path"])},
        "headers": {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    }


def _subject(best: Task | None, best_seconds: int, won: int | None, *, has_log: bool) -> str:
    if not has_log:
        return "Your week: nothing logged"
    name = best.mid_sentence if best else "best work"
    back = f", {durations.hours(won)} won back" if won and won > 0 else ""
    return f"Your week: {durations.hours(best_seconds)} of {name}{back}"


def _headline(owner: Owner, best: Task | None, best_seconds: int, won: int | None, *, has_log: bool) -> str:
    if not has_log:
        return f"A week without a log, {owner.first_name}"
    if won and won > 0:
        return f"You won back {durations.hours(won)}, {owner.first_name}"
    return f"{durations.hours(best_seconds)} of {best.mid_sentence if best else 'best work'}, {owner.first_name}"


def _lede(log: Log, week: Week, best: Task | None) -> str:
    """12 h of your 41 h went to garden design, 1 h more than the week before."""
    total = sum(log.of(week).values())
    if not total:
        return "Nothing was logged, so there is nothing to compare. One line a day is enough to see where it goes."
    mine = log.of(week).get(best.pk, 0) if best else 0
    name = best.mid_sentence if best else "your best work"
    text = f"{durations.hours(mine)} of your {durations.hours(total)} went to {name}"
    enough = min(log.days_logged(week), log.days_logged(week.back())) >= gains.DAYS_THAT_TELL
    change = mine - (log.of(week.back()).get(best.pk, 0) if best else 0)
    if not enough:
        return f"{text}."
    if not change:
        return f"{text}, the same as the week before."
    return f"{text}, {durations.hours(abs(change))} {'more' if change > 0 else 'less'} than the week before."


def _coverage(owner: Owner, log: Log, week: Week) -> str:
    """4 of 5 work days logged; a day off counts as no work day, and nothing is said of an empty week."""
    days = log.days.get(week, set())
    return workdays.coverage(workdays.of(owner, week.first, week.last), week, days).sentence if days else ""


def _bars(seconds: dict[int, int], tasks: dict[int, Task]) -> list[dict[str, Any]]:
    """A bar a task, longest first, on the scale of the longest."""
    logged = sorted(((spent, tasks[pk]) for pk, spent in seconds.items()), key=lambda row: (-row[0], row[1].pk))
    longest = logged[0][0] if logged else 1
    return [
        {
            "name": task.name,
            "hours": durations.hours(spent),
            "percent": max(1, weeks.half_up(spent * 100, longest)),
            "best": task.is_best_work,
            "text_bar": ("#" if task.is_best_work else "=") * max(1, weeks.half_up(spent * TEXT_BAR, longest)),
        }
        for spent, task in logged
    ]


def _handed(owner: Owner, week: Week, log: Log, made: gains.Gains, handoffs: list[Handoff]) -> dict[str, Any] | None:
    """What was handed off that week: won back, its worth, paid, and a sentence for each; None without any."""
    gain = made.by_week[week]
    if not gain.worked:
        return None
    paid = money.short(gain.paid, owner.currency)
    won, worth, line = "Log 3 days to know", "–", f"Log 3 days to know what you won back. Paid {paid}."
    if gain.won is None and log.days_logged(week) >= gains.DAYS_THAT_TELL:
        won = "Not measured before"
        line = f"What you won back is not known: your log has no two weeks of it from before. Paid {paid}."
    elif gain.won is not None:
        won = signed_hours(gain.won)
        worth = money.about(made.worth(owners.hour_values(owner)), owner.currency)
        line = f"Won back {won}, worth {worth}. Paid {paid}."
    return {
        "won": won,
        "worth": worth,
        "paid": paid,
        "line": line,
        "sentences": [text for handoff in handoffs if (text := _sentence(handoff, week, log))],
    }


def _sentence(handoff: Handoff, week: Week, log: Log) -> str:
    worked = sum(line.seconds for line in handoff.work.all() if week.first <= line.day <= week.last)
    if not worked:
        return ""
    now_takes = durations.hours(log.of(week).get(handoff.task_id, 0))
    return (
        f"{handoff.assistant.first_name} worked {durations.hours(worked)} on {handoff.task.mid_sentence}. "
        f"It used to take you {durations.hours(handoff.minutes_before * 60)} a week, and took you {now_takes}."
    )
