"""Sending what was claimed, and writing down what became of it: one email, or many that go out at one time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError

from assistants.models import OutgoingEmail
from tasks import clock

from . import breaker, caps, claims, faults, messages, wanted
from .claims import Done, State
from .smtp import Away, BrokenOff, Mailer, Refused, Silence, Withheld

logger = logging.getLogger(__name__)
# With the waits of BACKOFF that is five days, as long as mail servers go on.
MOST_TRIES = 44
# What mail servers that write no enhanced status say of an address (RFC 5321, 4.2.2).
UNKNOWN_HERE = (550, 551, 553)


class Ready(NamedTuple):
    """An email as the mail server gets it."""

    email: OutgoingEmail
    sender: str
    to: str
    raw: bytes


def deliver(email: OutgoingEmail, mailer: Mailer, *, done: Done) -> bool:
    """Send a claimed email and write down what became of it; False when the mail server is to be left alone."""
    ready = prepare(email, claims.claimed_at(email), done=done)
    if ready is None or settings.EMAIL_KEPT:
        if ready:
            claims.finish(email, done, state=State.SENT, transport=OutgoingEmail.KEPT, trouble="")
        return True
    taken, goes_on = _send(ready, mailer, done, before_dot=lambda: claims.count_the_dot(email))
    if taken:
        breaker.mail_left(claims.finish(email, done, state=State.SENT, transport=OutgoingEmail.SMTP, trouble=""))
    return goes_on


def deliver_bulk(emails: list[OutgoingEmail], mailer: Mailer, *, done: Done) -> bool:
    """
    The same for emails of one claim, at the price of a few statements for all of them.

    A crash in the middle leaves all of them with one dot counted: whoever takes them over sends each once more, and
    that is the second copy of those that had left.
    """
    until = time.monotonic() + settings.LEASE - settings.DOT_TIMEOUT * 1.25
    ready = [each for email in emails if (each := prepare(email, claims.claimed_at(email), done=done))]
    if settings.EMAIL_KEPT:
        for each in ready:
            claims.finish(each.email, done, state=State.SENT, transport=OutgoingEmail.KEPT, trouble="")
        return True
    if not ready or not claims.count_the_dots([each.email for each in ready]):
        return True
    sent: list[OutgoingEmail] = []
    goes_on = True
    try:
        for each in ready:
            if goes_on and time.monotonic() < until:
                taken, goes_on = _send(each, mailer, done, before_dot=lambda: time.monotonic() < until)
                sent += [each.email] if taken else []
            else:
                claims.give_back(each.email, tries=each.email.tries - 1, dots=each.email.dots)
    finally:
        if sent:
            claims.finish_bulk(sent)
            breaker.mail_left(clock.now())
    return goes_on


def prepare(email: OutgoingEmail, now: datetime, *, done: Done) -> Ready | None:
    """What leaves; None if it is not wanted any more, has to wait or cannot be written, which is marked."""
    if reason := wanted.why_not(email, now):
        claims.finish(email, done, state=State.SKIPPED, trouble=reason)
        return None
    if email.tries > MOST_TRIES:  # it takes its worker down with it each time
        claims.finish(email, done, state=State.DEAD, trouble="it was tried too often")
        return None
    if caps.is_reached(email, now=now):
        claims.put_off(email, caps.WAIT, "its owner's mail of a day is used up", is_try=False)
        return None
    try:
        message = messages.compose(email)
        return Ready(email, *messages.envelope(message), messages.raw(message))
    except messages.Unwanted as reason:
        claims.finish(email, done, state=State.SKIPPED, trouble=str(reason))
    except (OperationalError, InterfaceError):
        raise  # that is not the email's doing; the lease runs out, and it is tried again
    except Exception as error:
        _cannot_be_written(email, error, done)
    return None


def _send(ready: Ready, mailer: Mailer, done: Done, *, before_dot: Callable[[], bool]) -> tuple[bool, bool]:
    """Whether it was taken, and whether to go on; all but the yes is marked."""
    email = ready.email
    goes_on = True
    try:
        mailer.deliver(ready.sender, ready.to, ready.raw, before_dot=before_dot)
    except Away as why:
        goes_on = _left_alone(email, f"no mail server: {why}")
    except BrokenOff as why:
        _broken_off(email, done, str(why))
    except Silence as why:
        _not_answered(email, done, str(why))
    except Withheld:
        claims.put_off(email, settings.BREAKER[0], "too little time was left", is_try=False, dots=email.dots)
    except Refused as no:
        goes_on = _refused(email, done, no)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        _cannot_be_written(email, error, done)
    else:
        faults.point("after_250")
        return True, True
    return False, goes_on


def _cannot_be_written(email: OutgoingEmail, error: Exception, done: Done) -> None:
    """What cannot be written now cannot be written later either: it is not tried in a loop."""
    logger.error("email %s cannot be written", email.pk, exc_info=error)
    trouble = f"it cannot be written ({type(error).__name__})"
    claims.finish(email, done, state=State.DEAD, trouble=trouble)


def _left_alone(email: OutgoingEmail, why: str, **fields: Any) -> bool:
    until = breaker.rest(why, now=clock.now())
    claims.give_back(email, due_at=until, tries=email.tries - 1, trouble=why, **{"dots": email.dots} | fields)
    return False


def _broken_off(email: OutgoingEmail, done: Done, why: str) -> None:
    """The others are tried meanwhile: what happens to one email again and again must not stop them."""
    breaks = email.breaks + 1
    if breaks >= MOST_TRIES:
        claims.finish(email, done, state=State.DEAD, trouble=f"the line broke off for five days ({why})")
        return
    wait = settings.BACKOFF[min(breaks, len(settings.BACKOFF)) - 1]
    trouble = f"the line broke off ({why})"
    claims.put_off(email, wait, trouble, is_try=False, dots=email.dots, breaks=breaks)


def _not_answered(email: OutgoingEmail, done: Done, why: str) -> None:
    """It may have been taken. One copy more is worth it after a while; a third never."""
    if email.dots + 1 >= OutgoingEmail.MOST_DOTS:
        claims.finish(email, done, state=State.UNKNOWN, trouble="no answer, twice")
    else:
        claims.put_off(email, settings.SILENCE, f"no answer ({why})", is_try=True)


def _refused(email: OutgoingEmail, done: Done, no: Refused) -> bool:
    # Nothing was taken, so the dot that was counted is none.
    fields = {"last_code": no.code, "dots": email.dots}
    if no.at == "mail":
        return _left_alone(email, f"no mail server: {no}", **fields)
    if no.code < 500 and email.tries >= MOST_TRIES:
        claims.finish(email, done, state=State.DEAD, trouble="it was put off for five days", **fields)
    elif no.code < 500:
        waits = settings.BACKOFF
        claims.put_off(email, waits[min(email.tries, len(waits)) - 1], str(no), is_try=True, **fields)
    elif no.at == "rcpt" and (no.status.startswith("5.1.") or (not no.status and no.code in UNKNOWN_HERE)):
        claims.finish(email, done, state=State.DEAD, trouble="the address was refused", **fields)
    elif breaker.refused(email.owner_id, email.to_email, is_again=(email.last_code or 0) >= 500):
        return _left_alone(email, f"it refuses all mail: {no}", **fields)
    elif (email.last_code or 0) >= 500:
        claims.finish(email, done, state=State.DEAD, trouble=f"the mail server refused it ({no.code})", **fields)
    else:
        # Whether it is this email or all of them, the next ones tell.
        claims.put_off(email, settings.BACKOFF[0], str(no), is_try=False, **fields)
    return True
