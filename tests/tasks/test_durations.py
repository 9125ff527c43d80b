"""One grammar of times: what people type, and what they read."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import durations
from tasks.durations import DAY_MOST, HOUR, LONGEST_DAY, MINUTE, NotATime

T = TypeVar("T")
MINUTES_OF_A_DAY = st.integers(0, 24 * 60)
# Each form of the grammar, for hours and minutes of an hour.
FORMS = [
    "{h}:{m:02}",
    "{h} : {m:02}",
    "{h}:{m:02}h",
    "{h}:{m:02} hrs",
    "{h}h{m}",
    "{h}h{m:02}",
    "{h} h {m} min",
    "{h}hr {m}m",
    "{h} hours {m} minutes",
    "{h}HRS{m}MINS",
    "\uff10{h}\uff1a{m:02}",
    "+{h}:{m:02}",
    "+ {h}h {m} m",
    "{all}m",
    "{all} mins",
    "{all}\u00a0min",
    "{all} Minutes",
]
NO_TIMES = [
    "-1",
    "+1",
    "-0",
    "+",
    "-",
    "--15m",
    "1:75",
    "1:5",
    "1:30:00",
    "1h75",
    "1.5m",
    "1.5h30",
    "5d",
    "1 30",
]
NO_TIMES += [
    "1e9",
    "NaN",
    "Infinity",
    "abc",
    "1_000",
    "0x10",
    "h",
    "m",
    ":",
    "1,5,5",
    "²",
    "½",
    "1\x00",
    "9" * 5000,
]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1:30", 90),
        ("1.5", 90),
        ("1,5", 90),
        ("90m", 90),
        ("1h30", 90),
        ("1h", 60),
        ("1h 5m", 65),
        ("1 h 30 min", 90),
        (":45", 45),
        ("0:05", 5),
        (".5", 30),
        ("1.5h", 90),
        ("1,5h", 90),
        ("1.25", 75),
        ("1:30 h", 90),
        ("2 hours", 120),
        ("24:00", 1440),
        ("1H30M", 90),
        ("  1 : 30  ", 90),
        ("1\u00a0h\u00a030", 90),
    ],
)
def test_a_time_is_read_however_it_is_written(text: str, minutes: int) -> None:
    assert durations.parse(text) == minutes * MINUTE


@pytest.mark.parametrize(("text", "minutes"), [("1", 60), ("12", 720), ("13", 13), ("90", 90), ("1440", 1440)])
def test_a_bare_whole_number_up_to_twelve_is_hours_and_above_it_minutes(text: str, minutes: int) -> None:
    assert durations.parse(text) == minutes * MINUTE


@pytest.mark.parametrize("text", ["", "   ", "0", "0:00", "0m", "0.0"])
def test_blank_and_zero_clear(text: str) -> None:
    assert durations.parse(text, current=HOUR) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("٣", 3 * HOUR),
        ("\uff11\uff12", 12 * HOUR),
        ("\uff11\uff1a\uff13\uff10", 90 * MINUTE),
        ("٤٣m", 43 * MINUTE),
    ],
)
def test_fullwidth_and_arabic_digits_are_digits(text: str, seconds: int) -> None:
    assert durations.parse(text) == seconds


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NotATime, match=r"^Write a time such as 1:30, 90m or 1\.5\.$"):
        durations.parse(text, current=HOUR)


def test_decimals_are_taken_to_the_nearest_minute() -> None:
    assert durations.parse("1.333") == 80 * MINUTE
    assert durations.parse("0.0083") == 0
    assert durations.parse("0.0084") == MINUTE


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("+15m", 75), ("-15m", 45), ("+ 15 min", 75), ("\u221215m", 45), ("+1h30", 150), ("-0:30", 30)],
)
def test_a_signed_time_counts_from_what_is_there(text: str, minutes: int) -> None:
    assert durations.parse(text, current=HOUR) == minutes * MINUTE


def test_nothing_goes_below_zero() -> None:
    assert durations.parse("-1h", current=HOUR) == 0
    with pytest.raises(NotATime, match=r"^That takes away more than the 1:00 that is there\.$"):
        durations.parse("-61m", current=HOUR)


@pytest.mark.parametrize("text", ["25:00", "24:01", "25h", "1441", "24.02", "+24h"])
def test_more_than_the_day_is_refused(text: str) -> None:
    with pytest.raises(NotATime, match=r"^That is more than the 24 h of this day\.$"):
        durations.parse(text, current=HOUR)


def test_the_real_length_of_the_day_is_the_limit_and_is_said() -> None:
    assert durations.parse("25:00", most=25 * HOUR) == 25 * HOUR
    with pytest.raises(NotATime, match=r"more than the 23 h of this day"):
        durations.parse("23:30", most=23 * HOUR)
    with pytest.raises(NotATime, match=r"more than the 24\.5 h of this day"):
        durations.parse("24:31", most=24 * HOUR + 30 * MINUTE)
    with pytest.raises(NotATime, match=r"^That is more than the 168 h\.$"):
        durations.parse("169h", most=168 * HOUR)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("1-2h", 60, 120),
        ("1–2 h", 60, 120),
        ("2-3", 120, 180),
        ("35m", 35, 35),
        ("0:30", 30, 30),
        ("1", 60, 60),
        ("30-45m", 30, 45),
        ("30–45 min", 30, 45),
        ("1h-1h30", 60, 90),
        ("30m-1h", 30, 60),
        ("0,5 – 1,5 h", 30, 90),
        ("10-15", 10, 15),
        ("0-1h", 0, 60),
        ("0:50–1:20", 50, 80),
    ],
)
def test_an_estimate_is_one_time_or_two(text: str, least: int, most: int) -> None:
    assert durations.parse_range(text) == (least * MINUTE, most * MINUTE)


@pytest.mark.parametrize("text", ["", "  ", "0", "-", "1-", "-1", "+1", "1-2-3", "1--2", "a-b", "1 2 h", "1-2x"])
def test_what_is_no_estimate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NotATime, match=r"^Write a time such as 1–2 h, 35m or 0:30\.$"):
        durations.parse_range(text)


@pytest.mark.parametrize("text", ["2-1h", "45-30m", "1h30-1h"])
def test_an_estimate_that_runs_backwards_is_refused(text: str) -> None:
    with pytest.raises(NotATime, match=r"^Write the shorter time first"):
        durations.parse_range(text)


def test_an_estimate_of_more_than_a_day_is_refused() -> None:
    with pytest.raises(NotATime, match=r"^That is more than the 24 h of a day\.$"):
        durations.parse_range("1-25h")


@pytest.mark.parametrize(
    ("seconds", "clock", "hours", "words"),
    [
        (0, "0:00", "0 h", "0 min"),
        (29, "0:00", "0 h", "0 min"),
        (30, "0:01", "0 h", "1 min"),
        (45 * MINUTE, "0:45", "0.75 h", "45 min"),
        (5400, "1:30", "1.5 h", "1 h 30 min"),
        (7200, "2:00", "2 h", "2 h"),
        (2 * HOUR + 15 * MINUTE, "2:15", "2.25 h", "2 h 15 min"),
        (80 * MINUTE, "1:20", "1.3 h", "1 h 20 min"),
        (5 * HOUR - 31, "4:59", "5 h", "4 h 59 min"),
        (20 * HOUR, "20:00", "20 h", "20 h"),
        (100 * HOUR, "100:00", "100 h", "100 h"),
    ],
)
def test_a_time_has_three_spellings(seconds: int, clock: str, hours: str, words: str) -> None:
    assert (durations.clock(seconds), durations.hours(seconds), durations.words(seconds)) == (
        clock,
        hours,
        words,
    )


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (60, 120, "1–2 h"),
        (60, 60, "1 h"),
        (35, 35, "35 min"),
        (30, 45, "30–45 min"),
        (30, 60, "0.5–1 h"),
        (75, 150, "1.25–2.5 h"),
        (50, 80, "0:50–1:20"),
        (80, 80, "1 h 20 min"),
    ],
)
def test_an_estimate_is_shown_as_people_write_it(least: int, most: int, text: str) -> None:
    assert durations.span(least * MINUTE, most * MINUTE) == text


@pytest.mark.parametrize("spell", [durations.clock, durations.words])
def test_every_minute_of_the_longest_day_is_read_back_as_it_is_shown(spell: Callable[[int], str]) -> None:
    for seconds in range(0, LONGEST_DAY + 1, MINUTE):
        assert durations.parse(spell(seconds), most=LONGEST_DAY) == seconds


@given(st.integers(0, LONGEST_DAY))
def test_odd_seconds_are_shown_and_read_back_as_the_nearest_minute(seconds: int) -> None:
    read = durations.parse(durations.clock(seconds), most=LONGEST_DAY)
    assert -MINUTE // 2 <= seconds - read < MINUTE // 2
    assert durations.parse(durations.words(seconds), most=LONGEST_DAY) == read


@pytest.mark.parametrize("form", FORMS)
def test_every_minute_of_the_day_can_be_written_in_every_form(form: str) -> None:
    for minutes in range(24 * 60 + 1):
        text = form.format(h=minutes // 60, m=minutes % 60, all=minutes)
        assert durations.parse(text) == minutes * MINUTE, text


@pytest.mark.parametrize("point", ".,\u066b")
def test_every_hundredth_of_an_hour_is_its_nearest_minute(point: str) -> None:
    for hundredths in range(2401):
        text = f"{hundredths // 100}{point}{hundredths % 100:02}"
        assert durations.parse(text) == durations.parse(f"{text} h") == (hundredths * 60 + 50) // 100 * MINUTE


@pytest.mark.parametrize("text", ["+15m", "-15m", " + 1:30", "\u22120:05", "\uff0b15m", "\uff0d1h"])
def test_a_sign_says_that_it_is_counted_from_what_is_there(text: str) -> None:
    assert durations.adds(text)


@pytest.mark.parametrize("text", ["", " ", "15m", "1:30", "0", "1+1", "abc", ":45"])
def test_a_time_without_a_sign_is_all_of_it(text: str) -> None:
    assert not durations.adds(text)


@given(MINUTES_OF_A_DAY, MINUTES_OF_A_DAY)
def test_every_estimate_is_read_back_as_it_is_shown(one: int, other: int) -> None:
    least, most = sorted((one * MINUTE, (other or 1) * MINUTE))
    assert durations.parse_range(durations.span(least, most)) == (least, most)


@given(MINUTES_OF_A_DAY, MINUTES_OF_A_DAY)
def test_what_is_added_can_be_taken_away(there: int, more: int) -> None:
    added = durations.parse(f"+{more}m", current=there * MINUTE, most=2 * DAY_MOST)
    assert durations.parse(f"-{more}m", current=added, most=2 * DAY_MOST) == there * MINUTE


@given(st.text(max_size=60))
def test_any_text_is_a_time_of_that_day_or_a_sentence(text: str) -> None:
    read = what_comes_of(lambda: durations.parse(text, current=HOUR))
    assert read.endswith(".") if isinstance(read, str) else 0 <= read <= DAY_MOST


@given(st.text(alphabet="0123456789:.,hm+-– ", max_size=12))
def test_any_estimate_is_in_order_or_a_sentence(text: str) -> None:
    read = what_comes_of(lambda: durations.parse_range(text))
    assert read.endswith(".") if isinstance(read, str) else 0 <= read[0] <= read[1] <= DAY_MOST


def what_comes_of(reading: Callable[[], T]) -> T | str:
    try:
        return reading()
    except NotATime as refusal:
        return str(refusal)
