"""The calendar file: what it holds for each state, and that every calendar program can read it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from assistants import links
from assistants.handoff import agreed, replies
from assistants.models import Handoff, Offer
from assistants.work import calendars
from tasks.models import Owner
from tests.assistants.world import dump
from tests.factories import NOW, a_running_offer, a_task, an_accepted_offer, an_offer

database = pytest.mark.django_db


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def read(offer: Offer) -> list[str]:
    """The lines of the file that the link gives."""
    response = Client().get(f"/h/{links.token('offer', offer.pid)}/calendar.ics")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return unfolded(response.content.decode())


def fresh(offer: Offer) -> Offer:
    return Offer.objects.select_related("handoff__owner", "handoff__task", "terms").get(pk=offer.pk)


def named(offer: Offer) -> dict[str, calendars.Event]:
    return {event.name: event for event in calendars.events(fresh(offer))}


# --- As RFC 5545 asks ------------------------------------------------------------
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=300))
def test_no_line_is_longer_than_75_octets_and_folding_loses_nothing(text: str) -> None:
    folded = calendars.folded(f"SUMMARY:{text}")
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == f"SUMMARY:{text}"


@given(st.text(max_size=60))
def test_what_is_escaped_stays_one_value_and_reads_back(text: str) -> None:
    said = calendars.escaped(text)
    assert "\n" not in said
    assert "\r" not in said
    back = said.replace("\\\\", "\0").replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\0", "\\")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert back == "".join(c for c in lines if c in "\n\t" or not (ord(c) < 32 or ord(c) == 127))


def test_an_all_day_event_ends_the_day_after_and_an_instant_is_utc() -> None:
    at = datetime.fromisoformat("2026-10-20T18:00:00-07:00")
    these = [calendars.Event("start", date(2026, 10, 31), "A; b, c"), calendars.Event("reply", at, "Reply")]
    text = calendars.file(these, name="x@example.com", made_at=at)
    assert text.endswith("END:VCALENDAR\r\n")
    assert unfolded(text) == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Delegator//Hand-offs//EN", "METHOD:PUBLISH",
        "BEGIN:VEVENT", "UID:start-x@example.com", "DTSTAMP:20261021T010000Z",
        "DTSTART;VALUE=DATE:20261031", "DTEND;VALUE=DATE:20261101", "SUMMARY:A\\; b\\, c", "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "BEGIN:VEVENT", "UID:reply-x@example.com", "DTSTAMP:20261021T010000Z",
        "DTSTART:20261021T010000Z", "SUMMARY:Reply", "TRANSP:TRANSPARENT", "END:VEVENT",
        "END:VCALENDAR",
    ]  # fmt: skip


# --- Of an offer -----------------------------------------------------------------
@database
def test_an_open_offer_is_its_reply_by(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    assert list(named(offer)) == ["reply"]
    assert named(offer)["reply"].at == fresh(offer).reply_by
    assert "SUMMARY:Reply to Nora Hale: Record keeping" in read(offer)


@database
def test_a_closed_offer_takes_its_date_out_of_the_calendar(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    before = read(offer)
    replies.decline(offer, reason="", now=NOW)
    after = read(offer)
    assert "STATUS:CANCELLED" in after
    assert "STATUS:CANCELLED" not in before
    assert [line for line in before if line.startswith("UID:")] == [line for line in after if line.startswith("UID:")]


@database
def test_what_is_agreed_is_its_start_and_its_weeks_until_the_last_day(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    assert list(named(offer)) == ["start", "week"]
    assert {event.at for event in named(offer).values()} == {date(2026, 10, 26)}
    assert "RRULE:FREQ=WEEKLY" in read(offer)
    Handoff.objects.filter(pk=offer.handoff_id).update(ends_on=date(2026, 11, 30))
    assert list(named(offer)) == ["start", "week", "end"]
    assert "RRULE:FREQ=WEEKLY;UNTIL=20261130" in read(offer)
    assert "SUMMARY:Record keeping for Nora Hale\\, 5 h this week" in read(offer)


@database
@pytest.mark.parametrize("how", ["taken back", "ended before its start"])
def test_what_never_came_about_is_taken_out_where_a_calendar_has_it(nora: Owner, how: str) -> None:
    offer = an_accepted_offer(owner=nora)
    agreed.set_stage(offer.handoff, offer, "trial", trial_ends_on=date(2026, 11, 20), now=NOW)
    had = {line for line in read(offer) if line.startswith("UID:")}
    if how == "taken back":
        replies.take_back(offer, now=NOW)
    else:
        agreed.end(offer.handoff, now=NOW)
    assert had <= {line for line in read(offer) if line.startswith("UID:")}
    assert {"start", "week", "trial"} <= set(named(offer))
    assert all(event.is_cancelled for event in named(offer).values())


@database
def test_a_trial_has_its_end(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    fields = {"stage": Handoff.Stage.TRIAL, "trial_ends_on": date(2026, 11, 20)}
    Handoff.objects.filter(pk=offer.handoff_id).update(**fields)
    assert named(offer)["trial"].at == date(2026, 11, 20)


@database
def test_the_weeks_of_a_trial_end_with_it_until_the_owner_keeps_them_on(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    agreed.set_stage(offer.handoff, offer, "trial", trial_ends_on=date(2026, 11, 20), now=NOW)
    assert "RRULE:FREQ=WEEKLY;UNTIL=20261120" in read(offer)
    agreed.set_stage(offer.handoff, offer, "full", trial_ends_on=None, now=NOW)
    assert "RRULE:FREQ=WEEKLY" in read(offer)


@database
def test_names_stay_and_differ_between_offers_and_asking_changes_nothing(nora: Owner) -> None:
    offer, other = an_accepted_offer(owner=nora), an_accepted_offer(owner=nora, task=a_task(owner=nora))
    before = dump()
    assert read(offer) == read(offer)
    assert dump() == before
    first, second = ({line for line in read(each) if line.startswith("UID:")} for each in (offer, other))
    assert not first & second
    assert len(first) == 2


@database
def test_it_is_stamped_with_the_last_that_happened(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    replies.accept(offer, terms_version=1, now=NOW + timedelta(minutes=5))
    assert "DTSTAMP:20261015T213500Z" in read(offer)


@database
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_calendar_is_read_and_never_written(nora: Owner, method: str) -> None:
    offer = an_offer(owner=nora)
    response = getattr(Client(), method)(f"/h/{links.token('offer', offer.pid)}/calendar.ics")
    assert response.status_code == 405
