"""From a new account to a matrix with four scored tasks, by keyboard alone and with few keys."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import received, rows
from tests.browser.conftest import Opens
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.site import Site

CARA = "cara@florist.internal"
PASSWORD = "roses before the sun is up"
MOST_KEYSTROKES = 40
# On each page anew; what was pressed on the pages before is kept by the browser.
COUNT = """addEventListener("keydown", () =>
  sessionStorage.setItem("pressed", Number(sessionStorage.getItem("pressed")) + 1), true)"""


def test_a_new_owner_sees_four_scored_tasks_after_forty_keystrokes_at_most(opens: Opens, running: Site) -> None:
    page = opens().page
    she_has_an_account(page, running)
    page.evaluate("sessionStorage.setItem('pressed', 0)")
    page.context.add_init_script(COUNT)
    page.goto("/start/")
    types(page, "Best roses", "Tab", "Floral", "Tab", "60", "Enter")
    expect(page.get_by_role("heading", name="What fills your day?")).to_be_visible()
    types(page, "Enter")
    expect(page.get_by_role("heading", name="How does each one feel?")).to_be_visible()
    types(page, *"42512433", "Enter")
    expect(page.get_by_role("heading", name="Loathe and excel")).to_be_visible()
    expect(page.locator("svg.matrix a")).to_have_count(4)
    pressed = int(page.evaluate("sessionStorage.getItem('pressed')"))
    assert pressed == len("Best rosesFloral60") + 3 + 1 + 8 + 1
    assert pressed <= MOST_KEYSTROKES


def she_has_an_account(page: Page, running: Site) -> None:
    page.goto("/sign-up/")
    page.get_by_label("Your name").fill("Cara Lind")
    page.get_by_label("Email").fill(CARA)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    page.goto(received.link(received.mail(running.sink, CARA, "Confirm your address"), "/sign-up/confirm/"))
    page.get_by_role("button", name="Confirm").click()
    if page.url.endswith("/sign-in/"):
        page.get_by_label("Email").fill(CARA)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/start/**")


def types(page: Page, *texts: str) -> None:
    """Where the focus stands by itself; Tab and Enter are keys, any other text is a key a letter."""
    for text in texts:
        if text in ("Tab", "Enter"):
            page.keyboard.press(text)
        else:
            page.keyboard.type(text)


def test_the_day_bar_follows_ticks_and_times_and_saves_nothing(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    page.goto("/start/routine/")
    before = rows.ask(running.database, "SELECT count(*) FROM tasks_task WHERE owner_id = %s", [owner.pk])
    bar = page.locator("#day-sum")
    for name in ("Record keeping", "Sales", "Web site"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.get_by_role("textbox", name="Email, time a day").fill("3h")
    page.keyboard.press("Tab")
    expect(bar).to_contain_text("3 h of your 8 h day")
    page.get_by_role("checkbox", name="Email").uncheck()
    expect(bar).to_contain_text("That leaves 8 h")
    expect(page.get_by_role("checkbox", name="Email")).to_be_focused()
    assert rows.ask(running.database, "SELECT count(*) FROM tasks_task WHERE owner_id = %s", [owner.pk]) == before
    visit.look()
