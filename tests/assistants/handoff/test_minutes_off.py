"""How much of the owner's time goes: by the share that is agreed, whatever shares were spoken of before."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from assistants.handoff import handoffs, replies
from assistants.models import Handoff, Offer
from tasks.models import Owner
from tasks.weeks import half_up
from tests.factories import NOW, a_draft, an_accepted_offer

SHARES = st.integers(1, 100)


def stored(offer: Offer) -> Handoff:
    return Handoff.objects.with_terms().get(pk=offer.handoff_id)


@given(st.integers(0, 10_080), SHARES, SHARES)
def test_it_follows_from_what_was_drafted_and_the_share_alone(before: int, drafted: int, share: int) -> None:
    handoff = Handoff(minutes_before=before, minutes_given=half_up(before * drafted, 100), share=drafted)
    assert handoff.given_at(drafted) == handoff.minutes_given
    assert 0 <= handoff.given_at(share) <= before
    assert share < drafted or handoff.given_at(share) >= handoff.minutes_given
    # To the half minute that what was drafted was rounded by, for each of its percents.
    assert abs(handoff.given_at(share) - before * share / 100) <= share / drafted / 2 + 0.5


@pytest.mark.django_db
def test_terms_that_go_there_and_back_take_nothing_away(nora: Owner) -> None:
    draft = a_draft(owner=nora)
    Handoff.objects.filter(pk=draft.pk).update(minutes_before=70, minutes_given=70)
    draft.refresh_from_db()
    offer = handoffs.send(draft, now=NOW)
    for share, minutes in ((2, 1), (33, 23), (67, 47), (2, 1), (100, 70)):
        offer.refresh_from_db()
        terms = handoffs.edit_terms(draft, offer, **offer.terms.fields | {"share": share}, now=NOW)
        assert stored(offer).minutes_off == minutes
    handoffs.edit_terms(draft, offer, **terms.fields | {"share": 2}, now=NOW)
    offer.refresh_from_db()
    replies.accept(offer, terms_version=offer.terms.version, now=NOW)
    assert stored(offer).minutes_off == 1
    replies.take_back(offer, now=NOW)
    assert (stored(offer).minutes_given, stored(offer).given_at(100)) == (70, 70)


@pytest.mark.django_db
def test_what_was_agreed_before_is_as_it_was_drafted_after_the_migration(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    offer.terms.share = 40
    offer.terms.save()
    Handoff.objects.update(minutes_given=120)  # of 300, as acceptance wrote it until then
    import_module("assistants.migrations.0011_reopened_and_minutes_as_drafted").as_drafted(apps, None)
    assert (stored(offer).minutes_given, stored(offer).minutes_off) == (300, 120)
