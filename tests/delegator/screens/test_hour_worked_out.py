"""The worth of an hour in the settings: typed, or worked out from a year's income, and the working shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from tasks.models import Owner
from tasks.worth import Derivation
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {
    "name": "Nora Hale",
    "work_days": ["1", "2", "3", "4", "5"],
    "worth": "80",
    "day": "8",
    "currency": "USD",
    "time_zone": "America/Phoenix",
    "reminder_hour": "17",
    "timer_limit": "4",
}
YEAR = {"income": "160,000", "hours_a_year": "2,000", "divisor": "4"}
FIELDS = ("worth", "income", "hours_a_year", "divisor")
SENTENCE = "$160,000 over 2,000 hours is $80; a quarter of it is $20."


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hers(client: Client, nora: Owner, the_fifteenth_of_october: None) -> Client:
    client.force_login(nora)
    return client


def save(client: Client, **given: str) -> Any:
    return client.post("/settings/", GIVEN | given, follow=True)


def shown(page: Page) -> list[str]:
    fields = {tag.attrs.get("name"): tag.attrs.get("value", "") for tag in page.all("input")}
    return [fields[name] for name in FIELDS]


def hour(owner: Owner) -> tuple[str, Derivation | None]:
    """What it is worth today, and what that was worked out from."""
    held = owner.best_hour(TODAY)
    return str(held and held.amount).removesuffix(".00"), Derivation.of(held)


def test_at_first_nothing_is_worked_out_and_a_quarter_is_offered(hers: Client) -> None:
    page = read(hers.get("/settings/"))
    assert shown(page) == ["80", "", "", "4"]
    assert "open" not in page.all("details", "disclose")[0].attrs
    assert "a quarter of it is" not in page.text


def test_income_and_hours_decide_and_the_working_is_shown(hers: Client, nora: Owner) -> None:
    page = read(save(hers, **YEAR))
    assert SENTENCE in page.text
    assert shown(page) == ["20", "160,000", "2,000", "4"]
    assert hour(nora) == ("20", Derivation(Decimal(160_000), 2_000))
    assert nora.hour_value(TODAY - timedelta(days=1)) == 80


@pytest.mark.parametrize(
    ("changed", "worth"),
    [
        ({"divisor": "1"}, "80"),
        ({"divisor": ""}, "20"),
        ({"hours_a_year": "1600"}, "25"),
        ({"income": "100000", "hours_a_year": "3000"}, "8.33"),
        ({"income": "160,000.50", "hours_a_year": "1", "divisor": "10"}, ""),
    ],
)
def test_each_part_can_be_another(hers: Client, nora: Owner, changed: dict[str, str], worth: str) -> None:
    page = read(save(hers, worth="", **(YEAR | changed)))
    if worth:
        assert shown(page)[0] == worth
        assert hour(nora)[0] == worth
    else:
        assert "That makes an hour worth more than 10,000." in page.text
        assert hour(nora) == ("80", None)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"hours_a_year": ""}, "Say how many hours a year, 1 to 8,784."),
        ({"hours_a_year": "0"}, "Say how many hours a year, 1 to 8,784."),
        ({"hours_a_year": "8785"}, "Say how many hours a year, 1 to 8,784."),
        ({"hours_a_year": "-1"}, "Say how many hours a year, 1 to 8,784."),
        ({"hours_a_year": "40 a week"}, "Say how many hours a year, 1 to 8,784."),
        ({"income": ""}, "Say what you earn a year."),
        ({"income": "NaN"}, "Write an amount such as 18 or 18.50."),
        # Not 123.
        ({"income": "0.123"}, "Write an amount such as 18 or 18.50."),
        ({"income": "0"}, "Write more than 0. A guess will do."),
        ({"income": "0.01"}, "That makes an hour worth nothing."),
        ({"income": "100,000,001"}, "Write 100,000,000 or less."),
        ({"divisor": "0"}, "Write 1 to 10."),
        ({"divisor": "11"}, "Write 1 to 10."),
        ({"divisor": "four"}, "Write 1 to 10."),
    ],
)
@pytest.mark.parametrize("worth", ["80", ""])
def test_what_is_missing_or_wrong_is_said_at_its_field_which_stands_open(
    hers: Client, nora: Owner, changed: dict[str, str], why: str, worth: str
) -> None:
    refused = save(hers, worth=worth, **(YEAR | changed))
    page = read(refused)
    assert refused.status_code == 422
    # In the summary and at the field, and nothing else is wrong.
    assert page.text.count(why) == 2
    assert "One thing needs a look" in page.text
    assert "open" in page.all("details", "disclose")[0].attrs
    given = YEAR | changed
    assert shown(page) == [worth, given["income"], given["hours_a_year"], given["divisor"]]
    assert hour(nora) == ("80", None)
    assert nora.best_hours.count() == 1


def test_saving_the_page_as_it_came_changes_nothing(hers: Client, nora: Owner) -> None:
    save(hers, **YEAR)
    before = list(nora.best_hours.values())
    assert SENTENCE in read(save(hers, **YEAR, worth="20")).text
    assert list(nora.best_hours.values()) == before


def test_another_amount_typed_over_it_decides_and_the_working_is_gone(hers: Client, nora: Owner) -> None:
    save(hers, **YEAR)
    page = read(save(hers, **YEAR, worth="25"))
    assert shown(page) == ["25", "", "", "4"]
    assert SENTENCE not in page.text
    assert hour(nora) == ("25", None)


def test_where_both_were_changed_and_differ_the_owner_is_asked_which_it_is(hers: Client, nora: Owner) -> None:
    save(hers, **YEAR)
    refused = save(hers, **(YEAR | {"income": "320,000"}), worth="25")
    page = read(refused)
    assert refused.status_code == 422
    assert page.text.count("You wrote $25, and your income makes it $40. Leave one of the two blank.") == 2
    assert "open" in page.all("details", "disclose")[0].attrs
    assert hour(nora) == ("20", Derivation(Decimal(160_000), 2_000))
    save(hers, **(YEAR | {"income": "320,000"}), worth="")
    assert hour(nora) == ("40", Derivation(Decimal(320_000), 2_000))


def test_an_income_that_comes_to_the_amount_that_was_typed_is_no_question(hers: Client, nora: Owner) -> None:
    save(hers, **YEAR)
    save(hers, **(YEAR | {"income": "320,000"}), worth="40")
    assert hour(nora) == ("40", Derivation(Decimal(320_000), 2_000))


def test_income_and_hours_taken_out_leave_the_amount_as_a_typed_one(hers: Client, nora: Owner) -> None:
    save(hers, **YEAR)
    page = read(save(hers, worth="20", income="", hours_a_year=""))
    assert shown(page) == ["20", "", "", "4"]
    assert hour(nora) == ("20", None)


def test_a_later_figure_leaves_past_weeks_and_what_they_rested_on(hers: Client, nora: Owner) -> None:
    save(hers, **YEAR)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        save(hers, **(YEAR | {"hours_a_year": "1,000"}), worth="20")
    later = TODAY + timedelta(days=7)
    assert [nora.hour_value(day) for day in (TODAY - timedelta(days=1), TODAY, later)] == [80, 20, 40]
    assert [Derivation.of(nora.best_hour(day)) for day in (TODAY, later)] == [
        Derivation(Decimal(160_000), 2_000),
        Derivation(Decimal(160_000), 1_000),
    ]


def test_nothing_typed_and_nothing_to_work_it_out_from_is_asked_for(hers: Client, nora: Owner) -> None:
    refused = save(hers, worth="")
    assert refused.status_code == 422
    assert read(refused).text.count("A guess will do.") == 2


def test_the_working_is_in_the_owners_currency(hers: Client, nora: Owner) -> None:
    page = read(save(hers, **YEAR, currency="EUR"))
    assert "€160,000 over 2,000 hours is €80; a quarter of it is €20." in page.text
