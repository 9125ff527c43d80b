"""A day is logged with JavaScript turned off: whole, with its timer, its copy of yesterday and its notes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.sheets import field, shows, stands, total


@pytest.fixture
def plain(opens: Opens, owner: Person) -> Visit:
    """The owner's browser, on their day, without scripts."""
    return owner.opens(opens(script=False))


def test_several_fields_are_saved_with_one_press(plain: Visit) -> None:
    page = plain.page
    field(page, "Email").fill("90m")
    field(page, "Sales").fill("2")
    field(page, "Garden design").fill("+15m")
    page.get_by_role("button", name="Save the day").click()
    expect(page.get_by_role("main")).to_contain_text("Saved at")
    expect(total(page)).to_have_text("3:45")
    stands(page, Email="1:30", Sales="2:00", Garden_design="0:15")


def test_enter_in_a_field_saves_the_day_and_starts_no_timer(plain: Visit) -> None:
    page = plain.page
    field(page, "Sales").fill("2")
    field(page, "Sales").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Saved at")
    expect(page.get_by_role("button", name=re.compile("Stop the timer"))).to_have_count(0)
    shows(page, Sales="2:00")


def test_an_error_keeps_what_was_typed_and_the_rest_is_saved(plain: Visit) -> None:
    page = plain.page
    field(page, "Email").fill("soon")
    field(page, "Sales").fill("2")
    page.get_by_role("button", name="Save the day").click()
    expect(page).to_have_title(re.compile("^Problem: "))
    expect(page.locator("#problem")).to_contain_text("Write a time such as 1:30")
    shows(page, Email="soon", Sales="2:00")
    expect(field(page, "Email")).to_have_accessible_description(re.compile("time such as"))
    expect(total(page)).to_have_text("2:00")
    page.locator("#problem").get_by_role("link", name=re.compile("time such as")).click()
    expect(field(page, "Email")).to_be_focused()
    field(page, "Email").fill("1")
    page.get_by_role("button", name="Save the day").click()
    expect(page.locator("#problem")).to_have_count(0)
    stands(page, Email="1:00", Sales="2:00")


def test_the_timer_starts_and_stops_by_its_buttons_and_saves_what_is_typed(plain: Visit) -> None:
    page = plain.page
    field(page, "Sales").fill("2")
    page.get_by_role("button", name="Start a timer for Email").click()
    stop = page.locator("#sheet").get_by_role("button", name="Stop the timer for Email")
    expect(stop).to_be_visible()
    shows(page, Sales="2:00")
    field(page, "Record keeping").fill("30m")
    stop.click()
    expect(page.get_by_role("main")).to_contain_text("of email logged")
    shows(page, Sales="2:00", Record_keeping="0:30")
    expect(stop).to_have_count(0)


def test_yesterday_is_copied_and_taken_back(plain: Visit) -> None:
    page = plain.page
    page.get_by_role("button", name="Copy yesterday").click()
    expect(page.get_by_role("main")).to_contain_text("2 rows filled from")
    shows(page, Email="0:45", Sales="2:00")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("main")).to_contain_text("Undone.")
    shows(page, Email="", Sales="")
    expect(total(page)).to_have_text("0:00")


def test_a_note_is_written_beside_an_entry_and_shown_on_the_day(plain: Visit, owner: Person) -> None:
    page = plain.page
    page.goto(f"/day/{owner.yesterday}/")
    page.get_by_role("link", name="Notes and history of this day").click()
    page.get_by_label("Note on email, 45 min").fill("Invoices of Ana’s")
    page.get_by_role("button", name="Save the note on email").click()
    expect(page.get_by_role("main")).to_contain_text("The note is saved.")
    expect(page.get_by_label("Note on email, 45 min")).to_have_value("Invoices of Ana’s")
    expect(page.get_by_role("region", name="History")).to_contain_text("Note: Invoices of Ana’s")
    page.goto(f"/day/{owner.yesterday}/")
    expect(page.locator("#sheet")).to_contain_text("Invoices of Ana’s")


def test_a_week_is_saved_with_one_press(plain: Visit, owner: Person) -> None:
    page = plain.page
    page.goto("/week/")
    cells = page.locator("#sheet").get_by_role("textbox", name=re.compile("^Record keeping, "))
    first = cells.first
    first.fill("1.5")
    first.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Saved at")
    expect(first).to_have_value("1:30")
