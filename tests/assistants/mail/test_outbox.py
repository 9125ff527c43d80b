"""The outbox: each row is claimed by one worker at a time, sent or given a reason, and marked by who holds it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.conf import settings as configured
from django.db import IntegrityError
from pytest_django.fixtures import Settings

from assistants import links
from assistants.handoff import agreed, deliveries, handoffs, replies
from assistants.mail import claims, faults, outbox, sending
from assistants.mail.smtp import Mailer
from assistants.models import NeverMail, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import an_email, email_of, keys, race, standing
from tests.factories import (
    NOW,
    a_running_offer,
    a_task,
    an_assistant,
    an_offer,
    an_owner,
)

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=configured.LEASE)


def an_answer(owner: Owner, key: str, *, now: datetime = NOW, due_at: datetime | None = None) -> OutgoingEmail:
    facts = {"headline": "Ana accepted it", "lines": ["From Monday."], "button": "Open", "handoff": 7}
    return outbox.put(
        "answer", owner=owner, to=(owner.name, owner.email), key=key, facts=facts, now=now, due_at=due_at
    )


def claimed(now: datetime) -> OutgoingEmail:
    email = claim(now)
    assert email is not None
    return email


def claim(now: datetime) -> OutgoingEmail | None:
    """What waited longest, or whose lease ran out."""
    rows = OutgoingEmail.objects.due(now) | OutgoingEmail.objects.lapsed(now)
    return claims.claim(rows.order_by("due_at", "pk"), now=now)


def nobody(email: OutgoingEmail, now: datetime) -> None:
    """Told of an email, and has nothing to do about it."""


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def __call__(self, email: OutgoingEmail, now: datetime) -> None:
        self.heard.append((email.key, email.state))


# --- Write -------------------------------------------------------------------
def test_an_email_is_a_row_with_what_it_says_and_when_it_is_due(nora: Owner) -> None:
    email = an_answer(nora, "a", due_at=NOW + timedelta(minutes=1))
    email.refresh_from_db()
    assert (email.state, email.tries, email.transport, email.sent_at) == ("queued", 0, "", None)
    assert (email.to_name, email.to_email) == (nora.name, nora.email)
    assert (email.written_at, email.due_at) == (NOW, NOW + timedelta(minutes=1))
    assert email.facts["headline"] == "Ana accepted it"


def test_the_same_email_is_never_written_twice(nora: Owner, bea: Owner) -> None:
    an_answer(nora, "a")
    with pytest.raises(IntegrityError):
        an_answer(bea, "a")


# --- Claim -------------------------------------------------------------------
def test_the_row_that_has_waited_longest_comes_first(nora: Owner) -> None:
    for key, minutes in (("late", 3), ("early", 1), ("middle", 2), ("not yet", 9)):
        an_answer(nora, key, due_at=NOW + timedelta(minutes=minutes))
    now = NOW + timedelta(minutes=5)
    assert [claimed(now).key for _ in range(3)] == ["early", "middle", "late"]
    assert claim(now) is None


def test_a_row_is_due_from_its_very_moment(nora: Owner) -> None:
    email = an_answer(nora, "a", due_at=NOW)
    assert claim(NOW - timedelta(microseconds=1)) is None
    assert claimed(NOW).pk == email.pk


def test_a_claimed_row_is_held_for_a_lease_and_then_free_again(nora: Owner) -> None:
    an_answer(nora, "a")
    first = claimed(NOW)
    assert (first.state, first.tries, first.lease_until) == ("sending", 1, NOW + LEASE)
    assert claim(NOW + LEASE - timedelta(microseconds=1)) is None
    second = claimed(NOW + LEASE)
    assert (second.pk, second.tries) == (first.pk, 2)
    assert second.lease_token != first.lease_token


@pytest.mark.parametrize("state", ["sent", "skipped", "unknown", "dead"])
def test_what_is_over_is_never_claimed_again(nora: Owner, state: str) -> None:
    an_answer(nora, "a")
    OutgoingEmail.objects.update(state=state, lease_until=NOW)
    assert claim(NOW + 100 * LEASE) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
def test_four_workers_at_once_claim_each_row_once() -> None:
    owner = an_owner()
    for number in range(12):
        an_answer(owner, f"a{number}")

    def work() -> list[int]:
        taken = []
        while email := claim(NOW):
            taken.append(email.pk)
        return taken

    taken = race([work] * 4)
    assert sorted(pk for each in taken if isinstance(each, list) for pk in each) == sorted(
        OutgoingEmail.objects.values_list("pk", flat=True)
    )
    assert set(OutgoingEmail.objects.values_list("tries", flat=True)) == {1}


# --- Mark --------------------------------------------------------------------
def test_a_worker_whose_lease_ran_out_and_was_taken_marks_nothing(nora: Owner) -> None:
    an_answer(nora, "a")
    slow, quick = claimed(NOW), claimed(NOW + LEASE)
    listener = Listener()
    sending.deliver(slow, Mailer(), done=listener)
    email = an_email("a")
    assert (email.state, email.lease_token, email.sent_at) == ("sending", quick.lease_token, None)
    assert listener.heard == []
    sending.deliver(quick, Mailer(), done=listener)
    sending.deliver(slow, Mailer(), done=listener)
    assert listener.heard == [("a", "sent")]


def test_who_is_told_shares_the_transaction_of_the_mark(nora: Owner) -> None:
    an_answer(nora, "a")

    def fails(email: OutgoingEmail, now: datetime) -> None:
        an_answer(nora, "b")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sending.deliver(claimed(NOW), Mailer(), done=fails)
    assert keys() == ["a"]
    assert an_email("a").state == "sending"


# --- Kept on this computer ---------------------------------------------------
def test_without_a_mail_server_mail_is_kept_here_and_never_sent_later(nora: Owner, settings: Settings) -> None:
    now = clock.now()
    an_answer(nora, "a", now=now)
    assert outbox.pump(done=nobody) == 1
    email = an_email("a")
    assert (email.state, email.transport, email.trouble) == ("sent", "kept", "")
    assert email.sent_at is not None
    assert now <= email.sent_at <= clock.now()
    settings.EMAIL_KEPT = False
    assert outbox.pump(done=nobody) == 0
    assert list(OutgoingEmail.objects.readable()) == [email]


def test_the_pump_sends_all_that_is_due_and_nothing_else(nora: Owner) -> None:
    now = clock.now()
    for key in ("a", "b", "c"):
        an_answer(nora, key, now=now)
    an_answer(nora, "tomorrow", now=now, due_at=now + timedelta(days=1))
    listener = Listener()
    assert outbox.pump(done=listener) == 3
    assert listener.heard == [("a", "sent"), ("b", "sent"), ("c", "sent")]
    assert an_email("tomorrow").state == "queued"
    assert outbox.pump(done=listener) == 0


def test_an_email_that_is_erased_as_it_is_claimed_is_sent_by_nobody(
    nora: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = an_answer(nora, "gone")

    def meanwhile(where: str) -> None:
        if where == "after_claim":
            OutgoingEmail.objects.filter(pk=email.pk).delete()

    monkeypatch.setattr(faults, "point", meanwhile)
    assert claims.claim_one(email.pk, now=NOW) is None
    assert not OutgoingEmail.objects.exists()


def test_a_hint_for_one_email_sends_that_one_once_and_only_when_it_is_due(nora: Owner) -> None:
    now = clock.now()
    first, second = an_answer(nora, "a", now=now), an_answer(nora, "b", now=now)
    later = an_answer(nora, "later", now=now, due_at=now + timedelta(days=1))
    listener = Listener()
    for pk in (second.pk, second.pk, later.pk, 987654321):
        outbox.send(pk, done=listener)
    assert listener.heard == [("b", "sent")]
    assert an_email("a").state == an_email("later").state == "queued"
    assert an_email("a") == first


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
def test_four_pumps_at_once_send_each_email_once() -> None:
    owner, now = an_owner(), clock.now()
    for number in range(8):
        an_answer(owner, f"a{number}", now=now)
    listener = Listener()
    tried = race([partial(outbox.pump, done=listener)] * 4)
    assert sum(each for each in tried if isinstance(each, int)) == 8
    assert sorted(listener.heard) == [(f"a{number}", "sent") for number in range(8)]


# --- No longer wanted --------------------------------------------------------
def ended_as(offer: Offer) -> tuple[str, str]:
    email = claims.claim(
        OutgoingEmail.objects.due(NOW + timedelta(days=1)).filter(pk=an_email(f"offer-{offer.pk}").pk),
        now=NOW + timedelta(days=1),
    )
    assert email is not None
    sending.deliver(email, Mailer(), done=deliveries.hear_of)
    email.refresh_from_db()
    return email.state, email.trouble


def test_an_offer_that_was_answered_while_its_email_waited_is_not_sent(nora: Owner) -> None:
    accepted, declined, expired = (an_offer(owner=nora, task=a_task(owner=nora)) for _ in range(3))
    replies.accept(accepted, terms_version=1, now=NOW)
    replies.decline(declined, reason="", now=NOW)
    Offer.objects.filter(pk=expired.pk).update(state="expired")
    assert [ended_as(offer) for offer in (accepted, declined, expired)] == [
        ("skipped", "the offer is accepted"),
        ("skipped", "the offer is declined"),
        ("skipped", "the offer is expired"),
    ]
    assert standing(accepted) == ("taken", "accepted")


def test_who_asked_for_no_more_mail_gets_none_of_any_kind_and_the_owner_hears_of_it(nora: Owner) -> None:
    ana = an_assistant(owner=nora, email="ana@reyes.works")
    running = a_running_offer(owner=nora, assistant=ana)
    offer = an_offer(owner=nora, assistant=ana, task=a_task(owner=nora))
    agreed.end(running.handoff, now=NOW)
    NeverMail.objects.create(email="ANA@reyes.works", asked_at=NOW)
    OutgoingEmail.objects.update(due_at=clock.now())
    outbox.pump(done=deliveries.hear_of)
    to_ana = OutgoingEmail.objects.exclude(offer=None)
    assert {(email.state, email.trouble) for email in to_ana} == {("skipped", "they asked for no more mail")}
    assert {email.kind for email in to_ana} == {"offer", "news", "start"}
    assert standing(offer) == ("lapsed", "undeliverable")
    assert email_of(offer, "answer", "undeliverable").state == "sent"


def test_an_owner_goes_on_hearing_of_their_hand_offs_though_an_assistant_has_the_same_address(nora: Owner) -> None:
    NeverMail.objects.create(email=nora.email, asked_at=NOW)
    an_answer(nora, "a", now=clock.now())
    outbox.pump(done=nobody)
    assert an_email("a").state == "sent"


def test_who_never_got_an_offer_is_not_told_that_it_was_withdrawn(nora: Owner) -> None:
    """A worker had taken the email when the owner withdrew, and found so before it left."""
    offer = an_offer(owner=nora)
    email = claim(NOW + timedelta(days=1))
    assert email is not None
    handoffs.withdraw(offer.handoff, now=NOW)
    email.offer = Offer.objects.get(pk=offer.pk)
    sending.deliver(email, Mailer(), done=deliveries.hear_of)
    assert an_email(f"offer-{offer.pk}").state == "skipped"
    OutgoingEmail.objects.update(due_at=clock.now())
    outbox.pump(done=deliveries.hear_of)
    told = an_email(f"withdrawn-{offer.pk}")
    assert (told.state, told.trouble) == ("skipped", "the offer never left")


def test_what_its_letter_says_no_longer_holds_is_not_sent_and_who_is_told_hears_of_it(nora: Owner) -> None:
    """The letter about a timer asks whether it still runs; this one was stopped."""
    to, facts = (nora.name, nora.email), {"checked_at": NOW.isoformat()}
    outbox.put("timer", owner=nora, to=to, key="a", facts=facts, now=clock.now())
    an_answer(nora, "b", now=clock.now())
    listener = Listener()
    assert outbox.pump(done=listener) == 2
    email = an_email("a")
    assert (email.state, email.trouble) == ("skipped", "the timer is no longer forgotten")
    assert (email.transport, email.sent_at, email.lease_until) == ("", None, None)
    assert listener.heard == [("a", "skipped"), ("b", "sent")]


# --- No secret at rest -------------------------------------------------------
def test_no_row_holds_what_opens_a_link(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    withdrawn = an_offer(owner=nora, task=a_task(owner=nora))
    OutgoingEmail.objects.filter(offer=withdrawn).update(state="sent")
    handoffs.withdraw(withdrawn.handoff, now=NOW)
    declined = an_offer(owner=nora, task=a_task(owner=nora))
    replies.decline(declined, reason="rate", now=NOW)
    agreed.end(offer.handoff, now=NOW)
    kinds = set(OutgoingEmail.objects.values_list("kind", flat=True))
    assert kinds == {"offer", "answer", "news", "start", "withdrawn"}
    for email in OutgoingEmail.objects.values():
        text = json.dumps(email, default=str)
        for each in (offer, withdrawn, declined):
            token = links.token("offer", each.pid, each.epoch)
            assert each.pid not in text
            assert token.partition(".")[2] not in text
        assert "/h/" not in text
        assert "http" not in text
