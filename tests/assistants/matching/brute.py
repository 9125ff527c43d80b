"""The matcher's oracle: every plan of a small instance is tried, by a second reading of the model."""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

Row = dict[str, Any]
# Extra parts of one task, by assistant.
Split = dict[str, int]

# Pins, net cents, minutes won, preferred pairs: the goals in their order.
Value = tuple[int, int, int, int]

OWNER = [50, 56, 62, 68, 74, 80, 88, 96, 105, 115, 125]
HELPER = [None, 50, 65, 80, 100, 125]


def near(amount: Fraction) -> int:
    return math.floor(amount + Fraction(1, 2))


@dataclass
class Effect:
    """What some hand-offs use of each limit, and what they bring."""

    minutes: dict[str, int] = field(default_factory=dict)
    pay: int = 0
    new: int = 0
    brief: int = 0
    pins: int = 0
    net: int = 0
    won: int = 0
    preferred: int = 0


class Small:
    """One instance as its JSON has it, and what section 3 of the model says of each pair."""

    def __init__(self, data: Row) -> None:
        self.data = data
        self.owner = data["owner"]
        self.tasks = {task["id"]: task for task in data["tasks"]}
        self.people = {person["id"]: person for person in data["assistants"]}
        self.kept = {(row["task"], row["assistant"]): row for row in data["kept"]}
        self.briefed = {(row["task"], row["assistant"]): row for row in data["briefed"]}
        self.pins = {(row["task"], row["assistant"]) for row in data["pins"]}
        self.preferred = {(row["task"], row["assistant"]) for row in data.get("prefer", [])}

    def part(self, t: str, a: str) -> tuple[int, int, int, int]:
        """Of one part: the owner's minutes, the assistant's, the pay, the gain."""
        task, person = self.tasks[t], self.people[a]
        q = task["minutes"] // task["parts"]
        level = min((person["skills"].get(skill, 1) for skill in task["skills"]), default=3)
        known = self.kept.get((t, a)) or self.briefed.get((t, a))
        h = math.ceil(Fraction(q * OWNER[task["excel"]], HELPER[level]))
        if known and known.get("minutes") is not None:
            h = known["minutes"]
        value, relief = self.owner["hour_value_cents"], self.owner["relief_cents"]
        rate, weeks = person["rate_cents"], self.owner["amortise_weeks"]
        pay = math.ceil(Fraction(h * rate, 60))
        learn = 0 if known else near(Fraction(h * task["learning_weeks"] * rate, 120 * weeks))
        gain = near(Fraction(q * value, 60)) + near(Fraction(q * relief * task["loathe"], 600)) - pay - learn
        return q, h, pay, gain

    def fixed(self, t: str, a: str) -> int:
        task, value = self.tasks[t], self.owner["hour_value_cents"]
        brief = near(Fraction(task["brief_minutes"] * value, 60 * self.owner["amortise_weeks"]))
        known = (t, a) in self.kept or (t, a) in self.briefed
        return near(Fraction(task["check_minutes"] * value, 60)) + (0 if known else brief)

    def least(self, t: str, a: str) -> int | None:
        """The fewest parts that may be proposed, None for not at all (section 4)."""
        task, person, pair = self.tasks[t], self.people[a], (t, a)
        gain, kept, pinned = self.part(t, a)[3], (t, a) in self.kept, (t, a) in self.pins
        said_no = [{"task": t}, {"assistant": a}, {"task": t, "assistant": a}]
        if task["only_me"] or any(row in said_no for row in self.data["exclude"]) or task["minutes"] < task["parts"]:
            return None
        if not pinned:
            if self.owner["protect_keep"] and task["loathe"] < 5 and task["excel"] >= 6:
                return None
            if any(person["skills"].get(skill, 0) < need for skill, need in task["skills"].items()):
                return None
        if pinned and not kept:
            return 1
        fixed = 0 if kept else self.fixed(*pair)
        return next(
            (k for k in range(1, task["parts"] + 1) if k * gain > fixed and task["parts"] * gain > fixed),
            None,
        )

    def splits(self, t: str) -> Iterator[Split]:
        """Every way to hand out what is left of a task."""
        task = self.tasks[t]
        left = task["parts"] - sum(row["parts"] for (other, _), row in self.kept.items() if other == t)
        people = sum(other == t for other, _ in self.kept)
        choices = []
        for a in self.people:
            least = self.least(t, a)
            choices.append([0] if least is None else [0, *range(least, left + 1)])
        for parts in itertools.product(*choices):
            split = {a: k for a, k in zip(self.people, parts, strict=True) if k}
            new = sum((t, a) not in self.kept for a in split)
            if sum(parts) <= left and (not new or people + new <= task["max_people"]):
                yield split

    def value(self, plan: Mapping[str, Split]) -> Value | None:
        """Pins, net, minutes won and preferred pairs of the whole plan, None if it breaks a limit (section 5)."""
        return self._total([self._effect(t, split) for t, split in plan.items()])

    @property
    def size(self) -> int:
        """How many plans there are, those that break a limit among them."""
        return math.prod(sum(1 for _ in self.splits(t)) for t in self.tasks)

    def best(self) -> Value:
        value = self._best([[self._effect(t, split) for split in self.splits(t)] for t in self.tasks])
        assert value is not None
        return value

    def best_with(self, t: str, a: str) -> Value | None:
        """The best of the plans that have this hand-off, None if there is none."""
        return self._best(
            [
                [self._effect(other, split) for split in self.splits(other) if other != t or a in split]
                for other in self.tasks
            ]
        )

    def _best(self, choices: list[list[Effect]]) -> Value | None:
        """Every plan is tried, but those that pass a limit already with some of their tasks."""
        best, chosen = None, list[Effect]()

        def choose(rest: list[list[Effect]]) -> None:
            nonlocal best
            if self._is_over(chosen):
                return
            if rest:
                for effect in rest[0]:
                    chosen.append(effect)
                    choose(rest[1:])
                    chosen.pop()
            elif (value := self._total(chosen)) and (best is None or value > best):
                best = value

        choose(choices)
        return best

    def _effect(self, t: str, split: Split) -> Effect:
        """What the new hand-offs of one task use and bring."""
        effect = Effect()
        for a, k in split.items():
            q, h, pay, gain = self.part(t, a)
            effect.minutes[a] = h * k
            effect.pay += pay * k
            effect.new += 1
            effect.net += gain * k
            effect.won += q * k
            effect.preferred += (t, a) in self.preferred
            if (t, a) not in self.kept:
                effect.pins += (t, a) in self.pins
                effect.net -= self.fixed(t, a)
                effect.won -= self.tasks[t]["check_minutes"]
                effect.brief += 0 if (t, a) in self.briefed else self.tasks[t]["brief_minutes"]
        return effect

    @cached_property
    def already(self) -> Effect:
        """What kept hand-offs use and bring."""
        effect = Effect(pins=sum(pair in self.kept for pair in self.pins))
        for (t, a), row in self.kept.items():
            q, h, pay, gain = self.part(t, a)
            effect.minutes[a] = effect.minutes.get(a, 0) + h * row["parts"]
            effect.pay += pay * row["parts"]
            effect.net += gain * row["parts"] - self.fixed(t, a)
            effect.won += q * row["parts"] - self.tasks[t]["check_minutes"]
        return effect

    def _is_over(self, chosen: list[Effect]) -> bool:
        owner, kept = self.owner, self.already
        limits = (
            (owner["max_new"], sum(each.new for each in chosen)),
            (owner["max_brief_minutes"], sum(each.brief for each in chosen)),
        )
        if any(limit is not None and use > limit for limit, use in limits):
            return True
        pay = kept.pay + sum(each.pay for each in chosen)
        if owner["budget_cents"] is not None and pay > max(owner["budget_cents"], kept.pay):
            return True
        for a, person in self.people.items():
            before = kept.minutes.get(a, 0)
            if before + sum(each.minutes.get(a, 0) for each in chosen) > max(person["minutes"], before):
                return True
        return False

    def _total(self, chosen: list[Effect]) -> Value | None:
        if self._is_over(chosen):
            return None
        for a, person in self.people.items():
            theirs = [each.minutes[a] for each in chosen if a in each.minutes]
            if theirs and self.already.minutes.get(a, 0) + sum(theirs) < person["min_minutes"]:
                return None
        every = [self.already, *chosen]
        return (
            sum(each.pins for each in every),
            sum(each.net for each in every),
            sum(each.won for each in every),
            sum(each.preferred for each in every),
        )
