"""What a typed time means, in words, while it is typed."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("text", "seen", "said"),
    [
        ("1:30", "0", "1 h 30 min"),
        ("90", "0", "1 h 30 min"),
        ("1,5", "0", "1 h 30 min"),
        ("٣", "0", "3 h"),
        ("+15m", "3600", "1 h 15 min"),
        ("-15m", "3600", "45 min"),
        ("+15m", "", "15 min"),
        ("+15m", "-5", "15 min"),
        ("+15m", "²", "15 min"),
        ("+15m", "9" * 5000, "15 min"),
        ("0", "3600", "Clears it"),
        ("", "3600", "Clears it"),
        ("-1h", "3600", "Clears it"),
        ("25h", "0", "25 h"),
    ],
)
def test_a_text_is_read_in_words(hers: Client, text: str, seen: str, said: str) -> None:
    answer = hers.get("/reading/", {"text": text, "seen": seen})
    assert (answer.status_code, answer.content.decode()) == (200, said)
    assert answer.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    "text", ["abc", "1:", "1:7", "-1", "-2h", "1e9", "NaN", "28h", "1\x00", "<b>", "9" * 10_000, "²", "+"]
)
def test_what_is_no_time_yet_reads_as_nothing(hers: Client, text: str) -> None:
    answer = hers.get("/reading/", {"text": text, "seen": "3600"})
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_reading_is_for_who_is_signed_in_and_changes_nothing(client: Client, hers: Client) -> None:
    assert client.get("/reading/", {"text": "1h"}).headers["Location"].startswith("/sign-in/?next=/reading/")
    assert hers.post("/reading/", {"text": "1h"}).status_code == 405
    assert hers.get("/reading/").content == b"Clears it"
