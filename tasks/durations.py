"""
'1:30', '1h30', '90m' and '1,5' to whole seconds and back: the one grammar of times in the app.

What people type is taken to whole minutes. What a timer holds may have odd seconds;
the words made here round them to the minute, half up.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from . import formats

MINUTE = 60
HOUR = 60 * MINUTE
DAY_MOST = 24 * HOUR
# A day in which the clocks of Casey went back by three hours.
LONGEST_DAY = 27 * HOUR
# Ready, since to pad a number takes longer than all else that a clock needs, and a report has hundreds.
PAST_THE_HOUR = [f":{minutes:02}" for minutes in range(60)]

# A bare whole number up to this is hours, above it minutes.
MOST_BARE_HOURS = 12
LONGEST_TEXT = 40

RANGE_EXAMPLES = "Write a time such as 1–2 h, 35m or 0:30."

_H = r"(?:h|hrs?|hours?)"
_M = r"(?:m|mins?|minutes?)"
_CLOCK = re.compile(rf"(\d*) ?: ?([0-5]\d)(?: ?{_H})?")
_HOURS_AND_MINUTES = re.compile(rf"(\d+) ?{_H} ?([0-5]?\d)(?: ?{_M})?")
_ONE_NUMBER = re.compile(rf"(\d+|\d*[.,]\d+)(?: ?(?:({_H})|({_M})))?")
_DASH = re.compile(r" ?[-\u2010-\u2015] ?")

# Fullwidth signs to their ASCII twins, and the minus and decimal point of other keyboards.
_PLAIN_SIGNS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2212: "-", 0x066B: "."}


class NotATime(ValueError):
    """What was written is no time that fits; the message is the sentence for the reader."""


def parse(text: str, *, current: int = 0, most: int = DAY_MOST) -> int:
    """
    Seconds of what was typed, 0 for a blank field.

    `+15m` and `-15m` count from `current`; `most` is the real length of the day.
    A sign needs a unit or a colon: `-1` could mean minus an hour or a slip.
    """
    examples = _examples()
    plain = _plain(text, examples)
    sign = plain[:1] if plain[:1] in ("+", "-") else ""
    amount = plain.removeprefix(sign).strip()
    if not amount:
        if sign:
            raise NotATime(examples)
        return 0
    if sign and not re.search(r"[:hm]", amount):
        raise NotATime(examples)
    seconds = _read(amount, examples)
    if sign == "-" and seconds > current:
        raise NotATime(f"That takes away more than the {clock(current)} that is there.")
    if sign:
        seconds = current + seconds if sign == "+" else current - seconds
    if seconds > most:
        of_this_day = " of this day" if most <= LONGEST_DAY else ""
        raise NotATime(f"That is more than the {hours(most)}{of_this_day}.")
    return seconds


def adds(text: str) -> bool:
    """Whether it is counted from what is there: +15m, -15m."""
    return _plain(text, _examples())[:1] in ("+", "-")


def parse_range(text: str) -> tuple[int, int]:
    """
    Least and most seconds of an estimate of one day: `1-2h`, `35m`, `1h-1h30`; one value gives both.

    A part without a unit takes that of the last part: in `30-45m` both are minutes.
    """
    plain = _plain(text, RANGE_EXAMPLES)
    first, *more = _DASH.split(plain)
    if not first or len(more) > 1:
        raise NotATime(RANGE_EXAMPLES)
    last = more[0] if more else first
    least, most = _read(first, RANGE_EXAMPLES, unit=_unit(last)), _read(last, RANGE_EXAMPLES)
    if least > most:
        raise NotATime("Write the shorter time first, such as 1–2 h.")
    if not most:
        raise NotATime(RANGE_EXAMPLES)
    if most > DAY_MOST:
        raise NotATime(f"That is more than the {hours(DAY_MOST)} of a day.")
    return least, most


def clock(seconds: int) -> str:
    """'1:30', for time that is logged; the hours may pass 24."""
    whole_hours, minutes = divmod(_minutes(seconds), 60)
    return f"{whole_hours}{PAST_THE_HOUR[minutes]}"


def hours(seconds: int) -> str:
    """'4.5 h', for time that is planned: one decimal, but quarters of an hour exactly."""
    minutes = _minutes(seconds)
    places = Decimal("0.1") if minutes % 15 else Decimal("0.01")
    amount = (Decimal(minutes) / 60).quantize(places, ROUND_HALF_UP)
    return formats.number(f"{amount:f}".rstrip("0").rstrip(".") + " h")


def words(seconds: int) -> str:
    """'1 h 30 min', for sentences."""
    whole_hours, minutes = divmod(_minutes(seconds), 60)
    parts = [f"{whole_hours} h"] if whole_hours else []
    if minutes or not parts:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def span(least: int, most: int) -> str:
    """'1–2 h', '45 min' or '0:50–1:20': an estimate as `parse_range` reads it back."""
    low, high = _minutes(least), _minutes(most)
    if high < 60:
        return f"{high} min" if low == high else f"{low}–{high} min"
    if low % 15 or high % 15:
        return words(most) if low == high else f"{clock(least)}–{clock(most)}"
    return hours(most) if low == high else f"{hours(least).removesuffix(' h')}–{hours(most)}"


def _examples() -> str:
    return f"Write a time such as 1:30, 90m or {formats.number('1.5')}."


def _minutes(seconds: int) -> int:
    return (seconds + MINUTE // 2) // MINUTE


def _plain(text: str, examples: str) -> str:
    """One spelling of it: lower case, ASCII digits and signs, single spaces."""
    if len(text) > LONGEST_TEXT:
        raise NotATime(examples)
    signs = " ".join(text.translate(_PLAIN_SIGNS).casefold().split())
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in signs)


def _unit(part: str) -> str:
    """'h' or 'm' if the part is one number of these, written or meant; else ''."""
    number = _ONE_NUMBER.fullmatch(part)
    if not number:
        return ""
    amount, in_hours, in_minutes = number.groups()
    if in_hours or in_minutes:
        return "h" if in_hours else "m"
    return "m" if amount.isdigit() and int(amount) > MOST_BARE_HOURS else "h"


def _read(part: str, examples: str, *, unit: str = "") -> int:
    """Seconds of one time without a sign; `unit` is for a bare number, '' leaves it to its size."""
    for pattern in (_CLOCK, _HOURS_AND_MINUTES):
        if both := pattern.fullmatch(part):
            return int(both[1] or 0) * HOUR + int(both[2]) * MINUTE
    number = _ONE_NUMBER.fullmatch(part)
    if not number:
        raise NotATime(examples)
    amount, *units = number.groups()
    meant = unit if unit and not any(units) else _unit(part)
    if meant == "m":
        if not amount.isdigit():
            raise NotATime(examples)
        return int(amount) * MINUTE
    minutes = Decimal(formats.current().ungrouped(amount).replace(",", ".")) * 60
    return int(minutes.to_integral_value(ROUND_HALF_UP)) * MINUTE
