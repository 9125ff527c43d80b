"""Random walks beside a reference of the documents: no order of acts leads where they do not say."""

from __future__ import annotations

import os

import pytest
from django.db import connection, transaction

from tasks.models import Owner
from tests.assistants.walking import Walk
from tests.factories import a_task, an_assistant

# So many on each database: SQLite has the even ones, Postgres the odd ones.
WALKS, STEPS = int(os.environ.get("WALKS", "100")), 18
SEEDS = range(connection.vendor == "postgresql", 2 * WALKS, 2)
PEOPLE = ("Ana Reyes", "Ben Okafor", "Cleo Marsh")
HANDOFF = set("draft offering taken active done ended withdrawn lapsed".split())
OFFER = set("queued sent countered accepted declined expired withdrawn superseded undeliverable released".split())


@pytest.mark.django_db
def test_on_any_walk_the_app_stands_where_the_reference_does_and_the_log_alone_tells_it(nora: Owner) -> None:
    Owner.objects.filter(pk=nora.pk).update(time_zone="UTC")
    nora.refresh_from_db()
    task, people = a_task(owner=nora), [an_assistant(owner=nora, name=name) for name in PEOPLE]
    handoffs, offers = set[str](), set[str]()
    for seed in SEEDS:
        with transaction.atomic():
            walk = Walk(nora, task, people, seed)
            walk.take(STEPS)
            handoffs, offers = handoffs | walk.handoffs, offers | walk.offers
            transaction.set_rollback(True)
    # Walks that did not come around would prove little.
    assert (handoffs, offers) == (HANDOFF, OFFER)
