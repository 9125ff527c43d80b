"""How the hand-offs stand, in the weekly summary: a sentence for each that needs a word."""

from __future__ import annotations

from datetime import datetime

from assistants.models import Handoff, HandoffEvent, Offer, WorkLog
from tasks import dates, durations

from .weekly_rows import Rows

State, Kind = Handoff.State, HandoffEvent.Kind


def sentences(rows: Rows) -> list[str]:
    """What was worked on, then what the owner is asked, then who is waited for, what starts, and what is over."""
    told = [(place, text) for each in rows.handoffs for place, text in [_of(each, rows)] if text]
    return [text for _, text in sorted(told, key=lambda told: told[0])]


def _of(handoff: Handoff, rows: Rows) -> tuple[int, str]:
    """Its place among the others, and the sentence."""
    if handoff.state == State.OFFERING:
        return _offered(handoff, rows)
    if handoff.state == State.TAKEN:
        starts = dates.full(handoff.terms.starts_on)
        return 3, f"{_who(handoff)} starts with {_task(handoff)} on {starts}."
    if handoff.state == State.ACTIVE:
        return 0, " ".join(filter(None, [_worked(handoff, rows), _waits(handoff), _ends(handoff)]))
    if over := rows.ended.get(handoff.pk):
        return 4, " ".join(filter(None, [_worked(handoff, rows), _over(handoff, *over, rows)]))
    return 0, _worked(handoff, rows)  # over since, and worked on in that week


def _offered(handoff: Handoff, rows: Rows) -> tuple[int, str]:
    out = [offer for offer in handoff.offers.all() if offer.state in Offer.LIVE]
    for offer in out:
        if offer.state == Offer.State.COUNTERED:
            return 1, f"{_name(offer)} proposes a change to {_task(handoff)}. It waits for your word."
        if offer.has_question:
            return 1, f"{_name(offer)} asks about {_task(handoff)}. It waits for your answer."
    if not out:
        return 2, ""
    people = " and ".join(map(_name, out))
    until = dates.moment(max(offer.reply_by for offer in out), rows.owner.zone)
    return 2, f"{people} {'have' if len(out) > 1 else 'has'} until {until} to reply about {_task(handoff)}."


def _worked(handoff: Handoff, rows: Rows) -> str:
    week = rows.week
    worked = sum(line.seconds for line in handoff.work.all() if week.first <= line.day <= week.last)
    if worked:
        now_takes = durations.hours(rows.log.of(week).get(handoff.task_id, 0))
        return (
            f"{_who(handoff)} worked {durations.hours(worked)} on {_task(handoff)}. "
            f"It used to take you {durations.hours(handoff.minutes_before * 60)} a week, and took you {now_takes}."
        )
    if handoff.state == State.ACTIVE and handoff.terms.starts_on <= week.last:
        return f"{_who(handoff)} logged no hours on {_task(handoff)}."
    return ""


def _waits(handoff: Handoff) -> str:
    seconds = sum(line.seconds for line in handoff.work.all() if line.state == WorkLog.State.LOGGED)
    return f"{durations.hours(seconds)} of {_who(handoff)}’s wait for your approval." if seconds else ""


def _ends(handoff: Handoff) -> str:
    if handoff.ends_on:
        return f"Its last day is {dates.full(handoff.ends_on)}."
    if handoff.stage == Handoff.Stage.TRIAL and handoff.trial_ends_on:
        return f"The trial ends on {dates.full(handoff.trial_ends_on)}."
    return ""


def _over(handoff: Handoff, how: str, at: datetime, rows: Rows) -> str:
    if how == Kind.LAPSED:
        return f"Nobody took {_task(handoff)}."
    day = dates.full(at.astimezone(rows.owner.zone).date())
    what = "is done since" if how == Kind.DONE else "ended on"
    return f"{handoff.task.name} with {_who(handoff)} {what} {day}."


def _name(offer: Offer) -> str:
    return offer.assistant.first_name


def _who(handoff: Handoff) -> str:
    return handoff.assistant.first_name


def _task(handoff: Handoff) -> str:
    return handoff.task.mid_sentence
