"""The page of a task, and taking it off the list, with who has it: that is not for the ground to know."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from assistants.models import Handoff
from tasks import views
from tasks.models import Owner
from tasks.requests import OwnerRequest
from tasks.views import Helper

STANDS = {
    Handoff.State.OFFERING: "has an offer of it",
    Handoff.State.TAKEN: "has taken it on",
    Handoff.State.ACTIVE: "works on it",
}


@login_required
def task(request: OwnerRequest, pk: int) -> HttpResponse:
    return views.task(request, pk, helpers=_helpers(request.user, pk))


@login_required
@require_POST
def task_retire(request: OwnerRequest, pk: int) -> HttpResponse:
    return views.task_retire(request, pk, helpers=_helpers(request.user, pk))


def _helpers(owner: Owner, pk: int) -> list[Helper]:
    """Who has that task of theirs, or an offer of it, the longest first. One query."""
    # Not task=pk: a number that is too large for a key would be an error, and not just no row.
    live = owner.handoffs.live().filter(task__in=owner.tasks.filter(pk=pk))
    return [
        Helper(
            each.assistant.first_name,
            STANDS[Handoff.State(each.state)],
            reverse("assistants:handoff", args=[each.pk]),
        )
        for each in live.select_related("assistant").order_by("created_at", "pk")
    ]
