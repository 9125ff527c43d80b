"""Sending by a real mail server: what it takes, puts off, refuses, or is away for."""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any, cast

import pytest
from django.conf import settings as configured
from pytest_django.fixtures import Settings

from assistants.handoff import deliveries
from assistants.mail import messages, outbox, sending
from assistants.models import Assistant, Offer, OutgoingEmail, Pump
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.assistants.world import an_email, real_addresses, send_by, standing
from tests.factories import a_task, an_assistant, an_offer

pytestmark = pytest.mark.django_db
LATER, BUSY, UNKNOWN = "451 4.7.1 try later", "421 4.3.2 busy", "550 5.1.1 unknown"
REFUSED = "554 5.7.1 not this text"
REST = timedelta(seconds=30)


class CountingSink(rig.SmtpSink):
    """Counts the connections, and can hang up in the middle of a message."""

    def __init__(self) -> None:
        super().__init__()
        self.connections = 0
        self.hangs_up = False

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.hangs_up:
            server.transport.abort()
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def counting(settings: Settings) -> Any:
    with CountingSink() as sink:
        send_by(settings, sink.port)
        yield sink


def offers_due(owner: Owner, count: int = 1) -> list[Offer]:
    """Offers whose emails are due now, in this order, to addresses that mail may leave for."""
    offers = []
    for number in range(count):
        ana = an_assistant(owner=owner, name=f"Ana{number} Reyes")
        real_addresses(owner, ana)
        offers.append(an_offer(owner=owner, assistant=ana, task=a_task(owner=owner), now=clock.now()))
    return offers


def pump() -> int:
    return outbox.pump(done=deliveries.hear_of)


def due_again() -> None:
    """As if the wait were over, and the rest that the mail server was given."""
    OutgoingEmail.objects.filter(state="queued").update(due_at=clock.now())
    Pump.objects.update(rests_until=None)


def email_of(offer: Offer) -> OutgoingEmail:
    return an_email(f"offer-{offer.pk}")


def addresses(message: EmailMessage, header: str) -> list[tuple[str, str]]:
    field = cast(AddressHeader, message[header])
    return [(each.display_name, each.addr_spec) for each in field.addresses]


# --- Taken -------------------------------------------------------------------
def test_an_email_leaves_once_in_the_owners_name_and_answers_reach_the_owner(nora: Owner, sink: rig.SmtpSink) -> None:
    (offer,) = offers_due(nora)
    assert pump() == 1
    assert pump() == 0
    (message,) = sink.messages
    assert addresses(message, "To") == [("Ana0 Reyes", offer.assistant.email)]
    assert addresses(message, "From") == [(f"{nora.name} via Delegator", "delegator@localhost")]
    assert addresses(message, "Reply-To") == [(nora.name, nora.email)]
    assert message["Auto-Submitted"] == "auto-generated"
    email = email_of(offer)
    assert (email.state, email.transport, email.tries) == ("sent", "smtp", 1)
    assert standing(offer) == ("offering", "sent")


