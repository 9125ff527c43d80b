"""What is not kept for ever: each thing goes when its time is over and not before, a few hundred rows at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from pytest_django.fixtures import Settings

from assistants import nonces
from assistants.models import HandoffEvent, Nonce, OutgoingEmail
from delegator import jobs
from delegator.models import ClosedLink
from delegator.privacy import closing, retention
from tasks import clock
from tasks.imports import adding
from tasks.models import Owner
from tests import factories
from tests.assistants.world import dump
from tests.factories import NOW

pytestmark = pytest.mark.django_db
A_SECOND = timedelta(seconds=1)
KEPT = timedelta(days=400)


def an_email(owner: Owner, *, state: str = "sent", written_at: datetime = NOW, count: int = 1) -> list[int]:
    made = OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            owner=owner, kind="answer", key=f"{state}-{written_at}-{n}", to_email="a@example.org", state=state,
            written_at=written_at, due_at=written_at,
        )
        for n in range(count)
    )  # fmt: skip
    return [email.pk for email in made]


# --- Emails ----------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["sent", "skipped", "dead", "unknown"])
def test_an_email_that_is_over_goes_after_its_time(nora: Owner, state: str) -> None:
    an_email(nora, state=state)
    assert retention.prune(now=NOW + KEPT) == {}
    assert retention.prune(now=NOW + KEPT + A_SECOND) == {"emails": 1}
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_an_email_that_waits_stays_however_old_it_is(nora: Owner, state: str) -> None:
    an_email(nora, state=state)
    assert retention.prune(now=NOW + 9 * KEPT) == {}
    assert OutgoingEmail.objects.exists()


def test_the_operator_says_how_long(nora: Owner, settings: Settings) -> None:
    settings.KEEP_EMAIL_DAYS = 31
    an_email(nora)
    assert retention.prune(now=NOW + timedelta(days=31)) == {}
    assert retention.prune(now=NOW + timedelta(days=31) + A_SECOND) == {"emails": 1}


def test_the_events_of_a_hand_off_stay_when_its_emails_go(nora: Owner) -> None:
    offer = factories.a_running_offer(owner=nora)
    factories.some_hours(offer=offer)
    number = OutgoingEmail.objects.update(state="sent")
    events = list(HandoffEvent.objects.values())
    assert retention.prune(now=NOW + KEPT + A_SECOND) == {"emails": number}
    assert not OutgoingEmail.objects.exists()
    assert list(HandoffEvent.objects.values()) == events


# --- How much at once ----------------------------------------------------------------------
def test_one_run_removes_five_hundred_rows_the_oldest_first_and_the_next_ones_the_rest(nora: Owner) -> None:
    old = an_email(nora, count=700)
    older = an_email(nora, written_at=NOW - timedelta(days=1), count=100)
    new = an_email(nora, written_at=NOW + timedelta(days=1))
    late = NOW + KEPT + A_SECOND
    assert retention.prune(now=late) == {"emails": 500}
    assert not OutgoingEmail.objects.filter(pk__in=older).exists()
    assert OutgoingEmail.objects.filter(pk__in=old).count() == 300
    assert retention.prune(now=late) == {"emails": 300}
    assert retention.prune(now=late) == {}
    assert list(OutgoingEmail.objects.values_list("pk", flat=True)) == new


def test_all_kinds_together_are_no_more_than_that(nora: Owner) -> None:
    an_email(nora, count=3)
    ClosedLink.objects.bulk_create(ClosedLink(pid=f"p{n}", epoch=0, closed_at=NOW) for n in range(5))
    late = NOW + KEPT + A_SECOND
    assert retention.prune(now=late, most=4) == {"emails": 3, "links of closed accounts": 1}
    assert retention.prune(now=late, most=4) == {"links of closed accounts": 4}


def test_where_nothing_is_over_nothing_is_written(nora: Owner) -> None:
    an_email(nora)
    before = dump()
    assert retention.prune(now=NOW) == {}
    assert dump() == before


def test_forms_that_were_sent_go_after_two_days_some_hundred_at_a_time() -> None:
    Nonce.objects.bulk_create(
        Nonce(actor="owner-1", nonce=f"form-{n}", digest="", used_at=NOW) for n in range(nonces.MOST + 1)
    )
    nonces.forget(now=NOW + nonces.KEPT)
    assert Nonce.objects.count() == nonces.MOST + 1
    nonces.forget(now=NOW + nonces.KEPT + A_SECOND)
    assert Nonce.objects.count() == 1
    nonces.forget(now=NOW + nonces.KEPT + A_SECOND)
    assert not Nonce.objects.exists()


# --- The rest --------------------------------------------------------------------------------
def test_a_count_of_tries_goes_when_its_time_is_over() -> None:
    now = clock.now()
    cache.clear()
    cache.set("short", 1, timeout=10)
    cache.set("long", 2, timeout=1000)
    assert retention.prune(now=now) == {}
    assert retention.prune(now=now + timedelta(seconds=60)) == {"counters": 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone() == (1,)
    assert cache.get("long") == 2


def test_a_link_of_a_closed_account_says_so_for_ninety_days() -> None:
    ClosedLink.objects.create(pid="x", epoch=0, closed_at=NOW)
    assert retention.prune(now=NOW + closing.LINKS_SAY_SO) == {}
    assert retention.prune(now=NOW + closing.LINKS_SAY_SO + A_SECOND) == {"links of closed accounts": 1}


def test_a_file_of_hours_that_was_not_added_goes_after_a_week(nora: Owner) -> None:
    adding.wait(nora, name="times.csv", text="Day,Time", encoding="UTF-8", now=NOW)
    assert retention.prune(now=NOW + retention.TIME_FILES) == {}
    assert retention.prune(now=NOW + retention.TIME_FILES + A_SECOND) == {"files nobody added": 1}
    assert adding.waiting(nora) is None


def test_what_the_operator_did_is_known_as_long_as_emails_are(nora: Owner) -> None:
    kind = ContentType.objects.get_for_model(Owner)
    entry = LogEntry.objects.create(user=nora, content_type=kind, object_repr="x", action_flag=CHANGE)
    LogEntry.objects.filter(pk=entry.pk).update(action_time=NOW)
    assert retention.prune(now=NOW + KEPT) == {}
    assert retention.prune(now=NOW + KEPT + A_SECOND) == {"the operator's log": 1}


def a_sign_up(**fields: object) -> Owner:
    owner = factories.an_owner()
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True)
    Owner.objects.filter(pk=owner.pk).update(joined_at=NOW, **fields)
    return owner


def test_a_sign_up_that_nobody_confirmed_goes_after_thirty_days(settings: Settings) -> None:
    settings.EMAIL_KEPT = False
    a_sign_up()
    assert retention.prune(now=NOW + retention.UNCONFIRMED) == {}
    assert retention.prune(now=NOW + retention.UNCONFIRMED + A_SECOND) == {"sign-ups nobody confirmed": 1}
    assert not Owner.objects.exists()


def test_an_account_that_was_confirmed_or_used_stays_as_does_the_operators(settings: Settings) -> None:
    settings.EMAIL_KEPT = False
    factories.confirm(a_sign_up())
    a_sign_up(last_login=NOW)
    a_sign_up(is_staff=True)
    assert retention.prune(now=NOW + KEPT) == {}
    settings.EMAIL_KEPT = True
    a_sign_up()
    assert retention.prune(now=NOW + KEPT) == {}


# --- The sweep ------------------------------------------------------------------------------------
def test_the_job_does_it_by_the_clock_of_the_database(nora: Owner) -> None:
    an_email(nora, written_at=clock.now() - KEPT - A_SECOND)
    jobs.prune()
    assert not OutgoingEmail.objects.exists()


def test_beat_rings_it(settings: Settings) -> None:
    assert "delegator.jobs.prune" in [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]


def test_the_trouble_of_one_kind_is_not_the_others(nora: Owner, caplog: pytest.LogCaptureFixture) -> None:
    ClosedLink.objects.create(pid="x", epoch=0, closed_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cache RENAME TO elsewhere")
    removed = retention.prune(now=NOW + KEPT)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO cache")
    assert removed == {"links of closed accounts": 1}
    assert "counters could not be removed" in caplog.text
