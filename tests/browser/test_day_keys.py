"""A day is logged by keyboard alone, and its keys take no letter from anything that is typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import rows, sheets
from tests.browser.eyes import Visit
from tests.browser.people import TASKS, YESTERDAY, Person
from tests.browser.sheets import field, shows, stands, total, write
from tests.browser.site import Site
from tests.browser.timers import runs

MOST_KEYSTROKES = 12
COUNT = """() => { window.pressed = 0;
  document.addEventListener("keydown", () => { window.pressed += 1; }, true);
  document.addEventListener("pointerdown", () => { window.pressed += 1000; }, true); }"""


def test_four_tasks_of_a_day_take_twelve_keystrokes_at_most(visit: Visit) -> None:
    page = visit.page
    field(page, TASKS[0]).focus()
    page.evaluate(COUNT)
    for key in ("9", "0", "Enter", "2", "Enter", "4", "5", "Enter", "1", "Enter"):
        page.keyboard.press(key)
    expect(total(page)).to_have_text("5:15")
    pressed = page.evaluate("window.pressed")
    assert pressed == 10
    assert pressed <= MOST_KEYSTROKES
    # It went down row by row, and is at the next one.
    expect(field(page, "Garden design")).to_be_focused()
    stands(page, Email="1:30", Record_keeping="2:00", Sales="0:45", Web_site="1:00")


def test_a_day_like_the_one_before_takes_one_key_a_task(visit: Visit) -> None:
    page = visit.page
    for task, time in YESTERDAY.items():
        field(page, task).focus()
        page.keyboard.press("y")
        expect(field(page, task)).to_have_value(time)
    expect(total(page)).to_have_text("2:45")
    # There is nothing to take for a task that was not done.
    field(page, "Web site").focus()
    page.keyboard.press("Y")
    expect(field(page, "Web site")).to_have_value("")
    stands(page, Email="0:45", Sales="2:00", Web_site="")


def test_enter_and_the_arrows_go_down_to_the_button_and_up_again(visit: Visit) -> None:
    page = visit.page
    field(page, "Email").focus()
    page.keyboard.press("ArrowUp")
    expect(field(page, "Email")).to_be_focused()
    for task in (*TASKS[1:], "Garden design"):
        page.keyboard.press("ArrowDown")
        expect(field(page, task)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field(page, "Web site")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save the day")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    shows(page, Email="")


def test_what_is_there_is_taken_as_a_whole_so_that_typing_replaces_it(visit: Visit) -> None:
    page = visit.page
    write(page, Email="1:30")
    shows(page, Email="1:30")
    field(page, "Record keeping").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.type("2")
    page.keyboard.press("ArrowDown")
    shows(page, Email="2:00")
    stands(page, Email="2:00")


def test_escape_brings_back_what_was_there(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    write(page, Email="90m")
    shows(page, Email="1:30")
    field(page, "Email").focus()
    page.keyboard.type("4")
    page.keyboard.press("Escape")
    shows(page, Email="1:30")
    page.keyboard.press("Tab")
    write(page, Sales="1")
    expect(total(page)).to_have_text("2:30")
    assert count(running, owner, "Email") == 1


def test_t_starts_and_stops_the_timer_and_saves_what_is_typed_elsewhere(visit: Visit) -> None:
    page = visit.page
    field(page, "Email").focus()
    page.keyboard.type("45")
    page.keyboard.press("Enter")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Stop the timer for Record keeping").first).to_be_visible()
    shows(page, Email="0:45")
    field(page, "Record keeping").focus()
    page.keyboard.press("T")
    expect(page.get_by_role("main")).to_contain_text("of record keeping logged")
    expect(page.get_by_role("button", name="Start a timer for Record keeping")).to_be_visible()


def test_the_brackets_go_to_the_day_before_and_the_day_after(visit: Visit, owner: Person) -> None:
    page = visit.page
    field(page, "Email").focus()
    page.keyboard.press("[")
    page.wait_for_url(f"**/day/{owner.yesterday}/")
    shows(page, **YESTERDAY)
    field(page, "Email").focus()
    page.keyboard.press("]")
    page.wait_for_url(f"**/day/{owner.today}/")
    shows(page, Email="")


def test_the_question_mark_opens_the_list_of_keys(visit: Visit) -> None:
    page = visit.page
    keys = page.get_by_text("Starts or stops the timer, in a time field.")
    expect(keys).to_be_hidden()
    field(page, "Email").focus()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(field(page, "Email")).to_have_value("")
    expect(field(page, "Email")).to_be_focused()


@pytest.mark.parametrize(("typed", "shown"), [("90 minutes", "1:30"), ("15 MINUTES", "0:15"), ("1 hour", "1:00")])
def test_letters_inside_a_time_are_no_keys(visit: Visit, typed: str, shown: str) -> None:
    page = visit.page
    field(page, "Email").focus()
    page.keyboard.type(typed)
    expect(field(page, "Email")).to_have_value(typed)
    page.keyboard.press("Enter")
    shows(page, Email=shown)
    expect(page.get_by_role("button", name="Stop the timer for Email")).to_have_count(0)


def test_no_key_acts_outside_of_a_time_field(visit: Visit, owner: Person) -> None:
    page = visit.page
    for place in (
        page.get_by_role("button", name="Save the day"),
        page.get_by_text("Write times your way, and keys"),
    ):
        place.focus()
        for key in ("t", "y", "[", "]", "?", "ArrowDown", "ArrowUp", "Escape"):
            page.keyboard.press(key)
        expect(place).to_be_focused()
    assert page.url.endswith(f"/day/{owner.today}/")
    expect(page.get_by_role("button", name="Stop the timer for Email")).to_have_count(0)
    expect(page.get_by_text("Starts or stops the timer, in a time field.")).to_be_hidden()
    stands(page, Email="", Sales="")


def test_a_key_with_control_is_the_browsers(visit: Visit) -> None:
    page = visit.page
    field(page, "Email").focus()
    page.keyboard.press("Control+y")
    expect(field(page, "Email")).to_have_value("")


def test_a_day_still_to_come_takes_no_key(visit: Visit, owner: Person) -> None:
    page = visit.page
    tomorrow, after = owner.today + timedelta(days=1), owner.today + timedelta(days=2)
    page.goto(f"/day/{tomorrow}/")
    write(page, Email="0:20")
    sheets.saved(page)
    page.goto(f"/day/{after}/")
    expect(field(page, "Email")).not_to_be_editable()
    field(page, "Email").focus()
    page.keyboard.press("y")
    page.keyboard.press("t")
    page.keyboard.type("5")
    expect(field(page, "Email")).to_have_value("")
    page.keyboard.press("[")
    page.wait_for_url(f"**/day/{tomorrow}/")


# --- What a time means, said before it is saved ------------------------------
def test_the_reading_is_said_before_it_is_saved(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    it_reads(page, "90", "1 h 30 min. Press Enter to save.")
    expect(field(page, "Email")).to_have_accessible_description("1 h 30 min. Press Enter to save.")
    assert count(running, owner, "Email") == 0
    page.keyboard.press("Enter")
    shows(page, Email="1:30")
    expect(field(page, "Email")).to_have_accessible_description("")


def test_minutes_that_are_added_are_said_as_the_sum(visit: Visit) -> None:
    page = visit.page
    write(page, Email="90m")
    shows(page, Email="1:30")
    it_reads(page, "+15m", "1 h 45 min. Press Enter to save.")
    it_reads(page, "0", "Clears it. Press Enter to save.")
    page.keyboard.press("Escape")
    expect(said(page)).to_have_count(0)


def test_minutes_that_are_added_to_a_running_timer_are_said_with_what_it_measured(
    visit: Visit, owner: Person, running: Site
) -> None:
    page = visit.page
    page.get_by_role("button", name="Start a timer for Email").click()
    expect(page.get_by_role("button", name="Stop the timer for Email").first).to_be_visible()
    runs(running, owner, minutes=20)
    page.reload()
    shows(page, Email="0:20")
    it_reads(page, "+15m", "35 min. Press Enter to save.")


def test_what_is_no_time_is_not_read(visit: Visit) -> None:
    page = visit.page
    it_reads(page, "1", "1 h. Press Enter to save.")
    page.keyboard.type("x")
    expect(said(page)).to_have_count(0)


def it_reads(page: Page, typed: str, reading: str) -> None:
    field(page, "Email").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(typed)
    expect(said(page)).to_have_text([reading])


def said(page: Page) -> Locator:
    return page.locator("#sheet li").get_by_role("status").filter(has_text="Press Enter")


def count(running: Site, owner: Person, task: str) -> int:
    query = "SELECT count(*) FROM tasks_entrychange WHERE task_id = %s AND day = %s"
    ((number,),) = rows.ask(running.database, query, [owner.tasks[task], owner.today])
    return int(str(number))
