"""What many owners get at one time goes out by the dozen, under the same promises, and nobody waits behind it."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from assistants.handoff import deliveries
from assistants.mail import claims, outbox, sending
from assistants.mail.smtp import Mailer
from assistants.models import OutgoingEmail, Pump
from delegator import demo
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.assistants.world import race, send_by
from tests.drills.sink import Rule, Sink

pytestmark = pytest.mark.django_db
MANY = 2 * claims.BULK + 5


@pytest.fixture
def facts() -> dict[str, Any]:
    """What a weekly email says, as it was written for the demo."""
    demo.load(clock.now())
    said = OutgoingEmail.objects.filter(kind="weekly").latest("pk").facts
    OutgoingEmail.objects.all().delete()
    return said


def write(facts: dict[str, Any], count: int = MANY) -> None:
    now = clock.now()
    owner = Owner.objects.latest("pk")
    for number in range(count):
        to = ("Nora", f"nora{number}@hale.studio")
        outbox.put("weekly", owner=owner, to=to, key=f"w{number}", facts=facts, now=now)


def pump() -> int:
    return outbox.pump(done=deliveries.hear_of)


def states() -> set[tuple[str, int]]:
    return set(OutgoingEmail.objects.values_list("state", "dots"))


def test_each_leaves_once_over_one_line(facts: dict[str, Any], sink: rig.SmtpSink) -> None:
    write(facts)
    assert pump() == MANY
    assert sorted(str(message["To"]) for message in sink.messages) == sorted(
        f"Nora <nora{number}@hale.studio>" for number in range(MANY)
    )
    assert states() == {("sent", 1)}
    assert pump() == 0


def test_what_somebody_waits_for_does_not_wait_behind_it(facts: dict[str, Any], sink: rig.SmtpSink) -> None:
    write(facts)
    said = {"headline": "Ana accepted it", "lines": [], "button": "Open", "handoff": 7}
    owner = Owner.objects.latest("pk")
    outbox.put("answer", owner=owner, to=("Bea", "bea@hale.studio"), key="a", facts=said, now=clock.now())
    pump()
    assert "bea@hale.studio" in str(sink.messages[0]["To"])


def test_it_costs_a_few_statements_for_all_of_a_dozen(
    facts: dict[str, Any], sink: rig.SmtpSink, django_assert_max_num_queries: Any
) -> None:
    write(facts, claims.BULK)
    emails = claims.claim_bulk(now=clock.now())
    with django_assert_max_num_queries(12), closing(Mailer()) as mailer:
        sending.deliver_bulk(emails, mailer, done=deliveries.hear_of)
    assert len(sink.messages) == claims.BULK


def test_one_that_is_refused_or_cannot_be_written_keeps_no_other_back(
    facts: dict[str, Any], sink: rig.SmtpSink
) -> None:
    write(facts, 6)
    OutgoingEmail.objects.filter(key="w1").update(facts={})
    sink.at_rcpt = lambda address: {
        "nora2@hale.studio": "550 5.1.1 unknown",
        "nora3@hale.studio": "450 later",
    }.get(address, sink.OK)
    pump()
    assert dict(OutgoingEmail.objects.values_list("key", "state")) == {
        "w0": "sent",
        "w1": "dead",
        "w2": "dead",
        "w3": "queued",
        "w4": "sent",
        "w5": "sent",
    }
    assert OutgoingEmail.objects.get(key="w3").dots == 0


def test_one_at_which_the_line_breaks_keeps_no_other_back(facts: dict[str, Any], settings: Settings) -> None:
    settings.DOT_TIMEOUT = 1
    with Sink() as server:
        server.rule = lambda address: Rule(cut="before the dot") if "nora3@" in address else Rule()
        send_by(settings, server.port)
        write(facts, 6)
        pump()
        left = OutgoingEmail.objects.exclude(state="sent")
        assert len(server.copies) == 5
        # That the line is gone is seen before the dot or after it.
        assert set(left.values_list("state", "tries", "dots")) <= {("queued", 0, 0), ("queued", 1, 1)}
        server.rule = lambda address: Rule()
        OutgoingEmail.objects.filter(state="queued").update(due_at=clock.now())
        Pump.objects.update(rests_until=None)
        pump()
        assert len(server.copies) == 6
    assert set(OutgoingEmail.objects.values_list("state", flat=True)) == {"sent"}


def test_after_a_crash_each_is_sent_once_more_and_after_two_it_may_have_arrived(
    facts: dict[str, Any], sink: rig.SmtpSink
) -> None:
    write(facts, 3)
    for _ in range(2):
        emails = claims.claim_bulk(now=clock.now())
        assert len(emails) == 3
        assert claims.count_the_dots(emails)
        OutgoingEmail.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert claims.claim_bulk(now=clock.now()) == []
    pump()
    assert states() == {("unknown", 2)}
    assert sink.messages == []


def test_if_one_of_them_was_taken_over_none_leaves(facts: dict[str, Any], sink: rig.SmtpSink) -> None:
    write(facts, 3)
    emails = claims.claim_bulk(now=clock.now())
    OutgoingEmail.objects.filter(key="w1").update(lease_token="another")
    assert sending.deliver_bulk(emails, Mailer(), done=deliveries.hear_of)
    assert sink.messages == []
    assert set(OutgoingEmail.objects.values_list("dots", flat=True)) == {0}


def test_no_bell_is_rung_for_it(facts: dict[str, Any], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as rung:
        write(facts, 2)
    assert rung == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
def test_four_workers_at_once_take_each_once(facts: dict[str, Any]) -> None:
    write(facts)
    taken = race([partial(claims.claim_bulk, now=clock.now())] * 4)
    pks = [email.pk for each in taken if isinstance(each, list) for email in each]
    assert len(pks) == len(set(pks)) == MANY
