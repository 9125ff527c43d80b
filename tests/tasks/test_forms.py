"""The forms by themselves: what they read out of what was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tasks import days, routine
from tasks.durations import HOUR, MINUTE
from tasks.forms import DayForm, RoutineForm, ScoresForm, TaskForm, VisionForm
from tasks.models import Owner, TimeEntry
from tasks.routine import Choice
from tests.factories import NOW, TODAY, a_skill, a_task, an_entry, the_best_work


def day_form(owner: Owner, data: dict[str, str] | None = None) -> DayForm:
    return DayForm(days.sheet(owner, TODAY), 24 * HOUR, {}, data)


def routine_form(owner: Owner, data: dict[str, str] | None = None) -> RoutineForm:
    return RoutineForm(owner, routine.choices(owner, []), data)


def of(kind: str, name: str) -> str:
    return f"{kind}-{Choice(name).key}"


# --- The day sheet --------------------------------------------------------------------
def test_only_fields_that_were_sent_and_edited_are_written_back(nora: Owner) -> None:
    shown, edited, missing = (a_task(owner=nora) for _ in range(3))
    for task in (shown, edited, missing):
        an_entry(task=task, seconds=HOUR + 20, source=TimeEntry.Source.TIMER)
    form = day_form(nora, {f"task-{shown.pk}": " 1:00 ", f"task-{edited.pk}": "1:01"})
    assert form.is_valid()
    assert form.changed_times() == {edited.pk: 61 * MINUTE}


def test_a_cleared_field_is_an_edit_and_an_empty_one_left_empty_is_none(nora: Owner) -> None:
    cleared, empty = a_task(owner=nora), a_task(owner=nora)
    an_entry(task=cleared)
    form = day_form(nora, {f"task-{cleared.pk}": "", f"task-{empty.pk}": ""})
    assert form.is_valid()
    assert form.changed_times() == {cleared.pk: 0}


def test_each_field_counts_from_its_own_time(nora: Owner) -> None:
    email, sales = a_task(owner=nora), a_task(owner=nora)
    an_entry(task=email, seconds=HOUR)
    form = day_form(nora, {f"task-{email.pk}": "+15m", f"task-{sales.pk}": "+15m"})
    assert form.is_valid()
    assert form.changed_times() == {email.pk: 75 * MINUTE, sales.pk: 15 * MINUTE}


def test_each_field_of_the_sheet_has_its_own_error(nora: Owner) -> None:
    tasks = [a_task(owner=nora) for _ in range(3)]
    form = day_form(nora, {f"task-{task.pk}": typed for task, typed in zip(tasks, ("-1", "1h", "25h"), strict=True)})
    assert set(form.errors) == {f"task-{tasks[0].pk}", f"task-{tasks[2].pk}"}


# --- The routine ----------------------------------------------------------------------
def test_kept_rows_come_in_the_order_of_the_list_and_the_new_one_last(nora: Owner) -> None:
    data = {of("on", "Sales"): "on", of("time", "Sales"): "2h", of("on", "Email"): "on", of("time", "Email"): ""}
    form = routine_form(nora, data | {"new_name": "Post", "new_time": "5m"})
    assert form.is_valid()
    assert [(choice.name, span) for choice, span in form.kept()] == [
        ("Email", None),
        ("Sales", (2 * HOUR, 2 * HOUR)),
        ("Post", (5 * MINUTE, 5 * MINUTE)),
    ]


def test_a_time_that_cannot_be_read_leaves_the_one_that_stood_there(nora: Owner) -> None:
    task = a_task(owner=nora, name="Post")
    task.seconds_least = task.seconds_most = None
    task.save()
    data = {of(kind, name): typed for name in ("Post", "Email") for kind, typed in (("on", "on"), ("time", "soon"))}
    form = routine_form(nora, data)
    assert not form.is_valid()
    assert [(choice.name, span) for choice, span in form.kept()] == [("Post", None), ("Email", (HOUR, 2 * HOUR))]


def test_the_sum_counts_ticked_rows_and_takes_what_is_no_time_for_none(nora: Owner) -> None:
    data = {
        of("on", "Email"): "on",
        of("time", "Email"): "soon",
        of("on", "Sales"): "on",
        of("time", "Sales"): "1–2h",
    }
    assert routine_form(nora, data | {of("time", "Web site"): "1h"}).spans() == [None, (HOUR, 2 * HOUR)]
    assert routine_form(nora).spans() == [(HOUR, 2 * HOUR), (HOUR, HOUR), (2 * HOUR, 3 * HOUR), (HOUR, HOUR)]


# --- Scores ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("all_required", "sent", "wrong"),
    [
        (False, "", ""),
        # Said once, for both.
        (True, "", "loathe"),
        (False, "loathe", "excel"),
        (True, "excel", "loathe"),
        (True, "loathe excel", ""),
    ],
)
def test_an_unscored_task_may_stay_so_or_not_and_a_half_scored_one_may_not(
    nora: Owner, *, all_required: bool, sent: str, wrong: str
) -> None:
    task = a_task(owner=nora, loathe=None, excel=None)
    data = {f"{axis}-{task.pk}": "3" for axis in sent.split()}
    form = ScoresForm([task], data, all_required=all_required)
    assert set(form.errors) == {f"{axis}-{task.pk}" for axis in wrong.split()}


# --- One task -------------------------------------------------------------------------
def test_a_second_press_of_the_button_makes_no_second_task_and_no_crash(nora: Owner) -> None:
    """Both were looked at before either was saved."""
    first, second = (TaskForm(nora, {"name": "Post", "new_skill": "Letters"}) for _ in range(2))
    assert first.is_valid()
    assert second.is_valid()
    assert first.save() is not None
    assert second.save() is None
    assert second.errors == {"name": ["You have a task called “Post” already."]}
    assert (nora.tasks.count(), nora.skills.count()) == (1, 1)


def test_a_new_skill_that_is_there_already_is_the_one_that_is_there(nora: Owner) -> None:
    skill = a_skill(owner=nora, name="Büro")
    form = TaskForm(nora, {"name": "Post", f"skill-{skill.pk}": "5", "new_skill": "BÜRO"})
    assert form.is_valid()
    task = form.save()
    assert task is not None
    assert [(level.skill, level.level) for level in task.skill_levels.all()] == [(skill, 5)]


def test_the_form_of_a_task_takes_one_query_beside_those_of_the_task(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        a_task(owner=nora, skill=a_skill(owner=nora, name=f"Skill {number}"))
    task = nora.tasks.with_skills()[0]
    with django_assert_num_queries(1):
        str(TaskForm(nora, task=task))


# --- The vision -----------------------------------------------------------------------
def test_the_vision_form_keeps_only_what_is_valid(nora: Owner) -> None:
    the_best_work(owner=nora, name="Design")
    form = VisionForm(nora, {"vision": "Gardens.", "best": "a\x00b", "worth": "NaN", "day": "9"})
    assert not form.is_valid()
    form.save(TODAY + timedelta(days=1))
    nora.refresh_from_db()
    assert (nora.vision, nora.work_day, str(nora.hour_value(NOW.date()))) == ("Gardens.", 9 * HOUR, "80.00")
    assert [task.name for task in nora.tasks.best_work()] == ["Design"]
    assert nora.best_hours.count() == 1
