"""How the day sheet and the week answer what was typed into them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from . import dates
from .days import Outcome
from .requests import OwnerRequest
from .sheets import Field, SheetForm


def status_of(form: SheetForm, outcome: Outcome) -> int:
    return 409 if outcome.stale else 422 if form.errors else 200


def say_saved(request: OwnerRequest, now: datetime) -> None:
    """With the moment of the change, by which Undo knows it."""
    messages.success(request, f"Saved at {dates.clock(now, request.user.zone)}", now.isoformat())


def in_place(
    request: OwnerRequest, template: str, context: dict[str, Any], outcome: Outcome, now: datetime
) -> HttpResponse:
    """To htmx: each piece goes to its place by its id, and what was refused says so at its field."""
    context["wrong"] = [field for field in context["fields"] if field.error]
    if outcome.changed:
        context |= {"saved_at": dates.clock(now, request.user.zone), "undo": now.isoformat()}
    return render(request, template, context, status=409 if outcome.stale else 422 if context["wrong"] else 200)


def changed(sent: SheetForm, fresh: SheetForm, outcome: Outcome) -> list[Field]:
    """Each field that was saved, refused, or is measured by the timer."""
    wrong = {field.name: field for field in sent if field.error}
    return [
        wrong.get(field.name, field)
        for field in fresh
        if field.name in wrong or field.cell.running or field.cell.place in outcome.saved
    ]
