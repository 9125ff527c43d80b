"""Each tracker's file is read as the tracker means it: one file of each form in which they come."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tasks.durations import HOUR, MINUTE
from tasks.imports import reading, table
from tasks.imports.reading import Reading, Row

FILES = Path(__file__).parent / "files"
PHOENIX = ZoneInfo("America/Phoenix")
Said = tuple[str, str, int, str, str]


def read(name: str, **how: object) -> Reading:
    text, _ = table.decode((FILES / name).read_bytes())
    return reading.read(table.parse(text), zone=PHOENIX, **how)  # type: ignore[arg-type]


def said(row: Row) -> Said:
    start = f"{row.start:%H:%M:%S}" if row.start else ""
    return str(row.day), start, row.seconds, row.name, row.text


@pytest.mark.parametrize(
    ("name", "source", "rows"),
    [
        (
            "toggl-detailed.csv",
            "Toggl Track",
            [
                ("2024-03-04", "10:23:52", HOUR + 1, "Office", "Email to suppliers"),
                ("2024-03-04", "23:30:00", 30 * MINUTE, "Office: Invoices", 'Sent "all" of them'),
                ("2024-03-05", "00:00:00", 45 * MINUTE, "Office: Invoices", 'Sent "all" of them'),
                # Who keeps neither projects nor tasks has the task's name here.
                ("2024-03-06", "09:00:00", 20 * MINUTE, "Web site", "Web site"),
            ],
        ),
        (
            "toggl-columns.csv",
            "Toggl Track",
            [
                ("2024-03-04", "09:00:00", 90 * MINUTE, "Sales", "Calls"),
                ("2024-03-05", "20:00:00", 4 * HOUR, "Sales", "Long job"),
                ("2024-03-06", "00:00:00", 24 * HOUR, "Sales", "Long job"),
                ("2024-03-07", "00:00:00", 2 * HOUR, "Sales", "Long job"),
            ],
        ),
        (
            # The month comes first, as the second line tells; the decimal hours would be 12 seconds less.
            "clockify-detailed.csv",
            "Clockify",
            [
                ("2024-03-04", "10:23:52", 101 * MINUTE, "Office: Email", "Suppliers"),
                ("2024-03-25", "13:00:00", HOUR, "Office: Email", ""),
            ],
        ),
        (
            "clockify-german.csv",
            "Clockify",
            [("2023-04-14", "09:00:00", 90 * MINUTE, "Büro", "Bestellung für März")],
        ),
        (
            "clockify-spanish.txt",
            "Clockify",
            [("2025-04-29", "14:00:00", 90 * MINUTE, "Oficina: Correo", "Señal")],
        ),
        (
            "harvest-detailed.csv",
            "Harvest",
            [
                ("2024-03-04", "", 29_520, "Office: Bookkeeping", "Receipts and tax"),
                ("2024-03-05", "", 36, "Office: Bookkeeping", ""),
            ],
        ),
        (
            "harvest-comma.csv",
            "Harvest",
            [("2024-03-04", "", 36, "Office: Sales", ""), ("2024-03-05", "", 20 * HOUR, "Office: Sales", "")],
        ),
        (
            "kimai.csv",
            "Kimai",
            [
                ("2019-06-16", "12:00:00", 6 * MINUTE, "Office: Email", "dde is in added"),
                ("2019-06-16", "23:30:00", 30 * MINUTE, "Office: Email", ""),
                ("2019-06-17", "00:00:00", 30 * MINUTE, "Office: Email", ""),
            ],
        ),
        ("kimai-german.csv", "Kimai", [("2019-06-16", "12:00:00", HOUR, "Büro: Ablage", "")]),
        (
            # Its durations are rounded, here to whole hours.
            "timetagger-report.csv",
            "TimeTagger",
            [
                ("2024-03-05", "09:00:00", 90 * MINUTE, "#mail #office", "suppliers"),
                ("2024-03-25", "23:30:00", 30 * MINUTE, "#mail", "late"),
                ("2024-03-26", "00:00:00", 20 * MINUTE, "#mail", "late"),
            ],
        ),
        (
            "timetagger-table.txt",
            "TimeTagger",
            [
                ("2024-03-05", "09:00:00", 45 * MINUTE + 30, "#mail", "suppliers"),
                ("2024-03-05", "02:00:00", HOUR, "#web", ""),
                ("2024-03-05", "10:00:00", 30 * MINUTE, "#web", ""),
            ],
        ),
        ("solidtime.csv", "solidtime", [("2024-03-04", "10:23:52", HOUR + 1, "Office: Email", "Suppliers")]),
        # In Phoenix it is the afternoon before, by seven hours.
        ("solidtime-generic.csv", "solidtime", [("2024-03-04", "16:30:00", HOUR, "Office: Email", "Suppliers")]),
    ],
)
def test_each_form_is_read_as_it_is_meant(name: str, source: str, rows: list[Said]) -> None:
    found = read(name)
    assert found.source == source
    assert [said(row) for row in found.rows] == rows
    assert found.remarks == []
    assert found.order == ""


@pytest.mark.parametrize(
    ("name", "passed_over"),
    [
        ("toggl-detailed.csv", 1),  # of no length
        ("clockify-detailed.csv", 1),  # a break
        ("kimai.csv", 1),  # an expense
        ("timetagger-report.csv", 1),  # the total
        ("timetagger-table.txt", 1),  # the timer runs
        ("solidtime.csv", 0),
    ],
)
def test_lines_that_are_no_time_are_counted_and_passed_over(name: str, passed_over: int) -> None:
    assert read(name).passed_over == passed_over


def test_a_line_that_is_cut_short_or_longer_than_a_day_is_refused_with_its_number() -> None:
    assert read("clockify-german.csv").refused == [(3, "“” in Startdatum is no date such as 2026-03-02.")]
    assert read("harvest-detailed.csv").refused == [(5, "25 h are more than there can be.")]


def test_no_file_is_left_out_of_these_tests() -> None:
    listed = {mark.args[1][at][0] for mark in test_each_form_is_read_as_it_is_meant.pytestmark for at in range(13)}  # type: ignore[attr-defined]
    assert {path.name for path in FILES.iterdir()} == listed


def test_a_start_is_kept_where_there_is_one() -> None:
    first = read("toggl-detailed.csv").rows[0]
    assert (first.day, first.start, first.line) == (date(2024, 3, 4), time(10, 23, 52), 2)
    assert read("harvest-detailed.csv").rows[0].start is None
