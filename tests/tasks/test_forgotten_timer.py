"""A timer that was forgotten: one question, three answers, and then what the owner wanted to start."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.test import Client

from tasks import clock, timers
from tasks.durations import HOUR
from tasks.models import EntryChange, Owner, Task, TimeEntry, Timer
from tests.delegator.pages import read
from tests.factories import a_task
from tests.tasks.reading import page, words
from tests.tasks.sheet import save, url, zone_at_midday
from tests.tasks.world import press_undo, utc


@pytest.fixture(autouse=True)
def an_afternoon(nora: Owner) -> None:
    """These pages ask the database what time it is, so it is about two where Nora lives, whenever this runs."""
    nora.time_zone = zone_at_midday(clock.now())
    nora.save()


@pytest.fixture
def sales(nora: Owner) -> Task:
    return a_task(owner=nora, name="Sales")


@pytest.fixture
def email(nora: Owner) -> Task:
    """Its timer runs for five hours, an hour longer than Nora's limit."""
    email = a_task(owner=nora, name="Email")
    timers.start(nora, email, now=clock.now() - timedelta(hours=5))
    return email


def since() -> datetime:
    return Timer.objects.get().started_at


def local(owner: Owner, at: datetime) -> str:
    """As the browser's own field writes it."""
    return f"{at.astimezone(owner.zone):%Y-%m-%dT%H:%M}"


def answer(client: Client, **given: str) -> Any:
    asked = Timer.objects.values_list("pk", flat=True).first()
    return client.post("/timer/answer/", {"timer": asked or 0} | given)


# --- The question -----------------------------------------------------------------------
def test_stopping_it_leads_to_the_question_and_stops_nothing(hers: Client, email: Task) -> None:
    asked = hers.post("/timer/stop/", {"back": "/routine/"})
    assert asked.headers["Location"] == "/timer/"
    assert Timer.objects.exists()
    assert not TimeEntry.objects.exists()
    shown = hers.get("/timer/")
    assert read(shown).heading == "When did you stop?"
    assert "5 h by now. It counts once you say which part was work." in words(shown)
    labels = {each.text for each in read(shown).all("button") if each.attrs.get("name")}
    assert {"Log it until then", "It still runs, keep all of it", "Throw it away"} <= labels


def test_starting_another_leads_to_the_question_and_remembers_what_was_to_start(
    hers: Client, email: Task, sales: Task
) -> None:
    asked = hers.post("/timer/start/", {"task": sales.pk})
    assert asked.headers["Location"] == f"/timer/?then={sales.pk}"
    assert Timer.objects.get().task == email
    assert page(hers.get(asked.headers["Location"])).values["then"] == str(sales.pk)


def test_starting_the_same_task_anew_asks_too(hers: Client, email: Task) -> None:
    assert hers.post("/timer/start/", {"task": email.pk}).headers["Location"] == f"/timer/?then={email.pk}"


