"""The owner's pages on two-step sign-in: what stands, an app to switch on or off, recovery codes."""

from __future__ import annotations

import re
from base64 import b64encode
from io import BytesIO
from urllib.parse import quote

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tasks import clock
from tasks.requests import OwnerRequest

from . import second_steps
from .gates import lacks_second_step, led_to, password_asked
from .second_step_forms import NewAppForm
from .sessions import end_others

# Pixels of one module of the picture that a camera reads: it is some 41 modules wide.
MODULE = 5
ON = "Two-step sign-in is on."
# When this session was told new recovery codes, and for how many seconds it may see them again.
TOLD_AT, TWO_MINUTES = "codes_told_at", 120


@login_required
def overview(request: OwnerRequest) -> HttpResponse:
    return render(request, "two_step/overview.html", {"stands": second_steps.of(request.user)})


@sensitive_post_parameters("code", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def set_up(request: OwnerRequest) -> HttpResponse:
    owner = request.user
    stands = second_steps.of(owner)
    if stands.app:
        codes = _just_told(request)
        return _codes_page(request, codes, ON) if codes else redirect("two_step")
    if lacks_second_step(request):
        return led_to("two_step_prove", request)
    if request.method != "POST":
        return _set_up_page(request, NewAppForm(owner, secret=_new_secret(request)))
    form = NewAppForm(owner, request.POST)
    if not form.opened:
        # It took longer than an hour, or the key is another one by now.
        return _set_up_page(request, NewAppForm(owner, secret=_new_secret(request)))
    if form.is_valid():
        try:
            row, codes = second_steps.switch_on(owner, form.opened, form.cleaned_data["code"], now=clock.now())
            second_steps.prove(request, row)
        except second_steps.Refused as why:
            form.add_error("code", str(why))
        except second_steps.AlreadyOn:  # the same form came twice at once
            return led_to("two_step_set_up", request)
        else:
            if not stands.is_on:
                end_others(owner, request)
            return told_codes(request, codes, ON)
    return _set_up_page(request, form)


def _new_secret(request: OwnerRequest) -> str:
    """The page that holds one proves that the password was given, so it is not asked for again to finish."""
    if is_reauthentication_required(request, app="delegator"):
        raise ReauthenticationRequired
    return second_steps.new_secret()


def _set_up_page(request: OwnerRequest, form: NewAppForm) -> HttpResponse:
    url = get_adapter().build_totp_url(request.user, form.opened)
    context = {
        "form": form,
        "picture": picture(url),
        "url": url,
        "secret": " ".join(re.findall(".{1,4}", form.opened)),
        "next": get_next_redirect_url(request),
    }
    return render(request, "two_step/set_up.html", context, status=422 if form.errors else 200)


def picture(url: str) -> str:
    """A QR code of it, black on white also by night, as the address of an image."""
    # Asked for by few, and no small thing.
    import qrcode
    from qrcode.image.svg import SvgPathFillImage

    drawn = BytesIO()
    qrcode.make(url, image_factory=SvgPathFillImage, box_size=10 * MODULE).save(drawn)
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"


@login_required
@password_asked
def off(request: OwnerRequest) -> HttpResponse:
    if request.method == "POST":
        second_steps.switch_off(request.user)
        messages.success(request, "Codes from the app are not asked for any more.")
        return redirect("two_step")
    return render(request, "two_step/off.html", {"stands": second_steps.of(request.user)})


@login_required
@password_asked
def codes(request: OwnerRequest) -> HttpResponse:
    owner = request.user
    stands = second_steps.of(owner)
    if not stands.is_on:
        return redirect("two_step")
    if request.method == "POST":
        return told_codes(request, second_steps.new_codes(owner), "Your old recovery codes work no more.")
    return render(request, "two_step/codes_anew.html", {"stands": stands})


def told_codes(request: OwnerRequest, codes: list[str], done: str) -> HttpResponse:
    """
    The answer to the form that made them, and the only page that has them.

    Without new ones, back to where they came from.
    """
    if codes:
        request.session[TOLD_AT] = clock.now().timestamp()
        return _codes_page(request, codes, done)
    messages.success(request, done)
    return redirect(get_next_redirect_url(request) or "two_step")


def _just_told(request: OwnerRequest) -> list[str]:
    """The codes once more where they have just been told: a form sent twice is answered by the same page."""
    is_now = clock.now().timestamp() - request.session.get(TOLD_AT, 0) < TWO_MINUTES
    return second_steps.unused_codes(request.user) if is_now else []


def _codes_page(request: OwnerRequest, codes: list[str], done: str) -> HttpResponse:
    on = get_next_redirect_url(request)
    messages.success(request, done)
    text = "Recovery codes for Delegator. Each works once, after your password.\r\n\r\n" + "\r\n".join(codes) + "\r\n"
    context = {"codes": codes, "file": f"data:text/plain;charset=utf-8,{quote(text)}", "next": on}
    return render(request, "two_step/codes.html", context)
