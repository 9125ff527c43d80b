"""Days of 21 to 27 hours and days without a midnight: they open, save to the minute, and split a timer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tasks import dates, days, durations, timers
from tasks.durations import DAY_MOST, HOUR, MINUTE, words
from tasks.models import Owner
from tasks.sheets import SheetForm
from tests.factories import a_task, an_owner

from .world import DAY, assert_conserved, counted, loaded, save, shown, utc

LATE = utc("2030-01-01T00:00")
ODD = [
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-10-15", 24),
    ("America/New_York", "2026-11-01", 25),
    ("Australia/Lord_Howe", "2026-10-04", 23.5),
    ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ("Antarctica/Troll", "2026-03-29", 22),
    ("Antarctica/Troll", "2026-10-25", 26),
    ("Antarctica/Casey", "2022-10-02", 21),
    ("Antarctica/Casey", "2023-03-09", 27),
    ("Asia/Kathmandu", "2026-10-15", 24),
    # No midnight.
    ("Africa/Cairo", "2026-04-24", 23),
    ("America/Santiago", "2026-09-06", 23),
    ("Asia/Beirut", "2026-03-29", 23),
    ("America/Havana", "2026-03-08", 23),
    ("Atlantic/Azores", "2026-03-29", 23),
    # Two midnights, or two hours before it.
    ("America/Havana", "2026-11-01", 25),
    ("Atlantic/Azores", "2026-10-25", 25),
    ("Africa/Cairo", "2026-10-29", 25),
]
pytestmark = [pytest.mark.django_db, pytest.mark.parametrize(("zone", "on", "hours"), ODD)]


def noon(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)


def field_of(owner: Owner, day: date, typed: str = "") -> SheetForm:
    """The form of a sheet of one task, with this in its field."""
    sheet = days.sheet(loaded(owner), day, now=LATE)
    data = {f"time-{sheet.rows[0].task.pk}-{day}": typed} if typed else None
    return SheetForm(sheet, owner.zone, data)


def test_the_sheet_opens_on_the_day_and_on_those_beside_it(zone: str, on: str, hours: float) -> None:
    owner, day = an_owner(time_zone=zone), date.fromisoformat(on)
    task = a_task(owner=owner)
    for number, beside in enumerate((day - timedelta(days=1), day, day + timedelta(days=1))):
        save(owner, {task: (number + 1) * HOUR}, day=beside, now=LATE)
        assert [field.text for field in field_of(owner, beside)] == [f"{number + 1}:00"]
    assert dates.length(day, owner.zone) == hours * HOUR


def test_the_whole_day_can_be_typed_and_not_a_minute_more(zone: str, on: str, hours: float) -> None:
    owner, day = an_owner(time_zone=zone), date.fromisoformat(on)
    a_task(owner=owner)
    whole = int(hours * HOUR)
    form = field_of(owner, day, durations.clock(whole + MINUTE))
    assert form.edits == []
    (error,) = (field.error for field in form)
    assert error.startswith(f"That is more than the {hours:g} h")
    form = field_of(owner, day, durations.clock(whole))
    outcome = days.save(owner, form.edits, via=DAY, now=LATE)
    assert (outcome.refused, sum(counted(owner).values())) == ({}, whole)
    assert [field.text for field in field_of(owner, day)] == [durations.clock(whole)]


def test_two_tasks_share_the_whole_day_and_not_a_minute_more(zone: str, on: str, hours: float) -> None:
    owner, day = an_owner(time_zone=zone), date.fromisoformat(on)
    email, sales = a_task(owner=owner), a_task(owner=owner)
    whole = int(hours * HOUR)
    save(owner, {email: whole - 10 * HOUR}, day=day, now=LATE)
    refused = save(owner, {sales: 11 * HOUR}, day=day, now=LATE).refused
    sentence = f"That makes {words(whole + HOUR)} in all, and this day has {words(whole)}."
    assert refused == {(sales.pk, day): sentence}
    assert save(owner, {sales: 10 * HOUR + MINUTE}, day=day, now=LATE).saved == set()
    assert save(owner, {sales: 10 * HOUR}, day=day, now=LATE).refused == {}
    assert sum(counted(owner).values()) == whole


def test_a_timer_from_the_day_before_to_the_day_after_fills_it_exactly(zone: str, on: str, hours: float) -> None:
    owner, day = an_owner(time_zone=zone), date.fromisoformat(on)
    owner.timer_limit = 4 * DAY_MOST
    owner.save()
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    start, stop = noon(before, zone) - timedelta(seconds=7), noon(after, zone) + timedelta(seconds=11)
    task, elapsed = a_task(owner=owner), int((stop - start).total_seconds())
    timers.start(owner, task, now=start)
    running = days.week(loaded(owner), [before, day, after], now=stop)
    assert running.seconds == elapsed
    timers.stop(owner, now=stop)
    assert (
        counted(owner) == shown(owner) == {(cell.task_id, cell.day): cell.running for cell in running.rows[0].cells}
    )
    assert counted(owner)[task.pk, day] == hours * HOUR
    assert sum(counted(owner).values()) == elapsed
    assert list(task.entries.order_by("started_at").values_list("day", "started_at")) == [
        (before, start),
        (day, dates.starts_at(day, owner.zone)),
        (after, dates.starts_at(after, owner.zone)),
    ]
    assert_conserved(owner)
