"""Writing a hand-off, and changing the terms of one that is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assistants import nonces
from assistants.mail import caps
from assistants.models import Assistant, Handoff, Offer
from assistants.roster import absences, people
from tasks import briefs, clock, dates, durations, money
from tasks.fields import hours_text
from tasks.models import Owner, Task
from tasks.requests import OwnerRequest

from . import cascade, moves, story, suggestions
from . import handoffs as acts
from .cascade import WHOLE
from .forms import REPLY_HOUR, HandoffForm, PickForm, last_reply_day
from .running_forms import TermsForm
from .suggestions import Suggestion

Read = TypeVar("Read")
# For what cannot be read as it is typed.
UNKNOWN = "–"
IS_SENT = "It was sent meanwhile, so it stays as it is. What you typed now was not saved."


@login_required
def handoff_new(request: OwnerRequest) -> HttpResponse:
    """Write one, prefilled from the plan; without a task and a person, choose them first."""
    owner = request.user
    everyone = list(owner.assistants.active().with_stop())
    tasks, people = list(owner.tasks.active().routine()), [each for each in everyone if not each.wants_no_mail]
    if request.method == "POST":  # what was typed is kept, whatever happened to the task or the person meanwhile
        tasks, people = list(owner.tasks.routine()), list(owner.assistants.all())
    both = {"task", "to"} <= request.GET.keys()
    stopped = [each for each in everyone if each.wants_no_mail]
    old = _old(owner, request.GET.get("anew", ""))
    pick = PickForm(tasks, people, stopped, request.GET if both else None, initial=_begun(old) | request.GET.dict())
    if not pick.is_valid():
        context = {
            "form": pick,
            "has_tasks": bool(tasks),
            "has_people": bool(everyone),
            "off_list": _off_list(owner, request.GET.get("task", "")),
            "old": old,
        }
        return render(request, "handoffs/handoff_pick.html", context, status=422 if pick.errors else 200)
    task = next(task for task in tasks if task.pk == pick.cleaned_data["task"])
    person = next(person for person in people if person.pk == pick.cleaned_data["to"])
    theirs = owner.handoffs.live().filter(task=task, assistant=person).first()
    if theirs and request.method == "POST" and "preview" not in request.POST:
        # Most likely Send was pressed twice; what the first press did is the answer.
        messages.info(request, f"{person.first_name} has {task.mid_sentence}, or an offer of it, already.")
        return redirect("assistants:handoff", theirs.pk)
    return _write(request, task, person, None, old)


def _begun(old: Handoff | None) -> dict[str, Any]:
    """Whom to choose first for one that is written anew: who had it or was asked, but for one that nobody took."""
    return {"to": old.assistant_id} if old and old.state != Handoff.State.LAPSED else {}


def _off_list(owner: Owner, pk: str) -> Task | None:
    """The task that was asked for, if it is off the list. At most one query."""
    return owner.tasks.routine().exclude(retired_on=None).filter(pk=pk).first() if _is_key(pk) else None


def _old(owner: Owner, pk: str) -> Handoff | None:
    """The hand-off that is written anew."""
    return owner.handoffs.past().with_terms().filter(pk=pk).first() if _is_key(pk) else None


def _is_key(text: str) -> bool:
    # What is longer no column holds.
    return text.isascii() and text.isdigit() and len(text) < 19


@login_required
def handoff_draft(request: OwnerRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        draft = acts.found(request.user, pk)
    else:
        draft = request.user.handoffs.with_terms().filter(pk=pk).first()
    if draft is None:
        raise Http404
    draft.owner = draft.task.owner = draft.assistant.owner = request.user
    if draft.state != Handoff.State.DRAFT:
        if request.method == "POST":
            messages.error(request, IS_SENT)
        return redirect("assistants:handoff", pk)
    return _write(request, draft.task, draft.assistant, draft)


def _write(
    request: OwnerRequest, task: Task, person: Assistant, draft: Handoff | None, old: Handoff | None = None
) -> HttpResponse:
    """The form; over an `old` hand-off of the task it begins with what that said."""
    owner, now = request.user, clock.now()
    is_preview = "preview" in request.POST
    is_sent = request.method == "POST" and not is_preview
    if is_sent and not request.POST.getlist("others"):
        # Most are complete and need no page; if something stands in the way of one, the page below says so.
        alone = suggestions.alone(owner, task, person, owner.today(now))
        form = HandoffForm(task, person, alone, now, request.POST, initial={}, held=alone.held)
        if form.is_valid() and (answer := _kept(request, form, draft)):
            return answer
    proposal = suggestions.suggest(owner, task, person, owner.today(now))
    form = _form(request, task, person, proposal, draft, old, now)
    if form.is_valid() and is_sent:
        if answer := _kept(request, form, draft):
            return answer
        if form.is_valid():
            return _write(request, task, person, draft, old)  # read anew it asks for the yes to more than all
    context = {
        "form": form,
        "task": task,
        "person": person,
        "draft": draft,
        "held": [story.row(each) for each in proposal.held],
        "preview": preview(form),
        "is_preview": is_preview,
    }
    if is_preview:
        return render(request, "handoffs/_preview.html", context)
    return render(request, "handoffs/handoff_write.html", context, status=422 if form.errors else 200)


def _form(
    request: OwnerRequest,
    task: Task,
    person: Assistant,
    proposal: Suggestion,
    draft: Handoff | None,
    old: Handoff | None,
    now: datetime,
) -> HandoffForm:
    initial = _from_draft(draft) if draft else _from_plan(task, person, proposal, now)
    if old and old.task_id == task.pk:
        initial |= _from_old(old, person, proposal)
    what = cascade.obstacle(task, person)
    obstacle = _in_words(what, task, person) if what else ""
    return HandoffForm(
        task, person, proposal, now, request.POST or None, initial=initial, held=proposal.held, obstacle=obstacle
    )


def _kept(request: OwnerRequest, form: HandoffForm, draft: Handoff | None) -> HttpResponse | None:
    """Where it leads, once it is saved or sent; else None, and the form says why, but for more than all of a task."""
    task, person = form.task, form.assistant
    try:
        return _keep(request, form, draft)
    except acts.InTheWay as what_came:
        form.add_error(None, _in_words(str(what_came), task, person))
    except acts.AlreadyWithThem:
        form.add_error(None, f"{person.first_name} has {task.mid_sentence}, or an offer of it, already.")
    except acts.MoreThanAll:
        pass
    except caps.Reached as limit:
        form.add_error(None, str(limit))
    except acts.NoTimeLeft:
        form.add_error("reply_by", "That leaves no time to reply. Take a later day.")
    except nonces.Reused:
        form.add_error(None, "This form was sent before. Open it anew for another hand-off.")
    except moves.TooLate:
        messages.error(request, IS_SENT)
        return redirect("assistants:handoff", draft.pk) if draft else redirect("assistants:handoffs")
    return None


def _in_words(obstacle: str, task: Task, person: Assistant) -> SafeString:
    """Why it cannot be sent, and what to do about it."""
    first, theirs = person.first_name, reverse("assistants:assistant", args=[person.pk])
    match obstacle:
        case "retired":
            said = '{} is off your list of tasks. <a href="{}">Take it up again</a> first, or throw this away.'
            return format_html(said, task.name, reverse("tasks:task", args=[task.pk]))
        case "paused":
            said = '{} is paused. <a href="{}">End the pause</a> first, or hand it off to someone else.'
            return format_html(said, first, theirs)
        case "erased":
            return format_html("Their data was erased, so nothing can be sent. {}", _someone_else(task))
        case _:
            return format_html("{} asked for no more mail about hand-offs. {}", first, _someone_else(task))


def _someone_else(task: Task) -> SafeString:
    url = f"{reverse('assistants:handoff_new')}?task={task.pk}"
    return format_html('<a href="{}">Hand it off to someone else</a>; you can save this as a draft first.', url)


def _from_plan(task: Task, person: Assistant, proposal: Suggestion, now: datetime) -> dict[str, Any]:
    owner = task.owner
    # Who is full is asked for what the task takes, rather than for none of it.
    minutes = proposal.minutes if proposal.free_minutes else proposal.whole
    return {
        "brief": briefs.text(briefs.latest(task)),
        "hours": hours_text(minutes),
        "share": proposal.share(minutes),
        "rate": person.rate,
        "starts_on": absences.first_day(owner.today(now)),
        "reply_by": last_reply_day(owner, now),
        "others": [each.assistant.pk for each in proposal.others],
    }


def _from_old(old: Handoff, person: Assistant, proposal: Suggestion) -> dict[str, Any]:
    """The words; and to the same person the terms, with the hours if they still have them."""
    words, terms = {"brief": old.brief, "how_to": old.how_to}, old.terms
    if old.assistant_id != person.pk or terms.weekly_minutes > proposal.free_minutes > 0:
        return words
    return {**words, "hours": hours_text(terms.weekly_minutes), "share": terms.share, "rate": terms.rate}


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
    now, given = form.now, form.cleaned_data
    actor, once = nonces.of_owner(request.user), given["once"]
    if draft:
        moves.hold(draft)  # before the nonce, in the one order of all
    if once:
        said = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        before = nonces.use(actor, once, str(sorted(said.items())), now)
        if before:
            return redirect("assistants:handoff", int(before))
    sent = partial(acts.draft_and_send, is_more=given.get("is_more", False))
    act = acts.draft if "draft" in request.POST else sent
    handoff = act(request.user, form.written(), now=now, handoff=draft)
    if once:
        nonces.keep(actor, once, str(handoff.pk))
    return redirect("assistants:handoff", handoff.pk)


def preview(form: HandoffForm) -> dict[str, str]:
    """The form as it stands, also what cannot be sent so; a dash for what cannot be read, or rests on that."""
    task, person, suggestion = form.task, form.assistant, form.suggestion
    owner, currency = task.owner, task.owner.currency
    seconds: int | None = form.typed("hours")
    rate: Decimal | None = form.typed("rate")
    share: int | None = form.typed("share")
    last_day: date | None = form.cleaned_data.get("reply_by") if form.is_bound else None
    last_day = last_day or form.typed("reply_by")
    weekly = None if seconds is None or rate is None else rate * (seconds // 60) / 60
    reply_by = None if last_day is None else datetime.combine(last_day, REPLY_HOUR, owner.zone)
    part = None if share is None else share or WHOLE

    def amount(value: Decimal) -> str:
        return money.short(money.rounded(value, currency), currency)

    return {
        "takes": _said(seconds, durations.hours),
        "rate": _said(rate, lambda each: money.short(each, currency)),
        "starts": _said(form.typed("starts_on"), dates.full),
        "brief": form.typed("brief") or "",
        "costs": _said(weekly, amount),
        "over_budget": "" if weekly is None else _over_budget(owner, suggestion.spent + money.whole(weekly)),
        "frees": _said(part, lambda each: amount(suggestion.frees(each))),
        "given": _said(part, lambda each: durations.hours(suggestion.part(each) * 60)),
        "reply_by": _said(reply_by, lambda each: dates.moment(each, owner.zone)),
        "reply_by_there": dates.moment(reply_by, person.zone)
        if reply_by and person.time_zone != owner.time_zone
        else "",
    }


def _over_budget(owner: Owner, costs: Decimal) -> str:
    """What stands below the costs where all that is handed off and offered would cost more a week; else ''."""
    if owner.budget is None or costs <= owner.budget:
        return ""
    together, budget = (money.short(each, owner.currency) for each in (costs, owner.budget))
    return f"{together} in all, over your budget of\u00a0{budget}"


def _said(value: Read | None, words: Callable[[Read], str]) -> str:
    return UNKNOWN if value is None else words(value)


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
            is_more=given["is_more"],
            now=now,
        )
    except acts.MoreThanAll:
        form.ask_for_more()
        return render(request, "handoffs/handoff_terms.html", context, status=422)
    except moves.Outdated:
        again = form.over_what_is_now()
        again.add_error(None, story.outdated(offer))
        return render(request, "handoffs/handoff_terms.html", context | {"form": again}, status=409)
    except moves.TooLate:
        messages.error(request, "There is an answer, so the terms stay as they are.")
    else:
        if form.is_changed():
            messages.success(request, f"{offer.assistant.first_name} gets the new terms by email.")
        else:
            messages.info(request, "Nothing was changed: these are the terms as they stand.")
    return redirect("assistants:handoff", pk)
