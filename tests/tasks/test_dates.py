"""Days and moments as people say them, and the time zones one can live in."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import dates, formats
from tasks.converters import DayConverter
from tasks.durations import HOUR, MINUTE
from tasks.formats import Formats

DAYS = st.dates(date(2012, 1, 1), date(2045, 1, 1))
ZONES = st.sampled_from(dates.zones())
QUARTER = timedelta(minutes=15)
PHOENIX = ZoneInfo("America/Phoenix")
NOON = datetime(2026, 10, 15, 12)  # noqa: DTZ001 - local, wherever it is read
NO_ZONES = ["", "''", "localtime", "Factory", "right/UTC", "posix/Europe/Berlin", "EST5EDT", "UTC+25", "Etc/GMT+5"]
NO_ZONES += ["../../etc/passwd", "Europe/Berlin\0", "europe/berlin", "Europe/Berlin ", "Europe"]


def test_days_are_said_without_leading_zeros_or_a_year() -> None:
    day = date(2026, 10, 5)
    assert (dates.full(day), dates.long(day), dates.short(day)) == ("Monday 5 October", "5 October", "5 Oct")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 10, 5), date(2026, 10, 11), "5 to 11 October"),
        (date(2026, 9, 28), date(2026, 10, 4), "28 September to 4 October"),
        (date(2026, 10, 5), date(2026, 10, 5), "5 October"),
        # Two years apart, a month is not the same one.
        (date(2026, 1, 5), date(2027, 1, 5), "5 January 2026 to 5 January 2027"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 to 3 January 2027"),
    ],
)
def test_a_span_names_a_month_once_where_it_can_and_both_years_of_two(first: date, last: date, said: str) -> None:
    assert dates.span(first, last) == said


@pytest.mark.parametrize(
    ("utc", "said"),
    [
        ("2026-10-21T01:00", "6 pm"),
        ("2026-10-20T14:02", "7:02 am"),
        ("2026-10-20T19:00", "noon"),
        ("2026-10-20T07:00", "midnight"),
        ("2026-10-20T07:05", "12:05 am"),
        ("2026-10-21T06:59", "11:59 pm"),
    ],
)
def test_a_clock_is_read_in_the_zone_of_the_reader(utc: str, said: str) -> None:
    assert dates.clock(datetime.fromisoformat(f"{utc}+00:00"), PHOENIX) == said


def test_a_moment_carries_its_local_day() -> None:
    at = datetime.fromisoformat("2026-10-21T01:00+00:00")
    assert dates.moment(at, PHOENIX) == "Tuesday 20 October, 6 pm"
    assert dates.moment(at, ZoneInfo("Asia/Manila")) == "Wednesday 21 October, 9 am"


def test_a_moment_at_midnight_is_of_the_day_that_begins_and_nobody_reads_another() -> None:
    at = datetime.fromisoformat("2026-10-21T07:00+00:00")
    assert dates.moment(at, PHOENIX) == "Wednesday 21 October, 0:00"
    assert dates.moment(at + timedelta(hours=12), PHOENIX) == "Wednesday 21 October, noon"
    with formats.use(Formats(clock="24")):
        assert dates.moment(at, PHOENIX) == "Wednesday 21 October, 00:00"


@pytest.mark.parametrize("name", ["America/Phoenix", "Europe/Kiev", "Antarctica/Troll", "Asia/Calcutta", "UTC"])
def test_places_are_zones(name: str) -> None:
    assert ZoneInfo(name).utcoffset(NOON) == ZoneInfo(dates.canonical(name)).utcoffset(NOON)
    assert dates.canonical(name) in dates.zones()


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_place_is_no_zone(name: str) -> None:
    assert dates.canonical(name) == ""


def test_a_very_long_name_is_no_zone_and_opens_no_file() -> None:
    assert dates.canonical("x" * 100_000) == ""


@pytest.mark.parametrize(
    ("older", "now_called"),
    [
        ("US/Pacific", "America/Los_Angeles"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Etc/UTC", "UTC"),
        ("Europe/Oslo", "Europe/Oslo"),  # shares its rules with Berlin, and is a place all the same
    ],
)
def test_a_zone_has_one_name_whatever_a_browser_calls_it(older: str, now_called: str) -> None:
    assert dates.canonical(older) == now_called


def test_no_place_that_tzdata_knows_by_an_older_name_is_lost() -> None:
    areas = tuple({name.partition("/")[0] + "/" for name in dates.zones() if "/" in name})
    assert not [name for name in available_timezones() if name.startswith(areas) and not dates.canonical(name)]


def test_every_zone_in_the_list_opens_and_fits_its_column() -> None:
    assert len(set(dates.zones())) == len(dates.zones())
    for name in dates.zones():
        assert ZoneInfo(name).key == name
        assert len(name) <= 64


def test_a_day_in_an_address_is_written_one_way_only() -> None:
    converter = DayConverter()
    assert converter.to_python("2026-10-05") == date(2026, 10, 5)
    assert converter.to_url(date(2026, 10, 5)) == "2026-10-05"
    for wrong in ("2026-02-30", "2026-00-01", "0000-01-01"):
        with pytest.raises(ValueError, match=r"."):
            converter.to_python(wrong)


# --- Where a day begins, and how long it is -----------------------------------------------
@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("America/Phoenix", "2026-10-15", "2026-10-15T07:00"),
        ("Pacific/Kiritimati", "2026-10-15", "2026-10-14T10:00"),
        ("Asia/Kathmandu", "2026-10-15", "2026-10-14T18:15"),
        # There is no midnight: the day begins at one.
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00"),
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00"),
        ("America/Havana", "2026-03-08", "2026-03-08T05:00"),
        ("Atlantic/Azores", "2026-03-29", "2026-03-29T01:00"),
        # It comes twice, and the first one counts.
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),
        ("Atlantic/Azores", "2026-10-25", "2026-10-25T00:00"),
        # The hour before it comes twice, and both are of the day before.
        ("Africa/Cairo", "2026-10-30", "2026-10-29T22:00"),
    ],
)
def test_a_day_begins_at_the_first_instant_of_its_date(zone: str, day: str, utc: str) -> None:
    starts_at = dates.starts_at(date.fromisoformat(day), ZoneInfo(zone))
    assert starts_at == datetime.fromisoformat(f"{utc}+00:00")
    assert starts_at.tzinfo is UTC


@given(day=DAYS, name=ZONES)
def test_a_second_before_a_day_begins_it_is_the_day_before(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    starts_at = dates.starts_at(day, zone)
    assert starts_at.astimezone(zone).date() == day
    assert (starts_at - timedelta(seconds=1)).astimezone(zone).date() == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Phoenix", "2026-03-08", 24),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        # No midnight: these days begin at one.
        ("Africa/Cairo", "2026-04-24", 23),
        ("America/Santiago", "2026-09-06", 23),
        ("Asia/Beirut", "2026-03-29", 23),
        ("America/Havana", "2026-03-08", 23),
        ("Atlantic/Azores", "2026-03-29", 23),
        # Midnight comes twice, or the hour before it does.
        ("America/Havana", "2026-11-01", 25),
        ("Atlantic/Azores", "2026-10-25", 25),
        ("Africa/Cairo", "2026-10-29", 25),
        ("America/Santiago", "2026-04-04", 25),
        ("Asia/Beirut", "2026-10-24", 25),
        # Half an hour, two hours, three.
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Antarctica/Troll", "2026-03-29", 22),
        ("Antarctica/Troll", "2026-10-25", 26),
        ("Antarctica/Casey", "2022-10-02", 21),
        ("Antarctica/Casey", "2023-03-09", 27),
        # A day that a whole country left out.
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone: str, day: str, hours: float) -> None:
    assert dates.length(date.fromisoformat(day), ZoneInfo(zone)) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", "2026-04-24"),
        ("Africa/Cairo", "2026-10-29"),
        ("America/Santiago", "2026-09-06"),
        ("America/Santiago", "2026-04-04"),
        ("Asia/Beirut", "2026-03-29"),
        ("America/Havana", "2026-03-08"),
        ("Atlantic/Azores", "2026-03-29"),
    ],
)
def test_the_days_beside_an_odd_one_are_whole(zone: str, day: str) -> None:
    odd = date.fromisoformat(day)
    for beside in (odd - timedelta(days=1), odd + timedelta(days=1)):
        assert dates.length(beside, ZoneInfo(zone)) == 24 * HOUR


@given(day=DAYS, name=ZONES)
def test_a_day_holds_the_quarters_whose_local_date_it_is(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    start = datetime.combine(day - timedelta(days=1), time(), UTC)
    quarters = (start + QUARTER * n for n in range(4 * 24 * 4))
    counted = sum(at.astimezone(zone).date() == day for at in quarters)
    assert dates.length(day, zone) == counted * 15 * MINUTE
