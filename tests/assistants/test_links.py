"""Private links: who holds one gets in, and nothing else does, not even all rows of the database."""

from __future__ import annotations

import base64
import re
from typing import get_args

import pytest
from pytest_django.fixtures import Settings

from assistants import links
from assistants.models import Offer
from tasks.models import Owner
from tests.assistants.world import dump
from tests.factories import a_task, an_offer

PID = "aB3-_xYz0123456789abcd"
PURPOSES = get_args(links.Purpose)


def opens(given: str) -> Offer | None:
    return links.find_offer(given)


@pytest.fixture
def offer(nora: Owner) -> Offer:
    return an_offer(owner=nora)


@pytest.fixture
def token(offer: Offer) -> str:
    return links.token("offer", offer.pid, offer.epoch)


def flipped(token: str, place: int) -> str:
    """The token with one letter changed; of the last, a bit that counts: 27 letters hold two bits too many."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(token[place]) ^ 0b100000]
    return token[:place] + other + token[place + 1 :]


# --- Tokens ------------------------------------------------------------------
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_is_good_for_its_own_purpose_alone(purpose: links.Purpose) -> None:
    token = links.token(purpose, PID)
    assert [each for each in PURPOSES if links.proves(token, each, PID)] == [purpose]


def test_a_token_is_good_for_its_own_row_and_epoch_alone() -> None:
    token = links.token("offer", PID, 1)
    assert links.proves(token, "offer", PID, 1)
    assert not links.proves(token, "offer", PID, 0)
    assert not links.proves(token, "offer", PID, 2)
    assert not links.proves(token, "offer", PID[::-1], 1)


def test_a_token_is_the_same_each_time_it_is_made() -> None:
    """So that a retry and a reminder carry the same link."""
    assert links.token("offer", PID) == links.token("offer", PID)
    assert re.fullmatch(r"[\w-]{22}\.[\w-]{27}", links.token("offer", PID), re.ASCII)


def test_the_mark_is_160_bits_of_a_hash_that_needs_the_key(settings: Settings) -> None:
    mark = links.token("offer", PID).partition(".")[2]
    assert len(base64.urlsafe_b64decode(mark + "=")) == 20
    settings.LINK_KEYS = ["another key"]
    assert links.token("offer", PID).partition(".")[2] != mark
    settings.LINK_KEYS = [settings.SECRET_KEY]
    assert links.token("offer", PID).partition(".")[2] != mark


def test_an_old_key_opens_as_long_as_it_is_listed_and_new_links_use_the_newest(settings: Settings) -> None:
    settings.LINK_KEYS = ["old"]
    old = links.token("offer", PID)
    settings.LINK_KEYS = ["new", "old"]
    new = links.token("offer", PID)
    assert new != old
    assert links.proves(old, "offer", PID)
    assert links.proves(new, "offer", PID)
    settings.LINK_KEYS = ["new"]
    assert not links.proves(old, "offer", PID)
    assert links.proves(new, "offer", PID)


def test_addresses_in_emails_come_from_the_settings(settings: Settings) -> None:
    settings.SITE_URL = "https://delegator.hale.studio"
    assert links.absolute("/h/x/") == "https://delegator.hale.studio/h/x/"


# --- The offer that a link opens ---------------------------------------------
def test_a_link_opens_its_offer_and_no_other(nora: Owner, offer: Offer, token: str) -> None:
    other = an_offer(owner=nora, task=a_task(owner=nora))
    assert opens(token) == offer
    assert opens(links.token("offer", other.pid)) == other
    crossed = f"{other.pid}.{token.partition('.')[2]}"
    assert opens(crossed) is None


def test_no_letter_of_it_can_be_another(token: str, offer: Offer) -> None:
    places = [place for place, letter in enumerate(token) if letter != "."]
    assert len(places) == 49
    assert [place for place in places if opens(flipped(token, place))] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-1],
        lambda token: token[1:],
        lambda token: token * 2,
        lambda token: f"{token}.{token}",
        lambda token: f"{token}{token.partition('.')[2]}",
        lambda token: token.replace(".", ""),
        lambda token: token.partition(".")[0],
        lambda token: f"{token.partition('.')[0]}.",
        lambda token: f".{token.partition('.')[2]}",
        lambda token: f"{token}=",
        lambda token: f" {token}",
        lambda token: f"{token}\x00",
        lambda token: f"{token}\n",
        lambda token: token.upper(),
        lambda token: "",
        lambda token: ".",
        lambda token: "\x00",
        lambda token: "é" * 22 + "." + "é" * 27,
        lambda token: "\ud800" * 22 + "." + "\ud800" * 27,
        lambda token: "９" * 22 + "." + "９" * 27,
        lambda token: "x" * 100_000,
    ],
)
def test_what_is_not_exactly_a_link_opens_nothing(token: str, damage: object) -> None:
    assert callable(damage)
    assert opens(damage(token)) is None


@pytest.mark.parametrize("glued", [".", ",", ")", ").", ">", '"', "'", " ", "!?", "]", ";:", "}"])
def test_what_a_mail_program_glues_to_its_end_does_not_matter(offer: Offer, token: str, glued: str) -> None:
    assert opens(token + glued) == offer


@pytest.mark.parametrize("purpose", [each for each in PURPOSES if each != "offer"])
def test_a_link_for_another_purpose_does_not_open_the_offer(offer: Offer, purpose: links.Purpose) -> None:
    assert opens(links.token(purpose, offer.pid, offer.epoch)) is None


def test_raising_the_epoch_revokes_every_link_that_was_out(offer: Offer, token: str) -> None:
    Offer.objects.update(epoch=1)
    assert opens(token) is None
    assert opens(links.token("offer", offer.pid, 1)) == offer


def test_names_of_rows_are_random(nora: Owner) -> None:
    pids = {an_offer(owner=nora, task=a_task(owner=nora)).pid for _ in range(20)}
    assert len(pids) == 20
    assert all(len(base64.urlsafe_b64decode(pid + "==")) == 16 for pid in pids)


def test_nothing_in_all_the_rows_opens_a_link(nora: Owner, offer: Offer) -> None:
    """A dump without the key: every run of letters in it, alone and behind the offer's name."""
    text = " ".join(row for rows in dump().values() for row in rows)
    words = set(re.findall(r"[\w-]{16,}", text))
    assert offer.pid in words
    tried = words | {f"{offer.pid}.{word}" for word in words} | set(re.findall(r"[\w.-]{16,}", text))
    assert [word for word in tried if opens(word)] == []
