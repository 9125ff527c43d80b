"""Two-step sign-in in a browser: a passkey is added and signs in; an app and its codes need no script."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import rig
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.site import Site
from tests.delegator.second_step import code_of

PASSWORD = "slow green kettle on the stove"
# Those of the tests are hashed in a way that a server does not take.
NEW_PASSWORD = """
from tasks.models import Owner
owner = Owner.objects.get(pk={pk})
owner.set_password("{password}")
owner.save()
"""
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
# Seconds: long enough to write a code before it is over, on a machine that is busy with other things.
ENOUGH = 20


@pytest.fixture
def nora(running: Site, owner: Person) -> Person:
    """An owner with a password that the server knows."""
    running.app.manage("shell", "--verbosity", "0", "--command", NEW_PASSWORD.format(pk=owner.pk, password=PASSWORD))
    return owner


@pytest.fixture
def by_name(browser: Browser, running: Site) -> Iterator[Visit]:
    """A browser at an address with a name, which passkeys are for, on a device that can make them."""
    visit = Visit(browser, running.url.replace("127.0.0.1", "localhost"))
    devices = visit.context.new_cdp_session(visit.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield visit
    visit.close()
    assert visit.wrong == []


def sign_in(page: Page, nora: Person, path: str = "/sign-in/") -> None:
    page.goto(path)
    page.get_by_label("Email").fill(nora.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/sign-out/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/")


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def write_password(page: Page) -> None:
    heading(page, "Your password once more")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def code_now(secret: str) -> str:
    """The code for now, of which there is enough left to write it."""
    rig.until(lambda: time.time() % 30 < 30 - ENOUGH, "code that lasts")
    return code_of(datetime.now(UTC), secret)


def set_up_an_app(page: Page) -> list[str]:
    """The recovery codes that come with it."""
    page.goto("/account/two-step/")
    page.get_by_role("link", name="Set up an app").click()
    write_password(page)
    heading(page, "Set up an app")
    url = page.get_by_role("link", name="Open it in your app").get_attribute("href") or ""
    page.get_by_label("Code from the app").fill(code_now(url.partition("secret=")[2].partition("&")[0]))
    page.get_by_role("button", name="Switch it on").click()
    return codes_on(page)


def codes_on(page: Page) -> list[str]:
    heading(page, "Your recovery codes")
    expect(page.locator(".keep-codes li")).to_have_count(10)
    return page.locator(".keep-codes li").all_inner_texts()


def test_a_passkey_is_added_and_signs_in_alone_and_after_the_password(by_name: Visit, nora: Person) -> None:
    page = by_name.page
    sign_in(page, nora, "/sign-in/?next=/account/passkeys/add/")
    write_password(page)
    heading(page, "Add a passkey")
    by_name.look()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Your recovery codes")
    expect(page.get_by_text("My phone was added.")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="See your passkeys").click()
    expect(page.get_by_role("listitem")).to_contain_text("My phone")
    by_name.look()

    sign_out(page)
    by_name.look()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()

    sign_out(page)
    sign_in(page, nora)
    heading(page, "The second step")
    by_name.look()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()


def test_the_same_device_is_told_that_it_has_one(by_name: Visit, nora: Person) -> None:
    page = by_name.page
    sign_in(page, nora, "/sign-in/?next=/account/passkeys/add/")
    write_password(page)
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Your recovery codes")
    page.goto("/account/passkeys/add/")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This device has a passkey for your account already.")


def test_a_passkey_that_was_removed_signs_in_no_more(by_name: Visit, nora: Person) -> None:
    page = by_name.page
    sign_in(page, nora, "/sign-in/?next=/account/passkeys/add/")
    write_password(page)
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Your recovery codes")
    page.goto("/account/passkeys/")
    page.get_by_role("link", name="Change Passkey 1").click()
    heading(page, "Passkey 1")
    by_name.look()
    page.get_by_text("Remove this passkey").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Passkey 1 was removed.")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That passkey is not known here")).to_be_visible()


def test_at_an_address_that_is_a_number_no_passkey_is_offered(browser: Browser, running: Site, nora: Person) -> None:
    visit = Visit(browser, running.url)
    sign_in(visit.page, nora, "/sign-in/?next=/account/passkeys/add/")
    write_password(visit.page)
    expect(visit.page.get_by_text("Passkeys need a browser that has them")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    visit.look()
    visit.close()
    assert visit.wrong == []


def test_an_app_is_set_up_and_looked_at(browser: Browser, running: Site, nora: Person) -> None:
    visit = Visit(browser, running.url)
    page = visit.page
    sign_in(page, nora)
    page.goto("/account/two-step/set-up/")
    write_password(page)
    heading(page, "Set up an app")
    visit.look()
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator("#problem")).to_be_focused()
    visit.look()
    url = page.get_by_role("link", name="Open it in your app").get_attribute("href") or ""
    page.get_by_label("Code from the app").fill(code_now(url.partition("secret=")[2].partition("&")[0]))
    page.get_by_role("button", name="Switch it on").click()
    heading(page, "Your recovery codes")
    visit.look()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download them").click()
    codes = page.locator(".keep-codes li").all_inner_texts()
    assert set(codes) < set(kept.value.path().read_text().splitlines())
    for path in ("", "codes/", "off/"):
        page.goto(f"/account/two-step/{path}")
        visit.look()
    visit.close()
    assert visit.wrong == []


def test_a_double_click_leads_where_one_leads(browser: Browser, running: Site, nora: Person) -> None:
    visit = Visit(browser, running.url)
    page = visit.page
    sign_in(page, nora, "/sign-in/?next=/account/two-step/set-up/")
    heading(page, "Your password once more")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").dblclick()
    heading(page, "Set up an app")
    url = page.get_by_role("link", name="Open it in your app").get_attribute("href") or ""
    page.get_by_label("Code from the app").fill(code_now(url.partition("secret=")[2].partition("&")[0]))
    page.get_by_role("button", name="Switch it on").dblclick()
    heading(page, "Your recovery codes")
    code = page.locator(".keep-codes li").first.inner_text()
    sign_out(page)
    sign_in(page, nora)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").dblclick()
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()
    visit.close()
    assert visit.wrong == []


def test_an_app_and_recovery_codes_need_no_script(browser: Browser, running: Site, nora: Person) -> None:
    visit = Visit(browser, running.url, script=False)
    page = visit.page
    sign_in(page, nora)
    codes = set_up_an_app(page)
    sign_out(page)
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page, nora)
    heading(page, "The second step")
    page.get_by_label("Code").fill("12345678")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#problem")).to_contain_text("That is not the code for now")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()
    visit.close()
    assert visit.wrong == []
