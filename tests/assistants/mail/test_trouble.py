"""Mail that did not leave is seen by its owner, and can be sent again once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from assistants.handoff import deliveries, replies
from assistants.mail import outbox, trouble
from assistants.models import NeverMail, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import race
from tests.factories import NOW, a_running_offer, a_task, an_offer, an_owner

pytestmark = pytest.mark.django_db


def news(owner: Owner, *, state: str = "dead") -> OutgoingEmail:
    """An email to an assistant whose hand-off runs, which ended so."""
    offer = a_running_offer(owner=owner, task=a_task(owner=owner))
    email = OutgoingEmail.objects.filter(offer=offer, kind="news").latest("pk")
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state)
    return OutgoingEmail.objects.select_related("owner", "offer__handoff", "offer__assistant").get(pk=email.pk)


@pytest.mark.parametrize("state", ["dead", "unknown"])
def test_what_did_not_arrive_is_sent_again_once_to_the_same_person_with_the_same_words(
    nora: Owner, state: str
) -> None:
    email = news(nora, state=state)
    copy = trouble.again(email, now=clock.now())
    outbox.pump(done=deliveries.hear_of)
    copy.refresh_from_db()
    assert (copy.state, copy.to_email, copy.facts) == ("sent", email.to_email, email.facts)
    with pytest.raises(trouble.NotAgain, match="already"):
        trouble.again(email, now=clock.now())


def test_a_copy_that_fails_too_can_be_sent_again(nora: Owner) -> None:
    email = news(nora)
    for number in (1, 2, 3):
        copy = trouble.again(email, now=NOW)
        assert copy.key.endswith(f"+{number}")
        OutgoingEmail.objects.filter(pk=copy.pk).update(state="unknown")
        email = OutgoingEmail.objects.select_related("owner", "offer__handoff", "offer__assistant").get(pk=copy.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
def test_pressed_eight_times_at_once_it_is_sent_again_once() -> None:
    email = news(an_owner())
    before = OutgoingEmail.objects.count()
    outcomes = race([partial(trouble.again, email, now=NOW)] * 8)
    assert OutgoingEmail.objects.count() == before + 1
    assert sum(isinstance(each, trouble.NotAgain) for each in outcomes) == 7


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "skipped"])
def test_what_did_not_fail_is_not_sent_again(nora: Owner, state: str) -> None:
    email = news(nora, state=state)
    with pytest.raises(trouble.NotAgain):
        trouble.again(email, now=NOW)
    assert not trouble.can_again(email, NOW)


def test_what_no_longer_holds_is_not_sent_again(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    OutgoingEmail.objects.update(state="unknown")
    replies.decline(offer, reason="", now=NOW)
    email = OutgoingEmail.objects.select_related("owner", "offer__handoff", "offer__assistant").get(kind="offer")
    with pytest.raises(trouble.NotAgain, match="the offer is declined"):
        trouble.again(email, now=NOW)
    told = news(nora)
    NeverMail.objects.create(email=told.to_email, asked_at=NOW)
    assert not trouble.can_again(told, NOW)


def test_a_hand_off_lists_what_failed_until_it_is_sent_again(nora: Owner, bea: Owner) -> None:
    email, _ = news(nora), news(bea)
    assert email.offer
    handoff = email.offer.handoff
    assert trouble.failed(handoff) == [email]
    trouble.again(email, now=NOW)
    assert trouble.failed(handoff) == []


def test_an_owner_sees_since_when_their_own_mail_waits_and_nothing_of_mail_that_is_on_time(
    nora: Owner, bea: Owner
) -> None:
    offer = an_offer(owner=nora, now=NOW)
    assert trouble.waiting_since(nora, NOW + timedelta(minutes=2)) is None
    assert trouble.waiting_since(nora, NOW + timedelta(minutes=4)) == NOW
    # Put off into the future it waits all the same.
    OutgoingEmail.objects.filter(offer=offer).update(due_at=NOW + timedelta(hours=3), trouble="not sent yet: 451")
    assert trouble.waiting_since(nora, NOW + timedelta(minutes=4)) == NOW
    assert trouble.waiting_since(bea, NOW + timedelta(days=1)) is None
    OutgoingEmail.objects.update(state="sent")
    assert trouble.waiting_since(nora, NOW + timedelta(days=1)) is None
