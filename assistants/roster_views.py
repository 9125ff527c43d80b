"""The roster and one person on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks import dates, durations
from tasks.charts import Bar, Segment
from tasks.requests import OwnerRequest

from . import roster, story, work
from .forms import AssistantForm
from .models import Assistant


@login_required
def assistants(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    people = list(request.user.assistants.with_skills().with_stop())
    busy = roster.busy_minutes(request.user.handoffs.live().with_terms())
    rows: list[dict[str, Any]] = []
    longest = max((person.weekly_minutes for person in people), default=0) * 60
    for person in people:
        free = max(0, person.weekly_minutes - busy.get(person.pk, 0))
        bar = Bar((Segment("best", free * 60),) if free else (), longest)
        sentence = f"{durations.hours(free * 60)} of {durations.hours(person.weekly_minutes * 60)} free"
        rows.append(
            {"person": person, "free": free, "bar": bar, "sentence": sentence, "there": dates.clock(now, person.zone)}
        )
    active = [row for row in rows if not (row["person"].paused_on or row["person"].wants_no_mail)]
    context = {"rows": rows, "count": len(active), "free": sum(row["free"] for row in active)}
    return render(request, "assistants/assistants.html", context)


@login_required
def assistant_new(request: OwnerRequest) -> HttpResponse:
    form = AssistantForm(request.user, request.POST or None)
    if form.is_valid() and (person := _saved(form)):
        messages.success(request, f"{person.first_name} is on your roster.")
        return redirect("assistants:assistants")
    return render(request, "assistants/assistant_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def assistant(request: OwnerRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    person = _own(request, pk)
    live = list(request.user.handoffs.live().with_terms().filter(assistant=person))
    worked = work.by_week(person, request.user.today(now))
    context = {
        "person": person,
        "live": [story.row(each) for each in live],
        "free": roster.free_minutes(person, live),
        "there": dates.clock(now, person.zone),
        "weeks": worked,
        "seconds": sum(week.seconds for week in worked),
        "amount": sum(week.amount for week in worked),
    }
    return render(request, "assistants/assistant.html", context)


@login_required
def assistant_change(request: OwnerRequest, pk: int) -> HttpResponse:
    person = _own(request, pk)
    form = AssistantForm(request.user, request.POST or None, assistant=person)
    if form.is_valid() and _saved(form):
        messages.success(request, f"{form.cleaned_data['name']} is saved.")
        return redirect("assistants:assistant", pk)
    context = {"form": form, "person": person}
    return render(request, "assistants/assistant_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def assistant_pause(request: OwnerRequest, pk: int) -> HttpResponse:
    """Pause, or bring back who is paused."""
    person = _own(request, pk)
    if "resume" in request.POST:
        roster.resume(person)
        messages.success(request, f"{person.first_name} is back in your plan.")
    else:
        roster.pause(person, request.user.today(timezone.now()))
        messages.success(request, f"{person.first_name} is paused. The plan leaves them out; what is agreed goes on.")
    return redirect("assistants:assistant", pk)


def _saved(form: AssistantForm) -> Assistant | None:
    """None, and an error in the form, when the same form was sent twice at once."""
    try:
        with transaction.atomic():
            return form.save()
    except IntegrityError:
        form.add_error("email", "Someone with this address is on your roster already.")
        return None


def _own(request: OwnerRequest, pk: int) -> Assistant:
    return get_object_or_404(request.user.assistants.with_skills().with_stop(), pk=pk)