def test_a_button_on_the_sheet_saves_what_was_typed_before_it_asks(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    asked = save(hers, {sales: "1h"}, day=nora.today(clock.now()), start=str(sales.pk))
    assert asked.headers["Location"] == f"/timer/?then={sales.pk}"
    assert nora.entries.get().seconds == HOUR


def test_the_time_offered_is_when_its_limit_was_over(nora: Owner, hers: Client, email: Task) -> None:
    field = page(hers.get("/timer/")).inputs["at"]
    assert field["value"] == local(nora, since() + timedelta(hours=4))
    assert field["min"] == local(nora, since())
    assert field["type"] == "datetime-local"


@pytest.mark.parametrize("then", ["abc", "-1", "<script>", "²", "1 OR 1=1", "\x00"])
def test_what_is_no_task_is_not_remembered(hers: Client, email: Task, then: str) -> None:
    assert page(hers.get("/timer/", {"then": then})).values["then"] == ""


def test_the_day_and_home_ask_the_same(nora: Owner, hers: Client, email: Task) -> None:
    for at in ("/", url(nora.today(clock.now()))):
        assert "/timer/" in [
            tag.attrs["href"] for tag in read(hers.get(at)).all("a") if "when you stopped" in tag.text
        ]


# --- The answers --------------------------------------------------------------------------
def test_stopped_at_a_time_it_counts_until_then(nora: Owner, hers: Client, email: Task) -> None:
    started = since()
    said = answer(hers, at=local(nora, started + timedelta(hours=1)), stop="")
    assert said.headers["Location"] == "/today/"
    entry = nora.entries.get()
    # The field knows no seconds.
    assert HOUR - 60 < entry.seconds <= HOUR
    assert (entry.task, entry.started_at) == (email, started)
    assert not Timer.objects.exists()
    assert "of email logged." in words(hers.get("/timer/"))


def test_stopped_in_the_minute_of_its_start_it_counts_for_nothing(nora: Owner, hers: Client, email: Task) -> None:
    assert answer(hers, at=local(nora, since()), stop="").status_code == 302
    assert not Timer.objects.exists()
    assert not TimeEntry.objects.exists()


def test_kept_it_runs_on_and_all_of_it_counts(nora: Owner, hers: Client, email: Task) -> None:
    started = since()
    assert answer(hers, keep="").headers["Location"] == "/today/"
    assert since() == started
    assert "Email runs on, and all of it counts." in words(hers.get("/timer/"))
    hers.post("/timer/stop/")
    assert 5 * HOUR <= nora.entries.get().seconds < 5 * HOUR + 30


def test_thrown_away_nothing_is_logged_but_the_history_keeps_it(nora: Owner, hers: Client, email: Task) -> None:
    answer(hers, discard="")
    assert not Timer.objects.exists()
    assert not TimeEntry.objects.exists()
    assert "5 h of email thrown away." in words(hers.get("/timer/"))
    assert 5 * HOUR <= EntryChange.objects.get().seconds_before < 5 * HOUR + 30


def test_what_was_thrown_away_can_be_taken_back(nora: Owner, hers: Client, email: Task) -> None:
    started = since()
    answer(hers, discard="")
    press_undo(hers)
    assert since() == started
    assert read(hers.get("/timer/")).heading == "When did you stop?"


@pytest.mark.parametrize("button", ["stop", "keep", "discard"])
def test_after_the_answer_the_task_that_was_to_start_runs(
    nora: Owner, hers: Client, email: Task, sales: Task, button: str
) -> None:
    at = local(nora, since() + timedelta(hours=1))
    answer(hers, at=at, then=str(sales.pk), **{button: ""})
    assert Timer.objects.get().task == sales
    assert nora.entries.count() == (0 if button == "discard" else 1)


def test_answered_twice_it_counts_once(nora: Owner, hers: Client, email: Task) -> None:
    at, timer = local(nora, since() + timedelta(hours=1)), str(Timer.objects.get().pk)
    for _ in range(2):
        assert answer(hers, at=at, stop="", timer=timer).status_code == 302
    assert nora.entries.count() == 1
    assert "That timer was answered elsewhere." in words(hers.get("/timer/"))


@pytest.mark.parametrize("button", ["stop", "keep", "discard"])
def test_an_answer_about_another_timer_leaves_this_one_alone(
    nora: Owner, hers: Client, email: Task, sales: Task, button: str
) -> None:
    """The page stood open in another tab, and what runs now was started since."""
    old = str(Timer.objects.get().pk)
    answer(hers, discard="", then=str(sales.pk))
    started = since()
    assert answer(hers, timer=old, at=local(nora, clock.now()), **{button: ""}).status_code == 302
    assert (Timer.objects.get().task, since()) == (sales, started)
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize("timer", ["", "0", "abc", "²", "-1", "9" * 40, "\x00"])
def test_an_answer_about_no_timer_changes_nothing(hers: Client, email: Task, timer: str) -> None:
    assert answer(hers, timer=timer, discard="").status_code == 302
    assert Timer.objects.exists()


def test_a_strangers_task_is_not_started_after_it(nora: Owner, bea: Owner, hers: Client, email: Task) -> None:
    assert answer(hers, keep="", then=str(a_task(owner=bea).pk)).status_code == 404
    assert Timer.objects.get().task == email


# --- Answers that cannot be ------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        "", "yesterday", "16:30", "2026-13-45T10:00", "15/10/2026 16:30", "NaN", "1\x00", "9" * 39, "9" * 10_000,
        "0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59:59.999999", "10000-01-01T00:00", "<b>",
    ],
    ids=lambda typed: typed[:30].encode("unicode_escape").decode() or "empty",
)  # fmt: skip
def test_a_time_that_is_none_is_refused_and_stays_as_typed(hers: Client, email: Task, typed: str) -> None:
    refused = answer(hers, at=typed, stop="", then="7")
    assert refused.status_code == 422
    assert page(refused).wrong == {"at"}
    assert (page(refused).values["at"], page(refused).values["then"]) == (typed, "7")
    assert "One thing needs a look" in words(refused)
    assert Timer.objects.exists()


