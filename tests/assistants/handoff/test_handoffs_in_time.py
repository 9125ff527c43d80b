"""What time brings to a hand-off: its email leaves, replies run out, work begins, hours come in, it ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from assistants.handoff import agreed, deliveries, handoffs, moves, replies, sweeps
from assistants.models import Handoff, Offer, OutgoingEmail, WorkLog
from assistants.work import work_logs
from tasks.models import Owner
from tests.assistants.world import an_email, deliver, dump, email_of, keys, standing, told, what_happened
from tests.factories import (
    NOW,
    a_running_offer,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_offer,
    an_owner,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)
MONDAY = date(2026, 10, 26)
# Monday evening where the assistant is.
AT_WORK = datetime.fromisoformat("2026-10-26T10:00:00+00:00")


def heard(offer: Offer, state: str, *, trouble: str = "") -> None:
    """The offer's email ended so, and the hand-off hears of it as the outbox tells it."""
    email = an_email(f"offer-{offer.pk}")
    email.state, email.trouble = state, trouble
    email.save()
    deliveries.hear_of(OutgoingEmail.objects.get(pk=email.pk), LATER)


# --- Its email ---------------------------------------------------------------
def test_an_offer_is_sent_when_its_email_has_left(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    heard(offer, "sent")
    assert standing(offer) == ("offering", "sent")
    offer.refresh_from_db()
    assert offer.sent_at == LATER
    assert what_happened(offer.handoff) == ["sent", "delivered"]


@pytest.mark.parametrize("trouble", ["the address was refused", "they asked for no more mail"])
@pytest.mark.parametrize("state", ["dead", "skipped"])
def test_an_offer_whose_email_never_leaves_is_closed_and_its_owner_told_why(
    nora: Owner, state: str, trouble: str
) -> None:
    offer = an_offer(owner=nora)
    heard(offer, state, trouble=trouble)
    assert standing(offer) == ("lapsed", "undeliverable")
    assert what_happened(offer.handoff) == ["sent", "undeliverable", "lapsed"]
    email = email_of(offer, "answer", "undeliverable")
    assert email.to_email == nora.email
    assert f"{offer.assistant.email}: {trouble}." in email.facts["lines"][0]


@pytest.mark.parametrize("state", ["sent", "dead", "skipped"])
def test_news_of_its_email_changes_no_offer_that_was_answered_or_taken_back(nora: Owner, state: str) -> None:
    accepted, declined, withdrawn = (an_offer(owner=nora, task=a_task(owner=nora)) for _ in range(3))
    replies.accept(accepted, terms_version=1, now=NOW)
    replies.decline(declined, reason="", now=NOW)
    handoffs.withdraw(withdrawn.handoff, now=NOW)
    for offer in (accepted, declined, withdrawn):
        stood, told, written = standing(offer), what_happened(offer.handoff), keys()
        heard(offer, state)
        assert (standing(offer), what_happened(offer.handoff), keys()) == (stood, told, written)


@pytest.mark.parametrize("state", ["sent", "dead", "skipped"])
def test_only_the_email_of_the_offer_speaks_for_it(nora: Owner, state: str) -> None:
    offer = a_running_offer(owner=nora)
    email = an_email(f"start-{offer.pk}")
    email.state = state
    before = dump()
    deliveries.hear_of(email, LATER)
    deliveries.hear_of(email_of(offer, "answer", "accepted"), LATER)
    deliveries.hear_of(email_of(offer, "news", "accepted"), LATER)
    assert dump() == before


# --- Time runs out -----------------------------------------------------------
def test_an_offer_nobody_answered_expires_at_its_time_and_both_sides_are_told_once(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    deliver(offer)
    before = dump()
    sweeps.expire_overdue(now=offer.reply_by - timedelta(microseconds=1))
    assert dump() == before
    sweeps.expire_overdue(now=offer.reply_by)
    assert standing(offer) == ("lapsed", "expired")
    (event,) = offer.events.filter(kind="expired")
    assert (event.actor, event.happened_at) == ("system", offer.reply_by)
    assert told(offer) == ["answer expired", "news expired"]
    before = dump()
    sweeps.expire_overdue(now=offer.reply_by + timedelta(days=1))
    assert dump() == before


def test_what_was_answered_or_taken_back_does_not_expire(nora: Owner) -> None:
    accepted, declined, withdrawn, undone = (an_offer(owner=nora, task=a_task(owner=nora)) for _ in range(4))
    replies.accept(accepted, terms_version=1, now=NOW)
    replies.decline(declined, reason="", now=NOW)
    handoffs.withdraw(withdrawn.handoff, now=NOW)
    handoffs.undo(undone.handoff, now=NOW)
    before = dump()
    sweeps.expire_overdue(now=NOW + timedelta(days=30))
    assert dump() == before


def test_offers_of_all_owners_expire_each_by_itself(nora: Owner, bea: Owner) -> None:
    mine, theirs = an_offer(owner=nora), an_offer(owner=bea)
    later = an_offer(owner=bea, task=a_task(owner=bea), reply_by=NOW + timedelta(days=9))
    for offer in (mine, theirs, later):
        deliver(offer)
    sweeps.expire_overdue(now=NOW + timedelta(days=6))
    assert [standing(offer)[1] for offer in (mine, theirs, later)] == ["expired", "expired", "sent"]


def test_an_offer_whose_email_waits_here_does_not_expire_and_lateness_of_ours_is_nobodys_loss(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    sweeps.expire_overdue(now=NOW + timedelta(days=30))
    assert standing(offer) == ("offering", "queued")
    left_at = NOW + timedelta(days=31)
    deliver(offer, at=left_at)
    assert offer.reply_by - left_at == timedelta(seconds=offer.handoff.seconds_to_reply)


# --- It begins ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("America/Phoenix", "2026-10-26T07:00:00+00:00"),
        ("Pacific/Kiritimati", "2026-10-25T10:00:00+00:00"),
        ("Pacific/Pago_Pago", "2026-10-26T11:00:00+00:00"),
        ("Europe/Berlin", "2026-10-25T23:00:00+00:00"),
    ],
)
def test_what_was_agreed_starts_as_its_first_day_begins_where_the_owner_lives(
    db: None, zone: str, begins: str
) -> None:
    offer = an_accepted_offer(owner=an_owner(time_zone=zone), starts_on=MONDAY)
    at = datetime.fromisoformat(begins)
    sweeps.start_due(now=at - timedelta(seconds=1))
    assert standing(offer) == ("taken", "accepted")
    sweeps.start_due(now=at)
    assert standing(offer) == ("active", "accepted")
    email = an_email(f"start-{offer.pk}")
    assert (email.to_email, email.offer, email.due_at) == (offer.assistant.email, offer, at)
    assert what_happened(offer.handoff) == ["sent", "accepted", "started"]


def test_it_starts_once_and_only_what_was_agreed(nora: Owner) -> None:
    accepted = an_accepted_offer(owner=nora)
    open_still, ended = (an_offer(owner=nora, task=a_task(owner=nora)) for _ in range(2))
    replies.accept(ended, terms_version=1, now=NOW)
    agreed.end(ended.handoff, now=NOW)
    day = NOW + timedelta(days=12)
    sweeps.start_due(now=day)
    before = dump()
    sweeps.start_due(now=day)
    with pytest.raises(moves.TooLate):
        sweeps.start(accepted, now=day)
    assert dump() == before
    assert [standing(offer)[0] for offer in (accepted, open_still, ended)] == ["active", "offering", "ended"]


# --- Hours -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("currency", "rate", "seconds", "amount"),
    [
        ("USD", "18", 5400, "27.00"),
        ("USD", "18.25", 60, "0.30"),
        ("USD", "0.30", 60, "0.01"),
        ("USD", "0.29", 60, "0.00"),
        ("USD", "0", 3600, "0.00"),
        ("JPY", "1500", 1800 + 12, "755.00"),
        ("EUR", "10000", 24 * 3600, "240000.00"),
    ],
)
def test_the_amount_of_a_line_is_rounded_half_up_when_it_is_made(
    nora: Owner, currency: str, rate: str, seconds: int, amount: str
) -> None:
    Owner.objects.filter(pk=nora.pk).update(currency=currency)
    offer = a_running_offer(owner=Owner.objects.get(pk=nora.pk))
    offer.terms.rate = Decimal(rate)
    offer.terms.save()
    line = work_logs.log(offer, day=MONDAY, seconds=seconds, note="Sorted", now=AT_WORK)
    assert line
    line.refresh_from_db()
    assert (line.amount, line.rate, line.seconds) == (Decimal(amount), Decimal(rate), seconds)
    assert (line.day, line.note, line.logged_at) == (MONDAY, "Sorted", AT_WORK)


