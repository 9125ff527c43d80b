"""When the weekly summary is written: Monday at 7 where the owner lives, once a week, whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from assistants.models import Handoff, OutgoingEmail
from delegator import weekly
from delegator.jobs import write_weekly_summaries
from delegator.models import WeeklySummary
from tasks import dates
from tasks.models import Owner
from tasks.weeks import Week
from tests import factories
from tests.delegator.at_once import at_once, real_database

WEEK = Week(2026, 41)
# Monday 12 October at 7 in Phoenix.
MONDAY = datetime.fromisoformat("2026-10-12T14:00:00+00:00")
MINUTES = timedelta(minutes=10)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def due_at(owner: Owner, at: datetime | None) -> Owner:
    owner.next_summary_at = at
    owner.save()
    return owner


def weeks_of(owner: Owner) -> list[str]:
    return sorted(owner.summaries.values_list("week", flat=True))


# --- When it is due ----------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "mondays"),
    [
        # Each pair lies on two sides of a change of the clock; Kathmandu and Apia have none.
        ("Europe/Berlin", ["2026-10-19T05:00", "2026-10-26T06:00"]),
        ("America/New_York", ["2026-10-26T11:00", "2026-11-02T12:00"]),
        ("Australia/Lord_Howe", ["2026-09-27T20:30", "2026-10-04T20:00"]),
        ("Antarctica/Troll", ["2026-10-19T05:00", "2026-10-26T07:00"]),
        ("Africa/Cairo", ["2026-10-26T04:00", "2026-11-02T05:00"]),
        ("Asia/Kathmandu", ["2026-10-19T01:15", "2026-10-26T01:15"]),
        ("Pacific/Apia", ["2026-10-18T18:00", "2026-10-25T18:00"]),
    ],
)
def test_it_is_due_on_monday_at_7_also_where_the_clock_has_changed(zone: str, mondays: list[str]) -> None:
    owner = Owner(time_zone=zone)
    before, after = map(instant, mondays)
    assert weekly.next_at(owner, before - timedelta(days=6)) == before
    assert weekly.next_at(owner, before - timedelta(seconds=1)) == before
    assert weekly.next_at(owner, before) == after


@given(
    zone=st.sampled_from(dates.zones()),
    now=st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - st adds it
)
def test_in_every_zone_it_is_the_first_monday_at_7_after_now(zone: str, now: datetime) -> None:
    due = weekly.next_at(Owner(time_zone=zone), now)
    local = due.astimezone(ZoneInfo(zone))
    assert (local.weekday(), local.time()) == (0, time(7))
    # No Monday is left out: the one before is not after now.
    monday_before = datetime.combine(local.date() - timedelta(days=7), time(7), ZoneInfo(zone))
    assert monday_before.astimezone(UTC) <= now < due.astimezone(UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "mondays"),
    [
        ("America/Phoenix", ["2026-10-12T14:00", "2026-10-19T14:00"]),
        ("Antarctica/Troll", ["2026-10-19T05:00", "2026-10-26T07:00"]),
        ("Australia/Lord_Howe", ["2026-09-27T20:30", "2026-10-04T20:00"]),
        ("Pacific/Apia", ["2026-10-18T18:00", "2026-10-25T18:00"]),
    ],
)
def test_the_beat_writes_the_week_that_is_just_over_and_not_a_minute_early(zone: str, mondays: list[str]) -> None:
    owner = factories.an_owner(time_zone=zone)
    due_at(owner, weekly.next_at(owner, instant(mondays[0]) - timedelta(days=1)))
    expected: list[str] = []
    for monday in map(instant, mondays):
        assert weekly.write_due(now=monday - timedelta(minutes=1)) == 0
        assert weekly.write_due(now=monday) == 1
        assert weekly.write_due(now=monday + MINUTES) == 0
        expected.append(str(Week.of(owner.today(monday)).back()))
        assert weeks_of(owner) == expected


@pytest.mark.django_db
def test_a_new_owner_gets_the_first_one_on_the_next_monday(nora: Owner) -> None:
    assert nora.next_summary_at is None
    assert weekly.write_due(now=MONDAY + MINUTES) == 0
    nora.refresh_from_db()
    assert nora.next_summary_at == MONDAY + timedelta(days=7)
    assert weekly.write_due(now=MONDAY + timedelta(days=7)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("back_at", ["2026-10-15T19:00", "2026-11-12T12:00", "2027-01-04T14:00"])
def test_after_an_outage_only_the_newest_complete_week_is_written(nora: Owner, back_at: str) -> None:
    due_at(nora, MONDAY)
    now = instant(back_at)
    assert weekly.write_due(now=now) == 1
    assert weeks_of(nora) == [str(Week.of(nora.today(now)).back())]
    assert weekly.write_due(now=now + MINUTES) == 0
    nora.refresh_from_db()
    assert nora.next_summary_at == weekly.next_at(nora, now)


@pytest.mark.django_db
def test_the_job_writes_what_is_due(nora: Owner) -> None:
    due_at(nora, MONDAY)
    write_weekly_summaries()
    write_weekly_summaries()
    assert nora.summaries.count() == 1


# --- Who gets one ------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("field", ["wants_summary", "is_active"])
def test_who_wants_none_and_who_is_gone_gets_none(nora: Owner, field: str) -> None:
    setattr(nora, field, False)
    due_at(nora, MONDAY)
    assert weekly.write_due(now=MONDAY) == 0


@pytest.mark.django_db
@override_settings(EMAIL_KEPT=False)
def test_where_mail_leaves_only_a_verified_address_gets_one(nora: Owner, bea: Owner) -> None:
    due_at(nora, MONDAY)
    due_at(bea, MONDAY)
    address = EmailAddress.objects.create(user=nora, email=nora.email, primary=True, verified=False)
    assert weekly.write_due(now=MONDAY) == 0
    address.verified = True
    address.save()
    assert weekly.write_due(now=MONDAY + MINUTES) == 1
    assert weeks_of(nora) == [str(WEEK)]


@pytest.mark.django_db
def test_where_mail_stays_nothing_has_to_be_verified(nora: Owner) -> None:
    due_at(nora, MONDAY)
    EmailAddress.objects.create(user=nora, email=nora.email, primary=True, verified=False)
    assert weekly.write_due(now=MONDAY) == 1


# --- A move to another zone --------------------------------------------------
def move(owner: Owner, zone: str) -> None:
    """By the settings page, as the owner does it."""
    client = Client()
    client.force_login(owner)
    given = {"name": owner.name, "worth": "80", "day": "8", "currency": "USD", "time_zone": zone}
    given |= {"wants_summary": "on", "reminder_hour": "17", "timer_limit": "4", "work_days": "1"}
    assert client.post("/settings/", given).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moves",
    [
        [("2026-10-06T10:00", "Pacific/Auckland"), ("2026-10-08T10:00", "America/Los_Angeles")],
        # Sunday 23:59 and Monday 06:59 in Berlin, where in Auckland 7 has passed.
        [("2026-10-11T21:59", "Pacific/Auckland")],
        [("2026-10-12T04:59", "Pacific/Auckland")],
        [("2026-10-12T04:59", "America/Los_Angeles")],
        # Monday 07:01 in Berlin, when it is written already.
        [("2026-10-12T05:01", "Pacific/Auckland"), ("2026-10-12T05:02", "America/Los_Angeles")],
        [("2026-10-12T05:01", "America/Los_Angeles"), ("2026-10-12T15:00", "Pacific/Apia")],
        [("2026-10-11T20:00", "Pacific/Kiritimati"), ("2026-10-11T20:01", "Pacific/Pago_Pago")],
    ],
)
def test_who_moves_gets_each_week_once(moves: list[tuple[str, str]]) -> None:
    owner = due_at(factories.an_owner(time_zone="Europe/Berlin"), instant("2026-10-05T05:00"))
    asked = [instant("2026-10-05T05:00"), *(instant("2026-10-11T00:00") + n * MINUTES for n in range(300))]
    asked += [instant(at) + timedelta(minutes=minutes) for at, _ in moves for minutes in (-1, 1)]
    pending = [(instant(at), zone) for at, zone in moves]
    for now in sorted(asked):
        while pending and pending[0][0] <= now:
            move(owner, pending.pop(0)[1])
        weekly.write_due(now=now)
    assert weeks_of(owner) == ["2026-W40", "2026-W41"]


@pytest.mark.django_db
def test_who_comes_back_to_the_email_is_not_sent_the_weeks_between(nora: Owner) -> None:
    nora.wants_summary = False
    due_at(nora, MONDAY - timedelta(weeks=9))
    move(nora, "America/Phoenix")
    assert weekly.write_due(now=MONDAY + timedelta(days=2)) == 0
    assert weekly.write_due(now=MONDAY + timedelta(days=7)) == 1


# --- Whatever happens --------------------------------------------------------
def a_broken_row(owner: Owner) -> Handoff:
    """A running hand-off without terms, of which no summary can be made."""
    whom, task = factories.an_assistant(owner=owner), factories.a_task(owner=owner)
    return owner.handoffs.create(assistant=whom, task=task, state="active", reply_by=MONDAY, created_at=MONDAY)


@pytest.mark.django_db
def test_a_summary_that_fails_half_way_stays_due(nora: Owner, caplog: pytest.LogCaptureFixture) -> None:
    due_at(nora, MONDAY)
    broken = a_broken_row(nora)
    assert weekly.write_due(now=MONDAY) == 0
    assert f"the summary of owner {nora.pk} could not be written" in caplog.text
    assert not WeeklySummary.objects.exists()
    broken.delete()
    assert weekly.write_due(now=MONDAY + MINUTES) == 1
    assert weeks_of(nora) == [str(WEEK)]


@pytest.mark.django_db
def test_the_trouble_of_one_owner_stops_nobody_else(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        due_at(owner, MONDAY)
    a_broken_row(nora)
    assert weekly.write_due(now=MONDAY) == 1
    assert weeks_of(bea) == [str(WEEK)]


@pytest.mark.django_db
def test_a_summary_that_was_written_by_hand_is_not_written_again(nora: Owner) -> None:
    due_at(nora, MONDAY)
    weekly.write(nora, WEEK, now=MONDAY - MINUTES)
    assert weekly.write_due(now=MONDAY) == 0
    nora.refresh_from_db()
    assert nora.next_summary_at == MONDAY + timedelta(days=7)


@pytest.mark.django_db(transaction=True)
def test_two_who_write_the_same_week_at_once_write_it_once(nora: Owner, tmp_path: Path) -> None:
    with real_database(tmp_path):
        write = partial(weekly.write, nora, WEEK, now=MONDAY)
        outcomes = at_once(write, write)
        assert {type(outcome) for outcome in outcomes} == {OutgoingEmail, weekly.AlreadyWritten}
        assert weeks_of(nora) == [str(WEEK)]
        assert nora.emails.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_write_one_summary_an_owner(nora: Owner, bea: Owner, tmp_path: Path) -> None:
    for owner in (nora, bea):
        due_at(owner, MONDAY)
    with real_database(tmp_path):
        beat = partial(weekly.write_due, now=MONDAY)
        assert sum(count for count in at_once(beat, beat) if isinstance(count, int)) == 2
        for owner in (nora, bea):
            assert weeks_of(owner) == [str(WEEK)]
            assert owner.emails.filter(kind="weekly").count() == 1
