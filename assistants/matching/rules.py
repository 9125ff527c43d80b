"""The exact rules of one matching instance: who may be proposed for what, and what still fits."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from .instances import Assistant, Instance, Pair, Task
from .worth import Worth, weigh, zone

Refusal = Literal["only_me", "excluded", "no_minutes", "keep", "skill", "does_not_pay"]
Bound = Literal["no_hours", "minimum", "budget", "max_new", "brief", "max_people", "taken"]
# What bounds a plan, and whose bound it is: an assistant's, a task's or ("") the owner's.
Limit: TypeAlias = tuple[Bound, str]
# New parts of each hand-off; kept parts are not in it.
Picks: TypeAlias = Mapping[Pair, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    An assistant who may be proposed for a task.

    It pays for itself from `least` parts on, and kept work leaves room for `most`.
    `uses` is what it takes of each limit: by the part, and once.
    """

    pair: Pair
    worth: Worth
    least: int
    most: int
    uses: tuple[tuple[Limit, int, int], ...]


class Rules:
    """
    What follows from an instance before anything is planned, and the test of what is planned.

    Tasks, assistants, kept hand-offs and candidates stand in order of their ids, so that the
    order of the instance's rows cannot matter.
    """

    def __init__(self, instance: Instance) -> None:
        self.owner = instance.owner
        self.tasks = {task.id: task for task in sorted(instance.tasks, key=lambda task: task.id)}
        self.assistants = {each.id: each for each in sorted(instance.assistants, key=lambda each: each.id)}
        self.pins = frozenset(instance.pins)
        self.preferred = frozenset(instance.prefer)
        self.excluded = {(row.task, row.assistant) for row in instance.exclude}
        briefed = {row.pair: row.minutes for row in instance.briefed}
        self.known = briefed | {row.pair: row.minutes for row in instance.kept}
        self.kept = dict(sorted((row.pair, row.parts) for row in instance.kept))
        self.agreed = {row.pair: row.rate_cents for row in instance.kept if row.rate_cents is not None}
        self.load: Counter[str] = Counter()
        for pair, parts in self.kept.items():
            self.load[pair.assistant] += self.worth(pair).minutes * parts
        self.room = self._room()
        # What someone's new work must reach in all, where kept work does not.
        missing = {id_: each.min_minutes - self.load[id_] for id_, each in self.assistants.items()}
        self.minimum = {id_: minutes for id_, minutes in missing.items() if minutes > 0}
        self.candidates = {each.pair: each for each in self._candidates() if each.least <= each.most}

    def worth(self, pair: Pair, *, more: bool = False) -> Worth:
        """Of the hand-off, or (`more`) of parts on top of a kept one."""
        assistant = self.assistants[pair.assistant]
        if pair in self.agreed:
            assistant = replace(assistant, rate_cents=self.agreed[pair])
        return weigh(
            self.owner,
            self.tasks[pair.task],
            assistant,
            measured=self.known.get(pair),
            known=pair in self.known,
            more=more,
        )

    def refusal(self, task: Task, assistant: Assistant | None = None) -> Refusal | None:
        """The first hard reason of MATCHING.md 4, but for money; without an assistant: against the task."""
        if task.only_me:
            return "only_me"
        if (task.id, None) in self.excluded:
            return "excluded"
        if assistant and not self.excluded.isdisjoint({(None, assistant.id), (task.id, assistant.id)}):
            return "excluded"
        if task.minutes < task.parts:
            return "no_minutes"
        if assistant and Pair(task.id, assistant.id) in self.pins:
            return None
        if self.owner.protect_keep and zone(task) == "keep":
            return "keep"
        return "skill" if assistant and not assistant.can(task) else None

    def only(self, pairs: Collection[Pair]) -> "Rules":
        """The same, with fewer candidates."""
        few = copy(self)
        few.candidates = {pair: each for pair, each in self.candidates.items() if pair in pairs}
        return few

    def option(self, task: Task, assistant: Assistant) -> Candidate | Refusal:
        """The candidate, with or without room for it, or the first hard reason against it."""
        if refusal := self.refusal(task, assistant):
            return refusal
        pair = Pair(task.id, assistant.id)
        held = pair in self.kept
        worth = self.worth(pair, more=held)
        if pair in self.pins and not held:
            least = 1
        elif worth.net(task.parts) > 0:
            least = worth.fixed // worth.gain + 1
        else:
            return "does_not_pay"
        uses = tuple(use for use in _uses(pair, worth, held=held) if use[0] in self.room)
        return Candidate(pair, worth, least, self._most(assistant, uses), uses)

    def spare(self, picks: Picks) -> dict[Limit, int]:
        """What the picks, on top of kept work, leave of each limit; below 0 where they break it."""
        spare = dict(self.room)
        for pair, parts in picks.items():
            for limit, part, once in self.candidates[pair].uses:
                spare[limit] -= part * parts + once
        return spare

    def breach(self, picks: Picks) -> str:
        """The first rule that the picks break, in words for a log; empty if they keep all."""
        for pair, parts in picks.items():
            if pair not in self.candidates:
                return f"{pair} is no candidate"
            if parts < self.candidates[pair].least:
                return f"{pair} does not pay with {parts} parts"
        minutes = self.new_minutes(picks)
        for id_ in minutes.keys() & self.minimum.keys():
            if minutes[id_] < self.minimum[id_]:
                return f"{id_} is below the minimum"
        return next((f"over {limit}" for limit, left in self.spare(picks).items() if left < 0), "")

    def new_minutes(self, picks: Picks) -> Counter[str]:
        """Minutes a week of new work, by assistant."""
        minutes: Counter[str] = Counter()
        for pair, parts in picks.items():
            minutes[pair.assistant] += self.candidates[pair].worth.minutes * parts
        return minutes

    def new_pay(self, picks: Picks) -> int:
        """Cents a week for new work."""
        return sum(self.candidates[pair].worth.pay_cents * parts for pair, parts in picks.items())

    def value(self, picks: Picks) -> tuple[int, int, int, int]:
        """Pins honoured, net cents, minutes won, people preferred: the goals in their order, kept work apart."""
        worths = [(self.candidates[pair].worth, parts) for pair, parts in picks.items()]
        pins = sum(pair in self.pins and pair not in self.kept for pair in picks)
        return (
            pins,
            sum(worth.net(parts) for worth, parts in worths),
            sum(worth.won(parts) for worth, parts in worths),
            sum(pair in self.preferred for pair in picks),
        )

    def _candidates(self) -> Iterator[Candidate]:
        able = self._able()
        for task in self.tasks.values():
            # Most pairs of a large roster end here, so this comes before the rest.
            ids = set(self.assistants).intersection(*(able[need] for need in task.skills.items()))
            ids |= {pin.assistant for pin in self.pins if pin.task == task.id}
            for id_ in sorted(ids):
                option = self.option(task, self.assistants[id_])
                if isinstance(option, Candidate):
                    yield option

    def _able(self) -> dict[tuple[str, int], set[str]]:
        """Who has a skill at a level or above it, for all that tasks need."""
        needs = {need for task in self.tasks.values() for need in task.skills.items()}
        roster = self.assistants.values()
        return {need: {each.id for each in roster if each.skills.get(need[0], 0) >= need[1]} for need in needs}

    def _most(self, assistant: Assistant, uses: tuple[tuple[Limit, int, int], ...]) -> int:
        """The parts there is room for if nothing else is handed off."""
        if self.minimum.get(assistant.id, 0) > self.room["no_hours", assistant.id]:
            return 0
        if any(once > self.room[limit] for limit, _, once in uses):
            return 0
        return min((self.room[limit] - once) // part for limit, part, once in uses if part)

    def _room(self) -> dict[Limit, int]:
        """What kept work leaves of each limit. Over one it is not undone, it just leaves no room."""
        room: dict[Limit, int] = {}
        for id_, assistant in self.assistants.items():
            room["no_hours", id_] = max(0, assistant.minutes - self.load[id_])
        if self.owner.budget_cents is not None:
            pay = sum(self.worth(pair).pay_cents * parts for pair, parts in self.kept.items())
            room["budget", ""] = max(0, self.owner.budget_cents - pay)
        if self.owner.max_new is not None:
            room["max_new", ""] = self.owner.max_new
        if self.owner.max_brief_minutes is not None:
            room["brief", ""] = self.owner.max_brief_minutes
        people = Counter(pair.task for pair in self.kept)
        for id_, task in self.tasks.items():
            room["max_people", id_] = max(0, task.max_people - people[id_])
            room["taken", id_] = task.parts
        for pair, parts in self.kept.items():
            room["taken", pair.task] -= parts
        return room


def _uses(pair: Pair, worth: Worth, *, held: bool) -> Iterator[tuple[Limit, int, int]]:
    yield ("no_hours", pair.assistant), worth.minutes, 0
    yield ("budget", ""), worth.pay_cents, 0
    yield ("max_new", ""), 0, 1
    yield ("brief", ""), 0, worth.brief_minutes
    yield ("max_people", pair.task), 0, 0 if held else 1
    yield ("taken", pair.task), 1, 0
