"""Days and moments as people say them, and the time zones one can live in."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tasks import dates
from tasks.converters import DayConverter

PHOENIX = ZoneInfo("America/Phoenix")
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
        (date(2026, 12, 28), date(2027, 1, 3), "28 December to 3 January"),
    ],
)
def test_a_week_names_a_month_once_where_it_can(first: date, last: date, said: str) -> None:
    assert dates.span(first, last) == said


@pytest.mark.parametrize(
    ("utc", "said"),
    [
        ("2026-10-21T01:00", "6 pm"),
        ("2026-10-20T14:02", "7:02 am"),
        ("2026-10-20T19:00", "12 pm"),
        ("2026-10-20T07:00", "12 am"),
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


@pytest.mark.parametrize("name", ["America/Phoenix", "Europe/Kiev", "Antarctica/Troll", "Asia/Calcutta", "UTC"])
def test_places_are_zones(name: str) -> None:
    assert dates.is_zone(name)
    ZoneInfo(name)


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_place_is_no_zone(name: str) -> None:
    assert not dates.is_zone(name)


def test_a_very_long_name_is_no_zone_and_opens_no_file() -> None:
    assert not dates.is_zone("x" * 100_000)


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
