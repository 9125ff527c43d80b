"""The pages of time in all their states: nothing is wrong, on a wide screen and a phone, by day and by night."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.sheets import field, shows, total, write
from tests.browser.site import Site
from tests.browser.timers import forgotten, runs, start


def test_the_day_empty_and_over_the_work_day(visit: Visit) -> None:
    page = visit.page
    expect(total(page)).to_have_text("0:00")
    visit.look()
    write(page, Email="5", Sales="4:30")
    expect(total(page)).to_have_text("9:30")
    expect(page.get_by_text("Over your work day")).to_be_visible()
    visit.look()


def test_the_day_with_a_running_timer(visit: Visit, owner: Person, running: Site) -> None:
    start(visit.page, "Email")
    runs(running, owner, minutes=30)
    visit.page.goto("/today/")
    shows(visit.page, Email="0:30")
    visit.look()


def test_the_day_with_errors_found_by_its_button(visit: Visit) -> None:
    page = visit.page
    page.route("**/htmx.min.js", lambda route: route.abort())
    visit.bear(r"^console: Failed to load resource: net::ERR_FAILED$")
    write(page, Email="soon", Sales="25:00")
    page.get_by_role("button", name="Save the day").click()
    expect(page.locator("#problem")).to_be_focused()
    expect(page.locator("#problem")).to_contain_text("Two things need a look")
    visit.look()


def test_a_day_still_to_come(visit: Visit, owner: Person) -> None:
    page = visit.page
    page.goto(f"/day/{owner.today + timedelta(days=2)}/")
    expect(field(page, "Email")).not_to_be_editable()
    expect(page.get_by_role("main")).to_contain_text("This day is still to come.")
    expect(page.get_by_role("button", name="Save the day")).to_have_count(0)
    visit.look()


def test_a_day_with_a_reading_and_with_what_is_kept_in_the_browser(visit: Visit) -> None:
    page = visit.page
    field(page, "Email").focus()
    page.keyboard.type("90")
    expect(page.locator("#sheet")).to_contain_text("1 h 30 min. Press Enter to save.")
    visit.look()
    visit.bear("ERR_INTERNET_DISCONNECTED", r"^console: htmx:(afterRequest|sendError), ")
    visit.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#unsent")).to_contain_text("What you typed is kept in this browser")
    visit.look()


def test_the_week_with_hours(visit: Visit, owner: Person) -> None:
    write(visit.page, Garden_design="3", Email="1:30")
    expect(total(visit.page)).to_have_text("4:30")
    visit.page.goto("/week/")
    expect(visit.page.locator("#week-sum")).not_to_have_text("0:00")
    expect(visit.page.get_by_role("heading", name="Where it went")).to_be_visible()
    visit.look()


def test_the_week_with_an_error(visit: Visit, owner: Person) -> None:
    page = visit.page
    page.goto("/week/")
    first = page.locator("#sheet [name^=time-]:not([readonly])").first
    first.fill("soon")
    first.press("Tab")
    expect(page.locator("#echo")).to_contain_text("Write a time such as")
    visit.look()
    page.get_by_role("button", name="Save the week").click()
    expect(page.locator("#problem")).to_be_focused()
    visit.look()


def test_the_timer_idle_and_running(visit: Visit) -> None:
    page = visit.page
    page.goto("/timer/")
    expect(page.get_by_role("heading", name="Nothing is running")).to_be_visible()
    visit.look()
    start(page, "Email")
    visit.look()


def test_the_question_about_a_forgotten_timer(opens: Opens, owner: Person, running: Site) -> None:
    visit = opens()
    page = forgotten(visit, owner, running)
    visit.look()
    page.goto("/timer/")
    expect(page.get_by_role("heading", name="When did you stop?")).to_be_visible()
    visit.look()
    page.locator("[name=at]").fill("2020-01-01T10:00")
    page.get_by_role("button", name="Log it until then").click()
    expect(page.locator("#problem")).to_be_focused()
    visit.look()


def test_the_entries_of_a_day_with_their_history(visit: Visit, owner: Person) -> None:
    page = visit.page
    page.goto(f"/day/{owner.today}/entries/")
    expect(page.get_by_role("main")).to_contain_text("Nothing was changed on this day.")
    visit.look()
    start(page, "Email")
    page.get_by_role("main").get_by_role("button", name="Stop email").click()
    expect(page.get_by_role("main")).to_contain_text("of email logged")
    page.goto(f"/day/{owner.yesterday}/")
    write(page, Email="1:10", Web_site="30m")
    expect(total(page)).to_have_text("3:40")
    page.goto(f"/day/{owner.yesterday}/entries/")
    page.get_by_label("Note on web site, 30 min").fill("A new page for the roses, which Bea asked for in spring")
    page.get_by_role("button", name="Save the note on web site").click()
    expect(page.get_by_role("region", name="History").get_by_role("listitem")).to_have_count(5)
    visit.look()
