"""The owner's hand-offs: the list, one of them, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from assistants import nonces
from assistants.link.forms import EndForm, NoteForm, version_of
from assistants.mail import caps, trouble
from assistants.models import Assistant, Handoff, Offer
from assistants.work import foresight, totals
from tasks import clock, dates
from tasks.requests import OwnerRequest

from . import agreed, cascade, moves, reopening, story, sweeps, tell
from . import handoffs as acts
from .running_forms import OwnTimeForm, StageForm

Act = Callable[..., Any]
# Forms that were sent, by the offer that they answer.
Answers = Mapping[int, NoteForm]
# How many of what is past the list shows at first, drafts among them.
MOST_PAST = 50


@login_required
def handoffs(request: OwnerRequest) -> HttpResponse:
    mine, now = request.user.handoffs, clock.now()
    rest = (mine.drafts() | mine.past()).with_terms()
    past = list(rest if "all" in request.GET else rest[: MOST_PAST + 1])
    is_cut = "all" not in request.GET and len(past) > MOST_PAST
    foreseen = foresight.by_month(request.user, request.user.today(now))
    context = {
        "waiting": [story.row(each) for each in mine.open().with_terms()],
        "agreed": [story.row(each) for each in mine.agreed().with_terms()],
        "rest": [story.row(each) for each in (past[:MOST_PAST] if is_cut else past)],
        "is_cut": is_cut,
        "foreseen": foreseen,
        "foreseen_sentence": foresight.sentence(foreseen),
        "mail_waits": trouble.waits(request.user, now),
    }
    return render(request, "handoffs/handoffs.html", context)


@login_required
def handoff(request: OwnerRequest, pk: int) -> HttpResponse:
    return _page(request, _own(request, pk))


def _own(request: OwnerRequest, pk: int) -> Handoff:
    return get_object_or_404(request.user.handoffs.with_terms(), pk=pk)


def _page(
    request: OwnerRequest, handoff: Handoff, status: int = 200, *, answers: Answers | None = None, **more: object
) -> HttpResponse:
    """The page of one hand-off; `more`, and `answers` by offer, are forms with errors in place of fresh ones."""
    now = clock.now()
    offer = handoff.offer
    today, asked, next_asked = request.user.today(now), story.asked(handoff), story.still_to_ask(handoff)
    can_reopen = reopening.can_reopen(handoff, now)
    by_page = tell.by_page(handoff.assistant) if can_reopen or handoff.state in Handoff.LIVE else ""
    context = {
        "handoff": handoff,
        "row": story.row(handoff),
        "offer": offer,
        "asked": asked,
        "next_asked": next_asked,
        "whom_again": cascade.whom_again(handoff),
        "can_reopen": can_reopen,
        "by_page": by_page,
        "log": story.log(handoff),
        "to_come": story.to_come(handoff, next_asked),
        "goes_out": _goes_out(asked, now, request.user.zone) if offer and offer.state == Offer.State.QUEUED else "",
        "to_answer": _to_answer(asked, answers or {}),
        "own_time": OwnTimeForm(handoff),
        "mail_waits": trouble.waits(request.user, now),
        "mail_failed": trouble.told(handoff, now),
        **story.so_far(handoff, today),
        **story.trial(handoff, today),
        **totals.for_owner(handoff),
    }
    # Before the email has left, nobody is to hear of it.
    is_out = offer is not None and offer.state != Offer.State.QUEUED
    if is_out and handoff.state in Handoff.LIVE and not any(each.change or each.question for each in asked):
        context["note_form"] = _note_form(handoff, by_page)
    if handoff.is_agreed:
        context["end_form"] = _end_form(handoff, today, by_page)
        context["stage_form"] = StageForm(handoff, today)
    return render(request, "handoffs/handoff.html", context | more, status=status)


def _goes_out(asked: Sequence[story.Asked], now: datetime, zone: ZoneInfo) -> str:
    """When a round goes out that can still be undone, "at 2:31 pm" or "shortly"; '' once any of it may have."""
    offers = [each.offer for each in asked]
    if any(offer.state != Offer.State.QUEUED for offer in offers):
        return ""
    at = tell.leaves_at(offers)
    if at is None:
        return ""
    return f"at {dates.clock(at, zone)}" if now < at else "shortly"


def _to_answer(asked: Sequence[story.Asked], sent: Answers) -> list[tuple[story.Asked, NoteForm]]:
    """What waits for the owner's word, each with the form for it."""
    return [
        (each, sent.get(each.offer.pk) or _answer_form(each.offer.pk, is_optional=bool(each.change)))
        for each in asked
        if each.change or each.question
    ]


def _answer_form(offer_pk: int, data: Any = None, *, is_optional: bool = False) -> NoteForm:
    return NoteForm(data, label="Your answer", is_optional=is_optional, auto_id=f"id_answer{offer_pk}_%s")


