"""Form fields against what people, and others, put into them."""

from __future__ import annotations

import contextlib
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tasks import durations, fields
from tasks.durations import HOUR, MINUTE

NAME = fields.LineField(max_length=80)
TEXT = fields.TextField(max_length=600)
ADDRESS = fields.AddressField(max_length=254)
CONTROLS = ["a\x00b", "\x00", "a\x0bb", "a\x0cb", "a\x85b", "a\u2028b", "a\u2029b", "a\rb", "a\x1bb"]
CONTROLS += ["\ud800", "a\udfff"]
ZERO_WIDTH = ["\u200b", "\ufeff", "\u2060", "\u200d", "\u200c", "\u200e", "\u00ad", "\ufe0f", "\u034f", "\u180e"]
HARMLESS = ["<script>alert(1)</script>", "{{ 7*7 }}", "%s %(x)s", "Ann, z@z.test", "=?utf-8?q?x=0ABcc?="]
HARMLESS += ["=cmd|' /C calc'!A0", "أرشفة الفواتير", "記帳", "👩\u200d💻 Büro", "O’Brien & Söhne", "' OR 1=1 --"]
NO_ADDRESSES = ["a@x,b@x", "a@x.com,b@x.com", "a@x.com b@x.com", "A <a@x.com>", "<a@x.com>", "a@b.co\nBcc: c@d.com"]
NO_ADDRESSES += ["a@x.com\r\nBcc: c@d.com", "a@x.com\x00", "a@x.com\u200b", "a\u200b@x.com", "\u202ea@x.com"]
NO_ADDRESSES += [
    "ä@x.com",
    "\ud800@x.com",
    "a@ä\u202e.com",
    "a@" + "ä" * 80 + ".com",
    "a@x.com.",
    "a@x..com",
    "a@-x.com",
    "@x.com",
    "a@",
    "a",
]
NO_ADDRESSES += ["a@localhost", "a@[127.0.0.1]", "a@[::1]", "a@127.0.0.1", '"a b"@x.com', "a b@x.com"]
NO_ADDRESSES += ["mailto:a@x.com", "a" * 65 + "@x.com", "a@" + "x" * 64 + ".com"]
NO_ZONES = ["../../etc/passwd", "''", "Europe/Berlin\x00", "localtime", "Factory", "right/UTC", "EST5EDT", "UTC+25"]
BLANK = ["", " ", "\t", "\n", "\u00a0", "\u3000", "\u2003", "\u2800", "\u3164", "\u115f", "\u202e", "\u200b \u200b"]


def refused(field: forms.Field, value: object) -> str:
    """The code of the error; the test fails when the value is taken."""
    with pytest.raises(ValidationError) as error:
        field.clean(value)
    return str(error.value.error_list[0].code)


# --- Text ---------------------------------------------------------------------
@pytest.mark.parametrize("value", CONTROLS)
@pytest.mark.parametrize("field", [NAME, TEXT], ids=["line", "text"])
def test_control_characters_and_lone_surrogates_are_refused(field: forms.Field, value: str) -> None:
    assert refused(field, value) == "control"


@pytest.mark.parametrize("value", BLANK + ZERO_WIDTH)
@pytest.mark.parametrize("field", [NAME, TEXT], ids=["line", "text"])
def test_what_shows_as_nothing_is_nothing(field: forms.Field, value: str) -> None:
    assert refused(field, value) == "required"


