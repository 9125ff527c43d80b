"""The day sheet saves each field alone, and a quick typist loses nothing by that."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Page, Route, expect

from tests.browser import rows, sheets
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.sheets import a_slow_answer, field, shows, stands, total, write
from tests.browser.site import Site

# Presses Escape in the field that is called wrong, in the task of the browser in which it is.
ESCAPES_AT_ONCE = """() => new MutationObserver(() => document.querySelector("#sheet [aria-invalid]")?.dispatchEvent(
  new KeyboardEvent("keydown", {key: "Escape", bubbles: true})
)).observe(document.getElementById("sheet"), {subtree: true, childList: true, attributes: true})"""


def test_every_field_of_a_quick_typist_is_saved_and_summed(visit: Visit) -> None:
    with a_slow_answer(visit.page):
        write(visit.page, Email="90m", Sales="2")
    expect(total(visit.page)).to_have_text("3:30")
    stands(visit.page, Email="1:30", Sales="2:00")


def test_a_field_changed_again_before_the_answer_keeps_what_was_typed_last(visit: Visit) -> None:
    with a_slow_answer(visit.page):
        write(visit.page, Email="1:10")
        write(visit.page, Email="1:20")
    expect(total(visit.page)).to_have_text("1:20")
    stands(visit.page, Email="1:20")


def test_what_is_half_typed_when_the_answer_comes_stays(visit: Visit) -> None:
    page = visit.page
    with a_slow_answer(page) as held:
        write(page, Email="1:10")
        sheets.until(page, lambda: bool(held), "save")
        field(page, "Email").focus()
        page.keyboard.type("1:2")
    expect(total(page)).to_have_text("1:10")
    expect(field(page, "Email")).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(total(page)).to_have_text("1:25")
    stands(page, Email="1:25")


def test_half_a_time_is_not_saved_along_with_its_neighbour(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    write(page, Web_site="1")
    expect(total(page)).to_have_text("1:00")
    with a_slow_answer(page) as held:
        write(page, Email="1:10")
        sheets.until(page, lambda: bool(held), "save")
        # The save of Sales goes out once the first is answered, while the next time is half typed.
        write(page, Sales="2:20")
        field(page, "Web site").focus()
        page.keyboard.type("+1h")
    expect(total(page)).to_have_text("4:30")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    shows(page, Web_site="2:30")
    expect(total(page)).to_have_text("6:00")
    assert changes(running, owner, "Web site") == [(0, 3600), (3600, 9000)]


def test_escape_before_the_answer_brings_back_what_is_being_saved(visit: Visit) -> None:
    page = visit.page
    with a_slow_answer(page) as held:
        write(page, Email="90m")
        sheets.until(page, lambda: bool(held), "save")
        field(page, "Email").focus()
        page.keyboard.type("4")
        page.keyboard.press("Escape")
        shows(page, Email="90m")
    shows(page, Email="1:30")
    write(page, Sales="30m")
    expect(total(page)).to_have_text("2:00")
    stands(page, Email="1:30", Sales="0:30")


def test_a_second_escape_takes_back_what_is_being_saved(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    with a_slow_answer(page) as held:
        write(page, Email="90m")
        sheets.until(page, lambda: bool(held), "save")
        field(page, "Email").press("Escape")
        shows(page, Email="")
    sheets.until(page, lambda: len(changes(running, owner, "Email")) == 2, "second change")
    assert changes(running, owner, "Email") == [(0, 5400), (5400, 0)]
    expect(total(page)).to_have_text("0:00")
    stands(page, Email="")


def test_an_error_in_one_field_takes_nothing_from_the_next(visit: Visit) -> None:
    with a_slow_answer(visit.page):
        write(visit.page, Email="soon", Sales="3:15")
    expect(total(visit.page)).to_have_text("3:15")
    expect(field(visit.page, "Email")).to_have_value("soon")
    expect(field(visit.page, "Email")).to_have_accessible_description(re.compile("time such as"))
    expect(visit.page.locator("#sheet").get_by_text("time such as")).to_be_visible()
    visit.look()
    stands(visit.page, Email="", Sales="3:15")


def test_what_is_mended_is_no_longer_called_wrong(visit: Visit) -> None:
    it_is_wrong(visit.page)
    write(visit.page, Email="1")
    expect(field(visit.page, "Email")).to_have_value("1:00")
    it_is_right(visit.page)
    visit.look()


def test_what_is_wrong_is_no_longer_so_once_escape_takes_it_back(visit: Visit) -> None:
    it_is_wrong(visit.page)
    field(visit.page, "Email").press("Escape")
    shows(visit.page, Email="")
    it_is_right(visit.page)


def test_escape_takes_back_what_is_wrong_from_the_moment_that_it_is_said(visit: Visit) -> None:
    page = visit.page
    page.evaluate(ESCAPES_AT_ONCE)
    write(page, Email="soon")
    shows(page, Email="")
    # A second round trip: whatever the first answer had left to do is done by then.
    write(page, Sales="1")
    expect(total(page)).to_have_text("1:00")
    it_is_right(page)


def test_what_is_wrong_is_no_longer_so_once_the_field_is_cleared(visit: Visit) -> None:
    it_is_wrong(visit.page)
    write(visit.page, Email="")
    it_is_right(visit.page)
    stands(visit.page, Email="")


def test_an_error_of_the_whole_day_is_mended_in_place_as_well(visit: Visit) -> None:
    page = visit.page
    field(page, "Email").fill("soon")
    page.get_by_role("button", name="Save the day").click()
    expect(page.locator("#problem")).to_be_focused()
    write(page, Email="1")
    shows(page, Email="1:00")
    it_is_right(page)


def test_the_same_minutes_added_twice_count_twice(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    write(page, Email="+15m")
    shows(page, Email="0:15")
    write(page, Email="+15m")
    shows(page, Email="0:30")
    stands(page, Email="0:30")
    assert changes(running, owner, "Email") == [(0, 900), (900, 1800)]


def test_who_leaves_the_day_before_it_is_saved_finds_it_saved(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    with a_slow_answer(page) as held:
        write(page, Email="1:10")
        sheets.until(page, lambda: bool(held), "save")
        write(page, Sales="2:20")
        # The save of Sales waits for the answer of the first, and the page is gone before.
        field(page, "Record keeping").focus()
        page.keyboard.type("0:30]")
        page.wait_for_url(f"**/day/{owner.today + timedelta(days=1)}/")
    saved = {"Email": [(0, 4200)], "Sales": [(0, 8400)], "Record keeping": [(0, 1800)]}
    sheets.until(page, lambda: {task: changes(running, owner, task) for task in saved} == saved, "each of them, once")
    expect(sheets.notice(page)).to_be_hidden()
    stands(page, Email="1:10", Sales="2:20", Record_keeping="0:30")


def test_a_field_that_is_used_before_the_page_has_come_in_full_is_saved(visit: Visit) -> None:
    page = visit.page
    held: list[Route] = []
    page.route("**/fonts/*", lambda route: held.append(route))
    page.goto("/today/", wait_until="domcontentloaded")
    sheets.until(page, lambda: bool(held), "font to be asked for")
    write(page, Email="1:30")
    for route in held:
        route.continue_()
    shows(page, Email="1:30")
    expect(total(page)).to_have_text("1:30")


def test_the_last_change_is_undone(visit: Visit) -> None:
    page = visit.page
    write(page, Email="1:30")
    expect(total(page)).to_have_text("1:30")
    page.locator("#saved-at").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    shows(page, Email="")


def test_copy_yesterday_fills_what_is_empty(visit: Visit) -> None:
    page = visit.page
    write(page, Email="0:20")
    expect(total(page)).to_have_text("0:20")
    page.get_by_role("button", name="Copy yesterday").click()
    expect(page.get_by_role("main")).to_contain_text("1 row filled from")
    shows(page, Email="0:20", Sales="2:00")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    shows(page, Email="0:20", Sales="")


def it_is_wrong(page: Page) -> None:
    write(page, Email="soon")
    expect(field(page, "Email")).to_have_attribute("aria-invalid", "true")
    expect(field(page, "Email")).to_have_value("soon")


def it_is_right(page: Page) -> None:
    expect(page.locator("[aria-invalid], .is-invalid, #problem, .invalid-feedback:visible")).to_have_count(0)
    expect(field(page, "Email")).to_have_accessible_description("")


def changes(running: Site, owner: Person, task: str) -> list[tuple[object, ...]]:
    query = "SELECT seconds_before, seconds_after FROM tasks_entrychange WHERE task_id = %s AND day = %s ORDER BY id"
    return rows.ask(running.database, query, [owner.tasks[task], owner.today])
