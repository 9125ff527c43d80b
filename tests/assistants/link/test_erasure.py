"""An assistant has their data erased: the name is nowhere any more, the owner's books are whole, and work goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.test import Client

from assistants import links
from assistants.handoff import agreed, deliveries, moves, replies, story
from assistants.link import erasure, own_words, person_data, renewals
from assistants.mail import messages, outbox
from assistants.models import Assistant, Handoff, LinkRequest, NeverMail, Offer, OutgoingEmail, Plan, WorkLog
from assistants.plan import stored_plans, wishes
from assistants.roster import absences
from assistants.work import work_logs
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand, deliver, dump, race, standing, text_of
from tests.factories import (
    a_draft,
    a_running_offer,
    a_skill,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_offer,
    an_owner,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NAME, ADDRESS = "Anouk Zywiec", "anouk@zywiec.example.org"


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def anouk(nora: Owner) -> Assistant:
    person = an_assistant(owner=nora, name=NAME, email=ADDRESS, skill=a_skill(owner=nora))
    Assistant.objects.filter(pk=person.pk).update(note="Anouk is slow in summer.")
    return person


@pytest.fixture
def running(nora: Owner, anouk: Assistant, now: datetime) -> Offer:
    task = a_task(owner=nora, name="Record keeping")
    return a_running_offer(
        owner=nora, assistant=anouk, task=task, now=now, reply_by=now + 3 * DAY, starts_on=nora.today(now) - 3 * DAY
    )


def erase(offer: Offer, now: datetime) -> None:
    erasure.erase(Offer.objects.select_related("handoff__owner", "handoff__task").get(pk=offer.pk), now=now)


def everything_of(nora: Owner, anouk: Assistant, running: Offer, now: datetime) -> Offer:
    """All that can hang on a person, everything said and mailed; an open offer of theirs."""
    later = {"now": now, "reply_by": now + 3 * DAY}
    how_to = f"1. Send it to {ADDRESS}"
    Handoff.objects.filter(pk=running.handoff_id).update(brief="Anouk Zywiec knows the shoe box.", how_to=how_to)
    work_logs.log(running, day=nora.today(now) - 2 * DAY, seconds=5400, note="Anouk’s sorting", now=now)
    work_logs.log(running, day=nora.today(now) - DAY, seconds=3600, note="Sunflowers", now=now)
    first, second = WorkLog.objects.order_by("pk")
    work_logs.query(running.handoff, first.pk, "Was it that long?", now=now)
    line = WorkLog.objects.get(pk=first.pk)
    work_logs.correct(running, first.pk, day=line.day, seconds=5400, note="Anouk’s receipts", now=now)
    work_logs.approve(running.handoff, [work_logs.mark(second)], now=now)
    replies.note(running, "The folder is empty, says Anouk", now=now)
    agreed.note(running.handoff, running, "It is full now", now=now)
    brief = "Dear Anouk, as always."
    open_ = an_offer(owner=nora, assistant=anouk, task=a_task(owner=nora, name="Email"), brief=brief, **later)
    replies.ask(open_, "Which mailbox, asks Anouk?", now=now)
    a_draft(owner=nora, assistant=anouk, task=a_task(owner=nora, name="Sales"))
    absences.add(anouk, nora.today(now), nora.today(now), today=nora.today(now))
    wishes.pin(nora, a_task(owner=nora, name="Web site"), anouk, nora.today(now))
    came_back = an_offer(owner=nora, assistant=anouk, task=a_task(owner=nora, name="Posts"), **later)
    OutgoingEmail.objects.filter(offer=came_back).update(state="dead", trouble="the address was refused")
    deliveries.hear_of(OutgoingEmail.objects.get(offer=came_back), now)
    OutgoingEmail.objects.update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    stored_plans.current(nora, now=now)
    renewals.ask(ADDRESS, now=now)
    person_data.ask(running, "erase", now=now)
    return open_


# --- What is gone ----------------------------------------------------------------
def test_nothing_in_all_the_rows_names_the_person(
    nora: Owner, anouk: Assistant, running: Offer, now: datetime
) -> None:
    everything_of(nora, anouk, running, now)
    before = str(dump())
    for known in (NAME, "Anouk", "Zywiec", ADDRESS, "The folder is empty", "Which mailbox", "Sunflowers"):
        assert known in before
    assert Plan.objects.exists()
    erase(running, now)
    after = str(dump())
    for gone in ("Anouk", "Zywiec", "zywiec", "The folder is empty", "Which mailbox", "Sunflowers", "slow in summer"):
        assert gone not in after
    assert not LinkRequest.objects.exists()
    assert not NeverMail.objects.exists()
    assert Handoff.objects.get(pk=running.handoff_id).brief == "Someone who left knows the shoe box."
    person = Assistant.objects.get(pk=anouk.pk)
    assert (person.name, person.email) == ("Someone who left", f"erased-{anouk.pk}@invalid")
    for rows in (person.skill_levels, person.absences, person.wishes, person.stands_in):
        assert not rows.exists()


def test_the_owners_books_stay_as_they_were(nora: Owner, anouk: Assistant, running: Offer, now: datetime) -> None:
    everything_of(nora, anouk, running, now)
    columns = ("handoff", "assistant", "day", "seconds", "rate", "amount", "state", "paid_on")
    before = list(WorkLog.objects.order_by("pk").values_list(*columns))
    erase(running, now)
    assert list(WorkLog.objects.order_by("pk").values_list(*columns)) == before
    assert before


def test_other_people_and_other_owners_keep_what_is_theirs(
    nora: Owner, bea: Owner, running: Offer, now: datetime
) -> None:
    hers = an_assistant(owner=bea, name=NAME, email=ADDRESS)
    theirs = an_offer(owner=bea, assistant=hers, now=now, reply_by=now + DAY)
    ben = an_offer(
        owner=nora,
        assistant=an_assistant(owner=nora, name="Ben Okafor"),
        task=a_task(owner=nora),
        now=now,
        reply_by=now + DAY,
    )
    deliver(ben)
    replies.note(ben, "Hello from Ben", now=now)
    before = [
        list(Assistant.objects.filter(pk__in=[hers.pk, ben.assistant_id]).values()),
        list(Offer.objects.filter(pk__in=[theirs.pk, ben.pk]).values()),
        list(OutgoingEmail.objects.filter(offer__in=[theirs, ben]).values()),
        list(ben.events.values()),
    ]
    erase(running, now)
    assert before == [
        list(Assistant.objects.filter(pk__in=[hers.pk, ben.assistant_id]).values()),
        list(Offer.objects.filter(pk__in=[theirs.pk, ben.pk]).values()),
        list(OutgoingEmail.objects.filter(offer__in=[theirs, ben]).values()),
        list(ben.events.values()),
    ]


def test_months_that_are_called_as_the_person_stay(nora: Owner) -> None:
    known = own_words.Known("May Lee", "May", "may@lee.example.org")
    facts = {"lines": ["May ends it on 4 May.", "From May 4 on, “May Lee”.", 7, None], "may": "Maybe May, or may"}
    assert known.out_of(facts) == {
        "lines": ["Someone ends it on 4 May.", "From May 4 on, “Someone who left”.", 7, None],
        "may": "Maybe Someone, or may",
    }
    assert replace(known, first_name="").out_of("May and May Lee") == "May and Someone who left"


# --- What the owner reads of it ----------------------------------------------------
def test_what_their_erasure_ended_says_so_and_they_are_someone_who_left(
    nora: Owner, running: Offer, now: datetime
) -> None:
    agreed.give_notice(running.handoff, running, nora.today(now) + 2 * DAY, now=now)
    erase(running, now)
    handoff = Handoff.objects.with_terms().get(pk=running.handoff_id)
    said = [entry.what for entry in story.log(handoff)]
    assert said[0] == "They had their data erased, which ended it"
    assert {"You sent it to someone who left", "Someone who left accepted"} <= set(said)
    assert story.row(handoff).title == "Record keeping, with someone who left"


# --- What goes on ----------------------------------------------------------------
def test_what_was_open_is_declined_and_the_next_is_asked_and_what_was_agreed_ends_today(
    nora: Owner, anouk: Assistant, running: Offer, now: datetime
) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor")
    open_ = an_offer(owner=nora, assistant=anouk, task=a_task(owner=nora), now=now, reply_by=now + 2 * DAY)
    Handoff.objects.filter(pk=open_.handoff_id).update(if_not="next")
    open_.handoff.stand_ins.create(assistant=ben, place=1, weekly_minutes=60, rate=20)
    erase(running, now)
    assert standing(running) == ("ended", "accepted")
    assert standing(open_) == ("offering", "declined")
    assert Offer.objects.live().get(handoff=open_.handoff).assistant == ben
    assert Handoff.objects.get(pk=running.handoff_id).ends_on == nora.today(now)
    for handoff in Handoff.objects.all():
        state, offers = moves.replay(handoff.events.order_by("pk"))
        assert (state, offers) == (handoff.state, dict(handoff.offers.values_list("pk", "state")))


def test_where_they_stood_in_for_someone_the_next_one_is_asked(nora: Owner, running: Offer, now: datetime) -> None:
    first, third = an_assistant(owner=nora, name="Ben"), an_assistant(owner=nora, name="Cy")
    offer = an_offer(owner=nora, assistant=first, task=a_task(owner=nora), now=now, reply_by=now + DAY)
    Handoff.objects.filter(pk=offer.handoff_id).update(if_not="next")
    for place, person in enumerate((running.assistant, third)):
        offer.handoff.stand_ins.create(assistant=person, place=place, weekly_minutes=60, rate=20)
    erase(running, now)
    replies.decline(Offer.objects.get(pk=offer.pk), reason="", now=now)
    assert Offer.objects.live().get(handoff=offer.handoff).assistant == third


def test_the_owner_is_told_by_what_work_it_was_and_no_mail_leaves_for_them(
    nora: Owner, anouk: Assistant, running: Offer, now: datetime
) -> None:
    everything_of(nora, anouk, running, now)
    erase(running, now)
    email = OutgoingEmail.objects.get(key__startswith=f"erased-{anouk.pk}-")
    assert email.to_email == nora.email
    body = " ".join(str(messages.compose(email).body).split())
    assert "with whom you had record keeping and email." in body
    OutgoingEmail.objects.update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    theirs = OutgoingEmail.objects.filter(offer__assistant=anouk)
    assert set(theirs.filter(sent_at__gte=now).values_list("state", flat=True)) <= {"sent"}
    assert not theirs.filter(state__in=["queued", "sending"]).exists()
    assert set(theirs.values_list("to_email", flat=True)) == {f"erased-{anouk.pk}@invalid"}


def test_every_page_and_email_of_the_owner_still_opens(
    hers: Client, nora: Owner, anouk: Assistant, running: Offer, now: datetime
) -> None:
    everything_of(nora, anouk, running, now)
    erase(running, now)
    pages = ["/assistants/", f"/assistants/{anouk.pk}/", "/hand-offs/", "/mail/", "/plan/", "/", "/hand-offs/new/"]
    pages += [f"/hand-offs/{handoff.pk}/" for handoff in Handoff.objects.all()]
    pages += [f"/mail/{email.pk}/body/" for email in OutgoingEmail.objects.exclude(transport="")]
    for page in pages:
        response = hers.get(page)
        assert response.status_code == 200, page
        assert "Anouk" not in text_of(response), page
    assert "They have had their data erased." in text_of(hers.get(f"/assistants/{anouk.pk}/"))
    assert f"/assistants/{anouk.pk}/" not in text_of(hers.get("/assistants/"))
    for act in ("change", "pause", "away"):
        assert hers.post(f"/assistants/{anouk.pk}/{act}/", {"resume": "1"}).status_code == 404


# --- By the mailed link -------------------------------------------------------------
def test_by_the_link_twice_it_is_done_once_and_every_other_link_is_dead(
    nora: Owner, anouk: Assistant, running: Offer, now: datetime
) -> None:
    open_ = everything_of(nora, anouk, running, now)
    browser = Client(enforce_csrf_checks=True)
    url = f"/h/erase/{links.dated_token('erase', running, now)}/"
    tokens = [links.token("offer", each.pid, each.epoch) for each in (running, open_)]
    export = f"/h/export/{links.dated_token('export', running, now)}/"
    assert "This cannot be undone." in text_of(browser.get(url))
    form = by_hand(running)
    response = browser.post(url, form)
    assert (response.status_code, response["Location"]) == (302, url)
    assert "Your data is erased" in text_of(browser.get(url))
    before = dump()
    assert "Your data is erased" in text_of(browser.post(url, form))
    erase(running, now)
    assert dump() == before
    dead = [*(f"/h/{token}/{act}" for token in tokens for act in ("", "data/", "away/", "hours/")), export]
    for offer in Offer.objects.filter(assistant=anouk):
        dead += [f"/h/{links.token('offer', offer.pid, offer.epoch)}/", f"/h/{links.token('offer', offer.pid, 0)}/"]
    assert {browser.get(path).status_code for path in dead} <= {404, 405}
    assert browser.post(export, by_hand(running)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_erased_by_two_at_once_and_while_they_accept(on_disk: None) -> None:
    for round_ in range(6):
        owner, now = an_owner(), clock.now()
        person = an_assistant(owner=owner, name=NAME, email=ADDRESS)
        agreed = an_accepted_offer(owner=owner, assistant=person, now=now, reply_by=now + DAY)
        open_ = an_offer(owner=owner, assistant=person, task=a_task(owner=owner), now=now, reply_by=now + DAY)
        accept = partial(replies.accept, Offer.objects.get(pk=open_.pk), terms_version=1, now=now)
        erasing = partial(erase, agreed, now)
        *erased, accepted = race([erasing, erasing, accept])
        assert erased == [None, None], round_
        assert accepted is None or type(accepted) is moves.TooLate
        assert standing(agreed)[0] == "ended"
        assert standing(open_) in (("lapsed", "declined"), ("ended", "accepted"))
        assert OutgoingEmail.objects.filter(key__startswith=f"erased-{person.pk}-").count() == 1
        assert not OutgoingEmail.objects.filter(offer__assistant=person, to_email=ADDRESS).exists()
