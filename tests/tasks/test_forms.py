"""The forms by themselves: what they read out of what was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tasks import routine
from tasks.durations import HOUR, MINUTE
from tasks.forms import NoteForm, RoutineForm, ScoresForm, StoppedForm, VisionForm
from tasks.models import Owner, Timer
from tasks.routine import Choice
from tasks.task_forms import TaskForm
from tests.factories import NOW, TODAY, a_skill, a_task, the_best_work

from .world import utc


def routine_form(owner: Owner, data: dict[str, str] | None = None) -> RoutineForm:
    return RoutineForm(owner, routine.choices(owner, []), data)


def of(kind: str, name: str) -> str:
    return f"{kind}-{Choice(name).key}"


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


# --- When a forgotten timer stopped ----------------------------------------------------
def stopped(owner: Owner, at: str, *, since: str, now: str, zone: str = "UTC", **more: str) -> StoppedForm:
    timer = Timer(owner=owner, task=a_task(owner=owner), zone=zone, started_at=utc(since), checked_at=utc(since))
    return StoppedForm(timer, utc(now), {"at": at, **more})


def test_the_time_is_read_where_the_timer_was_started(nora: Owner) -> None:
    form = stopped(nora, "2026-10-15T16:30", since="2026-10-15T08:00", now="2026-10-16T08:00", zone="Europe/Berlin")
    assert form.is_valid()
    assert (form.cleaned_data["at"], form.was_moved) == (utc("2026-10-15T14:30"), False)


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ("2026-10-15T09:59", "It was started on Thursday 15 October, 10 am, so it cannot stop before that."),
        ("2026-10-16T10:01", "It is Friday 16 October, 10 am now, so write a time before that."),
        ("yesterday", "Write the day and the time as 2026-10-15 16:30."),
        ("2026-02-30T10:00", "Write the day and the time as 2026-10-15 16:30."),
        ("0001-01-01T00:00", "Write the day and the time as 2026-10-15 16:30."),
        ("9999-12-31T23:59", "It is Friday 16 October, 10 am now, so write a time before that."),
        ("", "Say when you stopped."),
    ],
)
def test_a_time_at_which_it_cannot_have_stopped_is_refused_with_a_sentence(nora: Owner, at: str, error: str) -> None:
    form = stopped(nora, at, since="2026-10-15T08:00", now="2026-10-16T08:00", zone="Europe/Berlin")
    assert form.errors == {"at": [error]}


def test_the_minute_of_the_start_is_the_start(nora: Owner) -> None:
    form = stopped(nora, "2026-10-15T08:00", since="2026-10-15T08:00:40", now="2026-10-16T08:00")
    assert form.is_valid()
    assert form.cleaned_data["at"] == utc("2026-10-15T08:00:40")


def test_a_time_that_the_clocks_left_out_is_moved_and_the_form_knows(nora: Owner) -> None:
    form = stopped(
        nora, "2026-03-08T02:30", since="2026-03-08T05:00", now="2026-03-08T20:00", zone="America/New_York"
    )
    assert form.is_valid()
    assert (form.cleaned_data["at"], form.was_moved) == (utc("2026-03-08T07:00"), True)


@pytest.mark.parametrize(("more", "at"), [({}, "2026-11-01T05:30"), ({"second": "on"}, "2026-11-01T06:30")])
def test_of_a_time_that_came_twice_the_owner_says_which(nora: Owner, more: dict[str, str], at: str) -> None:
    form = stopped(
        nora, "2026-11-01T01:30", since="2026-11-01T02:00", now="2026-11-01T20:00", zone="America/New_York", **more
    )
    assert form.is_valid()
    assert form.cleaned_data["at"] == utc(at)


def test_which_of_two_is_asked_on_a_longer_day_only(nora: Owner) -> None:
    long = stopped(nora, "", since="2026-11-01T02:00", now="2026-11-01T20:00", zone="America/New_York")
    usual = stopped(nora, "", since="2026-11-02T10:00", now="2026-11-02T20:00", zone="America/New_York")
    assert (list(long.fields), list(usual.fields)) == (["at", "second"], ["at"])


def test_the_likely_end_is_the_limit_and_never_after_now(nora: Owner) -> None:
    start = utc("2026-10-15T08:00")
    timer = Timer(owner=nora, task=a_task(owner=nora), zone="UTC", started_at=start, checked_at=start)
    assert StoppedForm(timer, utc("2026-10-16T08:00"))["at"].value() == "2026-10-15T12:00"
    assert StoppedForm(timer, utc("2026-10-15T09:00"))["at"].value() == "2026-10-15T09:00"


# --- Notes ------------------------------------------------------------------------------
def test_a_note_is_one_line_of_two_hundred_signs_or_nothing() -> None:
    for note, kept in (("  Tax letters ", "Tax letters"), ("", ""), ("x" * 200, "x" * 200)):
        form = NoteForm({"note": note})
        assert form.is_valid()
        assert form.cleaned_data["note"] == kept
    assert [NoteForm({"note": note}).is_valid() for note in ("x" * 201, "a\nb", "a\x00")] == [False] * 3


# --- One task -------------------------------------------------------------------------
def test_a_second_press_of_the_button_makes_no_second_task_and_no_crash(nora: Owner) -> None:
    """Both were looked at before either was saved."""
    first, second = (TaskForm(nora, {"name": "Post", "new_skill": "Letters"}) for _ in range(2))
    assert first.is_valid()
    assert second.is_valid()
    assert first.save(NOW) is not None
    assert second.save(NOW) is None
    assert second.errors == {"name": ["You have a task called “Post” already."]}
    assert (nora.tasks.count(), nora.skills.count()) == (1, 1)


def test_a_name_that_was_taken_meanwhile_is_refused_in_any_case(nora: Owner) -> None:
    """SQLite itself knows the case of ASCII letters only."""
    first, second = TaskForm(nora, {"name": "Büro"}), TaskForm(nora, {"name": "BÜRO"})
    assert first.is_valid()
    assert second.is_valid()
    assert first.save(NOW) is not None
    assert second.save(NOW) is None
    assert second.errors == {"name": ["You have a task called “BÜRO” already."]}


def test_a_new_skill_that_is_there_already_is_the_one_that_is_there(nora: Owner) -> None:
    skill = a_skill(owner=nora, name="Büro")
    form = TaskForm(nora, {"name": "Post", f"skill-{skill.pk}": "5", "new_skill": "BÜRO"})
    assert form.is_valid()
    task = form.save(NOW)
    assert task is not None
    assert [(level.skill, level.level) for level in task.skill_levels.all()] == [(skill, 5)]


def test_the_form_of_a_task_takes_two_queries_beside_those_of_the_task(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        a_task(owner=nora, skill=a_skill(owner=nora, name=f"Skill {number}"))
    task = nora.tasks.with_skills()[0]
    with django_assert_num_queries(2):
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
