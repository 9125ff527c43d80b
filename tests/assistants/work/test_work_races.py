"""Two at the same instant on the same hours: one after the other, and nothing is counted twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from assistants.handoff import moves
from assistants.link import erasure
from assistants.models import Offer, WorkLog
from assistants.months import Month
from assistants.work import statements, work_logs, work_timers
from tasks.models import Owner
from tests.assistants.world import race, what_happened
from tests.factories import a_running_offer, a_task, some_hours

pytestmark = pytest.mark.usefixtures("on_disk")
NOON = datetime.fromisoformat("2026-10-30T04:00:00+00:00")
MONDAY = date(2026, 10, 26)
OCTOBER = Month(2026, 10)
HOUR = 3600
ROUNDS = range(10)


def fresh(offer: Offer) -> Offer:
    return Offer.objects.select_related("handoff__owner", "handoff__task", "assistant__owner", "terms").get(
        pk=offer.pk
    )


def an_offer_of(nora: Owner) -> Offer:
    return a_running_offer(owner=nora, task=a_task(owner=nora))


def log(offer: Offer, hours: int, once: str = "") -> Callable[[], object]:
    return partial(work_logs.log, fresh(offer), day=MONDAY, seconds=hours * HOUR, note="", now=NOON, once=once)


def settled(ended: list[object], *kinds: type[Exception]) -> list[object]:
    """What each returned or raised; anything but these errors fails."""
    for each in ended:
        if isinstance(each, BaseException) and not isinstance(each, kinds):
            raise each
    return ended


def test_a_form_sent_many_times_at_once_is_one_line(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        lines = settled(race([log(offer, 1, "a-form") for _ in range(6)]))
        assert len(set(lines)) == 1
        assert WorkLog.objects.filter(handoff=offer.handoff).count() == 1


def test_forms_at_once_never_fill_a_day_with_more_than_it_holds(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        settled(race([log(offer, 10) for _ in range(4)]), work_logs.Refused)
        assert WorkLog.objects.filter(handoff=offer.handoff).count() == 2


def test_hours_on_two_handoffs_at_once_never_fill_a_persons_day_with_more_than_it_holds(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        other = a_running_offer(owner=nora, task=a_task(owner=nora), assistant=offer.assistant)
        settled(race([log(each, 10) for each in (offer, other, offer, other)]), work_logs.Refused)
        assert WorkLog.objects.filter(assistant=offer.assistant).count() == 2


def test_logging_against_an_erasure_never_waits_for_good(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        erase = partial(erasure.erase, fresh(offer), now=NOON)
        settled(race([log(offer, 1), erase, log(offer, 2)]), moves.TooLate)
        assert fresh(offer).assistant.erased_at == NOON


def test_approving_against_correcting_approves_only_what_was_seen(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        line = some_hours(offer=offer, day=MONDAY)
        seen = work_logs.mark(line)
        correct = partial(work_logs.correct, fresh(offer), line.pk, day=MONDAY, seconds=2 * HOUR, note="", now=NOON)
        approve = partial(work_logs.approve, fresh(offer).handoff, [seen], now=NOON)
        approved, corrected = settled(race([approve, correct]), moves.TooLate)
        line.refresh_from_db()
        if isinstance(corrected, moves.TooLate):
            assert (approved, line.state, line.seconds) == (1, "approved", HOUR)
        else:
            assert (approved, line.state, line.seconds) == (0, "logged", 2 * HOUR)


def test_paying_against_taking_back_never_pays_what_is_not_approved(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        line = some_hours(offer=offer, day=MONDAY)
        work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOON)
        person = fresh(offer).assistant
        pay = partial(work_logs.pay, person, OCTOBER, MONDAY, seen=Decimal(18), now=NOON)
        reopen = partial(work_logs.reopen, fresh(offer).handoff, line.pk, now=NOON)
        settled(race([pay, reopen]), moves.TooLate)
        statement = statements.of(person, OCTOBER)
        assert (statement.paid, statement.waiting) in [(Decimal(18), 0), (0, Decimal(18))]


def test_a_month_paid_twice_at_once_is_paid_once(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        line = some_hours(offer=offer, day=MONDAY)
        work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOON)
        pay = partial(work_logs.pay, fresh(offer).assistant, OCTOBER, MONDAY, now=NOON)
        assert sorted(settled(race([pay] * 4))) == [0, 0, 0, Decimal(18)]  # type: ignore[type-var]
        assert what_happened(offer.handoff).count("paid") == 1


def test_a_timer_stopped_on_two_devices_is_one_line(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_offer_of(nora)
        work_timers.start(offer, now=NOON - timedelta(hours=1))
        settled(race([partial(work_timers.stop, fresh(offer), now=NOON) for _ in range(4)]))
        assert WorkLog.objects.filter(handoff=offer.handoff).count() == 1
