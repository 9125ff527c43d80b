"""The best plan: worked examples, proven optima, every plan of small instances, and what must hold."""

from dataclasses import replace

import pytest

from assistants import matching
from assistants.matching import BrokenPlan, Plan
from assistants.matching.instances import Instance
from assistants.matching.rules import Rules
from tests.assistants.matching.brute import Small
from tests.assistants.matching.cases import NAMES, OPTIMUM, SMALL, Row, data, one_pair, read, worth_of
from tests.assistants.matching.checker import Wrong, verify


def given_out(plan: Plan) -> set[tuple[str, str, int]]:
    return {(each.task, each.assistant, each.parts) for each in plan.handoffs}


def totals(plan: Plan) -> tuple[int, int, int]:
    return plan.pins, plan.net_cents, plan.won_minutes


# The worked examples (MATCHING.md 10)


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


# The best plan (4 and 5)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_instance_is_solved_to_its_proven_optimum(name: str) -> None:
    instance, best = read(name), OPTIMUM[name]
    plan = matching.solve(instance, limit=20)
    matching.check(instance, plan)
    verify(data(name), plan.json(name))
    assert plan.status == "optimal"
    assert totals(plan) == (best["pins"], best["net_cents"], best["won_minutes"])


@pytest.mark.parametrize("name", NAMES)
def test_as_many_pairs_are_left_as_in_the_reference(name: str) -> None:
    assert len(Rules(read(name)).candidates) == OPTIMUM[name]["pairs"]


@pytest.mark.parametrize("rows", SMALL, ids=lambda rows: str(rows["name"]))
def test_no_plan_of_a_small_instance_is_better(rows: Row) -> None:
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    small = Small(rows)
    assert totals(plan) == small.best()[:3]
    assert sum((each.task, each.assistant) in small.preferred for each in plan.handoffs) == small.best()[3]
    assert (plan.status, plan.bound_cents) == ("optimal", plan.net_cents)
    verify(rows, plan.json(instance.name))


def test_the_small_instances_use_every_option() -> None:
    plans = [matching.solve(Instance.read(rows)) for rows in SMALL[:200]]
    assert len(SMALL) == 500
    assert sum(bool(plan.handoffs) for plan in plans) > 150
    assert sum(len(plan.handoffs) > 1 for plan in plans) > 100
    assert sum(bool(plan.kept) for plan in plans) > 40
    assert sum(bool(plan.pins) for plan in plans) > 40
    for key in ("briefed", "pins", "prefer", "exclude"):
        assert sum(bool(rows[key]) for rows in SMALL) > 100
    shared = [each for plan in plans for each in plan.handoffs if each.parts > 1]
    assert len(shared) > 20


def test_of_equally_good_tasks_the_one_that_wins_more_minutes_goes() -> None:
    # Her hour is worth nothing and loathing is all that counts, so the follow-up costs minutes and no money.
    rows = one_pair(owner={"hour_value_cents": 0, "relief_cents": 6000, "max_new": 1})
    rows["tasks"] = [rows["tasks"][0] | {"id": id_, "check_minutes": check} for id_, check in (("t", 60), ("u", 0))]
    rows["assistants"][0]["rate_cents"] = 100
    plan = matching.solve(Instance.read(rows))
    assert given_out(plan) == {("u", "a", 1)}


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


def test_a_kept_handoff_is_paid_as_agreed_whatever_the_assistant_takes_now() -> None:
    rows = one_pair(owner={"budget_cents": 3334 + 5825}, assistant={"rate_cents": 6000})
    rows["tasks"].append({**rows["tasks"][0], "id": "u"})
    rows["assistants"].append({**rows["assistants"][0], "id": "b", "rate_cents": 1500})
    rows["kept"] = [{"task": "t", "assistant": "a", "minutes": 200, "rate_cents": 1000}]
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    assert [each.pay_cents for each in plan.kept] == [3334]
    assert [(each.task, each.assistant) for each in plan.handoffs] == [("u", "b")]
    assert Instance.read(instance.json()) == instance
    matching.check(instance, plan)


