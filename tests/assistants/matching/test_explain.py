"""All that is said of a plan: who comes next, which wishes are unmet, and what stays."""

from collections.abc import Callable
from time import process_time

import pytest

from assistants import matching
from assistants.matching.instances import Instance
from tests.assistants.matching.brute import Small
from tests.assistants.matching.cases import SMALL, one_pair, read


def test_the_blog_says_who_could_keep_the_records_too_and_what_stays() -> None:
    blog = read("p01-blog")
    said = matching.explain(blog, matching.solve(blog))
    (joan,) = said.next_best
    assert (joan.task, joan.assistant, joan.code, joan.numbers) == (
        ("records", "joan", "worse_plan", {"cents": 1904, "pins": 0})
    )
    assert said.unmet == ()
    assert [(each.task, each.code) for each in said.left_out] == [("website", "max_new"), ("sales", "keep")]


def test_what_stays_is_said_as_it_is_without_the_rest() -> None:
    for rows in SMALL[:80]:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        assert list(matching.explain(instance, plan).left_out) == matching.left_out(instance, plan)


def test_the_next_best_has_nothing_of_the_task_and_the_plan_with_them_is_no_better() -> None:
    heard = 0
    for rows in SMALL[:150]:
        instance, small = Instance.read(rows), Small(rows)
        plan = matching.solve(instance)
        given = {(each.task, each.assistant) for each in (*plan.handoffs, *plan.kept)}
        for each in matching.explain(instance, plan).next_best:
            assert each.assistant is not None
            assert (each.task, each.assistant) not in given
            best = small.best_with(each.task, each.assistant)
            if each.code == "worse_plan":
                assert best is not None
                assert each.numbers == {"cents": max(0, plan.net_cents - best[1]), "pins": plan.pins - best[0]}
                heard += 1
            else:
                assert best is None
    assert heard > 50


def test_every_wish_that_is_not_honoured_has_its_reason() -> None:
    unmet = 0
    for rows in SMALL[:150]:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        given = {(each.task, each.assistant) for each in (*plan.handoffs, *plan.kept)}
        wished = {(pin.task, pin.assistant) for pin in instance.pins}
        said = matching.explain(instance, plan).unmet
        assert {(each.task, each.assistant) for each in said} == wished - given
        assert "chosen" not in {each.code for each in said}
        unmet += len(said)
    assert unmet > 10


def test_without_time_a_pair_is_undecided_and_nothing_is_made_up() -> None:
    # Alone b does not reach her minimum; whether she does with other tasks takes a plan to know.
    rows = one_pair(assistant={"rate_cents": 600})
    rows["tasks"].append(rows["tasks"][0] | {"id": "u", "skills": {"x": 1}})
    rows["assistants"].append(rows["assistants"][0] | {"id": "b", "min_minutes": 300})
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    assert matching.why_not(instance, plan, "t", "b", limit=0).code == "undecided"
    assert matching.why_not(instance, plan, "t", "b").code == "minimum"
    rows["assistants"][1] |= {"skills": {"x": 1}, "minutes": 900}
    instance = Instance.read(rows)
    assert matching.why_not(instance, matching.solve(instance), "t", "b").code != "minimum"


def test_a_loss_that_is_not_proven_is_said_to_be_the_most_it_can_be() -> None:
    ten = read("p10-solo-30x15")
    plan = matching.solve(ten)
    other = matching.explain(ten, plan).next_best[0]
    assert other.assistant is not None
    hasty = matching.why_not(ten, plan, other.task, other.assistant, limit=0)
    assert hasty.code == "worse_plan"
    assert hasty.numbers["at_most"] == 1
    assert hasty.numbers["cents"] >= other.numbers["cents"]


def test_a_task_that_a_hasty_plan_leaves_out_for_no_limit_has_the_loss_worked_out() -> None:
    instance = Instance.read(one_pair(assistant={"rate_cents": 600}))
    plan = matching.solve(instance)
    empty = matching.recall(instance, plan.json("") | {"handoffs": [], "status": "feasible"})
    (reason,) = matching.left_out(instance, empty)
    # Nothing is lost with it: it should be there.
    assert (reason.code, reason.assistant, reason.numbers) == ("worse_plan", "a", {"cents": 0, "pins": 0})


@pytest.mark.parametrize(
    ("name", "say"),
    [
        (name, say)
        for name in ("p06-solo", "p10-solo-30x15")
        for say in (matching.explain, matching.levers, matching.more_budget)
    ],
)
def test_what_is_said_of_a_plan_comes_within_its_time(name: str, say: Callable[..., object]) -> None:
    instance = read(name)
    plan = matching.solve(instance)
    for limit in (0.0, 0.3):
        began = process_time()
        say(instance, plan, limit=limit)
        # Processor time, since a busy machine takes its turns on top.
        assert process_time() - began < 1.1 * limit + 0.5
