"""The first run, in three steps. "Finish later" keeps what is as it should be."""

from contextlib import suppress

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from . import bars, durations, money, routine
from .fields import LineField
from .forms import RoutineForm, ScoresForm, VisionForm
from .requests import OwnerRequest
from .starters import OFTEN_ADDED


@login_required
def start_vision(request: OwnerRequest) -> HttpResponse:
    owner = request.user
    today = owner.today(timezone.now())
    best = owner.tasks.active().best_work().first()
    known = {
        "vision": owner.vision,
        "best": best.name if best else "",
        "worth": owner.hour_value(today),
        "day": durations.clock(owner.work_day)
        if owner.work_day % durations.HOUR
        else owner.work_day // durations.HOUR,
        "currency": owner.currency if owner.vision else money.of_zone(owner.time_zone) or owner.currency,
    }
    form = VisionForm(owner, request.POST or None, initial=known)
    if form.is_valid() or "later" in request.POST:
        form.save(today)
        return redirect("home" if "later" in request.POST else "tasks:start_routine")
    return render(request, "tasks/start_vision.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def start_routine(request: OwnerRequest) -> HttpResponse:
    """
    Ticked tasks with their times; a chip or "Add another" adds a row, and what is typed comes along.

    While it is filled in a script asks for the `sum` alone, which saves nothing.
    """
    owner, focus = request.user, ""
    added = _names(request.POST.getlist("added"))
    form = RoutineForm(owner, routine.choices(owner, added), request.POST or None)
    if "sum" in request.POST:
        form = RoutineForm(owner, routine.choices(owner, added), initial=form.grown([]))
    elif "add" in request.POST or ("another" in request.POST and not form.is_new_wrong):
        # Only the list grew: nothing is saved yet, and nothing is wrong yet.
        new = _names(request.POST.getlist("add")) if "add" in request.POST else form.new
        added += new
        form = RoutineForm(owner, routine.choices(owner, added), initial=form.grown(new))
        focus = form.to_fill(new)
    elif ("another" not in request.POST and form.is_valid()) or ("later" in request.POST and form.kept()):
        routine.keep(owner, form.kept(), owner.today(timezone.now()))
        return redirect("home" if "later" in request.POST else "tasks:start_feel")
    elif "later" in request.POST:
        return redirect("home")
    best = owner.tasks.active().best_work().first()
    listed = {name.casefold() for name in [*(choice.name for choice in form.choices), best.name if best else ""]}
    context = {
        "form": form,
        "focus": focus,
        "added": added,
        "often": [name for name in OFTEN_ADDED if name.casefold() not in listed],
        "estimate": bars.estimated(owner, form.spans(), best),
        "best": best,
    }
    return render(request, "tasks/start_routine.html", context, status=422 if form.errors else 200)


def _names(posted: list[str]) -> list[str]:
    """The names of chips as they were sent; what could not be typed as a name is left out."""
    field, names = LineField(max_length=80), []
    for name in posted:
        with suppress(ValidationError):
            names.append(field.clean(name))
    return names


@login_required
def start_feel(request: OwnerRequest) -> HttpResponse:
    tasks = list(request.user.tasks.active().routine())
    if not tasks:
        return redirect("tasks:start_routine")
    form = ScoresForm(tasks, request.POST or None, all_required=True)
    if form.is_valid() or "later" in request.POST:
        form.save(timezone.now())
        return redirect("home" if "later" in request.POST else "routine")
    return render(request, "tasks/start_feel.html", {"form": form}, status=422 if form.errors else 200)
