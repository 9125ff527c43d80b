"""What events say of lines of hours: days as the reader writes them, and what a correction changed once only."""

from __future__ import annotations

import json
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from assistants.models import HandoffEvent
from assistants.work import line_facts
from assistants.work.line_facts import Correction, Line
from tasks import formats
from tasks.formats import Formats
from tasks.models import Owner
from tests.factories import NOW, a_running_offer

MAY_3, MAY_4 = date(2026, 5, 3), date(2026, 5, 4)
TWO_HOURS = 7200
WAS = {"day": "2026-05-03", "seconds": 7200, "note": "Post, “etc.”"}
lines = st.builds(Line, st.dates(date(2000, 1, 1)), st.integers(0, 90_000), st.text(max_size=20))


@given(was=lines, became=st.none() | lines, answer=st.text())
def test_a_correction_is_read_as_it_was_written(was: Line, became: Line | None, answer: str) -> None:
    correction = Correction(was, became, answer)
    kept = json.loads(json.dumps(correction.facts()))
    assert Correction.of(HandoffEvent(facts=kept, note=answer)) == correction
    without = json.dumps(line_facts.without_notes(kept))
    assert not was.note.isalpha() or len(was.note) < 10 or was.note not in without


@pytest.mark.parametrize(
    ("became", "answer", "said"),
    [
        (Line(MAY_3, 3600, "Gas"), "", "May 3, 2026, 2:00, “Gas”.\nNow: 1:00."),
        (Line(MAY_3, TWO_HOURS, "Mail"), "", "May 3, 2026, 2:00, “Gas”.\nNow: 2:00, “Mail”."),
        (Line(MAY_4, TWO_HOURS, "Gas"), "", "May 3, 2026, 2:00, “Gas”.\nNow: May 4, 2026, 2:00."),
        (Line(MAY_3, TWO_HOURS, ""), "", "May 3, 2026, 2:00, “Gas”.\nNow: 2:00, without a note."),
        (Line(MAY_3, 3600, "Gas"), "Sorry.", "May 3, 2026, 2:00, “Gas”.\n“Sorry.”\nNow: 1:00."),
        (None, "", "May 3, 2026, 2:00, “Gas”. It was removed."),
        (Line(MAY_3, TWO_HOURS, "Gas"), "", "May 3, 2026, 2:00, “Gas”. It stays as it was."),
        (Line(MAY_3, TWO_HOURS, "Gas"), "Yes.", "May 3, 2026, 2:00, “Gas”. “Yes.” It stays as it was."),
    ],
)
def test_of_a_correction_only_what_became_another_is_said_again(became: Line | None, answer: str, said: str) -> None:
    with formats.use(Formats(dates="month")):
        assert str(Correction(Line(MAY_3, TWO_HOURS, "Gas"), became, answer)) == said


@pytest.mark.parametrize(
    ("lines", "day", "more", "which", "summed"),
    [
        (1, "2026-05-03", {}, "3 May 2026, 5:30", "3 May 2026, 5:30, $99.00"),
        (3, None, {}, "3 lines, 5:30", "3 lines, 5:30, $99.00"),
        (3, None, {"paid_on": "2026-05-04"}, "3 lines, 5:30", "3 lines, 5:30, $99.00, on 4 May 2026"),
        (3, None, {"amount": ""}, "3 lines, 5:30", "3 lines, 5:30"),
    ],
)
def test_a_single_line_is_named_by_its_day_and_several_by_their_number(
    lines: int, day: str | None, more: dict[str, Any], which: str, summed: str
) -> None:
    facts = {"lines": lines, "seconds": 19800, "amount": "99.00", "day": day} | more
    with formats.use(formats.USUAL):
        assert (line_facts.which(facts), line_facts.summed(facts, "USD")) == (which, summed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "before", "note", "facts"),
    [
        (
            "corrected",
            "3 May 2026, 2:00, “Post, “etc.””. “Sorry. It was late.” Now: 4 May 2026, 0:30.",
            "Sorry. It was late.",
            {"was": WAS, "became": {"day": "2026-05-04", "seconds": 1800, "note": ""}},
        ),
        ("corrected", "3 May 2026, 2:00, “Post, “etc.””. It stays as it was.", "", {"was": WAS, "became": WAS}),
        ("corrected", "3 May 2026, 2:00, “Post, “etc.””. It was removed.", "", {"was": WAS, "became": None}),
        ("corrected", "", "", {}),
        ("queried", "3 May 2026, 2:00, “Post, “etc.””: Which, “A”: b?", "Which, “A”: b?", {"line": WAS}),
        ("queried", "3 May 2026, 2:00", "", {"line": WAS | {"note": ""}}),
        ("queried", "31 April 2026, 2:00: Which?", "31 April 2026, 2:00: Which?", {}),
        (
            "paid",
            "3 lines, 5:30, CHF 1,299.00, on 4 May 2026",
            "",
            {"lines": 3, "seconds": 19800, "amount": "1299.00", "day": None, "paid_on": "2026-05-04"},
        ),
        (
            "unpaid",
            "3 May 2026, 2:00, “Post”: not paid after all",
            "",
            {"lines": 1, "seconds": 7200, "amount": "", "day": "2026-05-03"},
        ),
        ("noted", "3 May 2026, 2:00", "3 May 2026, 2:00", {}),
    ],
)
def test_what_was_a_sentence_is_facts_after_the_migration_and_stays_one_if_it_cannot_be_read(
    nora: Owner, kind: str, before: str, note: str, facts: dict[str, Any]
) -> None:
    offer = a_running_offer(owner=nora)
    event = HandoffEvent.objects.create(
        handoff=offer.handoff, offer=offer, kind=kind, actor="owner", note=before, happened_at=NOW
    )
    import_module("assistants.migrations.0017_facts_of_hours").read(apps, None)
    event.refresh_from_db()
    assert (event.note, event.facts) == (note, facts)
