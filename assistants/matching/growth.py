"""An instance as four weeks after four weeks go by: tasks grow, plans are kept, and what is outgrown comes back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from .instances import WEEK, Briefed, Instance, Kept, Pair, Task
from .plan import Plan
from .rules import Rules
from .worth import Worth, half_up, up

# New hand-offs and briefing are counted by the week, and a step has four.
WEEKS_IN_STEP: Final = 4
PIECES: Final = 10
# Minutes are kept a thousand times as fine, or small tasks would never grow.
FINE: Final = 1000


def grown(fine: int, permille: int) -> int:
    """Thousandths of a minute, four weeks on."""
    return half_up(fine * (FINE + permille), FINE)


class Season:
    """
    The instance of the step that it is now, and how it came to be so.

    `instance` changes with every verb. What was kept on the first day may be over hours or budget by
    agreement; only what goes beyond that comes back.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.minutes = {task.id: FINE * task.minutes for task in instance.tasks}
        measured: list[Kept | Briefed] = [*instance.kept, *instance.briefed]
        self.paces = {row.pair: FINE * row.minutes for row in measured if row.minutes is not None}
        self.budget = instance.owner.budget_cents
        self.load, self.pay = _kept_use(instance)

    def keep(self, plan: Plan) -> None:
        """What the plan proposes is kept from now on; it knows its people."""
        rows = {row.pair: row for row in self.instance.kept}
        paces = {row.pair: row.minutes for row in self.instance.briefed}
        for pair, parts in plan.picks.items():
            row = rows.get(pair) or Kept(*_ids(pair), 0, paces.get(pair))
            rows[pair] = replace(row, parts=row.parts + parts)
        briefed = tuple(row for row in self.instance.briefed if row.pair not in rows)
        self.instance = replace(self.instance, kept=tuple(rows.values()), briefed=briefed)

    def grow(self) -> None:
        """Four weeks on: each task takes its growth more, and so does whoever's pace was measured."""
        rates = {task.id: task.growth_permille for task in self.instance.tasks}
        self.minutes = {id_: min(grown(fine, rates[id_]), FINE * WEEK) for id_, fine in self.minutes.items()}
        self.paces = {pair: grown(fine, rates[pair.task]) for pair, fine in self.paces.items()}
        self._write()

    def reinvest(self, won_minutes: int) -> None:
        """The budget with a share of what the minutes won at the step before are worth."""
        owner = self.instance.owner
        if self.budget is not None:
            share = half_up(owner.reinvest_percent * owner.hour_value_cents * max(0, won_minutes), 6000)
            owner = replace(owner, budget_cents=self.budget + share)
        self.instance = replace(self.instance, owner=owner)

    def four_weeks_at_once(self) -> None:
        """Caps on new hand-offs and on briefing are those of one plan; a step has room for four."""
        owner = self.instance.owner
        new, brief = (
            None if cap is None else WEEKS_IN_STEP * cap for cap in (owner.max_new, owner.max_brief_minutes)
        )
        self.instance = replace(self.instance, owner=replace(owner, max_new=new, max_brief_minutes=brief))

    def give_back(self) -> list[tuple[str, str, int]]:
        """Take back piece by piece what hours and budget have no more room for: task, assistant and parts."""
        given: Counter[Pair] = Counter()
        for id_ in sorted(each.id for each in self.instance.assistants):
            while pair := self._over_hours(id_):
                given.update(self._take_piece(pair))
        while pair := self._over_budget():
            given.update(self._take_piece(pair))
        return [(*_ids(pair), parts) for pair, parts in sorted(given.items()) if parts]

    def _over_hours(self, assistant: str) -> Pair | None:
        """The kept hand-off of least net a minute, while the assistant's are more than the hours."""
        rules = Rules(self.instance)
        if rules.load[assistant] <= max(rules.assistants[assistant].minutes, self.load[assistant]):
            return None
        theirs = {pair: worth for pair, worth in _worths(rules) if pair.assistant == assistant and worth.minutes}
        return min(theirs, key=lambda pair: (_rate(rules, pair, theirs[pair], theirs[pair].minutes), pair))

    def _over_budget(self) -> Pair | None:
        """The kept hand-off of least net a cent, while they cost more than the budget."""
        rules, budget = Rules(self.instance), self.instance.owner.budget_cents
        if budget is None or _kept_use(self.instance)[1] <= max(budget, self.pay):
            return None
        paid = {pair: worth for pair, worth in _worths(rules) if worth.pay_cents}
        return min(paid, key=lambda pair: (_rate(rules, pair, paid[pair], paid[pair].pay_cents), pair))

    def _take_piece(self, pair: Pair) -> dict[Pair, int]:
        """Cut what is in large parts, or else take one part back, which a second person may have; the parts taken."""
        task = next(task for task in self.instance.tasks if task.id == pair.task)
        if task.parts < PIECES <= task.minutes:
            self._cut(task)
            return {}
        self._replace(replace(task, max_people=max(2, task.max_people)))
        kept = []
        for row in self.instance.kept:
            if row.pair != pair:
                kept.append(row)
            elif row.parts > 1:
                kept.append(replace(row, parts=row.parts - 1))
            else:
                others = (each for each in self.instance.briefed if each.pair != pair)
                self.instance = replace(self.instance, briefed=(*others, Briefed(*_ids(pair), row.minutes)))
        self.instance = replace(self.instance, kept=tuple(kept))
        return {pair: 1}

    def _cut(self, task: Task) -> None:
        """The task in tenths from now on; hand-offs keep what they had of it."""
        part, piece = task.minutes // task.parts, task.minutes // PIECES
        cut = replace(task, parts=PIECES)
        for pair, fine in self.paces.items():
            if pair.task == task.id:
                self.paces[pair] = up(fine * piece, part) if part else 0
        self._replace(cut)
        kept = (
            replace(row, parts=max(1, row.parts * PIECES // task.parts)) if row.task == task.id else row
            for row in self.instance.kept
        )
        self.instance = replace(self.instance, kept=tuple(kept))
        self._write()

    def _replace(self, task: Task) -> None:
        tasks = tuple(task if each.id == task.id else each for each in self.instance.tasks)
        self.instance = replace(self.instance, tasks=tasks)

    def _write(self) -> None:
        """Minutes and paces, in whole minutes, into the instance."""
        tasks = tuple(replace(task, minutes=half_up(self.minutes[task.id], FINE)) for task in self.instance.tasks)
        kept = tuple(replace(row, minutes=self._pace(row.pair)) for row in self.instance.kept)
        briefed = tuple(replace(row, minutes=self._pace(row.pair)) for row in self.instance.briefed)
        self.instance = replace(self.instance, tasks=tasks, kept=kept, briefed=briefed)

    def _pace(self, pair: Pair) -> int | None:
        return half_up(self.paces[pair], FINE) if pair in self.paces else None


def _ids(pair: Pair) -> tuple[str, str]:
    return pair.task, pair.assistant


def _worths(rules: Rules) -> Iterator[tuple[Pair, Worth]]:
    return ((pair, rules.worth(pair)) for pair in rules.kept)


def _rate(rules: Rules, pair: Pair, worth: Worth, use: int) -> Fraction:
    parts = rules.kept[pair]
    return Fraction(worth.net(parts), use * parts)


def _kept_use(instance: Instance) -> tuple[Mapping[str, int], int]:
    """Minutes a week of each assistant, and cents a week, for what is kept."""
    rules = Rules(instance)
    return rules.load, sum(rules.worth(pair).pay_cents * parts for pair, parts in rules.kept.items())
