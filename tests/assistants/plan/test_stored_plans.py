"""Plans are kept with what they were made from: solved once, recalled whole, and compared in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from assistants import jobs, matching
from assistants.models import Assistant, Plan
from assistants.plan import plan_changes, plan_inputs, plans, stored_plans
from assistants.plan.plans import Question
from assistants.plan.tries import Tries
from tasks import scores
from tasks.models import Owner, Task
from tests.assistants.world import dump, text_of
from tests.factories import NOW, TODAY, a_task, an_accepted_offer, an_assistant
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def task(nora: Owner) -> Task:
    return a_task(owner=nora, name="Record keeping", loathe=5, excel=3)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, rate=18, hours=40)


def question(owner: Owner) -> Question:
    return plans.question(plan_inputs.gather(owner, TODAY), Tries(owner.budget))


def large(owner: Owner) -> None:
    for number in range(stored_plans.SOLO_TASKS + 1):
        a_task(owner=owner, name=f"Task {number}", loathe=5, excel=3)
    for number in range(stored_plans.SOLO_PEOPLE + 1):
        an_assistant(owner=owner, name=f"Person {number}", rate=20 + number, hours=2)


# --- Solved once ----------------------------------------------------------------------
def test_a_plan_that_was_made_is_recalled_as_it_was(nora: Owner, task: Task, ana: Assistant) -> None:
    an_accepted_offer(owner=nora, task=a_task(owner=nora, name="Web site"), assistant=ana)
    made = stored_plans.answer(question(nora), now=NOW)
    assert made is not None
    assert made.handoffs
    assert made.kept
    kept = Plan.objects.get()
    assert stored_plans.answer(question(nora), now=NOW + DAY) == made
    assert Plan.objects.get() == kept
    matching.check(question(nora).asked, made)


def test_other_inputs_make_another_plan_and_those_shown_longest_ago_go(
    nora: Owner, task: Task, ana: Assistant
) -> None:
    usual = question(nora).digest
    for day in range(stored_plans.KEPT + 5):
        Assistant.objects.update(weekly_minutes=2400)
        stored_plans.answer(question(nora), now=NOW + day * DAY)
        Assistant.objects.update(weekly_minutes=60 * (day + 1))
        stored_plans.answer(question(nora), now=NOW + day * DAY)
    assert nora.plans.count() <= stored_plans.KEPT + 1
    assert nora.plans.filter(digest=usual).exists()  # made first, and looked at every day


def test_the_order_of_the_rows_makes_no_other_question(nora: Owner, task: Task, ana: Assistant) -> None:
    other = a_task(owner=nora, name="Email", position=1)
    before = question(nora).digest
    Task.objects.filter(pk=task.pk).update(position=2)
    assert question(nora).digest == before
    Task.objects.filter(pk=other.pk).update(loathe=4)
    assert question(nora).digest != before


def test_an_answer_that_could_not_be_given_today_is_none(nora: Owner, task: Task, ana: Assistant) -> None:
    made = stored_plans.answer(question(nora), now=NOW)
    row = nora.plans.get()
    assert row.answer
    row.answer["handoffs"][0]["parts"] = 500
    row.save()
    assert stored_plans.answer(question(nora), now=NOW) == made
    row.refresh_from_db()
    row.inputs, row.shown_at = {"format": "another"}, NOW - DAY
    row.digest = "of another day"
    row.save()
    assert stored_plans.changed(question(nora), now=NOW) is None
    before = dump()
    stored_plans.work_out(row.pk)
    assert dump() == before


def test_what_is_only_tried_is_not_kept(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    before = dump()
    page = text_of(hers.get("/plan/", {"budget": "45", f"rate-{ana.pk}": "20", f"hours-{ana.pk}": "2.5"}))
    assert "Your budget would be $45. Ana would take $20 an hour. Ana would have 2.5 h a week." in page
    assert "at $20 an hour" in page
    assert dump() == before
    hers.get("/plan/")
    assert nora.plans.count() == 1


def test_a_slider_that_was_left_alone_stands_for_the_budget_that_it_showed(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    person = {f"rate-{ana.pk}": "20"}
    page = text_of(hers.get("/plan/", {"budget": "500", "slid": "500", "exact": "", **person}))
    assert "You are trying this; nothing is saved. Ana would take $20 an hour." in page
    page = text_of(hers.get("/plan/", {"budget": "8", "slid": "8", "exact": "7.50", **person}))
    assert "Your budget would be $7.50. Ana would take $20 an hour." in page
    page = text_of(hers.get("/plan/", {"budget": "490", "slid": "500", "exact": "", **person}))
    assert "Your budget would be $490. Ana would take $20 an hour." in page


@pytest.mark.parametrize(("field", "typed"), [("rate", "dear"), ("rate", "-1"), ("hours", "lots"), ("hours", "200")])
def test_what_cannot_be_tried_is_said_at_its_field_and_the_plan_stays(
    hers: Client, nora: Owner, task: Task, ana: Assistant, field: str, typed: str
) -> None:
    answer = hers.get("/plan/", {f"{field}-{ana.pk}": typed})
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'value="{typed}"' in page
    assert f'href="#id_{field}-{ana.pk}"' in page
    assert "Give record keeping to Ana" in page


# --- What changed ---------------------------------------------------------------------
def changed(owner: Owner) -> list[str]:
    now = question(owner).asked
    return plan_changes.between(matching.Instance.read(owner.plans.get().inputs), now, "USD")


def test_the_page_says_what_changed_since_the_plan_of_an_earlier_day(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    with standing_at(NOW - 3 * DAY):
        hers.get("/plan/")
    with standing_at(NOW):
        assert "Since the plan" not in text_of(hers.get("/plan/"))
        Assistant.objects.update(weekly_minutes=60 * 6)
        expected = "Since the plan of 12 October: Ana has 6 h a week, before 40 h."
        assert expected in text_of(hers.get("/plan/"))
        assert expected in text_of(hers.get("/plan/"))
    with standing_at(NOW + DAY):
        assert "Since the plan" not in text_of(hers.get("/plan/"))


def test_what_changed_is_what_changed_since_the_last_look(nora: Owner, task: Task, ana: Assistant) -> None:
    def look(hours: int, day: int) -> list[str]:
        Assistant.objects.update(weekly_minutes=60 * hours)
        asked = question(nora)
        stored_plans.answer(asked, now=NOW + day * DAY)
        found = stored_plans.changed(asked, now=NOW + day * DAY)
        return found.sentences if found else []

    assert look(40, 0) == []
    assert look(6, 1) == ["Ana has 6 h a week, before 40 h."]
    assert look(6, 1) == ["Ana has 6 h a week, before 40 h."]
    assert look(40, 2) == ["Ana has 40 h a week, before 6 h."]
    assert look(40, 2) == ["Ana has 40 h a week, before 6 h."]
    assert look(40, 9) == look(40, 9) == []


def test_each_change_is_named(nora: Owner, task: Task, ana: Assistant) -> None:
    stored_plans.answer(question(nora), now=NOW)
    assert changed(nora) == []
    nora.budget = Decimal(290)
    nora.save()
    scores.give(task, loathe=4, excel=3, now=NOW)
    Task.objects.filter(pk=task.pk).update(seconds_least=2 * 3600, seconds_most=2 * 3600)
    Assistant.objects.update(rate=Decimal("18.50"))
    a_task(owner=nora, name="Invoices")
    an_assistant(owner=nora, name="Ben Okafor")
    assert changed(nora) == [
        "Your budget is $290 a week, before without a limit.",
        "Invoices is new on your list.",
        "Record keeping takes 10 h a week, before 5 h.",
        "You scored Record keeping anew.",
        "Ben is new on your roster.",
        "Ana takes $18.50 an hour, before $18.",
    ]


def test_a_hand_off_and_what_is_gone_are_named_too(nora: Owner, task: Task, ana: Assistant) -> None:
    a_task(owner=nora, name="Fax")
    stored_plans.answer(question(nora), now=NOW)
    an_accepted_offer(owner=nora, task=task, assistant=ana)
    Task.objects.filter(name="Fax").update(retired_on=TODAY)
    assert changed(nora) == [
        "Fax is off your list.",
        "Record keeping is with Ana now, or on its way.",
    ]


def test_every_field_of_an_instance_that_differs_is_told(nora: Owner, task: Task, ana: Assistant) -> None:
    asked = question(nora).asked
    (one,), (person,) = asked.tasks, asked.assistants
    others = [
        replace(asked, owner=replace(asked.owner, hour_value_cents=9000)),
        replace(asked, owner=replace(asked.owner, max_new=2)),
        replace(asked, tasks=(replace(one, only_me=True),)),
        replace(asked, assistants=(replace(person, skills={"7": 3}),)),
        replace(asked, assistants=()),
    ]
    assert [plan_changes.between(asked, other, "USD") for other in others] == [
        ["An hour of yours is worth $90, before $80."],
        ["You changed how much you take on at a time."],
        ["Record keeping must stay with you."],
        ["Ana has other skills."],
        ["Ana is away."],
    ]


# --- Large ones -----------------------------------------------------------------------
def test_a_large_plan_is_left_to_a_worker_and_shown_once_it_is_there(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    with standing_at(NOW):
        hers.get("/plan/")
        large(nora)
        page = text_of(hers.get("/plan/"))
        assert "Working it out: 32 tasks and 17 people." in page
        assert "The plan before" in page
        assert "Record keeping, to Ana" in page
        assert "Look again" in page
        asked = nora.plans.get(patience=0)
        for path in ("/plan/more/", f"/plan/tasks/{task.pk}/"):
            assert "Working it out" in text_of(hers.get(path))
            part = hers.get(path, headers={"HX-Request": "true"})
            assert (part["HX-Redirect"], part.content) == ("/plan/", b"")
        jobs.work_out_plan(asked.pk)
        page = text_of(hers.get("/plan/"))
    assert "Working it out" not in page
    assert "to Ana" in page


def test_a_worker_that_was_lost_is_asked_again_after_a_minute(nora: Owner, task: Task, ana: Assistant) -> None:
    large(nora)

    def rung(seconds: int) -> datetime | None:
        assert stored_plans.answer(question(nora), now=NOW + timedelta(seconds=seconds)) is None
        return nora.plans.get().rung_at

    assert rung(0) == rung(59) == NOW
    assert rung(60) == NOW + timedelta(seconds=60)
    assert stored_plans.waiting(question(nora), now=NOW + timedelta(seconds=65)).seconds == 5


def test_who_has_the_time_of_a_worker_solves_a_large_plan_at_once(nora: Owner, task: Task, ana: Assistant) -> None:
    large(nora)
    assert stored_plans.current(nora, now=NOW) is None
    made = stored_plans.current(nora, now=NOW, is_patient=True)
    assert made is not None
    assert made.proposals
    assert stored_plans.current(nora, now=NOW) == made


def test_a_plan_that_ran_out_of_time_is_shown_and_a_worker_goes_on_with_it_once(
    nora: Owner, task: Task, ana: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        a_task(owner=nora, name=f"Task {number}", loathe=5, excel=3)
        an_assistant(owner=nora, rate=14 + number, hours=3 + number)
    with monkeypatch.context() as patch:
        patch.setattr(stored_plans, "PATIENCE", 0)
        hasty = stored_plans.answer(question(nora), now=NOW)
    assert hasty is not None
    assert (hasty.status, bool(hasty.handoffs)) == ("feasible", True)
    for seconds in (30, 60):  # the first ring was lost
        assert stored_plans.answer(question(nora), now=NOW + timedelta(seconds=seconds)) == hasty
    assert nora.plans.get().rung_at == NOW + timedelta(seconds=60)
    stored_plans.work_out(nora.plans.get().pk)
    better = stored_plans.answer(question(nora), now=NOW + DAY)
    assert better is not None
    assert better.status == "optimal"
    assert better.net_cents >= hasty.net_cents
    assert nora.plans.get().rung_at == NOW + timedelta(seconds=60)


def test_working_out_what_is_gone_or_known_does_nothing(nora: Owner, task: Task, ana: Assistant) -> None:
    stored_plans.answer(question(nora), now=NOW)
    nora.plans.update(patience=stored_plans.LARGE_PATIENCE)
    before = dump()
    stored_plans.work_out(nora.plans.get().pk)
    stored_plans.work_out(0)
    assert dump() == before


# --- One step more ----------------------------------------------------------------------
def test_the_least_money_that_hands_off_a_whole_task_is_named(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    nora.budget = Decimal(50)
    nora.save()
    assert "$40 more a week would hand off all of record keeping." in text_of(hers.get("/plan/"))


def test_the_steps_that_bring_most_are_on_a_page_and_in_a_part_of_it(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    Assistant.objects.update(weekly_minutes=180)
    page, part = hers.get("/plan/more/"), hers.get("/plan/more/", headers={"HX-Request": "true"})
    assert "2 h more a week from Ana" in text_of(page)
    assert "That hands off all of record keeping." in text_of(page)
    assert text_of(part).startswith('<section id="steps"')
    assert text_of(part) in text_of(page)
    Assistant.objects.update(weekly_minutes=2400)
    assert "No single step of money, hours or people would make your week better." in text_of(hers.get("/plan/more/"))


@pytest.mark.parametrize(("minutes", "goes"), [(5, "part of record keeping"), (180, "more of record keeping")])
def test_a_step_hands_off_part_of_what_stays_and_more_of_what_goes(
    hers: Client, nora: Owner, ana: Assistant, minutes: int, goes: str
) -> None:
    a_task(owner=nora, name="Record keeping", loathe=5, excel=3, hours=4)
    Assistant.objects.update(weekly_minutes=minutes)
    assert f"That hands off {goes}." in text_of(hers.get("/plan/more/"))


def test_steps_go_by_what_is_tried(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    page = text_of(hers.get("/plan/more/", {f"hours-{ana.pk}": "3"}))
    assert "2 h more a week from Ana" in page
    assert "Tried, not saved: Ana would have 3 h a week." in page
