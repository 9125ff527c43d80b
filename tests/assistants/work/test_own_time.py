"""The owner's own time for a hand-off, as they write it down on its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from assistants.handoff import agreed, handoffs, replies, sweeps
from assistants.models import Handoff, Offer
from tasks.models import Owner
from tests.assistants.world import dump, text_of
from tests.factories import NOW, a_running_offer, an_offer

pytestmark = pytest.mark.django_db


def page_of(handoff: Handoff, act: str = "") -> str:
    return f"/hand-offs/{handoff.pk}/{act}"


@pytest.fixture
def handoff(nora: Owner) -> Handoff:
    return a_running_offer(owner=nora).handoff


def test_what_the_plan_assumed_stands_there_first(hers: Client, handoff: Handoff) -> None:
    page = hers.get(page_of(handoff)).content.decode()
    assert 'name="brief" value="1:00"' in page
    assert 'name="check" value="0:15"' in page


@pytest.mark.parametrize(
    ("brief", "check", "kept"), [("2h", "30m", (120, 30)), ("0", "0", (0, 0)), ("1:30", "5m", (90, 5))]
)
def test_it_takes_times_as_they_are_written_everywhere(
    hers: Client, handoff: Handoff, brief: str, check: str, kept: tuple[int, int]
) -> None:
    saved = hers.post(page_of(handoff, "own-time/"), {"brief": brief, "check": check}, follow=True)
    assert "Your own time for it is saved." in text_of(saved)
    handoff.refresh_from_db()
    assert (handoff.brief_minutes, handoff.check_minutes) == kept


@pytest.mark.parametrize("wrong", ["soon", "169h", "-1h"])
def test_what_is_no_time_says_so_keeps_the_typing_and_saves_nothing(
    hers: Client, handoff: Handoff, wrong: str
) -> None:
    answer = hers.post(page_of(handoff, "own-time/"), {"brief": wrong, "check": "30m"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'value="{wrong}"' in page
    assert 'value="30m"' in page
    assert '<details class="disclose bare" open>' in page
    handoff.refresh_from_db()
    assert (handoff.brief_minutes, handoff.check_minutes) == (60, 15)


def test_a_day_and_a_work_week_have_so_many_hours_and_no_more(hers: Client, nora: Owner, handoff: Handoff) -> None:
    page = text_of(hers.post(page_of(handoff, "own-time/"), {"brief": "24:01", "check": "40h"}))
    assert "Monday 26 October, when it starts, has 24 h. Write less." in page
    assert "Your whole work week has 40 h. Write less." in page
    assert hers.post(page_of(handoff, "own-time/"), {"brief": "24h", "check": "39:59"}).status_code == 302
    handoff.refresh_from_db()
    assert (handoff.brief_minutes, handoff.check_minutes) == (24 * 60, 40 * 60 - 1)
    nora.work_days, nora.work_day = "24", 6 * 3600
    nora.save()
    assert "Your whole work week has 12 h." in text_of(
        hers.post(page_of(handoff, "own-time/"), {"brief": "1h", "check": "12h"})
    )


def test_a_day_is_as_long_as_it_is_where_the_owner_lives(hers: Client, nora: Owner) -> None:
    nora.time_zone = "America/New_York"
    nora.save()
    # The clocks go back that night.
    handoff = a_running_offer(owner=nora, starts_on=date(2026, 11, 1)).handoff
    assert hers.post(page_of(handoff, "own-time/"), {"brief": "25h", "check": "1h"}).status_code == 302
    assert "has 25 h." in text_of(hers.post(page_of(handoff, "own-time/"), {"brief": "25:01", "check": "1h"}))


def begin(offer: Offer) -> Handoff:
    replies.accept(offer, terms_version=1, now=NOW)
    sweeps.start(offer, now=NOW)
    return offer.handoff


# A way into each state, and whether it takes of the owner's own time then.
WAYS: dict[str, tuple[Callable[[Offer], object], bool]] = {
    "draft": (lambda offer: handoffs.undo(offer.handoff, now=NOW), False),
    "offering": (lambda offer: None, False),
    "withdrawn": (lambda offer: handoffs.withdraw(offer.handoff, now=NOW), False),
    "lapsed": (lambda offer: replies.decline(offer, reason="", now=NOW), False),
    "taken": (lambda offer: replies.accept(offer, terms_version=1, now=NOW), True),
    "active": (begin, True),
    "ended": (lambda offer: agreed.end(begin(offer), now=NOW), True),
}


@pytest.mark.parametrize("state", WAYS)
def test_only_what_was_agreed_asks_for_it_and_only_then_it_is_taken(hers: Client, nora: Owner, state: str) -> None:
    offer = an_offer(owner=nora)
    move, takes_time = WAYS[state]
    move(offer)
    handoff = Handoff.objects.get(pk=offer.handoff_id)
    assert handoff.state == state
    assert ("Your own time for it" in text_of(hers.get(page_of(handoff)))) == takes_time
    before = dump()["assistants_handoff"]
    answer = text_of(hers.post(page_of(handoff, "own-time/"), {"brief": "2h", "check": "nonsense"}, follow=True))
    assert ("Nobody has taken it on" in answer) != takes_time
    assert ("Write a time such as" in answer) == takes_time
    assert dump()["assistants_handoff"] == before
    hers.post(page_of(handoff, "own-time/"), {"brief": "2h", "check": "1h"})
    assert (dump()["assistants_handoff"] != before) == takes_time


def test_a_strangers_hand_off_is_not_there(hers: Client, bea: Owner) -> None:
    theirs = a_running_offer(owner=bea).handoff
    assert hers.post(page_of(theirs, "own-time/"), {"brief": "2h", "check": "0"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.brief_minutes == 60
