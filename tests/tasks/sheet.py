"""A sheet as a browser has it: opened, typed into, sent whole, and looked at when it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse

from tasks.models import Task
from tests.factories import TODAY
from tests.tasks.reading import page

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

# One of each hour or two around the globe, none with a change of its clocks.
STEADY = (
    "Pacific/Honolulu America/Phoenix America/Bogota America/Cayenne Africa/Abidjan Africa/Lagos Asia/Dubai"
    " Asia/Kathmandu Asia/Manila Australia/Brisbane Pacific/Tarawa"
).split()


def zone_at_midday(now: datetime) -> str:
    """A zone where it is about two in the afternoon, so that what ran for some hours lies on one day."""
    return min(STEADY, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - 14))


def url(day: date = TODAY) -> str:
    return reverse("tasks:day", args=[day])


def time(task: Task, day: date = TODAY) -> str:
    """The name of a cell's field."""
    return f"time-{task.pk}-{day}"


def was(task: Task, day: date = TODAY) -> str:
    """The name of the hidden field beside it: the seconds that were seen, and their text."""
    return f"was-{task.pk}-{day}"


def times(answer: Answer) -> dict[str, str]:
    """What stands in the cells, by name."""
    return {name: value for name, value in page(answer).values.items() if name.startswith("time-")}


def filled_in(answer: Answer) -> dict[str, str]:
    """What a browser would send of the sheet as it came."""
    values = page(answer).values
    return {name: value for name, value in values.items() if name.startswith(("time-", "was-"))}


def send(client: Client, at: str, fields: Mapping[str, str], *, htmx: bool = False) -> Answer:
    return client.post(at, dict(fields), headers={"HX-Request": "true"} if htmx else {})


def save(
    client: Client, typed: Mapping[Task, str], *, day: date = TODAY, htmx: bool = False, **pressed: str
) -> Answer:
    """Open the sheet of the day, type, and send all of it, by the button that is named if any is."""
    fields = filled_in(client.get(url(day))) | {time(task, day): text for task, text in typed.items()} | pressed
    return send(client, url(day), fields, htmx=htmx)
