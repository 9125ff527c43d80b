"""What the rows of a table say: dates, times and durations as a whole column tells, and a reason for each refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.durations import HOUR, MINUTE
from tasks.imports import reading, table
from tasks.imports.reading import Reading, UnknownColumns
from tasks.imports.table import Line, Table, Unreadable

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
TOGGL = ["Start date", "Start time", "End date", "End time", "Duration", "Project", "Description"]
HARVEST = ["Date", "Client", "Project", "Task", "Notes", "Hours"]
OWN = {"day": 0, "time": 1, "task": 2, "text": 3}


def a_table(header: Sequence[str], *rows: Sequence[str]) -> Table:
    return Table(list(header), [Line(number, list(cells)) for number, cells in enumerate(rows, 2)])


def toggl(*rows: Sequence[str], zone: ZoneInfo = UTC, day_first: bool = True) -> Reading:
    return reading.read(a_table(TOGGL, *rows), zone=zone, day_first=day_first)


def harvest(*hours: str, day: str = "2024-03-04") -> Reading:
    return reading.read(a_table(HARVEST, *([day, "", "Office", "", "", each] for each in hours)), zone=UTC)


def own(*rows: Sequence[str]) -> Reading:
    return reading.read(a_table(["When", "How long", "What", "Notes"], *rows), zone=UTC, columns=OWN)


def seconds(found: Reading) -> list[int]:
    assert found.refused == []
    return [row.seconds for row in found.rows]


def days(*texts: str, day_first: bool = True) -> tuple[list[str], str]:
    found = toggl(*([text, "", "", "", "1:00", "Office", ""] for text in texts), day_first=day_first)
    return [str(row.day) for row in found.rows], found.order


def refused(found: Reading) -> list[str]:
    return [why for _, why in found.refused]


# --- Days -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["2024-03-04"], ["2024-03-04"]),
        (["4.3.2024", "04.03.2024"], ["2024-03-04", "2024-03-04"]),
        (["03/04/2024", "25/04/2024"], ["2024-04-03", "2024-04-25"]),
        (["03/04/2024", "04/25/2024"], ["2024-03-04", "2024-04-25"]),
        (["03/04/2024", "13/04/2024"], ["2024-04-03", "2024-04-13"]),
        (["03/04/2024", "04/13/2024"], ["2024-03-04", "2024-04-13"]),
        (["03-04-2024", "25-04-2024"], ["2024-04-03", "2024-04-25"]),
        (["46088", "46089"], ["2026-03-07", "2026-03-08"]),
        (["05/05/2024"], ["2024-05-05"]),
        (["2024-03-04", "2024-03-05T00:00:00"], ["2024-03-04", "2024-03-05"]),
    ],
)
def test_the_whole_column_tells_how_its_days_are_written(texts: list[str], read: list[str]) -> None:
    assert days(*texts) == (read, "")


def test_what_no_date_of_the_column_decides_is_asked_with_one_of_them() -> None:
    texts = ["05/05/2024", "03/04/2024", "02/01/2024"]
    assert days(*texts) == (["2024-05-05", "2024-04-03", "2024-01-02"], "03/04/2024")
    assert days(*texts, day_first=False) == (["2024-05-05", "2024-03-04", "2024-02-01"], "03/04/2024")


def test_a_column_that_speaks_for_both_is_asked_about_and_what_cannot_be_then_is_refused() -> None:
    texts = ["25/04/2024", "04/25/2024", "03/04/2024"]
    assert days(*texts) == (["2024-04-25", "2024-04-03"], "03/04/2024")
    assert days(*texts, day_first=False) == (["2024-04-25", "2024-03-04"], "03/04/2024")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1900-02-29", "is no day of any year"),
        ("2026-02-30", "is no day of any year"),
        ("1999-12-31", "is not between 2000 and 2100"),
        ("10000-01-01", "is no date such as 2026-03-02"),
        ("2026-10-123", "is no date such as 2026-03-02"),
        ("46088", "is no date such as 2026-03-02"),  # beside a date it is no serial number
        ("yesterday", "is no date such as 2026-03-02"),
        ("", "is no date such as 2026-03-02"),
    ],
)
def test_what_is_no_day_is_refused_with_its_column_and_the_rest_is_read(text: str, why: str) -> None:
    found = toggl(*([day, "", "", "", "1:00", "Office", ""] for day in (text, "2024-03-04")))
    assert found.refused == [(2, f"“{text}” in Start date {why}.")]
    assert len(found.rows) == 1


# --- How long ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("hours", "read"),
    [
        (["8.20"], [29_520]),
        (["8,20"], [29_520]),
        (["0.01", "1"], [36, HOUR]),
        (["1,5", "2"], [90 * MINUTE, 2 * HOUR]),
        (["1.000,5", "2,5"], None),
        (["0.0001"], []),
    ],
)
def test_decimal_hours_are_taken_to_the_second_by_the_sign_of_their_column(
    hours: list[str], read: list[int] | None
) -> None:
    found = harvest(*hours)
    if read is None:
        assert refused(found) == ["1000 h 30 min are more than there can be."]
        assert [row.seconds for row in found.rows] == [9000]
    else:
        assert seconds(found) == read


@pytest.mark.parametrize("text", ["NaN", "1e5", "-1", "1_000", "1.2.3", "an hour", "0x10", "９9h"])
def test_what_is_no_count_of_hours_is_refused(text: str) -> None:
    assert refused(harvest(text)) == [f"“{text}” in Hours is no count of hours such as 1.25."]


def test_a_duration_says_more_than_its_ends_and_they_more_than_decimals() -> None:
    whole = ["2024-03-04", "09:00", "2024-03-04", "10:00", "1:30:00", "Office", ""]
    found = toggl(whole)
    assert seconds(found) == [90 * MINUTE]
    assert found.remarks == [(2, "it took 1 h 30 min, and its ends are 1 h apart. What it took is added.")]
    assert seconds(toggl([*whole[:4], "", *whole[5:]])) == [HOUR]
    near = toggl([*whole[:4], "0:59:00", *whole[5:]])
    assert (seconds(near), near.remarks) == ([59 * MINUTE], [])


def test_a_decimal_duration_says_less_than_the_ends_beside_it() -> None:
    row = ["2024-03-04", "12:00", "2024-03-04", "12:07", "0,11", "Office", ""]
    assert seconds(toggl(row)) == [7 * MINUTE]
    assert seconds(toggl([*row[:3], "", *row[4:]])) == [396]


def test_one_date_for_both_ends_does_not_speak_against_more_than_a_day() -> None:
    header = ["Date", "From", "To", "Duration", "Activity"]
    found = reading.read(a_table(header, ["2024-03-04", "12:00", "13:00", "25:00", "Email"]), zone=UTC)
    assert (seconds(found), found.remarks) == ([12 * HOUR, 13 * HOUR], [])


def test_a_row_without_any_time_and_one_that_ends_before_it_begins_are_refused() -> None:
    found = toggl(
        ["2024-03-04", "09:00", "", "", "", "Office", ""],
        ["2024-03-04", "09:00", "2024-03-03", "10:00", "", "Office", ""],
    )
    assert refused(found) == ["it does not say how long.", "it ends before it begins."]


@pytest.mark.parametrize(
    ("start", "why"),
    [("25:00", "23:30"), ("9", "9:30"), ("13:00 PM", "9:30 AM"), ("9:75", "9:30")],
)
def test_what_is_no_time_of_day_is_refused(start: str, why: str) -> None:
    found = toggl(["2024-03-04", start, "", "", "1:00", "Office", ""])
    assert refused(found) == [f"“{start}” in Start time is no time of day such as {why}."]


@pytest.mark.parametrize(("start", "hour"), [("12:30 AM", 0), ("12:30 PM", 12), ("1:30 p.m.", 13), ("11:30am", 11)])
def test_a_time_of_twelve_hours_is_read_with_its_half_of_the_day(start: str, hour: int) -> None:
    (row,) = toggl(["2024-03-04", start, "", "", "0:10", "Office", ""]).rows
    assert row.start
    assert (row.start.hour, row.start.minute) == (hour, 30)


@pytest.mark.parametrize(("day", "start"), [("2024-03-31", "02:30"), ("2024-10-27", "02:30")])
def test_a_start_that_the_clocks_passed_over_or_came_by_twice_is_remarked_on(day: str, start: str) -> None:
    found = toggl([day, start, "", "", "1:00", "Office", ""], zone=BERLIN)
    assert seconds(found) == [HOUR]
    assert found.remarks == [
        (2, "02:30 was not there once on that day, when the clocks changed. What it took is added.")
    ]
    assert toggl([day, start, "", "", "1:00", "Office", ""]).remarks == []


@pytest.mark.parametrize(
    ("start", "stop", "took"),
    [
        ("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", 2 * HOUR),
        ("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", HOUR),
        ("2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z", 40 * MINUTE),
        ("1792887000", "1792889400", 40 * MINUTE),
        ("2026-10-24 23:00:00", "2026-10-25 06:00:00", 8 * HOUR),
    ],
)
def test_over_a_change_of_the_clocks_it_is_what_passed_that_counts(start: str, stop: str, took: int) -> None:
    found = reading.read(a_table(["key", "start", "stop"], ["a", start, stop]), zone=BERLIN)
    assert sum(seconds(found)) == took


# --- Rows -----------------------------------------------------------------------------------
def test_a_row_may_be_short_of_what_it_need_not_have_and_no_longer_than_the_header() -> None:
    assert seconds(toggl(["2024-03-04", "", "", "", "1:00"])) == [HOUR]
    row = ["2024-03-04", "", "", "", "1:00", "Office", ""]
    assert seconds(toggl([*row, "", " "])) == [HOUR]
    assert refused(toggl([*row, "more"])) == ["it has 8 cells, and there are 7 columns."]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("two\nlines\tof  text ", "two lines of text"),
        ("' added", "added"),
        ("'=1+1", "=1+1"),
        ("'@home", "@home"),
        ("'tis it", "'tis it"),
        ("a\u200bb\u202e\x07c", "ab c"),
        ("e\u0301", "é"),
        ("x" * 300, "x" * 200),
    ],
)
def test_text_comes_on_one_line_without_what_does_not_show(text: str, read: str) -> None:
    (row,) = toggl(["2024-03-04", "", "", "", "1:00", "Office", text]).rows
    assert row.text == read


def test_a_column_that_is_there_twice_and_needed_is_refused_by_name() -> None:
    with pytest.raises(Unreadable, match="Two columns are called “Duration”"):
        reading.read(a_table([*TOGGL, "duration"], ["2024-03-04"] * 8), zone=UTC)


def test_a_column_of_ones_own_with_a_name_that_is_there_already_takes_nothing_over() -> None:
    row = ["2024-03-04", "", "", "", "1:00", "Office", "Suppliers", "other"]
    (read,) = reading.read(a_table([*TOGGL, "Description"], row), zone=UTC).rows
    assert read.text == "Suppliers"


@pytest.mark.parametrize("header", [["A", "B"], ["Start date", "Start time"], ["Date", "Hours", "Task"], [""]])
def test_a_header_that_nobody_is_known_to_have_is_asked_about(header: list[str]) -> None:
    with pytest.raises(UnknownColumns):
        reading.read(a_table(header, ["1"] * len(header)), zone=UTC)


OF_TWO = a_table(
    ["User", *TOGGL],
    *([who, "2024-03-04", "", "", "", time, "", ""] for who, time in [("Ben", "2:00"), ("Nora", "1:00")] * 2),
    ["Nora ", "2024-03-04", "", "", "", "3:00", "", ""],
    ["", "2024-03-04", "", "", "", "4:00", "", ""],
    ["Ben", "once", "", "", "", "1:00", "", ""],
    ["Nora", "2024-03-05", "", "", "", "5:00", "", ""],
)


def test_it_is_told_whose_the_hours_are_who_has_most_lines_first() -> None:
    assert reading.read(OF_TWO, zone=UTC).people == ["Nora", "Ben"]
    assert toggl(["2024-03-04", "", "", "", "1:00", "", ""]).people == []


def test_of_one_of_them_only_their_own_lines_count() -> None:
    hers = reading.read(OF_TWO, zone=UTC, of_whom="Nora")
    assert seconds(hers) == [HOUR, HOUR, 3 * HOUR, 5 * HOUR]
    assert hers.people == ["Nora", "Ben"]
    his = reading.read(OF_TWO, zone=UTC, of_whom="Ben")
    assert ([row.seconds for row in his.rows], len(his.refused)) == ([2 * HOUR, 2 * HOUR], 1)
    everybodys = reading.read(OF_TWO, zone=UTC, of_whom="somebody else")
    assert len(everybodys.rows) == 7


def test_who_has_a_first_name_is_told_by_both() -> None:
    header = [*HARVEST, "First Name", "Last Name"]
    rows = [["2024-03-04", "", "Office", "", "", "1", first, last] for first, last in [("Nora", "Hale"), ("Ben", "")]]
    assert reading.read(a_table(header, *rows), zone=UTC).people == ["Nora Hale", "Ben"]


@pytest.mark.parametrize(
    "moment", ["9999999999", "1999-12-31T23:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
)
def test_a_moment_of_another_age_is_refused(moment: str) -> None:
    found = reading.read(a_table(["key", "start", "stop"], ["a", moment, "2024-03-04 10:00:00"]), zone=BERLIN)
    assert (found.rows, len(found.refused)) == ([], 1)


# --- A table of one's own ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "read"), [("1:30", 90 * MINUTE), ("90m", 90 * MINUTE), ("1,5", 90 * MINUTE), ("2", 2 * HOUR)]
)
def test_in_ones_own_table_times_are_written_as_in_the_app(text: str, read: int) -> None:
    found = own(["2024-03-04", text, "Email", "Suppliers"])
    assert [(row.name, row.text, row.seconds) for row in found.rows] == [("Email", "Suppliers", read)]
    assert found.source == ""


@pytest.mark.parametrize("text", ["soon", "25:00", "1e9"])
def test_and_what_is_none_is_refused_by_its_column(text: str) -> None:
    assert refused(own(["2024-03-04", text, "", ""])) == [
        f"“{text}” in How long is no time such as 1:30, 90m or 1.5."
    ]


# --- Whatever is in it ------------------------------------------------------------------------
USUAL = ["2024-03-04", "9:00", "1,5", "1709629200"]


@settings(deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 7 * 24 * HOUR))  # noqa: DTZ001
def test_over_midnight_no_second_is_lost_and_each_day_has_its_own(start: datetime, took: int) -> None:
    clock = f"{took // HOUR}:{took // MINUTE % 60:02}:{took % 60:02}"
    found = toggl([f"{start:%Y-%m-%d}", f"{start:%H:%M:%S}", "", "", clock, "Office", ""])
    assert sum(seconds(found)) == took
    assert [row.day - found.rows[0].day for row in found.rows] == [timedelta(n) for n in range(len(found.rows))]
    begins = start.replace(microsecond=0)
    for row in found.rows:
        assert row.start
        assert datetime.combine(row.day, row.start) == begins
        begins += timedelta(seconds=row.seconds)
        assert begins.date() == row.day or begins.time() == datetime.min.time()


@settings(deadline=None)
@given(st.integers(1, 24 * HOUR * 100 // HOUR), st.sampled_from(".,"))
def test_hundredths_of_hours_are_exact_seconds(hundredths: int, sign: str) -> None:
    text = f"{Decimal(hundredths) / 100:.2f}".replace(".", sign)
    assert seconds(harvest(text)) == [hundredths * 36]


@settings(deadline=None)
@given(
    st.sampled_from([TOGGL, HARVEST, ["subtotals", "date", "start", "stop"], ["key", "start", "stop", "tags"]]),
    st.lists(
        st.lists(st.text(max_size=12) | st.sampled_from(["2024-03-04", "9:00", "1,5", "1709629200"]), max_size=8)
    ),
)
def test_no_table_makes_it_fail_in_another_way(header: list[str], rows: list[list[str]]) -> None:
    try:
        found = reading.read(a_table(header, *rows), zone=BERLIN)
    except Unreadable:
        return
    assert len({row.line for row in found.rows}) + len(found.refused) + found.passed_over == len(rows)
    assert all(0 < row.seconds <= 24 * HOUR and date(2000, 1, 1) <= row.day for row in found.rows)
    assert all(why.endswith(".") for _, why in found.refused)


def test_the_longest_file_is_read_row_by_row() -> None:
    text = ",".join(TOGGL) + "\n" + "2024-03-04,,,,0:01,Office,\n" * 20_000
    assert len(reading.read(table.parse(text), zone=UTC).rows) == 20_000
