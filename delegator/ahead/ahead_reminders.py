"""
"Remind me in January": one email on the first work day of a month, with what the plan ahead says then.

Written once: a guarded UPDATE of the wish decides between two beats, and the email is written in its transaction.
When it is due is worked out from the owner's zone and work days each time, so that it moves with them.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from assistants import links
from assistants.mail import outbox
from assistants.models import OutgoingEmail
from assistants.months import Month
from delegator.mail import readers
from delegator.models import AheadReminder
from tasks import dates, formats, workdays
from tasks.models import Owner
from tasks.workdays import WorkDays

from . import outlook

logger = logging.getLogger(__name__)
HOUR = time(9)
DAY = timedelta(days=1)
# No place is further ahead of UTC.
EARLIEST = timedelta(hours=14)
# After an outage; what is older is no reminder any more, but a surprise.
LATEST = timedelta(days=30)


class NotToCome(Exception):
    """The month is none of the next twelve."""


def keep(owner: Owner, month: Month, *, now: datetime) -> AheadReminder:
    """Remind the owner in that month; the one of that month, if there is one. NotToCome for other months."""
    _check(owner, month, now)
    kept, _ = owner.ahead_reminders.get_or_create(month=str(month), defaults={"asked_at": now})
    return kept


def move(reminder: AheadReminder, month: Month, *, now: datetime) -> None:
    """To another month; where that has one already the two become one. NotToCome for other months."""
    _check(reminder.owner, month, now)
    waiting = AheadReminder.objects.filter(pk=reminder.pk, written_at=None)
    try:
        with transaction.atomic():
            waiting.update(month=str(month))
    except IntegrityError:
        if str(month) != reminder.month:
            waiting.delete()


def waiting(owner: Owner) -> list[AheadReminder]:
    """Those that are still to come, soonest first. One query."""
    return list(owner.ahead_reminders.filter(written_at=None))


def remove(reminder: AheadReminder) -> None:
    AheadReminder.objects.filter(pk=reminder.pk, written_at=None).delete()


def _check(owner: Owner, month: Month, now: datetime) -> None:
    if month not in outlook.months(owner.today(now)):
        raise NotToCome(f"{month} is none of the next twelve months")


def due_on(work: WorkDays, month: Month) -> date:
    """The first work day of the month, or the first one after a month without any."""
    day = month.first
    while not work.is_one(day):
        day += DAY
    return day


# --- When it comes due ---------------------------------------------------------
def remind(*, now: datetime) -> int:
    """Write every reminder that has come due; how many were written."""
    written, begun = 0, str(Month.of((now + EARLIEST).date()))
    due = AheadReminder.objects.filter(written_at=None, month__lte=begun, owner__in=readers.of())
    for reminder in due.select_related("owner").order_by("pk"):
        try:
            written += _remind(reminder, now)
        except Exception:  # one owner's trouble is not the others'; the next beat tries again
            logger.exception("owner %s could not be reminded of the year ahead", reminder.owner_id)
    return written


def _remind(reminder: AheadReminder, now: datetime) -> bool:
    owner = reminder.owner
    month = Month.parse(reminder.month)
    day = due_on(workdays.of(owner, month.first), month)
    if dates.at(day, HOUR, owner.zone) > now:
        return False
    is_news = owner.today(now) - day <= LATEST
    # Worked out first: it may take seconds, and nobody else writes to SQLite meanwhile.
    said = facts(owner, reminder, now) if is_news else {}
    with transaction.atomic():
        # The WHERE clause is the lock: another beat was quicker, or the owner has moved or removed it.
        same = AheadReminder.objects.filter(pk=reminder.pk, month=reminder.month, written_at=None)
        if not same.update(written_at=now) or not is_news:
            return False
        to, key = (owner.name, owner.email), f"year-{owner.pk}-{reminder.month}"
        outbox.put("year", owner=owner, to=to, key=key, facts=said, now=now)
    return True


def facts(owner: Owner, reminder: AheadReminder, now: datetime) -> dict[str, Any]:
    """What the forecast says now, in plain words."""
    with formats.use(owner.formats):
        headline, lines = _said(outlook.look(owner, now=now, is_patient=True))
        return {"headline": headline, "lines": lines, "asked_on": dates.dated(owner.today(reminder.asked_at))}


def _said(look: outlook.Look) -> tuple[str, list[str]]:
    found = look.outlook
    if found is None:
        lines = ["There is no forecast now: it needs scored tasks, what your hour is worth, and four logged weeks."]
        return "You wanted to look at the months ahead", lines
    if found.first is None:
        return found.heading, ["There is nothing to do. Look at the months ahead if your plans have changed."]
    lines = [each for each in (found.first.numbers, found.first.look and f"{found.first.look}.") if each]
    others = [f"{each.heading}." for each in found.others if each.pays]
    return found.heading, [*lines, found.first.why, *others]


def letter(email: OutgoingEmail) -> dict[str, Any]:
    return email.facts | {"url": links.absolute(reverse("plan_ahead")), "button": "Look at the next 12 months"}
