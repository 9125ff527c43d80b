"""What comes back from an assistant's page sooner than it can be read: nothing is done, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assistants import links
from assistants.link import by_hand
from assistants.models import Offer
from assistants.work import work_logs, work_timers
from tasks import dates
from tasks.models import Owner
from tests.assistants.world import by_hand as by_a_person
from tests.assistants.world import dump, text_of
from tests.factories import a_running_offer, an_accepted_offer, an_offer, some_hours
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
# Friday noon in Manila.
NOON = datetime(2026, 10, 30, 12, tzinfo=ZoneInfo("Asia/Manila"))
FRIDAY = date(2026, 10, 30)
# How often a page asks Postgres for the time.
QUERIES_OF_THE_CLOCK = {"stop/": 1, "data/": 1, "away/": 2}
Make = Callable[[Owner], Offer]


@pytest.fixture(autouse=True)
def noon() -> Any:
    with standing_at(NOON):
        yield


@pytest.fixture
def ana() -> Client:
    return Client(enforce_csrf_checks=True)


def link(offer: Offer, path: str = "") -> str:
    return f"/h/{links.token('offer', offer.pid)}/{path}"


def at_once(client: Client, offer: Offer, path: str, **form: str) -> Any:
    """Send it in the very moment in which the page was made."""
    return client.post(link(offer, path), form | {"made": by_hand.made(offer, NOON)})


def in_this_week(owner: Owner) -> Offer:
    return an_offer(owner=owner, now=NOON, reply_by=NOON + timedelta(days=2), starts_on=FRIDAY + timedelta(days=9))


def agreed(owner: Owner) -> Offer:
    return an_accepted_offer(
        owner=owner, now=NOON, reply_by=NOON + timedelta(days=2), starts_on=FRIDAY + timedelta(days=9)
    )


def running(owner: Owner) -> Offer:
    return a_running_offer(owner=owner)


def timed(owner: Owner) -> Offer:
    """With a timer that was left on."""
    offer = running(owner)
    work_timers.start(offer, now=NOON - timedelta(hours=20))
    return Offer.objects.get(pk=offer.pk)


CHANGE = {"hours": "4:15", "rate": "21.5", "starts_on": "2026-11-20", "share": "70", "note": "Another client first."}


@pytest.mark.parametrize(
    ("make", "path", "typed", "opened"),
    [
        (in_this_week, "ask/", {"question": "One list, or one by one?"}, "ask"),
        (in_this_week, "change/", CHANGE, "change"),
        (agreed, "note/", {"note": "Where is the folder?"}, "note"),
        (agreed, "end/", {"last_day": "2026-12-24"}, "end"),
        (running, "hours/", {"day": "2026-10-28", "time": "1:45", "note": "Sorted the receipts"}, ""),
        (timed, "timer/stop/", {"at": "2026-10-29T17:35"}, ""),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_was_typed_comes_back_where_it_was_typed(
    nora: Owner, ana: Client, make: Make, path: str, typed: dict[str, str], opened: str
) -> None:
    offer = make(nora)
    before = dump()
    page = text_of(at_once(ana, offer, path, **typed))
    assert "Nothing was changed." in page
    for text in typed.values():
        assert f'value="{text}"' in page or f"{text}</textarea>" in page, text
    assert not opened or f'id="{opened}" open' in page
    assert page.count("<details") - page.count(" open>") == text_of(ana.get(link(offer))).count("<details") - bool(
        opened
    )
    assert dump() == before


@pytest.mark.parametrize(
    ("make", "path", "button"),
    [
        (in_this_week, "accept/", "Accept"),
        (in_this_week, "ask/", "Send the question"),
        (in_this_week, "change/", "Send to Nora"),
        (in_this_week, "decline/", "Decline"),
        (agreed, "take-back/", "Take it back"),
        (agreed, "note/", "Send"),
        (agreed, "end/", "End it on this day"),
        (running, "hours/", "Log hours"),
        (running, "timer/start/", "Start a timer"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_the_button_to_press_again_is_named(nora: Owner, ana: Client, make: Make, path: str, button: str) -> None:
    page = text_of(at_once(ana, make(nora), path))
    assert f"Read it, then press “{button}” once more." in page
    assert f">{button}</button>" in page


def test_the_same_form_sent_once_more_does_its_work_once(nora: Owner, ana: Client) -> None:
    offer = agreed(nora)
    form = {"note": "Where is the folder?", "once": "a-note"}
    assert 'name="once" value="a-note"' in text_of(at_once(ana, offer, "note/", **form))
    for _ in range(2):
        ana.post(link(offer, "note/"), by_a_person(offer, **form))
    assert offer.events.filter(kind="noted").count() == 1


def test_a_reason_for_a_no_stays_chosen(nora: Owner, ana: Client) -> None:
    page = text_of(at_once(ana, in_this_week(nora), "decline/", reason="rate"))
    assert 'id="decline" open' in page
    assert 'value="rate" id="id_why_rate" checked' in page
    assert page.count(" checked") == 1


def test_a_corrected_line_comes_back_as_typed_with_the_answer(nora: Owner, ana: Client) -> None:
    offer = running(nora)
    line = some_hours(offer=offer, day=FRIDAY, note="Bank file")
    work_logs.query(offer.handoff, line.pk, "All of it?", now=NOON)
    before = dump()
    typed = {"day": "2026-10-29", "time": "2:20", "note": "Bank file of May", "answer": "It was the long one."}
    page = text_of(at_once(ana, offer, f"hours/{line.pk}/", **typed))
    assert "Nothing was changed." in page
    assert "It was the long one.</textarea>" in page
    for text in (typed["day"], typed["time"], typed["note"]):
        assert f'value="{text}"' in page
    assert dump() == before


def test_the_page_that_stops_all_mail_says_that_nothing_was_changed(nora: Owner, ana: Client) -> None:
    offer = in_this_week(nora)
    assert "Nothing was changed." not in text_of(ana.get(link(offer, "stop/")))
    assert "Nothing was changed." in text_of(at_once(ana, offer, "stop/"))


def test_a_last_day_after_the_one_that_was_said_is_refused_in_words_and_kept(nora: Owner, ana: Client) -> None:
    offer = running(nora)
    sooner, later = FRIDAY + timedelta(days=20), FRIDAY + timedelta(days=21)
    ana.post(link(offer, "end/"), by_a_person(offer, last_day=str(sooner)))
    assert f'value="{sooner}"' in text_of(ana.get(link(offer)))
    response = ana.post(link(offer, "end/"), by_a_person(offer, last_day=str(later)))
    assert response.status_code == 422
    assert f"It ends on {dates.full(sooner)}, as was said. It can end sooner." in text_of(response)
    assert f'value="{later}"' in text_of(response)
    assert "Until then it goes on as agreed, and Nora knows." in text_of(response)
    offer.handoff.refresh_from_db()
    assert offer.handoff.ends_on == sooner


def test_a_message_that_cannot_be_sent_still_says_who_gets_it(nora: Owner, ana: Client) -> None:
    offer = agreed(nora)
    response = ana.post(link(offer, "note/"), by_a_person(offer, note=" "))
    assert response.status_code == 422
    assert "Nora gets it by email." in text_of(response)


def test_the_pages_beside_the_main_one_ask_for_nothing_of_the_hand_off(
    nora: Owner, ana: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer = running(nora)
    some_hours(offer=offer, day=FRIDAY)
    # On Postgres the clock is the database's. How often a peer tried is asked before anything else.
    clocks, tries = connection.vendor == "postgresql", 1
    for path, most in (("stop/", 2), ("data/", 1), ("away/", 2)):
        with django_assert_num_queries(tries + most + clocks * QUERIES_OF_THE_CLOCK[path]):
            assert ana.get(link(offer, path)).status_code == 200
