"""The day sheet saves each field alone, and a quick typist loses nothing by that."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.eyes import Visit
from tests.browser.site import Site

OWNER = """
from uuid import uuid4
from django.test import Client
from tests import factories

owner = factories.an_owner(email=f"{uuid4()}@gardens.internal")
for name in ("Email", "Sales"):
    factories.a_task(owner=owner, name=name)
browser = Client()
browser.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
print(browser.cookies["sid"].value)
"""


@pytest.fixture
def visit(browser: Browser, running: Site) -> Iterator[Visit]:
    sid = running.app.manage("shell", "--verbosity", "0", "--command", OWNER).split()[-1]
    visit = Visit(browser, running.url)
    visit.context.add_cookies([{"name": "sid", "value": sid, "url": running.url}])
    visit.page.goto("/today/")
    yield visit
    visit.close()
    assert visit.wrong == []


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
    write(visit.page, Email="soon")
    expect(field(visit.page, "Email")).to_have_attribute("aria-invalid", "true")
    expect(field(visit.page, "Email")).to_have_value("soon")
    write(visit.page, Email="1")
    expect(field(visit.page, "Email")).to_have_value("1:00")
    expect(visit.page.locator("#problem, .invalid-feedback:visible")).to_have_count(0)
    visit.look()


@contextlib.contextmanager
def a_slow_answer(page: Page) -> Iterator[None]:
    """The first save is answered only after all that is done meanwhile."""
    held: list[Route] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/day/*/", answer)
    with page.expect_request(lambda request: request.method == "POST"):
        yield
    held[0].continue_()


def write(page: Page, **times: str) -> None:
    for task, time in times.items():
        field(page, task).fill(time)
        field(page, task).press("Tab")


def stands(page: Page, **times: str) -> None:
    """What the fields show when the day is opened again."""
    page.goto("/today/")
    for task, time in times.items():
        expect(field(page, task)).to_have_value(time)


def field(page: Page, task: str) -> Locator:
    return page.get_by_role("textbox", name=task)


def total(page: Page) -> Locator:
    return page.locator("#total .big-time")
