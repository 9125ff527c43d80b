"""The week is a grid to see and to mend, by keyboard and from a spreadsheet; on a phone it is seven bars."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import rows
from tests.browser.conftest import Opens
from tests.browser.eyes import PHONE, Visit
from tests.browser.people import TASKS, Person
from tests.browser.sheets import a_slow_answer, cell, field, until
from tests.browser.site import Site

PASTE = """(field, text) => { const data = new DataTransfer(); data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  return field.dispatchEvent(event); }"""
Days = list[date]


@pytest.fixture
def days(owner: Person) -> Days:
    """The seven days of the week before, which can all be written; no more than yesterday may hold hours."""
    monday = monday_of(owner.today) - timedelta(days=7)
    return [monday + timedelta(days=number) for number in range(7)]


@pytest.fixture
def page(visit: Visit, days: Days) -> Page:
    visit.page.goto(week_of(days[0]))
    return visit.page


def test_the_arrows_go_from_cell_to_cell_and_stop_at_the_edges(page: Page, days: Days) -> None:
    cell(page, "Email", days[0]).focus()
    for key, task, day in (
        ("ArrowLeft", "Email", 0),
        ("ArrowUp", "Email", 0),
        ("ArrowRight", "Email", 1),
        ("ArrowRight", "Email", 2),
        ("ArrowDown", "Record keeping", 2),
        ("ArrowLeft", "Record keeping", 1),
        ("ArrowUp", "Email", 1),
        ("Enter", "Record keeping", 1),
        ("Tab", "Record keeping", 2),
        ("Shift+Tab", "Record keeping", 1),
    ):
        page.keyboard.press(key)
        expect(cell(page, task, days[day])).to_be_focused()
    cell(page, "Email", days[6]).focus()
    page.keyboard.press("ArrowRight")
    expect(cell(page, "Email", days[6])).to_be_focused()
    cell(page, "Garden design", days[3]).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save the week")).to_be_focused()


def test_an_arrow_inside_a_time_moves_its_cursor_and_shift_its_selection(page: Page, days: Days) -> None:
    first = cell(page, "Email", days[0])
    first.focus()
    page.keyboard.type("1:30")
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowLeft")
    expect(first).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "Email", days[1])).to_be_focused()


def test_typing_into_a_cell_that_an_arrow_led_to_replaces_what_is_there(page: Page, days: Days) -> None:
    put(page, cell(page, "Email", days[1]), "90m", "1:30")
    cell(page, "Email", days[0]).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(cell(page, "Email", days[1])).to_have_value("2:00")
    expect(cell(page, "Record keeping", days[1])).to_be_focused()


def test_each_cell_is_saved_as_it_is_left_and_the_sums_follow(page: Page, days: Days, owner: Person) -> None:
    before = minutes(page.locator("#week-sum"))
    put(page, cell(page, "Record keeping", days[0]), "90m", "1:30")
    put(page, cell(page, "Record keeping", days[1]), "45", "0:45")
    put(page, cell(page, "Garden design", days[0]), "2", "2:00")
    expect(page.locator(f"#sum-{owner.tasks['Record keeping']}")).to_have_text("2:15")
    expect(page.locator(f"#sum-{owner.tasks['Garden design']}")).to_have_text("2:00")
    expect(page.locator("#saved-at")).to_contain_text("Saved at")
    until(page, lambda: minutes(page.locator("#week-sum")) == before + 255, "sum of the week")
    if days[0] != owner.yesterday:
        expect(page.locator(f"#sum-{days[0]}")).to_have_text("3:30")
    page.reload()
    expect(cell(page, "Record keeping", days[0])).to_have_value("1:30")
    expect(cell(page, "Record keeping", days[1])).to_have_value("0:45")
    expect(cell(page, "Garden design", days[0])).to_have_value("2:00")
    assert minutes(page.locator("#week-sum")) == before + 255


def test_a_quick_typist_goes_down_a_column_without_waiting(page: Page, days: Days) -> None:
    cell(page, TASKS[0], days[2]).focus()
    with a_slow_answer(page, "**/week/*/"):
        for time in ("1", "2", "45", "90"):
            page.keyboard.type(time)
            page.keyboard.press("Enter")
    for task, shown in zip(TASKS, ("1:00", "2:00", "0:45", "1:30"), strict=True):
        expect(cell(page, task, days[2])).to_have_value(shown)
    page.reload()
    for task, shown in zip(TASKS, ("1:00", "2:00", "0:45", "1:30"), strict=True):
        expect(cell(page, task, days[2])).to_have_value(shown)


def test_a_cell_says_how_it_is_read_and_what_is_wrong_until_it_is_mended(page: Page, days: Days) -> None:
    monday, echo = cell(page, "Email", days[0]), page.locator("#echo")
    monday.focus()
    page.keyboard.type("90")
    expect(echo).to_have_text("1 h 30 min. Press Enter to save.")
    page.keyboard.press("Escape")
    expect(echo).to_have_text("")
    page.keyboard.type("soon")
    page.keyboard.press("Enter")
    expect(echo).to_have_text(f"Email, {days[0]:%a} {days[0].day}: Write a time such as 1:30, 90m or 1.5.")
    expect(monday).to_have_attribute("aria-invalid", "true")
    expect(monday).to_have_accessible_description(re.compile("time such as"))
    monday.press("Escape")
    expect(monday).to_have_value("")
    expect(monday).not_to_have_attribute("aria-invalid", "true")
    expect(monday).to_have_accessible_description("")


def test_a_block_from_a_spreadsheet_fills_the_cells_from_this_one_on(
    page: Page, days: Days, owner: Person, running: Site
) -> None:
    first = cell(page, "Record keeping", days[0])
    first.focus()
    assert not first.evaluate(PASTE, "1:30\t45m\t2\r\n0.5\t\t1h15\r\n")
    for task, times in {"Record keeping": ("1:30", "0:45", "2:00"), "Sales": ("0:30", "", "1:15")}.items():
        for day, time in zip(days, times, strict=False):
            if (task, day) != ("Sales", owner.yesterday):
                expect(cell(page, task, day)).to_have_value(time)
    expect(page.locator(f"#sum-{owner.tasks['Record keeping']}")).to_have_text("4:15")
    query = "SELECT count(*) FROM tasks_entrychange WHERE task_id = %s AND via = 'week'"
    assert rows.ask(running.database, query, [owner.tasks["Record keeping"]]) == [(3,)]
    page.reload()
    expect(cell(page, "Record keeping", days[2])).to_have_value("2:00")
    expect(cell(page, "Sales", days[2])).to_have_value("1:15")


def test_what_is_pasted_past_the_last_day_or_task_is_left_out(page: Page, days: Days) -> None:
    last = cell(page, "Garden design", days[6])
    last.focus()
    last.evaluate(PASTE, "1\t2\n3\t4")
    expect(last).to_have_value("1:00")
    page.reload()
    expect(last).to_have_value("1:00")
    for day in days[:6]:
        expect(cell(page, "Garden design", day)).to_have_value("")


def test_one_pasted_time_is_pasted_as_into_any_field(page: Page, days: Days) -> None:
    first = cell(page, "Email", days[0])
    first.focus()
    # The browser does it itself.
    assert first.evaluate(PASTE, "1:30\n")


def test_cells_still_to_come_take_neither_a_key_nor_a_paste(visit: Visit, owner: Person, running: Site) -> None:
    page, tomorrow = visit.page, owner.today + timedelta(days=1)
    page.goto(week_of(tomorrow))
    open_days = [day for day in seven(tomorrow) if day <= tomorrow]
    to_come = [day for day in seven(tomorrow) if day > tomorrow]
    start = cell(page, "Record keeping", tomorrow)
    start.focus()
    start.evaluate(PASTE, "1\t2\t3\t4\t5\t6\t7\n\t\t")
    expect(start).to_have_value("1:00")
    for day in to_come:
        expect(cell(page, "Record keeping", day)).not_to_be_editable()
        expect(cell(page, "Record keeping", day)).to_have_value("")
    start.press("End")
    page.keyboard.press("ArrowRight")
    expect(start).to_be_focused()
    query = "SELECT day FROM tasks_timeentry WHERE task_id = %s"
    assert rows.ask(running.database, query, [owner.tasks["Record keeping"]]) == [(open_days[-1],)]


def test_a_week_still_to_come_can_only_be_read(visit: Visit, owner: Person) -> None:
    page = visit.page
    page.goto(week_of(owner.today + timedelta(days=14)))
    cells = page.locator("#sheet [name^=time-]")
    expect(cells).to_have_count(35)
    expect(page.locator("#sheet [name^=time-][readonly]")).to_have_count(35)
    expect(page.get_by_role("button", name="Copy last week")).to_have_count(0)


def test_the_week_before_is_copied_and_taken_back(visit: Visit, owner: Person) -> None:
    page = visit.page
    page.goto(week_of(owner.yesterday - timedelta(days=7)))
    put(page, cell(page, "Web site", owner.yesterday - timedelta(days=7)), "1", "1:00")
    page.goto(week_of(owner.yesterday))
    page.get_by_role("button", name="Copy last week").click()
    expect(page.get_by_role("main")).to_contain_text("1 cell filled from the week before")
    expect(cell(page, "Web site", owner.yesterday)).to_have_value("1:00")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("main")).to_contain_text("Undone.")
    page.goto(week_of(owner.yesterday))
    expect(cell(page, "Web site", owner.yesterday)).to_have_value("")


def test_the_brackets_go_to_the_week_before_and_after(page: Page, days: Days) -> None:
    cell(page, "Email", days[0]).focus()
    page.keyboard.press("[")
    page.wait_for_url(f"**{week_of(days[0] - timedelta(days=7))}")
    page.locator("#sheet [name^=time-]").first.focus()
    page.keyboard.press("]")
    page.wait_for_url(f"**{week_of(days[0])}")


def test_on_a_phone_seven_bars_open_their_days_and_there_is_no_grid(opens: Opens, owner: Person) -> None:
    page = owner.opens(opens(size=PHONE), week_of(owner.yesterday)).page
    expect(page.get_by_role("table", name=re.compile("Hours by task and day"))).to_have_count(0)
    expect(page.locator("#sheet")).to_be_hidden()
    bars = page.get_by_role("region", name="Days").get_by_role("link")
    expect(bars).to_have_count(7)
    number = owner.yesterday.weekday()
    expect(bars.nth(number)).to_contain_text("2:45")
    for day, bar in zip(seven(owner.yesterday), bars.all(), strict=True):
        assert bar.get_attribute("href") == f"/day/{day}/"
        expect(bar.locator("svg")).to_have_count(1)
    bars.nth(number).click()
    page.wait_for_url(f"**/day/{owner.yesterday}/")
    expect(field(page, "Email")).to_have_value("0:45")


def put(page: Page, place: Locator, typed: str, shown: str) -> None:
    """Type a time into a cell and leave it."""
    place.focus()
    page.keyboard.type(typed)
    page.keyboard.press("Tab")
    expect(place).to_have_value(shown)


def minutes(place: Locator) -> int:
    hours, rest = place.inner_text().split(":")
    return int(hours) * 60 + int(rest)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def seven(day: date) -> Days:
    return [monday_of(day) + timedelta(days=number) for number in range(7)]


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"/week/{year}-W{week:02}/"
