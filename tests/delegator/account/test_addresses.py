"""Another address: confirmed from the new mailbox, told to the old one, and nothing told about anyone else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import serializers
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.mail import messages, outbox
from assistants.models import OutgoingEmail
from delegator import jobs
from delegator.account import addresses
from delegator.models import AddressChange
from delegator.summary import weekly
from tasks.models import Owner
from tasks.weeks import Week
from tests import factories
from tests.delegator.account.test_accounts import is_signed_in, link_in, on_a_server, sign_in
from tests.delegator.pages import read
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
NEW = "nora@garden.example.net"


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> None:
    cache.clear()


@pytest.fixture
def sure(hers: Client, nora: Owner) -> Client:
    """Nora's browser, in which she has just typed her password once more."""
    factories.confirm(nora)
    assert hers.post("/account/reauthenticate/", {"password": factories.PASSWORD}).status_code == 302
    return hers


def ask(client: Client, address: str = NEW) -> Any:
    return client.post("/account/address/", {"email": address})


def letter(kind: str) -> OutgoingEmail:
    return OutgoingEmail.objects.filter(kind=kind).latest("pk")


def the_link() -> str:
    return link_in(letter("address"), "/account/address/confirm/")


def address_of(owner: Owner) -> str:
    return Owner.objects.get(pk=owner.pk).email


# --- Asked for -----------------------------------------------------------------
@on_a_server
def test_it_takes_the_password_once_more(hers: Client, nora: Owner) -> None:
    for answer in (hers.get("/account/address/"), ask(hers)):
        assert answer.headers["Location"] == "/account/reauthenticate/?next=%2Faccount%2Faddress%2F"
    assert not AddressChange.objects.exists()
    shown = hers.post("/account/reauthenticate/?next=/account/address/", {"password": factories.PASSWORD})
    assert shown.headers["Location"] == "/account/address/"
    assert hers.get("/account/address/").status_code == 200


@on_a_server
def test_a_form_that_came_before_the_password_leaves_no_cookie_in_the_database(hers: Client, nora: Owner) -> None:
    ask(hers)
    kept = serializers.serialize("json", nora.sessions.all())
    assert not [cookie for cookie in hers.cookies.values() if cookie.value and cookie.value in kept]


@on_a_server
def test_five_minutes_later_it_is_asked_again(sure: Client) -> None:
    with standing_at(timezone.now() + timedelta(minutes=5, seconds=1)):
        assert ask(sure).headers["Location"].startswith("/account/reauthenticate/")


@on_a_server
def test_a_link_goes_to_the_new_address_a_word_to_the_old_and_nothing_changes_yet(sure: Client, nora: Owner) -> None:
    page = read(sure.post("/account/address/", {"email": NEW.upper()}, follow=True))
    assert f"A link is on its way to {NEW}." in page.text
    assert f"A link went to {NEW} ." in page.text
    assert [(each.kind, each.to_email) for each in OutgoingEmail.objects.order_by("pk")] == [
        ("address", NEW),
        ("moving", "nora@example.com"),
    ]
    assert address_of(nora) == "nora@example.com"
    told = str(messages.compose(letter("moving")).body)
    assert NEW in told
    assert "If it was not you, choose a new password." in told


