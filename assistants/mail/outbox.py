"""
The outbox: write, claim, send, mark.

Every email is a row, written in the transaction that caused it. A worker claims one
row at a time with a lease, sends it with no transaction open, and marks it. If it
dies on the way the lease runs out and another worker takes the row: at least once,
under the same Message-ID and Date.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import smtplib
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from assistants.bell import ring
from assistants.handoff import reply_times
from assistants.models import Handoff, NeverMail, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner

logger = logging.getLogger(__name__)
# Waits after the first, second, … try that failed; the last one repeats.
BACKOFF = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180)]
# Domains that exist for examples only (RFC 2606, RFC 6761): the demo's people live there.
RESERVED = (".example.com", ".example.net", ".example.org", ".example", ".invalid", ".test", ".localhost")
# How long an email waits when it is the mail server that is away.
AWAY = timedelta(seconds=30)

# Told in the same transaction when an email is sent, or can never be.
Done = Callable[[OutgoingEmail, datetime], None]


class Unwanted(Exception):
    """Raised by a letter when what it says no longer holds: the email is skipped, and this is why."""


def put(
    kind: str,
    *,
    owner: Owner,
    to: tuple[str, str],
    key: str,
    facts: Mapping[str, Any],
    now: datetime,
    due_at: datetime | None = None,
    offer: Offer | None = None,
) -> OutgoingEmail:
    """Write an email (`to` is name and address); call it inside the transaction that causes it."""
    name, address = to
    email = OutgoingEmail.objects.create(
        kind=kind,
        owner=owner,
        offer=offer,
        key=key,
        to_name=name,
        to_email=address,
        facts=dict(facts),
        written_at=now,
        due_at=due_at or now,
    )
    if email.due_at <= now:
        transaction.on_commit(lambda: ring(email.pk), robust=True)
    return email


def pump(*, done: Done) -> int:
    """Send all that is due, one at a time, while there is a mail server; how many were tried."""
    tried = 0
    with closing(get_connection()) as mailer:
        while email := claim(now=clock.now()):
            tried += 1
            if not deliver(email, mailer, done=done):
                break
    return tried


def send(email_id: int, *, done: Done) -> None:
    """Send that email now, unless it is sent already or another worker holds it."""
    if email := claim(now=clock.now(), only=email_id):
        with closing(get_connection()) as mailer:
            deliver(email, mailer, done=done)


def claim(*, now: datetime, only: int | None = None) -> OutgoingEmail | None:
    """Take the row that has waited longest, for the length of a lease; None when nothing is due."""
    due = OutgoingEmail.objects.claimable(now).order_by("due_at", "pk")
    if only is not None:
        due = due.filter(pk=only)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    with transaction.atomic():
        pk = due.values_list("pk", flat=True).first()
        if pk is None:
            return None
        # Asked again in the WHERE: SQLite has no SKIP LOCKED, and the row count decides.
        lease = secrets.token_urlsafe(16)
        held = OutgoingEmail.objects.claimable(now).filter(pk=pk)
        if not held.update(
            state=OutgoingEmail.State.SENDING,
            lease_token=lease,
            lease_until=now + timedelta(seconds=settings.LEASE),
            tries=F("tries") + 1,
        ):
            return None
    return _to_the_address_on_file(
        OutgoingEmail.objects.select_related("owner", "offer__handoff", "offer__assistant").get(pk=pk)
    )


def _to_the_address_on_file(email: OutgoingEmail) -> OutgoingEmail:
    """A letter written while the assistant's address was changed holds the old one, which must get no new link."""
    person = email.offer.assistant if email.offer else None
    if person and person.email != email.to_email:
        email.to_name, email.to_email = person.name, person.email
        email.save(update_fields=["to_name", "to_email"])
    return email


def deliver(email: OutgoingEmail, mailer: BaseEmailBackend, *, done: Done) -> bool:
    """Send a claimed email and write down what became of it; False when there is no mail server to take any."""
    if reason := _unwanted(email):
        _finish(email, done, state=OutgoingEmail.State.SKIPPED, trouble=reason)
        return True
    try:
        message = compose(email)
        message.message().as_bytes()  # headers are checked only here
    except Unwanted as reason:
        _finish(email, done, state=OutgoingEmail.State.SKIPPED, trouble=str(reason))
        return True
    except Exception as error:
        _give_up(email, error, done)
        return True
    if settings.EMAIL_KEPT:
        _finish(email, done, state=OutgoingEmail.State.SENT, transport=OutgoingEmail.KEPT, trouble="")
        return True
    try:
        mailer.open()
    except (smtplib.SMTPException, OSError) as error:
        mailer.close()
        _give_back(email, error)
        return False
    try:
        mailer.send_messages([message])
    except (smtplib.SMTPException, OSError) as error:
        mailer.close()
        if _refused_for_good(error):
            _finish(email, done, state=OutgoingEmail.State.DEAD, trouble="the address was refused")
        else:
            _try_again(email, error)
    except Exception as error:
        mailer.close()
        _give_up(email, error, done)
    else:
        _finish(email, done, state=OutgoingEmail.State.SENT, transport=OutgoingEmail.SMTP, trouble="")
    return True


