"""The state machine as a whole: what each state allows, and random walks beside a model of a few lines."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.mail import get_connection

from assistants import handoffs, outbox
from assistants.models import Handoff, Offer, OutgoingEmail
from tasks.models import Owner
from tests.assistants.world import dump, keys, standing, what_happened
from tests.factories import NOW, a_draft

pytestmark = pytest.mark.django_db
AFTER = NOW + timedelta(days=20)
Move = Callable[[Handoff], None]


def newest(handoff: Handoff) -> Offer:
    return Offer.objects.filter(handoff=handoff).latest("pk")


def deliver(handoff: Handoff) -> None:
    """A worker sends what is due for this hand-off's offer; nothing, if its email does not wait any more."""
    due = NOW + timedelta(minutes=2)
    for email in OutgoingEmail.objects.filter(kind="offer", offer__handoff=handoff):
        if claimed := outbox.claim(now=due, only=email.pk):
            outbox.deliver(claimed, get_connection(), done=handoffs.hear_of)


def log(handoff: Handoff) -> None:
    handoffs.log_hours(newest(handoff), day=date(2026, 10, 26), seconds=600, note="", now=NOW)


MOVES: dict[str, Move] = {
    "send": lambda handoff: void(handoffs.send(handoff, now=NOW)),
    "undo": lambda handoff: handoffs.undo(handoff, now=NOW),
    "deliver": deliver,
    "withdraw": lambda handoff: handoffs.withdraw(handoff, now=NOW),
    "accept": lambda handoff: handoffs.accept(newest(handoff), terms_version=newest(handoff).terms.version, now=NOW),
    "decline": lambda handoff: handoffs.decline(newest(handoff), reason="", now=NOW),
    "expire": lambda handoff: handoffs.expire_overdue(now=AFTER),
    "start": lambda handoff: handoffs.start_due(now=AFTER),
    "log": log,
    "end": lambda handoff: handoffs.end(handoff, now=NOW),
}
# (hand-off, offer) and a move to what they become; a pair that is not here stays as it is.
WAITING, OUT = ("offering", "queued"), ("offering", "sent")
MODEL: dict[tuple[tuple[str, str], str], tuple[str, str]] = {
    (("draft", ""), "send"): WAITING,
    (("draft", "withdrawn"), "send"): WAITING,
    (WAITING, "undo"): ("draft", "withdrawn"),
    (WAITING, "deliver"): OUT,
    **{((hand, state), "withdraw"): ("withdrawn", "withdrawn") for hand, state in (WAITING, OUT)},
    **{((hand, state), "accept"): ("taken", "accepted") for hand, state in (WAITING, OUT)},
    **{((hand, state), "decline"): ("lapsed", "declined") for hand, state in (WAITING, OUT)},
    **{((hand, state), "expire"): ("lapsed", "expired") for hand, state in (WAITING, OUT)},
    (("taken", "accepted"), "start"): ("active", "accepted"),
    (("taken", "accepted"), "log"): ("active", "accepted"),
    (("taken", "accepted"), "end"): ("ended", "accepted"),
    (("active", "accepted"), "log"): ("active", "accepted"),
    (("active", "accepted"), "end"): ("ended", "accepted"),
}
# What the sweep and a repeated answer do in vain is no error; everything else is TooLate.
IN_VAIN = {"deliver", "expire", "start"}
REPEATED = {("accepted", "accept"), ("declined", "decline")}
# Each event to the states it leaves behind: the log alone tells how things stand.
REPLAY = {
    "sent": WAITING,
    "undone": ("draft", "withdrawn"),
    "delivered": OUT,
    "withdrawn": ("withdrawn", "withdrawn"),
    "accepted": ("taken", "accepted"),
    "declined": ("lapsed", "declined"),
    "expired": ("lapsed", "expired"),
    "undeliverable": ("lapsed", "undeliverable"),
    "started": ("active", "accepted"),
    "logged": ("active", "accepted"),
    "ended": ("ended", "accepted"),
}


def void(_: object) -> None:
    """What a move returns is not looked at here."""


def state_of(handoff: Handoff) -> tuple[str, str]:
    offers = Offer.objects.filter(handoff=handoff)
    return standing(offers.latest("pk")) if offers else (Handoff.objects.get(pk=handoff.pk).state, "")


def walk(handoff: Handoff, names: list[str]) -> None:
    """Make the moves and hold each against the model: what it becomes, or TooLate and not one row changed."""
    for name in names:
        before, rows = state_of(handoff), dump()
        if name in ("accept", "decline", "log") and not before[1]:
            continue  # without an offer there is no link
        becomes = MODEL.get((before, name))
        fresh = Handoff.objects.get(pk=handoff.pk)
        if becomes is None and name not in IN_VAIN and (before[1], name) not in REPEATED:
            with pytest.raises(handoffs.TooLate):
                MOVES[name](fresh)
        else:
            MOVES[name](fresh)
        if becomes is None:
            after = dump()
            # A worker marks an email that is no longer wanted.
            marked = {"assistants_outgoingemail"} if name == "deliver" else set()
            assert {table for table in rows if rows[table] != after[table]} <= marked, f"{name} in {before}"
        assert state_of(handoff) == (becomes or before), f"{name} in {before}"


PATHS: dict[tuple[str, str], list[str]] = {
    ("draft", ""): [],
    ("draft", "withdrawn"): ["send", "undo"],
    WAITING: ["send"],
    OUT: ["send", "deliver"],
    ("withdrawn", "withdrawn"): ["send", "withdraw"],
    ("lapsed", "declined"): ["send", "deliver", "decline"],
    ("lapsed", "expired"): ["send", "expire"],
    ("taken", "accepted"): ["send", "deliver", "accept"],
    ("active", "accepted"): ["send", "accept", "start"],
    ("ended", "accepted"): ["send", "accept", "start", "end"],
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", PATHS, ids="-".join)
def test_each_state_allows_its_own_moves_and_refuses_the_others(
    nora: Owner, state: tuple[str, str], move: str
) -> None:
    handoff = a_draft(owner=nora)
    for name in PATHS[state]:
        MOVES[name](Handoff.objects.get(pk=handoff.pk))
    assert state_of(handoff) == state
    walk(handoff, [move])


@pytest.mark.parametrize("seed", range(25))
def test_on_any_walk_the_log_alone_tells_how_things_stand(nora: Owner, seed: int) -> None:
    handoff = a_draft(owner=nora)
    walk(handoff, random.Random(seed).choices(list(MOVES), k=14))
    told = what_happened(handoff)
    assert state_of(handoff) == (REPLAY[told[-1]] if told else ("draft", ""))
    # Emails are written once for what they tell, and each has an event that caused it.
    assert len(set(keys())) == len(keys())
    answers = [key.rpartition("-")[2] for key in keys() if key.startswith("answer-")]
    assert all(kind in told for kind in answers)
