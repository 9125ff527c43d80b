"""
The assistant's one page, by the private link: no account, no script.

GET and HEAD change nothing, not even "viewed", for mail scanners open every link. The
token proves who posts, so these forms carry no CSRF cookie; what comes back sooner than a
page can be read is shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from assistants import links, nonces
from assistants.handoff import moves, replies, sweeps
from assistants.models import NeverMail, Offer
from tasks import clock

from . import by_hand, enough
from . import page as link_page
from .forms import ChangeForm, DeclineForm, QuestionForm, version_of

# With an offer, and what else its address names.
View = Callable[..., HttpResponse]


def by_link(view: View) -> Callable[..., HttpResponse]:
    """Give the view the offer that the token opens; anything else is the same 404."""

    @wraps(view)
    def found(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        offer = links.find_offer(token)
        if offer is None:
            raise Http404
        with is_there(offer):
            return view(request, offer, **more)

    return csrf_exempt(found)


@contextmanager
def is_there(offer: Offer) -> Iterator[None]:
    """What fails because the owner closed the account at that moment is a 404, as it is a moment later."""
    try:
        yield
    except (IntegrityError, ObjectDoesNotExist):
        if Offer.objects.filter(pk=offer.pk).exists():
            raise
        raise Http404 from None


def by_form(name: str = "", button: str = "") -> Callable[[View], Callable[..., HttpResponse]]:
    """
    For a form on a page by link: what a person did not send shows the page again and does nothing.

    `name` is the form's in the page, which keeps what was typed; `button` is what the page asks to press again.
    Its address is opened by some who follow everything, and by those who reload an error: they get the page.
    """

    def give(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def sent(request: HttpRequest, offer: Offer, **more: Any) -> HttpResponse:
            if request.method != "POST":
                return back(offer)
            if not by_hand.is_sent(offer, request.POST, clock.now()):
                pressed = button.format(owner=offer.handoff.owner.first_name)
                return show(request, offer, too_quick=True, typed=name, pressed=pressed)
            return view(request, offer, **more)

        return by_link(require_http_methods(["GET", "HEAD", "POST"])(sent))

    return give


def show(request: HttpRequest, offer: Offer, status: int = 200, *, typed: str = "", **more: object) -> HttpResponse:
    """
    The page as the hand-off stands; `more` are forms with errors in place of fresh ones, summed up at its top.

    `typed` names the one that came too quickly: it is open, and holds what was typed, if it is still there.
    """
    now = clock.now()
    context = link_page.context(offer, now)
    # What the page has no place for, as it stands now, has no summary either.
    wrong = next((form for name, form in more.items() if isinstance(form, BaseForm) and context.get(name)), None)
    context |= link_page.said_once(request.GET) | {"typed": typed, "form": wrong} | more
    if form := context.get(typed):
        link_page.keep_typed(form, request.POST.dict())
    return render(request, link_page.template(offer, now), context, status=status)


def back(offer: Offer, saved: str = "") -> HttpResponse:
    """To the page as it stands now; `saved` is the name of what it says was done, as in `page.SAVED`."""
    return at("link:page", offer, saved)


def at(name: str, offer: Offer, saved: str = "") -> HttpResponse:
    url = reverse(name, args=[links.token("offer", offer.pid, offer.epoch)])
    return redirect(f"{url}?saved={saved}" if saved else url)


@by_link
@require_safe
def page(request: HttpRequest, offer: Offer) -> HttpResponse:
    return show(request, offer)


def _act(
    request: HttpRequest, offer: Offer, name: str, act: Callable[..., None], *, once: str = "", **given: Any
) -> HttpResponse:
    """Do it, with `once` only the first time; what cannot be done any more is written down, and the page says so."""
    now = clock.now()
    try:
        with transaction.atomic():
            moves.hold(offer.handoff)  # before the nonce, as where hours are logged
            if not once or nonces.use(nonces.of_offer(offer), once, f"{name} {given}", now) is None:
                enough.check(offer, name, now=now)
                act(offer, now=now, **given)
    except enough.Enough:
        return show(request, offer, status=429, typed=enough.FORMS[name], has_had_enough=True)
    except nonces.Reused:
        return show(request, offer, status=422, reused=True)
    except replies.TermsChanged:
        moves.record_refused(offer.handoff, name, offer=offer, now=now)
        return show(request, Offer.objects.get(pk=offer.pk), status=409, terms_changed=True)
    except (moves.TooLate, replies.TooMany):
        moves.record_refused(offer.handoff, name, offer=offer, now=now)
    return back(offer)


@by_form(button="Accept")
def accept(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Take it on, under the terms whose version the form carries."""
    return _act(request, offer, "accept", _accept, terms_version=version_of(request.POST))


def _accept(offer: Offer, *, terms_version: int, now: datetime) -> None:
    replies.accept(offer, terms_version=terms_version, now=now)
    sweeps.start_at_once(offer, now=now)


@by_form(button="Take it back")
def take_back(request: HttpRequest, offer: Offer) -> HttpResponse:
    return _act(request, offer, "take back", replies.take_back)


@by_form("decline_form", "Decline")
def decline(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return show(request, offer, status=422, decline_form=form)
    return _act(request, offer, "decline", replies.decline, reason=form.cleaned_data["reason"])


@by_form("question_form", "Send the question")
def ask(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return show(request, offer, status=422, question_form=form)
    given = form.cleaned_data
    return _act(request, offer, "ask", replies.ask, question=given["question"], once=given["once"])


@by_form("change_form", "Send to {owner}")
def change(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Propose other terms than those whose version the form carries."""
    form = ChangeForm(offer, offer.assistant.today(clock.now()), request.POST)
    if not form.is_valid():
        return show(request, offer, status=422, change_form=form)
    given = form.cleaned_data
    return _act(
        request,
        offer,
        "change",
        replies.counter,
        weekly_minutes=given["hours"] // 60,
        rate=given["rate"],
        starts_on=given["starts_on"],
        share=given["share"],
        note=given["note"],
        terms_version=version_of(request.POST),
        once=given["once"],
    )


@by_form(button="Take the change back")
def keep(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Take the change back that was proposed."""
    return _act(request, offer, "keep", replies.uncounter)


@by_form()
def free(request: HttpRequest, offer: Offer) -> HttpResponse:
    """“I am still free”, after it was closed: the owner hears of it, and nothing else happens."""
    return _act(request, offer, "free", replies.still_free)


@by_form("note_form", "Send")
def note(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = link_page.note_form(offer, request.POST)
    if not form.is_valid():
        return show(request, offer, status=422, note_form=form)
    return _act(request, offer, "note", replies.note, text=form.cleaned_data["note"], once=form.cleaned_data["once"])


@by_form("end_form", "End it on this day")
def end(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Give notice: it ends after the day that the form names."""
    form = link_page.end_form(offer, clock.now(), request.POST)
    if not form.is_valid():
        return show(request, offer, status=422, end_form=form)
    return _act(request, offer, "end", replies.give_notice, last_day=form.cleaned_data["last_day"])


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, offer: Offer) -> HttpResponse:
    """No more mail about hand-offs, from anyone here: a page that says what that means, and one button."""
    now = clock.now()
    if request.method == "POST" and by_hand.is_sent(offer, request.POST, now):
        replies.stop_mail(offer, now=now)
        return redirect(request.path)
    more = {"stopped": NeverMail.objects.has(offer.assistant.email), "too_quick": request.method == "POST"}
    return render(request, "link/stop.html", link_page.frame(offer, now) | more)
