"""Form fields for what people type: lines of text, times, amounts, time zones."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from . import dates, durations, formats, money

# Marks that change the direction of what follows, and characters that show as nothing.
UNSEEN = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
# Letters, by their category, that show as nothing all the same: fillers and the empty Braille pattern.
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
DOMAIN = re.compile(r"[^\[\]]+\.[^\[\]]+")
FIRST_DAY, LAST_DAY = "2000-01-01", "2100-01-01"
WEEK = 7 * durations.DAY_MOST
# "Password: x" or "the pin is 4711", but not "the pin is on the desk".
SECRET = re.compile(
    r"(?i)\b(password|passwort|passcode|passphrase|pwd?|pin|login|(api|access|secret)[ _-]?key|secret|token)\b"
    r"\s*([:=]\s*\S|is\s+\S*\d)"
)
# The same in a hurry: "pwd bread99" or "PIN 4455".
IN_A_HURRY = re.compile(
    r"(?i)\b(password|passwort|passcode|passphrase|pwd?)\s+(?=[a-z]\S*\d)\S{4,}|\b(passcode|pin)\s+(code\s+)?#?\d{4,}"
)
# "Pass bread99!", but not "pass form1099 on" or "first pass: read it all": what ends there, or is no word.
PASS = re.compile(
    r"(?im)\bpass(\s*[:=]\s*(?=[a-z]\S*\d)\S{4,}|(\s*[:=]\s*|\s+(?=[a-z]\S*\d))\S{4,}[^\S\n]*($|(?<=[,;])))"
)
# "The code is 8841-2231" or "door code 8841", but not the codes that are for everyone to read.
OPEN_CODES = "zip post postal area country dial tax vat account cost job item product project promo error status sort"
CODE = re.compile(
    rf"(?i){''.join(f'(?<!{each}[ -])' for each in OPEN_CODES.split())}\bcode\s*([:=]\s*|is\s+)#?\d[\d -]{{2,}}\d"
    r"|\b(wi-?fi|door|alarm|gate|safe|lock|entry|key|garage)[ -]?code\s+#?\d{4,}"
)
# Keys by the marks that their makers give them, private keys, and addresses with a password in them.
KEY = re.compile(
    r"\b(sk|pk|rk)[-_](live|test|proj|ant)\w*[-_]\w{8,}|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|://[^\s/:@]+:[^\s/@]+@"
)


def optional(label: str) -> SafeString:
    """A label that says so; we mark what is optional, not what is required."""
    return format_html('{} <span class="optional">(optional)</span>', label)


def looks_like_a_secret(text: str) -> bool:
    """Whether it seems to hold a password or a key."""
    return any(each.search(text) for each in (SECRET, IN_A_HURRY, PASS, CODE, KEY))


def without_passwords(text: str) -> None:
    """For what other people are going to read."""
    if looks_like_a_secret(text):
        raise ValidationError("This looks like a password. Take it out, and share it another way.", code="secret")


class TextField(forms.CharField):
    """Text as typed, in one Unicode form and without unseen marks; what is left may not be empty."""

    def to_python(self, value: Any) -> str:
        text = UNSEEN.sub("", unicodedata.normalize("NFC", str(value or ""))).replace("\r\n", "\n")
        if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t" for c in text):
            raise ValidationError("Leave out the control characters.", code="control")
        text = str(super().to_python(text))
        return text if any(map(_shows, text)) else ""


class LineField(TextField):
    """Text on one line."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if "\n" in text:
            raise ValidationError("Write this on one line.", code="lines")
        return text


class AddressField(forms.EmailField):
    """
    An email address that can be mailed to; `ä@`, unseen marks and `[127.0.0.1]` cannot.

    A domain in letters of its own is kept as the mail servers write it: exämple.com as xn--exmple-cua.com.
    """

    def clean(self, value: Any) -> str:
        if re.fullmatch(r"\s*[\w.+-]*[^\W\x00-\x7f][\w.+-]*@[\w.-]+\s*", str(value)):
            raise ValidationError("Mail cannot be sent there: before the @ only plain letters go.", code="address")
        text = str(super().clean(value))
        local, _, domain = text.rpartition("@")
        with contextlib.suppress(UnicodeError):  # what it cannot write is refused below
            text = text if domain.isascii() or UNSEEN.search(text) else f"{local}@{domain.encode('idna').decode()}"
        domain = text.rpartition("@")[2]
        if text and (UNSEEN.search(text) or not text.isascii() or len(local) > 64 or not DOMAIN.fullmatch(domain)):
            raise ValidationError("Write a whole address such as ana@example.com.", code="address")
        return text


class TimeField(forms.CharField):
    """A time such as 1:30, 90m or 1.5, to seconds; blank is 0."""

    def __init__(self, *, most: int = durations.DAY_MOST, **kwargs: Any) -> None:
        self.most = most
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        try:
            return durations.parse(text, most=self.most)
        except durations.NotATime as error:
            raise ValidationError(str(error), code="time") from None


# A week; the columns hold no more, and the dearest currencies in use need it.
BUDGET_MOST = Decimal(500_000)


