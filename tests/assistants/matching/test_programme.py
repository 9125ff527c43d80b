"""The search with HiGHS, with no time and without HiGHS."""

import copy
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import matching
from assistants.matching import programme as search
from assistants.matching.instances import Instance
from assistants.matching.pricing import Priced
from assistants.matching.programme import Programme
from assistants.matching.rules import Rules
from tests.assistants.matching.brute import Small
from tests.assistants.matching.cases import OPTIMUM, SMALL, an_instance, one_pair, read


def test_without_a_solver_there_is_a_plan_and_an_honest_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    proven = 0
    for rows in SMALL[:250]:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        matching.check(instance, plan)
        pins, net, *_ = Small(rows).best()
        assert plan.pins < pins or plan.net_cents <= net <= plan.bound_cents
        assert plan.status == "feasible" or (plan.pins, plan.net_cents) == (pins, net)
        proven += plan.status == "optimal"
    assert 0 < proven < 250


def test_out_of_time_there_is_a_plan_and_an_honest_bound() -> None:
    instance = read("p10-solo-30x15")
    plan = matching.solve(instance, limit=0)
    matching.check(instance, plan)
    assert plan.status == "feasible"
    assert 0 < plan.net_cents <= OPTIMUM["p10-solo-30x15"]["net_cents"] <= plan.bound_cents


@pytest.mark.parametrize("limit", [0.1, 0.5])
def test_a_large_plan_is_there_when_its_time_is_over(limit: float) -> None:
    instance = read("p12-agency-big")
    began = process_time()
    plan = matching.solve(instance, limit=limit)
    # Processor time, since a busy machine takes its turns on top.
    assert process_time() - began < 1.1 * limit + 0.5
    matching.check(instance, plan)
    assert plan.gap_cents >= OPTIMUM["p12-agency-big"]["net_cents"] - plan.net_cents


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
        assert plan.status == "feasible" or (plan.pins, plan.net_cents) == best[:2]


def test_a_plan_that_floating_point_alone_keeps_in_budget_is_not_taken() -> None:
    # HiGHS likes hand-offs that cost one cent more than the budget: less than it can tell at this size.
    rows = an_instance(360, tasks=6)
    rows["owner"] |= {"hour_value_cents": 500030951293, "relief_cents": 250000000000}
    rows["owner"] |= {"budget_cents": 393373789341, "max_new": None}
    rows["assistants"][0]["rate_cents"] = 400041141702
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    matching.check(instance, plan)
    assert (plan.pins, plan.net_cents, plan.won_minutes) == Small(rows).best()[:3]


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


def test_of_too_many_pairs_the_best_are_looked_at_and_the_bound_stays_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_CANDIDATES", 6)
    reached = proven = unmet = 0
    for rows in SMALL[:250]:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        matching.check(instance, plan)
        pins, net, *_ = Small(rows).best()
        assert plan.pins < pins or plan.net_cents <= net <= plan.bound_cents
        assert plan.status == "feasible" or (plan.pins, plan.net_cents) == (pins, net)
        unmet += plan.pins < pins
        reached += (plan.pins, plan.net_cents) == (pins, net)
        proven += plan.status == "optimal"
    assert 150 < proven < reached < 250
    # Wishes are always looked at, but not what else someone would need for their minimum.
    assert unmet <= 5


def test_what_cannot_be_with_the_pairs_looked_at_is_not_called_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    # b takes no less than 400 minutes, for which it needs both tasks; a is the better one for each.
    rows = one_pair(assistant={"rate_cents": 300})
    rows["tasks"].append(rows["tasks"][0] | {"id": "u"})
    rows["assistants"].append(rows["assistants"][0] | {"id": "b", "rate_cents": 301, "min_minutes": 400})
    instance = Instance.read(rows)
    plan = matching.solve(instance)
    assert matching.why_not(instance, plan, "t", "b").code == "worse_plan"
    monkeypatch.setattr(search, "MOST_CANDIDATES", 2)
    assert matching.why_not(instance, plan, "t", "b").code == "undecided"


@given(st.integers(0, 10**6), st.lists(st.floats(-30, 30), min_size=40, max_size=40))
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_any_prices_of_the_limits_bound_the_net(seed: int, prices: list[float]) -> None:
    rows = an_instance(seed, tasks=6, people=4)
    instance = Instance.read(rows)
    rules = Rules(instance)
    priced = Priced(rules, dict(zip(sorted(rules.room), prices, strict=False)))
    plan = matching.solve(instance)
    net = rules.value(plan.picks)[1]
    assert net <= priced.ceiling
    assert not plan.picks or not priced.rules_out(plan.picks, net)


def test_the_solver_is_loaded_when_a_plan_is_made_and_not_before() -> None:
    code = "import sys, assistants.matching; sys.exit('highspy' in sys.modules or 'django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
