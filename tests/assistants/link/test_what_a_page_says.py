"""What the assistant's page says after each press, and before it: nothing that is not so, and nothing twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from assistants import links
from assistants.handoff import agreed, handoffs, letters, replies, story, sweeps
from assistants.link import page as link_page
from assistants.models import Handoff, Offer, OutgoingEmail, WorkLog
from assistants.work import work_logs
from tasks.models import Owner
from tests.assistants.world import by_hand, dump, email_of, standing, text_of
from tests.factories import a_running_offer, a_task, an_accepted_offer, an_offer, some_hours
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
# Friday noon in Manila.
NOON = datetime(2026, 10, 30, 12, tzinfo=ZoneInfo("Asia/Manila"))
MONDAY, FRIDAY = date(2026, 10, 26), date(2026, 10, 30)
HOUR = 3600
QUIET = 'role="status"'


@pytest.fixture(autouse=True)
def noon() -> Any:
    with standing_at(NOON):
        yield


@pytest.fixture
def ana() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def offer(nora: Owner) -> Offer:
    """Five hours a week at $18, from Monday 26 October on."""
    return a_running_offer(owner=nora)


def link(offer: Offer, path: str = "") -> str:
    return f"/h/{links.token('offer', offer.pid)}/{path}"


def send(client: Client, offer: Offer, path: str, **form: str) -> str:
    return text_of(client.post(link(offer, path), by_hand(offer, **form), follow=True))


# --- What is wrong --------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "typed", "field"),
    [
        ("change/", {"hours": "5", "rate": "18", "starts_on": "2026-10-29", "share": "100"}, "id_change_starts_on"),
        ("ask/", {"question": " "}, "id_question"),
    ],
)
def test_an_error_in_what_is_folded_stands_at_the_top_with_a_link_to_its_field(
    nora: Owner, ana: Client, path: str, typed: dict[str, str], field: str
) -> None:
    asked = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=2), starts_on=FRIDAY + timedelta(days=9))
    page = send(ana, asked, path, **typed)
    summary = page.index('id="problem" autofocus')
    assert page.count('id="problem"') == 1
    assert "<title>Problem: " in page
    assert summary < page.index(f'href="#{field}"') < page.index("<h1") < page.index(f'id="{field}"')


def test_an_error_in_hours_stands_at_the_top_once(ana: Client, offer: Offer) -> None:
    for path in ("", f"{some_hours(offer=offer, day=MONDAY).pk}/"):
        page = send(ana, offer, f"hours/{path}", day="2026-10-26", time="25:00")
        assert "<title>Problem: " in page
        assert page.count('id="problem"') == 1
        assert page.index('id="problem"') < page.index("<h1")


def test_an_error_in_a_form_that_the_page_has_no_more_is_no_problem_of_it(nora: Owner, ana: Client) -> None:
    closed = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=2), starts_on=FRIDAY + timedelta(days=9))
    replies.decline(closed, reason="", now=NOON)
    page = send(ana, closed, "ask/", question=" ")
    assert "Problem: " not in page
    assert 'id="problem"' not in page


# --- Work that starts the day it is accepted -----------------------------------------
def test_what_is_accepted_on_its_first_day_takes_hours_at_once_and_one_email_says_so(
    nora: Owner, ana: Client
) -> None:
    today = nora.today(NOON)
    asked = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=2), starts_on=today)
    page = send(ana, asked, "accept/", terms="1")
    assert "Log hours</h2>" in page
    assert "Take it back</button>" in page
    sweeps.start_due(now=NOON)
    (told,) = OutgoingEmail.objects.filter(offer=asked).exclude(kind="offer")
    assert "It starts today: you log your hours on your page." in told.facts["lines"][0]


def test_a_change_that_is_agreed_on_its_first_day_begins_at_once(nora: Owner, hers: Client) -> None:
    today = nora.today(NOON)
    asked = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=2), starts_on=today + timedelta(days=9))
    fields = asked.terms.fields | {"starts_on": today}
    replies.counter(asked, **fields, note="", terms_version=1, now=NOON)
    hers.post(f"/hand-offs/{asked.handoff_id}/offers/{asked.pk}/agree/", {"terms": "2"})
    assert standing(asked) == ("active", "accepted")
    assert not OutgoingEmail.objects.filter(offer=asked, kind="start").exists()


# --- Hours that are asked about -------------------------------------------------------
def test_a_question_about_hours_stands_at_the_top_and_leads_to_its_answer(ana: Client, offer: Offer) -> None:
    line = some_hours(offer=offer, day=MONDAY)
    assert "asks about your hours" not in text_of(ana.get(link(offer)))
    work_logs.query(offer.handoff, line.pk, "Which ones?", now=NOON)
    page = text_of(ana.get(link(offer)))
    asks = page.index(f'<a href="{link(offer, f"hours/{line.pk}/")}">Answer about Mon 26 Oct, 1:00</a>')
    assert page.index("Nora asks about your hours.") < asks < page.index("<h1")


# --- Hours above the week's -------------------------------------------------------
def test_what_lies_above_the_week_and_is_approved_needs_no_ok(ana: Client, offer: Offer) -> None:
    some_hours(offer=offer, day=MONDAY, seconds=5 * HOUR)
    above = some_hours(offer=offer, day=MONDAY, seconds=HOUR // 4)
    assert "0:15 is above what is agreed for a week, and needs Nora’s OK." in text_of(ana.get(link(offer)))
    work_logs.approve(offer.handoff, [work_logs.mark(above)], now=NOON)
    page = text_of(ana.get(link(offer)))
    assert "0:15 is above what is agreed for a week, and Nora has approved it." in page
    assert "needs Nora’s OK" not in page


# --- Saved -----------------------------------------------------------------------
def test_each_thing_that_is_saved_is_said_in_one_sentence(ana: Client, offer: Offer) -> None:
    of_day = {"day": "2026-10-26", "time": "1:00", "note": ""}
    assert "Your hours are logged." in send(ana, offer, "hours/", **of_day)
    line = WorkLog.objects.get()
    assert "The line is saved." in send(ana, offer, f"hours/{line.pk}/", **of_day | {"time": "2:00"})
    work_logs.query(offer.handoff, line.pk, "Which ones?", now=NOON)
    assert "Your answer is sent." in send(ana, offer, f"hours/{line.pk}/", **of_day | {"answer": "Two."})
    assert "The line is removed." in send(ana, offer, f"hours/{line.pk}/remove/")
    assert "The line is removed." not in send(ana, offer, f"hours/{line.pk}/remove/")
    days = {"first": "2026-11-02", "last": "2026-11-03"}
    assert "Your days away are saved." in send(ana, offer, "away/", **days)
    assert "Those days are removed." in send(ana, offer, "away/", remove=str(offer.assistant.absences.get().pk))


def test_an_address_can_make_a_page_say_our_own_sentences_only_and_changes_nothing(ana: Client, offer: Offer) -> None:
    before = dump()
    for path in ("", "away/"):
        assert link_page.SAVED["hours"] in text_of(ana.get(link(offer, path), {"saved": "hours"}))
        for other in ("", "Pay me", "<b>hours</b>", "SAVED", "__class__"):
            page = text_of(ana.get(link(offer, path), {"saved": other}))
            assert page.count(QUIET) == text_of(ana.get(link(offer, path))).count(QUIET)
            assert "Pay me" not in page
            assert "<b>hours" not in page
    assert dump() == before


@pytest.mark.parametrize(("seconds", "said"), [(20, "Under a minute, so nothing was logged."), (40, "its hours are")])
def test_a_timer_of_less_than_a_minute_says_that_nothing_was_logged(
    ana: Client, offer: Offer, seconds: int, said: str
) -> None:
    since = NOON - timedelta(seconds=seconds)
    Offer.objects.filter(pk=offer.pk).update(timer_since=since)
    assert said in send(ana, offer, "timer/stop/", since=since.isoformat())
    assert WorkLog.objects.exists() == (seconds == 40)
    assert QUIET not in send(ana, offer, "timer/stop/", since=since.isoformat())


# --- An answer, and a correction -------------------------------------------------
@pytest.mark.parametrize("note", ["", "A. “B” It stays as it was"])
@pytest.mark.parametrize(
    ("answer", "seconds", "told"),
    [
        ("Yes, two shops.", HOUR, " answered: “Yes, two shops.”"),
        ("Yes,\ntwo.", HOUR, " answered: “Yes,\ntwo.”"),
        ("", HOUR, " answered: it stays as it was"),
        ("Oh. It stays as it was.", 2 * HOUR, " corrected hours"),
        ("", 2 * HOUR, " corrected hours"),
    ],
)
def test_an_answer_that_changes_nothing_is_told_as_an_answer_on_both_sides(
    offer: Offer, note: str, answer: str, seconds: int, told: str
) -> None:
    line = some_hours(offer=offer, day=MONDAY, note=note)
    work_logs.query(offer.handoff, line.pk, "One?", now=NOON)
    work_logs.correct(offer, line.pk, day=MONDAY, seconds=seconds, note=note, answer=answer, now=NOON)
    handoff = Handoff.objects.with_terms().get(pk=offer.handoff_id)
    hers, theirs = story.log(handoff)[0], link_page.talk(Offer.objects.get(pk=offer.pk))[0]
    assert (hers.what, theirs.what) == (f"Ana{told}", f"You{told}")
    assert hers.quote == theirs.quote
    assert hers.quote.startswith("26 October 2026, 1:00")


# --- A start of today ------------------------------------------------------------
def test_an_acceptance_of_what_starts_today_is_taken_back_from_the_running_page(ana: Client, nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, now=NOON, starts_on=FRIDAY, reply_by=NOON + timedelta(days=1))
    assert "We email you this page again" not in text_of(ana.get(link(offer)))
    sweeps.start(offer, now=NOON)
    page = text_of(ana.get(link(offer)))
    assert "You can take it back until" in page
    assert link(offer, "take-back/") in page
    assert "You took your acceptance of" in send(ana, offer, "take-back/")


def test_once_hours_are_logged_the_running_page_has_no_way_back(ana: Client, nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, now=NOON, starts_on=FRIDAY, reply_by=NOON + timedelta(days=1))
    some_hours(offer=offer, day=FRIDAY, now=NOON)
    assert "take-back" not in text_of(ana.get(link(offer)))


# --- No more mail ----------------------------------------------------------------
def test_who_stops_all_mail_reads_what_stops_and_is_not_asked_again(ana: Client, nora: Owner) -> None:
    offer = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=1), starts_on=date(2026, 11, 9))
    page = text_of(ana.get(link(offer, "stop/")))
    assert "questions about hours, notices, and that it ends" in page
    assert f'href="{link(offer)}">Back to your page' in page
    page = send(ana, offer, "stop/")
    assert "stop all such mail" not in page
    assert f'href="{link(offer)}">Back to your page' in page
    page = text_of(ana.get(link(offer)))
    assert "You get no more mail, so Nora cannot ask you again." in page
    assert "I changed my mind" not in page
    assert "stop all such mail" not in page


# --- The offer -------------------------------------------------------------------
def test_while_a_change_waits_no_time_to_reply_is_said_and_the_pay_is_theirs(ana: Client, nora: Owner) -> None:
    offer = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=1), starts_on=date(2026, 11, 9))
    page = text_of(ana.get(link(offer)))
    assert "Reply by" in page
    assert "No&nbsp;account&nbsp;needed" in page
    replies.counter(offer, **offer.terms.fields | {"rate": Decimal(20)}, note="", terms_version=1, now=NOON)
    page = text_of(ana.get(link(offer)))
    assert "Reply by" not in page
    assert "Pays a week" in page
    assert "Costs a week" not in page


def test_no_account_is_promised_on_an_open_offer_only(ana: Client, offer: Offer) -> None:
    assert "account&nbsp;needed" not in text_of(ana.get(link(offer)))


@pytest.mark.parametrize(("how_to", "is_list"), [("Open the mail.", False), ("Open it.\nRead it.", True)])
def test_a_how_to_of_one_line_is_no_list(ana: Client, nora: Owner, how_to: str, is_list: bool) -> None:  # noqa: FBT001
    offer = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=1), starts_on=date(2026, 11, 9))
    Handoff.objects.filter(pk=offer.handoff_id).update(how_to=how_to)
    assert ("<ol><li" in text_of(ana.get(link(offer)))) == is_list


def test_an_amount_and_its_unit_stay_on_one_line(ana: Client, offer: Offer) -> None:
    shown = ana.get(link(offer)).content.decode()
    for words in ("$90 a week", "5 h a week", "$18 an hour"):
        assert words.replace(" ", "\u00a0") in shown


# --- Subjects --------------------------------------------------------------------
def test_subjects_of_news_say_who_and_what(nora: Owner) -> None:
    offer = a_running_offer(owner=nora, task=a_task(owner=nora, name="Email"))
    agreed.set_stage(offer.handoff, offer, "trial", trial_ends_on=date(2026, 11, 30), now=NOON)
    agreed.set_stage(offer.handoff, offer, "full", trial_ends_on=None, now=NOON)
    assert email_of(offer, "news", "staged").facts["headline"] == "Nora keeps you on email after the trial"
    agreed.finish(offer.handoff, now=NOON)
    assert email_of(offer, "news", "done").facts["headline"] == "Nora: the hand-off “Email” is done"
    assert letters.superseded(offer)["headline"] == "Nora: the hand-off “Email” is taken"


def test_who_reads_that_the_owner_agreed_reads_until_when_it_can_be_taken_back(nora: Owner) -> None:
    offer = an_offer(owner=nora, now=NOON, reply_by=NOON + timedelta(days=1), starts_on=date(2026, 11, 9))
    replies.counter(offer, **offer.terms.fields | {"rate": Decimal(20)}, note="", terms_version=1, now=NOON)
    handoffs.agree(offer.handoff, offer, terms_version=2, now=NOON)
    assert "you can take it back until 12:15 pm your time." in email_of(offer, "news", "agreed").facts["lines"][-1]
