"""The pages for what is not there, the same byte for byte for each address that begins alike, and for what broke."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from assistants.link.person_forms import RenewForm
from tasks.views import not_found as page_not_found


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Behind a private link that is wrong, old or cut short: how to get a fresh one. It knows nothing of the link."""
    if not request.path.startswith("/h/"):
        return page_not_found(request, exception)
    return render(request, "link/lost.html", {"form": RenewForm()}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without a query: it may be the database that is away, which passes, and is said so (503)."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        page = get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": "10"})
    return HttpResponse(get_template("500.html").render(), status=500)
