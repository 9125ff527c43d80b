"""A mail server that is away is left alone, by everyone, longer each time, and costs no email a try."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from pytest_django.fixtures import Settings

from assistants.handoff import deliveries
from assistants.mail import breaker, outbox, sending
from assistants.models import Assistant, OutgoingEmail, Pump
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.assistants.world import race, real_addresses, send_by
from tests.drills.sink import Rule, Sink
from tests.factories import NOW, a_task, an_assistant, an_offer

pytestmark = pytest.mark.django_db
NOT_YOU, NOT_THIS = "554 5.7.1 Relay access denied", "554 5.7.1 not this text"


def pump() -> int:
    return outbox.pump(done=deliveries.hear_of)


def mails_to(owner: Owner, *domains: str) -> None:
    for number, domain in enumerate(domains):
        ana = an_assistant(owner=owner, name=f"Ana{number} Reyes")
        real_addresses(owner, ana)
        Assistant.objects.filter(pk=ana.pk).update(email=f"ana{number}@{domain}")
        ana.refresh_from_db()
        an_offer(owner=owner, assistant=ana, task=a_task(owner=owner), now=clock.now())


def again() -> None:
    """The pause is over, and so is the wait of each email."""
    Pump.objects.update(rests_until=clock.now())
    OutgoingEmail.objects.filter(state="queued").update(due_at=clock.now())


def test_each_rest_is_twice_as_long_up_to_the_longest_and_the_first_again_once_mail_left() -> None:
    now, lengths = NOW, []
    for _ in range(6):
        until = breaker.rest("away", now=now)
        lengths.append((until - now).total_seconds())
        assert breaker.is_open(until - timedelta(microseconds=1))
        assert not breaker.is_open(until)
        now = until
    assert lengths == [30, 60, 120, 240, 300, 300]
    breaker.mail_left(now)
    assert breaker.rest("away", now=now) == now + timedelta(seconds=30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
def test_eight_workers_that_find_out_at_once_make_one_rest() -> None:
    race([partial(breaker.rest, "away", now=NOW)] * 8)
    pump = Pump.row()
    assert (pump.failures, pump.rests_until) == (1, NOW + timedelta(seconds=30))


def test_while_it_rests_nobody_tries_not_even_for_one_email(nora: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "reyes.works")
    breaker.rest("away", now=clock.now())
    assert pump() == 0
    outbox.send(OutgoingEmail.objects.get().pk, done=deliveries.hear_of)
    assert OutgoingEmail.objects.get().state == "queued"
    again()
    assert pump() == 1
    assert len(sink.messages) == 1
    assert (Pump.row().failures, Pump.row().trouble) == (0, "")


def test_refusals_to_three_domains_are_the_servers_doing_and_kill_no_email(nora: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "a.works", "b.works", "c.works", "d.works", "e.works")
    sink.at_rcpt = lambda address: NOT_YOU
    assert pump() == 3
    for _ in range(3):
        again()
        assert pump() == 1
    assert set(OutgoingEmail.objects.values_list("state", "tries")) == {("queued", 0)}
    sink.at_rcpt = lambda address: sink.OK
    again()
    assert pump() == 5
    assert set(OutgoingEmail.objects.values_list("state", "tries")) == {("sent", 1)}


def test_a_text_that_is_refused_twice_while_other_mail_leaves_is_dead(nora: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "a.works", "b.works")
    sink.at_data = lambda message: NOT_THIS if "ana0@" in str(message["To"]) else sink.OK
    assert pump() == 2
    first = OutgoingEmail.objects.get(to_email="ana0@a.works")
    assert (first.state, first.tries, first.last_code, first.dots) == ("queued", 0, 554, 0)
    again()
    assert pump() == 2  # the second is what tells the owner
    first.refresh_from_db()
    assert (first.state, first.trouble) == ("dead", "the mail server refused it (554)")
    assert OutgoingEmail.objects.get(to_email="ana1@b.works").state == "sent"
    assert not breaker.is_open(clock.now())


def test_who_may_not_send_at_all_costs_no_email(nora: Owner, settings: Settings) -> None:
    class Closed(rig.SmtpSink):
        async def handle_MAIL(self, *args: object) -> str:  # noqa: N802 - aiosmtpd's name
            return "530 5.7.0 Must issue a STARTTLS command first"

    with Closed() as closed:
        send_by(settings, closed.port)
        mails_to(nora, "a.works", "b.works")
        assert pump() == 1
    assert set(OutgoingEmail.objects.values_list("state", "tries")) == {("queued", 0)}
    assert Pump.row().trouble == "no mail server: 530 at mail"


def test_mail_that_is_held_does_not_leave_until_it_is_released(nora: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "a.works")
    Pump.objects.update_or_create(pk=1, defaults={"held_at": clock.now()})
    assert pump() == 0
    breaker.mail_left(clock.now())
    assert pump() == 0
    Pump.objects.update(held_at=None)
    assert pump() == 1
    assert len(sink.messages) == 1


def test_a_421_about_one_email_stops_no_other_and_ends(nora: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "a.works", "b.works", "c.works")
    sink.at_data = lambda message: "421 4.3.0 cannot scan this" if "ana0@" in str(message["To"]) else sink.OK
    assert pump() == 3
    assert dict(OutgoingEmail.objects.values_list("to_email", "state")) == {
        "ana0@a.works": "queued",
        "ana1@b.works": "sent",
        "ana2@c.works": "sent",
    }
    assert OutgoingEmail.objects.get(to_email="ana0@a.works").tries == 1
    assert not breaker.is_open(clock.now())


def test_one_owners_spam_to_many_domains_stops_nobody_elses_mail(nora: Owner, bea: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "a.works", "b.works", "c.works", "d.works")
    sink.at_data = lambda message: NOT_THIS if "ana" in str(message["To"]) else sink.OK
    assert pump() == 4
    assert not breaker.is_open(clock.now())
    again()
    pump()
    offers = OutgoingEmail.objects.filter(kind="offer")
    assert set(offers.values_list("state", "trouble")) == {("dead", "the mail server refused it (554)")}


def test_where_there_is_one_owner_a_long_series_of_rests_ends_in_their_emails_being_told(
    nora: Owner, sink: rig.SmtpSink
) -> None:
    mails_to(nora, "a.works", "b.works", "c.works")
    sink.at_rcpt = lambda address: NOT_YOU if "ana" in address else sink.OK
    for _ in range(30):
        pump()
        again()
    assert set(OutgoingEmail.objects.filter(kind="offer").values_list("state", flat=True)) == {"dead"}
    assert set(OutgoingEmail.objects.filter(kind="answer").values_list("state", flat=True)) == {"sent"}


def test_an_address_that_an_old_server_does_not_know_is_refused_at_once(nora: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "a.works")
    sink.at_rcpt = lambda address: "550 No such user" if "ana" in address else sink.OK
    pump()
    assert OutgoingEmail.objects.get(kind="offer").state == "dead"


def test_a_rest_or_a_hold_is_heard_by_a_pump_that_runs(nora: Owner, sink: rig.SmtpSink) -> None:
    mails_to(nora, "a.works", "b.works", "c.works")

    def hold(email: OutgoingEmail, now: datetime) -> None:
        Pump.objects.update(held_at=now)

    assert outbox.pump(done=hold) == 1
    assert len(sink.messages) == 1
    assert OutgoingEmail.objects.filter(state="queued").count() == 2


def test_mail_that_leaves_does_not_end_a_rest_that_another_worker_gave() -> None:
    until = breaker.rest("away", now=NOW)
    breaker.mail_left(NOW)
    assert breaker.is_open(NOW)
    breaker.mail_left(until)
    assert Pump.row().failures == 0


def test_a_line_that_breaks_at_one_email_waits_longer_each_time_and_ends(nora: Owner, settings: Settings) -> None:
    with Sink() as server:
        send_by(settings, server.port)
        server.rule = lambda address: Rule(at_rcpt="what")
        mails_to(nora, "a.works")
        for number, seconds in enumerate((60, 300, 900), start=1):
            before = clock.now()
            pump()
            email = OutgoingEmail.objects.get()
            assert (email.state, email.tries, email.breaks) == ("queued", 0, number)
            assert email.due_at >= before + timedelta(seconds=0.8 * seconds)
            again()
        OutgoingEmail.objects.update(breaks=sending.MOST_TRIES - 1)
        pump()
    assert OutgoingEmail.objects.get(kind="offer").state == "dead"
