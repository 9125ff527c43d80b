"""An empty work day: mentioned once, to who asked for that, at their hour, and not when it is no longer empty."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from delegator.jobs import remind
from delegator.mail import reminders
from tasks import clock, dates
from tasks.models import Owner
from tasks.workdays import WorkDays
from tests.delegator.at_once import at_once, real_database
from tests.delegator.reminding import (
    DAY,
    FIVE,
    MINUTE,
    SECOND,
    both_texts,
    html_of,
    instant,
    message_to,
    outcome,
    paths_in,
    running,
    wishing,
    written,
)
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner

# Monday to Friday, and never off.
OFFICE = WorkDays("12345")


# --- When a reminder is due --------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "hour", "dues"),
    [
        # Thursday, Friday, Monday.
        ("America/Phoenix", 17, ["2026-10-16T00:00", "2026-10-17T00:00", "2026-10-20T00:00"]),
        # The clocks of Berlin go back on the Sunday between.
        ("Europe/Berlin", 17, ["2026-10-22T15:00", "2026-10-23T15:00", "2026-10-26T16:00"]),
        # Friday 24 April has no midnight in Cairo: the first instant of that day is 1 am.
        ("Africa/Cairo", 0, ["2026-04-22T22:00", "2026-04-23T22:00", "2026-04-26T21:00"]),
        # Friday 27 March has no 2 am in Jerusalem.
        ("Asia/Jerusalem", 2, ["2026-03-26T00:00", "2026-03-27T00:00", "2026-03-29T23:00"]),
        # Sunday 6 September has no midnight in Santiago, and no reminder either.
        ("America/Santiago", 0, ["2026-09-03T04:00", "2026-09-04T04:00", "2026-09-07T03:00"]),
        # Friday 30 December 2011 was left out on Samoa.
        ("Pacific/Apia", 17, ["2011-12-30T03:00", "2012-01-02T03:00", "2012-01-03T03:00"]),
        # Sunday 4 October has no 2 am on Lord Howe, by half an hour.
        ("Australia/Lord_Howe", 2, ["2026-10-01T15:30", "2026-10-04T15:00", "2026-10-05T15:00"]),
    ],
)
def test_it_is_due_at_the_owners_hour_on_each_work_day(zone: str, hour: int, dues: list[str]) -> None:
    owner = Owner(time_zone=zone, reminder_hour=hour)
    first, second, third = map(instant, dues)
    assert reminders.next_at(owner, OFFICE, first - SECOND) == first
    assert reminders.next_at(owner, OFFICE, first) == second
    assert reminders.next_at(owner, OFFICE, second) == third


@given(
    zone=st.sampled_from(dates.zones()),
    hour=st.integers(0, 23),
    now=st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - st adds it
)
def test_in_every_zone_it_is_the_first_such_hour_after_now(zone: str, hour: int, now: datetime) -> None:
    owner, place = Owner(time_zone=zone, reminder_hour=hour), ZoneInfo(zone)
    due = reminders.next_at(owner, OFFICE, now)
    local = due.astimezone(place)
    assert now < due
    assert local.weekday() < 5
    wished = datetime.combine(local.date(), time(hour))
    assert local.replace(tzinfo=None) >= wished
    if local.replace(tzinfo=None) != wished:
        # Only where the clocks leave it out, and then no instant of the gap is left.
        just_before = (due - SECOND).astimezone(place)
        assert just_before.replace(tzinfo=None) < wished
    back = local.date() - DAY
    while back.weekday() >= 5:
        back -= DAY
    assert datetime.combine(back, time(hour), place).astimezone(UTC) <= now


@pytest.mark.django_db
def test_a_day_whose_hour_does_not_exist_is_reminded_of_in_its_first_instant() -> None:
    owner = wishing(an_owner(time_zone="Africa/Cairo"), instant("2026-04-23T22:00"), hour=0)
    assert reminders.remind(now=instant("2026-04-23T21:59")) == 0
    assert reminders.remind(now=instant("2026-04-23T22:00")) == 1
    assert written(owner) == ["2026-04-24"]
    assert message_to(owner).subject == "Friday is still empty"


@pytest.mark.django_db
def test_it_comes_once_each_work_day_and_never_at_the_weekend(nora: Owner) -> None:
    wishing(nora, None)
    for half_hours in range(2 * 24 * 9):
        reminders.remind(now=instant("2026-10-14T12:00") + half_hours * 30 * MINUTE)
    assert written(nora) == [f"2026-10-{day}" for day in (14, 15, 16, 19, 20, 21, 22)]
    sent_at = {email.written_at.astimezone(nora.zone).time() for email in nora.emails.all()}
    assert sent_at == {time(17)}


@pytest.mark.django_db
def test_the_first_time_it_only_works_out_when_it_is_due(nora: Owner) -> None:
    wishing(nora, None)
    assert reminders.remind(now=FIVE + MINUTE) == 0
    nora.refresh_from_db()
    assert nora.next_reminder_at == FIVE + DAY
    assert reminders.remind(now=FIVE + DAY) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("back_at", "days"),
    [
        ("2026-10-16T06:59", ["2026-10-15"]),  # 23:59 on that day
        ("2026-10-16T07:00", []),
        ("2026-10-16T23:59", []),
        ("2026-10-17T00:00", []),  # the hour of the next day, which has its own
        ("2026-10-18T00:00", []),
        ("2026-11-12T20:00", []),
    ],
)
def test_after_an_outage_only_today_is_reminded_of(nora: Owner, back_at: str, days: list[str]) -> None:
    wishing(nora)
    now = instant(back_at)
    assert reminders.remind(now=now) == len(days)
    assert reminders.remind(now=now + SECOND) == 0
    assert written(nora) == days
    nora.refresh_from_db()
    assert nora.next_reminder_at == reminders.next_at(nora, OFFICE, now)


# --- Which day is empty ------------------------------------------------------
@pytest.mark.django_db
def test_a_day_with_time_on_it_is_not_mentioned(nora: Owner) -> None:
    wishing(nora)
    an_entry(task=a_task(owner=nora), day=TODAY, seconds=60)
    assert reminders.remind(now=FIVE) == 0
    nora.refresh_from_db()
    assert nora.next_reminder_at == FIVE + DAY


@pytest.mark.django_db
@pytest.mark.parametrize("since", [FIVE - MINUTE, FIVE - 9 * timedelta(hours=1)])
def test_a_day_on_which_a_timer_runs_is_not_mentioned(nora: Owner, since: datetime) -> None:
    wishing(nora)
    running(nora, since=since)
    assert reminders.remind(now=FIVE) == 0


@pytest.mark.django_db
def test_time_on_other_days_and_of_others_fills_no_day(nora: Owner, bea: Owner) -> None:
    wishing(nora)
    for day in (TODAY - DAY, TODAY + DAY):
        an_entry(task=a_task(owner=nora), day=day)
    an_entry(task=a_task(owner=bea), day=TODAY)
    running(bea)
    assert reminders.remind(now=FIVE) == 1
    assert (written(nora), written(bea)) == (["2026-10-15"], [])


@pytest.mark.django_db
def test_a_date_that_fell_on_a_weekend_is_not_mentioned(nora: Owner) -> None:
    """Only a zone changed behind the app's back leads there."""
    wishing(nora, FIVE + 2 * DAY)
    assert reminders.remind(now=FIVE + 2 * DAY) == 0
    nora.refresh_from_db()
    assert nora.next_reminder_at == FIVE + 4 * DAY


