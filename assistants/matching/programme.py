"""The search for the best plan: the integer programme (MATCHING.md 5) and HiGHS, which solves it (7)."""

import logging
import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate, groupby
from time import monotonic
from typing import Any, Final, NamedTuple

from . import greedy
from .instances import Pair
from .pricing import Priced
from .rules import Limit, Picks, Rules

logger = logging.getLogger(__name__)

# What a hand-off gives towards a goal: by the part, and once.
Goal = Mapping[Pair, tuple[int, int]]
# The coefficients of a row, by column.
Terms = dict[int, int]

# One thread: a second one would hang a process that forks later. No relative gap: whole cents count.
OPTIONS: Final[dict[str, bool | int | float | str]] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,
}
# More pairs than that are too many for a web worker's memory.
MOST_CANDIDATES: Final = 60_000
# Rounds in which HiGHS may believe in a plan that the exact rules refuse.
ROUNDS: Final = 8
# Above it, in cents, the tolerances of floating point are no longer below a cent.
EXACT_UP_TO: Final = 2**40
# Seconds that each goal from the third on may take: it moves minutes and people, never money.
TIDYING: Final = 1.0
TIDYING_FROM: Final = 2
NET: Final = 1


@dataclass(slots=True)
class Found:
    """
    The best picks so far; None while the forced hand-off is in none, and `impossible` if it can be in none.

    `bounds` are what pins, net cents, minutes won and people preferred of new hand-offs cannot pass,
    each as long as the goals before it stay as reached. `solved`: HiGHS had a part in it.
    """

    picks: Picks | None
    bounds: list[int]
    solved: bool = False
    impossible: bool = False


def search(
    rules: Rules, *, until: float, forced: Pair | None = None, start: Picks | None = None, tidy: bool = True
) -> Found:
    """
    The best picks by the goals in their order, as far as known by `until` (of `monotonic()`).

    Whatever becomes of the solver, they are as good as the greedy ones and as those to `start` from, if
    these keep the rules. Without `tidy` pins and net are all that is looked at.
    """
    wishes, _, _, preferred = _goals(rules)
    minutes = sum(task.minutes for task in rules.tasks.values())
    bounds = [len(wishes), greedy.ceiling(rules), minutes, len(preferred)]
    known = [greedy.best_of_orders(rules, forced)]
    if start is not None and forced is None and not rules.breach(start):
        known.append(start)
    found = Found(max(filter(None, known), key=rules.value, default=known[0]), bounds)
    if not rules.candidates:
        return found
    try:
        # Only here: the solver takes 0.2 s and 20 MB, which no page and no check that plans nothing pays.
        # Loading it happens once and is not planning.
        began = monotonic()
        import highspy  # noqa: F401

        until += monotonic() - began
        _climb(rules, found, until, forced, tidy=tidy)
    except Exception:
        logger.exception("The solver failed; the plan is made without it")
    return found


def _climb(rules: Rules, found: Found, until: float, forced: Pair | None, *, tidy: bool) -> None:
    few = _promising(rules, {*(found.picks or ()), *filter(None, (forced,))})
    programme = Programme(few)
    if forced:
        programme.at_least({forced: (0, 1)}, 1)
    for place, goal in enumerate(_goals(few) if tidy else _goals(few)[:TIDYING_FROM]):
        answer = NO_ANSWER
        if found.picks is None or rules.value(found.picks)[place] < found.bounds[place]:
            ends = min(until, monotonic() + TIDYING) if place >= TIDYING_FROM else until
            answer = programme.maximise(goal, found.picks, until=ends)
            found.solved |= answer != NO_ANSWER
            found.impossible = found.picks is None and answer.impossible and few is rules
            known = [picks for picks in (found.picks, answer.picks) if picks is not None]
            found.picks = max(known, key=rules.value, default=None)
            # Where not every pair was looked at, what HiGHS rules out is not ruled out.
            if answer.bound is not None and few is rules:
                found.bounds[place] = min(found.bounds[place], answer.bound)
        if found.picks is None:
            return
        reached = rules.value(found.picks)[place]
        if few is not rules and place == NET:
            found.bounds[NET] = min(found.bounds[NET], _priced(rules, programme, goal, reached, answer, until))
        found.bounds[place] = max(found.bounds[place], reached)
        programme.at_least(goal, reached)


def _priced(rules: Rules, programme: "Programme", goal: Goal, reached: int, answer: "Answer", until: float) -> int:
    """What no plan can net, by the prices that the pairs looked at put on the limits."""
    prices = programme.prices(goal, until=until)
    priced = Priced(rules, prices)
    others = rules.candidates.keys() - programme.rules.candidates.keys()
    if answer.bound is not None and priced.rules_out(others, reached):
        return min(answer.bound, priced.ceiling)
    return priced.ceiling


