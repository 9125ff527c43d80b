"""The timer: every second is counted once, whatever is pressed, where, and however the clocks change."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tasks import dates, timers
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, Timer
from tasks.timers import Forgotten, NotThen
from tests.factories import a_task, an_owner

from .world import TIMER, assert_conserved, cells, counted, loaded, utc

EIGHT = utc("2026-10-15T08:00")
TODAY, MONDAY = date(2026, 10, 15), date(2026, 10, 12)
DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")


def after(**much: float) -> datetime:
    return EIGHT + timedelta(**much)


@pytest.fixture
def una(db: None) -> Owner:
    """Her clock is UTC."""
    return an_owner(name="Una", time_zone="UTC")


def measured(owner: Owner) -> list[tuple[str, datetime | None, int]]:
    """Name of the task, start and seconds of each entry, in the order they began."""
    rows = owner.entries.filter(source=TIMER).order_by("started_at", "pk")
    return list(rows.values_list("task__name", "started_at", "seconds"))


# --- Start, stop, switch --------------------------------------------------------------
def test_what_ran_between_start_and_stop_is_one_entry(una: Owner) -> None:
    timers.start(una, a_task(owner=una, name="Email"), now=EIGHT)
    timer = loaded(una).running_timer
    assert timer
    assert (timer.started_at, timer.checked_at, timer.asked_at, timer.zone) == (EIGHT, EIGHT, None, "UTC")
    stopped = timers.stop(una, now=after(minutes=90, seconds=7))
    assert stopped
    assert stopped.task.name == "Email"
    assert measured(una) == [("Email", EIGHT, 90 * MINUTE + 7)]
    assert loaded(una).running_timer is None
    assert_conserved(una)


def test_stopping_twice_makes_one_entry(una: Owner) -> None:
    timers.start(una, a_task(owner=una, name="Email"), now=EIGHT)
    here, there = loaded(una), loaded(una)
    assert timers.stop(here, now=after(hours=1))
    assert timers.stop(there, now=after(hours=1)) is None
    assert timers.stop(una, now=after(hours=2)) is None
    assert measured(una) == [("Email", EIGHT, HOUR)]


def test_starting_the_task_that_runs_changes_nothing(una: Owner) -> None:
    task = a_task(owner=una)
    timers.start(una, task, now=EIGHT)
    before = Timer.objects.values().get()
    for minutes in (0, 1, 120):
        timers.start(loaded(una), task, now=after(minutes=minutes))
    assert (Timer.objects.values().get(), measured(una)) == (before, [])


def test_a_switch_stops_one_and_starts_the_next_at_the_same_instant(una: Owner) -> None:
    email, sales = a_task(owner=una, name="Email"), a_task(owner=una, name="Sales")
    timers.start(una, email, now=after(microseconds=700_000))
    timers.start(una, sales, now=after(minutes=10, microseconds=999_999))
    timers.stop(una, now=after(minutes=20, microseconds=1))
    assert measured(una) == [("Email", EIGHT, 600), ("Sales", after(minutes=10), 600)]


def test_a_timer_stopped_in_the_second_of_its_start_leaves_nothing(una: Owner) -> None:
    timers.start(una, a_task(owner=una), now=after(microseconds=1))
    assert timers.stop(una, now=after(microseconds=999_999))
    assert (measured(una), una.changes.count()) == ([], 0)


def test_a_thousand_presses_lose_no_second_and_count_none_twice(una: Owner) -> None:
    # Starting what runs already leaves it running, for longer than usual.
    una.timer_limit = 40 * HOUR
    una.save()
    dice = random.Random(1)
    tasks = [a_task(owner=una) for _ in range(5)]
    first = now = after(microseconds=123_456)
    timers.start(una, tasks[0], now=now)
    for _ in range(1000):
        now += timedelta(seconds=dice.choice([0, 0, 1, 59, 600, 3 * HOUR]), microseconds=dice.randrange(10**6))
        if dice.random() < 0.5:
            timers.stop(una, now=now)
        timers.start(una, dice.choice(tasks), now=now)
    timers.stop(una, now=now)
    ends = first.replace(microsecond=0)
    for _, started_at, seconds in measured(una):
        assert started_at == ends
        ends += timedelta(seconds=seconds)
    assert ends == now.replace(microsecond=0)
    assert sum(counted(una).values()) == (ends - EIGHT).total_seconds()
    assert_conserved(una)


def test_an_owner_has_one_timer_whoever_else_has_one(una: Owner, nora: Owner) -> None:
    task = a_task(owner=una)
    timers.start(una, task, now=EIGHT)
    timers.start(nora, a_task(owner=nora), now=EIGHT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Timer.objects.create(owner=una, task=task, zone="UTC", started_at=EIGHT, checked_at=EIGHT)
    timers.stop(una, now=after(hours=1))
    assert loaded(nora).running_timer is not None
    assert (sum(counted(una).values()), counted(nora)) == (HOUR, {})


@pytest.mark.parametrize("back", [1, 3600, 100_000])
def test_a_clock_set_back_takes_nothing_away(una: Owner, back: int) -> None:
    email, sales = a_task(owner=una), a_task(owner=una)
    timers.start(una, email, now=EIGHT)
    earlier = after(seconds=-back)
    timer = loaded(una).running_timer
    assert timer
    assert (timers.by_day(timer, earlier), timers.elapsed(timer, earlier)) == ([], 0)
    assert cells(una, TODAY, now=earlier) == {}
    timers.start(una, sales, now=earlier)
    timers.stop(una, now=after(seconds=-back - 5))
    assert (measured(una), loaded(una).running_timer) == ([], None)


# --- By local day ---------------------------------------------------------------------
def test_a_timer_over_midnight_has_an_entry_for_each_day_where_it_was_started(nora: Owner) -> None:
    task = a_task(owner=nora, name="Email")
    start, midnight = utc("2026-10-16T06:00"), utc("2026-10-16T07:00")
    timers.start(nora, task, now=start)
    Owner.objects.filter(pk=nora.pk).update(time_zone="Asia/Tokyo")
    timers.stop(loaded(nora), now=utc("2026-10-16T09:30"))
    assert counted(nora) == {(task.pk, TODAY): HOUR, (task.pk, TODAY + DAY): 9000}
    assert measured(nora) == [("Email", start, HOUR), ("Email", midnight, 9000)]
    assert_conserved(nora)


@given(
    name=st.sampled_from(dates.zones()),
    start=st.datetimes(datetime(2012, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    much=st.timedeltas(-DAY, 6 * DAY),
)
def test_the_days_of_a_timer_join_and_none_is_longer_than_it_is(name: str, start: datetime, much: timedelta) -> None:
    zone, start = ZoneInfo(name), start.replace(microsecond=0)
    timer = Timer(zone=name, started_at=start)
    spans = list(timers.spans(timer, start + much))
    ends = start
    for day, starts_at, seconds in spans:
        assert starts_at == ends
        assert starts_at.astimezone(zone).date() == day
        assert 0 < seconds <= dates.length(day, zone)
        ends += timedelta(seconds=seconds)
    days = [day for day, _, _ in spans]
    assert days == sorted(set(days))
    assert all(seconds == dates.length(day, zone) for day, _, seconds in spans[1:-1])
    assert sum(seconds for _, _, seconds in spans) == timers.elapsed(timer, start + much)


# --- Forgotten ------------------------------------------------------------------------
@pytest.fixture
def forgotten(una: Owner) -> Task:
    """A task whose timer was started at eight and never stopped."""
    task = a_task(owner=una, name="Email")
    timers.start(una, task, now=EIGHT)
    return task


def test_the_limit_is_the_owners(una: Owner, forgotten: Task) -> None:
    Owner.objects.filter(pk=una.pk).update(timer_limit=HOUR)
    with pytest.raises(Forgotten):
        timers.stop(una, now=after(hours=1))
    Owner.objects.filter(pk=una.pk).update(timer_limit=10 * HOUR)
    timers.stop(una, now=after(hours=9))
    assert measured(una) == [("Email", EIGHT, 9 * HOUR)]


def test_a_timer_can_be_stopped_until_its_limit(una: Owner, forgotten: Task) -> None:
    timers.stop(una, now=after(hours=4, microseconds=-1))
    assert measured(una) == [("Email", EIGHT, 4 * HOUR - 1)]


def test_a_forgotten_timer_counts_for_no_day_and_neither_stops_nor_switches(una: Owner, forgotten: Task) -> None:
    noon, before = after(hours=4), Timer.objects.values().get()
    timer = loaded(una).running_timer
    assert timer
    assert (timers.by_day(timer, noon), timers.elapsed(timer, noon)) == ([], 4 * HOUR)
    other = a_task(owner=una)
    acts: list[Callable[[], object]] = [
        lambda: timers.stop(una, now=noon),
        lambda: timers.start(una, other, now=noon),
        lambda: timers.start(una, forgotten, now=noon),
    ]
    for act in acts:
        with pytest.raises(Forgotten):
            act()
        assert (Timer.objects.values().get(), measured(una), una.changes.count()) == (before, [], 0)


def test_a_timer_that_still_runs_counts_whole_and_has_its_limit_anew(una: Owner, forgotten: Task) -> None:
    Timer.objects.update(asked_at=after(hours=4))
    assert timers.keep(una, now=after(hours=10, microseconds=5))
    timer = loaded(una).running_timer
    assert timer
    assert (timer.started_at, timer.checked_at, timer.asked_at) == (EIGHT, after(hours=10), None)
    assert timers.by_day(timer, after(hours=13)) == [(TODAY, 13 * HOUR)]
    assert cells(una, TODAY, now=after(hours=13)) == {"Email": 13 * HOUR}
    assert timers.by_day(timer, after(hours=14)) == []
    timers.stop(una, now=after(hours=13))
    assert measured(una) == [("Email", EIGHT, 13 * HOUR)]


def test_the_owner_says_when_it_stopped(una: Owner, forgotten: Task) -> None:
    stopped = timers.stop_then(una, after(hours=2, seconds=5, microseconds=9), now=after(days=3))
    assert stopped
    assert measured(una) == [("Email", EIGHT, 2 * HOUR + 5)]
    assert una.changes.get().changed_at == after(days=3)
    assert loaded(una).running_timer is None
    assert_conserved(una)


def test_it_can_have_stopped_days_ago_and_after_days(una: Owner, forgotten: Task) -> None:
    timers.stop_then(una, after(days=2), now=after(days=3))
    days = {(forgotten.pk, TODAY): 16 * HOUR, (forgotten.pk, TODAY + DAY): 24 * HOUR}
    assert counted(una) == days | {(forgotten.pk, TODAY + 2 * DAY): 8 * HOUR}


@pytest.mark.parametrize("at", [EIGHT, after(hours=5)])
def test_it_can_have_stopped_from_its_start_until_now(una: Owner, forgotten: Task, at: datetime) -> None:
    timers.stop_then(una, at, now=after(hours=5))
    assert sum(counted(una).values()) == (at - EIGHT).total_seconds()
    assert loaded(una).running_timer is None


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (after(microseconds=-1), "It was started on Thursday 15 October, 8 am, so it cannot stop before that."),
        (after(hours=5, seconds=1), "It is Thursday 15 October, 1 pm now, so write a time before that."),
    ],
)
def test_it_cannot_have_stopped_before_its_start_or_after_now(
    una: Owner, forgotten: Task, at: datetime, sentence: str
) -> None:
    before = Timer.objects.values().get()
    with pytest.raises(NotThen) as refusal:
        timers.stop_then(una, at, now=after(hours=5))
    assert str(refusal.value) == sentence
    assert (Timer.objects.values().get(), measured(una)) == (before, [])


def test_what_is_thrown_away_leaves_a_change_for_each_day_and_no_entry(una: Owner, forgotten: Task) -> None:
    assert timers.discard(una, now=after(days=1))
    assert (measured(una), loaded(una).running_timer) == ([], None)
    columns = ("day", "started_at", "seconds_before", "seconds_after", "via", "source")
    assert list(una.changes.values_list(*columns)) == [
        (TODAY, EIGHT, 16 * HOUR, 0, "timer", "timer"),
        (TODAY + DAY, after(hours=16), 8 * HOUR, 0, "timer", "timer"),
    ]
    assert_conserved(una)


def test_nothing_comes_of_an_answer_when_no_timer_runs(una: Owner) -> None:
    assert timers.keep(una, now=EIGHT) is None
    assert timers.discard(una, now=EIGHT) is None
    assert timers.stop_then(una, EIGHT, now=EIGHT) is None
    assert (una.entries.count(), una.changes.count(), Timer.objects.count()) == (0, 0, 0)


# --- A local time to an instant -------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "local", "at", "moved"),
    [
        ("America/New_York", "2026-10-15T16:30", "2026-10-15T20:30", False),
        # The clocks left it out: the first time after it.
        ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59", False),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00", True),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00", True),
        ("America/New_York", "2026-03-08T02:59", "2026-03-08T07:00", True),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00", False),
        ("America/New_York", "2026-03-08T02:30:30", "2026-03-08T07:00", True),
        ("Africa/Cairo", "2026-04-24T00:30", "2026-04-23T22:00", True),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30", True),
        ("Antarctica/Troll", "2026-03-29T01:01", "2026-03-29T01:00", True),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", True),
    ],
)
@pytest.mark.parametrize("second", [False, True])
def test_a_time_that_the_clocks_left_out_is_the_first_one_after_it(
    zone: str, local: str, at: str, *, moved: bool, second: bool
) -> None:
    assert dates.from_local(datetime.fromisoformat(local), ZoneInfo(zone), second=second) == (utc(at), moved)


def test_of_a_time_that_came_twice_it_is_the_first_or_the_second() -> None:
    half_past_one = datetime.fromisoformat("2026-11-01T01:30")
    assert dates.from_local(half_past_one, NEW_YORK) == (utc("2026-11-01T05:30"), False)
    assert dates.from_local(half_past_one, NEW_YORK, second=True) == (utc("2026-11-01T06:30"), False)


@given(
    name=st.sampled_from(dates.zones()),
    local=st.datetimes(datetime(2012, 1, 1), datetime(2045, 1, 1)),  # noqa: DTZ001
    second=st.booleans(),
)
def test_a_local_time_is_the_instant_that_reads_so_or_the_first_later_one(
    name: str, local: datetime, *, second: bool
) -> None:
    zone, local = ZoneInfo(name), local.replace(second=0, microsecond=0)
    at, moved = dates.from_local(local, zone, second=second)
    read = at.astimezone(zone).replace(tzinfo=None)
    assert (read > local) if moved else (read == local)
    if moved:
        assert (at - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None) < local
