"""Pages for what is not there, the same byte for byte for addresses that begin alike, for what is odd, what broke."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from assistants.link.person_forms import RenewForm
from delegator.privacy import closing
from tasks.views import not_found as page_not_found

from . import logs


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Behind a private link that is wrong, old or cut short: how to get a fresh one. It knows nothing of the link."""
    if not request.path.startswith("/h/"):
        return page_not_found(request, exception)
    if closing.has_closed(request.path):
        return render(request, "link/left.html")
    return render(request, "link/lost.html", {"form": RenewForm()}, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Without a look at what was sent, which Django's own takes: it could not be read, and would break once more."""
    return HttpResponse(get_template("400.html").render(), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without a query: it may be the database that is away, which passes, and is said so (503)."""
    # What happened stands in the log under this name, and on no page.
    said = {"reference": logs.REQUEST.get()}
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        page = get_template("503.html").render(said)
        return HttpResponse(page, status=503, headers={"Retry-After": "10"})
    return HttpResponse(get_template("500.html").render(said), status=500)
