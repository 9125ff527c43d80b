"""The assistant's hours, by the private link: logged, corrected, timed; the month's statement, and the calendar."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from assistants import links, nonces
from assistants.handoff import replies
from assistants.handoff.moves import TooLate
from assistants.models import Offer, WorkLog
from assistants.months import Month
from assistants.work import calendars, statements, work_logs, work_timers
from assistants.work import views as work_views
from assistants.work.forms import WorkForm
from tasks import clock

from . import by_hand
from .views import back, by_form, by_link, show


@by_form
def hours(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Log hours of one day; the page then shows them at the top of "So far"."""
    now = clock.now()
    if not work_logs.can_log(offer, now):
        return _refused(offer, "hours")
    form = WorkForm(work_logs.today(offer, now), request.POST)
    if not form.is_valid():
        return show(request, offer, status=422, work_form=form)
    given = form.cleaned_data
    try:
        work_logs.log(offer, day=given["day"], seconds=given["time"], note=given["note"], now=now, once=given["once"])
    except work_logs.Refused as error:
        form.add_error(error.field, str(error))
        return show(request, offer, status=422, work_form=form)
    except nonces.Reused:
        return show(request, offer, status=422, reused=True)
    except TooLate:
        return _refused(offer, "hours")
    return back(offer)


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, offer: Offer, line_pk: int) -> HttpResponse:
    """Correct a line that is not approved; of one that was queried this is the answer."""
    now, found = clock.now(), _line(offer, line_pk)
    is_sent = request.method == "POST" and by_hand.is_sent(offer, request.POST, now)
    form = WorkForm(work_logs.today(offer, now), request.POST if is_sent else None, line=found)
    if form.is_valid():
        given = form.cleaned_data
        try:
            work_logs.correct(offer, line_pk, day=given["day"], seconds=given["time"], note=given["note"], now=now)
        except work_logs.Refused as error:
            form.add_error(error.field, str(error))
        except TooLate:
            return _refused(offer, "correct")
        else:
            return back(offer)
    context = _frame(offer) | {"form": form, "line": found, "made": by_hand.made(offer, now)}
    context["is_open"] = found.state != WorkLog.State.APPROVED
    return render(request, "link/hours_line.html", context, status=422 if form.errors else 200)


@by_form
def line_remove(request: HttpRequest, offer: Offer, line_pk: int) -> HttpResponse:
    """Take a line out that is not approved."""
    try:
        work_logs.remove(offer, line_pk, now=clock.now())
    except TooLate:
        _line(offer, line_pk)
        return _refused(offer, "remove")
    return back(offer)


# --- The timer -------------------------------------------------------------------
@by_form
def timer_start(request: HttpRequest, offer: Offer) -> HttpResponse:
    return _timer(offer, "start the timer", lambda: work_timers.start(offer, now=clock.now()))


@by_form
def timer_stop(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Stop it and log what it measured, or throw that away."""
    now = clock.now()
    if "discard" in request.POST:
        return _timer(offer, "discard the timer", lambda: work_timers.discard(offer))
    return _timer(offer, "stop the timer", lambda: work_timers.stop(offer, now=now))


def _timer(offer: Offer, name: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except TooLate:
        return _refused(offer, name)
    return back(offer)


# --- The month, and the calendar -------------------------------------------------
@by_link
@require_safe
def statement(request: HttpRequest, offer: Offer, month: Month) -> HttpResponse:
    return render(request, "link/statement.html", _frame(offer) | work_views.shown(_statement(offer, month)))


@by_link
@require_safe
def statement_csv(request: HttpRequest, offer: Offer, month: Month) -> HttpResponse:
    return work_views.spreadsheet(_statement(offer, month))


@by_link
@require_safe
def calendar(request: HttpRequest, offer: Offer) -> HttpResponse:
    """The days of this hand-off, for a calendar program."""
    name = f"{offer.pid}@{urlsplit(settings.SITE_URL).hostname}"
    made_at = offer.events.latest("happened_at").happened_at
    text = calendars.file(calendars.events(offer), name=name, made_at=made_at)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="hand-off.ics"'
    return response


def _statement(offer: Offer, month: Month) -> statements.Statement:
    """Of all that this person does for this owner; an offer that was never accepted has none."""
    if offer.state != Offer.State.ACCEPTED:
        raise Http404
    offer.assistant.owner = offer.handoff.owner
    return statements.of(offer.assistant, month)


def _line(offer: Offer, line_pk: int) -> WorkLog:
    """A line of this hand-off; anyone else's is not found."""
    found = offer.handoff.work.filter(pk=line_pk, assistant=offer.assistant).first()
    if found is None or offer.state != Offer.State.ACCEPTED:
        raise Http404
    return found


def _frame(offer: Offer) -> dict[str, object]:
    """What the frame of every page behind the link names."""
    handoff = offer.handoff
    token = links.token("offer", offer.pid, offer.epoch)
    return {"token": token, "owner": handoff.owner, "person": offer.assistant, "task": handoff.task}


def _refused(offer: Offer, asked: str) -> HttpResponse:
    replies.refuse(offer, asked, now=clock.now())
    return back(offer)
