"""
Plans that were made, kept with what they were made from: nothing is solved twice, and changes can be told.

A plan that is too large for a request is worked out by a worker, while the last one is shown. So is the forecast of
a year, which is fourteen plans and more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from assistants import bell, matching
from assistants.models import Plan
from tasks import dates
from tasks.models import Owner

from . import plan_changes, plan_inputs, plans, proposals
from .plan_inputs import Rows
from .plans import PATIENCE, OwnersPlan, Question
from .proposals import Proposal
from .tries import Tries

# What is solved inside a request; more goes to a worker. The size is said on the page.
SOLO_TASKS, SOLO_PEOPLE = 30, 15
# Seconds for a large plan, and when a worker that has not answered is asked once more.
LARGE_PATIENCE, ASK_AGAIN = 10, timedelta(minutes=1)
KEPT = 30
# Tasks times people up to which a forecast is worked out inside a request: about 150 ms. It looks a year past today,
# and the middle of the last of twelve months is up to 54 weeks away.
SOLO_AHEAD, STEPS = 50, 14


@dataclass(frozen=True, slots=True)
class Changes:
    """What is other than it was for the plan of an earlier day."""

    since: date
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan that a worker is at: how large it is, and for how many seconds already."""

    tasks: int
    people: int
    seconds: int
    most: int = LARGE_PATIENCE


def current(owner: Owner, *, now: datetime, is_patient: bool = False) -> OwnersPlan | None:
    """The owner's plan as it is; None while a worker is at it. With `is_patient`, for a worker, it is solved now."""
    asked = plans.question(plan_inputs.gather(owner, owner.today(now)), Tries(owner.budget))
    plan = answer(asked, now=now, is_patient=is_patient)
    return plans.shown(asked, plan) if plan else None


def proposed(rows: Rows, *, now: datetime, is_patient: bool = False) -> list[Proposal]:
    """What the plan made from these rows proposes, without all else that a page says; nothing while it waits."""
    asked = plans.question(rows, Tries(rows.owner.budget))
    plan = answer(asked, now=now, is_patient=is_patient)
    return proposals.of(plan, asked.rows, asked.speaker) if plan else []


def is_large(asked: matching.Instance) -> bool:
    return len(asked.tasks) > SOLO_TASKS or len(asked.assistants) > SOLO_PEOPLE


def answer(question: Question, *, now: datetime, is_patient: bool = False) -> matching.Plan | None:
    """The plan, known or worked out now; None while a worker is at it."""
    owner, asked = question.rows.owner, question.asked
    known = owner.plans.filter(digest=question.digest).first()
    plan = _recalled(known, asked) if known else None
    if plan is None and is_large(asked) and not is_patient:
        _ring(known or _new(question, now), now)
        return None
    if plan is None:
        patience = LARGE_PATIENCE if is_patient else PATIENCE
        plan = matching.solve(asked, limit=patience)
        known = known or _new(question, now)
        _write(known, plan, patience)
    if known:
        _look(known, owner, now)
        if plan.status != "optimal" and known.patience < LARGE_PATIENCE:
            _ring(known, now)  # a worker has more time
    return plan


def forecast(question: Question, *, now: datetime, is_patient: bool = False) -> matching.Needs | None:
    """What the year from now on needs, known or worked out now; None while a worker is at it."""
    asked = question.asked
    known = question.rows.owner.plans.filter(digest=question.digest).first() or _new(question, now)
    found = matching.Needs.read(known.ahead) if known.ahead else None
    is_small = len(asked.tasks) * len(asked.assistants) <= SOLO_AHEAD
    if found is None and (is_patient or (is_small and known.ahead_rung_at is None)):
        found = _look_ahead(known, asked, LARGE_PATIENCE if is_patient else PATIENCE)
    if found is None:
        _ring(known, now, ahead=True)
    return found


def look_ahead(pk: int) -> None:
    """Work out a forecast with a worker's patience; what is gone or known is left."""
    known = Plan.objects.filter(pk=pk, ahead__isnull=True).first()
    asked = _asked(known) if known else None
    if known and asked:
        _look_ahead(known, asked, LARGE_PATIENCE)


def _look_ahead(known: Plan, asked: matching.Instance, patience: float) -> matching.Needs | None:
    """The forecast, kept; None where time ran out and a worker has more of it."""
    found = matching.needs(matching.ahead(asked, steps=STEPS, limit=patience))
    if not found.is_complete and patience < LARGE_PATIENCE:
        return None
    Plan.objects.filter(pk=known.pk).update(ahead=found.json())
    return found


