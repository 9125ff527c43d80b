"""
An email as it leaves: subject, text, HTML and headers from its row, with the links made fresh.

Every copy of a row is the same to the byte, so that a second one can be known as such.
"""

from __future__ import annotations

import hashlib
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from assistants.models import OutgoingEmail

from . import mime

# One of two mailboxes of an email is that of the last one, too, and to take one apart is slow.
FEW = 16


class Unwanted(Exception):
    """Raised by a letter when what it says no longer holds: the email is skipped, and this is why."""


def compose(email: OutgoingEmail) -> EmailMultiAlternatives:
    """The message as it leaves; raises what its letter raises."""
    values = import_string(settings.LETTERS[email.kind])(email)
    values = values | {"subject": _subject(email, values)}
    message = EmailMultiAlternatives(
        subject=values["subject"],
        body=render_to_string(f"emails/{_words(email, values)}.txt", values),
        from_email=_mailbox(values.get("sender", "Delegator"), sender_address()),
        to=[_mailbox(email.to_name, email.to_email)],
        reply_to=[_mailbox(*values["reply_to"])] if "reply_to" in values else None,
        headers=_headers(email) | values.get("headers", {}),
    )
    message.attach_alternative(render_to_string(f"emails/{_words(email, values)}.html", values), "text/html")
    return message


def raw(message: EmailMultiAlternatives) -> bytes:
    """The bytes of a message. What cannot be a header or an address is found out here."""
    # Else the boundary is drawn by lot, for each copy anew.
    return mime.written(message, f"=_{hashlib.sha256(message.extra_headers['Message-ID'].encode()).hexdigest()[:32]}")


def envelope(message: EmailMultiAlternatives) -> tuple[str, str]:
    """Who sends and who gets it, as the mail server is told; a domain with umlauts in its ASCII form."""
    (to,) = message.to
    return _envelope(message.from_email), _envelope(to)


@lru_cache(FEW)
def _envelope(mailbox: str) -> str:
    name, domain = _address(mailbox).rsplit("@", 1)
    return f"{name.encode('ascii').decode()}@{domain.encode('idna').decode()}"


def subject(email: OutgoingEmail) -> str:
    """What stands above it in a list of mail."""
    return _subject(email, import_string(settings.LETTERS[email.kind])(email))


def _subject(email: OutgoingEmail, values: dict[str, Any]) -> str:
    return " ".join(render_to_string(f"emails/{_words(email, values)}.subject.txt", values).split())


def _words(email: OutgoingEmail, values: dict[str, Any]) -> str:
    """Which templates: those of its kind, unless its letter found that there is something else to say."""
    return str(values.get("written_as", email.kind))


def _headers(email: OutgoingEmail) -> dict[str, str]:
    headers = {
        "Message-ID": message_id(email),
        "Date": format_datetime(email.written_at),
        "Auto-Submitted": "auto-generated",
    }
    if thread := _thread(email):
        headers |= {"In-Reply-To": thread, "References": thread}
    return headers


def message_id(email: OutgoingEmail) -> str:
    """The same for every copy of the row, and nobody else's."""
    return _id(email, str(email.pk), email.key)


def _thread(email: OutgoingEmail) -> str:
    """What holds together all that an assistant hears of an offer, or an owner of a hand-off; '' for the rest."""
    if email.offer_id:
        return _id(email, f"offer-{email.offer_id}", "thread")
    handoff = email.facts.get("handoff")
    return _id(email, f"handoff-{handoff}", "thread") if email.kind == "answer" and handoff else ""


def _id(email: OutgoingEmail, name: str, key: str) -> str:
    """By what is drawn by lot for each owner: a key of the installation can be changed between two copies."""
    mark = hashlib.sha256(f"{email.owner.pid}|{name}|{key}".encode()).hexdigest()[:12]
    return f"<{name}.{mark}@{sender_address().rpartition('@')[2]}>"


@lru_cache(FEW)
def _mailbox(name: str, address: str) -> str:
    # A name is text as typed: one line, and nothing in it is decoded on the way.
    plain = " ".join(name.split()).replace("=?", "= ?")
    return str(Address(display_name=plain, addr_spec=address))


def sender_address() -> str:
    """Without the name that may stand before it: each email names who it is from."""
    return _address(settings.DEFAULT_FROM_EMAIL)


@lru_cache(FEW)
def _address(mailbox: str) -> str:
    return parseaddr(mailbox)[1]
