"""Whom a hand-off is put to: one after the other, or all at once, and never the same person twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistants.handoff import deliveries, handoffs, moves, replies, sweeps
from assistants.models import Assistant, Handoff, NeverMail, Offer, OutgoingEmail
from tasks.models import Owner
from tests.assistants.world import a_draft_for, an_email, deliver, email_of, keys, standing, told, what_happened
from tests.factories import NOW, TODAY, a_draft, an_assistant, an_offer

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


def three(owner: Owner) -> list[Assistant]:
    """Who stand in after Ana, in their order."""
    names = ("Ben Okafor", "Cleo Marsh", "Dan Lind")
    return [an_assistant(owner=owner, name=name, rate=20 + place) for place, name in enumerate(names, 1)]


def sent(owner: Owner, others: list[Assistant], if_not: str, **of_the_draft: Any) -> Offer:
    offer = handoffs.send(a_draft_for(owner=owner, others=others, if_not=if_not, **of_the_draft), now=NOW)
    deliver(offer)
    return offer


def offers_of(handoff: Handoff) -> list[tuple[str, str]]:
    """Whom it was put to, and how each offer stands."""
    return [(offer.assistant.first_name, offer.state) for offer in handoff.offers.order_by("pk")]


# --- One after the other -------------------------------------------------------
def test_after_a_no_the_next_person_is_asked_under_their_own_terms_with_as_long_to_reply(nora: Owner) -> None:
    first = sent(nora, three(nora), "next")
    replies.decline(first, reason="time", now=LATER)
    assert offers_of(first.handoff) == [("Ana", "declined"), ("Ben", "queued")]
    ben = first.handoff.offers.latest("pk")
    assert (ben.terms.weekly_minutes, ben.terms.rate, ben.terms.starts_on) == (60, Decimal(21), first.terms.starts_on)
    assert ben.reply_by - LATER == timedelta(seconds=first.handoff.seconds_to_reply)
    email = an_email(f"offer-{ben.pk}")
    assert (email.to_email, email.due_at) == (ben.assistant.email, LATER)
    assert Handoff.objects.get(pk=first.handoff_id).assistant == ben.assistant
    assert what_happened(first.handoff) == ["sent", "delivered", "declined", "sent"]
    assert "Ben is asked now" in " ".join(email_of(first, "answer", "declined").facts["lines"])


@pytest.mark.parametrize("ends", ["declined", "expired", "undeliverable", "withdrawn", "released"])
def test_whatever_ends_one_offer_leads_to_the_next(nora: Owner, ends: str) -> None:
    first = handoffs.send(a_draft_for(owner=nora, others=three(nora), if_not="next"), now=NOW)
    if ends == "undeliverable":
        email = an_email(f"offer-{first.pk}")
        email.state = "dead"
        deliveries.hear_of(email, NOW)
    else:
        deliver(first)
        if ends == "released":
            replies.accept(first, terms_version=1, now=NOW)
        acts: dict[str, Callable[[], None]] = {
            "declined": lambda: replies.decline(first, reason="", now=NOW),
            "expired": lambda: sweeps.expire_overdue(now=first.reply_by),
            "withdrawn": lambda: handoffs.ask_someone_else(first.handoff, first, now=NOW),
            "released": lambda: replies.take_back(first, now=NOW),
        }
        acts[ends]()
    assert offers_of(first.handoff) == [("Ana", ends), ("Ben", "queued")]
    assert standing(first)[0] == "offering"


def test_at_the_end_of_the_list_it_lapses_and_its_owner_reads_so(nora: Owner) -> None:
    offer = sent(nora, three(nora), "next")
    for _ in range(4):
        replies.decline(offer.handoff.offers.latest("pk"), reason="", now=NOW)
    names = [name for name, _ in offers_of(offer.handoff)]
    assert names == ["Ana", "Ben", "Cleo", "Dan"]
    assert Handoff.objects.get(pk=offer.handoff_id).state == "lapsed"
    last = offer.handoff.offers.latest("pk")
    assert "That was the last one on your list." in " ".join(email_of(last, "answer", "declined").facts["lines"])


def test_whom_the_owner_wants_to_decide_about_is_not_asked(nora: Owner) -> None:
    offer = sent(nora, three(nora), "tell")
    replies.decline(offer, reason="", now=NOW)
    assert offers_of(offer.handoff) == [("Ana", "declined")]
    assert standing(offer) == ("lapsed", "declined")


def test_who_is_away_for_good_wants_no_mail_or_has_the_task_is_passed_over(nora: Owner) -> None:
    ben, cleo, dan = three(nora)
    eva = an_assistant(owner=nora, name="Eva Stone")
    first = sent(nora, [ben, cleo, dan, eva], "next")
    Assistant.objects.filter(pk=ben.pk).update(paused_on=TODAY)
    NeverMail.objects.create(email=cleo.email.upper(), asked_at=NOW)
    an_offer(owner=nora, task=first.handoff.task, assistant=dan)
    replies.decline(first, reason="", now=NOW)
    assert offers_of(first.handoff) == [("Ana", "declined"), ("Eva", "queued")]


def test_who_may_still_take_the_task_by_another_hand_off_is_not_sent_it_again(nora: Owner) -> None:
    ben, *others = three(nora)
    first = sent(nora, [ben, *others], "all")
    again = a_draft(owner=nora, task=first.handoff.task, assistant=ben)
    with pytest.raises(handoffs.AlreadyWithThem):
        handoffs.send(again, now=NOW)
    handoffs.withdraw(first.handoff, now=NOW)
    assert standing(handoffs.send(again, now=NOW)) == ("offering", "queued")


def test_what_one_person_proposed_is_not_put_to_the_next(nora: Owner) -> None:
    first = sent(nora, three(nora), "next")
    theirs = first.terms.fields | {"share": 40, "starts_on": date(2027, 3, 1), "rate": Decimal(99)}
    replies.counter(first, **theirs, note="", terms_version=1, now=NOW)
    handoffs.ask_someone_else(first.handoff, first, now=NOW)
    ben = first.handoff.offers.latest("pk")
    assert ben.terms.fields == {"weekly_minutes": 60, "rate": 21, "share": 100, "starts_on": date(2026, 10, 26)}


def test_who_is_asked_late_starts_on_a_monday_after_they_can_reply(nora: Owner) -> None:
    first = sent(nora, three(nora), "next", starts_on=date(2026, 10, 21))
    replies.decline(first, reason="", now=LATER)
    ben = first.handoff.offers.latest("pk")
    # Five days to reply, to Tuesday 20 October and three hours: the Wednesday still holds. A day later it would not.
    assert ben.terms.starts_on == date(2026, 10, 21)
    replies.decline(ben, reason="", now=NOW + timedelta(days=2))
    assert first.handoff.offers.latest("pk").terms.starts_on == date(2026, 10, 26)


# --- All at once -----------------------------------------------------------------
def test_put_to_all_the_first_to_accept_has_it_and_who_read_of_it_hears_so(nora: Owner) -> None:
    first = sent(nora, three(nora), "all")
    _, ben, cleo, dan = first.handoff.offers.order_by("pk")
    assert first.handoff.assistant == first.assistant
    deliver(cleo)
    replies.accept(cleo, terms_version=cleo.terms.version, now=NOW)
    assert offers_of(first.handoff) == [
        ("Ana", "superseded"),
        ("Ben", "superseded"),
        ("Cleo", "accepted"),
        ("Dan", "superseded"),
    ]
    assert Handoff.objects.get(pk=first.handoff_id).assistant == cleo.assistant
    assert told(first) == ["news superseded"]
    # Their emails had not left, and never will.
    for offer in (ben, dan):
        assert (told(offer), an_email(f"offer-{offer.pk}").state) == ([], "skipped")


def test_put_to_all_a_no_changes_nothing_for_the_others_and_the_last_no_ends_it(nora: Owner) -> None:
    first = sent(nora, three(nora)[:1], "all")
    replies.decline(first, reason="", now=NOW)
    assert standing(first) == ("offering", "declined")
    assert "The others you asked can still answer." in email_of(first, "answer", "declined").facts["lines"]
    replies.decline(first.handoff.offers.latest("pk"), reason="", now=NOW)
    assert standing(first) == ("lapsed", "declined")


def test_withdrawn_from_all_only_they_hear_of_it_whose_email_may_have_come(nora: Owner) -> None:
    first = sent(nora, three(nora), "all")
    handoffs.withdraw(first.handoff, now=NOW)
    assert {state for _, state in offers_of(first.handoff)} == {"withdrawn"}
    assert [key for key in keys() if key.startswith("withdrawn-")] == [f"withdrawn-{first.pk}"]


# --- Undo ------------------------------------------------------------------------
@pytest.mark.parametrize("if_not", ["next", "all"])
def test_undone_it_is_the_draft_it_was_and_goes_out_the_same_again(nora: Owner, if_not: str) -> None:
    handoff = a_draft_for(owner=nora, others=three(nora), if_not=if_not)
    before, assistant = handoff.terms.fields, handoff.assistant
    handoffs.send(handoff, now=NOW)
    asked = offers_of(handoff)
    handoffs.undo(handoff, now=NOW)
    again = Handoff.objects.get(pk=handoff.pk)
    assert (again.terms.fields, again.assistant) == (before, assistant)
    assert set(OutgoingEmail.objects.values_list("state", flat=True)) == {"skipped"}
    handoffs.send(again, now=LATER)
    assert offers_of(again)[len(asked) :] == asked


def test_what_somebody_has_answered_cannot_be_undone(nora: Owner) -> None:
    first = sent(nora, three(nora), "next")
    replies.decline(first, reason="", now=NOW)
    with pytest.raises(moves.TooLate):
        handoffs.undo(first.handoff, now=NOW)
    assert offers_of(first.handoff) == [("Ana", "declined"), ("Ben", "queued")]


def test_who_answered_before_the_email_was_known_to_have_left_keeps_it_from_being_undone(nora: Owner) -> None:
    """Holding the link proves that it came."""
    offer = handoffs.send(a_draft(owner=nora), now=NOW)
    replies.counter(offer, **offer.terms.fields | {"share": 50}, note="", terms_version=1, now=NOW)
    with pytest.raises(moves.TooLate):
        handoffs.undo(offer.handoff, now=NOW)
    assert standing(offer) == ("offering", "countered")


# --- What of the task goes -------------------------------------------------------
def test_what_goes_of_the_owners_time_follows_the_share_that_was_agreed_and_comes_back(nora: Owner) -> None:
    first = sent(nora, three(nora), "next")
    theirs = first.terms.fields | {"share": 50}
    replies.counter(first, **theirs, note="", terms_version=1, now=NOW)
    handoffs.agree(first.handoff, first, terms_version=2, now=NOW)
    assert Handoff.objects.get(pk=first.handoff_id).minutes_off == 150
    replies.take_back(Offer.objects.get(pk=first.pk), now=NOW)
    assert Handoff.objects.get(pk=first.handoff_id).minutes_off == 300
