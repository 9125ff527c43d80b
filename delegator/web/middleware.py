"""What every request and answer needs."""

import secrets
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from delegator.account import sessions
from tasks import formats
from tasks.models import Owner

from . import logs

Answer = Callable[[HttpRequest], HttpResponse]
METHODS = ("GET", "HEAD", "POST")
# Behind a private link, for whoever holds it; and the pages of an account, also before one is signed in.
BY_LINK = ("/h/", "/unsubscribe/")
ACCOUNT = ("/account/", "/sign-in/", "/sign-up/", "/sign-out/", "/password/")


def numbered(get_response: Answer) -> Answer:
    """Give each request a name of its own, which its lines in the log, its answer and the page of a mistake carry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = secrets.token_hex(5)
        asked, owner = logs.REQUEST.set(name), logs.OWNER.set(None)
        try:
            response = get_response(request)
        finally:
            logs.REQUEST.reset(asked)
            logs.OWNER.reset(owner)
        response["X-Request-Id"] = name
        return response

    return middleware


def keys_of_before(get_response: Answer) -> Answer:
    """
    Let a browser keep the cookie of its session although no session has the key that it sent any more.

    Django has it dropped. But a form that was sent twice sends the same key twice: what answers the first one gives
    the browser the next key, and what answers the second must not take it away.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        given = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if given and not given.value and not sessions.was_found(request):
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response

    return middleware


def owners_time_zone(get_response: Answer) -> Answer:
    """Show times in the signed-in owner's zone, in the formats that they chose, but not behind a private link."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # The owner, no lazy one any more: that asks who it is on each touch, some thousand times a page.
        request.user = sessions.visitor(request)
        owner = request.user if isinstance(request.user, Owner) else None
        logs.OWNER.set(owner.pk if owner else None)
        zone = owner.zone if owner else ZoneInfo("UTC")
        written = owner.formats if owner and not _is_by_link(request) else formats.USUAL
        with timezone.override(zone), formats.use(written):
            return get_response(request)

    return middleware


def safe_headers(get_response: Answer) -> Answer:
    """Private pages stay out of caches and search engines, and a private link out of the Referer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if _is_by_link(request):
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex, nofollow"
        # Nobody is known yet when the host itself was refused.
        is_signed_in = hasattr(request, "user") and request.user.is_authenticated
        if is_signed_in or request.path.startswith(BY_LINK + ACCOUNT):
            add_never_cache_headers(response)
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        return response

    return middleware


def known_methods(get_response: Answer) -> Answer:
    """Nothing is put, traced or deleted by its method, at whatever address: such a request gets no further."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)

    return middleware


class Said(CookieStorage):
    """What the next page says was done, in a cookie whose name is guarded as those of the others."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.cookie_name = settings.MESSAGES_COOKIE_NAME


def _is_by_link(request: HttpRequest) -> bool:
    return request.path.startswith(BY_LINK)
