"""The plan: who could take what, what one step more would bring, and what the owner wants of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from assistants import matching
from assistants.handoff import story
from assistants.models import Assistant, Wish
from tasks import clock, dates, formats, money
from tasks.fields import BUDGET_MOST
from tasks.models import Owner, Task
from tasks.requests import OwnerRequest, number

from . import plan_inputs, plan_steps, plans, proposals, stored_plans, wishes
from .forms import LimitsForm, TriesForm
from .plans import Question

# What can be said of a task and a person, and what the owner then reads.
SAYINGS: dict[str, tuple[Callable[[Owner, Task, Assistant, date], None], str]] = {
    "pin": (wishes.pin, "{who} gets {task} in your plan."),
    "prefer": (wishes.prefer, "Rather {who} for {task}, where it costs nothing."),
    "never": (wishes.never, "{who} does not get {task} in your plan."),
}
# The slider ends there at the least, and goes there in so many steps.
LEAST_END, STEPS = 10, 50


@login_required
def plan(request: OwnerRequest) -> HttpResponse:
    """The best plan for a budget and a roster; trying others saves nothing."""
    owner, now = request.user, clock.now()
    form, tried, asked = _asked(request, owner.today(now))
    answer = _solved(asked, tried, now)
    if answer is None:
        return _waiting(request, asked, now)
    made = plans.shown(asked, answer)
    slider = Slider.of(asked.budget, made.costs, asked.rows.hour_value or Decimal(0))
    context = {
        "plan": made,
        "form": form,
        "live": [story.row(each) for each in made.live],
        "more": plan_steps.least_budget(asked, answer) if made.proposals else "",
        "change": "" if made.proposals else plan_steps.smallest_change(asked, answer),
        "tried": tried,
        "changed": None if tried else stored_plans.changed(asked, now=now),
        "query": request.GET.urlencode(),
        "symbol": money.symbol(owner.currency),
        "budget_shown": "" if asked.budget is None else money.short(asked.budget, owner.currency),
        "budget_exact": "" if asked.budget is None else money.typed(asked.budget),
        "slider": slider,
        "slider_most_shown": money.short(Decimal(slider.most), owner.currency),
        "group": formats.current().group,
        "budget_is_tried": asked.budget != owner.budget,
        "pairs": formats.current().numbers == "lakh",
    }
    template = "plan/_plan.html" if request.headers.get("HX-Request") else "plan/plan.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
def plan_step(request: OwnerRequest) -> HttpResponse:
    """What one step more would bring: each is a plan of its own."""
    now = clock.now()
    _, tried, asked = _asked(request, request.user.today(now))
    answer = _solved(asked, tried, now)
    if answer is None:
        return _waiting(request, asked, now)
    context = {"steps": plan_steps.best(asked, answer), "tried": tried, "query": request.GET.urlencode()}
    template = "plan/_steps.html" if request.headers.get("HX-Request") else "plan/steps.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
def plan_who(request: OwnerRequest, pk: int) -> HttpResponse:
    """Why each person on the roster does or does not get one task, and what the owner can say to that."""
    now = clock.now()
    task = get_object_or_404(request.user.tasks.active().routine().scored(), pk=pk)
    _, tried, asked = _asked(request, request.user.today(now))
    answer = _solved(asked, tried, now)
    if answer is None:
        return _waiting(request, asked, now)
    context = {
        "task": task,
        "others": plan_steps.everyone(asked, answer, task),
        "way_out": plan_steps.way_out(asked, answer, task),
        "live": [story.row(each) for each in asked.rows.live if each.task_id == task.pk],
        "tried": tried,
        "query": request.GET.urlencode(),
    }
    return render(request, "plan/who.html", context)


@login_required
@require_POST
def plan_budget(request: OwnerRequest) -> HttpResponse:
    """Keep the budget that was tried."""
    try:
        request.user.budget = money.parse(request.POST.get("budget", ""), most=BUDGET_MOST)
    except money.NotAnAmount as error:
        messages.error(request, str(error))
    else:
        request.user.save(update_fields=["budget"])
        messages.success(request, "That is your budget now.")
    return redirect("assistants:plan")


@login_required
def plan_limits(request: OwnerRequest) -> HttpResponse:
    """How much the owner takes on at a time."""
    form = LimitsForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "The plan keeps to that.")
        return redirect("assistants:plan")
    return render(request, "plan/limits.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def plan_wish(request: OwnerRequest, pk: int) -> HttpResponse:
    """What the owner wants of a task: not now, or to give it to somebody or never to them."""
    owner, today = request.user, request.user.today(timezone.now())
    task = get_object_or_404(owner.tasks.active().routine(), pk=pk)
    if owner.handoffs.live().filter(task=task).exists():
        messages.error(request, f"{task.name} is with someone already, or on its way. Change that hand-off first.")
        return redirect("assistants:plan")
    say, whom = request.POST.get("say", ""), request.POST.get("to", "")
    if say == "later":
        wishes.later(owner, task, today)
        until = dates.long(today + wishes.LATER_FOR)
        messages.success(request, f"Not now. The plan asks about {task.mid_sentence} again on {until}.")
    elif say in SAYINGS and whom:
        person = get_object_or_404(owner.assistants, pk=number(whom))
        wish, said = SAYINGS[say]
        wish(owner, task, person, today)
        messages.success(request, said.format(who=person.first_name, task=task.mid_sentence))
    else:
        messages.error(request, "Choose what the plan should do.")
    return redirect(f"{reverse('assistants:plan')}#proposals")


@login_required
@require_POST
def plan_wish_forget(request: OwnerRequest, pk: int) -> HttpResponse:
    """Let the plan decide again."""
    get_object_or_404(Wish, pk=pk, owner=request.user).delete()
    messages.success(request, "The plan decides again.")
    return redirect("assistants:plan")


def _asked(request: OwnerRequest, today: date) -> tuple[TriesForm, list[str], Question]:
    """The form of what is tried, what is tried in words, and what there is to plan then."""
    rows = plan_inputs.gather(request.user, today)
    form = TriesForm(request.user, rows.people, request.GET.dict())
    tries = form.read()
    tried = form.said(tries)
    return form, tried, plans.question(rows, tries)


def _solved(asked: Question, tried: list[str], now: datetime) -> matching.Plan | None:
    """What is tried is solved and forgotten; None while a worker is at the owner's own."""
    return plans.solve(asked) if tried else stored_plans.answer(asked, now=now)


