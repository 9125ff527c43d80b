"""Coming to terms: questions, changes from either side, second thoughts; and each act done twice is done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistants.handoff import agreed, handoffs, letters, moves, replies, sweeps
from assistants.models import Handoff, Offer
from tasks.models import Owner
from tests.assistants.world import an_email, deliver, dump, email_of, standing, told, what_happened
from tests.factories import NOW, a_running_offer, a_task, an_accepted_offer, an_offer, some_hours

pytestmark = pytest.mark.django_db
LATER, DAY = NOW + timedelta(hours=3), timedelta(days=1)
LAST = date(2026, 11, 30)


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """Its email has left, and nobody has answered."""
    offer = an_offer(owner=nora)
    deliver(offer)
    return offer


def counter(offer: Offer, *, now: datetime = NOW, note: str = "", seen: int = 1, **theirs: Any) -> None:
    theirs = offer.terms.fields | {"rate": Decimal(22)} | theirs
    replies.counter(offer, **theirs, note=note, terms_version=seen, now=now)


# --- Questions -----------------------------------------------------------------
def test_a_question_goes_to_the_owner_and_its_answer_gives_a_day_at_least(offer: Offer) -> None:
    replies.ask(offer, "Which folder?", now=NOW)
    assert (offer.has_question, standing(offer)) == (True, ("offering", "sent"))
    asked = email_of(offer, "answer", "asked")
    assert (asked.to_email, asked.facts["lines"][0]) == (offer.handoff.owner.email, "“Which folder?”")
    late = offer.reply_by - timedelta(hours=2)
    handoffs.answer(offer.handoff, offer, "The shared one.", now=late)
    assert (offer.has_question, offer.reply_by) == (False, late + DAY)
    assert "“The shared one.”" in email_of(offer, "news", "answered").facts["lines"]


def test_an_early_answer_takes_no_time_away(offer: Offer) -> None:
    until = offer.reply_by
    replies.ask(offer, "Which folder?", now=NOW)
    handoffs.answer(offer.handoff, offer, "The shared one.", now=NOW)
    assert offer.reply_by == until


def test_five_questions_are_enough(offer: Offer) -> None:
    for number in range(5):
        replies.ask(offer, f"Question {number}?", now=NOW)
    before = dump()
    with pytest.raises(replies.TooMany):
        replies.ask(offer, "And?", now=NOW)
    assert dump() == before


def test_what_nobody_asked_cannot_be_answered(offer: Offer) -> None:
    before = dump()
    with pytest.raises(moves.TooLate):
        handoffs.answer(offer.handoff, offer, "Well.", now=NOW)
    assert dump() == before


# --- A change that the assistant proposes ----------------------------------------
def test_a_change_stops_the_clock_for_three_days_and_both_terms_can_be_read(offer: Offer) -> None:
    until = offer.reply_by
    counter(offer, note="Rents rose.", share=50)
    assert standing(offer) == ("offering", "countered")
    assert offer.proposed
    assert (offer.proposed.rate, offer.proposed.share, offer.terms.rate) == (Decimal(22), 50, Decimal(18))
    assert (offer.paused_at, offer.reply_by) == (NOW, until + timedelta(hours=72))
    theirs, yours, said = email_of(offer, "answer", "countered").facts["lines"]
    assert ("$22" in theirs, "50 %" in theirs, "$18" in yours, said) == (True, True, True, "“Rents rose.”")


def test_agreed_the_terms_are_those_proposed_and_the_assistant_hears_so(offer: Offer) -> None:
    counter(offer)
    handoffs.agree(offer.handoff, offer, terms_version=2, now=LATER)
    assert standing(offer) == ("taken", "accepted")
    assert (offer.terms.version, offer.terms.rate, offer.proposed, offer.answered_at) == (2, Decimal(22), None, LATER)
    assert told(offer) == ["answer countered", "news agreed"]


def test_the_owner_agrees_only_to_the_change_that_was_on_the_page(offer: Offer) -> None:
    counter(offer)
    replies.uncounter(offer, now=NOW)
    counter(offer, rate=Decimal(90))
    before = dump()
    acts: list[Callable[[], None]] = [
        lambda: handoffs.agree(offer.handoff, offer, terms_version=2, now=NOW),
        lambda: handoffs.insist(offer.handoff, offer, "", terms_version=2, now=NOW),
    ]
    for act in acts:
        with pytest.raises(moves.Outdated):
            act()
    assert dump() == before


def test_to_agree_to_what_was_taken_back_and_then_accepted_as_it_was_is_too_late(offer: Offer) -> None:
    counter(offer)
    replies.uncounter(offer, now=NOW)
    replies.accept(offer, terms_version=1, now=NOW)
    with pytest.raises(moves.TooLate):
        handoffs.agree(offer.handoff, offer, terms_version=2, now=NOW)
    assert (standing(offer), offer.terms.version) == (("taken", "accepted"), 1)


@pytest.mark.parametrize("who", ["owner", "assistant"])
def test_without_the_change_the_offer_stands_as_it_was_with_the_time_that_was_left(offer: Offer, who: str) -> None:
    left = offer.reply_by - NOW
    counter(offer)
    after = NOW + timedelta(days=2)
    if who == "owner":
        handoffs.insist(offer.handoff, offer, "Not this year.", now=after)
    else:
        replies.uncounter(offer, now=after)
    assert standing(offer) == ("offering", "sent")
    assert (offer.terms.version, offer.proposed, offer.paused_at) == (1, None, None)
    assert offer.reply_by - after == left
    assert told(offer)[1:] == (["news insisted"] if who == "owner" else ["answer uncountered"])


def test_a_page_from_before_the_change_was_taken_back_can_neither_keep_nor_edit_by_its_clock(offer: Offer) -> None:
    """The owner's page read the offer while its time stood still; what counts is how it is now."""
    counter(offer)
    as_it_was = Offer.objects.get(pk=offer.pk)
    replies.uncounter(offer, now=NOW)
    with pytest.raises(moves.TooLate):
        handoffs.insist(as_it_was.handoff, as_it_was, "", now=NOW)
    as_it_was.state, as_it_was.paused_at = "countered", NOW
    until = offer.reply_by
    handoffs.edit_terms(as_it_was.handoff, as_it_was, **offer.terms.fields | {"rate": Decimal(19)}, now=LATER)
    offer.refresh_from_db()
    assert (offer.reply_by, offer.paused_at) == (until, None)


