"""The assistant's page on a small phone, without scripts: everything that can be said there is said by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.eyes import Visit
from tests.browser.site import Site

SMALL: ViewportSize = {"width": 360, "height": 740}
OFFER = """
import json
from assistants import links
from assistants.models import Offer
from django.urls import reverse
from django.utils import timezone
from tasks.models import new_pid
from tests import factories

now = timezone.now()
owner = factories.an_owner(email=f"{{new_pid()}}@gardens.internal")
factories.confirm(owner)
ana = factories.an_assistant(owner=owner, email=f"{{new_pid()}}@assistants.internal")
offer = factories.{make}(
    owner=owner, assistant=ana, now=now, reply_by=now + timezone.timedelta(days=3),
    starts_on=owner.today(now) + timezone.timedelta(days={starts}),
)
print(json.dumps([offer.pk, reverse("link:page", args=[links.token("offer", offer.pid, offer.epoch)])]))
"""
ACT = """
from assistants.handoff import handoffs, replies
from assistants.models import Offer
from django.utils import timezone
offer = Offer.objects.get(pk={pk})
now = timezone.now()
{act}
"""
Opens = Callable[..., Visit]


@pytest.fixture
def phone(opens: Opens) -> Visit:
    return opens(script=False, size=SMALL)


def an_offer(running: Site, make: str = "an_offer", *, starts: int = 10) -> tuple[int, str]:
    """Its id and its link."""
    said = running.app.manage("shell", "--verbosity", "0", "--command", OFFER.format(make=make, starts=starts))
    pk, path = json.loads(said.splitlines()[-1])
    return pk, urljoin(running.url, path)


def the_owner_does(running: Site, pk: int, act: str) -> None:
    running.app.manage("shell", "--verbosity", "0", "--command", ACT.format(pk=pk, act=act))


def press(phone: Visit, name: str) -> None:
    """As a person does who has read the page; what is pressed at once is tested with the scanners."""
    phone.read()
    phone.page.get_by_role("button", name=name, exact=True).click()


def unfold(page: Page, name: str) -> None:
    page.locator("summary", has_text=name).click()


def test_an_offer_is_accepted_in_two_taps_and_can_be_taken_back(running: Site, phone: Visit) -> None:
    _, link = an_offer(running)
    phone.page.goto(link)  # the first tap, in the email
    accept = phone.page.get_by_role("button", name="Accept", exact=True)
    expect(accept).to_be_in_viewport()
    press(phone, "Accept")
    expect(phone.page.get_by_role("heading", name="Record keeping is yours, Ana")).to_be_visible()
    phone.look()
    press(phone, "Take it back")
    expect(phone.page.get_by_role("heading", name="This one is closed")).to_be_visible()
    phone.look()


def test_a_question_a_change_and_an_agreement_are_told_on_the_page(running: Site, phone: Visit) -> None:
    pk, link = an_offer(running)
    page = phone.page
    page.goto(link)
    unfold(page, "Ask Nora something first")
    page.get_by_label("Your question").fill("One list, or one by one?")
    press(phone, "Send the question")
    expect(page.get_by_role("status")).to_contain_text("Your question is with Nora.")
    phone.look()
    the_owner_does(running, pk, 'handoffs.answer(offer.handoff, offer, "One list, on Fridays.", now=now)')
    page.reload()
    expect(page.locator(".log")).to_contain_text("One list, on Fridays.")

    unfold(page, "Propose a change")
    page.get_by_label("Rate an hour").fill("0")
    press(phone, "Send to Nora")
    expect(page.locator("#problem")).to_contain_text("Write more than 0.")
    page.get_by_label("Rate an hour").fill("20")
    page.get_by_label("Why").fill("I finish another client first.")
    press(phone, "Send to Nora")
    expect(page.get_by_role("heading", name="Your change is with Nora")).to_be_visible()
    expect(page.get_by_role("button", name="Accept", exact=True)).to_have_count(0)
    phone.look()
    agree = "handoffs.agree(offer.handoff, offer, terms_version=offer.proposed.version, now=now)"
    the_owner_does(running, pk, agree)
    page.reload()
    expect(page.get_by_role("heading", name="Record keeping is yours, Ana")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("$20 an hour")


def test_a_no_says_so_and_the_owner_can_be_told_of_a_second_thought(running: Site, phone: Visit) -> None:
    _, link = an_offer(running)
    phone.page.goto(link)
    unfold(phone.page, "Decline")
    phone.page.get_by_label("I have no time").check()
    press(phone, "Decline")
    expect(phone.page.get_by_role("main")).to_contain_text("You declined")
    phone.look()
    press(phone, "I changed my mind")
    expect(phone.page.get_by_role("status")).to_contain_text("Nora knows")


def test_hours_are_logged_corrected_and_timed_and_the_month_adds_up(running: Site, phone: Visit) -> None:
    _, link = an_offer(running, "a_running_offer", starts=-10)
    page = phone.page
    page.goto(link)
    phone.look()
    yesterday = (datetime.now(ZoneInfo("Asia/Manila")) - timedelta(days=1)).date()
    page.get_by_role("textbox", name="Day", exact=True).fill(str(yesterday))
    page.get_by_role("textbox", name="Time", exact=True).fill("1:30")
    page.get_by_label("What you did").fill("Bank file matched")
    press(phone, "Log hours")
    expect(page.locator("#log")).to_contain_text("Bank file matched")
    expect(page.locator("#log")).to_contain_text("$27.00")
    page.get_by_role("link", name="Correct").click()
    phone.look()
    page.get_by_role("textbox", name="Time", exact=True).fill("2")
    press(phone, "Save the line")
    expect(page.locator("#log")).to_contain_text("$36.00")
    press(phone, "Start a timer")
    expect(page.get_by_role("heading", name="Your timer runs")).to_be_visible()
    phone.look()
    press(phone, "Throw it away")
    page.get_by_role("link", name="Statement of").first.click()
    expect(page.get_by_role("main")).to_contain_text("Statement")
    phone.look()


def test_a_forgotten_timer_is_answered_and_so_is_a_question_about_the_line(running: Site, phone: Visit) -> None:
    pk, link = an_offer(running, "a_running_offer", starts=-10)
    three_days = "Offer.objects.filter(pk=offer.pk).update(timer_since=now - timezone.timedelta(days=3))"
    the_owner_does(running, pk, three_days)
    page = phone.page
    page.goto(link)
    expect(page.get_by_role("heading", name="Was your timer left on?")).to_be_visible()
    phone.look()
    ended = datetime.now(ZoneInfo("Asia/Manila")) - timedelta(days=3) + timedelta(hours=2)
    page.get_by_label("When did you stop working?").fill(f"{ended:%Y-%m-%dT%H:%M}")
    press(phone, "Log it until then")
    expect(page.get_by_role("button", name="Start a timer")).to_be_visible()
    the_owner_does(
        running,
        pk,
        "from assistants.work import work_logs\n"
        'work_logs.query(offer.handoff, offer.handoff.work.earliest("pk").pk, "Why so long?", now=now)',
    )
    page.reload()
    page.get_by_role("link", name="Answer about").click()
    phone.look()
    page.get_by_label("Your answer").fill("The client called twice")
    press(phone, "Send it to Nora")
    expect(page.locator("#log")).to_contain_text("You answered: “The client called twice”")


def test_a_message_and_the_last_day_reach_the_owner(running: Site, phone: Visit) -> None:
    _, link = an_offer(running, "a_running_offer", starts=-10)
    page = phone.page
    page.goto(link)
    unfold(page, "Write to Nora")
    page.get_by_label("Your message").fill("The scanner is broken.")
    press(phone, "Send")
    expect(page.locator(".log")).to_contain_text("The scanner is broken.")
    unfold(page, "End it")
    press(phone, "End it on this day")
    expect(page.get_by_role("main")).to_contain_text("Ends on")
    phone.look()


def test_all_mail_can_be_stopped_for_good(running: Site, phone: Visit) -> None:
    _, link = an_offer(running)
    phone.page.goto(link)
    phone.page.get_by_role("link", name="stop all such mail").click()
    phone.look()
    press(phone, "Stop all mail")
    expect(phone.page.get_by_role("heading", name="No more mail")).to_be_visible()
    phone.look()
