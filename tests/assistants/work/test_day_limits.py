"""A day of a person's takes no more hours than it has, over all that they do for one owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from assistants.models import Offer, WorkLog
from assistants.work import work_logs, work_timers
from tasks.models import Owner
from tests.factories import a_running_offer, a_task, an_assistant

pytestmark = pytest.mark.django_db
# Friday noon in Manila, four days after the start.
NOON = datetime.fromisoformat("2026-10-30T04:00:00+00:00")
MONDAY = date(2026, 10, 26)
HOUR = 3600


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """From Monday 26 October on, for someone in Manila."""
    return a_running_offer(owner=nora)


def log(offer: Offer, day: date, hours: float) -> WorkLog:
    line = work_logs.log(offer, day=day, seconds=int(hours * HOUR), note="", now=NOON)
    assert line is not None
    return line


def refused(act: Callable[[], object]) -> tuple[str, str]:
    """The field and the sentence."""
    with pytest.raises(work_logs.Refused) as error:
        act()
    return error.value.field, str(error.value)


def test_a_day_holds_no_more_than_its_hours_over_all_that_a_person_does_for_an_owner(
    nora: Owner, bea: Owner, offer: Offer
) -> None:
    person = offer.assistant
    site = a_running_offer(owner=nora, task=a_task(owner=nora, name="Web site"), assistant=person)
    mail = a_running_offer(owner=nora, task=a_task(owner=nora, name="Email"), assistant=person)
    ben = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=an_assistant(owner=nora, name="Ben Okafor"))
    log(ben, MONDAY, 20)
    log(a_running_offer(owner=bea), MONDAY, 20)
    log(site, MONDAY, 6)
    assert refused(lambda: log(offer, MONDAY, 18.5)) == (
        "time",
        "That makes more than the 24 h of this day. 6:00 is logged on Web site already.",
    )
    log(mail, MONDAY, 2)
    assert refused(lambda: log(offer, MONDAY, 16.5))[1].endswith(
        " 2:00 is logged on Email and 6:00 is logged on Web site already."
    )
    line = log(offer, MONDAY, 16)
    assert work_logs.left_of(offer, MONDAY) == work_logs.left_of(site, MONDAY) == 0
    more = partial(work_logs.correct, offer, line.pk, day=MONDAY, note="", now=NOON)
    assert refused(lambda: more(seconds=17 * HOUR))[0] == "time"
    more(seconds=15 * HOUR)


def test_a_timer_takes_what_other_handoffs_leave_of_the_day(nora: Owner, offer: Offer) -> None:
    site = a_running_offer(owner=nora, task=a_task(owner=nora, name="Web site"), assistant=offer.assistant)
    log(site, NOON.date(), 23)
    work_timers.start(offer, now=NOON - timedelta(hours=3))
    assert [line.seconds for line in work_timers.stop(offer, now=NOON)] == [HOUR]
