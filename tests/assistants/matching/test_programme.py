"""The search with HiGHS, with no time and without HiGHS."""

import copy
import subprocess
import sys
from pathlib import Path

import pytest

from assistants import matching
from assistants.matching.instances import Instance
from assistants.matching.programme import Programme
from assistants.matching.rules import Rules
from tests.assistants.matching.brute import Small
from tests.assistants.matching.cases import OPTIMUM, SMALL, an_instance, read


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
    assert (plan.pins, plan.net_cents, plan.won_minutes) == Small(rows).best()


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


def test_the_solver_is_loaded_when_a_plan_is_made_and_not_before() -> None:
    code = "import sys, assistants.matching; sys.exit('highspy' in sys.modules or 'django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
