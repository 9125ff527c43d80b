"""One link cannot bury its owner under mail: ten a day, and what matters always gets through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from assistants.models import Handoff, Offer, OutgoingEmail
from tasks.models import Owner
from tests import factories
from tests.assistants.link.test_link_answers import a_change, link
from tests.assistants.world import by_hand, text_of
from tests.factories import NOW
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(nora: Owner) -> Offer:
    return factories.an_offer(
        owner=nora, now=NOW, reply_by=NOW + timedelta(days=6), starts_on=factories.TODAY + timedelta(days=20)
    )


def post(offer: Offer, act: str, **form: str) -> Any:
    """As a person does it, with the terms that stand now."""
    offer.refresh_from_db()
    return Client().post(link(offer, act), by_hand(offer) | form)


def to_and_fro(offer: Offer, number: int) -> list[int]:
    """A change proposed and taken back: the statuses."""
    proposed = post(offer, "change", **a_change(offer, once=f"change-{number}"))
    return [proposed.status_code, post(offer, "keep").status_code]


def letters(owner: Owner) -> int:
    return OutgoingEmail.objects.filter(owner=owner, kind="answer").count()


def test_to_and_fro_all_day_is_ten_emails(nora: Owner, offer: Offer) -> None:
    with standing_at(NOW):
        came = [to_and_fro(offer, number) for number in range(8)]
        assert came == [[302, 302]] * 5 + [[429, 302]] * 3
        assert letters(nora) == 10
        refused = post(offer, "ask", once="a", question="Which bank?")
        assert refused.status_code == 429
        assert "Nora has had ten emails from this page within a day." in text_of(refused)
        assert "Which bank?" in text_of(refused)
        assert post(offer, "note", once="b", note="Hello.").status_code == 429
        assert letters(nora) == 10


def test_a_day_after_the_first_there_is_room_again(nora: Owner, offer: Offer) -> None:
    with standing_at(NOW):
        for number in range(5):
            to_and_fro(offer, number)
    with standing_at(NOW + timedelta(hours=23, minutes=59)):
        assert post(offer, "ask", once="a", question="Which bank?").status_code == 429
    with standing_at(NOW + timedelta(hours=24)):
        # The same form, which was not used up by being refused.
        assert post(offer, "ask", once="a", question="Which bank?").status_code == 302
    assert letters(nora) == 11


def test_yes_and_no_and_taking_it_back_get_through(nora: Owner, offer: Offer) -> None:
    with standing_at(NOW):
        for number in range(5):
            to_and_fro(offer, number)
        other = factories.an_offer(
            owner=nora, task=factories.a_task(owner=nora), assistant=offer.assistant, now=NOW, reply_by=offer.reply_by
        )
        assert post(offer, "accept", terms=str(offer.terms.version)).status_code == 302
        assert Handoff.objects.get(pk=offer.handoff_id).state == Handoff.State.TAKEN
        assert post(offer, "take-back").status_code == 302
        # Another link of the same person is counted by itself.
        assert post(other, "ask", once="b", question="Which bank?").status_code == 302


def test_what_the_owner_says_is_not_counted(nora: Owner, offer: Offer) -> None:
    with standing_at(NOW):
        offer.handoff.events.bulk_create(
            [
                offer.events.model(handoff=offer.handoff, offer=offer, kind="noted", actor="owner", happened_at=NOW)
                for _ in range(20)
            ]
        )
        assert post(offer, "ask", once="a", question="Which bank?").status_code == 302
