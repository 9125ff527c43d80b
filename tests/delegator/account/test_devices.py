"""A browser in a few words, from what it says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegator.account import devices
from delegator.models import Session

MOZILLA = "Mozilla/5.0"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
        (f"{MOZILLA} (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "Firefox on Android"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {KHTML} Chrome/128.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {KHTML} Chrome/128.0 Safari/537.36", "Chrome on Mac"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {KHTML} Chrome/128.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"{MOZILLA} (Linux; Android 10; K) {KHTML} Chrome/128.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"{MOZILLA} (Linux; Android 13; SM-S901B) {KHTML} SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {KHTML} Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0",
            "Edge on Windows",
        ),
        (f"{MOZILLA} (X11; Linux x86_64) {KHTML} Chrome/127.0 Safari/537.36 OPR/113.0.0.0", "Opera on Linux"),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 17_6 like Mac OS X) {KHTML} Version/17.6 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 17_6 like Mac OS X) {KHTML} CriOS/128.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        (f"{MOZILLA} (iPad; CPU OS 16_6 like Mac OS X) {KHTML} FxiOS/130.0 Safari/605.1.15", "Firefox on iPad"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {KHTML} Version/17.6 Safari/605.1.15", "Safari on Mac"),
        ("Python/3.11 Linux", "A browser on Linux"),
        ("firefox", "Firefox"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_it_is_named_as_its_owner_would(said: str, words: str) -> None:
    assert devices.in_words(said) == words


@given(st.text(max_size=3000))
def test_whatever_is_said_only_our_own_words_are_kept_and_they_fit(said: str) -> None:
    words = devices.in_words(said)
    ours = {name for _, name in devices.BROWSERS + devices.SYSTEMS} | {"A browser", ""}
    assert set(words.split(" on ")) <= ours
    assert len(words) <= (Session._meta.get_field("device").max_length or 0)
