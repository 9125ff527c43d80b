"""Days on which an assistant is away: written by either side, and what they leave of the assistant's hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from assistants.models import Absence, Assistant
from tasks import dates, locks
from tasks.prepared import Prepared, given
from tasks.workdays import Run, WorkDays

DAY, YEAR = timedelta(days=1), timedelta(days=366)
# Those that are still to come, and more than anybody has.
MOST = 100
WEEKDAYS = "12345"
# What a new plan looks at: the weeks in which new work would begin.
WEEKS_AHEAD = 4
QUARTER = 15
# More of them on one line would be read by nobody.
SAID_AT_MOST = 3


RUNS = Prepared(lambda: Absence.objects.filter(assistant_id=given("person")).values_list("first", "last"))


class TooMany(Exception):
    """There are as many absences as there may be; what is written would be one more."""


@transaction.atomic
def add(person: Assistant, first: date, last: date, *, today: date) -> Absence:
    """
    Write days off, both ends included; with those that they overlap or follow they become one run.

    So the same days again, from a second press of the button, change nothing. TooMany beyond MOST.
    """
    locks.hold(Assistant, person.pk)
    touching = list(person.absences.filter(first__lte=last + DAY, last__gte=first - DAY))
    run = min([first, *(each.first for each in touching)]), max([last, *(each.last for each in touching)])
    for each in touching:
        if (each.first, each.last) == run:
            return each
    if not touching and person.absences.filter(last__gte=today).count() >= MOST:
        raise TooMany
    # What is long over tells nobody anything.
    person.absences.filter(last__lt=today - YEAR).delete()
    person.absences.filter(pk__in=[each.pk for each in touching]).delete()
    return person.absences.create(first=run[0], last=run[1])


@transaction.atomic
def remove(person: Assistant, pk: int) -> Absence | None:
    """Take one back; None if it is gone already."""
    locks.hold(Assistant, person.pk)
    absence = person.absences.filter(pk=pk).first()
    if absence:
        person.absences.filter(pk=pk).delete()
    return absence


def runs(person: Assistant) -> list[Run]:
    """One query, or none where they were fetched with the person."""
    if "absences" in getattr(person, "_prefetched_objects_cache", ()):
        return [(each.first, each.last) for each in person.absences.all()]
    return RUNS.rows(person=person.pk)


def to_come(person: Assistant, today: date) -> list[tuple[Absence, str]]:
    """Those that are not over, soonest first, in words."""
    coming = sorted((each for each in person.absences.all() if each.last >= today), key=lambda each: each.first)
    return [(each, dates.span_dated(each.first, each.last)) for each in coming]


# --- What they leave -------------------------------------------------------------
def first_day(today: date) -> date:
    """The Monday on which a hand-off written today would begin, with a week to reply and to make ready."""
    return today + timedelta(days=14 - today.weekday())


def minutes_left(person: Assistant, today: date, *, busy: int) -> int:
    """Minutes a week that the person has in the weeks that a plan of today is about, kept work included."""
    return left_of(person.weekly_minutes, runs(person), today, busy=busy)


def left_of(weekly_minutes: int, away: Sequence[Run], today: date, *, busy: int) -> int:
    """
    The `busy` minutes of live hand-offs, which rest on days away as well, and what they leave.

    That is less by the share of the days from Monday to Friday that one is away, rounded down to quarters of an hour.
    """
    if not away or busy >= weekly_minutes:
        return weekly_minutes
    first = first_day(today)
    days = [first + n * DAY for n in range(7 * WEEKS_AHEAD)]
    of, there = len(WorkDays(WEEKDAYS).of(days)), len(WorkDays(WEEKDAYS, tuple(away)).of(days))
    if there == of:
        return weekly_minutes
    return busy + (weekly_minutes - busy) * there // of // QUARTER * QUARTER


def in_words(person: Assistant, today: date) -> str:
    """Away 2 to 13 November and 24 November; of today and the weeks that a plan is about, '' for none."""
    until = first_day(today) + timedelta(weeks=WEEKS_AHEAD)
    soon = [dates.span(*run) for run in sorted(runs(person)) if run[1] >= today and run[0] < until]
    if len(soon) > SAID_AT_MOST:
        soon = [*soon[: SAID_AT_MOST - 1], "more days"]
    return f"away {_joined(soon)}" if soon else ""


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def back_on(person: Assistant, day: date) -> date:
    """That day, or the first after it on which the person is not away."""
    for first, last in sorted(runs(person)):
        if first <= day <= last:
            day = last + DAY
    return day
