"""What is kept about an assistant, given to them as a file: asked for on their page, done by a mailed link."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from pytest_django.fixtures import Settings

from assistants import links
from assistants.handoff import agreed, deliveries, replies
from assistants.link import person_data
from assistants.mail import messages, outbox
from assistants.models import Absence, Assistant, HandoffEvent, NeverMail, Offer, OutgoingEmail, Terms, WorkLog
from assistants.work import work_logs
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand, dump, text_of
from tests.factories import a_running_offer, a_skill, a_task, an_assistant, an_offer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BOTH = pytest.mark.parametrize("what", ["export", "erase"])


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def offer(nora: Owner) -> Offer:
    now = clock.now()
    ana = an_assistant(owner=nora, email="ana@reyes.example.org", skill=a_skill(owner=nora))
    Assistant.objects.update(note="Slow in summer.")
    ana.refresh_from_db()
    return a_running_offer(
        owner=nora, assistant=ana, now=now, reply_by=now + 3 * DAY, starts_on=nora.today(now) - 3 * DAY
    )


def page(offer: Offer) -> str:
    return f"/h/{links.token('offer', offer.pid, offer.epoch)}/data/"


def dated(offer: Offer, what: Any, ago: timedelta = timedelta(0)) -> str:
    return f"/h/{what}/{links.dated_token(what, offer, clock.now() - ago)}/"


def mailed() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind="data").select_related("owner", "offer__handoff"))


def rows_of(export: dict[str, Any], name: str, key: str) -> list[Any]:
    return [row[key] for row in export[name]]


# --- Asking ------------------------------------------------------------------
@BOTH
def test_the_button_only_sends_a_link_to_the_address_on_file(browser: Client, offer: Offer, what: str) -> None:
    assert "What Delegator keeps about you for Nora Hale" in text_of(browser.get(page(offer)))
    response = browser.post(page(offer), by_hand(offer, **{what: "1"}))
    assert response.status_code == 302
    assert "Check your mail." in text_of(browser.get(response["Location"]))
    [email] = mailed()
    assert email.to_email == "ana@reyes.example.org"
    url = f"/h/{what}/{links.dated_token(what, offer, email.written_at)}/"  # type: ignore[arg-type]
    assert url in str(messages.compose(email).body)
    assert browser.get(url).status_code == 200
    assert links.dated_token(what, offer, email.written_at)[24:] not in str(dump())  # type: ignore[arg-type]


def test_three_in_an_hour_for_all_links_of_a_person(nora: Owner, browser: Client, offer: Offer) -> None:
    now = clock.now()
    other = an_offer(owner=nora, assistant=offer.assistant, task=a_task(owner=nora), now=now, reply_by=now + DAY)
    for each in (offer, other, offer, other, offer):
        response = browser.post(page(each), by_hand(each, export="1"))
        assert response.status_code == 302
    assert len(mailed()) == 3
    OutgoingEmail.objects.filter(kind="data").update(written_at=now - timedelta(hours=1))
    browser.post(page(offer), by_hand(offer, erase="1"))
    assert len(mailed()) == 4


@BOTH
def test_a_scanner_asks_for_nothing_and_does_nothing(browser: Client, offer: Offer, what: str) -> None:
    before = dump()
    for path in (page(offer), dated(offer, what)):
        for read in (browser.get, browser.head, browser.options):
            assert not read(path).cookies
        for form in ({}, {what: "1"}, by_hand(offer, website="x") | {what: "1"}):
            response = browser.post(path, form)
            assert "Nothing was changed." in text_of(response)
    assert dump() == before


def test_who_stopped_all_mail_still_gets_this_one(browser: Client, offer: Offer) -> None:
    now = clock.now()
    NeverMail.objects.create(email=offer.assistant.email, asked_at=now)
    browser.post(page(offer), by_hand(offer, export="1"))
    OutgoingEmail.objects.update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    states = dict(OutgoingEmail.objects.filter(offer=offer).values_list("kind", "state"))
    assert states == {"data": "sent", "offer": "skipped", "news": "skipped"}


# --- The mailed links ----------------------------------------------------------
@BOTH
def test_a_link_is_good_for_a_day_for_its_purpose_and_row(
    nora: Owner, browser: Client, offer: Offer, what: Any, settings: Settings
) -> None:
    other = an_offer(owner=nora, task=a_task(owner=nora))
    good = dated(offer, what)
    assert browser.get(good).status_code == 200
    name, _, mac = good.rstrip("/").rpartition(".")
    crossed = dated(offer, "erase" if what == "export" else "export").rstrip("/").rpartition(".")[2]
    seconds = name.rpartition(".")[2]
    bad = [
        dated(offer, what, DAY),
        dated(offer, what, -timedelta(minutes=1)),
        f"{name}.{crossed}/",
        f"{name}.{dated(other, what).rstrip('/').rpartition('.')[2]}/",
        f"{name}.{links.token('offer', offer.pid).partition('.')[2]}/",
        f"{name}.{links.token('made', offer.pid, int(seconds)).partition('.')[2]}/",
        f"{name.rpartition('.')[0]}.{int(seconds) - 1}.{mac}/",
        f"/h/{what}/{links.token('offer', offer.pid)}/",
        f"/h/{dated(offer, what).split('/')[-2]}/",
        f"{name}.{mac[:-1]}/",
    ]
    answers = [browser.get(path) for path in bad]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert browser.get(dated(offer, what, DAY - timedelta(seconds=9))).status_code == 200
    Offer.objects.update(epoch=1)
    assert browser.get(good).status_code == 404
    Offer.objects.update(epoch=0)
    settings.LINK_KEYS = ["another"]
    assert browser.get(good).status_code == 404


# --- The file --------------------------------------------------------------------
def exported(browser: Client, offer: Offer) -> dict[str, Any]:
    response = browser.post(dated(offer, "export"), by_hand(offer))
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in response["Cache-Control"]
    export: dict[str, Any] = json.loads(response.content)
    return export


def test_the_file_has_all_that_is_kept_of_the_person_and_no_more(
    nora: Owner, bea: Owner, browser: Client, offer: Offer
) -> None:
    now, ana = clock.now(), offer.assistant
    work_logs.log(offer, day=nora.today(now) - 2 * DAY, seconds=5400, note="Sorted October", now=now)
    replies.note(offer, "The folder is empty", now=now)
    agreed.note(offer.handoff, offer, "It is full now", now=now)
    ana.absences.create(first=nora.today(now), last=nora.today(now))
    asked = an_offer(owner=nora, assistant=ana, task=a_task(owner=nora), now=now, reply_by=now + DAY)
    replies.ask(asked, "Which bank?", now=now)
    ben = an_assistant(owner=nora, name="Ben Okafor")
    an_offer(owner=nora, assistant=ben, task=a_task(owner=nora, name="Ben’s own"), now=now, reply_by=now + DAY)
    an_offer(owner=bea, assistant=an_assistant(owner=bea, email=ana.email), now=now, reply_by=now + DAY)
    export = exported(browser, offer)
    assert export["person"]["name"] == "Ana Reyes"
    assert export["person"]["email"] == "ana@reyes.example.org"
    assert rows_of(export, "skills", "skill") == ["Bookkeeping"]
    assert rows_of(export, "days_away", "first") == [nora.today(now).isoformat()]
    assert rows_of(export, "offers", "number") == [offer.pk, asked.pk]
    assert [(row["seconds"], row["amount"], row["note"]) for row in export["hours"]] == [
        (5400, "27.00", "Sorted October")
    ]
    texts = rows_of(export, "events", "text")
    assert {"The folder is empty", "It is full now", "Which bank?"} <= set(texts)
    assert "Would you take this on: Record keeping? 5 h a week, $18 an hour" in rows_of(export, "emails", "subject")
    assert len(export["emails"]) == OutgoingEmail.objects.filter(offer__assistant=ana).count()
    whole = json.dumps(export, ensure_ascii=False)
    for absent in ("Slow in summer", "Ben", "Bea Roth", links.token("offer", offer.pid).partition(".")[2]):
        assert absent not in whole


def test_every_field_of_the_person_and_what_hangs_on_it_is_in_the_file_or_left_out_on_purpose() -> None:
    """A field that is added later has to be thought of here."""
    left_out = {"id", "owner", "note", "erased_at", "next_note_at"}
    given = {"name", "email", "time_zone", "rate", "weekly_minutes", "paused_on", "wants_note"}
    assert {field.name for field in Assistant._meta.concrete_fields} == left_out | given
    hangs = {relation.name for relation in Assistant._meta.related_objects}
    assert hangs == {
        "skill_levels", "absences", "offers", "work",
        # The owner's own: whom they give it to, whom they would ask, what they want of the plan.
        "handoffs", "stands_in", "wishes",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "given", "left_out"),
    [
        (Absence, "first last", "id assistant"),
        (
            WorkLog,
            "handoff day seconds note rate amount logged_at state is_over query answer decided_at paid_on",
            "id assistant",
        ),
        (
            Offer,
            # What opens the link, and what the app counts by.
            "id handoff terms proposed state reply_by reason sent_at answered_at reminders timer_since",
            "assistant pid epoch paused_at questions has_question",
        ),
        (Terms, "version weekly_minutes rate starts_on share", "id handoff"),
        (HandoffEvent, "offer kind actor note facts happened_at", "id handoff"),
    ],
)
def test_every_field_of_what_is_theirs_is_thought_of(model: type[Model], given: str, left_out: str) -> None:
    fields = {field.name for field in model._meta.concrete_fields}
    assert fields == {*given.split(), *left_out.split()}


def test_reading_the_file_changes_nothing(browser: Client, offer: Offer) -> None:
    OutgoingEmail.objects.update(due_at=clock.now())
    outbox.pump(done=deliveries.hear_of)
    before = dump()
    exported(browser, offer)
    exported(browser, offer)
    assert dump() == before
    assert person_data.export(offer.assistant, now=clock.now())["emails"]
