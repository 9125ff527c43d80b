"""Why a task goes, or stays, or does not go to someone (MATCHING.md 8): codes and numbers, no sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Literal

from .instances import Instance, Pair, Task
from .plan import Plan
from .programme import search
from .rules import Bound, Candidate, Limit, Picks, Refusal, Rules
from .worth import drain

Code = Refusal | Bound | Literal["chosen", "nobody", "worse_plan", "undecided"]
# Limits of one assistant or task, not of the plan.
PERSONAL: Final = ("no_hours", "minimum", "max_people", "taken")


@dataclass(frozen=True, slots=True)
class Reason:
    """
    Why a task, with one assistant or with none named, is or is not in the plan.

    Its numbers by code: keep {cents: what keeping it costs a week}, skill {have, need} and nobody {need},
    both of `skill`, does_not_pay {cents: lost a week}, minimum {minutes}, worse_plan {cents: lost a week,
    0 if just as good; pins: wishes unmet then}; no_hours, budget, max_new, brief, max_people and taken
    {room: beside kept work, left: beside the plan, takes, over}: minutes, cents, hand-offs, people, parts.
    worse_plan has {at_most: 1} too while a better plan with the two is not ruled out; undecided: time ran out.
    """

    code: Code
    task: str
    assistant: str | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    All that is said of a plan beside its lines.

    `next_best`: for each proposed hand-off the best other person, if anyone else could have it. `unmet`: why a pin
    is not honoured. `left_out`: one reason for each task that is not handed off in full.
    """

    next_best: tuple[Reason, ...]
    unmet: tuple[Reason, ...]
    left_out: tuple[Reason, ...]


def explain(instance: Instance, plan: Plan, *, limit: float = 3.0) -> Explanation:
    """Every reason of a plan, in `limit` seconds; what is not decided by then is `undecided`."""
    until, rules = monotonic() + limit, Rules(instance)
    given = plan.picks.keys() | rules.kept.keys()
    return Explanation(
        next_best=tuple(_why_not(rules, plan, pair, until) for pair in _next_best(rules, plan)),
        unmet=tuple(_why_not(rules, plan, pair, until) for pair in sorted(rules.pins - given)),
        left_out=tuple(_left_out(rules, plan, until)),
    )


def _next_best(rules: Rules, plan: Plan) -> Iterator[Pair]:
    """For each new hand-off the candidate of most net among those who get nothing of the task."""
    for task_id in sorted({each.task for each in plan.handoffs}):
        others = [
            each
            for pair, each in rules.candidates.items()
            if pair.task == task_id and pair not in plan.picks and pair not in rules.kept
        ]
        if others:
            yield min(others, key=lambda each: (-each.worth.net(each.most), each.pair)).pair


def why_not(instance: Instance, plan: Plan, task_id: str, assistant_id: str, *, limit: float = 1.0) -> Reason:
    """
    Why this assistant does not get this task.

    The first hard reason; else the limit that leaves no room though nothing else were new; else how
    much worse the best plan with it is, for which the matcher plans again, for `limit` seconds at most.
    """
    until = monotonic() + limit
    return _why_not(Rules(instance), plan, Pair(task_id, assistant_id), until)


def _why_not(rules: Rules, plan: Plan, pair: Pair, until: float) -> Reason:
    picks = plan.picks
    if pair in picks or pair in rules.kept:
        return _reason("chosen", pair)
    option = rules.option(rules.tasks[pair.task], rules.assistants[pair.assistant])
    if not isinstance(option, Candidate):
        return _refused(rules, pair, option)
    if limited := _limited(rules, option, rules.room, reach=rules.room["no_hours", pair.assistant]):
        return limited
    forced = search(rules, until=until, forced=pair, tidy=False)
    if forced.picks is None:
        # Alone it keeps every other limit; what it cannot do alone is fill a minimum.
        minimum = rules.assistants[pair.assistant].min_minutes
        return _reason("minimum", pair, minutes=minimum) if forced.impossible else _reason("undecided", pair)
    pins, net, *_ = rules.value(picks)
    forced_pins, forced_net, *_ = rules.value(forced.picks)
    unproven = {"at_most": 1} if [forced_pins, forced_net] != forced.bounds[:2] else {}
    lost = {"cents": max(0, net - forced_net), "pins": max(0, pins - forced_pins)}
    return _reason("worse_plan", pair, **lost, **unproven)


def left_out(instance: Instance, plan: Plan, *, limit: float = 1.0) -> list[Reason]:
    """Why each task that is not handed off in full stays with the owner, the most draining first."""
    until = monotonic() + limit
    return list(_left_out(Rules(instance), plan, until))


def _left_out(rules: Rules, plan: Plan, until: float) -> Iterator[Reason]:
    spare = rules.spare(plan.picks)
    ranked = sorted(rules.tasks.values(), key=lambda task: (-drain(task), task.id))
    for task in ranked:
        if spare["taken", task.id] > 0:
            reason = _stays(rules, plan.picks, spare, task)
            pair = Pair(task.id, reason.assistant or "")
            # It would fit and pay, which a plan that is proven best never leaves.
            if reason.code == "worse_plan" and pair not in plan.picks and pair not in rules.kept:
                reason = _why_not(rules, plan, pair, until)
            yield reason


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
    """The skill that nobody has; else who could but is excluded; else who of `ids` is closest; else a no to all."""
    roster = rules.assistants
    for skill, need in sorted(task.skills.items()):
        if all(each.skills.get(skill, 0) < need for each in roster.values()):
            return Reason("nobody", task.id, None, {"need": need}, skill)

    def missing(id_: str) -> int:
        return sum(max(0, need - roster[id_].skills.get(skill, 0)) for skill, need in task.skills.items())

    able = [id_ for id_ in sorted(roster) if not missing(id_)]
    if able or not ids:
        return Reason("excluded" if roster else "nobody", task.id, able[0] if len(able) == 1 else None)
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
