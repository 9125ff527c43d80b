"""What is read of a line of hours: its days as the reader writes them, and what a correction changed once only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistants.work import line_words
from tasks import formats
from tasks.formats import Formats

AMERICAN = Formats(dates="month")


def read(written: Callable[[str], str], note: str) -> str:
    with formats.use(AMERICAN):
        return written(note)


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("27 October 2026, 2:00, “Receipts”: Which?", "October 27, 2026, 2:00, “Receipts”: Which?"),
        ("Now: 3 May 2026, 0:30.", "Now: May 3, 2026, 0:30."),
        ("27 October 2026, 2:00: Not 1 May 2026, 2:00?", "October 27, 2026, 2:00: Not 1 May 2026, 2:00?"),
        ("27 October 2026, 2:00: Now: 99 Abc 2026, 2:00", "October 27, 2026, 2:00: Now: 99 Abc 2026, 2:00"),
        ("", ""),
    ],
)
def test_days_of_a_line_are_read_as_the_reader_writes_them(note: str, said: str) -> None:
    assert read(line_words.as_read, note) == said


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("27 October 2026, 2:00, “Receipts”, on 3 November 2026", "October 27, 2026, 2:00"),
        ("3 lines, 5:30, $99.00", "3 lines, 5:30"),
        ("", ""),
    ],
)
def test_which_lines_it_was_are_named_without_their_notes_and_amounts(note: str, said: str) -> None:
    assert read(line_words.which, note) == said


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("3 May 2026, 2:00, “Post”. Now: 3 May 2026, 1:00, “Post”.", "May 3, 2026, 2:00, “Post”.\nNow: 1:00."),
        (
            "3 May 2026, 2:00, “Gas”. Now: 3 May 2026, 2:00, “Mail”.",
            "May 3, 2026, 2:00, “Gas”.\nNow: 2:00, “Mail”.",
        ),
        ("3 May 2026, 2:00. Now: 4 May 2026, 2:00.", "May 3, 2026, 2:00.\nNow: May 4, 2026, 2:00."),
        (
            "3 May 2026, 2:00, “Gas”. Now: 3 May 2026, 2:00.",
            "May 3, 2026, 2:00, “Gas”.\nNow: 2:00, without a note.",
        ),
        ("3 May 2026, 2:00. “Sorry.” Now: 3 May 2026, 1:00.", "May 3, 2026, 2:00.\n“Sorry.”\nNow: 1:00."),
        ("3 May 2026, 2:00, “Post”. It was removed.", "May 3, 2026, 2:00, “Post”. It was removed."),
    ],
)
def test_of_a_correction_only_what_became_another_is_said_again(note: str, said: str) -> None:
    assert read(line_words.corrected, note) == said