def compose(email: OutgoingEmail) -> EmailMultiAlternatives:
    """The message as it leaves: same Message-ID and Date each time, links made fresh."""
    values = import_string(settings.LETTERS[email.kind])(email)
    subject = " ".join(render_to_string(f"emails/{email.kind}.subject.txt", values).split())
    headers = {
        "Message-ID": message_id(email),
        "Date": format_datetime(email.written_at),
        "Auto-Submitted": "auto-generated",
    } | values.get("headers", {})
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"emails/{email.kind}.txt", values),
        from_email=_mailbox(values.get("sender", "Delegator"), _sender_address()),
        to=[_mailbox(email.to_name, email.to_email)],
        reply_to=[_mailbox(*values["reply_to"])] if "reply_to" in values else None,
        headers=headers,
    )
    message.attach_alternative(render_to_string(f"emails/{email.kind}.html", values), "text/html")
    return message


def message_id(email: OutgoingEmail) -> str:
    """The same for every copy of the row, and nobody else's."""
    mark = hmac.new(settings.SECRET_KEY.encode(), email.key.encode(), hashlib.sha256).hexdigest()[:12]
    return f"<{email.pk}.{mark}@{_sender_address().rpartition('@')[2]}>"


def _mailbox(name: str, address: str) -> str:
    # A name is text as typed: one line, and nothing in it is decoded on the way.
    plain = " ".join(name.split()).replace("=?", "= ?")
    return str(Address(display_name=plain, addr_spec=address))


def _sender_address() -> str:
    """Without the name that may stand before it: each email names who it is from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _unwanted(email: OutgoingEmail) -> str:
    """Why the email should not leave after all; '' when it should."""
    if email.offer and email.offer.assistant.erased_at:
        return "their data was erased"
    # Their own data they get all the same: it is they who ask for it.
    if email.offer and email.kind != "data" and NeverMail.objects.filter(email__iexact=email.to_email).exists():
        return "they asked for no more mail"
    if email.kind in ("offer", "remind", "changed") and email.offer and email.offer.state not in Offer.OPEN:
        return f"the offer is {email.offer.state}"
    if email.kind == "remind" and email.offer and not reply_times.can_remind(email.offer, clock.now()):
        return "it is too late or too early to remind"
    skipped = OutgoingEmail.objects.filter(
        offer=email.offer, kind="offer", state=OutgoingEmail.State.SKIPPED, tries__lte=1
    )
    if email.kind == "withdrawn" and skipped.exists():
        return "the offer never left"
    domain = email.to_email.lower().rpartition("@")[2]
    if not settings.EMAIL_KEPT and f".{domain}".endswith(RESERVED):
        return "the address is an example"
    return ""


def _refused_for_good(error: Exception) -> bool:
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(500 <= code < 600 for code, _ in error.recipients.values())


@transaction.atomic
def _finish(email: OutgoingEmail, done: Done, *, state: str, **fields: Any) -> None:
    if email.offer:  # a hand-off's row is taken before those of its emails, else two could wait for each other
        Handoff.objects.select_for_update(no_key=True).filter(pk=email.offer.handoff_id).values("pk").first()
    now = clock.now()
    if state == OutgoingEmail.State.SENT:
        fields["sent_at"] = now
    if _mark(email, state, **fields):
        email.refresh_from_db(fields=["state"])
        done(email, now)


def _give_up(email: OutgoingEmail, error: Exception, done: Done) -> None:
    """What cannot be written now cannot be written later either: it is not tried in a loop."""
    logger.error("email %s cannot be written", email.pk, exc_info=error)
    trouble = f"it cannot be written ({type(error).__name__})"
    _finish(email, done, state=OutgoingEmail.State.DEAD, trouble=trouble)


def _give_back(email: OutgoingEmail, error: Exception) -> None:
    """The mail server does not answer: that is not the email's doing, so it uses up no try."""
    logger.warning("no mail server, next try in %s: %s", AWAY, type(error).__name__)
    _mark(
        email,
        OutgoingEmail.State.QUEUED,
        due_at=clock.now() + AWAY,
        tries=F("tries") - 1,
        trouble=f"no mail server: {type(error).__name__}",
    )


def _try_again(email: OutgoingEmail, error: Exception) -> None:
    wait = BACKOFF[min(email.tries, len(BACKOFF)) - 1]
    logger.warning("email %s not sent, next try in %s: %s", email.pk, wait, type(error).__name__)
    _mark(
        email,
        OutgoingEmail.State.QUEUED,
        due_at=clock.now() + wait,
        trouble=f"not sent yet: {type(error).__name__}",
    )


def _mark(email: OutgoingEmail, state: str, **fields: Any) -> bool:
    """Write the outcome if this worker still holds the lease; else another one has the row, and its word counts."""
    held = OutgoingEmail.objects.filter(pk=email.pk, lease_token=email.lease_token, state=OutgoingEmail.State.SENDING)
    marked = held.update(state=state, lease_until=None, **fields) == 1
    if not marked:
        logger.warning("email %s was taken over by another worker", email.pk)
    return marked
