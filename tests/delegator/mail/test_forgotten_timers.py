"""A timer that was forgotten: one email asks what it was, and none when it is answered already."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from assistants.handoff import deliveries
from assistants.mail import outbox
from delegator.jobs import remind
from delegator.mail import reminders
from tasks import clock, timers
from tasks.durations import HOUR
from tasks.models import Owner, Timer
from tests.delegator.at_once import at_once, real_database
from tests.delegator.reminding import (
    DAY,
    LIMIT,
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
from tests.factories import NOW, an_owner


@pytest.mark.django_db
def test_it_is_asked_about_once_and_not_a_second_before_the_limit(nora: Owner) -> None:
    running(nora)
    assert reminders.ask_about_timers(now=NOW + LIMIT - SECOND) == 0
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 1
    assert Timer.objects.get().asked_at == NOW + LIMIT
    for later in (MINUTE, LIMIT, 9 * DAY):
        assert reminders.ask_about_timers(now=NOW + LIMIT + later) == 0
    assert written(nora) == ["20261016T013000"]


@pytest.mark.django_db
def test_each_owner_has_a_limit_and_a_timer_of_their_own(nora: Owner, bea: Owner) -> None:
    bea.timer_limit = HOUR // 2
    bea.save()
    for owner in (nora, bea):
        running(owner)
    assert reminders.ask_about_timers(now=NOW + 30 * MINUTE) == 1
    assert (len(written(nora)), len(written(bea))) == (0, 1)
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 1
    assert (len(written(nora)), len(written(bea))) == (1, 1)
    assert nora.emails.get().to_email == nora.email


@pytest.mark.django_db
def test_one_that_is_kept_is_asked_about_again_when_the_limit_has_passed_anew(nora: Owner) -> None:
    running(nora)
    kept_at = NOW + LIMIT + 20 * MINUTE
    reminders.ask_about_timers(now=NOW + LIMIT)
    timers.keep(nora, now=kept_at)
    assert reminders.ask_about_timers(now=kept_at + LIMIT - SECOND) == 0
    assert reminders.ask_about_timers(now=kept_at + LIMIT) == 1
    assert reminders.ask_about_timers(now=kept_at + 3 * LIMIT) == 0
    assert written(nora) == ["20261016T013000", "20261016T055000"]


@pytest.mark.django_db
def test_one_that_was_stopped_or_thrown_away_is_not_asked_about(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        running(owner)
    timers.stop(nora, now=NOW + LIMIT - SECOND)
    timers.discard(bea, now=NOW + LIMIT)
    assert reminders.ask_about_timers(now=NOW + 2 * LIMIT) == 0


@pytest.mark.django_db
def test_the_next_timer_is_asked_about_too(nora: Owner) -> None:
    running(nora)
    reminders.ask_about_timers(now=NOW + LIMIT)
    timers.stop_then(nora, NOW + MINUTE, now=NOW + LIMIT)
    running(nora, since=NOW + LIMIT, name="Email")
    assert reminders.ask_about_timers(now=NOW + 2 * LIMIT) == 1
    assert len(written(nora)) == 2


@pytest.mark.django_db
def test_a_later_limit_asks_anew_when_it_passes_and_an_earlier_one_does_not(nora: Owner) -> None:
    running(nora)
    reminders.ask_about_timers(now=NOW + LIMIT)
    Owner.objects.update(timer_limit=8 * HOUR)
    assert reminders.ask_about_timers(now=NOW + 2 * LIMIT - SECOND) == 0
    assert reminders.ask_about_timers(now=NOW + 2 * LIMIT) == 1
    Owner.objects.update(timer_limit=HOUR)
    assert reminders.ask_about_timers(now=NOW + 2 * LIMIT + MINUTE) == 0


@pytest.mark.django_db
def test_who_is_gone_is_not_asked(nora: Owner) -> None:
    running(nora)
    Owner.objects.update(is_active=False)
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("since", ["2026-10-15T16:02:00", "2026-10-15T16:02:59"])
def test_the_email_says_since_when_and_what_there_is_to_choose(nora: Owner, since: str) -> None:
    running(nora, since=instant(since))
    reminders.ask_about_timers(now=instant(since) + LIMIT)
    message = message_to(nora)
    assert message.subject == "Sales still runs, since 9:02 am"
    for said in both_texts(message):
        for each in (
            "It ran past your limit of 4 h, so it counts for nothing until you say which of these it is.",
            "Stopped Log it until the time you name",
            "Runs on Keep all of it",
            "No work Throw it away",
            "Say when you stopped",
        ):
            assert each in said
    assert html_of(message).count('class="btn"') == 1
    for text in (str(message.body), html_of(message)):
        assert paths_in(text) == ["/timer/", "/settings/"]


@pytest.mark.django_db
def test_after_a_night_the_email_says_on_which_day_it_was_started(nora: Owner) -> None:
    running(nora, since=instant("2026-10-15T16:02"))
    reminders.ask_about_timers(now=instant("2026-10-16T14:00"))
    assert message_to(nora).subject == "Sales still runs, since Thursday 15 October, 9:02 am"


@pytest.mark.django_db
def test_what_the_task_is_called_stays_text(nora: Owner) -> None:
    running(nora, name="<script>alert(1)</script> {{ 7|add:7 }}")
    reminders.ask_about_timers(now=NOW + LIMIT)
    message = message_to(nora)
    assert "<script" not in html_of(message)
    assert "{{ 7|add:7 }}" in html_of(message)
    assert message.subject == "<script>alert(1)</script> {{ 7|add:7 }} still runs, since 2:30 pm"


@pytest.mark.django_db
def test_it_is_sent_and_can_be_read_after_it_was_answered(nora: Owner) -> None:
    running(nora, since=clock.now() - LIMIT - MINUTE)
    reminders.ask_about_timers(now=clock.now())
    assert outcome(nora) == ("sent", "")
    timers.discard(nora, now=clock.now())
    assert "still runs" in str(message_to(nora).subject)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["stop_then", "keep", "discard", "another", "later limit"])
def test_one_that_was_answered_while_the_email_waited_is_not_sent(nora: Owner, answer: str) -> None:
    now = clock.now()
    started = running(nora, since=now - LIMIT - MINUTE).started_at
    reminders.ask_about_timers(now=now)
    if answer == "stop_then":
        timers.stop_then(nora, started + MINUTE, now=now)
    elif answer == "keep":
        timers.keep(nora, now=now)
    elif answer == "later limit":
        Owner.objects.update(timer_limit=5 * HOUR)
    else:
        timers.discard(nora, now=now)
    if answer == "another":
        running(nora, since=started - MINUTE, name="Email")
    assert outcome(nora) == ("skipped", "the timer is no longer forgotten")


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_ask_once(
    nora: Owner, bea: Owner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for owner in (nora, bea):
        running(owner)
    with real_database(tmp_path):
        beat = partial(reminders.ask_about_timers, now=NOW + LIMIT)
        counts = at_once(beat, beat)
        assert sum(count for count in counts if isinstance(count, int)) == 2, counts
        assert (len(written(nora)), len(written(bea))) == (1, 1)
        assert [each for each in caplog.records if each.name.startswith("delegator")] == []


@pytest.mark.django_db
def test_what_was_kept_and_forgotten_again_while_the_email_waited_is_one_email(nora: Owner) -> None:
    now = clock.now()
    running(nora, since=now - 3 * LIMIT)
    reminders.ask_about_timers(now=now - 2 * LIMIT)
    timers.keep(nora, now=now - LIMIT)
    reminders.ask_about_timers(now=now)
    nora.emails.update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    assert list(nora.emails.order_by("pk").values_list("state", flat=True)) == ["skipped", "sent"]


@pytest.mark.django_db(transaction=True)
def test_who_answers_while_being_asked_gets_no_email(nora: Owner, tmp_path: Path) -> None:
    now = clock.now()
    running(nora, since=now - LIMIT)
    with real_database(tmp_path):
        at_once(partial(reminders.ask_about_timers, now=now), partial(timers.keep, nora, now=now))
        assert Timer.objects.get().asked_at is None
        if nora.emails.exists():
            assert outcome(nora)[0] == "skipped"


@pytest.mark.django_db
@override_settings(EMAIL_KEPT=False)
def test_where_mail_leaves_only_a_verified_address_is_asked(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        running(owner)
    address = EmailAddress.objects.create(user=nora, email=nora.email, primary=True, verified=False)
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 0
    address.verified = True
    address.save()
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 1
    assert (len(written(nora)), len(written(bea))) == (1, 0)


@pytest.mark.django_db
def test_the_trouble_of_one_owner_stops_nobody_else(
    nora: Owner, bea: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    for owner in (nora, bea):
        running(owner)
    Owner.objects.filter(pk=nora.pk).update(time_zone="Mars/Base")
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 1
    assert f"owner {nora.pk} could not be asked about a timer" in caplog.text
    assert (len(written(nora)), len(written(bea))) == (0, 1)
    # Nothing of it is half done, so that it is done when the trouble is over.
    Owner.objects.filter(pk=nora.pk).update(time_zone="America/Phoenix")
    assert reminders.ask_about_timers(now=NOW + LIMIT) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("owners", [1, 12])
def test_timers_within_the_limit_cost_nothing(owners: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(owners):
        running(an_owner())
    with django_assert_num_queries(1):
        assert reminders.ask_about_timers(now=NOW + LIMIT - SECOND) == 0
    # Each in a savepoint, which is two: the mark, and the email.
    with django_assert_num_queries(1 + owners * 4):
        assert reminders.ask_about_timers(now=NOW + LIMIT) == owners


@pytest.mark.django_db
def test_the_job_looks_after_timers_and_empty_days(nora: Owner) -> None:
    wishing(nora, None)
    running(nora, since=clock.now() - LIMIT)
    remind()
    remind()
    nora.refresh_from_db()
    assert nora.next_reminder_at is not None
    assert nora.emails.get().kind == "timer"
