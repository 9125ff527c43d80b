"""The long view: growth, what comes back, when the roster is short, and that today is today's plan."""

import copy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import matching
from assistants.matching import Ahead, GivenBack, hire
from assistants.matching.growth import FINE, grown
from assistants.matching.instances import Instance
from assistants.matching.rules import Rules
from assistants.matching.worth import half_up
from tests.assistants.matching.cases import SMALL, Row, an_instance, data, one_pair, read

few = settings(max_examples=25, deadline=None, database=None, derandomize=True)
seeds = st.integers(2000, 10**6)


def minutes(instance: Instance, permille: int, steps: int) -> list[int]:
    task = replace(instance.tasks[0], minutes=300, growth_permille=permille)
    forecast = matching.ahead(replace(instance, tasks=(task,), assistants=()), steps=steps)
    return [step.instance.tasks[0].minutes for step in forecast.steps]


def test_a_task_grows_every_four_weeks_as_the_model_says() -> None:
    one = Instance.read(one_pair())
    assert minutes(one, 15, 7) == [300, 305, 309, 314, 318, 323, 328]
    assert minutes(one, 40, 9) == [300, 312, 324, 337, 351, 365, 380, 395, 411]
    assert minutes(one, -1000, 3) == [300, 0, 0]


def records(*, joan: bool) -> Ahead:
    """The record keeping of the blog alone, growing by 4 % in four weeks, with 150 minutes of Ana."""
    rows = data("p01-blog")
    rows["owner"]["budget_cents"] = None
    rows["tasks"] = [task | {"growth_permille": 40} for task in rows["tasks"] if task["id"] == "records"]
    people = {person["id"]: person for person in rows["assistants"]}
    rows["assistants"] = [people["ana"] | {"minutes": 150}] + ([people["joan"]] if joan else [])
    return matching.ahead(Instance.read(rows), steps=6)


def had(forecast: Ahead, step: int) -> dict[str, int]:
    """Parts of the records by person, once the step's plan is accepted."""
    parts: dict[str, int] = {}
    for each in (*forecast.steps[step].plan.kept, *forecast.steps[step].plan.handoffs):
        parts[each.assistant] = parts.get(each.assistant, 0) + each.parts
    return parts


def test_what_ana_has_no_hours_for_comes_back_by_the_tenth_and_a_second_bookkeeper_is_due() -> None:
    forecast = records(joan=False)
    assert forecast.goes == {"records": 0}
    assert [had(forecast, step) for step in range(5)] == [{"ana": 1}, {"ana": 1}, {"ana": 1}, {"ana": 10}, {"ana": 9}]
    third, fourth = forecast.steps[3:5]
    assert (third.plan.kept[0].owner_minutes, third.plan.kept[0].minutes, third.plan.won_minutes) == (330, 150, 315)
    assert (third.given_back, fourth.given_back) == ((), (GivenBack("records", "ana", 1),))
    assert fourth.plan.won_minutes == 300
    (short,) = forecast.short
    assert (short.skills, short.why, short.gain_cents) == (("bookkeeping",), "full", 3670)
    assert (short.step, short.week, short.look_week) == (4, 16, 10)
    assert half_up(600 * 8000, 60 * 26) == 3077


def test_joan_gets_the_tenths_that_ana_gives_back_and_no_hire_is_due() -> None:
    forecast = records(joan=True)
    assert had(forecast, 4) == {"ana": 9, "joan": 1}
    assert had(forecast, 5) == {"ana": 8, "joan": 2}
    assert [step.plan.net_cents for step in forecast.steps[4:6]] == [58154, 60046]
    assert forecast.short == ()


def test_a_skill_that_nobody_has_is_short_from_today() -> None:
    rows = one_pair(owner={"hour_value_cents": 6000}, task={"skills": {"x": 2}})
    (short,) = matching.ahead(Instance.read(rows), steps=2).short
    assert (short.skills, short.why, short.step, short.week, short.look_week) == (("x",), "nobody", 0, 0, 0)


def test_nobody_is_hired_for_what_stays_with_the_owner() -> None:
    for task in ({"only_me": True}, {"loathe": 0, "excel": 10}):
        rows = one_pair(owner={"hour_value_cents": 6000}, task={"skills": {"x": 2}} | task)
        assert matching.ahead(Instance.read(rows), steps=2).short == ()


