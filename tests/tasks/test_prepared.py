"""Prepared queries: they answer what their querysets would, and are written once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import DateField, F, QuerySet
from django.test.utils import CaptureQueriesContext

from tasks import recent, routine
from tasks.models import BestHour, Owner, Task
from tasks.prepared import Prepared, PreparedUpdate, given
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def best_hours() -> QuerySet[BestHour]:
    since = given("since", DateField())
    return BestHour.objects.filter(owner_id=given("owner"), starts_on__gte=since).order_by("starts_on")


@pytest.fixture
def worths(nora: Owner, bea: Owner) -> None:
    nora.best_hours.all().delete()
    for days, amount in enumerate(("80.00", "90.10", "100.25")):
        BestHour.objects.create(owner=nora, starts_on=DAY + timedelta(days=days), amount=Decimal(amount))
    BestHour.objects.create(owner=bea, starts_on=DAY, amount=Decimal("7.77"))


@pytest.mark.usefixtures("worths")
def test_rows_are_those_of_the_queryset_with_the_values_of_each_call(nora: Owner, bea: Owner) -> None:
    prepared = Prepared(lambda: best_hours().values_list("starts_on", "amount"))
    for owner in (nora, bea, nora):
        for since in (DAY, DAY + timedelta(days=1), DAY + timedelta(days=9)):
            there = owner.best_hours.filter(starts_on__gte=since).order_by("starts_on")
            wanted = list(there.values_list("starts_on", "amount"))
            assert prepared.rows(owner=owner.pk, since=since) == wanted
    assert prepared.flat(owner=bea.pk, since=DAY) == [DAY]


@pytest.mark.usefixtures("worths")
def test_objects_are_the_models_own_and_can_be_saved(nora: Owner) -> None:
    first, *_ = found = Prepared(best_hours).objects(owner=nora.pk, since=DAY)
    assert found == list(nora.best_hours.order_by("starts_on"))
    assert vars(first) | {"_state": None} == vars(BestHour.objects.get(pk=first.pk)) | {"_state": None}
    first.amount = Decimal(1)
    first.save()
    assert nora.best_hours.get(pk=first.pk).amount == 1


def test_it_is_written_once_and_executed_at_each_call(nora: Owner) -> None:
    written = []

    def build() -> QuerySet[Task]:
        written.append(1)
        return Task.objects.filter(owner_id=given("owner"))

    prepared = Prepared(build)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            prepared.objects(owner=nora.pk)
    assert (len(written), len(asked)) == (1, 3)


@pytest.mark.usefixtures("worths")
def test_objects_come_with_related_ones_and_with_what_was_added(nora: Owner) -> None:
    prepared = Prepared(lambda: best_hours().select_related("owner").annotate(double=F("amount") * 2))
    (first, *_), wanted = prepared.objects(owner=nora.pk, since=DAY), nora.best_hours.earliest("starts_on")
    with CaptureQueriesContext(connection) as asked:
        assert (first, first.owner, first.owner.name) == (wanted, nora, nora.name)
        assert first.double == wanted.amount * 2
    assert not asked.captured_queries


def test_values_are_no_objects(nora: Owner) -> None:
    with pytest.raises(TypeError, match="gives rows"):
        Prepared(lambda: best_hours().values_list("pk")).objects(owner=nora.pk, since=DAY)


@pytest.mark.usefixtures("worths")
def test_an_update_writes_what_is_given_to_the_rows_of_its_query_and_says_how_many(nora: Owner, bea: Owner) -> None:
    amount = given("amount", BestHour._meta.get_field("amount"))
    prepared = PreparedUpdate(lambda: (best_hours(), {"amount": amount, "starts_on": F("starts_on")}))
    since = DAY + timedelta(days=1)
    assert prepared.run(owner=nora.pk, since=since, amount=Decimal("3.20")) == 2
    assert prepared.run(owner=nora.pk, since=DAY + timedelta(days=9), amount=Decimal(5)) == 0
    amounts = nora.best_hours.order_by("starts_on").values_list("amount", flat=True)
    assert [str(each) for each in amounts] == ["80.00", "3.20", "3.20"]
    assert bea.best_hours.get(starts_on=DAY).amount == Decimal("7.77")


def test_a_value_of_none_is_refused_for_it_would_find_nothing(nora: Owner) -> None:
    with pytest.raises(ValueError, match="since is None"):
        Prepared(best_hours).rows(owner=nora.pk, since=None)


def test_a_task_comes_with_its_flags_amounts_and_days_as_the_orm_has_them(nora: Owner) -> None:
    task = factories.a_task(owner=nora, only_me=True, only_me_reason="I sign", hour_earns=Decimal("12.50"))
    factories.a_task(owner=nora, name="Fax", retired_on=DAY)
    factories.a_task(owner=nora, name="Design", is_best_work=True)
    every = routine.every(nora)
    assert [vars(each) | {"_state": None} for each in every] == [
        vars(each) | {"_state": None} for each in Task.objects.filter(owner=nora).routine()
    ]
    assert task in every
    assert len(every) == nora.tasks.routine().count()


def test_entries_of_some_days_come_as_rows_with_both_ends(nora: Owner) -> None:
    task = factories.a_task(owner=nora)
    for days in range(4):
        factories.an_entry(task=task, day=DAY + timedelta(days=days), seconds=60)
    found = recent.rows(nora, DAY + timedelta(days=1), DAY + timedelta(days=2))
    assert sorted(row[2] for row in found) == [DAY + timedelta(days=1), DAY + timedelta(days=2)]
