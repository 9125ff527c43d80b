"""Mail that did not leave: what its owner sees of it, and sending it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Min, Q

from assistants.models import Handoff, OutgoingEmail
from tasks import dates
from tasks.models import Owner

from . import messages, outbox, wanted

# Mail that is a little late is no trouble.
A_WHILE = timedelta(minutes=2)
# Between the key of an email and the number of its copy.
AGAIN = "+"
# Their links are for whoever asked, at that moment.
ACCOUNT_KINDS = ("verify", "reset", "known")
# A page asks a little about each that it shows.
MOST_SHOWN = 5


class NotAgain(Exception):
    """It cannot be sent again; the message is the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An email of a hand-off that did not arrive, as its owner reads it."""

    email: OutgoingEmail
    sentence: str
    can_again: bool


def waiting_since(owner: Owner, now: datetime) -> datetime | None:
    """When the oldest email of that owner was written that should have left and has not; None when all is well."""
    late = OutgoingEmail.objects.waiting().filter(Q(due_at__lt=now - A_WHILE) | ~Q(trouble=""), owner=owner)
    since: datetime | None = late.aggregate(since=Min("written_at"))["since"]
    return since


def waits(owner: Owner, now: datetime) -> str:
    """The same as the end of a sentence, "9:02 am", with its day if that is not today; '' when all is well."""
    since = waiting_since(owner, now)
    return dates.since(since, now, owner.zone) if since else ""


def told(handoff: Handoff, now: datetime) -> list[Failure]:
    """The newest few of `failed`. One query where nothing failed."""
    return [Failure(email, _sentence(email), can_again(email, now)) for email in failed(handoff)[:MOST_SHOWN]]


def _sentence(email: OutgoingEmail) -> str:
    to = email.to_name.split(" ")[0]
    what = f"The email {_subject(email)}to {to}"
    if email.state == OutgoingEmail.State.UNKNOWN:
        return f"{what} may not have arrived: the mail server gave no answer."
    return f"{what} did not arrive: {email.trouble}."


def _subject(email: OutgoingEmail) -> str:
    try:
        return f"“{messages.subject(email)}” "
    except Exception:  # what could not be written has none, and says so by its trouble
        return ""


def failed(handoff: Handoff) -> list[OutgoingEmail]:
    """What of a hand-off's mail to others did not arrive, or may not have, and was not sent again; newest first."""
    emails = OutgoingEmail.objects.filter(offer__handoff=handoff).select_related("offer__assistant", "offer__handoff")
    bad = [email for email in emails.order_by("-pk") if email.state in OutgoingEmail.FAILED]
    return [email for email in bad if not _copies(email, emails)]


def can_again(email: OutgoingEmail, now: datetime) -> bool:
    """Whether sending it again makes sense: what it says still holds."""
    return email.state in OutgoingEmail.FAILED and not wanted.why_not(email, now)


def again(email: OutgoingEmail, *, now: datetime) -> OutgoingEmail:
    """Write it once more, as an email of its own; NotAgain if it did not fail, was sent again, or is not wanted."""
    if email.state not in OutgoingEmail.FAILED:
        raise NotAgain("It did not fail.")
    if email.kind in ACCOUNT_KINDS:
        raise NotAgain("It is not sent again: whoever asked for it can ask anew.")
    if reason := wanted.why_not(email, now):
        raise NotAgain(f"It is not sent again: {reason}.")
    if _copies(email, OutgoingEmail.objects.filter(key__startswith=_first_key(email))):
        raise NotAgain("It has been sent again already.")
    first, _, number = email.key.partition(AGAIN)
    to, key = (email.to_name, email.to_email), f"{first}{AGAIN}{int(number or 0) + 1}"
    try:
        with transaction.atomic():
            return outbox.put(
                email.kind, owner=email.owner, to=to, key=key, facts=email.facts, offer=email.offer, now=now
            )
    except IntegrityError:
        raise NotAgain("It has been sent again already.") from None


def _first_key(email: OutgoingEmail) -> str:
    return email.key.partition(AGAIN)[0]


def _copies(email: OutgoingEmail, among: Iterable[OutgoingEmail]) -> bool:
    return any(each.pk > email.pk and _first_key(each) == _first_key(email) for each in among)
