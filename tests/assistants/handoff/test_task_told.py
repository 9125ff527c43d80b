"""What the owner says of a task, where it is used: in the plan, and in a hand-off that is being written."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from assistants.models import Assistant, Handoff
from assistants.plan import plan_inputs, plans
from assistants.plan.left_out import LeftOut
from tasks import briefs, clock
from tasks.models import Owner, Task
from tests.assistants import world
from tests.assistants.handoff.test_write_views import typed, writing
from tests.factories import NOW, TODAY, a_draft, a_task, an_accepted_offer, an_assistant

pytestmark = pytest.mark.django_db


def plan_of(owner: Owner) -> plans.OwnersPlan:
    return world.plan_of(owner, TODAY)


@pytest.fixture
def task(nora: Owner) -> Task:
    return a_task(owner=nora, name="Record keeping", excel=3)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, rate=0, hours=40)


# --- In the plan -------------------------------------------------------------
@pytest.mark.parametrize("reason", ["My clients want my voice", "My clients want my voice."])
def test_what_must_stay_is_left_out_for_the_owners_reason(
    nora: Owner, task: Task, ana: Assistant, reason: str
) -> None:
    assert [each.task for each in plan_of(nora).proposals] == [task]
    Task.objects.update(only_me=True, only_me_reason=reason)
    plan = plan_of(nora)
    assert plan.proposals == []
    assert plan.left_out == [
        LeftOut("Record keeping", "Only you can do this: My clients want my voice.", task, "only_me")
    ]


def test_the_plan_page_says_why_it_stays(hers: Client, nora: Owner, ana: Assistant) -> None:
    a_task(owner=nora, only_me=True, only_me_reason="<b>Mine")
    page = hers.get(reverse("assistants:plan")).content.decode()
    assert "Only you can do this: &lt;b&gt;Mine." in page


def test_what_must_stay_and_is_with_someone_already_stays_there(nora: Owner, task: Task) -> None:
    offer = an_accepted_offer(owner=nora, task=task)
    Task.objects.update(only_me=True, only_me_reason="Mine")
    plan = plan_of(nora)
    assert (plan.proposals, plan.live, plan.left_out) == ([], [offer.handoff], [])


@pytest.mark.parametrize(("percent", "permille"), [(0, 0), (20, 14), (100, 55), (-90, -162), (500, 148)])
def test_growth_a_year_is_growth_in_four_weeks_to_the_matcher(nora: Owner, percent: int, permille: int) -> None:
    a_task(owner=nora, growth=percent)
    (task,) = plan_inputs.instance(plan_inputs.gather(nora, TODAY), None).tasks
    assert task.growth_permille == permille


# --- In a hand-off -----------------------------------------------------------
def brief_of(client: Client, url: str) -> str:
    form = client.get(url).context["form"]
    return str(form["brief"].value() or "")


def test_a_new_hand_off_begins_with_the_latest_brief(hers: Client, task: Task, ana: Assistant) -> None:
    assert brief_of(hers, writing(task, ana)) == ""
    briefs.write(task, steps="Sort.", now=NOW)
    briefs.write(task, steps="Sort by date.", limits="You pay anyone.", now=NOW)
    assert brief_of(hers, writing(task, ana)) == "Sort by date.\n\nAsk me before\nYou pay anyone."


def test_a_draft_keeps_its_own_words(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    draft = a_draft(owner=nora, task=task, assistant=ana, brief="My own words.")
    briefs.write(task, steps="Sort.", now=NOW)
    assert brief_of(hers, reverse("assistants:handoff_draft", args=[draft.pk])) == "My own words."


def test_what_was_handed_off_stays_as_it_was_when_the_brief_changes(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    briefs.write(task, steps="Sort.", now=clock.now())
    sent = typed(nora, brief=brief_of(hers, writing(task, ana)), send="1")
    assert hers.post(writing(task, ana), sent).status_code == 302
    briefs.write(task, steps="Burn it.", now=clock.now())
    assert Handoff.objects.get().brief == "Sort."


def test_the_longest_brief_of_a_task_fits_into_a_hand_off(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    most = {"steps": 4000, "links": 1000, "done": 1000, "limits": 1000}
    address = reverse("tasks:task", args=[task.pk])
    assert (
        hers.post(address, {"name": "Post"} | {name: "x" * length for name, length in most.items()}).status_code
        == 302
    )
    sent = typed(nora, brief=brief_of(hers, writing(task, ana)), send="1")
    assert len(sent["brief"]) > 7000
    assert hers.post(writing(task, ana), sent).status_code == 302
