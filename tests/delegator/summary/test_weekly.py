"""The weekly summary: what it says of a week that was worked out by hand, and the email that carries it."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from assistants.mail import messages, outbox
from assistants.models import OutgoingEmail
from delegator.models import WeeklySummary
from delegator.summary import weekly
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task
from tasks.weeks import Week
from tests import factories

WEEK = Week(2026, 41)
# Monday at 7 in Phoenix.
MONDAY = datetime.fromisoformat("2026-10-12T14:00:00+00:00")
pytestmark = pytest.mark.django_db

HOURS = {"Sales": 690, "Email": 420, "Record keeping": 300, "Plant orders": 150, "Social posts": 150, "Web site": 30}


def log(task: Task, week: Week, minutes: int, *, days: int = 5) -> None:
    """So many minutes, spread over the first days of the week."""
    for n in range(days):
        day = week.first + timedelta(days=n)
        factories.an_entry(task=task, day=day, seconds=minutes * MINUTE // days)


def the_week(owner: Owner) -> dict[str, Any]:
    """
    41 h, 12 of them design, and 9 to 13 in the four weeks before, in the middle 11.

    The web site took 4.5 h once, takes half an hour now, and Tomasz worked 4 h on it at $22.
    """
    design = factories.the_best_work(owner=owner)
    log(design, WEEK, 12 * 60)
    for n, hours in enumerate((9, 13, 10, 12), start=1):
        log(design, WEEK.back(n), hours * 60)
    tasks = {name: factories.a_task(owner=owner, name=name, loathe=2, excel=4) for name in HOURS}
    for name, minutes in HOURS.items():
        log(tasks[name], WEEK, minutes)
    factories.two_measured_weeks(task=tasks["Web site"])
    tomasz = factories.an_assistant(owner=owner, name="Tomasz Zieliński", rate=22)
    offer = factories.a_running_offer(owner=owner, task=tasks["Web site"], assistant=tomasz)
    offer.handoff.minutes_before, offer.handoff.check_minutes = 270, 0
    offer.handoff.save()
    for n in (1, 4):
        factories.some_hours(offer=offer, day=WEEK.first + timedelta(days=n), seconds=2 * HOUR, note="", now=MONDAY)
    return weekly.facts(owner, WEEK, MONDAY)


def sent(email: OutgoingEmail) -> EmailMessage:
    """As it leaves, read again."""
    raw = messages.compose(email).message().as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def bodies(email: OutgoingEmail) -> tuple[str, str]:
    """Its text, and the words of its HTML."""
    message = sent(email)
    text, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert rich
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", rich.get_content(), flags=re.DOTALL)
    return " ".join(text.get_content().split()), " ".join(html.unescape(words).split())


# --- What it says ------------------------------------------------------------
def test_the_news_comes_first(nora: Owner) -> None:
    facts = the_week(nora)
    assert facts["subject_text"] == "Your week: 12 h of garden design, 4 h won back"
    assert facts["headline"] == "You won back 4 h, Nora"
    assert facts["lede"] == ("5 to 11 October. 12 h of your 41 h went to garden design, 1 h more than usual.")
    assert facts["coverage"] == "5 of 5 work days logged. Usual is the median of the last four weeks."


def test_every_task_has_a_bar_on_the_scale_of_the_longest(nora: Owner) -> None:
    bars = [(bar["name"], bar["hours"], bar["percent"], bar["text_bar"]) for bar in the_week(nora)["bars"]]
    assert bars == [
        ("Garden design", "12 h", 100, "#" * 24),
        ("Sales", "11.5 h", 96, "=" * 23),
        ("Email", "7 h", 58, "=" * 14),
        ("Record keeping", "5 h", 42, "=" * 10),
        ("Plant orders", "2.5 h", 21, "=" * 5),
        ("Social posts", "2.5 h", 21, "=" * 5),
        ("Web site", "0.5 h", 4, "="),
    ]


def test_what_was_handed_off_is_won_back_worth_and_paid(nora: Owner) -> None:
    facts = the_week(nora)
    handed = facts["handed"]
    assert (handed["won"], handed["worth"], handed["paid"]) == ("4 h", "$320", "$88")
    assert handed["line"] == "Won back 4 h, worth $320. Paid $88."
    assert facts["handoffs"] == [
        "Tomasz worked 4 h on web site. It used to take you 4.5 h a week, and took you 0.5 h. "
        "4 h of Tomasz’s wait for your approval."
    ]


def test_hours_lost_are_said_with_a_minus_and_never_as_won(nora: Owner) -> None:
    books = factories.a_task(owner=nora)
    log(books, WEEK, 375)
    log(books, WEEK.back(), 60)
    offer = factories.a_running_offer(owner=nora, task=books)
    factories.some_hours(offer=offer, day=WEEK.first, seconds=HOUR, note="", now=MONDAY)
    facts = weekly.facts(nora, WEEK, MONDAY)
    assert facts["handed"]["won"] == "−1.5 h"
    assert "won back" not in facts["subject_text"] + facts["headline"]


def test_two_logged_days_are_too_few_to_say_what_was_won(nora: Owner) -> None:
    books = factories.a_task(owner=nora)
    log(books, WEEK, 60, days=2)
    offer = factories.a_running_offer(owner=nora, task=books)
    factories.some_hours(offer=offer, day=WEEK.first, seconds=HOUR, note="", now=MONDAY)
    handed = weekly.facts(nora, WEEK, MONDAY)["handed"]
    assert (handed["won"], handed["worth"]) == ("Log 3 days to know", "–")
    assert handed["line"] == "Log 3 days to know what you won back. Paid $18."


def test_a_task_that_was_not_measured_before_is_not_said_to_need_a_longer_log(nora: Owner) -> None:
    books = factories.a_task(owner=nora)
    log(books, WEEK, 300)
    offer = factories.a_running_offer(owner=nora, task=books, starts_on=WEEK.first)
    factories.some_hours(offer=offer, day=WEEK.first, seconds=HOUR, note="", now=MONDAY)
    handed = weekly.facts(nora, WEEK, MONDAY)["handed"]
    assert (handed["won"], handed["worth"]) == ("Not measured before", "–")
    assert handed["line"] == "What you won back is not known: your log has no two weeks of it from before. Paid $18."


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ([600, 600, 600, 600], ", as much as usual."),
        ([540, 720, 480, 660], ", as much as usual."),
        ([600, 600, 690, 1200], ", 0.75 h less than usual."),
        ([0, 300, 600, 600], ", 2.5 h more than usual."),
        # Three are enough, and then it is the one in the middle.
        ([690, 690, 600], ", 1.5 h less than usual."),
        ([600, 600], "."),
        ([], "."),
    ],
)
def test_it_compares_with_the_median_of_the_last_four_weeks(nora: Owner, then: list[int], said: str) -> None:
    design, email = factories.the_best_work(owner=nora), factories.a_task(owner=nora)
    log(design, WEEK, 600)
    for n, minutes in enumerate(then, start=1):
        log(email, WEEK.back(n), 60)
        if minutes:
            log(design, WEEK.back(n), minutes)
    facts = weekly.facts(nora, WEEK, MONDAY)
    assert facts["lede"] == f"5 to 11 October. 10 h of your 10 h went to garden design{said}"
    assert ("Usual is the median" in facts["coverage"]) == (len(then) > 2)


def test_weeks_with_too_thin_a_log_and_weeks_longer_ago_are_not_compared(nora: Owner) -> None:
    design = factories.the_best_work(owner=nora)
    log(design, WEEK, 600)
    for n, days in enumerate((5, 5, 2, 2, 5, 5), start=1):
        log(design, WEEK.back(n), 300, days=days)
    assert weekly.facts(nora, WEEK, MONDAY)["lede"].endswith("to garden design.")
    log(factories.a_task(owner=nora), WEEK.back(3), 30, days=3)
    facts = weekly.facts(nora, WEEK, MONDAY)
    assert facts["lede"].endswith("5 h more than usual.")
    assert facts["coverage"].endswith("Usual is the median of those three of the last four weeks that tell.")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([0, 1, 3], "3 of 5 work days logged."),
        ([0, 1, 2, 3, 4], "5 of 5 work days logged."),
        ([0, 1, 2, 3, 4, 5, 6], "5 of 5 work days logged."),
        ([4, 5], "1 of 5 work days logged."),
    ],
)
def test_coverage_counts_work_days_alone(nora: Owner, days: list[int], said: str) -> None:
    task = factories.a_task(owner=nora)
    for n in days:
        factories.an_entry(task=task, day=WEEK.first + timedelta(days=n))
    assert weekly.facts(nora, WEEK, MONDAY)["coverage"] == said


def test_an_empty_week_says_so_and_draws_nothing(nora: Owner) -> None:
    factories.an_entry(task=factories.the_best_work(owner=nora), day=WEEK.last + timedelta(days=1))
    email = weekly.write(nora, WEEK, now=MONDAY)
    text, rich = bodies(email)
    assert sent(email)["Subject"] == "Your week: nothing logged"
    assert email.facts["bars"] == []
    assert email.facts["coverage"] == ""
    assert email.facts["handed"] is None
    for body in (text, rich):
        assert "A week without a log, Nora" in body
        assert "One line a day is enough to see where it goes." in body
        assert "work days logged" not in body.lower()
        assert "where your week went" not in body.lower()


def test_a_task_that_was_retired_since_keeps_its_hours(nora: Owner) -> None:
    task = factories.a_task(owner=nora, name="Fax")
    log(task, WEEK, 60)
    task.retired_on = WEEK.last
    task.save()
    assert [bar["name"] for bar in weekly.facts(nora, WEEK, MONDAY)["bars"]] == ["Fax"]


def test_the_next_step_carries_its_numbers(nora: Owner) -> None:
    books = factories.a_task(owner=nora, name="Record keeping", hours=1)
    log(books, WEEK, 300)
    ana = factories.an_assistant(owner=nora, rate=18)
    step = weekly.facts(nora, WEEK, MONDAY)["next"]
    assert step["heading"] == "Hand off record keeping to Ana"
    assert step["text"].endswith("a week and frees $400 of your time.")
    assert step["path"] == f"/hand-offs/new/?task={books.pk}&to={ana.pk}"


def test_nothing_of_another_owner_is_in_it(nora: Owner, bea: Owner) -> None:
    log(factories.a_task(owner=bea, name="Invoices of Bea"), WEEK, 600)
    log(factories.a_task(owner=nora, name="Email"), WEEK, 600)
    assert [bar["name"] for bar in weekly.facts(nora, WEEK, MONDAY)["bars"]] == ["Email"]


# --- The email ---------------------------------------------------------------
def test_text_and_html_say_the_same_words_and_numbers_as_the_facts(nora: Owner) -> None:
    the_week(nora)
    factories.a_task(owner=nora, name="Fish & <chips>")
    log(nora.tasks.get(name="Fish & <chips>"), WEEK, 75)
    email = weekly.write(nora, WEEK, now=MONDAY)
    facts = email.facts
    said = [facts["headline"], facts["lede"], facts["coverage"], facts["schedule"]]
    said += [facts["next"]["heading"], facts["next"]["text"], facts["next"]["button"]]
    said += facts["handoffs"]
    said += [facts["handed"][figure] for figure in ("won", "worth", "paid")]
    text, rich = bodies(email)
    for words in said:
        assert words in text
        assert words in rich
    for bar in facts["bars"]:
        assert re.search(rf"{re.escape(bar['name'])} +[#=]+ +{re.escape(bar['hours'])} ", f"{text} ")
        assert re.search(rf"{re.escape(bar['name'])} +{re.escape(bar['hours'])} ", rich.replace("\xa0", " "))
    assert len(facts["bars"]) == 8


def test_it_can_be_stopped_by_one_click_of_a_mail_program(client: Client, nora: Owner) -> None:
    message = sent(weekly.write(nora, WEEK, now=MONDAY))
    address = str(message["List-Unsubscribe"]).strip()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://127\.0\.0\.1:8000/unsubscribe/[^/ >]+/>", address)
    body = message.get_body(("plain",))
    assert body
    # The link of the footer is the same, in one piece.
    assert address.strip("<>") in body.get_content()
    assert client.post(address.strip("<>").removeprefix("http://127.0.0.1:8000")).status_code == 200
    nora.refresh_from_db()
    assert not nora.wants_summary


def test_its_row_holds_no_link_and_no_secret(nora: Owner) -> None:
    email = weekly.write(nora, WEEK, now=MONDAY)
    stored = repr(OutgoingEmail.objects.values().get(pk=email.pk))
    assert nora.pid not in stored
    assert "http" not in stored


# --- Written once ------------------------------------------------------------
def test_a_week_is_written_once(nora: Owner) -> None:
    weekly.write(nora, WEEK, now=MONDAY)
    with pytest.raises(weekly.AlreadyWritten, match="the summary of 2026-W41 is written already"):
        weekly.write(nora, WEEK, now=MONDAY + timedelta(days=1))
    weekly.write(nora, WEEK.back(), now=MONDAY)
    assert sorted(nora.summaries.values_list("week", flat=True)) == ["2026-W40", "2026-W41"]
    assert nora.emails.count() == 2


def test_the_database_itself_holds_one_a_week(nora: Owner) -> None:
    WeeklySummary.objects.create(owner=nora, week=str(WEEK), written_at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        WeeklySummary.objects.create(owner=nora, week=str(WEEK), written_at=MONDAY)


def test_without_its_email_there_is_no_summary(nora: Owner) -> None:
    key = f"weekly-{nora.pk}-{WEEK}"
    outbox.put("weekly", owner=nora, to=("", ""), key=key, facts={}, now=MONDAY)
    with pytest.raises(weekly.AlreadyWritten):
        weekly.write(nora, WEEK, now=MONDAY)
    assert not WeeklySummary.objects.exists()


# --- By hand -----------------------------------------------------------------
def by_hand(*args: str) -> str:
    said = StringIO()
    call_command("weekly", *args, stdout=said)
    return said.getvalue()


def test_it_can_be_written_by_hand(nora: Owner) -> None:
    said = by_hand("--owner", "NORA@example.com", "--week", "2026-W40")
    assert said == f"weekly-{nora.pk}-2026-W40 is in the outbox\n"
    assert nora.emails.get().facts["week"] == "2026-W40"


def test_by_hand_the_last_complete_week_is_meant(nora: Owner) -> None:
    by_hand("--owner", nora.email)
    last = nora.summaries.get().written_at.astimezone(nora.zone).date() - timedelta(days=7)
    assert nora.summaries.get().week == str(Week.of(last))


@pytest.mark.parametrize(
    ("owner", "week", "why"),
    [
        ("ann@example.com", "2026-W40", "--owner: nobody here signs in as ann@example.com"),
        ("nora@example.com", "last", "--week: 'last' is not a week; write it as 2026-W42"),
        ("nora@example.com", "2026-W54", "--week: "),
        ("nora@example.com", "2999-W01", "--week: 2999-W01 is not over yet"),
    ],
)
def test_by_hand_what_cannot_be_written_is_said_in_one_sentence(nora: Owner, owner: str, week: str, why: str) -> None:
    with pytest.raises(CommandError, match=f"^{re.escape(why)}"):
        by_hand("--owner", owner, "--week", week)
    assert not OutgoingEmail.objects.exists()


def test_by_hand_too_a_week_is_written_once(nora: Owner) -> None:
    by_hand("--owner", nora.email, "--week", "2026-W40")
    with pytest.raises(CommandError, match="written already"):
        by_hand("--owner", nora.email, "--week", "2026-W40")
