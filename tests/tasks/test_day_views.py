"""The page of a day: saving it whole or one field alone, what is refused, and copying."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tasks import days
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, TimeEntry
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner, the_best_work
from tests.tasks.reading import page, words

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from tests.conftest import Browser

YESTERDAY = TODAY - timedelta(days=1)
TYPED, TIMER, IMPORT = TimeEntry.Source
NO_DAYS = "1999-12-31 2026-10-17 2026-02-30 9999-12-31 0001-01-01 0000-00-00 2026-10-1".split()


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def url(day: date = TODAY) -> str:
    return reverse("tasks:day", args=[day])


def post(client: Client, times: dict[Task, str], *, day: date = TODAY, htmx: bool = False) -> Answer:
    data = {f"task-{task.pk}": typed for task, typed in times.items()}
    return client.post(url(day), data, headers={"HX-Request": "true"} if htmx else {})


def cells(owner: Owner, day: date = TODAY) -> dict[str, int]:
    return {row.task.name: row.seconds for row in days.sheet(owner, day) if row.seconds}


# --- The page ---------------------------------------------------------------------
def test_today_leads_to_the_owners_local_day(hers: Client, browser_of: Browser) -> None:
    assert hers.get(reverse("tasks:today")).headers["Location"] == "/day/2026-10-15/"
    ahead = browser_of(an_owner(time_zone="Pacific/Kiritimati"))
    assert ahead.get(reverse("tasks:today")).headers["Location"] == "/day/2026-10-16/"


def test_a_day_shows_each_task_with_its_time_what_is_usual_and_the_total(nora: Owner, hers: Client) -> None:
    email, best = a_task(owner=nora, name="Email"), the_best_work(owner=nora)
    an_entry(task=email, seconds=90 * MINUTE)
    an_entry(task=email, day=YESTERDAY, seconds=2 * HOUR)
    answer = hers.get(url())
    assert page(answer).values[f"task-{email.pk}"] == "1:30"
    assert page(answer).values[f"task-{best.pk}"] == ""
    said = words(answer)
    assert "Today Thursday 15 October" in said
    assert "Usually 2:00" in said
    assert "Logged today 1:30 of 8:00" in said
    assert "1 h 30 min of a work day of 8 h: 0 min garden design, 1 h 30 min routine" in answer.content.decode()


def test_an_owner_without_tasks_is_shown_where_to_begin(hers: Client) -> None:
    assert "Nothing to log yet" in words(hers.get(url()))


def test_a_name_is_shown_as_typed_and_never_run(nora: Owner, hers: Client) -> None:
    a_task(owner=nora, name="<script>{{ 7|add:7 }}</script>")
    shown = hers.get(url()).content.decode()
    assert "&lt;script&gt;{{ 7|add:7 }}&lt;/script&gt;" in shown
    assert "<script>{{" not in shown


@pytest.mark.parametrize("day", ["2000-01-01", "2026-10-16", *NO_DAYS])
def test_days_run_from_this_century_to_tomorrow(nora: Owner, hers: Client, day: str) -> None:
    status = 404 if day in NO_DAYS else 200
    task = a_task(owner=nora)
    an_entry(task=task, day=YESTERDAY)
    assert hers.get(f"/day/{day}/").status_code == status
    saved = hers.post(f"/day/{day}/", {f"task-{task.pk}": "1h"}).status_code
    copied = hers.post(f"/day/{day}/copy/").status_code
    assert (saved, copied) == ((302, 302) if status == 200 else (404, 404))


def test_tomorrow_leads_no_further(hers: Client, nora: Owner) -> None:
    a_task(owner=nora)
    assert "/day/2026-10-17/" not in hers.get(url(TODAY + timedelta(days=1))).content.decode()
    assert "/day/2026-10-16/" in hers.get(url()).content.decode()


# --- Saving -----------------------------------------------------------------------
def test_the_whole_sheet_is_saved_without_a_script(nora: Owner, hers: Client) -> None:
    email, sales, web = (a_task(owner=nora, name=name) for name in ("Email", "Sales", "Web"))
    an_entry(task=web)
    answer = post(hers, {email: "1:30", sales: "90", web: "0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, url())
    assert cells(nora) == {"Email": 90 * MINUTE, "Sales": 90 * MINUTE}
    assert "Saved at 2:30 pm" in words(hers.get(url()))


def test_a_changed_field_is_saved_alone_and_comes_back_as_it_was_read(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=sales)
    answer = post(hers, {email: "1,5"}, htmx=True)
    assert answer.status_code == 200
    assert cells(nora) == {"Email": 90 * MINUTE, "Sales": HOUR}
    back = page(answer)
    assert back.values == {f"task-{email.pk}": "1:30", f"initial-task-{email.pk}": "1:30"}
    assert back.inputs[f"task-{email.pk}"]["hx-swap-oob"] == "true"
    assert 'id="total"' in answer.content.decode()
    assert "2:30 of 8:00" in words(answer)
    assert "<html" not in answer.content.decode()


def test_a_field_sends_itself_alone_so_that_a_page_left_open_overwrites_nothing(nora: Owner, hers: Client) -> None:
    """Inside a form htmx sends the whole form, and with it what other fields showed an hour ago."""
    task = a_task(owner=nora)
    asks = page(hers.get(url())).inputs[f"task-{task.pk}"]
    assert asks["hx-params"] == f"task-{task.pk},initial-task-{task.pk},csrfmiddlewaretoken"
    assert (asks["hx-post"], asks["hx-trigger"], asks["hx-target"]) == (url(), "change", "#total")


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "no script"])
@pytest.mark.parametrize(
    ("typed", "minutes"), [("+15m", 75), ("-15m", 45), ("-1h", 0), ("0", 0), ("", 0), ("90m", 90), ("1:00", 60)]
)
def test_a_time_can_be_set_added_to_and_cleared(
    nora: Owner, hers: Client, *, typed: str, minutes: int, htmx: bool
) -> None:
    task = a_task(owner=nora, name="Email")
    an_entry(task=task, seconds=HOUR)
    post(hers, {task: typed}, htmx=htmx)
    assert cells(nora) == ({"Email": minutes * MINUTE} if minutes else {})


def test_a_field_left_as_it_was_shown_keeps_its_odd_seconds(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=HOUR + 29, source=TIMER)
    shown = page(hers.get(url())).values
    assert shown[f"task-{email.pk}"] == "1:00"
    post(hers, {email: "1:00", sales: "1h"})
    assert cells(nora) == {"Email": HOUR + 29, "Sales": HOUR}


def test_what_is_not_on_the_sheet_is_not_saved(nora: Owner, bea: Owner, hers: Client) -> None:
    mine, theirs, retired = a_task(owner=nora), a_task(owner=bea), a_task(owner=nora)
    Task.objects.filter(pk=retired.pk).update(retired_on=TODAY)
    data = {f"task-{task.pk}": "1h" for task in (mine, theirs, retired)}
    hers.post(url(), data | {"owner": str(bea.pk), "task-9223372036854775808": "1h", "task-x": "1h"})
    assert list(TimeEntry.objects.values_list("owner", "task")) == [(nora.pk, mine.pk)]


# --- What is refused --------------------------------------------------------------
@pytest.mark.parametrize("typed", ["-1", "1:75", "25:00", "1e9", "NaN", "abc", "1_000", "1\x00", "-90m", "9" * 21])
@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "no script"])
def test_a_wrong_time_names_its_field_and_everything_typed_stays(
    nora: Owner, hers: Client, *, typed: str, htmx: bool
) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email)
    answer = post(hers, {email: typed, sales: "1h15"}, htmx=htmx)
    assert answer.status_code == 422
    back = page(answer)
    assert back.values[f"task-{email.pk}"] == typed
    assert back.wrong == {f"task-{email.pk}"}
    assert cells(nora) == {"Email": HOUR}
    if not htmx:
        assert back.values[f"task-{sales.pk}"] == "1h15"
        assert f'<a href="#id_task-{email.pk}">' in answer.content.decode()
        assert "One thing needs a look" in words(answer)


def test_an_error_in_one_field_saved_alone_brings_its_row_and_leaves_the_others(nora: Owner, hers: Client) -> None:
    """What stands in the others was not sent, and may be typed but not saved yet."""
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=sales, seconds=2 * HOUR)
    answer = post(hers, {email: "abc"}, htmx=True)
    assert page(answer).values == {f"task-{email.pk}": "abc", f"initial-task-{email.pk}": ""}
    assert answer.headers["HX-Retarget"] == f"#row_{email.pk}"
    assert answer.content.decode().strip().startswith(f'<li id="row_{email.pk}"')


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        ("Antarctica/Troll", date(2026, 3, 29), 22),
        ("America/Phoenix", TODAY, 24),
    ],
)
def test_a_day_takes_what_its_length_allows(browser_of: Browser, db: None, zone: str, day: date, hours: int) -> None:
    owner = an_owner(time_zone=zone)
    browser = browser_of(owner)
    email, sales = a_task(owner=owner, name="Email"), a_task(owner=owner, name="Sales")
    answer = post(browser, {email: f"{hours}:01"}, day=day)
    assert answer.status_code == 422
    assert page(answer).wrong == {f"task-{email.pk}"}
    assert f"That is more than the {hours} h of this day." in words(answer)
    assert post(browser, {email: f"{hours - 1}h"}, day=day).status_code == 302
    answer = post(browser, {email: f"{hours - 1}h", sales: "1:01"}, day=day)
    assert answer.status_code == 422
    assert f"That makes {hours}.02 h in all, and this day has {hours}." in words(answer)
    assert page(answer).values[f"task-{sales.pk}"] == "1:01"
    assert post(browser, {sales: "1h"}, day=day).status_code == 302
    assert cells(owner, day) == {"Email": (hours - 1) * HOUR, "Sales": HOUR}


@pytest.mark.parametrize("source", [TIMER, IMPORT])
@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "no script"])
def test_less_than_the_timer_or_an_import_holds_is_an_error_of_that_field(
    nora: Owner, hers: Client, *, source: str, htmx: bool
) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=email, seconds=40 * MINUTE, source=source)
    answer = post(hers, {email: "0:39", sales: "1h"}, htmx=htmx)
    assert answer.status_code == 422
    assert page(answer).wrong == {f"task-{email.pk}"}
    assert page(answer).values[f"task-{email.pk}"] == "0:39"
    assert "40 minutes of this come from the timer or an import, so it cannot be less." in words(answer)
    assert cells(nora) == {"Email": 40 * MINUTE}
    assert post(hers, {email: "0:41", sales: "1h"}, htmx=htmx).status_code == (200 if htmx else 302)
    assert cells(nora) == {"Email": 41 * MINUTE, "Sales": HOUR}


# --- Copying ----------------------------------------------------------------------
def copy(client: Client, day: date = TODAY) -> str:
    answer = client.post(reverse("tasks:day_copy", args=[day]), follow=True)
    assert answer.redirect_chain == [(url(day), 302)]
    return words(answer)


def test_copying_fills_empty_rows_only_and_says_how_many(nora: Owner, hers: Client) -> None:
    for name, today in (("Email", 0), ("Sales", 0), ("Web", HOUR)):
        task = a_task(owner=nora, name=name)
        an_entry(task=task, day=YESTERDAY, seconds=2 * HOUR)
        if today:
            an_entry(task=task, seconds=today)
    assert "2 rows filled." in copy(hers)
    assert cells(nora) == {"Email": 2 * HOUR, "Sales": 2 * HOUR, "Web": HOUR}
    assert "Nothing to fill in." in copy(hers)


def test_one_row_is_said_as_one(nora: Owner, hers: Client) -> None:
    an_entry(task=a_task(owner=nora), day=YESTERDAY)
    assert "1 row filled." in copy(hers)


def test_a_copy_that_makes_the_day_too_long_says_so_and_changes_nothing(nora: Owner, hers: Client) -> None:
    an_entry(task=a_task(owner=nora, name="Email"), day=YESTERDAY, seconds=20 * HOUR)
    an_entry(task=a_task(owner=nora, name="Sales"), seconds=5 * HOUR)
    assert "Nothing is copied. That makes 25 h in all, and this day has 24." in copy(hers)
    assert cells(nora) == {"Sales": 5 * HOUR}


def test_copying_is_no_link_to_follow(hers: Client) -> None:
    answer = hers.get(reverse("tasks:day_copy", args=[TODAY]))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_sheet_that_was_left_open_takes_nothing_back_that_was_logged_since(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, name="Email"), a_task(owner=nora, name="Sales")
    an_entry(task=sales, seconds=2 * HOUR)
    shown = {f"initial-task-{email.pk}": "", f"initial-task-{sales.pk}": ""}
    hers.post(f"/day/{TODAY}/", shown | {f"task-{email.pk}": "1h", f"task-{sales.pk}": ""})
    assert cells(nora) == {"Email": HOUR, "Sales": 2 * HOUR}


def test_the_sheet_says_what_each_field_showed(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email")
    an_entry(task=email, seconds=2 * HOUR)
    page = hers.get(f"/day/{TODAY}/").content.decode()
    assert f'name="initial-task-{email.pk}" value="2:00"' in page
