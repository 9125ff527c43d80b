"""The plan: who could take what, under a budget."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from tasks import money
from tasks.requests import OwnerRequest

from . import plans, story

# The slider goes from nothing to this or to the owner's own budget, in tens.
SLIDER_MOST = 500


@login_required
def plan(request: OwnerRequest) -> HttpResponse:
    """The best plan for a budget; trying other budgets saves nothing."""
    owner = request.user
    problem = ""
    budget = owner.budget
    if "budget" in request.GET:
        try:
            budget = money.parse(request.GET["budget"])
        except money.NotAnAmount as error:
            problem = str(error)
    made = plans.make(owner, owner.today(timezone.now()), budget)
    context = {
        "plan": made,
        "live": [story.row(each) for each in made.live],
        "symbol": money.symbol(owner.currency),
        "budget_shown": "" if budget is None else money.short(budget, owner.currency),
        "problem": problem,
        "slider_most": _slider_most(max(budget or Decimal(0), made.costs)),
        "is_tried": budget != owner.budget,
    }
    template = "plan/_plan.html" if request.headers.get("HX-Request") else "plan/plan.html"
    response = render(request, template, context, status=422 if problem else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_POST
def plan_budget(request: OwnerRequest) -> HttpResponse:
    """Keep the budget that was tried."""
    try:
        request.user.budget = money.parse(request.POST.get("budget", ""))
    except money.NotAnAmount as error:
        messages.error(request, str(error))
    else:
        request.user.save(update_fields=["budget"])
        messages.success(request, "That is your budget now.")
    return redirect("assistants:plan")


def _slider_most(amount: Decimal) -> int:
    hundreds = int(-(-amount // 100)) * 100
    return max(SLIDER_MOST, hundreds)
