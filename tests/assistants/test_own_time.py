"""The owner's own time for a hand-off, as they write it down on its page."""

from __future__ import annotations

import pytest
from django.test import Client

from assistants.models import Handoff
from tasks.models import Owner
from tests.assistants.world import text_of
from tests.factories import a_running_offer, a_task, an_accepted_offer, an_offer

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


@pytest.mark.parametrize("wrong", ["soon", "41h", "-1h"])
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


def test_only_an_agreed_hand_off_asks_for_it(hers: Client, nora: Owner) -> None:
    waiting = an_offer(owner=nora, task=a_task(owner=nora))
    accepted = an_accepted_offer(owner=nora, task=a_task(owner=nora))
    assert "Your own time for it" not in text_of(hers.get(page_of(waiting.handoff)))
    assert "Your own time for it" in text_of(hers.get(page_of(accepted.handoff)))


def test_a_strangers_hand_off_is_not_there(hers: Client, bea: Owner) -> None:
    theirs = a_running_offer(owner=bea).handoff
    assert hers.post(page_of(theirs, "own-time/"), {"brief": "2h", "check": "0"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.brief_minutes == 60
