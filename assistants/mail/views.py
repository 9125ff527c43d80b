"""What an owner does about mail that did not arrive."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from tasks import clock
from tasks.requests import OwnerRequest

from . import trouble


@login_required
@require_POST
def email_again(request: OwnerRequest, pk: int, email_pk: int) -> HttpResponse:
    """Send an email of a hand-off once more."""
    emails = request.user.emails.filter(offer__handoff=pk)
    email = get_object_or_404(emails.select_related("owner", "offer__handoff", "offer__assistant"), pk=email_pk)
    try:
        trouble.again(email, now=clock.now())
    except trouble.NotAgain as why:
        messages.error(request, str(why))
    else:
        messages.success(request, f"It goes to {email.to_name.split(' ')[0]} again.")
    return redirect("assistants:handoff", pk)
