"""The plan of an instance, its check, and the reason for what is not in it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from time import monotonic
from typing import Final, Literal

from .instances import Instance, Pair, Task
from .programme import search
from .rules import Bound, Candidate, Limit, Picks, Refusal, Rules
from .worth import Worth, drain

FORMAT: Final = "delegator-plan"
VERSION: Final = 1
Status = Literal["optimal", "feasible"]
Code = Refusal | Bound | Literal["chosen", "nobody", "worse_plan"]
# Limits of one assistant or task, not of the plan.
PERSONAL: Final = ("no_hours", "minimum", "max_people", "taken")


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
    nets more than `bound_cents`.
    """

    status: Status
    pins: int
    net_cents: int
    bound_cents: int
    won_minutes: int
    pay_cents: int
    handoffs: tuple[Proposal, ...]
    kept: tuple[Proposal, ...]

    def json(self, instance_name: str) -> dict[str, object]:
        """The plan format, version 1."""
        totals = ("status", "pins", "net_cents", "bound_cents", "won_minutes", "pay_cents")
        return {
            "format": FORMAT,
            "version": VERSION,
            "instance": instance_name,
            **{name: getattr(self, name) for name in totals},
            "handoffs": [each.json() for each in self.handoffs],
        }

    @property
    def picks(self) -> dict[Pair, int]:
        return {Pair(each.task, each.assistant): each.parts for each in self.handoffs}


@dataclass(frozen=True, slots=True)
class Reason:
    """
    Why a task, with one assistant or with none named, is or is not in the plan.

    Its numbers by code: keep {cents: what keeping it costs a week}, skill {have, need} and nobody {need},
    both of `skill`, does_not_pay {cents: lost a week}, minimum {minutes}, worse_plan {cents: lost a week,
    0 if just as good; pins: wishes unmet then}; no_hours, budget, max_new, brief, max_people and taken
    {room: beside kept work, left: beside the plan, takes, over}: minutes, cents, hand-offs, people, parts.
    """

    code: Code
    task: str
    assistant: str | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    skill: str = ""


def solve(instance: Instance, *, limit: float = 2.0) -> Plan:
    """
    The best plan found within `limit` seconds; there always is one.

    Goals in their order: pins honoured, net, minutes won back, and the same plan for the same rows
    in whatever order they come.
    """
    rules = Rules(instance)
    found = search(rules, until=monotonic() + limit)
    picks = _settle_twins(rules, found.picks or {})
    most_pins, most_net, _ = found.bounds
    proven = rules.value(picks)[:2] == (most_pins, most_net)
    kept_net = sum(rules.worth(pair).net(parts) for pair, parts in rules.kept.items())
    return _plan(rules, picks, kept_net + most_net, "optimal" if proven else "feasible")


def check(instance: Instance, plan: Plan) -> None:
    """Raise BrokenPlan if the plan breaks a limit or claims a number that is not so."""
    rules = Rules(instance)
    if len(plan.picks) < len(plan.handoffs):
        raise BrokenPlan("a hand-off stands there twice")
    if breach := rules.breach(plan.picks):
        raise BrokenPlan(breach)
    if plan.bound_cents < plan.net_cents or (plan.status == "optimal" and plan.bound_cents != plan.net_cents):
        raise BrokenPlan(f"{plan.status} with {plan.net_cents} cents, bound {plan.bound_cents}")
    true = _plan(rules, plan.picks, plan.bound_cents, plan.status)
    for each in fields(plan):
        if getattr(plan, each.name) != getattr(true, each.name):
            raise BrokenPlan(f"{each.name} is not {getattr(plan, each.name)} but {getattr(true, each.name)}")


def _plan(rules: Rules, picks: Picks, bound_cents: int, status: Status) -> Plan:
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
    )


def _settle_twins(rules: Rules, picks: Picks) -> Picks:
    """Between assistants alike in everything the smaller id gets the smaller task id."""
    # What was said of one of them makes them differ.
    named = {pair.assistant for pair in (*rules.known, *rules.pins)} | {id_ for _, id_ in rules.excluded}
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


def why_not(instance: Instance, plan: Plan, task_id: str, assistant_id: str, *, limit: float = 1.0) -> Reason:
    """
    Why this assistant does not get this task.

    The first hard reason; else the limit that leaves no room though nothing else were new; else how
    much worse the best plan with it is, for which the matcher plans again, for `limit` seconds at most.
    """
    rules, picks, pair = Rules(instance), plan.picks, Pair(task_id, assistant_id)
    until = monotonic() + limit
    if pair in picks or pair in rules.kept:
        return _reason("chosen", pair)
    option = rules.option(rules.tasks[pair.task], rules.assistants[pair.assistant])
    if not isinstance(option, Candidate):
        return _refused(rules, pair, option)
    if limited := _limited(rules, option, rules.room, reach=rules.room["no_hours", pair.assistant]):
        return limited
    forced = search(rules, until=until, forced=pair).picks
    if forced is None:
        # Alone it keeps every other limit; what it cannot do alone is fill a minimum.
        return _reason("minimum", pair, minutes=rules.assistants[pair.assistant].min_minutes)
    pins, net, _ = rules.value(picks)
    forced_pins, forced_net, _ = rules.value(forced)
    return _reason("worse_plan", pair, cents=max(0, net - forced_net), pins=max(0, pins - forced_pins))