def test_no_hire_is_due_for_less_than_finding_one_costs() -> None:
    rows = one_pair(owner={"hour_value_cents": 6000}, task={"skills": {"x": 2}})
    (short,) = matching.ahead(Instance.read(rows), steps=1).short
    # Minutes of searching, over 26 weeks, that cost a cent less than the hire brings, and just as much.
    just = short.gain_cents * 60 * 26 // 6000
    for hours, due in ((just - 1, True), (just + 1, False)):
        rows["owner"]["hire_minutes"] = hours
        assert bool(matching.ahead(Instance.read(rows), steps=1).short) == due


def test_the_caps_of_one_plan_are_four_times_as_wide_from_the_first_step_on() -> None:
    rows = one_pair(owner={"max_new": 1, "max_brief_minutes": 60}, task={"brief_minutes": 60})
    rows["tasks"] = [rows["tasks"][0] | {"id": f"t{n}", "minutes": 60} for n in range(7)]
    rows["assistants"][0] |= {"rate_cents": 300, "minutes": 2000}
    forecast = matching.ahead(Instance.read(rows), steps=4)
    assert [len(step.plan.handoffs) for step in forecast.steps] == [1, 4, 2, 0]
    assert sorted(forecast.goes.values()) == [0, 1, 1, 1, 1, 2, 2]


def test_won_minutes_are_reinvested_at_the_step_after() -> None:
    rows = one_pair(owner={"budget_cents": 2400, "reinvest_percent": 50}, assistant={"rate_cents": 600})
    forecast = matching.ahead(Instance.read(rows), steps=2)
    # 300 minutes at 12 dollars an hour, half of them.
    assert [step.instance.owner.budget_cents for step in forecast.steps] == [2400, 2400 + 3000]


def test_a_measured_pace_grows_with_its_task() -> None:
    rows = one_pair(task={"growth_permille": 40})
    rows["kept"] = [{"task": "t", "assistant": "a", "minutes": 150}]
    forecast = matching.ahead(Instance.read(rows), steps=4)
    assert [step.plan.kept[0].minutes for step in forecast.steps] == [150, 156, 162, 169]


def test_who_gives_all_of_a_task_back_still_knows_it_and_nobody_is_known_twice() -> None:
    rows = one_pair(task={"growth_permille": 100, "loathe": 9}, owner={"relief_cents": 6000})
    rows["tasks"] += [rows["tasks"][0] | {"id": "small", "minutes": 20, "loathe": 0, "growth_permille": 0}]
    rows["tasks"] += [rows["tasks"][0] | {"id": id_, "minutes": 30, "growth_permille": 0} for id_ in "uv"]
    rows["assistants"] = [rows["assistants"][0] | {"rate_cents": 300, "minutes": 320}]
    rows["assistants"].append(rows["assistants"][0] | {"id": "b", "minutes": 25})
    rows["kept"] = [{"task": id_, "assistant": "a", "minutes": each} for id_, each in (("t", 300), ("small", 20))]
    rows["briefed"] = [{"task": id_, "assistant": "b"} for id_ in "uv"]
    today, then = matching.ahead(Instance.read(rows), steps=2).steps
    # What b takes on today is kept, the other one is for another day.
    (new,) = today.plan.handoffs
    (other,) = {"u", "v"} - {new.task}
    assert GivenBack("small", "a", 10) in then.given_back
    assert {row.pair for row in then.instance.kept} == {matching.Pair("t", "a"), matching.Pair(new.task, "b")}
    assert {row.pair for row in then.instance.briefed} == {matching.Pair("small", "a"), matching.Pair(other, "b")}


def in_parts(**task: int) -> Row:
    """300 minutes that grow by a tenth, all with Ana, who has hours for that much and no more."""
    rows = one_pair(task={"growth_permille": 100} | task, assistant={"rate_cents": 300, "minutes": 300})
    rows["kept"] = [{"task": "t", "assistant": "a", "parts": rows["tasks"][0]["parts"], "minutes": 30}]
    return rows