def waiting(question: Question, *, now: datetime, ahead: bool = False) -> Waiting:
    """How long a worker is at the plan, or at the forecast."""
    asked, known = question.asked, question.rows.owner.plans.filter(digest=question.digest).first()
    rung_at = known and (known.ahead_rung_at if ahead else known.rung_at)
    since = rung_at or now
    return Waiting(len(asked.tasks), len(asked.assistants), int((now - since).total_seconds()))


def last(question: Question) -> matching.Plan | None:
    """The newest plan that was worked out; what it names may be gone."""
    known = question.rows.owner.plans.filter(patience__gt=0).first()
    asked = _asked(known) if known else None
    return _recalled(known, asked) if known and asked else None


def changed(question: Question, *, now: datetime) -> Changes | None:
    """What changed since the last look of an earlier day; None if nothing did. Two queries."""
    owner = question.rows.owner
    midnight = dates.starts_at(owner.today(now), owner.zone)
    # Without an answer nobody has seen it.
    shown = owner.plans.filter(patience__gt=0).defer("inputs", "answer", "ahead")
    looks = [(look, known) for known in shown if (look := known.last_look(midnight))]
    if not looks:
        return None
    look, before = max(looks, key=lambda each: (each[0], each[1].pk))
    old = None if before.digest == question.digest else _asked(before)
    sentences = plan_changes.between(old, question.asked, owner.currency) if old else []
    return Changes(owner.today(look), sentences) if sentences else None


def work_out(pk: int) -> None:
    """Solve a plan with a worker's patience; what is gone, proven, or had as much already is left."""
    known = Plan.objects.filter(pk=pk, patience__lt=LARGE_PATIENCE).first()
    asked = _asked(known) if known else None
    if known is None or asked is None:
        return
    so_far = _recalled(known, asked)
    if so_far is None or so_far.status != "optimal":
        found = matching.solve(asked, limit=LARGE_PATIENCE)
        better = max(filter(None, (so_far, found)), key=lambda plan: (plan.pins, plan.net_cents))
        _write(known, better, LARGE_PATIENCE)


def _asked(known: Plan) -> matching.Instance | None:
    """What it was made from; None if the matcher of today would refuse it."""
    try:
        return matching.Instance.read(known.inputs)
    except matching.BadInstance:
        return None


def _recalled(known: Plan, asked: matching.Instance) -> matching.Plan | None:
    """Its answer; None if there is none yet, or none by the rules of today."""
    try:
        return matching.recall(asked, known.answer) if known.answer else None
    except matching.BrokenPlan:
        return None


def _new(question: Question, now: datetime) -> Plan:
    """A plan without an answer yet; of those shown longest ago all but the newest go."""
    owner = question.rows.owner
    fields = {"inputs": question.asked.json(), "shown_at": now}
    known, _ = Plan.objects.get_or_create(owner=owner, digest=question.digest, defaults=fields)
    for oldest in owner.plans.values_list("shown_at", flat=True)[KEPT - 1 : KEPT]:
        owner.plans.filter(shown_at__lt=oldest).delete()
    return known


def _write(known: Plan, plan: matching.Plan, patience: float) -> None:
    """It may be gone meanwhile, and is not made anew."""
    known.answer, known.patience = plan.json(known.inputs["name"]), ceil(patience)
    Plan.objects.filter(pk=known.pk).update(answer=known.answer, patience=known.patience)


def _look(known: Plan, owner: Owner, now: datetime) -> None:
    """Once a day; two looks at the same instant write the same."""
    if owner.today(known.shown_at) != owner.today(now):
        Plan.objects.filter(pk=known.pk).update(shown_before=known.shown_at, shown_at=now)


def _ring(known: Plan, now: datetime, *, ahead: bool = False) -> None:
    """Ask a worker, and again after a minute without an answer; of several who ask at once only one does."""
    field, ring = ("ahead_rung_at", bell.ring_to_look_ahead) if ahead else ("rung_at", bell.ring_for_plan)
    rung_at = getattr(known, field)
    is_due = rung_at is None or now - rung_at >= ASK_AGAIN
    if is_due and Plan.objects.filter(**{"pk": known.pk, field: rung_at}).update(**{field: now}):
        ring(known.pk)