class HoursField(forms.CharField):
    """Hours, "5", "7.5" or "7:30", to seconds; a bare number is always hours here, and blank is None."""

    def __init__(self, *, most: int = WEEK, **kwargs: Any) -> None:
        self.most = most
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
        bare = re.fullmatch(r"[0-9]+([.,][0-9]{1,2})?", text)
        try:
            seconds = durations.parse(f"{text}h" if bare else text, most=self.most)
        except durations.NotATime:
            raise ValidationError(
                f"Write hours such as 5, {formats.number('7.5')} or 7:30, at most {self.most // durations.HOUR}.",
                code="hours",
            ) from None
        if not seconds:
            raise ValidationError("Write more than zero hours.", code="zero")
        return seconds


class SpanField(forms.CharField):
    """A time or a range of times, such as 1–2 h, to (least, most) in seconds; None when left blank."""

    def clean(self, value: Any) -> tuple[int, int] | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return durations.parse_range(text)
        except durations.NotATime as error:
            raise ValidationError(str(error), code="time") from None

    def prepare_value(self, value: Any) -> Any:
        return durations.span(*value) if isinstance(value, tuple) else value


class PercentField(forms.CharField):
    """A whole percentage, "20", "20 %" or "-10", to an int; 0 when left blank."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"autocomplete": "off"}

    def clean(self, value: Any) -> int:
        text = money.plain(str(super().clean(value))).replace("\u2212", "-")
        digits = "".join(text.split()).removesuffix("%")
        if not text:
            return 0
        if not re.fullmatch(r"[+-]?\d{1,9}", digits):
            raise ValidationError("Write a whole percentage such as 20 or -10.", code="percent")
        if not self.least <= int(digits) <= self.most:
            raise ValidationError(f"Write {self.least} to {self.most} percent.", code="far")
        return int(digits)

    def prepare_value(self, value: Any) -> Any:
        return (str(value) if value else "") if isinstance(value, int) else value


class AmountField(forms.CharField):
    """An amount of money, zero or more, to a Decimal; None if blank. A large one may have its thousands apart."""

    def __init__(
        self, *, most: Decimal = Decimal(10_000), is_large: bool = False, above_zero: bool = False, **kwargs: Any
    ) -> None:
        self.most, self.is_large, self.above_zero = most, is_large, above_zero
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = money.parse(text, most=self.most, is_large=self.is_large)
        except money.NotAnAmount as error:
            raise ValidationError(str(error), code="amount") from None
        if self.above_zero and not amount:
            raise ValidationError("Write more than 0. A guess will do.", code="zero")
        return amount

    def prepare_value(self, value: Any) -> Any:
        return money.typed(value, is_large=self.is_large) if isinstance(value, Decimal) else value


class CountField(forms.CharField):
    """A whole number as people write it, 2000, 2,000 or 2 000; None if blank. `says` gives the error for all else."""

    def __init__(self, *, least: int, most: int, says: Callable[[], str], **kwargs: Any) -> None:
        self.least, self.most, self.says = least, most, says
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value: Any) -> int | None:
        text = money.plain(str(super().clean(value)))
        if not text:
            return None
        text = money.ungrouped(formats.current().ungrouped(text))
        number = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
        if not self.least <= number <= self.most:
            raise ValidationError(self.says(), code="count")
        return number

    def prepare_value(self, value: Any) -> Any:
        return formats.count(value) if isinstance(value, int) else value


class ZoneSelect(forms.Select):
    """Four hundred options drawn as text: a template for each, as Django has it, cost nine milliseconds a page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        given = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        areas = ((area, _options(zones, chosen)) for area, zones in self.choices)
        drawn = format_html_join("", '<optgroup label="{}">{}</optgroup>', areas)
        return format_html("<select{}>{}</select>", flatatt(given), drawn)


class ZoneField(forms.ChoiceField):
    """A time zone from the list, by area; an older name of one is taken, and kept by the name in use."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {})["invalid_choice"] = "Choose a time zone from the list."
        super().__init__(choices=_zone_choices, widget=ZoneSelect, **kwargs)

    def to_python(self, value: Any) -> str:
        name = str(super().to_python(value))
        return dates.canonical(name) or name

    def prepare_value(self, value: Any) -> Any:
        return (dates.canonical(value) or value) if isinstance(value, str) else value


class DayField(forms.DateField):
    """A day, written 2026-03-02 only: 02/03/2026 means two different days to two people."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {})["invalid"] = "Write the day as 2026-03-02."
        super().__init__(
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": FIRST_DAY}),
            **kwargs,
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not FIRST_DAY <= value.isoformat() <= LAST_DAY:
            raise ValidationError("That year is too far away.", code="far")


def _shows(character: str) -> bool:
    """Whether it can be seen by itself; joiners, spaces and marks cannot."""
    return unicodedata.category(character)[0] not in "CMZ" and character not in BLANK_LETTERS


def _options(zones: Any, chosen: list[str]) -> SafeString:
    drawn = ((zone, " selected" if zone in chosen else "", label) for zone, label in zones)
    return format_html_join("", '<option value="{}"{}>{}</option>', drawn)


def _zone_choices() -> list[tuple[str, Any]]:
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in dates.zones():
        area, _, place = name.partition("/")
        areas.setdefault(area, []).append((name, place.replace("_", " ").replace("/", ", ") or name))
    return list(areas.items())


def hours_text(minutes: int) -> str:
    """5, 7.5 or 7:20, as one would type it into a field of hours a week."""
    if minutes % 30:
        return durations.clock(minutes * 60)
    return formats.number(f"{minutes / 60:g}")
