"""What the owner wants of the plan: it is done where it can be, told, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from assistants import matching
from assistants.handoff import replies
from assistants.models import Assistant, Handoff, Offer, Wish
from assistants.plan import plan_inputs, wishes
from assistants.roster import people
from tasks.models import Owner, Task
from tests.assistants import world
from tests.assistants.world import Browser, dump, race, text_of
from tests.factories import NOW, TODAY, a_skill, a_task, an_accepted_offer, an_assistant, an_offer
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(weeks=4)


@pytest.fixture
def task(nora: Owner) -> Task:
    return a_task(owner=nora, name="Record keeping", loathe=5, excel=3)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, rate=18, hours=40)


@pytest.fixture
def joan(nora: Owner) -> Assistant:
    """Dearer than Ana, and no quicker."""
    return an_assistant(owner=nora, name="Joan Whitfield", rate=26, hours=40)


def pairs(owner: Owner, day: date = TODAY) -> list[tuple[str, str]]:
    plan = world.plan_of(owner, day)
    return [(each.task.name, each.assistant.first_name) for each in plan.proposals]


def why(owner: Owner) -> dict[str, str]:
    return {each.what: each.why for each in world.plan_of(owner, TODAY).left_out}


# --- What the plan does with it -----------------------------------------------------
def test_a_pin_gives_the_task_to_that_person_though_another_would_be_better(
    nora: Owner, task: Task, ana: Assistant, joan: Assistant
) -> None:
    assert pairs(nora) == [("Record keeping", "Ana")]
    wishes.pin(nora, task, joan, TODAY)
    assert pairs(nora) == [("Record keeping", "Joan")]
    (proposal,) = world.plan_of(nora, TODAY).proposals
    assert proposal.reasons[0] == "You want it so."
    wishes.pin(nora, task, ana, TODAY)
    assert pairs(nora) == [("Record keeping", "Ana")]
    assert nora.wishes.count() == 1


def test_a_task_to_keep_goes_only_when_the_owner_says_to_whom(nora: Owner, ana: Assistant) -> None:
    sales = a_task(owner=nora, name="Sales", loathe=2, excel=4)
    assert pairs(nora) == []
    wishes.pin(nora, sales, ana, TODAY)
    assert pairs(nora) == [("Sales", "Ana")]


def test_who_is_never_to_have_it_does_not_get_it(nora: Owner, task: Task, ana: Assistant, joan: Assistant) -> None:
    wishes.never(nora, task, ana, TODAY)
    assert pairs(nora) == [("Record keeping", "Joan")]
    wishes.never(nora, task, joan, TODAY)
    assert pairs(nora) == []


def test_who_is_preferred_has_it_where_that_costs_nothing(nora: Owner, task: Task, ana: Assistant) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor", rate=18, hours=40)
    for person in (ben, ana):
        nora.wishes.all().delete()
        wishes.prefer(nora, task, person, TODAY)
        assert pairs(nora) == [("Record keeping", person.first_name)]
    Assistant.objects.filter(pk=ana.pk).update(rate=19)
    assert pairs(nora) == [("Record keeping", "Ben")]


def test_not_now_leaves_the_task_out_for_four_weeks_and_says_until_when(
    nora: Owner, task: Task, ana: Assistant
) -> None:
    wishes.later(nora, task, TODAY)
    assert pairs(nora) == []
    assert why(nora) == {"Record keeping": "Not now, you said. The plan asks again on 12 November."}
    assert pairs(nora, LATER - timedelta(days=1)) == []
    assert pairs(nora, LATER) == [("Record keeping", "Ana")]


def test_the_last_word_counts(nora: Owner, task: Task, ana: Assistant) -> None:
    wishes.pin(nora, task, ana, TODAY)
    wishes.later(nora, task, TODAY)
    assert pairs(nora) == []
    wishes.pin(nora, task, ana, TODAY)
    assert pairs(nora) == [("Record keeping", "Ana")]
    wishes.never(nora, task, ana, TODAY)
    assert pairs(nora) == []
    assert nora.wishes.count() == 1


def test_a_pin_asks_somebody_again_who_said_no(nora: Owner, task: Task, ana: Assistant) -> None:
    offer = an_offer(owner=nora, task=task, assistant=ana)
    replies.decline(offer, reason="time", now=NOW)
    assert pairs(nora) == []
    wishes.pin(nora, task, ana, TODAY)
    assert pairs(nora) == [("Record keeping", "Ana")]


@pytest.mark.parametrize("gone", ["paused", "retired", "only_me", "unscored", "running"])
def test_a_pin_that_cannot_be_any_more_is_let_be(nora: Owner, task: Task, ana: Assistant, gone: str) -> None:
    wishes.pin(nora, task, ana, TODAY)
    if gone == "paused":
        people.pause(ana, TODAY)
    elif gone == "running":
        an_accepted_offer(owner=nora, task=task, assistant=ana)
    else:
        changes: dict[str, dict[str, Any]] = {
            "retired": {"retired_on": TODAY},
            "only_me": {"only_me": True, "only_me_reason": "Mine"},
            "unscored": {"loathe": None, "excel": None},
        }
        Task.objects.update(**changes[gone])
    assert pairs(nora) == []


@pytest.mark.parametrize("say", [wishes.pin, wishes.prefer, wishes.never])
@pytest.mark.parametrize("gone", ["task", "person"])
def test_a_wish_for_what_is_gone_makes_no_trouble(
    nora: Owner, task: Task, ana: Assistant, say: Callable[[Owner, Task, Assistant, date], None], gone: str
) -> None:
    say(nora, task, ana, TODAY)
    if gone == "task":
        Task.objects.update(retired_on=TODAY)
    else:
        people.pause(ana, TODAY)
    asked = plan_inputs.instance(plan_inputs.gather(nora, TODAY), None)
    assert matching.Instance.read(asked.json()) == asked


def test_the_database_holds_one_wish_for_a_pair_and_an_end_for_not_now_alone(
    nora: Owner, task: Task, ana: Assistant
) -> None:
    def refused(**fields: object) -> bool:
        try:
            with transaction.atomic():
                Wish.objects.create(owner=nora, task=task, made_on=TODAY, **fields)
        except IntegrityError:
            return True
        return False

    assert refused(kind="pin")
    assert refused(kind="later")
    assert refused(kind="never", assistant=ana, until=LATER)
    assert not refused(kind="never", assistant=ana)
    assert refused(kind="pin", assistant=ana)
    assert not refused(kind="pin", assistant=an_assistant(owner=nora, name="Ben Okafor"))
    assert refused(kind="pin", assistant=an_assistant(owner=nora, name="Leo Marsh"))
    assert not refused(kind="later", until=LATER)
    assert refused(kind="later", until=LATER)


# --- The pages ----------------------------------------------------------------------
def wish(task: Task) -> str:
    return f"/plan/tasks/{task.pk}/wish/"


def test_not_now_is_one_press_on_the_plan_and_can_be_taken_back(hers: Client, nora: Owner, task: Task) -> None:
    ana = an_assistant(owner=nora, hours=40)
    with standing_at(NOW):
        assert "Give record keeping to Ana" in text_of(hers.get("/plan/"))
        page = text_of(hers.post(wish(task), {"say": "later"}, follow=True))
        assert "Not now. The plan asks about record keeping again on 12 November." in page
        assert "Give record keeping to Ana" not in page
        assert "Not now, until 12 November." in page
        said = nora.wishes.get()
        page = text_of(hers.post(f"/plan/wishes/{said.pk}/forget/", follow=True))
    assert "The plan decides again." in page
    assert f"Give record keeping to {ana.first_name}" in page


def test_the_page_of_a_task_says_why_each_person_or_why_not(hers: Client, nora: Owner, task: Task) -> None:
    books = a_skill(owner=nora)
    task.skill_levels.create(skill=books, level=3)
    an_assistant(owner=nora, rate=18, hours=40, skill=books)
    joan = an_assistant(owner=nora, name="Joan Whitfield", rate=26, hours=40, skill=books)
    an_assistant(owner=nora, name="Ben Okafor", hours=40)
    an_assistant(owner=nora, name="Cleo Marsh", hours=40, skill=books, level=2)
    paused = an_assistant(owner=nora, name="Tomasz Zielinski", hours=40, skill=books)
    people.pause(paused, TODAY)
    page = text_of(hers.get(f"/plan/tasks/{task.pk}/"))
    assert "Ana has it in this plan. You loathe it (5) and don’t excel at it (3). Ana is an expert in" in page
    assert "Joan could do it too, but the whole plan would be" in page
    assert "You have not said that Ben is good at bookkeeping." in page
    assert "Cleo is fair at bookkeeping, not good at it." in page
    assert "Give it to Tomasz" not in page
    page = text_of(hers.post(wish(task), {"say": "pin", "to": joan.pk}, follow=True))
    assert "Joan gets record keeping in your plan." in page
    assert "Give record keeping to Joan" in page
    page = text_of(hers.get(f"/plan/tasks/{task.pk}/"))
    assert "Joan has it in this plan. You want it so. Joan is an expert in bookkeeping, at $26 an hour." in page
    assert "You want Joan to have it." in page
    page = text_of(hers.post(wish(task), {"say": "never", "to": joan.pk}, follow=True))
    assert "Joan does not get record keeping in your plan." in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("declined", "Ana said no in the last eight weeks."),
        ("released", "Ana took the acceptance back in the last eight weeks."),
    ],
)
def test_a_task_is_left_out_for_the_reason_of_who_could_take_it(
    hers: Client, nora: Owner, task: Task, state: str, said: str
) -> None:
    books = a_skill(owner=nora)
    task.skill_levels.create(skill=books, level=3)
    an_assistant(owner=nora, name="Ben Okafor", hours=40)
    offer = an_offer(owner=nora, task=task, assistant=an_assistant(owner=nora, hours=40, skill=books))
    Offer.objects.filter(pk=offer.pk).update(state=state, answered_at=NOW)
    Handoff.objects.update(state="lapsed")
    assert why(nora) == {"Record keeping": said}
    with standing_at(NOW):
        assert said in text_of(hers.get(f"/plan/tasks/{task.pk}/"))


def test_a_task_is_left_out_since_the_owner_said_never_to_who_could_take_it(
    nora: Owner, task: Task, ana: Assistant, joan: Assistant
) -> None:
    wishes.never(nora, task, ana, TODAY)
    wishes.never(nora, task, joan, TODAY)
    assert why(nora)["Record keeping"].startswith("Whoever could is paused, wants no mail, said no")
    people.pause(joan, TODAY)
    joan.delete()
    assert why(nora) == {"Record keeping": "Never Ana, you said."}


def test_a_task_with_nobody_to_take_it_names_the_smallest_change(hers: Client, nora: Owner, task: Task) -> None:
    an_assistant(owner=nora, rate=18, hours=3)
    page = text_of(hers.get(f"/plan/tasks/{task.pk}/"))
    assert "2 h more a week from Ana would let Ana take all of it." in page


@pytest.mark.parametrize("said", [{}, {"say": "please"}, {"say": "\x00"}, {"say": "pin"}, {"say": "never", "to": ""}])
def test_what_cannot_be_wished_is_said_so_and_nothing_is_kept(
    hers: Client, nora: Owner, task: Task, said: dict[str, str]
) -> None:
    assert "Choose what the plan should do." in text_of(hers.post(wish(task), said, follow=True))
    assert not nora.wishes.exists()


def test_a_task_that_is_with_someone_leads_to_its_hand_off_and_takes_no_wish(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    offer = an_accepted_offer(owner=nora, task=task, assistant=ana)
    page = text_of(hers.get(f"/plan/tasks/{task.pk}/"))
    assert "It is with someone already, or on its way." in page
    assert f'href="/hand-offs/{offer.handoff.pk}/"' in page
    assert "Give it to" not in page
    page = text_of(hers.post(wish(task), {"say": "never", "to": ana.pk}, follow=True))
    assert "Record keeping is with someone already, or on its way. Change that hand-off first." in page
    assert not nora.wishes.exists()


@pytest.mark.parametrize("to", ["x", "0", "99999999999999999999", "-1"])
def test_a_wish_for_nobody_is_not_found(hers: Client, task: Task, to: str) -> None:
    assert hers.post(wish(task), {"say": "pin", "to": to}).status_code == 404


def test_what_is_another_owners_is_not_found(
    bea: Owner, nora: Owner, task: Task, ana: Assistant, browser_of: Browser
) -> None:
    theirs = a_task(owner=bea)
    wishes.later(nora, task, TODAY)
    hers, before = browser_of(bea), dump()
    asked = [
        hers.get(f"/plan/tasks/{task.pk}/"),
        hers.post(wish(task), {"say": "later"}),
        hers.post(wish(theirs), {"say": "pin", "to": ana.pk}),
        hers.post(f"/plan/wishes/{nora.wishes.get().pk}/forget/"),
    ]
    assert [answer.status_code for answer in asked] == [404] * 4
    assert dump() == before


def test_wishes_are_posted(hers: Client, task: Task) -> None:
    assert hers.get(wish(task)).status_code == 405
    assert hers.get("/plan/wishes/1/forget/").status_code == 405


def test_with_a_pin_the_money_still_adds_up(nora: Owner, task: Task, ana: Assistant, joan: Assistant) -> None:
    wishes.pin(nora, task, joan, TODAY)
    plan = world.plan_of(nora, TODAY, Decimal(500))
    assert plan.costs == sum(each.costs for each in plan.proposals) == Decimal(130)


# --- How much at a time -------------------------------------------------------------
LIMITS = "/plan/limits/"


def test_the_plan_proposes_no_more_than_the_owner_takes_on(hers: Client, nora: Owner, task: Task) -> None:
    a_task(owner=nora, name="Email", loathe=5, excel=3, hours=2)
    an_assistant(owner=nora, hours=40)
    assert "Hand off these two" in text_of(hers.get("/plan/"))
    page = text_of(hers.post(LIMITS, {"most_new": "1", "brief": ""}, follow=True))
    assert "The plan keeps to that." in page
    assert "Hand off this one" in page
    assert "You take on no more new hand-offs at a time." in page
    assert 'value="1"' in text_of(hers.get(LIMITS))
    page = text_of(hers.post(LIMITS, {"most_new": "", "brief": "0:30"}, follow=True))
    assert "You have no time left to brief." in page
    assert 'value="0.5"' in text_of(hers.get(LIMITS))
    assert "Hand off these two" in text_of(hers.post(LIMITS, {"most_new": "", "brief": ""}, follow=True))


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"most_new": "0"}, "Write 1 to 20."),
        ({"most_new": "21"}, "Write 1 to 20."),
        ({"brief": "much"}, "Write hours such as 5, 7.5 or 7:30, at most 40."),
        ({"brief": "0"}, "Write more than zero hours."),
    ],
)
def test_a_limit_that_cannot_be_is_said_at_its_field(
    hers: Client, nora: Owner, typed: dict[str, str], error: str
) -> None:
    answer = hers.post(LIMITS, typed)
    assert (answer.status_code, error in text_of(answer)) == (422, True)
    nora.refresh_from_db()
    assert (nora.most_new, nora.most_brief_minutes) == (None, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
def test_what_is_said_in_two_tabs_at_once_never_contradicts_itself(nora: Owner, task: Task, ana: Assistant) -> None:
    joan = an_assistant(owner=nora, name="Joan Whitfield", rate=26, hours=40)
    for _ in range(10):
        nora.wishes.all().delete()
        ended = race(
            [
                partial(wishes.pin, nora, task, ana, TODAY),
                partial(wishes.pin, nora, task, joan, TODAY),
                partial(wishes.later, nora, task, TODAY),
            ]
        )
        assert ended == [None] * 3
        kinds = sorted(nora.wishes.values_list("kind", flat=True))
        assert kinds in (["pin"], ["later"])
        asked = plan_inputs.instance(plan_inputs.gather(nora, TODAY), None)
        assert matching.Instance.read(asked.json()) == asked
