"""The terms that a hand-off begins with: as much of the task as fits, for any task and person."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from assistants.handoff import suggestions, write_views
from assistants.handoff.forms import HandoffForm
from assistants.roster import absences, people
from tasks.models import Owner, Task
from tests.assistants.plan.test_plans import a_loathed_task
from tests.factories import (
    NOW,
    TODAY,
    a_skill,
    a_task,
    an_assistant,
    an_offer,
)

pytestmark = pytest.mark.django_db


def test_a_suggestion_is_as_much_of_the_task_as_fits(nora: Owner) -> None:
    task, ana = a_loathed_task(nora), an_assistant(owner=nora, hours=3)
    given = suggestions.suggest(nora, task, ana, TODAY)
    assert (given.task_minutes, given.minutes, given.free_minutes) == (300, 180, 180)
    assert [given.share(minutes) for minutes in (0, 60, 180, 300, 600)] == [1, 20, 60, 100, 100]
    assert [given.part(share) for share in (1, 20, 60, 100)] == [3, 60, 180, 300]
    assert given.frees(20) == 80


def test_who_else_could_take_all_of_it_comes_in_the_order_of_what_they_bring(nora: Owner) -> None:
    task, ana = a_loathed_task(nora), an_assistant(owner=nora, hours=8)
    dear, cheap = (an_assistant(owner=nora, name=name, rate=rate) for name, rate in (("Dora", 30), ("Cleo", 12)))
    an_assistant(owner=nora, name="Bo", hours=1)
    an_assistant(owner=nora, name="Max", rate=900)
    people.pause(an_assistant(owner=nora, name="Paul"), TODAY)
    asked = an_assistant(owner=nora, name="Has it")
    an_offer(owner=nora, task=task, assistant=asked)
    others = suggestions.suggest(nora, task, ana, TODAY).others
    assert [each.assistant for each in others] == [cheap, dear]
    assert all(each.minutes == 300 and each.ahead_cents > 0 for each in others)


def test_who_has_the_skills_comes_before_who_is_only_cheaper(nora: Owner) -> None:
    books = a_skill(owner=nora)
    task, ana = a_loathed_task(nora, skill=books), an_assistant(owner=nora)
    cheap = an_assistant(owner=nora, name="Cleo", rate=12)
    able = an_assistant(owner=nora, name="Dora", rate=20, skill=books)
    others = suggestions.suggest(nora, task, ana, TODAY).others
    assert [each.assistant for each in others] == [able, cheap]


def test_a_suggestion_is_in_quarters_of_an_hour_and_never_more_than_is_free(nora: Owner) -> None:
    task = a_task(owner=nora, excel=1)
    assert suggestions.suggest(nora, task, an_assistant(owner=nora), TODAY).minutes == 195
    ben = an_assistant(owner=nora, name="Ben")
    ben.weekly_minutes = 100
    ben.save()
    assert suggestions.suggest(nora, task, ben, TODAY).minutes == 100


@pytest.mark.parametrize("state", ["paused", "retired", "unscored", "timeless", "full"])
def test_there_is_a_suggestion_for_any_task_and_person(nora: Owner, state: str) -> None:
    task, ana = a_loathed_task(nora), an_assistant(owner=nora, hours=5)
    match state:
        case "paused":
            people.pause(ana, TODAY)
        case "retired":
            Task.objects.update(retired_on=TODAY)
        case "unscored":
            Task.objects.update(loathe=None, excel=None)
        case "timeless":
            Task.objects.update(seconds_least=None, seconds_most=None)
        case "full":
            an_offer(owner=nora, task=a_task(owner=nora), assistant=ana, hours=5)
    given = suggestions.suggest(nora, task, ana, TODAY)
    assert given.minutes == {"timeless": 0, "full": 0}.get(state, 300)
    assert given.part(100) == (0 if state == "timeless" else 300)


@pytest.mark.parametrize("hours", [2, 5, 12])
def test_what_a_complete_form_is_checked_by_is_what_its_page_said(nora: Owner, hours: int) -> None:
    task, ana, ben = a_loathed_task(nora), an_assistant(owner=nora, hours=hours), an_assistant(owner=nora, name="Ben")
    absences.add(ana, TODAY + timedelta(days=15), TODAY + timedelta(days=19), today=TODAY)
    for whose, what in ((ana, a_task(owner=nora, name="Taxes")), (ben, task)):
        an_offer(owner=nora, task=what, assistant=whose, hours=1)
    whole, alone = suggestions.suggest(nora, task, ana, TODAY), suggestions.alone(nora, task, ana, TODAY)
    assert alone.free_minutes == whole.free_minutes < 60 * hours
    assert [alone.part(share) for share in (1, 40, 100)] == [whole.part(share) for share in (1, 40, 100)]
    assert (alone.task_minutes, alone.held) == (whole.task_minutes, whole.held)
    assert [each.assistant for each in alone.held] == [ben]


@pytest.mark.parametrize(
    ("budget", "said"),
    [(None, ""), (190, ""), (Decimal("189.99"), "$190 in all, over your budget of\u00a0$189.99")],
)
def test_what_goes_over_the_budget_with_all_that_is_offered_is_said_beside_its_costs(
    nora: Owner, budget: Decimal | None, said: str
) -> None:
    nora.budget = budget
    an_offer(owner=nora, assistant=an_assistant(owner=nora, rate=18), hours=5)
    task, ana = a_task(owner=nora, name="Calls", excel=3), an_assistant(owner=nora)
    suggestion = suggestions.suggest(nora, task, ana, TODAY)
    form = HandoffForm(task, ana, suggestion, NOW, None, initial={"hours": "5", "rate": Decimal(20)})
    assert write_views.preview(form)["over_budget"] == said
