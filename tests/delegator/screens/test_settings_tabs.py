"""The settings open in two tabs: what the other one saved is shown before it is written over."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from tasks.models import Owner
from tasks.worth import Derivation
from tests.delegator.pages import Page, read
from tests.delegator.screens.test_hour_worked_out import GIVEN, YEAR
from tests.factories import NOW, TODAY, the_best_work

pytestmark = pytest.mark.django_db
AGAIN = "This was changed elsewhere. Save again to make it yours."


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hers(client: Client, nora: Owner, the_fifteenth_of_october: None) -> Client:
    the_best_work(owner=nora)
    client.force_login(nora)
    return client


def seen_in(page: Page) -> str:
    return next(tag.attrs["value"] for tag in page.all("input") if tag.attrs.get("name") == "seen")


def opened(client: Client) -> str:
    """Another tab: what it shows, as its hidden field has it."""
    return seen_in(read(client.get("/settings/")))


def save(client: Client, seen: str, **changed: Any) -> Any:
    formats = {"clock_format": "12", "date_format": "day", "number_format": "point"}
    shown = {"best": "Garden design", "divisor": "4", "wants_summary": "on", "theme": ""}
    return client.post("/settings/", GIVEN | shown | formats | {"seen": seen} | changed)


def values(page: Page) -> dict[str, str]:
    return {tag.attrs["name"]: tag.attrs.get("value", "") for tag in page.all("input") if "name" in tag.attrs}


def test_what_both_changed_is_shown_with_both_texts_and_written_when_saved_again(hers: Client, nora: Owner) -> None:
    seen = opened(hers)
    assert save(hers, seen, name="Nora Vale", business="Gardens", theme="dark", day="6").status_code == 302
    answer = save(hers, seen, name="Nora Dale", business="Parks", vision="Be home by four.", day="7")
    page = read(answer)
    assert answer.status_code == 409
    # In the summary and at the field, for each.
    assert page.text.count(AGAIN) == 6
    assert f"Your name: {AGAIN}" in page.text
    for there in ("Nora Vale", "Gardens", "6"):
        assert f"{AGAIN} There now: {there}" in page.text
    mine = values(page)
    assert (mine["name"], mine["business"], mine["day"]) == ("Nora Dale", "Parks", "7")
    assert "Be home by four." in page.text
    nora.refresh_from_db()
    assert (nora.name, nora.business, nora.vision) == ("Nora Vale", "Gardens", "")
    # What was not touched here is shown as the other tab left it.
    assert "dark" in [tag.attrs["value"] for tag in page.all("option") if "selected" in tag.attrs]
    again = {"name": "Nora Dale", "business": "Parks", "vision": "Be home by four.", "day": "7", "theme": "dark"}
    assert save(hers, mine["seen"], **again).status_code == 302
    nora.refresh_from_db()
    assert (nora.name, nora.business, nora.vision, nora.theme) == ("Nora Dale", "Parks", "Be home by four.", "dark")


def test_tabs_that_change_different_fields_both_keep_what_they_saved(hers: Client, nora: Owner) -> None:
    seen = opened(hers)
    save(hers, seen, wants_reminder="on", work_days=["1", "2"], best="Boats", budget="290.00", date_format="month")
    assert save(hers, seen, name="Nora Dale", timer_limit="5").status_code == 302
    nora.refresh_from_db()
    assert (nora.wants_reminder, nora.work_days, nora.date_format) == (True, "12", "month")
    assert nora.budget == 290
    assert (nora.name, nora.timer_limit) == ("Nora Dale", 5 * 3600)
    assert nora.tasks.best_work().get().name == "Boats"


@pytest.mark.parametrize(
    ("theirs", "mine", "there"),
    [
        ({"work_days": ["1", "2"]}, {"work_days": ["7"]}, "Mon, Tue"),
        ({"wants_summary": ""}, {}, None),
        ({"time_zone": "Asia/Manila"}, {"time_zone": "Europe/Berlin"}, "Asia/Manila"),
        ({"currency": "EUR"}, {"currency": "GBP"}, "Euro"),
        ({"reminder_hour": "6"}, {"reminder_hour": "7"}, "6 am"),
        ({"number_format": "comma"}, {"number_format": "space"}, "1.234,50"),
        ({"vision_by": "2099-06-01"}, {"vision_by": "2099-07-01"}, "1 June 2099"),
        ({"timer_limit": "2:30"}, {"timer_limit": "3"}, "2:30"),
        ({"budget": "1234.5"}, {"budget": "1"}, "1234.50"),
        ({"vision": "Rest.\nOr <not>."}, {"vision": "Work."}, "Rest. Or <not>."),
        ({"vision": ""}, {"vision": "Work."}, None),
    ],
)
def test_what_stands_there_is_said_in_the_words_of_its_field(
    hers: Client, theirs: dict[str, Any], mine: dict[str, Any], there: str | None
) -> None:
    seen = opened(hers)
    save(hers, seen, **theirs)
    answer = save(hers, seen, **mine)
    assert answer.status_code == (409 if there else 302)
    if there:
        assert f"There now: {there}" in read(answer).text


@pytest.mark.parametrize("seen", ["same", "", "nonsense", "name: :x theme:00000000"])
def test_the_same_from_two_tabs_is_no_clash(hers: Client, nora: Owner, seen: str) -> None:
    seen = opened(hers) if seen == "same" else seen
    changed = {"name": "Nora Dale", "worth": "90", "work_days": ["1"], "budget": "10"}
    before = opened(hers)
    assert save(hers, before, **changed).status_code == 302
    assert save(hers, seen, **changed).status_code == 302


# --- The worth of an hour, which has four fields --------------------------------
def worth(owner: Owner) -> tuple[int, Derivation | None]:
    """In whole units, and what it rests on."""
    held = owner.best_hour(TODAY)
    assert held
    assert held.amount == int(held.amount)
    return int(held.amount), Derivation.of(held)


def test_an_hour_worked_out_here_and_typed_there_is_asked_about(hers: Client, nora: Owner) -> None:
    seen = opened(hers)
    save(hers, seen, worth="90")
    answer = save(hers, seen, worth="80", **YEAR)
    page = read(answer)
    assert answer.status_code == 409
    assert f"{AGAIN} There now: 90" in page.text
    assert worth(nora) == (90, None)
    shown = values(page)
    kept = {name: shown[name] for name in ("worth", "income", "hours_a_year", "divisor")}
    assert save(hers, shown["seen"], **kept).status_code == 302
    assert worth(nora) == (20, Derivation(Decimal(160_000), 2_000))


def test_an_hour_typed_here_and_worked_out_there_is_asked_about(hers: Client, nora: Owner) -> None:
    seen = opened(hers)
    save(hers, seen, **YEAR)
    answer = save(hers, seen, worth="95")
    shown = values(read(answer))
    assert answer.status_code == 409
    kept = {name: shown[name] for name in ("worth", "income", "hours_a_year", "divisor")}
    assert kept == {"worth": "95", "income": "160,000", "hours_a_year": "2,000", "divisor": "4"}
    assert save(hers, shown["seen"], **kept).status_code == 302
    assert worth(nora) == (95, None)


def test_an_hour_worked_out_there_stays_where_this_tab_left_it_alone(hers: Client, nora: Owner) -> None:
    seen = opened(hers)
    save(hers, seen, **YEAR)
    assert save(hers, seen, name="Nora Dale").status_code == 302
    assert worth(nora) == (20, Derivation(Decimal(160_000), 2_000))
