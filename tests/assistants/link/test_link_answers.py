"""What an assistant says by the link besides yes and no: questions, changes, notes, an end; and no machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from assistants import links
from assistants.handoff import agreed, handoffs, replies
from assistants.link import by_hand
from assistants.models import HandoffEvent, NeverMail, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand as by_a_person
from tests.assistants.world import dump, standing, text_of, what_happened
from tests.factories import a_running_offer, a_task, an_accepted_offer, an_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]


@pytest.fixture
def ana() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def offer(nora: Owner) -> Offer:
    now = clock.now()
    return an_offer(
        owner=nora,
        task=a_task(owner=nora),
        now=now,
        reply_by=now + timedelta(days=3),
        starts_on=nora.today(now) + timedelta(days=10),
    )


def link(offer: Offer, act: str = "") -> str:
    return f"/h/{links.token('offer', offer.pid, offer.epoch)}/{act}{'/' if act else ''}"


def send(client: Client, offer: Offer, act: str, **form: str) -> Any:
    return client.post(link(offer, act), by_a_person(offer) | form, follow=True)


def a_change(offer: Offer, **other: str) -> dict[str, str]:
    terms = offer.terms
    return {
        "hours": "4",
        "rate": "20",
        "starts_on": str(terms.starts_on + timedelta(days=7)),
        "share": "80",
        "note": "I finish another client first.",
        "terms": str(terms.version),
        "once": "a-change",
    } | other


def fresh(offer: Offer) -> Offer:
    return Offer.objects.get(pk=offer.pk)


# --- No machine ----------------------------------------------------------------
ACTS = "accept decline ask change keep free note end take-back stop".split()


def test_a_form_is_a_persons_two_seconds_after_its_page_was_made(offer: Offer) -> None:
    now = clock.now()

    def is_read(seconds: float) -> bool:
        return by_hand.is_sent(offer, {"made": by_hand.made(offer, now - timedelta(seconds=seconds))}, now)

    assert not any(map(is_read, (-1, 0, 1, 1.99)))
    assert all(map(is_read, (2, 2.01, 60, 9_000_000)))


@pytest.mark.parametrize("act", ACTS)
def test_what_comes_back_sooner_than_it_can_be_read_changes_nothing(ana: Client, offer: Offer, act: str) -> None:
    form = a_change(offer) | {"question": "Who?", "note": "Hello", "last_day": "2030-01-01"}
    form["made"] = by_hand.made(offer, clock.now())
    before = dump()
    response = ana.post(link(offer, act), form)
    assert response.status_code == 200
    assert dump() == before
    assert "Nothing was changed." in text_of(response)


@pytest.mark.parametrize(
    "made",
    ["", "x", "0", "1.x", "99999999999999.x", "-5.x", "٣.x", "1.\x00"],
)
def test_a_form_that_no_page_of_ours_made_changes_nothing(ana: Client, offer: Offer, made: str) -> None:
    before = dump()
    assert ana.post(link(offer, "accept"), {"terms": "1", "made": made}).status_code == 200
    assert dump() == before


def test_the_time_of_another_offers_page_and_a_filled_trap_change_nothing(
    ana: Client, nora: Owner, offer: Offer
) -> None:
    other = an_offer(owner=nora, task=a_task(owner=nora), now=clock.now(), reply_by=clock.now() + timedelta(days=1))
    before = dump()
    ana.post(link(offer, "accept"), by_a_person(other) | {"terms": "1"})
    ana.post(link(offer, "accept"), by_a_person(offer) | {"terms": "1", "website": "https://example.com"})
    assert dump() == before
    ana.post(link(offer, "accept"), by_a_person(offer) | {"terms": "1", "website": ""})
    assert standing(offer) == ("taken", "accepted")


# --- Questions -----------------------------------------------------------------
def test_a_question_goes_to_the_owner_once_and_waits_for_the_answer(ana: Client, nora: Owner, offer: Offer) -> None:
    for _ in range(2):
        page = text_of(send(ana, offer, "ask", question="One list, or one by one?", once="a-question"))
    assert "Your question is with Nora." in page
    assert "One list, or one by one?" in page
    assert fresh(offer).questions == 1
    assert OutgoingEmail.objects.filter(kind="answer").count() == 1
    handoffs.answer(offer.handoff, fresh(offer), "One list.", now=clock.now())
    page = text_of(ana.get(link(offer)))
    assert "Nora answered" in page
    assert "One list." in page
    assert "Your question is with Nora." not in page


def test_the_same_form_with_another_question_is_refused_and_the_first_is_kept(ana: Client, offer: Offer) -> None:
    send(ana, offer, "ask", question="One list?", once="a-question")
    response = send(ana, offer, "ask", question="Or none?", once="a-question")
    assert response.status_code == 422
    assert "This form was sent before, with other words." in text_of(response)
    assert list(HandoffEvent.objects.filter(kind="asked").values_list("note", flat=True)) == ["One list?"]


def test_after_five_questions_the_page_gives_the_address_instead(ana: Client, offer: Offer) -> None:
    for number in range(replies.MOST_QUESTIONS):
        send(ana, offer, "ask", question=f"Question {number}?", once=f"q{number}")
    page = text_of(ana.get(link(offer)))
    assert "Send the question</button>" not in page
    assert "More questions?" in page
    send(ana, offer, "ask", question="One more?", once="q9")
    assert fresh(offer).questions == replies.MOST_QUESTIONS


@pytest.mark.parametrize("question", ["", " ", "x" * 1001, "a\x0bb"])
def test_what_is_no_question_is_named_and_kept(ana: Client, offer: Offer, question: str) -> None:
    before = dump()
    response = send(ana, offer, "ask", question=question)
    assert response.status_code == 422
    assert 'id="id_question_error"' in text_of(response)
    assert "<title>" in text_of(response)
    assert dump() == before


# --- A change ------------------------------------------------------------------
def test_a_change_stands_beside_the_offer_until_it_is_answered_or_taken_back(ana: Client, offer: Offer) -> None:
    page = text_of(send(ana, offer, "change", **a_change(offer)))
    assert "Your change is with Nora" in page
    for said in ("$18", "$20", "5 h", "4 h", "80 %", "$90", "$80"):
        assert said in page
    assert "Accept</button>" not in page
    assert standing(offer) == ("offering", "countered")
    page = text_of(send(ana, offer, "keep"))
    assert "Accept</button>" in page
    assert "You took the change back" in page
    assert standing(offer) == ("offering", "sent")


def test_a_change_sent_twice_is_one(ana: Client, offer: Offer) -> None:
    for _ in range(2):
        send(ana, offer, "change", **a_change(offer))
    assert what_happened(offer.handoff).count("countered") == 1
    assert offer.handoff.versions.count() == 2


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("rate", "0"),
        ("rate", "181"),
        ("rate", ""),
        ("rate", "NaN"),
        ("hours", "81"),
        ("hours", "0"),
        ("hours", "much"),
        ("starts_on", "2020-01-01"),
        ("starts_on", "2099-01-01"),
        ("starts_on", "soon"),
        ("share", "101"),
        ("share", "half"),
        ("note", "x" * 5000),
    ],
)
def test_terms_that_make_no_sense_are_named_and_kept(ana: Client, offer: Offer, field: str, text: str) -> None:
    before = dump()
    response = send(ana, offer, "change", **a_change(offer, **{field: text}))
    page = text_of(response)
    assert response.status_code == 422
    assert f'id="id_change_{field}_error"' in page
    assert 'id="change" open' in page
    assert dump() == before


def test_a_change_that_changes_nothing_says_so(ana: Client, offer: Offer) -> None:
    terms = offer.terms
    same = a_change(offer, hours="5", rate="18", starts_on=str(terms.starts_on), share="100")
    response = send(ana, offer, "change", **same)
    assert response.status_code == 422
    assert "That is what the offer says already." in text_of(response)


def test_a_change_of_terms_that_are_no_longer_those_shows_the_new_ones(
    ana: Client, nora: Owner, offer: Offer
) -> None:
    old = a_change(offer)
    handoffs.edit_terms(
        offer.handoff,
        fresh(offer),
        weekly_minutes=360,
        rate=offer.terms.rate,
        starts_on=offer.terms.starts_on,
        share=100,
        now=clock.now(),
    )
    response = ana.post(link(offer, "change"), by_a_person(offer) | old)
    assert response.status_code == 409
    assert "The terms have changed." in text_of(response)
    assert standing(offer) == ("offering", "queued")


# --- After a yes, and after a no -------------------------------------------------
def test_an_acceptance_can_be_taken_back_for_a_quarter_of_an_hour(ana: Client, offer: Offer) -> None:
    page = text_of(send(ana, offer, "accept", terms="1"))
    assert "Take it back</button>" in page
    page = text_of(send(ana, offer, "take-back"))
    assert "You took your acceptance of" in page
    assert standing(offer) == ("lapsed", "released")
    again = text_of(send(ana, offer, "take-back"))
    assert "You took your acceptance of" in again
    assert what_happened(offer.handoff).count("taken back") == 1


def test_after_that_quarter_there_is_no_button_and_the_page_says_how_it_stands(ana: Client, offer: Offer) -> None:
    replies.accept(offer, terms_version=1, now=clock.now() - timedelta(minutes=16))
    assert "Take it back</button>" not in text_of(ana.get(link(offer)))
    page = text_of(send(ana, offer, "take-back"))
    assert "is yours, Ana" in page
    assert standing(offer) == ("taken", "accepted")
    assert what_happened(offer.handoff)[-1] == "refused"


def test_who_declined_can_say_that_they_changed_their_mind_and_nothing_else_happens(
    ana: Client, offer: Offer
) -> None:
    send(ana, offer, "decline")
    assert "I changed my mind</button>" in text_of(ana.get(link(offer)))
    for _ in range(2):
        page = text_of(send(ana, offer, "free"))
        assert "Nora knows that you would take it after all." in page
    assert standing(offer) == ("lapsed", "declined")
    assert what_happened(offer.handoff).count("still free") == 1


def test_messages_go_both_ways_while_it_is_agreed(ana: Client, nora: Owner) -> None:
    now = clock.now()
    offer = an_accepted_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + timedelta(days=1))
    for _ in range(2):
        page = text_of(send(ana, offer, "note", note="Where is the folder?", once="a-note"))
    assert page.count("Where is the folder?") == 1
    agreed.note(offer.handoff, fresh(offer), "In the drawer.", now=now)
    page = text_of(ana.get(link(offer)))
    assert "Nora wrote" in page
    assert "In the drawer." in page


def test_an_assistant_can_end_it_with_the_last_day_that_they_name(ana: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + timedelta(days=1))
    assert send(ana, offer, "end", last_day="2020-01-01").status_code == 422
    last_day = nora.today(now) + timedelta(days=8)
    send(ana, offer, "end", last_day=str(last_day))
    offer.handoff.refresh_from_db()
    assert (offer.handoff.state, offer.handoff.ends_on) == ("active", last_day)
    told = [email.facts["headline"] for email in OutgoingEmail.objects.filter(kind="answer")]
    assert sum(" ends " in headline for headline in told) == 1


def test_what_else_they_have_from_the_owner_is_one_press_away_and_nobody_elses(
    ana: Client, nora: Owner, bea: Owner, offer: Offer
) -> None:
    now = clock.now()
    soon = now + timedelta(days=1)
    more = an_accepted_offer(
        owner=nora, task=a_task(owner=nora, name="Invoices"), assistant=offer.assistant, now=now, reply_by=soon
    )
    an_offer(owner=bea, task=a_task(owner=bea, name="Her thing"), now=now, reply_by=soon)
    an_offer(owner=nora, task=a_task(owner=nora, name="For another"), now=now, reply_by=soon)
    page = text_of(ana.get(link(offer)))
    assert link(more) in page
    assert "Also with Nora" in page
    assert "Her thing" not in page
    assert "For another" not in page


def test_stopping_all_mail_ends_every_open_offer_of_that_address(ana: Client, nora: Owner, bea: Owner) -> None:
    now = clock.now()
    soon = now + timedelta(days=1)
    offers = [an_offer(owner=owner, task=a_task(owner=owner), now=now, reply_by=soon) for owner in (nora, bea)]
    for each in offers:
        each.assistant.email = "ana@reyes.works"
        each.assistant.save()
    page = text_of(send(ana, offers[0], "stop"))
    assert "No more mail" in page
    assert [standing(each) for each in offers] == [("lapsed", "declined")] * 2
    assert NeverMail.objects.count() == 1