def left_out(instance: Instance, plan: Plan) -> list[Reason]:
    """Why each task that is not handed over in full stays with the owner, the most draining first."""
    rules = Rules(instance)
    spare = rules.spare(plan.picks)
    ranked = sorted(rules.tasks.values(), key=lambda task: (-drain(task), task.id))
    return [_stays(rules, plan.picks, spare, task) for task in ranked if spare["taken", task.id] > 0]


def keep_price(instance: Instance, task_id: str) -> int:
    """Cents a week that keeping a task costs: its best net over all who can do it, hours and budget aside."""
    rules = Rules(instance)
    return _keep_price(rules, rules.tasks[task_id])


def _stays(rules: Rules, picks: Picks, spare: Mapping[Limit, int], task: Task) -> Reason:
    options = {each.id: rules.option(task, each) for each in rules.assistants.values()}
    candidates = [option for option in options.values() if isinstance(option, Candidate)]
    if candidates:
        candidates.sort(key=lambda each: (-each.worth.net(task.parts), each.pair))
        reasons = [_no_more(rules, picks, spare, each) for each in candidates]
        # That the best one is full says little while another has time and the plan has no room.
        return next((reason for reason in reasons if reason.code not in PERSONAL), reasons[0])
    if refusal := rules.refusal(task):
        numbers = {"cents": _keep_price(rules, task)} if refusal == "keep" else {}
        return Reason(refusal, task.id, numbers=numbers)
    dear = [Pair(task.id, id_) for id_, option in options.items() if option == "does_not_pay"]
    losses = [_refused(rules, pair, "does_not_pay") for pair in dear]
    if losses:
        return min(losses, key=lambda loss: loss.numbers["cents"])
    return _unskilled(rules, task, [id_ for id_, option in options.items() if option == "skill"])


def _keep_price(rules: Rules, task: Task) -> int:
    able = (Pair(task.id, each.id) for each in rules.assistants.values() if each.can(task))
    return max(0, max((rules.worth(pair).net(task.parts) for pair in able), default=0))


def _reason(code: Code, pair: Pair, **numbers: int) -> Reason:
    return Reason(code, pair.task, pair.assistant, numbers)


def _refused(rules: Rules, pair: Pair, refusal: Refusal) -> Reason:
    task, assistant = rules.tasks[pair.task], rules.assistants[pair.assistant]
    if refusal == "keep":
        return _reason("keep", pair, cents=_keep_price(rules, task))
    if refusal == "skill":
        have = assistant.skills
        skill = min(skill for skill, need in task.skills.items() if have.get(skill, 0) < need)
        return Reason("skill", task.id, assistant.id, {"have": have.get(skill, 0), "need": task.skills[skill]}, skill)
    if refusal == "does_not_pay":
        return _reason("does_not_pay", pair, cents=-rules.worth(pair, more=pair in rules.kept).net(task.parts))
    return _reason(refusal, pair)


def _unskilled(rules: Rules, task: Task, ids: list[str]) -> Reason:
    """The skill that nobody has; else who of `ids` comes closest; else that the owner said no to all."""
    roster = rules.assistants
    for skill, need in sorted(task.skills.items()):
        if all(each.skills.get(skill, 0) < need for each in roster.values()):
            return Reason("nobody", task.id, None, {"need": need}, skill)
    if not ids:
        return Reason("excluded" if roster else "nobody", task.id)

    def missing(id_: str) -> int:
        return sum(max(0, need - roster[id_].skills.get(skill, 0)) for skill, need in task.skills.items())

    return _refused(rules, Pair(task.id, min(ids, key=missing)), "skill")


def _no_more(rules: Rules, picks: Picks, spare: Mapping[Limit, int], candidate: Candidate) -> Reason:
    """Why the candidate gets nothing of the task, or no more of it, on top of the picks."""
    pair, worth, more = candidate.pair, candidate.worth, candidate.pair in picks
    if more and worth.gain <= 0:
        return _reason("does_not_pay", pair, cents=-worth.gain)
    hours: Limit = "no_hours", pair.assistant
    reach = rules.room[hours] - spare[hours] + worth.minutes * candidate.least
    limited = _limited(rules, candidate, spare, reach=reach, more=more)
    return limited or _reason("worse_plan", pair, cents=0, pins=0)


def _limited(
    rules: Rules, candidate: Candidate, spare: Mapping[Limit, int], *, reach: int, more: bool = False
) -> Reason | None:
    """
    The first limit that leaves no room for the candidate's least parts, or for one `more`.

    `reach` is what new work could add up to for the assistant, who may have a minimum.
    """
    pair, parts = candidate.pair, 1 if more else candidate.least
    for limit, part, once in candidate.uses:
        takes = part * parts + (0 if more else once)
        if takes > spare[limit]:
            room, left = rules.room[limit], spare[limit]
            return _reason(limit[0], pair, room=room, left=left, takes=takes, over=takes - left)
        if limit[0] == "no_hours" and reach < rules.minimum.get(pair.assistant, 0):
            return _reason("minimum", pair, minutes=rules.assistants[pair.assistant].min_minutes)
    return None
