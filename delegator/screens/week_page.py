"""The week: a grid to see and mend it, where it went, and that in money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assistants.models import WorkLog
from tasks import bars, clock, dates, days, durations, entries, money, owners, sheet_answers, sheets, workdays
from tasks.charts import Bar, Segment
from tasks.days import Row, Sheet
from tasks.models import Owner
from tasks.requests import OwnerRequest
from tasks.sheets import SheetForm
from tasks.weeks import Week


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the grid."""

    day: date
    total: bars.DayTotal
    is_today: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What a task took of the week, drawn on the scale of the longest."""

    row: Row
    bar: Bar

    @property
    def sentence(self) -> str:
        return f"{durations.words(self.row.seconds)} of {self.row.task.mid_sentence}"


@dataclass(frozen=True, slots=True)
class Paid:
    """What an assistant logged on a task that week."""

    line: str
    amount: Decimal


@login_required
def this_week(request: OwnerRequest) -> HttpResponse:
    return redirect("week", Week.of(request.user.today(timezone.now())))


@login_required
def week(request: OwnerRequest, week: Week) -> HttpResponse:
    """The grid of a week; with htmx what was typed is saved, and the sums and the saved cells come back."""
    _there_or_404(week)
    if request.method == "POST":
        return _save(request, week)
    owner, now = request.user, timezone.now()
    form = _form(owner, week, now)
    if request.headers.get("HX-Request"):
        return render(request, "week/_saved.html", _page(owner, week, form, now) | {"fields": list(form)})
    return render(request, "week/week.html", _page(owner, week, form, now))


def _save(request: OwnerRequest, week: Week) -> HttpResponse:
    owner, now = request.user, clock.now()
    sent = _form(owner, week, now, request.POST)
    outcome = days.save(owner, sent.edits, via=entries.Via.WEEK, now=now)
    sent.hear(outcome)
    if request.headers.get("HX-Request"):
        fresh = _form(owner, week, now)
        context = _page(owner, week, fresh, now) | {"fields": sheet_answers.changed(sent, fresh, outcome)}
        return sheet_answers.in_place(request, "week/_saved.html", context, outcome, now)
    if not sent.errors:
        if outcome.changed:
            sheet_answers.say_saved(request, now)
        else:
            messages.success(request, "All of this week is saved.")
        return redirect("week", week)
    # What was saved all the same is shown as it stands now.
    form = _form(owner, week, now, request.POST)
    form.hear(outcome)
    status = sheet_answers.status_of(form, outcome)
    return render(request, "week/week.html", _page(owner, week, form, now), status=status)


def _page(owner: Owner, week: Week, form: SheetForm, now: datetime) -> dict[str, Any]:
    return _grid(owner, week, form, now) | _below(owner, week, form.sheet)


def _form(owner: Owner, week: Week, now: datetime, data: QueryDict | None = None) -> SheetForm:
    sheet = days.week(owner, week.days, now=now)
    return SheetForm(sheet, owner.zone, data, last_open=days.last_open(owner, now))


def _there_or_404(week: Week) -> None:
    if week.first < sheets.FIRST_DAY or week.last > sheets.LAST_DAY:
        raise Http404


@login_required
@require_POST
def week_copy(request: OwnerRequest, week: Week) -> HttpResponse:
    """The shape of the week before, in the cells that are empty and whose day has come."""
    owner, now = request.user, clock.now()
    _there_or_404(week)
    today = owner.today(now)
    sources = {day: day - timedelta(days=7) for day in week.days if day <= today}
    try:
        filled = days.copy(owner, sources, now=now) if sources else 0
    except days.TooMuch as error:
        messages.error(request, f"Nothing is copied. {error}")
    else:
        cells = f"{filled} cell{'' if filled == 1 else 's'} filled from the week before"
        messages.success(request, cells if filled else "Nothing to fill in.", now.isoformat() if filled else "")
    return redirect("week", week)


def _grid(owner: Owner, week: Week, form: SheetForm, now: datetime) -> dict[str, Any]:
    today = owner.today(now)
    work = workdays.of(owner, week.first, week.last)
    columns = [Column(day, bars.logged(owner, form.sheet.on(day).rows), day == today) for day in week.days]
    return {
        "week": week,
        "form": form,
        "span": dates.span(week.first, week.last),
        "columns": columns,
        "today": today,
        "seconds": form.sheet.seconds,
        "covered": workdays.coverage(work, week, [each.day for each in columns if each.total.seconds]),
        "before": week.back(),
        "after": week.back(-1),
        "can_copy": week.first <= today,
        "is_open": week.first <= days.last_open(owner, now),
        "has_summary": week.last < today and owner.summaries.exclude(facts=None).filter(week=str(week)).exists(),
    }


def _below(owner: Owner, week: Week, sheet: Sheet) -> dict[str, Any]:
    """Where it went, longest first, and what it was worth."""
    rows = sorted((row for row in sheet.rows if row.seconds), key=lambda row: -row.seconds)
    longest = rows[0].seconds if rows else 0
    value = owners.hour_values(owner).on(week.last)
    best = sum(row.seconds for row in rows if row.task.is_best_work)
    routine = sheet.seconds - best
    return {
        "shares": [
            Share(row, Bar((Segment("best" if row.task.is_best_work else "routine", row.seconds),), longest))
            for row in rows
        ],
        "best": next((row.task for row in sheet.rows if row.task.is_best_work), None),
        "best_seconds": best,
        "routine_seconds": routine,
        "value": value,
        "best_worth": _worth(best, value),
        "routine_worth": _worth(routine, value),
        "paid": _paid(owner, week),
    }


def _worth(seconds: int, value: Decimal) -> Decimal:
    return Decimal(seconds) / durations.HOUR * value


def _paid(owner: Owner, week: Week) -> list[Paid]:
    """A line for each hand-off with hours logged by its assistant that week. One query."""
    lines = WorkLog.objects.filter(handoff__owner=owner, day__range=(week.first, week.last))
    sums: dict[int, tuple[str, str, int, Decimal]] = {}
    for line in lines.select_related("handoff__task", "assistant").order_by("handoff_id"):
        who, task, seconds, amount = sums.get(
            line.handoff_id, (line.assistant.first_name, line.handoff.task.mid_sentence, 0, Decimal(0))
        )
        sums[line.handoff_id] = who, task, seconds + line.seconds, amount + line.amount
    return [
        Paid(f"{who} on {task}, {durations.hours(seconds)}", money.rounded(amount, owner.currency))
        for who, task, seconds, amount in sums.values()
    ]
