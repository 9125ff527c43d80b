"""The assistant's weekly note: on Monday at 7 where they live, with the hours and the money of both their pages."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assistants import links
from assistants.handoff import deliveries
from assistants.jobs import write_weekly_notes
from assistants.mail import messages, outbox
from assistants.models import Assistant, Offer, OutgoingEmail, WorkLog
from assistants.work import weekly_notes, work_logs
from tasks.durations import HOUR
from tasks.models import Owner
from tests import factories
from tests.delegator.at_once import at_once, real_database
from tests.delegator.pages import read

pytestmark = pytest.mark.django_db
# Monday 12 October, 7 am in Manila.
MONDAY = datetime.fromisoformat("2026-10-11T23:00:00+00:00")
WEEK = timedelta(weeks=1)
# A Tuesday of the week before.
TUESDAY = date(2026, 10, 6)


def running(owner: Owner, name: str = "") -> Offer:
    """Since August, at $18 an hour, in Manila."""
    task = factories.a_task(owner=owner, name=name)
    return factories.a_running_offer(owner=owner, task=task, now=MONDAY - 8 * WEEK, starts_on=date(2026, 8, 17))


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """Ana keeps Nora's books at $18 an hour since August; her note is due on Monday."""
    offer = running(nora, name="Record keeping")
    Assistant.objects.update(next_note_at=MONDAY)
    OutgoingEmail.objects.all().delete()
    return offer


def hours(offer: Offer, day: date = TUESDAY, count: int = 1) -> WorkLog:
    return factories.some_hours(offer=offer, day=day, seconds=count * HOUR, now=MONDAY)


def note(owner: Owner) -> OutgoingEmail:
    return owner.emails.get(kind="note")


def text(email: OutgoingEmail) -> str:
    return " ".join(str(messages.compose(email).body).split())


# --- What it says ------------------------------------------------------------
def test_it_says_what_was_logged_how_it_stands_and_what_is_owed(nora: Owner, offer: Offer) -> None:
    lines = [hours(offer, TUESDAY + timedelta(days=n), count) for n, count in enumerate((1, 2, 3))]
    WorkLog.objects.filter(pk=lines[0].pk).update(state=WorkLog.State.APPROVED)
    WorkLog.objects.filter(pk=lines[1].pk).update(state=WorkLog.State.QUERIED)
    before = hours(offer, date(2026, 9, 22), 5)
    WorkLog.objects.filter(pk=before.pk).update(state=WorkLog.State.APPROVED)
    assert weekly_notes.write_due(now=MONDAY) == 1
    email = note(nora)
    assert email.to_email == offer.assistant.email
    assert messages.subject(email) == "You logged 6 h for Nora, 5 to 11 October"
    said = text(email)
    for words in (
        "You logged 6 h 5 to 11 October, for Nora.",
        "Record keeping, 6 h: $108.00",
        "Approved: $18.00",
        "Not approved by Nora yet: $54.00",
        "Nora asks about: $36.00",
        "Approved and not paid yet, in all: $108.00",
    ):
        assert words in said
    rich = re.sub(
        r"<style>.*?</style>|<[^>]+>", " ", str(messages.compose(email).alternatives[0][0]), flags=re.DOTALL
    )
    for amount in ("$108.00", "$18.00", "$54.00", "$36.00"):
        assert amount in rich


def test_its_money_is_that_of_the_page_and_of_the_statement(client: Client, nora: Owner, offer: Offer) -> None:
    lines = [hours(offer, TUESDAY + timedelta(days=n), 1 + n) for n in range(3)]
    work_logs.approve(offer.handoff, [work_logs.mark(line) for line in lines[:2]], now=MONDAY)
    weekly_notes.write_due(now=MONDAY)
    token = links.token("offer", offer.pid, offer.epoch)
    statement = read(client.get(f"/h/{token}/statement/2026-10/")).text
    (owed,) = re.findall(r"in all: (\$[\d.]+)", text(note(nora)))
    assert owed == "$54.00"
    assert owed in statement
    assert f"/h/{token}/" in text(note(nora))


def test_a_week_without_hours_says_only_what_is_owed(nora: Owner, offer: Offer) -> None:
    line = hours(offer, date(2026, 9, 22))
    WorkLog.objects.filter(pk=line.pk).update(state=WorkLog.State.APPROVED)
    weekly_notes.write_due(now=MONDAY)
    assert "No hours logged last week" in text(note(nora))
    assert "in all: $18.00" in text(note(nora))