def test_terms_that_changed_are_not_countered_by_the_page_of_before(offer: Offer) -> None:
    handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"rate": Decimal(20)}, now=NOW)
    before = dump()
    with pytest.raises(replies.TermsChanged):
        counter(offer, seen=1)
    assert dump() == before


@pytest.mark.parametrize("name", ["ask", "counter", "uncounter"])
def test_after_its_time_nothing_opens_an_offer_again_even_before_the_sweep(offer: Offer, name: str) -> None:
    if name == "uncounter":
        counter(offer)
    late = offer.reply_by
    act: Callable[[], None] = {
        "ask": lambda: replies.ask(offer, "Still open?", now=late),
        "counter": lambda: counter(offer, now=late),
        "uncounter": lambda: replies.uncounter(offer, now=late),
    }[name]
    before = dump()
    with pytest.raises(moves.TooLate):
        act()
    assert dump() == before


# --- Terms that the owner edits ---------------------------------------------------
def test_edited_terms_are_a_version_more_and_the_assistant_gets_them(offer: Offer) -> None:
    terms = handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"weekly_minutes": 240}, now=NOW)
    assert (terms.version, offer.terms, standing(offer)) == (2, terms, ("offering", "sent"))
    email = email_of(offer, "changed", "edited")
    assert (email.to_email, email.facts["takes"]) == (offer.assistant.email, "4 h a week")


def test_edited_before_it_left_the_email_itself_says_so_and_no_second_one_follows(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"weekly_minutes": 240}, now=NOW)
    assert an_email(f"offer-{offer.pk}").facts["takes"] == "4 h a week"
    assert told(offer) == []


def test_an_edit_answers_the_change_that_was_proposed(offer: Offer) -> None:
    counter(offer)
    handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"rate": Decimal(20)}, now=NOW)
    assert standing(offer) == ("offering", "sent")
    assert (offer.terms.rate, offer.proposed, offer.paused_at) == (Decimal(20), None, None)


def test_an_edit_of_terms_that_another_page_has_edited_is_outdated(offer: Offer) -> None:
    edit = offer.terms.fields | {"rate": Decimal(20)}
    handoffs.edit_terms(offer.handoff, offer, **edit, terms_version=1, now=NOW)
    before = dump()
    with pytest.raises(moves.Outdated):
        handoffs.edit_terms(offer.handoff, offer, **edit | {"rate": Decimal(21)}, terms_version=1, now=NOW)
    assert dump() == before


