"""What we write by hand is, to the byte, what the standard library writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from hypothesis import example, given
from hypothesis import strategies as st

from assistants.mail import mime

BOUNDARY = f"=_{'ab' * 16}"
words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=120)
plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120)
subjects = st.one_of(plain, words)
# Lines of all lengths around the longest that is sent as it stands, and whatever breaks one.
bodies = st.lists(
    st.one_of(st.text(max_size=40), st.sampled_from(["", ".", "From me", "x" * 998, "é" * 499, "é" * 500, "x" * 999]))
).map("\n".join)


def a_message(
    subject: str = "Your week", body: str = "12 h", html: str = "<p>12 h</p>", **headers: str
) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject, body, "Delegator <hello@delegator.internal>", ["Nora Hale <nora@hale.internal>"], headers=headers
    )
    message.extra_headers |= {"Message-ID": "<1.ab@delegator.internal>", "Date": "Thu, 15 Oct 2026 21:30:00 +0000"}
    message.attach_alternative(html, "text/html")
    return message


def same(message: EmailMultiAlternatives) -> bool:
    return outcome(mime.written, message) == outcome(mime.by_the_library, message)


def outcome(write: Callable[[EmailMultiAlternatives, str], bytes], message: EmailMultiAlternatives) -> bytes | str:
    """The bytes, or how it was refused."""
    try:
        return write(message, BOUNDARY)
    except ValueError as error:
        return repr(error)


@given(subjects, bodies, bodies)
@example("", "", "")
@example("Garden design, “Hale”", "Thé\n", "<p>Thé</p>\n\n")
@example(" two  spaces ", "a\r\nb\rc", "\n")
@example("=?utf-8?q?No?=", "x" * 998, "é" * 499)
def test_text_of_any_kind_leaves_as_the_library_writes_it(subject: str, body: str, html: str) -> None:
    assert same(a_message(subject, body, html))


@given(plain, st.sampled_from(["X-A", "List-Unsubscribe"]))
@example(f"<https://delegator.internal/unsubscribe/{'ab' * 60}/>", "List-Unsubscribe")
@example("x" * 57, "List-Unsubscribe")
@example(f"{'many words ' * 30}end", "X-A")
@example("", "X-A")
def test_headers_are_folded_as_the_library_folds_them(value: str, name: str) -> None:
    assert same(a_message(**{name: value}))


@given(words, words)
@example("José", "")
def test_names_of_any_kind_leave_as_the_library_writes_them(name: str, answer_to: str) -> None:
    message = a_message()
    message.to = [f'"{name.replace(chr(92), "").replace(chr(34), "")}" <nora@hale.internal>']
    message.reply_to = ["nora@hale.internal", "Ana <ana@reyes.internal>"]
    assert same(message)


def test_a_header_of_two_lines_is_refused() -> None:
    with pytest.raises(BadHeaderError):
        mime.written(a_message(subject="Hello\nBcc: all@hale.internal"), BOUNDARY)


def test_what_is_usual_is_not_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    message = a_message(body="Thé, 12 h\n", **{"List-Unsubscribe": f"<https://delegator.internal/{'ab' * 60}/>"})
    expected = mime.by_the_library(message, BOUNDARY)
    monkeypatch.delattr(mime, "by_the_library")
    assert mime.written(message, BOUNDARY) == expected
