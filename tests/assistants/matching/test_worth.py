"""Scores, zones and what one hand-off is worth, with the numbers of MATCHING.md 10."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants import matching
from assistants.matching.instances import Instance, Task
from assistants.matching.worth import half_up, up, weigh
from tests.assistants.matching.cases import one_pair, read, worth_of


def a_task(**fields: Any) -> Task:
    row = {"id": "t", "name": "Task", "minutes": 300, "loathe": 5, "excel": 2} | fields
    return Instance.read(one_pair(task=row)).tasks[0]


def test_halves_are_rounded_up() -> None:
    assert [half_up(number, 2) for number in (0, 1, 2, 3, 5)] == [0, 1, 1, 2, 3]
    assert [up(number, 60) for number in (0, 1, 60, 61)] == [0, 1, 1, 2]


def test_the_tasks_of_the_blog_drain_as_the_model_says() -> None:
    tasks = {task.id: task for task in read("p01-blog").tasks}
    drains = {id_: matching.drain(task) for id_, task in tasks.items()}
    assert drains == {"email": 315, "records": 270, "website": 210, "sales": 150}
    zones = {id_: matching.zone(task) for id_, task in tasks.items()}
    assert zones == {"email": "first", "records": "first", "website": "first", "sales": "keep"}
    assert matching.pull(tasks["email"]) == 70


@pytest.mark.parametrize("loathe", range(11))
@pytest.mark.parametrize("excel", range(11))
def test_each_pair_of_scores_lies_in_the_one_zone_of_its_sides(loathe: int, excel: int) -> None:
    task = a_task(loathe=loathe, excel=excel)
    sides = {(True, False): "first", (True, True): "teach", (False, False): "next", (False, True): "keep"}
    assert matching.zone(task) == sides[loathe >= 5, excel >= 6]
    assert matching.pull(task) >= 50 or matching.zone(task) != "first"
    assert matching.pull(task) <= 40 or matching.zone(task) != "keep"


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 10000))
@settings(database=None)
def test_more_loathing_never_drains_less_nor_more_excelling_more(loathe: int, excel: int, minutes: int) -> None:
    here = matching.drain(a_task(loathe=loathe, excel=excel, minutes=minutes))
    assert matching.drain(a_task(loathe=loathe + 1, excel=excel, minutes=minutes)) >= here
    assert matching.drain(a_task(loathe=loathe, excel=excel + 1, minutes=minutes)) <= here
    assert matching.drain(a_task(loathe=loathe, excel=excel, minutes=minutes + 1)) >= here


def test_record_keeping_is_worth_more_with_ana_than_with_joan() -> None:
    blog = read("p01-blog")
    ana, joan = worth_of(blog, "records", "ana"), worth_of(blog, "records", "joan")
    assert (ana.minutes, ana.time_cents, ana.relief_cents, ana.pay_cents) == (135, 40000, 18000, 4050)
    assert (ana.learn_cents, ana.check_cents, ana.brief_cents, ana.net(1)) == (234, 2000, 462, 51254)
    assert (joan.pay_cents, joan.learn_cents, joan.net(1)) == (5850, 338, 49350)
    tomasz = worth_of(blog, "website", "tomasz")
    assert (tomasz.minutes, tomasz.pay_cents, tomasz.net(1)) == (149, 5464, 44685)


def test_email_is_worth_the_sum_of_its_parts_less_what_is_paid_once() -> None:
    email = worth_of(read("p01-blog"), "email", "priya")
    assert (email.owner_minutes, email.minutes, email.time_cents, email.relief_cents) == (30, 17, 4000, 1400)
    assert (email.pay_cents, email.learn_cents, email.gain) == (454, 17, 4929)
    assert (email.check_cents, email.brief_cents) == (2667, 308)
    assert (email.net(15), email.won(15)) == (70960, 430)


def test_learning_costs_extra_pay_most_of_it_in_the_first_week() -> None:
    instance = Instance.read(one_pair(task={"learning_weeks": 3}, assistant={"rate_cents": 600}))
    (handoff,) = matching.solve(instance).handoffs
    # 233 = up(300 * 62, 80) minutes at 10 cents; 3/2 weeks of it over 26 weeks, and 3/4 in the first.
    assert (handoff.minutes, handoff.pay_cents) == (233, 2330)
    assert (handoff.learn_cents, handoff.first_week_cents) == (134, 1748)


def test_who_lacks_the_skill_works_at_the_lowest_pace() -> None:
    instance = Instance.read(one_pair(task={"skills": {"x": 1}}))
    assert weigh(instance.owner, instance.tasks[0], instance.assistants[0]).minutes == up(300 * 62, 50)