def test_more_parts_of_a_kept_task_cost_no_new_briefing_and_no_new_follow_up() -> None:
    rows = one_pair(task={"parts": 3, "brief_minutes": 900, "check_minutes": 10}, assistant={"rate_cents": 300})
    rows["kept"] = [{"task": "t", "assistant": "a", "parts": 1}]
    plan = matching.solve(Instance.read(rows))
    (more,) = plan.handoffs
    assert (more.parts, more.check_cents, more.brief_cents, more.won_minutes) == (2, 0, 0, 200)
    assert plan.won_minutes == 3 * 100 - 10


def test_lines_add_up_to_the_handoff_and_handoffs_to_the_plan() -> None:
    for rows in SMALL[:150]:
        plan = matching.solve(Instance.read(rows))
        every = plan.kept + plan.handoffs
        for each in every:
            brings = each.time_cents + each.relief_cents
            costs = each.pay_cents + each.learn_cents + each.check_cents + each.brief_cents
            assert each.net_cents == brings - costs
        assert plan.net_cents == sum(each.net_cents for each in every)
        assert plan.pay_cents == sum(each.pay_cents for each in every)
        assert plan.won_minutes == sum(each.won_minutes for each in every)


def test_a_preferred_person_gets_the_task_where_that_costs_nothing_and_never_where_it_costs_a_cent() -> None:
    rows = one_pair(assistant={"rate_cents": 600})
    rows["assistants"].append(rows["assistants"][0] | {"id": "b"})
    rows["prefer"] = [{"task": "t", "assistant": "b"}]
    assert given_out(matching.solve(Instance.read(rows))) == {("t", "b", 1)}
    rows["assistants"][1]["rate_cents"] = 601
    assert given_out(matching.solve(Instance.read(rows))) == {("t", "a", 1)}


def test_of_twins_the_smaller_id_gets_the_smaller_task() -> None:
    ties = read("p09-ties")
    plan = matching.solve(ties)
    first = [min(each.task for each in plan.handoffs if each.assistant == id_) for id_ in _busy(plan)]
    assert first == sorted(first)
    assert _busy(plan) == [each.id for each in ties.assistants][: len(first)]
    assert matching.solve(ties) == plan


def _busy(plan: Plan) -> list[str]:
    return sorted({each.assistant for each in plan.handoffs})


# The exact rules


def test_the_exact_rules_refuse_a_plan_one_cent_over_budget() -> None:
    tiny = read("p03-tiny")
    plan = matching.solve(tiny)
    matching.check(read("p03-tiny", budget_cents=plan.pay_cents), plan)
    with pytest.raises(BrokenPlan, match="budget"):
        matching.check(read("p03-tiny", budget_cents=plan.pay_cents - 1), plan)


@pytest.mark.parametrize("field", ["pins", "net_cents", "won_minutes", "pay_cents"])
def test_a_false_total_is_found(field: str) -> None:
    blog = read("p01-blog")
    plan = matching.solve(blog)
    false = {field: getattr(plan, field) + 1}
    with pytest.raises(BrokenPlan):
        matching.check(blog, replace(plan, status="feasible", bound_cents=plan.bound_cents + 1, **false))


@pytest.mark.parametrize("field", ["pins", "net_cents", "won_minutes", "pay_cents", "bound_cents"])
def test_the_independent_check_finds_a_false_number(field: str) -> None:
    plan = matching.solve(read("p01-blog")).json("p01-blog")
    verify(data("p01-blog"), plan)
    with pytest.raises(Wrong):
        verify(data("p01-blog"), plan | {field: plan[field] + 1})
    with pytest.raises(Wrong):
        verify(data("p01-blog"), plan | {"handoffs": plan["handoffs"][1:]})


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
