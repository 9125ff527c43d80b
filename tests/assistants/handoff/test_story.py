"""A hand-off in the owner's words: its row in a list, what happened and what comes, and what it brought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from assistants.handoff import agreed, deliveries, handoffs, moves, replies, story, suggestions, sweeps, write_views
from assistants.handoff.forms import HandoffForm
from assistants.mail import outbox
from assistants.models import Handoff, HandoffEvent, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import an_email, text_of
from tests.factories import (
    NOW,
    TODAY,
    a_draft,
    a_running_offer,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_entry,
    an_offer,
    some_hours,
    two_measured_weeks,
)

pytestmark = pytest.mark.django_db
# Noon in Phoenix, where the owner is.
NOON = datetime.fromisoformat("2026-10-16T19:00:00+00:00")


def loaded(offer: Offer) -> Handoff:
    return Handoff.objects.with_terms().get(pk=offer.handoff_id)


def delivered(offer: Offer) -> None:
    email = an_email(f"offer-{offer.pk}")
    email.state = OutgoingEmail.State.SENT
    deliveries.hear_of(email, NOW + timedelta(minutes=1))


def lost(offer: Offer) -> None:
    email = an_email(f"offer-{offer.pk}")
    email.state = OutgoingEmail.State.DEAD
    deliveries.hear_of(email, NOON)


def expired(offer: Offer) -> None:
    delivered(offer)
    sweeps.expire_overdue(now=offer.reply_by)


MOVES: dict[str, Callable[[Offer], object]] = {
    "queued": lambda offer: None,
    "sent": delivered,
    "accepted": lambda offer: replies.accept(offer, terms_version=1, now=NOON),
    "declined": lambda offer: replies.decline(offer, reason="time", now=NOON),
    "declined without a word": lambda offer: replies.decline(offer, reason="", now=NOON),
    "expired": expired,
    "undeliverable": lost,
    "withdrawn": lambda offer: handoffs.withdraw(offer.handoff, now=NOON),
    "undone": lambda offer: handoffs.undo(offer.handoff, now=NOON),
}


# --- Rows --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("move", "title", "mark", "state", "line"),
    [
        ("queued", "to", "wait", "Going out", "5 h a week, $90 a week. Reply by Tuesday 20 October, 2:30 pm."),
        ("sent", "to", "wait", "Waiting for Ana", "5 h a week, $90 a week. Reply by Tuesday 20 October, 2:30 pm."),
        ("accepted", "with", "on", "Accepted, starts 26 October", "5 h a week, $90 a week."),
        ("declined", "to", "no", "Declined", "Declined on 16 October: no time."),
        ("declined without a word", "to", "no", "Declined", "Declined on 16 October."),
        ("expired", "to", "no", "Expired", "5 h a week, $90 a week."),
        ("undeliverable", "to", "no", "Mail came back", "5 h a week, $90 a week."),
        ("withdrawn", "to", "draft", "Withdrawn", "5 h a week, $90 a week."),
        ("undone", "to", "draft", "Draft", "5 h a week, $90 a week. Not sent."),
    ],
)
def test_a_row_says_how_it_stands(nora: Owner, move: str, title: str, mark: str, state: str, line: str) -> None:
    offer = an_offer(owner=nora)
    MOVES[move](offer)
    row = story.row(loaded(offer))
    assert row.title == f"Record keeping, {title} Ana"
    assert (row.mark, row.state) == (mark, state)
    assert row.line == line


def test_a_row_of_a_draft_of_running_and_of_ended_work(nora: Owner) -> None:
    draft = a_draft(owner=nora, task=a_task(owner=nora))
    running = a_running_offer(owner=nora)
    assert story.row(Handoff.objects.with_terms().get(pk=draft.pk)).state == "Draft"
    row = story.row(loaded(running))
    assert (row.title, row.mark, row.state) == ("Record keeping, with Ana", "on", "Running since 26 October")
    agreed.end(running.handoff, now=NOON)
    row = story.row(loaded(running))
    assert (row.title, row.mark, row.state) == ("Record keeping, with Ana", "done", "Ended")


# --- What happened -----------------------------------------------------------
def test_what_happened_is_told_newest_first_in_the_owners_own_time(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    delivered(offer)
    replies.decline(offer, reason="rate", now=NOON + timedelta(hours=3))
    told = [(each.who, each.what, each.when, each.quote) for each in story.log(loaded(offer))]
    assert told == [
        ("them", "Ana declined", "Friday 16 October, 3 pm", "The rate is too low"),
        ("auto", "It went out to Ana", "Thursday 15 October, 2:31 pm", ""),
        ("you", "You sent it to Ana", "Thursday 15 October, 2:30 pm", ""),
    ]


# A closed offer follows from what stands beside it, a refused click is no news, and of hours their lines tell.
UNTOLD = ["closed", "refused", "logged"]
NOTES = dict.fromkeys(["accepted", "agreed", "edited"], "1") | dict.fromkeys(["notice", "done"], "2026-11-30")
NOTES["staged"] = "trial"


@pytest.mark.parametrize("kind", HandoffEvent.Kind.values)
@pytest.mark.parametrize("by", ["owner", "assistant"])
def test_everything_that_can_happen_has_words(nora: Owner, kind: str, by: str) -> None:
    handoff = an_offer(owner=nora).handoff
    Handoff.objects.filter(pk=handoff.pk).update(if_not=Handoff.IfNot.NEXT)
    before = story.log(Handoff.objects.get(pk=handoff.pk))
    note = NOTES.get(kind, "Said.")
    moves.record(moves.Kind(kind), handoff, handoff.offer, by=moves.Actor(by), now=NOON, note=note)
    told = story.log(Handoff.objects.get(pk=handoff.pk))
    assert told[len(told) - len(before) :] == before
    new = told[: len(told) - len(before)]
    assert len(new) == (kind not in UNTOLD)
    for entry in new:
        assert entry.what
        assert "{" not in entry.what
        # What is written for the machine is not shown as it is.
        assert kind not in HandoffEvent.MACHINE_NOTES or entry.quote != note


def test_a_refused_click_is_kept_but_is_no_news(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    before = story.log(loaded(offer))
    moves.record_refused(offer.handoff, "decline", offer=offer, now=NOON)
    assert story.log(loaded(offer)) == before


def test_hours_are_told_once_a_week_with_what_was_done(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    for day, minutes, note in ((26, 60, "Receipts"), (28, 45, ""), (27, 30, "Invoices")):
        some_hours(offer=offer, day=date(2026, 10, day), seconds=minutes * 60, note=note, now=NOON)
    some_hours(offer=offer, day=date(2026, 11, 2), seconds=3600, note="Year end", now=NOON)
    told = [(each.what, each.when, each.quote) for each in story.log(loaded(offer))]
    assert told[:2] == [
        ("Ana logged 1:00", "In the week of 2 November", "Year end"),
        ("Ana logged 2:15", "In the week of 26 October", "Receipts. Invoices"),
    ]
    assert [what for what, _, _ in told[2:]] == ["Started", "Ana accepted", "You sent it to Ana"]


def test_what_comes_next_is_told_while_it_is_open_and_until_it_starts(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    assert [(each.what, each.when) for each in story.to_come(loaded(offer))] == [
        ("Time to reply runs out, and we tell you", "Tuesday 20 October, 2:30 pm"),
        ("It starts", "Monday 26 October"),
    ]
    replies.accept(offer, terms_version=1, now=NOON)
    assert [each.what for each in story.to_come(loaded(offer))] == ["It starts"]
    sweeps.start(offer, now=NOON)
    assert story.to_come(loaded(offer)) == []


def test_the_end_of_a_trial_comes_next_until_a_last_day_is_set(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    Handoff.objects.update(stage="trial", trial_ends_on=date(2026, 11, 20))
    last = ("The trial ends, and you say whether it goes on", "Friday 20 November")
    entries = [(each.what, each.when) for each in story.to_come(loaded(offer))]
    assert entries[-2:] == [("It starts", "Monday 26 October"), last]
    replies.accept(offer, terms_version=1, now=NOON)
    sweeps.start(offer, now=NOON)
    assert [(each.what, each.when) for each in story.to_come(loaded(offer))] == [last]
    agreed.give_notice(loaded(offer), offer, date(2026, 11, 10), now=NOON)
    assert [each.what for each in story.to_come(loaded(offer))] == ["It ends"]


@pytest.mark.parametrize("move", ["declined", "expired", "withdrawn", "undeliverable", "undone"])
def test_nothing_comes_of_what_is_over(nora: Owner, move: str) -> None:
    offer = an_offer(owner=nora)
    MOVES[move](offer)
    assert story.to_come(loaded(offer)) == []


# --- What it brought ---------------------------------------------------------
def a_hand_off_running_since(owner: Owner, starts_on: date) -> Offer:
    return a_running_offer(owner=owner, task=a_task(owner=owner), starts_on=starts_on)


@pytest.mark.parametrize("move", ["queued", "accepted", "declined", "undone"])
def test_nothing_is_claimed_before_it_runs(nora: Owner, move: str) -> None:
    offer = an_offer(owner=nora)
    MOVES[move](offer)
    assert story.so_far(loaded(offer), date(2027, 1, 1)) == {"gains": None}


def test_in_its_first_week_there_are_hours_but_no_gains_yet(nora: Owner) -> None:
    offer = a_hand_off_running_since(nora, date(2026, 10, 12))
    some_hours(offer=offer, day=TODAY, seconds=3600, note="", now=NOON)
    for today in (date(2026, 10, 15), date(2026, 10, 18)):
        assert story.so_far(loaded(offer), today) == {"gains": None, "this_week": 3600}
    assert story.so_far(loaded(offer), date(2026, 10, 19))["gains"] is not None


def test_what_was_ended_before_its_start_claims_nothing_ever(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, starts_on=date(2026, 10, 26))
    agreed.end(offer.handoff, now=NOON)
    assert story.so_far(loaded(offer), date(2027, 1, 1)) == {"gains": None}


def test_gains_are_of_the_weeks_that_are_over_and_of_this_hand_off_alone(nora: Owner) -> None:
    offer = a_hand_off_running_since(nora, date(2026, 9, 30))
    two_measured_weeks(task=offer.handoff.task)
    other = a_hand_off_running_since(nora, date(2026, 9, 28))
    for day in range(5, 8):
        an_entry(task=other.handoff.task, day=date(2026, 10, day), seconds=3600)
    for worked_on in (date(2026, 10, 1), date(2026, 10, 6), TODAY):
        some_hours(offer=offer, day=worked_on, seconds=3600, note="", now=NOON)
        some_hours(offer=other, day=worked_on, seconds=7200, note="", now=NOON)
    brought = story.so_far(loaded(offer), TODAY)
    assert [str(week) for week in brought["gains"].by_week] == ["2026-W40", "2026-W41"]
    # Only the second week's log tells: five hours before, none of the owner's own now but a quarter to check.
    assert brought["gains"].won == 4.75 * 3600
    assert (brought["worth"], brought["paid"]) == (Decimal("380.00"), Decimal("36.00"))
    assert (brought["this_week"], brought["until"]) == (3600, date(2026, 10, 11))


# --- The pages ---------------------------------------------------------------
def test_the_page_of_a_hand_off_tells_its_story(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(
        owner=nora, now=now, reply_by=now + timedelta(days=1), starts_on=nora.today(now) - timedelta(days=14)
    )
    some_hours(offer=offer, day=nora.today(now), seconds=5400, note="<b>Receipts</b>", now=now)
    outbox.pump(done=deliveries.hear_of)
    page = text_of(hers.get(f"/hand-offs/{offer.handoff_id}/"))
    for said in ("Record keeping, with Ana", "Running since", "Ana logged 1:30", "Won back", "<dt>Started</dt>"):
        assert said in page
    assert "&lt;b&gt;Receipts&lt;/b&gt;" in page
    assert "<dd>1:30 of 5:00</dd>" in page


@pytest.mark.parametrize("move", [*MOVES, "running", "ended"])
def test_there_is_a_page_for_however_it_stands(hers: Client, nora: Owner, move: str) -> None:
    if move in MOVES:
        offer = an_offer(owner=nora)
        MOVES[move](offer)
    else:
        offer = a_running_offer(owner=nora)
        if move == "ended":
            agreed.end(offer.handoff, now=NOW)
    for url in (f"/hand-offs/{offer.handoff_id}/", "/hand-offs/", f"/assistants/{offer.assistant_id}/", "/plan/"):
        assert hers.get(url).status_code == 200


def test_a_drafts_preview_shows_the_terms_of_the_draft(nora: Owner) -> None:
    draft = a_draft(owner=nora, task=a_task(owner=nora, excel=3), hours=2)
    draft.terms.rate = Decimal(25)
    suggestion = suggestions.suggest(nora, draft.task, draft.assistant, TODAY)
    initial = {"hours": "2", "rate": Decimal(25), "starts_on": TODAY, "brief": "Keep my books."}
    initial |= {"share": 40, "reply_by": TODAY}
    form = HandoffForm(draft.task, draft.assistant, suggestion, NOW, None, initial=initial)
    shown = write_views.preview(form)
    assert (shown["takes"], shown["rate"], shown["costs"], shown["frees"]) == ("2 h", "$25", "$50", "$160")
    assert (shown["reply_by"], shown["reply_by_there"]) == ("Thursday 15 October, 6 pm", "Friday 16 October, 9 am")


def test_a_hand_off_in_another_currency_is_told_in_it(nora: Owner) -> None:
    Owner.objects.filter(pk=nora.pk).update(currency="JPY")
    offer = an_offer(owner=Owner.objects.get(pk=nora.pk), assistant=an_assistant(owner=nora, rate=1501), hours=1)
    assert story.row(loaded(offer)).line.startswith("1 h a week, ¥1,501 a week.")
