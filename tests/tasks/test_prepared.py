"""Prepared queries: they answer what their querysets would, and are written once."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

import psycopg2
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import DateField, F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks import recent, routine
from tasks.models import BestHour, Owner, Task
from tasks.prepared import Prepared, PreparedUpdate, given, given_fields, insert
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


def test_a_new_row_is_the_one_that_save_would_write_with_an_id_of_its_own(nora: Owner) -> None:
    rows = [BestHour(owner=nora, starts_on=DAY + timedelta(days=days), amount=Decimal("12.5")) for days in (40, 41)]
    with CaptureQueriesContext(connection) as asked:
        insert(rows[0])
    rows[1].save()
    assert len(asked) == 1
    there = [vars(BestHour.objects.get(pk=row.pk)) | {"_state": None} for row in rows]
    assert there[0] | {"id": 0, "starts_on": DAY} == there[1] | {"id": 0, "starts_on": DAY}
    rows[0].amount = Decimal(7)
    rows[0].save()  # an UPDATE: it is known to be there
    assert nora.best_hours.get(pk=rows[0].pk).amount == 7


def test_a_row_that_cannot_be_takes_its_transaction_with_it(nora: Owner) -> None:
    task = factories.a_task(owner=nora)
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(Task(owner=nora, name=task.name))
        with pytest.raises(transaction.TransactionManagementError):
            nora.tasks.count()
        transaction.set_rollback(True)


def test_what_is_written_may_be_nothing_where_the_column_allows_it(nora: Owner) -> None:
    task = factories.a_task(owner=nora, retired_on=DAY)
    fields = given_fields(Task, "retired_on", "name")
    update = PreparedUpdate(lambda: (Task.objects.filter(pk=given("pk")), fields))
    assert update.run(pk=task.pk, retired_on=None, name="Fax") == 1
    task.refresh_from_db()
    assert (task.retired_on, task.name) == (None, "Fax")
    with pytest.raises(ValueError, match="name is None"):
        update.run(pk=task.pk, retired_on=None, name=None)


def test_a_number_beyond_all_columns_finds_nothing(nora: Owner) -> None:
    there = Prepared(lambda: Task.objects.filter(owner_id=given("owner"), pk=given("pk")))
    assert there.objects(owner=nora.pk, pk=2**63) == []
    beyond = PreparedUpdate(lambda: (Task.objects.filter(pk=given("pk")), {"name": "Fax"}))
    assert beyond.run(pk=2**63) == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only Postgres keeps statements")
@pytest.mark.django_db(transaction=True)
def test_postgres_prepares_once_a_connection_with_the_constants_in_it(nora: Owner) -> None:
    factories.a_task(owner=nora, name="50% paper")
    paper = Prepared(
        lambda: Task.objects.filter(owner_id=given("owner"), name__contains="% paper").values_list("name")
    )
    for _ in range(2):
        for _ in range(2):
            assert paper.flat(owner=nora.pk) == ["50% paper"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements WHERE position('paper' in statement) > 0")
            ((kept,),) = cursor.fetchall()
        assert "$1" in kept
        assert "$2" not in kept
        connection.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only Postgres keeps statements")
@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_gone_as_it_prepares_raises_what_django_raises(nora: Owner) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()
    with closing(psycopg2.connect(**connection.get_connection_params())) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", pid)
    with pytest.raises(OperationalError):
        Prepared(lambda: Task.objects.filter(owner_id=given("owner"))).objects(owner=nora.pk)
    connection.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only Postgres keeps statements")
def test_behind_a_pooler_postgres_keeps_none(nora: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", value=True)
    with CaptureQueriesContext(connection) as asked:
        Prepared(lambda: Task.objects.filter(owner_id=given("owner"))).objects(owner=nora.pk)
    assert asked.captured_queries[0]["sql"].startswith("SELECT")


def test_a_query_that_would_keep_the_zone_of_who_asked_first_is_refused(nora: Owner) -> None:
    with timezone.override("Pacific/Auckland"), pytest.raises(ValueError, match="look for moments"):
        Prepared(lambda: Owner.objects.filter(joined_at__date=given("day", DateField()))).objects(day=DAY)


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
