"""An installation is no spam cannon: what a day may hold is refused at Send, and waits where nobody presses Send."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from pytest_django.fixtures import Settings

from assistants.handoff import deliveries
from assistants.mail import caps, outbox
from assistants.models import Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import an_email
from tests.factories import NOW, an_assistant, an_offer, confirm

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sent(offer: Offer, count: int, *, at: datetime, to: str = "", first: int = 0) -> None:
    """So many emails of that offer, each to an address of its own unless one is said."""
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            kind="news",
            owner=offer.handoff.owner,
            offer=offer,
            key=f"{to}-{first + number}-{at}",
            to_name="Ana",
            to_email=to or f"ana{first + number}@reyes.works",
            state="sent",
            written_at=at,
            due_at=at,
            sent_at=at,
        )
        for number in range(count)
    )


@pytest.fixture
def offer(nora: Owner) -> Offer:
    offer = an_offer(owner=nora, assistant=an_assistant(owner=nora, email="ben@ode.works"), now=NOW - 10 * DAY)
    OutgoingEmail.objects.update(state="sent", sent_at=NOW - 10 * DAY)
    return offer


def test_twenty_new_people_a_day_and_not_one_more(nora: Owner, offer: Offer) -> None:
    sent(offer, settings.NEW_ADDRESSES_A_DAY - 1, at=NOW - timedelta(hours=2))
    caps.check(nora, "new@reyes.works", now=NOW)
    sent(offer, 1, at=NOW - timedelta(hours=1), first=500)
    with pytest.raises(caps.Reached, match="20 new people"):
        caps.check(nora, "new@reyes.works", now=NOW)
    # Who is known already is not new, and tomorrow is another day.
    caps.check(nora, "BEN@ode.works", now=NOW)
    caps.check(nora, "ana3@reyes.works", now=NOW)
    caps.check(nora, "new@reyes.works", now=NOW + DAY)


def test_what_goes_to_several_at_once_is_counted_as_several(nora: Owner, offer: Offer) -> None:
    sent(offer, settings.NEW_ADDRESSES_A_DAY - 2, at=NOW - timedelta(hours=2))
    caps.check(nora, "one@reyes.works", "two@reyes.works", now=NOW)
    caps.check(nora, "one@reyes.works", "two@reyes.works", "ben@ode.works", now=NOW)
    with pytest.raises(caps.Reached, match="20 new people"):
        caps.check(nora, "one@reyes.works", "two@reyes.works", "three@reyes.works", now=NOW)


def test_before_the_owners_own_address_is_confirmed_nothing_goes_to_others_where_mail_leaves(
    nora: Owner, bea: Owner, settings: Settings
) -> None:
    caps.check(nora, "ana@reyes.works", now=NOW)
    settings.EMAIL_KEPT = False
    confirm(bea)
    EmailAddress.objects.create(user=nora, email=nora.email, primary=True)
    with pytest.raises(caps.Reached, match="Confirm your email address first"):
        caps.check(nora, "ana@reyes.works", now=NOW)
    EmailAddress.objects.filter(user=nora).update(email="other@reyes.works", verified=True)
    with pytest.raises(caps.Reached, match="Confirm your email address first"):
        caps.check(nora, "ana@reyes.works", now=NOW)
    EmailAddress.objects.filter(user=nora).update(email=nora.email.upper())
    caps.check(nora, "ana@reyes.works", now=NOW)


def test_a_hundred_mails_a_day_and_not_one_more(nora: Owner, offer: Offer) -> None:
    for number in range(10):
        sent(offer, 10, at=NOW - timedelta(hours=1), to=f"known{number}@reyes.works")
    with pytest.raises(caps.Reached, match="100 emails"):
        caps.check(nora, "ben@ode.works", now=NOW)
    caps.check(nora, "ben@ode.works", now=NOW + DAY)


def test_twenty_mails_a_day_to_one_person_and_not_one_more(nora: Owner, offer: Offer) -> None:
    sent(offer, settings.MAILS_TO_ONE_A_DAY, at=NOW - timedelta(hours=1), to="ben@ode.works")
    with pytest.raises(caps.Reached, match="20 emails"):
        caps.check(nora, "Ben@Ode.works", now=NOW)


def test_one_owners_mails_do_not_count_for_another(nora: Owner, bea: Owner, offer: Offer) -> None:
    sent(offer, 120, at=NOW - timedelta(hours=1))
    caps.check(bea, "new@reyes.works", now=NOW)


def test_an_email_over_the_limit_waits_and_leaves_when_there_is_room(nora: Owner, offer: Offer) -> None:
    now = clock.now()
    sent(offer, settings.MAILS_A_DAY, at=now - timedelta(hours=23))
    email = an_email(f"offer-{offer.pk}")
    OutgoingEmail.objects.filter(pk=email.pk).update(state="queued", due_at=now, sent_at=None)
    outbox.pump(done=deliveries.hear_of)
    email.refresh_from_db()
    assert (email.state, email.tries) == ("queued", 0)
    assert email.due_at > now
    OutgoingEmail.objects.exclude(pk=email.pk).update(sent_at=now - DAY)
    OutgoingEmail.objects.filter(pk=email.pk).update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    email.refresh_from_db()
    assert email.state == "sent"


def test_what_an_owner_hears_is_never_held_back(nora: Owner, offer: Offer) -> None:
    now = clock.now()
    sent(offer, settings.MAILS_A_DAY, at=now - timedelta(hours=1))
    facts = {"headline": "Ana accepted it", "lines": [], "button": "Open", "handoff": 7}
    outbox.put("answer", owner=nora, to=(nora.name, nora.email), key="a", facts=facts, now=now)
    outbox.pump(done=deliveries.hear_of)
    assert an_email("a").state == "sent"
