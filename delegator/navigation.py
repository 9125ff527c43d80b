"""Where the owner is, for the rail on a wide screen and the bar on a phone."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


class Place(NamedTuple):
    """One entry of the navigation; `under` are the paths on which it is the current one."""

    label: str
    icon: str
    url: str
    under: tuple[str, ...]


def where(request: HttpRequest) -> dict[str, Any]:
    """What every page's template may ask for; the same work for any data."""
    home = Place("Home", "home", reverse("home"), ())
    time = [
        Place("Today", "today", reverse("tasks:today"), ("/day/", "/today/")),
        Place("Routine", "routine", reverse("routine"), ("/routine/",)),
    ]
    help_ = [
        Place("Plan", "plan", reverse("assistants:plan"), ("/plan/",)),
        Place("Hand-offs", "handoffs", reverse("assistants:handoffs"), ("/hand-offs/",)),
        Place("Assistants", "assistants", reverse("assistants:assistants"), ("/assistants/",)),
    ]
    here = next((place for place in time + help_ if request.path.startswith(place.under)), None)
    if here is None and request.path == home.url:
        here = home
    return {
        "mail_is_kept": settings.EMAIL_KEPT,
        "here": here,
        "nav_home": home,
        "nav_time": time,
        "nav_help": help_,
        # On a phone: four tabs, the rest behind More.
        "nav_tabs": [home, time[0], help_[0], help_[1]],
        "nav_more": [time[1], help_[2]],
    }
