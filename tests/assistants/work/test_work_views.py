"""The owner's word on hours, line by line, and the month marked as paid."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assistants import links
from assistants.models import Offer, WorkLog
from assistants.months import Month
from assistants.work import work_logs
from tasks.models import Owner
from tests.assistants.world import dump, email_of, keys, text_of
from tests.factories import a_running_offer, a_task, some_hours
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
# Thursday evening for Nora in Phoenix, Friday noon for Ana in Manila.
NOON = datetime.fromisoformat("2026-10-30T04:00:00+00:00")
MONDAY = date(2026, 10, 26)
HOUR = 3600


@pytest.fixture
def offer(nora: Owner) -> Any:
    """Five hours a week at $18."""
    with standing_at(NOON):
        yield a_running_offer(owner=nora)


def page(hers: Client, offer: Offer) -> str:
    return text_of(hers.get(f"/hand-offs/{offer.handoff_id}/"))


def say(hers: Client, offer: Offer, path: str, **form: Any) -> str:
    response = hers.post(f"/hand-offs/{offer.handoff_id}/hours/{path}", form, follow=True)
    assert response.status_code == 200
    return text_of(response)


def states() -> list[str]:
    return list(WorkLog.objects.order_by("pk").values_list("state", flat=True))


# --- Line by line ----------------------------------------------------------------
def test_each_line_is_approved_by_its_own_button(hers: Client, offer: Offer) -> None:
    lines = [some_hours(offer=offer, day=MONDAY, note=f"Work {n}") for n in range(2)]
    assert "Approved." in say(hers, offer, "approve/", line=work_logs.mark(lines[0]))
    assert states() == ["approved", "logged"]


def test_all_within_the_agreed_hours_are_approved_at_once_and_those_above_by_hand(hers: Client, offer: Offer) -> None:
    within = [some_hours(offer=offer, day=MONDAY, seconds=2 * HOUR) for _ in range(2)]
    over = some_hours(offer=offer, day=MONDAY, seconds=2 * HOUR)
    shown = page(hers, offer)
    assert "Approve all within the agreed hours, $72.00" in shown
    assert "One line is partly or wholly above the week’s agreed hours, so you approve it by itself." in shown
    assert "No line is approved until you say so." in shown
    button = shown[: shown.index("Approve all within")].rpartition("<form")[2]
    assert [work_logs.mark(line) in button for line in (*within, over)] == [True, True, False]
    say(hers, offer, "approve/", line=[work_logs.mark(line) for line in within])
    assert states() == ["approved", "approved", "logged"]
    say(hers, offer, "approve/", line=work_logs.mark(over))
    assert states() == ["approved"] * 3


def test_a_line_that_changed_meanwhile_is_not_approved(hers: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    seen = work_logs.mark(line)
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=2 * HOUR, note="", now=NOON)
    assert "Some of it has changed meanwhile." in say(hers, offer, "approve/", line=seen)
    assert states() == ["logged"]


def test_a_line_is_queried_on_a_page_of_its_own(hers: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY, note="Receipts")
    url = f"{line.pk}/query/"
    assert "Receipts" in text_of(hers.get(f"/hand-offs/{offer.handoff_id}/hours/{url}"))
    response = hers.post(f"/hand-offs/{offer.handoff_id}/hours/{url}", {"text": ""})
    assert response.status_code == 422
    assert "Write what you want to know." in text_of(response)
    before = len(keys())
    shown = say(hers, offer, url, text="Which ones?")
    assert "Ana gets your question." in shown
    assert 'Queried: <span dir="auto">“Which ones?”</span>' in shown
    assert (states(), len(keys())) == (["queried"], before + 1)


def test_a_yes_is_taken_back_until_it_is_paid(hers: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    say(hers, offer, "approve/", line=work_logs.mark(line))
    assert "Take it back" in page(hers, offer)
    say(hers, offer, f"{line.pk}/reopen/")
    assert states() == ["logged"]
    say(hers, offer, "approve/", line=work_logs.mark(line))
    work_logs.pay(offer.assistant, Month(2026, 10), MONDAY, now=NOON)
    assert "Take it back" not in page(hers, offer)
    assert "That has changed meanwhile" in say(hers, offer, f"{line.pk}/reopen/")
    assert states() == ["approved"]


def test_a_line_of_another_hand_off_is_not_found_and_its_name_approves_nothing(
    nora: Owner, bea: Owner, hers: Client, offer: Offer
) -> None:
    for owner in (nora, bea):
        line = some_hours(offer=a_running_offer(owner=owner, task=a_task(owner=owner)), day=MONDAY)
        before = dump()
        for path in ("query", "reopen"):
            url = f"/hand-offs/{offer.handoff_id}/hours/{line.pk}/{path}/"
            assert hers.post(url, {"text": "Why?"}).status_code == 404
        hers.post(f"/hand-offs/{offer.handoff_id}/hours/approve/", {"line": work_logs.mark(line)})
        assert {**before, "delegator_session": []} == {**dump(), "delegator_session": []}


def test_the_history_tells_both_sides_what_was_said_about_hours(hers: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    work_logs.query(offer.handoff, line.pk, "Why?", now=NOON)
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=HOUR, note="Receipts", now=NOON)
    line.refresh_from_db()
    work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOON)
    work_logs.pay(offer.assistant, Month(2026, 10), MONDAY, now=NOON)
    theirs = text_of(Client().get(f"/h/{links.token('offer', offer.pid)}/"))
    for shown in (page(hers, offer), theirs):
        assert "asked about hours" in shown
        assert "26 October 2026, 1:00: Why?" in shown
        assert "corrected hours" in shown
        assert "approved hours" in shown
    assert "26 October 2026, 1:00, $18.00, on 26 October 2026" in theirs


def test_the_owner_reads_the_days_of_hours_in_their_own_format_in_the_history_and_by_email(
    nora: Owner, hers: Client, offer: Offer
) -> None:
    Owner.objects.update(date_format="month")
    offer.handoff.owner.refresh_from_db()
    line = some_hours(offer=offer, day=MONDAY)
    work_logs.query(offer.handoff, line.pk, "Why?", now=NOON)
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=HOUR // 2, note="", now=NOON)
    work_logs.approve(offer.handoff, [work_logs.mark(offer.handoff.work.get())], now=NOON)
    shown = page(hers, offer).partition("What happened")[2]
    for said in ("October 26, 2026, 1:00: Why?", "You approved hours: October 26, 2026, 0:30", "Now: 0:30."):
        assert said in shown
    assert "26 October 2026" not in shown
    letter = email_of(offer, "answer", "corrected")
    assert letter.facts["lines"][:2] == ["October 26, 2026, 1:00.", "Now: October 26, 2026, 0:30."]


# --- The month -------------------------------------------------------------------
def statement(offer: Offer, path: str = "") -> str:
    return f"/assistants/{offer.assistant_id}/statement/2026-10/{path}"


def test_a_month_is_marked_as_paid_and_undone(hers: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY, seconds=2 * HOUR)
    assert "Mark $36" not in text_of(hers.get(statement(offer)))
    work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOON)
    assert "Mark $36.00 as paid" in text_of(hers.get(statement(offer)))
    paid = {"paid_on": "2026-10-29", "owed": "36.00"}
    shown = text_of(hers.post(statement(offer, "pay/"), paid, follow=True))
    assert "Marked as paid on 29 October." in shown
    assert "Paid on 29 October 2026" in shown
    line.refresh_from_db()
    assert line.paid_on == date(2026, 10, 29)
    shown = text_of(hers.post(statement(offer, "unpay/"), {"day": "2026-10-29"}, follow=True))
    assert "it is owed again" in shown
    line.refresh_from_db()
    assert line.paid_on is None


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-10-30", "That day has not come yet."),
        ("", "Say which day you paid."),
        ("30/10/2026", "Write the day as 2026-03-02."),
    ],
)
def test_a_payment_on_a_day_that_cannot_be_is_refused_by_name(
    hers: Client, offer: Offer, day: str, said: str
) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOON)
    response = hers.post(statement(offer, "pay/"), {"paid_on": day, "owed": "18.00"})
    assert response.status_code == 422
    assert said in text_of(response)
    line.refresh_from_db()
    assert line.paid_on is None


def test_more_than_the_page_showed_is_not_paid(hers: Client, offer: Offer) -> None:
    lines = [some_hours(offer=offer, day=MONDAY) for _ in range(2)]
    work_logs.approve(offer.handoff, [work_logs.mark(line) for line in lines], now=NOON)
    paid = {"paid_on": "2026-10-29", "owed": "18.00"}
    assert "That has changed meanwhile" in text_of(hers.post(statement(offer, "pay/"), paid, follow=True))
    assert not WorkLog.objects.exclude(paid_on=None).exists()


def test_a_month_without_hours_says_so(hers: Client, offer: Offer) -> None:
    assert "No hours were logged in October 2026." in text_of(hers.get(statement(offer)))


def test_the_person_leads_to_their_months(hers: Client, offer: Offer) -> None:
    for day in (MONDAY, date(2026, 9, 30)):
        some_hours(offer=offer, day=day)
    shown = text_of(hers.get(f"/assistants/{offer.assistant_id}/"))
    assert shown.index(statement(offer)) < shown.index(statement(offer).replace("10/", "09/"))


def test_the_statement_asks_the_database_as_often_for_much_as_for_little(
    nora: Owner, hers: Client, offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def ask() -> None:
        for url in (statement(offer), statement(offer)[:-1] + ".csv"):
            with django_assert_num_queries(3):
                hers.get(url)

    ask()
    other = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant)
    for each in (offer, other):
        for day in range(20):
            some_hours(offer=each, day=MONDAY - timedelta(days=day))
    ask()
