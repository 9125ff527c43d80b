"""
Mails about the day sheet: a timer that was forgotten, and a work day that is still empty.

Each is written once: a guarded UPDATE of the row that makes it due decides between two
beats, and the email is written in its transaction. A worker that was away may come to
send it when it is no longer true; so its letter looks again, and then it is skipped.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from assistants import links
from assistants.mail import messages, outbox
from assistants.models import OutgoingEmail
from tasks import clock, dates, durations, formats, workdays
from tasks.models import Owner, Timer
from tasks.workdays import WorkDays

from . import readers

logger = logging.getLogger(__name__)


# --- A timer that was forgotten ----------------------------------------------
def ask_about_timers(*, now: datetime) -> int:
    """Ask each owner once whose timer ran past their limit what it was; how many were asked."""
    asked = 0
    for timer in _to_ask_about(now):
        try:
            asked += _ask(timer, now)
        except Exception:  # one owner's trouble is not the others'; the next beat tries again
            logger.exception("owner %s could not be asked about a timer", timer.owner_id)
    return asked


def _to_ask_about(now: datetime) -> QuerySet[Timer]:
    """Past the limit of their owner, and not asked about since; the owner may have set a later limit meanwhile."""
    limit = ExpressionWrapper(
        Cast("owner__timer_limit", IntegerField()) * Value(timedelta(seconds=1)), DurationField()
    )
    timers = Timer.objects.annotate(limit_at=ExpressionWrapper(F("checked_at") + limit, DateTimeField()))
    forgotten = timers.filter(Q(asked_at=None) | Q(asked_at__lt=F("limit_at")), limit_at__lte=now)
    return forgotten.filter(owner__in=readers.of()).select_related("owner", "task").order_by("pk")


@transaction.atomic
def _ask(timer: Timer, now: datetime) -> bool:
    # The WHERE clause is the lock: answered or asked about meanwhile, it is another row.
    same = Timer.objects.filter(pk=timer.pk, checked_at=timer.checked_at, asked_at=timer.asked_at)
    if not same.update(asked_at=now):
        return False
    owner = timer.owner
    with formats.use(owner.formats):
        since = dates.since(timer.started_at, now, owner.zone)
    facts = {
        "task": timer.task.mid_sentence,
        "task_title": timer.task.name,
        "since": since,
        "limit": durations.words(owner.timer_limit),
        "checked_at": timer.checked_at.isoformat(),
    }
    key = f"timer-{owner.pk}-{timer.forgotten_at().astimezone(UTC):%Y%m%dT%H%M%S}"
    outbox.put("timer", owner=owner, to=(owner.name, owner.email), key=key, facts=facts, now=now)
    return True


def timer_letter(email: OutgoingEmail) -> dict[str, Any]:
    if _leaves(email) and not _is_open(email, clock.now()):
        raise messages.Unwanted("the timer is no longer forgotten")
    return email.facts | {
        "url": links.absolute(reverse("tasks:timer")),
        "settings_url": links.absolute(reverse("settings")),
    }


def _is_open(email: OutgoingEmail, now: datetime) -> bool:
    """Whether that timer was not stopped nor said to run on since, and is still past the limit."""
    same = Timer.objects.filter(owner=email.owner, checked_at=datetime.fromisoformat(email.facts["checked_at"]))
    timer = same.select_related("owner").first()
    return timer is not None and timer.is_forgotten(now)


# --- A work day that is empty ------------------------------------------------
def remind(*, now: datetime) -> int:
    """Remind who asked for it and has nothing on today's sheet at their hour; how many were reminded."""
    reminded = 0
    due = Q(next_reminder_at=None) | Q(next_reminder_at__lte=now)
    for owner in readers.of(wants_reminder=True).filter(due).order_by("pk"):
        try:
            reminded += _remind(owner, now)
        except Exception:  # one owner's trouble is not the others'; the next beat tries again
            logger.exception("owner %s could not be reminded", owner.pk)
    return reminded


