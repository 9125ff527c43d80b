"""The page of a day, and saving it: all of it without a script, or as htmx sends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from tasks import entries, timers
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, TimeEntry
from tests.delegator.pages import read
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner, the_best_work
from tests.tasks.clocks import standing_at
from tests.tasks.reading import page, words
from tests.tasks.sheet import filled_in, save, send, time, times, url, was
from tests.tasks.world import TIMER, TOMORROW, YESTERDAY, cells, utc

if TYPE_CHECKING:
    from tests.conftest import Browser

NO_DAYS = "1999-12-31 2100-01-02 2026-02-30 9999-12-31 0001-01-01 0000-00-00 2026-10-1 2026-W42-4".split()


@pytest.fixture(autouse=True)
def the_fifteenth_of_october(db: None) -> Iterator[None]:
    with standing_at(NOW):
        yield


def on_days(task: Task, seconds: int, *back: int) -> None:
    for days in back:
        an_entry(task=task, day=TODAY - timedelta(days=days), seconds=seconds)


# --- The page ---------------------------------------------------------------------
def test_today_leads_to_the_owners_local_day(hers: Client, browser_of: Browser) -> None:
    assert hers.get(reverse("tasks:today")).headers["Location"] == "/day/2026-10-15/"
    ahead = browser_of(an_owner(time_zone="Pacific/Kiritimati"))
    assert ahead.get(reverse("tasks:today")).headers["Location"] == "/day/2026-10-16/"


def test_a_day_has_a_row_for_each_task_its_best_work_last_and_the_total_beside(nora: Owner, hers: Client) -> None:
    best, email, sales = the_best_work(owner=nora), a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=90 * MINUTE)
    answer = hers.get(url())
    assert times(answer) == {time(email): "1:30", time(sales): "", time(best): ""}
    assert list(times(answer)) == [time(email), time(sales), time(best)]
    assert page(answer).values[was(email)] == "5400 1:30"
    said = words(answer)
    assert "Today Thursday 15 October" in said
    assert "Logged today 1:30 of 8:00" in said
    assert "Garden design Your best work" in said
    assert "Left of your day 6:30" in said
    assert "1 h 30 min of a work day of 8 h: 0 min garden design, 1 h 30 min routine" in answer.content.decode()


def test_what_is_usual_stands_beside_a_task_and_until_then_what_the_owner_said(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    assert "Email You said 1 h" in words(hers.get(url()))
    on_days(email, 2 * HOUR, 1, 3)
    # Neither today nor what lies more than four weeks back is what is usual.
    on_days(email, 9 * HOUR, 0, 29)
    assert "Email Usually 2:00" in words(hers.get(url()))


def test_from_five_logged_days_on_the_log_stands_beside_the_estimate(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    Task.objects.update(seconds_most=2 * HOUR)
    on_days(email, int(2.6 * HOUR), 1, 2, 8, 9)
    assert "your log says" not in words(hers.get(url()))
    on_days(email, int(2.6 * HOUR), 28)
    assert "Email You said 1–2 h, your log says 2.6 h" in words(hers.get(url()))


def test_several_entries_of_one_day_are_one_day_of_what_is_usual(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    on_days(email, HOUR, 1)
    for _ in range(5):
        an_entry(task=email, day=YESTERDAY, source=TIMER)
    assert "Email Usually 6:00" in words(hers.get(url()))


def test_the_note_on_the_time_is_shown(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    entries.note(nora, an_entry(task=email).pk, "Wedding of the Millers", now=NOW)
    assert "Email You said 1 h · Wedding of the Millers" in words(hers.get(url()))
    assert "Millers" not in words(hers.get(url(YESTERDAY)))


def test_more_than_the_work_day_is_said_beside_it(nora: Owner, hers: Client) -> None:
    an_entry(task=a_task(owner=nora), seconds=9 * HOUR + 15 * MINUTE)
    said = words(hers.get(url()))
    assert "Logged today 9:15 of 8:00" in said
    assert "Over your work day 1:15" in said


def test_the_time_that_runs_is_in_its_row_and_in_the_total(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=HOUR)
    timers.start(nora, email, now=NOW - 50 * timedelta(minutes=1))
    answer = hers.get(url())
    assert times(answer) == {time(email): "1:50", time(sales): ""}
    assert page(answer).values[was(email)] == "3600 1:50"
    assert "Email Since 1:40 pm" in words(answer)
    assert "Logged today 1:50 of 8:00" in words(answer)
    pressed = {(each["name"], each.get("value", "")) for each in page(answer).buttons if each.get("name")}
    assert {("stop", ""), ("start", str(sales.pk))} <= pressed
    assert ("start", str(email.pk)) not in pressed


def test_a_timer_over_midnight_is_on_both_days(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    timers.start(nora, email, now=datetime.fromisoformat("2026-10-15T06:30:00+00:00"))
    with standing_at(utc("2026-10-15T07:45")):
        today, yesterday = hers.get(url()), hers.get(url(YESTERDAY))
    assert (times(yesterday)[time(email, YESTERDAY)], times(today)[time(email)]) == ("0:30", "0:45")
    assert "Since Wednesday 14 October, 11:30 pm" in words(today)
    assert "Logged 0:30 of 8:00" in words(yesterday)


def test_a_forgotten_timer_counts_for_nothing_and_the_page_says_so(nora: Owner, hers: Client) -> None:
    sales = a_task(owner=nora, name="Sales")
    timers.start(nora, sales, now=NOW - timedelta(hours=5))
    answer = hers.get(url())
    assert times(answer) == {time(sales): ""}
    assert "Logged today 0:00 of 8:00" in words(answer)
    said = "Sales has been running since Thursday 15 October, 9:30 am. It counts once you say when you stopped ."
    assert said in words(answer)
    assert read(answer).href("say when you stopped") == "/timer/"


def test_an_owner_without_tasks_is_shown_where_to_begin(hers: Client) -> None:
    assert "Nothing to log yet" in words(hers.get(url()))


def test_names_notes_and_what_is_typed_are_shown_as_typed_and_never_run(nora: Owner, hers: Client) -> None:
    odd = "<script>{{ 7|add:7 }}</script>"
    task = a_task(owner=nora, name=odd)
    entries.note(nora, an_entry(task=task).pk, odd, now=NOW)
    for answer in (hers.get(url()), save(hers, {task: f'"{odd}'}), save(hers, {task: f'"{odd}'}, htmx=True)):
        shown = answer.content.decode()
        assert "&lt;script&gt;{{ 7|add:7 }}&lt;/script&gt;" in shown
        assert "<script>{{" not in shown


# --- Which days -------------------------------------------------------------------
def test_a_past_day_can_be_logged_and_has_no_timers(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    answer = hers.get(url(YESTERDAY))
    assert read(answer).href("Go to today") == "/today/"
    assert not [each for each in page(answer).buttons if each.get("name") in ("start", "stop")]
    assert save(hers, {email: "2h"}, day=YESTERDAY).status_code == 302
    assert cells(nora, YESTERDAY) == {"Email": 2 * HOUR}


def test_a_retired_task_is_on_the_days_it_has_time_on_and_starts_no_timer(nora: Owner, hers: Client) -> None:
    email, fax = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Fax")
    an_entry(task=fax, day=YESTERDAY)
    Task.objects.filter(pk=fax.pk).update(retired_on=TODAY)
    assert list(times(hers.get(url()))) == [time(email)]
    assert list(times(hers.get(url(YESTERDAY)))) == [time(email, YESTERDAY), time(fax, YESTERDAY)]
    an_entry(task=fax)
    assert str(fax.pk) not in [each.get("value") for each in page(hers.get(url())).buttons if "name" in each]


def test_a_save_of_what_is_saved_already_says_so(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    assert "All of this day is saved." not in words(hers.get(url()))
    save(hers, {email: "1h"})
    assert "All of this day is saved." not in words(hers.get(url()))
    save(hers, {email: "1h"})
    assert "All of this day is saved." in words(hers.get(url()))


def test_tomorrow_is_open(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    assert not [field for field in page(hers.get(url(TOMORROW))).inputs.values() if "readonly" in field]
    assert save(hers, {email: "1h"}, day=TOMORROW).status_code == 302
    assert cells(nora, TOMORROW) == {"Email": HOUR}


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "no script"])
def test_a_later_day_can_be_read_and_not_written(nora: Owner, hers: Client, *, htmx: bool) -> None:
    email, later = a_task(owner=nora, name="Email"), TODAY + timedelta(days=2)
    answer = hers.get(url(later))
    assert "readonly" in page(answer).inputs[time(email, later)]
    assert "This day is still to come." in words(answer)
    assert "Save the day" not in words(answer)
    assert "Copy" not in words(answer)
    refused = save(hers, {email: "1h"}, day=later, htmx=htmx)
    assert refused.status_code == 422
    assert "Saturday 17 October is still to come." in words(refused)
    assert times(refused) == {time(email, later): "1h"}
    assert not TimeEntry.objects.exists()


def test_what_is_open_is_told_by_the_owners_own_clock(browser_of: Browser, db: None) -> None:
    """It is the 16th already where she lives, so the 17th is tomorrow."""
    ahead = an_owner(time_zone="Pacific/Kiritimati")
    task = a_task(owner=ahead)
    assert save(browser_of(ahead), {task: "1h"}, day=date(2026, 10, 17)).status_code == 302


@pytest.mark.parametrize("day", ["2000-01-01", "2026-10-16", "2100-01-01", *NO_DAYS])
def test_days_run_from_this_century_to_its_end(nora: Owner, hers: Client, day: str) -> None:
    status = 404 if day in NO_DAYS else 200
    task = a_task(owner=nora)
    for path in ("", "entries/"):
        assert hers.get(f"/day/{day}/{path}").status_code == status
    saved = hers.post(f"/day/{day}/", {f"time-{task.pk}-{day}": ""}).status_code
    copied = hers.post(f"/day/{day}/copy/").status_code
    assert (saved, copied) == ((302, 302) if status == 200 else (404, 404))


def test_the_days_before_and_after_are_one_click_away(nora: Owner, hers: Client) -> None:
    a_task(owner=nora)
    for day in (YESTERDAY, TODAY, TOMORROW):
        hrefs = [tag.attrs.get("href") for tag in read(hers.get(url(day))).all("a")]
        assert {url(day - timedelta(days=1)), url(day + timedelta(days=1))} <= set(hrefs)


# --- Saving -----------------------------------------------------------------------
def test_the_whole_sheet_is_saved_without_a_script(nora: Owner, hers: Client) -> None:
    email, sales, web = (a_task(owner=nora, name=name) for name in ("Email", "Sales", "Web"))
    an_entry(task=web)
    answer = save(hers, {email: "1:30", sales: "90", web: "0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, url())
    assert cells(nora) == {"Email": 90 * MINUTE, "Sales": 90 * MINUTE}
    after = hers.get(url())
    assert "Saved at 2:30 pm" in words(after)
    assert "/undo/" in [tag.attrs.get("action") for tag in read(after).all("form")]


def test_a_sheet_sent_as_it_came_changes_nothing_and_claims_nothing(nora: Owner, hers: Client) -> None:
    an_entry(task=a_task(owner=nora), seconds=HOUR + 29, source=TIMER)
    before = nora.changes.count()
    answer = save(hers, {})
    assert answer.status_code == 302
    assert nora.changes.count() == before
    assert "Saved" not in words(hers.get(url()))


def test_htmx_gets_what_was_saved_as_it_was_read_and_the_total(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=sales)
    answer = save(hers, {email: "1,5"}, htmx=True)
    assert answer.status_code == 200
    assert cells(nora) == {"Email": 90 * MINUTE, "Sales": HOUR}
    assert filled_in(answer) == {time(email): "1:30", was(email): "5400 1:30"}
    fields = page(answer).inputs
    assert {fields[name]["hx-swap-oob"] for name in (time(email), was(email))} == {"true"}
    assert 'id="total"' in answer.content.decode()
    assert "2:30 of 8:00" in words(answer)
    assert "Saved at 2:30 pm Undo" in words(answer)
    assert "<html" not in answer.content.decode()


def test_htmx_can_ask_for_the_sums_as_they_are_now(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    timers.start(nora, email, now=NOW - timedelta(minutes=20))
    answer = hers.get(url(), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert times(answer) == {time(email): "0:20"}
    assert "0:20 of 8:00" in words(answer)
    assert "Saved at" not in words(answer)
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "no script"])
@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("+15m", 75), ("-15m", 45), ("-1h", 0), ("0", 0), ("", 0), ("  ", 0), ("90m", 90), ("٣", 180), ("１２", 720)],
)
def test_a_time_can_be_set_added_to_and_cleared(
    nora: Owner, hers: Client, *, typed: str, minutes: int, htmx: bool
) -> None:
    task = a_task(owner=nora, name="Email")
    an_entry(task=task, seconds=HOUR)
    assert save(hers, {task: typed}, htmx=htmx).status_code == (200 if htmx else 302)
    assert cells(nora) == ({"Email": minutes * MINUTE} if minutes else {})


def test_a_field_left_as_it_was_shown_keeps_its_odd_seconds(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=HOUR + 29)
    assert times(hers.get(url()))[time(email)] == "1:00"
    save(hers, {sales: "1h"})
    assert cells(nora) == {"Email": HOUR + 29, "Sales": HOUR}


def test_a_field_that_is_measured_by_the_timer_is_not_written_back(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    timers.start(nora, email, now=NOW - timedelta(minutes=20))
    opened = filled_in(hers.get(url()))
    with standing_at(NOW + timedelta(minutes=10)):
        assert send(hers, url(), opened | {time(sales): "1h"}).status_code == 302
    assert list(nora.entries.values_list("task", "seconds")) == [(sales.pk, HOUR)]


def test_a_time_typed_over_a_running_timer_is_the_whole_of_the_cell(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    timers.start(nora, email, now=NOW - timedelta(minutes=20))
    save(hers, {email: "+1h"})
    assert cells(nora) == {"Email": 80 * MINUTE}
    assert nora.entries.get().seconds == HOUR
    save(hers, {email: "2h"})
    assert cells(nora) == {"Email": 2 * HOUR}
