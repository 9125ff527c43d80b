"""Importing hours from another tracker: choose a file, look at what it would add, add it, take it back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from . import clock, durations
from .import_forms import DAY_FIRST, MONTH_FIRST, ColumnsForm, FileForm, LookForm
from .imports import adding, reading, table
from .models import TimeFile
from .requests import OwnerRequest
from .weeks import Week

# Of what is wrong in a file so many lines are shown.
SHOWN = 30


@login_required
def hours_import(request: OwnerRequest) -> HttpResponse:
    """Without a file the choice of one; with one what it would add, which a press adds."""
    if request.method == "POST":
        for name, act in ACTS.items():
            if name in request.POST:
                return act(request)
    if file := adding.waiting(request.user):
        return _look(request, file)
    return _choice(request, FileForm())


def _choice(request: OwnerRequest, form: FileForm) -> HttpResponse:
    context = {"form": form, "past": adding.past(request.user)}
    return render(request, "imports/choose.html", context, status=422 if form.errors else 200)


def _choose(request: OwnerRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _choice(request, form)
    name, text, encoding = form.cleaned_data["file"]
    adding.wait(request.user, name=name, text=text, encoding=encoding, now=clock.now())
    return redirect("tasks:import")


def _throw(request: OwnerRequest) -> HttpResponse:
    adding.throw_away(request.user)
    return redirect("tasks:import")


def _take_back(request: OwnerRequest) -> HttpResponse:
    at = _moment(request.POST["take_back"])
    count = adding.take_back(request.user, at, now=clock.now()) if at else 0
    if count:
        messages.success(request, f"{_entries(count)} of that import {'is' if count == 1 else 'are'} taken back.")
    else:
        messages.info(request, "Nothing of that import is left to take back.")
    return redirect("tasks:import")


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
        return at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None


# --- What a file would add ----------------------------------------------------------
class Looked(NamedTuple):
    """A file as it is read, with what its owner said of it."""

    read: reading.Reading
    form: LookForm
    columns: ColumnsForm | None
    once: bool
    separator: str


def _look(request: OwnerRequest, file: TimeFile) -> HttpResponse:
    looked = _read(request, file)
    return looked if isinstance(looked, HttpResponse) else _shown(request, file, looked)


def _read(request: OwnerRequest, file: TimeFile) -> Looked | HttpResponse:
    """Or the page that asks which column is which."""
    owner, said = request.user, request.POST
    rows = table.parse(file.text)
    columns = ColumnsForm(rows.header, said) if "columns" in said else None
    if columns and not columns.is_valid():
        return _ask_for_columns(request, file, columns)
    is_day_first = said.get("order") != MONTH_FIRST
    try:
        which = columns.columns() if columns else None
        of_whom = said.get("whose", "")
        read = reading.read(rows, zone=owner.zone, day_first=is_day_first, columns=which, of_whom=of_whom)
    except table.Unreadable as why:
        return _ask_for_columns(request, file, columns or ColumnsForm(rows.header), str(why))
    tasks, once = list(owner.tasks.all()), "once" in said
    found = adding.look(owner, read, [task for task in tasks if task.retired_on is None], once=once)
    form = LookForm(found, tasks, said if "as" in said else None, people=read.people, asks_for_order=bool(read.order))
    return Looked(read, form, columns, once, rows.separator)


def _shown(request: OwnerRequest, file: TimeFile, looked: Looked) -> HttpResponse:
    read, form, found = looked.read, looked.form, looked.form.found
    planned = adding.addition(request.user, found, form.chosen(), clock.now())
    refused = sorted([*read.refused, *planned.refused])
    context: dict[str, Any] = {
        "file": file,
        "came": file.came_at.isoformat(),
        "read": read,
        "found": found,
        "form": form,
        "columns": looked.columns,
        "separator": table.SEPARATORS[looked.separator],
        "planned": planned,
        "too_many": len(found.groups) > adding.MOST_NAMES,
        "refused": refused[:SHOWN],
        "more_refused": max(0, len(refused) - SHOWN),
        "remarks": read.remarks[:SHOWN],
        "more_remarks": max(0, len(read.remarks) - SHOWN),
        "orders": _orders(read.order),
        "left_out": found.seconds - planned.seconds,
    }
    return render(request, "imports/look.html", context, status=422 if form.errors else 200)


def _orders(example: str) -> list[tuple[str, date]]:
    """Both readings of a date such as 03/04/2024; none where the file tells."""
    if not example:
        return []
    first, second, year = map(int, re.findall(r"\d+", example)[:3])
    return [(DAY_FIRST, date(year, second, first)), (MONTH_FIRST, date(year, first, second))]


def _ask_for_columns(request: OwnerRequest, file: TimeFile, form: ColumnsForm, why: str = "") -> HttpResponse:
    context = {"file": file, "form": form, "why": why}
    return render(request, "imports/columns.html", context, status=422 if form.errors else 200)


def _add(request: OwnerRequest) -> HttpResponse:
    """Add it as it was said; what is wrong is shown with all that was chosen."""
    owner, file = request.user, adding.waiting(request.user)
    if file is None or file.came_at.isoformat() != request.POST["add"]:
        return _gone(request)
    looked = _read(request, file)
    if isinstance(looked, HttpResponse):
        return looked
    if not looked.form.is_valid():
        return _shown(request, file, looked)
    try:
        made = adding.add(owner, file, looked.read, looked.form.chosen(), once=looked.once, now=clock.now())
    except adding.Nothing:
        messages.error(request, "Nothing was added. Say of one line at least which task it was.")
        return _shown(request, file, looked)
    except adding.Gone:
        return _gone(request)
    count = len(made.entries)
    said = f"{_entries(count)} {'is' if count == 1 else 'are'} added, {durations.words(made.seconds)} in all."
    messages.success(request, said)
    if made.refused:
        line, why = made.refused[0]
        lines = "1 line is" if len(made.refused) == 1 else f"{len(made.refused)} lines are"
        messages.error(request, f"{lines} not added. Line {line}: {why}")
    return redirect("week", Week.of(max(entry.day for entry in made.entries.values())))


def _gone(request: OwnerRequest) -> HttpResponse:
    messages.info(request, "That file was added, or another one was chosen, already.")
    return redirect("tasks:import")


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"


ACTS = {"choose": _choose, "throw": _throw, "take_back": _take_back, "add": _add}
