"""What one step more would bring: each figure is the distance to the best of all plans with that step."""

import copy
from dataclasses import replace

import pytest

from assistants import matching
from assistants.matching import Change, Lever, Pair
from assistants.matching.instances import Instance
from assistants.matching.rules import Rules
from tests.assistants.matching.brute import Small
from tests.assistants.matching.cases import SMALL, Row, one_pair, read


def kinds(levers: list[Lever]) -> list[tuple[str, int]]:
    return [(each.changes[0].kind, each.changes[0].more) for each in levers]


def with_step(rows: Row, step: Change) -> Row:
    """The instance's JSON with one step more, as the checker of this test sees it."""
    rows = copy.deepcopy(rows)
    if step.kind == "hire" and step.person:
        hired = {"rate_cents": step.person.rate_cents, "minutes": 600, "skills": dict(step.person.skills)}
        rows["assistants"].append({"id": step.whose, "name": "", "min_minutes": 0} | hired)
    elif step.kind == "hours":
        next(person for person in rows["assistants"] if person["id"] == step.whose)["minutes"] += step.more
    else:
        key = {"budget": "budget_cents", "brief": "max_brief_minutes", "max_new": "max_new"}[step.kind]
        rows["owner"][key] += step.more
    return rows


def test_one_more_new_handoff_is_the_lever_of_the_blog() -> None:
    blog = read("p01-blog")
    (lever,) = matching.levers(blog, matching.solve(blog))
    assert (lever.changes, lever.gain_cents) == ((Change("max_new", 1),), 44685)
    assert [(each.task, each.parts, each.is_all) for each in lever.goes] == [("website", 1, True)]


def test_every_lever_brings_what_the_best_of_all_plans_with_it_brings() -> None:
    tried = set()
    for rows in SMALL[:50]:
        instance, (pins, net, *_) = Instance.read(rows), Small(rows).best()
        plan = matching.solve(instance)
        for lever in matching.levers(instance, plan, most=None, limit=60):
            (step,) = lever.changes
            best = Small(with_step(rows, step)).best()
            assert (lever.pins, lever.gain_cents) == (best[0] - pins, best[1] - net)
            assert lever.is_proven
            assert_goes(rows, plan, lever)
            tried.add(step.kind)
    assert tried == {"budget", "max_new", "brief", "hours", "hire"}


def assert_goes(rows: Row, plan: matching.Plan, lever: Lever) -> None:
    """More goes of just these tasks than in the plan, and of those that go whole nothing is left."""
    given: dict[str, list[int]] = {task["id"]: [0, 0] for task in rows["tasks"]}
    for place, each in enumerate((plan, lever.plan)):
        for row in (*each.kept, *each.handoffs):
            given[row.task][place] += row.parts
    parts = {task["id"]: task["parts"] for task in rows["tasks"]}
    assert [(each.task, each.parts, each.is_all) for each in lever.goes] == [
        (id_, after - before, after == parts[id_]) for id_, (before, after) in sorted(given.items()) if after > before
    ]


def test_a_task_of_which_only_more_goes_does_not_go_whole() -> None:
    split = read("p05-split")
    lever = matching.more_budget(split, matching.solve(split))
    assert lever is not None
    assert [(each.task, each.parts, each.is_all) for each in lever.goes] == [("news", 1, True), ("support", 1, False)]


def test_no_step_that_brings_more_is_left_out() -> None:
    for rows in SMALL[60:100]:
        instance, best = Instance.read(rows), Small(rows).best()
        levers = matching.levers(instance, matching.solve(instance), most=None, limit=60)
        found = [each.changes[0] for each in levers]
        hours = [Change("hours", 120, person["id"]) for person in rows["assistants"]]
        new = [Change("max_new", 1)] if rows["owner"]["max_new"] is not None else []
        for step in hours + new:
            assert (step in found) == (Small(with_step(rows, step)).best()[:2] > best[:2])