def _note_form(handoff: Handoff, by_page: str, data: Any = None) -> NoteForm:
    first = handoff.assistant.first_name
    return NoteForm(data, label=f"Write to {first}", help_text=by_page or "They get it by email, with their link.")


def _end_form(handoff: Handoff, today: date, by_page: str, data: Any = None) -> EndForm:
    help_text = f"{by_page} It goes on until then." if by_page else "They hear of it at once, and go on until then."
    return EndForm(today, data, latest=handoff.ends_on, help_text=help_text)


@login_required
@require_POST
def handoff_own_time(request: OwnerRequest, pk: int) -> HttpResponse:
    """What it takes of the owner's own time, which is taken off what it won back."""
    handoff = _own(request, pk)
    if not handoff.takes_own_time:
        messages.error(request, "Nobody has taken it on, so it takes none of your time and nothing was saved.")
        return redirect("assistants:handoff", pk)
    form = OwnTimeForm(handoff, request.POST)
    if not form.is_valid():
        return _page(request, handoff, status=422, own_time=form)
    form.save()
    messages.success(request, "Your own time for it is saved.")
    return redirect("assistants:handoff", pk)


@login_required
@require_POST
def handoff_undo(request: OwnerRequest, pk: int) -> HttpResponse:
    own = _own(request, pk)
    return _do(
        request, own, partial(acts.undo, own), "Nothing was sent. It is a draft again.", "Too late: it is on its way."
    )


@login_required
@require_POST
def handoff_withdraw(request: OwnerRequest, pk: int) -> HttpResponse:
    own = _own(request, pk)
    return _do(request, own, partial(acts.withdraw, own), "Withdrawn.", "Too late to withdraw: there is an answer.")


@login_required
@require_POST
def handoff_note(request: OwnerRequest, pk: int) -> HttpResponse:
    """Write to the one it is with."""
    own = _own(request, pk)
    by_page = tell.by_page(own.assistant)
    form = _note_form(own, by_page, request.POST)
    if not form.is_valid():
        return _page(request, own, status=422, note_form=form)
    act = partial(agreed.note, own, _offered(own), form.cleaned_data["note"])
    done = by_page or f"{own.assistant.first_name} gets it by email."
    return _do(request, own, act, done, "Nobody has it now, so write an email instead.", form=form)


@login_required
@require_POST
def handoff_stage(request: OwnerRequest, pk: int) -> HttpResponse:
    """From shadowing to a trial to doing it in full."""
    own = _own(request, pk)
    form = StageForm(own, request.user.today(clock.now()), request.POST)
    if not form.is_valid():
        return _page(request, own, status=422, stage_form=form)
    act = partial(agreed.set_stage, own, _offered(own), form.cleaned_data["stage"])
    act = partial(act, trial_ends_on=form.cleaned_data["trial_ends_on"])
    return _do(request, own, act, _known(own.assistant), "It is not running any more.")


@login_required
@require_POST
def handoff_end(request: OwnerRequest, pk: int) -> HttpResponse:
    """End it after the day that the form names."""
    own = _own(request, pk)
    form = _end_form(own, request.user.today(clock.now()), tell.by_page(own.assistant), request.POST)
    if not form.is_valid():
        return _page(request, own, status=422, end_form=form)
    act = partial(agreed.give_notice, own, _offered(own), form.cleaned_data["last_day"])
    return _do(request, own, act, partial(_ends, own), "It is not running any more.")


def _ends(own: Handoff) -> str:
    """What came of a last day that was set: one that has come ends it there and then."""
    last_day = own.ends_on if own.state != Handoff.State.ENDED else None
    ends = f"It ends on {dates.full(last_day)}." if last_day else "It has ended."
    return f"{ends} {_known(own.assistant)}"


@login_required
@require_POST
def handoff_done(request: OwnerRequest, pk: int) -> HttpResponse:
    """The job is done, and nothing of it is left."""
    own = _own(request, pk)
    done = f"Done. {_known(own.assistant)}"
    return _do(request, own, partial(agreed.finish, own), done, "It is not running any more.")


@login_required
@require_POST
def handoff_reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    """It is not done after all."""
    own = _own(request, pk)
    act = partial(reopening.reopen, own)
    return _do(request, own, act, f"It goes on. {_known(own.assistant)}", "Too late: it stays done.")


@login_required
@require_POST
def handoff_again(request: OwnerRequest, pk: int) -> HttpResponse:
    """Ask those anew who heard that someone was first, by a hand-off of its own."""
    own = _own(request, pk)
    try:
        again = reopening.ask_again(own, now=clock.now())
    except caps.Reached as limit:
        messages.error(request, str(limit))
        return redirect("assistants:handoff", pk)
    except moves.TooLate:
        messages.error(request, "They were asked again already, or nobody of them can be asked any more.")
        return redirect("assistants:handoff", pk)
    return redirect("assistants:handoff", again.pk)


