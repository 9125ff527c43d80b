"""
Matching instances of any size, as real as a generator makes them: the same for the same seed.

The tasks of an owner, doubled for an agency; a roster whose rates follow from its skills. Draws come in the
order of the generator that the public instances were made with, so that these go on where those end.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

Row = dict[str, Any]
# What a skill adds to the price of an hour, in dollars.
PRICES = {
    "email": 0, "calendar": 0, "data_entry": -1, "bookkeeping": 8, "invoicing": 5, "support": 2, "social": 4,
    "copywriting": 9, "web": 14, "design": 13, "research": 4, "sales": 10, "travel": 1, "video": 12, "ads": 15,
    "payroll": 9,
}  # fmt: skip
SKILLS = list(PRICES)
ONLY_ME = ("Coaching clients", "Strategy and planning")
# From so many tasks on they are an agency's: drawn at random, and whole.
WIDE = 60
# 25 of the tasks below make 50 hours a week when they are cut to so many percent.
SOLO_PERCENT = 55


class Kind(NamedTuple):
    """A task as it comes: minutes a week from and to, skills, and how loathed and excelled at on average."""

    name: str
    least: int
    most: int
    skills: tuple[str, ...]
    loathe: int
    excel: int


KINDS = [
    Kind("Email", 300, 600, ("email",), 6, 5),
    Kind("Record keeping", 180, 360, ("bookkeeping",), 8, 3),
    Kind("Sales calls", 400, 900, ("sales",), 4, 8),
    Kind("Web site upkeep", 120, 420, ("web",), 6, 4),
    Kind("Calendar and booking", 60, 180, ("calendar",), 6, 6),
    Kind("Invoicing", 60, 200, ("invoicing",), 8, 5),
    Kind("Customer questions", 120, 500, ("support", "email"), 5, 6),
    Kind("Social media posts", 90, 300, ("social",), 6, 3),
    Kind("Newsletter", 60, 240, ("copywriting",), 5, 5),
    Kind("Data entry", 60, 400, ("data_entry",), 9, 5),
    Kind("Market research", 60, 240, ("research",), 4, 6),
    Kind("Travel planning", 30, 120, ("travel",), 6, 5),
    Kind("Ad campaigns", 60, 240, ("ads",), 6, 3),
    Kind("Video editing", 60, 360, ("video",), 6, 2),
    Kind("Payroll", 30, 120, ("payroll", "bookkeeping"), 9, 3),
    Kind("Design of flyers", 60, 240, ("design",), 5, 3),
    Kind("Chasing late payers", 30, 150, ("invoicing", "email"), 9, 4),
    Kind("Proposals", 90, 400, ("copywriting", "sales"), 5, 7),
    Kind("Supplier orders", 30, 180, ("data_entry", "email"), 7, 6),
    Kind("Meeting notes", 30, 150, (), 6, 5),
    Kind("Filing receipts", 20, 120, ("data_entry",), 9, 4),
    Kind("Product listings", 60, 400, ("web", "copywriting"), 6, 4),
    Kind("Reviews and reputation", 20, 90, ("social", "support"), 5, 5),
    Kind("Coaching clients", 300, 900, (), 1, 9),
    Kind("Strategy and planning", 60, 240, (), 1, 9),
]


class Recipe(NamedTuple):
    """
    How large, and what is particular about it; money in cents.

    Shares are those of assistants with minimum hours and of large tasks in parts. With `languages` each task
    needs one of so many, and few know it: a sparse roster.
    """

    name: str
    tasks: int
    assistants: int
    seed: int = 1
    value: int = 7500
    budget: int | None = None
    max_new: int | None = None
    with_minimum: float = 0.4
    in_parts: float = 0.0
    skills: tuple[int, int] = (2, 4)
    needs: tuple[int, int] = (2, 4)
    kept: int = 0
    pins: int = 0
    excluded: int = 0
    languages: int = 0

    @property
    def is_wide(self) -> bool:
        return self.tasks > WIDE


def make(recipe: Recipe) -> Row:
    r = Random(recipe.seed)
    tasks = [_task(r, recipe, place) for place in range(recipe.tasks)]
    assistants = [_assistant(r, recipe, place) for place in range(recipe.assistants)]
    owner = {
        "hour_value_cents": recipe.value,
        "budget_cents": recipe.budget,
        "relief_cents": recipe.value // 2,
        "amortise_weeks": 26,
        "max_new": recipe.max_new,
        "max_brief_minutes": None,
        "protect_keep": True,
        "aim_minutes": None,
    }
    instance: Row = {"format": "delegator-instance", "version": 1, "name": recipe.name, "owner": owner}
    instance |= {"tasks": tasks, "assistants": assistants, "kept": [], "briefed": [], "pins": [], "exclude": []}
    _say(r, recipe, instance)
    return instance


def _task(r: Random, recipe: Recipe, place: int) -> Row:
    kind = r.choice(KINDS) if recipe.is_wide else KINDS[place % len(KINDS)]
    minutes = r.randrange(kind.least, kind.most + 1)
    if not recipe.is_wide:
        minutes = minutes * SOLO_PERCENT // 100
    low, high = recipe.needs
    more = place // len(KINDS)
    task: Row = {
        "id": f"t{place + 1:04d}" if recipe.is_wide else f"t{place + 1:02d}",
        "name": f"{kind.name} {more + 1}" if more and not recipe.is_wide else kind.name,
        "minutes": max(5, minutes - minutes % 5),
        "loathe": _near(r, kind.loathe, 1.8, 0, 10),
        "excel": _near(r, kind.excel, 1.8, 0, 10),
        "only_me": kind.name in ONLY_ME,
        "skills": {skill: _near(r, (low + high) / 2, 0.8, 1, 5) for skill in kind.skills},
        "brief_minutes": r.choice([20, 30, 45, 60, 90, 120, 180]),
        "check_minutes": r.choice([0, 5, 10, 15, 20]),
        "learning_weeks": r.choice([0, 1, 2, 3, 4, 6]),
        "growth_permille": _near(r, 20, 10, 0, 80),
    }
    if recipe.languages:
        task["skills"][f"lang{r.randrange(recipe.languages)}"] = 3
    if r.random() < recipe.in_parts and task["minutes"] >= 150:
        task |= {"parts": r.choice([2, 3, 4, 6, 10]), "max_people": r.choice([1, 2, 3])}
    return task


def _assistant(r: Random, recipe: Recipe, place: int) -> Row:
    low, high = recipe.skills
    many = r.randrange(low, high + 1)
    first = r.choice(SKILLS)
    pool = [first, *r.sample([skill for skill in SKILLS if skill != first], many - 1)]
    if r.random() < 0.6 and "email" not in pool:
        pool[-1] = "email"
    skills = {skill: _near(r, 3.4, 1, 1, 5) for skill in pool}
    if recipe.languages:
        for language in r.sample(range(recipe.languages), r.choice([1, 1, 2])):
            skills[f"lang{language}"] = r.choice([3, 4, 5])
    dearest = max(PRICES.get(skill, 0) for skill in skills)
    rate = 15 + dearest * 0.8 + (sum(skills.values()) / len(skills) - 3) * 4 + r.gauss(0, 3)
    dollars = max(5, round(rate * 2) / 2)
    minutes = r.choice([120, 180, 240, 300, 420, 600, 900, 1200])
    return {
        "id": f"a{place + 1:04d}" if recipe.is_wide else f"a{place + 1:02d}",
        "name": f"Assistant {place + 1}",
        "rate_cents": int(dollars * 100) + r.choice([0, 0, 0, 25, 75]),
        "minutes": minutes,
        "min_minutes": min(minutes, r.choice([60, 90, 120, 180])) if r.random() < recipe.with_minimum else 0,
        "skills": dict(sorted(skills.items())),
    }


def _say(r: Random, recipe: Recipe, instance: Row) -> None:
    """Some hand-offs that stand, some wishes and some noes, one for a task at most."""
    pairs = [(t, a) for t in instance["tasks"] for a in instance["assistants"] if _can(t, a)]
    r.shuffle(pairs)
    said, load = set(), dict.fromkeys((a["id"] for a in instance["assistants"]), 0)
    for task, person in pairs:
        pair = {"task": task["id"], "assistant": person["id"]}
        if task["id"] in said:
            continue
        has_room = load[person["id"]] + task["minutes"] <= person["minutes"]
        if len(instance["kept"]) < recipe.kept and has_room and person["rate_cents"] * 2 < recipe.value:
            pace = r.choice([None, max(1, task["minutes"] * r.randrange(60, 120) // 100)])
            instance["kept"].append(pair | {"parts": 1} | ({} if pace is None else {"minutes": pace}))
            load[person["id"]] += task["minutes"]
        elif len(instance["pins"]) < recipe.pins:
            instance["pins"].append(pair)
        elif len(instance["exclude"]) < recipe.excluded:
            instance["exclude"].append(pair)
        else:
            continue
        said.add(task["id"])


def _can(task: Row, person: Row) -> bool:
    is_best_work = task["loathe"] < 5 and task["excel"] >= 6
    if task["only_me"] or is_best_work or task.get("parts", 1) > 1:
        return False
    return all(person["skills"].get(skill, 0) >= level for skill, level in task["skills"].items())


def _near(r: Random, middle: float, spread: float, low: int, high: int) -> int:
    return max(low, min(high, round(r.gauss(middle, spread))))
