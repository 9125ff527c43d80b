"""How the hand-offs stand in the weekly summary: one sentence for each that needs a word, and none for the rest."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from assistants.handoff import agreed, reopening
from assistants.models import Handoff, HandoffEvent, Offer, WorkLog
from delegator.summary import weekly, weekly_rows
from tasks.durations import HOUR
from tasks.models import Owner
from tasks.weeks import Week
from tests import factories

pytestmark = pytest.mark.django_db
WEEK = Week(2026, 41)
# Monday 12 October at 7 in Phoenix.
MONDAY = datetime.fromisoformat("2026-10-12T14:00:00+00:00")
FRIDAY = MONDAY + timedelta(days=4)
LONG_AGO = MONDAY - timedelta(weeks=8)


def said(owner: Owner) -> list[str]:
    sentences: list[str] = weekly.facts(owner, WEEK, MONDAY)["handoffs"]
    return sentences


def running(owner: Owner, name: str = "Filing") -> Offer:
    """Ana's, since August, with no hours in this week yet."""
    task = factories.a_task(owner=owner, name=name)
    return factories.a_running_offer(owner=owner, task=task, now=LONG_AGO, starts_on=date(2026, 8, 17))


def test_an_offer_that_is_out_says_until_when(nora: Owner) -> None:
    factories.an_offer(owner=nora, now=MONDAY, reply_by=FRIDAY)
    assert said(nora) == ["Ana has until Friday 16 October, 7 am to reply about record keeping."]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"has_question": True}, "Ana asks about record keeping. It waits for your answer."),
        ({"state": "countered"}, "Ana proposes a change to record keeping. It waits for your word."),
    ],
)
def test_what_waits_for_the_owner_says_so(nora: Owner, fields: dict[str, object], sentence: str) -> None:
    factories.an_offer(owner=nora, now=MONDAY, reply_by=FRIDAY)
    Offer.objects.update(**fields)
    assert said(nora) == [sentence]


def test_one_that_is_put_to_several_names_them(nora: Owner) -> None:
    offer = factories.an_offer(owner=nora, now=MONDAY, reply_by=FRIDAY)
    other = factories.an_assistant(owner=nora, name="Joan Wu")
    offer.handoff.offers.create(assistant=other, terms=offer.terms, state=Offer.State.SENT, reply_by=FRIDAY)
    assert said(nora) == ["Ana and Joan have until Friday 16 October, 7 am to reply about record keeping."]


def test_one_that_was_accepted_says_when_it_starts(nora: Owner) -> None:
    factories.an_accepted_offer(owner=nora, now=MONDAY, reply_by=FRIDAY)
    assert said(nora) == ["Ana starts with record keeping on Monday 26 October."]


def test_one_that_runs_without_hours_says_so_with_what_waits_from_before(nora: Owner) -> None:
    offer = running(nora)
    assert said(nora) == ["Ana logged no hours on filing."]
    factories.some_hours(offer=offer, day=date(2026, 9, 22), seconds=2 * HOUR)
    assert said(nora) == ["Ana logged no hours on filing. 2 h of Ana’s wait for your approval."]
    WorkLog.objects.update(state=WorkLog.State.APPROVED)
    assert said(nora) == ["Ana logged no hours on filing."]
    factories.some_hours(offer=offer, day=WEEK.first)
    WorkLog.objects.update(state=WorkLog.State.APPROVED)
    assert said(nora) == ["Ana worked 1 h on filing. It used to take you 5 h a week, and took you 0 h."]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"stage": "trial", "trial_ends_on": date(2026, 10, 23)}, "The trial ends on Friday 23 October."),
        ({"ends_on": date(2026, 10, 16)}, "Its last day is Friday 16 October."),
        ({"stage": "full", "trial_ends_on": date(2026, 10, 23)}, "Ana logged no hours on filing."),
    ],
)
def test_one_that_comes_to_an_end_says_when(nora: Owner, fields: dict[str, object], sentence: str) -> None:
    running(nora)
    nora.handoffs.update(**fields)
    assert said(nora)[0].endswith(sentence)


@pytest.mark.parametrize(
    ("state", "kind", "sentence"),
    [
        ("ended", HandoffEvent.Kind.ENDED, "Filing with Ana ended on Wednesday 7 October."),
        ("done", HandoffEvent.Kind.DONE, "Filing with Ana is done since Wednesday 7 October."),
        ("lapsed", HandoffEvent.Kind.LAPSED, "Nobody took filing."),
    ],
)
def test_one_that_was_over_in_that_week_says_so_and_in_the_next_no_more(
    nora: Owner, state: str, kind: HandoffEvent.Kind, sentence: str
) -> None:
    handoff = running(nora).handoff
    Handoff.objects.update(state=state)
    wednesday = MONDAY - timedelta(days=5)
    handoff.events.create(kind=kind, actor=HandoffEvent.Actor.OWNER, happened_at=wednesday)
    assert said(nora) == [sentence]
    assert weekly.facts(nora, WEEK.back(-1), MONDAY + timedelta(weeks=1))["handoffs"] == []


def test_one_that_was_done_by_a_slip_and_goes_on_is_not_over(nora: Owner) -> None:
    offer = running(nora)
    wednesday = MONDAY - timedelta(days=5)
    agreed.finish(offer.handoff, now=wednesday)
    reopening.reopen(offer.handoff, now=wednesday + timedelta(minutes=2))
    (rows,) = weekly_rows.read([(nora, WEEK)])
    assert rows.ended == {}
    assert said(nora) == ["Ana logged no hours on filing."]


def test_drafts_and_what_was_withdrawn_need_no_word(nora: Owner) -> None:
    factories.a_draft(owner=nora)
    task = factories.a_task(owner=nora, name="Filing")
    factories.an_offer(owner=nora, task=task, now=MONDAY, reply_by=FRIDAY)
    Handoff.objects.filter(task=task).update(state=Handoff.State.WITHDRAWN)
    assert said(nora) == []


def test_what_was_worked_comes_first_then_what_waits_for_the_owner(nora: Owner) -> None:
    factories.an_accepted_offer(
        owner=nora, task=factories.a_task(owner=nora, name="Posts"), now=MONDAY, reply_by=FRIDAY
    )
    factories.an_offer(owner=nora, task=factories.a_task(owner=nora, name="Sales"), now=MONDAY, reply_by=FRIDAY)
    factories.an_offer(owner=nora, now=MONDAY, reply_by=FRIDAY)
    Offer.objects.filter(handoff__task__name="Record keeping").update(has_question=True)
    factories.some_hours(offer=running(nora), day=WEEK.first)
    starts = [sentence.split(" ", 1)[1][:10] for sentence in said(nora)]
    assert starts == ["worked 1 h", "asks about", "has until ", "starts wit"]


def test_those_of_another_owner_are_not_told(nora: Owner, bea: Owner) -> None:
    running(bea)
    assert said(nora) == []
