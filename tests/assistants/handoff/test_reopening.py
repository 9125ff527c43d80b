"""What is over, taken up again: a job said to be done by a slip, and a round whose winner took it back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from assistants.handoff import agreed, cascade, handoffs, moves, reopening, replies, sweeps
from assistants.models import Handoff, HandoffEvent, NeverMail, Offer
from assistants.roster import people
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import a_draft_for, dump, email_of, standing, text_of, told, what_happened
from tests.factories import NOW, TODAY, a_draft, a_running_offer, a_task, an_assistant, an_offer

pytestmark = pytest.mark.django_db
SOON, LATER = NOW + timedelta(minutes=14), NOW + timedelta(minutes=15)
THAT_NIGHT = NOW + timedelta(hours=3)


def page_of(handoff: Handoff, act: str = "") -> str:
    return reverse(f"assistants:handoff{'_' + act if act else ''}", args=[handoff.pk])


# --- Not done after all ----------------------------------------------------------
@pytest.mark.parametrize("last_day", [None, TODAY + timedelta(days=9)])
def test_what_was_said_to_be_done_goes_on_as_it_stood(nora: Owner, last_day: date | None) -> None:
    offer = a_running_offer(owner=nora)
    if last_day:
        agreed.give_notice(offer.handoff, offer, last_day, now=NOW)
    agreed.finish(offer.handoff, now=NOW)
    assert Handoff.objects.get().ends_on == TODAY
    reopening.reopen(offer.handoff, now=SOON)
    assert standing(offer) == ("active", "accepted")
    assert Handoff.objects.get().ends_on == last_day
    assert told(offer)[-2:] == ["news done", "news reopened"]
    assert email_of(offer, "news", "reopened").facts["headline"] == "Nora: the hand-off “Record keeping” goes on"


def test_it_is_taken_back_once_and_within_a_quarter_of_an_hour(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    agreed.finish(offer.handoff, now=NOW)
    assert reopening.can_reopen(offer.handoff, SOON)
    assert not reopening.can_reopen(offer.handoff, LATER)
    before = dump()
    with pytest.raises(moves.TooLate):
        reopening.reopen(offer.handoff, now=LATER)
    assert dump() == before
    reopening.reopen(offer.handoff, now=SOON)
    with pytest.raises(moves.TooLate):
        reopening.reopen(offer.handoff, now=SOON)
    agreed.finish(offer.handoff, now=LATER)
    assert what_happened(offer.handoff)[-3:] == ["done", "reopened", "done"]
    assert reopening.can_reopen(offer.handoff, LATER)


def test_it_stays_done_once_they_were_asked_for_the_task_anew(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    agreed.finish(offer.handoff, now=NOW)
    an_offer(owner=nora, task=offer.handoff.task, assistant=offer.assistant)
    with pytest.raises(moves.TooLate):
        reopening.reopen(offer.handoff, now=SOON)
    assert standing(offer) == ("done", "accepted")


def test_what_goes_on_runs_on_every_day_between(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    agreed.finish(offer.handoff, now=NOW)
    assert not Handoff.objects.running_at(THAT_NIGHT).exists()
    reopening.reopen(offer.handoff, now=SOON)
    assert Handoff.objects.running_at(THAT_NIGHT).get() == offer.handoff
    agreed.finish(offer.handoff, now=LATER)
    assert not Handoff.objects.running_at(THAT_NIGHT).exists()


def test_what_was_begun_at_once_and_taken_back_never_began(nora: Owner) -> None:
    draft, ben = a_draft(owner=nora, starts_on=TODAY), an_assistant(owner=nora, name="Ben Okafor")
    draft.if_not = Handoff.IfNot.NEXT
    draft.save()
    draft.stand_ins.create(assistant=ben, place=1, weekly_minutes=60, rate=20)
    offer = handoffs.send(draft, now=NOW)
    replies.accept(offer, terms_version=1, now=NOW)
    sweeps.start(offer, now=NOW)
    assert Handoff.objects.begun().get() == Handoff.objects.running_at(THAT_NIGHT).get() == offer.handoff
    replies.take_back(offer, now=SOON)
    assert not Handoff.objects.begun().exists()
    assert not Handoff.objects.running_at(THAT_NIGHT).exists()
    then = Offer.objects.get(assistant=ben)
    replies.accept(then, terms_version=then.terms.version, now=LATER)
    sweeps.start(then, now=LATER)
    assert Handoff.objects.begun().get() == offer.handoff


def test_the_page_of_what_is_done_has_an_undo_for_a_while(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + timedelta(days=1))
    hers.post(page_of(offer.handoff, "done"))
    assert f'action="{page_of(offer.handoff, "reopen")}"' in text_of(hers.get(page_of(offer.handoff)))
    page = text_of(hers.post(page_of(offer.handoff, "reopen"), follow=True))
    assert "It goes on. Ana knows." in page
    assert "You took that back: it goes on" in page
    assert standing(offer) == ("active", "accepted")
    assert page_of(offer.handoff, "reopen") not in page
    HandoffEvent.objects.all().delete()
    late = text_of(hers.post(page_of(offer.handoff, "reopen"), follow=True))
    assert "Too late: it stays done." in late


# --- A round whose winner took it back -------------------------------------------
def taken_back(owner: Owner, *names: str, now: datetime = NOW, declined: str = "") -> list[Offer]:
    """Asked at once of Ana and the others; Ana accepted and took it back."""
    others = [an_assistant(owner=owner, name=name) for name in names]
    draft = a_draft_for(owner=owner, others=others, if_not="all", now=now)
    handoffs.send(draft, now=now)
    offers = list(Offer.objects.filter(handoff=draft).select_related("handoff__owner", "assistant"))
    for offer in offers:
        if offer.assistant.name == declined:
            replies.decline(offer, reason="", now=now)
    replies.accept(offers[0], terms_version=offers[0].terms.version, now=now)
    replies.take_back(Offer.objects.get(pk=offers[0].pk), now=now + timedelta(minutes=1))
    return list(Offer.objects.filter(handoff=draft).select_related("handoff__owner", "handoff__task", "assistant"))


def test_those_who_heard_that_it_was_taken_are_asked_again_at_once_under_the_same_terms(nora: Owner) -> None:
    offers = taken_back(nora, "Ben", "Cleo", "Dora", declined="Cleo")
    old = offers[0].handoff
    assert (old.state, [offer.state for offer in offers]) == (
        "lapsed",
        ["released", "superseded", "declined", "superseded"],
    )
    again = reopening.ask_again(old, now=SOON)
    assert again.pk != old.pk
    assert (again.state, again.if_not, again.brief, again.minutes_given) == ("offering", "all", old.brief, 300)
    asked = [(each.assistant.name, each.terms.weekly_minutes, each.state) for each in again.offers.all()]
    assert asked == [("Ben", 60, "queued"), ("Dora", 180, "queued")]
    # As long to reply as the first time, from when the emails leave.
    assert [each.reply_by for each in again.offers.all()] == [SOON + timedelta(seconds=old.seconds_to_reply)] * 2
    with pytest.raises(moves.TooLate):
        reopening.ask_again(old, now=SOON)
    assert Handoff.objects.count() == 2


def test_who_cannot_be_asked_any_more_is_not(nora: Owner) -> None:
    offers = taken_back(nora, "Ben", "Cleo", "Dora")
    people.pause(offers[1].assistant, TODAY)
    NeverMail.objects.create(email=offers[2].assistant.email, asked_at=NOW)
    assert [each.assistant.name for each in cascade.whom_again(offers[0].handoff)] == ["Dora"]
    again = reopening.ask_again(offers[0].handoff, now=SOON)
    assert (again.assistant.name, again.if_not) == ("Dora", "tell")


@pytest.mark.parametrize("names", [(), ("Ben",)])
def test_nobody_is_asked_again_where_nobody_was_second(nora: Owner, names: tuple[str, ...]) -> None:
    offers = taken_back(nora, *names, declined="Ben")
    assert cascade.whom_again(offers[0].handoff) == []
    with pytest.raises(moves.TooLate):
        reopening.ask_again(offers[0].handoff, now=SOON)


def test_a_start_that_no_reply_could_come_before_moves_to_a_monday_and_the_trial_with_it(nora: Owner) -> None:
    offers = taken_back(nora, "Ben")
    old = offers[0].handoff
    Handoff.objects.filter(pk=old.pk).update(stage="trial", trial_ends_on=date(2026, 11, 9))
    again = reopening.ask_again(Handoff.objects.get(pk=old.pk), now=NOW + timedelta(days=9))
    assert (again.terms.starts_on, again.trial_ends_on) == (date(2026, 11, 2), date(2026, 11, 16))


def test_the_email_and_the_page_offer_one_button(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offers = taken_back(nora, "Ben", "Cleo", now=now)
    old = offers[0].handoff
    line = email_of(offers[0], "answer", "taken back").facts["lines"][-1]
    assert (
        line == "Nobody is asked now: Ben and Cleo heard that it was taken. One button on its page asks them again."
    )
    page = text_of(hers.get(page_of(old)))
    assert "Ana took the acceptance back, and Ben and Cleo heard that it was taken." in page
    assert "Ask them again</button>" in page
    response = hers.post(page_of(old, "again"))
    again = Handoff.objects.exclude(pk=old.pk).get()
    assert response["Location"] == page_of(again)
    assert "Undo</button>" in text_of(hers.get(page_of(again)))
    assert "Ask them again</button>" not in text_of(hers.get(page_of(old)))
    twice = text_of(hers.post(page_of(old, "again"), follow=True))
    assert "They were asked again already" in twice
    assert Handoff.objects.count() == 2


@pytest.mark.parametrize("act", ["reopen", "again"])
def test_a_strangers_hand_off_is_not_taken_up_again(hers: Client, bea: Owner, act: str) -> None:
    offers = taken_back(bea, "Ben", now=clock.now())
    before = dump()
    assert hers.post(page_of(offers[0].handoff, act)).status_code == 404
    assert hers.get(page_of(offers[0].handoff, act)).status_code == 405
    assert dump() == before
