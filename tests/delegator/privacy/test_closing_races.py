"""An account is closed while others write to what it holds: one of the two is first, and nobody gets an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import signals
from django.test import Client

from assistants import links
from assistants.models import Handoff, OutgoingEmail
from delegator.models import ClosedLink
from delegator.privacy import closing
from tasks import clock
from tasks.models import Owner, Task
from tests import factories
from tests.assistants.world import Act, by_hand
from tests.delegator.at_once import at_once, real_database

ROUNDS = 6
FINE = (200, 302, 303, 404, 409, 422, 503)
SOON = timedelta(days=3)


def answers(path: str, form: dict[str, str]) -> Act:
    return partial(Client(raise_request_exception=False).post, path, form)


def by_link(owner: Owner) -> list[Act]:
    """An answer to an offer, hours, and data asked for, each by its link at one moment."""
    now = clock.now()
    later: dict[str, Any] = {"now": now, "reply_by": now + SOON}
    offer = factories.an_offer(owner=owner, task=factories.a_task(owner=owner), **later)
    running = factories.a_running_offer(
        owner=owner, task=factories.a_task(owner=owner), **later, starts_on=owner.today(now)
    )
    page, work = (f"/h/{links.token('offer', each.pid, each.epoch)}" for each in (offer, running))
    day = str(owner.today(now))
    return [
        answers(f"{page}/accept/", by_hand(offer, terms="1")),
        answers(f"{work}/hours/", by_hand(running, day=day, time="1:00", once="hours")),
        answers(f"{work}/data/", by_hand(running, export="1")),
        answers(f"{work}/note/", by_hand(running, note="The scanner is broken", once="note")),
    ]


def by_the_owner(owner: Owner) -> list[Act]:
    """What another tab of theirs saves at that moment."""
    task, browser = factories.a_task(owner=owner), Client(raise_request_exception=False)
    browser.force_login(owner)
    day = owner.today(clock.now())
    cell = {f"time-{task.pk}-{day}": "1:00", f"was-{task.pk}-{day}": "0 ", f"key-{task.pk}-{day}": "k1"}
    return [
        partial(browser.post, f"/day/{day}/", cell),
        partial(browser.post, "/routine/new/", {"name": "Filing", "time": "1h"}),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("writing", [by_link, by_the_owner])
def test_of_closing_and_writing_at_once_closing_is_whole_and_nobody_gets_an_error(
    writing: Callable[[Owner], list[Act]], tmp_path: Path
) -> None:
    with real_database(tmp_path):
        for _ in range(ROUNDS):
            owner = factories.an_owner()
            ended, *answered = at_once(partial(closing.close, owner, now=clock.now()), *writing(owner))
            assert ended is None, ended
            codes = [getattr(each, "status_code", each) for each in answered]
            # 503 is for whom the database ended, as it ends one of two that wait for each other.
            assert all(code in FINE for code in codes), codes
            assert not Owner.objects.exists()
            assert not Handoff.objects.exists()
            assert not OutgoingEmail.objects.exists()
            ClosedLink.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets nobody write meanwhile")
def test_a_row_that_comes_while_all_others_go_goes_with_a_second_look() -> None:
    owner = factories.an_owner()
    written: list[object] = []

    def write(**_: Any) -> None:
        """Once, when all that is there has been found and nothing of it is gone yet."""
        if not written:
            written.extend(at_once(lambda: factories.a_task(owner=owner, name="Filing").name))

    signals.pre_delete.connect(write, sender=Owner)
    try:
        closing.close(owner, now=clock.now())
    finally:
        signals.pre_delete.disconnect(write, sender=Owner)
    assert written == ["Filing"]
    assert not Owner.objects.exists()
    assert not Task.objects.exists()
