"""Stopping an email by its link: a page with a button, and one click by a mail program (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from assistants import links
from tasks.models import Owner


@csrf_exempt  # the token proves; a mail program has no cookie
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    return _stop(request, token, wish="wants_summary", mail="weekly email")


@csrf_exempt
def unsubscribe_reminders(request: HttpRequest, token: str) -> HttpResponse:
    return _stop(request, token, wish="wants_reminder", mail="reminders")


def _stop(request: HttpRequest, token: str, *, wish: str, mail: str) -> HttpResponse:
    pid = token.partition(".")[0] if links.SHAPE.fullmatch(token) else ""
    owner = Owner.objects.filter(pid=pid).first()
    if not links.proves(token, "unsubscribe", owner.pid if owner else "") or owner is None:
        raise Http404
    if request.method == "POST":
        setattr(owner, wish, False)
        owner.save(update_fields=[wish])
    return render(request, "unsubscribe.html", {"mail": mail, "stopped": not getattr(owner, wish)})
