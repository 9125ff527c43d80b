"""Reports: every way to add up a log comes to the same, to the second and to the cent."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import money, owners, periods, reports
from tasks.logged_days import LoggedDays
from tasks.models import BestHour, Owner
from tasks.owners import HourValues
from tasks.periods import Span
from tasks.reports import BEST, GROUPS, UNSCORED, Log, Track
from tasks.templatetags.report import Pen
from tasks.weeks import Week
from tests.factories import TODAY, a_task, an_entry, the_best_work

W42 = Week(2026, 42)
NO_DAYS = LoggedDays(0, b"", 31, {})
AUTUMN = Span.until(W42, 12)
MONDAYS = st.integers(2400, 3000)
SECONDS = st.integers(0, 7 * 24 * 3600)
CENTS = st.integers(0, 99_999_999).map(lambda cents: Decimal(cents) / 100)


def a_track(*, name: str = "Email", group: str = GROUPS[1], start: int = 2900, seconds: list[int]) -> Track:
    return Track(name, group, is_retired=False, start=start, packed=json.dumps(seconds))


def a_log(*tracks: Track, values: HourValues | None = None, currency: str = "USD") -> Log:
    return Log(list(tracks), values or HourValues([(date(2020, 1, 1), Decimal(80))]), currency, NO_DAYS)


def weeks(first: int, last: int) -> Span:
    return Span(Week.of(periods.monday(first)), Week.of(periods.monday(last)))


tracks = st.lists(
    st.builds(
        lambda group, start, seconds: a_track(group=group, start=start, seconds=seconds),
        st.sampled_from(GROUPS),
        MONDAYS,
        st.lists(SECONDS, min_size=1, max_size=60),
    ),
    max_size=8,
)
values = st.lists(
    st.tuples(st.dates(date(2014, 1, 1), date(2030, 1, 1)), CENTS), max_size=5, unique_by=lambda v: v[0]
)
currencies = st.sampled_from(["USD", "JPY", "KWD"])


# --- It adds up ----------------------------------------------------------------------
@settings(deadline=None)
@given(tracks, values, st.tuples(MONDAYS, MONDAYS), currencies)
def test_the_rows_add_up_to_the_total_for_any_log_and_any_worth_of_an_hour(
    tracks: list[Track], values: list[tuple[date, Decimal]], ends: tuple[int, int], currency: str
) -> None:
    log = Log(tracks, HourValues(sorted(values)), currency, NO_DAYS)
    span = weeks(min(ends), max(ends))
    report, lines = reports.of(log, span), list(reports.lines(log, span))
    for rows in (report.tasks, report.groups, lines):
        assert sum(row.seconds for row in rows) == report.seconds
        assert sum(row.worth or 0 for row in rows) == report.worth
    assert sum(stretch.seconds for stretch in report.stretches) == report.seconds
    assert sum(stretch.worth for stretch in report.stretches) == report.worth


@settings(deadline=None)
@given(tracks, values, st.tuples(MONDAYS, MONDAYS), currencies)
def test_a_line_is_worth_what_decimal_says_rounded_half_up(
    tracks: list[Track], values: list[tuple[date, Decimal]], ends: tuple[int, int], currency: str
) -> None:
    log = Log(tracks, HourValues(sorted(values)), currency, NO_DAYS)
    for line in reports.lines(log, weeks(min(ends), max(ends))):
        hour = log.values.on(periods.monday(line.week) + timedelta(days=6))
        exact = money.rounded(Decimal(line.seconds) * hour / 3600, currency)
        assert line.worth is None if line.track.is_best_work else log.amount(line.worth or 0) == exact


@settings(deadline=None)
@given(tracks, st.tuples(MONDAYS, MONDAYS, MONDAYS))
def test_two_ranges_side_by_side_add_up_to_both(tracks: list[Track], ends: tuple[int, int, int]) -> None:
    first, middle, last = sorted(ends)
    log = a_log(*tracks)
    both = reports.of(log, weeks(first, last + 1))
    parts = [reports.of(log, weeks(first, middle)), reports.of(log, weeks(middle + 1, last + 1))]
    assert sum(part.seconds for part in parts) == both.seconds
    assert sum(part.worth for part in parts) == both.worth


def test_half_a_cent_counts_as_a_whole_one() -> None:
    cent = HourValues([(date(2020, 1, 1), Decimal("0.01"))])
    log = a_log(a_track(seconds=[1799]), a_track(seconds=[1800]), values=cent)
    assert [row.worth for row in reports.of(log, weeks(2900, 2900)).tasks] == [1, 0]


# --- What stands in it ------------------------------------------------------------------
def test_best_work_has_hours_and_no_worth_of_routine() -> None:
    log = a_log(a_track(name="Design", group=BEST, seconds=[3600]), a_track(seconds=[7200]))
    report = reports.of(log, weeks(2900, 2900))
    assert [(row.name, row.worth) for row in report.tasks] == [("Email", 16000), ("Design", None)]
    assert (report.best, report.routine, report.worth) == (3600, 7200, 16000)


def test_an_hour_is_worth_what_it_was_on_that_sunday() -> None:
    monday = periods.monday(2900)
    figures = [(monday - timedelta(days=1), Decimal(10)), (monday + timedelta(days=6), Decimal(20))]
    log = a_log(a_track(start=2898, seconds=[3600] * 4), values=HourValues(figures))
    assert [line.worth for line in reports.lines(log, weeks(2898, 2901))] == [1000, 1000, 2000, 2000]


def test_without_a_figure_nothing_is_worth_anything() -> None:
    assert reports.of(a_log(a_track(seconds=[3600]), values=HourValues([])), weeks(2900, 2900)).worth == 0


def test_a_task_without_time_in_the_range_is_left_out() -> None:
    log = a_log(a_track(name="Early", seconds=[60, 0, 0]), a_track(name="Late", start=2902, seconds=[60]))
    assert [row.name for row in reports.of(log, weeks(2901, 2910)).tasks] == ["Late"]
    assert reports.of(log, weeks(2800, 2810)).tasks == []
    assert reports.of(log, weeks(2800, 2810)).seconds == 0


def test_the_longest_task_comes_first_and_quadrants_in_their_order() -> None:
    log = a_log(
        a_track(name="Plants", group=UNSCORED, seconds=[60]),
        a_track(name="Sales", group="Keep", seconds=[120]),
        a_track(name="Design", group=BEST, seconds=[90]),
    )
    report = reports.of(log, weeks(2900, 2900))
    assert [row.name for row in report.tasks] == ["Sales", "Design", "Plants"]
    assert [row.name for row in report.groups] == [BEST, "Keep", UNSCORED]


@pytest.mark.parametrize(
    ("currency", "units", "text"),
    [("USD", 123_450, "$1,234.50"), ("USD", 5, "$0.05"), ("EUR", 100, "€1.00"), ("JPY", 1234, "¥1,234")],
)
def test_an_amount_is_written_as_elsewhere(currency: str, units: int, text: str) -> None:
    assert Pen(currency).money(units) == text == money.exact(a_log(currency=currency).amount(units), currency)


# --- From the database --------------------------------------------------------------------
def test_the_log_is_what_was_logged(nora: Owner, bea: Owner) -> None:
    email, design = a_task(owner=nora, name="Email"), the_best_work(owner=nora)
    plants = a_task(owner=nora, name="Plants", loathe=None, excel=None, retired_on=TODAY)
    an_entry(task=email, seconds=3600)
    an_entry(task=email, day=TODAY - timedelta(days=21), seconds=60)
    an_entry(task=design, seconds=90)
    an_entry(task=plants, day=TODAY - timedelta(days=7), seconds=30)
    an_entry(task=a_task(owner=bea), seconds=1)
    log, week = reports.log(nora), periods.number(TODAY)
    assert [(each.name, each.group, each.is_retired, each.start, each.seconds) for each in log.tracks] == [
        ("Email", "Hand off first", False, week - 3, [60, 0, 0, 3600]),
        ("Plants", UNSCORED, True, week - 1, [30]),
        ("Garden design", BEST, False, week, [90]),
    ]
    assert log.weeks == (week - 3, week)


def test_a_week_that_was_emptied_is_no_week_of_the_log(nora: Owner) -> None:
    task = a_task(owner=nora)
    entry = an_entry(task=task, seconds=60)
    an_entry(task=task, day=TODAY - timedelta(days=7), seconds=60)
    nora.week_totals.filter(monday=entry.day - timedelta(days=entry.day.weekday())).update(seconds=0)
    assert [track.seconds for track in reports.log(nora).tracks] == [[60]]


def test_a_log_is_empty_at_first(nora: Owner) -> None:
    log = reports.log(nora)
    assert (log.tracks, log.weeks) == ([], None)
    assert reports.of(log, AUTUMN).seconds == 0


def test_the_worth_of_an_hour_is_the_owners_own_of_each_week(nora: Owner) -> None:
    an_entry(task=a_task(owner=nora), day=date(2026, 9, 30), seconds=3600)
    an_entry(task=a_task(owner=nora), seconds=3600)
    BestHour.objects.create(owner=nora, starts_on=date(2026, 10, 5), amount=Decimal("99.99"))
    report = reports.of(reports.log(nora), AUTUMN)
    assert report.worth == 8000 + 9999
    assert owners.hour_values(nora).on(W42.last) == Decimal("99.99")
