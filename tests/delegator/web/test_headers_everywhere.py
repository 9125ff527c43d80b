"""What every answer carries: each address by each method, signed in and not, on http and https; and each mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookies import Morsel
from typing import Any

import pytest
from allauth.account.models import EmailConfirmationHMAC
from allauth.core.internal.ratelimit import respond_429
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from pytest_django.fixtures import Settings

from assistants import links
from assistants.models import Offer, WorkLog
from delegator.account import accounts
from tasks import clock
from tasks.models import Owner
from tests.delegator.test_isolation import fill, ids_of, nobodys, routes
from tests.delegator.test_isolation import hers as world
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
__all__ = ["world"]
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# The page that shows an email frames its HTML, which is another answer: it has styles, and can run nothing.
WITH_A_FRAME = STRICT | {"frame-src": "'self'"}
AN_EMAIL = STRICT | {
    "style-src": "'unsafe-inline'",
    "frame-ancestors": "'self'",
    "sandbox": "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
}
SAME_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
METHODS = ("get", "head", "options", "put", "patch", "delete", "trace", "post")
PRIVATE = ("/h/", "/unsubscribe/", "/account/", "/sign-in/", "/sign-up/", "/sign-out/", "/password/")
# As settings.py sets them where SITE_URL is https; test_settings.py holds that it does.
ON_HTTPS = {
    "HTTPS": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31536000,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-sid",
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "MESSAGES_COOKIE_NAME": "__Host-said",
    "RESET_COOKIE_NAME": "__Secure-reset",
}
# Which names a cookie may have, and whether scripts may read it: the sheet sends the one against forgery itself.
COOKIES = {"sid": True, "csrf": False, "said": True, "reset": True}


def policy(response: Any) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";")]
    return {name: values for name, _, values in parts}


def faults(response: Any, url: str, *, signed_in: bool, https: bool) -> Iterator[str]:
    """What is wrong with the headers of an answer from there."""
    carried = response.headers
    if missing := dict(SAME_EVERYWHERE.items() - carried.items()):
        yield f"lacks {missing}"
    is_email = re.fullmatch(r"/mail/\d+/body/", url) and response.status_code == 200
    framed = re.fullmatch(r"/mail/\d+/", url) and response.status_code == 200
    if policy(response) != (AN_EMAIL if is_email else WITH_A_FRAME if framed else STRICT):
        yield f"policy {policy(response)}"
    if carried["X-Frame-Options"] != ("SAMEORIGIN" if is_email else "DENY"):
        yield f"frames {carried['X-Frame-Options']}"
    by_link = url.startswith(("/h/", "/unsubscribe/"))
    if carried["Referrer-Policy"] != ("no-referrer" if by_link else "same-origin"):
        yield f"referrer {carried['Referrer-Policy']}"
    if by_link and carried.get("X-Robots-Tag") != "noindex, nofollow":
        yield "shown to search engines"
    # A method or a missing slash is refused before anybody is known.
    says_nothing = response.status_code in (301, 405)
    if ((signed_in and not says_nothing) or url.startswith(PRIVATE)) and "no-store" not in carried.get(
        "Cache-Control", ""
    ):
        yield f"cached: {carried.get('Cache-Control')}"
    if https != (carried.get("Strict-Transport-Security") == "max-age=31536000"):
        yield f"HSTS {carried.get('Strict-Transport-Security')}"
    for cookie in response.cookies.values():
        yield from faults_of_cookie(cookie, https=https)


def faults_of_cookie(cookie: Morsel[str], *, https: bool) -> Iterator[str]:
    start, name = re.fullmatch(r"(__Host-|__Secure-)?(\w+)", cookie.key).groups()  # type: ignore[union-attr]
    if name not in COOKIES:
        yield f"unknown cookie {cookie.key}"
    elif (start is not None, bool(cookie["secure"])) != (https, https):
        yield f"cookie {cookie.key} is not as safe as can be"
    elif cookie.value and cookie["samesite"] != "Lax":
        yield f"cookie {cookie.key} goes to other sites"
    elif cookie.value and bool(cookie["httponly"]) != COOKIES[name]:
        yield f"cookie {cookie.key} and scripts"
    if start == "__Host-" and (cookie["path"] != "/" or cookie["domain"]):
        yield f"cookie {cookie.key} is taken by no browser"


# --- Every address by every method -------------------------------------------
def rightful(owner: Owner) -> dict[str, tuple[object, ...]]:
    """What opens an address that begins so to that owner, or to who holds the link."""
    now = clock.now()
    offer = Offer.objects.filter(handoff__owner=owner, handoff__state="active")[0]
    token, line = links.token("offer", offer.pid, offer.epoch), WorkLog.objects.filter(handoff=offer.handoff)[0]
    reset = accounts.reset_letter(owner.emails.model(owner=owner, facts={}))["url"]
    confirm = EmailConfirmationHMAC(owner.emailaddress_set.get()).key  # type: ignore[attr-defined]
    return {
        "h/export/": (links.dated_token("export", offer, now),),
        "h/erase/": (links.dated_token("erase", offer, now),),
        "h/weekly/": (links.token("unsubscribe", offer.pid),),
        "h/<str:token>/hours/": (token, line.pk),
        "h/<str:token>/statement/": (token, "2026-10"),
        "h/": (token, "."),
        "unsubscribe/": (links.token("unsubscribe", owner.pid),),
        "sign-up/confirm/": (confirm,),
        "password/new/": tuple(reset.split("/")[-3:-1]),
        "day/": (owner.today(now),),
        "week/": ("2026-W42",),
    } | {start: ids[0] for start, ids in ids_of(owner).items() if ids}


def addresses(owner: Owner) -> list[str]:
    opening = sorted(rightful(owner).items(), key=lambda each: -len(each[0]))
    found = []
    for route in routes():
        given = next((values for start, values in opening if route.startswith(start)), nobodys(route))
        found.append(fill(route, given if "<" in route else ()))
    return found


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_address_by_every_method_is_strict(
    world: Owner, settings: Settings, *, signed_in: bool, https: bool
) -> None:
    if https:
        for name, value in ON_HTTPS.items():
            setattr(settings, name, value)
    urls, wrong, statuses = addresses(world), [], set[int]()
    assert len(urls) > 90
    for url in urls:
        client = Client(raise_request_exception=False)
        if signed_in:
            client.force_login(world)
        # What signs out is a post, and the last.
        for method in METHODS:
            response = getattr(client, method)(url, secure=https)
            ends_it = response.status_code < 400 and url.startswith("/sign-out/") and method == "post"
            found = faults(response, url, signed_in=signed_in and not ends_it, https=https)
            wrong += [f"{method} {url} {response.status_code}: {fault}" for fault in found]
            if method not in ("get", "head", "post") and response.status_code != 405:
                wrong.append(f"{method} {url} is answered")
            statuses.add(response.status_code)
    assert wrong == []
    assert {200, 302, 405} <= statuses
    assert not [status for status in statuses if status >= 500]


# --- Mistakes, redirects, files ----------------------------------------------
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def unanswered(request: HttpRequest) -> HttpResponse:
    raise OperationalError("server closed the connection unexpectedly")


urlpatterns = [
    path("broken/", broken),
    path("h/broken/now/", broken),
    path("unanswered/", unanswered),
    path("too-often/", respond_429),
    path("", include("delegator.urls")),
]
handler400 = "delegator.web.errors.bad_request"
handler404 = "delegator.web.errors.not_found"
handler500 = "delegator.web.errors.server_error"
HOSTS = {"host": "evil.example"}
ANSWERS: list[tuple[str, str, int, dict[str, Any]]] = [
    ("get", "/", 200, {}),
    ("get", "/sign-up/", 200, {}),
    ("get", "/healthz/live", 200, {}),
    ("get", "/settings/", 302, {}),
    ("get", "/favicon.ico", 302, {}),
    ("get", "/sign-in", 301, {}),
    ("get", "/h/nobody.nothing", 301, {}),
    ("get", "/", 400, {"headers": HOSTS}),
    ("get", "/h/nobody.nothing/", 400, {"headers": HOSTS}),
    ("post", "/sign-in/", 400, {"data": {f"field{n}": n for n in range(3001)}}),
    ("post", "/sign-in/", 400, {"data": b"x=1", "content_type": "application/x-www-form-urlencoded; charset=utf-7"}),
    ("post", "/sign-in/", 403, {}),
    ("post", "/settings/", 403, {}),
    ("get", "/nowhere/", 404, {}),
    ("get", "/day/2026-13-45/", 404, {}),
    ("get", "/h/nobody.nothing/", 404, {}),
    ("get", "/undo/", 405, {}),
    ("trace", "/nowhere/", 405, {}),
    ("get", "/too-often/", 429, {}),
    ("get", "/broken/", 500, {}),
    ("get", "/h/broken/now/", 500, {}),
    ("get", "/unanswered/", 503, {}),
    ("get", "/static/css/visitors.css", 200, {}),
    ("get", "/static/favicon.svg", 200, {}),
    ("get", "/static/css/none.css", 404, {}),
    ("get", "/static/%2e%2e/delegator/settings.py", 404, {}),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize(("method", "url", "status", "more"), ANSWERS, ids=lambda each: str(each)[:30])
def test_every_kind_of_answer_is_strict(
    nora: Owner, method: str, url: str, status: int, more: dict[str, Any], *, signed_in: bool, https: bool
) -> None:
    with override_settings(**(ON_HTTPS if https else {}), WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True):
        client = Client(enforce_csrf_checks=status == 403, raise_request_exception=False)
        if signed_in:
            client.force_login(nora)
        response = getattr(client, method)(url, secure=https, **more)
        response.close()
    if signed_in and (url, status) in {("/sign-up/", 200), ("/settings/", 302)}:
        status = 302 if status == 200 else 200
    elif signed_in and url == "/undo/":
        status = 405
    elif url == "/undo/":
        status = 302
    assert response.status_code == status
    is_known = signed_in and "static" not in url and more.get("headers") != HOSTS
    assert list(faults(response, url, signed_in=is_known and status != 400, https=https)) == []


@pytest.mark.parametrize("url", ["/", "/h/nobody.nothing/", "/sign-in/?next=/plan/", "/static/css/visitors.css"])
def test_who_comes_by_http_is_sent_to_https_and_hears_to_stay_there(client: Client, url: str) -> None:
    with override_settings(**ON_HTTPS):
        response = client.get(url)
        assert (response.status_code, response.headers["Location"]) == (301, f"https://testserver{url}")
        stays = client.get("/healthz/live", secure=True).headers["Strict-Transport-Security"]
    assert stays == "max-age=31536000"


def test_signing_in_saying_something_and_resetting_set_no_other_cookies(nora: Owner) -> None:
    with override_settings(**ON_HTTPS):
        client = Client()
        client.get("/sign-in/", secure=True)
        client.post("/sign-in/", {"login": nora.email, "password": PASSWORD}, secure=True)
        client.post("/settings/", {"name": "Nora", "day": "8"}, secure=True)
        client.post("/routine/new/", {"name": "Filing", "time": "1h"}, secure=True)
        task = nora.tasks.get(name="Filing")
        client.post(f"/routine/{task.pk}/", {"name": "Filing", "time": "1h"}, secure=True)
        elsewhere = Client()
        nora.refresh_from_db()  # it was a sign-in, which makes older links void
        elsewhere.get(accounts.reset_letter(nora.emails.model(owner=nora, facts={}))["url"], secure=True)
    assert set(client.cookies) == {"__Host-sid", "__Host-csrf", "__Host-said"}
    assert set(elsewhere.cookies) == {"__Secure-reset"}


def test_what_is_wrong_with_an_answer_is_seen() -> None:
    """The judge of the tests above, on one that has nothing of what it should."""
    bare = HttpResponse()
    for name in ("Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"):
        bare.headers[name] = "*"
    bare.set_cookie("sid", "x")
    bare.set_cookie("other", "x")
    found = list(faults(bare, "/h/x/", signed_in=False, https=True))
    for word in ("lacks", "policy", "frames", "referrer", "engines", "cached", "HSTS", "sid", "unknown"):
        assert [fault for fault in found if word in fault], word