def test_without_hours_and_without_anything_owed_there_is_none(nora: Owner, offer: Offer) -> None:
    paid = hours(offer, date(2026, 9, 22))
    WorkLog.objects.filter(pk=paid.pk).update(state=WorkLog.State.APPROVED, paid_on=date(2026, 10, 1))
    hours(offer, date(2026, 10, 12))
    assert weekly_notes.write_due(now=MONDAY) == 0
    offer.assistant.refresh_from_db()
    assert offer.assistant.next_note_at == MONDAY + WEEK


def test_nobody_reads_of_anothers_hours(nora: Owner, bea: Owner, offer: Offer) -> None:
    hours(offer)
    theirs = running(bea)
    hours(theirs, TUESDAY, 7)
    other = running(nora)
    hours(other, TUESDAY, 5)
    Assistant.objects.update(next_note_at=MONDAY)
    assert weekly_notes.write_due(now=MONDAY) == 3
    said = {email.to_email: email.facts["headline"] for email in OutgoingEmail.objects.filter(kind="note")}
    assert said[offer.assistant.email] == "You logged 1 h"
    assert said[other.assistant.email] == "You logged 5 h"


# --- When --------------------------------------------------------------------
@pytest.mark.parametrize("zone", sorted(available_timezones())[::7])
def test_it_is_due_each_monday_at_7_where_they_live(zone: str) -> None:
    at = weekly_notes.next_at(ZoneInfo(zone), MONDAY - 60 * WEEK)
    for _ in range(120):
        local = at.astimezone(ZoneInfo(zone))
        assert (local.weekday(), local.hour, local.minute) == (0, 7, 0)
        assert weekly_notes.next_at(ZoneInfo(zone), at - timedelta(seconds=1)) == at
        following = weekly_notes.next_at(ZoneInfo(zone), at)
        assert following.astimezone(ZoneInfo(zone)).date() == local.date() + timedelta(days=7)
        at = following


def test_one_a_week_and_not_a_minute_early(nora: Owner, offer: Offer) -> None:
    hours(offer)
    written = [weekly_notes.write_due(now=MONDAY + timedelta(minutes=n)) for n in (-1, 0, 1, 60)]
    assert written == [0, 1, 0, 0]
    hours(offer, TUESDAY + timedelta(days=7))
    assert weekly_notes.write_due(now=MONDAY + WEEK) == 1


def test_who_moves_gets_no_second_one_for_the_same_week(nora: Owner, offer: Offer) -> None:
    hours(offer)
    weekly_notes.write_due(now=MONDAY)
    Assistant.objects.update(time_zone="America/Los_Angeles", next_note_at=MONDAY + timedelta(hours=15))
    assert weekly_notes.write_due(now=MONDAY + timedelta(hours=15)) == 0
    assert note(nora)


def test_after_an_outage_the_newest_week_is_told(nora: Owner, offer: Offer) -> None:
    hours(offer)
    hours(offer, TUESDAY + timedelta(days=14), 3)
    assert weekly_notes.write_due(now=MONDAY + 2 * WEEK + timedelta(days=3)) == 1
    assert note(nora).facts["headline"] == "You logged 3 h"


def test_new_work_gets_its_first_note_on_the_next_monday(nora: Owner, offer: Offer) -> None:
    Assistant.objects.update(next_note_at=None)
    hours(offer)
    assert weekly_notes.write_due(now=MONDAY - timedelta(days=2)) == 0
    assert weekly_notes.write_due(now=MONDAY) == 1


@pytest.mark.parametrize("state", ["taken", "ended", "done"])
def test_without_work_that_runs_there_is_none(nora: Owner, offer: Offer, state: str) -> None:
    hours(offer)
    nora.handoffs.update(state=state)
    assert weekly_notes.write_due(now=MONDAY) == 0


def test_the_job_writes_what_is_due(nora: Owner, offer: Offer) -> None:
    line = hours(offer)
    WorkLog.objects.filter(pk=line.pk).update(state=WorkLog.State.APPROVED)
    write_weekly_notes()
    write_weekly_notes()
    assert note(nora)


