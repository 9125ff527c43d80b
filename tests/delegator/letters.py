"""One email of every kind that leaves, written by what writes it in life, and how a reader finds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html.parser import HTMLParser

from django.core.mail import EmailMultiAlternatives
from django.test import override_settings

from assistants.handoff import letters
from assistants.link import person_data, renewals
from assistants.mail import messages, outbox
from assistants.models import Assistant, OutgoingEmail
from assistants.work import weekly_notes
from delegator.account import addresses, forgotten, second_steps
from delegator.account.accounts import Adapter, tell_of_password
from delegator.ahead import ahead_reminders
from delegator.mail import reminders
from delegator.models import AheadReminder
from delegator.privacy import closing
from delegator.summary import weekly
from tasks.models import Owner
from tests import factories
from tests.assistants.handoff.test_letters import emails_of_each_kind
from tests.assistants.world import deliver
from tests.delegator.reminding import LIMIT, running, wishing
from tests.delegator.summary.test_weekly import MONDAY, WEEK, the_week
from tests.factories import NOW

# 5 pm in Phoenix, on a Thursday.
FIVE = datetime.fromisoformat("2026-10-16T00:00:00+00:00")


@dataclass
class Page(HTMLParser):
    """What is seen of an HTML email, its tags with what they are given, and where its links go."""

    html: str
    text: str = ""
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    preheader: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self.links |= {given["href"]} if "href" in given else set()

    def handle_data(self, data: str) -> None:
        tag, given = self.tags[-1] if self.tags else ("", {})
        if tag == "title" and not self.title:
            self.title = data
        elif "display:none" in given.get("style", "") and not self.preheader:
            self.preheader = data
        elif tag != "style" and self.title:
            self.text += f"{data} "

    def all(self, tag: str) -> list[dict[str, str]]:
        return [given for name, given in self.tags if name == tag]


@dataclass
class Letter:
    """An email as it leaves, with both its bodies."""

    kind: str
    message: EmailMultiAlternatives

    def __post_init__(self) -> None:
        self.text, self.html = str(self.message.body), str(self.message.alternatives[0][0])
        self.page = Page(self.html)

    @property
    def links(self) -> set[str]:
        return set(re.findall(r"https?://\S+", self.text))

    @property
    def size(self) -> int:
        return len(messages.raw(self.message))


def of(email: OutgoingEmail) -> Letter:
    return Letter(email.kind, messages.compose(email))


def of_every_kind(owner: Owner) -> list[Letter]:
    """All that is ever written; of the kinds with many variants, each."""
    emails_of_each_kind(owner)
    _to_the_assistant(factories.an_owner(name="Bea Roth"))
    _on_days_and_weeks(factories.an_owner(name="Carl Odd"))
    _on_the_account(owner)
    rows = OutgoingEmail.objects.select_related("owner", "offer__handoff", "offer__assistant")
    found = [of(email) for email in rows.order_by("pk")]
    _farewells(factories.an_owner(name="Dora Gone"))
    return found + [of(email) for email in OutgoingEmail.objects.filter(kind="closed")]


def _to_the_assistant(owner: Owner) -> None:
    """Their links, their data, their note; and the end of a hand-off as the release before wrote it."""
    ana = factories.an_assistant(owner=owner, email="ana@reyes.example.org")
    task = factories.a_task(owner=owner, name="Plant orders")
    offer = factories.a_running_offer(owner=owner, assistant=ana, task=task, starts_on=date(2026, 8, 17))
    deliver(factories.an_offer(owner=owner, assistant=ana, task=factories.a_task(owner=owner, name="Invoices")))
    renewals.ask(ana.email, now=NOW)
    renewals.answer_due(now=NOW)
    person_data.ask(offer, "export", now=NOW)
    person_data.ask(offer, "erase", now=NOW)
    to = (ana.name, ana.email)
    outbox.put("ended", owner=owner, to=to, key="ended", facts=letters.people(offer), offer=offer, now=NOW)
    factories.some_hours(offer=offer, day=date(2026, 10, 6), seconds=5400, now=MONDAY)
    Assistant.objects.filter(pk=ana.pk).update(next_note_at=MONDAY)
    weekly_notes.write_due(now=MONDAY)


def _on_days_and_weeks(owner: Owner) -> None:
    """The summary of a week that was worked out by hand, the first of an empty one, and what asks about days."""
    the_week(owner)
    weekly.write(owner, WEEK, now=MONDAY)
    weekly.write(factories.an_owner(name="Eve Blank"), WEEK, now=MONDAY)
    running(owner, name="Calls")
    reminders.ask_about_timers(now=NOW + LIMIT)
    reminders.remind(now=wishing(factories.an_owner(name="Finn Late")).next_reminder_at or NOW)
    AheadReminder.objects.create(owner=owner, month="2026-10", asked_at=NOW - timedelta(days=60))
    ahead_reminders.remind(now=NOW)


def _on_the_account(owner: Owner) -> None:
    factories.confirm(owner)
    for prefix in ("email_confirmation", "account_already_exists"):
        Adapter().send_mail(f"account/email/{prefix}", owner.email, {"user": owner})
    tell_of_password(owner)
    forgotten.ask(owner.email, now=NOW)
    forgotten.answer_due(now=NOW)
    for what in second_steps.TOLD:
        second_steps.tell(owner, what)
    addresses.ask(owner, "nora@hale.example.org", now=NOW)
    addresses.move(factories.an_owner(name="Gil Moss"), "gil@moss.example.org", now=NOW)


def _farewells(owner: Owner) -> None:
    """Written only where mail leaves: to an assistant who is owed something, and to the owner."""
    factories.confirm(owner)
    factories.some_hours(offer=factories.a_running_offer(owner=owner, now=NOW))
    with override_settings(EMAIL_KEPT=False):
        closing.close(owner, now=NOW)
