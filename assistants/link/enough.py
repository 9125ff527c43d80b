"""
How often one link can write to its owner in a day: enough for any talk, too little to be a nuisance.

Each question, proposal, change taken back and message is an email to the owner. An answer, yes or no, and the end of
the work always get through.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from assistants.models import HandoffEvent, Offer

MOST_A_DAY = 10
A_DAY = timedelta(days=1)
Kind = HandoffEvent.Kind
COUNTED = (Kind.ASKED, Kind.COUNTERED, Kind.UNCOUNTERED, Kind.NOTED)
# What is refused after that, and the form of the page that it came from. Taking a change back is not: it ends a talk.
FORMS = {"ask": "question_form", "change": "change_form", "note": "note_form"}


class Enough(Exception):
    """For today the owner has heard enough by this link."""


def check(offer: Offer, act: str, *, now: datetime) -> None:
    """Raise Enough if that act would be one more email than a day holds. One query, of the acts that count."""
    if act not in FORMS:
        return
    said = offer.events.filter(actor=HandoffEvent.Actor.ASSISTANT, kind__in=COUNTED, happened_at__gt=now - A_DAY)
    if said.count() >= MOST_A_DAY:
        raise Enough
