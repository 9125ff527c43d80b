"""
The state machine of hand-offs and their offers: one table, and the one way to move along it.

What is not in the table cannot be done. A move is a guarded UPDATE, whose WHERE is the
lock: of two processes one changes a row, and the other reads TooLate. The hand-off's row
is taken first and its offers after it, so no two moves ever wait for each other. Every
move writes its event, so the events of a hand-off, read in order, give its state again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from assistants.models import Handoff, HandoffEvent, Offer
from tasks.prepared import Prepared, PreparedUpdate, given, given_fields, insert

State = Handoff.State
Reply = Offer.State
Kind = HandoffEvent.Kind
Actor = HandoffEvent.Actor


class TooLate(Exception):
    """The hand-off has moved on; what was asked can no longer be done."""


class Outdated(TooLate):
    """What was on the page is not what stands now."""


class Move(NamedTuple):
    """From which states to which: of the hand-off, and of the offer if it is about one."""

    handoff: Mapping[str, str]
    offer: Mapping[str, str] = {}


def _stay(*states: str) -> dict[str, str]:
    return {state: state for state in states}


def _to(after: str, *before: str) -> dict[str, str]:
    return dict.fromkeys(before, after)


# What an act may reckon with, of the hand-off; and what of an offer never changes.
READ = ("state", "ends_on", "stage", "trial_ends_on")
FIXED = ("id", "handoff", "assistant", "pid")

HELD = Prepared(
    lambda: Handoff.objects.select_for_update(no_key=True).filter(pk=given("pk")).order_by().values_list(*READ)
)

OFFERING, AGREED = _stay(State.OFFERING), _stay(*Handoff.AGREED)
WORKED = _stay(State.ACTIVE, State.DONE, State.ENDED)
HAS_IT = _stay(Reply.ACCEPTED)

MOVES: dict[str, Move] = {
    # An offer begins with being sent; to whom else one is sent, the hand-off is offered already.
    Kind.SENT: Move(_to(State.OFFERING, State.DRAFT, State.OFFERING), {"": Reply.QUEUED}),
    Kind.UNDONE: Move(_to(State.DRAFT, State.OFFERING)),
    Kind.DELIVERED: Move(OFFERING, _to(Reply.SENT, Reply.QUEUED)),
    Kind.UNDELIVERABLE: Move(OFFERING, _to(Reply.UNDELIVERABLE, *Offer.OPEN)),
    Kind.REMINDED: Move(OFFERING, _stay(Reply.SENT)),
    Kind.READDRESSED: Move(OFFERING | AGREED, _stay(*Offer.LIVE, Reply.ACCEPTED)),
    Kind.ASKED: Move(OFFERING, _stay(*Offer.OPEN)),
    Kind.ANSWERED: Move(OFFERING, _stay(*Offer.OPEN)),
    Kind.COUNTERED: Move(OFFERING, _to(Reply.COUNTERED, *Offer.OPEN)),
    Kind.UNCOUNTERED: Move(OFFERING, _to(Reply.SENT, Reply.COUNTERED)),
    Kind.INSISTED: Move(OFFERING, _to(Reply.SENT, Reply.COUNTERED)),
    Kind.AGREED: Move(_to(State.TAKEN, State.OFFERING), _to(Reply.ACCEPTED, Reply.COUNTERED)),
    Kind.EDITED: Move(OFFERING, {**_stay(*Offer.OPEN), Reply.COUNTERED: Reply.SENT}),
    # Holding the link proves that the email came, even if marking it sent is late.
    Kind.ACCEPTED: Move(_to(State.TAKEN, State.OFFERING), _to(Reply.ACCEPTED, *Offer.OPEN)),
    # Also when it began that same day, as long as nothing was done for it.
    Kind.TAKEN_BACK: Move(_to(State.OFFERING, *Handoff.AGREED), _to(Reply.RELEASED, Reply.ACCEPTED)),
    Kind.DECLINED: Move(OFFERING, _to(Reply.DECLINED, *Offer.LIVE)),
    Kind.EXPIRED: Move(OFFERING, _to(Reply.EXPIRED, Reply.SENT, Reply.COUNTERED)),
    Kind.SUPERSEDED: Move(_stay(State.TAKEN), _to(Reply.SUPERSEDED, *Offer.LIVE)),
    Kind.STILL_FREE: Move(
        _stay(State.OFFERING, State.LAPSED), _stay(Reply.DECLINED, Reply.EXPIRED, Reply.UNDELIVERABLE)
    ),
    # One offer of several, or all of what is withdrawn or undone.
    Kind.CLOSED: Move(_stay(State.OFFERING, State.DRAFT, State.WITHDRAWN), _to(Reply.WITHDRAWN, *Offer.LIVE)),
    Kind.WITHDRAWN: Move(_to(State.WITHDRAWN, State.OFFERING)),
    Kind.LAPSED: Move(_to(State.LAPSED, State.OFFERING)),
    Kind.STARTED: Move(_to(State.ACTIVE, State.TAKEN), HAS_IT),
    Kind.STAGED: Move(AGREED, HAS_IT),
    Kind.NOTED: Move(OFFERING | AGREED, _stay(Reply.SENT, Reply.COUNTERED, Reply.ACCEPTED)),
    Kind.LOGGED: Move(WORKED, HAS_IT),
    Kind.CORRECTED: Move(WORKED, HAS_IT),
    Kind.APPROVED: Move(WORKED, HAS_IT),
    Kind.UNAPPROVED: Move(WORKED, HAS_IT),
    Kind.QUERIED: Move(WORKED, HAS_IT),
    Kind.PAID: Move(WORKED, HAS_IT),
    Kind.UNPAID: Move(WORKED, HAS_IT),
    Kind.NOTICE: Move(AGREED, HAS_IT),
    Kind.DONE: Move(_to(State.DONE, State.ACTIVE), HAS_IT),
    # For a quarter of an hour: the one way out of a state that is the end.
    Kind.REOPENED: Move(_to(State.ACTIVE, State.DONE), HAS_IT),
    Kind.ENDED: Move(_to(State.ENDED, *Handoff.AGREED), HAS_IT),
}


def make(
    kind: Kind,
    handoff: Handoff,
    offer: Offer | None = None,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    facts: Mapping[str, Any] | None = None,
    only_if: Q | None = None,
    only_if_offer: Q | None = None,
    offer_fields: Mapping[str, Any] | None = None,
    **fields: Any,
) -> HandoffEvent:
    """
    Make one move inside a transaction, or raise TooLate and let it roll back.

    `fields` are written to the hand-off with the state, `offer_fields` to the offer; the
    `only_if`s are further guards. Both objects then read as the database does.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a move is part of a transaction")
    move = MOVES[kind]
    writes = [_Write(handoff, move.handoff, only_if, fields)]
    if offer is not None and "" not in move.offer:
        writes.append(_Write(offer, move.offer, only_if_offer, offer_fields or {}))
    for each in writes:
        if not each.is_made():
            raise TooLate(f"{each.row}: {kind}")
    for each in writes:  # none of them before all are made, for a move that fails changes no object either
        each.show()
    return record(kind, handoff, offer, by=by, now=now, note=note, facts=facts)


