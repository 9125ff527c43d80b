"""What a file adds to the log: each row once, under the task its owner says, and all of it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tasks import entries, history, rollups, timers
from tasks.durations import HOUR, MINUTE
from tasks.imports import adding
from tasks.imports.adding import Addition, Gone, Nothing
from tasks.imports.reading import Reading, Row
from tasks.models import EntryChange, Owner, TimeEntry
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def a_row(
    seconds: int = HOUR, *, day: date = TODAY, task: str = "Email", project: str = "", text: str = "", line: int = 2
) -> Row:
    return Row(line, day, None, seconds, project, task, text)


def a_reading(*rows: Row, source: str = "Toggl Track") -> Reading:
    return Reading(source=source, rows=list(rows), refused=[], remarks=[], passed_over=0, order="")


def a_file(owner: Owner) -> None:
    adding.wait(owner, name="times.csv", text="Day,Time", encoding="UTF-8", now=NOW)


def add(owner: Owner, *rows: Row, as_: dict[str, int | None], once: bool = False) -> Addition:
    a_file(owner)
    file = adding.waiting(owner)
    assert file
    return adding.add(owner, file, a_reading(*rows), as_, once=once, now=NOW)


def logged(owner: Owner) -> list[tuple[str, date, int, str, str]]:
    listed = owner.entries.order_by("day", "pk")
    return list(listed.values_list("task__name", "day", "seconds", "source", "note"))


# --- Adding ---------------------------------------------------------------------------
def test_each_row_becomes_an_entry_of_the_task_that_was_said(nora: Owner) -> None:
    mail, sales = a_task(owner=nora, name="Mail"), a_task(owner=nora, name="Sales")
    yesterday = TODAY - timedelta(days=1)
    rows = [a_row(text="Inbox"), a_row(90, day=yesterday), a_row(2 * HOUR, task="Calls")]
    made = add(nora, *rows, as_={"Email": mail.pk, "Calls": sales.pk})
    assert sorted(logged(nora)) == [
        ("Mail", yesterday, 90, "import", ""),
        ("Mail", TODAY, HOUR, "import", "Inbox"),
        ("Sales", TODAY, 2 * HOUR, "import", ""),
    ]
    assert (len(made.entries), made.seconds, made.refused) == (3, 3 * HOUR + 90, [])
    assert rollups.differences(nora) == []
    assert set(nora.changes.values_list("via", "source")) == {("import", "import")}
    assert adding.waiting(nora) is None


def test_a_name_of_which_nothing_is_said_is_left_out(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Mail")
    add(nora, a_row(), a_row(task="Lunch"), as_={"Email": mail.pk})
    assert [task for task, *_ in logged(nora)] == ["Mail"]


def test_a_name_can_become_a_task_of_its_own_or_one_that_is_called_so_by_now(nora: Owner) -> None:
    known = a_task(owner=nora, name="EMAIL")
    add(nora, a_row(), a_row(task="Invoices"), as_={"Email": None, "Invoices": None})
    assert [task for task, *_ in logged(nora)] == ["EMAIL", "Invoices"]
    assert nora.tasks.get(name="Invoices") != known
    assert nora.tasks.count() == 2


def test_hours_that_were_typed_stay_and_the_day_says_that_both_count(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    an_entry(task=mail, seconds=30 * MINUTE)
    made = add(nora, a_row(), as_={"Email": mail.pk})
    assert made.days_with_more == 1
    assert sorted(seconds for _, _, seconds, *_ in logged(nora)) == [30 * MINUTE, HOUR]
    assert rollups.differences(nora) == []


def test_a_day_gets_no_more_hours_than_it_has_and_the_others_are_added(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    an_entry(task=mail, seconds=20 * HOUR)
    made = add(nora, a_row(5 * HOUR, line=3), a_row(day=TODAY - timedelta(days=1)), as_={"Email": mail.pk})
    said = "Thursday 15 October 2026 would have 25 h in all, and it has 24 h."
    assert made.refused == [(3, said)]
    assert len(made.entries) == 1


def test_a_day_to_come_is_refused(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    with pytest.raises(Nothing):
        add(nora, a_row(day=TODAY + timedelta(days=2)), as_={"Email": mail.pk})
    assert adding.waiting(nora)
    assert logged(nora) == []


def test_nothing_chosen_adds_nothing_makes_no_task_and_keeps_the_file(nora: Owner) -> None:
    with pytest.raises(Nothing):
        add(nora, a_row(), as_={})
    assert (nora.tasks.count(), adding.waiting(nora) is None) == (0, False)


def test_of_two_presses_the_second_finds_the_file_gone(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    a_file(nora)
    file = adding.waiting(nora)
    assert file
    adding.add(nora, file, a_reading(a_row()), {"Email": mail.pk}, once=False, now=NOW)
    with pytest.raises(Gone):
        adding.add(nora, file, a_reading(a_row()), {"Email": mail.pk}, once=False, now=NOW)
    assert len(logged(nora)) == 1


def test_a_file_chosen_meanwhile_is_not_added_unseen(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    a_file(nora)
    seen = adding.waiting(nora)
    assert seen
    adding.wait(nora, name="other.csv", text="Day,Time", encoding="UTF-8", now=LATER)
    with pytest.raises(Gone):
        adding.add(nora, seen, a_reading(a_row()), {"Email": mail.pk}, once=False, now=LATER)
    assert logged(nora) == []


def test_a_hundred_rows_more_take_two_queries_at_most(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")

    def queries(first: date, count: int) -> int:
        rows = [a_row(60 + number, day=first + timedelta(days=number % 50)) for number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            add(nora, *rows, as_={"Email": mail.pk})
        return len(asked)

    few = queries(date(2024, 1, 1), 10)
    assert queries(date(2025, 1, 1), 1000) - few <= 20
    assert rollups.differences(nora) == []


# --- Twice ------------------------------------------------------------------------------
def test_the_same_file_again_has_nothing_new(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    rows = [a_row(), a_row(text="Inbox"), a_row(task="Lunch")]
    add(nora, *rows, as_={"Email": mail.pk})
    found = adding.look(nora, a_reading(*rows), [], once=False)
    assert [group.name for group in found.groups] == ["Lunch"]
    assert (found.known, found.known_since) == (2, NOW)


def test_a_longer_export_adds_only_what_came_since(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    add(nora, a_row(), as_={"Email": mail.pk})
    add(nora, a_row(), a_row(day=TODAY - timedelta(days=1)), as_={"Email": mail.pk})
    assert len(logged(nora)) == 2


def test_a_row_that_stands_there_twice_counts_twice_unless_its_owner_says_once(nora: Owner, bea: Owner) -> None:
    rows = [a_row(), a_row(line=3), a_row(line=4)]
    assert [row.line for row in adding.look(nora, a_reading(*rows), [], once=False).twins] == [3, 4]
    for owner, once, count in ((nora, False, 3), (bea, True, 1)):
        mail = a_task(owner=owner, name="Email")
        add(owner, *rows, as_={"Email": mail.pk}, once=once)
        assert len(logged(owner)) == count


def test_what_another_owner_imported_is_new_here(nora: Owner, bea: Owner) -> None:
    add(bea, a_row(), as_={"Email": a_task(owner=bea, name="Email").pk})
    assert adding.look(nora, a_reading(a_row()), [], once=False).known == 0


def test_the_task_of_a_name_is_guessed_by_the_whole_of_it_or_by_either_part(nora: Owner) -> None:
    tasks = [a_task(owner=nora, name=name) for name in ("email", "Web site", "Reyes: Calls")]
    rows = [a_row(), a_row(task="", project="WEB SITE"), a_row(project="Reyes", task="Calls"), a_row(task="Tea")]
    found = adding.look(nora, a_reading(*rows), tasks, once=False)
    guessed = {group.name: group.task and group.task.name for group in found.groups}
    assert guessed == {"Email": "email", "WEB SITE": "Web site", "Reyes: Calls": "Reyes: Calls", "Tea": None}


# --- Taking back ----------------------------------------------------------------------------
def test_an_import_is_taken_back_whole_and_can_be_made_again(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    an_entry(task=mail, seconds=30 * MINUTE)
    rows = [a_row(), a_row(day=TODAY - timedelta(days=9))]
    add(nora, *rows, as_={"Email": mail.pk})
    (past,) = adding.past(nora)
    assert (past.at, past.entries, past.seconds) == (NOW, 2, 2 * HOUR)
    assert (past.first, past.last) == (TODAY - timedelta(days=9), TODAY)
    assert adding.take_back(nora, past.at, now=LATER) == 2
    assert [seconds for _, _, seconds, *_ in logged(nora)] == [30 * MINUTE]
    assert rollups.differences(nora) == []
    assert adding.past(nora) == []
    assert len(add(nora, *rows, as_={"Email": mail.pk}).entries) == 2


def test_taking_back_twice_removes_nothing_more(nora: Owner) -> None:
    add(nora, a_row(), as_={"Email": a_task(owner=nora, name="Email").pk})
    assert [adding.take_back(nora, NOW, now=LATER) for _ in range(2)] == [1, 0]


def test_another_owners_import_of_the_same_moment_stays(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        add(owner, a_row(), as_={"Email": a_task(owner=owner, name="Email").pk})
    adding.take_back(nora, NOW, now=LATER)
    assert (len(logged(nora)), len(logged(bea))) == (0, 1)


def test_an_entry_with_a_note_written_since_stays_and_is_known(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    rows = [a_row(), a_row(90)]
    add(nora, *rows, as_={"Email": mail.pk})
    entries.note(nora, nora.entries.get(seconds=90).pk, "Mine", now=LATER)
    assert adding.take_back(nora, NOW, now=LATER) == 1
    assert [note for *_, note in logged(nora)] == ["Mine"]
    found = adding.look(nora, a_reading(*rows), [], once=False)
    assert [piece.row.seconds for group in found.groups for piece in group.pieces] == [HOUR]


def test_a_later_import_of_as_long_a_time_keeps_nothing_of_an_earlier_one(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    add(nora, a_row(), as_={"Email": mail.pk})
    a_file(nora)
    file = adding.waiting(nora)
    assert file
    adding.add(nora, file, a_reading(a_row(text="Other")), {"Email": mail.pk}, once=False, now=LATER)
    assert adding.take_back(nora, NOW, now=LATER) == 1
    assert [past.at for past in adding.past(nora)] == [LATER]
    assert adding.look(nora, a_reading(a_row()), [], once=False).known == 0


def test_the_timer_that_runs_counts_against_the_length_of_its_day(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    timers.start(nora, mail, now=NOW - timedelta(hours=2))
    nora = Owner.objects.get(pk=nora.pk)
    with pytest.raises(Nothing):
        add(nora, a_row(23 * HOUR), as_={"Email": mail.pk})


def test_undo_takes_back_an_import_as_the_last_change(nora: Owner) -> None:
    mail = a_task(owner=nora, name="Email")
    add(nora, a_row(), a_row(90), as_={"Email": mail.pk})
    assert len(history.undo(nora, now=NOW + timedelta(seconds=30))) == 2
    assert logged(nora) == []
    assert rollups.differences(nora) == []
    assert len(add(nora, a_row(), a_row(90), as_={"Email": mail.pk}).entries) == 2


# --- Whatever is in it -------------------------------------------------------------------------
SOME = st.builds(
    a_row,
    st.integers(1, 6 * HOUR),
    day=st.dates(date(2026, 9, 28), TODAY),
    task=st.sampled_from(["Email", "Sales", "Lunch"]),
    text=st.sampled_from(["", "Inbox"]),
)


class Whatever(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(st.lists(SOME, max_size=30), st.sampled_from(["once", "each"]))
    def test_weeks_and_history_say_what_the_entries_do_and_taking_back_leaves_nothing(
        self, rows: Sequence[Row], counts: str
    ) -> None:
        owner = an_owner()
        as_: dict[str, int | None] = {"Email": a_task(owner=owner, name="Email").pk, "Sales": None}
        try:
            made = add(owner, *rows, as_=as_, once=counts == "once")
        except Nothing:
            assert not owner.entries.exists()
            return
        assert rollups.differences(owner) == []
        there = sum(owner.entries.values_list("seconds", flat=True))
        assert there == made.seconds
        assert sum(owner.changes.values_list("seconds_after", flat=True)) == there
        by_day: dict[date, int] = {}
        for day, seconds in owner.entries.values_list("day", "seconds"):
            by_day[day] = by_day.get(day, 0) + seconds
        assert max(by_day.values()) <= 24 * HOUR
        adding.take_back(owner, NOW, now=LATER)
        assert not owner.entries.exists()
        assert rollups.differences(owner) == []
        assert not EntryChange.objects.filter(owner=owner, key__isnull=False).exists()
        assert not TimeEntry.objects.exists()
