"""The rows of the running site's database: all of them, to say that something changed none; some, or a change."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import psycopg2
from psycopg2 import sql

Rows = dict[str, list[str]]
# Where workers say every few seconds that they are there, and who tries links is counted: it tells nothing of anyone.
LEFT_OUT = ("assistants_pump", "delegator_tally")


def dump(url: str, *, of: str = "") -> Rows:
    """All rows as text, by table; with `of` only the tables whose names begin so."""
    with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall() if name.startswith(of) and name not in LEFT_OUT]
        rows: Rows = {}
        for table in tables:
            cursor.execute(sql.SQL("SELECT each::text FROM {} each ORDER BY 1").format(sql.Identifier(table)))
            rows[table] = [text for (text,) in cursor.fetchall()]
        return rows


def ask(url: str, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def change(url: str, statement: str, values: Sequence[object]) -> None:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
