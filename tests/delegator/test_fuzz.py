"""Some hundreds of odd requests to every form of the demo; `make fuzz` sends ten thousand to a running server."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from pytest_django.fixtures import Settings

from assistants import links
from assistants.models import Offer
from delegator import demo
from tasks.models import Owner
from tests.delegator.test_isolation import a_bit_of_everything, everything
from tests.filled import Seen
from tests.fuzz import odd
from tests.fuzz.__main__ import BARE, SIGNED_OUT
from tests.fuzz.walk import Answer, Fuzz

pytestmark = pytest.mark.django_db


class Inside:
    """A visitor without a wire between."""

    def __init__(self, name: str, owner: Owner | None = None) -> None:
        self.name, self.owner = name, owner
        self.client = Client(raise_request_exception=False)

    def ask(self, request: odd.Request) -> Answer:
        if self.owner and "sid" not in self.client.cookies:
            self.client.force_login(self.owner)
        headers: Any = request.headers
        answer = self.client.generic(request.method, request.url, request.body, request.kind, headers=headers)
        if "sid" in answer.cookies:  # signed up, or out
            self.client.cookies.clear()
        text = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        return Answer(answer.status_code, text, answer.headers.get("Location", ""))


@pytest.fixture
def no_limits(settings: Settings) -> None:
    settings.LEAST_SECONDS_TO_READ = 0
    settings.LINKS_A_MINUTE = 10_000
    settings.ACCOUNT_RATE_LIMITS = False


def test_odd_requests_are_refused_by_name_and_touch_nothing_of_another(bea: Owner, no_limits: None) -> None:
    nora = demo.load(timezone.now())
    a_bit_of_everything(bea)
    before = everything(bea)
    fuzz = Fuzz(seed=8, pages_of_a_kind=1)
    owner, assistant, nobody = Inside("owner", nora), Inside("assistant"), Inside("nobody")
    offers = Offer.objects.filter(handoff__owner=nora)
    linked = [f"/h/{links.token('offer', offer.pid, offer.epoch)}/" for offer in offers]
    fuzz.look(owner, ["/"], more=BARE)
    fuzz.look(assistant, linked, only="/h/", more=linked)
    fuzz.look(nobody, SIGNED_OUT)
    fuzz.ask(owner, 220)
    fuzz.ask(assistant, 90)
    fuzz.ask(nobody, 50)
    assert fuzz.broken == []
    assert everything(bea) == before
    statuses = sum(fuzz.statuses.values(), Counter())
    assert {200, 302, 400, 404, 405, 422} <= set(statuses)
    assert len(fuzz.statuses) > 50
    # Not all of it is refused at the door.
    assert statuses[302] + statuses[200] > 100


# --- What it stands on -------------------------------------------------------
PAGE = """
<a href="next/#here">Next</a><a href="https://elsewhere.example/">Away</a>
<form method="post" action="/save/" id="f"><input name="name" value="Ann"><input type="checkbox" name="off">
<input type="radio" name="one" value="1"><input type="radio" name="one" value="2" checked>
<select name="zone"><option value="a">A<option value="b" selected>B</select><textarea name="note">
Hello</textarea><button name="go" value="1">Go</button><button formaction="/drop/">Drop</button></form>
<input name="late" form="f"><form><input type="search" name="q"></form>
"""


def test_a_form_is_read_as_a_browser_has_it() -> None:
    seen = Seen(PAGE, "/here/")
    save, find, go, drop = seen.forms
    assert seen.links == {"/here/next/"}
    assert (save.action, save.method) == ("/save/", "post")
    assert save.sent() == {"name": "Ann", "one": "2", "zone": "b", "note": "Hello", "late": ""}
    assert save.texts() == ["name", "note", "late"]
    assert (find.action, find.method, find.names) == ("/here/", "get", ["q"])
    assert go.sent() == save.sent() | {"go": "1"}
    assert (drop.action, drop.sent()) == ("/drop/", save.sent())


def test_one_seed_draws_the_same_requests() -> None:
    form = Seen(PAGE, "/here/").forms[0]
    drawn = [[odd.request(form, fuzz.draw) for _ in range(100)] for fuzz in (Fuzz(3), Fuzz(3), Fuzz(4))]
    assert drawn[0] == drawn[1] != drawn[2]
    assert {each.method for each in drawn[0]} >= {"GET", "POST"}
    assert len({each.kind for each in drawn[0]}) > 5


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [path("broken/", broken)]
handler500 = "delegator.web.errors.server_error"


@pytest.mark.urls(__name__)
def test_a_mistake_of_ours_is_found_and_shown() -> None:
    fuzz, visitor = Fuzz(1), Inside("nobody")
    fuzz.look(visitor, [], more=["/broken/"])
    fuzz.ask(visitor, 10)
    assert [each for each in fuzz.broken if each.startswith("500 nobody: Request(")]