def test_a_time_before_the_start_says_when_that_was(nora: Owner, hers: Client, email: Task) -> None:
    refused = answer(hers, at=local(nora, since() - timedelta(minutes=1)), stop="")
    assert refused.status_code == 422
    assert "It was started on" in words(refused)
    assert "so it cannot stop before that." in words(refused)


def test_a_time_after_now_says_what_time_it_is(nora: Owner, hers: Client, email: Task) -> None:
    refused = answer(hers, at=local(nora, clock.now() + timedelta(minutes=2)), stop="")
    assert refused.status_code == 422
    assert "now, so write a time before that." in words(refused)
    assert Timer.objects.exists()


@pytest.mark.parametrize("minutes", [-600, -15, 0, 15, 345])
def test_a_time_with_another_zone_is_read_as_that_instant(
    nora: Owner, hers: Client, email: Task, minutes: int
) -> None:
    """An hour after the start, as a clock shows it that many minutes ahead of the owner's."""
    ahead = since().astimezone(nora.zone).utcoffset() or timedelta(0)
    elsewhere = timezone(ahead + timedelta(minutes=minutes))
    at = (since() + timedelta(hours=1)).astimezone(elsewhere).isoformat()
    assert answer(hers, at=at, stop="").status_code == 302
    assert nora.entries.get().seconds == HOUR


# --- When the clocks change -------------------------------------------------------------------
def berlin(owner: Owner, started: str) -> Task:
    owner.time_zone = "Europe/Berlin"
    owner.save()
    email = a_task(owner=owner, name="Email")
    timers.start(owner, email, now=utc(started))
    return email


def test_a_time_that_the_clocks_left_out_is_moved_and_that_is_said(nora: Owner, hers: Client) -> None:
    berlin(nora, "2025-03-30T00:30")
    assert answer(hers, at="2025-03-30T02:30", stop="").status_code == 302
    assert nora.entries.get().seconds == HOUR // 2
    assert "The clocks left that time out, so it counts until 3 am." in words(hers.get("/timer/"))


@pytest.mark.parametrize(("second", "hours"), [({}, 1), ({"second": "on"}, 2)], ids=["the first", "the second"])
def test_of_a_time_that_came_twice_it_is_the_first_or_the_one_that_is_ticked(
    nora: Owner, hers: Client, second: dict[str, str], hours: int
) -> None:
    berlin(nora, "2025-10-25T23:30")
    assert "I mean the second of the two" in words(hers.get("/timer/"))
    answer(hers, at="2025-10-26T02:30", stop="", **second)
    assert nora.entries.get().seconds == hours * HOUR


def test_on_other_days_nobody_is_asked_which_of_the_two(hers: Client, email: Task) -> None:
    assert "second of the two" not in words(hers.get("/timer/"))


def test_over_several_days_each_gets_its_own(nora: Owner, hers: Client) -> None:
    berlin(nora, "2025-03-29T21:00")
    answer(hers, at="2025-03-31T01:00", stop="")
    logged = {f"{day:%d}": seconds / HOUR for day, seconds in nora.entries.values_list("day", "seconds")}
    # The thirtieth had 23 hours.
    assert logged == {"29": 2, "30": 23, "31": 1}
