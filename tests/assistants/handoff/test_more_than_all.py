"""More than all of a task goes only with the owner's yes, also when two pages send it at the same instant."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.handoff import handoffs
from assistants.models import Assistant, Handoff, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner, Task
from tests.assistants.handoff.test_write_views import page_of, typed, writing
from tests.assistants.world import Act, dump, race, text_of
from tests.factories import NOW, a_draft, a_task, an_assistant, an_offer, an_owner

ROUNDS = range(int(os.environ.get("ROUNDS", "3")))
part = st.integers(1, 100)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(theirs=st.lists(part, max_size=3), share=part)
def test_a_draft_is_sent_without_a_yes_exactly_if_all_in_all_is_no_more_than_all(
    theirs: list[int], share: int
) -> None:
    nora = an_owner()
    task, drafts = a_task(owner=nora), []
    for each in [*theirs, share]:
        drafts.append(a_draft(owner=nora, task=task, now=NOW))
        drafts[-1].versions.update(share=each)
    *others, last = drafts
    for other in others:
        handoffs.send(other, now=NOW)
    try:
        handoffs.send(last, now=NOW, is_more=False)
    except handoffs.MoreThanAll:
        assert sum(theirs) + share > 100
        assert not last.offers.exists()
        handoffs.send(last, now=NOW)
    else:
        assert sum(theirs) + share <= 100


@pytest.mark.django_db
def test_what_was_withdrawn_and_what_others_do_of_another_task_counts_for_nothing(nora: Owner) -> None:
    task = a_task(owner=nora)
    handoffs.withdraw(an_offer(owner=nora, task=task, now=NOW).handoff, now=NOW)
    an_offer(owner=nora, task=a_task(owner=nora), now=NOW)
    handoffs.send(a_draft(owner=nora, task=task, now=NOW), now=NOW, is_more=False)


# --- Two pages at the same instant -----------------------------------------------
def pressing_send(owner: Owner, path: str, **form: str) -> Act:
    browser = Client()
    browser.force_login(owner)
    return partial(browser.post, path, typed(owner, send="1") | form)


def two_people(owner: Owner) -> tuple[Task, list[Assistant]]:
    people = [an_assistant(owner=owner, name=name) for name in ("Ana Reyes", "Ben Okafor")]
    return a_task(owner=owner, excel=3), people


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
@pytest.mark.parametrize("by", ["new", "draft"])
def test_of_two_pages_that_give_all_of_a_task_at_once_one_asks_for_a_yes(by: str) -> None:
    nora = an_owner()
    for _ in ROUNDS:
        task, people = two_people(nora)
        paths = [writing(task, each) for each in people]
        if by == "draft":
            drafts = [a_draft(owner=nora, task=task, assistant=each) for each in people]
            paths = [page_of(each, "draft") for each in drafts]
        before = OutgoingEmail.objects.count()
        answers = race([pressing_send(nora, path, once=f"{task.pk} {path}"[-22:]) for path in paths])
        assert sorted(getattr(each, "status_code", repr(each)) for each in answers) == [302, 422], answers
        (refused,) = [place for place, each in enumerate(answers) if getattr(each, "status_code", 0) == 422]
        page = text_of(answers[refused])
        assert "Write a smaller share, or tick it" in page
        assert 'name="is_more"' in page
        assert Handoff.objects.filter(task=task).live().count() == 1
        assert OutgoingEmail.objects.count() == before + 1
        again = pressing_send(nora, paths[refused], once=f"{task.pk} {paths[refused]}"[-22:], is_more="on")()
        assert getattr(again, "status_code", 0) == 302
        assert Handoff.objects.filter(task=task).live().count() == 2


@pytest.mark.django_db
def test_a_send_that_needs_a_yes_first_changes_nothing(nora: Owner) -> None:
    task, (ana, ben) = two_people(nora)
    draft = a_draft(owner=nora, task=task, assistant=ben)
    an_offer(owner=nora, task=task, assistant=ana, now=NOW, reply_by=NOW + timedelta(days=2))
    before = dump()
    with pytest.raises(handoffs.MoreThanAll):
        handoffs.send(draft, now=NOW, is_more=False)
    assert dump() == before


# --- Other terms -----------------------------------------------------------------
@pytest.mark.django_db
def test_a_larger_share_of_what_others_have_too_goes_only_with_a_yes(hers: Client, nora: Owner) -> None:
    task = a_task(owner=nora)
    for name in ("Ana Reyes", "Ben Okafor"):
        draft = a_draft(owner=nora, task=task, assistant=an_assistant(owner=nora, name=name), now=clock.now())
        draft.versions.update(share=50)
        handoffs.send(draft, now=clock.now())
    offer = Offer.objects.latest("pk")
    url = f"/hand-offs/{offer.handoff_id}/offers/{offer.pk}/terms/"
    start = nora.today(clock.now()) + timedelta(days=30)
    form = {"hours": "5", "rate": "18", "starts_on": str(start), "share": "60"}
    refused = hers.post(url, form)
    assert refused.status_code == 422
    assert "more than all of it" in text_of(refused)
    assert 'name="is_more"' in text_of(refused)
    assert Offer.objects.get(pk=offer.pk).terms.share == 50
    assert hers.post(url, form | {"share": "50"}).status_code == 302
    assert hers.post(url, form | {"is_more": "on"}).status_code == 302
    assert Offer.objects.get(pk=offer.pk).terms.share == 60
