"""What a forecast means by sets of skills: what their tasks take, and what there is for them."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import matching
from assistants.matching import Ahead, Need, Needs, hire
from assistants.matching.instances import Instance
from assistants.matching.rules import Rules
from tests.assistants.matching.cases import an_instance, one_pair

few = settings(max_examples=25, deadline=None, database=None, derandomize=True)
seeds = st.integers(2000, 10**6)


def forecast(seed: int) -> tuple[Ahead, Needs]:
    found = matching.ahead(Instance.read(an_instance(seed)), steps=5, limit=30)
    return found, matching.needs(found)


@few
@given(seeds)
def test_each_task_that_may_go_is_in_one_set_and_counted_at_every_step(seed: int) -> None:
    found, needs = forecast(seed)
    rules = Rules(found.steps[0].instance)
    wanted = [task for tasks in hire.wanted(rules).values() for task in tasks if task.minutes]
    counted = [task for each in needs.sets for task in each.tasks]
    assert len(counted) == len(set(counted))
    assert {task.id for task in wanted if task.minutes >= task.parts} <= set(counted)
    for each in needs.sets:
        assert len(each.takes) == len(each.there) == len(found.steps)


@few
@given(seeds)
def test_what_is_done_of_a_set_never_passes_what_it_takes(seed: int) -> None:
    found, needs = forecast(seed)
    for each in needs.sets:
        for at, step in enumerate(found.steps):
            done = sum(one.minutes for one in (*step.plan.kept, *step.plan.handoffs) if one.task in each.tasks)
            assert 0 <= done <= each.takes[at]


@few
@given(seeds)
def test_there_is_what_people_have_without_what_they_do_of_other_sets(seed: int) -> None:
    found, needs = forecast(seed)
    rules = Rules(found.steps[0].instance)
    for each in needs.sets:
        for at, step in enumerate(found.steps):
            there = each.there[at]
            done = [one for one in (*step.plan.kept, *step.plan.handoffs) if one.assistant in each.people]
            has = sum(max(rules.assistants[id_].minutes, rules.load[id_]) for id_ in each.people)
            assert there == has - sum(one.minutes for one in done if one.task not in each.tasks)


@few
@given(seeds)
def test_who_is_short_is_told_as_the_forecast_tells_it_and_all_survives_as_json(seed: int) -> None:
    found, needs = forecast(seed)
    told = {each.skills: each.hire.step for each in needs.sets if each.hire}
    assert told == {
        each.skills: each.step for each in found.short if each.skills in {one.skills for one in needs.sets}
    }
    assert Needs.read(json.loads(json.dumps(needs.json()))) == needs
    assert Needs.read(needs.json() | {"version": 0}) is None


def need_of(instance: Instance) -> Need:
    (need,) = matching.needs(matching.ahead(instance, steps=2)).sets
    return need


def test_what_nobody_can_do_takes_what_it_would_take_somebody_strong() -> None:
    one = Instance.read(one_pair())
    alone = need_of(replace(one, assistants=()))
    assert alone.people == ()
    assert alone.there == (0, 0)
    stranger = hire.invent(replace(one, assistants=()), list(one.tasks))
    assert need_of(replace(one, assistants=(stranger,))).takes == alone.takes


def test_who_is_excluded_gives_no_hours() -> None:
    one = Instance.read(one_pair())
    person = one.assistants[0]
    assert need_of(one).people == (person.id,)
    away = replace(one, exclude=(matching.Exclusion(None, person.id),))
    assert (need_of(away).people, need_of(away).there) == ((), (0, 0))
    never = replace(one, exclude=(matching.Exclusion(one.tasks[0].id, person.id),))
    assert need_of(never).people == ()
