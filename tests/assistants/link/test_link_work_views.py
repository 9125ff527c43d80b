"""Hours by the private link: logged, corrected and timed without a script, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assistants import links
from assistants.handoff import agreed
from assistants.models import Handoff, Offer, WorkLog
from assistants.work import work_logs
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand, dump, email_of, text_of, what_happened
from tests.factories import a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer, some_hours
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
# Friday noon in Manila.
NOON = datetime(2026, 10, 30, 12, tzinfo=ZoneInfo("Asia/Manila"))
MONDAY, FRIDAY = date(2026, 10, 26), date(2026, 10, 30)
HOUR = 3600


@pytest.fixture
def noon() -> Any:
    with standing_at(NOON):
        yield


@pytest.fixture
def ana() -> Client:
    """A browser that has no cookie and is asked for one wherever Django asks."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def offer(nora: Owner, noon: None) -> Offer:
    """Five hours a week at $18, from Monday 26 October on."""
    return a_running_offer(owner=nora)


def link(offer: Offer, path: str = "") -> str:
    return f"/h/{links.token('offer', offer.pid)}/{path}"


def send(client: Client, offer: Offer, path: str, **form: str) -> Any:
    return client.post(link(offer, path), by_hand(offer, **form), follow=True)


# --- The page --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (239, None),
        (240, "1:00 is left this week. What you log above that needs Nora’s OK."),
        (300, "That is all of this week’s hours. What you log above them needs Nora’s OK."),
        (330, "0:30 is above what is agreed for a week, and needs Nora’s OK."),
    ],
)
def test_from_four_fifths_of_the_week_on_the_page_says_what_is_left(
    ana: Client, offer: Offer, minutes: int, said: str | None
) -> None:
    some_hours(offer=offer, day=MONDAY, seconds=minutes * 60)
    page = text_of(ana.get(link(offer)))
    assert f'{minutes // 60}:{minutes % 60:02}</span> <span class="soft">of 5:00' in page
    assert (said in page) if said else ("OK." not in page.partition("Log hours</h2>")[0])


def test_what_is_owed_this_month_stands_there(nora: Owner, ana: Client, offer: Offer) -> None:
    other = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant)
    line = some_hours(offer=other, day=FRIDAY, seconds=2 * HOUR)
    work_logs.approve(other.handoff, [work_logs.mark(line)], now=NOON)
    some_hours(offer=offer, day=FRIDAY, seconds=HOUR)
    some_hours(offer=offer, day=date(2026, 9, 30), seconds=HOUR)
    page = text_of(ana.get(link(offer)))
    owed = page.partition("Owed for October 2026")[2]
    assert owed.index("$36.00") < owed.index("$18.00")
    assert "Statement of September 2026" in owed


def test_another_persons_hours_and_the_owners_note_are_not_there(nora: Owner, ana: Client, offer: Offer) -> None:
    ben = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=an_assistant(owner=nora, name="Ben Okafor"))
    some_hours(offer=ben, day=FRIDAY, seconds=HOUR, note="What Ben did")
    offer.assistant.note = "Slow on Mondays"
    offer.assistant.save()
    for path in ("", "statement/2026-10/", "statement/2026-10.csv", "calendar.ics"):
        page = ana.get(link(offer, path)).content.decode()
        assert "Ben" not in page
        assert "Slow" not in page


def test_the_pages_of_hours_ask_the_database_as_often_for_much_as_for_little(
    nora: Owner, ana: Client, offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # On Postgres the clock is the database's. How often a peer tried is asked before anything else.
    clocks, tries = connection.vendor == "postgresql", 1

    def ask() -> None:
        with django_assert_num_queries(tries + 7 + clocks):
            ana.get(link(offer))
        for path in ("statement/2026-10/", "statement/2026-10.csv"):
            with django_assert_num_queries(tries + 2):
                ana.get(link(offer, path))

    ask()
    other = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant)
    for each in (offer, other):
        for day in range(20):
            some_hours(offer=each, day=FRIDAY - timedelta(days=3 * day))
    ask()


def test_hours_are_logged_first_then_come_the_terms_and_the_story_is_last(ana: Client, offer: Offer) -> None:
    some_hours(offer=offer, day=MONDAY, note="Bank file")
    page = text_of(ana.get(link(offer)))
    order = [">Log hours</button>", "<dt>Pays</dt>", "Bank file", "Owed for October", "The brief", ">So far</h2>"]
    assert [page.index(each) for each in order] == sorted(page.index(each) for each in order)


