"""Who may send a row: one worker at a time, each owner in turn, and never a third copy."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings as Configured

from assistants.mail import claims, outbox, sending
from assistants.models import OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import an_email, race
from tests.factories import NOW, an_owner

pytestmark = pytest.mark.django_db


def write(owner: Owner, key: str, *, now: datetime = NOW) -> OutgoingEmail:
    facts = {"headline": "Ana accepted it", "lines": [], "button": "Open", "handoff": 7}
    return outbox.put("answer", owner=owner, to=(owner.name, owner.email), key=key, facts=facts, now=now)


def nobody(email: OutgoingEmail, now: datetime) -> None:
    """Told of an email, and has nothing to do about it."""


def claimed(key: str, now: datetime | None = None) -> OutgoingEmail:
    email = claims.claim(OutgoingEmail.objects.filter(key=key), now=now or clock.now())
    assert email
    return email


# --- In turn -----------------------------------------------------------------
def test_one_owners_hundred_emails_keep_nobody_elses_waiting(nora: Owner, bea: Owner) -> None:
    for number in range(100):
        write(nora, f"n{number}")
    write(bea, "b0", now=NOW + timedelta(minutes=5))
    write(bea, "b1", now=NOW + timedelta(minutes=5))
    order = [email.key for email in claims.in_turn()]
    assert order[:5] == ["n0", "b0", "n1", "b1", "n2"]
    assert len(order) == 102


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=12))
def test_each_email_has_its_turn_once_and_no_owner_two_before_another_has_one(rows: list[tuple[int, int]]) -> None:
    owners = [an_owner() for _ in range(4)]
    try:
        for number, (whose, minutes) in enumerate(rows):
            write(owners[whose], f"{number}", now=NOW + timedelta(minutes=minutes))
        served = [email.owner_id for email in claims.in_turn()]
    finally:
        Owner.objects.filter(pk__in=[owner.pk for owner in owners]).delete()
    assert sorted(served) == sorted(owners[whose].pk for whose, _ in rows)
    left = {pk: served.count(pk) for pk in served}
    for at, pk in enumerate(served):
        left[pk] -= 1
        waiting = {other for other, count in left.items() if count and other != pk}
        ahead = served[at + 1 : at + 1 + len(waiting)]
        assert waiting <= set(ahead)


def test_what_a_dead_worker_left_behind_comes_before_the_rest(nora: Owner) -> None:
    write(nora, "first")
    write(nora, "second")
    claimed("second", NOW)
    assert [email.key for email in claims.in_turn()] == ["second", "first"]


# --- The dot -----------------------------------------------------------------
def test_a_dot_is_counted_only_for_whoever_holds_the_row_and_has_time_for_the_answer(
    nora: Owner, settings: Configured
) -> None:
    write(nora, "a")
    mine = claimed("a")
    assert claims.count_the_dot(mine)
    assert an_email("a").dots == 1
    short = clock.now() + timedelta(seconds=settings.DOT_TIMEOUT)
    OutgoingEmail.objects.update(lease_until=short)
    assert not claims.count_the_dot(mine)
    OutgoingEmail.objects.update(lease_until=clock.now() + timedelta(hours=1), lease_token="another")
    assert not claims.count_the_dot(mine)
    assert an_email("a").dots == 1


def test_of_workers_that_hold_one_row_by_mistake_one_at_most_may_send_the_dot(nora: Owner) -> None:
    write(nora, "a")
    slow = claimed("a")
    quick = claimed("a")
    assert [claims.count_the_dot(each) for each in (slow, quick)] == [False, True]


def test_two_dots_without_an_answer_end_as_may_have_arrived(nora: Owner) -> None:
    write(nora, "a")
    for _ in range(2):
        assert claims.count_the_dot(claimed("a"))
        OutgoingEmail.objects.update(lease_until=clock.now())
    assert not list(claims.in_turn())
    heard: list[str] = []
    outbox.pump(done=lambda email, now: heard.append(email.state))
    assert (an_email("a").state, an_email("a").trouble) == ("unknown", "no answer, twice")
    assert heard == ["unknown"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_disk")
def test_eight_workers_that_give_up_on_a_row_at_once_say_so_once() -> None:
    write(an_owner(), "a")
    OutgoingEmail.objects.update(state="sending", lease_token="x", lease_until=NOW, dots=2)
    heard: list[str] = []
    race([partial(claims.give_up_on_lost_ones, lambda email, now: heard.append(email.state))] * 8)
    assert heard == ["unknown"]


def test_what_was_not_the_emails_doing_uses_up_no_try(nora: Owner) -> None:
    write(nora, "a")
    claims.put_off(claimed("a"), 60, "it was closed", is_try=False)
    assert an_email("a").tries == 0
    claims.put_off(claimed("a"), 60, "450", is_try=True)
    assert an_email("a").tries == 1


def test_what_is_no_use_any_more_does_not_leave(nora: Owner) -> None:
    now = clock.now()
    late, early = write(nora, "late"), write(nora, "early")
    OutgoingEmail.objects.filter(pk=late.pk).update(not_after=now)
    OutgoingEmail.objects.filter(pk=early.pk).update(not_after=now + timedelta(minutes=5))
    outbox.pump(done=nobody)
    assert (an_email("late").state, an_email("late").trouble) == ("skipped", "it is too late for it")
    assert an_email("early").state == "sent"


def test_a_kind_that_this_release_does_not_know_is_left_to_the_next_ones_workers(nora: Owner) -> None:
    email = write(nora, "a")
    OutgoingEmail.objects.filter(pk=email.pk).update(kind="new")
    assert outbox.pump(done=nobody) == 0
    assert an_email("a").state == "queued"


def test_one_row_whose_end_cannot_be_told_stops_no_other(nora: Owner) -> None:
    write(nora, "a")
    OutgoingEmail.objects.update(state="sending", lease_token="x", lease_until=NOW, dots=2)
    write(nora, "b")

    def fails_at_a(email: OutgoingEmail, now: datetime) -> None:
        if email.key == "a":
            raise ZeroDivisionError

    outbox.pump(done=fails_at_a)
    assert (an_email("a").state, an_email("b").state) == ("sending", "sent")


def test_what_takes_its_worker_down_each_time_ends(nora: Owner) -> None:
    write(nora, "a")
    OutgoingEmail.objects.update(tries=sending.MOST_TRIES)
    outbox.pump(done=nobody)
    assert (an_email("a").state, an_email("a").trouble) == ("dead", "it was tried too often")
