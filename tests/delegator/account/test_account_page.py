"""The account on one page, and where its owner is signed in: seen, ended one by one, ended together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import serializers
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from delegator.account import sessions
from delegator.models import Session
from tasks.models import Owner
from tests import factories
from tests.delegator.account.test_accounts import is_signed_in, sign_in
from tests.delegator.pages import Page, read
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 Version/17.6 Safari/604.1"


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> None:
    cache.clear()


def signed_in(owner: Owner, user_agent: str) -> Client:
    client = Client(headers={"User-Agent": user_agent})
    sign_in(client, owner.email)
    assert is_signed_in(client)
    return client


def account(client: Client) -> Page:
    return read(client.get("/account/"))


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def places(page: Page) -> list[str]:
    [whole] = page.all("ul", "days-off")
    return [tag.text for tag in page.all("li") if tag.text in whole.text and "igned in" in tag.text]


def keys(page: Page) -> list[str]:
    return [tag.attrs["value"] for tag in page.all("input") if tag.attrs.get("name") == "session"]


# --- The page ----------------------------------------------------------------
def test_it_has_a_section_for_each_part_and_the_settings_lead_there(hers: Client, nora: Owner) -> None:
    page = account(hers)
    headings = [tag.text for tag in page.all("h2")]
    for part in ("Address", "Password", "Two-step sign-in", "Where you are signed in", "Your data"):
        assert part in headings
    assert "nora@example.com" in page.text
    assert page.href("Change the password") == "/password/change/"
    assert page.href("Change the address") == "/account/address/"
    assert read(hers.get("/settings/")).href("Your account") == "/account/"


def test_it_asks_few_questions_however_often_one_is_signed_in(
    hers: Client, nora: Owner, django_assert_num_queries: Any
) -> None:
    for _ in range(30):
        Client().force_login(nora)
    with django_assert_num_queries(4):
        page = account(hers)
    assert len(keys(page)) == 19
    assert "And 11 more." in page.text


@pytest.mark.parametrize(
    "path", ["/account/", "/account/address/", "/account/sessions/end/", "/account/sessions/end-others/"]
)
def test_strangers_are_asked_to_sign_in(path: str) -> None:
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", ["/account/sessions/end/", "/account/sessions/end-others/"])
def test_nothing_is_ended_by_looking_or_from_elsewhere(hers: Client, nora: Owner, path: str) -> None:
    other = Client()
    other.force_login(nora)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = hers.cookies
    assert hers.get(path).status_code == 405
    assert strict.post(path).status_code == 403
    assert is_in(other)


# --- Where one is signed in ------------------------------------------------------
def test_each_browser_is_named_and_the_one_at_hand_comes_first(nora: Owner) -> None:
    now = timezone.now().replace(hour=20, minute=30)
    with standing_at(now - timedelta(days=2)):
        signed_in(nora, PHONE)
    with standing_at(now):
        desk = signed_in(nora, FIREFOX)
        page = account(desk)
    first, second = places(page)
    assert first == "Firefox on Windows This browser, signed in today"
    assert second.startswith("Safari on iPhone Signed in on ")
    assert "last seen" in second
    assert second.endswith("Sign out")


def test_of_who_does_not_say_what_they_are_it_says_a_browser(hers: Client) -> None:
    assert places(account(hers)) == ["A browser This browser, signed in today"]
    assert "Nowhere else." in account(hers).text


def test_what_is_kept_of_a_browser_is_its_name_alone(nora: Owner) -> None:
    desk = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.9")
    sign_in(desk, nora.email)
    kept = serializers.serialize("json", Session.objects.all())
    assert "Firefox on Windows" in kept
    assert "Gecko" not in kept
    assert "203.0.113" not in kept


def test_a_session_of_before_this_was_kept_is_shown_all_the_same(hers: Client, nora: Owner) -> None:
    old = Client()
    old.force_login(nora)
    Session.objects.update(device="", signed_in_at=None, seen_at=None)
    page = account(hers)
    assert [tag.text for tag in page.all("span", "strong") if tag.text == "A browser"] == ["A browser"] * 2
    assert "A browser This browser A browser" in page.text
    assert len(keys(page)) == 1


def test_one_that_is_over_is_not_shown(hers: Client, nora: Owner) -> None:
    Client().force_login(nora)
    mine = sessions.key_hash(hers.session)
    Session.objects.exclude(key_hash=mine).update(expires_at=timezone.now())
    assert keys(account(hers)) == []


def test_one_is_ended_and_the_others_stay(nora: Owner) -> None:
    desk, phone, third = (signed_in(nora, agent) for agent in (FIREFOX, PHONE, "curl/8"))
    key = sessions.key_hash(phone.session)
    assert key in keys(account(desk))
    answer = desk.post("/account/sessions/end/", {"session": key}, follow=True)
    assert "Signed out there." in read(answer).text
    assert [is_in(client) for client in (desk, phone, third)] == [True, False, True]
    # Pressed twice, from two tabs.
    assert desk.post("/account/sessions/end/", {"session": key}).status_code == 302


def test_all_others_are_ended_at_once(nora: Owner, bea: Owner) -> None:
    desk, phone, third = (signed_in(nora, agent) for agent in (FIREFOX, PHONE, "curl/8"))
    hers = signed_in(bea, FIREFOX)
    answer = desk.post("/account/sessions/end-others/", follow=True)
    assert "Signed out everywhere but here." in read(answer).text
    assert [is_in(client) for client in (desk, phone, third, hers)] == [True, False, False, True]


@pytest.mark.parametrize("given", ["", "x", "%00", "a\x00b", "f" * 64, "9" * 5000, "\ud800"])
def test_what_names_no_session_ends_none(hers: Client, nora: Owner, given: str) -> None:
    before = Session.objects.count()
    posted = {"session": given.encode("utf-8", "surrogatepass")}
    assert hers.post("/account/sessions/end/", posted).status_code in (302, 400)
    assert Session.objects.count() == before


def test_the_one_at_hand_is_not_ended_there(hers: Client) -> None:
    hers.post("/account/sessions/end/", {"session": sessions.key_hash(hers.session)})
    assert is_in(hers)


def test_no_owner_ends_a_session_of_another(hers: Client, bea: Owner) -> None:
    other = signed_in(bea, PHONE)
    hers.post("/account/sessions/end/", {"session": sessions.key_hash(other.session)})
    hers.post("/account/sessions/end-others/")
    assert is_in(other)


def test_what_the_page_says_of_a_session_opens_nothing(nora: Owner, hers: Client) -> None:
    phone = signed_in(nora, PHONE)
    cookie = phone.cookies[settings.SESSION_COOKIE_NAME].value
    html = hers.get("/account/").content.decode()
    assert cookie not in html
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = keys(account(hers))[0]
    assert not is_in(thief)


# --- When it was last seen ---------------------------------------------------------
def test_it_is_written_every_five_minutes_at_most(hers: Client, django_assert_num_queries: Any) -> None:
    began = Session.objects.get().seen_at
    assert began
    later = sessions.SEEN_TO_WITHIN
    with standing_at(began + later - timedelta(microseconds=1)), django_assert_num_queries(1):
        hers.get("/reading/", {"text": "90m"})
    assert Session.objects.get().seen_at == began
    with standing_at(began + later):
        with django_assert_num_queries(2):
            hers.get("/reading/", {"text": "90m"})
        with django_assert_num_queries(1):
            hers.get("/reading/", {"text": "90m"})
    assert Session.objects.get().seen_at == began + later


def test_saving_a_session_does_not_take_back_when_it_was_seen(hers: Client) -> None:
    store = sessions.SessionStore(hers.cookies[settings.SESSION_COOKIE_NAME].value)
    store["said"] = True
    later = timezone.now() + timedelta(hours=1)
    Session.objects.update(seen_at=later)
    store.save()
    assert Session.objects.get().seen_at == later


def test_signing_in_anew_begins_it_anew_and_a_new_password_does_not(nora: Owner) -> None:
    began = timezone.now()
    with standing_at(began):
        desk = signed_in(nora, FIREFOX)
    with standing_at(began + timedelta(hours=1)):
        new = {"oldpassword": factories.PASSWORD, "password1": "brown-bread-at-nine"}
        desk.post("/password/change/", new | {"password2": new["password1"]})
    session = Session.objects.get()
    assert (session.device, session.signed_in_at) == ("Firefox on Windows", began)


def test_whoever_signs_in_next_in_the_same_browser_has_a_session_of_their_own(nora: Owner, bea: Owner) -> None:
    began = timezone.now()
    with standing_at(began):
        desk = signed_in(nora, FIREFOX)
        planted = desk.cookies[settings.SESSION_COOKIE_NAME].value
    with standing_at(began + timedelta(hours=1)):
        desk.post("/sign-out/")
        sign_in(desk, bea.email)
    session = Session.objects.get()
    assert (session.owner, session.signed_in_at) == (bea, began + timedelta(hours=1))
    assert desk.cookies[settings.SESSION_COOKIE_NAME].value != planted


def test_a_session_that_was_planted_before_signing_in_opens_nothing_after(client: Client, nora: Owner) -> None:
    thief = Client()
    store = sessions.SessionStore()
    store["planted"] = True
    store.save()
    for each in (client, thief):
        each.cookies[settings.SESSION_COOKIE_NAME] = str(store.session_key)
    sign_in(client, nora.email)
    assert is_in(client)
    assert not is_in(thief)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != store.session_key
    assert not Session.objects.filter(owner=None).exists()
