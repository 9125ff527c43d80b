"""
An independent check of a plan in its JSON, written from MATCHING.md and README.md of the data.

It shares no line with the matcher: every number is computed anew from task, assistant and parts.
"""

from collections import defaultdict
from typing import Any, Final

from tests.assistants.matching.brute import Small, Split

Row = dict[str, Any]

OWNER: Final[Row] = {
    "budget_cents": None,
    "amortise_weeks": 26,
    "max_new": None,
    "max_brief_minutes": None,
    "protect_keep": True,
}
TASK: Final[Row] = {
    "only_me": False,
    "skills": {},
    "brief_minutes": 0,
    "check_minutes": 0,
    "learning_weeks": 0,
    "parts": 1,
    "max_people": 1,
}
ROW: Final = {"task", "assistant", "parts", "minutes", "pay_cents", "net_cents"}


class Wrong(AssertionError):
    """The plan is not one of this instance, or says something of itself that is not so."""


def whole(data: Row) -> Row:
    """The instance with what its file may leave out."""
    owner = OWNER | {"relief_cents": data["owner"]["hour_value_cents"] // 2} | data["owner"]
    return {
        **{key: [] for key in ("kept", "briefed", "pins", "exclude")},
        **data,
        "owner": owner,
        "tasks": [TASK | row for row in data["tasks"]],
        "assistants": [{"min_minutes": 0, "skills": {}} | row for row in data["assistants"]],
    } | {"kept": [{"parts": 1} | row for row in data.get("kept", [])]}


def verify(data: Row, plan: Row) -> None:
    """Wrong if the plan breaks a limit or claims a number, a status or a bound that cannot be."""
    small = Small(whole(data))
    splits = _splits(small, plan["handoffs"])
    value = small.value(splits)
    _demand(value is not None, "a limit of the whole plan is broken")
    assert value is not None
    pins, net, won, _ = value
    kept_pay = sum(small.part(t, a)[2] * row["parts"] for (t, a), row in small.kept.items())
    pay = kept_pay + sum(row["pay_cents"] for row in plan["handoffs"])
    told = {"pins": pins, "net_cents": net, "won_minutes": won, "pay_cents": pay}
    for key, true in told.items():
        _demand(plan[key] == true, f"{key} is {plan[key]}, not {true}")
    _demand((plan["format"], plan["version"]) == ("delegator-plan", 1), "another format")
    _demand(plan["instance"] == data["name"], "the plan of another instance")
    _demand(plan["status"] in ("optimal", "feasible"), "no such status")
    _demand(type(plan["bound_cents"]) is int and plan["bound_cents"] >= net, "the bound is below the plan")
    _demand(plan["status"] == "feasible" or plan["bound_cents"] == net, "optimal, and yet below its bound")


def _splits(small: Small, handoffs: list[Row]) -> dict[str, Split]:
    splits: dict[str, Split] = defaultdict(dict)
    for row in handoffs:
        t, a, parts = row["task"], row["assistant"], row["parts"]
        _demand(row.keys() >= ROW and all(type(row[key]) is int for key in ROW - {"task", "assistant"}), "a bad row")
        _demand(t in small.tasks and a in small.people and a not in splits[t], f"{t} to {a} cannot stand there")
        _, minutes, pay, gain = small.part(t, a)
        fixed = 0 if (t, a) in small.kept else small.fixed(t, a)
        _demand(row["minutes"] == parts * minutes, f"{t} to {a}: minutes")
        _demand(row["pay_cents"] == parts * pay, f"{t} to {a}: pay_cents")
        _demand(row["net_cents"] == parts * gain - fixed, f"{t} to {a}: net_cents")
        least = small.least(t, a)
        _demand(least is not None and parts >= least, f"{t} to {a} may not be proposed")
        splits[t][a] = parts
    for t, split in splits.items():
        held = {a: row["parts"] for (other, a), row in small.kept.items() if other == t}
        task = small.tasks[t]
        _demand(sum(split.values()) + sum(held.values()) <= task["parts"], f"more of {t} than there is")
        new = len(split.keys() - held.keys())
        _demand(not new or len(held) + new <= task["max_people"], f"too many people for {t}")
    return splits


def _demand(so: bool, what: str) -> None:  # noqa: FBT001
    if not so:
        raise Wrong(what)
