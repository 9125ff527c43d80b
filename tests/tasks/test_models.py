"""What the database itself refuses, whatever the code above it does, and the words of the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tasks import owners
from tasks.durations import HOUR
from tasks.models import BestHour, EntryChange, Owner, Skill, Task, TaskSkill, TimeEntry, Timer, WeekTotal
from tasks.quadrants import Quadrant
from tests.factories import NOW, TODAY, a_skill, a_task, an_entry, an_owner, the_best_work


def refused(act: Callable[[], object], rule: str) -> bool:
    """Whether the database says no; Postgres names the rule, SQLite only some."""
    try:
        with transaction.atomic():
            act()
    except IntegrityError as error:
        return rule in str(error) or "UNIQUE constraint" in str(error)
    return False


# --- Tasks ------------------------------------------------------------------------
@pytest.mark.parametrize(("loathe", "excel"), [(1, 1), (5, 5), (1, 5), (None, None)])
def test_both_scores_or_neither_are_kept(nora: Owner, loathe: int | None, excel: int | None) -> None:
    task = a_task(owner=nora, loathe=loathe, excel=excel)
    task.refresh_from_db()
    assert (task.loathe, task.excel) == (loathe, excel)


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        ({"loathe": None}, "both_scores_or_neither"),
        ({"excel": None}, "both_scores_or_neither"),
        ({"loathe": 0}, "loathe_1_to_5"),
        ({"loathe": 6}, "loathe_1_to_5"),
        ({"excel": 0}, "excel_1_to_5"),
        ({"excel": 6}, "excel_1_to_5"),
    ],
)
def test_half_a_score_and_one_off_the_scale_are_refused(
    nora: Owner, scores: dict[str, int | None], rule: str
) -> None:
    task = a_task(owner=nora, loathe=3, excel=3)
    assert refused(lambda: Task.objects.filter(pk=task.pk).update(**scores), rule)


def test_what_must_stay_with_its_owner_has_a_reason(nora: Owner) -> None:
    change = Task.objects.filter(pk=a_task(owner=nora).pk)
    assert refused(lambda: change.update(only_me=True), "only_me_for_a_reason")
    assert change.update(only_me=True, only_me_reason="I sign") == 1
    assert refused(lambda: change.update(only_me_reason=""), "only_me_for_a_reason")
    # A reason may outlast its tick.
    assert change.update(only_me=False) == change.update(only_me_reason="") == 1


@pytest.mark.parametrize(("least", "most"), [(2, 1), (None, 1), (1, None)])
def test_an_estimate_runs_from_the_least_to_the_most(nora: Owner, least: int | None, most: int | None) -> None:
    task = a_task(owner=nora)
    change = Task.objects.filter(pk=task.pk)
    assert refused(lambda: change.update(seconds_least=least, seconds_most=most), "estimate_least_to_most")
    assert change.update(seconds_least=1, seconds_most=1) == change.update(seconds_least=None, seconds_most=None) == 1


@pytest.mark.parametrize("name", ["Email", "email", "EMAIL"])
def test_a_name_is_one_task_in_any_case(nora: Owner, name: str) -> None:
    a_task(owner=nora, name="Email")
    assert refused(lambda: a_task(owner=nora, name=name), "one_task_a_name")


def test_a_name_is_free_for_another_owner_and_after_retiring(nora: Owner, bea: Owner) -> None:
    first = a_task(owner=nora, name="Email")
    a_task(owner=bea, name="Email")
    Task.objects.filter(pk=first.pk).update(retired_on=TODAY)
    a_task(owner=nora, name="email")
    assert refused(lambda: Task.objects.filter(pk=first.pk).update(retired_on=None), "one_task_a_name")


def test_an_owner_has_one_best_work(nora: Owner, bea: Owner) -> None:
    the_best_work(owner=nora)
    the_best_work(owner=bea)
    assert refused(lambda: the_best_work(owner=nora, name="Consulting"), "one_best_work")


def test_the_best_work_bears_no_name_of_the_routine(nora: Owner) -> None:
    a_task(owner=nora, name="Sales")
    assert refused(lambda: the_best_work(owner=nora, name="sales"), "one_task_a_name")


# --- Time, skills, hours, owners ----------------------------------------------------
def test_a_cell_has_one_typed_entry_and_any_number_of_others(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task)
    for source in (TimeEntry.Source.TIMER, TimeEntry.Source.TIMER, TimeEntry.Source.IMPORT):
        an_entry(task=task, source=source)
    assert refused(lambda: an_entry(task=task), "one_typed_entry")
    an_entry(task=task, day=TODAY + timedelta(days=1))
    an_entry(task=a_task(owner=nora))


@pytest.mark.parametrize("seconds", [0, -1])
def test_an_entry_without_time_is_refused(nora: Owner, seconds: int) -> None:
    entry = TimeEntry(owner=nora, task=a_task(owner=nora), day=TODAY, seconds=seconds, changed_at=NOW)
    assert refused(entry.save, "entry_not_empty") or refused(entry.save, "seconds")


def test_an_owner_has_one_timer(nora: Owner, bea: Owner) -> None:
    tasks = a_task(owner=nora), a_task(owner=nora), a_task(owner=bea)
    first, second, others = (
        Timer(owner=task.owner, task=task, zone="UTC", started_at=NOW, checked_at=NOW) for task in tasks
    )
    first.save()
    others.save()
    assert refused(second.save, "owner_id")
    first.delete()
    assert not refused(second.save, "owner_id")


def test_a_key_names_one_change_of_an_owner_and_many_have_none(nora: Owner, bea: Owner) -> None:
    def a_change(task: Task, key: str | None) -> EntryChange:
        seconds = {"seconds_before": 0, "seconds_after": HOUR}
        return EntryChange(owner=task.owner, task=task, day=TODAY, key=key, changed_at=NOW, **seconds)

    mine, theirs = a_task(owner=nora), a_task(owner=bea)
    for task, key in ((mine, "k"), (theirs, "k"), (mine, "l"), (mine, None), (mine, None)):
        a_change(task, key).save()
    assert refused(a_change(mine, "k").save, "one_change_a_key")


def test_a_task_has_one_total_a_week(nora: Owner) -> None:
    task = a_task(owner=nora)
    an_entry(task=task)
    an_entry(task=task, day=TODAY - timedelta(days=7))
    an_entry(task=a_task(owner=nora))
    again = WeekTotal(owner=nora, task=task, monday=date(2026, 10, 12), seconds=HOUR)
    assert refused(again.save, "one_total_a_week")
    assert refused(lambda: nora.week_totals.update(seconds=-1), "seconds")


def test_a_skill_has_one_name_in_any_case_and_one_level_a_task(nora: Owner, bea: Owner) -> None:
    skill = a_skill(owner=nora, name="Bookkeeping")
    a_skill(owner=bea, name="Bookkeeping")
    task = a_task(owner=nora, skill=skill)
    assert refused(lambda: Skill.objects.create(owner=nora, name="bookKeeping"), "one_skill_a_name")
    assert refused(lambda: TaskSkill.objects.create(task=task, skill=skill, level=4), "one_level_a_task_and_skill")


@pytest.mark.parametrize("level", [0, 6])
def test_a_level_is_one_to_five(nora: Owner, level: int) -> None:
    task = a_task(owner=nora, skill=a_skill(owner=nora))
    assert refused(lambda: task.skill_levels.update(level=level), "needed_level_1_to_5")


def test_an_hour_has_one_figure_a_day_and_none_below_zero(nora: Owner) -> None:
    owners.set_hour_value(nora, Decimal(90), TODAY)
    assert refused(
        lambda: BestHour.objects.create(owner=nora, amount=Decimal(95), starts_on=TODAY), "one_best_hour_a_day"
    )
    assert refused(lambda: nora.best_hours.update(amount=Decimal(-1)), "best_hour_not_negative")


def test_an_address_is_one_account_in_any_case(nora: Owner) -> None:
    assert refused(lambda: an_owner(email="NORA@Example.com"), "one_owner_an_address")
    assert Owner.objects.get_by_natural_key("Nora@EXAMPLE.com") == nora


# --- What rows say ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Record keeping", "record keeping"),
        ("SEO", "SEO"),
        ("E-mail", "e-mail"),
        ("Émail", "émail"),
        ("X", "x"),
        ("記帳", "記帳"),
    ],
)
def test_a_name_is_written_small_inside_a_sentence_unless_it_is_all_capitals(name: str, said: str) -> None:
    assert Task(name=name).mid_sentence == said


def test_an_unscored_task_is_in_no_quadrant(nora: Owner) -> None:
    assert a_task(owner=nora, loathe=None, excel=None).quadrant is None
    assert a_task(owner=nora, loathe=1, excel=5).quadrant is Quadrant.KEEP


def test_an_estimate_is_its_middle_or_unknown() -> None:
    assert Task(seconds_least=HOUR, seconds_most=2 * HOUR).estimated_seconds == 5400
    assert Task().estimated_seconds is None


def test_tasks_are_found_by_the_word_the_owner_would_use(nora: Owner) -> None:
    best = the_best_work(owner=nora)
    scored, unscored = a_task(owner=nora), a_task(owner=nora, loathe=None, excel=None)
    retired = a_task(owner=nora)
    Task.objects.filter(pk=retired.pk).update(retired_on=TODAY)
    mine = nora.tasks.active()
    assert set(mine) == {best, scored, unscored}
    assert list(mine.best_work()) == [best]
    assert set(mine.routine()) == {scored, unscored}
    assert list(mine.scored()) == [scored]
    assert list(mine.routine().unscored()) == [unscored]


@pytest.mark.parametrize(
    ("utc", "zone", "day"),
    [
        ("2026-10-15T21:30", "America/Phoenix", "2026-10-15"),
        ("2026-10-16T06:59", "America/Phoenix", "2026-10-15"),
        ("2026-10-16T07:00", "America/Phoenix", "2026-10-16"),
        ("2026-10-15T21:30", "Pacific/Kiritimati", "2026-10-16"),
        ("2026-10-15T10:59", "Pacific/Pago_Pago", "2026-10-14"),
    ],
)
def test_today_is_the_owners_local_day(utc: str, zone: str, day: str) -> None:
    now = datetime.fromisoformat(f"{utc}+00:00")
    assert Owner(time_zone=zone).today(now) == date.fromisoformat(day)


def test_a_figure_holds_from_its_day_on_and_the_first_also_before(nora: Owner) -> None:
    nora.best_hours.all().delete()
    assert nora.hour_value(TODAY) is None
    owners.set_hour_value(nora, Decimal(80), TODAY)
    owners.set_hour_value(nora, Decimal(95), TODAY + timedelta(days=10))
    figures = [TODAY - timedelta(days=400), TODAY, TODAY + timedelta(days=9), TODAY + timedelta(days=10)]
    assert [nora.hour_value(day) for day in figures] == [80, 80, 80, 95]
    assert [owners.hour_values(nora).on(day) for day in figures] == [80, 80, 80, 95]


def test_the_same_figure_again_is_no_new_one_and_the_last_of_a_day_stands(nora: Owner) -> None:
    before = nora.best_hours.count()
    owners.set_hour_value(nora, Decimal(80), TODAY)
    assert nora.best_hours.count() == before
    owners.set_hour_value(nora, Decimal(90), TODAY)
    owners.set_hour_value(nora, Decimal(91), TODAY)
    assert nora.best_hours.count() == before + 1
    assert nora.hour_value(TODAY) == 91


def test_best_work_is_named_once_and_then_renamed(nora: Owner) -> None:
    owners.name_best_work(nora, "Design")
    owners.name_best_work(nora, "Garden design")
    assert [task.name for task in nora.tasks.best_work()] == ["Garden design"]


def test_an_owner_is_called_by_the_first_name_or_else_the_address() -> None:
    assert Owner(name="Nora Lind").first_name == "Nora"
    assert str(Owner(name="", email="nora@example.com")) == "nora@example.com"


def test_a_timer_is_forgotten_at_the_owners_limit_since_the_start_or_the_last_answer(nora: Owner) -> None:
    nora.timer_limit = 2 * HOUR
    timer = Timer(owner=nora, task=Task(), started_at=NOW - timedelta(hours=9), checked_at=NOW)
    limit = NOW + timedelta(hours=2)
    assert timer.forgotten_at() == limit
    assert not timer.is_forgotten(limit - timedelta(microseconds=1))
    assert timer.is_forgotten(limit)


def test_an_owner_without_a_timer_has_none_running(nora: Owner) -> None:
    assert nora.running_timer is None
    task = a_task(owner=nora)
    timer = Timer.objects.create(owner=nora, task=task, zone="UTC", started_at=NOW, checked_at=NOW)
    assert Owner.objects.get(pk=nora.pk).running_timer == timer


def test_rows_say_what_they_are(nora: Owner) -> None:
    task = a_task(owner=nora, name="Email")
    entry = an_entry(task=task)
    total, change = nora.week_totals.get(), nora.changes.get()
    timer = Timer(task=task, started_at=NOW)
    assert [str(row) for row in (entry, change, total, timer)] == [
        "Email, 2026-10-15: 3600 s",
        "Email, 2026-10-15: 0 s to 3600 s",
        "Email, week of 2026-10-12: 3600 s",
        "Email since 2026-10-15 21:30:00+00:00",
    ]


def test_an_owners_rows_go_with_the_owner(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        an_entry(task=a_task(owner=owner, skill=a_skill(owner=owner)))
        Timer.objects.create(owner=owner, task=owner.tasks.get(), zone="UTC", started_at=NOW, checked_at=NOW)
    nora.delete()
    mine = (Task, TimeEntry, EntryChange, WeekTotal, Timer, Skill, TaskSkill)
    assert [model.objects.count() for model in mine] == [1] * 7
    assert TimeEntry.objects.get().changed_at == NOW
