"""The request of a signed-in owner, and reading what comes with it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from .models import Owner


class OwnerRequest(HttpRequest):
    """What a view behind `login_required` gets."""

    user: Owner


def number(text: str) -> int | None:
    """The whole number in a field, as an id or a count of seconds; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def page_before(request: HttpRequest) -> HttpResponse:
    """Back to the page where the button is, if it is one of ours."""
    page = request.POST.get("back", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return redirect(page if is_ours else "tasks:today")
