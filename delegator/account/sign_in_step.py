"""Signing in with more than a password: the second step after it, and a passkey in place of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.mfa.internal.constants import LoginStageKey
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from delegator.web import peers
from tasks import clock
from tasks.models import Owner
from tasks.requests import OwnerRequest

from . import passkeys, second_steps
from .second_step_forms import CodeForm

# Wrong codes of one account: from one peer, and from all, of whom each has the right password. In a day that is one
# chance in five thousand to guess a code, of which two are good. Once a day a new password begins the hundred anew.
LIMITS = {"peer": "5/5m/key", "account": "100/d/key", "anew": "1/d/key"}
COUNTED = "delegator.second_step"
TOO_MANY = {
    "peer": "Too many tries. Wait a few minutes, then try again.",
    "account": "Too many wrong codes were written today. Use a passkey, choose a new password or try again tomorrow.",
}
View = Callable[..., HttpResponse]


def after_password(view: View) -> View:
    """For who has written the right password, and nothing else yet; others begin with it."""
    staged = login_stage_required(LoginStageKey.MFA_AUTHENTICATE.value, "account_login")(view)

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = staged(request)
        return _begin(request) if answer.get("Location") == reverse("account_login") else answer

    return guarded


def _begin(request: HttpRequest) -> HttpResponse:
    """To where signing in begins; who has done so meanwhile, by the same form sent twice, goes on from there."""
    on = get_next_redirect_url(request)
    return redirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: on})}" if on else "account_login")


def limited(view: View) -> View:
    """For what anybody may send: so often from one peer."""
    return cast(View, ratelimit.decorator(app="allauth.mfa", action="webauthn_login")(view))


@sensitive_post_parameters("code", "credential")
@after_password
def second_step(request: HttpRequest) -> HttpResponse:
    """Between the password and the session: a code, or a passkey."""
    stage = request._login_stage  # type: ignore[attr-defined]
    owner = stage.login.user
    if not second_steps.has_one(owner):  # it was taken off meanwhile
        return redirect("account_login")
    form, is_proved = _shown(request, owner)
    if not is_proved and _came_second(request):
        return _begin(request)
    if not is_proved:
        on = get_next_redirect_url(request) or stage.login.redirect_url
        return _page(request, form, owner, challenge="second_step_challenge", on=on)
    answer: HttpResponse = stage.exit()
    return answer


@require_POST
@after_password
def second_step_challenge(request: HttpRequest) -> HttpResponse:
    return JsonResponse(passkeys.ask(request._login_stage.login.user))  # type: ignore[attr-defined]


@sensitive_post_parameters("code", "credential")
@never_cache
@login_required
def prove(request: OwnerRequest) -> HttpResponse:
    """The same for who signed in without it and comes to a page that asks for it."""
    owner, on = request.user, get_next_redirect_url(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
    if second_steps.is_proved(request):
        return redirect(on)
    if not second_steps.has_one(owner):
        return redirect(f"{reverse('two_step_set_up')}?{urlencode({REDIRECT_FIELD_NAME: on})}")
    form, is_proved = _shown(request, owner)
    if not is_proved and _came_second(request):
        return redirect(request.get_full_path())
    if not is_proved:
        return _page(request, form, owner, challenge="two_step_prove_challenge", on=get_next_redirect_url(request))
    return redirect(on)


@require_POST
@login_required
def prove_challenge(request: OwnerRequest) -> HttpResponse:
    return JsonResponse(passkeys.ask(request.user))


def _shown(request: HttpRequest, owner: Owner) -> tuple[CodeForm, bool]:
    """The form, with what is wrong; and whether what was shown is right, which the session then knows."""
    is_passkey = bool(request.POST.get("credential"))
    form = CodeForm(request.POST if request.method == "POST" and not is_passkey else None)
    if not is_passkey and not form.is_valid():
        return form, False
    try:
        if is_passkey:
            second_steps.prove(request, passkeys.find(request, owner, request.POST["credential"]))
        else:
            _use_code(request, owner, form.cleaned_data["code"])
    except second_steps.Refused as why:
        if is_passkey:
            messages.error(request, str(why))
        else:
            form.add_error("code", str(why))
        return form, False
    return form, True


def _use_code(request: HttpRequest, owner: Owner, code: str) -> None:
    """Prove it by that code; Refused if it is wrong, or if too many were. A right one is not counted."""
    keys = {"peer": f"{owner.pk} {peers.of(request)}", "account": str(owner.pk)}
    counted = []
    for name, key in keys.items():
        count = _count(request, name, key)
        if not count:
            raise second_steps.Refused(TOO_MANY[name])
        counted.append(count)
    # Together, so that the same code sent twice finds the session of the first one gone, and no wrong code.
    with transaction.atomic():
        second_steps.prove(request, second_steps.use_code(owner, code, now=clock.now()))
    for count in counted:
        count.rollback()


def _came_second(request: HttpRequest) -> bool:
    """Whether the same form sent by the same browser was quicker: the session has another key since."""
    return request.method == "POST" and not request.session.exists(request.session.session_key or "")


def forgive(request: HttpRequest, owner: Owner) -> None:
    """Let codes in again that were closed for the day: who wrote the wrong ones knew a password that is none now."""
    key = str(owner.pk)
    if not _count(request, "account", key, dry_run=True) and _count(request, "anew", key):
        ratelimit.clear(request, app=COUNTED, action="account", config=LIMITS, key=key)


def _count(request: HttpRequest, name: str, key: str, *, dry_run: bool = False) -> Any:
    """None if there is none left of that limit."""
    return ratelimit.consume(request, app=COUNTED, action=name, config=LIMITS, key=key, dry_run=dry_run)


def _page(request: HttpRequest, form: CodeForm, owner: Owner, *, challenge: str, on: str | None) -> HttpResponse:
    stands = second_steps.of(owner)
    context = {"form": form, "stands": stands, "challenge": challenge, "next": on}
    return render(request, "two_step/sign_in.html", context, status=422 if form.errors else 200)


# --- A passkey in place of the password ----------------------------------------
@require_POST
@never_cache
@limited
def passkey_challenge(request: HttpRequest) -> HttpResponse:
    return JsonResponse(passkeys.ask(None))


@sensitive_post_parameters("credential")
@never_cache
@limited
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in whoever the passkey is of. It asked for a finger, a face or a PIN, so there is no second step."""
    if request.user.is_authenticated:
        return redirect(get_adapter().get_login_redirect_url(request))
    if request.method != "POST":
        return redirect("account_login")
    try:
        row = passkeys.find(request, None, request.POST.get("credential", ""))
        second_steps.prove(request, row, passwordless=True)
    except second_steps.Refused as why:
        messages.error(request, str(why))
        return redirect("account_login")
    from allauth.account.internal.flows.login import perform_login

    answer: HttpResponse = perform_login(request, Login(user=row.user, redirect_url=get_next_redirect_url(request)))
    return answer
