"""The page of one task in a browser: long and short, refused, changed in another tab, and taken off the list."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.eyes import Visit
from tests.browser.people import Person


def opened(visit: Visit, owner: Person, name: str = "Record keeping") -> Page:
    visit.page.goto(f"/routine/{owner.tasks[name]}/")
    return visit.page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the task").click()


def test_a_task_with_a_brief_its_versions_and_hours(visit: Visit, owner: Person) -> None:
    page = opened(visit, owner)
    expect(page.get_by_role("region", name="Hours a week")).to_contain_text("Nothing is logged for it")
    visit.look()
    for steps in ("Sort by date.", "Sort by date, then by name."):
        page.get_by_label("How it is done, step by step").fill(steps)
        page.get_by_label("Links").fill("https://gardens.internal/books")
        save(page)
        expect(page.get_by_role("status").first).to_contain_text("Record keeping is saved.")
    visit.look()
    page.get_by_text("Earlier versions").click()
    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_role("main")).to_contain_text("Sort by date.")
    visit.look()
    opened(visit, owner, "Sales")
    expect(page.get_by_role("img", name="Hours a week since")).to_be_visible()
    visit.look()


def test_a_task_that_must_stay_without_a_reason(visit: Visit, owner: Person) -> None:
    page = opened(visit, owner)
    page.get_by_label("It must stay with me").check()
    save(page)
    expect(page.locator("#problem")).to_be_focused()
    page.get_by_role("link", name="Say why it must stay with you.").click()
    expect(page.get_by_label("If so, why?")).to_be_focused()
    visit.look()


def test_a_task_that_another_tab_changed(visit: Visit, owner: Person) -> None:
    page = opened(visit, owner)
    other = visit.context.new_page()
    other.goto(page.url)
    other.get_by_label("How does it grow a year?").fill("20")
    save(other)
    expect(other.get_by_role("status").first).to_contain_text("is saved")
    visit.bear(r"^409: POST ", "status of 409")
    page.get_by_label("How does it grow a year?").fill("30%")
    save(page)
    expect(page.locator("#problem")).to_be_focused()
    expect(page.get_by_role("main")).to_contain_text("There now: 20")
    expect(page.get_by_label("How does it grow a year?")).to_have_value("30%")
    visit.look()
    save(page)
    expect(page.get_by_label("How does it grow a year?")).to_have_value("30")


def test_a_task_taken_off_the_list_and_brought_back(visit: Visit, owner: Person) -> None:
    page = opened(visit, owner)
    page.get_by_text("Take it off", exact=True).click()
    page.get_by_role("button", name="Take it off your list").click()
    opened(visit, owner)
    expect(page.get_by_role("main")).to_contain_text("Off your list since")
    visit.look()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_label("What is it called?")).to_have_value("Record keeping")
