"""What every request and answer needs."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from tasks import formats
from tasks.models import Owner

from . import sessions

Answer = Callable[[HttpRequest], HttpResponse]


def owners_time_zone(get_response: Answer) -> Answer:
    """Show times in the signed-in owner's zone, in the formats that they chose, but not behind a private link."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # The owner, no lazy one any more: that asks who it is on each touch, some thousand times a page.
        request.user = sessions.visitor(request)
        owner = request.user if isinstance(request.user, Owner) else None
        zone = owner.zone if owner else ZoneInfo("UTC")
        written = owner.formats if owner and not _is_by_link(request) else formats.USUAL
        with timezone.override(zone), formats.use(written):
            return get_response(request)

    return middleware


def safe_headers(get_response: Answer) -> Answer:
    """Private pages stay out of caches and search engines, and a private link out of the Referer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        by_link = _is_by_link(request)
        if by_link:
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex, nofollow"
        # Nobody is known yet when the host itself was refused.
        if by_link or (hasattr(request, "user") and request.user.is_authenticated):
            add_never_cache_headers(response)
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        return response

    return middleware


def _is_by_link(request: HttpRequest) -> bool:
    """Whether it is a page behind a private link, for whoever holds it."""
    return request.path.startswith(("/h/", "/unsubscribe/"))