def test_what_is_in_small_parts_already_comes_back_part_by_part_and_another_may_have_it() -> None:
    rows = in_parts(parts=10)
    rows["assistants"].append(rows["assistants"][0] | {"id": "b", "rate_cents": 400})
    step = matching.ahead(Instance.read(rows), steps=2).steps[1]
    # 33 minutes a part then, of which nine have room.
    assert step.given_back == (GivenBack("t", "a", 1),)
    assert [(each.assistant, each.parts) for each in step.plan.handoffs] == [("b", 1)]


def test_a_measured_pace_is_that_of_the_piece_when_a_task_is_cut() -> None:
    rows = in_parts(parts=1)
    rows["kept"][0]["minutes"] = 300
    step = matching.ahead(Instance.read(rows), steps=2).steps[1]
    # Of 330 minutes at the owner's own pace a tenth takes 33.
    assert (step.given_back, step.plan.kept[0].minutes) == ((GivenBack("t", "a", 1),), 9 * 33)


def test_whoever_shares_a_task_that_is_cut_keeps_as_much_of_it() -> None:
    rows = in_parts(parts=2, max_people=2)
    rows["kept"] = [{"task": "t", "assistant": id_, "parts": 1, "minutes": 150} for id_ in ("a", "b")]
    rows["assistants"][0]["minutes"] = 150
    rows["assistants"].append(rows["assistants"][0] | {"id": "b", "minutes": 600})
    step = matching.ahead(Instance.read(rows), steps=2).steps[1]
    assert [(each.assistant, each.parts) for each in step.plan.kept] == [("a", 4), ("b", 5)]


def test_over_the_hours_the_least_net_a_minute_comes_back_first() -> None:
    rows = in_parts(parts=10)
    rows["tasks"].append(rows["tasks"][0] | {"id": "u", "loathe": 9})
    rows["owner"]["relief_cents"] = 6000
    rows["assistants"][0]["minutes"] = 600
    rows["kept"].append(rows["kept"][0] | {"task": "u"})
    step = matching.ahead(Instance.read(rows), steps=2).steps[1]
    assert {each.task for each in step.given_back} == {"t"}


def test_no_task_grows_beyond_a_week() -> None:
    rows = one_pair(task={"minutes": 10080, "growth_permille": 1000})
    assert matching.ahead(Instance.read(rows), steps=3).steps[2].instance.tasks[0].minutes == 10080


def test_what_is_handed_over_today_does_not_go_later() -> None:
    rows = one_pair(task={"parts": 3}, owner={"max_new": 0}, assistant={"rate_cents": 300})
    rows["tasks"].append(rows["tasks"][0] | {"id": "u"})
    rows["kept"] = [{"task": "t", "assistant": "a", "parts": 1}]
    rows["owner"]["max_new"] = 2
    assert matching.ahead(Instance.read(rows), steps=2).goes == {"u": 0}


def test_what_the_owner_keeps_asks_no_more_of_a_hire() -> None:
    rows = one_pair(owner={"hour_value_cents": 6000}, task={"skills": {"x": 2}})
    rows["tasks"].append(rows["tasks"][0] | {"id": "u", "skills": {"x": 5}, "loathe": 0, "excel": 10})
    (short,) = matching.ahead(Instance.read(rows), steps=1).short
    assert dict(short.person.skills) == {"x": 4}


def test_no_hire_brings_more_than_the_bound_that_spares_a_plan() -> None:
    brought = 0
    for rows in SMALL[:50]:
        instance = Instance.read(rows)
        plan = matching.solve(instance)
        for tasks in hire.wanted(Rules(instance)).values():
            person = hire.invent(instance, tasks)
            # So few hours that they are full.
            short = replace(person, minutes=100)
            more = hire.hired(instance, short)
            gain = matching.solve(more).net_cents - plan.net_cents
            assert gain <= hire.ceiling(Rules(more), short)
            brought += gain > 0
    assert brought > 15


def test_over_the_budget_the_least_net_a_cent_comes_back_first() -> None:
    rows = one_pair(owner={"budget_cents": 3000, "relief_cents": 6000}, task={"growth_permille": 100})
    rows["tasks"].append(rows["tasks"][0] | {"id": "u", "loathe": 9})
    rows["assistants"][0] |= {"rate_cents": 300, "minutes": 2000}
    rows["kept"] = [{"task": id_, "assistant": "a", "minutes": 300} for id_ in ("t", "u")]
    (step,) = matching.ahead(Instance.read(rows), steps=2).steps[1:]
    assert {each.task for each in step.given_back} == {"t"}
    assert step.plan.pay_cents <= 3000


