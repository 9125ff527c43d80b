"""The matcher against its model (MATCHING.md), against proven optima and against every plan of small instances."""

import copy
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import matching
from assistants.instances import BadInstance, Instance, Pair, Task
from assistants.matching import BrokenPlan, Plan
from assistants.programme import Programme
from assistants.rules import Rules
from assistants.worth import half_up, up, weigh
from tests.assistants.brute import Row, Small, an_instance

HERE = Path(__file__).parent / "instances"
OPTIMUM = json.loads((HERE / "optimum.json").read_text())
SMALL = [an_instance(seed) for seed in range(200)]
# Time is no part of a property, and a slow machine may be slow.
few = settings(max_examples=40, deadline=None, database=None, derandomize=True)


def data(name: str) -> Row:
    return json.loads((HERE / f"{name}.json").read_text())  # type: ignore[no-any-return]


def read(name: str, **owner: int | None) -> Instance:
    instance = Instance.read(data(name))
    return replace(instance, owner=replace(instance.owner, **owner))  # type: ignore[arg-type]


def a_task(**fields: Any) -> Task:
    row = {"id": "t", "name": "Task", "minutes": 300, "loathe": 5, "excel": 2} | fields
    return Instance.read(one_pair(task=row)).tasks[0]


def one_pair(**rows: Row) -> Row:
    """One task and one assistant who can do it, without any limit but her hours."""
    return {
        "format": "delegator-instance",
        "version": 1,
        "name": "one",
        "owner": {"hour_value_cents": 1200, "relief_cents": 0} | rows.get("owner", {}),
        "tasks": [
            {"id": "t", "name": "Task", "minutes": 300, "loathe": 5, "excel": 2} | rows.get("task", {})
        ],
        "assistants": [
            {"id": "a", "name": "Ana", "rate_cents": 1500, "minutes": 600} | rows.get("assistant", {}),
        ],
    }


def given_out(plan: Plan) -> set[tuple[str, str, int]]:
    return {(each.task, each.assistant, each.parts) for each in plan.handoffs}


def totals(plan: Plan) -> tuple[int, int, int]:
    return plan.pins, plan.net_cents, plan.won_minutes


# Arithmetic and scores (sections 2 and 3)


def test_halves_are_rounded_up() -> None:
    assert [half_up(number, 2) for number in (0, 1, 2, 3, 5)] == [0, 1, 1, 2, 3]
    assert [up(number, 60) for number in (0, 1, 60, 61)] == [0, 1, 1, 2]


def test_the_tasks_of_the_blog_drain_as_the_model_says() -> None:
    tasks = {task.id: task for task in read("p01-blog").tasks}
    drains = {id_: matching.drain(task) for id_, task in tasks.items()}
    assert drains == {"email": 315, "records": 270, "website": 210, "sales": 150}
    zones = {id_: matching.zone(task) for id_, task in tasks.items()}
    assert zones == {"email": "first", "records": "first", "website": "first", "sales": "keep"}
    assert matching.pull(tasks["email"]) == 70


@given(st.integers(0, 10), st.integers(0, 10))
@settings(database=None)
def test_each_pair_of_scores_lies_in_the_one_zone_of_its_sides(loathe: int, excel: int) -> None:
    task = a_task(loathe=loathe, excel=excel)
    sides = {(True, False): "first", (True, True): "teach", (False, False): "next", (False, True): "keep"}
    assert matching.zone(task) == sides[loathe >= 5, excel >= 6]
    assert matching.pull(task) >= 50 or matching.zone(task) != "first"
    assert matching.pull(task) <= 40 or matching.zone(task) != "keep"


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 10000))
@settings(database=None)
def test_more_loathing_never_drains_less_nor_more_excelling_more(
    loathe: int, excel: int, minutes: int
) -> None:
    here = matching.drain(a_task(loathe=loathe, excel=excel, minutes=minutes))
    assert matching.drain(a_task(loathe=loathe + 1, excel=excel, minutes=minutes)) >= here
    assert matching.drain(a_task(loathe=loathe, excel=excel + 1, minutes=minutes)) <= here
    assert matching.drain(a_task(loathe=loathe, excel=excel, minutes=minutes + 1)) >= here


