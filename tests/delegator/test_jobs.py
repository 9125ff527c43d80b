"""Jobs and the database: a connection is kept from one to the next, as from request to request."""

from __future__ import annotations

import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]  # its stubs leave it out
from django.db import connection

from delegator import celery
from tasks.models import Owner

pytestmark = pytest.mark.django_db(transaction=True)


def between_two_jobs() -> None:
    DjangoWorkerFixup(celery.app).close_database()
    celery.close_old_connections()


def test_a_job_takes_over_the_connection_of_the_one_before() -> None:
    connection.ensure_connection()
    kept = connection.connection
    between_two_jobs()
    assert connection.connection is kept


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's does not break")
def test_a_connection_that_broke_is_opened_anew() -> None:
    connection.ensure_connection()
    broken = connection.connection
    broken.close()
    between_two_jobs()
    assert not Owner.objects.exists()
    assert connection.connection is not broken
