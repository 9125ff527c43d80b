"""Closing an account: everything of the owner is erased at once, and of the rest nothing; who worked hears once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from assistants import links
from assistants.handoff import deliveries, moves, replies
from assistants.mail import messages, outbox
from assistants.models import Assistant, Handoff, NeverMail, Nonce, Offer, OutgoingEmail, Pump, WorkLog
from delegator.models import ClosedAccount, ClosedLink, Session
from delegator.privacy import closing, farewells
from tasks import clock
from tasks.models import Owner
from tests import factories
from tests.assistants.world import dump, text_of
from tests.delegator.second_step import proved
from tests.delegator.whole import a_whole_owner, count_by_model, rows_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
URL = "/account/close/"
# The session with its owner, the timer, what the password is asked by, and four for who is told.
QUERIES = 10


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def zora(db: None, now: datetime) -> Owner:
    return a_whole_owner(name="Zora Quill", email="zora@example.com", now=now)


@pytest.fixture
def otto(db: None, now: datetime) -> Owner:
    return a_whole_owner(name="Otto Brandt", email="otto@example.com", now=now)


@pytest.fixture
def mail_leaves(settings: Settings, zora: Owner) -> None:
    settings.EMAIL_KEPT = False


def letters() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind="closed").order_by("pk"))


def body(email: OutgoingEmail) -> str:
    return " ".join(str(messages.compose(email).body).split())


def sent(settings: Settings) -> None:
    """As the mail server took all of it."""
    settings.EMAIL_KEPT = True
    outbox.pump(done=deliveries.hear_of)
    settings.EMAIL_KEPT = False


# --- What is gone ------------------------------------------------------------------------
def test_no_row_is_left_that_leads_to_the_owner(zora: Owner, otto: Owner, now: datetime) -> None:
    counts = count_by_model(zora)
    assert [label for label, count in counts.items() if not count] == []
    others, pk = rows_of(otto), zora.pk
    closing.close(zora, now=now)
    zora.pk = pk
    assert set(count_by_model(zora).values()) == {0}
    assert rows_of(otto) == others


@pytest.mark.usefixtures("mail_leaves")
def test_their_name_and_words_are_nowhere_but_in_the_last_letters_and_then_nowhere(
    zora: Owner, now: datetime, settings: Settings
) -> None:
    Pump.objects.update_or_create(pk=1, defaults={"refused": [f"{zora.pk}@example.org", "0@example.net"]})
    pk = zora.pk
    closing.close(zora, now=now)
    left = {table: rows for table, rows in dump().items() if "Zora" in str(rows) or "zora@" in str(rows)}
    assert set(left) == {"assistants_outgoingemail"}
    assert not Nonce.objects.exists()
    assert Pump.objects.get().refused == ["0@example.net"]
    sent(settings)
    assert closing.forget(now=now, most=100) > 0
    whole = str(dump())
    for gone in ("Zora", "zora@", "Quill", f"owner-{pk}"):
        assert gone not in whole
    assert not Owner.objects.exists()
    assert not ClosedAccount.objects.exists()


def test_mail_that_waits_goes_too(zora: Owner, now: datetime) -> None:
    factories.an_offer(owner=zora, task=factories.a_task(owner=zora), now=now, reply_by=now + DAY)
    assert OutgoingEmail.objects.filter(state="queued", owner=zora).exists()
    closing.close(zora, now=now)
    assert not OutgoingEmail.objects.exists()


def test_a_worker_that_holds_an_email_at_that_moment_fails_on_nothing(zora: Owner, now: datetime) -> None:
    from assistants.mail import claims, sending
    from assistants.mail.smtp import Mailer

    OutgoingEmail.objects.filter(owner=zora, state="queued").update(due_at=now)
    held = list(claims.in_turn())
    assert held
    closing.close(zora, now=now)
    for email in held:
        sending.deliver(email, Mailer(), done=deliveries.hear_of)
    assert not OutgoingEmail.objects.exists()


def test_a_second_time_is_no_error(zora: Owner, now: datetime) -> None:
    again = Owner.objects.get(pk=zora.pk)
    closing.close(zora, now=now)
    before = dump()
    closing.close(again, now=now)
    assert dump() == before


def test_the_address_is_free_at_once(zora: Owner, now: datetime) -> None:
    closing.close(zora, now=now)
    form = {"name": "Zora", "email": "zora@example.com", "password1": "slow-green-kettle", "time_zone": "UTC"}
    Client().post("/sign-up/", form)
    assert Owner.objects.get(email="zora@example.com").tasks.count() == 0


# --- Who is told ----------------------------------------------------------------------------
@pytest.mark.usefixtures("mail_leaves")
def test_whoever_has_work_an_offer_or_unpaid_hours_hears_what_ends_and_what_is_owed(
    zora: Owner, now: datetime
) -> None:
    for_free = factories.an_assistant(owner=zora, name="Cleo Never-asked")
    gone = factories.an_offer(owner=zora, task=factories.a_task(owner=zora), now=now, reply_by=now + DAY)
    WorkLog.objects.filter(pk=WorkLog.objects.latest("pk").pk).update(state="approved")
    address = Offer.objects.get(handoff__state="active").assistant.email
    closing.close(zora, now=now)
    told = {email.to_name: email for email in letters()}
    assert set(told) == {"Ana Zora Quill", "Ben Zora Quill", "Zora Quill"}
    assert {for_free.name, gone.assistant.name}.isdisjoint(told)
    ana, ben, own = (body(told[name]) for name in ("Ana Zora Quill", "Ben Zora Quill", "Zora Quill"))
    assert told["Ana Zora Quill"].to_email == address
    assert "Record keeping has ended: from today there is nothing more for you to do." in ana
    assert "Not marked as paid: 1 h 30 min, $27.00." in ana
    assert "is withdrawn: there is nothing for you to answer." in ben
    assert "paid" not in ben
    assert "Your account is closed" in own
    assert "owner_email" not in told["Zora Quill"].facts


@pytest.mark.usefixtures("mail_leaves")
def test_a_last_letter_has_no_link_and_an_answer_reaches_whoever_was_the_owner(zora: Owner, now: datetime) -> None:
    closing.close(zora, now=now)
    for email in letters():
        message = messages.compose(email)
        whole = str(message.body) + str(message.alternatives[0][0])
        assert "/h/" not in whole
        assert "<a " not in whole
        assert (email.offer, email.not_after) == (None, now + closing.LETTERS_WAIT)
        if "owner_email" in email.facts:
            assert message.reply_to == ["Zora Quill <zora@example.com>"]
            assert message.subject == "Zora Quill has closed their account"


@pytest.mark.usefixtures("mail_leaves")
def test_who_wants_no_mail_or_was_erased_gets_none(zora: Owner, now: datetime, settings: Settings) -> None:
    ana, ben = zora.assistants.order_by("pk")[:2]
    NeverMail.objects.create(email=ana.email.upper(), asked_at=now)
    ben_address = ben.email
    closing.close(zora, now=now)
    assert [email.to_name for email in letters()] == [ben.name, "Zora Quill"]
    NeverMail.objects.create(email=ben_address, asked_at=now)  # by somebody else's link, meanwhile
    sent(settings)
    assert dict(OutgoingEmail.objects.values_list("to_name", "state")) == {ben.name: "skipped", "Zora Quill": "sent"}


@pytest.mark.usefixtures("mail_leaves")
def test_an_owner_who_never_proved_their_address_gets_none(zora: Owner, now: datetime) -> None:
    EmailAddress.objects.filter(user=zora).update(verified=False)
    closing.close(zora, now=now)
    assert "Zora Quill" not in [email.to_name for email in letters()]


def test_where_mail_stays_on_this_computer_none_is_written(zora: Owner, now: datetime) -> None:
    closing.close(zora, now=now)
    assert not OutgoingEmail.objects.exists()
    assert not Owner.objects.exists()


# --- The last letters go -----------------------------------------------------------------------
@pytest.mark.usefixtures("mail_leaves")
def test_a_letter_that_waits_stays_for_five_days_and_what_has_left_goes(zora: Owner, now: datetime) -> None:
    closing.close(zora, now=now)
    first, *rest = letters()
    OutgoingEmail.objects.filter(pk=first.pk).update(state="sent")
    closing.forget(now=now, most=100)
    assert letters() == rest
    closing.forget(now=now + closing.LETTERS_WAIT - timedelta(seconds=1), most=100)
    assert letters() == rest
    assert Owner.objects.filter(name="A closed account", is_active=False).count() == 1
    closing.forget(now=now + closing.LETTERS_WAIT, most=100)
    assert letters() == []
    assert not Owner.objects.exists()


@pytest.mark.usefixtures("mail_leaves")
@pytest.mark.parametrize("state", ["sent", "skipped", "dead", "unknown"])
def test_however_it_ended_it_is_over(zora: Owner, now: datetime, state: str) -> None:
    closing.close(zora, now=now)
    OutgoingEmail.objects.update(state=state)
    closing.forget(now=now, most=100)
    assert not Owner.objects.exists()
    assert closing.forget(now=now, most=100) == 0


@pytest.mark.usefixtures("mail_leaves")
def test_nobody_can_sign_in_as_what_the_letters_hang_on(zora: Owner, now: datetime) -> None:
    closing.close(zora, now=now)
    shell = Owner.objects.get()
    assert not shell.has_usable_password()
    client = Client()
    client.force_login(shell)
    assert client.get("/settings/").status_code == 302
    assert (shell.wants_summary, shell.next_summary_at) == (False, None)


# --- The private links ---------------------------------------------------------------------------
def test_a_link_says_that_its_owner_has_left_and_later_nothing(zora: Owner, now: datetime) -> None:
    offers = list(Offer.objects.exclude(sent_at=None))
    tokens = [links.token("offer", each.pid, each.epoch) for each in offers]
    stop = links.token("unsubscribe", offers[0].pid, offers[0].epoch)
    closing.close(zora, now=now)
    browser = Client(enforce_csrf_checks=True)
    urls = [f"/h/{token}/{act}" for token in tokens for act in ("", "data/", "hours/", "away/")]
    for url in [*urls, f"/h/weekly/{stop}/"]:
        answer = browser.get(url)
        assert "has closed their account" in text_of(answer), url
        assert (answer.status_code, answer["Referrer-Policy"]) == (200, "no-referrer"), url
        assert "Zora" not in text_of(answer)
    accept = browser.post(f"/h/{tokens[0]}/accept/", {"terms": "1"})
    assert "has closed their account" in text_of(accept)
    nothing = browser.get("/h/nobody.nothing/")
    name = offers[0].pid
    for wrong in (name, f"{name}.{'x' * 27}", links.token("offer", name, 7), links.token("offer", "x" * 22)):
        answer = browser.get(f"/h/{wrong}/")
        assert (answer.status_code, answer.content) == (404, nothing.content), wrong
    ClosedLink.objects.all().delete()
    assert browser.get(f"/h/{tokens[0]}/").status_code == 404


def test_what_is_kept_of_a_link_is_its_random_name_and_what_never_left_has_none(zora: Owner, now: datetime) -> None:
    undone = factories.an_offer(owner=zora, task=factories.a_task(owner=zora), now=now, reply_by=now + DAY)
    from assistants.handoff import handoffs

    handoffs.undo(undone.handoff, now=now)
    names = set(Offer.objects.exclude(pk=undone.pk).values_list("pid", flat=True))
    closing.close(zora, now=now)
    assert set(ClosedLink.objects.values_list("pk", flat=True)) == names
    assert {field.name for field in ClosedLink._meta.get_fields()} == {"pid", "epoch", "closed_at"}


def test_an_answer_that_comes_at_the_same_moment_is_too_late(zora: Owner, now: datetime) -> None:
    offer = Offer.objects.select_related("handoff__owner", "assistant", "terms").get(handoff__state="offering")
    closing.close(zora, now=now)
    with pytest.raises(moves.TooLate):
        replies.decline(offer, reason="", now=now)
    assert not Handoff.objects.exists()


# --- The page ----------------------------------------------------------------------------------------
@pytest.fixture
def hers(zora: Owner, client: Client) -> Client:
    client.force_login(zora)
    return proved(client, zora)


def with_password(client: Client) -> Any:
    return client.post(f"/account/reauthenticate/?next={URL}", {"password": factories.PASSWORD, "next": URL})


def test_the_password_is_asked_for_first(hers: Client, zora: Owner) -> None:
    for answer in (hers.get(URL), hers.post(URL, {"email": zora.email})):
        assert answer["Location"].startswith("/account/reauthenticate/")
    assert Owner.objects.exists()
    assert Client().post(URL, {"email": zora.email})["Location"].startswith("/sign-in/")


def test_the_page_says_what_goes_and_who_is_told(hers: Client, settings: Settings) -> None:
    with_password(hers)
    page = text_of(hers.get(URL))
    assert "This cannot be undone." in page
    assert "<bdi>Ana Zora Quill</bdi>" in page
    assert Assistant.objects.get(name="Ana Zora Quill").email in page
    assert "Record keeping has ended: from today there is nothing more for you to do." in page
    assert "Not marked as paid: " in page
    assert "write to them yourself" in page
    settings.EMAIL_KEPT = False
    assert "They get one last email" in text_of(hers.get(URL))


def test_the_page_asks_the_same_however_many_are_told(
    hers: Client, zora: Owner, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with_password(hers)
    hers.get(URL)
    for number in range(2):
        with django_assert_num_queries(QUERIES):
            assert hers.get(URL).status_code == 200
        factories.a_running_offer(owner=zora, task=factories.a_task(owner=zora), now=now, reply_by=now + DAY)
        assert len(farewells.to_people(zora)) == 3 + number


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Write the address that you sign in with."),
        ("otto@example.com", "This is not the address that you sign in with."),
        ("zora@example.com\nx", "Write this on one line."),
        ("zora\x00@example.com", "Leave out the control characters."),
    ],
)
def test_another_address_closes_nothing_and_is_shown_again(hers: Client, typed: str, why: str) -> None:
    with_password(hers)
    before = dump()
    answer = hers.post(URL, {"email": typed})
    assert answer.status_code == 422
    assert why in text_of(answer).replace("&#x27;", "'")
    assert dump() == before


def test_with_the_address_typed_it_is_done_and_every_browser_is_signed_out(
    hers: Client, zora: Owner, otto: Owner, browser_of: Any
) -> None:
    elsewhere, others = browser_of(zora), rows_of(otto)
    with_password(hers)
    assert hers.post(URL, {"email": " ZORA@example.com "}, follow=True).redirect_chain == [("/account/closed/", 302)]
    page = hers.get("/account/closed/")
    assert "Everything you had here is erased" in text_of(page)
    assert "sessionid" not in page.cookies
    for browser in (hers, elsewhere):
        assert browser.get("/settings/").status_code == 302
    assert not Owner.objects.filter(email="zora@example.com").exists()
    assert not Session.objects.exclude(owner=otto).exists()
    assert rows_of(otto) == others


def test_looking_closes_nothing(hers: Client) -> None:
    with_password(hers)
    hers.get(URL)
    before = dump()
    for read in (hers.get, hers.head):
        assert read(URL).status_code == 200
    assert hers.put(URL).status_code == 405
    assert Client().get("/account/closed/").status_code == 200
    assert dump() == before