# Worth and the worked examples (section 10)


def worth_of(instance: Instance, task: str, assistant: str) -> Any:
    return Rules(instance).worth(Pair(task, assistant))


def test_record_keeping_is_worth_more_with_ana_than_with_joan() -> None:
    blog = read("p01-blog")
    ana, joan = worth_of(blog, "records", "ana"), worth_of(blog, "records", "joan")
    assert (ana.minutes, ana.time_cents, ana.relief_cents, ana.pay_cents) == (135, 40000, 18000, 4050)
    assert (ana.learn_cents, ana.check_cents, ana.brief_cents, ana.net(1)) == (234, 2000, 462, 51254)
    assert (joan.pay_cents, joan.learn_cents, joan.net(1)) == (5850, 338, 49350)
    tomasz = worth_of(blog, "website", "tomasz")
    assert (tomasz.minutes, tomasz.pay_cents, tomasz.net(1)) == (149, 5464, 44685)


def test_email_is_worth_the_sum_of_its_parts_less_what_is_paid_once() -> None:
    email = worth_of(read("p01-blog"), "email", "priya")
    assert (email.owner_minutes, email.minutes, email.time_cents, email.relief_cents) == (30, 17, 4000, 1400)
    assert (email.pay_cents, email.learn_cents, email.gain) == (454, 17, 4929)
    assert (email.check_cents, email.brief_cents) == (2667, 308)
    assert (email.net(15), email.won(15)) == (70960, 430)


def test_the_blogs_plan_is_the_sample_plan() -> None:
    plan = matching.solve(read("p01-blog"))
    assert plan.json("p01-blog") == {
        "format": "delegator-plan",
        "version": 1,
        "instance": "p01-blog",
        "status": "optimal",
        "pins": 0,
        "net_cents": 122214,
        "bound_cents": 122214,
        "won_minutes": 715,
        "pay_cents": 10860,
        "handoffs": [
            {
                "task": "email",
                "assistant": "priya",
                "parts": 15,
                "minutes": 255,
                "pay_cents": 6810,
                "net_cents": 70960,
            },
            {
                "task": "records",
                "assistant": "ana",
                "parts": 1,
                "minutes": 135,
                "pay_cents": 4050,
                "net_cents": 51254,
            },
        ],
    }


def test_one_more_new_handoff_brings_the_web_site_in() -> None:
    plan = matching.solve(read("p01-blog", max_new=3))
    assert ("website", "tomasz", 1) in given_out(plan)
    assert plan.net_cents == 122214 + 44685


def test_the_lawyer_who_types_best_hands_typing_over() -> None:
    lawyer = read("p02-lawyer")
    typist, clerk = worth_of(lawyer, "typing", "a-typist"), worth_of(lawyer, "typing", "b-clerk")
    assert (typist.minutes, typist.pay_cents, typist.net(1)) == (469, 11725, 88275)
    assert (clerk.minutes, clerk.pay_cents, clerk.net(1)) == (300, 45000, 55000)
    plan = matching.solve(lawyer)
    assert ("typing", "a-typist", 1) in given_out(plan)


def test_typing_that_is_not_loathed_is_kept_at_a_price() -> None:
    rows = data("p02-lawyer")
    rows["tasks"][0]["loathe"] = 3
    lawyer = Instance.read(rows)
    plan = matching.solve(lawyer)
    assert "typing" not in {each.task for each in plan.handoffs}
    assert matching.keep_price(lawyer, "typing") == 88275
    reason = next(reason for reason in matching.left_out(lawyer, plan) if reason.task == "typing")
    assert (reason.code, reason.numbers) == ("keep", {"cents": 88275})


