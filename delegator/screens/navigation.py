"""Where the owner is, for the rail on a wide screen and the bar on a phone."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from tasks import timers
from tasks.models import Owner


class Place(NamedTuple):
    """One entry of the navigation; `under` are the paths on which it is the current one."""

    label: str
    icon: str
    url: str
    under: tuple[str, ...]


class Places(NamedTuple):
    """All of them, as the rail groups them."""

    home: Place
    time: tuple[Place, ...]
    help: tuple[Place, ...]

    @property
    def tabs(self) -> tuple[Place, ...]:
        """On a phone: four tabs, the rest behind More."""
        return self.home, self.time[0], *self.help[:2]

    @property
    def more(self) -> tuple[Place, ...]:
        return *self.time[1:], *self.help[2:]


def where(request: HttpRequest) -> dict[str, Any]:
    """What every page's template may ask for; no query, and the same work for any data."""
    here = _here(request.path)
    navigation = {"nav_side": _drawn("_side.html", here), "nav_below": _drawn("_below.html", here)}
    return {"mail_is_kept": settings.EMAIL_KEPT} | navigation | _timer(request)


def _here(path: str) -> Place | None:
    places = _places()
    if path == places.home.url:
        return places.home
    return next((place for place in places.time + places.help if path.startswith(place.under)), None)


@cache
def _places() -> Places:
    return Places(
        Place("Home", "home", reverse("home"), ()),
        (
            Place("Today", "today", reverse("tasks:today"), ("/day/", "/today/")),
            Place("Week", "week", reverse("this_week"), ("/week/",)),
            Place("Routine", "routine", reverse("routine"), ("/routine/",)),
            Place("Reports", "reports", reverse("tasks:reports"), ("/reports/",)),
        ),
        (
            Place("Plan", "plan", reverse("assistants:plan"), ("/plan/",)),
            Place("Hand-offs", "handoffs", reverse("assistants:handoffs"), ("/hand-offs/",)),
            Place("Assistants", "assistants", reverse("assistants:assistants"), ("/assistants/",)),
        ),
    )


@cache
def _drawn(template: str, here: Place | None) -> SafeString:
    """It is the same for every owner, so it is drawn once a process for each place."""
    return render_to_string(template, {"places": _places(), "here": here})


def _timer(request: HttpRequest) -> dict[str, Any]:
    """The running timer, which every page shows; it came with the owner."""
    timer = request.user.running_timer if isinstance(request.user, Owner) else None
    if timer is None:
        return {"running": None, "running_is_forgotten": False}
    now = timezone.now()
    return {
        "running": timer,
        "running_seconds": timers.elapsed(timer, now),
        "running_is_forgotten": timer.is_forgotten(now),
    }
