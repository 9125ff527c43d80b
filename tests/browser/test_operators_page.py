"""The operator's page in a browser: Django's admin works under our policy, and its scripts do what they are for."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.people import Person
from tests.browser.site import Site

FAILED = """
from assistants.models import OutgoingEmail
from delegator.account.sessions import SessionStore
from tasks import clock
from tasks.models import Owner
from tests.delegator import second_step

# As after a second step, which has tests of its own.
session = SessionStore("{sid}")
session.update(second_step.proof({pk}, method="mfa"))
session.save()
Owner.objects.filter(pk={pk}).update(is_staff=True)
now = clock.now()
facts = {{"headline": "Ana accepted it", "lines": [], "button": "Open", "handoff": 7}}
for number in (1, 2):
    OutgoingEmail.objects.create(
        kind="answer", owner_id={pk}, key=f"failed-{pk}-{{number}}", to_name="Nora", to_email="nora@gardens.internal",
        facts=facts, state="dead", trouble="the address was refused", last_code=550, written_at=now, due_at=now,
    )
"""


def test_an_operator_finds_what_failed_and_sends_it_again(running: Site, opens: Opens, owner: Person) -> None:
    running.app.manage("shell", "--verbosity", "0", "--command", FAILED.format(pk=owner.pk, sid=owner.sid))
    page = owner.opens(opens(), "/admin/").page
    expect(page.get_by_role("heading", name="The queue")).to_be_visible()
    page.get_by_role("button", name="Toggle theme").click()
    page.locator("#changelist-filter").get_by_role("link", name="Dead").click()
    page.locator("#searchbar").fill(owner.email)
    page.get_by_role("button", name="Search").click()
    # The script of the next line comes last of all, and nothing on the page tells that it is there.
    page.wait_for_load_state()
    page.locator("#action-toggle").check()
    # A script of the page counts what is chosen.
    expect(page.locator(".action-counter")).to_have_text(re.compile("2 of 2 selected"))
    page.locator("select[name=action]").select_option("Send again")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("Sent again: 2.")).to_be_visible()
    page.locator(".field-state a").first.click()
    expect(page.get_by_text("What the mail server last refused it with.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text(re.compile("Sent again as"))).to_be_visible()


def test_an_owner_who_is_no_operator_finds_no_such_page(opens: Opens, owner: Person) -> None:
    visit = opens()
    visit.bear(r"404: GET .*/admin/$", "status of 404")
    page = owner.opens(visit, "/admin/").page
    expect(page.get_by_role("heading", name="We can’t find that page")).to_be_visible()
