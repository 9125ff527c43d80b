"""Every move of a hand-off and its offer: what it changes, what it writes down, and whom it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from assistants.handoff import agreed, handoffs, moves, replies
from assistants.mail import outbox
from assistants.models import Handoff, HandoffEvent, NeverMail, Offer, OutgoingEmail
from tasks.models import Owner
from tests.assistants.world import an_email, deliver, dump, email_of, keys, standing, told, what_happened
from tests.factories import (
    NOW,
    a_draft,
    a_running_offer,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_offer,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


def written(owner: Owner) -> handoffs.Draft:
    return handoffs.Draft(
        task=a_task(owner=owner, name="Email"),
        assistant=an_assistant(owner=owner),
        brief="Answer within a day.",
        how_to="",
        weekly_minutes=300,
        rate=Decimal("18.50"),
        starts_on=date(2026, 10, 26),
        reply_by=NOW + timedelta(days=5),
        minutes_before=320,
        minutes_given=280,
    )


# --- Drafts ------------------------------------------------------------------
def test_a_draft_keeps_what_the_owner_wrote(nora: Owner) -> None:
    draft = written(nora)
    handoff = Handoff.objects.get(pk=handoffs.draft(nora, draft, now=NOW).pk)
    assert (handoff.owner, handoff.task, handoff.assistant) == (nora, draft.task, draft.assistant)
    assert (handoff.brief, handoff.how_to, handoff.reply_by) == ("Answer within a day.", "", draft.reply_by)
    assert (handoff.minutes_before, handoff.minutes_given, handoff.created_at) == (320, 280, NOW)
    terms = handoff.terms
    assert (terms.version, terms.weekly_minutes, terms.rate) == (1, 300, Decimal("18.50"))
    assert terms.starts_on == draft.starts_on
    assert handoff.state == "draft"
    assert keys() == what_happened(handoff) == []


def test_a_draft_is_rewritten_in_place_as_long_as_nobody_was_sent_it(nora: Owner) -> None:
    draft = written(nora)
    handoff = handoffs.draft(nora, draft, now=NOW)
    handoffs.draft(nora, replace(draft, brief="By noon.", weekly_minutes=120), now=LATER, handoff=handoff)
    handoff = Handoff.objects.get(pk=handoff.pk)
    assert (handoff.brief, handoff.terms.version, handoff.terms.weekly_minutes) == ("By noon.", 1, 120)
    assert handoff.created_at == NOW


@pytest.mark.parametrize("is_undone", [False, True])
def test_who_stands_in_is_who_was_chosen_last(nora: Owner, *, is_undone: bool) -> None:
    ben, cleo = (handoffs.Next(an_assistant(owner=nora), 60, Decimal(20)) for _ in range(2))
    draft = replace(written(nora), if_not="next", stand_ins=(ben, cleo))
    if is_undone:
        handoff = handoffs.draft_and_send(nora, draft, now=NOW)
        handoffs.undo(handoff, now=NOW)
    else:
        handoff = handoffs.draft(nora, draft, now=NOW)
    for chosen in [(cleo,), (cleo, ben), ()]:
        handoffs.draft(nora, replace(draft, stand_ins=chosen), now=LATER, handoff=handoff)
        assert [each.assistant for each in handoff.stand_ins.all()] == [each.assistant for each in chosen]


def test_terms_that_were_sent_once_stay_and_a_rewritten_draft_has_new_ones(nora: Owner) -> None:
    draft = written(nora)
    handoff = handoffs.draft_and_send(nora, draft, now=NOW)
    handoffs.undo(handoff, now=NOW)
    handoffs.draft(nora, replace(draft, weekly_minutes=120), now=NOW, handoff=handoff)
    assert list(handoff.versions.order_by("version").values_list("version", "weekly_minutes")) == [(1, 300), (2, 120)]
    offer = handoffs.send(handoff, now=NOW)
    assert offer.terms.version == 2


def test_what_was_sent_is_no_draft_to_rewrite_or_throw_away(nora: Owner) -> None:
    draft = written(nora)
    handoff = handoffs.draft_and_send(nora, draft, now=NOW)
    before = dump()
    with pytest.raises(moves.TooLate):
        handoffs.draft(nora, replace(draft, brief="Never mind."), now=NOW, handoff=handoff)
    with pytest.raises(moves.TooLate):
        handoffs.discard(handoff)
    assert dump() == before


def test_a_draft_that_is_thrown_away_is_gone_with_all_that_was_written_for_it(nora: Owner) -> None:
    before = dump()
    handoff = handoffs.draft_and_send(nora, written(nora), now=NOW)
    handoffs.undo(handoff, now=NOW)
    handoffs.discard(handoff)
    after = dump()
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= {"tasks_task", "assistants_assistant", "sqlite_sequence"}
    with pytest.raises(moves.TooLate):
        handoffs.discard(handoff)


# --- Send, undo, withdraw ----------------------------------------------------
def test_sending_puts_the_newest_terms_to_the_assistant_by_an_email_that_waits_to_be_undone(nora: Owner) -> None:
    handoff = a_draft(owner=nora)
    offer = handoffs.send(handoff, now=LATER)
    assert standing(offer) == ("offering", "queued")
    assert (offer.assistant, offer.terms, offer.reply_by) == (handoff.assistant, handoff.terms, handoff.reply_by)
    email = an_email(f"offer-{offer.pk}")
    assert (email.kind, email.owner, email.offer, email.state) == ("offer", nora, offer, "queued")
    assert (email.to_name, email.to_email) == (handoff.assistant.name, handoff.assistant.email)
    assert (email.written_at, email.due_at) == (LATER, LATER + timedelta(seconds=60))
    (event,) = handoff.events.all()
    assert (event.kind, event.actor, event.offer, event.happened_at) == ("sent", "owner", offer, LATER)
    assert keys() == [f"offer-{offer.pk}"]


@pytest.mark.parametrize("asked", ["ana@reyes.works", "ANA@Reyes.Works"])
def test_nobody_is_sent_a_hand_off_who_asked_for_no_more_mail(nora: Owner, asked: str) -> None:
    handoff = a_draft(owner=nora, assistant=an_assistant(owner=nora, email="ana@reyes.works"))
    NeverMail.objects.create(email=asked, asked_at=NOW)
    before = dump()
    with pytest.raises(handoffs.InTheWay):
        handoffs.send(handoff, now=NOW)
    assert dump() == before


def test_nobody_is_sent_a_task_that_they_have_or_were_offered(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    again = a_draft(owner=nora, task=offer.handoff.task, assistant=offer.assistant)
    before = dump()
    with pytest.raises(handoffs.AlreadyWithThem):
        handoffs.send(again, now=NOW)
    assert dump() == before
    handoffs.withdraw(offer.handoff, now=NOW)
    assert standing(handoffs.send(again, now=NOW)) == ("offering", "queued")


def test_what_cannot_be_sent_is_not_kept_as_a_draft_either(nora: Owner) -> None:
    draft = written(nora)
    NeverMail.objects.create(email=draft.assistant.email, asked_at=NOW)
    with pytest.raises(handoffs.InTheWay), transaction.atomic():
        handoffs.draft_and_send(nora, draft, now=NOW)
    assert not Handoff.objects.exists()


def test_undone_it_is_a_draft_again_and_no_email_leaves(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    handoffs.undo(offer.handoff, now=LATER)
    assert standing(offer) == ("draft", "withdrawn")
    email = an_email(f"offer-{offer.pk}")
    assert (email.state, email.trouble) == ("skipped", "undone by the owner")
    assert what_happened(offer.handoff) == ["sent", "undone", "closed"]
    assert not OutgoingEmail.objects.due(LATER).exists()


@pytest.mark.parametrize("state", ["sending", "sent", "dead"])
def test_an_email_that_a_worker_has_taken_cannot_be_undone(nora: Owner, state: str) -> None:
    offer = an_offer(owner=nora)
    OutgoingEmail.objects.update(state=state)
    before = dump()
    with pytest.raises(moves.TooLate):
        handoffs.undo(offer.handoff, now=NOW)
    assert dump() == before


def test_an_undone_hand_off_can_be_sent_again_as_a_new_offer(nora: Owner) -> None:
    first = an_offer(owner=nora)
    handoffs.undo(first.handoff, now=NOW)
    second = handoffs.send(first.handoff, now=LATER)
    assert second.pk != first.pk
    assert second.pid != first.pid
    assert keys() == [f"offer-{first.pk}", f"offer-{second.pk}"]
    assert standing(second) == ("offering", "queued")


def test_withdrawn_before_its_email_left_nobody_hears_of_it(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    handoffs.withdraw(offer.handoff, now=NOW)
    assert standing(offer) == ("withdrawn", "withdrawn")
    assert keys() == [f"offer-{offer.pk}"]
    email = an_email(f"offer-{offer.pk}")
    assert (email.state, email.trouble) == ("skipped", "withdrawn by the owner")
    assert what_happened(offer.handoff) == ["sent", "withdrawn", "closed"]


@pytest.mark.parametrize("state", ["sending", "sent"])
def test_withdrawn_while_its_email_is_under_way_or_out_the_assistant_is_told(nora: Owner, state: str) -> None:
    """Also when the offer is not marked as sent yet: what a worker has taken may have arrived."""
    offer = an_offer(owner=nora)
    OutgoingEmail.objects.update(state=state)
    handoffs.withdraw(offer.handoff, now=LATER)
    assert standing(offer) == ("withdrawn", "withdrawn")
    email = an_email(f"withdrawn-{offer.pk}")
    assert (email.to_email, email.offer, email.due_at) == (offer.assistant.email, offer, LATER)


# --- Accept ------------------------------------------------------------------
def test_accepting_takes_the_hand_off_and_tells_both_sides(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    replies.accept(offer, terms_version=1, now=LATER)
    assert standing(offer) == ("taken", "accepted")
    assert offer.answered_at == LATER
    email, receipt = (email_of(offer, kind, "accepted") for kind in ("answer", "news"))
    assert (email.kind, email.to_email, email.offer, email.due_at) == ("answer", nora.email, None, LATER)
    assert (receipt.to_email, receipt.offer, receipt.due_at) == (offer.assistant.email, offer, LATER)
    (event,) = offer.events.filter(kind="accepted")
    assert (event.actor, event.happened_at) == ("assistant", LATER)


def test_accepting_twice_is_accepting_once(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    before = dump()
    replies.accept(Offer.objects.get(pk=offer.pk), terms_version=1, now=LATER)
    replies.accept(offer, terms_version=1, now=LATER)
    assert dump() == before


def test_accepting_ends_with_the_time_to_reply_even_before_the_sweep(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    deliver(offer)
    before = dump()
    with pytest.raises(moves.TooLate):
        replies.accept(offer, terms_version=1, now=offer.reply_by)
    assert dump() == before
    replies.accept(offer, terms_version=1, now=offer.reply_by - timedelta(microseconds=1))
    assert standing(offer) == ("taken", "accepted")


@pytest.mark.parametrize("seen", [0, 2, -1])
def test_only_the_terms_that_were_on_the_page_can_be_accepted(nora: Owner, seen: int) -> None:
    offer = an_offer(owner=nora)
    before = dump()
    with pytest.raises(replies.TermsChanged):
        replies.accept(offer, terms_version=seen, now=NOW)
    assert dump() == before


def test_terms_that_were_changed_meanwhile_are_not_accepted_by_the_page_of_before(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    new = offer.terms.fields | {"rate": Decimal(20)}
    handoffs.edit_terms(offer.handoff, offer, **new, now=NOW)
    before = dump()
    with pytest.raises(replies.TermsChanged):
        replies.accept(offer, terms_version=1, now=NOW)
    assert dump() == before
    replies.accept(offer, terms_version=2, now=NOW)
    assert (standing(offer), offer.terms.rate) == (("taken", "accepted"), Decimal(20))


def test_the_database_itself_holds_one_acceptance_a_hand_off(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(
            handoff=offer.handoff,
            assistant=an_assistant(owner=nora, name="Ben"),
            terms=offer.terms,
            state="accepted",
            reply_by=offer.reply_by,
        )


# --- Decline, stop -----------------------------------------------------------
@pytest.mark.parametrize(
    ("reason", "note"),
    [("", ""), ("time", "I have no time"), ("fit", "It isn’t what I do"), ("rate", "The rate is too low")],
)
def test_declining_closes_it_and_tells_the_owner_why(nora: Owner, reason: str, note: str) -> None:
    offer = an_offer(owner=nora)
    replies.decline(offer, reason=reason, now=LATER)
    assert standing(offer) == ("lapsed", "declined")
    assert (offer.reason, offer.answered_at) == (reason, LATER)
    (event,) = offer.events.filter(kind="declined")
    assert (event.actor, event.note) == ("assistant", note)
    assert told(offer) == ["answer declined"]
    assert what_happened(offer.handoff) == ["sent", "declined", "lapsed"]


def test_declining_twice_is_declining_once_and_keeps_the_first_reason(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    replies.decline(offer, reason="time", now=NOW)
    before = dump()
    replies.decline(offer, reason="rate", now=LATER)
    assert dump() == before


def test_what_was_refused_is_written_down_and_changes_nothing_else(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    with pytest.raises(moves.TooLate):
        replies.decline(offer, reason="time", now=LATER)
    stood = standing(offer)
    moves.record_refused(offer.handoff, "decline", offer=offer, now=LATER)
    assert standing(offer) == stood == ("taken", "accepted")
    event = HandoffEvent.objects.latest("pk")
    assert (event.kind, event.actor, event.note, event.offer) == ("refused", "assistant", "decline", offer)


def test_stopping_mail_holds_for_every_owner_and_declines_what_is_open(nora: Owner, bea: Owner) -> None:
    ana = an_assistant(owner=nora, email="ana@reyes.works")
    offer = an_offer(owner=nora, assistant=ana)
    replies.stop_mail(offer, now=NOW)
    assert standing(offer) == ("lapsed", "declined")
    assert NeverMail.objects.has(offer.assistant.email)
    theirs = a_draft(owner=bea, assistant=an_assistant(owner=bea, email="Ana@Reyes.works"))
    with pytest.raises(handoffs.InTheWay):
        handoffs.send(theirs, now=NOW)


def test_stopping_mail_twice_or_after_accepting_leaves_the_rest_as_it_is(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    replies.stop_mail(offer, now=NOW)
    replies.stop_mail(offer, now=LATER)
    assert standing(offer) == ("taken", "accepted")
    assert NeverMail.objects.get().asked_at == NOW


def test_mail_is_stopped_also_when_the_offer_was_taken_back_the_moment_before(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    as_it_was = Offer.objects.get(pk=offer.pk)
    handoffs.withdraw(offer.handoff, now=NOW)
    replies.stop_mail(as_it_was, now=NOW)
    assert NeverMail.objects.has(offer.assistant.email)
    assert standing(offer) == ("withdrawn", "withdrawn")


# --- One transaction ---------------------------------------------------------
def test_work_that_is_rolled_back_leaves_no_email(nora: Owner) -> None:
    draft, offer = a_draft(owner=nora), an_offer(owner=nora, task=a_task(owner=nora))
    before = dump()

    @transaction.atomic
    def fails_at_the_end() -> None:
        handoffs.send(draft, now=NOW)
        replies.accept(offer, terms_version=1, now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_at_the_end()
    after = dump()
    assert {table for table in before if before[table] != after[table]} <= {"sqlite_sequence"}


def test_without_its_email_no_move_is_made(nora: Owner) -> None:
    offer, running = an_offer(owner=nora), a_running_offer(owner=nora, task=a_task(owner=nora))
    # Their keys are taken: those named by an event get the next ids.
    newest = HandoffEvent.objects.latest("pk").pk
    taken = [f"{kind}-{pk}" for pk in range(newest, newest + 20) for kind in ("answer", "news")]
    for key in taken:
        if not OutgoingEmail.objects.filter(key=key).exists():
            outbox.put("answer", owner=nora, to=("Nora", nora.email), key=key, facts={}, now=NOW)
    before = dump()
    with pytest.raises(IntegrityError), transaction.atomic():
        replies.accept(offer, terms_version=1, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        replies.decline(offer, reason="", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        agreed.end(running.handoff, now=NOW)
    after = dump()
    assert {table for table in before if before[table] != after[table]} <= {"sqlite_sequence"}
