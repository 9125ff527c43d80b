"""How long there is to reply, and when one is reminded, over all zones and all lengths."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.handoff import reply_times
from assistants.models import Assistant, Offer
from tasks import dates
from tests.factories import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
zones = st.sampled_from(dates.zones())
instants = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
lengths = st.integers(1, 30 * 24 * 60).map(lambda minutes: minutes * MINUTE)


def an_offer_out(sent_at: datetime, length: timedelta, zone: str = "Asia/Manila") -> Offer:
    person = Assistant(pk=1, name="Ana Reyes", time_zone=zone)
    person._prefetched_objects_cache = {"absences": []}  # type: ignore[attr-defined]  # never away
    return Offer(assistant=person, state="sent", sent_at=sent_at, reply_by=sent_at + length)


def put(offer: Offer, fields: dict[str, object]) -> None:
    for name, value in fields.items():
        setattr(offer, name, value)


def reminders_of(offer: Offer, *, every: timedelta, off: tuple[datetime, datetime] | None = None) -> list[datetime]:
    """When a sweep that runs so often reminds, but for the time that the app is off."""
    found, now = [], offer.sent_at
    assert now
    while now < offer.reply_by:
        is_off = off is not None and off[0] <= now < off[1]
        if not is_off and reply_times.is_reminder_due(offer, now):
            found.append(now)
            put(offer, reply_times.reminded(offer, now))
        now += every
    return found


# --- Reminders ---------------------------------------------------------------
@given(zone=zones, sent_at=instants, length=lengths, off=st.tuples(lengths, lengths))
def test_nobody_is_reminded_at_night_or_more_than_twice_or_with_too_little_time(
    zone: str, sent_at: datetime, length: timedelta, off: tuple[timedelta, timedelta]
) -> None:
    """Also when the app was down meanwhile."""
    offer = an_offer_out(sent_at, length, zone)
    down = (sent_at + off[0], sent_at + off[0] + off[1] / 2)
    found = reminders_of(offer, every=max(length / 300, MINUTE), off=down)
    assert len(found) <= 2
    for moment in found:
        there = moment.astimezone(offer.assistant.zone)
        assert 8 <= there.hour < 20
        assert offer.reply_by - moment >= 4 * HOUR
        assert moment >= sent_at + length / 2


@given(zone=zones, sent_at=instants, length=lengths)
def test_each_reminder_is_due_at_its_time_or_at_the_end_of_that_night(
    zone: str, sent_at: datetime, length: timedelta
) -> None:
    offer = an_offer_out(sent_at, length, zone)
    for number, meant in enumerate((sent_at + length / 2, offer.reply_by - reply_times.LAST_CALL)):
        offer.reminders = number
        due_at = reply_times.reminder_at(offer)
        if due_at is None:
            assert offer.reply_by - meant < 4 * HOUR + 12 * HOUR + HOUR, "it was left out without need"
        elif due_at != meant:
            assert reply_times.is_quiet(offer, meant)
            assert due_at.astimezone(offer.assistant.zone).hour == 8
            # A night is twelve hours, and an hour more when the clocks go back in it.
            assert timedelta(0) < due_at - meant <= 13 * HOUR


def test_of_two_days_the_reminders_come_after_one_and_four_hours_before_the_end() -> None:
    # Nine in the morning in Manila.
    sent_at = datetime(2026, 10, 19, 1, tzinfo=UTC)
    found = reminders_of(an_offer_out(sent_at, 2 * DAY + 6 * HOUR), every=5 * MINUTE)
    assert found == [sent_at + DAY + 3 * HOUR, sent_at + 2 * DAY + 6 * HOUR - reply_times.LAST_CALL]


def test_a_short_time_has_one_reminder_at_most() -> None:
    morning = datetime(2026, 10, 19, 1, tzinfo=UTC)
    assert reminders_of(an_offer_out(morning, 8 * HOUR), every=MINUTE) == [morning + 4 * HOUR]
    assert reminders_of(an_offer_out(morning, 7 * HOUR), every=MINUTE) == []


@pytest.mark.parametrize("why", ["not sent", "twice", "question"])
def test_there_is_no_reminder_before_it_left_after_two_or_while_it_is_the_owners_turn(why: str) -> None:
    offer = an_offer_out(NOW, 4 * DAY)
    if why == "not sent":
        offer.sent_at = None
    elif why == "twice":
        offer.reminders = 2
    else:
        offer.has_question = True
    assert not any(reply_times.is_reminder_due(offer, NOW + hours * HOUR) for hours in range(96))


# --- Standing still ------------------------------------------------------------
@given(length=lengths, used=st.fractions(0, 1), thought=lengths)
def test_after_a_pause_there_is_a_day_at_least_and_never_less_than_before(
    length: timedelta, used: float, thought: timedelta
) -> None:
    offer = an_offer_out(NOW, length)
    paused_at = NOW + length * float(used)
    left = offer.reply_by - paused_at
    put(offer, reply_times.paused(offer, paused_at))
    assert offer.reply_by == paused_at + left + 72 * HOUR, "it stands still for three days at most"
    put(offer, reply_times.resumed(offer, paused_at + thought))
    assert offer.reply_by - (paused_at + thought) == max(left, DAY)
    assert offer.paused_at is None


def test_what_never_stood_still_cannot_go_on() -> None:
    with pytest.raises(ValueError, match="its time runs"):
        reply_times.resumed(an_offer_out(NOW, DAY), NOW)


@given(length=lengths, used=st.fractions(0, 1))
def test_an_answer_leaves_a_day_at_least_and_takes_nothing(length: timedelta, used: float) -> None:
    offer = an_offer_out(NOW, length)
    now = NOW + length * float(used)
    assert reply_times.after_answer(offer, now) == max(offer.reply_by, now + DAY)


@given(length=lengths, late=lengths)
def test_what_the_email_spent_here_is_given_back_unless_it_was_a_moment(length: timedelta, late: timedelta) -> None:
    offer = an_offer_out(NOW, length)
    lost = reply_times.late_by(offer, int(length.total_seconds()), NOW + late)
    assert lost == (late if late > timedelta(minutes=15) else timedelta(0))
