"""The operator's page: there for staff alone, to look at, to send again what failed, to hold mail and release it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse
from django.utils.html import escape

from assistants.mail import heartbeat, holding, outbox
from assistants.models import OutgoingEmail, Pump
from delegator.web import operators_page
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import Browser, text_of
from tests.delegator.pages import read
from tests.delegator.second_step import proved
from tests.delegator.web.test_headers import ON_SOMETHING
from tests.delegator.web.test_headers_everywhere import STRICT, policy
from tests.factories import NOW
from tests.tasks.clocks import standing_at

# As with ADMIN=true, which is read once when the process starts.
urlpatterns = [path("admin/", operators_page.site.urls), path("", include("delegator.urls"))]
handler404 = "delegator.web.errors.not_found"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
LIST = "/admin/assistants/outgoingemail/"
METHODS = ("get", "post", "head", "put", "delete")


def an_email(owner: Owner, key: str, *, state: str = "queued", **more: Any) -> OutgoingEmail:
    facts = {"headline": "Only for its owner", "lines": [], "button": "Open", "handoff": 7}
    kind = more.pop("kind", "answer")
    email = outbox.put(kind, owner=owner, to=("Ana", f"{key}@reyes.works"), key=key, facts=facts, now=clock.now())
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state, **more)
    email.refresh_from_db()
    return email


@pytest.fixture
def operator(bea: Owner, browser_of: Browser) -> Client:
    """Signed in with a second step; what else happens is in test_second_step_demanded."""
    bea.is_staff = True
    bea.save()
    return proved(browser_of(bea), bea)


def addresses(email: OutgoingEmail) -> list[str]:
    one = f"{LIST}{email.pk}/"
    return [
        "/admin/", "/admin/assistants/", "/admin/jsi18n/", LIST, f"{LIST}add/", f"{LIST}hold/", f"{LIST}release/",
        one, f"{one}change/", f"{one}delete/", f"{one}history/", f"{LIST}987654321/change/",
    ]  # fmt: skip


# --- Who gets in -------------------------------------------------------------
@pytest.mark.urls("delegator.urls")
def test_without_the_setting_it_is_an_unknown_address_also_to_staff(operator: Client) -> None:
    unknown = operator.get("/nowhere/")
    for address in ("/admin/", LIST, "/admin/login/"):
        response = operator.get(address)
        assert (response.status_code, response.content) == (404, unknown.content)


def test_to_an_owner_who_is_no_operator_each_address_is_an_unknown_one(nora: Owner, bea: Owner) -> None:
    email = an_email(bea, "a")
    strict = Client(enforce_csrf_checks=True)
    with standing_at(NOW):
        strict.force_login(nora)
        for method, address in product(METHODS, addresses(email)):
            known, unknown = getattr(strict, method)(address), getattr(strict, method)("/nowhere/")
            assert known.status_code == (405 if method in ("put", "delete") else 404), (method, address)
            for each in (known, unknown):
                del each.headers["X-Request-Id"]
            assert (known.content, known.headers) == (unknown.content, unknown.headers), (method, address)
    assert Pump.objects.filter(held_at__isnull=False).count() == 0


def test_who_is_not_signed_in_signs_in_on_our_page_and_comes_back(client: Client, operator: Client) -> None:
    response = client.get(f"{LIST}?q=ana")
    assert response.status_code == 302
    assert response.headers["Location"] == f"/sign-in/?next={LIST}%3Fq%3Dana"
    for address in ("/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/autocomplete/"):
        assert operator.get(address).status_code == 404


def test_an_operator_who_was_deactivated_is_out(operator: Client, bea: Owner) -> None:
    Owner.objects.filter(pk=bea.pk).update(is_active=False)
    assert operator.get(LIST).status_code == 302


def test_a_post_without_a_token_does_nothing(operator: Client, bea: Owner) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bea)
    proved(strict, bea)
    assert strict.post(f"{LIST}hold/").status_code == 403
    assert operator.get(f"{LIST}hold/").status_code == 405
    assert not Pump.row().held_at


# --- What is there -----------------------------------------------------------
def test_the_list_shows_each_email_of_every_owner_and_nothing_of_what_it_says(operator: Client, nora: Owner) -> None:
    email = an_email(nora, "a", state="dead", tries=3, dots=1, last_code=550, trouble="the address was refused")
    page = text_of(operator.get("/admin/", follow=True))
    for shown in ("Dead", "a@reyes.works", "550", "the address was refused", nora.email):
        assert shown in page
    one = text_of(operator.get(f"{LIST}{email.pk}/change/"))
    assert "the address was refused" in one
    assert "Only for its owner" not in page + one
    assert "lease_token" not in one


def test_nothing_can_be_added_changed_or_deleted(operator: Client, nora: Owner) -> None:
    email = an_email(nora, "a")
    for url in (f"{LIST}add/", f"{LIST}{email.pk}/delete/"):
        assert operator.get(url).status_code == 403
        assert operator.post(url, {"key": "mine", "post": "yes"}).status_code == 403
    assert operator.post(f"{LIST}{email.pk}/change/", {"state": "sent", "to_email": "me@x.works"}).status_code == 403
    operator.post(LIST, {"action": "delete_selected", "index": "0", "_selected_action": email.pk, "post": "yes"})
    email.refresh_from_db()
    assert (email.state, email.to_email) == ("queued", "a@reyes.works")


def rows(response: Any) -> list[str]:
    return [email.key for email in response.context["cl"].result_list]


def test_it_is_filtered_by_state_and_kind_and_searched_by_address_key_and_owner(
    operator: Client, nora: Owner, bea: Owner
) -> None:
    an_email(nora, "first", state="dead")
    an_email(bea, "second", kind="weekly")
    assert rows(operator.get(LIST)) == ["second", "first"]
    for query in ("state__exact=dead", "kind=answer", "q=first%40REYES", "q=first", f"q={nora.email}"):
        assert rows(operator.get(f"{LIST}?{query}")) == ["first"], query


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_the_list_asks_the_database_as_often_for_many_as_for_few(operator: Client, nora: Owner, bea: Owner) -> None:
    an_email(nora, "a")
    few = queries(operator, LIST)
    for number in range(20):
        an_email((nora, bea)[number % 2], f"b{number}", state="dead")
    assert queries(operator, LIST) == few
    # The session, the clock on Postgres, the queue and its pump, how many there are, and the page of them.
    assert few <= 7


def test_its_pages_are_as_strict_as_all_others_and_have_nothing_inline(operator: Client, nora: Owner) -> None:
    email = an_email(nora, "a", state="dead")
    holding.hold(now=clock.now())
    for url in (LIST, f"{LIST}?q=nothing", f"{LIST}{email.pk}/change/", f"{LIST}{email.pk}/history/"):
        response = operator.get(url)
        assert response.status_code == 200
        assert policy(response) == STRICT
        assert "no-store" in response.headers["Cache-Control"]
        for tag in read(HttpResponse(response.content)).tags:
            assert not {name for name in tag.attrs if name == "style" or ON_SOMETHING.fullmatch(name)}, (url, tag)
            assert tag.name != "style", url
            assert tag.name != "script" or tag.attrs["src"].startswith(("/static/", "/admin/jsi18n/")), url


# --- What can be done ---------------------------------------------------------
def test_send_again_says_how_many_and_why_not_the_others(operator: Client, nora: Owner, bea: Owner) -> None:
    chosen = [an_email(nora, f"dead{n}", state="dead").pk for n in range(3)] + [
        an_email(nora, "sent", state="sent").pk
    ]
    pressed = {"action": "send_again", "index": "0", "_selected_action": chosen}
    page = text_of(operator.post(LIST, pressed, follow=True))
    assert "Sent again: 3." in page
    assert "Not sent again: 1. It did not fail." in page
    assert OutgoingEmail.objects.filter(key__contains="+1", state="queued").count() == 3
    page = text_of(operator.post(LIST, pressed, follow=True))
    assert "Sent again" not in page
    assert "Not sent again: 3. It has been sent again already." in page
    assert OutgoingEmail.objects.filter(key__contains="+").count() == 3
    assert LogEntry.objects.filter(user=bea, object_id__in=chosen).count() == 3


def test_mail_is_held_and_released_from_there_and_both_are_written_down(
    operator: Client, nora: Owner, bea: Owner
) -> None:
    heartbeat.beat(clock.now())
    an_email(nora, "old")
    OutgoingEmail.objects.update(written_at=clock.now() - timedelta(hours=2))
    an_email(nora, "new")
    page = text_of(operator.post(reverse("admin:assistants_outgoingemail_hold"), follow=True))
    assert "Mail is held since" in page
    assert Pump.row().held_at
    assert "Hold mail" not in page
    since = (clock.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    page = text_of(operator.post(f"{LIST}release/", {"since": since}, follow=True))
    assert "Released. Waiting: 1. Left alone, for they may have left before: 1." in page
    assert not Pump.row().held_at
    assert "Hold mail" in page
    said = LogEntry.objects.filter(user=bea).order_by("pk").values_list("change_message", flat=True)
    assert list(said) == ["Mail is held.", "Released. Waiting: 1. Left alone, for they may have left before: 1."]


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01T09:00", "<b>", "2999-01-01T00:00"])
def test_a_moment_that_is_none_or_to_come_releases_nothing(operator: Client, typed: str) -> None:
    holding.hold(now=clock.now())
    page = text_of(operator.post(f"{LIST}release/", {"since": typed}, follow=True))
    assert "Nothing is released." in page
    assert escape(typed) in page
    assert Pump.row().held_at


def test_left_blank_all_of_it_leaves(operator: Client, nora: Owner) -> None:
    an_email(nora, "old", due_at=clock.now() - timedelta(days=2))
    holding.hold(now=clock.now())
    assert "Waiting: 1." in text_of(operator.post(f"{LIST}release/", {"since": " "}, follow=True))
