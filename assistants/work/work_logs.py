"""
Hours on an agreed hand-off: logged by the assistant, approved or queried by the owner, paid.

Every act takes the hand-off's row first, so that two of them never see half of each other,
and writes its event with what a line said, so nothing is silently lost.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from assistants import nonces
from assistants.handoff import letters, moves, tell
from assistants.handoff.moves import Actor, Kind, TooLate
from assistants.models import Assistant, Handoff, Offer, WorkLog, WorkLogQuerySet
from assistants.months import Month
from tasks import dates, durations, formats, locks, money
from tasks.weeks import Week

from . import line_facts
from .line_facts import Correction, Line

State = WorkLog.State
# Until how long after the last day hours can still be logged.
TO_LOG = timedelta(days=14)


class Refused(ValueError):
    """Hours that cannot be; `field` is the form's, the text the sentence for the reader."""

    def __init__(self, field: str, said: str) -> None:
        self.field = field
        super().__init__(said)


def can_log(offer: Offer, now: datetime) -> bool:
    """While it runs, and for two weeks after its last day."""
    handoff = offer.handoff
    if offer.state != Offer.State.ACCEPTED:
        return False
    until = last_to_log(offer)
    if handoff.state in (Handoff.State.DONE, Handoff.State.ENDED) and until:
        return offer.assistant.today(now) <= until
    return bool(handoff.state == Handoff.State.ACTIVE)


def last_to_log(offer: Offer) -> date | None:
    """Of the assistant's days the last on which hours can be logged; None while no end is set, or without work."""
    ends_on = offer.handoff.ends_on
    # What ended before its start takes none.
    return ends_on + TO_LOG if ends_on and offer.terms.starts_on <= ends_on else None


# --- The assistant ---------------------------------------------------------------
@transaction.atomic
def log(offer: Offer, *, day: date, seconds: int, note: str, now: datetime, once: str = "") -> WorkLog | None:
    """
    Add a line of work; its amount is fixed here, rounded half up to the cent.

    With `once` the same form sent again adds nothing; None if its line is gone since. Raises
    Refused for hours that cannot be, TooLate when none can be logged any more, and
    nonces.Reused when the form said something else the first time.
    """
    hold_day(offer)
    if once:
        before = nonces.use(nonces.of_offer(offer), once, f"hours {day} {seconds} {note}", now)
        if before is not None:
            return offer.handoff.work.filter(pk=before or 0).first()
    _check(offer, day, seconds, now)
    line = add(offer, day, seconds, note, now)
    if once:
        nonces.keep(nonces.of_offer(offer), once, str(line.pk))
    return line


def add(offer: Offer, day: date, seconds: int, note: str, now: datetime) -> WorkLog:
    """A new line, for who holds the hand-off's row and has seen that the day can take it."""
    handoff, week = offer.handoff, Week.of(day)
    logged = _seconds(handoff, week.first, week.last)
    line = WorkLog.objects.create(
        handoff=handoff,
        assistant=offer.assistant,
        day=day,
        seconds=seconds,
        note=note,
        rate=offer.terms.rate,
        amount=_amount(offer, seconds),
        logged_at=now,
        is_over=logged + seconds > offer.terms.weekly_minutes * 60,
    )
    moves.make(Kind.LOGGED, handoff, offer, by=Actor.ASSISTANT, now=now, note=str(line.pk))
    return line


@transaction.atomic
def correct(
    offer: Offer, line_id: int, *, day: date, seconds: int, note: str, answer: str = "", now: datetime
) -> None:
    """
    Say a line anew, at the rate of the terms; of a line that was queried it is the answer, changed or not.

    `answer` says it in words, and then stands beside the question until the owner's next word. Raises
    Refused, and TooLate for a line that is approved or gone.
    """
    hold_day(offer)
    line = _open(offer.handoff, line_id)
    was, was_queried = Line.of(line), line.state == State.QUERIED
    if (line.day, line.seconds, line.note) == (day, seconds, note) and not was_queried:
        return
    _check(offer, day, seconds, now, but=line)
    line.day, line.seconds, line.note = day, seconds, note
    line.rate, line.amount = offer.terms.rate, _amount(offer, seconds)
    line.state, line.decided_at = State.LOGGED, None
    if was_queried:
        line.query, line.answer = (line.query, answer) if answer else ("", "")
    line.save()
    correction = Correction(was, Line.of(line), line.answer if was_queried else "")
    _corrected(offer, correction, was_queried=was_queried, now=now)
    for week in {Week.of(was.day), Week.of(day)}:
        _mark_over(offer, week)


