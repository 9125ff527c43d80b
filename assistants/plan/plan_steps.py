"""What one step more would bring, and who else could take a task: the matcher's answers as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic

from assistants import matching
from assistants.models import Assistant, Wish
from tasks import dates, durations, money
from tasks.models import Task

from . import proposals
from .left_out import LEVELS, Speaker
from .plans import Question

# Seconds: for a sentence beside the plan, for a page of its own, and for each of its people.
BESIDE, OWN_PAGE, EACH = 0.5, 3.0, 0.3


@dataclass(frozen=True, slots=True)
class Step:
    """What would change, and what it would bring a week, relief counted."""

    what: str
    brings: str
    gain: Decimal


def least_budget(question: Question, plan: matching.Plan) -> str:
    """
    $40 more a week would hand off all of email; "" if no money would.

    The least that lets a whole task go; where none does, the least that makes the plan better.
    """
    ways = [way for way in _ways(question, plan, "budget") if [each.kind for each in way.changes] == ["budget"]]
    if ways:
        way = min(ways, key=lambda each: (each.changes[0].more, each.handoff.task))
        task = question.speaker.tasks[way.handoff.task].mid_sentence
        return f"{_change(question.speaker, way.changes[0])} would hand off all of {task}."
    lever = matching.more_budget(question.asked, plan, limit=BESIDE)
    return f"{_more(question, lever)} would hand off {_goes(question, plan, lever)}." if lever and lever.goes else ""


def smallest_change(question: Question, plan: matching.Plan) -> str:
    """Of the smallest changes that let a task go the one that frees most of the owner's time; "" if there is none."""
    ways = _ways(question, plan)
    if not ways:
        return ""
    way = max(ways, key=lambda each: (-len(each.changes), each.handoff.owner_minutes, each.handoff.task))
    return _way(question, way, f"all of {question.speaker.tasks[way.handoff.task].mid_sentence}")


def _ways(question: Question, plan: matching.Plan, code: str = "") -> list[matching.Way]:
    """The way out for each task that stays (for that reason), the most draining first, as far as the time goes."""
    asked, until, found = question.asked, monotonic() + BESIDE, []
    for reason in matching.left_out(asked, plan, limit=BESIDE):
        if monotonic() >= until:
            break
        if code in ("", reason.code) and (way := _way_out(question, plan, reason.task)):
            found.append(way)
    return found


def _way_out(question: Question, plan: matching.Plan, task_id: str) -> matching.Way | None:
    """The smallest change that lets all of the task go; None if it is with somebody, or needs a second person."""
    if task_id in {each.task for each in plan.kept}:
        return None
    way = matching.way_out(question.asked, plan, task_id)
    needs_another = way is not None and any(each.kind == "people" for each in way.changes)
    return way if way and way.changes and not needs_another else None


def best(question: Question, plan: matching.Plan) -> list[Step]:
    """The three steps that bring most."""
    levers = matching.levers(question.asked, plan, limit=OWN_PAGE)
    return [_step(question, plan, lever) for lever in levers]


def _step(question: Question, plan: matching.Plan, lever: matching.Lever) -> Step:
    goes = _goes(question, plan, lever) if lever.goes else ""
    brings = f"That hands off {goes}." if goes else "The same tasks go, to people who suit them better."
    return Step(_more(question, lever), brings, money.whole(Decimal(lever.gain_cents) / 100))


def _more(question: Question, lever: matching.Lever) -> str:
    return _together([_change(question.speaker, each) for each in lever.changes])


def _change(speaker: Speaker, step: matching.Change) -> str:
    """As the subject of a sentence: $40 more a week."""
    match step.kind:
        case "budget":
            return f"{speaker.cents(step.more)} more a week"
        case "max_new":
            return f"{step.more} more new hand-off{'' if step.more == 1 else 's'} at a time"
        case "brief":
            return f"{_hours(step.more)} more to brief"
        case "hours":
            return f"{_hours(step.more)} more a week from {speaker.people[step.whose].first_name}"
        case "people":
            return f"Another person for {speaker.tasks[step.whose].mid_sentence}"
        case "skill":
            who, able = speaker.people[step.whose].first_name, f"{LEVELS[step.more]} {speaker.skill(step.skill)}"
            return f"Training that makes {who} {able}"
        case _:
            return f"Somebody new{_hired(speaker, step.person)}"


