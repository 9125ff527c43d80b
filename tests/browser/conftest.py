"""A headless Chromium, one running app for all tests of this folder to visit, and who visits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import rig
from tests.browser import eyes, people, site
from tests.browser.eyes import Visit
from tests.browser.people import Person

Opens = Callable[..., Visit]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest comes first: last it would keep one process busy while the others have nothing left."""
    items.sort(key=lambda item: item.path.name != "test_walk.py")


@pytest.fixture(scope="session")
def running() -> Iterator[site.Site]:
    with site.running() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=eyes.PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=rig.chromium(), args=list(rig.CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def people_here(running: site.Site) -> Iterator[Person]:
    return people.fresh(running)


@pytest.fixture
def owner(people_here: Iterator[Person]) -> Person:
    """The owner whose day it is; nobody else has their rows."""
    return next(people_here)


@pytest.fixture
def stranger(people_here: Iterator[Person]) -> Person:
    """Another owner."""
    return next(people_here)


@pytest.fixture
def opens(browser: Browser, running: site.Site) -> Iterator[Opens]:
    """Open a browser of one's own, with the arguments of a Visit; nothing must have gone wrong in any."""
    opened: list[Visit] = []

    def open_one(**how: object) -> Visit:
        opened.append(Visit(browser, running.url, **how))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for visit in opened:
        visit.close()
    assert [wrong for visit in opened for wrong in visit.wrong] == []


@pytest.fixture
def visit(opens: Opens, owner: Person) -> Visit:
    """The owner's browser, on their day."""
    return owner.opens(opens())