@pytest.mark.parametrize(
    ("level", "minutes", "pay", "net"), [(5, 149, 3725, 2275), (3, 233, 5825, 175), (1, 372, 9300, -3300)]
)
def test_dear_help_goes_when_it_is_fast_enough(level: int, minutes: int, pay: int, net: int) -> None:
    instance = Instance.read(one_pair(task={"skills": {"x": 1}}, assistant={"skills": {"x": level}}))
    worth = worth_of(instance, "t", "a")
    assert (worth.time_cents, worth.minutes, worth.pay_cents, worth.net(1)) == (6000, minutes, pay, net)
    assert bool(matching.solve(instance).handoffs) == (net > 0)


def test_a_budget_larger_by_1280_brings_the_next_task_and_no_smaller_one_does() -> None:
    plan = matching.solve(read("p03-tiny"))
    assert (plan.net_cents, plan.pay_cents) == (81617, 13640)
    assert matching.solve(read("p03-tiny", budget_cents=15000 + 1280)).net_cents == 95711
    assert matching.solve(read("p03-tiny", budget_cents=15000 + 1279)).net_cents < 95711


def test_minimum_hours_gather_the_work_with_one_person() -> None:
    few_hours = read("p04-minimum-hours")
    plan = matching.solve(few_hours)
    assert plan.net_cents == 57840
    assert len(plan.handoffs) == 3
    assert len({each.assistant for each in plan.handoffs}) == 1
    free = replace(few_hours, assistants=tuple(replace(each, min_minutes=0) for each in few_hours.assistants))
    assert matching.solve(free).net_cents == 95711
    assert len(matching.solve(free).handoffs) == 4


def test_learning_costs_extra_pay_most_of_it_in_the_first_week() -> None:
    instance = Instance.read(one_pair(task={"learning_weeks": 3}, assistant={"rate_cents": 600}))
    (handoff,) = matching.solve(instance).handoffs
    # h = up(300 * 62, 80) = 233 minutes, at 10 cents a minute; 3/2 weeks of it over 26 weeks, 3/4 in the first.
    assert (handoff.minutes, handoff.pay_cents) == (233, 2330)
    assert (handoff.learn_cents, handoff.first_week_cents) == (134, 1748)


def test_who_lacks_the_skill_works_at_the_lowest_pace() -> None:
    instance = Instance.read(one_pair(task={"skills": {"x": 1}}))
    assert weigh(instance.owner, instance.tasks[0], instance.assistants[0]).minutes == up(300 * 62, 50)


# The best plan (sections 4 and 5)


@pytest.mark.parametrize("name", [path.stem for path in sorted(HERE.glob("p*.json"))])
def test_a_public_instance_is_solved_to_its_proven_optimum(name: str) -> None:
    instance, best = read(name), OPTIMUM[name]
    plan = matching.solve(instance, limit=20)
    matching.check(instance, plan)
    assert plan.status == "optimal"
    assert totals(plan) == (best["pins"], best["net_cents"], best["won_minutes"])


@pytest.mark.parametrize("name", sorted(OPTIMUM)[:10])
def test_as_many_pairs_are_left_as_in_the_reference(name: str) -> None:
    assert len(Rules(read(name)).candidates) == OPTIMUM[name]["pairs"]


@pytest.mark.parametrize("rows", SMALL, ids=lambda rows: str(rows["name"]))
def test_no_plan_of_a_small_instance_is_better(rows: Row) -> None:
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    matching.check(instance, plan)
    assert totals(plan) == Small(rows).best()
    assert (plan.status, plan.bound_cents) == ("optimal", plan.net_cents)


def test_the_small_instances_use_every_option() -> None:
    plans = [matching.solve(Instance.read(rows)) for rows in SMALL]
    assert sum(bool(plan.handoffs) for plan in plans) > 100
    assert sum(len(plan.handoffs) > 1 for plan in plans) > 40
    assert sum(bool(plan.kept) for plan in plans) > 40
    assert sum(bool(plan.pins) for plan in plans) > 40
    shared = [each for plan in plans for each in plan.handoffs if each.parts > 1]
    assert len(shared) > 20