def _waiting(request: OwnerRequest, asked: Question, now: datetime) -> HttpResponse:
    """How far the worker is, with the last plan there was; to htmx, which wants a part of a page, the way there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": reverse("assistants:plan"), "Vary": "HX-Request"})
    last = stored_plans.last(asked)
    context = {
        "waiting": stored_plans.waiting(asked, now=now),
        "last": proposals.of(last, asked.rows, asked.speaker) if last else [],
    }
    response = render(request, "plan/waiting.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@dataclass(frozen=True, slots=True)
class Slider:
    """The budget as a slider shows it: in steps from 0 to `most`, an even number of them. It knows no cents."""

    budget: Decimal | None
    most: int
    step: int

    @classmethod
    def of(cls, budget: Decimal | None, costs: Decimal, hour_value: Decimal) -> Slider:
        """Its end is round, and beyond the budget, what the plan costs, and six hours of the owner's best work."""
        wanted = max(budget or Decimal(0), costs, 6 * hour_value, Decimal(LEAST_END))
        most = next(end for power in count() for end in (10**power, 2 * 10**power, 5 * 10**power) if end >= wanted)
        return cls(budget, most, max(1, most // STEPS))

    @property
    def at(self) -> int:
        """Where it stands, as a browser would round it; without a limit at the end."""
        if self.budget is None:
            return self.most
        return min(self.most, int((self.budget / self.step).to_integral_value(ROUND_HALF_UP)) * self.step)
