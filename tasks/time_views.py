"""Times as a script sends and asks for them: what was kept while the server was away, and what a text means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from . import clock, days, durations, entries, json_body, sheets, timers
from .requests import OwnerRequest, number

MOST_EDITS = 500
LARGEST_ID = 2**63 - 1
NO_SUCH_TASK = "There is no such task on your list."
SOMEONE_ELSE = "Someone else is signed in here now. Sign in yourself to send the times that are kept in this browser."


@login_required
@require_GET
def reading(request: OwnerRequest) -> HttpResponse:
    """What a typed time means, in words, while it is typed; nothing for what is no time yet."""
    current = number(request.GET.get("seen", "")) or 0
    try:
        seconds = durations.parse(request.GET.get("text", ""), current=current, most=durations.LONGEST_DAY)
    except durations.NotATime:
        return HttpResponse("", content_type="text/plain")
    return HttpResponse(durations.words(seconds) if seconds else "Clears it", content_type="text/plain")


@login_required
@require_POST
def times(request: OwnerRequest) -> HttpResponse:
    """
    Save times sent as JSON.

    {"owner": 7, "edits": [{"task": 12, "day": "2026-10-15", "text": "1:30", "seen": 0, "key": "…"}]}: `seen` are
    the seconds that the page showed as logged; `key` is one thing typed, however often it is sent; `owner` is whose
    page it was, for a browser that somebody else may have signed in to since. Answers {"saved": […], "refused": […]}:
    200, or 422 if any is refused; 409, with nothing saved, to another owner's page.
    """
    owner, now = request.user, clock.now()
    try:
        body = json_body.read(request)
        sent = _edits(body)
    except json_body.NotJson as error:
        return JsonResponse({"error": str(error)}, status=error.status)
    if body.get("owner", owner.pk) != owner.pk:
        return JsonResponse({"error": SOMEONE_ELSE}, status=409)
    running = dict(timers.by_day(owner.running_timer, now)) if owner.running_timer else {}
    edits, refused = [], []
    for task_id, day, typed in sent:
        cell = days.Cell(task_id, day)
        if owner.running_timer and owner.running_timer.task_id == task_id:
            cell.running = running.get(day, 0)
        try:
            edits.append(sheets.read(typed, task_id, cell, owner.zone))
        except durations.NotATime as error:
            refused.append(_told(task_id, day) | {"error": str(error)})
    outcome = days.save(owner, edits, via=entries.Via.DAY, now=now)
    saved = [_told(*edit.place) | {"seconds": edit.seconds} for edit in edits if edit.place in outcome.saved]
    refused += [
        _told(*edit.place) | {"error": outcome.refused.get(edit.place, NO_SUCH_TASK)}
        for edit in edits
        if edit.place not in outcome.saved
    ]
    return JsonResponse({"saved": saved, "refused": refused}, status=422 if refused else 200)


def _told(task_id: int, day: date) -> dict[str, Any]:
    return {"task": task_id, "day": day.isoformat()}


def _edits(body: Mapping[str, Any]) -> list[tuple[int, date, sheets.Typed]]:
    listed = body.get("edits")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_EDITS:
        raise json_body.NotJson(f"edits: send a list of 1 to {MOST_EDITS}.")
    edits = [_edit(each, f"edits[{number}]") for number, each in enumerate(listed)]
    if len({(task_id, day) for task_id, day, _ in edits}) < len(edits):
        raise json_body.NotJson("edits: name each task and day once.")
    keys = [typed.key for _, _, typed in edits if typed.key]
    if len(set(keys)) < len(keys):
        raise json_body.NotJson("edits: use each key once.")
    return edits


def _edit(given: Any, where: str) -> tuple[int, date, sheets.Typed]:
    if not isinstance(given, dict):
        raise json_body.NotJson(f"{where}: send an object.")
    task, text, seen, key = (given.get(name) for name in ("task", "text", "seen", "key"))
    if type(task) is not int or not 0 < task <= LARGEST_ID:
        raise json_body.NotJson(f"{where}.task: send its number.")
    if not isinstance(text, str):
        raise json_body.NotJson(f"{where}.text: send a time such as 1:30.")
    if seen is not None and (type(seen) is not int or not 0 <= seen < LARGEST_ID):
        raise json_body.NotJson(f"{where}.seen: send seconds, or leave it out.")
    if seen is None and _adds(text):
        raise json_body.NotJson(f"{where}.seen: send it with a time that adds.")
    if key is not None and not (isinstance(key, str) and sheets.key_of(key)):
        raise json_body.NotJson(f"{where}.key: send up to 36 signs that show, or leave it out.")
    return task, _day(given.get("day"), where), sheets.Typed(text, seen, key=key)


def _adds(text: str) -> bool:
    try:
        return durations.adds(text)
    except durations.NotATime:
        return False


def _day(given: Any, where: str) -> date:
    try:
        day = datetime.strptime(given, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except (TypeError, ValueError):
        day = None
    if day is None or len(given) != 10 or not sheets.FIRST_DAY <= day <= sheets.LAST_DAY:
        raise json_body.NotJson(f"{where}.day: write the day as 2026-03-02.")
    return day
