"""The hours of half a year: which weeks, how they are drawn, and what is said of them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from tasks import columns, weekly_hours
from tasks.durations import HOUR
from tasks.models import Owner
from tasks.weekly_hours import SHOWN, WeeklyHours
from tests.factories import NOW, TODAY, a_task, an_entry
from tests.tasks.clocks import standing_at
from tests.tasks.reading import words

MONDAY = date(2026, 10, 12)
FIRST = MONDAY - timedelta(weeks=SHOWN - 1)


def drawn(seconds: list[int]) -> WeeklyHours:
    return WeeklyHours([(FIRST + timedelta(weeks=at), each) for at, each in enumerate(seconds)])


def test_it_is_the_week_of_today_and_those_of_half_a_year_before_it(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    task = a_task(owner=nora)
    for day in (TODAY, MONDAY, FIRST, FIRST - timedelta(days=1), TODAY + timedelta(weeks=1)):
        an_entry(task=task, day=day)
    an_entry(task=a_task(owner=nora))
    with django_assert_num_queries(1):
        hours = weekly_hours.of(task, TODAY)
    assert len(hours.weeks) == 26
    assert (hours.weeks[0], hours.weeks[-1]) == ((FIRST, HOUR), (MONDAY, 2 * HOUR))
    assert hours.total == 3 * HOUR


def test_it_is_said_in_a_sentence() -> None:
    hours = drawn([0] * 20 + [5 * HOUR + 1800] + [0] * 4 + [HOUR])
    assert hours.said == (
        "Hours a week since 20 April 2026: 6 h 30 min in all, at most 5 h 30 min, in the week from 7 September."
    )


@given(st.lists(st.integers(0, 7 * 24 * HOUR), min_size=SHOWN, max_size=SHOWN).filter(any))
def test_each_week_with_time_is_one_column_that_stays_on_the_drawing(seconds: list[int]) -> None:
    hours = drawn(seconds)
    found = re.findall(r"M(\d+) (\d+)V(-?\d+)h(\d+)V\d+z", hours.path)
    assert len(found) == sum(bool(each) for each in seconds)
    for left, ground, head, bar in found:
        assert int(ground) == columns.HIGH
        assert 0 <= int(head) <= columns.HIGH
        assert int(left) + int(bar) <= hours.width


@given(st.lists(st.integers(0, 7 * 24 * HOUR), min_size=SHOWN, max_size=SHOWN).filter(any))
def test_lines_rise_from_no_hours_to_as_many_as_there_are(seconds: list[int]) -> None:
    lines = drawn(seconds).lines
    heights = [float(y.removesuffix("%")) for y, _ in lines]
    assert heights == sorted(heights, reverse=True)
    assert (lines[0], lines[-1][0]) == (("90.00%", 0), "5.00%")
    assert lines[-1][1] * HOUR >= max(seconds)


def test_the_page_shows_columns_and_numbers_or_says_that_there_are_none(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Post")
    address = reverse("tasks:task", args=[task.pk])
    with standing_at(NOW):
        assert "Nothing is logged for it in the last 26 weeks." in words(hers.get(address))
        an_entry(task=task, seconds=5400)
        answer = hers.get(address)
    assert 'aria-label="Hours a week since 20 April 2026: 1 h 30 min in all' in answer.content.decode()
    assert "Show the numbers" in words(answer)
    assert "5 October 2026 0:00 12 October 2026 1:30" in words(answer)