def _promising(rules: Rules, chosen: Collection[Pair]) -> Rules:
    """
    All candidates; of too many as many of each task as there is room for, by net, and all that are wished or chosen.

    Then the bound is one by prices.
    """
    if len(rules.candidates) <= MOST_CANDIDATES:
        return rules
    each = max(1, MOST_CANDIDATES // len(rules.tasks))
    kept = set(chosen) | (rules.pins & rules.candidates.keys())
    for _, theirs in groupby(rules.candidates.values(), lambda one: one.pair.task):
        best = sorted(theirs, key=lambda one: (-one.worth.net(one.most), one.pair))
        kept |= {one.pair for one in best[:each]}
    return rules.only(kept)


def cheapest(rules: Rules, *, pins: int, net: int, until: float) -> Picks | None:
    """The least pay for as many pins and as many cents net; None if there is none, or none proven by `until`."""
    try:
        import highspy  # noqa: F401
    except ImportError:
        return None
    wishes, nets, _, _ = _goals(rules)
    programme = Programme(rules)
    programme.at_least(wishes, pins)
    programme.at_least(nets, net)
    pay = {each.pair: (-each.worth.pay_cents, 0) for each in rules.candidates.values()}
    picks, bound, _ = programme.maximise(pay, None, until=until)
    if picks is None or bound is None or rules.value(picks)[:2] < (pins, net):
        return None
    return picks if -rules.new_pay(picks) == bound else None


def _goals(rules: Rules) -> tuple[Goal, Goal, Goal, Goal]:
    """Pins honoured, cents a week, minutes won a week, people preferred: as in `Rules.value`."""
    each = rules.candidates.values()
    return (
        {one.pair: (0, 1) for one in each if one.pair in rules.pins and one.pair not in rules.kept},
        {one.pair: (one.worth.gain, -one.worth.fixed) for one in each},
        {one.pair: (one.worth.owner_minutes, -one.worth.check_minutes) for one in each},
        {one.pair: (0, 1) for one in each if one.pair in rules.preferred},
    )


class Answer(NamedTuple):
    """Picks that keep every rule, and what the goal cannot pass; None where HiGHS does not know."""

    picks: Picks | None
    bound: int | None
    impossible: bool = False


NO_ANSWER: Final = Answer(None, None)


class Row(NamedTuple):
    terms: Terms
    low: float
    high: float


class Programme:
    """
    The columns and rows of one instance; goals are solved one after the other on it.

    A hand-off is a column of 0 or 1 (`handed`) and, where it may have more than its least parts,
    a column for those (`more`). An assistant with a minimum has a column for taking anything new.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.upper: list[int] = []
        self.rows: list[Row] = []
        self.options = dict(OPTIONS)
        spans = {pair: each.most - each.least for pair, each in rules.candidates.items()}
        self.handed = {pair: self._column(1) for pair in spans}
        self.more = {pair: self._column(span) for pair, span in spans.items() if span}
        busy = {pair.assistant for pair in spans}
        self.takes_new = {id_: self._column(1) for id_ in rules.minimum if id_ in busy}
        for pair, column in self.more.items():
            self.rows.append(Row({column: 1, self.handed[pair]: -spans[pair]}, -math.inf, 0))
        self.limits: dict[Limit, int] = {}
        self._add_limits()
        self._add_minimums()

    def at_least(self, goal: Goal, reached: int) -> None:
        """From now on no plan counts that gives less of this goal."""
        if goal:
            self.rows.append(Row(self._sum(goal), reached, math.inf))

    def maximise(self, goal: Goal, start: Picks | None, *, until: float) -> Answer:
        """The best plan for the goal that HiGHS finds by `until`, beginning with a known one."""
        bound = None
        for _ in range(ROUNDS):
            if monotonic() >= until:
                break
            answer = self._run(self._sum(goal), start, until - monotonic())
            if answer.picks is None or not self.rules.breach(answer.picks):
                return answer
            bound = answer.bound
            self.forbid(answer.picks)
        return Answer(None, bound)

    def _column(self, upper: int) -> int:
        self.upper.append(upper)
        return len(self.upper) - 1

    def _terms(self, pair: Pair, part: int, once: int) -> Terms:
        least = self.rules.candidates[pair].least
        terms = {self.handed[pair]: part * least + once}
        if pair in self.more:
            terms[self.more[pair]] = part
        return {column: coefficient for column, coefficient in terms.items() if coefficient}

    def _sum(self, goal: Goal) -> Terms:
        return {column: value for pair, gives in goal.items() for column, value in self._terms(pair, *gives).items()}

    def _add_limits(self) -> None:
        used: dict[Limit, Terms] = defaultdict(dict)
        for pair, candidate in self.rules.candidates.items():
            for limit, part, once in candidate.uses:
                used[limit] |= self._terms(pair, part, once)
        for limit, terms in used.items():
            room = self.rules.room[limit]
            # A limit that nothing can reach is left out: fewer rows, and no number too large for a float.
            if sum(use * self.upper[column] for column, use in terms.items()) <= room:
                continue
            kind, whose = limit
            self.limits[limit] = len(self.rows)
            if kind == "no_hours" and whose in self.takes_new:
                self.rows.append(Row(terms | {self.takes_new[whose]: -room}, -math.inf, 0))
            else:
                self.rows.append(Row(terms, -math.inf, room))

    def _add_minimums(self) -> None:
        theirs: dict[str, dict[Pair, tuple[int, int]]] = {id_: {} for id_ in self.takes_new}
        for pair, each in self.rules.candidates.items():
            if pair.assistant in theirs:
                theirs[pair.assistant][pair] = each.worth.minutes, 0
        for id_, takes_new in self.takes_new.items():
            minutes = self._sum(theirs[id_]) | {takes_new: -self.rules.minimum[id_]}
            self.rows.append(Row(minutes, 0, math.inf))
            self.rows.extend(Row({takes_new: 1, self.handed[pair]: -1}, 0, math.inf) for pair in theirs[id_])

    def forbid(self, picks: Picks) -> None:
        """Take away a point that only floating point believes in."""
        self.options["mip_feasibility_tolerance"] = 1e-9
        # With parts to choose, many points share these columns; there the sharper tolerance has to do.
        if not self.more:
            signs = {column: 1 if pair in picks else -1 for pair, column in self.handed.items()}
            self.rows.append(Row(signs, -math.inf, len(picks) - 1))

    def _values(self, picks: Picks) -> list[float]:
        values = [0.0] * len(self.upper)
        for pair, parts in picks.items():
            values[self.handed[pair]] = 1.0
            if pair in self.more:
                values[self.more[pair]] = float(parts - self.rules.candidates[pair].least)
            if pair.assistant in self.takes_new:
                values[self.takes_new[pair.assistant]] = 1.0
        return values

    def _picks(self, values: list[float]) -> Picks:
        whole = [round(value) for value in values]
        return {
            pair: self.rules.candidates[pair].least + (whole[self.more[pair]] if pair in self.more else 0)
            for pair, column in self.handed.items()
            if whole[column]
        }

    def prices(self, goal: Goal, *, until: float) -> dict[Limit, float]:
        """What a little more of each limit is worth, if hand-offs could be had in fractions."""
        solver = self._solver(self._sum(goal), until - monotonic(), whole=False)
        solver.run()
        duals = solver.getSolution().row_dual
        return {limit: duals[row] for limit, row in self.limits.items()} if len(duals) else {}

    def _run(self, goal: Terms, start: Picks | None, seconds: float) -> Answer:
        import highspy

        solver = self._solver(goal, seconds)
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = self._values(start)
            solver.setSolution(solution)
        solver.run()

        info = solver.getInfo()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        picks = self._picks(list(solver.getSolution().col_value)) if found else None
        impossible = solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        return Answer(picks, self._whole(goal, info.mip_dual_bound), impossible)

    def _solver(self, goal: Terms, seconds: float, *, whole: bool = True) -> Any:
        import highspy

        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.upper), len(self.rows)
        lp.sense_ = highspy.ObjSense.kMaximize
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.upper)
        lp.col_cost_ = [float(goal.get(column, 0)) for column in range(len(self.upper))]
        lp.col_lower_ = [0.0] * len(self.upper)
        lp.col_upper_ = [float(upper) for upper in self.upper]
        lp.row_lower_ = [float(row.low) for row in self.rows]
        lp.row_upper_ = [float(row.high) for row in self.rows]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = [0, *accumulate(len(row.terms) for row in self.rows)]
        lp.a_matrix_.index_ = [column for row in self.rows for column in row.terms]
        lp.a_matrix_.value_ = [float(value) for row in self.rows for value in row.terms.values()]
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in {**self.options, "time_limit": max(0.0, seconds)}.items():
            solver.setOptionValue(option, value)
        solver.passModel(lp)
        return solver

    def _whole(self, goal: Terms, bound: float) -> int | None:
        """The bound rounded down, unless floating point is too coarse for it."""
        rows = [*self.rows, Row(goal, 0, 0)]
        largest = max((abs(value) for row in rows for value in row.terms.values()), default=0)
        if not math.isfinite(bound) or max(abs(bound), largest) > EXACT_UP_TO:
            return None
        return math.floor(bound + 1e-6 + 1e-11 * abs(bound))
