"""Holds what the mail server took against what the outbox and the hand-offs say: SQL, and one replay."""

from __future__ import annotations

import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg2

from tests import rig
from tests.drills.sink import Copy

# Ends that the owner is told of, or that were meant.
SAID = {"skipped", "dead", "unknown"}
# What the app's own models say: each hand-off is what its events tell, and each offer has its email (P2, P8).
STORY = """
import json
from assistants.handoff import moves
from assistants.models import Handoff, Offer, OutgoingEmail

wrong = []
for handoff in Handoff.objects.prefetch_related("events", "offers"):
    told = moves.replay(handoff.events.all())
    if told != (handoff.state, {offer.pk: offer.state for offer in handoff.offers.all()}):
        wrong.append(f"{handoff.pk} is not what its events tell")
offers = {f"offer-{pk}": state for pk, state in Offer.objects.values_list("pk", "state")}
emails = dict(OutgoingEmail.objects.filter(kind="offer").values_list("key", "state"))
wrong += [f"{key} has no email" for key in offers.keys() - emails.keys()]
wrong += [f"{key} has no offer" for key in emails.keys() - offers.keys()]
left = {key for key, state in emails.items() if state == "sent"}
wrong += [f"{key} has left and waits" for key in left if offers.get(key) == "queued"]
print(json.dumps(wrong))
"""


@dataclass
class Found:
    """Rows and copies of one drill; `lost` are rows of which no copy came and nothing is said."""

    rows: list[dict[str, Any]]
    of: dict[int, list[Copy]]

    @property
    def states(self) -> Counter[str]:
        return Counter(row["state"] for row in self.rows)

    @property
    def lost(self) -> int:
        return sum(row["state"] not in SAID and not self.of.get(row["id"]) for row in self.rows)

    @property
    def copies(self) -> int:
        return sum(map(len, self.of.values()))

    @property
    def copies_max(self) -> int:
        return max(map(len, self.of.values()), default=0)

    @property
    def unlike(self) -> list[int]:
        """Rows whose copies differ in Message-ID, Date or any byte."""
        return [row for row, copies in self.of.items() if len({copy[2:] for copy in copies}) > 1]

    @property
    def strangers(self) -> list[int]:
        """Copies of a row that there is not: mail from work that was rolled back."""
        return sorted(self.of.keys() - {row["id"] for row in self.rows})


def rows(database: str, sql: str, *values: object) -> list[Any]:
    """The first column of each row."""
    with contextlib.closing(psycopg2.connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def compare(database: str, copies: Iterable[Copy], kind: str = "") -> Found:
    """All emails of that kind, or all there are."""
    # As JSON, so that the columns' names come with it.
    outbox = rows(database, "SELECT to_jsonb(m) - 'facts' FROM assistants_outgoingemail m ORDER BY id")
    others = {row["id"] for row in outbox if kind not in ("", row["kind"])}
    of: dict[int, list[Copy]] = defaultdict(list)
    for copy in copies:
        if copy.row not in others:
            of[copy.row].append(copy)
    return Found([row for row in outbox if row["id"] not in others], of)


def wrong_in_the_story(app: rig.App) -> list[str]:
    said = app.manage("shell", "--verbosity", "0", "--command", STORY)
    wrong: list[str] = json.loads(said.splitlines()[-1])
    return wrong
