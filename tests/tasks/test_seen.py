"""What two pages made of the same fields is told apart, field by field."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tasks import seen

VALUES = st.one_of(st.none(), st.text(max_size=5), st.decimals(0, 99, places=2))
SHOWN = st.fixed_dictionaries(dict.fromkeys("abc", VALUES))


@given(SHOWN, SHOWN)
def test_a_page_that_changed_nothing_takes_over_all_that_another_one_saved(
    shown: dict[str, object], there: dict[str, object]
) -> None:
    theirs, both = seen.compare(shown, there, seen.marks(shown))
    assert both == {}
    assert shown | theirs == there


@given(SHOWN, SHOWN)
def test_what_only_this_page_changed_is_its_own(shown: dict[str, object], sent: dict[str, object]) -> None:
    assert seen.compare(sent, shown, seen.marks(shown)) == ({}, {})


@given(SHOWN, SHOWN, SHOWN)
def test_what_both_changed_to_different_values_is_told_and_nothing_else(
    shown: dict[str, object], sent: dict[str, object], there: dict[str, object]
) -> None:
    _, both = seen.compare(sent, there, seen.marks(shown))
    for name, stands in there.items():
        changed_twice = stands != shown[name] and sent[name] != shown[name] and sent[name] != stands
        assert (name in both) == changed_twice


def test_an_amount_is_the_same_one_with_or_without_its_cents() -> None:
    shown = seen.marks({"budget": Decimal("290.00")})
    assert seen.shows(shown, "budget", Decimal(290))
    assert not seen.shows(shown, "budget", Decimal(291))
    assert not seen.shows(shown, "worth", Decimal(290))
