"""Every page as a browser has it, under the strict policy: nothing on it is blocked, and nothing complains."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.conftest import Opens
from tests.browser.people import Person
from tests.browser.site import Site
from tests.fuzz.walk import route

# Before anything of the page: also what is reported while it loads.
REPORT = """document.addEventListener("securitypolicyviolation", each =>
  console.error(`blocked by ${each.violatedDirective}: ${each.blockedURI} ${each.sample}`))"""
VISITORS = ["/", "/sign-in/", "/sign-up/", "/password/forgotten/", "/password/forgotten/sent/", "/h/renew/"]
HREFS = """all => all.map(each => new URL(each.getAttribute("href"), document.baseURI).href)"""
# What downloads or leads away from the walk.
NO_PAGE = (".csv", ".ics", "/export/", "/admin/", "/sign-out/")
A_WORLD = """
import json
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from assistants import links
from tasks.models import Owner
from tests import factories
owner, now = Owner.objects.get(pk={pk}), timezone.now()
tomorrow = owner.today(now) + timedelta(days=1)
makers = [factories.a_draft, factories.an_offer, factories.an_accepted_offer, factories.a_running_offer]
tasks = list(owner.tasks.routine())
# In one transaction: the worker that runs meanwhile finds each where it is meant to stand.
with transaction.atomic():
    made = [make(owner=owner, task=task, now=now, reply_by=now + timedelta(days=3), starts_on=tomorrow)
            for make, task in zip(makers, tasks, strict=True)]
offers = made[1:]
print(json.dumps([f"/h/{{links.token('offer', each.pid, each.epoch)}}/" for each in offers]))
"""


def test_nothing_is_blocked_on_any_page(opens: Opens, owner: Person, running: Site) -> None:
    said = running.app.manage("shell", "--verbosity", "0", "--command", A_WORLD.format(pk=owner.pk))
    visitor, hers = opens(), opens()
    for visit in (visitor, hers):
        visit.context.add_init_script(REPORT)
    seen = walk(visitor.page, [*VISITORS, *json.loads(said.splitlines()[-1])])
    owner.sign_in(hers)
    seen |= walk(hers.page, ["/", "/start/", "/start/routine/", "/start/feel/", "/timer/", "/account/", "/reports/"])
    assert len(seen) > 35, sorted(seen)


def test_what_the_policy_forbids_is_reported_and_not_run(opens: Opens, owner: Person) -> None:
    """Else the test above would see nothing wherever it looks."""
    visit = opens()
    visit.context.add_init_script(REPORT)
    visit.bear("console: ")
    owner.opens(visit)
    with visit.page.expect_console_message(lambda said: "blocked by script-src" in said.text):
        visit.page.evaluate("""() => { const each = document.createElement("script");
          each.textContent = "window.ran = 1"; document.body.append(each); }""")
    assert any("blocked by script-src" in each for each in visit.borne)
    assert visit.page.evaluate("window.ran") is None


def walk(page: Page, begin: list[str]) -> set[str]:
    """Follow links, one page of each kind. The kinds."""
    waiting, seen = list(begin), set[str]()
    while waiting:
        path = waiting.pop(0)
        if route(path) in seen or path.endswith(NO_PAGE) or any(each in path for each in NO_PAGE):
            continue
        seen.add(route(path))
        page.goto(path)
        hrefs = page.eval_on_selector_all("a[href]", HREFS)
        here = urlsplit(page.url).netloc
        waiting += [urlsplit(href).path for href in hrefs if urlsplit(href).netloc == here]
    return seen
