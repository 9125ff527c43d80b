"""Two tabs show one day: what was read earlier does not replace what was written later, and says so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.sheets import cell, field, saved, shows, stands, total, write

Tabs = tuple[Page, Page]


@pytest.fixture
def tabs(visit: Visit) -> Tabs:
    """Two tabs of one browser, both opened on the empty day; a refused time is no fault of theirs."""
    visit.bear(r"^409: POST \S+/(day|week)/", r"^console: .* status of 409")
    second = another(visit.context, "/today/")
    return visit.page, second


def another(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    return page


def test_an_older_reading_replaces_no_newer_one_until_it_is_saved_again(tabs: Tabs) -> None:
    one, two = tabs
    write(one, Email="1:30")
    saved(one)
    write(two, Email="0:20")
    it_is_stale(two, "1:30", "0:20")
    stands(one, Email="1:30")
    # The second press is meant.
    field(two, "Email").press("Enter")
    expect(total(two)).to_have_text("0:20")
    expect(two.locator("[aria-invalid]")).to_have_count(0)
    stands(one, Email="0:20")


def test_the_button_saves_it_as_well(tabs: Tabs) -> None:
    one, two = tabs
    write(one, Email="1:30")
    saved(one)
    write(two, Email="0:20")
    it_is_stale(two, "1:30", "0:20")
    two.get_by_role("button", name="Save the day").click()
    expect(two.get_by_role("main")).to_contain_text("Saved at")
    stands(one, Email="0:20")


def test_minutes_are_added_to_what_was_not_seen_only_when_saved_again(tabs: Tabs) -> None:
    one, two = tabs
    write(one, Email="1:30")
    saved(one)
    write(two, Email="+15m")
    it_is_stale(two, "1:30", "1:45")
    stands(one, Email="1:30")
    field(two, "Email").press("Enter")
    shows(two, Email="1:45")
    stands(one, Email="1:45")


def test_the_same_time_in_both_tabs_is_no_conflict(tabs: Tabs) -> None:
    one, two = tabs
    write(one, Email="1:30")
    saved(one)
    write(two, Email="90m")
    shows(two, Email="1:30")
    expect(two.locator("[aria-invalid]")).to_have_count(0)


def test_another_field_of_an_old_page_is_saved_and_the_newer_one_left_alone(tabs: Tabs) -> None:
    one, two = tabs
    write(one, Email="1:30")
    saved(one)
    write(two, Sales="2")
    expect(total(two)).to_have_text("3:30")
    stands(two, Email="1:30", Sales="2:00")


def test_a_cell_of_the_week_is_guarded_as_well(tabs: Tabs, owner: Person) -> None:
    one, two = tabs
    two.goto("/week/")
    write(one, Email="1:30")
    saved(one)
    today = cell(two, "Email", owner.today)
    today.fill("0:20")
    today.press("Tab")
    expect(two.locator("#echo")).to_contain_text("This was changed to 1:30 elsewhere.")
    expect(today).to_have_attribute("aria-invalid", "true")
    stands(one, Email="1:30")
    today.press("Enter")
    expect(two.locator("[aria-invalid]")).to_have_count(0)
    stands(one, Email="0:20")


def it_is_stale(page: Page, there: str, typed: str) -> None:
    told = re.compile(f"This was changed to {there} elsewhere. Save again to make it {typed}.")
    expect(field(page, "Email")).to_have_accessible_description(told)
    expect(field(page, "Email")).to_have_attribute("aria-invalid", "true")