def test_lines_of_this_month_and_the_one_before_are_shown_and_older_ones_by_their_statements(
    ana: Client, offer: Offer
) -> None:
    asked, plain, recent = (
        some_hours(offer=offer, day=day, note=note)
        for day, note in [
            (date(2026, 7, 31), "Asked about"),
            (date(2026, 8, 31), "In August"),
            (date(2026, 9, 1), "In September"),
        ]
    )
    work_logs.query(offer.handoff, asked.pk, "What was that?", now=NOON)
    page = text_of(ana.get(link(offer)))
    lines, _, rest = page.partition("Hours so far</h2>")[2].partition("</table>")
    assert recent.note in lines
    assert asked.note in lines, "what waits for an answer is there however old it is"
    assert plain.note not in page
    assert "Shown here" in lines
    for month in ("2026-09", "2026-08", "2026-07"):
        assert rest.count(f"/statement/{month}/") == 1
    # Where a line of an older month is corrected.
    assert f"/hours/{plain.pk}/" in text_of(ana.get(link(offer, "statement/2026-08/")))


def test_statements_spreadsheets_and_calendar_of_what_ended_stay_as_long_as_the_link(
    ana: Client, offer: Offer
) -> None:
    some_hours(offer=offer, day=MONDAY, note="Bank file")
    paths = ("statement/2026-10/", "statement/2026-10.csv", "calendar.ics")
    agreed.end(Handoff.objects.get(pk=offer.handoff_id), now=NOON)
    with standing_at(NOON + timedelta(days=1000)):
        page = text_of(ana.get(link(offer)))
        assert "Bank file" in page
        assert "Owed for October 2026" in page
        for path in paths:
            assert link(offer, path) in page or path.endswith("csv")
            assert ana.get(link(offer, path)).status_code == 200
        assert "/hours/" not in text_of(ana.get(link(offer, paths[0])))


# --- Log -------------------------------------------------------------------------
def test_a_form_sent_twice_is_one_line_and_with_other_words_it_is_refused(ana: Client, offer: Offer) -> None:
    for _ in range(2):
        assert send(ana, offer, "hours/", day="2026-10-30", time="1:30", once="a-form").status_code == 200
    assert WorkLog.objects.count() == 1
    response = send(ana, offer, "hours/", day="2026-10-30", time="2:30", once="a-form")
    assert response.status_code == 422
    assert "This form was sent before, with other words." in text_of(response)
    assert [line.seconds for line in WorkLog.objects.all()] == [5400]


def test_hours_of_the_last_days_come_in_after_the_end(ana: Client, offer: Offer) -> None:
    agreed.end(Handoff.objects.get(pk=offer.handoff_id), now=NOON)
    page = text_of(ana.get(link(offer)))
    assert "Hours up to Thursday 29 October can be logged until Thursday 12 November." in page
    assert ">Start a timer<" not in page
    send(ana, offer, "hours/", day="2026-10-29", time="1:30")
    assert WorkLog.objects.get().seconds == 5400


def test_after_two_weeks_the_page_is_closed_and_refuses_hours(ana: Client, offer: Offer) -> None:
    some_hours(offer=offer, day=MONDAY, note="Bank file")
    agreed.end(Handoff.objects.get(pk=offer.handoff_id), now=NOON)
    with standing_at(NOON + timedelta(days=16)):
        page = text_of(send(ana, offer, "hours/", day="2026-10-29", time="1:30"))
        assert "This one is closed" in page
        assert "Hours could be logged until Thursday 12 November." in page
        assert "Bank file" in page
    assert WorkLog.objects.count() == 1
    assert what_happened(offer.handoff)[-1] == "refused"


# --- Correct ---------------------------------------------------------------------
def test_a_line_is_corrected_on_its_own_page(ana: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY, note="Receipts")
    path = f"hours/{line.pk}/"
    assert 'value="1:00"' in text_of(ana.get(link(offer, path)))
    page = text_of(send(ana, offer, path, day="2026-10-27", time="2:00", note="Bank file"))
    lines = page.partition("Hours so far</h2>")[2].partition("</table>")[0]
    assert "Tue 27 Oct" in lines
    assert "Receipts" not in lines
    line.refresh_from_db()
    assert (line.seconds, line.note, str(line.amount)) == (2 * HOUR, "Bank file", "36.00")