@on_a_server
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Write the new address."),
        ("nora", "Enter a valid email address."),
        ("nora@localhost", "Write a whole address such as ana@example.com."),
        ("NORA@example.com", "This is your address already."),
        ("nora@exämple.com", "Write it as mail servers do: nora@xn--exmple-cua.com"),
        ("a@b.co\nBcc: c@d.co", "Enter a valid email address."),
        (f"{'a' * 65}@example.com", "Write a whole address such as ana@example.com."),
        (f"nora@{'a.' * 150}example.com", "at most 254 characters"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(sure: Client, nora: Owner, typed: str, why: str) -> None:
    answer = ask(sure, typed)
    assert answer.status_code == 422
    assert why in read(answer).text
    assert not OutgoingEmail.objects.exists()


@on_a_server
def test_a_taken_address_reads_the_same_and_only_its_mailbox_learns_it(sure: Client, nora: Owner, bea: Owner) -> None:
    pages = []
    for address in (NEW, "bea@example.com"):
        answer = sure.post("/account/address/", {"email": address}, follow=True)
        assert answer.redirect_chain == [("/account/", 302)]
        pages.append(answer.content.decode().replace(address, "x"))
    assert without_tokens(pages[0]) == without_tokens(pages[1])
    told = messages.compose(letter("address"))
    assert (told.subject, told.to) == ("You already have an account at Delegator", ["bea@example.com"])
    assert "Bea, you already have an account" in str(told.body)
    assert "Someone asked that their account move to this address." in str(told.body)
    said = f"{told.body}{told.alternatives}".lower()
    # There is no link that could be confirmed, nor a word on who asked.
    assert not [each for each in ("nora", "hale", "/account/address/") if each in said]
    # And if there were one, nothing would come of it.
    change = AddressChange.objects.get()
    forged = f"/account/address/confirm/{addresses.token(change.pid)}/"
    assert "has been used, or has run out" in read(sure.post(forged)).text
    assert address_of(nora) == "nora@example.com"


@on_a_server
def test_no_row_tells_whether_an_address_has_an_account(sure: Client, nora: Owner, bea: Owner) -> None:
    """All that is kept of it is in the export of who asked."""
    kept = []
    for address in (NEW, "bea@example.com"):
        with CaptureQueriesContext(connection) as queries:
            addresses.ask(nora, address, now=factories.NOW)
        rows = list(OutgoingEmail.objects.values("kind", "owner", "to_name", "not_after", "facts").order_by("pk"))
        pid = AddressChange.objects.get().pid
        kept.append((len(queries), repr(rows).replace(address, "x").replace(pid, "y")))
        OutgoingEmail.objects.all().delete()
        AddressChange.objects.all().delete()
    assert kept[0] == kept[1]


def without_tokens(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)


@on_a_server
def test_one_address_is_written_to_three_times_a_day_and_one_owner_asks_five_times_an_hour(sure: Client) -> None:
    assert [ask(sure).status_code for _ in range(4)] == [302, 302, 302, 422]
    assert OutgoingEmail.objects.filter(to_email=NEW).count() == 3
    assert "asked for often today" in read(ask(sure)).text


@on_a_server
def test_nobody_keeps_another_owner_from_an_address_by_asking_for_it(sure: Client, bea: Owner) -> None:
    others = Client()
    others.force_login(bea)
    others.post("/account/reauthenticate/", {"password": factories.PASSWORD})
    assert [ask(others).status_code for _ in range(4)] == [302, 302, 302, 422]
    assert ask(sure).status_code == 302


# --- Confirmed --------------------------------------------------------------------
@on_a_server
def test_the_link_shows_a_button_and_the_button_does_it(sure: Client, nora: Owner) -> None:
    ask(sure)
    link = the_link()
    shown = read(sure.get(link))
    assert NEW in shown.text
    assert address_of(nora) == "nora@example.com"
    done = sure.post(link, follow=True)
    assert f"Your address is {NEW} now." in read(done).text
    assert address_of(nora) == NEW
    assert EmailAddress.objects.values_list("email", "verified", "primary").get() == (NEW, True, True)
    told = letter("moved")
    assert told.to_email == "nora@example.com"
    assert NEW in str(messages.compose(told).body)
    assert not AddressChange.objects.exists()


@on_a_server
def test_one_signs_in_by_the_new_address_and_not_by_the_old(sure: Client, nora: Owner) -> None:
    ask(sure)
    sure.post(the_link())
    old, new = Client(), Client()
    sign_in(old, "nora@example.com")
    sign_in(new, NEW)
    assert (is_signed_in(old), is_signed_in(new)) == (False, True)
    Client().post("/password/forgotten/", {"email": "nora@example.com"})
    jobs.answer_forgotten()
    assert not OutgoingEmail.objects.filter(kind="reset").exists()


@on_a_server
def test_the_link_works_once_and_for_a_day(sure: Client, nora: Owner) -> None:
    ask(sure)
    first = the_link()
    asked_at = AddressChange.objects.get().asked_at
    with standing_at(asked_at + timedelta(hours=24)):
        late = Client()
        late.force_login(nora)
        assert late.post(first).status_code == 404
    sure.post(first)
    again = sure.post(first)
    assert (again.status_code, read(again).heading) == (404, "This link has been used, or has run out")


@on_a_server
def test_a_newer_wish_makes_the_older_link_void(sure: Client, nora: Owner) -> None:
    ask(sure)
    first = the_link()
    ask(sure, "nora@other.example.net")
    assert sure.post(first).status_code == 404
    sure.post(the_link())
    assert address_of(nora) == "nora@other.example.net"


@on_a_server
def test_who_only_has_the_new_mailbox_cannot_take_the_account(sure: Client, nora: Owner, bea: Owner) -> None:
    """As after a slip in typing: the link takes being signed in as who asked."""
    ask(sure)
    link = the_link()
    assert Client().post(link).headers["Location"].startswith("/sign-in/?next=/account/address/confirm/")
    stranger = Client()
    stranger.force_login(bea)
    assert stranger.get(link).status_code == stranger.post(link).status_code == 404
    assert (address_of(nora), address_of(bea)) == ("nora@example.com", "bea@example.com")


@on_a_server
def test_a_changed_link_confirms_nothing(sure: Client, nora: Owner) -> None:
    ask(sure)
    token = the_link().split("/")[4]
    pid, _, mark = token.partition(":")
    for changed in (token[:-1], f"x{token}", pid, f"{pid}:", f"{mark}:{pid}", "%00", "a:b"):
        assert sure.post(f"/account/address/confirm/{changed}/").status_code == 404
    assert address_of(nora) == "nora@example.com"


@on_a_server
def test_an_address_that_was_taken_meanwhile_stays_whose_it_is(sure: Client, nora: Owner) -> None:
    ask(sure)
    link = the_link()
    other = factories.an_owner(email=NEW)
    assert sure.post(link).status_code == 404
    assert address_of(nora) == "nora@example.com"
    assert address_of(other) == NEW


@on_a_server
def test_no_row_holds_what_the_link_holds(sure: Client, nora: Owner) -> None:
    ask(sure)
    token = the_link().split("/")[4]
    stored = repr(list(OutgoingEmail.objects.values())) + repr(list(AddressChange.objects.values()))
    assert token not in stored
    assert token.rpartition(":")[2] not in stored


@on_a_server
def test_mail_that_waits_and_all_that_comes_after_goes_to_the_new_address(sure: Client, nora: Owner) -> None:
    now = timezone.now()
    waits = outbox.put(
        "reminder", owner=nora, to=("Nora", nora.email), key="r", facts={}, now=now, due_at=now + timedelta(hours=1)
    )
    ask(sure)
    sure.post(the_link())
    waits.refresh_from_db()
    assert waits.to_email == NEW
    # What tells the old address goes there all the same.
    assert letter("moving").to_email == letter("moved").to_email == "nora@example.com"
    weekly.write(Owner.objects.get(pk=nora.pk), Week.of(nora.today(now)).back(), now=now)
    assert letter("weekly").to_email == NEW


# --- Called off -----------------------------------------------------------------
@on_a_server
def test_it_can_be_called_off(sure: Client, nora: Owner) -> None:
    ask(sure)
    link = the_link()
    answer = sure.post("/account/address/call-off/", follow=True)
    assert "Your address stays nora@example.com." in read(answer).text
    assert "A link went to" not in read(answer).text
    assert sure.post(link).status_code == 404
    assert letter("address").state == OutgoingEmail.State.SKIPPED


@on_a_server
@pytest.mark.parametrize("how", ["changed", "forgotten"])
def test_a_new_password_calls_off_what_a_thief_asked_for(sure: Client, nora: Owner, how: str) -> None:
    ask(sure)
    link = the_link()
    owner, new = Client(), "brown-bread-at-nine"
    if how == "changed":
        owner.force_login(nora)
        given = {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}
        owner.post("/password/change/", given)
    else:
        owner.post("/password/forgotten/", {"email": nora.email})
        jobs.answer_forgotten()
        page = owner.get(link_in(letter("reset"), "/password/new/")).headers["Location"]
        owner.post(page, {"password1": new, "password2": new})
    assert sure.post(link).headers["Location"].startswith("/sign-in/")
    assert owner.post(link).status_code == 404
    assert address_of(nora) == "nora@example.com"


@on_a_server
def test_what_nobody_confirmed_is_forgotten(sure: Client) -> None:
    ask(sure)
    jobs.forget_sessions()
    assert AddressChange.objects.exists()
    AddressChange.objects.update(asked_at=timezone.now() - addresses.A_DAY)
    assert "A link went to" not in read(sure.get("/account/")).text
    jobs.forget_sessions()
    assert not AddressChange.objects.exists()


# --- On the laptop ----------------------------------------------------------------
def test_on_the_laptop_it_is_changed_at_once_and_its_mail_is_kept(sure: Client, nora: Owner) -> None:
    assert "until you change it, then by the new address" in read(sure.get("/account/address/")).text
    answer = sure.post("/account/address/", {"email": NEW}, follow=True)
    assert f"Your address is {NEW} now." in read(answer).text
    assert address_of(nora) == NEW
    assert [(each.kind, each.to_email) for each in OutgoingEmail.objects.all()] == [("moved", "nora@example.com")]
    # Nothing proved it, should the installation ever send mail.
    assert EmailAddress.objects.values_list("email", "verified").get() == (NEW, False)


def test_on_the_laptop_an_address_has_one_owner(sure: Client, nora: Owner, bea: Owner) -> None:
    answer = ask(sure, "Bea@example.com")
    assert (answer.status_code, address_of(nora)) == (422, "nora@example.com")
    assert "There is an account with this address already." in read(answer).text


def test_an_owner_of_whom_allauth_knows_no_address_proves_their_password_too(hers: Client, nora: Owner) -> None:
    """As those made by a command."""
    assert not EmailAddress.objects.exists()
    assert "That is not your password." in read(hers.post("/account/reauthenticate/", {"password": "nope"})).text
    answer = hers.post("/account/reauthenticate/?next=/account/", {"password": factories.PASSWORD})
    assert answer.headers["Location"] == "/account/"
