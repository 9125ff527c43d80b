"""Several people, pages and workers on one hand-off at once, through the real pages where an assistant presses."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from assistants import links
from assistants.handoff import agreed, deliveries, handoffs, moves, replies, sweeps, tell
from assistants.mail import claims, outbox, sending
from assistants.mail.smtp import Mailer
from assistants.models import Handoff, HandoffEvent, Offer, OutgoingEmail
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.assistants.world import (
    PATIENCE,
    Act,
    a_draft_for,
    an_email,
    by_hand,
    dump,
    race,
    standing,
    told,
    what_happened,
)
from tests.factories import a_task, an_accepted_offer, an_assistant, an_offer, an_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_disk")]
ROUNDS = range(int(os.environ.get("ROUNDS", "3")))
MANY = 16
# What a page may answer to who comes second: the page as it stands, or the way to it.
KIND = {200, 302, 303, 409}


@pytest.fixture
def nora(on_disk: None, settings: Settings) -> Owner:
    """Made once the database is the one that threads share; she may write to as many as the races need."""
    settings.MAILS_A_DAY = settings.NEW_ADDRESSES_A_DAY = 10 * MANY * len(ROUNDS)
    return an_owner()


def fresh(offer: Offer) -> Offer:
    return Offer.objects.select_related("handoff__owner", "handoff__task", "assistant").get(pk=offer.pk)


def url(name: str, offer: Offer) -> str:
    return reverse(f"link:{name}", args=[links.token("offer", offer.pid, offer.epoch)])


def pressing(name: str, offer: Offer, **form: str) -> Callable[[], HttpResponse]:
    """A person on a device of their own presses that button of the page, which they have read."""
    page = by_hand(offer, **form)
    return lambda: Client().post(url(name, offer), page)  # type: ignore[return-value]


def statuses(outcomes: list[object]) -> set[int]:
    """Of the answers; what is none was raised, and fails here."""
    assert all(isinstance(each, HttpResponse) for each in outcomes), outcomes
    return {each.status_code for each in outcomes if isinstance(each, HttpResponse)}


def by_owner(move: Callable[..., object], offer: Offer, *args: object, **given: object) -> Act:
    def run() -> None:
        one = fresh(offer)
        move(one.handoff, one, *args, **given, now=clock.now())

    return run


def on_the_handoff(move: Callable[..., object], offer: Offer) -> Act:
    def run() -> None:
        move(fresh(offer).handoff, now=clock.now())

    return run


def pumping() -> None:
    outbox.pump(done=deliveries.hear_of)


def won(outcomes: list[object]) -> list[bool]:
    late = (moves.TooLate, replies.TermsChanged)
    assert all(each is None or isinstance(each, late) for each in outcomes), outcomes
    return [each is None for each in outcomes]


def sent_to(owner: Owner, people: int) -> list[Offer]:
    """Put to so many at once, all emails out; for later, since what is for today begins as it is accepted."""
    now = clock.now()
    later = now.date() + timedelta(days=30)
    others = [an_assistant(owner=owner, name=f"Person {number}") for number in range(1, people)]
    handoffs.send(a_draft_for(owner=owner, others=others, if_not="all", starts_on=later, now=now), now=now)
    OutgoingEmail.objects.filter(state="queued").update(due_at=now)
    pumping()
    return list(Handoff.objects.latest("pk").offers.select_related("handoff__owner", "assistant").order_by("pk"))


def sent(owner: Owner) -> Offer:
    (offer,) = sent_to(owner, 1)
    return offer


# --- One acceptance ----------------------------------------------------------
def test_of_sixteen_who_press_accept_at_once_one_has_it_and_the_others_read_a_kind_page(nora: Owner) -> None:
    for _ in ROUNDS:
        offers = sent_to(nora, MANY)
        answers = race([pressing("accept", offer, terms=str(offer.terms.version)) for offer in offers])
        assert statuses(answers) <= KIND
        stand = {offer.pk: standing(offer) for offer in offers}
        assert sorted(stand.values()) == [("taken", "accepted")] + [("taken", "superseded")] * (MANY - 1)
        for offer in offers:
            is_winner = stand[offer.pk] == ("taken", "accepted")
            assert told(offer) == (["answer accepted", "news accepted"] if is_winner else ["news superseded"])
            page = Client().get(url("page", offer))
            assert page.status_code == 200
            assert (url("accept", offer) in page.content.decode()) is False
        taken = Handoff.objects.get(pk=offers[0].handoff_id)
        assert stand[taken.offers.get(assistant=taken.assistant).pk] == ("taken", "accepted")


def test_pressed_twice_on_two_devices_or_again_by_going_back_accept_is_one_acceptance(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = sent(nora)
        press = pressing("accept", offer, terms="1")
        assert statuses(race([press, press, pressing("accept", offer, terms="1")])) == {302}
        before = dump()
        assert statuses([press()]) == {302}
        assert dump() == before
        assert standing(offer) == ("taken", "accepted")
        assert what_happened(offer.handoff) == ["sent", "delivered", "accepted"]
        assert told(offer) == ["answer accepted", "news accepted"]


@pytest.mark.parametrize(
    ("name", "kind", "state"), [("decline", "declined", "declined"), ("free", "still free", "declined")]
)
def test_pressed_on_four_devices_at_once_it_is_done_once(nora: Owner, name: str, kind: str, state: str) -> None:
    for _ in ROUNDS:
        offer = sent(nora)
        if name == "free":
            replies.decline(fresh(offer), reason="", now=clock.now())
        assert statuses(race([pressing(name, offer)] * 4)) == {302}
        assert standing(offer) == ("lapsed", state)
        assert what_happened(offer.handoff).count(kind) == 1
        assert told(offer).count(f"answer {kind}") == 1


def test_taken_back_on_two_devices_it_is_taken_back_once(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = an_accepted_offer(owner=nora, task=a_task(owner=nora), now=clock.now())
        assert statuses(race([pressing("take_back", offer)] * 3)) == {302}
        assert standing(offer) == ("lapsed", "released")
        assert what_happened(offer.handoff)[-2:] == ["taken back", "lapsed"]


# --- One winner, and both sides told the same ----------------------------------
def test_edit_against_accept_has_one_winner_and_nobody_accepts_what_they_did_not_see(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = sent(nora)
        edit = by_owner(handoffs.edit_terms, offer, **offer.terms.fields | {"rate": Decimal(25)})
        accept = partial(replies.accept, fresh(offer), terms_version=1, now=clock.now())
        edited, accepted = won(race([returning_nothing(edit), accept]))
        assert edited != accepted
        offer = fresh(offer)
        assert offer.terms.version == (2 if edited else 1)
        assert standing(offer) == (("offering", "sent") if edited else ("taken", "accepted"))
        assert told(offer) == (["changed edited"] if edited else ["answer accepted", "news accepted"])


def test_withdraw_against_sixteen_who_accept_is_one_story(nora: Owner) -> None:
    for _ in ROUNDS:
        offers = sent_to(nora, MANY)
        accepts = [
            partial(replies.accept, fresh(each), terms_version=each.terms.version, now=clock.now()) for each in offers
        ]
        withdrawn, *accepted = won(race([on_the_handoff(handoffs.withdraw, offers[0]), *accepts]))
        assert withdrawn + sum(accepted) == 1
        heard = sorted(line for offer in offers for line in told(offer))
        if withdrawn:
            assert {standing(offer) for offer in offers} == {("withdrawn", "withdrawn")}
            assert heard == ["withdrawn"] * MANY
        else:
            assert heard == ["answer accepted", "news accepted"] + ["news superseded"] * (MANY - 1)


def returning_nothing(act: Act) -> Act:
    def run() -> None:
        act()

    return run


def a_countered(owner: Owner) -> Offer:
    offer = sent(owner)
    theirs = offer.terms.fields | {"rate": Decimal(30)}
    replies.counter(fresh(offer), **theirs, note="", terms_version=1, now=clock.now())
    return fresh(offer)


def test_agree_against_the_change_taken_back_has_one_winner(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = a_countered(nora)
        agree = by_owner(handoffs.agree, offer, terms_version=2)
        keep = partial(replies.uncounter, fresh(offer), now=clock.now())
        agreed, kept = won(race([agree, keep]))
        assert agreed != kept
        assert standing(offer) == (("taken", "accepted") if agreed else ("offering", "sent"))
        assert told(offer)[1:] == (["news agreed"] if agreed else ["answer uncountered"])


def test_agree_insist_edit_and_withdraw_at_once_leave_one_story_to_both(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = a_countered(nora)
        acts = [
            by_owner(handoffs.agree, offer, terms_version=2),
            by_owner(handoffs.insist, offer, ""),
            returning_nothing(by_owner(handoffs.edit_terms, offer, **offer.terms.fields | {"rate": Decimal(19)})),
            on_the_handoff(handoffs.withdraw, offer),
        ]
        assert any(won(race(acts)))
        events = HandoffEvent.objects.filter(handoff=offer.handoff)
        state, of_offers = moves.replay(events)
        assert (state, of_offers[offer.pk]) == standing(offer)
        assert len(told(offer)) == sum(kind in SAID for kind in what_happened(offer.handoff))


# Each of these is told to one side, once.
SAID = {"countered", "agreed", "insisted", "edited", "closed"}


def test_terms_edited_and_countered_at_once_get_each_a_version_of_their_own(nora: Owner) -> None:
    for _ in ROUNDS:
        offer = sent(nora)
        edits = [
            returning_nothing(by_owner(handoffs.edit_terms, offer, **offer.terms.fields | {"rate": Decimal(rate)}))
            for rate in (21, 22, 23)
        ]
        theirs = offer.terms.fields | {"rate": Decimal(30)}
        counter = partial(replies.counter, fresh(offer), **theirs, note="", terms_version=1, now=clock.now())
        *edited, _ = won(race([*edits, counter]))
        assert all(edited)
        assert standing(offer) == ("offering", "sent")
        versions = list(offer.handoff.versions.order_by("version").values_list("version", flat=True))
        assert versions == list(range(1, len(versions) + 1))


# --- Beside the workers --------------------------------------------------------
def test_no_two_wait_for_each_other_when_a_worker_sends_what_is_withdrawn_taken_or_sent_elsewhere(
    nora: Owner,
) -> None:
    """A deadlock would end one of them with an error of the database."""
    for _ in ROUNDS:
        now = clock.now()
        others = [an_assistant(owner=nora, name=f"Person {number}") for number in range(3)]
        first = handoffs.send(a_draft_for(owner=nora, others=others, if_not="all", now=now), now=now)
        OutgoingEmail.objects.filter(state="queued").update(due_at=now)
        moved = an_offer(owner=nora, task=a_task(owner=nora), now=now)
        OutgoingEmail.objects.filter(state="queued").update(due_at=now)
        acts: list[Act] = [
            partial(replies.accept, fresh(first), terms_version=1, now=now),
            by_owner(agreed.readdress, moved),
            on_the_handoff(handoffs.withdraw, moved),
        ]
        won(race([*acts, pumping, pumping]))
        pumping()
        assert standing(first) == ("taken", "accepted")
        for other in first.handoff.offers.exclude(pk=first.pk):
            came = an_email(f"offer-{other.pk}").state == "sent"
            assert came <= bool(told(other)), "who got the email hears that it is taken"
        assert not OutgoingEmail.objects.filter(state="sending").exists()


def test_a_worker_that_marks_an_email_holds_nothing_that_an_act_waits_for(nora: Owner) -> None:
    """Both take the hand-off's row first: here the act has it, and then wants the email's."""
    now = clock.now()
    offer = an_offer(owner=nora, now=now)
    OutgoingEmail.objects.filter(offer=offer).update(due_at=now)
    email = claims.claim(OutgoingEmail.objects.due(clock.now()).order_by("due_at"), now=clock.now())
    assert email

    def deliver() -> None:
        sending.deliver(email, Mailer(), done=deliveries.hear_of)
        connection.close()

    worker = threading.Thread(target=deliver)
    with transaction.atomic():
        moves.hold(offer.handoff, offer)
        worker.start()
        if connection.vendor == "postgresql":
            rig.until(lambda: bool(waiting()), "the worker to wait for the row")
        tell.readdress_emails(offer)
    worker.join(PATIENCE)
    assert standing(offer) == ("offering", "sent")


def waiting() -> int:
    """How many wait for a lock of another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


