"""
The mail that stayed on this computer, as it would have arrived.

Only without a mail server, only from this computer, and only the owner's own: what
was sent for them, to whomever.
"""

from __future__ import annotations

from ipaddress import ip_address

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from assistants.mail import messages
from assistants.models import OutgoingEmail
from tasks.requests import OwnerRequest


def _mine(request: OwnerRequest) -> QuerySet[OutgoingEmail]:
    _only_here(request)
    return OutgoingEmail.objects.readable().filter(owner=request.user).select_related("owner", "offer__handoff")


def _only_here(request: OwnerRequest) -> None:
    """404 unless mail is kept and the browser runs on this computer."""
    try:
        is_here = ip_address(request.META["REMOTE_ADDR"]).is_loopback
    except ValueError:  # a server that listens on a socket file names no address
        is_here = False
    if not settings.EMAIL_KEPT or not is_here:
        raise Http404


@login_required
def mail(request: OwnerRequest) -> HttpResponse:
    page = Paginator(_mine(request), 30).get_page(request.GET.get("page"))
    subjects = [(email, messages.compose(email).subject) for email in page]
    waiting = request.user.emails.filter(state=OutgoingEmail.State.QUEUED)
    return render(request, "mail/mail.html", {"page": page, "emails": subjects, "waiting": waiting})


@login_required
@csp_replace({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # its types know no view with arguments
def email(request: OwnerRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(_mine(request), pk=pk)
    return render(request, "mail/email.html", {"email": own, "message": messages.compose(own)})


@login_required
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation-by-user-activation"],
    }
)
def body(request: OwnerRequest, pk: int) -> HttpResponse:
    """The HTML part alone, in a frame that can run nothing."""
    message = messages.compose(get_object_or_404(_mine(request), pk=pk))
    html = next(str(content) for content, kind in message.alternatives if kind == "text/html")
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
