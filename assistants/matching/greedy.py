"""A plan and a bound without a solver: where the search starts, and all there is where no solver is."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import groupby, pairwise

from .instances import Pair
from .rules import Candidate, Picks, Rules


def best_of_orders(rules: Rules, forced: Pair | None = None) -> Picks | None:
    """
    The best of three greedy plans: by net, by net a minute and by net a cent, wishes of the owner first.

    None if the forced hand-off is in none of them.
    """
    plans = [_fill(rules, _in_order(rules, score, forced)) for score in (_net, _net_a_minute, _net_a_cent)]
    plans = [picks for picks in plans if forced is None or forced in picks]
    return max(plans, key=rules.value, default=None)


def _net(each: Candidate) -> int:
    return each.worth.net(each.most)


def _net_a_minute(each: Candidate) -> int:
    return _rate(each.worth.net(each.most), each.worth.minutes * each.most)


def _net_a_cent(each: Candidate) -> int:
    return _rate(each.worth.net(each.most), each.worth.pay_cents * each.most)


def _rate(net: int, use: int) -> int:
    # Fine enough to rank by, and ten times as fast to compare as a fraction.
    return (net << 32) // max(1, use)


def _in_order(rules: Rules, score: Callable[[Candidate], int], forced: Pair | None) -> list[Candidate]:
    def rank(each: Candidate) -> tuple[bool, bool, int, Pair]:
        return each.pair != forced, each.pair not in rules.pins, -score(each), each.pair

    return sorted(rules.candidates.values(), key=rank)


def _fill(rules: Rules, order: Iterable[Candidate]) -> Picks:
    """Each candidate in turn gets all the parts that still fit; who stays below the minimum is let go."""
    order = list(order)
    while True:
        picks: dict[Pair, int] = {}
        spare = dict(rules.room)
        for each in order:
            parts = 0 if any(once > spare[limit] for limit, _, once in each.uses) else each.most
            parts = min(parts, *((spare[limit] - once) // part for limit, part, once in each.uses if part))
            if parts >= each.least:
                picks[each.pair] = parts
                for limit, part, once in each.uses:
                    spare[limit] -= part * parts + once
        minutes = rules.new_minutes(picks)
        short = [id_ for id_, needed in rules.minimum.items() if id_ in minutes and minutes[id_] < needed]
        if not short:
            return picks
        # Half of them at a time, the furthest below first: what they held may lift the others.
        short.sort(key=lambda id_: minutes[id_] - rules.minimum[id_])
        let_go = set(short[: (len(short) + 1) // 2])
        order = [each for each in order if each.pair.assistant not in let_go]


def ceiling(rules: Rules) -> int:
    """
    Cents a week that the new hand-offs of no plan can pass.

    Each task with its best candidate, as if it were the only one; under a budget the fractional
    multiple-choice knapsack of those (MATCHING.md 6).
    """
    tasks = groupby(rules.candidates.values(), lambda each: each.pair.task)
    steps = [step for task, each in tasks for step in _steps(each, rules.room["taken", task])]
    left = rules.room.get(("budget", ""))
    total = 0
    for pay, net in sorted(steps, key=lambda step: Fraction(*step)):
        if left is not None and pay > left:
            return total + net * left // pay
        left = left if left is None else left - pay
        total += net
    return total


def _steps(candidates: Iterable[Candidate], parts: int) -> list[tuple[int, int]]:
    """How pay and net of one task grow together, along the best mixtures: ever less net for a cent."""
    hull = [(0, 0)]
    for pay, net in sorted((each.worth.pay_cents * parts, each.worth.net(parts)) for each in candidates):
        if net <= hull[-1][1]:
            continue
        while len(hull) > 1 and _bends_up(hull[-2], hull[-1], (pay, net)):
            hull.pop()
        hull.append((pay, net))
    return [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(hull)]


def _bends_up(first: tuple[int, int], middle: tuple[int, int], last: tuple[int, int]) -> bool:
    return (middle[1] - first[1]) * (last[0] - middle[0]) <= (last[1] - middle[1]) * (middle[0] - first[0])
