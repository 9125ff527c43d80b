"""Stopping the weekly email or the reminders by a link, by a person or by a mail program."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from assistants import links
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import read

pytestmark = pytest.mark.django_db


class Mail(NamedTuple):
    """What can be stopped: the name of its address, the owner's wish, what it is called."""

    route: str
    wish: str
    name: str

    def path(self, owner: Owner) -> str:
        return reverse(self.route, args=[links.token("unsubscribe", owner.pid)])


WEEKLY = Mail("unsubscribe", "wants_summary", "weekly email")
REMINDERS = Mail("unsubscribe_reminders", "wants_reminder", "reminders")
each_mail = pytest.mark.parametrize("mail", [WEEKLY, REMINDERS], ids=["weekly", "reminders"])


@pytest.fixture(autouse=True)
def all_want_both(nora: Owner, bea: Owner) -> None:
    Owner.objects.update(wants_summary=True, wants_reminder=True)


def wants(owner: Owner) -> set[str]:
    owner.refresh_from_db()
    return {mail.wish for mail in (WEEKLY, REMINDERS) if getattr(owner, mail.wish)}


BOTH = {WEEKLY.wish, REMINDERS.wish}


@each_mail
@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_opening_the_link_changes_nothing(client: Client, nora: Owner, mail: Mail, method: str) -> None:
    assert getattr(client, method)(mail.path(nora)).status_code in (200, 405)
    assert wants(nora) == BOTH


@each_mail
def test_the_page_asks_with_one_button(client: Client, nora: Owner, mail: Mail) -> None:
    page = read(client.get(mail.path(nora)))
    assert page.heading == f"Stop the {mail.name}?"
    assert [tag.text for tag in page.all("button")] == [f"Stop the {mail.name}"]


@each_mail
def test_a_mail_program_stops_it_without_cookie_or_redirect(nora: Owner, bea: Owner, mail: Mail) -> None:
    program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = program.post(mail.path(nora), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert read(answer).heading == "Stopped"
    assert wants(nora) == BOTH - {mail.wish}
    assert wants(bea) == BOTH


@each_mail
def test_once_stopped_the_page_says_so_and_where_to_start_again(client: Client, nora: Owner, mail: Mail) -> None:
    client.post(mail.path(nora))
    page = read(client.get(mail.path(nora)))
    assert page.heading == "Stopped"
    assert f"You get no {mail.name} any more." in page.text
    assert page.href("Open settings") == "/settings/"
    assert not page.all("form")


@each_mail
def test_a_link_that_is_not_exactly_this_one_is_not_found(
    client: Client, nora: Owner, bea: Owner, mail: Mail
) -> None:
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
        url = mail.path(nora).replace(good, token)
        for answer in (client.get(url), client.post(url)):
            assert (answer.status_code, answer.content) == (404, nobodys.content), token
    assert wants(nora) == wants(bea) == BOTH
