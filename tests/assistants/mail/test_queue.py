"""The queue in words: what waits, what failed, who looks, and why nothing leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from assistants.handoff import deliveries
from assistants.mail import breaker, heartbeat, holding, outbox, queue
from assistants.models import OutgoingEmail, Pump
from tasks import clock
from tasks.models import Owner
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def emails(owner: Owner, count: int, *, due_at: datetime, state: str = "queued") -> None:
    first = OutgoingEmail.objects.count()
    for number in range(first, first + count):
        outbox.put("answer", owner=owner, to=("Nora", owner.email), key=f"{number}", facts={}, now=NOW, due_at=due_at)
    OutgoingEmail.objects.filter(pk__in=OutgoingEmail.objects.order_by("-pk")[:count].values("pk")).update(
        state=state
    )


def said(owner: Owner, now: datetime = NOW) -> list[str]:
    return [line.text for line in queue.look(now, owner.zone).lines]


def alarms(owner: Owner, now: datetime = NOW) -> list[str]:
    return [line.text for line in queue.look(now, owner.zone).lines if line.is_trouble]


def test_when_all_is_well_nothing_asks_for_attention(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    heartbeat.beat(NOW - timedelta(seconds=4))
    with django_assert_num_queries(2):
        look = queue.look(NOW, nora.zone)
    assert [line.text for line in look.lines] == [
        "0 emails are waiting. 0 emails are due later.",
        "In the last 24 hours: 0 given up (dead), 0 may have arrived (unknown), 0 no longer wanted (skipped).",
        "A worker looked for mail 4 seconds ago.",
    ]
    assert not look.is_held
    assert alarms(nora) == []


def test_it_counts_what_waits_apart_from_what_is_for_later(nora: Owner) -> None:
    emails(nora, 2, due_at=NOW - 2 * HOUR)
    emails(nora, 1, due_at=NOW - HOUR, state="sending")
    emails(nora, 1, due_at=NOW + HOUR)
    emails(nora, 5, due_at=NOW - 3 * HOUR, state="sent")
    assert said(nora)[0] == "3 emails are waiting, the oldest since 12:30 pm. 1 email is due later."


def test_failures_of_a_day_are_counted_by_state_and_older_ones_forgotten(nora: Owner) -> None:
    for count, state in ((3, "dead"), (2, "unknown"), (1, "skipped")):
        emails(nora, count, due_at=NOW - 23 * HOUR, state=state)
        emails(nora, 1, due_at=NOW - 25 * HOUR, state=state)
    line = "In the last 24 hours: 3 given up (dead), 2 may have arrived (unknown), 1 no longer wanted (skipped)."
    assert line in alarms(nora)


def test_that_no_worker_looks_is_seen_after_two_minutes_and_at_first(nora: Owner) -> None:
    assert alarms(nora) == ["No worker has ever looked for mail. Start worker and beat."]
    heartbeat.beat(NOW - heartbeat.LONG + timedelta(seconds=1))
    assert alarms(nora) == []
    heartbeat.beat(NOW - heartbeat.LONG)
    assert alarms(nora) == ["No worker has looked for mail since 2:28 pm. Look at worker and beat."]
    assert "since Thursday 15 October, 2:28 pm" in alarms(nora, NOW + 24 * HOUR)[0]


def test_it_says_until_when_the_mail_server_is_left_alone_and_why(nora: Owner) -> None:
    heartbeat.beat(NOW)
    until = breaker.rest("no mail server: ConnectionRefusedError", now=NOW)
    assert alarms(nora) == ["The mail server is left alone until 2:30 pm: no mail server: ConnectionRefusedError."]
    heartbeat.beat(until)
    assert alarms(nora, until) == [
        "No mail has left since the mail server was last left alone: no mail server: ConnectionRefusedError."
    ]
    breaker.mail_left(clock.now())
    assert alarms(nora, until) == []


def test_it_says_since_when_mail_is_held(nora: Owner) -> None:
    heartbeat.beat(NOW)
    holding.hold(now=NOW - 24 * HOUR)
    assert queue.look(NOW, nora.zone).is_held
    assert alarms(nora) == ["Mail is held since Wednesday 14 October, 2:30 pm. Nothing leaves until you release it."]
    holding.release(now=clock.now(), done=deliveries.hear_of)
    assert alarms(nora) == []
    assert Pump.objects.count() == 1
