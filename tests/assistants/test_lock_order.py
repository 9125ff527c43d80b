"""
The hand-off's row first, then the form's nonce: with one caller the other way round, two would wait for each other.

Each form is met by one who holds the row already and takes the same nonce while the form waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from django.test import Client

from assistants import links, nonces
from assistants.handoff import handoffs, moves, replies
from assistants.models import Handoff, Offer
from assistants.work import work_logs
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import Act, by_hand, race, standing
from tests.factories import a_running_offer, a_task, an_assistant, an_offer, an_owner

pytestmark = pytest.mark.usefixtures("on_disk")
ONCE = "a-form"
PATIENCE = 30
# Who sends it, and the form.
Sender = Callable[[Offer], tuple[str, Act]]


@pytest.fixture
def nora(on_disk: None) -> Owner:
    return an_owner()


def a_message_by_link(offer: Offer) -> tuple[str, Act]:
    path = f"/h/{links.token('offer', offer.pid, offer.epoch)}/note/"
    form = by_hand(offer, note="The scanner is broken.", once=ONCE)
    return f"offer-{offer.pk}", partial(Client().post, path, form)


def hours_by_link(offer: Offer) -> tuple[str, Act]:
    day, now = offer.terms.starts_on, clock.now()
    return f"offer-{offer.pk}", partial(work_logs.log, offer, day=day, seconds=3600, note="", now=now, once=ONCE)


def a_message_of_the_owner(offer: Offer) -> tuple[str, Act]:
    owner, browser = offer.handoff.owner, Client()
    browser.force_login(owner)
    path = f"/hand-offs/{offer.handoff_id}/note/"
    return f"owner-{owner.pk}", partial(browser.post, path, {"note": "How is it going?", "once": ONCE})


def someone_waits_for_us() -> bool:
    """SQLite lets nobody near the database meanwhile, so there is nothing to wait for."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        # The view of activity stands still within a transaction; that of locks does not.
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("sender", [a_message_by_link, hours_by_link, a_message_of_the_owner])
def test_a_form_waits_for_the_row_before_it_takes_its_nonce(nora: Owner, sender: Sender) -> None:
    now = clock.now()
    offer = a_running_offer(owner=nora, now=now, starts_on=nora.today(now))
    actor, send = sender(offer)
    is_held = threading.Event()

    def hold_then_take() -> None:
        with transaction.atomic():
            moves.hold(Handoff.objects.get(pk=offer.handoff_id))
            is_held.set()
            waited = threading.Event()
            for _ in range(100 * PATIENCE):
                if someone_waits_for_us():
                    break
                waited.wait(0.01)
            nonces.use(actor, ONCE, "what another form says", now)

    def send_then() -> object:
        assert is_held.wait(PATIENCE)
        try:
            return send()
        except nonces.Reused:
            return "reused"

    held, sent = race([hold_then_take, send_then])
    assert held is None
    assert not isinstance(sent, Exception), sent
    assert sent == "reused" or getattr(sent, "status_code", 0) < 500


# --- One task, one person --------------------------------------------------------
def a_countered(offer: Offer) -> Offer:
    theirs = offer.terms.fields | {"rate": Decimal(30)}
    replies.counter(offer, **theirs, note="", terms_version=1, now=clock.now())
    return offer


def agreeing(offer: Offer) -> Act:
    def run() -> None:
        one = Offer.objects.select_related("handoff__owner", "handoff__task", "assistant").get(pk=offer.pk)
        handoffs.agree(one.handoff, one, terms_version=2, now=clock.now())

    return run


def test_of_two_handoffs_of_a_task_agreed_with_one_person_at_once_one_is_too_late(nora: Owner) -> None:
    now = clock.now()
    for _ in range(8):
        task, ana, ben = a_task(owner=nora), an_assistant(owner=nora), an_assistant(owner=nora, name="Ben Okafor")
        to_ana, to_ben = (an_offer(owner=nora, task=task, assistant=who, now=now) for who in (ben, ana))
        for offer in (to_ana, to_ben):
            # As where several are asked at once: it is put to her, and speaks of someone else until she has it.
            Offer.objects.filter(pk=offer.pk).update(assistant=ana)
            Handoff.objects.filter(pk=offer.handoff_id).update(assistant=an_assistant(owner=nora, name="Cleo Marsh"))
        both = [a_countered(Offer.objects.get(pk=offer.pk)) for offer in (to_ana, to_ben)]
        ended = race([agreeing(offer) for offer in both])
        assert sorted(type(each).__name__ for each in ended) == ["NoneType", "TooLate"], ended
        assert sorted(standing(offer) for offer in both) == [("offering", "countered"), ("taken", "accepted")]
