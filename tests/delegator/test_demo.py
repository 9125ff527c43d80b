"""The demo owner: loaded once, as of any day, whole on every page, and gone without a trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from assistants import links
from assistants.models import Handoff, Offer, OutgoingEmail
from delegator import demo
from delegator.summary import weekly, weekly_times
from tasks.models import Owner
from tasks.weeks import Week
from tests import factories
from tests.delegator.pages import read

pytestmark = pytest.mark.django_db
# In Phoenix, where Nora lives, seven hours earlier.
NOWS = {
    "a Thursday afternoon": "2026-10-15T21:30",
    "a Saturday": "2026-10-17T18:00",
    "a Sunday night": "2026-10-19T05:00",
    "a Monday before 7": "2026-10-19T13:00",
    "a Monday at 7": "2026-10-19T14:00",
    "just after midnight": "2026-10-20T07:05",
    "1 January": "2027-01-01T19:00",
    "a leap day": "2028-02-29T19:00",
    "the end of a year with 53 weeks": "2026-12-31T19:00",
}


def run(*args: str) -> str:
    said = StringIO()
    call_command("demo", *args, stdout=said)
    return said.getvalue()


def counts() -> dict[type[Model], int]:
    models = [each for app in ("tasks", "assistants", "delegator") for each in apps.get_app_config(app).get_models()]
    return {model: model._default_manager.count() for model in [*models, EmailAddress]}


# --- The command -------------------------------------------------------------
def test_it_says_how_to_sign_in_as_her(client: Client) -> None:
    assert run() == "The demo owner is nora@example.com, with the password garden-by-four.\n"
    signed_in = client.post("/sign-in/", {"login": "nora@example.com", "password": "garden-by-four"})
    assert signed_in.headers["Location"] == "/"


def test_a_second_time_changes_nothing() -> None:
    run()
    before = counts(), Owner.objects.values().get()
    assert run() == ""
    assert (counts(), Owner.objects.values().get()) == before


def test_fresh_starts_over_as_of_today() -> None:
    with time_machine.travel("2026-10-15T21:30:00+00:00", tick=False):
        old = demo.load(timezone.now())
    old.tasks.all().delete()
    assert "nora@example.com" in run("--fresh")
    fresh = Owner.objects.get()
    assert fresh.pk != old.pk
    assert fresh.tasks.count() == 7
    logged = fresh.entries.latest("day").day
    assert (fresh.today(timezone.now()) - logged).days <= 2


def test_clear_leaves_no_row_of_hers_and_every_row_of_others(bea: Owner) -> None:
    factories.a_running_offer(owner=bea)
    before = counts()
    run()
    assert counts() != before
    assert run("--clear") == "The demo owner is gone.\n"
    assert counts() == before
    assert run("--clear") == "There is no demo owner.\n"


def test_fresh_and_clear_at_once_are_refused() -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        run("--fresh", "--clear")


def test_her_address_in_another_case_is_hers() -> None:
    factories.an_owner(email="NORA@EXAMPLE.COM")
    before = counts()
    assert run() == ""
    assert counts() == before


# --- What she has ------------------------------------------------------------
@pytest.mark.parametrize("now", [datetime.fromisoformat(f"{at}+00:00") for at in NOWS.values()], ids=NOWS)
def test_whenever_she_comes_her_log_her_hand_offs_and_her_summary_are_of_then(now: datetime) -> None:
    owner = demo.load(now)
    nothing_of_hers_lies_in_the_future_but_what_should(owner, now)
    she_has_a_hand_off_in_each_state_that_the_pages_show(owner, now)
    her_newest_summary_knows_nothing_of_what_came_after_it(owner)
    her_newest_summary_is_of_the_week_before_the_last_monday_at_7(owner, now)


def nothing_of_hers_lies_in_the_future_but_what_should(owner: Owner, now: datetime) -> None:
    today = owner.today(now)
    assert owner.next_summary_at == weekly_times.next_at(owner, now)
    assert max(owner.entries.values_list("day", flat=True)) <= today
    assert all(day.weekday() < 5 for day in owner.entries.values_list("day", flat=True))
    assert not OutgoingEmail.objects.filter(sent_at__gt=now).exists()
    for handoff in owner.handoffs.all():
        assert handoff.created_at <= now
        assert not handoff.events.filter(happened_at__gt=now).exists()
        assert not handoff.work.filter(day__gt=today).exists()
        assert handoff.terms.starts_on.weekday() == 0


def she_has_a_hand_off_in_each_state_that_the_pages_show(owner: Owner, now: datetime) -> None:
    states = {handoff.assistant.first_name: handoff.state for handoff in owner.handoffs.all()}
    State = Handoff.State  # noqa: N806 - a class
    assert states == {
        "Ana": State.DRAFT,
        "Priya": State.OFFERING,
        "Tomasz": State.ACTIVE,
        "Joan": State.LAPSED,
    }
    waiting = owner.handoffs.open().get()
    assert now + timedelta(days=1) < waiting.reply_by < now + timedelta(days=5)


def her_newest_summary_is_of_the_week_before_the_last_monday_at_7(owner: Owner, now: datetime) -> None:
    summary = owner.summaries.get()
    local = summary.written_at.astimezone(owner.zone)
    assert (local.weekday(), local.hour) == (0, 7)
    assert summary.written_at <= now
    assert summary.week == str(Week.of(local.date()).back())
    # And the next one comes when it is due.
    assert weekly.write_due(now=owner.next_summary_at or now) == 1


def her_newest_summary_knows_nothing_of_what_came_after_it(owner: Owner) -> None:
    summary = owner.summaries.get()
    asked_at = Offer.objects.get(assistant__name__startswith="Priya").sent_at
    assert asked_at
    assert ("to reply about social posts" in str(summary.facts)) == (asked_at < summary.written_at)
    assert "wait for your approval" not in str(summary.facts)


def test_all_her_mail_has_arrived_in_the_order_of_its_dates() -> None:
    owner = demo.load(timezone.now())
    assert set(owner.emails.values_list("state", "transport")) == {("sent", "kept")}
    for email in owner.emails.all():
        assert email.sent_at is not None
        assert email.due_at <= email.sent_at <= email.due_at + timedelta(minutes=5)


def test_her_people_live_at_addresses_that_no_mail_reaches() -> None:
    owner = demo.load(timezone.now())
    addresses = [owner.email, *owner.assistants.values_list("email", flat=True)]
    assert all(address.endswith("@example.com") for address in addresses)


def test_the_same_day_makes_the_same_log() -> None:
    def log() -> list[Any]:
        owner = demo.load(datetime(2026, 10, 15, 20, tzinfo=UTC))
        entries = list(owner.entries.order_by("day", "task__name").values_list("day", "task__name", "seconds"))
        demo.clear()
        return entries

    assert log() == log()


# --- Every page --------------------------------------------------------------
@pytest.mark.parametrize(
    "now",
    [
        datetime.fromisoformat(f"{NOWS[day]}+00:00")
        for day in ("a Thursday afternoon", "a Saturday", "a Sunday night", "a Monday before 7", "1 January")
    ],
    ids=str,
)
def test_every_page_of_hers_answers(client: Client, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        owner = demo.load(now)
        client.force_login(owner)
        seen = crawl(client, ["/", "/settings/", "/mail/", "/start/", "/plan/?budget=0", *private_links(owner)])
    assert len(seen) > 35
    assert {url: status for url, status in seen.items() if status != 200} == {}


def private_links(owner: Owner) -> list[str]:
    offers = [offer for handoff in owner.handoffs.all() for offer in handoff.offers.all()]
    return [f"/h/{links.token('offer', offer.pid, offer.epoch)}/" for offer in offers]


def crawl(client: Client, urls: list[str]) -> dict[str, int]:
    """Follow every link of ours from there, to a few of the days and weeks too, and say how each answered."""
    seen: dict[str, int] = {}
    while urls:
        url = urls.pop()
        endless = next((path for path in ("/day/", "/week/") if path in url), "")
        if url in seen or (endless and sum(endless in each for each in seen) > 5):
            continue
        response = client.get(url, follow=True)
        seen[url] = response.status_code
        if response.status_code == 200 and "html" in response.headers["Content-Type"]:
            links = [tag.attrs.get("href", "") for tag in read(response).all("a")]
            urls += [link.split("#")[0] for link in links if link.startswith("/") and not link.startswith("//")]
    return seen
