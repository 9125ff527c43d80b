"""What the matcher is asked: an owner, tasks, a roster and what the owner said of them, from plain data."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

FORMAT: Final = "delegator-instance"
VERSION: Final = 1
WEEK: Final = 7 * 24 * 60


class BadInstance(ValueError):
    """The data is no instance; the message is one line that names the row and the field."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Money in cents (of a week, if not said otherwise), time in minutes; None is no limit."""

    hour_value_cents: int
    relief_cents: int
    budget_cents: int | None = None
    amortise_weeks: int = 26
    max_new: int | None = None
    max_brief_minutes: int | None = None
    protect_keep: bool = True
    aim_minutes: int | None = None
    reinvest_percent: int = 0
    hire_minutes: int = 600


@dataclass(frozen=True, slots=True)
class Task:
    """Minutes a week of the owner, scores 0 to 10, the lowest level (1 to 5) of each skill it needs."""

    id: str
    name: str
    minutes: int
    loathe: int
    excel: int
    only_me: bool
    skills: Mapping[str, int]
    brief_minutes: int
    check_minutes: int
    learning_weeks: int
    growth_permille: int
    parts: int
    max_people: int


@dataclass(frozen=True, slots=True)
class Assistant:
    """Minutes a week for this owner, kept work included; takes nothing new below `min_minutes` in all."""

    id: str
    name: str
    rate_cents: int
    minutes: int
    min_minutes: int
    skills: Mapping[str, int]

    def can(self, task: Task) -> bool:
        return all(self.skills.get(skill, 0) >= lowest for skill, lowest in task.skills.items())


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A task with an assistant, by their ids."""

    task: str
    assistant: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A hand-off that stays; the assistant's measured minutes a part, if known, and the rate agreed, if another."""

    task: str
    assistant: str
    parts: int
    minutes: int | None
    rate_cents: int | None = None

    @property
    def pair(self) -> Pair:
        return Pair(self.task, self.assistant)


