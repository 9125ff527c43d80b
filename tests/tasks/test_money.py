"""Amounts: what people type, what they read, and that nothing is rounded twice or guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import money
from tasks.money import NotAnAmount

CENTS = st.integers(0, 1_000_000)
NO_AMOUNTS = ["1e5", "1E5", "1e1000000", "1_000", "0x10", "NaN", "sNaN", "Infinity", "inf", "abc", "$", "", "."]
NO_AMOUNTS += [",5", ".5", "5.", "1\x00", "\x005", "½", "1/2", "5%", "=5", "'5", "~5", "<5", "\ud8005", "1 2"]
NO_AMOUNTS += ["1\n2", "18 an hour", "dollar 5"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("18", "18"),
        ("18.50", "18.50"),
        ("18,50", "18.50"),
        ("18.5", "18.5"),
        ("0", "0"),
        ("0,5", "0.5"),
        ("$12", "12"),
        ("$ 12", "12"),
        ("€1,50", "1.50"),
        ("US$12", "12"),
        ("CHF 12.50", "12.50"),
        ("kr 12", "12"),
        ("1,234.50", "1234.50"),
        ("1.234,56", "1234.56"),
        (" 18 ", "18"),
        ("٣", "3"),
        ("\uff11\uff12", "12"),
        ("\uff04\uff11\uff12", "12"),
        ("10000", "10000"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    assert money.parse(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["12.345", "1,234", "1.234", "1,2.50", "1.234.50", "12,34,56", "1 234"])
def test_what_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount, match=r"^Write an amount such as 18 or 18\.50\.$"):
        money.parse(text)


@pytest.mark.parametrize(
    "text", ["-5", "- 5", "\u22125", "–5", "—5", "-$5", "$-5", "$ -5", "(5)", "(5", "-0", "5-", "+5", "--5"]
)
def test_no_minus_of_any_kind_is_read_as_a_plus(text: str) -> None:
    with pytest.raises(NotAnAmount):
        money.parse(text)


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        money.parse(text)


def test_an_amount_over_the_most_says_what_the_most_is() -> None:
    assert money.parse("10000.00") == 10_000
    with pytest.raises(NotAnAmount, match=r"^Write 10,000 or less\.$"):
        money.parse("10000.01")
    with pytest.raises(NotAnAmount, match=r"^Write 50 or less\.$"):
        money.parse("51", most=Decimal(50))
    with pytest.raises(NotAnAmount):
        money.parse("9" * 5000)


@given(cents=CENTS, point=st.sampled_from(".,"))
def test_an_amount_with_cents_is_read_to_the_cent(cents: int, point: str) -> None:
    assert money.parse(f"{cents // 100}{point}{cents % 100:02}") * 100 == cents


@given(cents=CENTS, currency=st.sampled_from(["USD", "GBP", "AUD", "CAD"]))
def test_what_is_shown_can_be_typed_again(cents: int, currency: str) -> None:
    amount = Decimal(cents).scaleb(-2)
    assert money.parse(money.exact(amount, currency)) == amount


@given(text=st.text(max_size=12))
def test_any_text_is_an_amount_of_zero_or_more_or_is_refused(text: str) -> None:
    try:
        amount = money.parse(text)
    except NotAnAmount:
        return
    assert 0 <= amount <= 10_000
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int)
    assert exponent >= -2
    assert not set(text) & set("-\u2212–—_")


@pytest.mark.parametrize(
    ("amount", "currency", "exact", "short", "about"),
    [
        ("90", "USD", "$90.00", "$90", "$90"),
        ("40.50", "USD", "$40.50", "$40.50", "$41"),
        ("1234.5", "EUR", "€1,234.50", "€1,234.50", "€1,235"),
        ("12", "JPY", "¥12", "¥12", "¥12"),
        ("1200", "GBP", "£1,200.00", "£1,200", "£1,200"),
        ("0.5", "USD", "$0.50", "$0.50", "$1"),
        ("-40", "USD", "−$40.00", "−$40", "−$40"),
    ],
)
def test_amounts_are_said_with_the_care_that_they_can_claim(
    amount: str, currency: str, exact: str, short: str, about: str
) -> None:
    value = Decimal(amount)
    said = money.exact(value, currency), money.short(value, currency), money.about(value, currency)
    assert said == (exact, short, about)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "USD", "0.01"),
        ("0.0049", "USD", "0.00"),
        ("2.675", "USD", "2.68"),
        ("0.125", "EUR", "0.13"),
        ("0.5", "JPY", "1"),
        ("1.5", "JPY", "2"),
        ("2.5", "JPY", "3"),
    ],
)
def test_amounts_are_rounded_half_up_to_the_smallest_coin(amount: str, currency: str, rounded: str) -> None:
    assert str(money.rounded(Decimal(amount), currency)) == rounded


def test_every_currency_on_offer_has_a_name_and_a_sign() -> None:
    for code, name in money.known_currencies().items():
        assert len(code) == 3
        assert name != code
        assert money.symbol(code)
