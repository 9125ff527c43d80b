"""The owner's first minutes with JavaScript turned off: the same pages, one press of a button more."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser import received
from tests.browser.eyes import Visit
from tests.browser.site import Site

BEA = "bea@bakery.internal"


def test_the_first_run_and_the_day_sheet_need_no_script(browser: Browser, running: Site) -> None:
    bea = Visit(browser, running.url, script=False)
    she_signs_up(bea.page, running)
    she_goes_through_the_first_run(bea.page)
    she_saves_her_day(bea.page)
    bea.close()
    assert bea.wrong == []


def she_signs_up(page: Page, running: Site) -> None:
    page.goto("/sign-up/")
    page.get_by_label("Your name").fill("Bea Roth")
    page.get_by_label("Email").fill(BEA)
    page.get_by_label("Password").fill("bread before the sun is up")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    page.goto(received.link(received.mail(running.sink, BEA, "Confirm your address"), "/sign-up/confirm/"))
    page.get_by_role("button", name="Confirm").click()


def she_goes_through_the_first_run(page: Page) -> None:
    page.get_by_label("What are you building?").fill("A bakery that closes at noon.")
    page.get_by_label("What is your best work?").fill("Baking")
    page.get_by_label("An hour of it is worth").fill("60")
    page.get_by_role("button", name="Next: your routine").click()
    page.get_by_label("Email, time a day").fill("0:30")
    page.get_by_role("button", name="Scheduling").click()
    # The list has grown, and what was typed has stayed.
    expect(page.get_by_role("checkbox", name="Scheduling")).to_be_checked()
    expect(page.get_by_label("Email, time a day")).to_have_value("0:30")
    page.get_by_role("checkbox", name="Web site").uncheck()
    page.get_by_role("button", name="Next: how it feels").click()
    expect(page.get_by_role("group", name="I loathe it")).to_have_count(4)
    for axis in ("I loathe it", "I excel at it"):
        for scale in page.get_by_role("group", name=axis).all():
            scale.get_by_role("radio", name="4").check()
    page.get_by_role("button", name="Show me what to hand off").click()
    expect(page.locator("svg.matrix circle.bub")).to_have_count(4)


def she_saves_her_day(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Today").click()
    page.get_by_role("textbox", name="Email").fill("45m")
    page.get_by_role("textbox", name="Baking").fill("3:15")
    page.get_by_role("button", name="Save the day").click()
    expect(page.get_by_text("Saved at")).to_be_visible()
    expect(page.get_by_role("textbox", name="Email")).to_have_value("0:45")
    expect(page.locator("#total .big-time")).to_have_text("4:00")
