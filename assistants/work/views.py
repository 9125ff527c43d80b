"""The owner's word on hours: approve, query, the monthly statement, and marking it paid."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assistants.handoff import tell
from assistants.handoff.moves import TooLate
from assistants.models import Assistant, WorkLog
from assistants.months import Month
from tasks import clock, dates
from tasks.requests import OwnerRequest

from . import statement_page, statements, work_logs
from .forms import PaidForm, QueryForm

MOVED_ON = "That has changed meanwhile, and nothing was saved. Look at it again."


@login_required
@require_POST
def hours_approve(request: OwnerRequest, pk: int) -> HttpResponse:
    """Say yes to the lines that the form names, as they were on the page."""
    handoff = get_object_or_404(request.user.handoffs, pk=pk)
    marks = request.POST.getlist("line")
    try:
        approved = work_logs.approve(handoff, marks, now=clock.now())
    except TooLate:
        approved = 0
    if approved < len(marks) or not marks:
        messages.error(request, "Some of it has changed meanwhile. Look at what is still here.")
    else:
        messages.success(request, "Approved.")
    return _to_hours(pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hours_query(request: OwnerRequest, pk: int, line_pk: int) -> HttpResponse:
    """Ask the assistant about one line."""
    handoff = get_object_or_404(request.user.handoffs.with_terms(), pk=pk)
    line = get_object_or_404(handoff.work, pk=line_pk)
    who = handoff.assistant.first_name
    told = tell.by_page(handoff.assistant) or f"{who} gets it by email."
    form = QueryForm(request.POST or None, help_text=f"{told} They can correct the line.")
    if form.is_valid():
        try:
            work_logs.query(handoff, line.pk, form.cleaned_data["text"], now=clock.now())
        except TooLate:
            messages.error(request, MOVED_ON)
        else:
            messages.success(request, tell.by_page(handoff.assistant) or f"{who} gets your question.")
        return _to_hours(pk)
    context = {"form": form, "handoff": handoff, "line": line, "state": statements.state(line)}
    return render(request, "handoffs/hours_query.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def hours_reopen(request: OwnerRequest, pk: int, line_pk: int) -> HttpResponse:
    """Take the yes to a line back."""
    handoff = get_object_or_404(request.user.handoffs, pk=pk)
    line = get_object_or_404(handoff.work, pk=line_pk)
    try:
        work_logs.reopen(handoff, line.pk, now=clock.now())
    except TooLate:
        messages.error(request, MOVED_ON)
    else:
        messages.success(request, "It waits for your word again.")
    return _to_hours(pk)


def _to_hours(pk: int) -> HttpResponse:
    response = redirect("assistants:handoff", pk)
    response["Location"] += "#hours"
    return response


# --- The month -------------------------------------------------------------------
@login_required
@require_safe
def statement(request: OwnerRequest, pk: int, month: Month) -> HttpResponse:
    return _page(request, _own(request, pk), month)


@login_required
@require_safe
def statement_csv(request: OwnerRequest, pk: int, month: Month) -> HttpResponse:
    return statement_page.spreadsheet(statements.of(_own(request, pk), month))


@login_required
@require_POST
def statement_pay(request: OwnerRequest, pk: int, month: Month) -> HttpResponse:
    """Mark what is approved as paid, on a day that has come."""
    person, now = _own(request, pk), clock.now()
    form = PaidForm(request.user.today(now), statements.of(person, month).owed, request.POST)
    if not form.is_valid():
        return _page(request, person, month, form)
    given = form.cleaned_data
    try:
        work_logs.pay(person, month, given["paid_on"], seen=given["owed"], now=now)
    except work_logs.Refused as error:
        form.add_error(error.field, str(error))
        return _page(request, person, month, form)
    except TooLate:
        messages.error(request, MOVED_ON)
    else:
        messages.success(request, f"Marked as paid on {dates.long(given['paid_on'])}.")
    return redirect("assistants:statement", pk, month)


@login_required
@require_POST
def statement_unpay(request: OwnerRequest, pk: int, month: Month) -> HttpResponse:
    """It was a slip: what was paid on the day that the form names is owed again."""
    person = _own(request, pk)
    day = next((day for day, _ in statements.of(person, month).payments if str(day) == request.POST.get("day")), None)
    if day is not None:
        work_logs.unpay(person, month, day, now=clock.now())
        messages.success(request, "Not paid: it is owed again.")
    return redirect("assistants:statement", pk, month)


def _page(request: OwnerRequest, person: Assistant, month: Month, form: PaidForm | None = None) -> HttpResponse:
    of_month = statements.of(person, month)
    today = request.user.today(timezone.now())
    context = statement_page.shown(of_month) | {
        "form": form or PaidForm(today, of_month.owed),
        # In which hand-offs lines wait, each once.
        "open_in": list({line.handoff: None for line in of_month.lines if line.state != WorkLog.State.APPROVED}),
    }
    return render(request, "assistants/statement.html", context, status=422 if form and form.errors else 200)


def _own(request: OwnerRequest, pk: int) -> Assistant:
    person = get_object_or_404(request.user.assistants, pk=pk)
    person.owner = request.user
    return person
