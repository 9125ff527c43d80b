"""Stopping the weekly email by its link: a page with a button, and one click by a mail program (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from assistants import links
from tasks.models import Owner


@csrf_exempt  # the token proves; a mail program has no cookie
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    pid = token.partition(".")[0] if links.SHAPE.fullmatch(token) else ""
    owner = Owner.objects.filter(pid=pid).first()
    if not links.proves(token, "unsubscribe", owner.pid if owner else "") or owner is None:
        raise Http404
    if request.method == "POST":
        owner.wants_summary = False
        owner.save(update_fields=["wants_summary"])
    return render(request, "unsubscribe.html", {"stopped": not owner.wants_summary})