@login_required
@require_POST
def handoff_discard(request: OwnerRequest, pk: int) -> HttpResponse:
    own = _own(request, pk)
    try:
        acts.discard(own)
    except moves.TooLate:
        messages.error(request, "It has been sent, so it stays in your list.")
        return redirect("assistants:handoff", pk)
    messages.success(request, "The draft is gone.")
    return redirect("assistants:handoffs")


def _known(person: Assistant) -> str:
    """That they know, or how they will."""
    return tell.by_page(person) or f"{person.first_name} knows."


def _offered(handoff: Handoff) -> Offer:
    """The offer that the hand-off is about; a draft has none."""
    if handoff.offer is None:
        raise Http404
    return handoff.offer


# --- One offer of it -----------------------------------------------------------
@login_required
@require_POST
def offer_answer(request: OwnerRequest, pk: int, offer_pk: int) -> HttpResponse:
    """Answer a question."""
    own, offer = _offer(request, pk, offer_pk)
    form = _answer_form(offer_pk, request.POST)
    if not form.is_valid():
        return _page(request, own, status=422, answers={offer.pk: form})
    act = partial(acts.answer, own, offer, form.cleaned_data["note"])
    late = "There is no open question any more."
    return _do(request, own, act, f"{offer.assistant.first_name} gets your answer by email.", late, form=form)


@login_required
@require_POST
def offer_agree(request: OwnerRequest, pk: int, offer_pk: int) -> HttpResponse:
    """Agree to the change whose version the form carries."""
    own, offer = _offer(request, pk, offer_pk)
    act = partial(_agree, own, offer, terms_version=version_of(request.POST))
    late = "The proposal has changed or was taken back. This is how it stands."
    return _do(request, own, act, f"Agreed. {_known(offer.assistant)}", late)


def _agree(own: Handoff, offer: Offer, *, terms_version: int, now: datetime) -> None:
    acts.agree(own, offer, terms_version=terms_version, now=now)
    sweeps.start_at_once(offer, now=now)


@login_required
@require_POST
def offer_insist(request: OwnerRequest, pk: int, offer_pk: int) -> HttpResponse:
    """Rather keep the terms; a word on why goes with it."""
    own, offer = _offer(request, pk, offer_pk)
    form = _answer_form(offer_pk, request.POST, is_optional=True)
    if not form.is_valid():
        return _page(request, own, status=422, answers={offer.pk: form})
    act = partial(acts.insist, own, offer, form.cleaned_data["note"], terms_version=version_of(request.POST))
    late = "The proposal has changed or was taken back. This is how it stands."
    return _do(
        request, own, act, f"Your offer stands, and it is {offer.assistant.first_name}’s turn.", late, form=form
    )


@login_required
@require_POST
def offer_else(request: OwnerRequest, pk: int, offer_pk: int) -> HttpResponse:
    """Take it back from this person and ask the next."""
    own, offer = _offer(request, pk, offer_pk)
    # Whom no email has reached hears nothing.
    done = "Taken back." if tell.leaves_at([offer]) else _known(offer.assistant)
    return _do(request, own, partial(acts.ask_someone_else, own, offer), done, "Too late: there is an answer.")


def _offer(request: OwnerRequest, pk: int, offer_pk: int) -> tuple[Handoff, Offer]:
    own = _own(request, pk)
    return own, get_object_or_404(own.offers.select_related("terms", "proposed", "assistant"), pk=offer_pk)


def _is_first(form: NoteForm, actor: str, path: str, now: datetime) -> bool:
    """Whether the form does its work now; sent again it has done so."""
    once, said = form.cleaned_data["once"], f"{path} {form.cleaned_data['note']}"
    return not once or nonces.use(actor, once, said, now) is None


def _do(
    request: OwnerRequest,
    handoff: Handoff,
    act: Act,
    done: str | Callable[[], str],
    late: str,
    *,
    form: NoteForm | None = None,
) -> HttpResponse:
    """
    Make the move, of a form only the first time it is sent; or say why it cannot be made any more.

    `done` is what the page says then, or finds it in what became of the hand-off.
    """
    now, actor = clock.now(), nonces.of_owner(request.user)
    try:
        with transaction.atomic():
            moves.hold(handoff)  # before the nonce, in the one order of all
            if form is None or _is_first(form, actor, request.path, now):
                # Of some acts it says whether they changed anything; all others do.
                done = done if act(now=now) is not False else "Nothing was changed."
    except moves.TooLate:
        moves.record_refused(handoff, request.path, now=now)
        messages.error(request, late)
    except nonces.Reused:
        messages.error(request, "This form was sent before, with other words. Those were kept.")
    else:
        messages.success(request, done if isinstance(done, str) else done())
    return redirect("assistants:handoff", handoff.pk)
