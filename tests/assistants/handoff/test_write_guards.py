"""What is asked before a hand-off is sent: a yes to what is most likely a slip, and what to do if it cannot be."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assistants.handoff.forms import last_reply_day
from assistants.handoff.suggestions import Other, Suggestion
from assistants.models import Assistant, Handoff, NeverMail
from assistants.roster import people
from tasks import clock, dates
from tasks.models import Owner, Task
from tests.assistants.handoff.test_write_views import page_of, today, typed, writing
from tests.assistants.world import text_of
from tests.factories import a_draft, a_task, an_assistant, an_offer
from tests.tasks.clocks import standing_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]


@pytest.fixture
def task(nora: Owner) -> Task:
    """It takes an assistant as long as it takes her, five hours a week."""
    return a_task(owner=nora, name="Record keeping", excel=3)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, name="Ana Reyes", rate=18, hours=8)


def given_to_ben(owner: Owner, task: Task, share: int) -> Handoff:
    """Ben was asked for that share of the task."""
    ben = an_assistant(owner=owner, name="Ben Okafor")
    offer = an_offer(owner=owner, task=task, assistant=ben, now=clock.now())
    offer.terms.share = share
    offer.terms.save()
    return offer.handoff


# --- More than all of it -------------------------------------------------------
@pytest.mark.parametrize(
    ("theirs", "share", "who"),
    [(100, "100", "Ben is asked for all of it"), (60, "50", "Ben is asked for 60 % of it")],
)
def test_more_than_all_of_a_task_goes_only_with_an_explicit_yes_that_names_who_has_it(
    hers: Client, nora: Owner, task: Task, ana: Assistant, theirs: int, share: str, who: str
) -> None:
    given_to_ben(nora, task, theirs)
    form = typed(nora, send="1", share=share)
    response = hers.post(writing(task, ana), form)
    page = text_of(response)
    assert response.status_code == 422
    assert f"{who} already. Write a smaller share, or tick it" in page
    assert "Yes, to Ana as well" in page
    assert f"{who} already; together that is {theirs + int(share)} %." in page
    assert not Handoff.objects.filter(assistant=ana).exists()
    assert hers.post(writing(task, ana), form | {"is_more": "on"}).status_code == 302
    assert Handoff.objects.get(assistant=ana).state == "offering"


def test_all_of_a_task_in_parts_goes_without_a_word_and_a_draft_of_more_does(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    given_to_ben(nora, task, 60)
    assert hers.post(writing(task, ana), typed(nora, share="41", draft="1")).status_code == 302
    assert hers.post(writing(task, ana), typed(nora, share="40", send="1")).status_code == 302


# --- Whom it goes to -----------------------------------------------------------
def test_all_at_once_with_nobody_else_chosen_is_not_sent_and_is_kept_as_a_draft(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor", rate=20, hours=8)
    form = typed(nora, if_not="all")
    response = hers.post(writing(task, ana), form | {"send": "1"})
    assert response.status_code == 422
    assert "Choose who else is asked, or choose to be told." in text_of(response)
    assert hers.post(writing(task, ana), form | {"draft": "1"}).status_code == 302
    draft = Handoff.objects.get()
    assert draft.state == "draft"
    assert hers.post(page_of(draft, "draft"), form | {"send": "1", "others": [str(ben.pk)]}).status_code == 302
    assert draft.offers.count() == 2


# --- What keeps it from being sent ---------------------------------------------
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("retired", "is off your list of tasks."),
        ("paused", "Ana is paused."),
        ("erased", "Their data was erased"),
        ("stopped", "Ana asked for no more mail about hand-offs."),
    ],
)
def test_a_draft_that_cannot_be_sent_says_what_to_do_and_keeps_what_was_typed(
    hers: Client, nora: Owner, task: Task, ana: Assistant, what: str, said: str
) -> None:
    draft = a_draft(owner=nora, task=task, assistant=ana, now=clock.now())
    match what:
        case "retired":
            Task.objects.filter(pk=task.pk).update(retired_on=today(nora))
        case "paused":
            people.pause(ana, today(nora))
        case "erased":
            Assistant.objects.filter(pk=ana.pk).update(erased_at=clock.now(), paused_on=today(nora))
        case "stopped":
            NeverMail.objects.create(email=ana.email.upper(), asked_at=clock.now())
    assert said in text_of(hers.get(page_of(draft, "draft")))
    response = hers.post(page_of(draft, "draft"), typed(nora, brief="Typed with care.", send="1"))
    page = text_of(response)
    assert response.status_code == 422
    assert page.index('id="problem"') < page.index(said)
    assert "Typed with care." in page
    assert (Handoff.objects.get().state, Handoff.objects.get().offers.count()) == ("draft", 0)
    assert hers.post(page_of(draft, "draft"), typed(nora, draft="1")).status_code == 302


def test_what_is_typed_is_kept_though_the_person_was_paused_or_the_task_taken_off_meanwhile(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    people.pause(ana, today(nora))
    Task.objects.filter(pk=task.pk).update(retired_on=today(nora))
    response = hers.post(writing(task, ana), typed(nora, brief="Typed with care.", send="1"))
    assert response.status_code == 422
    assert "Typed with care." in text_of(response)


def test_who_stopped_all_mail_cannot_be_chosen_and_the_page_says_who_and_why(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor")
    NeverMail.objects.create(email=ben.email, asked_at=clock.now())
    page = text_of(hers.get(reverse("assistants:handoff_new")))
    assert ">Ana Reyes</option>" in page
    assert ">Ben Okafor</option>" not in page
    assert "Not in this list: Ben Okafor, who asked for no more mail about hand-offs." in page
    assert hers.get(writing(task, ben)).status_code == 422


# --- What the others are asked for ---------------------------------------------
def test_who_stands_in_is_asked_for_what_was_typed_at_their_own_pace_and_the_list_says_so(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    cleo = an_assistant(owner=nora, name="Cleo", rate=12)
    assert "5 h a week at $12 an hour" in text_of(hers.get(writing(task, ana)))
    form = typed(nora, hours="3", share="60", if_not="next") | {"others": [str(cleo.pk)]}
    preview = text_of(hers.post(writing(task, ana), form | {"preview": "1"}))
    assert f'<span id="asked{cleo.pk}" hx-swap-oob="true">3 h a week at $12 an hour</span>' in preview
    hers.post(writing(task, ana), form | {"send": "1"})
    (stand_in,) = Handoff.objects.get().stand_ins.all()
    assert (stand_in.weekly_minutes, stand_in.rate) == (180, Decimal(12))


@given(st.integers(1, 2400), st.integers(1, 2400), st.integers(1, 2400), st.integers(0, 2400))
def test_what_another_is_asked_for_grows_with_what_was_typed_and_with_their_pace(
    first: int, theirs: int, minutes: int, more: int
) -> None:
    def quarters(exact: float) -> int:
        return -(-int(exact) // 15) * 15 if exact == int(exact) else -(-(int(exact) + 1) // 15) * 15

    proposal = Suggestion(
        task_minutes=first,
        minutes=first,
        free_minutes=first,
        hour_value=Decimal(80),
        others=[],
        held=[],
        _whole=quarters(first),
        _pace=first,
    )
    other = Other(Assistant(), quarters(theirs), 1, theirs, 10**9)
    asked = proposal.minutes_of(other, minutes)
    assert asked % 15 == 0
    assert asked <= proposal.minutes_of(other, minutes + more)
    exact = minutes * theirs / first
    # The hours as worked out were rounded up once already, and are not again.
    assert exact - 15 * max(1, theirs / first) <= asked < exact + 16


# --- Passwords -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("secrets", "order"),
    [
        (["brief"], ["brief", "is_no_secret", "how_to"]),
        (["how_to"], ["brief", "how_to", "is_no_secret"]),
        (["brief", "how_to"], ["brief", "how_to", "is_no_secret"]),
    ],
)
def test_the_yes_to_a_password_stands_at_the_box_that_seems_to_hold_it(
    hers: Client, nora: Owner, task: Task, ana: Assistant, secrets: list[str], order: list[str]
) -> None:
    response = hers.post(writing(task, ana), typed(nora, send="1") | dict.fromkeys(secrets, "Password: hunter2"))
    page = text_of(response)
    places = [page.index(f'id="div_id_{name}"') for name in order]
    assert places == sorted(places)
    both = "They are no passwords. Send both as they stand."
    assert (both in page) == (len(secrets) == 2)


# --- Start and reply ---------------------------------------------------------------
def at(owner: Owner, hour: int) -> datetime:
    return datetime.combine(today(owner), time(hour), owner.zone)


def test_a_reply_date_that_nobody_chose_makes_way_for_an_early_start(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    monday = today(nora) + timedelta(days=7 - today(nora).weekday())
    for hour, days, evening in ((10, 0, 0), (10, 1, 0), (16, 1, 1), (16, 2, 2)):
        with standing_at(datetime.combine(monday, time(hour), nora.zone)):
            default = str(last_reply_day(nora, clock.now()))
            start = today(nora) + timedelta(days=days)
            form = typed(nora, starts_on=str(start), reply_by=default, send="1")
            assert hers.post(writing(task, ana), form).status_code == 302
            handoff = Handoff.objects.get()
            replies_on = today(nora) + timedelta(days=evening)
            assert handoff.reply_by == datetime.combine(replies_on, time(18), nora.zone), (hour, days)
            handoff.delete()


def test_nobody_has_to_reply_on_a_day_on_which_the_owner_does_not_work(nora: Owner) -> None:
    found = {now: last_reply_day(nora, datetime(2026, 10, now, 20, tzinfo=nora.zone)).day for now in range(12, 19)}
    # From Monday on at eight in the evening: three days later, and over the weekend on Monday.
    assert found == {12: 15, 13: 16, 14: 19, 15: 19, 16: 19, 17: 20, 18: 21}
    Owner.objects.filter(pk=nora.pk).update(work_days="7")
    assert last_reply_day(Owner.objects.get(), datetime(2026, 10, 12, 20, tzinfo=nora.zone)).day == 18


def test_a_reply_date_that_was_chosen_stays_and_the_error_says_what_to_write(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    start = today(nora) + timedelta(days=10)
    form = typed(nora, starts_on=str(start), reply_by=str(start + timedelta(days=1)), send="1")
    page = text_of(hers.post(writing(task, ana), form))
    assert f"It starts on {dates.full(start)}. Take that day or one before it, or start later." in page


def test_a_start_that_leaves_no_time_to_reply_is_what_has_to_change(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    with standing_at(at(nora, 19)):
        day = today(nora)
        default = str(last_reply_day(nora, clock.now()))
        page = text_of(hers.post(writing(task, ana), typed(nora, starts_on=str(day), reply_by=default, send="1")))
    assert f"No time to reply is left by {dates.full(day)}. Take a later day." in page
    assert 'id="id_starts_on_error"' in page


# --- The trial -------------------------------------------------------------------
def test_the_end_of_a_trial_is_no_matter_where_there_is_no_trial(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    form = typed(nora, stage="full", trial_ends_on="soon", send="1")
    assert hers.post(writing(task, ana), form).status_code == 302
    assert Handoff.objects.get().trial_ends_on is None
    assert 'class="by-stage"' in text_of(hers.get(writing(a_task(owner=nora), ana)))


# --- The preview -------------------------------------------------------------------
def test_the_preview_shows_what_was_typed_where_it_can_be_read_else_a_dash(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    start = date(2026, 1, 5)  # over, but a day
    form = typed(nora, hours="20", rate="x", starts_on=str(start), brief="", send="1")
    response = hers.post(writing(task, ana), form)
    page = text_of(response)
    assert response.status_code == 422
    assert f"20 h a week at – an hour, from {dates.full(start)}." in page
    assert "Costs, a week</dt><dd>–</dd>" in page
    assert "<dt>Frees, a week</dt><dd>$400<small>5 h of yours</small></dd>" in page
    page = text_of(hers.post(writing(task, ana), typed(nora, hours="20", rate="10", send="1")))
    assert "Costs, a week</dt><dd>$200</dd>" in page