@transaction.atomic
def remove(offer: Offer, line_id: int, *, now: datetime) -> bool:
    """
    Take a line out; the event keeps what it said.

    False, and nothing happens, for one that is out already, or never was theirs. Raises
    TooLate for one that is approved, and when none can be logged any more.
    """
    moves.hold(offer.handoff, offer)
    if not offer.handoff.work.filter(pk=line_id).exists():
        return False
    if not can_log(offer, now):
        raise TooLate
    line = _open(offer.handoff, line_id)
    line.delete()
    _corrected(offer, Correction(Line.of(line), None), was_queried=line.state == State.QUERIED, now=now)
    _mark_over(offer, Week.of(line.day))
    return True


def _corrected(offer: Offer, correction: Correction, *, was_queried: bool, now: datetime) -> None:
    note, facts = correction.answer, correction.facts()
    event = moves.make(Kind.CORRECTED, offer.handoff, offer, by=Actor.ASSISTANT, now=now, note=note, facts=facts)
    if was_queried:
        with formats.use(offer.handoff.owner.formats):
            letter = letters.corrected(offer, str(correction.was), correction.reply)
        tell.owner(event, letter, now=now)


# --- The owner -------------------------------------------------------------------
def mark(line: WorkLog) -> str:
    """Names a line as it stands, so that what is approved is what was on the page."""
    return f"{line.pk}-{line.day:%Y%m%d}-{line.seconds}-{zlib.crc32(line.note.encode()):08x}"


@transaction.atomic
def approve(handoff: Handoff, marks: Collection[str], *, now: datetime) -> int:
    """Say yes to lines as they were on the page; how many of them are approved now, also if they were before."""
    offer = moves.hold_agreed(handoff)
    seen = [line for line in handoff.work.all() if mark(line) in marks]
    lines = [line for line in seen if line.state != State.APPROVED]
    if lines:
        moves.make(Kind.APPROVED, handoff, offer, by=Actor.OWNER, now=now, facts=line_facts.together(lines))
        those = handoff.work.filter(pk__in=[line.pk for line in lines])
        those.update(state=State.APPROVED, query="", answer="", decided_at=now)
    return len(seen)


@transaction.atomic
def reopen(handoff: Handoff, line_id: int, *, now: datetime) -> None:
    """Take the yes to a line back; TooLate for one that has none, or that is paid."""
    offer = moves.hold_agreed(handoff)
    line = handoff.work.filter(pk=line_id, state=State.APPROVED, paid_on=None).first()
    if line is None:
        raise TooLate
    moves.make(Kind.UNAPPROVED, handoff, offer, by=Actor.OWNER, now=now, facts=line_facts.together([line]))
    handoff.work.filter(pk=line.pk).update(state=State.LOGGED, decided_at=None)
    _mark_over(offer, Week.of(line.day))


@transaction.atomic
def query(handoff: Handoff, line_id: int, text: str, *, now: datetime) -> None:
    """Ask about a line that is not approved, while the assistant can still answer by correcting it; else TooLate."""
    offer = moves.hold_agreed(handoff)
    if not can_log(offer, now):
        raise TooLate
    line = _open(handoff, line_id)
    said = Line.of(line)
    facts = {"line": said.facts()}
    event = moves.make(Kind.QUERIED, handoff, offer, by=Actor.OWNER, now=now, note=text, facts=facts)
    handoff.work.filter(pk=line.pk).update(state=State.QUERIED, query=text, answer="", decided_at=now)
    with formats.use(formats.USUAL):
        letter = letters.queried(offer, str(said), text)
    tell.assistant(event, letter, now=now)


@transaction.atomic
def pay(assistant: Assistant, month: Month, paid_on: date, *, seen: Decimal | None = None, now: datetime) -> Decimal:
    """
    Mark what is approved and not paid of that month as paid on that day; the amount.

    Raises Refused for a day that has not come, and TooLate when it is not what was `seen`.
    """
    if paid_on > assistant.owner.today(now):
        raise Refused("paid_on", "That day has not come yet.")
    if paid_on < month.first:
        raise Refused("paid_on", f"That is before {month.name}.")
    owed = assistant.work.owed().between(month.first, month.last)
    paid = Decimal(0)
    for handoff, offer in _held(owed):
        lines = list(owed.filter(handoff=handoff))
        if not lines:
            continue
        facts = line_facts.together(lines) | {"paid_on": paid_on.isoformat()}
        moves.make(Kind.PAID, handoff, offer, by=Actor.OWNER, now=now, facts=facts)
        owed.filter(pk__in=[line.pk for line in lines]).update(paid_on=paid_on)
        paid += sum(line.amount for line in lines)
    if seen is not None and paid != seen:
        raise TooLate
    return paid