def hold(handoff: Handoff, offer: Offer | None = None) -> None:
    """
    Read both as they stand, and keep everyone else from moving them until the transaction ends.

    For acts that reckon with what they read, such as the time that is left. Raises TooLate for a
    draft that was thrown away.
    """
    rows = HELD.rows(pk=handoff.pk)
    if not rows:
        raise TooLate("a draft that was thrown away")
    for name, value in zip(READ, rows[0], strict=True):
        setattr(handoff, name, value)
    if offer is not None:
        offer.refresh_from_db(fields=[each.name for each in Offer._meta.concrete_fields if each.name not in FIXED])
        offer.handoff = handoff  # letters read the hand-off by its offer


def hold_agreed(handoff: Handoff) -> Offer:
    """The offer of who has it, also once that is over, with both held; TooLate if nobody has."""
    hold(handoff)
    offer = handoff.offers.filter(state=Reply.ACCEPTED).select_related("assistant", "terms").first()
    if offer is None:
        raise TooLate(f"{handoff}: nobody has it")
    offer.handoff = handoff
    return offer


def record(
    kind: Kind,
    handoff: Handoff,
    offer: Offer | None,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    facts: Mapping[str, Any] | None = None,
) -> HandoffEvent:
    """Write down that something happened; the rows are only ever added."""
    event = HandoffEvent(handoff=handoff, offer=offer, kind=kind, actor=by, note=note, happened_at=now)
    event.facts = dict(facts or {})
    insert(event)
    return event


