"""The settings page: days off come and go beside what is typed, with and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.eyes import Visit
from tests.browser.people import Person


def add(page: Page, day: str) -> None:
    page.get_by_label("First day").fill(day)
    page.get_by_role("button", name="Add days off").click()


@pytest.mark.parametrize("script", [True, False])
def test_what_is_typed_stays_when_a_day_off_comes_or_goes(opens: Opens, owner: Person, *, script: bool) -> None:
    page = owner.opens(opens(script=script), "/settings/").page
    if script:
        # Touched, the page brings what it needs to change the list in its place.
        page.get_by_label("Your name").focus()
        page.wait_for_function("() => window.htmx")
    page.get_by_label("Your name").fill("Nora Dale")
    add(page, "2099-12-24")
    expect(page.get_by_role("status").filter(has_text="Added Thursday 24 December 2099.")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Nora Dale")
    expect(page.get_by_label("First day")).to_have_value("")
    if script:
        expect(page.get_by_label("First day")).to_be_focused()
        assert page.url.endswith("/settings/")
    page.get_by_role("button", name="Remove Thursday 24 December 2099").click()
    expect(page.get_by_role("status").filter(has_text="Removed Thursday 24 December 2099.")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Nora Dale")
    if script:
        expect(page.get_by_role("heading", name="Days off")).to_be_focused()


def test_enter_saves_the_settings_and_a_day_off_that_was_typed(visit: Visit) -> None:
    page = visit.page
    page.goto("/settings/")
    page.get_by_label("Your name").fill("Nora Dale")
    page.get_by_label("First day").fill("2099-12-24")
    page.get_by_label("What for").fill("Eve")
    page.get_by_label("What for").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Your settings are saved.")).to_be_visible()
    expect(page.get_by_text("Eve", exact=True)).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Nora Dale")


def test_it_looks_right_with_days_off_and_with_errors(visit: Visit) -> None:
    visit.page.goto("/settings/")
    add(visit.page, "2099-12-24")
    expect(visit.page.get_by_text("Added Thursday 24 December 2099.")).to_be_visible()
    visit.look()
    visit.page.get_by_label("Your name").fill("")
    visit.page.get_by_label("An hour of your best work is worth").fill("0")
    visit.page.get_by_role("button", name="Save settings").click()
    expect(visit.page.locator("#problem")).to_be_focused()
    visit.look()
