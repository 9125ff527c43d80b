"""The matcher's oracle: every plan of a small instance is tried, by a second reading of the model."""

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
# Extra parts of one task, by assistant.
Split = dict[str, int]

OWNER = [50, 56, 62, 68, 74, 80, 88, 96, 105, 115, 125]
HELPER = [None, 50, 65, 80, 100, 125]


def near(amount: Fraction) -> int:
    return math.floor(amount + Fraction(1, 2))


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

    def value(self, plan: dict[str, Split]) -> tuple[int, int, int] | None:
        """Pins, net and minutes won of the whole plan, None if it breaks a limit (section 5)."""
        pins = sum(pair in self.kept for pair in self.pins)
        net = won = kept_pay = new_pay = new = brief = 0
        load, more = dict.fromkeys(self.people, 0), dict.fromkeys(self.people, 0)
        touched = set()
        for (t, a), row in self.kept.items():
            q, h, pay, gain = self.part(t, a)
            load[a] += h * row["parts"]
            kept_pay += pay * row["parts"]
            net += gain * row["parts"] - self.fixed(t, a)
            won += q * row["parts"] - self.tasks[t]["check_minutes"]
        for t, split in plan.items():
            for a, k in split.items():
                q, h, pay, gain = self.part(t, a)
                touched.add(a)
                new += 1
                more[a] += h * k
                new_pay += pay * k
                net += gain * k
                won += q * k
                if (t, a) not in self.kept:
                    pins += (t, a) in self.pins
                    net -= self.fixed(t, a)
                    won -= self.tasks[t]["check_minutes"]
                    brief += 0 if (t, a) in self.briefed else self.tasks[t]["brief_minutes"]
        for a, person in self.people.items():
            if load[a] + more[a] > max(person["minutes"], load[a]):
                return None
            if a in touched and load[a] + more[a] < person["min_minutes"]:
                return None
        owner = self.owner
        if owner["budget_cents"] is not None and kept_pay + new_pay > max(owner["budget_cents"], kept_pay):
            return None
        if owner["max_new"] is not None and new > owner["max_new"]:
            return None
        if owner["max_brief_minutes"] is not None and brief > owner["max_brief_minutes"]:
            return None
        return pins, net, won

    def plans(self) -> Iterator[dict[str, Split]]:
        for splits in itertools.product(*(list(self.splits(t)) for t in self.tasks)):
            yield dict(zip(self.tasks, splits, strict=True))

    def best(self) -> tuple[int, int, int]:
        return max(value for plan in self.plans() if (value := self.value(plan)))

    def best_with(self, t: str, a: str) -> tuple[int, int, int] | None:
        """The best of the plans that have this hand-off, None if there is none."""
        return max((value for plan in self.plans() if a in plan[t] and (value := self.value(plan))), default=None)
