"""Reading an instance: what is taken, what is refused, and in which words."""

import json

import pytest

from assistants.matching.instances import BadInstance, Instance
from tests.assistants.matching.cases import NAMES, SMALL, Row, data, one_pair


def test_what_is_read_is_written_the_same() -> None:
    for rows in [*SMALL, *map(data, NAMES)]:
        instance = Instance.read(rows)
        assert Instance.read(json.loads(json.dumps(instance.json()))) == instance


def test_defaults_stand_in_for_what_is_not_said_and_unknown_keys_are_ignored() -> None:
    rows = one_pair() | {"colour": "red"}
    del rows["owner"]["relief_cents"]
    instance = Instance.read(rows)
    assert (instance.owner.relief_cents, instance.owner.amortise_weeks, instance.owner.budget_cents) == (
        600,
        26,
        None,
    )
    assert (instance.tasks[0].parts, instance.tasks[0].max_people, instance.tasks[0].skills) == (1, 1, {})


def two(key: str, row: Row) -> Row:
    return {key: [row, row]}


PAIR = {"task": "t", "assistant": "a"}
BAD: dict[str, tuple[Row, str]] = {
    "no such task": ({"pins": [{"task": "u", "assistant": "a"}]}, 'pins[0]: no task has the id "u"'),
    "no such assistant": (
        {"kept": [{"task": "t", "assistant": "b"}]},
        'kept[0]: no assistant has the id "b"',
    ),
    "an id twice": (two("tasks", one_pair()["tasks"][0]), 'tasks[1]: "t" is there twice'),
    "a pair twice": (two("briefed", PAIR), 'briefed[1]: ["t", "a"] is there twice'),
    "a no twice": (two("exclude", {"task": "t"}), 'exclude[1]: ["t", null] is there twice'),
    "a no to nothing": ({"exclude": [{}]}, "exclude[0]: names neither a task nor an assistant"),
    "a pin that is excluded": ({"pins": [PAIR], "exclude": [{"assistant": "a"}]}, "pins[0]: also in exclude"),
    "a pin of only_me": (
        {"pins": [PAIR], "tasks": [one_pair()["tasks"][0] | {"only_me": True}]},
        'pins[0]: "t" is only_me',
    ),
    "too many kept parts": ({"kept": [PAIR | {"parts": 2}]}, 'kept[0]: more parts of "t" than its 1'),
    "another format": ({"format": "delegator-plan"}, "the instance: not delegator-instance, version 1"),
    "another version": ({"version": 2}, "the instance: not delegator-instance, version 1"),
    "no list": ({"tasks": {}}, "the instance: tasks is not a list"),
    "no owner": ({"owner": None}, "owner: an object is expected"),
    "no row": ({"assistants": [7]}, "assistants[0]: an object is expected"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_instance_that_contradicts_itself_is_refused_by_row(case: str) -> None:
    changes, message = BAD[case]
    with pytest.raises(BadInstance) as refused:
        Instance.read(one_pair() | changes)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("table", "field", "value", "message"),
    [
        ("task", "minutes", 10081, "tasks[0]: minutes is not 0 to 10080"),
        ("task", "minutes", 1.0, "tasks[0]: minutes is not a whole number"),
        ("task", "loathe", True, "tasks[0]: loathe is not a whole number"),
        ("task", "excel", 11, "tasks[0]: excel is not 0 to 10"),
        ("task", "parts", 0, "tasks[0]: parts is not 1 to 1000"),
        ("task", "max_people", 0, "tasks[0]: max_people is not 1 or more"),
        ("task", "only_me", 1, "tasks[0]: only_me is neither true nor false"),
        ("task", "id", 7, "tasks[0]: id is not a text"),
        ("task", "skills", {"x": 6}, "tasks[0]: skills: x is not 1 to 5"),
        ("task", "skills", {"x\ny": 0}, "tasks[0]: skills: x y is not 1 to 5"),
        ("task", "growth_permille", -1001, "tasks[0]: growth_permille is not -1000 to 1000"),
        ("assistant", "rate_cents", -1, "assistants[0]: rate_cents is not 0 or more"),
        ("assistant", "minutes", None, "assistants[0]: minutes is not a whole number"),
        ("owner", "hour_value_cents", 10**12 + 1, "owner: hour_value_cents is not 0 to 1000000000000"),
        ("owner", "budget_cents", -1, "owner: budget_cents is not 0 or more"),
        ("owner", "amortise_weeks", 0, "owner: amortise_weeks is not 1 to 520"),
        ("owner", "aim_minutes", 10081, "owner: aim_minutes is not 0 to 10080"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(table: str, field: str, value: object, message: str) -> None:
    with pytest.raises(BadInstance) as refused:
        Instance.read(one_pair(**{table: {field: value}}))
    assert str(refused.value) == message


def test_a_missing_field_is_refused_by_name() -> None:
    rows = one_pair()
    del rows["tasks"][0]["minutes"]
    with pytest.raises(BadInstance, match=r"^tasks\[0\]: minutes is missing$"):
        Instance.read(rows)
    with pytest.raises(BadInstance, match=r"^the instance: an object is expected$"):
        Instance.read([])