def test_a_pin_overrules_keep_and_skill_and_pay_but_not_hours() -> None:
    keep: Row = {"loathe": 0, "excel": 10, "skills": {"x": 5}, "check_minutes": 600}
    wish = {"pins": [{"task": "t", "assistant": "a"}]}
    plan = matching.solve(Instance.read(one_pair(task=keep, assistant={"minutes": 750}) | wish))
    assert (plan.pins, len(plan.handoffs)) == (1, 1)
    assert plan.net_cents < 0
    short = one_pair(task=keep, assistant={"minutes": 749}) | wish
    assert totals(matching.solve(Instance.read(short))) == (0, 0, 0)


def test_a_kept_handoff_stays_over_the_limits_and_is_counted() -> None:
    rows = one_pair(owner={"budget_cents": 0}, assistant={"minutes": 0})
    rows["kept"] = [{"task": "t", "assistant": "a", "minutes": 200}]
    plan = matching.solve(Instance.read(rows))
    assert (plan.handoffs, plan.pay_cents, plan.net_cents) == ((), 5000, 1000)


def test_more_parts_of_a_kept_task_cost_no_new_briefing_and_no_new_follow_up() -> None:
    rows = one_pair(
        task={"parts": 3, "brief_minutes": 900, "check_minutes": 10}, assistant={"rate_cents": 300}
    )
    rows["kept"] = [{"task": "t", "assistant": "a", "parts": 1}]
    plan = matching.solve(Instance.read(rows))
    (more,) = plan.handoffs
    assert (more.parts, more.check_cents, more.brief_cents, more.won_minutes) == (2, 0, 0, 200)
    assert plan.won_minutes == 3 * 100 - 10


def test_lines_add_up_to_the_handoff_and_handoffs_to_the_plan() -> None:
    for rows in SMALL:
        plan = matching.solve(Instance.read(rows))
        every = plan.kept + plan.handoffs
        for each in every:
            brings = each.time_cents + each.relief_cents
            costs = each.pay_cents + each.learn_cents + each.check_cents + each.brief_cents
            assert each.net_cents == brings - costs
        assert plan.net_cents == sum(each.net_cents for each in every)
        assert plan.pay_cents == sum(each.pay_cents for each in every)
        assert plan.won_minutes == sum(each.won_minutes for each in every)


# Properties (section 11)


@given(st.integers(1000, 10**6))
@few
def test_nothing_is_over_its_limit(seed: int) -> None:
    rows = an_instance(seed, tasks=6, people=4)
    plan = matching.solve(Instance.read(rows))
    splits: dict[str, dict[str, int]] = {task["id"]: {} for task in rows["tasks"]}
    for each in plan.handoffs:
        splits[each.task][each.assistant] = each.parts
    small = Small(rows)
    assert all(split in list(small.splits(task)) for task, split in splits.items())
    assert small.value(splits) == totals(plan)


@given(st.integers(1000, 10**6), st.randoms(use_true_random=False))
@few
def test_the_order_of_the_rows_changes_nothing(seed: int, order: random.Random) -> None:
    rows = an_instance(seed, tasks=6, people=4)
    plan = matching.solve(Instance.read(rows))
    for key in ("tasks", "assistants", "kept", "briefed", "pins", "exclude"):
        order.shuffle(rows[key])
    assert matching.solve(Instance.read(rows)) == plan


def _less(rows: Row, key: str, otherwise: int) -> None:
    """Two thirds of a limit of the owner, or a limit where there is none."""
    limit = rows["owner"][key]
    rows["owner"][key] = otherwise if limit is None else limit * 2 // 3


TIGHTER: dict[str, Callable[[Row], object]] = {
    "less budget": lambda rows: _less(rows, "budget_cents", 10000),
    "fewer new ones": lambda rows: _less(rows, "max_new", 2),
    "less briefing": lambda rows: _less(rows, "max_brief_minutes", 90),
    "fewer hours": lambda rows: rows["assistants"][0].update(
        minutes=rows["assistants"][0]["minutes"] * 2 // 3
    ),
    "a dearer assistant": lambda rows: rows["assistants"][0].update(
        rate_cents=rows["assistants"][0]["rate_cents"] + 700
    ),
    "an assistant less": lambda rows: rows["exclude"].append({"assistant": rows["assistants"][-1]["id"]}),
}


