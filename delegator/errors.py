"""The page for what is not there, the same byte for byte for each address that begins alike."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assistants.link.person_forms import RenewForm
from tasks.views import not_found as page_not_found


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Behind a private link that is wrong, old or cut short: how to get a fresh one. It knows nothing of the link."""
    if not request.path.startswith("/h/"):
        return page_not_found(request, exception)
    return render(request, "link/lost.html", {"form": RenewForm()}, status=404)
