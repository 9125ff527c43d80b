"""What a plan is made from is the same whether one owner is read or many, and many take no more queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.handoff import agreed, replies
from assistants.models import Handoff, NeverMail, Wish
from assistants.plan import plan_inputs
from tasks import owners
from tasks.models import Owner
from tests.factories import (
    NOW,
    TODAY,
    a_running_offer,
    a_skill,
    a_task,
    an_assistant,
    an_entry,
    an_offer,
    an_owner,
    the_best_work,
)

pytestmark = pytest.mark.django_db


def with_everything(owner: Owner) -> Owner:
    """Tasks that are free, held, declined, retired and wished for; people who can, are away or want no mail."""
    skill = a_skill(owner=owner)
    the_best_work(owner=owner)
    a_task(owner=owner, retired_on=TODAY)
    ana, ben = an_assistant(owner=owner, skill=skill), an_assistant(owner=owner, name="Ben Okafor")
    an_assistant(owner=owner, name="Cy Young", email=f"cy{owner.pk}@example.org").absences.create(
        first=TODAY, last=TODAY + timedelta(days=3)
    )
    NeverMail.objects.get_or_create(email=f"cy{owner.pk}@example.org", defaults={"asked_at": NOW})
    task = a_task(owner=owner, name="Email", skill=skill)
    an_entry(task=task, day=TODAY - timedelta(days=9))
    held = a_task(owner=owner, name="Web site")
    a_running_offer(owner=owner, task=held, assistant=ben)
    held.retired_on = TODAY
    held.save()
    ben.paused_on = TODAY
    ben.save()
    replies.decline(an_offer(owner=owner, task=task, assistant=ana), reason="fit", now=NOW)
    Wish.objects.create(owner=owner, task=task, kind=Wish.Kind.LATER, made_on=TODAY, until=TODAY + timedelta(days=9))
    owners.set_hour_value(owner, Decimal(95), TODAY - timedelta(days=3))
    return owner


@pytest.mark.parametrize("here", ["UTC", "Pacific/Auckland", "Pacific/Honolulu"])
def test_a_no_counts_for_eight_weeks_of_its_owners_days_wherever_it_is_asked(
    nora: Owner, bea: Owner, here: str
) -> None:
    """A worker asks in UTC, and a page in its owner's zone."""
    Owner.objects.filter(pk=bea.pk).update(time_zone="Pacific/Auckland")
    bea.refresh_from_db()
    # The evening of the 15th for Nora, and noon of the 16th for Bea.
    at = datetime(2026, 10, 15, 23, tzinfo=UTC)
    for owner, person in ((nora, an_assistant(owner=nora)), (bea, an_assistant(owner=bea))):
        a_running_offer(owner=owner, assistant=person, task=a_task(owner=owner), now=at)
        agreed.end(Handoff.objects.get(owner=owner), now=at)
        other = an_assistant(owner=owner, name="Ben Okafor")
        declined = an_offer(owner=owner, assistant=other, task=a_task(owner=owner, name="Email"), now=at)
        replies.decline(declined, reason="fit", now=at)
    with timezone.override(here):
        theirs = plan_inputs.gather_all([nora, bea], date(2026, 12, 10))
    assert [sorted(rows.refused.values()) for rows in theirs] == [[], ["declined", "ended"]]


def test_many_are_read_as_each_is_alone(nora: Owner, bea: Owner) -> None:
    new, known = an_owner(), [with_everything(nora), with_everything(bea)]
    new.best_hours.all().delete()
    every = [*known, new]
    read = plan_inputs.gather_all(every, TODAY)
    assert read == [plan_inputs.gather(owner, TODAY) for owner in every]
    assert [rows.hour_value for rows in read] == [95, 95, None]
    for rows in read[:2]:
        assert [len(each) for each in (rows.tasks, rows.people, rows.live, rows.refused, rows.away, rows.wishes)] == [
            2, 3, 1, 1, 2, 1,
        ]  # fmt: skip
    asked = [plan_inputs.instance(rows, None) for rows in read]
    assert asked == [plan_inputs.instance(plan_inputs.gather(owner, TODAY), None) for owner in every]


@pytest.mark.parametrize("day", [-400, -4, 0])
def test_an_hour_is_worth_what_it_was_that_day(nora: Owner, day: int) -> None:
    with_everything(nora)
    on = TODAY + timedelta(days=day)
    assert plan_inputs.gather(nora, on).hour_value == nora.hour_value(on)


def test_more_owners_take_one_query_more_each(nora: Owner, bea: Owner) -> None:
    every = [with_everything(owner) for owner in (nora, bea, an_owner())]
    counts = []
    for count in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            for rows in plan_inputs.gather_all(every[:count], TODAY):
                assert {person.owner.pk for person in rows.people} == {rows.owner.pk}
        counts.append(len(queries))
    assert counts[1] - counts[0] == 2
