"""
Plans that were made, kept with what they were made from: nothing is solved twice, and changes can be told.

A plan that is too large for a request is worked out by a worker, while the last one is shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from tasks.models import Owner

from . import bell, matching, plan_changes, plan_inputs, plans
from .models import Plan
from .plans import PATIENCE, OwnersPlan, Question
from .tries import Tries

# What is solved inside a request; more goes to a worker. The size is said on the page.
SOLO_TASKS, SOLO_PEOPLE = 30, 15
# Seconds for a large plan, and when a worker that has not answered is asked once more.
LARGE_PATIENCE, ASK_AGAIN = 10, timedelta(minutes=1)
KEPT = 30


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


def current(owner: Owner, *, now: datetime) -> OwnersPlan | None:
    """The owner's plan as it is; None while a worker is at it."""
    asked = plans.question(plan_inputs.gather(owner, owner.today(now)), Tries(owner.budget))
    plan = answer(asked, now=now)
    return plans.shown(asked, plan) if plan else None


def is_large(asked: matching.Instance) -> bool:
    return len(asked.tasks) > SOLO_TASKS or len(asked.assistants) > SOLO_PEOPLE


def answer(question: Question, *, now: datetime) -> matching.Plan | None:
    """The plan, known or worked out now; None while a worker is at it."""
    owner, asked = question.rows.owner, question.asked
    known = owner.plans.filter(digest=_digest(asked)).first()
    if known and known.answer:
        return matching.recall(asked, known.answer)
    if is_large(asked):
        _ask_a_worker(owner, asked, known, now)
        return None
    plan = matching.solve(asked, limit=PATIENCE)
    kept = _keep(owner, asked, plan, now)
    if plan.status != "optimal":
        bell.ring_for_plan(kept.pk)  # a worker has more time
    return plan


def waiting(question: Question, *, now: datetime) -> Waiting:
    asked = question.asked
    known = question.rows.owner.plans.get(digest=_digest(asked))
    return Waiting(len(asked.tasks), len(asked.assistants), int((now - known.asked_at).total_seconds()))


def last(question: Question) -> matching.Plan | None:
    """The newest plan that was worked out, as far as what it is made of is still there."""
    known = question.rows.owner.plans.filter(made_at__isnull=False).first()
    return matching.recall(matching.Instance.read(known.inputs), known.answer or {}) if known else None


def changed(question: Question, *, now: datetime) -> Changes | None:
    """What changed since the last plan of an earlier day; None if nothing did. One query."""
    owner = question.rows.owner
    midnight = datetime.combine(owner.today(now), datetime.min.time(), owner.zone)
    before = owner.plans.filter(asked_at__lt=midnight).filter(made_at__isnull=False).first()
    if before is None or before.digest == _digest(question.asked):
        return None
    old = matching.Instance.read(before.inputs)
    sentences = plan_changes.between(old, question.asked, owner.currency)
    return Changes(owner.today(before.asked_at), sentences) if sentences else None


def work_out(pk: int, *, now: datetime) -> None:
    """Solve a plan that was asked for; one that is gone, or proven best by now, is left."""
    known = Plan.objects.filter(pk=pk).first()
    if known is None or (known.answer and known.answer["status"] == "optimal"):
        return
    asked = matching.Instance.read(known.inputs)
    known.answer = matching.solve(asked, limit=LARGE_PATIENCE).json(asked.name)
    known.made_at = now
    known.save(update_fields=["answer", "made_at"])


def _ask_a_worker(owner: Owner, asked: matching.Instance, known: Plan | None, now: datetime) -> None:
    if known is None:
        fields = {"inputs": asked.json(), "asked_at": now}
        known, is_new = Plan.objects.get_or_create(owner=owner, digest=_digest(asked), defaults=fields)
        if is_new:
            bell.ring_for_plan(known.pk)
    elif now - known.asked_at >= ASK_AGAIN:
        known.asked_at = now
        known.save(update_fields=["asked_at"])
        bell.ring_for_plan(known.pk)


def _keep(owner: Owner, asked: matching.Instance, plan: matching.Plan, now: datetime) -> Plan:
    """Keep it, and the newest of those before it."""
    fields = {"inputs": asked.json(), "answer": plan.json(asked.name), "asked_at": now, "made_at": now}
    kept, _ = Plan.objects.get_or_create(owner=owner, digest=_digest(asked), defaults=fields)
    newest = list(owner.plans.values_list("pk", flat=True)[:KEPT])
    owner.plans.exclude(pk__in=newest).delete()
    return kept


def _digest(asked: matching.Instance) -> str:
    return sha256(json.dumps(asked.json(), sort_keys=True).encode()).hexdigest()
