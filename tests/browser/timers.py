"""Timers for a browser: started by its owner, and let run for hours in the database."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import rows
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.site import Site

# Seconds less, which are rounded up to the minute: as long, and half a minute more, may a busy machine take.
LEEWAY = 25


def forgotten(visit: Visit, owner: Person, running: Site) -> Page:
    """The owner's day, with a timer on email that was started six hours ago."""
    page = owner.opens(visit, "/timer/").page
    start(page, "Email")
    runs(running, owner, minutes=6 * 60)
    page.goto("/today/")
    return page


def runs(running: Site, owner: Person, *, minutes: int) -> None:
    """Let the timer run for that long by now, and let it show so for most of a minute."""
    moved = """UPDATE tasks_timer SET started_at = now() - interval '1 second' * %s,
        checked_at = checked_at - started_at + now() - interval '1 second' * %s WHERE owner_id = %s RETURNING 1"""
    seconds = minutes * 60 - LEEWAY
    assert len(rows.ask(running.database, moved, [seconds, seconds, owner.pk])) == 1


def start(page: Page, task: str) -> None:
    if not page.url.endswith("/timer/"):
        page.goto("/timer/")
    page.get_by_role("main").get_by_role("button", name=f"Start a timer for {task}").click()
    expect(page.get_by_role("heading", name=task, exact=True)).to_be_visible()
