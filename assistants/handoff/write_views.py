"""Writing a hand-off, and changing the terms of one that is open."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assistants import nonces
from assistants.models import Assistant, Handoff, Offer
from assistants.roster import people
from tasks import briefs, clock
from tasks.fields import hours_text
from tasks.models import Owner, Task
from tasks.requests import OwnerRequest

from . import handoffs as acts
from . import moves, story, suggestions
from .forms import HandoffForm, PickForm, TermsForm, first_day, last_reply_day
from .suggestions import Suggestion


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
    initial = _from_draft(draft) if draft else _from_plan(request, task, person, proposal)
    form = HandoffForm(task, person, proposal, now, request.POST or None, initial=initial)
    is_preview = "preview" in request.POST
    if form.is_valid() and not is_preview:
        try:
            return _keep(request, form, draft)
        except acts.NotWanted:
            form.add_error(None, f"{person.first_name} asked for no more mail about hand-offs.")
        except acts.AlreadyWithThem:
            form.add_error(None, f"{person.first_name} has {task.mid_sentence}, or an offer of it, already.")
        except acts.NoTimeLeft:
            form.add_error("reply_by", "That leaves no time to reply. Take a later day.")
        except nonces.Reused:
            form.add_error(None, "This form was sent before. Open it anew for another hand-off.")
        except moves.TooLate:
            return redirect("assistants:handoff", draft.pk if draft else 0)
    context = {
        "form": form,
        "task": task,
        "person": person,
        "draft": draft,
        "held": [story.row(each) for each in _held(owner, task, draft)],
        "preview": story.preview(form, draft.terms if draft else None),
    }
    if is_preview:
        return render(request, "handoffs/_preview.html", context)
    return render(request, "handoffs/handoff_write.html", context, status=422 if form.errors else 200)


def _held(owner: Owner, task: Task, draft: Handoff | None) -> QuerySet[Handoff]:
    """Who has the task already, or is asked."""
    return owner.handoffs.live().with_terms().filter(task=task).exclude(pk=draft.pk if draft else 0)


def _from_plan(request: OwnerRequest, task: Task, person: Assistant, proposal: Suggestion) -> dict[str, Any]:
    owner, now = request.user, clock.now()
    return {
        "brief": briefs.text(briefs.latest(task)),
        "hours": hours_text(proposal.minutes),
        "share": proposal.share(proposal.minutes),
        "rate": person.rate,
        "starts_on": first_day(owner.today(now)),
        "reply_by": last_reply_day(owner, now),
        "others": [each.assistant.pk for each in proposal.others],
    }


def _from_draft(draft: Handoff) -> dict[str, Any]:
    terms = draft.terms
    return {
        "brief": draft.brief,
        "how_to": draft.how_to,
        "hours": hours_text(terms.weekly_minutes),
        "share": terms.share,
        "rate": terms.rate,
        "starts_on": terms.starts_on,
        "reply_by": timezone.localdate(draft.reply_by),
        "stage": draft.stage,
        "trial_ends_on": draft.trial_ends_on,
        "if_not": draft.if_not,
        "others": [each.assistant_id for each in draft.stand_ins.all()],
    }


@transaction.atomic
def _keep(request: OwnerRequest, form: HandoffForm, draft: Handoff | None) -> HttpResponse:
    """Save it or send it; the same form again leads to what came of it the first time."""
    now, given = clock.now(), form.cleaned_data
    actor, once = f"owner-{request.user.pk}", given["once"]
    if draft:
        moves.hold(draft)  # before the nonce, in the one order of all
    if once:
        said = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        before = nonces.use(actor, once, str(sorted(said.items())), now)
        if before:
            return redirect("assistants:handoff", int(before))
    act = acts.draft if "draft" in request.POST else acts.draft_and_send
    handoff = act(request.user, form.written(), now=now, handoff=draft)
    if once:
        nonces.keep(actor, once, str(handoff.pk))
    return redirect("assistants:handoff", handoff.pk)


@login_required
def handoff_terms(request: OwnerRequest, pk: int, offer_pk: int) -> HttpResponse:
    """New terms for one who has not answered; a page that is out of date shows both and changes nothing."""
    handoff = get_object_or_404(request.user.handoffs.with_terms(), pk=pk)
    offer = get_object_or_404(handoff.offers.select_related("terms", "proposed", "assistant"), pk=offer_pk)
    if offer.state not in Offer.LIVE:
        messages.error(request, "There is an answer, so the terms stay as they are.")
        return redirect("assistants:handoff", pk)
    now = clock.now()
    live = request.user.handoffs.live().with_terms().filter(assistant=offer.assistant).exclude(pk=pk)
    free = people.free_minutes(offer.assistant, live, request.user.today(now))
    form = TermsForm(offer, free, request.user.today(now), request.POST or None)
    context = {"form": form, "handoff": handoff, "offer": offer, "person": offer.assistant}
    if not form.is_valid():
        return render(request, "handoffs/handoff_terms.html", context, status=422 if form.errors else 200)
    given = form.cleaned_data
    try:
        acts.edit_terms(
            handoff,
            offer,
            weekly_minutes=given["hours"] // 60,
            rate=given["rate"],
            starts_on=given["starts_on"],
            share=given["share"],
            terms_version=given["version"],
            proposed_version=given["proposed"],
            now=now,
        )
    except moves.Outdated:
        again = form.over_what_is_now()
        again.add_error(None, story.outdated(offer))
        return render(request, "handoffs/handoff_terms.html", context | {"form": again}, status=409)
    except moves.TooLate:
        messages.error(request, "There is an answer, so the terms stay as they are.")
    else:
        if form.is_changed():
            messages.success(request, f"{offer.assistant.first_name} gets the new terms by email.")
    return redirect("assistants:handoff", pk)
