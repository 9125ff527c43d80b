"""The plan page in a browser: what is tried changes it at once and saves nothing, and what is said of it stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sheets
from tests.browser.conftest import Opens
from tests.browser.eyes import PHONE, Visit
from tests.browser.people import Person
from tests.browser.site import Site

# Ana has little time and Joan a high rate; nobody knows of web sites.
ROSTER = """
from tasks.models import Owner
from tests import factories
owner = Owner.objects.get(pk={pk})
books, site = (factories.a_skill(owner=owner, name=name) for name in ("Bookkeeping", "Web sites"))
owner.tasks.get(name="Web site").skill_levels.create(skill=site, level=3)
owner.tasks.get(name="Record keeping").skill_levels.create(skill=books, level=3)
factories.an_assistant(owner=owner, name="Ana Reyes", rate=18, hours=3, skill=books)
factories.an_assistant(owner=owner, name="Joan Whitfield", rate=60, hours=10, skill=books)
"""

LARGE = """
from tasks.models import Owner
from tests import factories
owner = Owner.objects.get(pk={pk})
for number in range(31):
    factories.a_task(owner=owner, name=f"More {{number}}")
"""

# As if a worker had been asked for it just now, and was slow.
ASKED_FOR = """
from assistants.plan import plan_inputs, plans
from assistants.models import Plan
from assistants.plan.tries import Tries
from tasks import clock
now = clock.now()
asked = plans.question(plan_inputs.gather(owner, owner.today(now)), Tries(owner.budget))
Plan.objects.create(owner=owner, digest=asked.digest, inputs=asked.asked.json(), shown_at=now, rung_at=now)
"""


@pytest.fixture
def page(visit: Visit, owner: Person, running: Site) -> Page:
    running.app.manage("shell", "--verbosity", "0", "--command", ROSTER.format(pk=owner.pk))
    visit.page.goto("/plan/")
    return visit.page


def test_another_rate_or_budget_shows_another_plan_at_once_and_saves_nothing(page: Page, visit: Visit) -> None:
    visit.look()
    page.get_by_text("What if someone had more hours, or another rate?").click()
    page.get_by_label("Ana Reyes, hours a week").fill("12")
    page.keyboard.press("Enter")
    tried = page.get_by_role("region", name="Tried")
    expect(tried).to_contain_text("You are trying this; nothing is saved. Ana would have 12 h a week.")
    expect(page.get_by_label("Ana Reyes, hours a week")).to_be_visible()
    page.get_by_label("Joan Whitfield, an hour").fill("dear")
    page.get_by_role("button", name="Show that plan").click()
    expect(page.locator("#problem")).to_contain_text("Write an amount such as 18 or 18.50.")
    expect(page.get_by_label("Ana Reyes, hours a week")).to_have_value("12")
    visit.look()
    page.goto("/plan/")
    expect(page.get_by_role("region", name="Tried")).to_have_count(0)
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("region", name="Tried")).to_contain_text("Your budget would be $0.")
    expect(page.get_by_role("heading", name="Nothing to spend, nothing to hand off")).to_be_visible()


def test_a_key_held_on_the_slider_takes_each_of_its_steps(page: Page, visit: Visit) -> None:
    page.goto("/plan/?budget=500")
    slider = page.get_by_role("slider")
    slider.focus()
    for number in range(1, 21):
        page.keyboard.press("ArrowLeft")
        if number % 5 == 0:
            expect(page.get_by_role("region", name="Tried")).to_contain_text(
                f"Your budget would be ${500 - 10 * number}."
            )
    expect(slider).to_have_value("300")
    expect(slider).to_be_focused()


def test_one_step_more_comes_into_the_page_and_has_one_of_its_own(
    page: Page, visit: Visit, opens: Opens, owner: Person
) -> None:
    more = page.get_by_role("link", name="What would one step more bring?")
    more.hover()
    sheets.until(page, lambda: bool(page.evaluate("Boolean(window.htmx)")), "htmx")
    more.click()
    expect(page.get_by_role("heading", name="One step more", exact=True)).to_be_visible()
    expect(page.locator("#steps")).to_contain_text("a week ahead")
    assert page.url.endswith("/plan/")
    visit.look()
    plain = owner.opens(opens(script=False), "/plan/").page
    plain.get_by_role("link", name="What would one step more bring?").click()
    expect(plain.locator("#steps")).to_contain_text("a week ahead")


def test_the_owner_has_the_last_word_on_who_gets_a_task(page: Page, visit: Visit) -> None:
    page.get_by_role("link", name="Who else could take record keeping").click()
    visit.look()
    page.get_by_role("button", name="Give it to Joan").click()
    expect(page.get_by_role("heading", name="record keeping to Joan")).to_be_visible()
    expect(page.get_by_text("You want it so.")).to_be_visible()
    visit.look()
    page.get_by_role("button", name=re.compile("Not now.*record keeping")).click()
    expect(page.get_by_text("Not now, you said.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Let the plan decide.*Record keeping")).click()
    expect(page.get_by_role("heading", name="record keeping to Ana")).to_be_visible()


def test_on_a_phone_without_script_a_plan_can_be_tried_and_limited(page: Page, opens: Opens, owner: Person) -> None:
    phone = owner.opens(opens(size=PHONE, script=False), "/plan/").page
    phone.get_by_text("What if someone had more hours, or another rate?").click()
    phone.get_by_label("Ana Reyes, an hour").fill("19")
    phone.get_by_role("button", name="Show that plan").click()
    expect(phone.get_by_text("Ana would take $19 an hour.")).to_be_visible()
    phone.get_by_role("link", name="Back to the plan as it is").click()
    phone.get_by_role("link", name="How much you take on at a time").click()
    phone.get_by_label("New hand-offs at a time").fill("0")
    phone.get_by_role("button", name="Keep to that").click()
    expect(phone.get_by_text("Write 1 to 20.").first).to_be_visible()
    phone.get_by_label("New hand-offs at a time").fill("1")
    phone.get_by_role("button", name="Keep to that").click()
    expect(phone.get_by_text("The plan keeps to that.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_large_plan_is_worked_out_by_a_worker_and_appears_by_itself(
    page: Page, owner: Person, running: Site
) -> None:
    running.app.manage("shell", "--verbosity", "0", "--command", LARGE.format(pk=owner.pk))
    page.goto("/plan/")
    expect(page.get_by_role("heading", name="Left out, and why")).to_be_visible()
    assert page.url.endswith("/plan/")


def test_how_far_a_worker_is_looks_right(page: Page, visit: Visit, owner: Person, running: Site) -> None:
    running.app.manage("shell", "--verbosity", "0", "--command", LARGE.format(pk=owner.pk) + ASKED_FOR)
    page.route("**/js/again.*.js", lambda route: route.abort())
    visit.bear("ERR_FAILED")
    page.goto("/plan/")
    expect(page.get_by_text("Working it out: 35 tasks and 2 people.")).to_be_visible()
    visit.look()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()


# Five weeks of record keeping that doubles in a year, which Ana has no time for.
LOGGED = """
from datetime import timedelta
from django.utils import timezone
from tasks.models import Owner
from tests import factories
owner = Owner.objects.get(pk={pk})
task = owner.tasks.get(name="Record keeping")
owner.tasks.filter(pk=task.pk).update(growth=100)
today = owner.today(timezone.now())
for back in range(1, 6):
    factories.an_entry(task=task, day=today - timedelta(weeks=back), seconds=6 * 3600)
"""


def test_the_next_12_months_say_what_runs_out_and_keep_a_reminder(
    page: Page, visit: Visit, owner: Person, running: Site
) -> None:
    running.app.manage("shell", "--verbosity", "0", "--command", LOGGED.format(pk=owner.pk))
    page.get_by_role("link", name="Next 12 months").click()
    expect(page.get_by_role("img").first).to_be_visible()
    page.get_by_text("Show the numbers").first.click()
    page.get_by_role("button", name=re.compile("Remind me in")).first.click()
    expect(page.get_by_role("status").first).to_contain_text("One email will remind you on")
    visit.look()
    page.get_by_role("button", name=re.compile("Remove the reminder")).click()
    expect(page.get_by_role("heading", name="Reminders")).to_have_count(0)
    visit.look()
