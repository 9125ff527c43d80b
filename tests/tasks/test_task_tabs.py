"""One task open in two tabs: what the other one saved is shown before it is written over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tasks import briefs, scores
from tasks.models import Owner, Task
from tasks.seen import SAID
from tests.factories import NOW, a_skill, a_task
from tests.tasks.reading import page, words

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def change(client: Client, task: Task, **data: str) -> Answer:
    return client.post(reverse("tasks:task", args=[task.pk]), data)


def levels(task: Task) -> dict[str, int]:
    return {level.skill.name: level.level for level in task.skill_levels.all()}


def seen_of(client: Client, task: Task) -> str:
    return page(client.get(reverse("tasks:task", args=[task.pk]))).values["seen"]


def test_what_another_tab_changed_is_shown_first_and_written_over_when_saved_again(nora: Owner, hers: Client) -> None:
    skill = a_skill(owner=nora)
    task = a_task(owner=nora, name="Post", skill=skill)
    level, seen = f"skill-{skill.pk}", seen_of(hers, task)
    theirs = {"name": "Letters", "time": "2h", level: "5", "steps": "Sort.\nFile <it>.", "only_me_reason": "Mine"}
    assert change(hers, task, seen=seen, **theirs, only_me="on").status_code == 302
    mine = {"name": "Parcels", "time": "2h", level: "3", "growth": "7", "steps": "Weigh them."}
    answer = change(hers, task, seen=seen, **mine)
    assert answer.status_code == 409
    said, shown = words(answer), page(answer)
    theirs_now = {"What is it called?": "Letters", "How it is done, step by step": "Sort. File <it>."}
    # Each once in the summary, and once at the field.
    assert said.count(SAID) == 2 * len(theirs_now)
    for label, there in theirs_now.items():
        assert re.search(rf"{re.escape(label)}:? {SAID}", said)
        assert f"{SAID} There now: {there}" in said
    assert "There now: 2 h" not in said
    assert (shown.values["name"], shown.values["growth"]) == ("Parcels", "7")
    html = answer.content.decode()
    assert "Weigh them.</textarea>" in html
    # What was not touched here is shown as the other tab left it.
    assert shown.values["only_me_reason"] == "Mine"
    assert re.search(r'name="only_me"[^>]* checked', html)
    assert '<option value="5" selected>' in html
    assert Task.objects.get(pk=task.pk).name == "Letters"
    assert change(hers, task, **mine, seen=shown.values["seen"]).status_code == 302
    task.refresh_from_db()
    assert (task.name, task.growth, task.only_me, levels(task)) == ("Parcels", 7, False, {"Bookkeeping": 3})
    assert briefs.text(briefs.latest(task)) == "Weigh them."


def test_a_third_tab_is_told_of_the_second(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Post")
    seen = seen_of(hers, task)
    change(hers, task, name="Letters", seen=seen)
    again = page(change(hers, task, name="Parcels", seen=seen)).values["seen"]
    change(hers, task, name="Cards", seen=seen_of(hers, task))
    answer = change(hers, task, name="Parcels", seen=again)
    assert answer.status_code == 409
    assert "There now: Cards" in words(answer)


def test_tabs_that_change_different_fields_both_keep_what_they_saved(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Post")
    seen = seen_of(hers, task)
    change(hers, task, name="Post", time="1 h", steps="Sort.", only_me="on", only_me_reason="Mine", seen=seen)
    assert change(hers, task, name="Post", time="2h", seen=seen).status_code == 302
    task.refresh_from_db()
    assert (task.seconds_most, task.only_me, task.only_me_reason) == (7200, True, "Mine")
    assert briefs.text(briefs.latest(task)) == "Sort."


def test_two_tabs_together_leave_no_task_that_must_stay_for_no_reason(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Post", only_me_reason="Mine")
    seen = seen_of(hers, task)
    change(hers, task, name="Post", time="1 h", seen=seen)
    answer = change(hers, task, name="Post", time="1 h", only_me="on", only_me_reason="Mine", seen=seen)
    assert "Say why it must stay with you." in words(answer)
    task.refresh_from_db()
    assert (task.only_me, task.only_me_reason) == (False, "")


def test_a_level_that_another_tab_added_stays(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Post")
    seen = seen_of(hers, task)
    change(hers, task, name="Post", time="1 h", new_skill="Letters", seen=seen)
    assert change(hers, task, name="Post", time="1 h", seen=seen).status_code == 302
    assert levels(task) == {"Letters": 3}


def test_a_skill_that_another_tab_took_away_is_unfolded_to_say_so(nora: Owner, hers: Client) -> None:
    skill = a_skill(owner=nora)
    task = a_task(owner=nora, name="Post", skill=skill)
    seen = seen_of(hers, task)
    change(hers, task, name="Post", time="1 h", seen=seen)
    assert 'mb-4"><summary>Your other skills' in hers.get(reverse("tasks:task", args=[task.pk])).content.decode()
    answer = change(hers, task, name="Post", time="1 h", seen=seen, **{f"skill-{skill.pk}": "4"})
    assert answer.status_code == 409
    assert 'mb-4" open><summary>Your other skills' in answer.content.decode()
    assert "There now: Not needed" in words(answer)


@pytest.mark.parametrize("seen", ["same", "", "nonsense", "name: :x time:00000000"])
def test_the_same_from_two_tabs_is_no_clash(nora: Owner, hers: Client, seen: str) -> None:
    task = a_task(owner=nora, name="Post")
    seen = seen_of(hers, task) if seen == "same" else seen
    data = {"name": "Letters", "time": "2h", "steps": "Sort.", "hour_earns": "9"}
    change(hers, task, **data)
    assert change(hers, task, **data, seen=seen).status_code == 302
    assert task.briefs.count() == 1


def test_scores_given_elsewhere_are_no_clash(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Post", loathe=None, excel=None)
    seen = seen_of(hers, task)
    scores.give(task, loathe=5, excel=2, now=NOW)
    assert change(hers, task, name="Letters", time="1 h", seen=seen).status_code == 302
    task.refresh_from_db()
    assert (task.name, task.loathe, task.excel) == ("Letters", 5, 2)
