"""A brief: its versions, and what of it is told to others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tasks import briefs, routine
from tasks.models import Brief, Owner, Task
from tests.factories import NOW, TODAY, a_task
from tests.tasks.reading import page, words

PARTS = st.dictionaries(st.sampled_from(sorted(briefs.HEADINGS)), st.text("ab\n", min_size=1, max_size=5))


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def task(nora: Owner) -> Task:
    return a_task(owner=nora, name="Record keeping")


def of(task: Task, version: int) -> str:
    return reverse("tasks:brief", args=[task.pk, version])


def versions(task: Task) -> list[tuple[int, str]]:
    return list(task.briefs.order_by("version").values_list("version", "steps"))


# --- Versions -------------------------------------------------------------------------
def test_a_change_makes_a_new_version_and_the_same_words_make_none(task: Task) -> None:
    assert briefs.latest(task) is None
    briefs.write(task, steps="Sort.", now=NOW)
    briefs.write(task, steps="Sort.", now=NOW + timedelta(days=1))
    briefs.write(task, steps="Sort.", done="Nothing is left.", now=NOW + timedelta(days=2))
    briefs.write(task, steps="Sort.", now=NOW + timedelta(days=3))
    assert versions(task) == [(1, "Sort."), (2, "Sort."), (3, "Sort.")]
    assert list(task.briefs.values_list("done", flat=True)) == ["", "Nothing is left.", ""]
    assert [brief.version for brief in briefs.earlier(task)] == [2, 1]
    latest = briefs.latest(task)
    assert latest is not None
    assert (latest.version, latest.written_at) == (3, NOW + timedelta(days=3))


def test_nothing_written_is_no_version_until_something_was(task: Task) -> None:
    briefs.write(task, now=NOW)
    assert versions(task) == []
    briefs.write(task, limits="Prices.", now=NOW)
    briefs.write(task, now=NOW)
    assert versions(task) == [(1, ""), (2, "")]


def test_each_task_counts_its_own_versions(nora: Owner, task: Task) -> None:
    other = a_task(owner=nora)
    for each in (task, other):
        briefs.write(each, steps=f"For {each.pk}", now=NOW)
    assert [versions(each) for each in (task, other)] == [[(1, f"For {each.pk}")] for each in (task, other)]


@pytest.mark.parametrize("seed", range(5))
def test_as_many_versions_are_kept_as_there_were_changes(task: Task, seed: int) -> None:
    random, kept, before = Random(seed), [], dict.fromkeys(briefs.HEADINGS, "")
    for _ in range(20):
        part = random.choice(sorted(briefs.HEADINGS))
        written = before | {part: random.choice(["", "A", "B"])}
        briefs.write(task, **written, now=NOW)
        kept += [written] if written != before else []
        before = written
    versions = list(task.briefs.order_by("version"))
    assert [briefs.parts(each) for each in versions] == kept
    assert [each.version for each in versions] == list(range(1, len(kept) + 1))


# --- As one text ----------------------------------------------------------------------
def test_a_brief_is_told_in_headed_paragraphs(task: Task) -> None:
    briefs.write(
        task, steps="1. Sort.\n2. File.", links="https://a.test", done="It’s empty.", limits="You pay.", now=NOW
    )
    told = "1. Sort.\n2. File.\n\nLinks\nhttps://a.test\n\nDone means\nIt’s empty.\n\nAsk me before\nYou pay."
    assert briefs.text(briefs.latest(task)) == told


@given(words_now=PARTS)
def test_only_what_is_filled_in_is_told(words_now: dict[str, str]) -> None:
    told = briefs.text(Brief(**words_now))
    assert all(text in told for text in words_now.values())
    for name, heading in briefs.HEADINGS.items():
        assert not heading or (heading in told) == (name in words_now)


def test_no_brief_is_told_as_nothing() -> None:
    assert briefs.text(None) == briefs.text(Brief()) == ""


# --- On its pages ---------------------------------------------------------------------
def test_the_page_of_the_task_writes_the_brief_and_lists_what_stood_before(hers: Client, task: Task) -> None:
    address = reverse("tasks:task", args=[task.pk])
    for steps in ("Sort.", "Sort.", "Sort by date."):
        data = {"name": task.name, "steps": steps, "links": "https://a.test/sheet"}
        assert hers.post(address, data).status_code == 302
    answer = hers.get(address)
    assert "Sort by date.</textarea>" in answer.content.decode()
    assert "Earlier versions Version 1 15 October 2026" in words(answer)
    assert f'href="{of(task, 1)}"' in answer.content.decode()
    assert f'href="{of(task, 2)}"' not in answer.content.decode()


def test_an_earlier_version_reads_as_it_was_written(hers: Client, task: Task) -> None:
    briefs.write(task, steps="<b>Sort.</b>", links="https://a.test/sheet", now=NOW)
    briefs.write(task, now=NOW)
    answer = hers.get(of(task, 1))
    said = words(answer)
    assert "The brief, version 1 As you wrote it on 15 October 2026." in said
    assert "How it is done <b>Sort.</b> Links https://a.test/sheet" in said
    assert "Done means" not in said
    assert 'href="https://a.test/sheet"' in answer.content.decode()
    assert "Nothing stood in it." in words(hers.get(of(task, 2)))


def test_a_version_that_is_not_there_and_that_of_another_owner_are_not_found(
    bea: Owner, hers: Client, task: Task
) -> None:
    theirs = a_task(owner=bea)
    briefs.write(theirs, steps="Theirs", now=NOW)
    for address in (of(task, 1), of(theirs, 1), of(task, 0), of(task, 10**30)):
        assert hers.get(address).status_code == 404


def test_the_brief_of_a_retired_task_can_be_read(hers: Client, task: Task) -> None:
    briefs.write(task, steps="Sort.", now=NOW)
    routine.drop(task, TODAY)
    assert "Sort." in words(hers.get(of(task, 1)))
    assert page(hers.get(reverse("tasks:task", args=[task.pk]))).values.keys() <= {"csrfmiddlewaretoken"}
