"""The range of a report is changed in the browser: at once, without a request, and to what the server would show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import rows
from tests.browser.conftest import Opens
from tests.browser.eyes import PHONE, Visit
from tests.browser.people import Person
from tests.browser.site import Site

# Ten years of totals with gaps, odd seconds, unscored and retired tasks, and hours of changing worth.
FILL = """
import random
from datetime import date, timedelta
from decimal import Decimal
from django.core.management import call_command
from django.utils import timezone
from tasks.models import BestHour, DayOff, Owner, TimeEntry
from tests import factories
owner, today, chance = Owner.objects.get(pk={pk}), date.fromisoformat("{today}"), random.Random(7)
factories.a_task(owner=owner, name="Plants & <pots>", loathe=None, excel=None)
factories.a_task(owner=owner, name="Fax", loathe=3, excel=4, retired_on=today)
for number in range(4):
    factories.a_task(owner=owner, name=f"More {{number}}", loathe=number + 1, excel=5 - number)
for number in range(1, 12):
    starts_on = today - timedelta(days=300 * number + number)
    BestHour.objects.create(owner=owner, starts_on=starts_on, amount=Decimal(7999 + 1313 * number) / 100)
for number in range(20):
    first = today - timedelta(days=97 * number)
    DayOff.objects.create(owner=owner, first=first, last=first + timedelta(days=number))
TimeEntry.objects.bulk_create(
    [
        TimeEntry(owner=owner, task=task, day=today - timedelta(days=7 * back + 2), changed_at=timezone.now(),
            seconds=chance.randrange(1, 40000))
        for task in owner.tasks.all() for back in range(521) if chance.random() < 0.9
    ],
    batch_size=1000,
)
call_command("check_rollups", "--mend")
"""
# Milliseconds of one change of range, with the layout of the page that follows from it.
CHANGE = """([from, to]) => {
  const form = document.getElementById("range");
  [form.elements.from.value, form.elements.to.value] = [from, to];
  const start = performance.now();
  form.elements.to.dispatchEvent(new Event("change", {bubbles: true}));
  const scripted = performance.now() - start;
  document.getElementById("report").getBoundingClientRect();
  return [scripted, performance.now() - start];
}"""
REPORT = "document.getElementById('report').outerHTML"
MOST_MS = 5
# Milliseconds of a sum that takes USUAL_PACE where five are the goal: a slower machine may take as much longer.
PACE = """() => {
  const start = performance.now();
  let sum = 0;
  for (let at = 0; at < 3e5; at++) sum = (sum * 31 + at) % 1000003;
  return performance.now() - start;
}"""
USUAL_PACE = 1.5


@pytest.fixture(scope="module")
def owner(people_here: Iterator[Person], running: Site) -> Person:
    """One for all these tests, with ten years of log, which they only look at."""
    owner = next(people_here)
    running.app.manage("shell", "--verbosity", "0", "--command", FILL.format(pk=owner.pk, today=owner.today))
    return owner


@pytest.fixture
def page(visit: Visit) -> Page:
    """The report, its script there."""
    visit.page.goto("/reports/")
    ready(visit.page)
    return visit.page


def ready(page: Page) -> None:
    page.wait_for_function("() => document.querySelector('script[src*=report]')")
    page.wait_for_load_state("networkidle")


def requests(page: Page) -> list[str]:
    """What is asked for from now on; Chromium looks up the icon of each new address by itself, in what it keeps."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "favicon" not in request.url else None)
    return asked


