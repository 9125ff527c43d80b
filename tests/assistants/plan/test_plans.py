"""The plan from rows: what is proposed and to whom, what running work takes, and why the rest is left out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistants.handoff import agreed, handoffs, suggestions
from assistants.matching import Reason
from assistants.models import Assistant, Handoff
from assistants.plan import plan_inputs, plans, wishes
from assistants.plan.left_out import Speaker
from assistants.roster import people
from tasks.models import BestHour, Owner, Skill, Task
from tests.assistants import world
from tests.assistants.world import dump
from tests.factories import (
    NOW,
    TODAY,
    a_draft,
    a_skill,
    a_task,
    an_accepted_offer,
    an_assistant,
    an_entry,
    an_offer,
    the_best_work,
)

pytestmark = pytest.mark.django_db
# Loathed, and she takes as long for it as anyone: five hours a week of hers are five of theirs.
EVEN = 3


def plan_of(owner: Owner, budget: int | None = None) -> plans.OwnersPlan:
    return world.plan_of(owner, TODAY, None if budget is None else Decimal(budget))


def a_loathed_task(owner: Owner, name: str = "Record keeping", *, hours: int = 1, skill: Skill | None = None) -> Task:
    return a_task(owner=owner, name=name, loathe=5, excel=EVEN, hours=hours, skill=skill)


def pairs(plan: plans.OwnersPlan) -> list[tuple[Task, Assistant]]:
    return [(each.task, each.assistant) for each in plan.proposals]


def why(plan: plans.OwnersPlan) -> dict[str, str]:
    return {each.what: each.why for each in plan.left_out}


# --- What is proposed --------------------------------------------------------
def test_a_loathed_task_goes_to_who_can_do_it_for_what_it_costs_and_frees(nora: Owner) -> None:
    books = a_skill(owner=nora, name="Bookkeeping")
    task = a_loathed_task(nora, skill=books)
    ana = an_assistant(owner=nora, rate=18, hours=8, skill=books, level=4)
    an_assistant(owner=nora, name="Ben Okafor", rate=1, hours=40)
    (proposal,) = plan_of(nora).proposals
    assert (proposal.task, proposal.assistant) == (task, ana)
    assert (proposal.task_minutes, proposal.owner_minutes, proposal.is_whole) == (300, 300, True)
    # Level 4 works at 100 where the owner works at 80.
    assert (proposal.minutes, proposal.free_minutes) == (240, 480)
    assert (proposal.frees, proposal.costs) == (Decimal(400), Decimal(72))
    assert proposal.draft is None
    assert proposal.reasons == [
        "You loathe it (5) and don’t excel at it (3).",
        "Ana is strong in bookkeeping, at $18 an hour.",
        "After the pay you are $328 a week ahead.",
    ]


def test_the_lines_of_a_proposal_add_up_to_what_is_ahead(nora: Owner) -> None:
    a_loathed_task(nora)
    an_assistant(owner=nora, rate=17)
    (proposal,) = plan_of(nora).proposals
    assert all(amount for _, amount in proposal.lines)
    assert abs(sum(amount for _, amount in proposal.lines) - proposal.ahead) <= Decimal("0.5")
    shown = dict(proposal.lines)
    assert (shown["Time back"], shown["Ana’s pay"]) == (Decimal(400), Decimal(-85))


def test_the_most_worthwhile_comes_first_and_sums_count_what_is_running(nora: Owner) -> None:
    running = an_accepted_offer(owner=nora, task=a_loathed_task(nora, "Running"))
    small, large = a_loathed_task(nora, "Small", hours=1), a_loathed_task(nora, "Large", hours=2)
    ben = an_assistant(owner=nora, name="Ben Okafor", hours=40)
    plan = plan_of(nora)
    assert pairs(plan) == [(large, ben), (small, ben)]
    assert plan.live == [running.handoff]
    assert plan.won_minutes == 300 + 300 + 600
    assert plan.costs == 90 + sum(each.costs for each in plan.proposals)
    assert plan.frees == 400 + sum(each.frees for each in plan.proposals) == 400 + 400 + 800
    assert plan.is_proven
    assert plan.gap == 0


def test_a_task_is_given_in_part_when_there_is_no_time_for_all_of_it(nora: Owner) -> None:
    a_loathed_task(nora)
    an_assistant(owner=nora, hours=3)
    (proposal,) = plan_of(nora).proposals
    assert (proposal.owner_minutes, proposal.minutes, proposal.is_whole) == (180, 180, False)
    assert proposal.reasons[-1] == "After the pay you are $186 a week ahead. You keep the other 2 h."


def test_what_is_logged_counts_more_than_the_estimate(nora: Owner) -> None:
    task = a_loathed_task(nora)
    an_assistant(owner=nora, hours=40)
    for week in range(1, 9):
        an_entry(task=task, day=TODAY - timedelta(weeks=week), seconds=2 * 3600)
    (proposal,) = plan_of(nora).proposals
    assert proposal.task_minutes == (2 * 300 + 8 * 120) // 10


def test_a_draft_for_what_is_proposed_is_found_again(nora: Owner) -> None:
    task, ana = a_loathed_task(nora), an_assistant(owner=nora)
    draft = a_draft(owner=nora, task=task, assistant=ana)
    (proposal,) = plan_of(nora).proposals
    assert proposal.draft == draft.pk


def test_planning_changes_nothing(nora: Owner) -> None:
    an_accepted_offer(owner=nora)
    a_loathed_task(nora, "Another")
    before = dump()
    assert plan_of(nora, 135).proposals
    assert dump() == before


def test_no_row_of_another_owner_is_in_the_plan(nora: Owner, bea: Owner) -> None:
    an_offer(owner=bea)
    a_loathed_task(bea, "Theirs")
    an_assistant(owner=bea, name="Bo")
    plan = plan_of(nora)
    assert (plan.proposals, plan.live, plan.left_out, plan.unscored) == ([], [], [], [])
    assert not plan.has_tasks
    assert not plan.has_roster


# --- What is not proposed ----------------------------------------------------
@pytest.mark.parametrize(("loathe", "excel"), [(1, 4), (2, 4), (1, 5), (2, 5)])
def test_what_the_owner_should_keep_is_kept(nora: Owner, loathe: int, excel: int) -> None:
    a_task(owner=nora, name="Clients", loathe=loathe, excel=excel)
    an_assistant(owner=nora, rate=0, hours=40)
    plan = plan_of(nora)
    assert plan.proposals == []
    assert why(plan)["Clients"].startswith(f"Keep it. You excel at it ({excel}) and don’t mind it ({loathe}).")
    assert " Keeping it costs you about $" in why(plan)["Clients"]


def test_best_work_retired_and_unscored_tasks_are_never_proposed(nora: Owner) -> None:
    the_best_work(owner=nora)
    retired = a_loathed_task(nora, "Retired")
    Task.objects.filter(pk=retired.pk).update(retired_on=TODAY)
    unscored = a_task(owner=nora, name="Unscored", loathe=None, excel=None)
    an_assistant(owner=nora, rate=0, hours=40)
    plan = plan_of(nora)
    assert (plan.proposals, plan.left_out, plan.unscored) == ([], [], [unscored])


def test_a_paused_person_is_left_out_and_what_they_have_goes_on(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    a_loathed_task(nora, "Another")
    people.pause(offer.assistant, TODAY)
    plan = plan_of(nora)
    assert plan.proposals == []
    assert plan.live == [offer.handoff]
    assert "paused" in why(plan)["Another"]
    people.resume(offer.assistant)
    assert [each.task.name for each in plan_of(nora).proposals] == ["Another"]


def test_what_someone_has_already_is_neither_proposed_nor_left_out(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    an_assistant(owner=nora, name="Ben Okafor", hours=40)
    plan = plan_of(nora)
    assert (plan.proposals, plan.left_out) == ([], [])
    handoffs.withdraw(offer.handoff, now=NOW)
    assert [each.task for each in plan_of(nora).proposals] == [offer.handoff.task]


# --- Limits ------------------------------------------------------------------
def test_no_free_hour_of_a_person_is_counted_for_two_proposals(nora: Owner) -> None:
    ana = an_assistant(owner=nora, hours=40)
    a_loathed_task(nora)
    a_loathed_task(nora, "Email", hours=3)
    first, second = plan_of(nora).proposals
    assert (first.assistant, first.free_minutes, first.is_next) == (ana, 2400, False)
    assert (second.assistant, second.free_minutes, second.is_next) == (ana, 2400 - first.minutes, True)


def test_running_work_keeps_its_hours(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, hours=5)
    a_loathed_task(nora, "Another", hours=2)
    (proposal,) = plan_of(nora).proposals
    assert (proposal.assistant, proposal.free_minutes) == (offer.assistant, 180)
    assert proposal.minutes <= 180


@pytest.mark.parametrize(("budget", "most"), [(0, 0), (8, 0), (9, 9), (45, 45), (53, 45), (90, 90), (500, 90)])
def test_a_plan_goes_as_far_as_the_budget_and_no_further(nora: Owner, budget: int, most: int) -> None:
    a_loathed_task(nora)
    an_assistant(owner=nora, rate=18)
    plan = plan_of(nora, budget)
    assert plan.costs == most
    assert plan.budget == budget


def test_running_work_is_paid_from_the_budget_first(nora: Owner) -> None:
    an_accepted_offer(owner=nora, assistant=an_assistant(owner=nora, hours=40, rate=18), hours=5)
    a_loathed_task(nora, "Another")
    assert plan_of(nora, 90).proposals == []
    assert "budget" in why(plan_of(nora, 90))["Another"]
    (proposal,) = plan_of(nora, 135).proposals
    assert proposal.costs == 45
    assert plan_of(nora, 180).costs == 180


def test_running_work_over_the_budget_or_the_hours_is_not_undone(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, hours=5)
    a_loathed_task(nora, "Another")
    Assistant.objects.update(weekly_minutes=60)
    plan = plan_of(nora, 1)
    assert (plan.proposals, plan.live, plan.costs) == ([], [offer.handoff], Decimal(90))


def test_two_people_who_share_a_running_task_leave_room_for_no_third(nora: Owner) -> None:
    first = an_accepted_offer(owner=nora)
    task = first.handoff.task
    second = an_offer(owner=nora, task=task, assistant=an_assistant(owner=nora, name="Ben Okafor"))
    an_assistant(owner=nora, name="Cy", hours=40, rate=0)
    plan = plan_of(nora)
    assert plan.proposals == []
    assert {each.pk for each in plan.live} == {first.handoff_id, second.handoff_id}


def test_the_rest_of_a_shared_task_is_not_given_to_a_second_person(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora, task=a_loathed_task(nora))
    Handoff.objects.update(minutes_given=150)
    an_assistant(owner=nora, name="Ben Okafor", hours=40, rate=0)
    plan = plan_of(nora)
    assert (plan.proposals, plan.live, plan.won_minutes) == ([], [offer.handoff], 150)


def test_what_is_handed_off_counts_as_much_as_it_took_before(nora: Owner) -> None:
    """Else it would look free, and coming back would look like no loss."""
    task = an_accepted_offer(owner=nora).handoff.task
    other = a_loathed_task(nora, "Another")
    for week in range(1, 9):
        an_entry(task=other, day=TODAY - timedelta(weeks=week))
    ben = an_assistant(owner=nora, name="Ben Okafor")
    assert suggestions.suggest(nora, task, ben, TODAY).task_minutes == 300
    agreed.end(Handoff.objects.get(), now=NOW)
    assert suggestions.suggest(nora, task, ben, TODAY).task_minutes == 60


def test_a_running_task_that_took_no_time_or_is_off_the_list_breaks_nothing(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    offer.handoff.minutes_before = offer.handoff.minutes_given = 0
    offer.handoff.save()
    Task.objects.update(retired_on=TODAY, loathe=None, excel=None, seconds_least=None, seconds_most=None)
    plan = plan_of(nora, 50)
    assert (len(plan.live), plan.won_minutes, plan.frees) == (1, 0, Decimal(0))


# --- Why it is left out ------------------------------------------------------
def test_each_reason_is_a_sentence_about_this_task_and_these_people(nora: Owner) -> None:
    books = a_skill(owner=nora, name="Bookkeeping")
    law = a_skill(owner=nora, name="Law")
    ana = an_assistant(owner=nora, name="Ana Reyes", rate=18, hours=3, skill=books, level=2)
    an_assistant(owner=nora, name="Dee Dear", rate=200, hours=1)
    a_loathed_task(nora, "Contracts", skill=law)
    a_loathed_task(nora, "Accounts", skill=books)
    a_task(owner=nora, name="No time", excel=EVEN, hours=0)
    a_task(owner=nora, name="Chats", loathe=1, excel=3, skill=law)
    a_loathed_task(nora, "Both")
    said = why(plan_of(nora))
    assert said["Contracts"] == "Nobody on your roster is good at law."
    assert said["Chats"] == "Nobody on your roster is good at law. You don’t mind it, so it can wait."
    assert said["Accounts"] == "Nobody on your roster is good at bookkeeping."
    assert said["No time"] == "No whole week of it is logged yet. Write down an estimate to plan it now."
    assert said["The rest of both"] == "Ana has no more time."
    people.pause(ana, TODAY)
    assert why(plan_of(nora))["Both"].startswith("Handing it off would cost $")


CODES: dict[str, dict[str, int]] = {
    "only_me": {},
    "excluded": {},
    "no_minutes": {},
    "keep": {"cents": 1234},
    "skill": {"have": 1, "need": 4},
    "nobody": {"need": 4},
    "does_not_pay": {"cents": 1234},
    "no_hours": {"room": 60, "left": 30, "takes": 90, "over": 60},
    "minimum": {"minutes": 120},
    "budget": {"room": 0, "left": 0, "takes": 4500, "over": 4500},
    "max_new": {"room": 0, "left": 0, "takes": 1, "over": 1},
    "brief": {"room": 0, "left": 0, "takes": 60, "over": 60},
    "max_people": {"room": 0, "left": 0, "takes": 1, "over": 1},
    "taken": {"room": 0, "left": 0, "takes": 1, "over": 1},
    "worse_plan": {"cents": 1234, "pins": 0},
    "chosen": {},
    "undecided": {},
}


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_matcher_has_words(nora: Owner, code: str) -> None:
    skill = a_skill(owner=nora, name="Bookkeeping")
    task, ana = a_loathed_task(nora, skill=skill), an_assistant(owner=nora)
    rows = plan_inputs.gather(nora, TODAY)
    asked = plan_inputs.instance(rows, None)
    speaker = Speaker(rows, asked, {str(task.pk): task}, {str(ana.pk): ana}, {str(skill.pk): skill}, {})
    needs_skill = str(skill.pk) if code in ("skill", "nobody") else ""
    reason = Reason(code, str(task.pk), None if code == "nobody" else str(ana.pk), CODES[code], needs_skill)  # type: ignore[arg-type]
    left_out = speaker.say(reason)
    assert left_out.what == "Record keeping"
    assert left_out.why != "It does not fit beside the rest of the plan."
    assert left_out.why.endswith(".")
    assert "_" not in left_out.why
    if "cents" in CODES[code]:
        assert "$12" in left_out.why


def test_what_runs_costs_what_was_agreed_and_leaves_the_rest_of_the_budget(nora: Owner) -> None:
    running = an_accepted_offer(owner=nora, task=a_loathed_task(nora, "Running"))
    a_loathed_task(nora)
    an_assistant(owner=nora, name="Ben Okafor", rate=18, hours=40)
    Assistant.objects.filter(pk=running.assistant.pk).update(rate=300)
    plan = plan_of(nora, 180)
    assert [each.task.name for each in plan.proposals] == ["Record keeping"]
    assert plan.costs == 90 + 90


def test_who_is_given_a_task_without_its_skill_is_not_said_to_have_it(nora: Owner) -> None:
    task = a_loathed_task(nora, skill=a_skill(owner=nora))
    wishes.pin(nora, task, an_assistant(owner=nora, hours=40), TODAY)
    (proposal,) = plan_of(nora).proposals
    assert proposal.reasons[:2] == [
        "You want it so.",
        "Ana is not good at bookkeeping, so it will take longer, at $18 an hour.",
    ]


@pytest.mark.parametrize(("budget", "is_held_back"), [(0, True), (None, False)])
def test_a_limit_is_told_from_what_does_not_pay(nora: Owner, budget: int | None, *, is_held_back: bool) -> None:
    a_loathed_task(nora)
    an_assistant(owner=nora, rate=18 if is_held_back else 900, hours=40)
    plan = plan_of(nora, budget)
    assert (plan.proposals, plan.is_held_back) == ([], is_held_back)


# --- Ways on -----------------------------------------------------------------
@pytest.mark.parametrize("needs_skill", [False, True])
def test_without_a_roster_there_is_a_plan_that_says_so(nora: Owner, needs_skill: bool) -> None:  # noqa: FBT001
    a_loathed_task(nora, "Task", skill=a_skill(owner=nora) if needs_skill else None)
    plan = plan_of(nora)
    assert (plan.has_tasks, plan.has_roster, plan.has_hour_value) == (True, False, True)
    assert plan.proposals == []
    expected = "Nobody on your roster is good at bookkeeping." if needs_skill else "Nobody is on your roster."
    assert why(plan) == {"Task": expected}


def test_without_the_worth_of_an_hour_nothing_pays(nora: Owner) -> None:
    a_loathed_task(nora)
    an_assistant(owner=nora)
    BestHour.objects.all().delete()
    plan = plan_of(nora)
    assert (plan.has_hour_value, plan.proposals, plan.frees) == (False, [], Decimal(0))


# --- Queries -----------------------------------------------------------------
def test_a_plan_asks_the_database_as_often_for_eight_as_for_one(nora: Owner) -> None:
    def grow() -> None:
        skill = a_skill(owner=nora)
        a_loathed_task(nora, f"Task {nora.tasks.count()}", skill=skill)
        an_offer(owner=nora, task=a_task(owner=nora), assistant=an_assistant(owner=nora, skill=skill, hours=12))

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            world.plan_of(nora, TODAY)
        return len(asked)

    grow()
    few = queries()
    for _ in range(7):
        grow()
    assert queries() == few
