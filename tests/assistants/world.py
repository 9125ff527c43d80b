"""What the tests of the help ask and do again and again: dump the rows, race threads, read the emails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from assistants import matching
from assistants.handoff import deliveries
from assistants.link.by_hand import made
from assistants.models import Assistant, Handoff, Offer, OutgoingEmail
from assistants.plan import plan_inputs, plans
from assistants.plan.tries import Tries
from tasks import clock
from tasks.models import Owner
from tests.factories import NOW, a_draft, a_task, confirm

Act = Callable[[], object]
Browser = Callable[[Owner], Client]
# How long a race may take before it counts as stuck, in seconds.
PATIENCE = 60


def dump() -> dict[str, list[str]]:
    """Every row of every table, as text: equal before and after means that nothing was changed."""
    rows: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "delegator_tally":
                continue  # how often somebody tried is no part of what stands
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            rows[table] = sorted(repr(row) for row in cursor.fetchall())
    return rows


def race(acts: Iterable[Act]) -> list[object]:
    """Do all at once, each in a thread with a connection of its own: what each returned or raised, in their order."""
    runners = list(acts)
    ended: list[object] = [TimeoutError("it never ended")] * len(runners)
    start = threading.Barrier(len(runners))

    def run(place: int, act: Act) -> None:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            ended[place] = act()
        except Exception as error:
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return ended


def an_email(key: str) -> OutgoingEmail:
    return OutgoingEmail.objects.get(key=key)


def email_of(offer: Offer, kind: str, happened: str) -> OutgoingEmail:
    """The email to the owner (`answer`) or the assistant that went with what happened, the last time it did."""
    return an_email(f"{kind}-{offer.events.filter(kind=happened).latest('pk').pk}")


def told(offer: Offer) -> list[str]:
    """What either side was told after the offer itself: `answer accepted` is to the owner, `news accepted` is not."""
    happened = {str(pk): kind for pk, kind in offer.events.values_list("pk", "kind")}
    by_offer, found = {"withdrawn", "start"}, []
    for key in keys():
        kind, _, number = key.partition("-")
        if kind in by_offer and number == str(offer.pk):
            found.append(kind)
        elif kind not in {*by_offer, "offer"} and number in happened:
            found.append(f"{kind} {happened[number]}")
    return found


def deliver(offer: Offer, *, at: datetime | None = None) -> None:
    """The offer's email leaves when it is due, or at that time; from then on its time to reply runs."""
    email = an_email(f"offer-{offer.pk}")
    email.state = OutgoingEmail.State.SENT
    email.save()
    deliveries.hear_of(OutgoingEmail.objects.get(pk=email.pk), at or email.due_at)
    offer.refresh_from_db()


def keys() -> list[str]:
    """Which emails were written, in the order of their rows."""
    return list(OutgoingEmail.objects.order_by("pk").values_list("key", flat=True))


def what_happened(handoff: Handoff) -> list[str]:
    return list(handoff.events.order_by("pk").values_list("kind", flat=True))


def standing(offer: Offer) -> tuple[str, str]:
    """How the hand-off and its offer stand in the database now."""
    return Offer.objects.values_list("handoff__state", "state").get(pk=offer.pk)


def text_of(response: Any) -> str:
    """A page on one line, so that how its source is broken does not matter."""
    return " ".join(response.content.decode().split())


def real_addresses(owner: Owner, *people: Assistant) -> None:
    """Addresses that mail may leave for, the owner's confirmed; those of the factories are for examples only."""
    Owner.objects.filter(pk=owner.pk).update(email=f"owner{owner.pk}@hale.studio")
    for person in people:
        Assistant.objects.filter(pk=person.pk).update(email=f"person{person.pk}@reyes.works")
        person.refresh_from_db()
    owner.refresh_from_db()
    confirm(owner)


def send_by(settings: Settings, port: int) -> None:
    settings.EMAIL_KEPT = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.UNDO_WINDOW = 0


def plan_of(owner: Owner, day: date, budget: Decimal | None = None) -> plans.OwnersPlan:
    """The best plan of that day, with time enough to be solved to the end on a busy machine."""
    asked = plans.question(plan_inputs.gather(owner, day), Tries(budget))
    return plans.shown(asked, matching.solve(asked.asked, limit=20))


def by_hand(offer: Offer, **form: str) -> dict[str, str]:
    """A form of the assistant's page, as a person sends it who has read the page for a minute."""
    return {"made": made(offer, clock.now() - timedelta(minutes=1))} | form


def a_draft_for(
    *, owner: Owner, others: Iterable[Assistant], if_not: str, now: datetime = NOW, **of_the_draft: Any
) -> Handoff:
    """A draft to one person, with others who stand in, each an hour a week more than the one before."""
    handoff = a_draft(owner=owner, task=a_task(owner=owner), now=now, **of_the_draft)
    Handoff.objects.filter(pk=handoff.pk).update(if_not=if_not)
    for place, person in enumerate(others, 1):
        handoff.stand_ins.create(assistant=person, place=place, weekly_minutes=60 * place, rate=person.rate)
    handoff.refresh_from_db()
    return handoff
