"""The bench's own sums: what it makes of processor times, and what it refuses to time."""

from __future__ import annotations

import json
import smtplib
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from assistants.mail.smtp import Mailer
from assistants.models import OutgoingEmail
from delegator.summary import weekly
from tasks import clock
from tests.bench import items, mail, meter, owners, results, visits
from tests.bench.mail_sink import MailSink
from tests.bench.results import Row, Sample

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

CELL = items.Cell(7, "2026-10-13")


class Page:
    """The owner's browser before a sheet of one row."""

    world = items.World(sid="", day="2026-10-15", week="2026-W42", json_cell=CELL, form_cell=CELL)

    def __init__(self, text: str = "1:30", seen: int = 5400) -> None:
        self.text, self.seen = text, seen

    def get(self, path: str) -> str:
        time, was = f'name="{CELL.time}" value="{self.text}"', f'name="{CELL.was}" value="{self.seen} {self.text}"'
        return f'<input name="csrfmiddlewaretoken" value="abc"><input {time}><input type="hidden" {was}>'


def samples(*seconds: float) -> list[Sample]:
    return [Sample(each, 1, 1) for each in seconds]


def test_f_is_the_time_over_the_mean_of_the_empty_views_around_it() -> None:
    assert Sample(seconds=0.006, before=0.0004, after=0.0008).f == pytest.approx(10)


def test_growth_compares_the_two_of_one_round() -> None:
    assert results.growth(samples(1, 10, 2), samples(1.5, 10, 4)) == [1.5, 1, 2]


def test_the_middle_forgets_one_round_on_a_busy_machine() -> None:
    assert results.middle([8, 9, 80]) == 9


def test_the_spread_holds_the_middle_half_of_the_rounds() -> None:
    assert results.spread([1, 2, 3, 4, 100]) == (2, 4)
    assert results.spread([7]) == (7, 7)


def test_on_postgres_a_goal_is_three_f_more_and_none_stays_none() -> None:
    assert results.goal_on("SQLite", 9) == 9
    assert results.goal_on("Postgres", 9) == 12
    assert results.goal_on("Postgres", None) is None


def test_a_goal_is_met_when_reached_and_missed_above() -> None:
    assert Row("day page", "SQLite", 1, 9, 9, 4, most_queries=4).missed == []
    assert Row("day page", "SQLite", 1, 9.1, 9).missed == ["day page on SQLite, 1 y: 9.1, the goal is 9."]
    assert Row("week page", "SQLite", 1, 90).missed == []


def test_a_goal_moves_with_what_django_itself_costs_here() -> None:
    floors = {("floor: page", "SQLite"): 7.2}
    assert results.goal_here(9, "floor: page", "SQLite", floors) == pytest.approx(9 * 7.2 / 4.8)
    assert results.goal_here(9, "floor: write", "SQLite", floors) is None
    assert results.goal_here(None, "floor: page", "SQLite", floors) is None
    assert Row("day page", "SQLite", 1, 13, 9, here=13.5).missed == []
    assert Row("day page", "SQLite", 1, 14, 9, here=13.5).missed == ["day page on SQLite, 1 y: 14, the goal is 13.5."]


def test_a_query_too_many_misses_the_goal_too() -> None:
    assert Row("day page", "SQLite", 1, 8, 9, 5, most_queries=4).missed == [
        "day page on SQLite, 1 y: 5 queries, the goal is 4."
    ]


def test_the_file_has_the_keys_that_it_promises() -> None:
    row = Row("day page", "SQLite", 10, 8.5, 9, 4, spread=(8, 9), most_queries=4)
    assert json.loads(json.dumps(row.as_json())) == {
        "item": "day page",
        "database": "SQLite",
        "years": 10,
        "F": 8.5,
        "goal": 9,
        "queries": 4,
    }


def test_the_table_says_what_is_missed() -> None:
    met, missed = Row("day page", "SQLite", 1, 8, 9), Row("day page", "SQLite", 10, 10, 9)
    assert [line.endswith("missed") for line in results.table([met, missed]).splitlines()] == [False, False, True]


# --- What is never timed -----------------------------------------------------
def test_an_answer_with_another_status_is_refused() -> None:
    request = items.Request("/week/2026-W42/")
    items.check(request, 200, "")
    with pytest.raises(items.Wrong, match="GET /week/2026-W42/ answered 404 instead of 200: Not found"):
        items.check(request, 404, "Not\n found")


def test_a_write_that_is_not_on_the_page_is_refused() -> None:
    request = items.Request("/times/", "POST", leaves=(CELL, "1:40"))
    items.check_written(Page("1:40", 6000), request)
    with pytest.raises(items.Wrong, match="wrote 1:40, and /day/2026-10-13/ shows 1:30"):
        items.check_written(Page("1:30", 5400), request)


def test_a_page_without_the_field_is_refused() -> None:
    with pytest.raises(items.Wrong, match="no field time-9-2026-10-13 and no field was-9-2026-10-13"):
        items.sheet(Page(), items.Cell(9, CELL.day))