def test_undo_of_several_against_the_workers_is_all_or_nothing(nora: Owner) -> None:
    for _ in ROUNDS:
        now = clock.now()
        others = [an_assistant(owner=nora, name=f"Person {number}") for number in range(3)]
        first = handoffs.send(a_draft_for(owner=nora, others=others, if_not="all", now=now), now=now)
        OutgoingEmail.objects.filter(state="queued").update(due_at=now)
        undone, *_ = won(race([on_the_handoff(handoffs.undo, first), pumping, pumping]))
        pumping()
        emails = OutgoingEmail.objects.filter(offer__handoff=first.handoff, kind="offer")
        assert set(emails.values_list("state", flat=True)) == ({"skipped"} if undone else {"sent"})
        assert standing(first) == (("draft", "withdrawn") if undone else ("offering", "sent"))


def test_two_sweeps_and_an_answer_at_once_go_on_to_the_next_person_once(nora: Owner) -> None:
    for _ in ROUNDS:
        now = clock.now()
        others = [an_assistant(owner=nora, name=f"Person {number}") for number in range(2)]
        first = handoffs.send(a_draft_for(owner=nora, others=others, if_not="next", now=now), now=now)
        OutgoingEmail.objects.filter(state="queued").update(due_at=now)
        pumping()
        first = fresh(first)
        sweep = partial(sweeps.run, now=first.reply_by)
        assert statuses([race([sweep, sweep, pressing("decline", first)])[2]]) <= KIND
        assert [offer.state for offer in first.handoff.offers.order_by("pk")][1:] == ["queued"]
        assert what_happened(first.handoff).count("sent") == 2
