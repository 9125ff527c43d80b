"""
What assistants do about themselves: days away, their data, and links that got lost.

As on all pages behind a private link nothing is changed by looking, and no form carries a
cookie. What exports or erases is asked for on their page and done by a link of its own, which
goes to the address on file: to hold the page is not enough for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from assistants import links
from assistants.models import Offer, WorkLog
from assistants.roster import absences
from assistants.roster.absence_forms import AbsenceForm, absence_pk
from assistants.work import weekly_notes
from tasks import clock

from . import by_hand, erasure, person_data, person_letters, renewals
from . import page as link_page
from .person_forms import RenewForm
from .views import View, at, by_link, is_there

look_or_act = require_http_methods(["GET", "HEAD", "POST"])


@by_link
@look_or_act
def away(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Days on which they are away: a list, and a form for more."""
    person, is_sent = offer.assistant, _is_sent(request, offer)
    today = person.today(clock.now())
    if is_sent and "remove" in request.POST:
        absences.remove(person, absence_pk(request.POST["remove"]))
        return at("link:away", offer, "back")
    form = AbsenceForm(today, request.POST if is_sent else None)
    if form.is_valid() and form.save(person):
        return at("link:away", offer, "away")
    link_page.keep_typed(form, request.POST.dict())
    context = {"absences": absences.to_come(person, today), "form": form, **link_page.said_once(request.GET)}
    return _page(request, offer, "link/away.html", status=422 if form.errors else 200, **context)


@by_link
@look_or_act
def data(request: HttpRequest, offer: Offer) -> HttpResponse:
    """What is kept about them, and two buttons; each only sends an email."""
    if _is_sent(request, offer):
        what = person_letters.ERASE if "erase" in request.POST else person_letters.EXPORT
        person_data.ask(offer, what, now=clock.now())
        return redirect(f"{request.path}?sent={what}")
    return _page(request, offer, "link/data.html", sent=request.GET.get("sent", ""))


def by_mail(
    purpose: links.Purpose,
) -> Callable[[Callable[[HttpRequest, Offer], HttpResponse]], Callable[..., HttpResponse]]:
    """Give the view the offer of a link that was mailed for that purpose; anything else is the same 404."""

    def give(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def found(request: HttpRequest, token: str) -> HttpResponse:
            offer = links.find_dated(token, purpose, now=clock.now())
            if offer is None:
                raise Http404
            with is_there(offer):
                return view(request, offer)

        return csrf_exempt(look_or_act(found))

    return give


@by_mail("export")
def export(request: HttpRequest, offer: Offer) -> HttpResponse:
    """A button, and behind it the file."""
    if offer.assistant.erased_at:
        raise Http404
    if not _is_sent(request, offer):
        return _page(request, offer, "link/data_export.html")
    answer = JsonResponse(person_data.export(offer.assistant, now=clock.now()), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@by_mail("erase")
def erase(request: HttpRequest, offer: Offer) -> HttpResponse:
    """What erasing means, and the button that does it; afterwards only that it is done."""
    if offer.assistant.erased_at:
        return render(request, "link/erased.html", {"owner": offer.handoff.owner})
    if not _is_sent(request, offer):
        has_hours = WorkLog.objects.filter(assistant=offer.assistant).exists()
        return _page(request, offer, "link/data_erase.html", has_hours=has_hours)
    erasure.erase(offer, now=clock.now())
    return redirect(request.path)


@csrf_exempt  # the token proves; a mail program has no cookie
@look_or_act
def weekly_note(request: HttpRequest, token: str) -> HttpResponse:
    """
    Stop the weekly note on their hours, or have it again: a page with a button, and one click by a mail program.

    Its token opens nothing else, so nothing on this page leads to the rest.
    """
    offer = links.find_offer(token, "unsubscribe")
    if offer is None:
        raise Http404
    if request.method == "POST":
        weekly_notes.want(offer.assistant, wanted="again" in request.POST)
    return render(request, "link/weekly_note.html", {"owner": offer.handoff.owner, "person": offer.assistant})


@csrf_exempt  # so that the page is the same for everybody; all it can do is send mail to where it went before
@look_or_act
def renew(request: HttpRequest) -> HttpResponse:
    """Someone lost their link: an address is typed, and what comes of it is seen in that mailbox only."""
    form = RenewForm(request.POST or None)
    if form.is_valid():
        renewals.ask(form.cleaned_data["email"], now=clock.now())
        return redirect("link:renew_sent")
    return render(request, "link/lost.html", {"form": form, "is_asked": True}, status=422 if form.errors else 200)


@require_safe
def renew_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "link/lost_sent.html")


def _is_sent(request: HttpRequest, offer: Offer) -> bool:
    """Whether a person posted it; what a machine posted shows the page again."""
    return request.method == "POST" and by_hand.is_sent(offer, request.POST, clock.now())


def _page(request: HttpRequest, offer: Offer, template: str, status: int = 200, **more: object) -> HttpResponse:
    """A page beside the main one; what was posted and has no error came too quickly."""
    context = link_page.frame(offer, clock.now()) | {"too_quick": request.method == "POST" and status == 200}
    return render(request, template, context | more, status=status)
