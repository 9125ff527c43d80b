"""Writing a hand-off in a browser: what is asked for only where it matters, and what follows what is typed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.site import Site

# Both know how to keep books.
ROSTER = """
from tasks.models import Owner
from tests import factories
owner = Owner.objects.get(pk={pk})
books = factories.a_skill(owner=owner, name="Bookkeeping")
owner.tasks.get(name="Record keeping").skill_levels.create(skill=books, level=3)
factories.an_assistant(owner=owner, name="Ana Reyes", rate=18, hours=8, skill=books)
factories.an_assistant(owner=owner, name="Joan Whitfield", rate=20, hours=20, skill=books)
"""


@pytest.fixture
def page(visit: Visit, owner: Person, running: Site) -> Page:
    running.app.manage("shell", "--verbosity", "0", "--command", ROSTER.format(pk=owner.pk))
    page = visit.page
    page.goto("/hand-offs/new/")
    page.get_by_label("What do you want to hand off?").select_option("Record keeping")
    page.get_by_label("To whom?").select_option("Ana Reyes")
    page.get_by_role("button", name="Write the hand-off").click()
    return page


def test_the_end_of_a_trial_is_asked_for_on_a_trial_only(page: Page, visit: Visit) -> None:
    ends = page.get_by_label("Trial ends on")
    expect(ends).to_be_hidden()
    visit.look()
    page.get_by_label("Begin").select_option("trial")
    expect(ends).to_be_visible()
    visit.look()
    page.get_by_label("Begin").select_option("shadow")
    expect(ends).to_be_hidden()


def test_what_the_others_would_be_asked_for_follows_the_hours_as_they_are_typed(page: Page, visit: Visit) -> None:
    joan = page.get_by_role("checkbox", name="Joan Whitfield")
    before = re.search(r"[\d.]+ h", page.locator("label", has=page.locator("[id^=asked]")).inner_text())
    hours = page.get_by_label("Hours a week")
    hours.fill("1")
    hours.press("Tab")
    expect(page.get_by_role("checkbox", name="Joan Whitfield, 1 h a week at $20 an hour")).to_be_visible()
    assert before
    assert before[0] != "1 h"
    expect(joan).to_be_checked()
    visit.look()
