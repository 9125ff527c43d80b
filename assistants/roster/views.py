"""The roster and one person on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assistants.handoff import story
from assistants.handoff.moves import TooLate
from assistants.models import Assistant
from assistants.work import statements, totals
from tasks import clock, dates, durations
from tasks.charts import Bar, Segment
from tasks.requests import OwnerRequest

from . import absences, people
from .absence_forms import AbsenceForm, absence_pk
from .forms import AssistantForm

PEOPLE_A_PAGE = 100


@login_required
def assistants(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    today = request.user.today(now)
    roster = list(request.user.assistants.here().with_stop().prefetch_related("absences"))
    live = list(request.user.handoffs.live().with_terms())
    free = {person.pk: people.free_minutes(person, live, today) for person in roster}
    longest = max((person.weekly_minutes for person in roster), default=0) * 60
    page = Paginator(roster, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    prefetch_related_objects(list(page), "skill_levels__skill")
    active = [free[person.pk] for person in roster if not (person.paused_on or person.wants_no_mail)]
    context = {
        "rows": [_row(person, free[person.pk], longest, now) for person in page],
        "page": page,
        "count": len(active),
        "has_stopped": any(person.wants_no_mail for person in roster),
        "free": sum(active),
    }
    return render(request, "assistants/assistants.html", context)


def _row(person: Assistant, free: int, longest: int, now: datetime) -> dict[str, Any]:
    """A person as the roster shows them; `free` is minutes a week, `longest` the seconds that fill a bar."""
    return {
        "person": person,
        "free": free,
        "bar": Bar((Segment("best", free * 60),) if free else (), longest),
        "sentence": f"{durations.hours(free * 60)} of {durations.hours(person.weekly_minutes * 60)} free",
        "there": dates.clock(now, person.zone),
        "away": absences.in_words(person, person.owner.today(now)),
    }


@login_required
def assistant_new(request: OwnerRequest) -> HttpResponse:
    form = AssistantForm(request.user, request.POST or None)
    if form.is_valid() and (person := _saved(form)):
        messages.success(request, f"{person.first_name} is on your roster.{_about_address(person)}")
        return redirect("assistants:assistants")
    return render(request, "assistants/assistant_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def assistant(request: OwnerRequest, pk: int) -> HttpResponse:
    return _page(request, _own(request, pk))


def _page(request: OwnerRequest, person: Assistant, away_form: AbsenceForm | None = None) -> HttpResponse:
    """One person; with a form that has errors, their days away stand open."""
    now = timezone.now()
    today, there = request.user.today(now), person.today(now)
    live = list(request.user.handoffs.live().with_terms().filter(assistant=person))
    worked = totals.by_week(person, today)
    context = {
        "person": person,
        "live": [story.row(each) for each in live],
        "free": people.free_minutes(person, live, today),
        "away": absences.in_words(person, today),
        "absences": absences.to_come(person, there),
        "away_form": away_form or AbsenceForm(there),
        "there": dates.clock(now, person.zone),
        "weeks": worked,
        "months": statements.months(person),
        "seconds": sum(week.seconds for week in worked),
        "amount": sum(week.amount for week in worked),
    }
    return render(request, "assistants/assistant.html", context, status=422 if away_form else 200)


@login_required
def assistant_change(request: OwnerRequest, pk: int) -> HttpResponse:
    person = _here(request, pk)
    form = AssistantForm(request.user, request.POST or None, assistant=person)
    before = person.email
    try:
        changed = _saved(form) if form.is_valid() else None
    except TooLate:
        messages.error(request, "They have had their data erased, so nothing was saved.")
        return redirect("assistants:assistants")
    if changed:
        messages.success(request, f"{changed.name} is saved.{_about_address(changed)}{_about_links(changed, before)}")
        return redirect("assistants:assistant", pk)
    context = {"form": form, "person": person}
    return render(request, "assistants/assistant_form.html", context, status=422 if form.errors else 200)


def _about_address(person: Assistant) -> str:
    is_own = person.email.lower() == person.owner.email.lower()
    return " Their address is your own: what you hand off to them comes to you." if is_own else ""


def _about_links(person: Assistant, before: str) -> str:
    """What a new address did to the links that were out."""
    sent = people.open_offers(person).count() if before.lower() != person.email.lower() else 0
    if not sent:
        return ""
    links = "A new link is" if sent == 1 else f"{sent} new links are"
    return f" {links} on the way to {person.email}. What was sent to {before} opens nothing any more."


@login_required
@require_POST
def assistant_away(request: OwnerRequest, pk: int) -> HttpResponse:
    """Add days on which they are away, or remove some."""
    person = _here(request, pk)
    if "remove" in request.POST:
        gone = absences.remove(person, absence_pk(request.POST["remove"]))
        if gone:
            messages.success(request, f"Removed {dates.span(gone.first, gone.last)}.")
        return redirect("assistants:assistant", pk)
    form = AbsenceForm(person.today(timezone.now()), request.POST)
    absence = form.save(person) if form.is_valid() else None
    if absence is None:
        return _page(request, person, form)
    messages.success(request, f"{person.first_name} is away {dates.span(absence.first, absence.last)}.")
    return redirect("assistants:assistant", pk)


@login_required
@require_POST
def assistant_pause(request: OwnerRequest, pk: int) -> HttpResponse:
    """Pause, or bring back who is paused."""
    person = _here(request, pk)
    if "resume" in request.POST:
        people.resume(person)
        messages.success(request, f"{person.first_name} is back in your plan.")
    else:
        people.pause(person, request.user.today(timezone.now()))
        messages.success(request, f"{person.first_name} is paused. The plan leaves them out; what is agreed goes on.")
    return redirect("assistants:assistant", pk)


def _saved(form: AssistantForm) -> Assistant | None:
    """None, and an error in the form, when the same form was sent twice at once."""
    try:
        with transaction.atomic():
            return form.save(now=clock.now())
    except IntegrityError:
        form.add_error("email", "Someone with this address is on your roster already.")
        return None


def _own(request: OwnerRequest, pk: int) -> Assistant:
    people = request.user.assistants.with_skills().with_stop()
    return get_object_or_404(people.prefetch_related("absences"), pk=pk)


def _here(request: OwnerRequest, pk: int) -> Assistant:
    """One whose data was erased is only looked at."""
    people = request.user.assistants.here().with_skills().with_stop()
    return get_object_or_404(people.prefetch_related("absences"), pk=pk)
