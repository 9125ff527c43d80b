"""The instances that plans are timed on: real enough to read, and the same every time."""

from __future__ import annotations

import pytest

from assistants.matching import Instance
from tests.bench import matching, rosters
from tests.bench.matching import AGENCY, MARKET, SOLO
from tests.bench.rosters import Recipe


@pytest.mark.parametrize("recipe", [SOLO, AGENCY], ids=lambda recipe: recipe.name)
def test_a_roster_is_as_large_as_asked_for_and_the_same_for_the_same_seed(recipe: Recipe) -> None:
    rows = rosters.make(recipe)
    assert rows == rosters.make(recipe)
    assert rows != rosters.make(recipe._replace(seed=2))
    instance = Instance.read(rows)
    assert (len(instance.tasks), len(instance.assistants)) == (recipe.tasks, recipe.assistants)
    assert len(instance.kept) == recipe.kept
    assert len(instance.exclude) == recipe.excluded


def test_a_market_has_a_language_for_each_task() -> None:
    rows = rosters.make(MARKET._replace(tasks=100, assistants=50))
    assert all(any(skill.startswith("lang") for skill in task["skills"]) for task in rows["tasks"])


def test_an_item_that_fails_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "ITEMS", {"no such item": matching.solo})
    wrong: dict[str, str] = {}
    assert matching.rows("", wrong) == []
    assert "no such item" in wrong["no such item"]