# What must hold


def still(rows: Row) -> Row:
    """Nothing grows, and no gain is put into the budget."""
    rows = copy.deepcopy(rows)
    for task in rows["tasks"]:
        task["growth_permille"] = 0
    return rows


@given(seeds)
@few
def test_without_growth_today_is_todays_plan_nothing_comes_back_and_the_net_never_falls(seed: int) -> None:
    instance = Instance.read(still(an_instance(seed, tasks=6, people=4)))
    forecast = matching.ahead(instance, steps=5)
    assert forecast.steps[0].plan == matching.solve(instance)
    assert forecast.is_complete
    assert [each for step in forecast.steps for each in step.given_back] == []
    nets = [step.plan.net_cents for step in forecast.steps]
    assert nets == sorted(nets)


@given(seeds, st.integers(-60, 120))
@few
def test_every_plan_to_come_keeps_the_limits_of_its_step_and_follows_from_the_one_before(
    seed: int, grows: int
) -> None:
    rows = an_instance(seed, tasks=6, people=4)
    for task in rows["tasks"]:
        task["growth_permille"] = grows
    forecast = matching.ahead(Instance.read(rows), steps=8)
    before: dict[tuple[str, str], int] = {}
    for step in forecast.steps:
        matching.check(step.instance, step.plan)
        # What JSON cannot say has no place in a step: an importer would take it.
        assert Instance.read(step.instance.json()) == step.instance
        kept = {(each.task, each.assistant) for each in step.plan.kept}
        gone = {(each.task, each.assistant) for each in step.given_back}
        if step.number:
            assert kept | gone >= before.keys()
            assert kept <= before.keys()
        before = {(each.task, each.assistant): each.parts for each in (*step.plan.kept, *step.plan.handoffs)}


@given(seeds)
@few
def test_who_is_loathed_more_never_goes_later(seed: int) -> None:
    rows = still(an_instance(seed, tasks=6, people=4))
    for task in rows["tasks"]:
        task["parts"] = 1
    rows |= {"kept": [], "pins": []}
    rows["owner"] |= {"max_new": 1, "relief_cents": 7000}
    goes = matching.ahead(Instance.read(rows), steps=4).goes
    for row in rows["tasks"]:
        if row["loathe"] < 10:
            more = copy.deepcopy(rows)
            next(task for task in more["tasks"] if task["id"] == row["id"])["loathe"] += 1
            then = matching.ahead(Instance.read(more), steps=4).goes
            assert then.get(row["id"], 99) <= goes.get(row["id"], 99)


@pytest.mark.parametrize("name", ["p06-solo", "p08-solo-growth"])
def test_the_year_of_a_solo_owner_is_seen_whole_and_the_same_every_time(name: str) -> None:
    instance = read(name)
    forecast = matching.ahead(instance, steps=13, limit=30)
    assert forecast.is_complete
    assert len(forecast.steps) == 13
    rows = data(name)
    rows["tasks"].reverse()
    rows["assistants"].reverse()
    again = matching.ahead(Instance.read(rows), steps=13, limit=30)
    assert [step.plan for step in again.steps] == [step.plan for step in forecast.steps]
    assert [(each.skills, each.step, each.gain_cents) for each in again.short] == [
        (each.skills, each.step, each.gain_cents) for each in forecast.short
    ]


def test_out_of_time_the_forecast_says_that_it_is_not_complete() -> None:
    forecast = matching.ahead(read("p08-solo-growth"), steps=5, limit=0)
    assert not forecast.is_complete
    assert len(forecast.steps) == 5


@given(st.integers(0, FINE * 10080), st.integers(-1000, 1000))
@settings(database=None)
def test_growth_is_rounded_half_up_and_shrinks_to_nothing_at_most(fine: int, permille: int) -> None:
    assert abs(grown(fine, permille) * 1000 - fine * (1000 + permille)) * 2 <= 1000
    assert grown(fine, permille) >= 0
