"""When the weekly summary is due: in every zone, on every day and hour, through every move, each week once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delegator.summary import weekly_times
from tasks import dates, formats
from tasks.models import Owner
from tasks.weeks import Week

MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)
MONTHLY = Owner.SummaryEvery.MONTH


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def instants(first: str, last: str) -> st.SearchStrategy[datetime]:
    naive = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return st.datetimes(*naive, timezones=st.just(UTC))


def due(owner: Owner, first: str, last: str) -> Iterator[datetime]:
    """Every due instant between two days."""
    at = weekly_times.next_at(owner, instant(first))
    while at < instant(last):
        yield at
        at = weekly_times.next_at(owner, at)


# --- In every zone -----------------------------------------------------------
@pytest.mark.parametrize("zone", sorted(available_timezones()))
def test_from_2025_to_2030_each_week_comes_once_on_its_monday_at_7(zone: str) -> None:
    owner, there = Owner(time_zone=zone), ZoneInfo(zone)
    told = []
    for at in due(owner, "2025-01-01T00:00", "2031-01-01T00:00"):
        local = at.astimezone(there)
        assert (local.weekday(), local.time()) == (0, time(7))
        told.append(weekly_times.week_due(owner, at))
        assert told[-1].last == local.date() - DAY
    assert len(told) in (313, 314)
    assert all(week.back() == before for before, week in pairwise(told))


@pytest.mark.parametrize(
    ("zone", "mondays"),
    [
        # Each pair lies on two sides of a change of the clock; Kathmandu and Apia have none.
        ("Europe/Berlin", ["2026-10-19T05:00", "2026-10-26T06:00"]),
        ("America/New_York", ["2026-10-26T11:00", "2026-11-02T12:00"]),
        ("Australia/Lord_Howe", ["2026-09-27T20:30", "2026-10-04T20:00"]),
        ("Antarctica/Troll", ["2026-10-19T05:00", "2026-10-26T07:00"]),
        ("Africa/Casablanca", ["2026-02-09T06:00", "2026-02-16T07:00"]),
        ("Africa/Cairo", ["2026-10-26T04:00", "2026-11-02T05:00"]),
        ("Asia/Kathmandu", ["2026-10-19T01:15", "2026-10-26T01:15"]),
        ("Pacific/Apia", ["2026-10-18T18:00", "2026-10-25T18:00"]),
    ],
)
def test_it_is_due_on_monday_at_7_also_where_the_clock_has_changed(zone: str, mondays: list[str]) -> None:
    owner = Owner(time_zone=zone)
    before, after = map(instant, mondays)
    assert weekly_times.next_at(owner, before - 6 * DAY) == before
    assert weekly_times.next_at(owner, before - timedelta(seconds=1)) == before
    assert weekly_times.next_at(owner, before) == after


@pytest.mark.parametrize(
    ("zone", "weekday", "hour", "at"),
    [
        # Two is left out on that Sunday in Berlin, and midnight in Santiago: the first instant after the gap.
        ("Europe/Berlin", 7, 2, "2026-03-29T01:00"),
        ("America/Santiago", 7, 0, "2026-09-06T04:00"),
        # Two comes twice: the first of them.
        ("Europe/Berlin", 7, 2, "2026-10-25T00:00"),
    ],
)
def test_an_hour_that_is_left_out_or_comes_twice_is_one_all_the_same(
    zone: str, weekday: int, hour: int, at: str
) -> None:
    owner = Owner(time_zone=zone, summary_day=weekday, summary_hour=hour)
    assert weekly_times.next_at(owner, instant(at) - DAY) == instant(at)
    assert weekly_times.next_at(owner, instant(at)) > instant(at) + 6 * DAY


@given(
    zone=st.sampled_from(dates.zones()),
    weekday=st.integers(1, 7),
    hour=st.integers(0, 23),
    every=st.sampled_from(Owner.SummaryEvery.values),
    now=instants("2025-01-01", "2031-01-01"),
)
def test_the_next_is_the_first_after_now_and_the_last_the_one_before(
    zone: str, weekday: int, hour: int, every: str, now: datetime
) -> None:
    owner = Owner(time_zone=zone, summary_day=weekday, summary_hour=hour, summary_every=every)
    last, after = weekly_times.last_at(owner, now), weekly_times.next_at(owner, now)
    assert last <= now < after
    assert weekly_times.next_at(owner, last) == after
    local = after.astimezone(ZoneInfo(zone))
    assert local.isoweekday() == weekday
    assert hour <= local.hour <= hour + 1
    assert weekly_times.week_due(owner, after) == Week.of(local.date()).back()


# --- Once a month ------------------------------------------------------------
def test_a_monthly_one_is_due_on_the_first_such_day_and_speaks_of_the_week_before() -> None:
    owner = Owner(time_zone="America/Phoenix", summary_every=MONTHLY)
    days = [at.astimezone(owner.zone) for at in due(owner, "2026-10-01T00:00", "2027-03-01T00:00")]
    assert [f"{at:%m-%d %H}" for at in days] == ["10-05 07", "11-02 07", "12-07 07", "01-04 07", "02-01 07"]
    assert [str(weekly_times.week_due(owner, at)) for at in days[:2]] == ["2026-W40", "2026-W44"]
    # On any day until the next it is still that week.
    assert str(weekly_times.week_due(owner, days[1] - MINUTE)) == "2026-W40"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Africa/Cairo", "America/Los_Angeles"])
@pytest.mark.parametrize("weekday", range(1, 8))
def test_a_monthly_one_comes_once_in_each_month(zone: str, weekday: int) -> None:
    owner = Owner(time_zone=zone, summary_every=MONTHLY, summary_day=weekday)
    months = [f"{at.astimezone(owner.zone):%Y-%m}" for at in due(owner, "2025-01-08T00:00", "2031-01-08T00:00")]
    assert months[1:] == sorted(set(months))[1:]
    assert len(months) == 72


@pytest.mark.parametrize(
    ("every", "weekday", "hour", "said"),
    [
        ("week", 1, 7, "Every Monday at 7 am."),
        ("week", 5, 18, "Every Friday at 6 pm."),
        ("month", 7, 12, "On the first Sunday at noon of each month, about the week before."),
    ],
)
def test_the_schedule_is_said_in_words(every: str, weekday: int, hour: int, said: str) -> None:
    owner = Owner(summary_every=every, summary_day=weekday, summary_hour=hour)
    assert weekly_times.schedule(owner) == said
    with formats.use(replace(formats.USUAL, clock="24")):
        assert weekly_times.schedule(Owner()) == "Every Monday at 07:00."


# --- Changed settings --------------------------------------------------------
class Told:
    """An owner, the beat and the settings page, without a database: which weeks were told, and when."""

    def __init__(self, zone: str, now: datetime, **pace: object) -> None:
        self.owner = Owner(time_zone=zone, **pace)
        self.owner.next_summary_at = weekly_times.next_at(self.owner, now)
        self.weeks: list[Week] = []

    def beat(self, now: datetime) -> None:
        if self.owner.next_summary_at and self.owner.next_summary_at <= now:
            week = weekly_times.week_due(self.owner, now)
            if week not in self.weeks:
                self.weeks.append(week)
            self.owner.next_summary_at = weekly_times.next_at(self.owner, now)

    def change(self, now: datetime, **pace: object) -> None:
        before = Owner(**{field: getattr(self.owner, field) for field in FIELDS})
        for field, value in pace.items():
            setattr(self.owner, field, value)
        self.owner.next_summary_at = weekly_times.replanned(before, self.owner, now=now)


FIELDS = ("time_zone", "wants_summary", "summary_every", "summary_day", "summary_hour", "next_summary_at")
START = instant("2026-09-28T00:00")


def walk(told: Told, changes: list[tuple[datetime, dict[str, object]]]) -> None:
    """Nine weeks with a beat every hour and after each change, as it would be with one every minute."""
    beats: list[tuple[datetime, dict[str, object]]] = [(START + timedelta(hours=n), {}) for n in range(9 * 7 * 24)]
    for now, pace in sorted([*beats, *changes], key=lambda step: step[0]):
        told.beat(now - MINUTE)
        if pace:
            told.change(now, **pace)
        told.beat(now)


def is_without_a_gap(told: Told) -> bool:
    return len(told.weeks) >= 7 and all(week.back() == before for before, week in pairwise(told.weeks))


@settings(max_examples=60, deadline=None)
@given(
    zones=st.lists(st.tuples(instants("2026-09-29", "2026-11-28"), st.sampled_from(dates.zones())), max_size=5),
    weekday=st.integers(1, 7),
    hour=st.integers(0, 23),
)
def test_through_any_moves_each_week_is_told_once(zones: list[tuple[datetime, str]], weekday: int, hour: int) -> None:
    told = Told("Europe/Berlin", START, summary_day=weekday, summary_hour=hour)
    walk(told, [(at, {"time_zone": zone}) for at, zone in zones])
    assert is_without_a_gap(told)


@settings(max_examples=60, deadline=None)
@given(
    paces=st.lists(
        st.tuples(instants("2026-09-29", "2026-11-28"), st.integers(1, 7), st.integers(0, 23)), max_size=5
    ),
    zone=st.sampled_from(dates.zones()),
)
def test_through_any_change_of_day_and_hour_each_week_is_told_once(
    paces: list[tuple[datetime, int, int]], zone: str
) -> None:
    told = Told(zone, START)
    walk(told, [(at, {"summary_day": weekday, "summary_hour": hour}) for at, weekday, hour in paces])
    assert is_without_a_gap(told)


@settings(max_examples=40, deadline=None)
@given(moves=st.lists(st.tuples(instants("2026-09-29", "2026-11-28"), st.sampled_from(dates.zones())), max_size=5))
def test_through_any_moves_a_monthly_one_comes_once_a_month(moves: list[tuple[datetime, str]]) -> None:
    told = Told("Europe/Berlin", START, summary_every=MONTHLY)
    walk(told, [(at, {"time_zone": zone}) for at, zone in moves])
    assert [str(week) for week in told.weeks] == ["2026-W40", "2026-W44"]


def test_another_day_tells_what_it_has_passed_already_at_once() -> None:
    """From Sunday to Monday on a Wednesday: the week before is told now, this one next Monday."""
    told = Told("UTC", START, summary_day=7)
    wednesday = instant("2026-10-07T12:00")
    told.beat(instant("2026-10-04T07:00"))
    told.change(wednesday, summary_day=1)
    assert told.owner.next_summary_at == wednesday
    told.beat(wednesday)
    assert [str(week) for week in told.weeks] == ["2026-W39", "2026-W40"]
    assert told.owner.next_summary_at == instant("2026-10-12T07:00")


def test_another_pace_starts_with_the_next_date_of_its_own() -> None:
    told = Told("UTC", instant("2026-10-05T07:00"))
    told.change(instant("2026-10-07T12:00"), summary_every=MONTHLY)
    assert told.owner.next_summary_at == instant("2026-11-02T07:00")
    told.change(instant("2026-10-15T12:00"), summary_every=Owner.SummaryEvery.WEEK)
    assert told.owner.next_summary_at == instant("2026-10-19T07:00")


def test_who_stops_has_no_date_and_who_comes_back_gets_the_next_one() -> None:
    told = Told("UTC", instant("2026-10-05T07:00"))
    told.change(instant("2026-10-07T12:00"), wants_summary=False)
    assert told.owner.next_summary_at is None
    told.change(instant("2026-11-05T12:00"), wants_summary=True)
    assert told.owner.next_summary_at == instant("2026-11-09T07:00")


def test_what_has_come_due_stays_due_whatever_is_changed() -> None:
    monday = instant("2026-10-12T07:00")
    told = Told("UTC", monday - DAY)
    told.change(monday + DAY, time_zone="Pacific/Auckland", summary_every=MONTHLY, summary_day=5)
    assert told.owner.next_summary_at == monday


@pytest.mark.parametrize(("hours", "said"), [(0, ""), (24, ""), (25, "late"), (24 * 35, "late")])
def test_it_is_late_from_a_day_on(hours: int, said: str) -> None:
    assert weekly_times.is_late(START, START + timedelta(hours=hours)) == bool(said)


def test_dates_are_counted_where_the_owner_lives() -> None:
    owner = Owner(time_zone="Pacific/Auckland")
    assert weekly_times.week_due(owner, instant("2026-10-11T18:30")).last == date(2026, 10, 11)
    assert weekly_times.week_due(owner, instant("2026-10-11T17:30")).last == date(2026, 10, 4)
