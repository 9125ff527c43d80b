"""Sessions: what the database knows of a cookie, whose it is, and when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.core import serializers
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from delegator import jobs
from delegator.account.sessions import SessionStore
from delegator.models import Session
from tasks.models import Owner
from tests.delegator.account.test_accounts import sign_in
from tests.factories import NOW, PASSWORD
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_nothing_in_the_database_is_the_cookie_of_a_session(hers: Client) -> None:
    assert is_in(hers)
    assert key_of(hers) not in serializers.serialize("json", Session.objects.all())


def test_what_the_database_holds_of_a_session_opens_nothing(hers: Client) -> None:
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get().key_hash
    assert not is_in(thief)


def test_a_session_and_its_owner_are_one_query(hers: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert hers.get("/reading/", {"text": "90m"}).content
    assert len(queries) == 1


def test_a_session_is_over_when_its_time_is(hers: Client) -> None:
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not is_in(hers)


def test_the_moment_of_its_end_is_the_first_without_it(hers: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        Session.objects.update(expires_at=NOW + timedelta(microseconds=1))
        assert is_in(hers)
        Session.objects.update(expires_at=NOW)
        assert not is_in(hers)


def test_a_session_of_nobody_is_over_at_the_same_moment() -> None:
    store = SessionStore()
    store["seen"] = True
    store.save()
    with time_machine.travel(NOW, tick=False):
        Session.objects.update(expires_at=NOW + timedelta(microseconds=1))
        assert SessionStore(store.session_key).load() == {"seen": True}
        Session.objects.update(expires_at=NOW)
        assert SessionStore(store.session_key).load() == {}


def test_it_ends_ninety_days_after_signing_in_however_much_it_is_used(client: Client, nora: Owner) -> None:
    with standing_at(NOW):
        sign_in(client, nora.email)
    for days in range(10, 90, 10):
        with standing_at(NOW + timedelta(days=days)):
            used(client)
            assert is_in(client)
    with standing_at(NOW + timedelta(days=90, microseconds=-1)):
        used(client)
        assert is_in(client)
    with standing_at(NOW + timedelta(days=90)):
        assert not is_in(client)


def test_a_new_key_makes_it_no_longer(client: Client, nora: Owner) -> None:
    with standing_at(NOW):
        sign_in(client, nora.email)
    with standing_at(NOW + timedelta(days=13)):
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    with override_settings(SESSION_DAYS=20), standing_at(NOW + timedelta(days=19)):
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        assert is_in(client)
        assert Session.objects.values_list("signed_in_at", "expires_at").get() == (NOW, NOW + timedelta(days=20))


def test_one_of_before_that_was_kept_says_nothing_of_when_it_began_and_ends_when_it_would(hers: Client) -> None:
    ends = timezone.now() + timedelta(days=3)
    Session.objects.update(signed_in_at=None, expires_at=ends)
    used(hers)
    assert Session.objects.values_list("signed_in_at", "expires_at").get() == (None, ends)
    hers.post("/account/reauthenticate/", {"password": PASSWORD})
    assert is_in(hers)
    assert Session.objects.values_list("signed_in_at", "expires_at").get() == (None, ends)


def used(client: Client) -> None:
    """So that the session is written, and goes on from then."""
    session = client.session
    session["used"] = str(timezone.now())
    session.save()


def test_what_is_removed_is_what_is_over(hers: Client) -> None:
    Session.objects.update(expires_at=NOW)
    SessionStore.clear_expired(NOW - timedelta(microseconds=1))
    assert Session.objects.count() == 1
    SessionStore.clear_expired(NOW)
    assert Session.objects.count() == 0


def test_what_is_over_is_removed_and_what_is_not_stays(hers: Client, nora: Owner) -> None:
    Session.objects.update(expires_at=timezone.now())
    Client().force_login(nora)
    jobs.forget_sessions()
    assert Session.objects.count() == 1


def test_another_password_ends_the_sessions_of_the_old_one(hers: Client, nora: Owner) -> None:
    nora.set_password("another-long-password")
    nora.save()
    assert not is_in(hers)
    assert Session.objects.filter(owner=nora).count() == 0


def test_an_account_that_was_closed_opens_nothing(hers: Client, nora: Owner) -> None:
    Owner.objects.filter(pk=nora.pk).update(is_active=False)
    assert not is_in(hers)


def test_an_owner_takes_their_sessions_along(hers: Client, nora: Owner) -> None:
    nora.delete()
    assert Session.objects.count() == 0
    assert not is_in(hers)


def test_a_new_secret_key_keeps_who_signed_in_under_the_old_one(hers: Client) -> None:
    new = "another secret key, as long as the one before it was, or longer"
    with override_settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert is_in(hers)
    with override_settings(SECRET_KEY=new):
        assert is_in(hers)


def test_signing_out_ends_it_for_whoever_else_holds_the_cookie(hers: Client) -> None:
    copy = Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = key_of(hers)
    assert is_in(copy)
    hers.post("/sign-out/")
    assert not is_in(copy)


def test_a_session_that_was_ended_meanwhile_is_not_brought_back_by_saving(hers: Client) -> None:
    store = SessionStore(key_of(hers))
    store["seen"] = True
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert Session.objects.count() == 0


def test_a_cookie_that_was_never_given_is_no_session(hers: Client) -> None:
    made_up = Client()
    made_up.cookies[settings.SESSION_COOKIE_NAME] = "f" * 32
    assert not is_in(made_up)
