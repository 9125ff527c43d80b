"""The assistant's timer: it becomes lines of whole minutes, day by day, and a forgotten one harms nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.handoff import agreed, moves
from assistants.models import Handoff, Offer, WorkLog
from assistants.work import work_logs, work_timers
from tasks import dates
from tasks.models import Owner
from tests.assistants.world import what_happened
from tests.factories import a_running_offer, some_hours

MANILA = ZoneInfo("Asia/Manila")
NOON = datetime(2026, 10, 30, 12, tzinfo=MANILA)
FRIDAY = date(2026, 10, 30)
HOUR = 3600
database = pytest.mark.django_db
ZONES = [ZoneInfo(name) for name in ("Asia/Manila", "Europe/Berlin", "Antarctica/Troll", "America/Havana", "UTC")]
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """From Monday 26 October on, for someone in Manila."""
    return a_running_offer(owner=nora)


def evening(offer: Offer) -> datetime:
    """A timer starts at six on Tuesday evening, and is forgotten."""
    since = datetime(2026, 10, 27, 18, tzinfo=MANILA)
    work_timers.start(offer, now=since)
    return since


def timed(offer: Offer, since: datetime, until: datetime) -> list[tuple[date, int]]:
    work_timers.start(offer, now=since)
    return [(line.day, line.seconds) for line in work_timers.stop(offer, now=until)]


@given(INSTANTS, st.integers(0, 4 * 86400), st.sampled_from(ZONES))
def test_the_days_of_a_timer_add_up_to_what_it_ran(since: datetime, seconds: int, zone: ZoneInfo) -> None:
    since = since.replace(microsecond=0)
    spans = list(dates.spans(since, since + timedelta(seconds=seconds), zone))
    assert sum(each for _, _, each in spans) == seconds
    assert all(0 < each <= dates.length(day, zone) for day, _, each in spans)
    assert [day for day, _, _ in spans] == sorted({day for day, _, _ in spans})


@database
def test_what_it_measured_is_logged_in_whole_minutes_and_it_stops(offer: Offer) -> None:
    assert timed(offer, NOON, NOON + timedelta(minutes=89, seconds=31)) == [(FRIDAY, 90 * 60)]
    offer.refresh_from_db()
    assert offer.timer_since is None
    assert what_happened(offer.handoff)[-1] == "logged"


@database
def test_less_than_half_a_minute_is_nothing(offer: Offer) -> None:
    assert timed(offer, NOON, NOON + timedelta(seconds=29)) == []
    assert not WorkLog.objects.exists()


@database
def test_past_midnight_each_day_has_its_own_line(offer: Offer) -> None:
    evening = datetime(2026, 10, 29, 23, tzinfo=MANILA)
    assert timed(offer, evening, evening + timedelta(hours=3)) == [(date(2026, 10, 29), HOUR), (FRIDAY, 2 * HOUR)]


@database
def test_starting_what_runs_and_stopping_what_stands_changes_nothing(offer: Offer) -> None:
    work_timers.start(offer, now=NOON)
    work_timers.start(Offer.objects.get(pk=offer.pk), now=NOON + timedelta(minutes=30))
    offer.refresh_from_db()
    assert offer.timer_since == NOON
    as_on_another_page = Offer.objects.select_related("handoff__owner", "assistant", "terms").get(pk=offer.pk)
    assert len(work_timers.stop(offer, now=NOON + timedelta(hours=1))) == 1
    assert work_timers.stop(as_on_another_page, now=NOON + timedelta(hours=1)) == []
    assert WorkLog.objects.count() == 1


@database
def test_one_that_ran_longer_than_16_hours_logs_nothing_before_they_say_when_work_ended(offer: Offer) -> None:
    since = evening(offer)
    longest = since + timedelta(hours=16)
    assert [work_timers.is_forgotten(offer, longest + timedelta(seconds=more)) for more in (0, 1)] == [False, True]
    with pytest.raises(work_timers.Forgotten):
        work_timers.stop(offer, now=since + timedelta(weeks=3))
    offer.refresh_from_db()
    assert offer.timer_since == since
    assert not WorkLog.objects.exists()
    lines = work_timers.stop(offer, until=since + timedelta(hours=8), now=since + timedelta(weeks=3))
    assert [(line.day.day, line.seconds // HOUR) for line in lines] == [(27, 6), (28, 2)]
    offer.refresh_from_db()
    assert offer.timer_since is None


@database
@pytest.mark.parametrize(
    ("hours", "said"), [(-1, "before that"), (17, "more than 16 hours after it started"), (24 * 60, "It is Friday")]
)
def test_work_ended_neither_before_the_start_nor_ahead_nor_after_16_hours(
    offer: Offer, hours: int, said: str
) -> None:
    since = evening(offer)
    with pytest.raises(work_timers.NotThen, match=said):
        work_timers.stop(offer, until=since + timedelta(hours=hours), now=NOON)
    offer.refresh_from_db()
    assert offer.timer_since == since
    assert not WorkLog.objects.exists()


@database
def test_an_answer_about_one_timer_leaves_the_next_alone(offer: Offer) -> None:
    since = evening(offer)
    work_timers.discard(offer, only=since)
    work_timers.start(offer, now=NOON)
    assert work_timers.stop(offer, until=since + timedelta(hours=1), only=since, now=NOON) == []
    work_timers.discard(offer, only=since)
    offer.refresh_from_db()
    assert offer.timer_since == NOON
    assert not WorkLog.objects.exists()


@database
def test_what_it_measured_counts_for_no_more_than_the_day_has_left(offer: Offer) -> None:
    some_hours(offer=offer, day=date(2026, 10, 28), seconds=23 * HOUR)
    since = evening(offer)
    lines = work_timers.stop(offer, now=since + timedelta(hours=8))
    assert [line.seconds // HOUR for line in lines] == [6, 1]
    assert sum(line.seconds for line in WorkLog.objects.filter(day=date(2026, 10, 28))) == 24 * HOUR


@database
def test_nothing_counts_after_the_last_day(offer: Offer) -> None:
    since = datetime(2026, 10, 29, 20, tzinfo=MANILA)
    work_timers.start(offer, now=since)
    Handoff.objects.filter(pk=offer.handoff_id).update(ends_on=date(2026, 10, 28))
    # When Wednesday is over in Phoenix it is Thursday in Manila.
    assert [line.day.day for line in work_timers.stop(offer, now=since + timedelta(hours=8))] == [29]


@database
def test_a_timer_that_runs_as_it_ends_can_still_be_stopped_within_two_weeks(offer: Offer) -> None:
    work_timers.start(offer, now=NOON - timedelta(hours=3))
    agreed.end(Handoff.objects.get(pk=offer.handoff_id), now=NOON)
    assert [line.seconds for line in work_timers.stop(offer, now=NOON + timedelta(hours=1))] == [4 * HOUR]
    offer.refresh_from_db()
    assert offer.timer_since is None


@database
@pytest.mark.parametrize("state", ["taken", "ended"])
def test_no_timer_starts_but_while_it_runs(offer: Offer, state: str) -> None:
    Handoff.objects.filter(pk=offer.handoff_id).update(state=state)
    with pytest.raises(moves.TooLate):
        work_timers.start(offer, now=NOON)


@database
def test_no_timer_starts_before_the_first_day_or_after_the_last(offer: Offer) -> None:
    with pytest.raises(moves.TooLate):
        work_timers.start(offer, now=datetime(2026, 10, 25, 23, 59, tzinfo=MANILA))
    Handoff.objects.filter(pk=offer.handoff_id).update(ends_on=date(2026, 10, 28))
    with pytest.raises(moves.TooLate):
        work_timers.start(offer, now=NOON)


@database
def test_what_is_thrown_away_leaves_no_line(offer: Offer) -> None:
    work_timers.start(offer, now=NOON)
    work_timers.discard(offer)
    assert work_timers.stop(offer, now=NOON + timedelta(hours=1)) == []
    assert not WorkLog.objects.exists()


@database
def test_what_the_timer_logs_above_the_weeks_hours_needs_an_ok(offer: Offer) -> None:
    some_hours(offer=offer, day=FRIDAY, seconds=5 * HOUR)
    timed(offer, NOON, NOON + timedelta(hours=1))
    line = WorkLog.objects.latest("pk")
    assert line.is_over
    assert work_logs.mark(line) == f"{line.pk}-20261030-3600-00000000"
