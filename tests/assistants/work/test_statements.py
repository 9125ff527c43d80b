"""A month's statement: what is owed and paid, the same to the cent for both sides and in the spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import links
from assistants.handoff import moves
from assistants.models import Offer, WorkLog
from assistants.months import Month
from assistants.work import statements, work_logs
from tasks import money
from tasks.models import Owner
from tests.assistants.world import dump, text_of, what_happened
from tests.factories import a_running_offer, a_task, an_assistant, an_owner, some_hours

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-10-30T04:00:00+00:00")
MONDAY, FRIDAY = date(2026, 10, 26), date(2026, 10, 30)
OCTOBER = Month(2026, 10)
HOUR = 3600


@pytest.fixture
def offer(nora: Owner) -> Offer:
    return a_running_offer(owner=nora)


def approved(line: WorkLog) -> WorkLog:
    work_logs.approve(line.handoff, [work_logs.mark(line)], now=NOON)
    line.refresh_from_db()
    return line


def of(offer: Offer, month: Month = OCTOBER) -> statements.Statement:
    return statements.of(offer.assistant, month)


# --- The month -------------------------------------------------------------------
@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_lies_in_its_month_and_the_text_of_the_month_reads_back(day: date) -> None:
    month = Month.of(day)
    assert month.first <= day <= month.last
    assert (month.first.day, (month.last + timedelta(days=1)).day) == (1, 1)
    assert Month.parse(str(month)) == month


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-10", "2026-1", "2026-10-01", "٢٠٢٦-10", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        Month.parse(text)


def test_a_statement_has_the_lines_of_its_month_of_all_hand_offs_and_no_others(nora: Owner, offer: Offer) -> None:
    other = a_running_offer(owner=nora, task=a_task(owner=nora, name="Email"), assistant=offer.assistant)
    someone = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=an_assistant(owner=nora, name="Ben"))
    some_hours(offer=someone, day=MONDAY)
    wanted = [some_hours(offer=offer, day=date(2026, 10, 1)), some_hours(offer=other, day=date(2026, 10, 31))]
    for day in (date(2026, 9, 30), date(2026, 11, 1)):
        some_hours(offer=offer, day=day)
    assert of(offer).lines == wanted
    assert statements.months(offer.assistant) == [Month(2026, 11), OCTOBER, Month(2026, 9)]
    assert (of(offer).task, of(offer, Month(2026, 9)).task) == ("", "Record keeping")


# --- Paid ------------------------------------------------------------------------
def test_what_is_approved_is_owed_until_it_is_paid(offer: Offer) -> None:
    approved(some_hours(offer=offer, day=MONDAY, seconds=2 * HOUR))
    some_hours(offer=offer, day=MONDAY)
    assert (of(offer).owed, of(offer).waiting, of(offer).paid) == (Decimal(36), Decimal(18), Decimal(0))
    assert work_logs.pay(offer.assistant, OCTOBER, FRIDAY - timedelta(days=1), now=NOON) == Decimal(36)
    assert (of(offer).owed, of(offer).waiting, of(offer).paid) == (Decimal(0), Decimal(18), Decimal(36))
    assert of(offer).payments == [(date(2026, 10, 29), Decimal(36))]
    event = offer.events.latest("pk")
    facts = {"lines": 1, "seconds": 2 * HOUR, "amount": "36.00", "day": "2026-10-26", "paid_on": "2026-10-29"}
    assert (event.kind, event.facts) == ("paid", facts)


def test_only_the_month_that_is_named_is_paid(offer: Offer) -> None:
    september = approved(some_hours(offer=offer, day=date(2026, 9, 30)))
    october = approved(some_hours(offer=offer, day=date(2026, 10, 1)))
    work_logs.pay(offer.assistant, Month(2026, 9), MONDAY, now=NOON)
    september.refresh_from_db()
    october.refresh_from_db()
    assert (september.paid_on, october.paid_on) == (MONDAY, None)


def test_no_payment_lies_in_the_owners_future(offer: Offer) -> None:
    line = approved(some_hours(offer=offer, day=MONDAY))
    # In Manila it is Friday, in Phoenix still Thursday.
    with pytest.raises(work_logs.Refused, match="has not come yet"):
        work_logs.pay(offer.assistant, OCTOBER, FRIDAY, now=NOON)
    line.refresh_from_db()
    assert line.paid_on is None


def test_what_is_paid_is_what_the_page_showed(offer: Offer) -> None:
    approved(some_hours(offer=offer, day=MONDAY))
    before = dump()
    with pytest.raises(moves.TooLate):
        work_logs.pay(offer.assistant, OCTOBER, MONDAY, seen=Decimal(36), now=NOON)
    assert dump() == before


def test_a_payment_can_be_undone_and_the_others_stay(offer: Offer) -> None:
    for day in (MONDAY, date(2026, 10, 27)):
        approved(some_hours(offer=offer, day=MONDAY))
        work_logs.pay(offer.assistant, OCTOBER, day, now=NOON)
    work_logs.unpay(offer.assistant, OCTOBER, MONDAY, now=NOON)
    assert of(offer).payments == [(date(2026, 10, 27), Decimal(18))]
    assert of(offer).owed == Decimal(18)
    assert what_happened(offer.handoff)[-3:] == ["approved", "paid", "unpaid"]


def test_paying_covers_every_hand_off_of_the_person(nora: Owner, offer: Offer) -> None:
    other = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant)
    for each in (offer, other):
        approved(some_hours(offer=each, day=MONDAY))
    assert work_logs.pay(offer.assistant, OCTOBER, MONDAY, now=NOON) == Decimal(36)
    assert [what_happened(each.handoff)[-1] for each in (offer, other)] == ["paid", "paid"]


# --- Both sides ------------------------------------------------------------------
LINES = st.lists(
    st.tuples(st.integers(1, 31), st.integers(1, 26 * HOUR), st.sampled_from(["logged", "approved", "queried"])),
    max_size=6,
)


@settings(max_examples=15, deadline=None)
@given(LINES, st.decimals(0, 300, places=2), st.booleans())
def test_both_sides_and_the_spreadsheet_agree_to_the_cent(
    lines: list[tuple[int, int, str]],
    rate: Decimal,
    is_paid: bool,  # noqa: FBT001
) -> None:
    owner = an_owner()
    offer = a_running_offer(owner=owner)
    offer.terms.rate = rate
    for day, seconds, state in lines:
        line = some_hours(offer=offer, day=date(2026, 10, day), seconds=seconds)
        WorkLog.objects.filter(pk=line.pk).update(state=state)
    if is_paid:
        work_logs.pay(offer.assistant, OCTOBER, MONDAY, now=NOON)
    statement = of(offer)
    kept = sum((line.amount for line in WorkLog.objects.filter(handoff=offer.handoff)), Decimal(0))
    assert statement.total == kept == statement.approved + statement.waiting + statement.queried
    assert statement.owed == (0 if is_paid else statement.approved)
    assert statement.paid == sum(amount for _, amount in statement.payments)
    pages, sheets = both(owner, offer)
    assert paper(pages[0]) == paper(pages[1])
    assert money.exact(statement.total, "USD") in paper(pages[0]) or not lines
    assert sheets[0] == sheets[1]
    assert sum(Decimal(row["Amount"]) for row in read(sheets[0])) == kept
    assert sum(int(row["Seconds"]) for row in read(sheets[0])) == statement.seconds


def both(owner: Owner, offer: Offer) -> tuple[list[str], list[bytes]]:
    """Page and spreadsheet of the month, as the owner and as the assistant get them."""
    browser = Client()
    browser.force_login(owner)
    theirs, mine = f"/h/{links.token('offer', offer.pid)}/statement", f"/assistants/{offer.assistant_id}/statement"
    pages = [text_of(client.get(f"{url}/2026-10/")) for client, url in ((browser, mine), (Client(), theirs))]
    return pages, [client.get(f"{url}/2026-10.csv").content for client, url in ((browser, mine), (Client(), theirs))]


def paper(page: str) -> str:
    return page.partition("<article")[2].partition("</article>")[0]


def read(sheet: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))


def test_the_spreadsheet_says_what_the_lines_say_and_runs_no_formula(nora: Owner, offer: Offer) -> None:
    approved(some_hours(offer=offer, day=MONDAY, seconds=5400, note="=1+1, Gärten"))
    work_logs.pay(offer.assistant, OCTOBER, MONDAY, now=NOON)
    offer.handoff.task.name = "@Books"
    offer.handoff.task.save()
    some_hours(offer=offer, day=date(2026, 10, 27), note="-x")
    _, (sheet, _) = both(nora, offer)
    first, second = read(sheet)
    assert first == {
        "Day": "2026-10-26", "Task": "'@Books", "What was done": "'=1+1, Gärten", "Hours": "1:30", "Seconds": "5400",
        "Rate": "18.00", "Amount": "27.00", "Currency": "USD", "State": "paid", "Paid on": "2026-10-26",
    }  # fmt: skip
    assert (second["What was done"], second["State"], second["Paid on"]) == ("'-x", "not approved yet", "")


def test_each_line_says_how_it_stands(offer: Offer) -> None:
    lines = [some_hours(offer=offer, day=MONDAY, seconds=HOUR) for _ in range(5)]
    over = some_hours(offer=offer, day=MONDAY)
    approved(lines[0])
    work_logs.pay(offer.assistant, OCTOBER, MONDAY, now=NOON)
    approved(lines[1])
    work_logs.query(offer.handoff, lines[2].pk, "Why?", now=NOON)
    over_too = some_hours(offer=offer, day=MONDAY)
    work_logs.query(offer.handoff, over_too.pk, "Why?", now=NOON)
    states = [statements.state(line) for line in of(offer).lines]
    assert statements.state(WorkLog.objects.get(pk=over_too.pk)) == "above the agreed hours, queried"
    assert states[:4] == ["paid 26 Oct", "approved", "queried", "not approved yet"]
    assert statements.state(WorkLog.objects.get(pk=over.pk)) == "above the agreed hours, not approved yet"
