"""Dates, clock times and numbers as an owner chose them: how they are written, and that they are read alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from tasks import dates, durations, fields, formats, money
from tasks.durations import HOUR, MINUTE
from tasks.fields import hours_text
from tasks.formats import Formats
from tasks.periods import Span
from tasks.templatetags.report import Pen
from tasks.weeks import Week

ALL = [Formats(*each) for each in product(formats.CLOCKS, formats.DATES, formats.NUMBERS)]
ANY = st.sampled_from(ALL)
UTC = ZoneInfo("UTC")
DAY = date(2026, 10, 15)
AT = datetime(2026, 10, 15, 18, 30, tzinfo=UTC)
EARLY = datetime(2026, 10, 15, 7, 2, tzinfo=UTC)


def written(by: Formats, write: Callable[..., str], *args: Any) -> str:
    with formats.use(by):
        return write(*args)


# --- As it is written -----------------------------------------------------------
def test_each_choice_is_written_as_its_sample_says() -> None:
    for clock, sample in formats.CLOCKS.items():
        assert written(Formats(clock=clock), dates.clock, AT, UTC) == sample
    for order, sample in formats.DATES.items():
        assert written(Formats(dates=order), dates.dated, DAY) == sample
    for numbers, sample in formats.NUMBERS.items():
        amount = Decimal("1234567.5" if numbers == "lakh" else "1234.5")
        assert written(Formats(numbers=numbers), money.exact, amount, "USD") == f"${sample}"


def test_the_usual_formats_are_the_first_of_each_and_hold_where_nobody_chose() -> None:
    assert formats.USUAL == ALL[0] == formats.current()


def test_with_24_hours_the_hour_has_two_digits_so_that_it_is_no_length_of_time() -> None:
    said = [written(Formats(clock="24"), dates.clock, at, UTC) for at in (EARLY, AT)]
    assert said == ["07:02", "18:30"]


@pytest.mark.parametrize(
    ("write", "args", "day_first", "month_first"),
    [
        (dates.full, (DAY,), "Thursday 15 October", "Thursday, October 15"),
        (dates.full_dated, (DAY,), "Thursday 15 October 2026", "Thursday, October 15, 2026"),
        (dates.long, (DAY,), "15 October", "October 15"),
        (dates.short, (DAY,), "15 Oct", "Oct 15"),
        (dates.short_dated, (DAY,), "15 Oct 2026", "Oct 15, 2026"),
        (dates.moment, (AT, UTC), "Thursday 15 October, 6:30 pm", "Thursday, October 15, 6:30 pm"),
        (dates.span, (DAY, DAY), "15 October", "October 15"),
        (dates.span, (date(2026, 10, 5), DAY), "5 to 15 October", "October 5 to 15"),
        (dates.span, (date(2026, 9, 5), DAY), "5 September to 15 October", "September 5 to October 15"),
        (
            dates.span,
            (date(2025, 10, 5), DAY),
            "5 October 2025 to 15 October 2026",
            "October 5, 2025 to October 15, 2026",
        ),
        (dates.span_dated, (date(2026, 10, 5), DAY), "5 to 15 October 2026", "October 5 to 15, 2026"),
        (
            str,
            (Span(Week(2026, 31), Week(2026, 42)),),
            "27 July to 18 October 2026",
            "July 27 to October 18, 2026",
        ),
    ],
)
def test_a_day_stands_before_its_month_or_after(
    write: Callable[..., str], args: tuple[Any, ...], day_first: str, month_first: str
) -> None:
    assert [written(Formats(dates=order), write, *args) for order in ("day", "month")] == [day_first, month_first]


@pytest.mark.parametrize(
    ("numbers", "hours", "short", "negative", "lakhs"),
    [
        ("point", "4.5 h", "$1,234", "−$1,234.50", "₹12,345,678"),
        ("comma", "4,5 h", "$1.234", "−$1.234,50", "₹12.345.678"),
        ("space", "4,5 h", "$1\u202f234", "−$1\u202f234,50", "₹12\u202f345\u202f678"),
        ("apostrophe", "4.5 h", "$1’234", "−$1’234.50", "₹12’345’678"),
        ("lakh", "4.5 h", "$1,234", "−$1,234.50", "₹1,23,45,678"),
    ],
)
def test_hours_and_amounts_have_the_marks_that_were_chosen(
    numbers: str, hours: str, short: str, negative: str, lakhs: str
) -> None:
    with formats.use(Formats(numbers=numbers)):
        assert durations.hours(4 * HOUR + 30 * MINUTE) == hours
        assert money.short(Decimal(1234), "USD") == short
        assert money.exact(Decimal("-1234.5"), "USD") == negative
        assert money.short(Decimal(12_345_678), "INR") == lakhs


@given(ANY, st.integers(0, 10**10), st.sampled_from(money.CURRENCIES))
def test_the_report_writes_amounts_as_all_pages_do(by: Formats, units: int, currency: str) -> None:
    with formats.use(by):
        pen = Pen(currency)
        assert pen.money(units) == money.exact(Decimal(units).scaleb(-pen.digits), currency)


def test_no_sign_of_a_currency_would_be_taken_for_a_mark_of_the_number() -> None:
    assert not [code for code in money.CURRENCIES if set(money.symbol(code)) & set(",.")]


# --- As it is read --------------------------------------------------------------
def taken_back(field: forms.Field, value: Any) -> Any:
    """What the field makes of the very text that it shows for that value."""
    return field.clean(field.prepare_value(value))


cents = st.integers(0, 10**10).map(lambda units: Decimal(units) / 100)


@given(ANY, cents)
def test_a_large_amount_that_is_shown_in_its_field_is_read_as_itself(by: Formats, amount: Decimal) -> None:
    with formats.use(by):
        assert taken_back(fields.AmountField(most=Decimal(10**8), is_large=True), amount) == amount


@given(ANY, st.integers(0, 10**6).map(lambda units: Decimal(units).scaleb(-2)))
def test_an_amount_that_is_shown_in_its_field_or_on_a_page_is_read_as_itself(by: Formats, amount: Decimal) -> None:
    with formats.use(by):
        assert taken_back(fields.AmountField(), amount) == amount
        assert money.parse(money.exact(amount, "USD")) == amount


@given(ANY, st.integers(1, 10**7))
def test_a_count_that_is_shown_in_its_field_is_read_as_itself(by: Formats, count: int) -> None:
    with formats.use(by):
        assert taken_back(fields.CountField(least=1, most=10**7, says=str), count) == count


@given(ANY, st.integers(1, 7 * 24 * 60))
def test_hours_that_are_shown_in_their_field_are_read_as_themselves(by: Formats, minutes: int) -> None:
    with formats.use(by):
        assert fields.HoursField().clean(hours_text(minutes)) == minutes * MINUTE
        quarters = -(-minutes // 15) * 15 * MINUTE
        assert durations.parse(durations.hours(quarters), most=7 * 24 * HOUR) == quarters


@given(ANY, st.integers(1, 24 * 60), st.integers(1, 24 * 60))
def test_a_range_of_times_that_is_shown_in_its_field_is_read_as_itself(by: Formats, one: int, other: int) -> None:
    span = min(one, other) * MINUTE, max(one, other) * MINUTE
    with formats.use(by):
        assert taken_back(fields.SpanField(), span) == span


@pytest.mark.parametrize(
    ("numbers", "text", "amount"),
    [
        ("comma", "12,5", "12.5"),
        ("comma", "1.234", "1234"),
        ("comma", "1.234,5", "1234.5"),
        ("comma", "1.234.567", "1234567"),
        ("comma", "€ 1.234", "1234"),
        # Typed in another way, and clear all the same.
        ("comma", "12.5", "12.5"),
        ("comma", "1,234.50", "1234.50"),
        ("space", "1 234,5", "1234.5"),
        ("space", "1\u00a0234", "1234"),
        ("apostrophe", "1'234.5", "1234.5"),
        ("apostrophe", "1’234", "1234"),
        ("lakh", "12,34,567.50", "1234567.50"),
        ("lakh", "1,234", "1234"),
    ],
)
def test_thousands_apart_are_read_as_the_owner_writes_them(numbers: str, text: str, amount: str) -> None:
    with formats.use(Formats(numbers=numbers)):
        assert money.parse(text, most=Decimal(10**8)) == Decimal(amount)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ("point", "1,234"),
        ("point", "1.234"),
        ("comma", "1,234"),
        ("comma", "0.123"),
        ("comma", "1.23.456"),
        ("space", "1.234"),
        ("space", "1,234"),
        ("apostrophe", "1,234"),
        ("lakh", "1.234"),
        ("lakh", "0,123"),
    ],
)
def test_what_is_no_number_in_the_owners_way_and_unclear_in_others_is_refused(numbers: str, text: str) -> None:
    with formats.use(Formats(numbers=numbers)), pytest.raises(money.NotAnAmount) as refused:
        money.parse(text)
    example = {"comma": "18,50", "space": "18,50"}.get(numbers, "18.50")
    assert str(refused.value) == f"Write an amount such as 18 or {example}."


def test_a_thousand_hours_with_their_point_are_not_taken_for_one() -> None:
    with formats.use(Formats(numbers="comma")):
        assert durations.parse("1,5") == 90 * MINUTE
        with pytest.raises(durations.NotATime, match=r"more than the 24 h"):
            durations.parse("1.234 h")


@given(st.text("0123456789,.' ’h", max_size=12))
def test_the_usual_formats_leave_all_that_is_typed_to_who_reads_it(text: str) -> None:
    assert formats.USUAL.ungrouped(text) == text


# --- For how long ---------------------------------------------------------------
def test_it_ends_with_what_it_was_for_also_when_that_fails() -> None:
    german, american = Formats(numbers="comma"), Formats(dates="month")
    with formats.use(german):
        with pytest.raises(ZeroDivisionError), formats.use(american):
            raise ZeroDivisionError
        assert formats.current() == german
    assert formats.current() == formats.USUAL
