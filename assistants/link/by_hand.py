"""
Whether a form on an assistant's page was sent by a person.

Mail scanners open links, some run scripts, and a few press buttons. A form that comes back
sooner than a page can be read, or with the field filled that no person sees, is one of
theirs: it changes nothing and shows the page again. This lowers the risk and does not
remove it, so an acceptance can be taken back besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from assistants import links
from assistants.models import Offer

# A name that robots fill; nobody sees the field.
TRAP = "website"


def made(offer: Offer, now: datetime) -> str:
    """When the page was made, in milliseconds, signed for this offer: the value of the form's hidden field."""
    moment = int(now.timestamp() * 1000)
    return f"{moment}.{links.token('made', offer.pid, moment).partition('.')[2]}"


def is_sent(offer: Offer, form: Mapping[str, str], now: datetime) -> bool:
    """Whether a page of this offer was there long enough to be read, and the trap is empty."""
    given = form.get("made", "")
    moment = given.partition(".")[0]
    if form.get(TRAP) or not (moment.isdecimal() and len(moment) <= 15):
        return False
    read = now.timestamp() - int(moment) / 1000
    return read >= settings.LEAST_SECONDS_TO_READ and links.proves(given, "made", offer.pid, int(moment))
