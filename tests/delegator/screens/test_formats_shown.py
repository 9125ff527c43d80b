"""Every page and email is written in the formats of who reads it, and in nobody's after that."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from assistants import links
from assistants.mail import messages
from assistants.models import Offer
from delegator import demo
from delegator.mail import reminders
from delegator.summary import weekly
from tasks import formats
from tasks.models import Owner
from tasks.weeks import Week
from tests.delegator.pages import read
from tests.delegator.reminding import FIVE, LIMIT, both_texts, message_to, running, wishing
from tests.factories import NOW, a_task, an_accepted_offer, an_entry, an_offer, an_owner

pytestmark = pytest.mark.django_db
CHOSEN = {"clock_format": "24", "date_format": "month", "number_format": "comma"}
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTHS += "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# Each as it is usual; a length of time and a version have points and colons of their own.
USUAL = {
    "clock": re.compile(r"\b\d{1,2}(:\d\d)? [ap]m\b"),
    "date": re.compile(rf"\b\d{{1,2}} ({MONTHS})\b"),
    "amount": re.compile(r"\$\d+,\d{3}|\$[\d,.]+\.\d\d\b|\b\d{1,3},\d{3}\b"),
    "hours": re.compile(r"\d\.\d+ h\b|\d\.\d+–|–\d+\.\d+\b"),
}
CHANGED = {
    "clock": re.compile(r"\b[012]\d:\d\d\b"),
    "date": re.compile(rf"\b({MONTHS}) \d{{1,2}}\b(?!:)"),
    "amount": re.compile(r"\$\d+\.\d{3}|\$[\d.]+,\d\d\b"),
    "hours": re.compile(r"\d,\d+ h\b"),
}


@pytest.fixture
def loaded() -> Owner:
    """The demo owner, who has something on every page."""
    owner = demo.load(NOW)
    Owner.objects.filter(pk=owner.pk).update(**CHOSEN)
    owner.refresh_from_db()
    return owner


@pytest.fixture
def chooses(nora: Owner) -> Owner:
    Owner.objects.filter(pk=nora.pk).update(**CHOSEN)
    nora.refresh_from_db()
    return nora


def found(patterns: dict[str, re.Pattern[str]], text: str) -> dict[str, str]:
    return {name: match[0] for name, pattern in patterns.items() if (match := pattern.search(text))}


def every_page(owner: Owner) -> list[str]:
    """All but the mail, which stays as it was written."""
    week = Week.of(owner.today(NOW)).back()
    paths = ["/", "/today/", "/week/", f"/week/{week}/", "/routine/", "/plan/", "/plan/?budget=1200", "/hand-offs/"]
    paths += ["/reports/", "/reports/?from=2025-W30&to=2026-W42", "/assistants/", "/timer/"]
    paths += [f"/hand-offs/{each.pk}/" for each in owner.handoffs.all()]
    paths += [f"/assistants/{each.pk}/{page}" for each in owner.assistants.all() for page in ("", "change/")]
    paths += [f"/routine/{each.pk}/" for each in owner.tasks.routine()]
    return [*paths, f"/day/{owner.today(NOW) - timedelta(days=1)}/", f"/day/{owner.today(NOW)}/entries/"]


def shown(client: Client, path: str) -> str:
    """All that somebody sees or hears of a page, its title too, without what they typed themselves."""
    response = client.get(path, follow=True)
    assert response.status_code == 200, path
    html = re.sub(r"<(script|style|textarea|blockquote)\b.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    said = re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', html)
    return " ".join([re.sub(r"<[^>]+>", " ", html), *said])


def test_every_page_of_an_owner_is_written_as_they_chose(loaded: Owner, client: Client) -> None:
    seen: dict[str, str] = {}
    with time_machine.travel(NOW, tick=False):
        client.force_login(loaded)
        for path in every_page(loaded):
            text = shown(client, path)
            assert found(USUAL, text) == {}, path
            seen |= found(CHANGED, text)
    assert seen.keys() == CHANGED.keys()


def test_the_usual_formats_are_what_every_page_had_before(loaded: Owner, client: Client) -> None:
    Owner.objects.update(clock_format="12", date_format="day", number_format="point")
    seen: dict[str, str] = {}
    with time_machine.travel(NOW, tick=False):
        client.force_login(loaded)
        for path in every_page(loaded):
            text = shown(client, path)
            assert found(CHANGED, text).keys() <= {"clock"}, path
            seen |= found(USUAL, text)
    assert seen.keys() == USUAL.keys()


def test_the_next_request_has_nothing_of_the_one_before(chooses: Owner, bea: Owner, client: Client) -> None:
    for owner in (chooses, bea):
        an_entry(task=a_task(owner=owner), seconds=5400)
    hers, other = Client(), Client()
    with time_machine.travel(NOW, tick=False):
        hers.force_login(chooses)
        other.force_login(bea)
        for _ in range(2):
            assert "October 12 to 18" in shown(hers, "/week/")
            assert formats.current() == formats.USUAL
            assert "12 to 18 October" in shown(other, "/week/")
        hers.get("/routine/987654/")
        hers.get("/day/2026-99-99/")
        assert "12 to 18 October" in shown(other, "/week/")


# --- What an assistant reads ----------------------------------------------------
def test_an_assistants_page_and_email_are_not_written_as_the_owner_chose(chooses: Owner) -> None:
    with formats.use(chooses.formats):  # as in the request in which she sends it
        offer = an_offer(owner=chooses, hours=7)
        Offer.objects.update(state="sent")
        email = chooses.emails.get()
    Owner.objects.update(currency="EUR")
    usual = {"clock": "5:30 am", "date": "26 October"}
    both = both_texts(messages.compose(email))
    path = f"/h/{links.token('offer', offer.pid, offer.epoch)}/"
    signed_in = Client()
    with time_machine.travel(NOW, tick=False):
        signed_in.force_login(chooses)
        both += [read(client.get(path)).text for client in (Client(), signed_in)]
    for text in both:
        assert found(CHANGED, text) == {}
        assert found(USUAL, text).items() >= usual.items(), text


def test_what_an_assistant_sets_off_is_written_to_the_owner_as_they_chose(chooses: Owner) -> None:
    an_accepted_offer(owner=chooses, hours=7)
    email = chooses.emails.get(kind="answer")
    assert "from Monday, October 26." in email.facts["lines"][0]
    assert formats.current() == formats.USUAL


# --- Emails to owners -----------------------------------------------------------
def test_of_two_summaries_written_one_after_the_other_each_has_its_own_formats(chooses: Owner, bea: Owner) -> None:
    week = Week(2026, 41)
    for owner in (chooses, bea):
        an_entry(task=a_task(owner=owner), day=week.first, seconds=5400)
        owner.next_summary_at = NOW
        owner.save()
    assert weekly.write_due(now=NOW) == 2
    for owner, hours, span in ((chooses, "1,5 h", "October 5 to 11"), (bea, "1.5 h", "5 to 11 October")):
        for text in both_texts(message_to(owner)):
            assert hours in text
            assert span in text
    assert formats.current() == formats.USUAL


def test_mails_about_the_day_sheet_have_the_clock_of_their_owner(chooses: Owner, bea: Owner) -> None:
    for owner in (chooses, bea):
        wishing(owner)
    assert reminders.remind(now=FIVE) == 2
    assert [owner.emails.get().facts["hour"] for owner in (chooses, bea)] == ["17:00", "5 pm"]
    late = an_owner()
    for owner in (chooses, late):
        running(owner)
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 2
    assert [owner.emails.get(kind="timer").facts["since"] for owner in (chooses, late)] == ["14:30", "2:30 pm"]


# --- What machines read ---------------------------------------------------------
def test_a_spreadsheet_and_the_fields_of_a_browser_have_no_formats(loaded: Owner, client: Client) -> None:
    def machine() -> tuple[bytes, list[dict[str, str]]]:
        client.force_login(loaded)
        csv = client.get("/reports/report.csv?from=&to=").content
        inputs = read(client.get("/plan/")).all("input")
        return csv, [tag.attrs for tag in inputs if tag.attrs.get("name") == "budget"]

    with time_machine.travel(NOW, tick=False):
        as_chosen = machine()
        Owner.objects.update(clock_format="12", date_format="day", number_format="point")
        assert machine() == as_chosen


def test_what_the_script_of_the_report_needs_comes_with_the_log(loaded: Owner, client: Client) -> None:
    client.force_login(loaded)
    data = re.search(r'"formats": (\{[^}]*\})', client.get("/reports/").content.decode())
    assert data
    assert data[1] == '{"group": ".", "point": ",", "pairs": false, "month_first": true}'
