"""Holding a row, so that whoever acts on it meanwhile waits."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.models import Model

from .prepared import Prepared, given


def hold(model: type[Model], pk: int) -> None:
    """
    Let others wait who hold the same row, until the transaction ends. At most one query.

    SQLite has one writer anyway. Rows that only refer to this one can be written meanwhile.
    """
    if connection.features.has_select_for_update:
        _row(model).rows(pk=pk)


@cache
def _row(model: type[Model]) -> Prepared:
    rows = model._default_manager.select_for_update(no_key=True)
    return Prepared(lambda: rows.filter(pk=given("pk")).order_by().values_list("pk"))
