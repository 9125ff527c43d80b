"""Instances for the tests of the matcher: the public ones, a single pair, and small ones of every kind."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from assistants.matching.instances import Instance, Pair
from assistants.matching.rules import Rules
from assistants.matching.worth import Worth
from tests.assistants.matching.brute import Small

Row = dict[str, Any]
HERE = Path(__file__).parent / "instances"
NAMES = sorted(path.stem for path in HERE.glob("p*.json"))
# Their proven best values, by name.
OPTIMUM = json.loads((HERE / "optimum.json").read_text())


def data(name: str) -> Row:
    return json.loads((HERE / f"{name}.json").read_text())  # type: ignore[no-any-return]


def read(name: str, **owner: int | None) -> Instance:
    instance = Instance.read(data(name))
    return replace(instance, owner=replace(instance.owner, **owner))  # type: ignore[arg-type]


def one_pair(**rows: Row) -> Row:
    """One task and one assistant who can do it, without any limit but her hours."""
    return {
        "format": "delegator-instance",
        "version": 1,
        "name": "one",
        "owner": {"hour_value_cents": 1200, "relief_cents": 0} | rows.get("owner", {}),
        "tasks": [{"id": "t", "name": "Task", "minutes": 300, "loathe": 5, "excel": 2} | rows.get("task", {})],
        "assistants": [
            {"id": "a", "name": "Ana", "rate_cents": 1500, "minutes": 600} | rows.get("assistant", {}),
        ],
    }


def worth_of(instance: Instance, task: str, assistant: str) -> Worth:
    return Rules(instance).worth(Pair(task, assistant))


def an_instance(seed: int, *, tasks: int = 5, people: int = 3) -> Row:
    """A small instance with every option of the format in use somewhere; the same for the same seed."""
    r = random.Random(seed)
    value = r.choice([1500, 5000, 8000, 20000])
    owner = {
        "hour_value_cents": value,
        "relief_cents": r.choice([0, value // 2, value]),
        "budget_cents": r.choice([None, None, 6000, 12000, 20000, 40000]),
        "amortise_weeks": r.choice([1, 8, 26]),
        "max_new": r.choice([None, None, 2, 3]),
        "max_brief_minutes": r.choice([None, None, None, 100, 200]),
        "protect_keep": r.random() < 0.7,
    }
    rows = [_a_task(r, f"t{n}") for n in range(r.randint(2, tasks))]
    roster = [_an_assistant(r, f"a{n}") for n in range(r.randint(1, people))]
    data: Row = {"format": "delegator-instance", "version": 1, "name": f"small-{seed}", "owner": owner}
    data |= {"tasks": rows, "assistants": roster, "kept": [], "briefed": [], "pins": [], "prefer": [], "exclude": []}
    pairs = [(task, person) for task in rows for person in roster]
    r.shuffle(pairs)
    left = {task["id"]: task["parts"] for task in rows}
    for task, person in pairs:
        pair, what = {"task": task["id"], "assistant": person["id"]}, r.random()
        measured = {"minutes": r.randint(0, 90)} if r.random() < 0.5 else {}
        if what < 0.06 and left[task["id"]]:
            parts = r.randint(1, left[task["id"]])
            left[task["id"]] -= parts
            data["kept"].append(pair | {"parts": parts} | measured)
        elif what < 0.2:
            data["briefed"].append(pair | measured)
        elif what < 0.3 and not task["only_me"]:
            data["pins"].append(pair)
        elif what < 0.34:
            data["exclude"].append(pair)
        elif what < 0.5:
            data["prefer"].append(pair)
    wished = {pin["task"] for pin in data["pins"]}
    if r.random() < 0.08:
        data["exclude"] += [{"task": task["id"]} for task in rows[:1] if task["id"] not in wished]
    if r.random() < 0.1 and roster[0]["id"] not in {pin["assistant"] for pin in data["pins"]}:
        data["exclude"].append({"assistant": roster[0]["id"]})
    return data


def _a_task(r: random.Random, id_: str) -> Row:
    return {
        "id": id_,
        "name": id_,
        "minutes": r.choice([1, 30, 60, 75, 120, 240, 300]),
        "loathe": r.randint(2, 10),
        "excel": r.randint(0, 9),
        "only_me": r.random() < 0.04,
        "skills": {skill: r.randint(1, 3) for skill in "xy" if r.random() < 0.4},
        "brief_minutes": r.choice([0, 30, 90]),
        "check_minutes": r.choice([0, 5, 20]),
        "learning_weeks": r.choice([0, 1, 6]),
        "parts": r.choice([1, 1, 1, 2, 3]),
        "max_people": r.choice([1, 1, 2, 3]),
    }


def _an_assistant(r: random.Random, id_: str) -> Row:
    minutes = r.choice([120, 200, 400, 600])
    return {
        "id": id_,
        "name": id_,
        "rate_cents": r.choice([0, 1000, 1500, 2500, 4000]),
        "minutes": minutes,
        "min_minutes": r.choice([0, 0, 100, 250]),
        "skills": {skill: r.randint(1, 5) for skill in "xy" if r.random() < 0.9},
    }


def _small(many: int) -> Iterator[Row]:
    """The first instances with something to choose, and no more plans than can all be tried."""
    for seed in count():
        rows = an_instance(seed, tasks=6, people=4)
        if FEWEST_PLANS <= Small(rows).size <= MOST_PLANS:
            yield rows
            many -= 1
        if not many:
            return


FEWEST_PLANS, MOST_PLANS = 25, 20_000
SMALL = list(_small(500))