def test_a_page_that_shows_less_than_is_logged_is_refused() -> None:
    with pytest.raises(items.Wrong, match="GET /day/2026-10-15/ shows 1 times, and 10 are logged there"):
        next(items.day_page(Page()))


# --- What is asked -----------------------------------------------------------
@pytest.mark.parametrize(
    ("shown", "expected"), [("1:30", ["1:40", "1:30", "1:40"]), ("1:40", ["1:30", "1:40", "1:30"])]
)
def test_a_json_write_tells_what_the_one_before_it_left(shown: str, expected: list[str]) -> None:
    requests = items.time_as_json(Page(shown, items.TIMES[shown]))
    edits = [json.loads(next(requests).body)["edits"][0] for _ in range(3)]
    assert [edit["text"] for edit in edits] == expected
    assert [edit["seen"] for edit in edits] == [items.TIMES[text] for text in [shown, *expected[:2]]]
    assert len({edit["key"] for edit in edits}) == 3


def test_a_form_sends_back_what_was_shown_and_one_change() -> None:
    requests = items.day_form(Page())
    first, second = (parse_qs(next(requests).body) for _ in range(2))
    token = {"csrfmiddlewaretoken": [items.CSRF]}
    assert first == token | {CELL.time: ["1:40"], CELL.was: ["5400 1:30"]}
    assert second == token | {CELL.time: ["1:30"], CELL.was: ["6000 1:40"]}


def test_a_first_visit_loads_what_the_page_names_once() -> None:
    named = visits.Named()
    named.feed(
        '<link rel="stylesheet" href="a.css"><link rel="icon" href="i.svg"><link rel="canonical" href="/">'
        '<link rel="preload" as="font" href="f.woff2"><script src="a.js" defer></script><script>1</script>'
        '<link rel="stylesheet" href="a.css">'
    )
    assert named.urls == ["a.css", "i.svg", "f.woff2", "a.js"]


# --- Mail ---------------------------------------------------------------------
def test_a_rate_misses_its_goal_below_it() -> None:
    assert Row("mails a second", "Postgres", 0, 170, 170, at_least=True).missed == []
    assert Row("mails a second", "Postgres", 0, 169, 170, at_least=True).missed == [
        "mails a second on Postgres: 169, the goal is 170."
    ]


def test_the_sink_takes_what_the_app_sends_and_knows_when(settings: Settings) -> None:
    """By our own mailer, with all commands in one write, and by smtplib, with one after the other."""
    raw = b"Subject: x\r\n\r\n.\r\n..\r\nend\r\n"
    with MailSink() as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        began = time.monotonic()
        mailer = Mailer()
        for _ in range(2):
            mailer.deliver(mail.SENDER, mail.READER, raw, before_dot=lambda: True)
        assert mailer.connection.has_extn("pipelining")
        mailer.close()
        with smtplib.SMTP("127.0.0.1", sink.port) as line:
            line.sendmail(mail.SENDER, mail.READER, raw)
        seen = sink.wait(3)
    assert began < seen[0] < seen[1] < seen[2] < time.monotonic()


def test_a_late_sink_answers_each_batch_of_commands_once(settings: Settings) -> None:
    with MailSink(late=0.2) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        mailer = Mailer()
        mailer.deliver(mail.SENDER, mail.READER, b"Subject: x\r\n\r\nend\r\n", before_dot=lambda: True)
        began = time.monotonic()
        mailer.deliver(mail.SENDER, mail.READER, b"Subject: x\r\n\r\nend\r\n", before_dot=lambda: True)
        # Two waits, for the three commands and for the dot; five would take a second.
        assert 0.4 <= time.monotonic() - began < 0.9
        mailer.close()


def test_an_email_costs_what_it_takes_over_the_floor_of_its_own_round() -> None:
    cost = mail.Cost([0.002, 0.004, 0.09], [0.001, 0.001, 0.03], 100, 80)
    assert cost.ratios == pytest.approx([2, 4, 3])
    assert (cost.ratio, cost.ms) == pytest.approx((3, 4))


def test_jobs_are_read_with_their_seconds(tmp_path: Path) -> None:
    told = tmp_path / "jobs"
    assert meter.read(told) == []
    told.write_text("assistants.jobs.sweep 0.25\ndelegator.jobs.remind 1e-05\n")
    assert meter.read(told) == [("assistants.jobs.sweep", 0.25), ("delegator.jobs.remind", 1e-05)]


@pytest.mark.django_db
def test_every_owner_of_the_bench_is_written_a_summary(settings: Settings) -> None:
    settings.EMAIL_KEPT = False
    owners.fill(20, 2)
    now = clock.now()
    written = [weekly.write_due(now=owners.due(number, now)) for number in range(owners.ROUNDS + 1)]
    assert written == [owners.FIRST, *[2] * owners.ROUNDS]
    facts = OutgoingEmail.objects.latest("pk").facts
    assert len(facts["bars"]) == len(owners.NAMES)
    assert facts["next"]["button"] == "Write the hand-off"
