"""Who said no is not asked again at once, what was worked stays readable, what cannot be undone takes two steps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from assistants import links
from assistants.handoff import agreed, replies
from assistants.models import NeverMail
from assistants.work import work_logs
from tasks.models import Owner
from tests.assistants import world
from tests.factories import NOW, TODAY, a_running_offer, a_task, an_assistant, an_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]


def who(owner: Owner, *, weeks_on: int = 0) -> list[str]:
    plan = world.plan_of(owner, TODAY + timedelta(weeks=weeks_on))
    return [each.assistant.name for each in plan.proposals]


def test_who_declined_is_not_proposed_for_the_task_for_eight_weeks(nora: Owner) -> None:
    task = a_task(owner=nora, name="Record keeping")
    ana, ben = an_assistant(owner=nora), an_assistant(owner=nora, name="Ben Okafor", rate=40)
    replies.decline(an_offer(owner=nora, task=task, assistant=ana), reason="rate", now=NOW)
    assert who(nora) == [ben.name]
    assert who(nora, weeks_on=7) == [ben.name]
    assert who(nora, weeks_on=9) == [ana.name]


def test_who_declined_one_task_is_still_proposed_for_another(nora: Owner) -> None:
    ana = an_assistant(owner=nora, hours=20)
    replies.decline(an_offer(owner=nora, assistant=ana), reason="fit", now=NOW)
    a_task(owner=nora, name="Email")
    assert who(nora) == [ana.name]


def test_what_the_owner_ended_is_not_proposed_again_at_once(nora: Owner) -> None:
    """Also when it was agreed long ago."""
    offer = a_running_offer(owner=nora, now=NOW - timedelta(weeks=30))
    agreed.end(offer.handoff, now=NOW)
    assert who(nora) == []
    assert who(nora, weeks_on=9) == [offer.assistant.name]


def test_who_wants_no_mail_is_out_of_the_plan_and_marked_on_the_roster(nora: Owner, hers: Client) -> None:
    a_task(owner=nora)
    ana = an_assistant(owner=nora)
    NeverMail.objects.create(email=ana.email.upper(), asked_at=NOW)
    assert who(nora) == []
    assert "Takes no hand-offs" in hers.get(reverse("assistants:assistants")).content.decode()
    assert "asked for no more mail" in hers.get(reverse("assistants:assistant", args=[ana.pk])).content.decode()


def test_what_is_over_budget_is_priced_whole_and_not_by_the_part(nora: Owner) -> None:
    a_task(owner=nora, name="Record keeping", loathe=5, excel=3)
    an_assistant(owner=nora, rate=20, hours=20)
    (left_out,) = world.plan_of(nora, TODAY, Decimal(0)).left_out
    # Five hours of hers take five of someone at level 3, the level of no skill needed.
    assert left_out.why == "With Ana it costs $100 a week, and your budget has $0 left."


def test_the_hours_can_still_be_read_after_the_end(nora: Owner, client: Client) -> None:
    offer = a_running_offer(owner=nora, starts_on=TODAY)
    work_logs.log(offer, day=TODAY, seconds=5400, note="Bank file matched", now=NOW)
    agreed.end(offer.handoff, now=NOW)
    page = client.get(reverse("link:page", args=[links.token("offer", offer.pid)])).content.decode()
    assert "has ended" in page
    assert "Bank file matched" in page
    assert "$27.00" in page


@pytest.mark.parametrize(("state", "words"), [("offering", "Withdraw it"), ("active", "End it")])
def test_what_cannot_be_undone_says_what_it_means_before_its_button(
    nora: Owner, hers: Client, state: str, words: str
) -> None:
    make = an_offer if state == "offering" else a_running_offer
    offer = make(owner=nora)
    page = hers.get(reverse("assistants:handoff", args=[offer.handoff_id])).content.decode()
    before = page[: page.index(words)]
    assert before.rindex("<details") > before.rindex("</details>")