@pytest.mark.parametrize("mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
def test_marks_that_turn_or_hide_text_are_taken_out(mark: str) -> None:
    assert NAME.clean(f"in{mark}voice") == "invoice"


def test_one_name_has_one_spelling() -> None:
    assert NAME.clean("Cafe\u0301") == NAME.clean("Caf\u00e9") == "Caf\u00e9"
    assert NAME.clean("\u212bngstro\u0308m") == "\u00c5ngström"


@pytest.mark.parametrize("value", ["x\nBcc: v@example.com", "x\r\nBcc: v@example.com", "a\n\nb"])
def test_a_name_stands_on_one_line(value: str) -> None:
    assert refused(NAME, value) == "lines"


def test_a_text_keeps_its_lines_in_one_form() -> None:
    assert TEXT.clean("one\r\ntwo\nthree\tthree") == "one\ntwo\nthree\tthree"


@pytest.mark.parametrize("value", HARMLESS)
def test_everything_else_is_kept_as_typed(value: str) -> None:
    assert NAME.clean(value) == value


def test_spaces_around_a_name_go() -> None:
    assert NAME.clean("  Email \n") == "Email"


def test_the_length_is_counted_of_what_is_kept() -> None:
    assert NAME.clean("é" * 80) == NAME.clean("e\u0301" * 80) == "é" * 80
    assert refused(NAME, "x" * 81) == "max_length"
    assert refused(NAME, "a" + "\u0301" * 10_000) == "max_length"
    assert TEXT.clean("\r\n".join(["x"] * 300)) == "\n".join(["x"] * 300)


def test_a_field_that_may_be_blank_is_blank_for_what_shows_as_nothing() -> None:
    field = fields.LineField(required=False)
    assert [field.clean(value) for value in ("", None, "  ", "\u200b", "\u200d")] == [""] * 5


@given(text=st.text())
def test_what_is_kept_can_be_stored_mailed_and_put_on_one_line(text: str) -> None:
    try:
        kept = NAME.clean(text)
    except ValidationError:
        return
    kept.encode()
    assert kept == kept.strip() == unicodedata.normalize("NFC", kept)
    assert NAME.clean(kept) == kept
    assert not set(kept) & set("\x00\n\r\x0b\x0c\x85\u2028\u2029\u202e\u200b")
    assert len(kept.splitlines()) == 1


# --- Addresses ----------------------------------------------------------------
@pytest.mark.parametrize(
    "value", ["ana@example.com", "A+tag@Example.com", "a.b-c_d@sub.example.co.uk", "a@xn--exmple-cua.com"]
)
def test_addresses_are_kept_as_typed(value: str) -> None:
    assert ADDRESS.clean(value) == ADDRESS.clean(f" {value}\n") == value


@pytest.mark.parametrize("value", NO_ADDRESSES)
def test_what_is_no_single_address_is_refused(value: str) -> None:
    assert refused(ADDRESS, value) in ("invalid", "address")


def test_letters_of_its_own_are_taken_in_a_domain_as_mail_servers_write_it_and_refused_before_it() -> None:
    assert ADDRESS.clean("Ana@exämple.com") == "Ana@xn--exmple-cua.com"
    with pytest.raises(ValidationError, match="before the @ only plain letters go"):
        ADDRESS.clean("jürgen.b@example.com")


def test_an_address_is_as_long_as_the_post_takes_it() -> None:
    domain = ".".join(["d" * 61] * 3)
    longest = "a" * 64 + f"@{domain}.com"
    assert len(longest) == 254
    assert ADDRESS.clean(longest) == longest
    assert refused(ADDRESS, f"a@{domain}.{'e' * 63}.com") == "max_length"


def test_a_missing_address_is_missing() -> None:
    assert refused(ADDRESS, "") == refused(ADDRESS, None) == "required"


# --- Times --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1:30", 90), ("90m", 90), ("1,5", 90), ("1h30", 90), ("0:05", 5), ("", 0), ("  ", 0), ("90", 90)],
)
def test_a_time_is_read_to_seconds(text: str, minutes: int) -> None:
    assert fields.TimeField(required=False).clean(text) == minutes * MINUTE


@pytest.mark.parametrize(
    "text",
    ["-1", "1:75", "25:00", "1e9", "NaN", "abc", "1_000", "0x10", "1\x00", "\ud800", "9" * 19, "1:30:00", "2²"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert refused(fields.TimeField(), text) in ("time", "null_characters_not_allowed")


def test_a_time_is_at_most_what_the_field_takes() -> None:
    assert fields.TimeField(most=25 * HOUR).clean("25:00") == 25 * HOUR
    assert fields.TimeField().clean("24:00") == 24 * HOUR
    with pytest.raises(ValidationError, match="That is more than the 23 h of this day"):
        fields.TimeField(most=23 * HOUR).clean("23:01")
    assert refused(fields.TimeField(), "24:01") == "time"


def test_a_time_that_is_too_long_to_be_one_is_refused_before_it_is_read() -> None:
    assert refused(fields.TimeField(), "1" * 21) == "max_length"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("5", 5),
        ("40", 40),
        ("168", 168),
        ("7.5", 7.5),
        ("7,5", 7.5),
        ("7:30", 7.5),
        ("90m", 1.5),
        ("4h", 4),
        ("٢٠", 20),
    ],
)
def test_hours_a_week_are_hours_whatever_their_number(text: str, hours: float) -> None:
    assert fields.HoursField().clean(text) == hours * HOUR