@transaction.atomic
def _remind(owner: Owner, now: datetime) -> bool:
    due, work = owner.next_reminder_at, workdays.of(owner, owner.today(now))
    # The WHERE clause is the lock: another beat, or the settings, have moved it meanwhile.
    same = Owner.objects.filter(pk=owner.pk, wants_reminder=True, next_reminder_at=due)
    if not same.update(next_reminder_at=next_at(owner, work, now)) or due is None:
        return False
    day = owner.today(due)
    # After an outage a past day is left alone: its sheet is no news any more.
    if day != owner.today(now) or not work.is_one(day) or _not_empty(owner, day):
        return False
    return _put(owner, day, now)


def _put(owner: Owner, day: date, now: datetime) -> bool:
    """False if that day had its reminder: before the owner moved, or chose a later hour."""
    with formats.use(owner.formats):
        hour = hour_in_words(owner.reminder_hour)
    facts = {"day": day.isoformat(), "weekday": f"{day:%A}", "hour": hour}
    to, key = (owner.name, owner.email), f"reminder-{owner.pk}-{day}"
    try:
        with transaction.atomic():
            outbox.put("reminder", owner=owner, to=to, key=key, facts=facts, now=now)
    except IntegrityError:
        return False
    return True


def plan(owner: Owner, *, now: datetime) -> None:
    """Work out anew when the next one is due, after a change of wish, hour, zone or weekdays; the caller saves it."""
    work = workdays.of(owner, owner.today(now))
    owner.next_reminder_at = next_at(owner, work, now) if owner.wants_reminder else None


def heed_days_off(owner: Owner, *, now: datetime) -> None:
    """
    Work it out anew after days off came or went, and save it; what has come due is left to the beat.

    With the owner held: another page may have saved another hour meanwhile.
    """
    owner.refresh_from_db(fields=["wants_reminder", "reminder_hour", "time_zone", "work_days"])
    if owner.wants_reminder:
        still_to_come = Owner.objects.filter(pk=owner.pk, wants_reminder=True, next_reminder_at__gt=now)
        still_to_come.update(next_reminder_at=next_at(owner, workdays.of(owner, owner.today(now)), now))


def next_at(owner: Owner, work: WorkDays, now: datetime) -> datetime:
    """The owner's hour on the next work day, or the first real instant after it where the clocks leave it out."""
    day = owner.today(now)
    while not work.is_one(day) or (at := _hour_of(owner, day)) <= now or owner.today(at) != day:
        day += timedelta(days=1)
    return at


def _hour_of(owner: Owner, day: date) -> datetime:
    return dates.at(day, time(owner.reminder_hour), owner.zone)


def hour_in_words(hour: int) -> str:
    """5 pm"""
    return dates.clock(datetime(2000, 1, 1, hour, tzinfo=UTC), ZoneInfo("UTC"))


def reminder_letter(email: OutgoingEmail) -> dict[str, Any]:
    day = date.fromisoformat(email.facts["day"])
    if _leaves(email) and (reason := _too_late(email.owner, day, clock.now())):
        raise messages.Unwanted(reason)
    stop = links.absolute(reverse("unsubscribe_reminders", args=[links.token("unsubscribe", email.owner.pid)]))
    return email.facts | {
        "url": links.absolute(reverse("tasks:day", args=[day])),
        "settings_url": links.absolute(reverse("settings")),
        "unsubscribe_url": stop,
        "headers": {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    }


def _too_late(owner: Owner, day: date, now: datetime) -> str:
    """Why the reminder should not leave after all; '' when it should."""
    if not owner.wants_reminder:
        return "they asked for no more reminders"
    if owner.today(now) != day:
        return "the day is over"
    return _not_empty(owner, day) if workdays.of(owner, day, day).is_one(day) else "it is no work day any more"


def _not_empty(owner: Owner, day: date) -> str:
    """What is on the sheet of that day, or about to be; '' for an empty one."""
    if owner.entries.on(day).exists():
        return "the day has time"
    return "a timer runs" if Timer.objects.filter(owner=owner).exists() else ""


def _leaves(email: OutgoingEmail) -> bool:
    """Whether a worker holds it now; mail that is kept here is rendered again each time it is read."""
    return email.state == OutgoingEmail.State.SENDING
