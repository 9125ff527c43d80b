"""The long view by sets of skills: how much help their tasks take, and how much the roster has for them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from . import hire
from .ahead import Ahead, Short, Step
from .instances import Assistant, Instance, Task
from .plan import Proposal
from .rules import Rules
from .worth import weigh

FORMAT: Final = "delegator-needs"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Hire:
    """From the `step` on one more person would bring `gain_cents` a week; from `look_week` on it is time to look."""

    step: int
    look_week: int
    gain_cents: int
    rate_cents: int

    @classmethod
    def of(cls, short: Short) -> "Hire":
        return cls(short.step, short.look_week, short.gain_cents, short.person.rate_cents)


@dataclass(frozen=True, slots=True)
class Need:
    """
    A set of skills, and of each step the assistants' minutes a week that its tasks take, and that there are for them.

    `takes` counts all of the tasks that may go, handed off or not: at the pace of who has it, of the quickest on
    the roster who can, or else of someone strong. `there` are the hours of all who can, without what they do for
    tasks of other skills. `hire` is None while nobody new would bring more than finding them costs.
    """

    skills: tuple[str, ...]
    tasks: tuple[str, ...]
    people: tuple[str, ...]
    takes: tuple[int, ...]
    there: tuple[int, ...]
    hire: Hire | None


@dataclass(frozen=True, slots=True)
class Needs:
    """All sets of skills that tasks need, in order of their names; not complete when time ran out."""

    sets: tuple[Need, ...]
    is_complete: bool

    def json(self) -> dict[str, Any]:
        return {"format": FORMAT, "version": VERSION, **asdict(self)}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Needs | None":
        """What `json` gave; None for what another version of it gave."""
        if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            return None
        return cls(tuple(_read(each) for each in data["sets"]), data["is_complete"])


def needs(found: Ahead) -> Needs:
    """What the forecast means for each set of skills."""
    months = [_Then(step) for step in found.steps]
    # More than their hours may have been agreed on; only what goes beyond that is too much.
    has = {id_: max(each.minutes, months[0].load(id_)) for id_, each in months[0].rules.assistants.items()}
    hires = {each.skills: Hire.of(each) for each in found.short}
    sets = []
    for names, tasks in hire.wanted(months[0].rules).items():
        skills, ids = tuple(sorted(names)), tuple(task.id for task in tasks)
        people = months[0].able(ids)
        takes = tuple(month.takes(ids) for month in months)
        there = tuple(sum(has[id_] - month.elsewhere(id_, ids) for id_ in people) for month in months)
        if any(takes):
            sets.append(Need(skills, ids, people, takes, there, hires.get(skills)))
    return Needs(tuple(sets), found.is_complete)


class _Then:
    """One step: the rules by then, and what everybody does by its plan."""

    def __init__(self, step: Step) -> None:
        self.instance: Instance = step.instance
        self.rules = Rules(step.instance)
        self.done: tuple[Proposal, ...] = (*step.plan.kept, *step.plan.handoffs)

    def able(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Who has one of the tasks, or has the skills for one and is not excluded from it."""
        return tuple(id_ for id_, each in self.rules.assistants.items() if any(self._can(each, task) for task in ids))

    def _can(self, person: Assistant, task: str) -> bool:
        if any((each.task, each.assistant) == (task, person.id) for each in self.done):
            return True
        no = {(None, person.id), (task, person.id)}
        return person.can(self.rules.tasks[task]) and no.isdisjoint(self.rules.excluded)

    def takes(self, ids: Iterable[str]) -> int:
        return sum(self._takes(self.rules.tasks[id_]) for id_ in ids)

    def _takes(self, task: Task) -> int:
        theirs = [each for each in self.done if each.task == task.id]
        rest = task.parts - sum(each.parts for each in theirs)
        return sum(each.minutes for each in theirs) + rest * self._part(task)

    def _part(self, task: Task) -> int:
        """An assistant's minutes for one part that nobody has."""
        able = [each for each in self.rules.assistants.values() if self._can(each, task.id)]
        people = able or [hire.invent(self.instance, [task])]
        return min(weigh(self.rules.owner, task, each).minutes for each in people)

    def load(self, id_: str) -> int:
        """Minutes a week that the person is kept busy for already."""
        return self.rules.load[id_]

    def elsewhere(self, id_: str, tasks: Iterable[str]) -> int:
        """Minutes a week that the person does of other tasks."""
        return sum(each.minutes for each in self.done if each.assistant == id_ and each.task not in tasks)


def _read(row: Mapping[str, Any]) -> Need:
    return Need(
        skills=tuple(row["skills"]),
        tasks=tuple(row["tasks"]),
        people=tuple(row["people"]),
        takes=tuple(row["takes"]),
        there=tuple(row["there"]),
        hire=Hire(**row["hire"]) if row["hire"] else None,
    )
