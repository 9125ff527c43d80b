"""Planned or reactive: what was sent a week before it began, and the hours worked on either, by month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from assistants.models import Handoff, Offer, WorkLog
from assistants.months import Month
from assistants.work import foresight
from assistants.work.foresight import Foreseen
from tasks.models import Owner
from tests.factories import NOW, TODAY, a_running_offer, a_task, an_offer

pytestmark = pytest.mark.django_db
HOUR = 3600


def worked(offer: Offer, day: date, hours: int) -> None:
    WorkLog.objects.create(
        handoff=offer.handoff,
        assistant=offer.assistant,
        day=day,
        seconds=hours * HOUR,
        rate=18,
        amount=18 * hours,
        logged_at=NOW,
    )


def running(owner: Owner, *, is_planned: bool | None) -> Offer:
    offer = a_running_offer(owner=owner, task=a_task(owner=owner))
    Handoff.objects.filter(pk=offer.handoff_id).update(is_planned=is_planned)
    return offer


def test_a_hand_off_is_planned_if_it_is_sent_a_week_before_it_begins(nora: Owner) -> None:
    for days, is_planned in ((6, False), (7, False), (8, True)):
        offer = an_offer(owner=nora, task=a_task(owner=nora), starts_on=TODAY + timedelta(days=days))
        assert offer.handoff.is_planned is is_planned, days


def test_hours_are_summed_by_month_and_by_whether_they_were_planned(nora: Owner, bea: Owner) -> None:
    planned, reactive = running(nora, is_planned=True), running(nora, is_planned=False)
    unknown, theirs = running(nora, is_planned=None), running(bea, is_planned=True)
    worked(planned, date(2026, 10, 31), 3)
    worked(planned, date(2026, 10, 1), 1)
    worked(reactive, date(2026, 10, 14), 1)
    worked(reactive, date(2026, 5, 1), 2)
    worked(planned, date(2026, 4, 30), 5)
    worked(unknown, date(2026, 10, 2), 7)
    worked(theirs, date(2026, 10, 2), 9)
    months = foresight.by_month(nora, TODAY)
    assert months == [Foreseen(Month(2026, 10), 4 * HOUR, HOUR), Foreseen(Month(2026, 5), 0, 2 * HOUR)]
    assert [each.share for each in months] == [80, 0]
    assert foresight.sentence(months).startswith("57 % of these hours were planned")


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_share_is_whole_percents_rounded_half_up(planned: int, reactive: int) -> None:
    if planned + reactive:
        share = Foreseen(Month(2026, 10), planned, reactive).share
        assert 0 <= share <= 100
        assert abs(share * (planned + reactive) - 100 * planned) * 2 <= planned + reactive


def test_it_is_one_query_and_says_nothing_before_there_are_hours(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    running(nora, is_planned=True)
    with django_assert_num_queries(1):
        assert foresight.by_month(nora, TODAY) == []
    assert foresight.sentence([]) == ""
    assert render_to_string("handoffs/_planned.html", {"foreseen": []}).strip() == ""


def test_it_is_shown_as_a_table(nora: Owner) -> None:
    worked(running(nora, is_planned=True), date(2026, 10, 14), 3)
    months = foresight.by_month(nora, TODAY)
    context = {"foreseen": months, "foreseen_sentence": foresight.sentence(months)}
    page = render_to_string("handoffs/_planned.html", context)
    for said in ("October 2026", "3:00", "100&nbsp;%", "sent a week before they began or earlier"):
        assert said in page
