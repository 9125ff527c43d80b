"""The assistant's hours, by the private link: logged, corrected, timed; the month's statement, and the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assistants import nonces
from assistants.handoff import moves
from assistants.handoff.moves import TooLate
from assistants.models import Offer, WorkLog
from assistants.months import Month
from assistants.work import calendars, statement_page, statements, work_logs, work_timers
from assistants.work.forms import EndedForm, WorkForm
from tasks import clock

from . import by_hand
from . import page as link_page
from .views import back, by_form, by_link, show


@by_form("work_form", "Log hours")
def hours(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Log hours of one day; the page then shows them at the top of "So far"."""
    now = clock.now()
    if not work_logs.can_log(offer, now):
        return _refused(offer, "hours")
    form = WorkForm(offer.assistant.today(now), request.POST)
    if not form.is_valid():
        return show(request, offer, status=422, work_form=form)
    given = form.cleaned_data
    try:
        line = work_logs.log(
            offer, day=given["day"], seconds=given["time"], note=given["note"], now=now, once=given["once"]
        )
    except work_logs.Refused as error:
        form.add_error(error.field, str(error))
        return show(request, offer, status=422, work_form=form)
    except nonces.Reused:
        return show(request, offer, status=422, reused=True)
    except TooLate:
        return _refused(offer, "hours")
    return back(offer, "hours" if line else "")


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, offer: Offer, line_pk: int) -> HttpResponse:
    """Correct a line that is not approved; of one that was queried this is the answer."""
    now, found = clock.now(), _line(offer, line_pk)
    is_sent = request.method == "POST" and by_hand.is_sent(offer, request.POST, now)
    form = WorkForm(offer.assistant.today(now), request.POST if is_sent else None, line=found)
    if form.is_valid():
        given = form.cleaned_data
        try:
            work_logs.correct(
                offer,
                line_pk,
                day=given["day"],
                seconds=given["time"],
                note=given["note"],
                answer=given.get("answer", ""),
                now=now,
            )
        except work_logs.Refused as error:
            form.add_error(error.field, str(error))
        except TooLate:
            return _refused(offer, "correct")
        else:
            return back(offer, "answer" if found.state == WorkLog.State.QUERIED else "line")
    is_too_quick = request.method == "POST" and not is_sent
    if is_too_quick:
        link_page.keep_typed(form, request.POST.dict())
    more = {
        "form": form,
        "line": found,
        "too_quick": is_too_quick,
        "is_open": found.state != WorkLog.State.APPROVED,
        "is_queried": found.state == WorkLog.State.QUERIED,
    }
    status = 422 if form.errors else 200
    return render(request, "link/hours_line.html", link_page.frame(offer, now) | more, status=status)


@by_form()
def line_remove(request: HttpRequest, offer: Offer, line_pk: int) -> HttpResponse:
    """Take a line out that is not approved; of one that is not there the page just comes again."""
    try:
        is_removed = work_logs.remove(offer, line_pk, now=clock.now())
    except TooLate:
        _line(offer, line_pk)
        return _refused(offer, "remove")
    return back(offer, "removed" if is_removed else "")


# --- The timer -------------------------------------------------------------------
@by_form(button="Start a timer")
def timer_start(request: HttpRequest, offer: Offer) -> HttpResponse:
    return _timer(offer, "start the timer", lambda: work_timers.start(offer, now=clock.now()))


@by_form("ended_form")
def timer_stop(request: HttpRequest, offer: Offer) -> HttpResponse:
    """
    Stop it and log what it measured, or throw that away.

    Of one that was forgotten the page asks when work ended: the form brings that time as `at`.
    """
    now, only = clock.now(), _started(request)
    if "discard" in request.POST:
        return _timer(offer, "discard the timer", lambda: work_timers.discard(offer, only=only))
    if "at" not in request.POST:
        return _timer(offer, "stop the timer", lambda: _stop(offer, only=only, now=now))
    form = EndedForm(offer, now, request.POST)
    if form.is_valid():
        until = form.cleaned_data["at"]
        try:
            return _timer(offer, "stop the timer", lambda: _stop(offer, until=until, only=only, now=now))
        except work_timers.NotThen as error:
            form.add_error("at", str(error))
    return show(request, offer, status=422, ended_form=form)


def _started(request: HttpRequest) -> datetime | None:
    """When the timer was started that the page showed; None if the form does not say."""
    try:
        return datetime.fromisoformat(request.POST.get("since", ""))
    except ValueError:
        return None


def _stop(offer: Offer, *, until: datetime | None = None, only: datetime | None, now: datetime) -> str:
    """What the page says about it: that it is logged, or that it was too short to be."""
    since = offer.timer_since
    if work_timers.stop(offer, until=until, only=only, now=now):
        return "timer"
    if since is None or offer.timer_since is not None:
        return ""  # none ran, or it is another one by now
    return link_page.TOO_SHORT if work_timers.is_too_short(since, until or now) else ""


def _timer(offer: Offer, name: str, act: Callable[[], str | None]) -> HttpResponse:
    """Do it; what it returns is the name of what the page says then."""
    said = ""
    try:
        said = act() or ""
    except TooLate:
        return _refused(offer, name)
    except work_timers.Forgotten:
        pass  # the page asks when work ended
    return back(offer, said)


# --- The month, and the calendar -------------------------------------------------
@by_link
@require_safe
def statement(request: HttpRequest, offer: Offer, month: Month) -> HttpResponse:
    """With the lines of this hand-off that can still be corrected, since the page itself shows two months only."""
    of_month = _statement(offer, month)
    mine = [line for line in of_month.lines if line.handoff_id == offer.handoff_id]
    now = timezone.now()
    is_open = work_logs.can_log(offer, now)
    context = {"correctable": [line for line in mine if is_open and line.state != WorkLog.State.APPROVED]}
    return render(
        request, "link/statement.html", link_page.frame(offer, now) | statement_page.shown(of_month) | context
    )


@by_link
@require_safe
def statement_csv(request: HttpRequest, offer: Offer, month: Month) -> HttpResponse:
    return statement_page.spreadsheet(_statement(offer, month))


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


def _refused(offer: Offer, asked: str) -> HttpResponse:
    moves.record_refused(offer.handoff, asked, offer=offer, now=clock.now())
    return back(offer)
