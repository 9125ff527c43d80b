"""Pages that a strict policy leaves whole, and what is said when something broke."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from assistants import links
from delegator import demo
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import read
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def unanswered(request: HttpRequest) -> HttpResponse:
    raise OperationalError("server closed the connection unexpectedly")


urlpatterns = [
    path("broken/", broken),
    path("unanswered/", unanswered),
    path("", include("delegator.urls")),
]
handler404 = "tasks.views.not_found"
handler500 = "delegator.web.errors.server_error"


@pytest.mark.urls(__name__)
def test_a_page_that_broke_says_so_without_a_word_on_why(nora: Owner) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(nora)
    said = client.get("/broken/").content.decode()
    assert "Something broke on our side" in said
    assert "on purpose" not in said


@pytest.mark.urls(__name__)
def test_a_database_that_is_away_is_said_to_be_so_and_to_pass(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/unanswered/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert "The database does not answer" in response.content.decode()


def test_private_links_stay_out_of_caches_referrers_and_search_engines(client: Client, nora: Owner) -> None:
    offer = factories.an_offer(owner=nora)
    for url in (
        f"/h/{links.token('offer', offer.pid)}/",
        f"/unsubscribe/{links.token('unsubscribe', nora.pid)}/",
    ):
        for response in (client.get(url), client.head(url), client.get(f"{url}nothing/")):
            assert "no-store" in response.headers["Cache-Control"]
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get(f"/h/{links.token('offer', offer.pid)}/").status_code == 200


# --- Nothing inline ----------------------------------------------------------
ON_SOMETHING = re.compile(r"on[a-z]+")


def test_no_page_has_an_inline_script_style_or_handler(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        owner = demo.load(NOW)
        pages = ["/sign-in/", "/sign-up/", "/password/forgotten/", "/password/forgotten/sent/", "/nowhere/"]
        html = {url: client.get(url).content.decode() for url in ["/", *pages]}
        for token in (links.token("offer", offer.pid, offer.epoch) for offer in offers(owner)):
            html |= {f"/h/{token}/": client.get(f"/h/{token}/").content.decode()}
        html["refused"] = Client(enforce_csrf_checks=True).post("/sign-in/").content.decode()
        client.force_login(owner)
        html |= {url: client.get(url).content.decode() for url in signed_in_pages(owner)}
    assert len(html) > 30
    for url, text in html.items():
        for tag in read(HttpResponse(text)).tags:
            inline = {name for name in tag.attrs if name == "style" or ON_SOMETHING.fullmatch(name)}
            assert not inline, (url, tag)
            assert tag.name != "style", url
            assert tag.name != "script" or tag.attrs.get("src", "").startswith("/static/"), url
            for name in ("href", "src", "action", "formaction"):
                assert not tag.attrs.get(name, "").strip().lower().startswith(("javascript:", "data:")), (url, tag)


def offers(owner: Owner) -> list[Any]:
    return [offer for handoff in owner.handoffs.all() for offer in handoff.offers.all()]


def signed_in_pages(owner: Owner) -> list[str]:
    handoffs = [f"/hand-offs/{handoff.pk}/" for handoff in owner.handoffs.all()]
    drafts = [f"/hand-offs/{handoff.pk}/draft/" for handoff in owner.handoffs.drafts()]
    people = [f"/assistants/{person.pk}/" for person in owner.assistants.all()]
    tasks = [f"/routine/{task.pk}/" for task in owner.tasks.routine()]
    emails = [f"/mail/{email.pk}/" for email in owner.emails.all()]
    fixed = [
        "/", "/start/", "/start/routine/", "/start/feel/", "/routine/", "/routine/new/", "/plan/", "/plan/?budget=50",
        "/hand-offs/", "/hand-offs/new/", "/assistants/", "/assistants/new/", f"{people[0]}change/", "/settings/",
        "/mail/", "/password/change/", "/sign-out/", f"/day/{owner.today(NOW)}/", "/day/2026-10-15/entries/",
        "/day/2026-11-15/", "/week/2026-W42/", "/week/2026-W50/", "/timer/", "/timer/?then=1",
    ]  # fmt: skip
    return [*fixed, *handoffs, *drafts, *people, *tasks, *emails]
