"""What the tests of the two mails about the day sheet do again and again: wish, run, write, read, send."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from assistants.handoff import deliveries
from assistants.mail import messages, outbox
from tasks import clock, timers
from tasks.models import Owner, Timer
from tests.factories import NOW, a_task

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
# What an owner has who never set another one.
LIMIT = timedelta(hours=4)
# Thursday 15 October, 5 pm in Phoenix.
FIVE = datetime.fromisoformat("2026-10-16T00:00:00+00:00")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def running(owner: Owner, *, since: datetime = NOW, name: str = "Sales") -> Timer:
    timers.start(owner, a_task(owner=owner, name=name), now=since)
    return Timer.objects.get(owner=owner)


def wishing(owner: Owner, at: datetime | None = FIVE, *, hour: int = 17) -> Owner:
    """Has asked for reminders, of which the next is due then."""
    owner.wants_reminder, owner.reminder_hour, owner.next_reminder_at = True, hour, at
    owner.save()
    return owner


def written(owner: Owner) -> list[str]:
    """The owner's emails about the day sheet, each by what makes it the same one."""
    keys = owner.emails.filter(kind__in=["timer", "reminder"]).order_by("pk").values_list("key", flat=True)
    return [key.split("-", 2)[2] for key in keys]


def outcome(owner: Owner) -> tuple[str, str]:
    """What became of the owner's one email, when a worker comes to send it now."""
    owner.emails.update(due_at=clock.now())
    outbox.pump(done=deliveries.hear_of)
    return owner.emails.values_list("state", "trouble").get()


def message_to(owner: Owner) -> EmailMultiAlternatives:
    return messages.compose(owner.emails.get())


def html_of(message: EmailMultiAlternatives) -> str:
    return str(message.alternatives[0][0])


def both_texts(message: EmailMultiAlternatives) -> list[str]:
    """The plain text and the words of the HTML, each on one line."""
    return [" ".join(re.sub("<[^>]+>", " ", text).split()) for text in (str(message.body), html_of(message))]


def paths_in(text: str) -> list[str]:
    """Where the links of an email lead, all of them on our own site."""
    found = re.findall(r"https?://[^\s\"<]*", text)
    assert all(address.startswith(settings.SITE_URL) for address in found)
    return [address.removeprefix(settings.SITE_URL) for address in found]
