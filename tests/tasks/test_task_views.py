"""The pages of one task: new, changed, taken off the list; and the scores of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tasks import briefs, routine
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task
from tests.factories import NOW, TODAY, a_draft, a_skill, a_task, an_entry, the_best_work
from tests.tasks.reading import page, words

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def new(client: Client, **data: str) -> Answer:
    return client.post(reverse("tasks:task_new"), data)


def change(client: Client, task: Task, **data: str) -> Answer:
    return client.post(reverse("tasks:task", args=[task.pk]), data)


def levels(task: Task) -> dict[str, int]:
    return {level.skill.name: level.level for level in task.skill_levels.all()}


# --- A new task -----------------------------------------------------------------------
def test_a_new_task_has_a_name_a_time_and_the_skills_it_needs(nora: Owner, hers: Client) -> None:
    books, sales = a_skill(owner=nora, name="Bookkeeping"), a_skill(owner=nora, name="Sales")
    data = {f"skill-{books.pk}": "4", f"skill-{sales.pk}": ""}
    answer = new(hers, name=" Cafe\u0301 bills ", time="1–2 h", new_skill="Photos", **data)
    task = nora.tasks.get()
    assert answer.headers["Location"] == reverse("tasks:task", args=[task.pk])
    assert (task.name, task.seconds_least, task.seconds_most) == ("Caf\u00e9 bills", HOUR, 2 * HOUR)
    assert levels(task) == {"Bookkeeping": 4, "Photos": 3}
    assert (task.is_best_work, task.quadrant) == (False, None)


def test_a_name_is_enough_for_a_task(nora: Owner, hers: Client) -> None:
    assert new(hers, name="Post").status_code == 302
    assert [(task.seconds_least, levels(task)) for task in nora.tasks.all()] == [(None, {})]


def test_a_new_task_comes_last(nora: Owner, hers: Client) -> None:
    for name in ("First", "Second", "Third"):
        new(hers, name=name)
    assert [task.name for task in nora.tasks.all()] == ["First", "Second", "Third"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Give the task a name."),
        ({"name": "\u200b"}, "Give the task a name."),
        ({"name": "a\x00b"}, "Leave out the control characters."),
        ({"name": "x\nBcc: v@example.com"}, "Write this on one line."),
        ({"name": "x" * 81}, "Ensure this value has at most 80 characters"),
        ({"time": "1:75"}, "Write a time such as 1–2 h, 35m or 0:30."),
        ({"time": "25h"}, "That is more than the 24 h of a day."),
        ({"new_skill": "x" * 41}, "Ensure this value has at most 40 characters"),
        ({"new_skill": "a\x0bb"}, "Leave out the control characters."),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_stays(
    nora: Owner, hers: Client, wrong: dict[str, str], said: str
) -> None:
    data = {"name": "Post", "time": "45m", "new_skill": "Letters"} | wrong
    answer = new(hers, **data)
    assert answer.status_code == 422
    assert said in words(answer)
    shown = page(answer)
    assert {name: shown.values[name] for name in data if name not in wrong} == {
        name: typed for name, typed in data.items() if name not in wrong
    }
    assert shown.wrong == set(wrong)
    assert nora.tasks.count() == nora.skills.count() == 0


@pytest.mark.parametrize("name", ["Büro", "BÜRO", " büro", "Bu\u0308ro"])
def test_a_name_that_is_taken_is_refused_in_any_case_and_spelling(nora: Owner, hers: Client, name: str) -> None:
    a_task(owner=nora, name="Büro")
    answer = new(hers, name=name)
    assert answer.status_code == 422
    assert "already." in words(answer)
    assert nora.tasks.count() == 1


def test_the_name_of_the_best_work_is_taken_too(nora: Owner, hers: Client) -> None:
    the_best_work(owner=nora, name="Design")
    assert new(hers, name="design").status_code == 422


def test_names_of_retired_tasks_and_of_other_owners_are_free(nora: Owner, bea: Owner, hers: Client) -> None:
    a_task(owner=bea, name="Post")
    routine.drop(a_task(owner=nora, name="Post"), TODAY)
    assert new(hers, name="Post").status_code == 302


def test_fields_that_are_not_on_the_form_change_nothing(nora: Owner, bea: Owner, hers: Client) -> None:
    theirs = a_skill(owner=bea)
    data = {"owner": str(bea.pk), "is_best_work": "on", "retired_on": "2026-10-01", f"skill-{theirs.pk}": "5"}
    new(hers, name="Post", **data)
    task = Task.objects.get()
    assert (task.owner, task.is_best_work, task.retired_on, levels(task)) == (nora, False, None, {})


def test_a_level_off_the_scale_is_refused(nora: Owner, hers: Client) -> None:
    skill = a_skill(owner=nora)
    for level in ("0", "6", "1e1", "NaN"):
        assert new(hers, name="Post", **{f"skill-{skill.pk}": level}).status_code == 422


# --- Changing it ----------------------------------------------------------------------
def test_a_task_is_shown_with_its_time_skills_and_quadrant(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Record keeping", skill=a_skill(owner=nora))
    answer = hers.get(reverse("tasks:task", args=[task.pk]))
    shown = page(answer)
    assert (shown.values["name"], shown.values["time"]) == ("Record keeping", "1 h")
    assert '<option value="3" selected>' in answer.content.decode()
    assert "Where it stands Hand off first Loathe 5 of 5 Excel 1 of 5" in words(answer)
    task.loathe = task.excel = None
    task.save()
    assert "Not scored yet" in words(hers.get(reverse("tasks:task", args=[task.pk])))


def test_a_change_keeps_scores_time_logged_and_place(nora: Owner, hers: Client) -> None:
    skill = a_skill(owner=nora)
    task = a_task(owner=nora, name="Post", loathe=4, excel=2, skill=skill)
    an_entry(task=task)
    assert change(hers, task, name="Letters", time="0:45", **{f"skill-{skill.pk}": ""}).status_code == 302
    task = Task.objects.get(pk=task.pk)
    assert (task.name, task.seconds_most, levels(task)) == ("Letters", 45 * MINUTE, {})
    assert (task.loathe, task.excel, task.position, task.entries.count()) == (4, 2, 0, 1)
    assert "Letters is saved." in words(hers.get(reverse("tasks:task", args=[task.pk])))


def test_a_task_may_keep_its_name_or_change_its_case_only(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="post")
    assert [change(hers, task, name=name).status_code for name in ("post", "Post")] == [302, 302]
    task.refresh_from_db()
    assert task.name == "Post"


def test_a_refused_change_changes_nothing(nora: Owner, hers: Client) -> None:
    task, other = a_task(owner=nora, name="Post"), a_task(owner=nora, name="Sales")
    for data in ({"name": "sales"}, {"name": ""}, {"name": "Letters", "time": "soon"}):
        assert change(hers, task, **data).status_code == 422
    assert {row.name: row.seconds_most for row in (task, other)} == dict(
        nora.tasks.values_list("name", "seconds_most")
    )


def test_a_blank_time_means_that_there_is_no_estimate(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora)
    change(hers, task, name="Post", time="")
    task.refresh_from_db()
    assert (task.seconds_least, task.seconds_most) == (None, None)


# --- What stays, grows and earns ------------------------------------------------------
def test_what_must_stay_how_it_grows_and_what_it_earns_are_kept(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Post")
    data = {"only_me": "on", "only_me_reason": "My signature is needed.", "growth": "20 %", "hour_earns": "$40.50"}
    assert change(hers, task, name="Post", **data).status_code == 302
    task.refresh_from_db()
    assert (task.only_me, task.only_me_reason) == (True, "My signature is needed.")
    assert (task.growth, task.hour_earns) == (20, Decimal("40.50"))
    shown = page(hers.get(reverse("tasks:task", args=[task.pk])))
    assert {name: shown.values[name] for name in ("only_me_reason", "growth", "hour_earns")} == {
        "only_me_reason": "My signature is needed.", "growth": "20", "hour_earns": "40.50",
    }  # fmt: skip
    assert "only_me" in shown.ticked
    change(hers, task, name="Post")
    task.refresh_from_db()
    assert (task.only_me, task.growth, task.hour_earns) == (False, 0, None)
    assert page(hers.get(reverse("tasks:task", args=[task.pk]))).values["growth"] == ""


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"only_me": "on"}, "only_me_reason", "Say why it must stay with you."),
        ({"only_me": "on", "only_me_reason": " \u200b"}, "only_me_reason", "Say why it must stay with you."),
        ({"growth": "a lot"}, "growth", "Write a whole percentage such as 20 or -10."),
        ({"growth": "501"}, "growth", "Write -90 to 500 percent."),
        ({"growth": "-91%"}, "growth", "Write -90 to 500 percent."),
        ({"hour_earns": "NaN"}, "hour_earns", "Write an amount such as 18 or 18.50."),
        ({"hour_earns": "10001"}, "hour_earns", "Write 10,000 or less."),
        ({"steps": "Log in, the password is hunter2"}, "", "This looks like a password."),
        ({"limits": "PIN: 4711"}, "", "This looks like a password."),
        ({"links": "x" * 1001}, "", "Ensure this value has at most 1000 characters"),
    ],
)
def test_what_cannot_be_says_so_and_the_rest_stays_typed(
    nora: Owner, hers: Client, wrong: dict[str, str], field: str, said: str
) -> None:
    task = a_task(owner=nora, name="Post")
    answer = change(hers, task, name="Letters", **{"time": "5m"} | wrong)
    assert answer.status_code == 422
    assert said in words(answer)
    shown = page(answer)
    assert shown.wrong == ({field} if field else set())
    assert (shown.values["name"], shown.values["time"]) == ("Letters", "5m")
    task.refresh_from_db()
    assert (task.name, task.briefs.count()) == ("Post", 0)


def test_a_new_task_begins_with_little_and_ignores_the_rest(nora: Owner, hers: Client) -> None:
    assert not {"growth", "only_me", "seen"} & page(hers.get(reverse("tasks:task_new"))).inputs.keys()
    new(hers, name="Post", growth="20", only_me="on", steps="Sort it.")
    task = nora.tasks.get()
    assert (task.growth, task.only_me, task.briefs.count()) == (0, False, 0)


# --- Taking it off the list -----------------------------------------------------------
@pytest.mark.parametrize("logged", [True, False], ids=["logged", "never logged"])
def test_a_task_taken_off_the_list_is_gone_from_pages_and_keeps_its_past(
    nora: Owner, hers: Client, *, logged: bool
) -> None:
    task = a_task(owner=nora, name="Post")
    a_draft(owner=nora, task=task)
    if logged:
        an_entry(task=task)
    answer = hers.post(reverse("tasks:task_retire", args=[task.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("routine"), 302)]
    assert "Post is off your list. Hours you logged stay." in words(answer)
    task.refresh_from_db()
    assert (task.retired_on, task.entries.count(), nora.handoffs.count()) == (TODAY, int(logged), 1)
    assert "Off your list since 15 October 2026." in words(hers.get(reverse("tasks:task", args=[task.pk])))
    assert hers.post(reverse("tasks:task_retire", args=[task.pk])).status_code == 404


def test_the_best_work_has_no_page_and_cannot_be_taken_off(nora: Owner, hers: Client) -> None:
    best = the_best_work(owner=nora)
    assert hers.get(reverse("tasks:task", args=[best.pk])).status_code == 404
    assert hers.post(reverse("tasks:task_retire", args=[best.pk])).status_code == 404
    best.refresh_from_db()
    assert best.retired_on is None


def bring_back(client: Client, task: Task) -> Answer:
    return client.post(reverse("tasks:task_back", args=[task.pk]), follow=True)


def test_a_retired_task_can_be_read_and_not_changed(nora: Owner, hers: Client) -> None:
    task = a_task(
        owner=nora, name="Post", retired_on=TODAY, growth=20, hour_earns=Decimal(40), skill=a_skill(owner=nora)
    )
    briefs.write(task, steps="Sort it by date.", now=NOW)
    shown = words(hers.get(reverse("tasks:task", args=[task.pk])))
    assert "Where it stood Hand off first loathe 5, excel 1 A day 1 h Bookkeeping 3 of 5" in shown
    assert "Grows a year 20% An hour earns $40" in shown
    assert "Sort it by date." in shown
    answer = change(hers, task, name="Letters", steps="None.")
    assert answer.status_code == 409
    assert "Post is off your list, so nothing was changed. Bring it back first." in words(answer)
    task.refresh_from_db()
    assert (task.name, task.briefs.count()) == ("Post", 1)


def test_the_list_of_what_is_off_the_list_leads_to_each(nora: Owner) -> None:
    task = a_task(owner=nora, name="<Post>", retired_on=TODAY)
    shown = render_to_string("tasks/_retired.html", {"retired": [task]})
    assert f'href="{reverse("tasks:task", args=[task.pk])}">&lt;Post&gt;</a>' in shown
    assert "since 15 October 2026" in shown
    assert render_to_string("tasks/_retired.html", {"retired": []}).strip() == ""


def test_a_task_brought_back_is_what_and_where_it_was(nora: Owner, hers: Client) -> None:
    task, other = a_task(owner=nora, name="Post"), a_task(owner=nora, name="Sales")
    an_entry(task=task)
    for each in (task, other):
        each.position = each.pk
        each.save()
    routine.drop(task, TODAY)
    answer = bring_back(hers, task)
    assert answer.redirect_chain == [(reverse("tasks:task", args=[task.pk]), 302)]
    assert "Post is on your list again." in words(answer)
    assert list(nora.tasks.active()) == [task, other]
    assert (task.entries.count(), Task.objects.get(pk=task.pk).quadrant) == (1, task.quadrant)
    # A second press changes nothing.
    assert bring_back(hers, task).status_code == 200
    assert nora.tasks.active().count() == 2


@pytest.mark.parametrize("is_best_work", [False, True])
def test_a_task_whose_name_is_taken_by_now_stays_off_the_list(
    nora: Owner, hers: Client, *, is_best_work: bool
) -> None:
    old = a_task(owner=nora, name="Büro", retired_on=TODAY)
    a_task(owner=nora, name="BÜRO", is_best_work=is_best_work)
    assert "You have a task called “Büro” by now. Give that one another name first." in words(bring_back(hers, old))
    old.refresh_from_db()
    assert old.retired_on == TODAY


def test_nobody_brings_back_another_owners_task_or_old_best_work(nora: Owner, bea: Owner, hers: Client) -> None:
    best = a_task(owner=nora, is_best_work=True, retired_on=TODAY)
    for task in (a_task(owner=bea, retired_on=TODAY), best):
        assert bring_back(hers, task).status_code == 404
        assert hers.get(reverse("tasks:task_back", args=[task.pk])).status_code == 405
    assert not Task.objects.active().exists()


# --- The scores of all ------------------------------------------------------------------
def score(client: Client, **data: str) -> Answer:
    return client.post(reverse("tasks:scores"), data)


def test_scores_are_saved_and_those_left_out_stay(nora: Owner, hers: Client) -> None:
    email, sales = a_task(owner=nora, loathe=2, excel=2), a_task(owner=nora, loathe=None, excel=None)
    answer = score(hers, **{f"loathe-{email.pk}": "5", f"excel-{email.pk}": "1"})
    assert answer.headers["Location"] == reverse("routine")
    assert "Your scores are saved." in words(hers.get(reverse("routine")))
    assert list(nora.tasks.values_list("pk", "loathe", "excel")) == [(email.pk, 5, 1), (sales.pk, None, None)]
    assert list(email.scores.values_list("loathe", "excel", "scored_at")) == [(5, 1, NOW)]


@pytest.mark.parametrize(
    ("axis", "said"),
    [("loathe", "Say how much you excel at record keeping."), ("excel", "Say how much you loathe record keeping.")],
)
def test_half_a_score_is_refused_and_what_was_chosen_stays(nora: Owner, hers: Client, axis: str, said: str) -> None:
    email = a_task(owner=nora, name="Email", loathe=None, excel=None)
    books = a_task(owner=nora, name="Record keeping", loathe=None, excel=None)
    sent = {f"loathe-{email.pk}": "3", f"excel-{email.pk}": "3", f"{axis}-{books.pk}": "4"}
    answer = score(hers, **sent)
    assert answer.status_code == 422
    assert said in words(answer)
    assert page(answer).ticked == {f"{name}={value}" for name, value in sent.items()}
    assert not nora.tasks.scored().exists()


@pytest.mark.parametrize("value", ["0", "6", "-1", "3.5", "1e0", "NaN", "x", "\x00", "9223372036854775808"])
def test_a_score_off_the_scale_is_refused(nora: Owner, hers: Client, value: str) -> None:
    task = a_task(owner=nora, loathe=2, excel=2)
    answer = score(hers, **{f"loathe-{task.pk}": value, f"excel-{task.pk}": "1"})
    assert answer.status_code == 422
    assert "Choose 1 to 5." in words(answer)
    task.refresh_from_db()
    assert (task.loathe, task.excel) == (2, 2)


def test_neither_best_work_nor_another_owners_task_can_be_scored(nora: Owner, bea: Owner, hers: Client) -> None:
    for task in (the_best_work(owner=nora), a_task(owner=bea, loathe=None, excel=None)):
        assert score(hers, **{f"loathe-{task.pk}": "5", f"excel-{task.pk}": "1"}).status_code == 302
        task.refresh_from_db()
        assert (task.loathe, task.excel) == (None, None)


def test_the_address_of_the_scores_leads_to_the_routine(hers: Client) -> None:
    assert hers.get("/routine/scores/").headers["Location"] == "/routine/"