def _hired(speaker: Speaker, person: matching.Assistant | None) -> str:
    """… who is good at bookkeeping, for up to 10 h a week at $18 an hour"""
    if person is None:
        return ""
    skills = " and ".join(f"{LEVELS[level]} {speaker.skill(skill)}" for skill, level in sorted(person.skills.items()))
    able = f" who is {skills}" if skills else ""
    return f"{able}, for up to {_hours(person.minutes)} a week at about {speaker.cents(person.rate_cents)} an hour"


def _together(parts: Sequence[str]) -> str:
    """As the beginning of a sentence: A, b and c."""
    first, *others = parts
    rest = [f"{part[0].lower()}{part[1:]}" for part in others]
    return f"{', '.join([first, *rest[:-1]])} and {rest[-1]}" if rest else first


def _goes(question: Question, plan: matching.Plan, lever: matching.Lever) -> str:
    """All of your email, part of web site and more of record keeping, of which some goes already"""
    names, given = [], {each.task for each in (*plan.handoffs, *plan.kept)}
    for each in lever.goes:
        task = question.speaker.tasks[each.task].mid_sentence
        names.append(f"{'all' if each.is_all else 'more' if each.task in given else 'part'} of {task}")
    return _together(names)


@dataclass(frozen=True, slots=True)
class Other:
    """Someone on the roster: why they have the task in the plan or not, and what the owner said of it."""

    person: Assistant
    sentence: str
    is_chosen: bool
    wish: Wish | None
    # Paused people, and those who want no mail, cannot be asked.
    can_be_asked: bool


def everyone(question: Question, plan: matching.Plan, task: Task) -> list[Other]:
    """The whole roster for one task, whom the plan chose first."""
    rows = question.rows
    said = {wish.assistant_id: wish for wish in rows.wishes if wish.task_id == task.pk}
    proposed = [each for each in proposals.of(plan, rows, question.speaker) if each.task == task]
    because = {each.assistant.pk: each.reasons for each in proposed}
    others, until = [], monotonic() + OWN_PAGE
    for person in rows.people:
        limit = max(0.0, min(EACH, until - monotonic()))
        reason = matching.why_not(question.asked, plan, str(task.pk), str(person.pk), limit=limit)
        is_excluded = reason.code == "excluded"
        sentence = _no(question, task, person) if is_excluded else question.speaker.of(reason)
        others.append(
            Other(
                person,
                " ".join([sentence, *because.get(person.pk, [])]),
                is_chosen=reason.code == "chosen",
                wish=said.get(person.pk),
                can_be_asked=person.pk not in rows.away,
            )
        )
    return sorted(others, key=lambda each: (not each.is_chosen, each.person.name, each.person.pk))


def _no(question: Question, task: Task, person: Assistant) -> str:
    """Who it was that said no."""
    if said := question.speaker.barred(task, person):
        return said
    until = question.speaker.later.get(str(task.pk))
    return f"Not now, you said, until {dates.long(until)}." if until else ""


def way_out(question: Question, plan: matching.Plan, task: Task) -> str:
    """The smallest change that lets all of the task go after all; "" if there is none."""
    way = _way_out(question, plan, str(task.pk))
    return _way(question, way, "all of it") if way else ""


def _way(question: Question, way: matching.Way, what: str) -> str:
    who = question.speaker.people[way.handoff.assistant].first_name
    changes = _together([_change(question.speaker, each) for each in way.changes])
    return f"{changes} would let {who} take {what}."


def _hours(minutes: int) -> str:
    return durations.hours(minutes * 60)
