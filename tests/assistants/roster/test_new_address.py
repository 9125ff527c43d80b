"""An assistant's address is changed: new links go there, and what the old address has opens nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from assistants import links
from assistants.handoff import agreed, deliveries, moves, replies
from assistants.mail import messages, outbox
from assistants.models import Assistant, HandoffEvent, Offer, OutgoingEmail
from assistants.roster import people
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import an_email, deliver, race, text_of
from tests.factories import NOW, a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer, an_owner

pytestmark = pytest.mark.django_db
NEW = "ana@new.example.org"


def details(person: Assistant, **other: object) -> people.Details:
    names = ("name", "email", "time_zone", "rate", "weekly_minutes", "note")
    return people.Details(**({name: getattr(person, name) for name in names} | {"levels": {}} | other))


def move(person: Assistant, email: str = NEW) -> None:
    person = Assistant.objects.get(pk=person.pk)
    people.write(person.owner, details(person, email=email), person, now=NOW)


def old_link(offer: Offer) -> str:
    return f"/h/{links.token('offer', offer.pid, 0)}/"


def link_now(offer: Offer) -> str:
    offer.refresh_from_db()
    return f"/h/{links.token('offer', offer.pid, offer.epoch)}/"


def emails() -> set[tuple[str, str, str]]:
    return {(email.key, email.to_email, email.state) for email in OutgoingEmail.objects.exclude(offer=None)}


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, email="ana@old.example.org")


@pytest.mark.parametrize("make", [an_offer, an_accepted_offer, a_running_offer])
def test_the_old_link_is_dead_at_once_and_a_new_one_is_mailed(
    client: Client, nora: Owner, ana: Assistant, make: object
) -> None:
    assert callable(make)
    offer = make(owner=nora, assistant=ana)
    OutgoingEmail.objects.update(state="sent")
    assert client.get(old_link(offer)).status_code == 200
    move(ana)
    assert client.get(old_link(offer)).status_code == 404
    assert client.get(link_now(offer)).status_code == 200
    event = HandoffEvent.objects.get(kind="readdressed")
    assert an_email(f"news-{event.pk}").to_email == NEW
    state, replies_ = moves.replay(offer.handoff.events.order_by("pk"))
    offer.handoff.refresh_from_db()
    assert (state, replies_[offer.pk]) == (offer.handoff.state, offer.state)


def test_an_offer_that_waits_here_goes_to_the_new_address_only(nora: Owner, ana: Assistant) -> None:
    offer = an_offer(owner=nora, assistant=ana)
    move(ana)
    assert emails() == {(f"offer-{offer.pk}", NEW, "queued")}
    OutgoingEmail.objects.update(due_at=clock.now())
    outbox.pump(done=deliveries.hear_of)
    sent = OutgoingEmail.objects.select_related("offer").get()
    assert links.token("offer", offer.pid, 1) in str(messages.compose(sent).body)
    assert messages.compose(sent).to == [f"Ana Reyes <{NEW}>"]


def test_a_letter_written_at_the_same_instant_to_the_old_address_goes_to_the_new_one(
    nora: Owner, ana: Assistant
) -> None:
    an_offer(owner=nora, assistant=ana)
    move(ana)
    OutgoingEmail.objects.update(to_email="ana@old.example.org", due_at=clock.now())
    outbox.pump(done=deliveries.hear_of)
    assert set(OutgoingEmail.objects.values_list("to_email", "state")) == {(NEW, "sent")}


def test_pages_of_what_is_over_die_too_for_they_lead_to_what_is_open(
    client: Client, nora: Owner, ana: Assistant
) -> None:
    over = an_offer(owner=nora, assistant=ana)
    replies.decline(over, reason="", now=NOW)
    ended = a_running_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    agreed.end(ended.handoff, now=NOW)
    open_ = an_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    deliver(open_)
    assert link_now(open_) in text_of(client.get(old_link(over)))
    move(ana)
    for offer in (over, ended, open_):
        assert client.get(old_link(offer)).status_code == 404
        assert client.get(link_now(offer)).status_code == 200
    assert {to for key, to, state in emails() if state == "queued"} == {NEW}
    assert list(HandoffEvent.objects.filter(kind="readdressed").values_list("offer", flat=True)) == [open_.pk]


@pytest.mark.parametrize("email", ["ana@old.example.org", "ANA@old.example.org"])
def test_the_same_address_leaves_every_link_as_it_is(client: Client, nora: Owner, ana: Assistant, email: str) -> None:
    offer = an_offer(owner=nora, assistant=ana)
    move(ana, email)
    assert client.get(old_link(offer)).status_code == 200
    assert not HandoffEvent.objects.filter(kind="readdressed").exists()


def test_the_owner_is_told_before_and_after(hers: Client, nora: Owner, ana: Assistant) -> None:
    an_offer(owner=nora, assistant=ana)
    an_accepted_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    assert "A new address gets new links" in text_of(hers.get(f"/assistants/{ana.pk}/change/"))
    typed = {"name": "Ana Reyes", "email": NEW, "rate": "18", "hours": "8", "time_zone": "Asia/Manila"}
    page = text_of(hers.post(f"/assistants/{ana.pk}/change/", typed, follow=True))
    assert f"2 new links are on the way to {NEW}." in page
    assert "What was sent to ana@old.example.org opens nothing any more." in page
    page = text_of(hers.post(f"/assistants/{ana.pk}/change/", typed | {"rate": "19"}, follow=True))
    assert "on the way" not in page


@pytest.mark.django_db(transaction=True)
def test_an_acceptance_at_the_same_instant_is_kept_and_has_a_new_link(on_disk: None) -> None:
    for _ in range(6):
        owner, now = an_owner(), clock.now()
        ana = an_assistant(owner=owner)
        offer = an_offer(owner=owner, assistant=ana, now=now, reply_by=now + timedelta(days=1))
        accept = partial(replies.accept, Offer.objects.get(pk=offer.pk), terms_version=1, now=now)
        assert race([accept, partial(move, ana, f"new{ana.pk}@example.org")]) == [None, None]
        offer.refresh_from_db()
        assert (offer.state, offer.epoch) == ("accepted", 1)
        unsent = OutgoingEmail.objects.filter(offer=offer, state="queued")
        assert {email.to_email for email in unsent} == {f"new{ana.pk}@example.org"}
