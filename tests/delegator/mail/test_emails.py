"""Every email: its text says what its HTML says; it is small and fetches nothing, so that opening it tells nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings

from assistants.handoff import handoffs
from assistants.mail import messages
from assistants.models import OutgoingEmail
from delegator.summary import weekly
from tasks.models import Owner
from tests import factories
from tests.delegator import letters
from tests.delegator.letters import Letter
from tests.delegator.summary.test_weekly import MONDAY, WEEK
from tests.factories import NOW

pytestmark = pytest.mark.django_db
# Of the mail, and of its HTML alone, at which Gmail cuts.
MOST_BYTES = 100_000
# What a terminal of 80 columns shows of a line without breaking it.
WIDE = 78
# Emails that come again by themselves, so that a mail program shows a button that ends them.
RECURRING = {"weekly", "note", "reminder"}


@pytest.fixture
def every(nora: Owner, tmp_path: Path) -> list[Letter]:
    """Their HTML is left in the folder of the test, for a linter (CONTRIBUTING.md, Emails)."""
    found = letters.of_every_kind(nora)
    for number, letter in enumerate(found):
        (tmp_path / f"{letter.kind}-{number}.html").write_text(letter.html)
    return found


def numbers(text: str) -> set[str]:
    """12, 4.5, 9:30, 100 of 100 % ..., without those of addresses."""
    return set(re.findall(r"\d+(?:[.,:]\d+)*", re.sub(r"\S+(?:://|@)\S+", "", text)))


def test_every_kind_is_looked_at_and_says_the_same_numbers_and_links_in_text_and_html(every: list[Letter]) -> None:
    assert {letter.kind for letter in every} == set(settings.LETTERS)
    for letter in every:
        assert letter.links == letter.page.links, letter.kind
        assert numbers(letter.text) == numbers(letter.page.text), letter.kind


def test_the_text_fits_a_terminal_and_each_link_has_a_line_of_its_own(every: list[Letter]) -> None:
    for letter in every:
        for line in letter.text.splitlines():
            assert "://" not in line or re.fullmatch(r"https?://\S+", line), line
            assert "://" in line or len(line) <= WIDE, line
            assert line == line.rstrip(), letter.kind
        assert "\n\n\n\n" not in letter.text, letter.kind


def test_the_html_fetches_nothing_and_leads_to_our_site_alone(every: list[Letter]) -> None:
    for letter in every:
        page = letter.page
        assert {tag for tag, _ in page.tags}.isdisjoint("img link script iframe object video audio form base".split())
        assert not re.search(r"url\(|@import|@font-face|\b(?:src|background)=", letter.html), letter.kind
        assert all(link.startswith(f"{settings.SITE_URL}/") for link in page.links), letter.kind


def test_the_html_is_told_to_a_screen_reader_and_in_a_list_of_mail(every: list[Letter]) -> None:
    for letter in every:
        page = letter.page
        assert page.all("html") == [{"lang": "en"}]
        (article,) = [given for given in page.all("table") if given.get("role") == "article"]
        assert article["lang"] == "en"  # most mail programs drop the html element
        assert len(page.all("h1")) == 1
        assert " ".join(page.title.split()) == letter.message.subject
        assert page.preheader.strip(), letter.kind
        data = [given for given in page.all("table") if "role" not in given]
        assert bool(data) == any(given.get("scope") == "row" for given in page.all("th")), letter.kind
        # One thing to do; whoever lost their links has one for each hand-off.
        assert len([given for given in page.all("a") if given.get("class") == "btn-a"]) <= 1 or letter.kind == "renew"


def test_what_comes_by_itself_ends_by_one_click_and_nothing_else_claims_to(every: list[Letter]) -> None:
    for letter in every:
        headers = letter.message.extra_headers
        assert ("List-Unsubscribe" in headers) == (letter.kind in RECURRING), letter.kind
        if letter.kind in RECURRING:
            assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert headers["List-Unsubscribe"].strip("<>") in letter.links


def test_every_email_is_small(every: list[Letter]) -> None:
    assert max(letter.size for letter in every) < MOST_BYTES / 4


@pytest.mark.parametrize(
    "text",
    ["x\n" * 4000, "“&<" * 2666, "漢" * 8000, "漢字\n" * 2666, "\U0001f33f" * 8000, "x" * 8000],
    ids=["lines", "markup", "Chinese", "Chinese lines", "leaves", "one word"],
)
def test_an_offer_stays_small_however_its_brief_is_typed(nora: Owner, text: str) -> None:
    handoffs.send(factories.a_draft(owner=nora, brief=text[:8000]), now=NOW)
    letter = letters.of(OutgoingEmail.objects.get(kind="offer"))
    assert len(letter.html.encode()) < MOST_BYTES
    assert letter.size < MOST_BYTES
    assert {*text} - {"\n"} <= {*letter.page.text}
    parts = message_from_bytes(messages.raw(letter.message), policy=policy.default).iter_parts()
    assert ["".join(part.get_content().split()) for part in parts] == [
        "".join(body.split()) for body in (letter.text, letter.html)
    ]


def test_a_week_of_very_many_tasks_stays_small_and_says_what_it_leaves_out(nora: Owner) -> None:
    for n in range(60):
        task = factories.a_task(owner=nora, name=f"{n:02} {'漢' * 70}")
        factories.an_entry(task=task, day=WEEK.first + timedelta(days=n % 5), seconds=7200 - n * 60)
    letter = letters.of(weekly.write(nora, WEEK, now=MONDAY))
    assert letter.size < MOST_BYTES
    for said in (letter.text, letter.page.text):
        words = " ".join(said.split())
        assert "39 漢" in words
        assert "40 漢" not in words
        assert "The 40 that took longest, of 60. In the browser you find them all." in words
