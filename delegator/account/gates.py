"""What stands before a page: the password once more, and a second step where the installation asks for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tasks.models import Owner

from . import second_steps

Answer = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# What an owner without a second step may open all the same: setting one up, leaving, and what is no page of theirs.
OPEN = (
    "/account/two-step/", "/account/passkeys/", "/account/reauthenticate/", "/sign-out/", "/password/new/",
    "/h/", "/unsubscribe/", "/healthz/", "/static/", "/favicon.ico",
)  # fmt: skip


def led_to(name: str, request: HttpRequest) -> HttpResponse:
    """To the page of that name, and afterwards on to where they meant to go, unless that was to post something."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return redirect(f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def password_asked(view: View) -> View:
    """
    For what only the owner may do: the password once more, unless they wrote it in the last five minutes.

    And the second step, if they have one that this session has not seen: it may be older, and a thief's.
    """
    asked = reauthentication_required()(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if lacks_second_step(request):
            return led_to("two_step_prove", request)
        return cast(HttpResponseBase, asked(request, *args, **kwargs))

    return cast(View, guarded)


def password_once(view: View) -> View:
    """For the page that asks for the password once more: who wrote it a moment ago, in a form sent twice, goes on."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        on = get_next_redirect_url(request) if request.method in ("GET", "HEAD") else None
        if on and not is_reauthentication_required(request, app="delegator"):
            return redirect(on)
        return view(request, *args, **kwargs)

    return cast(View, guarded)


def lacks_second_step(request: HttpRequest) -> bool:
    """Whether their owner has one that was not shown in this session. Two queries at most."""
    owner = request.user
    return isinstance(owner, Owner) and not second_steps.is_proved(request) and second_steps.has_one(owner)


def password_once_more(get_response: Answer) -> Answer:
    """
    Ask for the password where `reauthentication_required` wants it.

    allauth keeps a form that was posted meanwhile in the session, with the cookie that it came
    with: in clear, in the database. Here it is to be sent again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        return led_to("account_reauthenticate" if request.user.is_authenticated else "account_login", request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def second_step_for_all(get_response: Answer) -> Answer:
    """With REQUIRE_TOTP, lead owners without a second step to set one up before any other page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        owner = request.user
        if (
            settings.REQUIRE_TOTP
            and isinstance(owner, Owner)
            and not request.path.startswith(OPEN)
            and not second_steps.has_one(owner)
        ):
            return led_to("two_step_set_up", request)
        return get_response(request)

    return middleware
