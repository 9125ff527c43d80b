"""The state machine itself: in each pair of states an event moves as the documents say, or not at all."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from assistants.handoff import moves
from assistants.handoff.moves import Actor, Kind
from assistants.models import Handoff, HandoffEvent, Offer
from tasks.models import Owner
from tests.assistants.world import dump, what_happened
from tests.factories import NOW, a_draft, an_offer

pytestmark = pytest.mark.django_db
# Kind: hand-off before>after, offer before>after; several states before one >, and without one all stay.
ALL_LIVE, ALL_OPEN = "queued sent countered", "queued sent"
DOCUMENTED = {
    "sent": ("draft offering > offering", ""),
    "undone": ("offering > draft", ""),
    "delivered": ("offering", "queued > sent"),
    "undeliverable": ("offering", f"{ALL_OPEN} > undeliverable"),
    "reminded": ("offering", "sent"),
    "readdressed": ("offering taken active", f"{ALL_LIVE} accepted"),
    "asked": ("offering", ALL_OPEN),
    "answered": ("offering", ALL_OPEN),
    "countered": ("offering", f"{ALL_OPEN} > countered"),
    "uncountered": ("offering", "countered > sent"),
    "insisted": ("offering", "countered > sent"),
    "agreed": ("offering > taken", "countered > accepted"),
    "edited": ("offering", "queued; sent; countered > sent"),
    "accepted": ("offering > taken", f"{ALL_OPEN} > accepted"),
    "taken back": ("taken active > offering", "accepted > released"),
    "declined": ("offering", f"{ALL_LIVE} > declined"),
    "expired": ("offering", "sent countered > expired"),
    "superseded": ("taken", f"{ALL_LIVE} > superseded"),
    "still free": ("offering lapsed", "declined expired undeliverable"),
    "closed": ("draft offering withdrawn", f"{ALL_LIVE} > withdrawn"),
    "withdrawn": ("offering > withdrawn", ""),
    "lapsed": ("offering > lapsed", ""),
    "started": ("taken > active", "accepted"),
    "staged": ("taken active", "accepted"),
    "noted": ("offering taken active", "sent countered accepted"),
    "notice": ("taken active", "accepted"),
    "done": ("active > done", "accepted"),
    "reopened": ("done > active", "accepted"),
    "ended": ("taken active > ended", "accepted"),
    **dict.fromkeys(
        "logged corrected approved unapproved queried paid unpaid".split(), ("active done ended", "accepted")
    ),
}
TERMINAL = set("declined expired withdrawn superseded undeliverable released".split())


def read(said: str) -> dict[str, str]:
    """Each state before, to the one after."""
    found: dict[str, str] = {}
    for part in said.split(";"):
        before, _, after = (each.strip() for each in part.partition(">"))
        found |= {state: after or state for state in before.split()}
    return found


def test_every_kind_of_event_is_a_move_but_one_that_was_refused() -> None:
    assert set(moves.MOVES) == set(HandoffEvent.Kind.values) - {"refused"} == set(DOCUMENTED)


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_in_each_pair_of_states_it_moves_as_documented_or_not_at_all(nora: Owner, kind: str) -> None:
    offer = an_offer(owner=nora)
    handoff = offer.handoff
    of_handoff, of_offer = (read(said) for said in DOCUMENTED[kind])
    for before, reply in product(Handoff.State.values, Offer.State.values if of_offer else ["sent"]):
        with transaction.atomic():
            Handoff.objects.filter(pk=handoff.pk).update(state=before)
            Offer.objects.filter(pk=offer.pk).update(state=reply)
            should = before in of_handoff and (reply in of_offer or not of_offer)
            count = handoff.events.count()
            moved = tried(kind, handoff, offer if of_offer else None)
            stands = Offer.objects.values_list("handoff__state", "state").get(pk=offer.pk)
            after = (of_handoff[before], of_offer.get(reply, reply)) if should else (before, reply)
            assert (moved, stands) == (should, after), (before, reply)
            assert handoff.events.count() == count + should
            transaction.set_rollback(True)


def tried(kind: str, handoff: Handoff, offer: Offer | None) -> bool:
    try:
        with transaction.atomic():
            moves.make(Kind(kind), handoff, offer, by=Actor.OWNER, now=NOW)
    except moves.TooLate:
        return False
    return True


def test_what_a_move_refuses_changes_not_one_row(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    Offer.objects.update(state="declined")
    before = dump()
    changed: dict[str, Any] = {"brief": "Changed", "offer_fields": {"epoch": 7}}
    for kind in (Kind.ACCEPTED, Kind.EXPIRED, Kind.COUNTERED):
        with pytest.raises(moves.TooLate), transaction.atomic():
            moves.make(kind, offer.handoff, offer, by=Actor.OWNER, now=NOW, **changed)
    assert dump() == before


def test_a_move_reads_nothing_but_what_it_wrote(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Neither for an error that does not come."""
    offer = Offer.objects.get(pk=an_offer(owner=nora).pk)
    handoff = Handoff.objects.get(pk=offer.handoff_id)
    with django_assert_num_queries(3):  # two rows and the event
        moves.make(Kind.DELIVERED, handoff, offer, by=Actor.SYSTEM, now=NOW)
    with django_assert_num_queries(2):
        moves.make(Kind.WITHDRAWN, handoff, by=Actor.OWNER, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_no_move_is_made_outside_a_transaction(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    with pytest.raises(transaction.TransactionManagementError):
        moves.make(Kind.DELIVERED, offer.handoff, offer, by=Actor.SYSTEM, now=NOW)
    assert what_happened(offer.handoff) == ["sent"]


def test_nothing_but_a_slip_taken_back_leads_out_of_a_state_that_is_the_end() -> None:
    for kind, move in moves.MOVES.items():
        over = set(Handoff.OVER) - ({"done"} if kind == "reopened" else set())
        assert all(after == before for before, after in move.handoff.items() if before in over)
        assert all(after == before for before, after in move.offer.items() if before in TERMINAL)


def test_what_was_refused_is_in_the_log_and_moves_nothing(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    stood = moves.replay(offer.handoff.events.all())
    moves.record_refused(offer.handoff, "undo", now=NOW)
    assert what_happened(offer.handoff) == ["sent", "refused"]
    assert moves.replay(offer.handoff.events.all()) == stood == ("offering", {offer.pk: "queued"})
    theirs = moves.record_refused(offer.handoff, "accept", offer=offer, now=NOW)
    assert (theirs.actor, theirs.offer) == ("assistant", offer)


def test_events_are_replayed_in_the_order_of_their_rows_whatever_the_clocks_said(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    with transaction.atomic():
        moves.make(Kind.DELIVERED, offer.handoff, offer, by=Actor.SYSTEM, now=NOW.replace(year=2020))
    assert offer.handoff.events.first() != offer.handoff.events.order_by("pk").first()
    assert moves.replay(offer.handoff.events.all()) == ("offering", {offer.pk: "sent"})


def test_a_log_that_no_walk_could_have_written_is_not_replayed(nora: Owner) -> None:
    handoff = a_draft(owner=nora)
    moves.record(Kind.ACCEPTED, handoff, None, by=Actor.ASSISTANT, now=NOW)
    with pytest.raises(KeyError):
        moves.replay(handoff.events.all())