@transaction.atomic
def unpay(assistant: Assistant, month: Month, paid_on: date, *, now: datetime) -> None:
    """It was a slip: what was marked as paid on that day is owed again."""
    paid = assistant.work.between(month.first, month.last).filter(paid_on=paid_on)
    for handoff, offer in _held(paid):
        lines = list(paid.filter(handoff=handoff))
        if lines:
            moves.make(Kind.UNPAID, handoff, offer, by=Actor.OWNER, now=now, facts=line_facts.together(lines))
            paid.filter(pk__in=[line.pk for line in lines]).update(paid_on=None)


# --- What both stand on ----------------------------------------------------------
def hold_day(offer: Offer) -> None:
    """
    Hold the assistant too, for a day's hours are counted over all that they do for this owner.

    The person comes first and the hand-off after, as where a person is erased.
    """
    locks.hold(Assistant, offer.assistant_id)
    moves.hold(offer.handoff, offer)


def _held(lines: WorkLogQuerySet) -> Iterable[tuple[Handoff, Offer]]:
    """The hand-offs of these lines, one after the other in one order, each held."""
    whose = Handoff.objects.filter(pk__in=lines.values("handoff")).select_related("owner", "task")
    for handoff in whose.order_by("pk"):
        yield handoff, moves.hold_agreed(handoff)


def _open(handoff: Handoff, line_id: int) -> WorkLog:
    """A line that is not approved yet."""
    line = handoff.work.open().filter(pk=line_id).first()
    if line is None:
        raise TooLate
    return line


def _check(offer: Offer, day: date, seconds: int, now: datetime, *, but: WorkLog | None = None) -> None:
    """Within the term, not ahead of the assistant's day, no more than that day is long; `but` is the line before."""
    starts_on, ends_on = offer.terms.starts_on, last_day(offer)
    if not can_log(offer, now):
        raise TooLate
    if day > offer.assistant.today(now):
        raise Refused("day", "That day has not come yet.")
    if day < starts_on:
        raise Refused("day", f"It starts on {dates.full(starts_on)}.")
    if ends_on and day > ends_on:
        raise Refused("day", f"Its last day is {dates.full(ends_on)}.")
    longest = dates.length(day, offer.assistant.zone)
    if _seconds_of_day(offer, day, but=but) + seconds > longest:
        elsewhere = _logged_elsewhere(offer, day)
        raise Refused("time", f"That makes more than the {durations.hours(longest)} of this day.{elsewhere}")


def last_day(offer: Offer) -> date | None:
    """Of the assistant's: it runs until the owner's last day is over, which may be their next one."""
    handoff = offer.handoff
    if handoff.ends_on is None:
        return None
    over_at = dates.starts_at(handoff.ends_on + timedelta(days=1), handoff.owner.zone) - timedelta(seconds=1)
    return max(handoff.ends_on, over_at.astimezone(offer.assistant.zone).date())


def left_of(offer: Offer, day: date) -> int:
    """Seconds of that day of the assistant's that no line takes yet, in any hand-off of this owner's."""
    return max(0, dates.length(day, offer.assistant.zone) - _seconds_of_day(offer, day))


def _seconds(handoff: Handoff, first: date, last: date) -> int:
    return handoff.work.between(first, last).aggregate(all=Sum("seconds"))["all"] or 0


def _seconds_of_day(offer: Offer, day: date, *, but: WorkLog | None = None) -> int:
    """What this person logged on that day for this owner, whatever it was on."""
    lines = offer.assistant.work.filter(day=day)
    if but:
        lines = lines.exclude(pk=but.pk)
    return lines.aggregate(all=Sum("seconds"))["all"] or 0


def _logged_elsewhere(offer: Offer, day: date) -> str:
    """A sentence, such as: 6:00 is logged on Web site already. Empty if nothing is."""
    others = offer.assistant.work.filter(day=day).exclude(handoff=offer.handoff_id)
    sums = others.values_list("handoff__task__name").annotate(all=Sum("seconds")).order_by("handoff__task__name")
    named = [f"{durations.clock(seconds)} is logged on {task}" for task, seconds in sums]
    return f" {' and '.join(named)} already." if named else ""


def _mark_over(offer: Offer, week: Week) -> None:
    """Which lines of the week lie above its agreed hours, in the order in which they came; approved ones stay so."""
    agreed, total = offer.terms.weekly_minutes * 60, 0
    lines = offer.handoff.work.between(week.first, week.last)
    for line in lines.order_by("logged_at", "pk"):
        total += line.seconds
        if line.state != State.APPROVED and line.is_over != (total > agreed):
            lines.filter(pk=line.pk).update(is_over=total > agreed)


def _amount(offer: Offer, seconds: int) -> Decimal:
    return money.rounded(offer.terms.rate * seconds / 3600, offer.handoff.owner.currency)
