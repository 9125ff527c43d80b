"""The list of tasks that fill the owner's day: what is offered, kept and dropped."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from tasks import routine
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task
from tasks.routine import Choice, Span
from tasks.starters import OFTEN_ADDED, STARTERS
from tests.factories import NOW, TODAY, a_draft, a_task, an_entry, the_best_work

READY = ["Email", "Record keeping", "Sales", "Web site"]


def offered(owner: Owner, *added: str) -> list[tuple[str, bool]]:
    return [(choice.name, choice.on) for choice in routine.choices(owner, added)]


def keep(owner: Owner, *chosen: tuple[str, Span], today: date = TODAY) -> None:
    routine.keep(owner, [(Choice(name), span) for name, span in chosen], today)


def names(owner: Owner) -> list[str]:
    return [task.name for task in owner.tasks.active().routine()]


# --- What is offered ------------------------------------------------------------
def test_a_new_owner_finds_the_four_ready_tasks_ticked(nora: Owner) -> None:
    assert offered(nora) == [(name, True) for name in READY]
    assert [choice.span for choice in routine.choices(nora, [])] == ["1–2 h", "1 h", "2–3 h", "1 h"]


def test_who_has_tasks_finds_these_ticked_and_the_rest_of_the_four_not(nora: Owner) -> None:
    a_task(owner=nora, name="sales")
    a_task(owner=nora, name="Seed orders")
    assert offered(nora) == [
        ("sales", True),
        ("Seed orders", True),
        ("Email", False),
        ("Record keeping", False),
        ("Web site", False),
    ]


def test_what_was_just_added_comes_last_and_once(nora: Owner) -> None:
    assert offered(nora, "Travel", "TRAVEL", "email")[4:] == [("Travel", True)]


def test_the_best_work_is_never_on_the_list_also_under_a_ready_name(nora: Owner) -> None:
    the_best_work(owner=nora, name="sales")
    assert offered(nora, "SALES") == [(name, True) for name in READY if name != "Sales"]


def test_a_retired_task_is_not_offered(nora: Owner) -> None:
    a_task(owner=nora, name="Email")
    retired = a_task(owner=nora, name="Post")
    routine.drop(retired, TODAY)
    assert "Post" not in dict(offered(nora))


def test_another_owners_tasks_are_not_offered(nora: Owner, bea: Owner) -> None:
    a_task(owner=bea, name="Potting")
    assert offered(nora) == [(name, True) for name in READY]


def test_a_row_is_called_the_same_however_many_stand_before_it(nora: Owner) -> None:
    before = {choice.name: choice.key for choice in routine.choices(nora, [])}
    keep(nora, ("Web site", None), ("Email", None))
    after = {choice.name: choice.key for choice in routine.choices(nora, [])}
    assert before == after
    assert len(set(after.values())) == 4
    assert Choice("EMAIL").key == Choice("email").key


def test_the_choices_take_one_query(nora: Owner, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(12):
        a_task(owner=nora)
    with django_assert_num_queries(1):
        routine.choices(nora, OFTEN_ADDED)


# --- What is kept ---------------------------------------------------------------
def test_the_routine_is_what_was_chosen_in_that_order(nora: Owner) -> None:
    keep(nora, ("Web site", None), ("Email", (HOUR, 2 * HOUR)), ("Seed orders", (30 * MINUTE, 30 * MINUTE)))
    assert names(nora) == ["Web site", "Email", "Seed orders"]
    assert [(task.seconds_least, task.seconds_most) for task in nora.tasks.all()] == [
        (None, None),
        (HOUR, 2 * HOUR),
        (30 * MINUTE, 30 * MINUTE),
    ]


def test_a_kept_task_stays_the_same_task_with_its_scores(nora: Owner) -> None:
    task = a_task(owner=nora, name="Email", loathe=4, excel=2)
    keep(nora, ("Sales", None), ("email", (HOUR, HOUR)))
    task.refresh_from_db()
    assert (task.name, task.loathe, task.excel, task.position) == ("Email", 4, 2, 1)


def test_keeping_the_same_again_changes_nothing(nora: Owner) -> None:
    for _ in range(2):
        keep(nora, ("Email", (HOUR, HOUR)), ("Sales", None))
    assert names(nora) == ["Email", "Sales"]
    assert nora.tasks.count() == 2
    assert nora.skills.count() == 2


def test_a_ready_task_comes_with_its_hint_and_its_skill(nora: Owner) -> None:
    keep(nora, *((starter.name, None) for starter in STARTERS))
    task = nora.tasks.get(name="Record keeping")
    assert task.hint == "Invoices, receipts, the books"
    assert [(level.skill.name, level.level) for level in task.skill_levels.all()] == [("Bookkeeping", 3)]


def test_a_task_of_ones_own_needs_a_skill_of_its_name(nora: Owner) -> None:
    long = "Invoices and receipts and the books of the whole shop"
    keep(nora, (long, None))
    assert [skill.name for skill in nora.skills.all()] == [long[:40].strip()]


def test_two_tasks_share_a_skill_of_one_name_in_any_case(nora: Owner) -> None:
    nora.skills.create(name="büro")
    keep(nora, ("BÜRO", None), ("email", None), ("Sales", None))
    assert sorted(skill.name for skill in nora.skills.all()) == ["Sales", "büro", "email"]


def test_what_is_left_out_is_retired_that_day(nora: Owner) -> None:
    left_out = a_task(owner=nora, name="Post")
    keep(nora, ("Email", None))
    left_out.refresh_from_db()
    assert left_out.retired_on == TODAY
    assert names(nora) == ["Email"]


def test_keeping_a_routine_leaves_the_best_work_and_other_owners_alone(nora: Owner, bea: Owner) -> None:
    best, hers = the_best_work(owner=nora), a_task(owner=bea, name="Email")
    keep(nora, ("Sales", None))
    best.refresh_from_db()
    hers.refresh_from_db()
    assert (best.retired_on, hers.retired_on) == (None, None)


def test_a_name_can_be_used_again_once_its_task_is_off_the_list(nora: Owner) -> None:
    an_entry(task=a_task(owner=nora, name="Email"))
    keep(nora, ("Sales", None))
    keep(nora, ("Email", None))
    assert names(nora) == ["Email"]


# --- What is dropped ------------------------------------------------------------
@pytest.mark.parametrize("logged", [True, False], ids=["logged", "never logged"])
def test_a_dropped_task_is_retired_and_keeps_what_was_built_on_it(nora: Owner, *, logged: bool) -> None:
    """A hand-off and its work log must not go with the task, also when the owner never logged any time for it."""
    task = a_task(owner=nora, name="Record keeping")
    task.scores.create(loathe=5, excel=1, scored_at=NOW)
    a_draft(owner=nora, task=task)
    if logged:
        an_entry(task=task)
    routine.drop(task, TODAY)
    task = Task.objects.get(pk=task.pk)
    assert task.retired_on == TODAY
    assert (task.entries.count(), task.scores.count(), nora.handoffs.count()) == (int(logged), 1, 1)


def test_an_estimate_is_said_as_the_owner_would_write_it(nora: Owner) -> None:
    task = a_task(owner=nora)
    said = []
    for least, most in ((HOUR, 2 * HOUR), (45 * MINUTE, 45 * MINUTE), (None, None)):
        task.seconds_least, task.seconds_most = least, most
        said.append(routine.span_of(task))
    assert said == ["1–2 h", "45 min", ""]
