"""Both clocks of the app set to one moment: this computer's, and on Postgres the database's, which decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import time_machine
from django.db import connection

# It stands before Postgres's own in the path, and reads the moment that the connection was given.
OUR_CLOCK = """
    CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    $$ SELECT current_setting('tests.now')::timestamptz $$;
    SET search_path TO public, pg_catalog;
"""


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Until it ends it is that moment; for tests inside a transaction, which takes Postgres's clock back with it."""
    with time_machine.travel(moment, tick=False):
        before = _set_database(moment.isoformat())
        try:
            yield
        finally:
            if before:
                _set_database(before)


def _set_database(moment: str) -> str:
    """What it was set to before."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tests.now', true)")
        before: str = cursor.fetchone()[0] or ""
        if not before:
            cursor.execute(OUR_CLOCK)
        cursor.execute("SELECT set_config('tests.now', %s, false)", [moment])
    return before
