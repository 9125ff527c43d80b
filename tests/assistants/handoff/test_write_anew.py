"""What a hand-off that is being written begins with: what an old one said, and the task's hours for who is full."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from assistants.handoff import handoffs
from assistants.models import Assistant, Handoff
from tasks import clock
from tasks.models import Owner, Task
from tests.assistants.handoff.test_write_views import page_of, today, writing
from tests.assistants.world import text_of
from tests.factories import a_running_offer, a_task, an_assistant, an_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]
PICK = reverse("assistants:handoff_new")


@pytest.fixture
def task(nora: Owner) -> Task:
    """It takes an assistant as long as it takes her, five hours a week."""
    return a_task(owner=nora, name="Record keeping", excel=3)


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, name="Ana Reyes", rate=18, hours=8)


@pytest.fixture
def old(nora: Owner, task: Task, ana: Assistant) -> Handoff:
    """It was withdrawn: 3 hours at $18 for 60 % of the task."""
    offer = an_offer(owner=nora, task=task, assistant=ana, hours=3, brief="Only the invoices.", now=clock.now())
    offer.terms.share = 60
    offer.terms.save()
    handoffs.withdraw(offer.handoff, now=clock.now())
    return Handoff.objects.get()


def begins(hers: Client, url: str) -> dict[str, object]:
    form = hers.get(url).context["form"]
    return {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}


def test_written_anew_it_begins_with_the_words_and_the_terms_of_the_old_one(
    hers: Client, nora: Owner, task: Task, ana: Assistant, old: Handoff
) -> None:
    pick = f"{PICK}?task={task.pk}&amp;anew={old.pk}"
    assert f'href="{pick}">Write it anew' in text_of(hers.get(page_of(old)))
    page = text_of(hers.get(pick.replace("&amp;", "&")))
    assert f'<input type="hidden" name="anew" value="{old.pk}">' in page
    form = begins(hers, f"{writing(task, ana)}&anew={old.pk}")
    assert (form["brief"], form["how_to"]) == ("Only the invoices.", old.how_to)
    assert (form["hours"], form["share"], form["rate"]) == ("3", 60, 18)


def test_written_anew_it_goes_to_whom_it_was_withdrawn_from(
    hers: Client, nora: Owner, task: Task, ana: Assistant, old: Handoff
) -> None:
    an_assistant(owner=nora, name="Aaron Abel", rate=20, hours=8)
    page = text_of(hers.get(f"{PICK}?task={task.pk}&anew={old.pk}"))
    assert f'<option value="{ana.pk}" selected>' in page.partition('name="to"')[2]


def test_to_somebody_else_only_the_words_of_the_old_one_go(
    hers: Client, nora: Owner, task: Task, old: Handoff
) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor", rate=22, hours=8)
    form = begins(hers, f"{writing(task, ben)}&anew={old.pk}")
    assert (form["brief"], form["hours"], form["rate"]) == ("Only the invoices.", "5", 22)


@pytest.mark.parametrize("anew", ["0", "x", "9" * 40, "²"])
def test_an_old_one_that_is_none_changes_nothing(hers: Client, task: Task, ana: Assistant, anew: str) -> None:
    assert begins(hers, f"{writing(task, ana)}&anew={anew}")["hours"] == "5"
    assert hers.get(f"{PICK}?task={anew}").status_code == 200


def test_another_owners_hand_off_is_no_old_one(hers: Client, bea: Owner, task: Task, ana: Assistant) -> None:
    theirs = an_offer(owner=bea, brief="Bea’s alone.", now=clock.now()).handoff
    handoffs.withdraw(theirs, now=clock.now())
    assert begins(hers, f"{writing(task, ana)}&anew={theirs.pk}")["brief"] != "Bea’s alone."


def test_a_task_that_is_off_the_list_is_said_to_be(hers: Client, nora: Owner, task: Task, ana: Assistant) -> None:
    a_task(owner=nora, name="Email")
    said = "Record keeping is off your list of tasks."
    assert said not in text_of(hers.get(f"{PICK}?task={task.pk}"))
    task.retired_on = today(nora)
    task.save()
    assert said in text_of(hers.get(f"{PICK}?task={task.pk}"))
    assert said in text_of(hers.get(writing(task, ana)))


def test_who_is_full_is_said_to_be_and_asked_for_what_the_task_takes(
    hers: Client, nora: Owner, task: Task, ana: Assistant
) -> None:
    a_running_offer(owner=nora, task=a_task(owner=nora, name="Email"), assistant=ana, hours=8, now=clock.now())
    page, form = text_of(hers.get(writing(task, ana))), begins(hers, writing(task, ana))
    assert "<p>Ana has no hours free now.</p>" in page
    assert "0 h" not in page
    assert (form["hours"], form["share"]) == ("5", 100)
