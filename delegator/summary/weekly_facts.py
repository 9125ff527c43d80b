"""What a weekly summary says, as plain words and numbers: the email is drawn from it, and so is its page."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

from django.urls import reverse

from assistants.plan import plan_inputs
from assistants.work import gains
from delegator.screens import next_step
from delegator.screens.next_step import Step
from tasks import dates, durations, formats, money, weeks, workdays
from tasks.templatetags.words import signed_hours
from tasks.weeks import Week

from . import weekly_handoffs, weekly_times
from .weekly_rows import COMPARED, Rows

Facts = dict[str, Any]
# How wide the longest bar of the plain text is, in characters.
TEXT_BAR = 24
# Fewer weeks than these are no measure of what is usual.
WEEKS_TO_COMPARE = 3
# After so many summaries of empty weeks in a row the next one waits for an entry.
EMPTY_UNTIL_PAUSE = 2


def of(
    rows: Rows, *, now: datetime, due_at: datetime | None = None, of_plan: plan_inputs.Rows | None = None
) -> Facts:
    """
    All that is said.

    `due_at` is since when it has been due, to say it if that is long ago; `of_plan` is what the owner's plan is made
    from, if that has been read.
    """
    with formats.use(rows.owner.formats):
        said = _of_empty(rows) if rows.is_empty else _of_full(rows, now, of_plan)
        return said | {
            "week": str(rows.week),
            "late": _late(rows, due_at, now),
            "handoffs": weekly_handoffs.sentences(rows),
            "schedule": weekly_times.schedule(rows.owner),
        }


def counted(rows: Rows) -> Facts:
    """The numbers alone, as they are now: what a summary that is kept is held against."""
    with formats.use(rows.owner.formats):
        return {"bars": _bars(rows), "handed": _handed(rows), "coverage": _coverage(rows), "total": _total(rows)}


def is_paused(rows: Rows) -> bool:
    """Whether enough of them have said already that nothing is logged."""
    return rows.is_empty and rows.in_a_row >= EMPTY_UNTIL_PAUSE


def needs_plan(rows: Rows) -> bool:
    """Whether it takes a plan to say what to do next."""
    return not rows.is_empty and next_step.needs_plan(rows.routine, has_people=rows.has_people)


def _of_full(rows: Rows, now: datetime, of_plan: plan_inputs.Rows | None) -> Facts:
    span = dates.span(rows.week.first, rows.week.last)
    step = next_step.for_week(rows.owner, now, routine=rows.routine, has_people=rows.has_people, rows=of_plan)
    return {
        "subject_text": _subject(rows),
        "headline": _headline(rows),
        "preheader": f"Where {span} went, and the one thing to do next.",
        "lede": f"{span}. {_lede(rows)}",
        "next": _step(rows, step) if step else None,
        **counted(rows),
    }


def _of_empty(rows: Rows) -> Facts:
    span = dates.span(rows.week.first, rows.week.last)
    again = "One line a day is enough to see where it goes."
    if rows.in_a_row + 1 == EMPTY_UNTIL_PAUSE:
        again = "It is the second week without a log, so this email pauses now. It comes again after your next entry."
    step = Step("Log one line", "What took most of today is enough.", "Open today’s sheet", reverse("tasks:today"))
    return {
        "subject_text": "Your week: nothing logged",
        "headline": f"A week without a log, {rows.owner.first_name}",
        "preheader": again,
        "lede": f"{span}. Nothing was logged, so there is nothing to compare. {again}",
        "next": _step(rows, step),
        **counted(rows),
    }


def _step(rows: Rows, step: Step) -> Facts:
    text = next_step.in_numbers(step, rows.owner)
    return {"heading": step.heading, "text": text, "button": step.button, "path": step.url}


def _late(rows: Rows, due_at: datetime | None, now: datetime) -> str:
    """Only the newest week is written after an outage, however long it was."""
    if due_at is None or not weekly_times.is_late(due_at, now):
        return ""
    due = f"This email is late: it was due on {dates.moment(due_at, rows.owner.zone)}."
    missed = weekly_times.last_at(rows.owner, now) > due_at
    return f"{due} The weeks in between have none, and stand under Week." if missed else due


def _subject(rows: Rows) -> str:
    if not rows.log.of(rows.week):
        return f"Your week: {durations.hours(rows.gains.by_week[rows.week].worked)} worked for you"
    won = rows.gains.by_week[rows.week].won
    back = f", {durations.hours(won)} won back" if won and won > 0 else ""
    return f"Your week: {_best(rows)}{back}"


def _headline(rows: Rows) -> str:
    if not rows.log.of(rows.week):
        return f"{durations.hours(rows.gains.by_week[rows.week].worked)} worked for you, {rows.owner.first_name}"
    won = rows.gains.by_week[rows.week].won
    if won and won > 0:
        return f"You won back {durations.hours(won)}, {rows.owner.first_name}"
    return f"{_best(rows)}, {rows.owner.first_name}"


def _best(rows: Rows) -> str:
    """12 h of garden design; without any of it what was logged at all, for nobody opens an email about nothing."""
    if not (mine := _best_seconds(rows, rows.week)):
        return f"{_total(rows)} logged"
    return f"{durations.hours(mine)} of {_best_name(rows, 'best work')}"


def _lede(rows: Rows) -> str:
    """12 h of your 41 h went to garden design, 1 h more than usual."""
    total = sum(rows.log.of(rows.week).values())
    if not total:
        return "You logged nothing yourself."
    mine = _best_seconds(rows, rows.week)
    text = f"{durations.hours(mine)} of your {durations.hours(total)} went to {_best_name(rows, 'your best work')}"
    before = _compared(rows)
    if not before:
        return f"{text}."
    change = mine - round(median(_best_seconds(rows, week) for week in before))
    if durations.hours(abs(change)) == durations.hours(0):
        return f"{text}, as much as usual."
    return f"{text}, {durations.hours(abs(change))} {'more' if change > 0 else 'less'} than usual."


def _compared(rows: Rows) -> list[Week]:
    """Of the last four weeks those that tell what is usual; none where they are too few, or this one does not."""
    before = [rows.week.back(n) for n in range(1, COMPARED + 1)]
    telling = [week for week in before if rows.log.days_logged(week) >= gains.DAYS_THAT_TELL]
    tells = rows.log.days_logged(rows.week) >= gains.DAYS_THAT_TELL
    return telling if tells and len(telling) >= WEEKS_TO_COMPARE else []


def _best_seconds(rows: Rows, week: Week) -> int:
    return rows.log.of(week).get(rows.best.pk, 0) if rows.best else 0


def _best_name(rows: Rows, otherwise: str) -> str:
    return rows.best.mid_sentence if rows.best else otherwise


def _coverage(rows: Rows) -> str:
    """4 of 5 work days logged; a day off counts as no work day, and nothing is said of an empty week."""
    days = rows.log.days.get(rows.week, set())
    if not days:
        return ""
    said = [workdays.coverage(rows.work_days, rows.week, days).sentence]
    if before := _compared(rows):
        which = "the last four weeks" if len(before) == COMPARED else "those three of the last four weeks that tell"
        said.append(f"Usual is the median of {which}.")
    return " ".join(filter(None, said))


def _total(rows: Rows) -> str:
    return durations.hours(sum(rows.log.of(rows.week).values()))


def _bars(rows: Rows) -> list[Facts]:
    """A bar a task, longest first, on the scale of the longest."""
    spent = rows.log.of(rows.week)
    logged = sorted(
        ((seconds, rows.tasks[pk]) for pk, seconds in spent.items()), key=lambda row: (-row[0], row[1].pk)
    )
    longest = logged[0][0] if logged else 1
    return [
        {
            "task": task.pk,
            "name": task.name,
            "seconds": seconds,
            "hours": durations.hours(seconds),
            "percent": max(1, weeks.half_up(seconds * 100, longest)),
            "best": task.is_best_work,
            "text_bar": ("#" if task.is_best_work else "=") * max(1, weeks.half_up(seconds * TEXT_BAR, longest)),
        }
        for seconds, task in logged
    ]


def _handed(rows: Rows) -> Facts | None:
    """What was handed off that week: won back, its worth, paid; None where nobody worked."""
    owner, gain = rows.owner, rows.gains.by_week[rows.week]
    if not gain.worked:
        return None
    paid = money.short(gain.paid, owner.currency)
    won, worth, line = "Log 3 days to know", "–", f"Log 3 days to know what you won back. Paid {paid}."
    if gain.won is None and rows.log.days_logged(rows.week) >= gains.DAYS_THAT_TELL:
        won = "Not measured before"
        line = f"What you won back is not known: your log has no two weeks of it from before. Paid {paid}."
    elif gain.won is not None:
        won = signed_hours(gain.won)
        worth = money.about(rows.gains.worth(rows.values), owner.currency)
        line = f"Won back {won}, worth {worth}. Paid {paid}."
    return {"won": won, "worth": worth, "paid": paid, "line": line, "raw": [gain.won, str(gain.paid)]}
