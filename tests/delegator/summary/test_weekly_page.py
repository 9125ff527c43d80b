"""The page of a weekly summary: the email's words and numbers as they were, and what is other since."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from delegator.summary import weekly
from tasks import entries
from tasks.durations import HOUR
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import Page, read
from tests.delegator.summary.test_weekly import MONDAY, WEEK, log, sent, the_week

pytestmark = pytest.mark.django_db
URL = f"/week/{WEEK}/summary/"


@pytest.fixture
def hers(client: Client, nora: Owner) -> Client:
    client.force_login(nora)
    return client


@pytest.fixture
def email(nora: Owner) -> EmailMessage:
    """The summary of the week that was worked out by hand, written on its Monday."""
    the_week(nora)
    return sent(weekly.write(nora, WEEK, now=MONDAY))


def rows(page: Page) -> dict[str, list[str]]:
    """The cells with hours, by task."""
    names = [tag.text for tag in page.all("th") if tag.attrs.get("scope") == "row"]
    cells = [tag.text for tag in page.all("td", "num")]
    wide = len(cells) // len(names)
    return {name: cells[n * wide : (n + 1) * wide] for n, name in enumerate(names)}


def test_the_numbers_in_the_mail_are_those_of_the_page(hers: Client, email: EmailMessage) -> None:
    """Both are read as a person gets them: the text of the message, and the answered page."""
    plain = email.get_body(("plain",))
    assert plain
    text = plain.get_content()
    page = read(hers.get(URL))
    told = {name.strip(): [hours] for name, hours in re.findall(r"^(.+?) +[#=]+ +([\d.]+ h)$", text, re.MULTILINE)}
    assert len(told) == 7
    assert rows(page) == told
    line = re.search(r"Won back (.+), worth (.+)\. Paid (.+)\.", text)
    assert line
    assert tuple(page.figure(label) for label in ("Won back", "Worth", "Paid")) == line.groups()
    words = " ".join(text.split())
    assert page.heading in words
    assert re.findall(r"\d[\d.]* h\b", page.text.split("Where your week went")[0]) == ["4 h", "12 h", "41 h", "1 h"]
    for tag in page.all("p", "soft"):
        assert tag.text in words


def test_they_are_those_of_the_week_page_too(hers: Client, email: EmailMessage) -> None:
    shown = {name: cells[0] for name, cells in rows(read(hers.get(URL))).items()}
    week = read(hers.get(f"/week/{WEEK}/")).text
    assert shown["Garden design"] == "12 h"
    assert "Garden design, 12:00" in week
    assert "Tomasz on web site, 4 h costs $88" in week


def test_a_correction_is_said_with_the_numbers_of_now(hers: Client, nora: Owner, email: EmailMessage) -> None:
    assert "Corrected since" not in read(hers.get(URL)).text
    factories.an_entry(task=nora.tasks.get(name="Sales"), day=WEEK.last, seconds=HOUR)
    factories.an_entry(task=factories.a_task(owner=nora, name="Fax"), day=WEEK.last, seconds=HOUR // 2)
    page = read(hers.get(URL))
    assert "Corrected since: your week has 42.5 h logged now, and had 41 h when this was written." in page.text
    shown = rows(page)
    assert shown["Sales"] == ["11.5 h", "12.5 h"]
    assert shown["Email"] == ["7 h", "7 h"]
    assert shown["Fax"] == ["–", "0.5 h"]
    # What was told stays told.
    assert page.heading == "You won back 4 h, Nora"


def test_hours_of_an_assistant_that_came_later_are_a_correction(
    hers: Client, nora: Owner, email: EmailMessage
) -> None:
    offer = nora.handoffs.get().offers.get()
    factories.some_hours(offer=offer, day=WEEK.last, seconds=HOUR)
    text = read(hers.get(URL)).text
    assert "Corrected since" in text
    assert "Now: won back 4 h, worth $320, paid $110." in text


def test_other_formats_and_later_weeks_are_no_correction(hers: Client, nora: Owner, email: EmailMessage) -> None:
    Owner.objects.update(number_format="comma")
    log(nora.tasks.get(name="Sales"), WEEK.back(-1), 600)
    assert "Corrected since" not in read(hers.get(URL)).text


def test_what_was_taken_away_since_says_nothing(hers: Client, nora: Owner) -> None:
    entry = factories.an_entry(task=factories.a_task(owner=nora, name="Fax"), day=WEEK.first)
    weekly.write(nora, WEEK, now=MONDAY)
    entries.put(entry, 0, via=entries.Via.DAY, now=MONDAY)
    page = read(hers.get(URL))
    assert rows(page) == {"Fax": ["1 h", "nothing"]}
    assert "your week has 0 h logged now" in page.text


def test_an_empty_week_has_a_page_with_its_note(hers: Client, nora: Owner) -> None:
    weekly.write(nora, WEEK, now=MONDAY)
    page = read(hers.get(URL))
    assert page.heading == "A week without a log, Nora"
    assert not page.all("table")


def test_the_week_page_and_the_email_lead_to_it(hers: Client, nora: Owner) -> None:
    week = f"/week/{WEEK}/"
    log(factories.a_task(owner=nora), WEEK, 60)
    assert "summary" not in read(hers.get(week)).text
    message = sent(weekly.write(nora, WEEK, now=MONDAY))
    assert read(hers.get(week)).href("The summary of this week") == URL
    assert read(hers.get(URL)).href("The week, as it is now") == week
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body
        assert f"http://127.0.0.1:8000{URL}" in body.get_content()


def test_a_week_without_one_is_not_found(hers: Client, nora: Owner) -> None:
    assert hers.get(URL).status_code == 404
    # Written by the release before this one: the email only.
    nora.summaries.create(week=str(WEEK), written_at=MONDAY)
    assert hers.get(URL).status_code == 404
    assert "summary" not in read(hers.get(f"/week/{WEEK}/")).text


def test_another_owner_and_a_stranger_find_none(client: Client, bea: Owner, email: EmailMessage) -> None:
    assert client.get(URL).headers["Location"] == f"/sign-in/?next={URL}"
    client.force_login(bea)
    nobodys = client.get("/week/2026-W30/summary/")
    theirs = client.get(URL)
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(URL).status_code == 200
    return len(asked)


def test_it_asks_as_much_however_much_there_is(hers: Client, nora: Owner, email: EmailMessage) -> None:
    one = queries(hers)
    for n in range(3):
        task = factories.a_task(owner=nora, name=f"Filing {n}")
        log(task, WEEK, 60)
        offer = factories.a_running_offer(owner=nora, task=task)
        factories.some_hours(offer=offer, day=WEEK.first + timedelta(days=n))
    assert queries(hers) == one
    assert one <= 18