def test_more_people_take_no_more_reads(nora: Owner, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """Two a batch; what is written is four a person."""
    for count in (1, 6):
        for _ in range(count):
            hours(running(nora))
        Assistant.objects.update(next_note_at=MONDAY)
        OutgoingEmail.objects.all().delete()
        people = Assistant.objects.count()
        with django_assert_max_num_queries(5 + 8 * people):
            assert weekly_notes.write_due(now=MONDAY) == people


def test_the_trouble_of_one_stops_nobody_else(nora: Owner, offer: Offer, caplog: pytest.LogCaptureFixture) -> None:
    other = running(nora)
    for each in (offer, other):
        hours(each)
    Assistant.objects.update(next_note_at=MONDAY)
    Assistant.objects.filter(pk=offer.assistant_id).update(time_zone="Mars/Base")
    assert weekly_notes.write_due(now=MONDAY) == 1
    assert f"the note of assistant {offer.assistant_id} could not be written" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_write_one(nora: Owner, offer: Offer, tmp_path: Path) -> None:
    hours(offer)
    with real_database(tmp_path):
        beat = partial(weekly_notes.write_due, now=MONDAY)
        assert sorted(map(str, at_once(beat, beat))) == ["0", "1"]
        assert note(nora)


# --- Stopped -----------------------------------------------------------------
def stop_url(email: OutgoingEmail) -> str:
    address: str = messages.compose(email).extra_headers["List-Unsubscribe"]
    return address.strip("<>").removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def url(nora: Owner, offer: Offer) -> str:
    """Of the link in a note that was written."""
    hours(offer)
    weekly_notes.write_due(now=MONDAY)
    return stop_url(note(nora))


def wants(offer: Offer) -> bool:
    return Assistant.objects.get(pk=offer.assistant_id).wants_note


def test_one_click_of_a_mail_program_stops_it(nora: Owner, offer: Offer, url: str) -> None:
    program = Client(enforce_csrf_checks=True)
    headers = messages.compose(note(nora)).extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(2):
        answer = program.post(url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert read(answer).heading == "Stopped"
    assert not wants(offer)
    hours(offer, TUESDAY + timedelta(days=7))
    assert weekly_notes.write_due(now=MONDAY + WEEK) == 0


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_opening_the_link_changes_nothing(client: Client, offer: Offer, url: str, method: str) -> None:
    assert getattr(client, method)(url).status_code in (200, 405)
    assert wants(offer)


def test_the_page_has_one_button_and_another_to_begin_again(client: Client, offer: Offer, url: str) -> None:
    page = read(client.get(url))
    assert page.heading == "Stop the weekly note?"
    assert [tag.text for tag in page.all("button")] == ["Stop the weekly note"]
    client.post(url)
    assert [tag.text for tag in read(client.get(url)).all("button")] == ["Send them again"]
    client.post(url, {"again": ""})
    assert wants(offer)


def test_it_opens_nothing_else_and_no_other_link_opens_it(
    client: Client, nora: Owner, offer: Offer, url: str
) -> None:
    token = url.split("/")[-2]
    assert token == links.token("unsubscribe", offer.pid, offer.epoch)
    assert links.token("offer", offer.pid, offer.epoch) not in client.get(url).content.decode()
    nobodys = client.get("/h/weekly/nobody.nothing/")
    assert nobodys.status_code == 404
    for wrong in (
        links.token("offer", offer.pid, offer.epoch),
        links.token("unsubscribe", offer.pid, offer.epoch + 1),
        links.token("unsubscribe", nora.pid),
        token[:-1],
    ):
        for answer in (client.get(f"/h/weekly/{wrong}/"), client.post(f"/h/weekly/{wrong}/")):
            assert (answer.status_code, answer.content) == (404, nobodys.content)
    for path in (f"/h/{token}/", f"/unsubscribe/{token}/"):
        assert client.get(path).status_code == 404
    assert wants(offer)


def test_one_that_was_written_before_they_stopped_does_not_leave(nora: Owner, offer: Offer, url: str) -> None:
    Client().post(url)
    OutgoingEmail.objects.update(due_at=MONDAY - WEEK)
    outbox.pump(done=deliveries.hear_of)
    email = note(nora)
    assert (email.state, email.trouble) == (OutgoingEmail.State.SKIPPED, "they asked for no more notes")


def test_to_stop_it_at_one_owner_is_to_stop_it_there_alone(bea: Owner, offer: Offer, url: str) -> None:
    whom = factories.an_assistant(owner=bea, email=offer.assistant.email)
    theirs = factories.a_running_offer(owner=bea, assistant=whom)
    Client().post(url)
    assert not wants(offer)
    assert wants(theirs)


def test_an_erased_person_gets_none(nora: Owner, offer: Offer) -> None:
    hours(offer)
    Assistant.objects.update(erased_at=MONDAY - timedelta(days=1))
    assert weekly_notes.write_due(now=MONDAY) == 0
