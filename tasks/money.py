"""
Amounts in words and digits. All are Decimal, in the owner's one currency.

The examples are the usual formats; whoever chose others in tasks/formats.py reads and types those.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import takewhile

from babel.core import Locale, get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol, get_territory_currencies

from . import formats

LOCALE = "en_US"
# 160,000 in any way that people write it, for where it cannot be 160; 0.123 has no thousands.
GROUPED = re.compile(r"([1-9]\d{0,2}(?:[,.'’\s]\d{3})+)(?:[.,](\d{1,2}))?")


class NotAnAmount(ValueError):
    """What was typed is no amount; its text is the sentence for the reader."""


def exact(amount: Decimal, currency: str) -> str:
    """For statements and hours worked: "$44.00"."""
    return formats.number(_in_english(amount, currency))


def short(amount: Decimal, currency: str) -> str:
    """For plans: "$90", and "$40.50" where leaving out the cents would not add up."""
    if amount != amount.to_integral_value():
        return exact(amount, currency)
    return formats.number(_whole_in_english(amount, currency))


# Babel takes as long for an amount as a database for a query, and a page has the same few again and again.
@lru_cache(1024)
def _in_english(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale=LOCALE).replace("-", "−")


@lru_cache(1024)
def _whole_in_english(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, format="¤#,##0;−¤#,##0", locale=LOCALE, currency_digits=False)


def about(amount: Decimal, currency: str) -> str:
    """For what is estimated or planned, where cents would claim too much: "$537"."""
    return short(whole(amount), currency)


def whole(amount: Decimal) -> Decimal:
    """Half up to the whole unit."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP)


def symbol(currency: str) -> str:
    return get_currency_symbol(currency, locale=LOCALE)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half up to the currency's smallest unit."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP)


def known_currencies() -> dict[str, str]:
    """Code to name, of the money in use today."""
    names = Locale.parse(LOCALE).currencies
    return {code: names[code] for code in CURRENCIES}


def of_zone(zone: str) -> str:
    """The money of the country that a time zone is of, such as EUR of Europe/Berlin; "" where that cannot be said."""
    country = get_global("zone_territories").get(zone)
    used = get_territory_currencies(country) if country else []
    return used[0] if used and used[0] in CURRENCIES else ""


def typed(amount: Decimal, *, is_large: bool = False) -> str:
    """18, or 18.50, as one would type it; a large one with its thousands apart."""
    return formats.number((f"{amount:,f}" if is_large else f"{amount:f}").removesuffix(".00"))


def plain(text: str) -> str:
    """Wide signs as ASCII has them. A raised or ringed digit is none here: 10² is not 102."""
    apart = ("<super>", "<sub>", "<circle>")
    return "".join(
        sign if unicodedata.decomposition(sign).startswith(apart) else unicodedata.normalize("NFKC", sign)
        for sign in text
    )


def parse(text: str, *, most: Decimal = Decimal(10_000), is_large: bool = False) -> Decimal:
    """
    "18", "18.50", "18,50", "1,234.50" or "$18" to an amount of zero or more.

    A single comma before one or two digits is a decimal comma. What could be read
    in two ways ("12.345", "1,234") is refused rather than guessed, unless the reader's
    formats decide it, or it is large: then it has its thousands apart.
    """
    digits = plain(text).strip()
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in digits)
    mark = "".join(takewhile(lambda c: not c.isdecimal(), digits))
    # A currency's sign or letters may stand before the amount; a minus of any kind may not.
    if len(mark) <= 4 and all(c.isalpha() or c == " " or unicodedata.category(c) == "Sc" for c in mark):
        digits = digits.removeprefix(mark)
    digits = formats.current().ungrouped(digits)
    if is_large:
        digits = ungrouped(digits)
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d{2}", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d{2}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"\d{1,12}([.,]\d{1,2})?", digits):
        raise NotAnAmount(f"Write an amount such as 18 or {formats.number('18.50')}.")
    amount = Decimal(digits.replace(",", "."))
    if amount > most:
        raise NotAnAmount(f"Write {formats.count(most)} or less.")
    return amount


def ungrouped(digits: str) -> str:
    """160000 or 160000.50 of digits with their thousands apart in any way; anything else as it is."""
    grouped = GROUPED.fullmatch(digits)
    if not grouped:
        return digits
    whole, fraction = grouped.groups()
    return re.sub(r"\D", "", whole) + (f".{fraction}" if fraction else "")


CURRENCIES = (
    "USD EUR GBP AUD BRL CAD CHF CNY CZK DKK HKD ILS INR KES MXN MYR NOK NZD PHP PLN RON SEK SGD THB TRY TWD UAH ZAR"
).split()
