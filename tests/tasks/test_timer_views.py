"""The timer from any page: start, stop, switch, and back to where the button was."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tasks import clock, history, timers
from tasks.durations import HOUR, MINUTE
from tasks.models import EntryChange, Owner, Task, TimeEntry, Timer
from tests.delegator.pages import read
from tests.factories import a_task, an_entry, the_best_work
from tests.tasks.reading import page, words
from tests.tasks.sheet import filled_in, save, send, time, times, url, zone_at_midday
from tests.tasks.world import press_undo

ELSEWHERE = [
    "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https:///evil",
    "https://evil.example/day/2026-10-15/", "http://testserver.evil.example/", "javascript:alert(1)",
    "data:text/html,x", "\x00/day/", "\x01javascript:alert(1)", "",
]  # fmt: skip
NO_TASK = ["", "0", "-1", "abc", "1.5", "²", "\x00", "9223372036854775808", "9" * 5000, "1; DROP TABLE", "None"]


@pytest.fixture(autouse=True)
def an_afternoon(nora: Owner) -> None:
    """These pages ask the database what time it is, so it is about two where Nora lives, whenever this runs."""
    nora.time_zone = zone_at_midday(clock.now())
    nora.save()


@pytest.fixture
def email(nora: Owner) -> Task:
    return a_task(owner=nora, name="Email")


@pytest.fixture
def sales(nora: Owner) -> Task:
    return a_task(owner=nora, name="Sales")


def running(task: Task, **ago: int) -> datetime:
    """Start it so long ago."""
    since = clock.now() - timedelta(**ago)
    timers.start(task.owner, task, now=since)
    return since.replace(microsecond=0)


def start(client: Client, task: Task, **more: str) -> str:
    answer = client.post("/timer/start/", {"task": str(task.pk)} | more)
    assert answer.status_code == 302
    return answer.headers["Location"]


def stop(client: Client, **more: str) -> str:
    answer = client.post("/timer/stop/", more)
    assert answer.status_code == 302
    return answer.headers["Location"]


def about(seconds: int, wanted: int) -> bool:
    """As measured by a test that may take a few seconds itself."""
    return wanted <= seconds < wanted + 30


# --- Start, stop, switch --------------------------------------------------------------
def test_it_starts_now_and_the_page_shows_what_runs(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    before = clock.now().replace(microsecond=0)
    start(hers, email)
    assert before <= Timer.objects.get().started_at <= clock.now()
    shown = hers.get("/timer/")
    assert read(shown).heading == "Email"
    assert "Stop email" in words(shown)
    assert [each["value"] for each in page(shown).buttons if each.get("name") == "task"] == [str(sales.pk)]


def test_stopped_it_is_an_entry_of_what_was_measured(nora: Owner, hers: Client, email: Task) -> None:
    since = running(email, minutes=50)
    stop(hers)
    entry = nora.entries.get()
    assert (entry.task, entry.day, entry.source, entry.started_at) == (email, nora.today(since), "timer", since)
    assert about(entry.seconds, 50 * MINUTE)
    assert not Timer.objects.exists()
    assert "50 min of email logged." in words(hers.get("/timer/"))


def test_stopping_twice_logs_once_and_says_nothing_the_second_time(nora: Owner, hers: Client, email: Task) -> None:
    running(email, minutes=10)
    stop(hers)
    hers.get("/timer/")
    stop(hers)
    assert nora.entries.count() == 1
    assert "logged." not in words(hers.get("/timer/"))


def test_a_switch_stops_one_and_starts_the_other_in_the_same_second(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    since = running(email, minutes=50)
    start(hers, sales)
    entry, timer = nora.entries.get(), Timer.objects.get()
    assert (entry.task, timer.task) == (email, sales)
    assert timer.started_at == since + timedelta(seconds=entry.seconds)


def test_starting_what_runs_already_changes_nothing(nora: Owner, hers: Client, email: Task) -> None:
    since = running(email, minutes=50)
    start(hers, email)
    assert Timer.objects.get().started_at == since
    assert not TimeEntry.objects.exists()


def test_the_best_work_can_be_timed_too(nora: Owner, hers: Client) -> None:
    start(hers, the_best_work(owner=nora))
    assert Timer.objects.get().task.is_best_work


def test_nothing_runs_and_nothing_is_there_to_start(hers: Client) -> None:
    shown = hers.get("/timer/")
    assert read(shown).heading == "Nothing is running"
    assert read(shown).href("Start with your own day") == "/start/"


def test_each_owner_has_a_timer_of_their_own(nora: Owner, bea: Owner, hers: Client, email: Task) -> None:
    running(a_task(owner=bea), minutes=5)
    start(hers, email)
    stop(hers)
    assert Timer.objects.get().owner == bea


# --- What cannot be started -------------------------------------------------------------
def test_a_strangers_task_answers_as_one_that_is_not_there(bea: Owner, hers: Client) -> None:
    theirs = a_task(owner=bea)
    answers = [hers.post("/timer/start/", {"task": pk}) for pk in (theirs.pk, 2**40 + 7)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert not Timer.objects.exists()


@pytest.mark.parametrize("given", NO_TASK, ids=lambda given: given[:20].encode("unicode_escape").decode() or "empty")
@pytest.mark.parametrize("name", ["task", "start", "then"])
def test_what_is_no_task_is_not_found_and_never_an_error_of_ours(
    nora: Owner, hers: Client, email: Task, name: str, given: str
) -> None:
    """On its own address, as a button of the sheet, and as what was to be started after an answer."""
    where = {"task": "/timer/start/", "start": url(nora.today(clock.now())), "then": "/timer/answer/"}[name]
    answer = hers.post(where, {name: given})
    assert answer.status_code == (302 if (name, given) == ("then", "") else 404)
    assert not Timer.objects.exists()


def test_a_retired_task_starts_no_timer(nora: Owner, hers: Client, email: Task) -> None:
    email.retired_on = nora.today(clock.now())
    email.save()
    assert hers.post("/timer/start/", {"task": email.pk}).status_code == 404


def test_looking_starts_and_stops_nothing(hers: Client, email: Task) -> None:
    for path in ("start", "stop", "answer"):
        answer = hers.get(f"/timer/{path}/", {"task": email.pk})
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert not Timer.objects.exists()


# --- And back -----------------------------------------------------------------------------
@pytest.mark.parametrize("back", ["/", "/week/2026-W42/", "/routine/?sort=x#all", "/day/2026-10-15/entries/"])
def test_it_leads_back_to_the_page_where_the_button_was(hers: Client, email: Task, back: str) -> None:
    assert start(hers, email, back=back) == back
    assert stop(hers, back=back) == back


@pytest.mark.parametrize("back", ELSEWHERE, ids=lambda back: back.encode("unicode_escape").decode() or "nothing")
def test_it_leads_nowhere_else(hers: Client, email: Task, back: str) -> None:
    assert start(hers, email, back=back) == "/today/"
    assert stop(hers, back=back) == "/today/"


@pytest.mark.parametrize("back", ["nowhere", "tasks:day", "home", "day", "?x=1", "#main", ".", "../", "9" * 9000])
def test_a_page_that_is_none_never_breaks_it(nora: Owner, hers: Client, email: Task, back: str) -> None:
    running(email, minutes=3)
    assert hers.post("/timer/stop/", {"back": back}).status_code == 302
    assert nora.entries.count() == 1


# --- Buttons of the day's sheet -------------------------------------------------------------
def test_a_start_on_the_sheet_saves_what_was_typed_too(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    today = nora.today(clock.now())
    answer = save(hers, {email: "1:30"}, day=today, start=str(sales.pk))
    assert (answer.status_code, answer.headers["Location"]) == (302, url(today))
    assert Timer.objects.get().task == sales
    assert list(nora.entries.values_list("task", "seconds")) == [(email.pk, 90 * MINUTE)]


def test_a_stop_on_the_sheet_saves_what_was_typed_too(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    running(sales, minutes=20)
    save(hers, {email: "1:30", sales: "0:50"}, day=nora.today(clock.now()), stop="")
    assert not Timer.objects.exists()
    logged = dict(nora.entries.values_list("task", "seconds")), nora.entries.filter(task=sales)
    assert logged[0][email.pk] == 90 * MINUTE
    assert sorted(logged[1].values_list("source", flat=True)) == ["timer", "typed"]
    assert about(sum(logged[1].values_list("seconds", flat=True)), 50 * MINUTE)


def test_a_start_beside_a_wrong_time_starts_and_the_page_shows_both(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    today = nora.today(clock.now())
    answer = save(hers, {email: "abc"}, day=today, start=str(sales.pk))
    assert answer.status_code == 422
    assert times(answer)[time(email, today)] == "abc"
    assert Timer.objects.get().task == sales
    assert "stop" in [each.get("name") for each in page(answer).buttons]
    assert "Stop the timer for Sales" in answer.content.decode()


def test_a_stop_beside_a_wrong_time_stops_and_the_page_shows_both(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    running(sales, minutes=20)
    answer = save(hers, {email: "abc"}, day=nora.today(clock.now()), stop="")
    assert answer.status_code == 422
    assert not Timer.objects.exists()
    assert "stop" not in [each.get("name") for each in page(answer).buttons]
    assert times(answer)[time(sales, nora.today(clock.now()))] == "0:20"


def test_a_page_opened_before_the_stop_does_not_log_it_again(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    running(email, minutes=20)
    today = nora.today(clock.now())
    opened = filled_in(hers.get(url(today)))
    stop(hers)
    assert send(hers, url(today), opened | {time(sales, today): "1h"}).status_code == 302
    assert nora.entries.filter(task=email).count() == 1


# --- Taking it back ---------------------------------------------------------------------------
def undo(client: Client) -> None:
    assert press_undo(client).status_code == 302


def test_a_stop_can_be_taken_back_and_the_timer_runs_on(nora: Owner, hers: Client, email: Task) -> None:
    since = running(email, minutes=50)
    stop(hers)
    undo(hers)
    assert (Timer.objects.get().task, Timer.objects.get().started_at) == (email, since)
    assert not TimeEntry.objects.exists()
    assert "Undone." in words(hers.get("/timer/"))


def test_a_switch_taken_back_runs_the_first_and_forgets_the_second(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    since = running(email, minutes=50)
    start(hers, sales)
    undo(hers)
    assert (Timer.objects.get().task, Timer.objects.get().started_at) == (email, since)


def test_a_stop_is_not_taken_back_while_another_timer_runs(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    since = clock.now() - timedelta(seconds=20)
    timers.start(nora, email, now=since - timedelta(minutes=50))
    timers.stop(nora, now=since)
    start(hers, sales)
    undo(hers)
    assert Timer.objects.get().task == sales
    assert nora.entries.get().seconds == 50 * MINUTE
    assert "Another timer runs by now." in words(hers.get("/timer/"))


def test_a_stop_of_more_than_a_minute_ago_stays(nora: Owner, hers: Client, email: Task) -> None:
    running(email, hours=2)
    timers.stop(nora, now=clock.now() - history.UNDO_WINDOW - timedelta(seconds=1))
    undo(hers)
    assert nora.entries.count() == 1
    assert "There is nothing to undo any more." in words(hers.get("/timer/"))


def test_the_history_tells_of_the_stop_and_of_its_taking_back(nora: Owner, hers: Client, email: Task) -> None:
    running(email, minutes=50)
    stop(hers)
    undo(hers)
    changes = list(EntryChange.objects.values_list("via", "source"))
    assert changes == [("timer", "timer"), ("undo", "timer")]


# --- The chip on every page ---------------------------------------------------------------------
PAGES = [
    "/", "/day/2026-10-15/", "/day/2026-10-15/entries/", "/week/2026-W42/", "/timer/", "/routine/", "/routine/new/",
    "/plan/", "/hand-offs/", "/hand-offs/new/", "/assistants/", "/assistants/new/", "/settings/", "/mail/",
    "/password/change/",
]  # fmt: skip


@pytest.mark.parametrize("at", PAGES)
def test_what_runs_is_on_every_page_in_the_rail_and_on_top_of_a_phone(hers: Client, email: Task, at: str) -> None:
    running(email, minutes=50)
    shown = read(hers.get(at))
    chips = [tag for tag in shown.all("form", "running") if tag.attrs["action"] == "/timer/stop/"]
    assert [tag.text for tag in chips] == ["Email 0:50", "Email 0:50"]
    back = [each.attrs["value"] for each in shown.all("input") if each.attrs.get("name") == "back"]
    assert back[:2] == [at, at]
    assert stop(hers, back=at) == at
    assert hers.get(at).status_code == 200


@pytest.mark.parametrize("at", PAGES)
def test_one_that_is_forgotten_asks_on_every_page_and_one_can_be_started_from_each(
    hers: Client, email: Task, at: str
) -> None:
    idle = read(hers.get(at)).all("a", "running")
    assert [(tag.text, tag.attrs["href"]) for tag in idle] == [("Start a timer", "/timer/")] * 2
    running(email, hours=5)
    asks = read(hers.get(at)).all("a", "running")
    assert [(tag.text, tag.attrs["href"]) for tag in asks] == [("Email: still running?", "/timer/")] * 2


def test_who_is_signed_out_sees_no_timer(nora: Owner, client: Client) -> None:
    running(a_task(owner=nora, name="Potting"), minutes=50)
    shown = read(client.get("/"))
    assert "Potting" not in shown.text
    assert not [tag for name in ("a", "form") for tag in shown.all(name, "running")]


def test_it_can_be_stopped_from_a_page_that_refused_something(nora: Owner, hers: Client, email: Task) -> None:
    """That page stands at an address that only takes forms; the way back must not be a dead end."""
    entry = an_entry(task=email, day=nora.today(clock.now()), seconds=HOUR)
    running(email, minutes=20)
    refused = hers.post(f"/entry/{entry.pk}/note/", {"note": "x" * 201})
    back = next(each.attrs["value"] for each in read(refused).all("input") if each.attrs.get("name") == "back")
    assert hers.post("/timer/stop/", {"back": back}, follow=True).status_code == 200
