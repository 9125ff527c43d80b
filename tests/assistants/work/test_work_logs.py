"""Hours: which day can take them, what becomes of a line, and that nothing is approved by waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import nonces
from assistants.handoff import agreed, moves, story
from assistants.link import page
from assistants.models import Handoff, Nonce, Offer, WorkLog
from assistants.months import Month
from assistants.work import line_facts, work_logs
from assistants.work.line_facts import Correction, Line
from tasks import dates
from tasks.models import Owner
from tests.assistants.world import an_email, dump, keys, what_happened
from tests.factories import a_running_offer, a_task, an_assistant

pytestmark = pytest.mark.django_db
# Friday noon in Manila, four days after the start.
NOON = datetime.fromisoformat("2026-10-30T04:00:00+00:00")
MONDAY, FRIDAY = date(2026, 10, 26), date(2026, 10, 30)
OCTOBER = Month(2026, 10)
HOUR = 3600


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """Five hours a week at $18, from Monday 26 October on, for someone in Manila."""
    return a_running_offer(owner=nora)


def log(offer: Offer, day: date = MONDAY, hours: float = 1, note: str = "", **more: str) -> WorkLog:
    line = work_logs.log(offer, day=day, seconds=int(hours * HOUR), note=note, now=NOON, **more)
    assert line is not None
    return line


def fresh(line: WorkLog) -> WorkLog:
    return WorkLog.objects.get(pk=line.pk)


def approve(line: WorkLog) -> int:
    return work_logs.approve(line.handoff, [work_logs.mark(line)], now=NOON)


def refused(act: Callable[[], object]) -> tuple[str, str]:
    """The field and the sentence."""
    with pytest.raises(work_logs.Refused) as error:
        act()
    return error.value.field, str(error.value)


# --- Which day -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 10, 25), "It starts on Monday 26 October."),
        (date(2026, 10, 31), "That day has not come yet."),
    ],
)
def test_hours_are_of_a_day_in_the_term_that_has_come_where_the_assistant_is(
    offer: Offer, day: date, said: str
) -> None:
    assert refused(lambda: log(offer, day)) == ("day", said)
    assert not WorkLog.objects.exists()
    # In Phoenix it is still Thursday, but it is the assistant's day that counts.
    assert log(offer, FRIDAY).day == FRIDAY


@pytest.mark.parametrize(
    ("zone", "last"), [("Asia/Manila", 29), ("America/Phoenix", 28), ("Pacific/Honolulu", 28), ("UTC", 29)]
)
def test_no_hours_come_in_for_a_day_after_the_owners_last_is_over(nora: Owner, zone: str, last: int) -> None:
    offer = a_running_offer(owner=nora, assistant=an_assistant(owner=nora, time_zone=zone))
    Handoff.objects.filter(pk=offer.handoff_id).update(ends_on=date(2026, 10, 28))
    now, after = NOON + timedelta(days=3), date(2026, 10, last + 1)
    said = refused(lambda: work_logs.log(offer, day=after, seconds=60, note="", now=now))
    assert said == ("day", f"Its last day is {dates.full(date(2026, 10, last))}.")
    assert work_logs.log(offer, day=date(2026, 10, last), seconds=60, note="", now=now)


@pytest.mark.parametrize(("days", "is_open"), [(0, True), (14, True), (15, False)])
@pytest.mark.parametrize("end", [agreed.end, agreed.finish])
def test_hours_can_be_logged_for_two_weeks_after_the_end(
    offer: Offer,
    end: Callable[..., None],
    days: int,
    is_open: bool,  # noqa: FBT001
) -> None:
    end(offer.handoff, now=datetime.fromisoformat("2026-10-30T18:00:00+00:00"))
    offer.refresh_from_db()
    later = datetime.fromisoformat("2026-10-30T04:00:00+00:00") + timedelta(days=days)
    assert work_logs.can_log(Offer.objects.get(pk=offer.pk), later) == is_open
    if is_open:
        work_logs.log(offer, day=MONDAY, seconds=60, note="", now=later)
    else:
        with pytest.raises(moves.TooLate):
            work_logs.log(offer, day=MONDAY, seconds=60, note="", now=later)
    assert WorkLog.objects.exists() == is_open


def test_what_ended_before_its_start_takes_no_hours(nora: Owner, offer: Offer) -> None:
    agreed.end(offer.handoff, now=datetime.fromisoformat("2026-10-20T18:00:00+00:00"))
    assert not work_logs.can_log(Offer.objects.get(pk=offer.pk), NOON)


@pytest.mark.parametrize(
    ("zone", "day", "longest"),
    [
        ("Asia/Manila", "2026-10-27", 24),
        ("Europe/Berlin", "2027-03-28", 23),
        ("Europe/Berlin", "2026-11-01", 24),
        ("Europe/Berlin", "2027-10-31", 25),
        ("Antarctica/Troll", "2027-03-28", 22),
        ("Africa/Cairo", "2027-04-30", 23),
    ],
)
def test_all_lines_of_a_day_together_hold_no_more_than_that_day_is_long(
    nora: Owner, zone: str, day: str, longest: int
) -> None:
    offer = a_running_offer(owner=nora, assistant=an_assistant(owner=nora, time_zone=zone))
    on = date.fromisoformat(day)
    now = dates.starts_at(on, offer.assistant.zone) + timedelta(days=2)

    def add(seconds: int) -> None:
        work_logs.log(offer, day=on, seconds=seconds, note="", now=now)

    add(HOUR)
    field, said = refused(lambda: add(longest * HOUR - HOUR + 1))
    assert (field, said) == ("time", f"That makes more than the {longest} h of this day.")
    add(longest * HOUR - HOUR)
    assert sum(line.seconds for line in WorkLog.objects.all()) == longest * HOUR


# --- Once ------------------------------------------------------------------------
def test_the_same_form_sent_again_adds_nothing_and_another_body_is_refused(offer: Offer) -> None:
    line = log(offer, note="Receipts", once="this-form")
    assert log(offer, note="Receipts", once="this-form") == line
    with pytest.raises(nonces.Reused):
        log(offer, hours=2, note="Receipts", once="this-form")
    assert log(offer, hours=2, note="Receipts", once="another-form") != line
    assert WorkLog.objects.count() == 2
    assert what_happened(offer.handoff).count("logged") == 2


def test_a_form_that_was_refused_can_be_sent_again(offer: Offer) -> None:
    refused(lambda: log(offer, date(2026, 10, 31), once="this-form"))
    assert log(offer, date(2026, 10, 31) - timedelta(days=1), once="this-form")


def test_a_form_whose_line_was_removed_does_not_bring_it_back(offer: Offer) -> None:
    work_logs.remove(offer, log(offer, once="this-form").pk, now=NOON)
    assert work_logs.log(offer, day=MONDAY, seconds=HOUR, note="", now=NOON, once="this-form") is None
    assert not WorkLog.objects.exists()


# --- Above the agreed hours ------------------------------------------------------
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 150)), max_size=8))
def test_what_lies_above_the_weeks_hours_is_marked_in_the_order_it_came(lines: list[tuple[int, int]]) -> None:
    total, wanted, is_over = 0, [], []
    offer = a_running_offer(owner=_an_owner())
    for day, minutes in lines:
        line = log(offer, MONDAY + timedelta(days=day), hours=minutes / 60)
        total += minutes
        wanted.append(total > 300)
        is_over.append(fresh(line).is_over)
    assert is_over == wanted


def _an_owner() -> Owner:
    return Owner.objects.create_user(f"owner-{Owner.objects.count()}@example.com", "x" * 12, name="Nora Hale")


def test_another_week_and_another_hand_off_count_for_themselves(nora: Owner, offer: Offer) -> None:
    log(offer, hours=5)
    other = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant)
    assert not log(other).is_over
    assert log(offer).is_over
    next_week = NOON + timedelta(days=7)
    line = work_logs.log(offer, day=date(2026, 11, 2), seconds=HOUR, note="", now=next_week)
    assert line is not None
    assert not line.is_over


def test_a_correction_marks_the_lines_of_both_weeks_anew(offer: Offer) -> None:
    first, second = log(offer, hours=4), log(offer, hours=2)
    assert (fresh(first).is_over, fresh(second).is_over) == (False, True)
    work_logs.correct(offer, first.pk, day=MONDAY, seconds=3 * HOUR, note="", now=NOON)
    assert not fresh(second).is_over
    work_logs.correct(offer, first.pk, day=MONDAY, seconds=4 * HOUR, note="", now=NOON)
    work_logs.remove(offer, first.pk, now=NOON)
    assert not fresh(second).is_over


# --- Corrected -------------------------------------------------------------------
def test_a_line_is_corrected_at_the_rate_of_the_terms_and_the_event_keeps_what_it_said(offer: Offer) -> None:
    line = log(offer, hours=2, note="Receipts")
    work_logs.correct(offer, line.pk, day=date(2026, 10, 27), seconds=30 * 60, note="Bank file", now=NOON)
    line.refresh_from_db()
    assert (line.day, line.seconds, line.note) == (date(2026, 10, 27), 1800, "Bank file")
    assert (line.amount, line.state) == (Decimal("9.00"), "logged")
    event = offer.events.latest("pk")
    assert (event.kind, event.actor) == ("corrected", "assistant")
    was = Line(MONDAY, 2 * HOUR, "Receipts")
    assert Correction.of(event) == Correction(was, Line(date(2026, 10, 27), 1800, "Bank file"))


def test_a_removed_line_stays_in_the_history(offer: Offer) -> None:
    line = log(offer, hours=2, note="Receipts")
    work_logs.remove(offer, line.pk, now=NOON)
    once = dump()
    work_logs.remove(offer, line.pk, now=NOON)
    assert dump() == once
    assert not Nonce.objects.exists()
    assert not WorkLog.objects.exists()
    assert Correction.of(offer.events.latest("pk")) == Correction(Line(MONDAY, 2 * HOUR, "Receipts"), None)
    assert what_happened(offer.handoff).count("corrected") == 1


def test_saving_a_line_as_it_is_changes_nothing(offer: Offer) -> None:
    line = log(offer, note="Receipts")
    before = what_happened(offer.handoff)
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=HOUR, note="Receipts", now=NOON)
    assert what_happened(offer.handoff) == before


def test_a_corrected_line_leaves_its_own_time_out_of_what_the_day_holds(offer: Offer) -> None:
    line = log(offer, hours=20)
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=24 * HOUR, note="", now=NOON)
    assert fresh(line).seconds == 24 * HOUR
    said = refused(lambda: work_logs.correct(offer, line.pk, day=MONDAY, seconds=24 * HOUR + 1, note="", now=NOON))
    assert said == ("time", "That makes more than the 24 h of this day.")


def test_an_approved_line_stays_as_it_is(offer: Offer) -> None:
    line = log(offer)
    approve(line)
    with pytest.raises(moves.TooLate):
        work_logs.correct(offer, line.pk, day=MONDAY, seconds=60, note="", now=NOON)
    with pytest.raises(moves.TooLate):
        work_logs.remove(offer, line.pk, now=NOON)
    assert (fresh(line).seconds, fresh(line).state) == (HOUR, "approved")


def test_a_line_of_another_hand_off_is_none_of_theirs(nora: Owner, offer: Offer) -> None:
    other = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant)
    line = log(other)
    acts: list[Callable[[], None]] = [
        lambda: work_logs.correct(offer, line.pk, day=MONDAY, seconds=60, note="", now=NOON),
        lambda: work_logs.query(offer.handoff, line.pk, "Why?", now=NOON),
        lambda: work_logs.reopen(offer.handoff, line.pk, now=NOON),
    ]
    for act in acts:
        with pytest.raises(moves.TooLate):
            act()
    before = dump()
    work_logs.remove(offer, line.pk, now=NOON)
    assert work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOON) == 0
    assert dump() == before


# --- Approved and queried --------------------------------------------------------
def test_silence_is_never_approval(offer: Offer) -> None:
    line = log(offer)
    agreed.end(offer.handoff, now=NOON)
    assert fresh(line).state == "logged"
    assert work_logs.pay(offer.assistant, OCTOBER, FRIDAY, now=NOON + timedelta(days=400)) == 0
    assert fresh(line).paid_on is None


def test_what_is_approved_is_what_the_page_showed(offer: Offer) -> None:
    line = log(offer)
    seen = work_logs.mark(line)
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=2 * HOUR, note="", now=NOON)
    assert work_logs.approve(offer.handoff, [seen], now=NOON) == 0
    assert fresh(line).state == "logged"
    assert approve(fresh(line)) == 1
    assert (fresh(line).state, fresh(line).decided_at) == ("approved", NOON)


def test_approving_twice_is_approving_once(offer: Offer) -> None:
    line = log(offer)
    assert [approve(line), approve(line)] == [1, 1]
    assert what_happened(offer.handoff).count("approved") == 1


def test_several_approved_at_once_are_one_event_with_their_sum(offer: Offer) -> None:
    lines = [log(offer, hours=hours) for hours in (1, 1.5)]
    assert work_logs.approve(offer.handoff, [work_logs.mark(line) for line in lines], now=NOON) == 2
    facts = {"lines": 2, "seconds": 9000, "amount": "45.00", "day": None}
    assert offer.events.latest("pk").facts == facts


def test_a_yes_can_be_taken_back_until_it_is_paid(offer: Offer) -> None:
    line = log(offer)
    approve(line)
    work_logs.reopen(offer.handoff, line.pk, now=NOON)
    assert (fresh(line).state, fresh(line).decided_at) == ("logged", None)
    approve(line)
    work_logs.pay(offer.assistant, OCTOBER, MONDAY, now=NOON)
    with pytest.raises(moves.TooLate):
        work_logs.reopen(offer.handoff, line.pk, now=NOON)
    assert fresh(line).state == "approved"


def test_what_is_undone_is_written_down_as_that_and_both_read_it_so(offer: Offer) -> None:
    line = log(offer, note="Receipts")
    approve(line)
    work_logs.reopen(offer.handoff, line.pk, now=NOON)
    approve(line)
    work_logs.pay(offer.assistant, OCTOBER, MONDAY, now=NOON)
    work_logs.unpay(offer.assistant, OCTOBER, MONDAY, now=NOON)
    kinds = ["approved", "unapproved", "approved", "paid", "unpaid"]
    assert what_happened(offer.handoff)[-5:] == kinds
    assert {line_facts.which(event.facts) for event in offer.events.filter(kind__in=kinds)} == {
        "26 October 2026, 1:00"
    }
    handoff = Handoff.objects.with_terms().get(pk=offer.handoff_id)
    assert [entry.what for entry in story.log(handoff)][:5] == [
        f"{what}: 26 October 2026, 1:00"
        for what in (
            "Not paid after all",
            "You marked hours paid",
            "You approved hours",
            "You took the approval back",
            "You approved hours",
        )
    ]
    theirs = [said.what for said in page.talk(Offer.objects.get(pk=offer.pk))]
    assert theirs[0] == "Not paid after all"
    assert theirs[3] == "Nora took the approval back"


def test_a_query_reaches_the_assistant_and_the_answer_the_owner(offer: Offer) -> None:
    line = log(offer, hours=2, note="Receipts")
    work_logs.query(offer.handoff, line.pk, "Which receipts?", now=NOON)
    assert (fresh(line).state, fresh(line).query) == ("queried", "Which receipts?")
    email = an_email(f"news-{offer.events.latest('pk').pk}")
    assert (email.to_email, email.offer) == (offer.assistant.email, offer)
    assert email.facts["lines"][:2] == ["26 October 2026, 2:00, “Receipts”.", "“Which receipts?”"]
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=HOUR, note="Those of May", now=NOON)
    assert (fresh(line).state, fresh(line).query) == ("logged", "")
    answer = an_email(f"answer-{offer.events.latest('pk').pk}")
    assert answer.to_email == offer.handoff.owner.email
    assert answer.facts["lines"][1] == "Now: 26 October 2026, 1:00, “Those of May”."


def test_a_queried_line_can_be_sent_as_it_was_or_removed(offer: Offer) -> None:
    kept, gone = log(offer, note="Kept"), log(offer, note="Gone")
    for line in (kept, gone):
        work_logs.query(offer.handoff, line.pk, "Really?", now=NOON)
    work_logs.correct(offer, kept.pk, day=MONDAY, seconds=HOUR, note="Kept", now=NOON)
    assert fresh(kept).state == "logged"
    work_logs.remove(offer, gone.pk, now=NOON)
    said = [an_email(key).facts["lines"][1] for key in keys()[-2:]]
    assert said == ["It stays as it was.", "It was removed."]


def test_a_correction_that_nobody_asked_for_sends_no_email(offer: Offer) -> None:
    line, before = log(offer), keys()
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=60, note="", now=NOON)
    work_logs.remove(offer, line.pk, now=NOON)
    assert keys() == before


def test_an_approved_line_is_not_queried(offer: Offer) -> None:
    line = log(offer)
    approve(line)
    with pytest.raises(moves.TooLate):
        work_logs.query(offer.handoff, line.pk, "Why?", now=NOON)
    assert fresh(line).state == "approved"


# --- The log tells it ------------------------------------------------------------
def test_the_events_of_hours_give_the_state_again(offer: Offer) -> None:
    first, second, third = (log(offer) for _ in range(3))
    work_logs.query(offer.handoff, first.pk, "Why?", now=NOON)
    work_logs.correct(offer, first.pk, day=MONDAY, seconds=60, note="", now=NOON)
    work_logs.remove(offer, second.pk, now=NOON)
    approve(third)
    work_logs.pay(offer.assistant, OCTOBER, FRIDAY - timedelta(days=1), now=NOON)
    work_logs.unpay(offer.assistant, OCTOBER, FRIDAY - timedelta(days=1), now=NOON)
    work_logs.reopen(offer.handoff, third.pk, now=NOON)
    assert moves.replay(offer.handoff.events.order_by("pk")) == ("active", {offer.pk: "accepted"})
    agreed.finish(offer.handoff, now=NOON)
    approve(third)
    assert moves.replay(offer.handoff.events.order_by("pk")) == ("done", {offer.pk: "accepted"})
