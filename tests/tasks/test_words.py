"""The words that templates ask for."""

from __future__ import annotations

import pytest
from django.template.defaultfilters import wordwrap
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.fields import optional
from tasks.templatetags.words import begins, these, things, wrapped


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ({"name": ["Write it."]}, "One thing needs a look"),
        ({"name": ["Write it.", "On one line."]}, "Two things need a look"),
        ({"name": ["Write it."], "day": ["Write it."]}, "Two things need a look"),
        ({str(n): ["Write it."] for n in range(4)}, "Four things need a look"),
        ({str(n): ["Write it."] for n in range(12)}, "Twelve things need a look"),
        ({str(n): ["Write it."] for n in range(13)}, "13 things need a look"),
    ],
)
def test_a_summary_of_errors_counts_them_in_words(errors: dict[str, list[str]], said: str) -> None:
    assert things(errors) == said


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Your name", "Your name: "),
        (optional("By when"), "By when: "),
        ("How long does it take, a day?", "How long does it take, a day? "),
        (optional("Mail & post"), "Mail & post: "),
        # What an owner named, not markup.
        ("R&D <new>", "R&D <new>: "),
        (None, ""),
        ("", ""),
    ],
)
def test_what_is_wrong_with_a_field_begins_with_its_name(label: str | None, said: str) -> None:
    assert begins(label) == said


@given(st.lists(st.text(max_size=90) | st.text("ab -\t", max_size=90)).map("\n".join), st.integers(1, 70))
@example("", 64)
@example("short\n\n  \n" + "long " * 30 + "\nend \n", 64)
def test_lines_break_where_django_breaks_them(text: str, width: int) -> None:
    assert wrapped(text, width) == wordwrap(text, width)


def test_few_things_are_counted_in_words() -> None:
    assert [these(count) for count in (1, 4, 12, 13)] == ["this one", "these four", "these twelve", "these 13"]
