"""The plan of an instance, and its check."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from time import monotonic
from typing import Any, Final, Literal

from .instances import Instance, Pair
from .programme import Found, search
from .rules import Picks, Rules
from .worth import Worth

FORMAT: Final = "delegator-plan"
VERSION: Final = 1
Status = Literal["optimal", "feasible"]


class BrokenPlan(ValueError):
    """The plan breaks a limit of its instance or claims a number that is not so."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    One hand-off with its lines a week, all parts together.

    `minutes` are the assistant's, `owner_minutes` those they take off the owner, follow-up not counted.
    net = time + relief - pay - learn - check - brief. `first_week_cents` is the extra pay while someone
    learns, in the first week alone.
    """

    task: str
    assistant: str
    parts: int
    minutes: int
    pay_cents: int
    net_cents: int
    owner_minutes: int
    won_minutes: int
    time_cents: int
    relief_cents: int
    learn_cents: int
    check_cents: int
    brief_cents: int
    first_week_cents: int

    @classmethod
    def of(cls, pair: Pair, worth: Worth, parts: int) -> "Proposal":
        return cls(
            task=pair.task,
            assistant=pair.assistant,
            parts=parts,
            minutes=parts * worth.minutes,
            pay_cents=parts * worth.pay_cents,
            net_cents=worth.net(parts),
            owner_minutes=parts * worth.owner_minutes,
            won_minutes=worth.won(parts),
            time_cents=parts * worth.time_cents,
            relief_cents=parts * worth.relief_cents,
            learn_cents=parts * worth.learn_cents,
            check_cents=worth.check_cents,
            brief_cents=worth.brief_cents,
            first_week_cents=parts * worth.first_week_cents,
        )

    def json(self) -> dict[str, object]:
        shown = ("task", "assistant", "parts", "minutes", "pay_cents", "net_cents")
        return {name: getattr(self, name) for name in shown}


@dataclass(frozen=True, slots=True)
class Plan:
    """
    The best hand-offs found. Totals count kept ones too; `handoffs` are the new ones alone.

    `optimal`: nothing better exists. `feasible`: it keeps every rule, and no plan with as many pins
    nets more than `bound_cents`. `greedy_alone`: the solver had no part in it, for want of time or of
    the solver; such a plan is often some percent short.
    """

    status: Status
    pins: int
    net_cents: int
    bound_cents: int
    won_minutes: int
    pay_cents: int
    handoffs: tuple[Proposal, ...]
    kept: tuple[Proposal, ...]
    greedy_alone: bool = False

    def json(self, instance_name: str) -> dict[str, Any]:
        """The plan format, version 1; a plan that greedy alone made, and did not prove, says so."""
        totals = ("status", "pins", "net_cents", "bound_cents", "won_minutes", "pay_cents")
        return {
            "format": FORMAT,
            "version": VERSION,
            "instance": instance_name,
            **{name: getattr(self, name) for name in totals},
            "handoffs": [each.json() for each in self.handoffs],
            **({"greedy_alone": True} if self.greedy_alone and self.gap_cents else {}),
        }

    @property
    def gap_cents(self) -> int:
        """What a better plan could bring at most; 0 when this one is proven best."""
        return self.bound_cents - self.net_cents

    @property
    def picks(self) -> dict[Pair, int]:
        return {Pair(each.task, each.assistant): each.parts for each in self.handoffs}


def solve(instance: Instance, *, limit: float = 2.0) -> Plan:
    """
    The best plan found within `limit` seconds; there always is one.

    Goals in their order: pins honoured, net, minutes won back, preferred people, and the same plan for
    the same rows in whatever order they come.
    """
    until = monotonic() + limit
    rules = Rules(instance)
    found = search(rules, until=until)
    return _plan(rules, _settle_twins(rules, found.picks or {}), found)


def replan(instance: Instance, start: Plan, *, until: float) -> Plan:
    """
    The plan of an instance that allows all that the start keeps to, for a "what if" (`until` of `monotonic()`).

    As good as `solve` in pins and net; between equally good plans it may choose another.
    """
    rules = Rules(instance)
    found = search(rules, until=until, start=start.picks, tidy=False)
    return _plan(rules, found.picks or {}, found)


def recall(instance: Instance, data: Mapping[str, Any]) -> Plan:
    """The plan of that instance whose JSON was kept; BrokenPlan if it is none by these rules."""
    picks = {Pair(each["task"], each["assistant"]): int(each["parts"]) for each in data["handoffs"]}
    greedy_alone, rules = bool(data.get("greedy_alone")), Rules(instance)
    if picks.keys() - rules.candidates.keys():
        raise BrokenPlan("a hand-off of the plan is none that could be proposed")
    if breach := rules.breach(picks):
        raise BrokenPlan(breach)
    return _totals(rules, picks, data["bound_cents"], data["status"], greedy_alone=greedy_alone)


def check(instance: Instance, plan: Plan) -> None:
    """Raise BrokenPlan if the plan breaks a limit or claims a number that is not so."""
    rules = Rules(instance)
    if len(plan.picks) < len(plan.handoffs):
        raise BrokenPlan("a hand-off stands there twice")
    if breach := rules.breach(plan.picks):
        raise BrokenPlan(breach)
    if plan.bound_cents < plan.net_cents or (plan.status == "optimal" and plan.bound_cents != plan.net_cents):
        raise BrokenPlan(f"{plan.status} with {plan.net_cents} cents, bound {plan.bound_cents}")
    true = _totals(rules, plan.picks, plan.bound_cents, plan.status, greedy_alone=plan.greedy_alone)
    for each in fields(plan):
        if getattr(plan, each.name) != getattr(true, each.name):
            raise BrokenPlan(f"{each.name} is not {getattr(plan, each.name)} but {getattr(true, each.name)}")


def _plan(rules: Rules, picks: Picks, found: Found) -> Plan:
    most_pins, most_net = found.bounds[:2]
    proven = rules.value(picks)[:2] == (most_pins, most_net)
    kept_net = sum(rules.worth(pair).net(parts) for pair, parts in rules.kept.items())
    status: Status = "optimal" if proven else "feasible"
    return _totals(rules, picks, kept_net + most_net, status, greedy_alone=not found.solved)


def _totals(rules: Rules, picks: Picks, bound_cents: int, status: Status, *, greedy_alone: bool) -> Plan:
    kept = tuple(Proposal.of(pair, rules.worth(pair), parts) for pair, parts in rules.kept.items())
    new = tuple(Proposal.of(pair, rules.candidates[pair].worth, picks[pair]) for pair in sorted(picks))
    return Plan(
        status=status,
        pins=len(rules.pins & (picks.keys() | rules.kept.keys())),
        net_cents=sum(each.net_cents for each in (*kept, *new)),
        bound_cents=bound_cents,
        won_minutes=sum(each.won_minutes for each in (*kept, *new)),
        pay_cents=sum(each.pay_cents for each in (*kept, *new)),
        handoffs=new,
        kept=kept,
        greedy_alone=greedy_alone,
    )


def _settle_twins(rules: Rules, picks: Picks) -> Picks:
    """Between assistants alike in everything the smaller id gets the smaller task id."""
    # What was said of one of them makes them differ.
    named = {pair.assistant for pair in (*rules.known, *rules.pins, *rules.preferred)} | {
        id_ for _, id_ in rules.excluded
    }
    twins: dict[object, list[str]] = defaultdict(list)
    for each in rules.assistants.values():
        if each.id not in named:
            twins[each.rate_cents, each.minutes, each.min_minutes, frozenset(each.skills.items())].append(each.id)
    settled = dict(picks)
    for ids in twins.values():
        work = [sorted((pair.task, settled.pop(pair)) for pair in picks if pair.assistant == id_) for id_ in ids]
        for id_, theirs in zip(ids, sorted(filter(None, work)), strict=False):
            settled |= {Pair(task, id_): parts for task, parts in theirs}
    return settled