def test_the_three_that_bring_most_come_and_the_best_first() -> None:
    tiny = read("p03-tiny")
    plan = matching.solve(tiny)
    every = matching.levers(tiny, plan, most=None)
    assert matching.levers(tiny, plan) == every[:3]
    assert [each.gain_cents for each in every] == sorted((each.gain_cents for each in every), reverse=True)


def test_of_two_budgets_that_bring_the_same_the_smaller_one_is_named() -> None:
    tiny = read("p03-tiny")
    # 10 % and 25 % more both let the one task go that 1280 more cents are enough for.
    assert kinds(matching.levers(tiny, matching.solve(tiny), most=None))[:2] == [("budget", 15000), ("budget", 1500)]


def test_a_hire_is_proposed_for_what_nobody_can_do_and_only_then() -> None:
    rows = one_pair(task={"skills": {"x": 5, "y": 2}}, assistant={"skills": {"x": 5}})
    instance = Instance.read(rows)
    (lever,) = matching.levers(instance, matching.solve(instance))
    (hire,) = lever.changes
    assert hire.person is not None
    assert (hire.kind, hire.more, dict(hire.person.skills), hire.person.rate_cents) == (
        ("hire", 600, {"x": 5, "y": 4}, 1500)
    )
    rows["assistants"][0]["skills"]["y"] = 2
    instance = Instance.read(rows)
    assert matching.levers(instance, matching.solve(instance)) == []


def test_the_rate_of_a_hire_is_the_upper_median_of_the_skilled_else_of_all_else_a_quarter_of_the_hour() -> None:
    rows = one_pair(task={"skills": {"x": 5}})
    rows["assistants"] = [
        {"id": id_, "name": id_, "rate_cents": rate, "minutes": 0, "skills": skills}
        for id_, rate, skills in (("a", 900, {"x": 1}), ("b", 700, {"x": 2}), ("c", 100, {}), ("d", 200, {}))
    ]

    def rate(rows: Row) -> int:
        instance = Instance.read(rows)
        steps = matching.levers(instance, matching.solve(instance), most=None)
        return next(each.changes[0].person.rate_cents for each in steps if each.changes[0].person)

    assert rate(rows) == 900
    rows["assistants"] = rows["assistants"][2:]
    assert rate(rows) == 200
    rows["assistants"] = []
    assert rate(rows) == 300


# The least money


def test_1280_cents_more_are_the_least_that_help_the_tiny_case() -> None:
    tiny = read("p03-tiny")
    lever = matching.more_budget(tiny, matching.solve(tiny))
    assert lever is not None
    assert (lever.changes, lever.gain_cents) == ((Change("budget", 1280),), 14094)
    assert lever.plan.net_cents == 95711


def test_a_cent_less_than_the_least_money_brings_less_than_a_dollar() -> None:
    compared = 0
    for rows in (rows for rows in SMALL[:200] if rows["owner"]["budget_cents"] is not None):
        instance, (pins, net, *_) = Instance.read(rows), Small(rows).best()
        lever = matching.more_budget(instance, matching.solve(instance), limit=60)
        free = Small(rows | {"owner": rows["owner"] | {"budget_cents": None}}).best()
        if lever is None:
            # With more wishes honoured it may net less; then no money alone is the matter.
            assert free[0] > pins or free[1] < net + 100
            continue
        (step,) = lever.changes
        best = Small(with_step(rows, step)).best()
        assert (lever.pins, lever.gain_cents) == (best[0] - pins, best[1] - net)
        assert lever.pins > 0 or lever.gain_cents >= 100
        less = Small(with_step(rows, replace(step, more=step.more - 1))).best()
        assert less[0] > pins or less[1] < net + 100
        compared += 1
    assert compared > 10


def test_without_a_budget_no_money_is_asked_for() -> None:
    blog = read("p07-solo-no-budget")
    assert matching.more_budget(blog, matching.solve(blog)) is None


# The smallest change for one task


