"""An address is the same in whatever letters it is written, and no other is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from assistants.models import Assistant, NeverMail
from tasks.models import Owner
from tests.factories import NOW, an_assistant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("there", "asked", "is_same"),
    [
        ("ana@example.com", "Ana@Example.COM", True),
        ("ANA_lee@example.com", "ana_LEE@example.com", True),
        ("ana_lee@example.com", "ana.lee@example.com", False),
        ("ana.lee@example.com", "ana_lee@example.com", False),
        ("ana%@example.com", "ana.lee@example.com", False),
        ("ana@example.com", "ana@example.co", False),
    ],
)
def test_in_any_letters_and_no_other_by_a_value_and_by_a_column(
    nora: Owner, there: str, asked: str, *, is_same: bool
) -> None:
    NeverMail.objects.create(email=asked, asked_at=NOW)
    an_assistant(owner=nora, email=there)
    assert Assistant.objects.filter(email__same=asked).exists() == is_same
    assert Assistant.objects.with_stop().get().wants_no_mail == is_same
    assert NeverMail.objects.has(there) == is_same
    stopped = Assistant.objects.filter(Exists(NeverMail.objects.filter(email__same=OuterRef("email"))))
    assert stopped.exists() == is_same


@pytest.mark.parametrize("rows", [Owner.objects.all(), NeverMail.objects.all()])
def test_it_is_looked_up_in_an_index(rows: QuerySet[Any]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "an_address" in rows.filter(email__same="ana@example.com").order_by().explain()
