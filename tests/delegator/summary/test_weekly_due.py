"""When the weekly summary is written: Monday at 7 where the owner lives, once a week, whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries

from assistants.handoff import deliveries
from assistants.mail import messages, outbox
from assistants.models import Handoff, OutgoingEmail
from delegator.jobs import write_weekly_summaries
from delegator.models import WeeklySummary
from delegator.summary import weekly, weekly_times
from tasks.models import Owner
from tasks.weeks import Week
from tests import factories
from tests.delegator.at_once import at_once, real_database
from tests.tasks.clocks import standing_at

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


# --- When it is written -------------------------------------------------------
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
    due_at(owner, weekly_times.next_at(owner, instant(mondays[0]) - timedelta(days=1)))
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
    assert nora.next_summary_at == weekly_times.next_at(nora, now)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("back_at", "said"),
    [
        ("2026-10-12T14:09", ""),
        ("2026-10-13T13:00", ""),
        # Off from Sunday evening to Thursday noon; then for five weeks.
        ("2026-10-15T19:00", "This email is late: it was due on Monday 12 October, 7 am."),
        (
            "2026-11-17T19:00",
            "This email is late: it was due on Monday 12 October, 7 am. "
            "The weeks in between have none, and stand under Week.",
        ),
    ],
)
def test_what_comes_more_than_a_day_after_it_was_due_says_so(nora: Owner, back_at: str, said: str) -> None:
    due_at(nora, MONDAY)
    weekly.write_due(now=instant(back_at))
    email = nora.emails.get()
    assert email.facts["late"] == said
    message = messages.compose(email)
    assert ("is late" in " ".join(str(message.body).split())) == bool(said)
    assert ("is late" in str(message.alternatives[0])) == bool(said)


@pytest.mark.django_db
def test_a_monthly_one_is_written_on_the_first_monday_of_a_month(nora: Owner) -> None:
    nora.summary_every = Owner.SummaryEvery.MONTH
    due_at(nora, weekly_times.next_at(nora, MONDAY))
    written = [n for n in range(10) if weekly.write_due(now=MONDAY + timedelta(weeks=n, hours=1))]
    assert [f"{MONDAY + timedelta(weeks=n):%d %B}" for n in written] == ["02 November", "07 December"]
    assert weeks_of(nora) == ["2026-W44", "2026-W49"]
    assert nora.emails.latest("pk").facts["schedule"] == (
        "On the first Monday at 7 am of each month, about the week before."
    )


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
def move(owner: Owner, zone: str, at: datetime) -> None:
    """By the settings page, as the owner does it."""
    client = Client()
    given = {"name": owner.name, "worth": "80", "day": "8", "currency": "USD", "time_zone": zone}
    given |= {"wants_summary": "on", "reminder_hour": "17", "timer_limit": "4", "work_days": "1"}
    with standing_at(at):
        client.force_login(owner)
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
            at, zone = pending.pop(0)
            move(owner, zone, at)
        weekly.write_due(now=now)
    assert weeks_of(owner) == ["2026-W40", "2026-W41"]


@pytest.mark.django_db
def test_who_comes_back_to_the_email_is_not_sent_the_weeks_between(nora: Owner) -> None:
    nora.wants_summary = False
    due_at(nora, MONDAY - timedelta(weeks=9))
    move(nora, "America/Phoenix", MONDAY + timedelta(days=1))
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


# --- Many at once ------------------------------------------------------------
def many(count: int) -> list[Owner]:
    """So many owners whose summary is due, in four zones, each with an hour of one task."""
    zones = ["America/Phoenix", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland"]
    owners = [due_at(factories.an_owner(time_zone=zones[n % 4]), MONDAY) for n in range(count)]
    for owner in owners:
        factories.an_entry(task=factories.a_task(owner=owner), day=WEEK.first)
    return owners


@pytest.mark.django_db
def test_more_owners_take_no_more_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """What a batch asks, with a date for each zone, and the look that finds nobody left."""
    for count in (4, 40):
        many(count)
        with django_assert_max_num_queries(22):
            assert weekly.write_due(now=MONDAY) == count


@pytest.mark.django_db
def test_more_than_a_batch_is_written_and_one_that_fails_keeps_nobody_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    owners = many(weekly.BATCH + 10)
    a_broken_row(owners[3])
    assert weekly.write_due(now=MONDAY) == len(owners) - 1
    assert [weeks_of(owner) for owner in owners].count([]) == 1
    assert len(caplog.records) == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_three_workers_give_one_to_each(tmp_path: Path) -> None:
    owners = many(weekly.BATCH + 4)
    with real_database(tmp_path):
        beat, worker = partial(weekly.write_due, now=MONDAY), partial(outbox.pump, done=deliveries.hear_of)
        outcomes = at_once(beat, beat, worker, worker, worker)
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        outbox.pump(done=deliveries.hear_of)
        for owner in owners:
            assert weeks_of(owner) == [str(WEEK)]
            email = owner.emails.get()
            assert (email.state, email.tries) == (OutgoingEmail.State.SENT, 1)


@pytest.mark.django_db
def test_next_steps_that_take_a_plan_are_what_each_would_be_told_alone() -> None:
    owners = many(5)
    for owner in owners[:4]:
        factories.an_assistant(owner=owner, hours=40)
    alone = [weekly.facts(owner, WEEK, MONDAY)["next"] for owner in owners]
    assert [step["heading"].partition(" ")[0] for step in alone] == ["Hand"] * 4 + ["Write"]
    assert weekly.write_due(now=MONDAY) == 5
    assert [owner.emails.get(kind="weekly").facts["next"] for owner in owners] == alone
