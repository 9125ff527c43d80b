"""Hand-offs, as the owner sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks import briefs, clock
from tasks.models import Task
from tasks.requests import OwnerRequest

from . import handoffs as moves
from . import story, suggestions
from .forms import HandoffForm, OwnTimeForm, PickForm, first_day, hours_text, last_reply_day
from .models import Assistant, Handoff


@login_required
def handoffs(request: OwnerRequest) -> HttpResponse:
    mine = request.user.handoffs
    context = {
        "waiting": [story.row(each) for each in mine.open().with_terms()],
        "agreed": [story.row(each) for each in mine.agreed().with_terms()],
        "rest": [story.row(each) for each in (mine.drafts() | mine.past()).with_terms()[:50]],
    }
    return render(request, "handoffs/handoffs.html", context)


@login_required
def handoff_new(request: OwnerRequest) -> HttpResponse:
    """Write one, prefilled from the plan; without a task and a person, choose them first."""
    owner = request.user
    tasks = list(owner.tasks.active().routine())
    people = list(owner.assistants.active())
    both = {"task", "to"} <= request.GET.keys()
    pick = PickForm(tasks, people, request.GET if both else None, initial=request.GET.dict())
    if not pick.is_valid():
        context = {"form": pick, "has_tasks": bool(tasks), "has_people": bool(people)}
        return render(request, "handoffs/handoff_pick.html", context, status=422 if pick.errors else 200)
    task = next(task for task in tasks if task.pk == pick.cleaned_data["task"])
    person = next(person for person in people if person.pk == pick.cleaned_data["to"])
    theirs = owner.handoffs.live().filter(task=task, assistant=person).first()
    if theirs and request.method == "POST" and "preview" not in request.POST:
        # Most likely Send was pressed twice; what the first press did is the answer.
        messages.info(request, f"{person.first_name} has {task.mid_sentence}, or an offer of it, already.")
        return redirect("assistants:handoff", theirs.pk)
    return _write(request, task, person, None)


@login_required
def handoff_draft(request: OwnerRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(request.user.handoffs.with_terms(), pk=pk)
    if draft.state != Handoff.State.DRAFT:
        return redirect("assistants:handoff", pk)
    return _write(request, draft.task, draft.assistant, draft)


def _write(request: OwnerRequest, task: Task, person: Assistant, draft: Handoff | None) -> HttpResponse:
    owner, now = request.user, clock.now()
    proposal = suggestions.suggest(owner, task, person, owner.today(now))
    initial = (
        _from_draft(draft)
        if draft
        else {
            "brief": briefs.text(briefs.latest(task)),
            "hours": hours_text(proposal.minutes),
            "rate": person.rate,
            "starts_on": first_day(owner.today(now)),
            "reply_by": last_reply_day(owner.today(now)),
        }
    )
    form = HandoffForm(task, person, proposal.free_minutes, now, request.POST or None, initial=initial)
    is_preview = "preview" in request.POST
    if form.is_valid() and not is_preview:
        try:
            return _keep(request, form, proposal, draft)
        except moves.NotWanted:
            form.add_error(None, f"{person.first_name} asked for no more mail about hand-offs.")
        except moves.AlreadyWithThem:
            form.add_error(None, f"{person.first_name} has {task.mid_sentence}, or an offer of it, already.")
        except moves.TooLate:
            return redirect("assistants:handoff", draft.pk if draft else 0)
    context = {
        "form": form,
        "task": task,
        "person": person,
        "draft": draft,
        "preview": story.preview(form, proposal, draft.terms if draft else None),
    }
    if is_preview:
        return render(request, "handoffs/_preview.html", context)
    return render(request, "handoffs/handoff_write.html", context, status=422 if form.errors else 200)


def _from_draft(draft: Handoff) -> dict[str, Any]:
    terms = draft.terms
    return {
        "brief": draft.brief,
        "how_to": draft.how_to,
        "hours": hours_text(terms.weekly_minutes),
        "rate": terms.rate,
        "starts_on": terms.starts_on,
        "reply_by": timezone.localdate(draft.reply_by),
    }


def _keep(
    request: OwnerRequest, form: HandoffForm, proposal: suggestions.Suggestion, draft: Handoff | None
) -> HttpResponse:
    given, now = form.cleaned_data, clock.now()
    minutes = given["hours"] // 60
    written = moves.Draft(
        task=form.task,
        assistant=form.assistant,
        brief=given["brief"],
        how_to=given["how_to"],
        weekly_minutes=minutes,
        rate=given["rate"],
        starts_on=given["starts_on"],
        reply_by=form.reply_at(),
        minutes_before=proposal.task_minutes,
        minutes_given=proposal.given(minutes),
    )
    handoff = (
        moves.draft_and_send(request.user, written, now=now, handoff=draft)
        if "draft" not in request.POST
        else (moves.draft(request.user, written, now=now, handoff=draft))
    )
    return redirect("assistants:handoff", handoff.pk)


@login_required
def handoff(request: OwnerRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(request.user.handoffs.with_terms(), pk=pk))


def _page(request: OwnerRequest, handoff: Handoff, own_time: OwnTimeForm | None = None) -> HttpResponse:
    now = clock.now()
    offer = handoff.offer
    leaves_at = None
    if offer and offer.state == offer.State.QUEUED:
        leaves_at = handoff.events.filter(kind="sent").latest("pk").happened_at + timedelta(
            seconds=settings.UNDO_WINDOW
        )
    context = {
        "handoff": handoff,
        "row": story.row(handoff),
        "offer": offer,
        "log": story.log(handoff),
        "to_come": story.to_come(handoff),
        "can_undo": leaves_at is not None and now < leaves_at,
        "own_time": own_time or OwnTimeForm(handoff),
    }
    context |= story.so_far(handoff, request.user.today(now))
    status = 422 if own_time and own_time.errors else 200
    return render(request, "handoffs/handoff.html", context, status=status)


@login_required
@require_POST
def handoff_own_time(request: OwnerRequest, pk: int) -> HttpResponse:
    """What it takes of the owner's own time, which is taken off what it won back."""
    handoff = get_object_or_404(request.user.handoffs.with_terms(), pk=pk)
    if not handoff.takes_own_time:
        messages.error(request, "Nobody has taken it on, so it takes none of your time and nothing was saved.")
        return redirect("assistants:handoff", pk)
    form = OwnTimeForm(handoff, request.POST)
    if not form.is_valid():
        return _page(request, handoff, form)
    form.save()
    messages.success(request, "Your own time for it is saved.")
    return redirect("assistants:handoff", pk)