@pytest.mark.parametrize("change", TIGHTER)
@given(seed=st.integers(1000, 10**6))
@settings(parent=few, max_examples=15)
def test_a_tighter_limit_never_makes_the_plan_better(change: str, seed: int) -> None:
    rows = an_instance(seed)
    # Kept work of a dearer assistant costs more in both plans; here it is new work that is compared.
    rows |= (
        {"pins": [], "exclude": [], "kept": []}
        if change in ("a dearer assistant", "an assistant less")
        else {}
    )
    tighter = copy.deepcopy(rows)
    TIGHTER[change](tighter)
    before, after = matching.solve(Instance.read(rows)), matching.solve(Instance.read(tighter))
    assert (after.pins, after.net_cents) <= (before.pins, before.net_cents)


def test_what_is_accepted_stays_when_planned_again() -> None:
    for rows in SMALL[:60]:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        kept = {(row["task"], row["assistant"]): row for row in rows["kept"]}
        for each in plan.handoffs:
            row = {"task": each.task, "assistant": each.assistant, "minutes": each.minutes // each.parts}
            parts = kept.get((each.task, each.assistant), {"parts": 0})["parts"]
            kept[each.task, each.assistant] = row | {"parts": parts + each.parts}
        again = matching.solve(Instance.read(rows | {"kept": list(kept.values())}))
        assert {(each.task, each.assistant, each.parts) for each in again.kept} == {
            (row["task"], row["assistant"], row["parts"]) for row in kept.values()
        }


def test_of_twins_the_smaller_id_gets_the_smaller_task() -> None:
    ties = read("p09-ties")
    plan = matching.solve(ties)
    first = [min(each.task for each in plan.handoffs if each.assistant == id_) for id_ in _busy(plan)]
    assert first == sorted(first)
    assert _busy(plan) == [each.id for each in ties.assistants][: len(first)]
    assert matching.solve(ties) == plan


def _busy(plan: Plan) -> list[str]:
    return sorted({each.assistant for each in plan.handoffs})


# The solver and doing without it (sections 6 and 7)


def test_without_a_solver_there_is_a_plan_and_an_honest_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    proven = 0
    for rows in SMALL:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        matching.check(instance, plan)
        pins, net, _ = Small(rows).best()
        assert plan.pins < pins or plan.net_cents <= net <= plan.bound_cents
        assert plan.status == "feasible" or (plan.pins, plan.net_cents) == (pins, net)
        proven += plan.status == "optimal"
    assert 0 < proven < len(SMALL)


def test_out_of_time_there_is_a_plan_and_an_honest_bound() -> None:
    instance = read("p10-solo-30x15")
    plan = matching.solve(instance, limit=0)
    matching.check(instance, plan)
    assert plan.status == "feasible"
    assert 0 < plan.net_cents <= OPTIMUM["p10-solo-30x15"]["net_cents"] <= plan.bound_cents


def test_sums_beyond_floating_point_are_never_called_proven_falsely() -> None:
    for rows in SMALL[:80]:
        huge = copy.deepcopy(rows)
        huge["owner"]["hour_value_cents"] = 10**12 - 7
        for person in huge["assistants"]:
            person["rate_cents"] = person["rate_cents"] * 10**8 + 3
        instance = Instance.read(huge)
        plan = matching.solve(instance)
        matching.check(instance, plan)
        best = Small(huge).best()
        assert plan.pins < best[0] or plan.net_cents <= best[1] <= plan.bound_cents
        assert plan.status == "feasible" or totals(plan)[:2] == best[:2]


def test_a_point_that_is_forbidden_does_not_come_back() -> None:
    rules = Rules(read("p03-tiny"))
    net = {pair: (each.worth.gain, -each.worth.fixed) for pair, each in rules.candidates.items()}
    programme = Programme(rules)
    values = []
    for _ in range(3):
        answer = programme.maximise(net, None, until=float("inf"))
        assert answer.picks is not None
        values.append((rules.value(answer.picks)[1], tuple(sorted(answer.picks))))
        programme.forbid(answer.picks)
    assert values[0][0] == OPTIMUM["p03-tiny"]["net_cents"]
    assert len({picks for _, picks in values}) == 3
    assert values == sorted(values, key=lambda value: -value[0])


def test_the_exact_rules_refuse_a_plan_one_cent_over_budget() -> None:
    tiny = read("p03-tiny")
    plan = matching.solve(tiny)
    matching.check(read("p03-tiny", budget_cents=plan.pay_cents), plan)
    with pytest.raises(BrokenPlan, match="budget"):
        matching.check(read("p03-tiny", budget_cents=plan.pay_cents - 1), plan)


def test_the_solver_is_loaded_when_a_plan_is_made_and_not_before() -> None:
    code = "import sys, assistants.matching; sys.exit('highspy' in sys.modules or 'django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("field", ["pins", "net_cents", "won_minutes", "pay_cents"])
def test_a_false_total_is_found(field: str) -> None:
    blog = read("p01-blog")
    plan = matching.solve(blog)
    false = {field: getattr(plan, field) + 1}
    with pytest.raises(BrokenPlan):
        matching.check(blog, replace(plan, status="feasible", bound_cents=plan.bound_cents + 1, **false))


def test_a_false_row_a_doubled_row_and_a_false_proof_are_found() -> None:
    blog = read("p01-blog")
    plan = matching.solve(blog)
    email, records = plan.handoffs
    for false in (
        replace(plan, handoffs=(replace(email, minutes=email.minutes - 1), records)),
        replace(plan, handoffs=(email, records, records)),
        replace(plan, handoffs=(replace(email, assistant="ana"), records)),
        replace(plan, bound_cents=plan.net_cents + 1),
        replace(plan, status="feasible", bound_cents=plan.net_cents - 1),
    ):
        with pytest.raises(BrokenPlan):
            matching.check(blog, false)


# Why not (section 8)


def why(instance: Instance, task: str, assistant: str) -> tuple[str, dict[str, int]]:
    reason = matching.why_not(instance, matching.solve(instance), task, assistant)
    assert (reason.task, reason.assistant) == (task, assistant)
    return reason.code, dict(reason.numbers)


def test_the_second_best_person_makes_the_plan_worse_by_the_difference() -> None:
    assert why(read("p01-blog"), "records", "joan") == ("worse_plan", {"cents": 1904, "pins": 0})
    assert why(read("p02-lawyer"), "typing", "b-clerk") == ("worse_plan", {"cents": 33275, "pins": 0})


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
    assert given_out(plan) == {("t", "a", 2)}
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
    for rows in SMALL:
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


# Reading (README)


def test_what_is_read_is_written_the_same() -> None:
    for rows in [*SMALL, *(data(path.stem) for path in HERE.glob("p*.json"))]:
        instance = Instance.read(rows)
        assert Instance.read(json.loads(json.dumps(instance.json()))) == instance


def test_defaults_stand_in_for_what_is_not_said_and_unknown_keys_are_ignored() -> None:
    rows = one_pair() | {"colour": "red"}
    del rows["owner"]["relief_cents"]
    instance = Instance.read(rows)
    assert (instance.owner.relief_cents, instance.owner.amortise_weeks, instance.owner.budget_cents) == (
        600,
        26,
        None,
    )
    assert (instance.tasks[0].parts, instance.tasks[0].max_people, instance.tasks[0].skills) == (1, 1, {})


def two(key: str, row: Row) -> Row:
    return {key: [row, row]}


PAIR = {"task": "t", "assistant": "a"}
BAD: dict[str, tuple[Row, str]] = {
    "no such task": ({"pins": [{"task": "u", "assistant": "a"}]}, 'pins[0]: no task has the id "u"'),
    "no such assistant": (
        {"kept": [{"task": "t", "assistant": "b"}]},
        'kept[0]: no assistant has the id "b"',
    ),
    "an id twice": (two("tasks", one_pair()["tasks"][0]), 'tasks[1]: "t" is there twice'),
    "a pair twice": (two("briefed", PAIR), 'briefed[1]: ["t", "a"] is there twice'),
    "a no twice": (two("exclude", {"task": "t"}), 'exclude[1]: ["t", null] is there twice'),
    "a no to nothing": ({"exclude": [{}]}, "exclude[0]: names neither a task nor an assistant"),
    "a pin that is excluded": ({"pins": [PAIR], "exclude": [{"assistant": "a"}]}, "pins[0]: also in exclude"),
    "a pin of only_me": (
        {"pins": [PAIR], "tasks": [one_pair()["tasks"][0] | {"only_me": True}]},
        'pins[0]: "t" is only_me',
    ),
    "too many kept parts": ({"kept": [PAIR | {"parts": 2}]}, 'kept[0]: more parts of "t" than its 1'),
    "another format": ({"format": "delegator-plan"}, "the instance: not delegator-instance, version 1"),
    "another version": ({"version": 2}, "the instance: not delegator-instance, version 1"),
    "no list": ({"tasks": {}}, "the instance: tasks is not a list"),
    "no owner": ({"owner": None}, "owner: an object is expected"),
    "no row": ({"assistants": [7]}, "assistants[0]: an object is expected"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_instance_that_contradicts_itself_is_refused_by_row(case: str) -> None:
    changes, message = BAD[case]
    with pytest.raises(BadInstance) as refused:
        Instance.read(one_pair() | changes)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("table", "field", "value", "message"),
    [
        ("task", "minutes", 10081, "tasks[0]: minutes is not 0 to 10080"),
        ("task", "minutes", 1.0, "tasks[0]: minutes is not a whole number"),
        ("task", "loathe", True, "tasks[0]: loathe is not a whole number"),
        ("task", "excel", 11, "tasks[0]: excel is not 0 to 10"),
        ("task", "parts", 0, "tasks[0]: parts is not 1 to 1000"),
        ("task", "max_people", 0, "tasks[0]: max_people is not 1 or more"),
        ("task", "only_me", 1, "tasks[0]: only_me is neither true nor false"),
        ("task", "id", 7, "tasks[0]: id is not a text"),
        ("task", "skills", {"x": 6}, "tasks[0]: skills: x is not 1 to 5"),
        ("task", "skills", {"x\ny": 0}, "tasks[0]: skills: x y is not 1 to 5"),
        ("task", "growth_permille", -1001, "tasks[0]: growth_permille is not -1000 to 1000"),
        ("assistant", "rate_cents", -1, "assistants[0]: rate_cents is not 0 or more"),
        ("assistant", "minutes", None, "assistants[0]: minutes is not a whole number"),
        ("owner", "hour_value_cents", 10**12 + 1, "owner: hour_value_cents is not 0 to 1000000000000"),
        ("owner", "budget_cents", -1, "owner: budget_cents is not 0 or more"),
        ("owner", "amortise_weeks", 0, "owner: amortise_weeks is not 1 to 520"),
        ("owner", "aim_minutes", 10081, "owner: aim_minutes is not 0 to 10080"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(table: str, field: str, value: object, message: str) -> None:
    with pytest.raises(BadInstance) as refused:
        Instance.read(one_pair(**{table: {field: value}}))
    assert str(refused.value) == message


def test_a_missing_field_is_refused_by_name() -> None:
    rows = one_pair()
    del rows["tasks"][0]["minutes"]
    with pytest.raises(BadInstance, match=r"^tasks\[0\]: minutes is missing$"):
        Instance.read(rows)
    with pytest.raises(BadInstance, match=r"^the instance: an object is expected$"):
        Instance.read([])
