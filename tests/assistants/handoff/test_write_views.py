"""A hand-off as the owner writes it: whom and what, the brief and the terms, the preview, the draft."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from assistants.handoff.forms import last_reply_day
from assistants.models import Assistant, Handoff, NeverMail, Offer
from assistants.roster import people
from tasks import clock
from tasks.models import Owner, Task
from tests.assistants.world import dump, keys, text_of
from tests.factories import a_draft, a_task, an_assistant, an_offer, the_best_work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]


@pytest.fixture
def task(nora: Owner) -> Task:
    """It takes an assistant as long as it takes her, five hours a week."""
    return a_task(owner=nora, name="Record keeping", excel=3)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, name="Ana Reyes", rate=18, hours=8)


def today(owner: Owner) -> date:
    return owner.today(clock.now())


def typed(owner: Owner, **other: str) -> dict[str, str]:
    """What an owner would type, for a hand-off around today."""
    return {
        "brief": "Keep my books up to date every week.",
        "how_to": "1. Photos are in the folder.",
        "hours": "5",
        "rate": "18",
        "starts_on": str(today(owner) + timedelta(days=14)),
        "reply_by": str(today(owner) + timedelta(days=5)),
    } | other


def writing(task: Task, person: Assistant) -> str:
    return f"{reverse('assistants:handoff_new')}?task={task.pk}&to={person.pk}"


def page_of(handoff: Handoff, act: str = "") -> str:
    return reverse(f"assistants:handoff{'_' + act if act else ''}", args=[handoff.pk])


def an_offer_now(owner: Owner) -> Offer:
    now = clock.now()
    return an_offer(owner=owner, task=a_task(owner=owner), now=now, reply_by=now + timedelta(days=5))


# --- Choosing what and whom --------------------------------------------------
def test_without_a_routine_or_a_roster_the_page_says_what_comes_first(hers: Client, nora: Owner) -> None:
    url = reverse("assistants:handoff_new")
    assert reverse("tasks:start_routine") in text_of(hers.get(url))
    a_task(owner=nora)
    assert reverse("assistants:assistant_new") in text_of(hers.get(url))
    an_assistant(owner=nora)
    assert "Write the hand-off</button>" in text_of(hers.get(url))


def test_only_ones_own_routine_and_active_people_can_be_chosen(
    hers: Client, nora: Owner, bea: Owner, task: Task, ana: Assistant
) -> None:
    best, retired = the_best_work(owner=nora), a_task(owner=nora, name="Old work")
    Task.objects.filter(pk=retired.pk).update(retired_on=today(nora))
    paused = an_assistant(owner=nora, name="Paul Paused")
    people.pause(paused, today(nora))
    theirs, their_person = a_task(owner=bea, name="Bea’s work"), an_assistant(owner=bea, name="Bo")
    page = text_of(hers.get(reverse("assistants:handoff_new")))
    assert task.name in page
    assert ana.name in page
    for other in (best, retired, theirs):
        assert f">{other.name}</option>" not in page
        assert hers.get(writing(other, ana)).status_code == 422
    for person in (paused, their_person):
        assert f">{person.name}</option>" not in page
        assert hers.get(writing(task, person)).status_code == 422


@pytest.mark.parametrize(
    "asked", ["task=1", "task=x&to=y", "task=&to=", "task=9223372036854775808&to=-1", "task=%00&to=1"]
)
def test_a_choice_that_makes_no_sense_is_asked_again(hers: Client, task: Task, ana: Assistant, asked: str) -> None:
    response = hers.get(f"{reverse('assistants:handoff_new')}?{asked}")
    assert response.status_code in (200, 422)
    assert "Write the hand-off</button>" in text_of(response)


def test_a_person_chosen_before_is_chosen_on_the_page(hers: Client, task: Task, ana: Assistant) -> None:
    page = text_of(hers.get(f"{reverse('assistants:handoff_new')}?to={ana.pk}"))
    assert f'<option value="{ana.pk}" selected>' in page


# --- Writing -----------------------------------------------------------------
def test_the_form_begins_with_what_the_plan_would_propose(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    page = text_of(hers.get(writing(task, ana)))
    assert 'name="hours" value="5"' in page
    assert 'name="rate" value="18"' in page
    assert f'value="{last_reply_day(nora, clock.now())}"' in page
    assert 'name="share" value="100"' in page
    assert "Ana has 8 h free." in page


def test_what_was_proposed_can_be_sent_as_it_stands_when_little_time_is_left(
    hers: Client, nora: Owner, task: Task
) -> None:
    ben = an_assistant(owner=nora, name="Ben")
    ben.weekly_minutes = 100
    ben.save()
    page = text_of(hers.get(writing(task, ben)))
    assert 'name="hours" value="1:40"' in page
    response = hers.post(writing(task, ben), typed(nora, hours="1:40", send="1"))
    assert response.status_code == 302


def test_a_task_nobody_scored_yet_can_be_handed_off_too(hers: Client, nora: Owner, ana: Assistant) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    assert 'name="hours" value="5"' in text_of(hers.get(writing(task, ana)))
    hers.post(writing(task, ana), typed(nora, send="1"))
    handoff = Handoff.objects.get()
    assert (handoff.minutes_before, handoff.minutes_given) == (300, 300)


def test_sending_puts_it_to_the_assistant(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    response = hers.post(writing(task, ana), typed(nora, hours="2:30", share="50", rate="18,50", send="1"))
    handoff = Handoff.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(handoff))
    assert (handoff.owner, handoff.task, handoff.assistant, handoff.state) == (nora, task, ana, "offering")
    assert (handoff.terms.weekly_minutes, handoff.terms.rate) == (150, Decimal("18.50"))
    assert (handoff.minutes_before, handoff.minutes_given) == (300, 150)
    # 6 pm in Phoenix.
    assert handoff.reply_by.isoformat() == f"{today(nora) + timedelta(days=6)}T01:00:00+00:00"
    assert keys() == [f"offer-{handoff.offers.get().pk}"]
    page = text_of(hers.get(page_of(handoff)))
    assert "Going out" in page
    assert "Undo</button>" in page


def test_pressing_send_twice_sends_once_and_shows_what_the_first_did(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    first = hers.post(writing(task, ana), typed(nora, send="1"))
    before = dump()
    second = hers.post(writing(task, ana), typed(nora, send="1"))
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    after = dump()
    assert {table for table in before if before[table] != after[table]} <= {"delegator_session"}
    assert "Ana has record keeping, or an offer of it, already." in text_of(hers.get(second["Location"]))


def test_a_draft_is_kept_and_finished_later(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    hers.post(writing(task, ana), typed(nora, hours="3", rate="21", brief="First thoughts.", draft="1"))
    draft = Handoff.objects.get()
    assert (draft.state, draft.brief, keys()) == ("draft", "First thoughts.", [])
    page = text_of(hers.get(page_of(draft, "draft")))
    for said in ("First thoughts.", 'name="hours" value="3"', 'name="rate" value="21"', "<dd>$63</dd>"):
        assert said in page
    assert hers.post(page_of(draft, "draft"), typed(nora, send="1")).status_code == 302
    draft = Handoff.objects.get()
    assert (draft.state, draft.brief) == ("offering", "Keep my books up to date every week.")
    assert draft.terms.version == 1


def test_a_draft_can_be_opened_though_the_person_is_paused_or_the_task_is_off_the_list(
    hers: Client, nora: Owner
) -> None:
    now = clock.now()
    for_paused, of_retired = (a_draft(owner=nora, task=a_task(owner=nora), now=now) for _ in range(2))
    people.pause(for_paused.assistant, today(nora))
    Task.objects.filter(pk=of_retired.task_id).update(retired_on=today(nora))
    for draft in (for_paused, of_retired):
        assert hers.get(page_of(draft)).status_code == 200
        assert hers.get(page_of(draft, "draft")).status_code == 200
        assert hers.post(page_of(draft, "draft"), typed(nora, draft="1")).status_code == 302


def test_a_draft_that_was_sent_meanwhile_leads_to_how_it_stands(hers: Client, nora: Owner) -> None:
    offer = an_offer_now(nora)
    before = dump()
    for response in (
        hers.get(page_of(offer.handoff, "draft")),
        hers.post(page_of(offer.handoff, "draft"), typed(nora, send="1")),
    ):
        assert (response.status_code, response["Location"]) == (302, page_of(offer.handoff))
    assert dump() == before
    assert "What you typed now was not saved." in text_of(hers.get(page_of(offer.handoff)))


def test_a_draft_of_what_they_were_offered_meanwhile_is_not_sent_and_the_typing_is_kept(
    hers: Client, nora: Owner
) -> None:
    offer = an_offer_now(nora)
    again = a_draft(owner=nora, task=offer.handoff.task, assistant=offer.assistant)
    response = hers.post(page_of(again, "draft"), typed(nora, hours="1", brief="Once more.", send="1"))
    assert response.status_code == 422
    assert "or an offer of it, already." in text_of(response)
    assert "Once more." in text_of(response)
    assert Handoff.objects.get(pk=again.pk).brief == "Keep my books up to date every week."


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("how_to", "Password: hunter2"),
        ("how_to", "the PIN is 1234"),
        ("brief", "api-key=abc"),
        ("brief", "Passwort: geheim"),
        ("brief", "Use sk_live_4eC39HqLyjWDarjtT1zd for the shop."),
        ("how_to", "https://nora:garden@shop.example.com/admin"),
    ],
)
def test_what_looks_like_a_password_is_sent_only_once_the_owner_says_that_it_is_none(
    hers: Client, nora: Owner, task: Task, ana: Assistant, field: str, text: str
) -> None:
    given = typed(nora) | {field: text}
    response = hers.post(writing(task, ana), given | {"send": "1"})
    assert response.status_code == 422
    assert "This looks like a password or a key." in text_of(response)
    assert "This is not a password. Send it as it stands." in text_of(response)
    assert not Handoff.objects.exists()
    assert hers.post(writing(task, ana), given | {"send": "1", "is_no_secret": "on"}).status_code == 302
    assert getattr(Handoff.objects.get(), field) == text


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("brief", "", "Say what you need done."),
        ("brief", "\u200b \u2060", "Say what you need done."),
        ("brief", "x" * 8001, ""),
        ("brief", "a\x0bb", ""),
        ("hours", "", "Say how many hours a week."),
        ("hours", "0", ""),
        ("hours", "8:15", "Ana has 8 h free a week, so ask for 8 h or fewer."),
        ("hours", "a lot", ""),
        ("hours", "1e1000000", ""),
        ("rate", "", "Say what you pay an hour."),
        ("rate", "-1", ""),
        ("rate", "12.345", ""),
        ("rate", "NaN", ""),
        ("rate", "10001", ""),
        ("starts_on", "", "Say when it starts."),
        ("starts_on", "2020-01-01", "The start is in the past."),
        ("starts_on", "02/03/2027", ""),
        ("reply_by", "", "Say until when you need a reply."),
        ("reply_by", "2020-01-01", "That leaves no time to reply. Take a later day."),
        ("reply_by", "2099-01-01", "Take that day or one before it, or start later."),
        ("reply_by", "2100-01-02", ""),
    ],
)
def test_what_cannot_be_sent_is_named_and_the_typing_is_kept(
    hers: Client, nora: Owner, task: Task, ana: Assistant, field: str, text: str, said: str
) -> None:
    given = typed(nora) | {field: text}
    before = dump()
    for button in ("send", "draft"):
        response = hers.post(writing(task, ana), given | {button: "1"})
        page = text_of(response)
        assert response.status_code == 422
        assert f'id="id_{field}_error"' in page
        assert said in page
        assert 'id="problem"' in page
        for kept in {"hours", "rate", "starts_on"} - {field}:
            assert f'name="{kept}" value="{given[kept]}"' in page
        if field != "brief":
            assert given["brief"] in page
    assert dump() == before


@pytest.mark.parametrize("text", ["Our password policy is old.", "Pin the list to the wall.", "Keep it secret."])
def test_speaking_of_passwords_is_not_writing_one(
    hers: Client, nora: Owner, task: Task, ana: Assistant, text: str
) -> None:
    assert hers.post(writing(task, ana), typed(nora, brief=text, draft="1")).status_code == 302


def test_nobody_is_sent_mail_who_wants_none_and_the_typing_is_kept(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    NeverMail.objects.create(email=ana.email.upper(), asked_at=clock.now())
    response = hers.post(writing(task, ana), typed(nora, send="1"))
    assert response.status_code == 422
    assert "Ana asked for no more mail about hand-offs." in text_of(response)
    assert not Handoff.objects.exists()
    assert hers.post(writing(task, ana), typed(nora, draft="1")).status_code == 302


def test_the_preview_follows_the_form_and_keeps_nothing(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    before = dump()
    response = hers.post(writing(task, ana), typed(nora, hours="2", share="40", rate="20", preview="1"))
    page = text_of(response)
    assert response.status_code == 200
    assert "<html" not in page
    assert "2 h a week at $20 an hour, from" in page
    assert "<dd>$40</dd>" in page
    assert "<dd>$160<small>2 h of yours</small></dd>" in page
    half_typed = hers.post(writing(task, ana), typed(nora, hours="", rate="x", brief="", preview="1"))
    assert half_typed.status_code == 200
    assert "– a week at – an hour, from" in text_of(half_typed)
    assert dump() == before


# --- How it begins, and who is next -------------------------------------------
def test_a_task_that_one_likes_and_does_well_goes_only_with_an_explicit_yes(
    hers: Client, nora: Owner, ana: Assistant
) -> None:
    kept = a_task(owner=nora, name="Newsletter", loathe=1, excel=5)
    response = hers.post(writing(kept, ana), typed(nora, send="1"))
    assert response.status_code == 422
    assert "Yes, hand off newsletter, though I like it and do it well" in text_of(response)
    assert not Handoff.objects.exists()
    assert hers.post(writing(kept, ana), typed(nora, send="1", is_kept="on")).status_code == 302
    assert Handoff.objects.get().state == "offering"


def test_the_yes_is_asked_for_no_other_task(hers: Client, task: Task, ana: Assistant) -> None:
    assert "though I like it" not in text_of(hers.get(writing(task, ana)))


@pytest.mark.parametrize(("ends", "said"), [("", "Say until when the trial goes."), ("-1", "The trial ends after")])
def test_a_trial_has_an_end_after_its_start(
    hers: Client, nora: Owner, task: Task, ana: Assistant, ends: str, said: str
) -> None:
    day = str(today(nora) + timedelta(days=14 + int(ends))) if ends else ""
    response = hers.post(writing(task, ana), typed(nora, send="1", stage="trial", trial_ends_on=day))
    assert response.status_code == 422
    assert said in text_of(response)


def test_a_trial_is_written_down_and_said_to_the_assistant(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    ends_on = today(nora) + timedelta(days=42)
    hers.post(writing(task, ana), typed(nora, send="1", stage="trial", trial_ends_on=str(ends_on)))
    handoff = Handoff.objects.get()
    assert (handoff.stage, handoff.trial_ends_on) == ("trial", ends_on)


def test_who_stands_in_is_chosen_from_those_who_could_take_it_and_asked_in_their_order(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    cleo, dora = (an_assistant(owner=nora, name=name, rate=rate) for name, rate in (("Cleo", 12), ("Dora", 30)))
    page = text_of(hers.get(writing(task, ana)))
    assert page.index("5 h a week at $12 an hour") < page.index("5 h a week at $30 an hour")
    form = typed(nora, send="1", if_not="next", share="60", hours="3") | {"others": [str(dora.pk), str(cleo.pk)]}
    hers.post(writing(task, ana), form)
    handoff = Handoff.objects.get()
    stand_ins = [(each.assistant, each.weekly_minutes, each.rate) for each in handoff.stand_ins.all()]
    assert stand_ins == [(cleo, 180, Decimal(12)), (dora, 180, Decimal(30))]
    assert (handoff.minutes_given, handoff.terms.share) == (180, 60)
    assert "Is asked next, if it comes to that." in text_of(hers.get(page_of(handoff)))


def test_all_can_be_asked_at_once(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    cleo = an_assistant(owner=nora, name="Cleo", rate=12)
    hers.post(writing(task, ana), typed(nora, send="1", if_not="all") | {"others": [str(cleo.pk)]})
    handoff = Handoff.objects.get()
    assert {offer.assistant for offer in handoff.offers.all()} == {ana, cleo}
    assert "Going out" in text_of(hers.get(page_of(handoff)))


def test_nobody_stands_in_who_was_not_offered_as_one(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    paused = an_assistant(owner=nora, name="Paul")
    an_assistant(owner=nora, name="Cleo")
    people.pause(paused, today(nora))
    form = typed(nora, send="1", if_not="next") | {"others": [str(paused.pk)]}
    assert hers.post(writing(task, ana), form).status_code == 422
    assert not Handoff.objects.exists()


def test_the_same_form_sent_twice_is_one_draft(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    form = typed(nora, draft="1", once="a-draft")
    first, second = (hers.post(writing(task, ana), form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Handoff.objects.count() == 1
    other = hers.post(writing(task, ana), form | {"hours": "2"})
    assert other.status_code == 422
    assert "This form was sent before." in text_of(other)
