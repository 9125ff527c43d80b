"""On a slow line a page's own script comes late: what is typed and pressed until then is not lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Page, Route, expect

from tests.browser import rows, sheets
from tests.browser.conftest import Opens
from tests.browser.people import Person
from tests.browser.sheets import field, shows, total, write
from tests.browser.site import Site

# Once what has come was run.
TURNS = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@contextlib.contextmanager
def late(page: Page, script: str) -> Iterator[None]:
    """That script comes only after all that is done meanwhile, which makes the page ask for it."""
    held: list[Route] = []
    page.route(f"**/js/{script}.*.js", lambda route: held.append(route))
    yield
    sheets.until(page, lambda: bool(held), f"{script}.js to be asked for")
    for route in held:
        route.continue_()


def test_minutes_that_are_added_before_the_sheets_script_is_there_count_once(
    opens: Opens, owner: Person, running: Site
) -> None:
    page = owner.opens(opens(touched=False)).page
    with sheets.a_slow_answer(page):
        with late(page, "sheet"):
            with page.expect_response("**/htmx.min.*.js"):
                write(page, Email="+15m")
            page.evaluate(TURNS)
        page.wait_for_function("() => typeof sheet !== 'undefined'")
    shows(page, Email="0:15")
    write(page, Sales="1")
    expect(total(page)).to_have_text("1:15")
    query = "SELECT seconds_before, seconds_after FROM tasks_entrychange WHERE task_id = %s AND day = %s"
    assert rows.ask(running.database, query, [owner.tasks["Email"], owner.today]) == [(0, 900)]


def test_a_key_pressed_before_the_sheets_script_is_there_acts_once_it_is(opens: Opens, owner: Person) -> None:
    page = owner.opens(opens(touched=False)).page
    with late(page, "sheet"):
        field(page, "Email").focus()
        page.keyboard.press("y")
    shows(page, Email="0:45")
    expect(total(page)).to_have_text("0:45")


def test_letters_typed_before_the_sheets_script_is_there_stay(opens: Opens, owner: Person) -> None:
    page = owner.opens(opens(touched=False)).page
    with late(page, "sheet"):
        field(page, "Email").focus()
        page.keyboard.type("2h")
    page.keyboard.press("Tab")
    shows(page, Email="2:00")


def test_a_score_given_by_the_first_key_on_the_page_counts(opens: Opens, owner: Person) -> None:
    page = owner.opens(opens(touched=False), "/routine/").page
    no_more_scripts(page)
    scale = page.get_by_role("group", name="I loathe it").first
    scale.get_by_role("radio").first.focus()
    page.keyboard.press("4")
    expect(scale.get_by_role("radio", name="4")).to_be_checked()


def test_weeks_chosen_before_the_reports_script_is_there_are_shown_once_it_is(opens: Opens, owner: Person) -> None:
    page = owner.opens(opens(touched=False), "/reports/").page
    with late(page, "report"):
        page.get_by_label("From", exact=True).fill("2020-W10")
        page.get_by_label("To", exact=True).fill("2020-W20")
    expect(page.locator("#report h2").first).to_have_text("2 March to 17 May 2020")


def test_a_report_is_printed_by_the_first_press_on_the_page(opens: Opens, owner: Person) -> None:
    page = owner.opens(opens(touched=False), "/reports/").page
    no_more_scripts(page)
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("() => window.printed")


def no_more_scripts(page: Page) -> None:
    """What the page asks for from now on comes too late for all that is done there."""
    page.route("**/js/*.js", lambda route: None)
