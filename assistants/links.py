"""
Private links: a row's random name and a mark that only a key outside the database can make.

`pid.mac`, with mac = HMAC-SHA256(key, "v1|purpose|pid|epoch") cut to 20 bytes. So a
dump without the key opens nothing, a retry rebuilds the same link, a link for one
purpose fails in all others, and raising the epoch revokes it.
"""

import base64
import hashlib
import hmac
import re
from typing import Literal

from django.conf import settings

from .models import Offer

Purpose = Literal["offer", "unsubscribe"]
# What a mail program may glue to the end of an address.
GLUED = ".,;:!?)>]}'\" "
SHAPE = re.compile(r"[\w-]{22}\.[\w-]{27}", re.ASCII)


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


def find_offer(given: str) -> Offer | None:
    """The offer that a link opens; None for anything that is not exactly such a link."""
    given = given.rstrip(GLUED)
    if not SHAPE.fullmatch(given):
        return None  # nothing a database should be asked for
    pid = given.partition(".")[0]
    offer = (
        Offer.objects.select_related("handoff__task", "handoff__owner", "assistant", "terms").filter(pid=pid).first()
    )
    # An unknown name does the same work as a known one, so time tells nothing.
    known = proves(given, "offer", pid, offer.epoch if offer else 0)
    return offer if known else None


def _mac(key: str, purpose: str, pid: str, epoch: int) -> str:
    message = f"v1|{purpose}|{pid}|{epoch}".encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()[:20]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
