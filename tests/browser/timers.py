"""Timers for a browser: started by its owner, and let run for hours in the database."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import rows
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.site import Site


def forgotten(visit: Visit, owner: Person, running: Site) -> Page:
    """The owner's day, with a timer on email that was started six hours ago."""
    page = owner.opens(visit, "/timer/").page
    start(page, "Email")
    back(running, owner, 6 * 3600)
    page.goto("/today/")
    return page


def back(running: Site, owner: Person, seconds: int) -> None:
    """Let the timer have been started that much earlier."""
    moved = """UPDATE tasks_timer SET started_at = started_at - %s * interval '1 second',
        checked_at = checked_at - %s * interval '1 second' WHERE owner_id = %s RETURNING id"""
    assert len(rows.ask(running.database, moved, [seconds, seconds, owner.pk])) == 1


def start(page: Page, task: str) -> None:
    if not page.url.endswith("/timer/"):
        page.goto("/timer/")
    page.get_by_role("main").get_by_role("button", name=f"Start a timer for {task}").click()
    expect(page.get_by_role("heading", name=task, exact=True)).to_be_visible()