@dataclass(frozen=True, slots=True)
class Briefed:
    """Who knows a task already: no briefing and no learning, and a measured pace, if known."""

    task: str
    assistant: str
    minutes: int | None

    @property
    def pair(self) -> Pair:
        return Pair(self.task, self.assistant)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What the owner said no to: a task, an assistant or (both given) the pair."""

    task: str | None
    assistant: str | None

    def covers(self, pair: Pair) -> bool:
        return self.task in (None, pair.task) and self.assistant in (None, pair.assistant)


@dataclass(frozen=True, slots=True)
class Instance:
    """One matching problem. The order of the rows has no meaning."""

    name: str
    owner: Owner
    tasks: tuple[Task, ...]
    assistants: tuple[Assistant, ...]
    kept: tuple[Kept, ...] = ()
    briefed: tuple[Briefed, ...] = ()
    pins: tuple[Pair, ...] = ()
    # Beyond MATCHING.md: who gets the task where two plans are equally good. Money always goes before it.
    prefer: tuple[Pair, ...] = ()
    exclude: tuple[Exclusion, ...] = ()

    @classmethod
    def read(cls, data: object) -> "Instance":
        """The instance in decoded JSON; raises BadInstance for what an importer has to refuse."""
        top = _Row("the instance", data)
        if top.text("format") != FORMAT or top.number("version", low=0) != VERSION:
            raise BadInstance(f"the instance: not {FORMAT}, version {VERSION}")
        instance = cls(
            name=top.text("name"),
            owner=_owner(_Row("owner", top.get("owner"))),
            tasks=tuple(_task(row) for row in top.rows("tasks")),
            assistants=tuple(_assistant(row) for row in top.rows("assistants")),
            kept=tuple(
                Kept(*_pair(row), row.number("parts", 1, default=1), row.maybe("minutes"), row.maybe("rate_cents"))
                for row in top.rows("kept", [])
            ),
            briefed=tuple(Briefed(*_pair(row), row.maybe("minutes")) for row in top.rows("briefed", [])),
            pins=tuple(Pair(*_pair(row)) for row in top.rows("pins", [])),
            prefer=tuple(Pair(*_pair(row)) for row in top.rows("prefer", [])),
            exclude=tuple(_exclusion(row) for row in top.rows("exclude", [])),
        )
        _refuse_contradictions(instance)
        return instance

    def json(self) -> dict[str, object]:
        """The same as plain data, to be written as JSON; `read` gives this instance back."""
        data = asdict(self)
        for key in ("kept", "briefed", "exclude"):
            data[key] = [{name: value for name, value in row.items() if value is not None} for row in data[key]]
        return {"format": FORMAT, "version": VERSION, **data}


class _Row:
    """One row of the data; each reading checks the type and the range and names what is wrong."""

    REQUIRED: Final = object()

    def __init__(self, where: str, data: object) -> None:
        if not isinstance(data, Mapping):
            raise BadInstance(f"{where}: an object is expected")
        self.where = where
        self.data = data

    def refuse(self, key: str, what: str) -> BadInstance:
        # A skill is a key that someone typed; a line break in it must not break the line.
        return BadInstance(f"{self.where}: {' '.join(key.split())} {what}")

    def get(self, key: str, default: object = REQUIRED) -> object:
        value = self.data.get(key, default)
        if value is self.REQUIRED:
            raise self.refuse(key, "is missing")
        return value

    def number(self, key: str, low: int, high: int | None = None, default: object = REQUIRED) -> int:
        value = self.get(key, default)
        # A bool is an int to Python; to the format it is not.
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refuse(key, "is not a whole number")
        if value < low or (high is not None and value > high):
            raise self.refuse(key, f"is not {f'{low} to {high}' if high is not None else f'{low} or more'}")
        return value

    def maybe(self, key: str, high: int | None = None) -> int | None:
        return None if self.get(key, None) is None else self.number(key, 0, high)

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise self.refuse(key, "is neither true nor false")
        return value

    def text(self, key: str, default: object = REQUIRED) -> str:
        value = self.get(key, default)
        if not isinstance(value, str):
            raise self.refuse(key, "is not a text")
        return value

    def levels(self) -> dict[str, int]:
        skills = _Row(f"{self.where}: skills", self.get("skills", {}))
        return {skill: skills.number(skill, 1, 5) for skill in skills.data}

    def rows(self, key: str, default: object = REQUIRED) -> list["_Row"]:
        rows = self.get(key, default)
        if not isinstance(rows, Sequence) or isinstance(rows, str):
            raise self.refuse(key, "is not a list")
        return [_Row(f"{key}[{place}]", row) for place, row in enumerate(rows)]


def _owner(row: _Row) -> Owner:
    value = row.number("hour_value_cents", 0, 10**12)
    return Owner(
        hour_value_cents=value,
        relief_cents=row.number("relief_cents", 0, default=value // 2),
        budget_cents=row.maybe("budget_cents"),
        amortise_weeks=row.number("amortise_weeks", 1, 520, default=26),
        max_new=row.maybe("max_new"),
        max_brief_minutes=row.maybe("max_brief_minutes"),
        protect_keep=row.flag("protect_keep", default=True),
        aim_minutes=row.maybe("aim_minutes", WEEK),
        reinvest_percent=row.number("reinvest_percent", 0, 100, default=0),
        hire_minutes=row.number("hire_minutes", 0, default=600),
    )


def _task(row: _Row) -> Task:
    return Task(
        id=row.text("id"),
        name=row.text("name"),
        minutes=row.number("minutes", 0, WEEK),
        loathe=row.number("loathe", 0, 10),
        excel=row.number("excel", 0, 10),
        only_me=row.flag("only_me", default=False),
        skills=row.levels(),
        brief_minutes=row.number("brief_minutes", 0, default=0),
        check_minutes=row.number("check_minutes", 0, default=0),
        learning_weeks=row.number("learning_weeks", 0, 52, default=0),
        growth_permille=row.number("growth_permille", -1000, 1000, default=0),
        parts=row.number("parts", 1, 1000, default=1),
        max_people=row.number("max_people", 1, default=1),
    )


def _assistant(row: _Row) -> Assistant:
    return Assistant(
        id=row.text("id"),
        name=row.text("name"),
        rate_cents=row.number("rate_cents", 0),
        minutes=row.number("minutes", 0, WEEK),
        min_minutes=row.number("min_minutes", 0, default=0),
        skills=row.levels(),
    )


def _pair(row: _Row) -> tuple[str, str]:
    return row.text("task"), row.text("assistant")


def _exclusion(row: _Row) -> Exclusion:
    task, assistant = (None if row.get(key, None) is None else row.text(key) for key in ("task", "assistant"))
    if task is None and assistant is None:
        raise BadInstance(f"{row.where}: names neither a task nor an assistant")
    return Exclusion(task, assistant)


def _refuse_contradictions(instance: Instance) -> None:
    """Ids that nobody has, doubled rows, pins against a no, and more kept parts than there are."""
    tasks = {task.id: task for task in instance.tasks}
    assistants = {assistant.id for assistant in instance.assistants}
    _refuse_doubles("tasks", [task.id for task in instance.tasks])
    _refuse_doubles("assistants", [assistant.id for assistant in instance.assistants])
    for key in ("kept", "briefed", "pins", "prefer", "exclude"):
        rows: Sequence[Kept | Briefed | Pair | Exclusion] = getattr(instance, key)
        for place, row in enumerate(rows):
            if row.task is not None and row.task not in tasks:
                raise BadInstance(f"{key}[{place}]: no task has the id {_quoted(row.task)}")
            if row.assistant is not None and row.assistant not in assistants:
                raise BadInstance(f"{key}[{place}]: no assistant has the id {_quoted(row.assistant)}")
        _refuse_doubles(key, [(row.task, row.assistant) for row in rows])
    for place, pin in enumerate(instance.pins):
        if tasks[pin.task].only_me:
            raise BadInstance(f"pins[{place}]: {_quoted(pin.task)} is only_me")
        if any(no.covers(pin) for no in instance.exclude):
            raise BadInstance(f"pins[{place}]: also in exclude")
    given = dict.fromkeys(tasks, 0)
    for place, kept in enumerate(instance.kept):
        given[kept.task] += kept.parts
        if given[kept.task] > tasks[kept.task].parts:
            raise BadInstance(f"kept[{place}]: more parts of {_quoted(kept.task)} than its {tasks[kept.task].parts}")


def _refuse_doubles(key: str, ids: Iterable[object]) -> None:
    seen = set()
    for place, id_ in enumerate(ids):
        if id_ in seen:
            raise BadInstance(f"{key}[{place}]: {_quoted(id_)} is there twice")
        seen.add(id_)


def _quoted(id_: object) -> str:
    # As JSON, so that an id with a line break in it still makes one line.
    return json.dumps(id_)