def _moved(request: OwnerRequest, pk: int, move: Any, done: str, late: str) -> HttpResponse:
    own = get_object_or_404(request.user.handoffs, pk=pk)
    try:
        move(own, now=clock.now())
    except moves.TooLate:
        messages.error(request, late)
    else:
        messages.success(request, done)
    return redirect("assistants:handoff", pk)


@login_required
@require_POST
def handoff_undo(request: OwnerRequest, pk: int) -> HttpResponse:
    return _moved(
        request, pk, moves.undo, "Nothing was sent. It is a draft again.", "Too late to undo: it is on its way."
    )


@login_required
@require_POST
def handoff_withdraw(request: OwnerRequest, pk: int) -> HttpResponse:
    return _moved(request, pk, moves.withdraw, "Withdrawn.", "Too late to withdraw: there is an answer.")


@login_required
@require_POST
def handoff_end(request: OwnerRequest, pk: int) -> HttpResponse:
    return _moved(request, pk, moves.end, "Ended, and they know.", "It is not running any more.")


@login_required
@require_POST
def handoff_discard(request: OwnerRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(request.user.handoffs, pk=pk)
    try:
        moves.discard(own)
    except moves.TooLate:
        messages.error(request, "It has been sent, so it stays in your list.")
        return redirect("assistants:handoff", pk)
    messages.success(request, "The draft is gone.")
    return redirect("assistants:handoffs")
