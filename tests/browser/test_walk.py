"""
The whole story in a browser: an owner signs up and hands a task over, her assistant accepts.

Nothing is put in place by other means: links are taken out of the mail that came, and each page
on the way is looked at (eyes.py) as it stands.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from playwright.sync_api import Browser, Locator, Page, expect

from tests import rig
from tests.browser import received, rows
from tests.browser.eyes import PHONE, Visit
from tests.browser.home import HOME
from tests.browser.site import Site

# Addresses that can be mailed to, unlike those of example.com, and that nobody else has.
NORA, ANA = "nora@gardens.internal", "ana@assistants.internal"
PASSWORD = "a garden by four o’clock"
BRIEF = "Keep my books up to date every week."
FEELINGS = {"Email": (4, 2), "Record keeping": (5, 1), "Sales": (2, 5), "Web site": (4, 3), "Seed orders": (3, 3)}
TODAY = {
    "Email": ("1:30", "1:30"),
    "Record keeping": ("90m", "1:30"),
    "Sales": ("2", "2:00"),
    "Web site": ("1h", "1:00"),
    "Seed orders": ("0,5", "0:30"),
    "Garden design": ("1h15", "1:15"),
}
LAST_WEEK = {"Email": "1:30", "Record keeping": "1:00", "Sales": "2:00", "Garden design": "2:30"}


def test_an_owner_hands_a_task_to_her_assistant_who_accepts_it(browser: Browser, running: Site) -> None:
    nora = Visit(browser, running.url)
    she_signs_up_and_confirms_her_address(nora, running)
    she_writes_down_why_she_started(nora)
    she_writes_down_what_fills_her_day(nora)
    she_says_how_each_task_feels(nora)
    she_sees_her_routine_on_the_matrix(nora)
    she_logs_today(nora)
    she_adds_an_assistant(nora)
    she_sends_what_the_plan_proposes(nora)
    link = the_offer_comes_by_mail(running)

    ana = Visit(browser, running.url, script=False, size=PHONE)
    the_link_opens_and_nothing_changes_by_opening(ana, running, link)
    ana_accepts(ana)
    nora_hears_of_it(nora, running)

    she_logs_three_days_of_last_week(nora)
    her_weekly_summary_comes_by_mail(running)
    the_other_places_stand(nora)
    nora.close()
    ana.close()
    assert nora.wrong == []
    assert ana.wrong == []


def she_signs_up_and_confirms_her_address(nora: Visit, running: Site) -> None:
    page = nora.page
    page.goto("/")
    nora.look()
    page.get_by_role("link", name="Start with your own day").first.click()
    nora.look()
    page.get_by_label("Your name").fill("Nora Hale")
    page.get_by_label("Email").fill(NORA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    nora.look()
    page.goto(received.link(received.mail(running.sink, NORA, "Confirm your address"), "/sign-up/confirm/"))
    nora.look()
    page.get_by_role("button", name="Confirm").click()
    if page.url.endswith("/sign-in/"):
        nora.look()
        page.get_by_label("Email").fill(NORA)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()


def she_writes_down_why_she_started(nora: Visit) -> None:
    page = nora.page
    expect(page.get_by_role("heading", name="Why did you start?")).to_be_visible()
    nora.look()
    press(page, page.get_by_role("button", name="Next: your routine"))
    # What is missing is said, and the focus goes there.
    expect(page.locator("#problem")).to_be_focused()
    nora.look()
    type_in(page, page.get_by_label("What are you building?"), "Twelve gardens a year, and home by four.")
    type_in(page, page.get_by_label("What is your best work?"), "Garden design")
    type_in(page, page.get_by_label("An hour of it is worth"), "80")
    # Enter in a field goes on; it is not taken for "Finish later".
    page.keyboard.press("Enter")


def she_writes_down_what_fills_her_day(nora: Visit) -> None:
    page = nora.page
    expect(page.get_by_role("heading", name="What fills your day?")).to_be_visible()
    expect(page.locator("#day-sum")).to_contain_text("5 h to 7 h of your 8 h day")
    nora.look()
    type_in(page, page.get_by_label("Another task", exact=True), "Seed orders")
    type_in(page, page.get_by_label("Another task, time a day"), "30m")
    # Nor for one of the chips that add a task.
    page.keyboard.press("Enter")


def she_says_how_each_task_feels(nora: Visit) -> None:
    page = nora.page
    expect(page.get_by_role("heading", name="How does each one feel?")).to_be_visible()
    nora.look()
    for task, (loathe, excel) in FEELINGS.items():
        choose(page, page.get_by_role("group", name=f"{task}: I loathe it"), loathe)
        choose(page, page.get_by_role("group", name=f"{task}: I excel at it"), excel)
    press(page, page.get_by_role("button", name="Show me what to hand off"))


def she_sees_her_routine_on_the_matrix(nora: Visit) -> None:
    page = nora.page
    expect(page).to_have_title("Routine · Delegator")
    expect(page.locator("svg.matrix circle.bub")).to_have_count(len(FEELINGS))
    expect(page.get_by_role("row", name="Record keeping 5 1 5 h")).to_be_visible()
    nora.look()


def she_logs_today(nora: Visit) -> None:
    page = nora.page
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Today").click()
    page.wait_for_url("**/day/**")  # it leads there in two steps
    nora.look()
    for task, (typed, shown) in TODAY.items():
        field = page.get_by_role("textbox", name=task)
        field.fill(typed)
        field.press("Tab")
        expect(field).to_have_value(shown)
    expect(page.locator("#total .big-time")).to_have_text("7:45")
    nora.look()
    page.reload()
    expect(page.locator("#total .big-time")).to_have_text("7:45")


def she_adds_an_assistant(nora: Visit) -> None:
    page = nora.page
    page.goto("/assistants/")
    nora.look()
    page.get_by_role("link", name="Add an assistant").click()
    page.get_by_label("Name").fill("Ana Reyes")
    page.get_by_label("Email").first.fill(ANA)
    page.get_by_label("Rate an hour").fill("18")
    page.get_by_label("Hours a week for you").fill("8")
    page.get_by_label("Time zone").select_option("Asia/Manila")
    page.get_by_label("Bookkeeping").select_option("An expert")
    nora.look()
    page.get_by_role("button", name="Add to your roster").click()
    expect(page.get_by_role("main")).to_contain_text("Ana Reyes")
    nora.look()


def she_sends_what_the_plan_proposes(nora: Visit) -> None:
    page = nora.page
    page.goto("/plan/")
    proposal = page.get_by_role("article", name="Give record keeping to Ana")
    expect(proposal).to_be_visible()
    expect(proposal.locator("ul.why li").first).to_be_visible()
    nora.look()
    proposal.get_by_role("link", name="Write the hand-off").click()
    nora.look()
    page.get_by_label("What do you need done?").fill(BRIEF)
    page.get_by_label("How do you do it today?").fill("1. Photos are in the folder.\n2. Invoices are numbered.")
    page.get_by_label("How do you do it today?").press("Tab")
    expect(page.locator("#preview")).to_contain_text(BRIEF)
    nora.look()
    page.get_by_role("button", name="Send to Ana").click()
    expect(page.get_by_role("heading", name="Record keeping, to Ana")).to_be_visible()
    nora.look()


def the_offer_comes_by_mail(running: Site) -> str:
    message = received.mail(running.sink, ANA, "Would you take this on: Record keeping?")
    assert message["Reply-To"] == f"Nora Hale <{NORA}>"
    assert BRIEF in received.text(message)
    assert BRIEF in received.html(message)
    return received.link(message, r"/h/[^/]+/$")


def the_link_opens_and_nothing_changes_by_opening(ana: Visit, running: Site, link: str) -> None:
    rig.until(lambda: not unsent(running), "empty outbox")
    before = rows.dump(running.database, of="assistants_")
    ana.page.goto(link)
    expect(ana.page.get_by_role("heading", name="Ana, would you take this on: Record keeping?")).to_be_visible()
    expect(ana.page.get_by_role("main")).to_contain_text("$18 an hour")
    expect(ana.page.get_by_role("main")).to_contain_text(BRIEF)
    expect(ana.page.get_by_role("main")).to_contain_text("Photos are in the folder.")
    ana.look()
    assert ana.context.request.head(link).status == 200
    # The address of the button leads back to the page.
    assert ana.context.request.get(f"{link}accept/").url == link
    assert ana.context.request.head(f"{link}accept/").url == link
    assert rows.dump(running.database, of="assistants_") == before
    assert ana.context.cookies() == []


def ana_accepts(ana: Visit) -> None:
    ana.read()
    ana.page.get_by_role("button", name="Accept").click()
    expect(ana.page.get_by_role("heading", name="Record keeping is yours, Ana")).to_be_visible()
    ana.look()


def nora_hears_of_it(nora: Visit, running: Site) -> None:
    link = received.link(received.mail(running.sink, NORA, "Ana accepted record keeping"), r"/hand-offs/\d+/$")
    nora.page.goto(link)
    expect(nora.page.get_by_role("main")).to_contain_text("Accepted, starts")
    expect(nora.page.locator("#log")).to_contain_text("Ana accepted")
    nora.look()


def she_logs_three_days_of_last_week(nora: Visit) -> None:
    page, monday = nora.page, the_monday_before()
    for day in (monday, monday + timedelta(days=1), monday + timedelta(days=2)):
        page.goto(f"/day/{day}/")
        for task, typed in LAST_WEEK.items():
            field = page.get_by_role("textbox", name=task)
            field.fill(typed)
            field.press("Tab")
            expect(field).to_have_value(typed)
        expect(page.locator("#total .big-time")).to_have_text("7:00")
    nora.look()


def her_weekly_summary_comes_by_mail(running: Site) -> None:
    running.app.manage("weekly", "--owner", NORA)
    message = received.mail(running.sink, NORA, "Your week")
    assert message["Subject"] == "Your week: 7.5 h of garden design"
    # Where its lines are broken follows from how long the dates are.
    assert "7.5 h of your 21 h went to garden design" in " ".join(received.text(message).split())
    for task, hours in {"Email": "4.5 h", "Record keeping": "3 h", "Sales": "6 h", "Garden design": "7.5 h"}.items():
        assert re.search(rf"^{task} +[#=]+ +{hours}$", received.text(message), re.MULTILINE)
        assert re.search(rf"{task}</span></th>\n.*>{hours}</td>", received.html(message))
    assert received.link(message, "/unsubscribe/")


def the_other_places_stand(nora: Visit) -> None:
    for path in ("/", "/hand-offs/", "/routine/", "/plan/", "/settings/"):
        nora.page.goto(path)
        nora.look()


# --- By keyboard -------------------------------------------------------------
def type_in(page: Page, field: Locator, text: str) -> None:
    tab_to(page, field)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, button: Locator) -> None:
    tab_to(page, button)
    page.keyboard.press("Enter")


def choose(page: Page, scale: Locator, number: int) -> None:
    tab_to(page, scale.get_by_role("radio").first)
    page.keyboard.press("Space")
    for _ in range(number - 1):
        page.keyboard.press("ArrowRight")
    expect(scale.get_by_role("radio").nth(number - 1)).to_be_checked()


def tab_to(page: Page, wanted: Locator) -> None:
    """Go there as one does without a mouse."""
    for _ in range(60):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not get to {wanted}")


# --- What the database knows -------------------------------------------------
def unsent(running: Site) -> int:
    query = "SELECT count(*) FROM assistants_outgoingemail WHERE state IN ('queued', 'sending')"
    ((count,),) = rows.ask(running.database, query)
    return int(str(count))


def the_monday_before() -> date:
    today = datetime.now(HOME).date()
    return today - timedelta(days=today.weekday() + 7)