def test_no_hours_come_in_before_it_has_started(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    before = dump()
    with pytest.raises(moves.TooLate):
        work_logs.log(offer, day=MONDAY, seconds=60, note="", now=AT_WORK)
    assert dump() == before


def test_no_hours_come_in_for_what_was_never_agreed_even_on_a_page_that_was_open(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    as_it_was = Offer.objects.select_related("handoff").get(pk=offer.pk)
    replies.take_back(offer, now=NOW)
    with pytest.raises(moves.TooLate):
        work_logs.log(as_it_was, day=MONDAY, seconds=60, note="", now=AT_WORK)
    assert not WorkLog.objects.exists()


# --- It ends -----------------------------------------------------------------
@pytest.mark.parametrize("has_begun", [False, True])
def test_ending_tells_the_assistant_and_keeps_the_hours(nora: Owner, has_begun: bool) -> None:  # noqa: FBT001
    offer = a_running_offer(owner=nora) if has_begun else an_accepted_offer(owner=nora)
    if has_begun:
        work_logs.log(offer, day=MONDAY, seconds=3600, note="", now=AT_WORK)
    agreed.end(Handoff.objects.get(pk=offer.handoff_id), now=LATER)
    assert standing(offer) == ("ended", "accepted")
    email = email_of(offer, "news", "ended")
    assert (email.to_email, email.offer, email.due_at) == (offer.assistant.email, offer, LATER)
    event = offer.events.latest("pk")
    assert (event.kind, event.actor) == ("ended", "owner")
    assert WorkLog.objects.count() == has_begun


def test_notice_for_a_day_before_the_start_ends_it_also_from_a_page_that_is_older(nora: Owner) -> None:
    """Read before its row was held, it was offered only, and would have begun with its end behind it."""
    offer = an_offer(owner=nora)
    as_shown, before_start = Handoff.objects.get(pk=offer.handoff_id), offer.terms.starts_on - timedelta(days=1)
    replies.accept(offer, terms_version=1, now=NOW)
    agreed.give_notice(as_shown, offer, before_start, now=NOW)
    assert standing(offer) == ("ended", "accepted")


def test_who_is_done_can_be_asked_again(nora: Owner) -> None:
    first = an_accepted_offer(owner=nora)
    agreed.end(first.handoff, now=NOW)
    second = an_offer(owner=nora, task=first.handoff.task, assistant=first.assistant)
    assert standing(second) == ("offering", "queued")


def test_two_people_can_share_a_task(nora: Owner) -> None:
    first = an_accepted_offer(owner=nora)
    second = an_offer(owner=nora, task=first.handoff.task, assistant=an_assistant(owner=nora, name="Ben Okafor"))
    replies.accept(second, terms_version=1, now=NOW)
    assert standing(first)[0] == standing(second)[0] == "taken"
