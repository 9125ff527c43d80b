"""Mail scanners open every link of a mail before its reader does: that changes no row, and the link still works."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests import rig
from tests.browser import rows, site
from tests.browser.eyes import PHONE, Visit

# One link of each kind that a mail carries, and one for each way the assistant's page can look.
ROWS = """
import json
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from assistants import links
from assistants.handoff import replies
from django.urls import reverse
from django.utils import timezone
from tests import factories

now = timezone.now()
owner = factories.an_owner(email="nora@gardens.internal")
factories.confirm(owner)
reply_by = now + timezone.timedelta(days=5)
def an(offer):
    return reverse("link:page", args=[links.token("offer", offer.pid, offer.epoch)])
of = {"owner": owner, "now": now, "reply_by": reply_by}
declined = factories.an_offer(task=factories.a_task(owner=owner), **of)
replies.decline(declined, reason="time", now=now)
address = EmailAddress.objects.get(user=owner)
urls = {
    "offered": an(factories.an_offer(**of)),
    "accepted": an(factories.an_accepted_offer(task=factories.a_task(owner=owner), **of)),
    "running": an(factories.a_running_offer(task=factories.a_task(owner=owner), **of)),
    "declined": an(declined),
    "unsubscribe": reverse("unsubscribe", args=[links.token("unsubscribe", owner.pid)]),
    "verify": reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]),
}
EmailAddress.objects.update(verified=False)  # what the link in the mail is for
print(json.dumps(urls))
"""
# Seconds: what comes back sooner is a machine's, and one of ours is so quick even when it is busy with other things.
AT_ONCE = 10
KINDS = ("offered", "accepted", "running", "declined", "unsubscribe", "verify")


@pytest.fixture(scope="module")
def quiet() -> Iterator[site.Site]:
    """A running app in which nothing happens by itself, and a reader takes his time."""
    with site.running(workers=0, LEAST_SECONDS_TO_READ=str(AT_ONCE)) as quiet:
        rig.kill9(quiet.app.beat)
        yield quiet


@pytest.fixture(scope="module")
def links(quiet: site.Site) -> dict[str, str]:
    said = quiet.app.manage("shell", "--verbosity", "0", "--command", ROWS)
    paths: dict[str, str] = json.loads(said.splitlines()[-1])
    return {kind: urljoin(quiet.url, path) for kind, path in paths.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_following_every_link_by_get_and_head_leaves_every_row_as_it_was(
    quiet: site.Site, links: dict[str, str], kind: str
) -> None:
    before = rows.dump(quiet.database)
    status, page = ask("GET", links[kind])
    assert status == 200
    onward = addresses(page, links[kind])
    assert onward
    for address in onward:
        assert ask("HEAD", address)[0] in (200, 302, 405)
        assert ask("GET", address)[0] in (200, 302, 405)
    assert ask("GET", links[kind])[0] == 200
    assert rows.dump(quiet.database) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_scanner_with_a_browser_leaves_every_row_as_it_was(
    browser: Browser, quiet: site.Site, links: dict[str, str], kind: str
) -> None:
    before = rows.dump(quiet.database)
    visit = Visit(browser, quiet.url)
    visit.page.goto(links[kind])
    visit.look()
    for address in visit.page.eval_on_selector_all("a[href^='/']", "links => links.map(link => link.href)"):
        if address.endswith((".ics", ".csv")):  # a browser saves these
            assert visit.page.request.get(address).ok
        else:
            visit.page.goto(address, wait_until="networkidle")
            visit.look()
    visit.close()
    assert visit.wrong == []
    assert rows.dump(quiet.database) == before


@pytest.mark.parametrize("kind", KINDS[:4])
def test_a_scanner_that_presses_every_button_at_once_leaves_every_row_as_it_was(
    browser: Browser, quiet: site.Site, links: dict[str, str], kind: str
) -> None:
    before = rows.dump(quiet.database)
    visit = Visit(browser, quiet.url)
    visit.page.goto(links[kind])
    count = visit.page.evaluate("document.forms.length")
    assert count
    # Each form is sent as the page fills it, by the page's own script, on a page that was just made.
    for number in range(count):
        visit.page.goto(links[kind])
        with visit.page.expect_navigation():
            visit.page.evaluate(f"document.forms[{number}].requestSubmit()")
        assert "Nothing was changed." in visit.page.content() or "stop" in visit.page.url
    visit.close()
    assert rows.dump(quiet.database) == before


def test_a_button_pressed_at_once_asks_to_be_pressed_again_and_the_link_still_works(
    browser: Browser, quiet: site.Site, links: dict[str, str]
) -> None:
    before = rows.dump(quiet.database)
    reader = Visit(browser, quiet.url, script=False, size=PHONE)
    accept = reader.page.get_by_role("button", name="Accept", exact=True)
    reader.page.goto(links["offered"])
    accept.click()
    expect(reader.page.get_by_role("alert")).to_contain_text("Nothing was changed.")
    assert rows.dump(quiet.database) == before
    reader.read(AT_ONCE + 0.1)
    accept.click()
    expect(reader.page.locator("main")).to_contain_text("Accepted.")  # it begins today, so the page takes hours now
    reader.close()
    assert reader.wrong == []
    after = rows.dump(quiet.database)
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {
        "assistants_handoff",
        "assistants_offer",
        "assistants_handoffevent",
        "assistants_outgoingemail",
    }


def ask(method: str, url: str) -> tuple[int, str]:
    """A bare request, without cookies and without following redirects."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=30)
    connection.request(method, place.path)
    response = connection.getresponse()
    text = response.read().decode(errors="replace")
    connection.close()
    return response.status, text


def addresses(page: str, url: str) -> list[str]:
    """Where links, files and forms of the page point on the same host, each once."""
    found = {urljoin(url, each) for each in re.findall(r'(?:href|src|action)="([^"]*)"', page)}
    return sorted(each.split("#")[0] for each in found if urlsplit(each).netloc == urlsplit(url).netloc)
