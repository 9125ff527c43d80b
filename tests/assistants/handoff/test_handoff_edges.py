"""Where two things meet: several people, an undo that still runs, a notice and a second thought, stale pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from assistants import links
from assistants.handoff import agreed, handoffs, moves, replies, reply_times, story
from assistants.link import erasure, own_words
from assistants.mail import messages
from assistants.models import Assistant, Handoff, Offer, OutgoingEmail
from assistants.roster import people
from assistants.work import work_logs
from tasks import clock
from tasks.models import Owner
from tests.assistants.handoff.test_offer_views import sent_with
from tests.assistants.world import by_hand, deliver, standing, text_of
from tests.factories import (
    NOW,
    TODAY,
    a_running_offer,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_offer,
    some_hours,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def link(offer: Offer, act: str = "") -> str:
    return f"/h/{links.token('offer', offer.pid, offer.epoch)}/{act}{'/' if act else ''}"


@pytest.fixture
def joan(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, name="Joan Wu", rate=22)


# --- Several people ----------------------------------------------------------------
def test_once_the_first_of_several_declined_page_note_and_hours_are_those_of_the_next(
    hers: Client, nora: Owner, joan: Assistant
) -> None:
    ana = sent_with(nora, handoffs.Next(joan, 330, Decimal(22)), if_not="all")
    others = ana.handoff.offers.exclude(pk=ana.pk).get()
    for each in (ana, others):
        deliver(each)
    replies.decline(ana, reason="", now=clock.now())
    handoff = Handoff.objects.with_terms().get(pk=ana.handoff_id)
    assert handoff.assistant == joan
    assert "to Joan" in text_of(hers.get(f"/hand-offs/{handoff.pk}/"))
    page = text_of(hers.post(f"/hand-offs/{handoff.pk}/note/", {"note": "You are first now."}, follow=True))
    assert "Joan gets it by email." in page
    assert OutgoingEmail.objects.get(kind="news", facts__headline__startswith="Nora wrote").to_email == joan.email
    assert people.busy_minutes([handoff]) == {joan.pk: 330}


def test_a_trial_ends_as_long_after_its_start_for_whoever_is_asked_next(nora: Owner, joan: Assistant) -> None:
    offer = sent_with(nora, handoffs.Next(joan, 330, Decimal(22)))
    handoff, begins = offer.handoff, offer.terms.starts_on
    Handoff.objects.filter(pk=handoff.pk).update(trial_ends_on=begins + 14 * DAY, stage="trial")
    handoff.refresh_from_db()
    deliver(offer)
    replies.decline(offer, reason="", now=clock.now() + 9 * DAY)
    handoff = Handoff.objects.with_terms().get(pk=handoff.pk)
    assert handoff.terms.starts_on > begins
    assert handoff.trial_ends_on == handoff.terms.starts_on + 14 * DAY


# --- While it can be undone ----------------------------------------------------------
def test_what_can_be_undone_is_nowhere_to_be_seen(client: Client, hers: Client, nora: Owner) -> None:
    now = clock.now()
    running = a_running_offer(owner=nora, task=a_task(owner=nora), now=now)
    offer = an_offer(owner=nora, task=a_task(owner=nora, name="Sales"), assistant=running.assistant, now=now)
    assert "Sales" not in text_of(client.get(link(running)))
    assert "Write to Ana" not in text_of(hers.get(f"/hand-offs/{offer.handoff_id}/"))
    with pytest.raises(moves.TooLate):
        agreed.note(offer.handoff, offer, "By the way", now=now)
    assert not people.held_by(running.assistant, now=now).filter(pk=offer.pk).exists()
    deliver(offer)
    assert "Sales" in text_of(client.get(link(running)))


# --- Second thoughts -------------------------------------------------------------------
def test_a_notice_is_gone_with_the_acceptance_that_is_taken_back(nora: Owner, joan: Assistant) -> None:
    offer = sent_with(nora, handoffs.Next(joan, 330, Decimal(22)))
    now = clock.now()
    replies.accept(offer, terms_version=offer.terms.version, now=now)
    replies.give_notice(offer, nora.today(now) + 30 * DAY, now=now)
    replies.take_back(offer, now=now)
    assert Handoff.objects.get().ends_on is None


def test_a_notice_can_come_sooner_and_never_later(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, task=a_task(owner=nora), now=now)
    last = nora.today(now) + 10 * DAY
    replies.give_notice(offer, last, now=now)
    later = hers.post(f"/hand-offs/{offer.handoff_id}/end/", {"last_day": str(last + DAY)})
    assert later.status_code == 422
    assert "It can end sooner." in text_of(later)
    with pytest.raises(moves.TooLate):
        agreed.give_notice(offer.handoff, offer, last + DAY, now=now)
    agreed.give_notice(offer.handoff, offer, last - DAY, now=now)
    assert Handoff.objects.get().ends_on == last - DAY


def test_what_is_done_after_its_last_day_does_not_end_later_for_it(nora: Owner) -> None:
    offer = a_running_offer(owner=nora)
    replies.give_notice(offer, TODAY + 3 * DAY, now=NOW)
    agreed.finish(offer.handoff, now=NOW + 9 * DAY)
    assert Handoff.objects.get().ends_on == TODAY + 3 * DAY


def test_proposing_and_taking_back_wins_no_time(nora: Owner) -> None:
    offer = an_offer(owner=nora, reply_by=NOW + DAY)
    deliver(offer, at=NOW)
    late = offer.reply_by - 5 * MINUTE
    for n in range(3):
        terms = offer.terms.fields | {"rate": Decimal(20 + n)}
        replies.counter(offer, **terms, note="", terms_version=offer.terms.version, now=late)
        replies.uncounter(offer, now=late + HOUR * n)
        late += HOUR * n
        assert offer.reply_by - late == 5 * MINUTE


def test_who_answered_before_the_email_left_is_reminded_like_anyone(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    terms = offer.terms.fields | {"rate": Decimal(20)}
    replies.counter(offer, **terms, note="", terms_version=1, now=NOW)
    handoffs.insist(offer.handoff, offer, "", now=NOW)
    assert reply_times.reminder_at(offer) is not None


def test_two_reminders_never_come_close_to_each_other(nora: Owner) -> None:
    offer = an_offer(owner=nora, reply_by=NOW + 9 * HOUR)
    deliver(offer, at=NOW)
    offer.reminders = 1
    assert reply_times.reminder_at(offer) is None


# --- Stale pages -------------------------------------------------------------------------
def test_a_change_that_was_not_on_the_page_is_shown_and_not_wiped_by_new_terms(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = an_offer(owner=nora, task=a_task(owner=nora), now=now, starts_on=nora.today(now) + 10 * DAY)
    form = {"hours": "4", "rate": "19", "starts_on": str(offer.terms.starts_on), "share": "100"}
    terms = offer.terms.fields | {"rate": Decimal(25)}
    replies.counter(offer, **terms, note="", terms_version=1, now=now)
    url = f"/hand-offs/{offer.handoff_id}/offers/{offer.pk}/terms/"
    response = hers.post(url, form | {"version": "1", "proposed": "0"})
    assert response.status_code == 409
    assert "proposes a change that you have not seen: 5 h a week at $25 an hour" in text_of(response)
    assert standing(offer) == ("offering", "countered")


def test_a_line_whose_words_changed_is_not_the_one_that_was_approved(nora: Owner) -> None:
    offer = a_running_offer(owner=nora, starts_on=TODAY)
    line = some_hours(offer=offer, note="Receipts")
    seen = work_logs.mark(line)
    work_logs.correct(offer, line.pk, day=line.day, seconds=line.seconds, note="A party for me", now=NOW)
    assert work_logs.approve(offer.handoff, [seen], now=NOW) == 0


def test_a_form_named_like_the_removal_of_a_line_does_not_keep_it(client: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, task=a_task(owner=nora), now=now, starts_on=nora.today(now) - 3 * DAY)
    day = str(offer.assistant.today(now))
    line = some_hours(offer=offer, day=nora.today(now) - DAY, now=now)
    client.post(link(offer, "hours"), by_hand(offer, day=day, time="1:00", once=f"remove-{line.pk}"))
    client.post(link(offer, f"hours/{line.pk}/remove"), by_hand(offer))
    assert not offer.handoff.work.filter(pk=line.pk).exists()


# --- When it is over ---------------------------------------------------------------------
def test_long_after_the_end_nothing_is_asked_that_cannot_be_answered_and_no_line_goes(nora: Owner) -> None:
    offer = a_running_offer(owner=nora, starts_on=TODAY)
    line = some_hours(offer=offer)
    agreed.end(offer.handoff, now=NOW)
    late = NOW + 40 * DAY
    with pytest.raises(moves.TooLate):
        work_logs.query(offer.handoff, line.pk, "Why?", now=late)
    with pytest.raises(moves.TooLate):
        work_logs.remove(offer, line.pk, now=late)
    assert offer.handoff.work.count() == 1


def test_a_start_or_a_reply_years_ahead_is_named(hers: Client, nora: Owner) -> None:
    task, ana = a_task(owner=nora), an_assistant(owner=nora)
    form = {"brief": "x", "hours": "2", "rate": "9", "starts_on": "2099-12-31", "reply_by": "2099-12-30", "send": "1"}
    response = hers.post(f"/hand-offs/new/?task={task.pk}&to={ana.pk}", form)
    assert response.status_code == 422
    assert "That is more than a year away." in text_of(response)


# --- Who is erased -------------------------------------------------------------------------
def test_a_form_that_was_open_brings_nobody_back_who_was_erased(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    stale = Assistant.objects.get(pk=offer.assistant_id)
    erasure.erase(offer, now=NOW)
    details = people.Details("Ana Reyes", "ana@reyes.works", "Asia/Manila", Decimal(18), 480, "", {})
    with pytest.raises(moves.TooLate):
        people.write(nora, details, stale, now=NOW)
    assert Assistant.objects.get(pk=stale.pk).name == own_words.GONE


def test_nothing_that_stood_in_quotation_marks_outlives_the_erasure(nora: Owner) -> None:
    offer = a_running_offer(owner=nora, starts_on=TODAY)
    line = some_hours(offer=offer, note="a”: my mother is ill")
    work_logs.query(offer.handoff, line.pk, f"Why, {offer.assistant.name}?", now=NOW)
    agreed.note(offer.handoff, offer, f"Thanks, write to me from {offer.assistant.email}", now=NOW)
    said = offer.assistant.name, offer.assistant.email
    erasure.erase(offer, now=NOW)
    kept = " ".join(
        [*offer.events.values_list("note", flat=True), *offer.handoff.work.values_list("query", flat=True)]
    )
    assert "mother" not in kept
    assert not any(each in kept for each in said)


# --- What is said --------------------------------------------------------------------------
def test_the_email_says_all_that_an_acceptance_binds(nora: Owner, joan: Assistant) -> None:
    offer = sent_with(nora, handoffs.Next(joan, 330, Decimal(22)), if_not="all")
    Handoff.objects.filter(pk=offer.handoff_id).update(stage="trial", trial_ends_on=offer.terms.starts_on + 14 * DAY)
    offer = Offer.objects.get(pk=offer.pk)
    deliver(offer)
    handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"share": 60}, now=clock.now())
    email = OutgoingEmail.objects.get(kind="changed")
    text = str(messages.compose(email).body)
    assert "60\u00a0% of it, on your own days" in text
    assert "on trial until" in text
    assert "Before: 5 h a week at $18 an hour" in text
    assert "The first to accept has it." in text


def test_a_trial_goes_with_a_start_that_is_changed_or_agreed_on(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    starts_on = offer.terms.starts_on
    Handoff.objects.filter(pk=offer.handoff_id).update(stage="trial", trial_ends_on=starts_on + 14 * DAY)
    offer = Offer.objects.get(pk=offer.pk)
    handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"starts_on": starts_on + 21 * DAY}, now=NOW)
    assert Handoff.objects.get().trial_ends_on == starts_on + 35 * DAY
    offer = Offer.objects.get(pk=offer.pk)
    sooner = offer.terms.fields | {"starts_on": starts_on + 7 * DAY}
    replies.counter(offer, **sooner, note="", terms_version=2, now=NOW)
    handoffs.agree(offer.handoff, offer, terms_version=3, now=NOW)
    assert Handoff.objects.get().trial_ends_on == starts_on + 21 * DAY


def test_the_page_counts_what_the_terms_take_off_the_owner(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    deliver(offer)
    handoffs.edit_terms(offer.handoff, offer, **offer.terms.fields | {"share": 60}, now=NOW)
    assert Handoff.objects.with_terms().get().minutes_off == 180


def test_a_last_day_before_the_start_means_that_it_never_begins(client: Client, nora: Owner) -> None:
    offers = [an_accepted_offer(owner=nora, task=a_task(owner=nora)) for _ in range(2)]
    replies.give_notice(offers[0], TODAY + 3 * DAY, now=NOW)
    agreed.give_notice(offers[1].handoff, offers[1], TODAY + 3 * DAY, now=NOW)
    assert [standing(offer)[0] for offer in offers] == ["ended", "ended"]
    assert "has ended" in text_of(client.get(link(offers[0])))


def test_after_all_were_asked_the_one_who_took_it_back_stands_on_the_page(nora: Owner, joan: Assistant) -> None:
    offer = sent_with(nora, handoffs.Next(joan, 330, Decimal(22)), if_not="all")
    now = clock.now()
    replies.accept(offer, terms_version=offer.terms.version, now=now)
    replies.take_back(offer, now=now + MINUTE)
    row = story.row(Handoff.objects.with_terms().get())
    assert (row.title.partition(", ")[2], row.mark, row.state) == ("to Ana", "no", "Taken back")


def test_six_o_clock_stays_six_o_clock(nora: Owner) -> None:
    now = NOW.replace(microsecond=123456)
    assert an_offer(owner=nora, now=now, reply_by=NOW + DAY).reply_by >= NOW + DAY
