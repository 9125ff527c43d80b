"""What the clock does: reminders by day only, the end of a trial, and one bad row that is not the others'."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from assistants.handoff import agreed, deliveries, handoffs, moves, replies, reply_times, story, sweeps
from assistants.mail import outbox
from assistants.models import Handoff, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import a_draft_for, deliver, dump, email_of, standing, told, what_happened
from tests.factories import NOW, a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Nine in the morning in Manila, and two days and six hours to reply.
MORNING = datetime(2026, 10, 19, 1, tzinfo=UTC)
HALF = MORNING + DAY + 3 * HOUR


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """Out since the morning."""
    minute = timedelta(minutes=1)
    offer = an_offer(owner=nora, now=MORNING - minute, reply_by=MORNING + 2 * DAY + 6 * HOUR)
    deliver(offer)
    return offer


def swept(offer: Offer, *, until: datetime, every: timedelta = timedelta(minutes=30)) -> list[datetime]:
    """When the sweep reminded, from the morning on."""
    now = MORNING
    while now < until:
        sweeps.run(now=now)
        now += every
    return list(offer.events.filter(kind="reminded").order_by("pk").values_list("happened_at", flat=True))


# --- Reminders -----------------------------------------------------------------
def test_who_has_not_answered_is_reminded_at_half_time_and_four_hours_before_the_end(offer: Offer) -> None:
    last = offer.reply_by - reply_times.LAST_CALL
    assert swept(offer, until=offer.reply_by) == [HALF, last + timedelta(minutes=15)]
    assert told(offer) == ["remind reminded", "remind reminded"]
    email = email_of(offer, "remind", "reminded")
    assert (email.to_email, email.facts["headline"]) == (
        offer.assistant.email,
        "Nora waits for your word on record keeping",
    )
    assert standing(offer) == ("offering", "sent")


@pytest.mark.parametrize("does", ["accept", "decline", "counter", "ask", "withdraw"])
def test_who_has_answered_is_not_reminded(offer: Offer, does: str) -> None:
    now = HALF - HOUR
    {
        "accept": lambda: replies.accept(offer, terms_version=1, now=now),
        "decline": lambda: replies.decline(offer, reason="", now=now),
        "counter": lambda: replies.counter(offer, **offer.terms.fields, note="", terms_version=1, now=now),
        "ask": lambda: replies.ask(offer, "Which folder?", now=now),
        "withdraw": lambda: handoffs.withdraw(offer.handoff, now=now),
    }[does]()
    assert swept(offer, until=offer.reply_by, every=HOUR) == []


def test_a_reminder_missed_while_the_app_was_down_is_not_made_up_for_by_two(offer: Offer) -> None:
    sweeps.run(now=offer.reply_by - reply_times.LAST_CALL)
    sweeps.run(now=offer.reply_by - reply_times.LAST_CALL + timedelta(minutes=1))
    assert what_happened(offer.handoff).count("reminded") == 1


def test_a_reminder_by_a_row_that_was_read_before_an_answer_is_not_sent(offer: Offer) -> None:
    as_read = Offer.objects.select_related("handoff__owner", "handoff__task", "assistant").get(pk=offer.pk)
    late = offer.reply_by - reply_times.LAST_CALL
    replies.ask(offer, "Which folder?", now=late)
    handoffs.answer(offer.handoff, offer, "The shared one.", now=late)
    with pytest.raises(moves.TooLate):
        sweeps.remind_of(as_read, now=late)


@pytest.mark.parametrize(
    ("local_hour", "state", "leaves"),
    [(12, "sent", True), (23, "sent", False), (5, "sent", False), (12, "declined", False), (12, "asked", False)],
)
def test_a_reminder_that_waited_for_the_mail_server_leaves_only_if_it_still_should(
    nora: Owner,
    local_hour: int,
    state: str,
    leaves: bool,  # noqa: FBT001
) -> None:
    """The outbox asks the clock itself, so the assistant lives where it is that hour."""
    now = clock.now()
    offset = (now.hour - local_hour + 12) % 24 - 12  # POSIX counts west as positive
    ana = an_assistant(owner=nora, time_zone=f"Etc/GMT{offset:+d}")
    offer = an_offer(owner=nora, assistant=ana, now=now - DAY, reply_by=now + 2 * DAY)
    deliver(offer)
    sweeps.remind_of(offer, now=now)
    if state == "declined":
        replies.decline(offer, reason="", now=now)
    elif state == "asked":
        replies.ask(offer, "Which?", now=now)
    outbox.send(email_of(offer, "remind", "reminded").pk, done=deliveries.hear_of)
    email = email_of(offer, "remind", "reminded")
    assert (email.state == "sent") == leaves
    assert email.state in ("sent", "skipped")


def test_an_offer_that_was_given_more_time_meanwhile_does_not_expire(offer: Offer) -> None:
    """The sweep read it as overdue, and then an answer came."""
    late = offer.reply_by
    as_read = Offer.objects.select_related("handoff__owner", "handoff__task", "assistant").get(pk=offer.pk)
    replies.ask(offer, "Which folder?", now=late - HOUR)
    handoffs.answer(offer.handoff, offer, "The shared one.", now=late - HOUR)
    before = dump()
    with pytest.raises(moves.TooLate):
        sweeps.expire(as_read, now=late)
    assert dump() == before


# --- Who let the time run out -----------------------------------------------------
@pytest.mark.parametrize(
    ("waits_for", "to_owner", "line", "to_ana", "stands"),
    [
        (
            "Ana",
            "Ana did not reply about record keeping",
            "The time to reply has run out, so the offer is closed.",
            "The time to reply about record keeping is over",
            "did not reply in time",
        ),
        (
            "an answer",
            "You did not answer Ana about record keeping in time",
            "Their question waited for you until the time to reply ran out, so the offer is closed.",
            "Nora did not answer you about record keeping in time",
            "had no answer from you in time",
        ),
        (
            "a word on a change",
            "You did not answer Ana about record keeping in time",
            "Their change waited for you until the time to reply ran out, so the offer is closed.",
            "Nora did not answer you about record keeping in time",
            "had no answer from you in time",
        ),
    ],
)
def test_both_read_whose_turn_it_was_when_the_time_ran_out(
    offer: Offer, waits_for: str, to_owner: str, line: str, to_ana: str, stands: str
) -> None:
    if waits_for == "an answer":
        replies.ask(offer, "Which folder?", now=HALF)
    elif waits_for == "a word on a change":
        replies.counter(offer, **offer.terms.fields | {"share": 50}, note="", terms_version=1, now=HALF)
    sweeps.expire_overdue(now=Offer.objects.get(pk=offer.pk).reply_by)
    assert standing(offer) == ("lapsed", "expired")
    said = email_of(offer, "answer", "expired").facts
    assert (said["headline"], said["lines"][0]) == (to_owner, line)
    assert email_of(offer, "news", "expired").facts["headline"] == to_ana
    (asked,) = story.asked(Handoff.objects.get(pk=offer.handoff_id))
    assert (asked.state, asked.question, asked.change) == (stands, "", None)


# --- Its last day -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "headline"),
    [
        ("assistant", "Record keeping has ended"),
        ("owner", "Record keeping has ended"),
        ("owner at once", "Nora has ended record keeping"),
    ],
)
def test_the_last_email_says_who_ended_it_only_if_somebody_did_that_day(nora: Owner, who: str, headline: str) -> None:
    offer, last = a_running_offer(owner=nora), date(2026, 11, 30)
    if who == "assistant":
        replies.give_notice(offer, last, now=NOW)
    else:
        agreed.give_notice(offer.handoff, offer, nora.today(NOW) if who == "owner at once" else last, now=NOW)
    sweeps.run(now=datetime(2026, 12, 2, tzinfo=UTC))
    assert standing(offer) == ("ended", "accepted")
    assert email_of(offer, "news", "ended").facts["headline"] == headline


# --- Trials ----------------------------------------------------------------------
@pytest.mark.parametrize("zone", ["America/Phoenix", "Pacific/Kiritimati"])
def test_two_days_before_a_trial_ends_its_owner_is_asked_once_and_nothing_is_decided(nora: Owner, zone: str) -> None:
    Owner.objects.filter(pk=nora.pk).update(time_zone=zone)
    offer = a_running_offer(owner=Owner.objects.get(pk=nora.pk))
    agreed.set_stage(offer.handoff, offer, "trial", trial_ends_on=date(2026, 11, 20), now=NOW)
    asked_on = datetime(2026, 11, 18, tzinfo=offer.handoff.owner.zone)
    sweeps.run(now=asked_on - timedelta(seconds=1))
    assert not OutgoingEmail.objects.filter(key__startswith="trial-").exists()
    for hours in (0, 1, 30):
        sweeps.run(now=asked_on + hours * HOUR)
    (email,) = OutgoingEmail.objects.filter(key__startswith="trial-")
    assert (email.to_email, email.facts["headline"]) == (nora.email, "Keep Ana on record keeping?")
    sweeps.run(now=asked_on + 30 * DAY)
    handoff = Handoff.objects.get(pk=offer.handoff_id)
    assert (handoff.state, handoff.stage) == ("active", "trial")
    assert OutgoingEmail.objects.filter(key__startswith="trial-").count() == 1


def test_a_trial_made_longer_is_asked_about_again_and_what_is_in_full_is_not(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    handoff = offer.handoff
    for day in (20, 27):
        agreed.set_stage(handoff, offer, "trial", trial_ends_on=date(2026, 11, day), now=NOW)
        sweeps.run(now=datetime(2026, 11, day, 20, tzinfo=UTC))
    assert OutgoingEmail.objects.filter(key__startswith="trial-").count() == 2
    agreed.set_stage(handoff, offer, "full", trial_ends_on=None, now=NOW)
    before = dump()
    sweeps.run(now=datetime(2026, 12, 20, tzinfo=UTC))
    assert dump() == before


def test_of_a_trial_that_has_its_last_day_nothing_is_asked(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    agreed.set_stage(offer.handoff, offer, "trial", trial_ends_on=date(2026, 11, 20), now=NOW)
    agreed.give_notice(offer.handoff, offer, date(2026, 11, 27), now=NOW)
    before = dump()
    sweeps.ask_about_trials(now=datetime(2026, 11, 19, tzinfo=UTC))
    assert dump() == before


def test_trials_asked_about_cost_no_query_each(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        offer = a_running_offer(owner=nora, task=a_task(owner=nora))
        agreed.set_stage(offer.handoff, offer, "trial", trial_ends_on=date(2026, 11, 20), now=NOW)
    sweeps.ask_about_trials(now=datetime(2026, 11, 19, tzinfo=UTC))
    assert OutgoingEmail.objects.filter(key__startswith="trial-").count() == 3
    with django_assert_num_queries(2):
        sweeps.ask_about_trials(now=datetime(2026, 11, 19, 1, tzinfo=UTC))


# --- The whole sweep ---------------------------------------------------------------
def test_a_bad_row_is_not_the_others(nora: Owner, bea: Owner, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever of the five it is."""
    broken = [an_accepted_offer(owner=bea, task=a_task(owner=bea), starts_on=date(2026, 10, 16)) for _ in range(2)]
    trial = a_running_offer(owner=bea, task=a_task(owner=bea))
    agreed.set_stage(trial.handoff, trial, "trial", trial_ends_on=date(2026, 10, 18), now=NOW)
    Owner.objects.filter(pk=bea.pk).update(time_zone="Nowhere/Atlantis")
    ends = a_running_offer(owner=nora)
    agreed.give_notice(ends.handoff, ends, date(2026, 10, 16), now=NOW)
    begins = an_accepted_offer(owner=nora, task=a_task(owner=nora), starts_on=date(2026, 10, 16))
    sweeps.run(now=NOW + 3 * DAY)
    assert [standing(offer)[0] for offer in (*broken, begins, ends)] == ["taken", "taken", "active", "ended"]
    assert caplog.text.count("could not be seen to") == 3


def test_once_its_time_is_over_the_next_person_is_asked_by_the_same_sweep(nora: Owner) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor")
    first = handoffs.send(a_draft_for(owner=nora, others=[ben], if_not="next"), now=NOW)
    deliver(first)
    sweeps.run(now=first.reply_by)
    second = first.handoff.offers.latest("pk")
    assert (second.assistant, standing(second)) == (ben, ("offering", "queued"))
    assert told(first)[-2:] == ["answer expired", "news expired"]
    # It has as long as the first, and nobody is passed over by the sweep that asked.
    sweeps.run(now=first.reply_by + DAY)
    assert standing(second) == ("offering", "queued")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Postgres reads a small table whole, whatever it could do")
def test_what_it_looks_for_every_few_seconds_stands_in_an_index(offer: Offer) -> None:
    with CaptureQueriesContext(connection) as asked:
        sweeps.run(now=MORNING)
    looked = [each["sql"] for each in asked if each["sql"].startswith("SELECT")]
    with connection.cursor() as cursor:
        plans = [(sql, row[3]) for sql in looked for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert len(looked) >= 5
    assert [
        (sql, step) for sql, step in plans if re.search(r"SCAN assistants_(offer|handoff)\b(?! USING)", step)
    ] == []
