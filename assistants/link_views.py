"""
The assistant's one page, by the private link: no account, no script.

GET and HEAD change nothing, not even "viewed", for mail scanners open every link. The
token proves who posts, so these forms carry no CSRF cookie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks import clock

from . import handoffs, link_page, links
from .forms import DeclineForm, WorkForm
from .models import Offer


def by_link(view: Callable[[HttpRequest, Offer], HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the offer that the token opens; anything else is the same 404."""

    @wraps(view)
    def found(request: HttpRequest, token: str) -> HttpResponse:
        offer = links.find_offer(token)
        if offer is None:
            raise Http404
        return view(request, offer)

    return csrf_exempt(found)


def _page(request: HttpRequest, offer: Offer, status: int = 200, **more: object) -> HttpResponse:
    context = link_page.context(offer, clock.now()) | more
    return render(request, link_page.template(offer), context, status=status)


def _back(offer: Offer) -> HttpResponse:
    return redirect("link:page", links.token("offer", offer.pid, offer.epoch))


@by_link
@require_safe
def page(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = work_form(offer) if link_page.can_log(offer) else None
    return _page(request, offer, work_form=form)


@by_link
@require_POST
def accept(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Take it on, under the terms whose version the form carries."""
    version = request.POST.get("terms", "")
    try:
        seen = int(version) if version.isdecimal() and len(version) < 6 else 0
        handoffs.accept(offer, terms_version=seen, now=clock.now())
    except handoffs.TermsChanged:
        handoffs.refuse(offer, "accept", now=clock.now())
        return _page(request, offer, status=409, terms_changed=True)
    except handoffs.TooLate:
        handoffs.refuse(offer, "accept", now=clock.now())
    return _back(offer)


@by_link
@require_POST
def decline(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, offer, status=422, decline_form=form)
    try:
        handoffs.decline(offer, reason=form.cleaned_data["reason"], now=clock.now())
    except handoffs.TooLate:
        handoffs.refuse(offer, "decline", now=clock.now())
    return _back(offer)


@by_link
@require_POST
def hours(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Log hours of one day; the page then shows them at the top of "So far"."""
    if not link_page.can_log(offer):
        handoffs.refuse(offer, "hours", now=clock.now())
        return _back(offer)
    form = work_form(offer, request.POST)
    if not form.is_valid():
        return _page(request, offer, status=422, work_form=form)
    given = form.cleaned_data
    try:
        handoffs.log_hours(
            offer, day=given["day"], seconds=given["time"], note=given["note"], now=clock.now(), once=given["once"]
        )
    except handoffs.TooLate:
        handoffs.refuse(offer, "hours", now=clock.now())
    return _back(offer)


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, offer: Offer) -> HttpResponse:
    """No more mail about hand-offs, from anyone here: a page that says what that means, and one button."""
    if request.method == "POST":
        handoffs.stop_mail(offer, now=clock.now())
        return redirect(request.path)
    context = link_page.context(offer, clock.now()) | {"stopped": handoffs.is_stopped(offer)}
    return render(request, "link/stop.html", context)


def work_form(offer: Offer, data: object = None) -> WorkForm:
    logged: dict[date, int] = defaultdict(int)
    for line in offer.handoff.work.all():
        logged[line.day] += line.seconds
    today = clock.now().astimezone(offer.assistant.zone).date()
    return WorkForm(offer, today, logged, data)
