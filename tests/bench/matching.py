"""
What plans cost: milliseconds beside HiGHS alone, gaps and memory of large ones, and how time grows.

Each item runs in a process of its own, so that its memory is its own. `python -m tests.bench.matching NAME`
prints one as JSON. The bars are those of MATCHING.md 12.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import NamedTuple

from assistants import matching
from assistants.matching.instances import Instance
from assistants.matching.programme import Programme
from assistants.matching.rules import Rules
from tests import rig
from tests.assistants.matching import cases
from tests.bench import rosters
from tests.bench.items import Wrong
from tests.bench.results import Row
from tests.bench.rosters import Recipe

SOLO = Recipe("solo", 25, 12, budget=40000, max_new=6, in_parts=0.2, kept=2, pins=1, skills=(4, 8), needs=(1, 3))
LARGER_SOLO = SOLO._replace(name="larger solo", tasks=30, assistants=15, budget=50000)
AGENCY = Recipe("agency", 300, 80, value=9000, budget=400000, kept=20, excluded=10, in_parts=0.1)
MARKET = Recipe(
    "market", 2000, 1000, value=9000, budget=800000, kept=100, languages=8, with_minimum=0.2, in_parts=0.02
)
SEEDS = 20
GROWTH_LIMIT = 10
# Twice as many tasks and assistants each time.
SIZES = ((25, 10), (50, 20), (100, 40), (200, 80), (400, 160))


class Measured(NamedTuple):
    what: str
    value: float
    goal: float | None = None


def solo() -> Iterator[Measured]:
    """Every plan proven; at the 95th percent and at most."""
    for recipe, p95, most in ((SOLO, 300, 2000), (LARGER_SOLO, None, 2000)):
        instances = [_instance(recipe._replace(seed=seed)) for seed in range(SEEDS)]
        times = sorted(_milliseconds(instance) for instance in instances)
        size = f"{recipe.tasks}x{recipe.assistants}"
        yield Measured(f"{size}: ms, p95", times[SEEDS * 95 // 100 - 1], p95)
        yield Measured(f"{size}: ms, most", times[-1], most)


def beside_bare() -> Iterator[Measured]:
    """The whole plan over one solve of the same model by HiGHS, with nothing before and after it."""
    instances = [_instance(SOLO._replace(seed=seed)) for seed in range(SEEDS)]
    plans = sum(_milliseconds(instance) for instance in instances)
    bare = sum(_bare_milliseconds(instance) for instance in instances)
    yield Measured("25x12: ms, bare HiGHS", bare / SEEDS)
    yield Measured("25x12: plan over bare HiGHS", plans / bare)


def agency() -> Iterator[Measured]:
    instance = _instance(AGENCY)
    for limit, goal in ((3, 1.0), (10, 0.5)):
        yield Measured(f"300x80: gap % in {limit} s", _gap(matching.solve(instance, limit=limit)), goal)
    public = cases.read("p12-agency-big")
    yield Measured("p12, proven: ms", _milliseconds(public, limit=60), 20_000)


def market() -> Iterator[Measured]:
    instance = _instance(MARKET)
    began = perf_counter()
    plan = matching.solve(instance, limit=60)
    yield Measured("2000x1000: s", perf_counter() - began, 60)
    yield Measured("2000x1000: gap %", _gap(plan), 0.5)
    yield Measured("2000x1000: MB in all", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 500)


def said() -> Iterator[Measured]:
    """All reasons and levers of one plan, and the forecast of two years."""
    instance = _instance(LARGER_SOLO)
    plan = matching.solve(instance)
    began = perf_counter()
    matching.explain(instance, plan)
    matching.levers(instance, plan)
    matching.more_budget(instance, plan)
    yield Measured("30x15: s, reasons and levers", perf_counter() - began, 3)
    began = perf_counter()
    forecast = matching.ahead(_instance(SOLO), steps=26, limit=30)
    yield Measured("25x12: s, two years ahead", perf_counter() - began, 5)
    yield Measured("25x12: steps not proven", sum(step.plan.status != "optimal" for step in forecast.steps), 0)


def growth() -> Iterator[Measured]:
    for tasks, assistants in SIZES:
        instance = _instance(Recipe("", tasks, assistants, budget=1000 * tasks))
        began = perf_counter()
        plan = matching.solve(instance, limit=GROWTH_LIMIT)
        yield Measured(f"{tasks}x{assistants}: ms", 1000 * (perf_counter() - began))
        yield Measured(f"{tasks}x{assistants}: gap % in {GROWTH_LIMIT} s", _gap(plan), 0.5)


ITEMS: dict[str, Callable[[], Iterator[Measured]]] = {
    "plan": solo,
    "plan beside HiGHS": beside_bare,
    "agency": agency,
    "market": market,
    "plan, what is said": said,
    "growth of plans": growth,
}


def rows(only: str, wrong: dict[str, str]) -> list[Row]:
    """The rows of all items with this in their name; of those that fail why is written down."""
    measured = []
    for name in ITEMS:
        if only in name:
            try:
                measured += [Row(f"{name}, {each.what}", "-", 0, each.value, each.goal) for each in _apart(name)]
            except Wrong as error:
                wrong[name] = str(error)
    return measured


def _apart(name: str) -> list[Measured]:
    command = [sys.executable, "-m", "tests.bench.matching", name]
    done = subprocess.run(command, cwd=rig.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Wrong(done.stderr.strip().rpartition("\n")[2] or f"ended with {done.returncode}")
    return [Measured(*each) for each in json.loads(done.stdout)]


def _instance(recipe: Recipe) -> Instance:
    return Instance.read(rosters.make(recipe))


def _milliseconds(instance: Instance, *, limit: float = 20) -> float:
    """Of a plan that is proven; HiGHS is loaded before."""
    import highspy  # noqa: F401

    began = perf_counter()
    plan = matching.solve(instance, limit=limit)
    spent = 1000 * (perf_counter() - began)
    if plan.status != "optimal":
        raise Wrong(f"{instance.name} is not proven in {limit} s")
    return spent


def _bare_milliseconds(instance: Instance) -> float:
    rules = Rules(instance)
    net = {pair: (each.worth.gain, -each.worth.fixed) for pair, each in rules.candidates.items()}
    programme = Programme(rules)
    began = perf_counter()
    programme.maximise(net, None, until=float("inf"))
    return 1000 * (perf_counter() - began)


def _gap(plan: matching.Plan) -> float:
    return 100 * plan.gap_cents / plan.net_cents


if __name__ == "__main__":
    print(json.dumps(list(ITEMS[sys.argv[1]]())))
