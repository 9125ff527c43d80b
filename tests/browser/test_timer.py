"""The timer is at hand on every page, ticks there, and asks about what was forgotten, on a phone as well."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser import rows, sheets
from tests.browser.conftest import Opens
from tests.browser.eyes import DESK, PHONE, Visit
from tests.browser.home import HOME
from tests.browser.people import Person
from tests.browser.sheets import field, shows, total
from tests.browser.site import Site
from tests.browser.timers import forgotten, runs, start

SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
PLACES = ("/", "/today/", "/week/", "/routine/", "/plan/", "/hand-offs/", "/assistants/", "/settings/", "/timer/")


@SIZES
def test_the_timer_stands_on_every_page_and_stops_from_there(opens: Opens, owner: Person, size: ViewportSize) -> None:
    page = owner.opens(opens(size=size), "/").page
    for path in PLACES:
        go(page, path)
        here = page.url
        expect(chip(page)).to_contain_text("Start a timer")
        start(page, "Email")
        go(page, path)
        expect(chip(page)).to_contain_text("Email")
        expect(chip(page)).to_contain_text(re.compile(r"\d:\d\d"))
        chip(page).get_by_role("button", name="Stop the timer for Email").click()
        expect(page.get_by_role("main")).to_contain_text("of email logged")
        assert page.url == here
        expect(chip(page)).to_contain_text("Start a timer")


@SIZES
def test_the_navigation_leads_to_pages_that_all_show_the_timer(
    opens: Opens, owner: Person, size: ViewportSize
) -> None:
    page = owner.opens(opens(size=size), "/timer/").page
    start(page, "Sales")
    name = "Main" if size == DESK else "Main, below"
    links = page.get_by_role("navigation", name=name, exact=True).get_by_role("link")
    if size == PHONE:
        page.get_by_text("More", exact=True).click()
    expect(links.last).to_be_visible()
    paths = [str(link.get_attribute("href")) for link in links.all() if link.is_visible()]
    assert len(paths) > 6
    for path in paths:
        page.goto(path)
        if "/sign-out/" not in path:
            expect(chip(page)).to_contain_text("Sales")


def test_it_ticks_without_a_reload(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    page.clock.install()
    start(page, "Email")
    runs(running, owner, minutes=1)
    page.goto("/timer/")
    clocks = page.locator("[data-ticks]:visible")
    expect(clocks).to_have_text(["0:01", "0:01"])
    page.clock.run_for(60_000)
    expect(clocks).to_have_text(["0:02", "0:02"])
    page.clock.fast_forward("58:00")
    page.clock.run_for(6_000)
    expect(clocks).to_have_text(["1:00", "1:00"])


def test_on_the_day_what_it_measures_is_in_the_field_and_in_the_sums(
    visit: Visit, owner: Person, running: Site
) -> None:
    page = visit.page
    start(page, "Email")
    runs(running, owner, minutes=1)
    page.clock.install()
    page.goto("/today/")
    shows(page, Email="0:01")
    # The server's clock goes on as well.
    runs(running, owner, minutes=10)
    page.clock.run_for(61_000)
    shows(page, Email="0:10")
    expect(total(page)).to_have_text("0:10")


def test_what_is_typed_beside_a_running_timer_outlives_its_minutes(
    visit: Visit, owner: Person, running: Site
) -> None:
    page = visit.page
    start(page, "Email")
    page.clock.install()
    page.goto("/today/")
    sheets.write(page, Sales="soon")
    expect(field(page, "Sales")).to_have_attribute("aria-invalid", "true")
    field(page, "Web site").focus()
    page.keyboard.type("1:1")
    runs(running, owner, minutes=10)
    page.clock.run_for(61_000)
    shows(page, Email="0:10", Sales="soon", Web_site="1:1")
    expect(field(page, "Sales")).to_have_accessible_description(re.compile("time such as"))
    expect(field(page, "Web site")).to_be_focused()


def test_minutes_added_to_a_running_timer_stay_added(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    start(page, "Email")
    runs(running, owner, minutes=10)
    page.clock.install()
    page.goto("/today/")
    sheets.write(page, Email="+15m")
    shows(page, Email="0:25")
    runs(running, owner, minutes=15)
    page.clock.run_for(61_000)
    shows(page, Email="0:30")
    sheets.write(page, Sales="1")
    expect(total(page)).to_have_text("1:30")
    query = "SELECT seconds_before, seconds_after FROM tasks_entrychange WHERE task_id = %s AND day = %s"
    assert rows.ask(running.database, query, [owner.tasks["Email"], owner.today]) == [(0, 900)]


def test_starting_another_stops_the_first_at_that_moment(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    page.goto("/timer/")
    start(page, "Email")
    runs(running, owner, minutes=30)
    page.goto("/timer/")
    expect(page.get_by_role("heading", name="Email", exact=True)).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Start a timer for Sales").click()
    expect(page.get_by_role("heading", name="Sales", exact=True)).to_be_visible()
    expect(chip(page)).to_contain_text("Sales")
    page.goto("/today/")
    shows(page, Email="0:30")
    expect(page.locator("#sheet").get_by_role("button", name=re.compile("Stop the timer"))).to_have_count(1)


def test_one_that_was_stopped_by_mistake_runs_on_after_undo(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    start(page, "Email")
    runs(running, owner, minutes=30)
    chip(page).get_by_role("button", name="Stop the timer for Email").click()
    expect(page.get_by_role("main")).to_contain_text("30 min of email logged")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(chip(page)).to_contain_text("Email")
    expect(chip(page)).to_contain_text("0:30")


# --- One that was forgotten ---------------------------------------------------
@SIZES
def test_a_forgotten_timer_is_asked_about_and_counts_for_nothing(
    opens: Opens, owner: Person, running: Site, size: ViewportSize
) -> None:
    page = forgotten(opens(size=size), owner, running)
    expect(chip(page)).to_contain_text("Email: still running?")
    expect(total(page)).to_have_text("0:00")
    expect(page.get_by_role("main")).to_contain_text("Email has been running since")
    chip(page).click()
    expect(page.get_by_role("heading", name="When did you stop?")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("6 h by now")


@SIZES
def test_it_is_logged_until_the_time_that_the_owner_remembers(
    opens: Opens, owner: Person, running: Site, size: ViewportSize
) -> None:
    page = forgotten(opens(size=size), owner, running)
    chip(page).click()
    query = "UPDATE tasks_timer SET started_at = date_trunc('minute', started_at) WHERE owner_id = %s RETURNING {}"
    local = f"to_char((started_at + interval '90 min') AT TIME ZONE '{HOME}', 'YYYY-MM-DD\"T\"HH24:MI')"
    ((stopped,),) = rows.ask(running.database, query.format(local), [owner.pk])
    page.locator("input[type=datetime-local], input[name=at]").first.fill(str(stopped))
    page.get_by_role("button", name="Log it until then").click()
    expect(page.get_by_role("main")).to_contain_text("1 h 30 min of email logged")
    expect(chip(page)).to_contain_text("Start a timer")


@SIZES
def test_a_time_before_the_start_is_refused_and_asked_again(
    opens: Opens, owner: Person, running: Site, size: ViewportSize
) -> None:
    page = forgotten(opens(size=size), owner, running)
    chip(page).click()
    page.locator("input[type=datetime-local], input[name=at]").first.fill("2020-01-01T10:00")
    page.get_by_role("button", name="Log it until then").click()
    expect(page.locator("#problem")).to_be_focused()
    expect(page.locator("#problem")).to_contain_text("it cannot stop before that")
    expect(page.get_by_role("heading", name="When did you stop?")).to_be_visible()


@SIZES
def test_all_of_it_counts_when_it_still_runs(opens: Opens, owner: Person, running: Site, size: ViewportSize) -> None:
    page = forgotten(opens(size=size), owner, running)
    chip(page).click()
    page.get_by_role("button", name="It still runs, keep all of it").click()
    expect(page.get_by_role("main")).to_contain_text("Email runs on, and all of it counts.")
    expect(chip(page)).to_contain_text("6:00")
    expect(chip(page).get_by_role("button", name="Stop the timer for Email")).to_be_visible()


@SIZES
def test_it_is_thrown_away_and_runs_again_after_undo(
    opens: Opens, owner: Person, running: Site, size: ViewportSize
) -> None:
    page = forgotten(opens(size=size), owner, running)
    chip(page).click()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_role("main")).to_contain_text("6 h of email thrown away.")
    expect(chip(page)).to_contain_text("Start a timer")
    expect(total(page)).to_have_text("0:00")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(chip(page)).to_contain_text("Email: still running?")


def test_the_task_that_was_to_be_started_is_once_the_question_is_answered(
    opens: Opens, owner: Person, running: Site
) -> None:
    page = forgotten(opens(), owner, running)
    page.locator("#sheet").get_by_role("button", name="Start a timer for Sales").click()
    expect(page.get_by_role("heading", name="When did you stop?")).to_be_visible()
    page.get_by_role("button", name="Throw it away").click()
    expect(chip(page)).to_contain_text("Sales")


def go(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("main")).to_be_visible()


def chip(page: Page) -> Locator:
    """The timer in the rail, or on top of a phone's page: one of the two is there to be seen."""
    # Both, for the moment that a page is there without its styles.
    return page.locator(".running:visible").first