def record_refused(handoff: Handoff, asked: str, *, offer: Offer | None = None, now: datetime) -> HandoffEvent:
    """Write down what was asked and could not be done: by its owner, or by the assistant of that offer."""
    by = Actor.ASSISTANT if offer else Actor.OWNER
    return record(Kind.REFUSED, handoff, offer, by=by, now=now, note=asked)


def replay(events: Iterable[HandoffEvent]) -> tuple[str, dict[int, str]]:
    """
    The state of a hand-off and of its offers, by id, as its events tell it.

    An event that its state does not allow raises KeyError.
    """
    state, replies = str(State.DRAFT), dict[int, str]()
    # By their ids, which are given while the hand-off's row is held; a clock is read before, by whoever waits for it.
    for event in sorted(events, key=lambda event: event.pk):
        if event.kind == Kind.REFUSED:
            continue
        move = MOVES[event.kind]
        state = str(move.handoff[state])
        if move.offer and event.offer_id:
            replies[event.offer_id] = str(move.offer[replies.get(event.offer_id, "")])
    return state, replies


class _Write(NamedTuple):
    """One row's part of a move: from which states to which, under what further guard, with what else."""

    row: Handoff | Offer
    after: Mapping[str, str]
    only_if: Q | None
    fields: Mapping[str, Any]

    @property
    def written(self) -> dict[str, Any]:
        return {"state": _target(self.after), **self.fields}

    def is_made(self) -> bool:
        if self.only_if is None and not any(map(_is_worked_out, self.fields.values())):
            update = _update(type(self.row), tuple(self.after.items()), tuple(self.fields))
            return bool(update.run(pk=self.row.pk, **self.fields))
        rows = _rows(type(self.row), self.row.pk, self.after)
        return bool(rows.filter(self.only_if or Q()).update(**self.written))

    def show(self) -> None:
        """Let the object read as its row does; what the database worked out is asked for."""
        written = self.written
        worked_out = [name for name, value in written.items() if _is_worked_out(value)]
        for name in written.keys() - worked_out:
            setattr(self.row, name, written[name])
        if worked_out:
            self.row.refresh_from_db(fields=worked_out)


@cache
def _update(
    model: type[Handoff | Offer], after: tuple[tuple[str, str], ...], names: tuple[str, ...]
) -> PreparedUpdate:
    """The usual part: no further guard, and nothing for the database to work out but the state."""
    fields = {"state": _target(dict(after)), **given_fields(model, *names)}
    return PreparedUpdate(lambda: (_rows(model, given("pk"), dict(after)), fields))


def _rows(model: type[Handoff | Offer], pk: Any, after: Mapping[str, str]) -> QuerySet[Any]:
    return model._default_manager.filter(pk=pk, state__in=list(after))


def _is_worked_out(value: Any) -> bool:
    """By the database, of what stands in its row."""
    return hasattr(value, "resolve_expression")


def _target(after: Mapping[str, str]) -> Any:
    targets = set(after.values())
    if len(targets) == 1:
        return targets.pop()
    if all(before == state for before, state in after.items()):
        return F("state")
    return Case(*(When(state=before, then=Value(state)) for before, state in after.items()))
