"""Addresses are compared in whatever letters they are written."""

from __future__ import annotations

from typing import Any

from django.db.models import EmailField
from django.db.models.lookups import Exact


@EmailField.register_lookup
class SameAddress(Exact):
    """
    `email__same="Ana@Example.com"`: the question that an index on Lower("email") answers.

    `iexact` is none of its kind: on Postgres it asks for UPPER, and on SQLite it is a LIKE, to which an underscore
    in another column's address is any letter.
    """

    lookup_name = "same"

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        sql, params = super().process_lhs(compiler, connection, lhs)
        return f"LOWER({sql})", params

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= LOWER({rhs})"
