"""What a day sheet and a week grid are made of, for those who type into them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import date

from playwright.sync_api import Locator, Page, Route, expect

from tests import rig


def field(page: Page, task: str) -> Locator:
    """The time of a task on a day sheet; its name goes on with what is usual."""
    return page.locator("#sheet").get_by_role("textbox", name=re.compile(f"^{task}"))


def cell(page: Page, task: str, day: date) -> Locator:
    """The time of a task on a day of the week grid."""
    return page.get_by_role("textbox", name=f"{task}, {day:%a} {day.day}", exact=True)


def total(page: Page) -> Locator:
    return page.locator("#total .big-time")


def write(page: Page, **times: str) -> None:
    """Type times one after the other, without waiting for an answer; _ stands for a blank."""
    for task, time in times.items():
        field(page, task.replace("_", " ")).fill(time)
        field(page, task.replace("_", " ")).press("Tab")


def shows(page: Page, **times: str) -> None:
    for task, time in times.items():
        expect(field(page, task.replace("_", " "))).to_have_value(time)


def stands(page: Page, path: str = "/today/", **times: str) -> None:
    """What the fields show when the day is opened again."""
    page.goto(path)
    shows(page, **times)


def notice(page: Page) -> Locator:
    """Where it is said that something is kept in the browser."""
    return page.locator("#unsent")


def saved(page: Page) -> None:
    """Wait until the save that was begun is answered."""
    expect(page.locator("#saved-at")).to_contain_text("Saved at")


@contextlib.contextmanager
def a_slow_answer(page: Page, where: str = "**/day/*/") -> Iterator[list[Route]]:
    """The first save, which is in the list once it has left, is answered only after all that is done meanwhile."""
    held: list[Route] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route(where, answer)
    yield held
    until(page, lambda: bool(held), "save to be held")
    held[0].continue_()


def until(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Wait for what the browser tells of; it does so only while it is asked something."""
    rig.until(lambda: page.evaluate("true") and holds(), what)
