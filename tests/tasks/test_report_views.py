"""The page of the reports and its spreadsheet: which weeks, what they show, what they refuse, whose they are."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tasks import report_views, reports, timers
from tasks.models import BestHour, Owner, Task, WeekTotal
from tasks.periods import Span
from tasks.weeks import Week
from tests.factories import NOW, TODAY, a_task, an_entry, the_best_work
from tests.tasks.clocks import standing_at
from tests.tasks.reading import page, words

if TYPE_CHECKING:
    from tests.conftest import Browser

PAGE, CSV = "/reports/", "/reports/report.csv"
YEARS = 10
# The session with its owner, the whole log, days off, what an hour was worth.
QUERIES = 4


@pytest.fixture(autouse=True)
def the_fifteenth_of_october(db: None) -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture
def email(nora: Owner) -> Task:
    """A task with an hour and a second this week, and half an hour a year ago."""
    task = a_task(owner=nora, name="Email")
    an_entry(task=task, seconds=3601)
    an_entry(task=task, day=TODAY - timedelta(days=364), seconds=1800)
    return task


def ten_years(owner: Owner, *, tasks: int = 10) -> None:
    """A total for each week and task, as `check_rollups --mend` would leave them."""
    monday = TODAY - timedelta(days=TODAY.weekday())
    made = [a_task(owner=owner, name=f"Task {number}", loathe=number % 5 + 1) for number in range(tasks - 1)]
    WeekTotal.objects.bulk_create(
        [
            WeekTotal(owner=owner, task=task, monday=monday - timedelta(weeks=back), seconds=600 + 37 * back * number)
            for number, task in enumerate([*made, the_best_work(owner=owner)], 1)
            for back in range(522)
        ]
    )


def rows(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def seconds_of(answer: Any, part: str) -> list[int]:
    """Of the last cell with a time in each row of that part of the page."""
    [body] = re.findall(rf'data-is="{part}">(.*?)</tbody>', answer.content.decode(), re.DOTALL)
    return [int(re.findall(r'"PT(\d+)S"', row)[-1]) for row in body.split("</tr>")[:-1]]


# --- Which weeks -------------------------------------------------------------------------
def test_it_shows_the_last_twelve_weeks_at_first(hers: Client, email: Task) -> None:
    answer = hers.get(PAGE)
    assert "27 July to 18 October 2026" in words(answer)
    assert page(answer).values | {"from": "2026-W31", "to": "2026-W42"} == page(answer).values
    assert seconds_of(answer, "tasks") == [3601]
    assert "$80.02" in words(answer)


def test_any_range_can_be_asked_for(hers: Client, email: Task) -> None:
    answer = hers.get(PAGE, {"from": "2025-W40", "to": "2025-w45 "})
    assert "29 September to 9 November 2025" in words(answer)
    assert seconds_of(answer, "periods") == [0, 0, 1800, 0, 0, 0]


def test_a_week_that_is_left_out_is_the_first_or_the_last_one(hers: Client, email: Task) -> None:
    assert "13 October 2025 to 18 October 2026" in words(hers.get(PAGE, {"from": "", "to": ""}))
    assert "13 October 2025 to 18 October 2026" in words(hers.get(PAGE, {"to": "2026-W42"}))
    assert "5 October to 18 October 2026" in words(hers.get(PAGE, {"from": "2026-W41"}))


def test_the_usual_ranges_are_one_press_away(hers: Client, email: Task) -> None:
    html = hers.get(PAGE).content.decode()
    assert re.findall(r'<a href="\?from=(\S+)&amp;to=(\S+)"( aria-current="true")?>(.*?)</a>', html) == [
        ("2026-W39", "2026-W42", "", "Last 4 weeks"),
        ("2026-W31", "2026-W42", ' aria-current="true"', "Last 12 weeks"),
        ("2026-W01", "2026-W42", "", "This year"),
        ("2025-W01", "2025-W52", "", "Last year"),
        ("2025-W42", "2026-W42", "", "All"),
    ]


def test_all_has_the_week_that_begins_tomorrow(hers: Client, email: Task) -> None:
    with standing_at(NOW + timedelta(days=3)):
        an_entry(task=email, day=TODAY + timedelta(days=4), seconds=60)
        assert sum(seconds_of(hers.get(PAGE, {"from": ""}), "tasks")) == 3601 + 1800 + 60


def test_all_of_a_log_that_begins_tomorrow_begins_this_week(hers: Client, nora: Owner) -> None:
    with standing_at(NOW + timedelta(days=3)):
        an_entry(task=a_task(owner=nora), day=TODAY + timedelta(days=4))
        asked = page(hers.get(PAGE, {"from": ""})).values
    assert (asked["from"], asked["to"]) == ("2026-W42", "2026-W43")


@pytest.mark.parametrize(
    ("asked", "wrong", "said"),
    [
        ({"from": "2026-W54", "to": "2026-W42"}, {"from"}, report_views.NO_WEEK),
        ({"from": "2025-W53", "to": "2026-W42"}, {"from"}, report_views.NO_WEEK),
        ({"from": "last week", "to": "soon"}, {"from", "to"}, report_views.NO_WEEK),
        ({"from": "2026-W01", "to": "2999-W01"}, {"to"}, report_views.FAR),
        ({"from": "1000-W01", "to": "2026-W42"}, {"from"}, report_views.FAR),
        ({"from": "2026-W42", "to": "2026-W41"}, {"to"}, report_views.REVERSED),
        ({"from": "<script>", "to": "2026-W42\x00"}, {"from", "to"}, report_views.NO_WEEK),
    ],
)
def test_a_range_that_cannot_be_is_said_at_its_field_and_stays_as_typed(
    hers: Client, email: Task, asked: dict[str, str], wrong: set[str], said: str
) -> None:
    answer = hers.get(PAGE, asked)
    assert answer.status_code == 422
    assert page(answer).wrong == wrong
    assert said in words(answer) or said in answer.content.decode()
    if "\x00" not in asked["to"]:
        assert page(answer).values | asked == page(answer).values
    assert '<div id="report" hidden>' in answer.content.decode()
    assert "Problem: " in answer.content.decode()
    assert hers.get(CSV, asked).headers["Location"].startswith("/reports/?from=")


# --- What it shows -------------------------------------------------------------------------
def test_an_owner_without_a_log_is_led_to_today(hers: Client) -> None:
    answer = hers.get(PAGE)
    assert "Nothing to report yet" in words(answer)
    assert "report-log" not in answer.content.decode()
    assert rows(hers.get(CSV)) == [list(report_views.HEAD)]


def test_without_a_log_too_a_wrong_range_is_said_at_its_field(hers: Client) -> None:
    asked = {"from": "2026-W42", "to": "2026-W41"}
    answer = hers.get(PAGE, asked)
    assert answer.status_code == 422
    shown = page(answer)
    assert (shown.wrong, shown.values | asked) == ({"to"}, shown.values)
    assert words(answer).count(report_views.REVERSED) == 2
    assert "Nothing to report yet" in words(answer)
    assert "js/report" not in answer.content.decode()
    assert "from" not in page(hers.get(PAGE, {"from": "2026-W41", "to": "2026-W42"})).values


def test_a_range_without_time_says_so(hers: Client, email: Task) -> None:
    html = hers.get(PAGE, {"from": "2024-W01", "to": "2024-W10"}).content.decode()
    assert '<p class="soft" data-is="nothing">' in html
    assert '<div data-is="body" hidden>' in html


def test_a_task_stands_in_its_present_quadrant_also_when_it_is_retired(hers: Client, nora: Owner) -> None:
    an_entry(task=a_task(owner=nora, name="Plants", loathe=None, excel=None))
    an_entry(task=a_task(owner=nora, name="Sales", loathe=2, excel=4, retired_on=TODAY))
    an_entry(task=the_best_work(owner=nora))
    shown = words(hers.get(PAGE))
    assert "Plants Not scored yet 1:00 33 % $80.00" in shown
    assert "Sales Keep, retired 1:00 33 % $80.00" in shown
    assert "Garden design Best work 1:00 33 % –" in shown
    assert "Total 3:00 100 % $160.00" in shown


def test_names_are_text(hers: Client, nora: Owner) -> None:
    an_entry(task=a_task(owner=nora, name="</script><b>&amp;\u2028"))
    html = hers.get(PAGE).content.decode()
    assert "<b>" not in html
    assert "&lt;/script&gt;&lt;b&gt;&amp;amp;" in html
    assert "\\u003C/script\\u003E\\u003Cb\\u003E\\u0026amp;" in html


def test_the_chart_is_one_drawing_with_a_path_a_series_and_a_sentence(hers: Client, email: Task) -> None:
    html = hers.get(PAGE).content.decode()
    [chart] = re.findall(r'<svg class="columns".*?</svg>.*?</svg>', html)
    assert chart.count("<path") == 2
    said = "Hours by week, 27 July to 18 October 2026: 0 min of best work and 1 h of routine in all."
    assert f'role="img" data-is="chart" aria-label="{said}"' in chart


def test_ten_years_are_one_page_of_at_most_40_kilobytes(hers: Client, nora: Owner) -> None:
    ten_years(nora)
    answer = hers.get(PAGE, {"from": "", "to": ""})
    assert len(gzip.compress(answer.content)) <= 40_000
    assert sum(seconds_of(answer, "periods")) == sum(seconds_of(answer, "tasks"))
    assert sum(seconds_of(answer, "tasks")) == sum(WeekTotal.objects.values_list("seconds", flat=True))
    assert 115 < len(seconds_of(answer, "periods")) < 125


@pytest.mark.parametrize("log", ["nothing", "one task", "ten years"])
def test_page_and_spreadsheet_ask_three_times_in_all(
    hers: Client, nora: Owner, django_assert_num_queries: DjangoAssertNumQueries, log: str
) -> None:
    if log == "one task":
        an_entry(task=a_task(owner=nora))
    if log == "ten years":
        ten_years(nora)
    for path in (PAGE, f"{PAGE}?from=&to=", f"{PAGE}?from=x", CSV):
        with django_assert_num_queries(QUERIES):
            hers.get(path)


def test_a_running_timer_costs_two_more_for_itself_and_its_task(
    hers: Client, nora: Owner, email: Task, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    timers.start(nora, email, now=NOW)
    with django_assert_num_queries(QUERIES + 2):
        hers.get(PAGE)


# --- The spreadsheet ---------------------------------------------------------------------------
def test_the_spreadsheet_has_a_row_for_each_week_and_task(hers: Client, nora: Owner, email: Task) -> None:
    an_entry(task=the_best_work(owner=nora), seconds=90)
    answer = hers.get(CSV, {"from": "", "to": ""})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="hours-2025-W42-to-2026-W42.csv"'
    assert rows(answer) == [
        ["Week", "Monday", "Task", "Quadrant", "Hours", "Seconds", "Worth", "Currency"],
        ["2025-W42", "2025-10-13", "Email", "Hand off first", "0:30", "1800", "40.00", "USD"],
        ["2026-W42", "2026-10-12", "Email", "Hand off first", "1:00", "3601", "80.02", "USD"],
        ["2026-W42", "2026-10-12", "Garden design", "Best work", "0:02", "90", "", ""],
    ]


def test_it_begins_with_the_mark_by_which_excel_knows_utf_8(hers: Client, nora: Owner) -> None:
    an_entry(task=a_task(owner=nora, name="Gärten"))
    answer = hers.get(CSV)
    assert answer.content.startswith(b"\xef\xbb\xbfWeek,")
    assert rows(answer)[1][2] == "Gärten"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=HYPERLINK(\"x\",'y')"])
def test_no_name_is_a_formula(hers: Client, nora: Owner, name: str) -> None:
    an_entry(task=a_task(owner=nora, name=name))
    assert rows(hers.get(CSV))[1][2] == f"'{name}"


def test_its_sums_are_those_of_the_page_to_the_second_and_the_cent(hers: Client, nora: Owner) -> None:
    ten_years(nora, tasks=4)
    BestHour.objects.create(owner=nora, starts_on=TODAY - timedelta(days=900), amount=Decimal("33.33"))
    span = Span(Week(2018, 7), Week(2026, 30))
    report = reports.of(reports.log(nora), span)
    written = rows(hers.get(f"{CSV}?{span.query}"))[1:]
    assert sum(int(row[5]) for row in written) == report.seconds
    assert sum(Decimal(row[6] or 0) for row in written) * 100 == report.worth
    assert sum(seconds_of(hers.get(f"{PAGE}?{span.query}"), "groups")) == report.seconds
    assert f"${report.worth / 100:,.2f}" in words(hers.get(f"{PAGE}?{span.query}"))


# --- Whose it is ---------------------------------------------------------------------------------
def test_another_owners_hours_are_in_neither(bea: Owner, email: Task, browser_of: Browser) -> None:
    an_entry(task=a_task(owner=bea, name="Books"), seconds=60)
    for path in (PAGE, CSV):
        answer = browser_of(bea).get(path, {"from": "2020-W01", "to": "2026-W42"})
        assert "Email" not in answer.content.decode()
        assert "Books" in answer.content.decode()


@pytest.mark.parametrize("path", [PAGE, CSV])
def test_whoever_is_not_signed_in_is_asked_to(client: Client, path: str) -> None:
    answer = client.get(path, {"from": "2026-W01"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=/reports/")
