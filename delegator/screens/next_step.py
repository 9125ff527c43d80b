"""The one thing to do next: the first that applies, on Home and in the weekly email."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from django.db.models import Exists, OuterRef
from django.urls import reverse

from assistants.handoff import cascade
from assistants.models import Handoff, Offer, WorkLog
from assistants.plan import plan_inputs, stored_plans
from assistants.plan.plan_inputs import Rows
from tasks import dates, durations, money, verdicts, workdays
from tasks.models import Owner, Task
from tasks.weeks import Week

SOON = timedelta(hours=24)
# How long a hand-off that came back is worth asking for again.
TAKEN_BACK_COUNTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Step:
    """A heading, a sentence, and the button that does it; what it frees and costs a week, if it is a hand-off."""

    heading: str
    text: str
    button: str
    url: str
    frees: Decimal | None = None
    costs: Decimal | None = None

    @property
    def largest(self) -> Decimal:
        return max(self.frees or Decimal(0), self.costs or Decimal(0))


Check = Callable[[], Step | None]


def for_home(owner: Owner, now: datetime) -> Step | None:
    """None means there is nothing to do but the best work."""
    today = owner.today(now)
    return _first(
        partial(_begin, owner),
        partial(_forgotten_timer, owner, now),
        partial(_waits_for_you, owner, today),
        partial(_about_to_expire, owner, now),
        partial(_empty_yesterday, owner, today),
        partial(_to_approve, owner),
        partial(_unscored, owner),
        partial(_no_assistants, owner),
        partial(_best_handoff, owner, now),
    )


def for_week(
    owner: Owner, now: datetime, *, routine: Sequence[Task], has_people: bool, rows: Rows | None = None
) -> Step | None:
    """
    For an email that may be read days later: nothing that has to be done today.

    `routine` are the owner's tasks that are active, `has_people` is whether anyone could be sent one: both are known
    already. Only who has all it takes is asked for a plan, which is by far the dearest; `rows` are what it is made
    from, if that has been read.
    """
    if not routine:
        return _to_begin()
    if unscored := _without_scores(routine):
        return _score(unscored)
    return _best_handoff(owner, now, rows, is_patient=True) if has_people else _to_add_somebody()


def needs_plan(routine: Sequence[Task], *, has_people: bool) -> bool:
    """Whether for the email it takes a plan to tell."""
    return bool(routine) and not _without_scores(routine) and has_people


def _without_scores(routine: Sequence[Task]) -> list[Task]:
    return [task for task in routine if task.loathe is None or task.excel is None]


def _first(*checks: Check) -> Step | None:
    return next((step for check in checks if (step := check())), None)


def _begin(owner: Owner) -> Step | None:
    return None if owner.tasks.active().routine().exists() else _to_begin()


def _to_begin() -> Step:
    return Step(
        "Write down your own day",
        "Your vision, what fills your day, and how each task feels: three short pages.",
        "Start with your own day",
        reverse("tasks:start"),
    )


def _forgotten_timer(owner: Owner, now: datetime) -> Step | None:
    timer = owner.running_timer
    if timer is None or not timer.is_forgotten(now):
        return None
    return Step(
        "When did you stop?",
        f"{timer.task.name} has been running since {dates.moment(timer.started_at, owner.zone)}. "
        "It counts once you say.",
        "Say when you stopped",
        reverse("tasks:timer"),
    )


def _waits_for_you(owner: Owner, today: date) -> Step | None:
    """A question or a change, a task that came back, hours above the agreed, the end of a trial."""
    return _asked(owner) or _taken_back(owner, today) or _over(owner) or _trial_ends(owner, today)


def _asked(owner: Owner) -> Step | None:
    waiting = Offer.objects.waiting_for_owner().filter(handoff__owner=owner, handoff__state=Handoff.State.OFFERING)
    offer = waiting.select_related("assistant", "handoff__task").order_by("reply_by").first()
    if offer is None:
        return None
    who, task = offer.assistant.first_name, offer.handoff.task.mid_sentence
    url = reverse("assistants:handoff", args=[offer.handoff_id])
    if offer.state == Offer.State.COUNTERED:
        text = f"{who} would take {task} under other terms. Agree, answer, or ask someone else."
        return Step(f"{who} proposes a change", text, "See both", url)
    return Step(f"{who} asks about {task}", "It waits for your answer.", f"Answer {who}", url)


def _taken_back(owner: Owner, today: date) -> Step | None:
    """The first of several took it back, and those who heard that it was taken can be asked again."""
    lately = dates.starts_at(today - TAKEN_BACK_COUNTS, owner.zone)
    later = Handoff.objects.filter(task=OuterRef("task"), pk__gt=OuterRef("pk")).exclude(state=Handoff.State.DRAFT)
    released = Offer.objects.filter(handoff=OuterRef("pk"), state=Offer.State.RELEASED, answered_at__gt=lately)
    mine = owner.handoffs.filter(state=Handoff.State.LAPSED, if_not=Handoff.IfNot.ALL, task__retired_on=None)
    handoff = mine.filter(Exists(released), ~Exists(later)).with_terms().first()
    again = cascade.whom_again(handoff) if handoff else []
    if handoff is None or not again:
        return None
    whom = again[0].assistant.first_name if len(again) == 1 else "them"
    return Step(
        f"Ask {whom} again",
        f"{handoff.assistant.first_name} took the acceptance of {handoff.task.mid_sentence} back. Nobody has it now.",
        "Open the hand-off",
        reverse("assistants:handoff", args=[handoff.pk]),
    )


def _over(owner: Owner) -> Step | None:
    lines = WorkLog.objects.filter(handoff__owner=owner, state=WorkLog.State.LOGGED, is_over=True)
    line = lines.select_related("assistant", "handoff__task").order_by("day", "pk").first()
    if line is None:
        return None
    who, task = line.assistant.first_name, line.handoff.task.mid_sentence
    return Step(
        f"{who} logged more than agreed",
        f"The week of {dates.long(Week.of(line.day).first)} went above what was agreed for {task}. "
        "It needs your approval.",
        "Look at the hours",
        reverse("assistants:handoff", args=[line.handoff_id]),
    )


def _trial_ends(owner: Owner, today: date) -> Step | None:
    soon = today + Handoff.BEFORE_TRIAL_ENDS
    trials = owner.handoffs.agreed().filter(stage=Handoff.Stage.TRIAL, trial_ends_on__lte=soon, ends_on=None)
    trial = trials.select_related("assistant", "task").order_by("trial_ends_on").first()
    if trial is None or trial.trial_ends_on is None:
        return None
    who = trial.assistant.first_name
    return Step(
        f"Keep {who} on {trial.task.mid_sentence}?",
        f"The trial ends on {dates.full(trial.trial_ends_on)}. Nothing is decided until you say so.",
        "Keep or stop",
        reverse("assistants:handoff", args=[trial.pk]),
    )


def _about_to_expire(owner: Owner, now: datetime) -> Step | None:
    for handoff in owner.handoffs.open().with_terms():
        offer = handoff.offer
        # Not someone who got it only today.
        had_time = offer and offer.sent_at and offer.sent_at <= now - SOON
        if offer and had_time and now < offer.reply_by <= now + SOON:
            who = handoff.assistant.first_name
            return Step(
                f"{who} has not replied yet",
                f"The offer of {handoff.task.mid_sentence} runs out on {dates.moment(offer.reply_by, owner.zone)}. "
                "A short note from you often helps.",
                "Open the hand-off",
                reverse("assistants:handoff", args=[handoff.pk]),
            )
    return None


def _empty_yesterday(owner: Owner, today: date) -> Step | None:
    """Only for someone who has logged before, and only for the last work day."""
    day = workdays.of(owner, last=today).before(today)
    if not owner.entries.filter(day__lt=day).exists() or owner.entries.on(day).exists():
        return None
    name = _day_in_words(day, today)
    return Step(
        f"Log {name}",
        f"{dates.full(day)} is empty. It takes a minute while you remember it.",
        f"Open {name}’s sheet",
        reverse("tasks:day", args=[day]),
    )


def _to_approve(owner: Owner) -> Step | None:
    lines = WorkLog.objects.filter(handoff__owner=owner, state=WorkLog.State.LOGGED)
    line = lines.select_related("assistant", "handoff__task").order_by("day", "pk").first()
    if line is None:
        return None
    return Step(
        f"Approve {line.assistant.first_name}’s hours",
        f"Hours on {line.handoff.task.mid_sentence} since {dates.long(line.day)} wait. "
        "Nothing is approved by waiting.",
        "Look at the hours",
        reverse("assistants:handoff", args=[line.handoff_id]) + "#hours",
    )


def _day_in_words(day: date, today: date) -> str:
    """yesterday, Friday, or 2 October where the weekday alone could be another one."""
    back = (today - day).days
    return "yesterday" if back == 1 else f"{day:%A}" if back < 7 else dates.long(day)


def _unscored(owner: Owner) -> Step | None:
    unscored = list(owner.tasks.active().routine().unscored())
    return _score(unscored) if unscored else None


def _score(unscored: Sequence[Task]) -> Step:
    names = (" and " if len(unscored) == 2 else ", ").join(task.mid_sentence for task in unscored[:2])
    more = f" and {len(unscored) - 2} more" if len(unscored) > 2 else ""
    return Step(
        "Say how your tasks feel",
        f"{names[0].upper()}{names[1:]}{more} have no place on the matrix yet. Your first answer is the right one."
        if len(unscored) > 1
        else f"{unscored[0].name} has no place on the matrix yet. Your first answer is the right one.",
        "Score them" if len(unscored) > 1 else "Score it",
        reverse("routine") + "#all",
    )


def _no_assistants(owner: Owner) -> Step | None:
    return None if owner.assistants.reachable().exists() else _to_add_somebody()


def _to_add_somebody() -> Step:
    return Step(
        "Write down who could help",
        "Someone you know, or a virtual assistant you have found: a name, an address, skills and a rate is enough.",
        "Add an assistant",
        reverse("assistants:assistant_new"),
    )


def _best_handoff(owner: Owner, now: datetime, rows: Rows | None = None, *, is_patient: bool = False) -> Step | None:
    rows = rows or plan_inputs.gather(owner, owner.today(now))
    proposed = stored_plans.proposed(rows, now=now, is_patient=is_patient)
    if not proposed:
        return None
    best = proposed[0]
    who, task = best.assistant.first_name, best.task
    part = "" if best.is_whole else "part of "
    mind = f"you {verdicts.FEELS[task.loathe]}" if task.loathe and task.loathe >= 3 else "it is not your best work"
    return Step(
        f"Hand off {part}{task.mid_sentence} to {who}",
        f"It takes {durations.hours(best.task_minutes * 60)} of your week and {mind}. "
        f"{who} has {durations.hours(best.free_minutes * 60)} a week free.",
        "Finish the hand-off" if best.draft else "Write the hand-off",
        reverse("assistants:handoff_draft", args=[best.draft])
        if best.draft
        else f"{reverse('assistants:handoff_new')}?task={task.pk}&to={best.assistant.pk}",
        frees=best.frees,
        costs=best.costs,
    )


def in_numbers(step: Step, owner: Owner) -> str:
    """It costs $90 and frees $400 of your time."""
    if step.frees is None or step.costs is None:
        return step.text
    costs, frees = (money.about(amount, owner.currency) for amount in (step.costs, step.frees))
    return f"{step.text} It costs {costs} a week and frees {frees} of your time."
