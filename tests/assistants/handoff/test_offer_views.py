"""What the owner says to those who were asked: answers, agreements, other terms, the next person, notes, stages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assistants.handoff import handoffs, replies
from assistants.models import Handoff, Offer, OutgoingEmail
from assistants.roster import people
from tasks import clock, dates
from tasks.models import Owner
from tests.assistants.world import deliver, dump, standing, text_of, what_happened
from tests.factories import a_draft, a_running_offer, a_task, an_assistant, an_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]


@pytest.fixture
def offer(nora: Owner) -> Offer:
    return an_offer_now(nora)


def an_offer_now(owner: Owner) -> Offer:
    now = clock.now()
    return an_offer(
        owner=owner,
        task=a_task(owner=owner),
        now=now,
        reply_by=now + timedelta(days=3),
        starts_on=owner.today(now) + timedelta(days=10),
    )


def countered(offer: Offer, rate: int = 20) -> Offer:
    replies.counter(
        offer,
        weekly_minutes=300,
        rate=Decimal(rate),
        starts_on=offer.terms.starts_on + timedelta(days=7),
        share=100,
        note="I finish another client first.",
        terms_version=offer.terms.version,
        now=clock.now(),
    )
    offer.refresh_from_db()
    return offer


def page_of(handoff: Handoff, act: str = "") -> str:
    return reverse(f"assistants:handoff{'_' + act if act else ''}", args=[handoff.pk])


def url_of(offer: Offer, act: str) -> str:
    name = "handoff_terms" if act == "terms" else f"offer_{act}"
    return reverse(f"assistants:{name}", args=[offer.handoff_id, offer.pk])


def say(client: Client, offer: Offer, act: str, **form: str) -> Any:
    return client.post(url_of(offer, act), form, follow=True)


def news(headline: str) -> int:
    """How many emails say so."""
    return sum(headline in email.facts.get("headline", "") for email in OutgoingEmail.objects.all())


# --- A question ------------------------------------------------------------------
def test_a_question_is_answered_once_however_often_the_form_is_sent(hers: Client, offer: Offer) -> None:
    replies.ask(offer, "One list, or one by one?", now=clock.now())
    page = text_of(hers.get(page_of(offer.handoff)))
    assert "One list, or one by one?" in page
    assert "Ana asks" in page
    for _ in range(2):
        page = text_of(say(hers, offer, "answer", note="One list.", once="an-answer"))
    assert "Ana gets your answer by email." in page
    assert "You answered" in page
    assert what_happened(offer.handoff) == ["sent", "asked", "answered"]
    assert news("Nora answered") == 1


def test_an_answer_without_words_is_named_and_one_without_a_question_is_too_late(hers: Client, offer: Offer) -> None:
    response = say(hers, offer, "answer", note="Hello")
    assert "There is no open question any more." in text_of(response)
    replies.ask(offer, "One list?", now=clock.now())
    response = say(hers, offer, "answer", note=" ")
    assert response.status_code == 422
    assert "Write your message." in text_of(response)
    assert "answered" not in what_happened(offer.handoff)


# --- A change ----------------------------------------------------------------------
def test_both_sets_of_terms_stand_side_by_side_with_what_each_brings(hers: Client, offer: Offer) -> None:
    page = text_of(hers.get(page_of(countered(offer).handoff)))
    for said in ("Change proposed", "Ana would do it for $20 an hour", "“I finish another client first.”", "Agree"):
        assert said in page
    # Five hours at $80 are $400; less $90, and less $100.
    assert '<td class="r was">$310</td><td class="r strong">$300</td>' in page


@pytest.mark.parametrize(
    ("change", "heading"),
    [
        ({"rate": Decimal(20)}, "it for $20 an hour"),
        ({"weekly_minutes": 180}, "it in 3\N{NO-BREAK SPACE}h a week"),
        ({"share": 60}, "60\N{NO-BREAK SPACE}% of it"),
        ({"share": 60, "rate": Decimal(20)}, "60\N{NO-BREAK SPACE}% of it for $20 an hour"),
        ({"starts_on": 9, "rate": Decimal(20)}, "it for $20 an hour, from {day}"),
    ],
)
def test_the_heading_of_a_change_names_what_differs_and_nothing_else(
    hers: Client, offer: Offer, change: dict[str, Any], heading: str
) -> None:
    day = offer.terms.starts_on + timedelta(days=change.get("starts_on", 0))
    terms = offer.terms.fields | change | {"starts_on": day}
    replies.counter(offer, **terms, note="", terms_version=1, now=clock.now())
    page = hers.get(page_of(offer.handoff)).content.decode()
    assert f">Ana would do {heading.format(day=dates.long(day))}</h2>" in page


def test_what_a_change_brings_is_reckoned_by_the_share_that_each_set_of_terms_has(hers: Client, offer: Offer) -> None:
    now = clock.now()
    handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"share": 60, "weekly_minutes": 180}, now=now)
    theirs = {**offer.terms.fields, "rate": Decimal(20)}
    replies.counter(offer, **theirs, note="", terms_version=2, now=now)
    # Three hours at $80 are $240; less $54, and less $60.
    page = text_of(hers.get(page_of(offer.handoff)))
    assert '<td class="r was">$186</td><td class="r strong">$180</td>' in page


def test_agreeing_takes_the_terms_that_were_on_the_page(hers: Client, offer: Offer) -> None:
    proposed = countered(offer).proposed
    assert proposed is not None
    for _ in range(2):
        page = text_of(say(hers, offer, "agree", terms=str(proposed.version)))
    assert "Accepted, starts" in page
    offer.refresh_from_db()
    assert (offer.state, offer.terms) == ("accepted", proposed)
    assert news("Nora agreed") == 1


@pytest.mark.parametrize("version", ["", "1", "x", "99", "-1"])
def test_agreeing_to_anything_else_takes_nothing(hers: Client, offer: Offer, version: str) -> None:
    countered(offer)
    page = text_of(say(hers, offer, "agree", terms=version))
    assert "The proposal has changed or was taken back." in page
    assert standing(offer) == ("offering", "countered")


def test_keeping_ones_terms_gives_the_turn_back(hers: Client, offer: Offer) -> None:
    proposed = countered(offer).proposed
    assert proposed is not None
    late = text_of(say(hers, offer, "insist", note="I cannot pay more.", terms="1", once="old"))
    assert "The proposal has changed or was taken back." in late
    page = text_of(say(hers, offer, "insist", note="I cannot pay more.", terms=str(proposed.version), once="no"))
    assert "Your offer stands, and it is Ana’s turn." in page
    assert standing(offer) == ("offering", "sent")
    assert news("would rather keep the terms") == 1


def test_asking_someone_else_goes_on_to_the_next(hers: Client, nora: Owner) -> None:
    joan = an_assistant(owner=nora, name="Joan Wu", rate=22)
    offer = sent_with(nora, handoffs.Next(joan, 330, Decimal(22)))
    page = text_of(say(hers, countered(offer), "else"))
    assert "Waiting for" in page or "Going out" in page
    assert offer.handoff.offers.get(assistant=joan).terms.weekly_minutes == 330
    assert standing(offer) == ("offering", "withdrawn")


def test_nobody_else_can_be_asked_where_nobody_is_left(hers: Client, nora: Owner) -> None:
    joan = an_assistant(owner=nora, name="Joan Wu", rate=22)
    offer = countered(sent_with(nora, handoffs.Next(joan, 330, Decimal(22))))
    page = text_of(hers.get(page_of(offer.handoff)))
    assert "Ask someone else</button>" in page
    assert "Is asked next" in page
    people.pause(joan, nora.today(clock.now()))
    page = text_of(hers.get(page_of(offer.handoff)))
    assert "Ask someone else" not in page
    assert "Is asked next" not in page
    assert "Nobody else is left on your list to ask." in page
    assert "the next one is asked" not in page
    assert f'<a href="{reverse("assistants:assistants")}">Assistants</a>' in page


def sent_with(owner: Owner, *others: handoffs.Next, if_not: str = "next") -> Offer:
    now = clock.now()
    draft = a_draft(owner=owner, task=a_task(owner=owner), now=now, reply_by=now + timedelta(days=3))
    written = handoffs.Draft(
        task=draft.task,
        assistant=draft.assistant,
        brief="Keep my books.",
        how_to="",
        weekly_minutes=300,
        rate=Decimal(18),
        starts_on=owner.today(now) + timedelta(days=10),
        reply_by=now + timedelta(days=3),
        minutes_before=300,
        minutes_given=300,
    )
    written = replace(written, if_not=if_not, stand_ins=others)
    return handoffs.send(handoffs.draft(owner, written, now=now, handoff=draft), now=now)


# --- Other terms -------------------------------------------------------------------
def terms_of(offer: Offer, **other: str) -> dict[str, str]:
    terms = offer.terms
    return {
        "hours": "4",
        "rate": "19",
        "starts_on": str(terms.starts_on),
        "share": "80",
        "version": str(terms.version),
    } | other


def test_new_terms_reach_the_assistant_and_the_old_ones_can_no_longer_be_accepted(hers: Client, offer: Offer) -> None:
    page = text_of(say(hers, offer, "terms", **terms_of(offer)))
    assert "Ana gets the new terms by email." in page
    with pytest.raises(replies.TermsChanged):
        replies.accept(offer, terms_version=1, now=clock.now())
    replies.accept(offer, terms_version=2, now=clock.now())
    assert standing(offer) == ("taken", "accepted")


def test_terms_changed_in_another_tab_are_shown_and_nothing_is_overwritten(hers: Client, offer: Offer) -> None:
    say(hers, offer, "terms", **terms_of(offer))
    response = say(hers, offer, "terms", **terms_of(offer, rate="30", version="1"))
    page = text_of(response)
    assert response.status_code == 409
    assert "The terms were changed elsewhere. They are now: 4 h a week at $19 an hour" in page
    assert 'name="rate" value="30"' in page
    assert offer.handoff.versions.count() == 2
    # Sent once more it is meant.
    say(hers, offer, "terms", **terms_of(offer, rate="30", version="2"))
    assert offer.handoff.versions.count() == 3


@pytest.mark.parametrize(
    ("field", "text"),
    [("hours", "9"), ("hours", ""), ("rate", "-1"), ("starts_on", "2020-01-01"), ("share", "0.5"), ("share", "101")],
)
def test_terms_that_make_no_sense_are_named(hers: Client, offer: Offer, field: str, text: str) -> None:
    before = dump()
    response = say(hers, offer, "terms", **terms_of(offer, **{field: text}))
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text_of(response)
    assert dump() == before


def test_terms_that_are_the_same_change_nothing(hers: Client, offer: Offer) -> None:
    countered(offer)
    before = dump()
    page = text_of(say(hers, offer, "terms", **terms_of(offer, hours="5", rate="18", share="100")))
    assert "Nothing was changed: these are the terms as they stand." in page
    assert standing(offer) == ("offering", "countered")
    after = dump()
    assert {table for table in before if before[table] != after[table]} <= {"delegator_session"}


def test_the_terms_of_what_is_answered_stay(hers: Client, offer: Offer) -> None:
    replies.accept(offer, terms_version=1, now=clock.now())
    page = text_of(hers.get(url_of(offer, "terms"), follow=True))
    assert "There is an answer, so the terms stay as they are." in page


# --- While it runs -----------------------------------------------------------------
def test_a_note_reaches_the_assistant_once(hers: Client, offer: Offer) -> None:
    early = text_of(hers.post(page_of(offer.handoff, "note"), {"note": "In the drawer.", "once": "a"}, follow=True))
    assert "Nobody has it now, so write an email instead." in early
    deliver(offer)
    for _ in range(2):
        page = text_of(
            hers.post(page_of(offer.handoff, "note"), {"note": "In the drawer.", "once": "a"}, follow=True)
        )
    assert page.count("In the drawer.") == 1
    assert news("Nora wrote") == 1
    assert hers.post(page_of(offer.handoff, "note"), {"note": ""}).status_code == 422


def test_each_stage_is_the_owners_yes_and_a_trial_has_an_end(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + timedelta(days=1))
    url = page_of(offer.handoff, "stage")
    assert hers.post(url, {"stage": "trial"}).status_code == 422
    assert hers.post(url, {"stage": "trial", "trial_ends_on": str(nora.today(now))}).status_code == 422
    assert hers.post(url, {"stage": "whole"}).status_code == 422
    tomorrow = nora.today(now) + timedelta(days=1)
    page = text_of(hers.post(url, {"stage": "trial", "trial_ends_on": str(tomorrow)}, follow=True))
    assert "Keep Ana" in page
    assert "Stop with the trial" in page
    page = text_of(hers.post(url, {"stage": "full"}, follow=True))
    assert "Stop with the trial" not in page
    assert what_happened(offer.handoff).count("staged") == 2
    assert Handoff.objects.get().trial_ends_on is None


def test_a_job_with_an_end_can_be_said_to_be_done(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + timedelta(days=1))
    page = text_of(hers.post(page_of(offer.handoff, "done"), follow=True))
    assert "Done. Ana knows." in page
    assert standing(offer) == ("done", "accepted")
    assert "It is not running any more." in text_of(hers.post(page_of(offer.handoff, "done"), follow=True))


@pytest.mark.parametrize("act", ["note", "stage", "end"])
def test_a_draft_has_nobody_to_say_it_to(hers: Client, nora: Owner, act: str) -> None:
    draft = a_draft(owner=nora, task=a_task(owner=nora))
    form = {"note": "Hello", "stage": "full", "last_day": str(nora.today(clock.now()))}
    assert hers.post(page_of(draft, act), form).status_code == 404


@pytest.mark.parametrize("act", ["answer", "agree", "insist", "else", "terms"])
def test_an_offer_is_reached_under_its_own_hand_off_only(hers: Client, nora: Owner, bea: Owner, act: str) -> None:
    mine, other, theirs = an_offer_now(nora), an_offer_now(nora), an_offer_now(bea)
    name = "handoff_terms" if act == "terms" else f"offer_{act}"
    before = dump()
    for handoff, offer in ((mine, other), (mine, theirs), (theirs, theirs), (theirs, mine)):
        url = reverse(f"assistants:{name}", args=[handoff.handoff_id, offer.pk])
        assert hers.post(url, {"note": "x", "terms": "1"}).status_code == 404
    assert dump() == before
