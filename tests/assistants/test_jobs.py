"""The Celery jobs: leaves that carry an id, harmless when lost, repeated, forged or late."""

from __future__ import annotations

import inspect
from datetime import timedelta

import pytest
from django.conf import settings

from assistants import jobs
from assistants.handoff import handoffs
from assistants.models import OutgoingEmail, Pump
from delegator.celery import app
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import an_email, deliver, dump, email_of, standing
from tests.factories import a_task, an_accepted_offer, an_offer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_sweep_does_all_that_has_come_due(nora: Owner) -> None:
    now = clock.now()
    due = an_offer(owner=nora, task=a_task(owner=nora), now=now - DAY, reply_by=now + DAY)
    late = an_offer(owner=nora, task=a_task(owner=nora), now=now - DAY, reply_by=now - timedelta(seconds=1))
    deliver(late)
    begins = an_accepted_offer(
        owner=nora,
        task=a_task(owner=nora),
        now=now - DAY,
        reply_by=now + DAY,
        starts_on=nora.today(now),
    )
    not_yet = an_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + DAY)
    jobs.sweep()
    assert [standing(offer) for offer in (due, late, begins, not_yet)] == [
        ("offering", "sent"),
        ("lapsed", "expired"),
        ("active", "accepted"),
        ("offering", "queued"),
    ]
    # What the sweep itself wrote leaves with it; what is no longer wanted does not.
    states = dict(OutgoingEmail.objects.values_list("key", "state"))
    assert states == {
        f"offer-{due.pk}": "sent",
        f"offer-{late.pk}": "sent",
        email_of(late, "answer", "expired").key: "sent",
        email_of(late, "news", "expired").key: "sent",
        f"offer-{begins.pk}": "skipped",
        email_of(begins, "answer", "accepted").key: "sent",
        email_of(begins, "news", "accepted").key: "sent",
        f"start-{begins.pk}": "sent",
        f"offer-{not_yet.pk}": "queued",
    }
    before = dump()
    jobs.sweep()
    # Only that somebody looked again is another moment.
    assert dump() | {"assistants_pump": []} == before | {"assistants_pump": []}
    assert Pump.objects.filter(swept_at__gt=now).exists()


def test_one_row_that_fails_keeps_no_other_and_no_mail_back(
    nora: Owner, bea: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    now = clock.now()
    broken = an_accepted_offer(owner=bea, now=now - DAY, reply_by=now + DAY, starts_on=now.date())
    Owner.objects.filter(pk=bea.pk).update(time_zone="Nowhere/Atlantis")
    due = an_offer(owner=nora, now=now - DAY, reply_by=now + DAY)
    begins = an_accepted_offer(
        owner=nora, task=a_task(owner=nora), now=now - DAY, reply_by=now + DAY, starts_on=nora.today(now)
    )
    jobs.sweep()
    assert standing(due) == ("offering", "sent")
    assert standing(begins) == ("active", "accepted")
    assert standing(broken) == ("taken", "accepted")
    assert "Atlantis" in caplog.text


def test_a_hint_sends_its_email_once_and_never_before_it_is_due(nora: Owner) -> None:
    now = clock.now()
    due = an_offer(owner=nora, task=a_task(owner=nora), now=now - DAY, reply_by=now + DAY)
    early = an_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + DAY)
    jobs.send_email(an_email(f"offer-{due.pk}").pk)
    assert standing(due) == ("offering", "sent")
    before = dump()
    for email_id in (an_email(f"offer-{due.pk}").pk, an_email(f"offer-{early.pk}").pk, 987654321, -1):
        jobs.send_email(email_id)
    assert dump() == before


def test_a_hint_for_what_was_undone_or_withdrawn_sends_nothing(nora: Owner) -> None:
    now = clock.now()
    undone, withdrawn = (
        an_offer(owner=nora, task=a_task(owner=nora), now=now - DAY, reply_by=now + DAY) for _ in range(2)
    )
    handoffs.undo(undone.handoff, now=now)
    handoffs.withdraw(withdrawn.handoff, now=now)
    before = dump()
    for email in OutgoingEmail.objects.all():
        jobs.send_email(email.pk)
    assert dump() == before


def test_jobs_take_ids_and_keep_no_results() -> None:
    assert [str(each) for each in inspect.signature(jobs.send_email.run).parameters] == ["email_id"]
    assert not inspect.signature(jobs.sweep.run).parameters
    assert jobs.send_email.ignore_result
    assert jobs.sweep.ignore_result


def test_what_beat_rings_is_there_and_a_tick_that_waited_too_long_is_dropped() -> None:
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] <= max(60, entry["schedule"])
    assert settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"] == settings.SWEEP_SECONDS
