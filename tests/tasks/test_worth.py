"""The worth of an hour, typed or worked out, and what a new figure leaves alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import owners, worth
from tasks.models import Owner
from tasks.worth import Derivation
from tests.factories import TODAY

DAY = timedelta(days=1)
# Eighty dollars an hour, of which a quarter is twenty.
GARDENS = Derivation(Decimal(160_000), 2_000)


@pytest.mark.parametrize(
    ("basis", "amount", "said"),
    [
        (GARDENS, "20", "$160,000 over 2,000 hours is $80; a quarter of it is $20."),
        (Derivation(Decimal(160_000), 2_000, 1), "80", "$160,000 over 2,000 hours is $80."),
        (Derivation(Decimal(75_000), 1_000, 2), "37.50", "$75,000 over 1,000 hours is $75; half of it is $37.50."),
        (
            Derivation(Decimal(100_000), 3_000),
            "8.33",
            "$100,000 over 3,000 hours is $33.33; a quarter of it is $8.33.",
        ),
        # 0.625 is rounded up and not to even, and once: of 2.5 a quarter, not of 3.
        (Derivation(Decimal("2.50"), 1), "0.63", "$2.50 over 1 hour is $2.50; a quarter of it is $0.63."),
        (Derivation(Decimal(1), 8), "0.03", "$1 over 8 hours is $0.13; a quarter of it is $0.03."),
        (Derivation(Decimal(0), 10, 10), "0", "$0 over 10 hours is $0; a tenth of it is $0."),
    ],
)
def test_an_hour_is_income_over_hours_over_the_divisor(basis: Derivation, amount: str, said: str) -> None:
    assert basis.amount == Decimal(amount)
    assert basis.sentence("USD") == said


@given(
    cents=st.integers(0, 10**10), hours=st.integers(1, worth.HOURS_MOST), divisor=st.integers(1, worth.DIVISOR_MOST)
)
def test_it_is_rounded_half_up_to_cents_exactly(cents: int, hours: int, divisor: int) -> None:
    amount = Derivation(Decimal(cents) / 100, hours, divisor).amount
    parts = hours * divisor
    assert amount * 100 == (2 * cents + parts) // (2 * parts)


@pytest.mark.django_db
def test_a_figure_keeps_what_it_rests_on_from_its_day_on(nora: Owner) -> None:
    owners.set_hour(nora, GARDENS.amount, GARDENS, TODAY)
    assert Derivation.of(nora.best_hour(TODAY)) == Derivation.of(nora.best_hour(TODAY + DAY)) == GARDENS
    assert [nora.hour_value(day) for day in (TODAY, TODAY - DAY)] == [20, 80]
    assert Derivation.of(nora.best_hour(TODAY - DAY)) is None


@pytest.mark.django_db
def test_another_figure_typed_rests_on_nothing_and_the_same_one_changes_nothing(nora: Owner) -> None:
    owners.set_hour(nora, GARDENS.amount, GARDENS, TODAY)
    owners.set_hour_value(nora, Decimal(20), TODAY + DAY)
    assert Derivation.of(nora.best_hour(TODAY + DAY)) == GARDENS
    owners.set_hour_value(nora, Decimal(25), TODAY + DAY)
    assert Derivation.of(nora.best_hour(TODAY + DAY)) is None
    assert Derivation.of(nora.best_hour(TODAY)) == GARDENS
    assert [nora.hour_value(TODAY + n * DAY) for n in (-1, 0, 1)] == [80, 20, 25]


@pytest.mark.django_db
def test_a_new_basis_of_the_same_figure_is_kept_and_none_takes_it_away(nora: Owner) -> None:
    other = Derivation(Decimal(40_000), 1_000, 2)
    for basis in (GARDENS, other, other, None):
        owners.set_hour(nora, Decimal(20), basis, TODAY)
        assert Derivation.of(nora.best_hour(TODAY)) == basis
    assert nora.best_hours.count() == 2
