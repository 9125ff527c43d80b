"""The reports: any range of weeks as a page, which its script redraws for other ranges, and as a spreadsheet."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from . import durations, periods, reports, sheets, spreadsheets
from .periods import Span
from .reports import Log
from .requests import OwnerRequest
from .weeks import Week

USUAL = 12
NO_WEEK = "Choose a week, such as 2026-W42."
FAR = "That year is too far away."
REVERSED = "Choose a week that is not before the first one."
HEAD = ("Week", "Monday", "Task", "Quadrant", "Hours", "Seconds", "Worth", "Currency")


class WeekField(forms.CharField):
    """A week, written 2026-W42, as the browser's own week field does."""

    def clean(self, value: Any) -> Week:
        try:
            week = Week.parse(str(super().clean(value)).upper())
        except ValueError:
            raise ValidationError(NO_WEEK, code="week") from None
        if week.last < sheets.FIRST_DAY or week.first > sheets.LAST_DAY:
            raise ValidationError(FAR, code="far")
        return week


class RangeForm(forms.Form):
    """From which week to which. Its two names are words of Python, so that they are no attributes."""

    def __init__(self, data: dict[str, str]) -> None:
        super().__init__(data)
        said = {"required": NO_WEEK}
        self.fields |= {"from": WeekField(label="From", error_messages=said)}
        self.fields |= {"to": WeekField(label="To", error_messages=said)}

    def clean(self) -> None:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and last < first:
            self.add_error("to", REVERSED)

    @property
    def span(self) -> Span | None:
        return Span(self.cleaned_data["from"], self.cleaned_data["to"]) if self.is_valid() else None


class Choice(NamedTuple):
    """A range that is one press away."""

    label: str
    span: Span


@login_required
def report(request: OwnerRequest) -> HttpResponse:
    """Any range; the page brings the whole log along, so that its script can show all others."""
    log, today = reports.log(request.user), request.user.today(timezone.now())
    form = _asked(request, log, today)
    span = form.span
    context = {
        "form": form,
        "span": span,
        "is_asked": span is not None,
        "report": reports.of(log, span or Span.until(Week.of(today), USUAL)),
        "choices": _choices(log, today),
        "log": log,
        "said": {"week": NO_WEEK, "far": FAR, "reversed": REVERSED},
        "bounds": (Week.of(sheets.FIRST_DAY), Week.of(sheets.LAST_DAY)),
    }
    return render(request, "reports/report.html", context, status=422 if form.errors else 200)


@login_required
def report_csv(request: OwnerRequest) -> HttpResponse:
    """A row for each week and task. What cannot be read is said on the page."""
    log = reports.log(request.user)
    span = _asked(request, log, request.user.today(timezone.now())).span
    if span is None:
        return redirect(f"{reverse('tasks:reports')}?{request.GET.urlencode()}")
    # With the mark at the start Excel reads UTF-8, without it "Gärten" comes out as "GÃ¤rten".
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="hours-{span.first}-to-{span.last}.csv"'
    writer = csv.writer(response)
    writer.writerow(HEAD)
    writer.writerows(_cells(line, log, request.user.currency) for line in reports.lines(log, span))
    return response


def _cells(line: reports.Line, log: Log, currency: str) -> tuple[object, ...]:
    monday = periods.monday(line.week)
    worth = ("", "") if line.worth is None else (log.amount(line.worth), currency)
    hours = durations.clock(line.seconds)
    name, group = spreadsheets.harmless(line.track.name), line.track.group
    return Week.of(monday), monday, name, group, hours, line.seconds, *worth


def _asked(request: OwnerRequest, log: Log, today: date) -> RangeForm:
    """The last weeks at first; a week that is left out of a range is the first of the log, or this one."""
    usual, everything = Span.until(Week.of(today), USUAL), _everything(log, today)
    if not {"from", "to"} & request.GET.keys():
        return RangeForm({"from": str(usual.first), "to": str(usual.last)})
    first, last = (request.GET.get(name, "").strip() for name in ("from", "to"))
    return RangeForm({"from": first or str(everything.first), "to": last or str(everything.last)})


def _everything(log: Log, today: date) -> Span:
    """From the first week with anything to this week, or the last one if tomorrow begins another."""
    this_week = Week.of(today)
    if log.weeks is None:
        return Span(this_week, this_week)
    first, last = (Week.of(periods.monday(week)) for week in log.weeks)
    return Span(min(first, this_week), max(last, this_week))


def _choices(log: Log, today: date) -> list[Choice]:
    this_week = Week.of(today)
    return [
        Choice("Last 4 weeks", Span.until(this_week, 4)),
        Choice("Last 12 weeks", Span.until(this_week, USUAL)),
        Choice("This year", Span(Week(this_week.year, 1), this_week)),
        Choice("Last year", Span.of_year(this_week.year - 1)),
        Choice("All", _everything(log, today)),
    ]