# --- Who gets one ------------------------------------------------------------
@pytest.mark.django_db
def test_nobody_is_reminded_who_did_not_ask_for_it(nora: Owner) -> None:
    assert not nora.wants_reminder
    Owner.objects.update(next_reminder_at=FIVE)
    assert reminders.remind(now=FIVE) == 0


@pytest.mark.django_db
def test_who_is_gone_is_not_reminded(nora: Owner) -> None:
    wishing(nora)
    Owner.objects.update(is_active=False)
    assert reminders.remind(now=FIVE) == 0


@pytest.mark.django_db
@override_settings(EMAIL_KEPT=False)
def test_where_mail_leaves_only_a_verified_address_is_reminded(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        wishing(owner)
    address = EmailAddress.objects.create(user=nora, email=nora.email, primary=True, verified=False)
    assert reminders.remind(now=FIVE) == 0
    address.verified = True
    address.save()
    assert reminders.remind(now=FIVE + MINUTE) == 1
    assert (written(nora), written(bea)) == (["2026-10-15"], [])


# --- A move, another hour ----------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moves", "days"),
    [
        # Reminded of Thursday in Berlin at 5 pm, and then in Los Angeles, where it is Thursday morning.
        ([("2026-10-15T15:01", "America/Los_Angeles", 17)], ["14", "15", "16"]),
        # Just before: then it is at 5 pm of Los Angeles.
        ([("2026-10-15T14:59", "America/Los_Angeles", 17)], ["14", "15", "16"]),
        # In Auckland it is Friday 4 am.
        ([("2026-10-15T15:01", "Pacific/Auckland", 17)], ["14", "15", "16"]),
        # In Auckland Thursday is over.
        ([("2026-10-15T14:59", "Pacific/Auckland", 17)], ["14", "16"]),
        # There and back again on one day, over the line.
        (
            [("2026-10-15T15:01", "Pacific/Kiritimati", 17), ("2026-10-15T15:05", "Pacific/Pago_Pago", 17)],
            ["14", "15", "16"],
        ),
        # Another hour of the same day, when its reminder has come.
        ([("2026-10-15T15:01", "Europe/Berlin", 20)], ["14", "15", "16"]),
        ([("2026-10-15T15:01", "Europe/Berlin", 20), ("2026-10-15T17:30", "Europe/Berlin", 22)], ["14", "15", "16"]),
    ],
)
def test_no_change_of_zone_or_hour_gives_two_reminders_on_one_day(
    moves: list[tuple[str, str, int]], days: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    owner = wishing(an_owner(time_zone="Europe/Berlin"), instant("2026-10-14T15:00"))
    beats = [instant("2026-10-14T14:00") + n * 10 * MINUTE for n in range(6 * 24 * 3)]
    pending = [(instant(at), zone, hour) for at, zone, hour in moves]
    for now in beats:
        while pending and pending[0][0] <= now:
            at, owner.time_zone, owner.reminder_hour = pending.pop(0)
            reminders.plan(owner, now=at)
            owner.save(update_fields=["time_zone", "reminder_hour", "next_reminder_at"])
        reminders.remind(now=now)
    assert written(owner) == [f"2026-10-{day}" for day in days]
    assert not caplog.records


@pytest.mark.django_db
def test_who_no_longer_wants_any_has_no_date_and_who_does_again_has_the_next(nora: Owner) -> None:
    wishing(nora).wants_reminder = False
    reminders.plan(nora, now=NOW)
    assert nora.next_reminder_at is None
    nora.wants_reminder = True
    reminders.plan(nora, now=NOW)
    assert nora.next_reminder_at == FIVE


@pytest.mark.django_db
def test_it_leads_straight_to_the_day_and_says_how_to_stop_it(nora: Owner, client: Client) -> None:
    wishing(nora)
    reminders.remind(now=FIVE)
    message = message_to(nora)
    assert message.subject == "Thursday is still empty"
    for said in both_texts(message):
        assert "A minute now saves guessing later." in said
        assert re.search("Open Thursday[’']s sheet", said)
        assert "On work days at 5 pm, only while the day is empty." in said
    headers = message.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = headers["List-Unsubscribe"].strip("<>").removeprefix(configured.SITE_URL)
    for text in (str(message.body), html_of(message)):
        assert paths_in(text) == ["/day/2026-10-15/", "/settings/", stop]
    # The row holds no link and no secret.
    assert nora.emails.get().facts == {"day": "2026-10-15", "weekday": "Thursday", "hour": "5 pm"}
    assert client.post(stop).status_code == 200
    nora.refresh_from_db()
    assert (nora.wants_reminder, nora.wants_summary) == (False, True)


@pytest.fixture
def reminded() -> Owner:
    """Reminded of today by the real clock, which is what a worker looks at; it is noon there, far from midnight."""
    owner = wishing(an_owner(time_zone=f"Etc/GMT{clock.now().hour - 12:+d}"), FIVE)
    # They work every day, so that it makes no difference which day it is.
    owner.work_days = "1234567"
    owner.save()
    thursday = reminders.next_at(owner, OFFICE, FIVE - DAY)
    Owner.objects.filter(pk=owner.pk).update(next_reminder_at=thursday)
    assert reminders.remind(now=thursday) == 1
    say(owner, owner.today(clock.now()))
    return owner


def say(owner: Owner, day: date) -> None:
    email = owner.emails.get()
    email.facts["day"] = day.isoformat()
    email.save()


@pytest.mark.django_db
def test_it_is_sent_while_the_day_is_empty_and_can_be_read_after_that(reminded: Owner) -> None:
    assert outcome(reminded) == ("sent", "")
    an_entry(task=a_task(owner=reminded), day=reminded.today(clock.now()))
    assert "is still empty" in str(message_to(reminded).subject)


@pytest.mark.django_db
def test_a_day_that_was_filled_while_the_email_waited_is_not_mentioned(reminded: Owner) -> None:
    an_entry(task=a_task(owner=reminded), day=reminded.today(clock.now()))
    assert outcome(reminded) == ("skipped", "the day has time")


@pytest.mark.django_db
def test_a_timer_that_was_started_while_the_email_waited_stops_it(reminded: Owner) -> None:
    running(reminded, since=clock.now())
    assert outcome(reminded) == ("skipped", "a timer runs")


@pytest.mark.django_db
def test_a_day_that_ended_while_the_email_waited_is_not_mentioned(reminded: Owner) -> None:
    say(reminded, reminded.today(clock.now()) - DAY)
    assert outcome(reminded) == ("skipped", "the day is over")


@pytest.mark.django_db
def test_who_stopped_them_while_one_waited_does_not_get_it(reminded: Owner) -> None:
    Owner.objects.update(wants_reminder=False)
    assert outcome(reminded) == ("skipped", "they asked for no more reminders")


# --- Whatever happens --------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_remind_once(nora: Owner, bea: Owner, tmp_path: Path) -> None:
    for owner in (nora, bea):
        wishing(owner)
    with real_database(tmp_path):
        beat = partial(reminders.remind, now=FIVE)
        counts = at_once(beat, beat)
        assert sum(count for count in counts if isinstance(count, int)) == 2, counts
        for owner in (nora, bea):
            assert written(owner) == ["2026-10-15"]


@pytest.mark.django_db(transaction=True)
def test_who_chooses_another_hour_while_being_reminded_keeps_the_new_one(nora: Owner, tmp_path: Path) -> None:
    wishing(nora)

    def choose() -> None:
        nora.reminder_hour = 20
        reminders.plan(nora, now=FIVE)
        nora.save(update_fields=["reminder_hour", "next_reminder_at"])

    with real_database(tmp_path):
        at_once(partial(reminders.remind, now=FIVE), choose)
        nora.refresh_from_db()
        assert nora.next_reminder_at == FIVE + 180 * MINUTE
        reminders.remind(now=FIVE + 180 * MINUTE)
        assert written(nora) == ["2026-10-15"]


@pytest.mark.django_db
def test_the_trouble_of_one_owner_stops_nobody_else(
    nora: Owner, bea: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    for owner in (nora, bea):
        wishing(owner)
    Owner.objects.filter(pk=nora.pk).update(time_zone="Mars/Base")
    assert reminders.remind(now=FIVE) == 1
    assert f"owner {nora.pk} could not be reminded" in caplog.text
    assert (written(nora), written(bea)) == ([], ["2026-10-15"])


@pytest.mark.django_db
@pytest.mark.parametrize("owners", [1, 12])
def test_owners_who_are_not_due_cost_nothing(owners: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(owners):
        wishing(an_owner())
    with django_assert_num_queries(1):
        assert reminders.remind(now=FIVE - SECOND) == 0
    # Each in a savepoint, which is two: days off, the date moved, time, a timer, and the email in its own two.
    with django_assert_num_queries(1 + owners * 9):
        assert reminders.remind(now=FIVE) == owners


def test_beat_looks_every_minute_and_drops_a_look_that_waited_that_long() -> None:
    assert configured.CELERY_BEAT_SCHEDULE["reminders"] == {
        "task": remind.name,
        "schedule": 60,
        "options": {"expires": 60},
    }