def test_a_correction_that_cannot_be_is_refused_and_the_typing_kept(ana: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    before = dump()
    response = send(ana, offer, f"hours/{line.pk}/", day="2026-10-31", time="2:00", note="Kept as typed")
    assert response.status_code == 422
    assert "That day has not come yet." in text_of(response)
    assert 'value="Kept as typed"' in text_of(response)
    assert dump() == before


def test_a_query_is_answered_where_it_is_asked(ana: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    work_logs.query(offer.handoff, line.pk, "Which <b>receipts</b>?", now=NOON)
    assert "Nora asks: “Which &lt;b&gt;receipts&lt;/b&gt;?”" in text_of(ana.get(link(offer)))
    assert "Which &lt;b&gt;" in text_of(ana.get(link(offer, f"hours/{line.pk}/")))
    send(ana, offer, f"hours/{line.pk}/", day="2026-10-26", time="1:00", note="Those of May")
    line.refresh_from_db()
    assert (line.state, line.query) == ("logged", "")


def test_a_query_is_answered_in_words_which_the_owner_reads_beside_the_line_and_by_email(
    nora: Owner, hers: Client, ana: Client, offer: Offer
) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    work_logs.query(offer.handoff, line.pk, "Why so long?", now=NOON)
    page = text_of(ana.get(link(offer, f"hours/{line.pk}/")))
    assert page.index("Why so long?") < page.index("Your answer") < page.index('name="time"')
    send(ana, offer, f"hours/{line.pk}/", day="2026-10-26", time="1:00", answer="The client called twice")
    line.refresh_from_db()
    assert (line.state, line.seconds, line.answer) == ("logged", HOUR, "The client called twice")
    email = email_of(offer, "answer", "corrected")
    assert "“The client called twice” It stays as it was." in email.facts["lines"]
    assert "You answered: “The client called twice”" in text_of(ana.get(link(offer)))
    hours = text_of(hers.get(f"/hand-offs/{offer.handoff_id}/")).partition('id="hours"')[2]
    assert hours.index("“Why so long?”") < hours.index("Ana: “The client called twice”") < hours.index(">Approve<")


def test_only_a_line_that_is_asked_about_has_a_field_to_answer(ana: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    assert 'name="answer"' not in text_of(ana.get(link(offer, f"hours/{line.pk}/")))
    send(ana, offer, f"hours/{line.pk}/", day="2026-10-26", time="2:00", answer="Nobody asked")
    line.refresh_from_db()
    assert (line.seconds, line.answer) == (2 * HOUR, "")


def test_an_approved_line_says_why_it_stays(ana: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOON)
    page = text_of(ana.get(link(offer, f"hours/{line.pk}/")))
    assert "Nora has approved this line" in page
    assert "Save the line" not in page
    send(ana, offer, f"hours/{line.pk}/", day="2026-10-26", time="2:00")
    send(ana, offer, f"hours/{line.pk}/remove/")
    line.refresh_from_db()
    assert line.seconds == HOUR
    assert what_happened(offer.handoff)[-2:] == ["refused", "refused"]


def test_a_line_is_removed_once_however_often_the_button_is_pressed(ana: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    for _ in range(2):
        assert send(ana, offer, f"hours/{line.pk}/remove/").status_code == 200
    assert not WorkLog.objects.exists()
    assert what_happened(offer.handoff).count("corrected") == 1


def test_a_line_of_another_is_not_found_under_a_right_token(
    nora: Owner, bea: Owner, ana: Client, offer: Offer
) -> None:
    theirs = [
        some_hours(offer=a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant), day=MONDAY),
        some_hours(offer=a_running_offer(owner=bea), day=MONDAY),
    ]
    before = dump()
    for pk in (*(line.pk for line in theirs), 987654321):
        form = by_hand(offer, day="2026-10-26", time="2:00")
        answers = [ana.get(link(offer, f"hours/{pk}/"))]
        answers += [ana.post(link(offer, f"hours/{pk}/"), form)]
        assert [answer.status_code for answer in answers] == [404] * 2
        assert len({answer.content for answer in answers}) == 1
        # As for a line of one's own that is out already: it leads back, and says nothing of theirs.
        removed = ana.post(link(offer, f"hours/{pk}/remove/"), form)
        assert (removed.status_code, removed["Location"]) == (302, link(offer))
    assert dump() == before


# --- The timer -------------------------------------------------------------------
def test_the_timer_is_started_and_stopped_by_two_buttons(ana: Client, offer: Offer) -> None:
    assert "Your timer runs" in text_of(send(ana, offer, "timer/start/"))
    with standing_at(NOON + timedelta(minutes=90)):
        page = text_of(ana.get(link(offer)))
        assert "Since noon, 1 h 30 min." in page
        assert "left on" not in page
        page = text_of(send(ana, offer, "timer/stop/"))
    assert "Your timer runs" not in page
    assert [line.seconds for line in WorkLog.objects.all()] == [90 * 60]


def test_a_timer_forgotten_for_weeks_asks_when_work_ended_and_writes_nothing_before(
    ana: Client, offer: Offer
) -> None:
    send(ana, offer, "timer/start/")
    with standing_at(NOON + timedelta(weeks=3)):
        page = text_of(send(ana, offer, "timer/stop/", since=NOON.isoformat()))
        assert "When did you stop working?" in page
        assert ">Stop and log it<" not in page
        for at, said in (
            ("", "Say when you stopped."),
            ("five", "Write the day and the time"),
            ("2026-10-30T11:00", "cannot have ended before that"),
            ("2026-11-02T11:00", "more than 16 hours after it started"),
        ):
            response = send(ana, offer, "timer/stop/", since=NOON.isoformat(), at=at)
            assert response.status_code == 422
            assert said in text_of(response)
            assert f'value="{at}"' in text_of(response) or not at
        assert not WorkLog.objects.exists()
        send(ana, offer, "timer/stop/", since=NOON.isoformat(), at="2026-10-30T14:30")
    assert [(line.day, line.seconds) for line in WorkLog.objects.all()] == [(FRIDAY, 5 * HOUR // 2)]


def test_a_forgotten_timer_is_thrown_away_by_one_button(ana: Client, offer: Offer) -> None:
    send(ana, offer, "timer/start/")
    with standing_at(NOON + timedelta(weeks=3)):
        page = text_of(send(ana, offer, "timer/stop/", since=NOON.isoformat(), at="", discard="1"))
        assert ">Start a timer<" in page
    assert not WorkLog.objects.exists()


# --- By hand, and by nobody ------------------------------------------------------
ACTS = ("hours/", "hours/{line}/", "hours/{line}/remove/", "timer/start/", "timer/stop/")


@pytest.mark.parametrize("path", ACTS)
def test_what_a_robot_presses_changes_nothing(ana: Client, offer: Offer, path: str) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    Offer.objects.filter(pk=offer.pk).update(timer_since=None if "start" in path else NOON - timedelta(hours=1))
    url, form = link(offer, path.format(line=line.pk)), {"day": "2026-10-27", "time": "2:00"}
    before = dump()
    for more in ({}, by_hand(offer, website="x"), by_hand(offer) | {"made": "1.x"}):
        assert ana.post(url, form | more).status_code == 200
    assert dump() == before


@pytest.mark.parametrize("path", ["", "hours/{line}/", "statement/2026-10/", "statement/2026-10.csv", "calendar.ics"])
def test_reading_changes_nothing(ana: Client, offer: Offer, path: str) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    before = dump()
    for read in (ana.get, ana.head, ana.options):
        response = read(link(offer, path.format(line=line.pk)))
        assert response.status_code in (200, 405)
        assert not response.cookies
    assert dump() == before


@pytest.mark.parametrize("make", [an_offer, an_accepted_offer])
def test_an_offer_without_work_has_a_calendar_and_no_one_elses_statement(
    nora: Owner, ana: Client, noon: None, make: Callable[..., Offer]
) -> None:
    offer = make(owner=nora)
    answer = ana.get(link(offer, "statement/2026-10/"))
    assert answer.status_code == (404 if make is an_offer else 200)
    assert ana.get(link(offer, "calendar.ics")).status_code == 200
    assert ana.get(link(offer, "statement/2026-13/")).status_code == 404


def test_the_clock_of_these_tests_is_the_apps(noon: None) -> None:
    assert clock.now() == NOON