@pytest.mark.parametrize(
    "text", ["169", "1210", "168:01", "-5", "1e2", "NaN", "1_0", "abc", "5\x00", "200h", "0.0.1", "5+5"]
)
def test_what_is_no_week_of_hours_is_refused(text: str) -> None:
    assert refused(fields.HoursField(), text) in ("hours", "null_characters_not_allowed")


def test_no_hours_at_all_are_refused() -> None:
    assert [refused(fields.HoursField(), text) for text in ("0", "0:00", "0h")] == ["zero"] * 3


def test_a_span_is_a_range_or_one_time_or_none() -> None:
    field = fields.SpanField(required=False)
    assert field.clean("1–2 h") == (HOUR, 2 * HOUR)
    assert field.clean("45m") == (45 * MINUTE, 45 * MINUTE)
    assert field.clean("") is None
    assert [refused(field, text) for text in ("2-1h", "1-2-3h", "25h", "abc", "0")] == ["time"] * 5


# --- Amounts ------------------------------------------------------------------
def test_an_amount_is_an_exact_decimal_or_none() -> None:
    field = fields.AmountField(required=False)
    assert str(field.clean("18,50")) == "18.50"
    assert field.clean("") is None
    assert refused(fields.AmountField(), "") == "required"


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-0", "1e5", "1_000", "0x10", "12.345", "-1", "10000.01", "1\x00"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert refused(fields.AmountField(), text) in ("amount", "null_characters_not_allowed")


def test_an_amount_is_shown_without_cents_that_are_none() -> None:
    field = fields.AmountField()
    assert [field.prepare_value(Decimal(text)) for text in ("80.00", "80.50", "8E+1")] == ["80", "80.50", "80"]
    assert field.prepare_value("12,") == "12,"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("160000", "160000"),
        ("160,000", "160000"),
        ("160.000", "160000"),
        ("160 000", "160000"),
        ("1'600'000", "1600000"),
        ("$160,000.50", "160000.50"),
        ("160.000,5", "160000.5"),
        ("95,50", "95.50"),
        ("0", "0"),
    ],
)
def test_a_large_amount_may_have_its_thousands_apart(text: str, amount: str) -> None:
    assert fields.AmountField(most=Decimal(10**8), is_large=True).clean(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["1,60,000", "160,0000", "-1", "1e5", "100,000,001", "160k", "12.3456", "0.123", "0,123", "1234.567"]
)
def test_what_is_no_large_amount_is_refused(text: str) -> None:
    assert refused(fields.AmountField(most=Decimal(10**8), is_large=True), text) == "amount"


# --- Whole numbers ------------------------------------------------------------
COUNT = fields.CountField(least=1, most=8784, says=lambda: "Say 1 to 8,784.", required=False)


@pytest.mark.parametrize("text", ["2000", "2,000", "2.000", "2 000", "2\u202f000", "２０００", " 2000 "])
def test_a_whole_number_is_read_as_people_write_it(text: str) -> None:
    assert COUNT.clean(text) == 2000


@pytest.mark.parametrize("text", ["0", "8785", "8,785", "-1", "2,00", "1.5", "two", "2e3", "9" * 20, "+5", "0.123"])
def test_what_is_no_such_number_says_which_it_has_to_be(text: str) -> None:
    with pytest.raises(ValidationError, match=r"^\['Say 1 to 8,784\.'\]$"):
        COUNT.clean(text)


def test_no_whole_number_is_none() -> None:
    assert COUNT.clean("") is None
    assert [COUNT.clean(text) for text in ("1", "8784")] == [1, 8784]


# --- Zones and days -----------------------------------------------------------
@pytest.mark.parametrize("name", [*NO_ZONES, pytest.param("x" * 100_000, id="a very long one")])
def test_an_unknown_zone_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(ValidationError, match=r"^\['Choose a time zone from the list\.'\]$"):
        fields.ZoneField().clean(name)


