"""Stopping the weekly email by its link, by a person or by a mail program."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from assistants import links
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import read

pytestmark = pytest.mark.django_db


def path(owner: Owner) -> str:
    return reverse("unsubscribe", args=[links.token("unsubscribe", owner.pid)])


def wants(owner: Owner) -> bool:
    owner.refresh_from_db()
    return owner.wants_summary


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_opening_the_link_changes_nothing(client: Client, nora: Owner, method: str) -> None:
    assert getattr(client, method)(path(nora)).status_code in (200, 405)
    assert wants(nora)


def test_the_page_asks_with_one_button(client: Client, nora: Owner) -> None:
    page = read(client.get(path(nora)))
    assert page.heading == "Stop the weekly email?"
    assert [tag.text for tag in page.all("button")] == ["Stop the weekly email"]


def test_a_mail_program_stops_it_without_cookie_or_redirect(nora: Owner, bea: Owner) -> None:
    program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = program.post(path(nora), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert read(answer).heading == "Stopped"
    assert not wants(nora)
    assert wants(bea)


def test_once_stopped_the_page_says_so_and_where_to_start_again(client: Client, nora: Owner) -> None:
    client.post(path(nora))
    page = read(client.get(path(nora)))
    assert page.heading == "Stopped"
    assert page.href("Open settings") == "/settings/"
    assert not page.all("form")


def test_a_link_that_is_not_exactly_this_one_is_not_found(client: Client, nora: Owner, bea: Owner) -> None:
    offer = factories.an_offer(owner=nora)
    good = links.token("unsubscribe", nora.pid)
    mark = good.partition(".")[2]
    flipped = good[:-1] + ("A" if good[-1] != "A" else "B")
    wrong = [
        links.token("offer", nora.pid),
        links.token("offer", offer.pid, offer.epoch),
        links.token("unsubscribe", offer.pid),
        links.token("unsubscribe", nora.pid, 1),
        f"{bea.pid}.{mark}",
        nora.pid,
        f"{nora.pid}.",
        f".{mark}",
        good[:-1],
        good * 2,
        flipped,
        f"a%00{mark}",
        "%00",
        "ä",
        "x" * 4000,
    ]
    nobodys = client.get("/unsubscribe/nobody.nothing/")
    assert nobodys.status_code == 404
    for token in wrong:
        for answer in (client.get(f"/unsubscribe/{token}/"), client.post(f"/unsubscribe/{token}/")):
            assert (answer.status_code, answer.content) == (404, nobodys.content), token
    assert wants(nora)
    assert wants(bea)
