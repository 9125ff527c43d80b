"""The owner's account on one page: address, password, second step, where they are signed in, their data."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from delegator.models import Session
from tasks import clock, dates
from tasks.models import Owner
from tasks.requests import OwnerRequest

from . import addresses, gates, second_steps, sessions
from .address_form import NewAddressForm

look_or_act = require_http_methods(["GET", "HEAD", "POST"])
# The page names the newest; who has more ends them together.
MOST_SHOWN = 20


class Place(NamedTuple):
    """Where the owner is signed in; `key` tells the row, and opens nothing."""

    key: str
    device: str
    since: str
    seen: str
    is_here: bool


@login_required
@require_safe
def account(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    owner, mine = request.user, sessions.key_hash(request.session)
    rows = owner.sessions.filter(expires_at__gt=now).order_by("-seen_at")
    # This one first, whenever it was seen.
    places = sorted((_place(row, owner, now, mine) for row in rows), key=lambda place: not place.is_here)
    context = {
        "change": addresses.waiting(owner, now=now),
        "stands": second_steps.of(owner),
        "places": places[:MOST_SHOWN],
        "more_places": len(places) - MOST_SHOWN,
        "has_others": len(places) > 1,
    }
    return render(request, "account/account.html", context)


def _place(row: Session, owner: Owner, now: datetime, mine: str) -> Place:
    since = _day_of(row.signed_in_at, owner, now) if row.signed_in_at else ""
    seen = dates.since(row.seen_at, now, owner.zone) if row.seen_at else ""
    return Place(row.key_hash, row.device or "A browser", since, seen, row.key_hash == mine)


def _day_of(at: datetime, owner: Owner, now: datetime) -> str:
    day, today = at.astimezone(owner.zone).date(), owner.today(now)
    return "today" if day == today else f"on {dates.long(day) if day.year == today.year else dates.dated(day)}"


# --- Where they are signed in ---------------------------------------------------
@login_required
@require_POST
def session_end(request: OwnerRequest) -> HttpResponse:
    """Sign another browser out; of one that is signed out already nothing is said, for so it was wished."""
    key = request.POST.get("session", "")
    key = key if key.isalnum() else ""  # no hash, and perhaps with NUL, which Postgres takes for a mistake
    others = request.user.sessions.exclude(key_hash=sessions.key_hash(request.session))
    others.filter(key_hash=key).delete()
    messages.success(request, "Signed out there.")
    return redirect("account")


@login_required
@require_POST
def sessions_end_others(request: OwnerRequest) -> HttpResponse:
    sessions.end_others(request.user, request)
    messages.success(request, "Signed out everywhere but here.")
    return redirect("account")


# --- The address --------------------------------------------------------------------
@login_required
@look_or_act
@gates.password_asked
def address(request: OwnerRequest) -> HttpResponse:
    """Ask for another address; on the laptop, where no mail arrives, it is changed at once."""
    form = NewAddressForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid() and _change(request, form):
        return redirect("account")
    return render(request, "account/address.html", {"form": form}, status=422 if form.errors else 200)


def _change(request: OwnerRequest, form: NewAddressForm) -> bool:
    new, now = form.cleaned_data["email"], clock.now()
    # By who asks as well, or anybody could keep others from an address.
    if not ratelimit.consume(request, action="manage_email", key=f"{request.user.pk} {new}"):
        form.add_error("email", "It was asked for often today. Try again tomorrow.")
        return False
    if not settings.EMAIL_KEPT:
        addresses.ask(request.user, new, now=now)
        messages.success(request, f"A link is on its way to {new}.")
        return True
    try:
        addresses.move(request.user, new, now=now)
    except addresses.Taken:
        form.add_error("email", "There is an account with this address already.")
        return False
    messages.success(request, f"Your address is {new} now.")
    return True


@login_required
@require_POST
def address_call_off(request: OwnerRequest) -> HttpResponse:
    if addresses.call_off(request.user):
        messages.success(request, f"Your address stays {request.user.email}.")
    return redirect("account")


@login_required
@look_or_act
def address_confirm(request: OwnerRequest, token: str) -> HttpResponse:
    """
    Behind the link in the mail to the new address: a button, since programs open links too.

    It takes signing in, or a slip in typing would give the account to whoever has that address.
    """
    now = clock.now()
    change = addresses.found(request.user, token, now=now)
    if change and request.method == "POST":
        try:
            addresses.confirm(request.user, change, now=now)
        except (addresses.Gone, addresses.Taken):
            change = None
        else:
            messages.success(request, f"Your address is {request.user.email} now.")
            return redirect("account")
    return render(request, "account/address_confirm.html", {"change": change}, status=200 if change else 404)