# --- Second thoughts --------------------------------------------------------------
def test_an_acceptance_is_taken_back_within_a_quarter_of_an_hour_and_not_later(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    before = dump()
    with pytest.raises(moves.TooLate):
        replies.take_back(offer, now=NOW + replies.TAKE_BACK)
    assert dump() == before
    at = NOW + replies.TAKE_BACK - timedelta(seconds=1)
    assert replies.can_take_back(offer, at)
    replies.take_back(offer, now=at)
    assert standing(offer) == ("lapsed", "released")
    assert not replies.can_take_back(Offer.objects.get(pk=offer.pk), at)
    assert told(offer)[2:] == ["answer taken back", "news taken back"]


@pytest.mark.parametrize("how", ["hours", "timer"])
def test_what_began_at_once_is_taken_back_until_work_on_it_has_begun(nora: Owner, how: str) -> None:
    idle, busy = (a_running_offer(owner=nora, task=a_task(owner=nora)) for _ in range(2))
    if how == "hours":
        some_hours(offer=busy)
    else:
        Offer.objects.filter(pk=busy.pk).update(timer_since=NOW)
        busy.refresh_from_db()
    assert [replies.can_take_back(each, NOW) for each in (idle, busy)] == [True, False]
    before = dump()
    with pytest.raises(moves.TooLate):
        replies.take_back(busy, now=NOW)
    assert dump() == before
    replies.take_back(idle, now=NOW)
    assert standing(idle) == ("lapsed", "released")


def test_who_changed_their_mind_too_late_tells_the_owner_and_nothing_else(offer: Offer) -> None:
    replies.decline(offer, reason="", now=NOW)
    replies.still_free(offer, now=LATER)
    assert standing(offer) == ("lapsed", "declined")
    assert told(offer)[1:] == ["answer still free"]


# --- The end ----------------------------------------------------------------------
@pytest.mark.parametrize("who", ["owner", "assistant"])
def test_after_notice_it_runs_to_its_last_day_and_the_other_side_reads_which(nora: Owner, who: str) -> None:
    offer = a_running_offer(owner=nora)
    as_shown = Offer.objects.get(pk=offer.pk)
    if who == "owner":
        agreed.give_notice(Handoff.objects.get(pk=offer.handoff_id), as_shown, LAST, now=NOW)
    else:
        replies.give_notice(as_shown, LAST, now=NOW)
    assert (standing(offer), as_shown.handoff.ends_on) == (("active", "accepted"), LAST)
    assert "Monday 30 November" in email_of(offer, "news" if who == "owner" else "answer", "notice").facts["headline"]
    in_phoenix = datetime.fromisoformat("2026-12-01T07:00:00+00:00")
    sweeps.end_due(now=in_phoenix - timedelta(seconds=1))
    assert standing(offer)[0] == "active"
    sweeps.end_due(now=in_phoenix)
    assert (standing(offer)[0], Handoff.objects.get(pk=offer.handoff_id).ends_on) == ("ended", LAST)
    assert told(offer)[-1] == "news ended"


def test_ended_at_once_after_notice_its_last_day_is_today(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    agreed.give_notice(offer.handoff, offer, LAST, now=NOW)
    agreed.end(offer.handoff, now=LATER)
    assert Handoff.objects.get(pk=offer.handoff_id).ends_on == nora.today(LATER)


def test_an_assistant_can_leave_sooner_than_said_and_not_later(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    replies.give_notice(offer, LAST, now=NOW)
    with pytest.raises(moves.TooLate):
        replies.give_notice(offer, LAST + DAY, now=NOW)
    replies.give_notice(offer, LAST - DAY, now=NOW)
    assert Handoff.objects.get(pk=offer.handoff_id).ends_on == LAST - DAY


# --- A new address ------------------------------------------------------------------
def test_a_new_address_gets_what_waits_and_a_new_link_and_the_old_link_is_dead(offer: Offer) -> None:
    sweeps.remind_of(offer, now=NOW)
    assistant = offer.assistant
    assistant.email = "ana@new.works"
    assistant.save()
    agreed.readdress(offer.handoff, offer, now=NOW)
    assert offer.epoch == 1
    assert email_of(offer, "news", "readdressed").to_email == "ana@new.works"
    # Rendered later, it would carry the new link to the old address.
    assert email_of(offer, "remind", "reminded").to_email == "ana@new.works"


def test_an_offer_that_waits_here_goes_to_the_new_address_and_nothing_else_does(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    offer.assistant.email = "ana@new.works"
    offer.assistant.save()
    agreed.readdress(offer.handoff, offer, now=NOW)
    assert an_email(f"offer-{offer.pk}").to_email == "ana@new.works"
    assert told(offer) == []


# --- Twice is once ------------------------------------------------------------------
OPEN: dict[str, Callable[[Offer], object]] = {
    "accept": lambda offer: replies.accept(offer, terms_version=1, now=NOW),
    "decline": lambda offer: replies.decline(offer, reason="", now=NOW),
    "edit": lambda offer: handoffs.edit_terms(
        offer.handoff, offer, **offer.terms.fields | {"rate": Decimal(20)}, terms_version=1, now=NOW
    ),
    "stop": lambda offer: replies.stop_mail(offer, now=NOW),
}
RUNNING: dict[str, Callable[[Offer], object]] = {
    "notice": lambda offer: agreed.give_notice(offer.handoff, offer, LAST, now=NOW),
    "leave": lambda offer: replies.give_notice(offer, LAST, now=NOW),
    "stage": lambda offer: agreed.set_stage(offer.handoff, offer, "trial", trial_ends_on=LAST, now=NOW),
}
# What has no second time is refused, and changes nothing either.
REFUSED: dict[str, Callable[[Offer], object]] = {
    "counter": counter,
    "withdraw": lambda offer: handoffs.withdraw(offer.handoff, now=NOW),
    "next": lambda offer: handoffs.ask_someone_else(offer.handoff, offer, now=NOW),
}
OVER: dict[str, Callable[[Offer], object]] = {
    "end": lambda offer: agreed.end(offer.handoff, now=NOW),
    "finish": lambda offer: agreed.finish(offer.handoff, now=NOW),
}


def as_shown(offer: Offer) -> Offer:
    return Offer.objects.select_related("handoff").get(pk=offer.pk)


@pytest.mark.parametrize("name", [*OPEN, *REFUSED, *RUNNING, *OVER])
def test_done_twice_it_is_done_once(nora: Owner, name: str) -> None:
    """By the same page, which still shows how things were, and by one that was opened since."""
    runs = name in RUNNING or name in OVER
    offer = a_running_offer(owner=nora) if runs else an_offer(owner=nora)
    if not runs:
        deliver(offer)
    act = (OPEN | REFUSED | RUNNING | OVER)[name]
    first, again = as_shown(offer), as_shown(offer)
    act(first)
    before = dump()
    for page in (again, as_shown(offer)):
        if name in REFUSED or name in OVER:
            with pytest.raises((moves.TooLate, replies.TermsChanged)):
                act(page)
        else:
            act(page)
        assert dump() == before


@pytest.mark.parametrize("name", ["agree", "insist", "uncounter", "take back", "still free", "answer"])
def test_an_answer_given_twice_is_given_once(offer: Offer, name: str) -> None:
    acts: dict[str, Callable[[Offer], object]] = {
        "agree": lambda offer: handoffs.agree(offer.handoff, offer, terms_version=2, now=NOW),
        "insist": lambda offer: handoffs.insist(offer.handoff, offer, "", now=NOW),
        "uncounter": lambda offer: replies.uncounter(offer, now=NOW),
        "take back": lambda offer: replies.take_back(offer, now=NOW),
        "still free": lambda offer: replies.still_free(offer, now=NOW),
        "answer": lambda offer: handoffs.answer(offer.handoff, offer, "Yes.", now=NOW),
    }
    if name in ("agree", "insist", "uncounter"):
        counter(offer)
    elif name == "take back":
        replies.accept(offer, terms_version=1, now=NOW)
    elif name == "still free":
        replies.decline(offer, reason="", now=NOW)
    else:
        replies.ask(offer, "Now?", now=NOW)
    first, again = as_shown(offer), as_shown(offer)
    acts[name](first)
    before, happened = dump(), what_happened(offer.handoff)
    for page in (again, as_shown(offer)):
        try:
            acts[name](page)
        except moves.TooLate:
            assert name in ("insist", "uncounter", "answer")
    assert (dump(), what_happened(offer.handoff)) == (before, happened)


def test_letters_of_a_stage_say_what_was_written_and_not_what_the_page_knew(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    page = as_shown(offer)
    agreed.set_stage(Handoff.objects.get(pk=offer.handoff_id), page, "trial", trial_ends_on=LAST, now=NOW)
    assert email_of(offer, "news", "staged").facts["headline"] == letters.staged(as_shown(offer))["headline"]
    assert "30 November" in email_of(offer, "news", "staged").facts["lines"][0]
