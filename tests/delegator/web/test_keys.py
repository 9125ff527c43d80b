"""A key is changed, and what was given out under the old one goes on until that is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.test import Client, override_settings

from assistants import links
from assistants.models import Offer
from delegator import jobs
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand
from tests.delegator.account.test_accounts import link_in, sign_in
from tests.factories import an_offer

pytestmark = pytest.mark.django_db
NEW = "the secret key that comes after, as long as the one that was before it"
NEW_LINK_KEY = "the link key that comes after"


@contextmanager
def changed_keys(*, keep_old: bool) -> Iterator[None]:
    """As an operator changes both: with the old ones still listed, or without."""
    kept: dict[str, Any] = {"SECRET_KEY_FALLBACKS": [settings.SECRET_KEY] if keep_old else []}
    link_keys = [NEW_LINK_KEY, *(settings.LINK_KEYS if keep_old else [])]
    with override_settings(SECRET_KEY=NEW, LINK_KEYS=link_keys, **kept):
        yield


@pytest.fixture
def offer(nora: Owner) -> Offer:
    now = clock.now()
    return an_offer(owner=nora, now=now, reply_by=now + timedelta(days=3))


# --- The secret key ----------------------------------------------------------
def test_who_is_signed_in_stays_so_and_needs_the_old_key_no_more_after_a_visit(hers: Client) -> None:
    with changed_keys(keep_old=True):
        assert hers.get("/settings/").status_code == 200
    with changed_keys(keep_old=False):
        assert hers.get("/settings/").status_code == 200


def test_a_session_of_a_key_that_is_gone_has_ended(hers: Client) -> None:
    with changed_keys(keep_old=False):
        assert hers.get("/settings/").status_code == 302


def reset_link(client: Client, owner: Owner) -> str:
    client.post("/password/forgotten/", {"email": owner.email})
    jobs.answer_forgotten()
    return link_in(owner.emails.get(kind="reset"), "/password/new/")


@pytest.mark.parametrize("keep_old", [True, False])
def test_a_reset_link_that_waits_works_while_the_old_key_is_listed(
    client: Client, nora: Owner, *, keep_old: bool
) -> None:
    link = reset_link(client, nora)
    with changed_keys(keep_old=keep_old):
        page = client.get(link, follow=True)
        given = {"password1": "slow-green-kettle", "password2": "slow-green-kettle"}
        answer = client.post(page.redirect_chain[-1][0] if page.redirect_chain else link, given)
        signed_in = sign_in(Client(), nora.email, "slow-green-kettle")
    assert answer.status_code == (302 if keep_old else 200)
    assert signed_in.status_code == (302 if keep_old else 200)


def test_a_link_that_confirms_an_address_does_so_too(nora: Owner) -> None:
    address = EmailAddress.objects.create(user=nora, email=nora.email, primary=True)
    key = EmailConfirmationHMAC(address).key
    with changed_keys(keep_old=False):
        assert EmailConfirmationHMAC.from_key(key) is None
    with changed_keys(keep_old=True):
        found = EmailConfirmationHMAC.from_key(key)
        assert found is not None
        assert found.email_address == address


# --- The keys of links -------------------------------------------------------
def test_a_link_that_was_mailed_opens_and_its_open_page_can_be_answered(client: Client, offer: Offer) -> None:
    link, form = f"/h/{links.token('offer', offer.pid)}/", by_hand(offer, terms="1")
    with changed_keys(keep_old=True):
        assert client.get(link).status_code == 200
        assert client.post(f"{link}accept/", form).status_code == 302
        # What is made from now on is made with the new one, and is as good.
        fresh = f"/h/{links.token('offer', offer.pid)}/"
        assert fresh != link
        assert client.get(fresh).status_code == 200
    offer.refresh_from_db()
    assert offer.state == Offer.State.ACCEPTED


def test_every_kind_of_link_ends_with_its_key_and_not_before(client: Client, nora: Owner, offer: Offer) -> None:
    urls = [
        f"/h/{links.token('offer', offer.pid)}/",
        f"/h/weekly/{links.token('unsubscribe', offer.pid)}/",
        f"/h/export/{links.dated_token('export', offer, clock.now())}/",
        f"/h/erase/{links.dated_token('erase', offer, clock.now())}/",
        f"/unsubscribe/{links.token('unsubscribe', nora.pid)}/",
    ]
    with changed_keys(keep_old=True):
        assert [client.get(url).status_code for url in urls] == [200] * len(urls)
    with changed_keys(keep_old=False):
        assert [client.get(url).status_code for url in urls] == [404] * len(urls)


def test_the_two_kinds_of_keys_do_not_stand_in_for_each_other(client: Client, offer: Offer) -> None:
    link = f"/h/{links.token('offer', offer.pid)}/"
    with override_settings(LINK_KEYS=[NEW_LINK_KEY], SECRET_KEY_FALLBACKS=settings.LINK_KEYS):
        assert client.get(link).status_code == 404
