"""The roster: people added, changed and paused, with the hours they have left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.test import Client

from assistants.handoff import agreed
from assistants.models import Assistant, Handoff, NeverMail
from assistants.roster import people
from tasks import clock
from tasks.models import Owner, Skill
from tests.assistants.world import Browser, dump, race, text_of
from tests.factories import (
    NOW,
    TODAY,
    a_running_offer,
    a_skill,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_offer,
    an_owner,
    some_hours,
)

pytestmark = pytest.mark.django_db
ROSTER, NEW = "/assistants/", "/assistants/new/"


def typed(**other: str) -> dict[str, str]:
    return {
        "name": "Ana Reyes",
        "email": "ana@reyes.works",
        "rate": "18",
        "hours": "8",
        "time_zone": "Asia/Manila",
        "note": "Met at the fair.",
    } | other


def page_of(person: Assistant, act: str = "") -> str:
    return f"/assistants/{person.pk}/{act}{'/' if act else ''}"


def test_a_roster_of_whom_nobody_can_be_asked_says_why(hers: Client, nora: Owner) -> None:
    ana = an_assistant(owner=nora)
    people.pause(ana, nora.today(clock.now()))
    assert "Everyone is paused." in text_of(hers.get(ROSTER))
    NeverMail.objects.create(email=an_assistant(owner=nora, name="Ben Okafor").email, asked_at=clock.now())
    page = text_of(hers.get(ROSTER))
    assert "Nobody takes hand-offs now." in page
    assert "Everyone is paused." not in page


# --- Adding ------------------------------------------------------------------
def test_a_person_is_added_with_all_that_was_typed(hers: Client, nora: Owner) -> None:
    books = a_skill(owner=nora, name="Bookkeeping")
    a_skill(owner=nora, name="Writing")
    given = typed(rate="18,50", hours="7:30", new_skill="Calls", new_level="5") | {f"skill-{books.pk}": "4"}
    response = hers.post(NEW, given, follow=True)
    assert "Ana is on your roster." in text_of(response)
    ana = nora.assistants.get()
    assert (ana.name, ana.email, ana.time_zone) == ("Ana Reyes", "ana@reyes.works", "Asia/Manila")
    assert (ana.rate, ana.weekly_minutes, ana.note) == (Decimal("18.50"), 450, "Met at the fair.")
    assert {level.skill.name: level.level for level in ana.skill_levels.all()} == {"Bookkeeping": 4, "Calls": 5}
    assert ana.paused_on is None


def test_a_new_skill_that_is_there_already_is_not_made_twice(hers: Client, nora: Owner) -> None:
    books = a_skill(owner=nora, name="Bookkeeping")
    hers.post(NEW, typed(new_skill="bookkeeping", new_level="2") | {f"skill-{books.pk}": "4"})
    assert Skill.objects.count() == 1
    assert nora.assistants.get().skill_levels.get().level == 4


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("name", "", "Write their name."),
        ("name", "\u200b", "Write their name."),
        ("name", "x" * 81, ""),
        ("name", "Ana\nBcc: x@y.works", ""),
        ("name", "Ana\x00", ""),
        ("email", "", "Write their email address."),
        ("email", "ana@", ""),
        ("email", "ana@reyes.works\nBcc: x@y.works", ""),
        ("email", "ana@reyes.works,bo@reyes.works", ""),
        ("email", "Ana <ana@reyes.works>", ""),
        ("email", "ana@reyes.works\u200b", ""),
        ("email", f"{'a' * 65}@reyes.works", ""),
        ("email", "ana@localhost", ""),
        ("email", "änä@reyes.works", ""),
        ("rate", "", "Write what an hour costs."),
        ("rate", "-1", ""),
        ("rate", "1e5", ""),
        ("rate", "1_000", ""),
        ("rate", "10000.01", ""),
        ("hours", "", "Write how many hours a week they have for you."),
        ("hours", "0", ""),
        ("hours", "169", ""),
        ("hours", "-5", ""),
        ("time_zone", "", ""),
        ("time_zone", "localtime", ""),
        ("time_zone", "../../etc/passwd", ""),
        ("time_zone", "x" * 100_000, ""),
        ("note", "x" * 1001, ""),
        ("new_skill", "x" * 41, ""),
        ("new_level", "9", ""),
    ],
)
def test_what_cannot_be_is_named_and_the_typing_is_kept(
    hers: Client, nora: Owner, field: str, text: str, said: str
) -> None:
    before = dump()
    given = typed(new_skill="Calls") | {field: text}
    response = hers.post(NEW, given)
    page = text_of(response)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert said in page
    for kept in {"name", "email", "rate", "hours", "new_skill"} - {field}:
        assert f'name="{kept}" value="{given[kept]}"' in page
    assert dump() == before


def test_one_address_is_one_person_for_one_owner(hers: Client, nora: Owner, bea: Owner, browser_of: Browser) -> None:
    hers.post(NEW, typed())
    response = hers.post(NEW, typed(name="Someone else", email="ANA@Reyes.works"))
    assert response.status_code == 422
    ana = nora.assistants.get()
    assert f'<a href="/assistants/{ana.pk}/">Ana Reyes</a> is on your roster with this address' in text_of(response)
    assert browser_of(bea).post(NEW, typed()).status_code == 302
    assert (nora.assistants.count(), bea.assistants.count()) == (1, 1)


def test_ones_own_address_is_taken_with_a_word_on_where_mail_will_go(hers: Client, nora: Owner) -> None:
    said = text_of(hers.post(NEW, typed(email=nora.email.upper()), follow=True))
    assert "Their address is your own: what you hand off to them comes to you." in said
    assert "Their address is your own" not in text_of(hers.post(NEW, typed(email="joan@wu.works"), follow=True))


def test_a_long_roster_has_pages_and_its_sums_are_of_all(hers: Client, nora: Owner) -> None:
    for number in range(101):
        an_assistant(owner=nora, name=f"Person {number:03}", hours=1)
    first, second = text_of(hers.get(ROSTER)), text_of(hers.get(f"{ROSTER}?page=2"))
    assert "101 h a week free among 101 people." in first
    assert "101 h a week free among 101 people." in second
    shown = [("Person 099" in page, "Person 100" in page) for page in (first, second)]
    assert shown == [(True, False), (False, True)]
    assert 'href="?page=2">Later in the list' in first


@pytest.mark.django_db(transaction=True)
def test_the_form_sent_twice_at_once_adds_one_person_and_fails_for_nobody(on_disk: None, browser_of: Browser) -> None:
    owner = an_owner()
    for round_ in range(5):
        given = typed(email=f"ana{round_}@reyes.works", new_skill=f"Calls {round_}")
        presses = [partial(lambda browser, given: browser.post(NEW, given).status_code, browser_of(owner), given)] * 3
        assert set(race(presses)) <= {302, 422}
        assert owner.assistants.filter(email=given["email"]).count() == 1


# --- Changing ----------------------------------------------------------------
def test_details_are_changed_and_skills_replaced(hers: Client, nora: Owner) -> None:
    books, calls = a_skill(owner=nora, name="Bookkeeping"), a_skill(owner=nora, name="Calls")
    ana = an_assistant(owner=nora, skill=books, level=5)
    page = text_of(hers.get(page_of(ana, "change")))
    for said in (
        'value="Ana Reyes"',
        'name="rate" value="18"',
        'name="hours" value="8"',
        '<option value="5" selected>',
    ):
        assert said in page
    given = typed(rate="22", note="") | {f"skill-{books.pk}": "", f"skill-{calls.pk}": "2"}
    response = hers.post(page_of(ana, "change"), given, follow=True)
    assert "Ana Reyes is saved." in text_of(response)
    ana.refresh_from_db()
    assert (ana.email, ana.rate, ana.note) == ("ana@reyes.works", Decimal(22), "")
    assert [(level.skill, level.level) for level in ana.skill_levels.all()] == [(calls, 2)]


def test_a_person_can_keep_their_own_address_but_not_take_anothers(hers: Client, nora: Owner) -> None:
    ana, ben = an_assistant(owner=nora), an_assistant(owner=nora, name="Ben", email="ben@reyes.works")
    assert hers.post(page_of(ana, "change"), typed(email=ana.email.upper())).status_code == 302
    before = dump()
    assert hers.post(page_of(ana, "change"), typed(email="BEN@reyes.works")).status_code == 422
    assert dump() == before
    assert ben.email == "ben@reyes.works"


def test_a_new_rate_leaves_what_was_agreed_as_it_is(hers: Client, nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    hers.post(page_of(offer.assistant, "change"), typed(rate="99"))
    assert Handoff.objects.get().terms.rate == 18


# --- Pausing -----------------------------------------------------------------
def test_pause_and_back_leave_what_is_agreed_alone(hers: Client, nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    ana = offer.assistant
    page = text_of(hers.post(page_of(ana, "pause"), follow=True))
    assert "Ana is paused." in page
    assert "Hand something off" not in page
    ana.refresh_from_db()
    assert ana.paused_on == nora.today(clock.now())
    assert Handoff.objects.get().state == "taken"
    assert "Paused" in text_of(hers.get(ROSTER))
    page = text_of(hers.post(page_of(ana, "pause"), {"resume": "1"}, follow=True))
    assert "Ana is back in your plan." in page
    ana.refresh_from_db()
    assert ana.paused_on is None


def test_pausing_is_posted(hers: Client, nora: Owner) -> None:
    ana = an_assistant(owner=nora)
    before = dump()
    assert hers.get(page_of(ana, "pause")).status_code == 405
    assert dump() == before


# --- Reading -----------------------------------------------------------------
def test_the_roster_says_who_has_how_many_hours_left(hers: Client, nora: Owner) -> None:
    assert "Who could help you?" in text_of(hers.get(ROSTER))
    busy = an_assistant(owner=nora, name="Ana Reyes", hours=8)
    an_offer(owner=nora, assistant=busy, hours=5)
    full = an_assistant(owner=nora, name="Ben Okafor", hours=4)
    an_accepted_offer(owner=nora, task=a_task(owner=nora), assistant=full, hours=4)
    people.pause(an_assistant(owner=nora, name="Cy Paused", hours=10), TODAY)
    page = text_of(hers.get(ROSTER))
    assert "3 h a week free among 2 people." in page
    assert "3 h of 8 h free" in page
    assert '<span class="num free-n">Full</span>' in page
    assert "No skills written down" in page


def test_hours_come_back_when_a_hand_off_is_over(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, hours=5)
    assert people.free_minutes(offer.assistant, nora.handoffs.live().with_terms(), TODAY) == 180
    agreed.end(offer.handoff, now=NOW)
    assert people.free_minutes(offer.assistant, nora.handoffs.live().with_terms(), TODAY) == 480


def test_someone_with_less_time_than_they_have_agreed_to_has_none_left(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, hours=5)
    offer.assistant.weekly_minutes = 60
    assert people.free_minutes(offer.assistant, nora.handoffs.live().with_terms(), TODAY) == 0


def test_a_person_is_shown_with_their_hours_worked_and_what_they_cost(hers: Client, nora: Owner) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, now=now, reply_by=now + timedelta(days=1))
    for day, seconds in (
        (now.date(), 5400),
        (now.date() - timedelta(days=7), 3600),
        (now.date() - timedelta(days=90), 60),
    ):
        some_hours(offer=offer, day=day, seconds=seconds, note="", now=now)
    page = text_of(hers.get(page_of(offer.assistant)))
    assert "3 h of 8 h a week" in page
    assert '<td class="r num">2:30</td><td class="r num">$45.00</td>' in page
    assert "$27.00" in page
    assert "Record keeping, with Ana" in page


@pytest.mark.parametrize("act", ["", "change", "pause"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_strangers_assistant_is_as_unknown_as_a_random_number(
    hers: Client, bea: Owner, method: str, act: str
) -> None:
    theirs = an_assistant(owner=bea)
    before = dump()
    answers = [
        hers.generic(method, f"/assistants/{pk}/{act}{'/' if act else ''}")
        for pk in (987654321, 9223372036854775807, 2**70, theirs.pk)
    ]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert answers[0].status_code == (405 if (method, act) == ("GET", "pause") else 404)
    assert dump() == before


def test_a_strangers_skill_cannot_be_given(hers: Client, nora: Owner, bea: Owner) -> None:
    theirs = a_skill(owner=bea, name="Bea’s own")
    hers.post(NEW, typed() | {f"skill-{theirs.pk}": "5"})
    assert not nora.assistants.get().skill_levels.exists()
    assert "Bea’s own" not in text_of(hers.get(NEW))
