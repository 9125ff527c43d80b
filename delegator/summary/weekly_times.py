"""
When the weekly summary is due, and of which week it speaks.

It is due on the owner's weekday and hour, where they live; a monthly one only on the first such
day of a month. Each due date speaks of the ISO week before its own, so that each week has one date.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delegator.mail import reminders
from tasks import dates
from tasks.models import Owner
from tasks.weeks import Week

WEEK = timedelta(days=7)
MONTHLY = Owner.SummaryEvery.MONTH
# ISO weekdays and their names; 1 January 2001 was a Monday.
DAYS = [(day, f"{date(2001, 1, day):%A}") for day in range(1, 8)]
# Beyond this a summary says that it is late.
A_DAY = timedelta(days=1)


def next_at(owner: Owner, now: datetime) -> datetime:
    """The first due instant after `now`."""
    day = _day_of_week(owner, owner.today(now))
    while not _is_one(owner, day) or (at := _at(owner, day)) <= now:
        day += WEEK
    return at


def last_at(owner: Owner, now: datetime) -> datetime:
    """The newest due instant up to `now`."""
    return _at(owner, _last_day(owner, now))


def week_due(owner: Owner, now: datetime) -> Week:
    """The week of which the newest due date speaks: on Mondays the one that is just over."""
    return Week.of(_last_day(owner, now)).back()


def replanned(before: Owner, owner: Owner, *, now: datetime) -> datetime | None:
    """When it is due after the owner's settings were changed from those `before`; None for who wants none."""
    due = before.next_summary_at
    if not owner.wants_summary:
        return None
    # Who comes back to it is not sent the weeks in between.
    if due is None or not before.wants_summary:
        return next_at(owner, now)
    if before.summary_every != owner.summary_every and due > now:
        return next_at(owner, now)
    return moved(due, before.zone, owner, now)


def moved(due: datetime, zone: ZoneInfo, owner: Owner, now: datetime) -> datetime:
    """
    The same due date, which was planned in `zone`, on the day and hour and in the zone that the owner has now.

    It stays in its ISO week, a monthly one in its month, so that no week is left out and none comes
    twice; where the new instant has passed it is due at once. What was due already stays so.
    """
    if due <= now:
        return due
    day = due.astimezone(zone).date()
    return max(_at(owner, _day_of_month(owner, day) if _is_monthly(owner) else _day_of_week(owner, day)), now)


def is_late(due: datetime, now: datetime) -> bool:
    return now - due > A_DAY


def schedule(owner: Owner) -> str:
    """Every Monday at 7 am. A monthly one says of which week it speaks."""
    at = f"{dict(DAYS)[owner.summary_day]} at {reminders.hour_in_words(owner.summary_hour)}"
    if _is_monthly(owner):
        return f"On the first {at} of each month, about the week before."
    return f"Every {at}."


def _last_day(owner: Owner, now: datetime) -> date:
    day = _day_of_week(owner, owner.today(now))
    while not _is_one(owner, day) or _at(owner, day) > now:
        day -= WEEK
    return day


def _is_monthly(owner: Owner) -> bool:
    return owner.summary_every == MONTHLY


def _is_one(owner: Owner, day: date) -> bool:
    return day.day <= 7 or not _is_monthly(owner)


def _day_of_week(owner: Owner, day: date) -> date:
    """The owner's weekday in the ISO week of that day."""
    return day + timedelta(days=owner.summary_day - day.isoweekday())


def _day_of_month(owner: Owner, day: date) -> date:
    """The first of the owner's weekdays in the month of that day."""
    first = day.replace(day=1)
    return first + timedelta(days=(owner.summary_day - first.isoweekday()) % 7)


def _at(owner: Owner, day: date) -> datetime:
    """The owner's hour of that day, or the first real instant after it where the clocks leave it out."""
    return dates.at(day, time(owner.summary_hour), owner.zone)