def test_zones_are_offered_by_area_and_named_as_places() -> None:
    choices: Any = fields.ZoneField().choices
    areas = dict(choices)
    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in areas["America"]
    assert areas["UTC"] == [("UTC", "UTC")]
    assert fields.ZoneField().clean("Europe/Kiev") == fields.ZoneField().prepare_value("Europe/Kiev") == "Europe/Kyiv"


@pytest.mark.parametrize(
    "text", ["02/03/2026", "2.3.2026", "2026-02-30", "10000-01-01", "tomorrow", "2026-03-02\x00", "46088"]
)
def test_a_day_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValidationError, match="Write the day as 2026-03-02"):
        fields.DayField().clean(text)


def test_a_day_is_of_this_century() -> None:
    field = fields.DayField()
    assert field.clean("2026-03-02") == date(2026, 3, 2)
    assert field.clean("2000-01-01") == date(2000, 1, 1)
    assert [refused(field, text) for text in ("0001-01-01", "1999-12-31", "2100-01-02")] == ["far"] * 3


def test_a_label_says_what_is_optional_and_stays_text() -> None:
    assert str(fields.optional("Your <note>")) == 'Your &lt;note&gt; <span class="optional">(optional)</span>'


def test_the_examples_of_a_refusal_are_times() -> None:
    assert all(durations.parse(text) for text in ("1:30", "90m", "1.5"))


# --- Percentages ------------------------------------------------------------------------
PERCENT = fields.PercentField(least=-90, most=500, required=False)


@given(st.integers(-90, 500), st.sampled_from(["{}", "{}%", " {} % ", "{}\uff05", "{}\u00a0%"]))
def test_a_whole_percentage_is_read_however_it_is_written(percent: int, written: str) -> None:
    for digits in (str(percent), str(percent).replace("-", "\u2212"), f"{percent:+}"):
        assert PERCENT.clean(written.format(digits)) == percent
    assert PERCENT.clean(PERCENT.prepare_value(percent)) == percent


@pytest.mark.parametrize("text", ["", "  ", None])
def test_no_percentage_is_none_at_all(text: str | None) -> None:
    assert PERCENT.clean(text) == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a lot", "percent"), ("12.5", "percent"), ("1e2", "percent"), ("--5", "percent"), ("+-5", "percent"),
        ("5%%", "percent"), ("%", "percent"), ("-", "percent"), ("NaN", "percent"), ("9" * 15, "percent"),
        ("501", "far"), ("-91", "far"), ("999999999", "far"), ("9" * 21, "max_length"),
    ],
)  # fmt: skip
def test_what_is_no_percentage_or_too_far_is_refused(text: str, code: str) -> None:
    assert refused(PERCENT, text) == code


@given(st.text(max_size=20))
def test_any_text_is_a_percentage_or_refused(text: str) -> None:
    with contextlib.suppress(ValidationError):
        assert -90 <= PERCENT.clean(text) <= 500


# --- Estimates shown again ----------------------------------------------------------------
@given(st.integers(1, 24 * 60), st.integers(1, 24 * 60))
def test_an_estimate_shown_is_read_back_as_the_same(one: int, other: int) -> None:
    span = (min(one, other) * MINUTE, max(one, other) * MINUTE)
    field = fields.SpanField()
    assert field.clean(field.prepare_value(span)) == span


# --- Passwords -----------------------------------------------------------------
SECRETS = [
    "pw: bread99",
    "pass: bread99",
    "pass: hunter",
    "user rosa, pass bread99!",
    "pwd sun7shine",
    "PIN 4455",
    "passcode 90210",
    "The wifi code is 8841-2231.",
    "alarm code: 4471",
    "Door code 4471, then left",
]
NO_SECRETS = [
    "Pass the file on.",
    "First pass: read it all.",
    "Pass form1099 on to Joan.",
    "Pass 2 files on, then close.",
    "Pin 3 photos to the wall.",
    "Send it to zip code 90210.",
    "Zip code: 90210",
    "Account code: 4000",
    "The dress code is casual.",
    "The code is 4 lines long.",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_password_is_seen_however_hurried_it_is_written(text: str) -> None:
    assert fields.looks_like_a_secret(text)


@pytest.mark.parametrize("text", NO_SECRETS)
def test_passing_on_and_codes_that_are_open_are_no_password(text: str) -> None:
    assert not fields.looks_like_a_secret(text)