@pytest.mark.parametrize("rows", SMALL[:100], ids=lambda rows: str(rows["name"]))
def test_a_way_out_makes_room_for_all_of_the_task_and_a_smaller_change_does_not(rows: Row) -> None:
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    for reason in matching.left_out(instance, plan):
        way = matching.way_out(instance, plan, reason.task)
        if way is None:
            continue
        assert fits(instance, plan, way, way.changes)
        for step in way.changes:
            others = tuple(each for each in way.changes if each != step)
            assert not fits(instance, plan, way, (*others, replace(step, more=step.more - 1)))
        assert way.handoff.net_cents > 0 or Pair(way.handoff.task, way.handoff.assistant) in instance.pins


def fits(instance: Instance, plan: matching.Plan, way: matching.Way, changes: tuple[Change, ...]) -> bool:
    """Whether all the rest of the task has room beside the plan."""
    rules = Rules(matching.change(instance, *changes))
    pair = Pair(way.handoff.task, way.handoff.assistant)
    picks = dict(plan.picks)
    picks[pair] = picks.get(pair, 0) + way.handoff.parts
    return not rules.breach(picks)


def test_the_way_out_needs_fewest_changes_and_rather_room_than_a_skill() -> None:
    tiny = read("p03-tiny")
    way = matching.way_out(tiny, matching.solve(tiny), "t5")
    assert way is not None
    assert (way.changes, way.handoff.assistant) == ((Change("budget", 1280),), "a2")
    rows = one_pair(task={"skills": {"x": 3}}, assistant={"minutes": 10, "rate_cents": 600, "skills": {"x": 3}})
    rows["owner"]["budget_cents"] = 0
    rows["assistants"].append(
        rows["assistants"][0] | {"id": "b", "rate_cents": 0, "minutes": 600, "skills": {"x": 2}}
    )
    instance = Instance.read(rows)
    way = matching.way_out(instance, matching.solve(instance), "t")
    assert way is not None
    assert {each.kind for each in way.changes} == {"hours", "budget"}
    rows["exclude"] = [{"assistant": "a"}]
    instance = Instance.read(rows)
    way = matching.way_out(instance, matching.solve(instance), "t")
    assert way is not None
    assert way.changes == (Change("skill", 3, "b", "x"),)


def test_the_rest_of_a_task_needs_no_more_follow_up_than_the_part_that_goes() -> None:
    rows = one_pair(task={"parts": 3, "check_minutes": 10}, assistant={"rate_cents": 600, "minutes": 200})
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    way = matching.way_out(instance, plan, "t")
    assert way is not None
    assert (way.changes, way.handoff.parts) == ((Change("hours", 3 * 78 - 200, "a"),), 1)
    rows["assistants"][0]["minutes"] = 3 * 78
    whole = matching.solve(Instance.read(rows))
    assert plan.net_cents + way.handoff.net_cents == whole.net_cents


def test_what_is_not_to_go_or_pays_with_nobody_has_no_way_out() -> None:
    for task in ({"only_me": True}, {"loathe": 0, "excel": 10}, {"minutes": 0}):
        instance = Instance.read(one_pair(task=task, assistant={"minutes": 10, "rate_cents": 0}))
        assert matching.way_out(instance, matching.solve(instance), "t") is None
    dear = Instance.read(one_pair(assistant={"minutes": 10, "rate_cents": 20000}))
    assert matching.way_out(dear, matching.solve(dear), "t") is None


def test_work_kept_beyond_the_hours_is_made_good_first() -> None:
    rows = one_pair(assistant={"minutes": 100, "rate_cents": 600})
    rows["tasks"].append(rows["tasks"][0] | {"id": "u"})
    rows["kept"] = [{"task": "u", "assistant": "a", "minutes": 150}]
    instance = Instance.read(rows)
    way = matching.way_out(instance, matching.solve(instance), "t")
    assert way is not None
    assert way.changes == (Change("hours", 50 + 233, "a"),)
