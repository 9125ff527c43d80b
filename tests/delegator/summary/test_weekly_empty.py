"""Weeks without a log: one short note, a second that says that the email pauses, then nothing until an entry."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from assistants.models import OutgoingEmail
from delegator.summary import weekly, weekly_times
from tasks import entries
from tasks.models import Owner, Task, TimeEntry
from tests import factories

pytestmark = pytest.mark.django_db
# Monday 12 October at 7 in Phoenix.
MONDAY = datetime.fromisoformat("2026-10-12T14:00:00+00:00")
WEEK = timedelta(weeks=1)
PAUSES = "It is the second week without a log, so this email pauses now. It comes again after your next entry."


@pytest.fixture
def task(nora: Owner, bea: Owner) -> Task:
    """Of Nora, whose next summary is due on Monday; Bea gets none, so that what is counted is Nora's."""
    Owner.objects.filter(pk=bea.pk).update(wants_summary=False)
    nora.next_summary_at = MONDAY
    nora.save()
    return factories.a_task(owner=nora)


def mondays(owner: Owner, count: int, first: datetime = MONDAY) -> list[str]:
    """What came on each of so many Mondays: its subject and nothing more, or ''."""
    subjects = []
    for n in range(count):
        before = owner.emails.count()
        weekly.write_due(now=first + n * WEEK)
        new = owner.emails.order_by("pk")[before:]
        subjects.append(new[0].facts["subject_text"] if new else "")
    return subjects


def log(task: Task, at: datetime, *, days_ago: int = 0) -> None:
    """An hour, written at that moment for the day then or one before it."""
    entry = TimeEntry(
        owner=task.owner, task=task, day=task.owner.today(at) - timedelta(days=days_ago), source="typed"
    )
    entries.put(entry, 3600, via=entries.Via.DAY, now=at)


def last(owner: Owner) -> OutgoingEmail:
    return owner.emails.latest("pk")


EMPTY = "Your week: nothing logged"


def test_two_notes_come_and_then_none(nora: Owner, task: Task) -> None:
    assert mondays(nora, 6) == [EMPTY, EMPTY, "", "", "", ""]
    assert [row.is_empty for row in nora.summaries.all()] == [True, True]
    nora.refresh_from_db()
    assert nora.next_summary_at == MONDAY + 6 * WEEK


def test_the_second_note_says_that_it_pauses_and_the_first_does_not(nora: Owner, task: Task) -> None:
    mondays(nora, 1)
    assert "One line a day is enough to see where it goes." in last(nora).facts["lede"]
    mondays(nora, 1, MONDAY + WEEK)
    assert last(nora).facts["lede"].endswith(PAUSES)


def test_a_note_is_short_and_asks_for_one_line(nora: Owner, task: Task) -> None:
    mondays(nora, 1)
    facts = last(nora).facts
    assert (facts["bars"], facts["handed"], facts["handoffs"], facts["coverage"]) == ([], None, [], "")
    assert (facts["next"]["button"], facts["next"]["path"]) == ("Open today’s sheet", "/today/")


def test_a_week_with_an_entry_ends_the_pause(nora: Owner, task: Task) -> None:
    mondays(nora, 4)
    log(task, MONDAY + 3 * WEEK + timedelta(days=2))
    assert mondays(nora, 5, MONDAY + 4 * WEEK) == ["Your week: 1 h logged", EMPTY, EMPTY, "", ""]


def test_an_entry_for_a_week_long_ago_ends_the_pause_too(nora: Owner, task: Task) -> None:
    """It is an entry: whoever makes it is there again, though the week that is over stays empty."""
    mondays(nora, 3)
    log(task, MONDAY + 2 * WEEK + timedelta(days=2), days_ago=40)
    assert mondays(nora, 4, MONDAY + 3 * WEEK) == [EMPTY, EMPTY, "", ""]


def test_a_week_with_a_log_between_two_without_starts_the_count_anew(nora: Owner, task: Task) -> None:
    mondays(nora, 1)
    log(task, MONDAY + timedelta(days=1))
    assert mondays(nora, 3, MONDAY + WEEK) == ["Your week: 1 h logged", EMPTY, EMPTY]
    assert last(nora).facts["lede"].endswith(PAUSES)


def test_a_week_in_which_others_worked_is_not_empty(nora: Owner, task: Task) -> None:
    offer = factories.a_running_offer(owner=nora, task=task)
    factories.some_hours(offer=offer, day=nora.today(MONDAY) - timedelta(days=3))
    assert mondays(nora, 1) == ["Your week: 1 h worked for you"]
    facts = last(nora).facts
    assert facts["headline"] == "1 h worked for you, Nora"
    assert facts["lede"] == "5 to 11 October. You logged nothing yourself."
    assert facts["handed"]["paid"] == "$18"


def test_the_pause_of_one_owner_is_not_anothers(nora: Owner, bea: Owner, task: Task) -> None:
    mondays(nora, 3)
    Owner.objects.filter(pk=bea.pk).update(wants_summary=True, next_summary_at=MONDAY)
    assert mondays(bea, 1, MONDAY + 3 * WEEK) == [EMPTY]


def test_a_paused_one_still_has_its_next_date(nora: Owner, task: Task) -> None:
    mondays(nora, 3)
    nora.refresh_from_db()
    assert nora.next_summary_at == weekly_times.next_at(nora, MONDAY + 2 * WEEK)
