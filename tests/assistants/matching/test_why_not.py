"""Why a task is not handed off: the codes and numbers of MATCHING.md 8."""

from assistants import matching
from assistants.matching.instances import Instance
from tests.assistants.matching.brute import Small
from tests.assistants.matching.cases import SMALL, Row, one_pair, read


def why(instance: Instance, task: str, assistant: str) -> tuple[str, dict[str, int]]:
    reason = matching.why_not(instance, matching.solve(instance), task, assistant)
    assert (reason.task, reason.assistant) == (task, assistant)
    return reason.code, dict(reason.numbers)


def test_the_second_best_person_makes_the_plan_worse_by_the_difference() -> None:
    assert why(read("p01-blog"), "records", "joan") == ("worse_plan", {"cents": 1904, "pins": 0})
    assert why(read("p02-lawyer"), "typing", "b-clerk") == ("worse_plan", {"cents": 33275, "pins": 0})


def test_the_loss_is_the_distance_to_the_best_of_all_plans_with_that_person() -> None:
    compared = 0
    for rows in SMALL[:70]:
        instance, small = Instance.read(rows), Small(rows)
        plan = matching.solve(instance)
        for pair in [(task.id, person.id) for task in instance.tasks for person in instance.assistants]:
            reason, other = matching.why_not(instance, plan, *pair), small.best_with(*pair)
            if reason.code == "worse_plan":
                assert other is not None
                lost = {"cents": max(0, plan.net_cents - other[1]), "pins": plan.pins - other[0]}
                assert reason.numbers == lost
                compared += 1
            elif reason.code != "chosen":
                assert other is None
    assert compared > 20


def test_a_twin_would_be_just_as_good() -> None:
    ties = read("p09-ties")
    plan = matching.solve(ties)
    other = next(each.id for each in ties.assistants if each.id != plan.handoffs[0].assistant)
    assert why(ties, plan.handoffs[0].task, other) == ("worse_plan", {"cents": 0, "pins": 0})


def test_the_first_hard_reason_comes_first() -> None:
    no = {"exclude": [{"task": "t", "assistant": "a"}]}
    unskilled: Row = {"skills": {"x": 4}, "loathe": 0, "excel": 10}
    assert why(Instance.read(one_pair(task=unskilled | {"only_me": True}) | no), "t", "a")[0] == "only_me"
    assert why(Instance.read(one_pair(task=unskilled | {"minutes": 0}) | no), "t", "a")[0] == "excluded"
    assert why(Instance.read(one_pair(task=unskilled | {"minutes": 0})), "t", "a")[0] == "no_minutes"
    assert why(Instance.read(one_pair(task=unskilled)), "t", "a") == ("keep", {"cents": 0})
    mind = one_pair(task=unskilled | {"loathe": 9}, assistant={"skills": {"x": 3}})
    assert why(Instance.read(mind), "t", "a") == ("skill", {"have": 3, "need": 4})
    assert matching.why_not(Instance.read(mind), matching.solve(Instance.read(mind)), "t", "a").skill == "x"
    dear = one_pair(assistant={"rate_cents": 2000})
    assert why(Instance.read(dear), "t", "a") == ("does_not_pay", {"cents": 1767})


def test_the_limit_that_leaves_no_room_is_named_with_its_numbers() -> None:
    cheap: Row = {"rate_cents": 600}
    brief: Row = {"brief_minutes": 90}
    short = one_pair(assistant=cheap | {"minutes": 200})
    assert why(Instance.read(short), "t", "a") == (
        "no_hours",
        {"room": 200, "left": 200, "takes": 233, "over": 33},
    )
    choosy = one_pair(assistant=cheap | {"min_minutes": 400})
    assert why(Instance.read(choosy), "t", "a") == ("minimum", {"minutes": 400})
    poor = one_pair(owner={"budget_cents": 2000}, assistant=cheap)
    assert why(Instance.read(poor), "t", "a") == (
        "budget",
        {"room": 2000, "left": 2000, "takes": 2330, "over": 330},
    )
    none = one_pair(owner={"max_new": 0}, assistant=cheap)
    assert why(Instance.read(none), "t", "a") == ("max_new", {"room": 0, "left": 0, "takes": 1, "over": 1})
    busy = one_pair(owner={"max_brief_minutes": 60}, task=brief, assistant=cheap)
    assert why(Instance.read(busy), "t", "a") == ("brief", {"room": 60, "left": 60, "takes": 90, "over": 30})


def test_what_is_in_the_plan_or_kept_is_chosen() -> None:
    assert why(read("p01-blog"), "records", "ana") == ("chosen", {})
    assert why(read("p05-split"), "support", "b") == ("chosen", {})


def test_each_task_that_stays_has_one_reason_the_most_draining_first() -> None:
    blog = read("p01-blog")
    stays = [(reason.task, reason.code) for reason in matching.left_out(blog, matching.solve(blog))]
    assert stays == [("website", "max_new"), ("sales", "keep")]


def test_the_rest_of_a_task_stays_for_the_limit_that_stops_the_next_part() -> None:
    split = one_pair(task={"parts": 3}, assistant={"rate_cents": 600, "minutes": 200})
    instance = Instance.read(split)
    plan = matching.solve(instance)
    assert plan.handoffs[0].parts == 2
    (reason,) = matching.left_out(instance, plan)
    assert (reason.code, reason.numbers["left"], reason.numbers["takes"]) == ("no_hours", 200 - 2 * 78, 78)


def test_a_plan_without_room_is_named_before_a_person_without_hours() -> None:
    rows = one_pair(owner={"budget_cents": 0}, assistant={"minutes": 10, "rate_cents": 600})
    rows["assistants"].append(rows["assistants"][0] | {"id": "b", "minutes": 600, "rate_cents": 700})
    instance = Instance.read(rows)
    (reason,) = matching.left_out(instance, matching.solve(instance))
    assert (reason.code, reason.assistant) == ("budget", "b")


def test_nobody_is_said_only_of_a_skill_that_nobody_has() -> None:
    rows = one_pair(task={"skills": {"x": 4, "y": 2}}, assistant={"skills": {"x": 3, "y": 5}})
    instance = Instance.read(rows)
    (reason,) = matching.left_out(instance, matching.solve(instance))
    assert (reason.code, reason.assistant, reason.skill, reason.numbers) == ("nobody", None, "x", {"need": 4})
    rows["assistants"].append(rows["assistants"][0] | {"id": "b", "skills": {"x": 5, "y": 1}})
    instance = Instance.read(rows)
    (reason,) = matching.left_out(instance, matching.solve(instance))
    assert (reason.code, reason.assistant, reason.skill) == ("skill", "a", "x")


def test_every_task_left_out_of_any_plan_has_a_reason() -> None:
    for rows in SMALL[:200]:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        given = dict.fromkeys((task.id for task in instance.tasks), 0)
        for each in plan.kept + plan.handoffs:
            given[each.task] += each.parts
        reasons = matching.left_out(instance, plan)
        assert {reason.task for reason in reasons} == {
            task.id for task in instance.tasks if given[task.id] < task.parts
        }
        # Whatever would still fit and pay is in the plan.
        assert "worse_plan" not in {reason.code for reason in reasons}