def ranges(page: Page) -> list[tuple[str, str]]:
    """Of all kinds: by week, month and year, with the ends of the log, a year of 53 weeks, and none of it."""
    links = page.locator("#choices a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    usual = [re.findall(r"\d{4}-W\d\d", link) for link in links]
    odd = [("2020-W53", "2020-W53"), ("2019-W01", "2020-W08"), ("2019-W01", "2020-W09"), ("2005-W10", "2005-W20")]
    return [*((first, last) for first, last in usual), *odd, ("2000-W01", "2050-W52"), ("2018-W27", "2023-W40")]


def test_another_range_is_shown_without_a_request_letter_by_letter_as_the_server_shows_it(page: Page) -> None:
    asked = requests(page)
    shown = {}
    page.get_by_text("Show the numbers").click()
    for span in ranges(page):
        page.evaluate(CHANGE, span)
        shown[span] = page.evaluate(REPORT), page.title()
    assert asked == []
    for (first, last), (html, title) in shown.items():
        page.goto(f"/reports/?from={first}&to={last}")
        page.evaluate("document.querySelector('#report details').open = true")
        assert page.evaluate(REPORT) == html, (first, last)
        assert page.title() == title


def test_ten_years_are_added_up_and_drawn_in_less_than_five_milliseconds(page: Page) -> None:
    spans = ranges(page)
    everything = spans[4]
    page.evaluate(CHANGE, everything)
    times, paces = [], []
    for _ in range(15):
        paces.append(page.evaluate(PACE))
        page.evaluate(CHANGE, spans[0])
        times.append(page.evaluate(CHANGE, everything)[0])
    # The quickest: in all others somebody else had a turn on this machine.
    assert min(times) < MOST_MS * max(1, min(paces) / USUAL_PACE), (times, paces)


def test_numbers_that_were_folded_away_are_those_of_the_range_once_they_are_looked_at(page: Page) -> None:
    page.evaluate(CHANGE, ("2020-W10", "2020-W12"))
    page.get_by_text("Show the numbers").click()
    labels = page.locator("[data-is=periods] th")
    expect(labels).to_have_text(["2 Mar 2020", "9 Mar 2020", "16 Mar 2020"])
    page.get_by_text("Show the numbers").click()
    page.evaluate(CHANGE, ("2020-W11", "2020-W11"))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert labels.all_text_contents() == ["9 Mar 2020"]


def test_the_fields_show_at_once_what_was_chosen_and_the_address_keeps_it(page: Page) -> None:
    asked = requests(page)
    page.get_by_label("From", exact=True).fill("2020-W10")
    page.get_by_label("To", exact=True).fill("2020-W20")
    title = page.locator("#report h2").first
    expect(title).to_have_text("2 March to 17 May 2020")
    expect(page.get_by_role("status").filter(has_text="2 March to 17 May 2020")).to_have_count(1)
    expect(page.get_by_role("link", name="Download CSV")).to_have_attribute(
        "href", re.compile("from=2020-W10&to=2020-W20$")
    )
    assert page.url.endswith("?from=2020-W10&to=2020-W20")
    page.get_by_role("link", name="Last year").click()
    expect(page.get_by_role("link", name="Last year")).to_have_attribute("aria-current", "true")
    expect(page.locator("#choices [aria-current]")).to_have_count(1)
    assert asked == []
    page.reload()
    expect(page.get_by_role("link", name="Last year")).to_have_attribute("aria-current", "true")


def test_a_range_that_cannot_be_is_said_at_its_field_and_what_was_shown_stays(page: Page, visit: Visit) -> None:
    before = page.evaluate(REPORT)
    page.get_by_label("To", exact=True).fill("2020-W20")
    said = page.locator("#said-to")
    expect(said).to_have_text("Choose a week that is not before the first one.")
    expect(page.get_by_label("To", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Show the weeks").click()
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    assert page.evaluate(REPORT) == before
    visit.look()
    page.get_by_label("From", exact=True).fill("2020-W10")
    expect(said).to_be_hidden()
    expect(page.locator("#report h2").first).to_have_text("2 March to 17 May 2020")


def test_what_the_server_refused_is_mended_without_it(page: Page) -> None:
    page.goto("/reports/?from=2020-W20&to=2020-W10")
    ready(page)
    expect(page.locator("#problem")).to_be_focused()
    expect(page.locator("#report")).to_be_hidden()
    page.get_by_label("To", exact=True).fill("2020-W30")
    expect(page.locator("#problem")).to_have_count(0)
    expect(page.locator("#report h2").first).to_have_text("11 May to 26 July 2020")


def test_without_scripts_it_is_a_form(page: Page, opens: Opens, owner: Person) -> None:
    page.evaluate(CHANGE, ("2020-W10", "2020-W20"))
    wanted = page.locator("#report").inner_text()
    plain = owner.opens(opens(script=False), "/reports/").page
    plain.get_by_label("From", exact=True).fill("2020-W10")
    plain.get_by_label("To", exact=True).fill("2020-W20")
    plain.get_by_role("button", name="Show the weeks").click()
    expect(plain.locator("#report h2").first).to_have_text("2 March to 17 May 2020")
    expect(plain.get_by_role("button", name="Print")).to_have_count(0)
    assert plain.locator("#report").inner_text().split() == [word for word in wanted.split() if word != "Print"]
    plain.get_by_role("link", name="All").click()
    expect(plain.get_by_role("link", name="All")).to_have_attribute("aria-current", "true")


def test_it_looks_right_with_much_and_with_nothing(page: Page, visit: Visit) -> None:
    visit.look()
    page.get_by_role("link", name="All").click()
    page.get_by_text("Show the numbers").click()
    visit.look()
    page.evaluate(CHANGE, ("2001-W10", "2001-W20"))
    expect(page.get_by_text("Nothing is logged in these weeks.")).to_be_visible()
    visit.look()


def test_an_empty_log_leads_to_today(stranger: Person, opens: Opens, running: Site) -> None:
    rows.change(running.database, "DELETE FROM tasks_weektotal WHERE owner_id = %s", [stranger.pk])
    visit = stranger.opens(opens(), "/reports/")
    expect(visit.page.get_by_role("link", name="Open today’s sheet")).to_be_visible()
    visit.look()


def test_a_phone_scrolls_only_down(page: Page, opens: Opens, owner: Person) -> None:
    phone = owner.opens(opens(size=PHONE), "/reports/?from=&to=").page
    phone.get_by_text("Show the numbers").click()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_on_paper_are_the_numbers_and_no_navigation(page: Page) -> None:
    page.emulate_media(media="print")
    expect(page.locator("#range")).to_be_hidden()
    expect(page.get_by_role("link", name="Download CSV")).to_be_hidden()
    expect(page.locator("nav.side")).to_be_hidden()
    expect(page.locator("[data-is=periods] tr").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.fixture
def chooses(owner: Person, running: Site) -> Iterator[Callable[..., None]]:
    """Choose number, date and clock formats; after the test they are what they were."""
    query = "SELECT number_format, date_format, clock_format FROM tasks_owner WHERE id = %s"
    statement = "UPDATE tasks_owner SET (number_format, date_format, clock_format) = (%s, %s, %s) WHERE id = %s"

    def choose(*chosen: object) -> None:
        rows.change(running.database, statement, [*chosen, owner.pk])

    (was,) = rows.ask(running.database, query, [owner.pk])
    yield choose
    choose(*was)


@pytest.mark.parametrize("numbers", ["comma", "space", "lakh"])
def test_it_is_redrawn_in_the_formats_that_the_owner_chose(
    page: Page, chooses: Callable[..., None], numbers: str
) -> None:
    chooses(numbers, "month", "24")
    page.reload()
    ready(page)
    page.get_by_text("Show the numbers").click()
    shown = {}
    for span in ranges(page):
        page.evaluate(CHANGE, span)
        shown[span] = page.evaluate(REPORT), page.title()
    for (first, last), (html, title) in shown.items():
        page.goto(f"/reports/?from={first}&to={last}")
        page.evaluate("document.querySelector('#report details').open = true")
        assert page.evaluate(REPORT) == html, (first, last)
        assert page.title() == title
