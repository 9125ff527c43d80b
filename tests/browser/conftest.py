"""A headless Chromium, and one running app for all tests of this folder to visit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import rig
from tests.browser import eyes, site


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