def test_a_sender_may_be_set_with_a_name_before_its_address(
    nora: Owner, sink: rig.SmtpSink, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Delegator <post@hale.studio>"
    (offer,) = offers_due(nora)
    pump()
    (message,) = sink.messages
    assert addresses(message, "From") == [(f"{nora.name} via Delegator", "post@hale.studio")]
    assert message["Message-ID"] == messages.message_id(email_of(offer))
    assert message["Message-ID"].endswith("@hale.studio>")


# --- Put off -----------------------------------------------------------------
def test_what_is_put_off_waits_longer_each_time(nora: Owner, sink: rig.SmtpSink) -> None:
    (offer,) = offers_due(nora)
    sink.at_rcpt = lambda address: LATER
    for number, minutes in enumerate((1, 5, 15, 60, 180, 180, 180), start=1):
        before = clock.now()
        assert pump() == 1
        email, wait = email_of(offer), timedelta(minutes=minutes)
        assert (email.state, email.tries) == ("queued", number)
        assert before + 0.8 * wait <= email.due_at <= clock.now() + 1.2 * wait
        assert (email.trouble, email.last_code, email.dots) == ("not sent yet: 451 at rcpt", 451, 0)
        assert pump() == 0
        due_again()
    sink.at_rcpt = lambda address: sink.OK
    assert pump() == 1
    assert (email_of(offer).state, email_of(offer).trouble) == ("sent", "")
    assert len(sink.messages) == 1
    assert standing(offer) == ("offering", "sent")


def test_what_is_put_off_for_five_days_is_given_up_and_the_owner_hears_of_it(nora: Owner, sink: rig.SmtpSink) -> None:
    waits = configured.BACKOFF
    days = (sum(waits) + (sending.MOST_TRIES - 1 - len(waits)) * waits[-1]) / 86_400
    assert 4.9 < days < 5.1
    (offer,) = offers_due(nora)
    sink.at_rcpt = lambda address: LATER if address == offer.assistant.email else sink.OK
    OutgoingEmail.objects.update(tries=sending.MOST_TRIES - 2)
    pump()
    assert email_of(offer).state == "queued"
    due_again()
    pump()
    assert (email_of(offer).state, email_of(offer).trouble) == ("dead", "it was put off for five days")
    assert standing(offer) == ("lapsed", "undeliverable")


@pytest.mark.parametrize("answer", [LATER, BUSY, REFUSED])
def test_every_copy_has_the_same_message_id_and_date(
    nora: Owner, sink: rig.SmtpSink, settings: Settings, answer: str
) -> None:
    (offer,) = offers_due(nora)
    seen: list[EmailMessage] = []

    def refuse(message: EmailMessage) -> str:
        seen.append(message)
        return answer

    sink.at_data = refuse
    pump()
    assert email_of(offer).state == "queued"
    sink.at_data = lambda message: sink.OK
    settings.SECRET_KEY = "the key was changed meanwhile"
    due_again()
    pump()
    copies = seen + sink.messages
    assert len(copies) == 2
    assert {copy["Message-ID"] for copy in copies} == {messages.message_id(email_of(offer))}
    (dated,) = {copy["Date"] for copy in copies}
    assert parsedate_to_datetime(dated) == email_of(offer).written_at.replace(microsecond=0)


def test_no_two_emails_share_a_message_id_and_none_can_be_guessed(nora: Owner) -> None:
    first, second = offers_due(nora, 2)
    ids = {messages.message_id(email_of(offer)) for offer in (first, second)}
    assert len(ids) == 2
    Owner.objects.update(pid="another")
    assert not ids & {messages.message_id(email_of(offer)) for offer in (first, second)}


def test_a_server_that_hangs_up_after_the_text_is_tried_again_later(nora: Owner, counting: CountingSink) -> None:
    (offer,) = offers_due(nora)
    counting.hangs_up = True
    before = clock.now()
    pump()
    email = email_of(offer)
    assert (email.state, email.tries, email.dots) == ("queued", 1, 1)
    assert email.trouble == "not sent yet: no answer (SMTPServerDisconnected)"
    assert email.due_at >= before + timedelta(seconds=0.8 * 900)
    assert standing(offer) == ("offering", "queued")


def test_after_two_silences_an_email_may_have_arrived_and_a_third_copy_never_leaves(
    nora: Owner, counting: CountingSink
) -> None:
    (offer,) = offers_due(nora)
    counting.hangs_up = True
    for _ in range(4):
        pump()
        due_again()
    assert len(counting.messages) == 2
    assert (email_of(offer).state, email_of(offer).trouble) == ("unknown", "no answer, twice")
    # It can be answered, and its time to reply runs.
    assert standing(offer) == ("offering", "sent")


# --- Refused -----------------------------------------------------------------
def test_a_refused_address_closes_the_offer_and_the_owner_is_told_in_the_same_breath(
    nora: Owner, sink: rig.SmtpSink
) -> None:
    gone, fine = offers_due(nora, 2)
    sink.at_rcpt = lambda address: UNKNOWN if address == gone.assistant.email else sink.OK
    pump()
    assert (email_of(gone).state, email_of(gone).trouble) == ("dead", "the address was refused")
    assert standing(gone) == ("lapsed", "undeliverable")
    assert standing(fine) == ("offering", "sent")
    told = [message for message in sink.messages if addresses(message, "To") == [(nora.name, nora.email)]]
    assert [message["Subject"] for message in told] == ["Your hand-off did not reach Ana0"]
    due_again()
    assert pump() == 0


def test_what_cannot_be_written_is_dead_at_once_and_holds_nothing_up(nora: Owner, sink: rig.SmtpSink) -> None:
    broken, lost, long, fine = offers_due(nora, 4)
    Assistant.objects.filter(offers=broken).update(email="ana@reyes.works\nBcc: mallory@evil.works")
    OutgoingEmail.objects.filter(offer=lost).update(facts={})
    # Found out only at the mail server's door.
    Assistant.objects.filter(offers=long).update(email=f"ana@{'a' * 64}.works")
    pump()
    assert [email_of(offer).state for offer in (broken, lost, long, fine)] == ["dead", "dead", "dead", "sent"]
    assert email_of(broken).trouble == "it cannot be written (ValueError)"
    assert standing(broken) == standing(lost) == ("lapsed", "undeliverable")


@pytest.mark.parametrize(
    "name",
    [
        "Ann, z@z.works",
        "<mallory@evil.works>",
        'Ann" <mallory@evil.works>, "Bo',
        "Ann\r\nBcc: mallory@evil.works",
        "Ann\x0bBcc: mallory@evil.works",
        "Ann\u2028Bcc: mallory@evil.works",
        "Ann\x85Bcc: mallory@evil.works",
        "=?utf-8?q?x=0ABcc=3A_mallory=40evil=2Eworks?=",
        "a;b:c,d@e\\",
        "Ü" * 60,
        "\U0001f469\u200d\U0001f33e" * 20,
        "{{ 7|add:7 }} %s %(x)s {0}",
    ],
)
def test_no_name_adds_a_header_or_a_recipient(nora: Owner, sink: rig.SmtpSink, name: str) -> None:
    """Forms refuse most of these; a row that holds them all the same does no harm."""
    (offer,) = offers_due(nora)
    email = email_of(offer)
    email.to_name = name[:80]
    email.facts |= {"owner_name": name, "task": name, "first_name": name}
    email.save()
    asked: list[str] = []

    def at_rcpt(address: str) -> str:
        asked.append(address)
        return sink.OK

    sink.at_rcpt = at_rcpt
    pump()
    assert asked == [offer.assistant.email]
    (message,) = sink.messages
    for header, address in (("To", offer.assistant.email), ("From", "delegator@localhost"), ("Reply-To", nora.email)):
        assert [spec for _, spec in addresses(message, header)] == [address]
    assert message["Bcc"] is message["Cc"] is None
    assert "14" not in message["Subject"].replace(name, "").replace(offer.handoff.task.name, "")


# --- Away --------------------------------------------------------------------
def test_a_mail_server_that_is_away_costs_no_email_and_no_try(nora: Owner, settings: Settings) -> None:
    send_by(settings, rig.free_port())
    first, second = offers_due(nora, 2)
    before = clock.now()
    assert pump() == 1
    email = email_of(first)
    assert (email.state, email.tries, email.trouble) == ("queued", 0, "no mail server: ConnectionRefusedError")
    assert before + REST <= email.due_at <= clock.now() + REST
    assert pump() == 0
    assert (email_of(second).state, email_of(second).tries) == ("queued", 0)
    assert standing(first) == standing(second) == ("offering", "queued")
    with rig.SmtpSink() as back:
        send_by(settings, back.port)
        due_again()
        assert pump() == 2
        assert len(back.messages) == 2
    assert standing(first) == standing(second) == ("offering", "sent")


def test_a_server_that_refuses_to_let_us_in_costs_no_email_and_no_try(
    nora: Owner, sink: rig.SmtpSink, settings: Settings
) -> None:
    """Wrong credentials are the operator's to put right; no hand-off may die of them."""
    (offer,) = offers_due(nora)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "delegator", "wrong"
    pump()
    assert (email_of(offer).state, email_of(offer).tries) == ("queued", 0)
    assert sink.messages == []


# --- Connections -------------------------------------------------------------
def test_one_connection_carries_all_that_is_due_and_none_is_opened_for_nothing(
    nora: Owner, counting: CountingSink
) -> None:
    assert pump() == 0
    assert counting.connections == 0
    offers_due(nora, 4)
    assert pump() == 4
    assert counting.connections == 1


def test_after_an_error_no_connection_is_used_again(nora: Owner, counting: CountingSink) -> None:
    gone, _ = offers_due(nora, 2)
    counting.at_rcpt = lambda address: LATER if address == gone.assistant.email else counting.OK
    assert pump() == 2
    assert counting.connections == 2


def test_an_email_no_longer_wanted_opens_no_connection(nora: Owner, counting: CountingSink) -> None:
    (offer,) = offers_due(nora)
    Offer.objects.filter(pk=offer.pk).update(state="declined")
    assert pump() == 1
    assert counting.connections == 0


# --- Examples ----------------------------------------------------------------
@pytest.mark.parametrize(
    "domain",
    ["example.com", "mail.example.org", "EXAMPLE.net", "reyes.example", "reyes.test", "reyes.invalid", "a.localhost"],
)
def test_an_address_that_exists_for_examples_only_never_leaves(nora: Owner, sink: rig.SmtpSink, domain: str) -> None:
    (offer,) = offers_due(nora)
    Assistant.objects.update(email=f"ana@{domain}")
    pump()
    assert (email_of(offer).state, email_of(offer).trouble) == ("skipped", "the address is an example")
    assert standing(offer) == ("lapsed", "undeliverable")
    assert [addresses(message, "To") for message in sink.messages] == [[(nora.name, nora.email)]]


@pytest.mark.parametrize("domain", ["notexample.com", "my-example.org", "contest.works", "example.works"])
def test_an_address_that_only_ends_like_an_example_is_sent_to(nora: Owner, sink: rig.SmtpSink, domain: str) -> None:
    (offer,) = offers_due(nora)
    Assistant.objects.update(email=f"ana@{domain}")
    pump()
    assert email_of(offer).state == "sent"
    assert len(sink.messages) == 1


def test_kept_mail_does_not_leave_when_a_mail_server_is_set_later(
    nora: Owner, sink: rig.SmtpSink, settings: Settings
) -> None:
    (offer,) = offers_due(nora)
    settings.EMAIL_KEPT = True
    pump()
    assert (email_of(offer).state, email_of(offer).transport) == ("sent", "kept")
    settings.EMAIL_KEPT = False
    due_again()
    assert pump() == 0
    assert sink.messages == []
