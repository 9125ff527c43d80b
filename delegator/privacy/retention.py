"""
What is not kept for ever, and the sweep that removes it, a few hundred rows at a time.

README, "What is kept and how long", says all of it; what is kept for minutes or days only is removed where it is
written (`nonces`, `sessions`, `limits`). What is here may run twice, or at the same time in two workers:
what is gone is not found again. Hand-offs' events are the proof of what was agreed, and no sweep touches them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from assistants.models import OutgoingEmail
from delegator.models import ClosedLink
from tasks.models import Owner, TimeFile

from . import closing

logger = logging.getLogger(__name__)
# Rows that one run removes.
MOST = 500
# Accounts are whole trees of rows.
MOST_ACCOUNTS = 20
# How long a sign-up waits for its address to be confirmed.
UNCONFIRMED = timedelta(days=30)
# How long a file of hours waits to be added.
TIME_FILES = timedelta(days=7)

Forget = Callable[[datetime, int], int]


def prune(*, now: datetime, most: int = MOST) -> dict[str, int]:
    """Remove what is over, at most that many rows; how many of what."""
    removed: dict[str, int] = {}
    for what, forget in KINDS.items():
        left = most - sum(removed.values())
        if left <= 0:
            break
        try:
            with transaction.atomic():
                count = forget(now, left)
        except Exception:  # one kind's trouble is not the others'
            logger.exception("%s could not be removed", what)
        else:
            removed |= {what: count} if count else {}
    if removed:
        logger.info("removed: %s", ", ".join(f"{what} {count}" for what, count in removed.items()))
    return removed


def _last_letters(now: datetime, most: int) -> int:
    return closing.forget(now=now, most=most)


def _emails(now: datetime, most: int) -> int:
    """Those that are over, with their text; what an assistant agreed to stands in the terms and events."""
    old = OutgoingEmail.objects.filter(written_at__lt=now - timedelta(days=settings.KEEP_EMAIL_DAYS))
    return _remove(old.over().order_by("written_at"), most)


def _operators_log(now: datetime, most: int) -> int:
    return _remove(LogEntry.objects.filter(action_time__lt=now - timedelta(days=settings.KEEP_EMAIL_DAYS)), most)


def _time_files(now: datetime, most: int) -> int:
    return _remove(TimeFile.objects.filter(came_at__lt=now - TIME_FILES), most)


def _closed_links(now: datetime, most: int) -> int:
    return _remove(ClosedLink.objects.filter(closed_at__lt=now - closing.LINKS_SAY_SO), most)


def _counters(now: datetime, most: int) -> int:
    """Counts of what somebody tried, whose time is over: the cache's table keeps them until it is full."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    over = f"SELECT cache_key FROM {table} WHERE expires < %s LIMIT %s"  # noqa: S608 - our own table
    at = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE cache_key IN ({over})", [at, most])  # noqa: S608
        return int(cursor.rowcount)


def _unconfirmed(now: datetime, most: int) -> int:
    """Sign-ups that nobody confirmed: the address may be somebody else's."""
    if settings.EMAIL_KEPT:
        return 0  # there is nothing to confirm
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    forgotten = Owner.objects.filter(
        ~Exists(confirmed), last_login=None, is_staff=False, is_active=True, joined_at__lt=now - UNCONFIRMED
    )
    owners = list(forgotten.order_by("pk")[: min(most, MOST_ACCOUNTS)])
    return sum(_erase_still(owner, forgotten) for owner in owners)


@transaction.atomic
def _erase_still(owner: Owner, forgotten: QuerySet[Owner]) -> bool:
    """Unless they confirmed it meanwhile."""
    EmailAddress.objects.select_for_update().filter(user=owner).first()
    if not forgotten.select_for_update(no_key=True).filter(pk=owner.pk).values("pk").first():
        return False
    closing.erase(owner)
    return True


def _remove(rows: QuerySet[Any], most: int) -> int:
    pks = list(rows.values_list("pk", flat=True)[:most])
    return rows.order_by().filter(pk__in=pks).delete()[0] if pks else 0


KINDS: dict[str, Forget] = {
    "last letters": _last_letters,
    "emails": _emails,
    "counters": _counters,
    "links of closed accounts": _closed_links,
    "the operator's log": _operators_log,
    "sign-ups nobody confirmed": _unconfirmed,
    "files nobody added": _time_files,
}
