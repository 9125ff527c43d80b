"""Secrets that must be read again lie sealed: a copy of the database opens nothing, and the key can be changed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from delegator.account import sealed, second_steps
from tasks.models import Owner
from tests.assistants.world import dump
from tests.delegator.account.test_two_step import codes_in, secret_in, set_up
from tests.delegator.pages import read
from tests.delegator.second_step import SECRET, an_app, asked_again, code_of
from tests.factories import NOW, PASSWORD
from tests.tasks.clocks import standing_at

OLD, NEW = settings.SECRET_KEY, "the secret key that comes after, as long as the one that was before it"
both = override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD])
new_alone = override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[])


@pytest.fixture
def at_one_moment() -> Iterator[None]:
    with standing_at(NOW):
        yield


# --- The seal -----------------------------------------------------------------
@given(st.text(), st.text(max_size=20))
def test_what_is_sealed_comes_back_for_its_purpose(text: str, purpose: str) -> None:
    assert sealed.unseal(sealed.seal(text, purpose), purpose) == text
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(sealed.seal(text, purpose), f"{purpose}x")


def test_the_same_text_is_never_sealed_alike_and_never_seen() -> None:
    first, second = sealed.seal(SECRET, "a"), sealed.seal(SECRET, "a")
    assert first != second
    assert SECRET not in first


@pytest.mark.parametrize("given", ["", "x", "gAAAAAB", "\x00", "ä" * 40, SECRET, "\ud800"])
def test_what_was_not_sealed_here_is_unreadable(given: str) -> None:
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(given, "a")


def test_one_changed_sign_makes_it_unreadable() -> None:
    whole = sealed.seal(SECRET, "a")
    for place in range(0, len(whole) - 2, 7):
        changed = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
        with pytest.raises(sealed.Unreadable):
            sealed.unseal(changed, "a")


def test_it_can_have_a_time() -> None:
    with time_machine.travel(NOW, tick=False):
        made = sealed.seal(SECRET, "a")
    with time_machine.travel(NOW + timedelta(seconds=60), tick=False):
        assert sealed.unseal(made, "a", seconds=60) == SECRET
    with time_machine.travel(NOW + timedelta(seconds=61), tick=False), pytest.raises(sealed.Unreadable):
        sealed.unseal(made, "a", seconds=60)


# --- Another key ------------------------------------------------------------------
def test_what_the_old_key_sealed_is_read_while_it_is_listed() -> None:
    made = sealed.seal(SECRET, "a")
    with both:
        assert sealed.unseal(made, "a") == SECRET
        renewed = sealed.renew(made, "a")
    with new_alone:
        assert sealed.unseal(renewed, "a") == SECRET
        with pytest.raises(sealed.Unreadable):
            sealed.unseal(made, "a")


@pytest.mark.django_db
def test_with_both_keys_listed_owners_sign_in_and_after_renewing_with_the_new_one_alone(
    nora: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    an_app(nora)
    codes = second_steps.new_codes(nora)
    with both:
        assert second_steps.use_code(nora, codes[0], now=NOW)
        assert second_steps.use_code(nora, code_of(NOW), now=NOW)
        call_command("renew_seals")
    assert "Sealed with the newest key: 2." in capsys.readouterr().out
    later = NOW + timedelta(minutes=1)
    with new_alone:
        assert second_steps.use_code(nora, codes[1], now=later)
        assert second_steps.use_code(nora, code_of(later), now=later)
        with pytest.raises(second_steps.Refused):
            second_steps.use_code(nora, codes[0], now=later)


@pytest.mark.django_db
def test_a_key_that_is_gone_too_soon_lets_nobody_in_and_is_said_to_the_operator(
    nora: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    an_app(nora)
    code = second_steps.new_codes(nora)[0]
    with new_alone:
        for written in (code, code_of(NOW)):
            with pytest.raises(second_steps.Refused):
                second_steps.use_code(nora, written, now=NOW)
        with pytest.raises(CommandError, match=f"totp of owner {nora.pk}"):
            call_command("renew_seals")
    assert f"The totp of owner {nora.pk} cannot be read" in caplog.text
    assert SECRET not in caplog.text
    assert second_steps.use_code(nora, code, now=NOW)


# --- At rest -------------------------------------------------------------------------
def everything(caplog: pytest.LogCaptureFixture) -> str:
    """All rows and all lines of the log."""
    rows = [row for table in dump().values() for row in table]
    return "\n".join([*rows, caplog.text])


@pytest.mark.django_db
def test_neither_secret_nor_code_nor_cookie_lies_anywhere(
    at_one_moment: None, hers: Client, nora: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    asked_again(hers, nora)
    with caplog.at_level(logging.DEBUG):
        being_set_up = secret_in(read(hers.get("/account/two-step/set-up/")))
        between = everything(caplog)
        answer, secret = set_up(hers)
        codes = codes_in(answer)
        hers.post("/account/two-step/codes/")
        second_steps.use_code(nora, codes_in(hers.post("/account/two-step/codes/"))[0], now=NOW)
        after = everything(caplog)
    assert "two_step" in after
    assert being_set_up not in between
    cookie = hers.cookies[settings.SESSION_COOKIE_NAME].value
    for kept in (between, after):
        written = [secret, cookie, *codes, *(code.replace(" ", "") for code in codes)]
        assert not [each for each in written if each in kept]


@pytest.mark.django_db
def test_a_form_that_waits_for_the_password_leaves_nothing_in_the_session(nora: Owner) -> None:
    client = Client()
    client.force_login(nora)
    answer = client.post("/account/two-step/off/", {"typed": "something private"})
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    kept = "\n".join(row for table in dump().values() for row in table)
    assert "something private" not in kept
    assert client.cookies[settings.SESSION_COOKIE_NAME].value not in kept
    assert PASSWORD not in kept


@pytest.mark.django_db
def test_what_is_kept_of_an_app_and_of_codes_is_sealed_and_nothing_more(nora: Owner) -> None:
    an_app(nora)
    second_steps.new_codes(nora)
    kept = {row.type: row.data for row in Authenticator.objects.all()}
    assert set(kept["totp"]) == {"secret", "period"}
    assert set(kept["recovery_codes"]) == {"seed", "used_mask"}
    assert kept["totp"]["secret"].startswith("gAAAA")
    assert kept["recovery_codes"]["seed"].startswith("gAAAA")
