"""One clock for everything that is decided by time: leases, expiry, what is due."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """
    The database's time on Postgres, this computer's on SQLite.

    Several machines share one database, and their own clocks disagree. Called at
    the edges and passed down as `now`.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at
