"""
How often one peer may try what is behind private links: 60 times a minute, counted in the database.

A page that opens is not counted, since looking changes nothing; what is posted there is, and an address that opens
nothing. Who has none left is refused before the link is looked at. Sign-in, sign-up and reset are limited by allauth
(ACCOUNT_RATE_LIMITS in the settings), by the same peer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import CharField, DateTimeField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac

from delegator.models import Tally
from tasks.prepared import Prepared, given

from . import peers

A_MINUTE = timedelta(minutes=1)
LOOKING = ("GET", "HEAD", "OPTIONS")
# One statement counts and decides, so that of many at once no more get through: a row that is full and whose minute
# is not over stays as it is. Django's upsert knows neither the condition nor a sum.
TAKE = """
    INSERT INTO delegator_tally AS tally (peer, since, times) VALUES (%s, %s, 1)
    ON CONFLICT (peer) DO UPDATE SET
        times = CASE WHEN tally.since <= %s THEN 1 ELSE tally.times + 1 END,
        since = CASE WHEN tally.since <= %s THEN excluded.since ELSE tally.since END
    WHERE tally.since <= %s OR tally.times < %s
"""


def _times() -> QuerySet[Tally, tuple[int]]:
    row = Tally.objects.filter(peer=given("peer", CharField()), since__gt=given("after", DateTimeField()))
    return row.values_list("times")


TIMES = Prepared(_times)


def by_link(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse who has tried too often behind /h/, with a page that says how long to wait."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/h/"):
            return get_response(request)
        peer, looks = hashed(peers.of(request)), request.method in LOOKING
        now = timezone.now()
        if is_used_up(peer, now=now) if looks else not take(peer, now=now):
            return refusal()
        response = get_response(request)
        if looks and response.status_code == 404 and not take(peer, now=now):
            return refusal()  # others of the same peer were quicker
        return response

    return middleware


def refusal() -> HttpResponse:
    page = render_to_string("link/busy.html")
    return HttpResponse(page, status=429, headers={"Retry-After": int(A_MINUTE.total_seconds())})


def take(peer: str, *, now: datetime) -> bool:
    """Count one try; False, and nothing counted, if there is none left in this minute. One statement."""
    as_field = Tally._meta.get_field("since").get_db_prep_value
    begins, over = as_field(now, connection), as_field(now - A_MINUTE, connection)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [peer, begins, over, over, over, settings.LINKS_A_MINUTE])
        return bool(cursor.rowcount)


def is_used_up(peer: str, *, now: datetime) -> bool:
    """Whether there is no try left in this minute. One query."""
    return any(times >= settings.LINKS_A_MINUTE for times in TIMES.flat(peer=peer, after=now - A_MINUTE))


def forget(*, now: datetime) -> None:
    """Remove the counts whose minute is over, so that there are never more rows than peers of two minutes."""
    Tally.objects.filter(since__lte=now - A_MINUTE).delete()


def hashed(peer: str) -> str:
    """What stands for a peer in the database: nobody's address is kept, and without the key none can be tried."""
    return salted_hmac("delegator.limits", peer, algorithm="sha256").hexdigest()
