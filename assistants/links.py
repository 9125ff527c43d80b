"""
Private links: a row's random name and a mark that only a key outside the database can make.

`pid.mac`, with mac = HMAC-SHA256(key, "v1|purpose|pid|epoch") cut to 20 bytes. So a
dump without the key opens nothing, a retry rebuilds the same link, a link for one
purpose fails in all others, and raising the epoch revokes it. A link that is good for
a while only names its instant of issue too, `pid.seconds.mac`, which the mark covers.
"""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.conf import settings

from .models import Offer

Purpose = Literal["offer", "unsubscribe", "made", "export", "erase"]
# What a mail program may glue to the end of an address.
GLUED = ".,;:!?)>]}'\" "
SHAPE = re.compile(r"[\w-]{22}\.[\w-]{27}", re.ASCII)
DATED = re.compile(r"[\w-]{22}\.\d{10}\.[\w-]{27}", re.ASCII)
# How long a dated link is good.
A_DAY = timedelta(hours=24)


def token(purpose: Purpose, pid: str, epoch: int = 0) -> str:
    """Made with the newest key; links of older keys stay good while the key is listed."""
    return f"{pid}.{_mac(settings.LINK_KEYS[0], purpose, pid, epoch)}"


def absolute(path: str) -> str:
    """An address for an email, from SITE_URL and never from a request."""
    return f"{settings.SITE_URL}{path}"


def proves(given: str, purpose: Purpose, pid: str, epoch: int = 0) -> bool:
    """Whether the token was made here for that row and purpose; takes the same time for each wrong one."""
    mac = given.partition(".")[2].encode()
    marks = [_mac(key, purpose, pid, epoch).encode() for key in settings.LINK_KEYS]
    return any([hmac.compare_digest(mark, mac) for mark in marks])  # noqa: C419 - compares with every key


def find_offer(given: str, purpose: Purpose = "offer") -> Offer | None:
    """The offer that a link for that purpose names; None for anything that is not exactly such a link."""
    given = given.rstrip(GLUED)
    if not SHAPE.fullmatch(given):
        return None  # nothing a database should be asked for
    pid = given.partition(".")[0]
    offer = _named(pid)
    # An unknown name does the same work as a known one, so time tells nothing.
    known = proves(given, purpose, pid, offer.epoch if offer else 0)
    # Where the data was erased there is no page, though the app itself could still make a link to it.
    return offer if known and offer and offer.assistant.erased_at is None else None


def dated_token(purpose: Purpose, offer: Offer, at: datetime) -> str:
    """A link about an offer that is good for a day from that instant; the same each time it is made."""
    name = f"{offer.pid}.{int(at.timestamp())}"
    return f"{name}.{_mac(settings.LINK_KEYS[0], purpose, name, offer.epoch)}"


def find_dated(given: str, purpose: Purpose, *, now: datetime) -> Offer | None:
    """
    The offer that a dated link is about; None for anything else, and once its day is over.

    After an erasure, which raises the epoch, the link that did it is still known, so that
    a second press of its button reads what the first did.
    """
    given = given.rstrip(GLUED)
    if not DATED.fullmatch(given):
        return None
    name, _, mac = given.rpartition(".")
    pid, _, seconds = name.partition(".")
    offer = _named(pid)
    epoch = offer.epoch - (1 if offer.assistant.erased_at else 0) if offer else 0
    known = proves(f".{mac}", purpose, name, epoch)
    is_fresh = timedelta(0) <= now - datetime.fromtimestamp(int(seconds), UTC) < A_DAY
    return offer if known and is_fresh else None


def _named(pid: str) -> Offer | None:
    offers = Offer.objects.select_related("handoff__task", "handoff__owner", "assistant", "terms")
    return offers.filter(pid=pid).first()


def _mac(key: str, purpose: str, pid: str, epoch: int) -> str:
    message = f"v1|{purpose}|{pid}|{epoch}".encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()[:20]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
