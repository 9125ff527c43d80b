"""
Hand-offs and their offers as the documents describe them, in plain Python: what the app is held against.

It knows no database, no module of the app and no clock; each act either moves the one
hand-off or raises Refused and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

UNDO, TAKE_BACK, TO_REOPEN, DAY, PAUSE = (timedelta(minutes=m) for m in (1, 15, 15, 24 * 60, 72 * 60))
OPEN, LIVE = {"queued", "sent"}, {"queued", "sent", "countered"}
# Which states of a hand-off its owner can still do something about.
AGREED = {"taken", "active"}


class Refused(Exception):
    """It is too late for that, or never was allowed."""


@dataclass
class Asked:
    """One person who was asked; `ends` is when their time to reply does."""

    who: int
    terms: int
    due: datetime
    ends: datetime
    state: str = "queued"
    proposed: int = 0
    paused: datetime | None = None
    since: datetime | None = None
    questions: int = 0
    waits_for_answer: bool = False
    email_waits: bool = True
    was_free: bool = False


@dataclass
class Reference:
    """One hand-off, put to person 0 first; 1 and 2 stand in. `mails` counts who was written to: owner or a person."""

    if_not: str
    reply_by: datetime
    starts: dict[int, date]
    state: str = "draft"
    asked: list[Asked] = field(default_factory=list)
    round_from: int = 0
    window: timedelta = DAY
    stopped: set[int] = field(default_factory=set)
    stage: str = "full"
    ends_on: date | None = None
    done_at: datetime | None = None
    mails: list[str] = field(default_factory=list)

    # --- The owner -----------------------------------------------------------
    def send(self, now: datetime) -> None:
        self._need(self.state == "draft" and 0 not in self.stopped and self.reply_by > now + UNDO)
        self.state, self.window, self.round_from = "offering", self.reply_by - now - UNDO, len(self.asked)
        self._ask(0, max(self.starts), now + UNDO)
        for who in self._who_can_be_asked() if self.if_not == "all" else ():
            self._ask(who, self._new_terms(self._start_for_another(now + UNDO)), now + UNDO)

    def undo(self, now: datetime) -> None:
        theirs = self.asked[self.round_from :]
        self._need(self.state == "offering" and all(o.state == "queued" and o.email_waits for o in theirs))
        for offer in theirs:
            offer.state, offer.email_waits = "withdrawn", False
        self.state, self.round_from = "draft", len(self.asked)
        self._new_terms(self.starts[theirs[0].terms])

    def withdraw(self, now: datetime) -> None:
        self._need(self.state == "offering")
        self.state = "withdrawn"
        for offer in self._live():
            self._close(offer, "withdrawn")

    def next(self, o: Asked, now: datetime) -> None:
        self._need(self.state == "offering" and o.state in LIVE)
        self._close(o, "withdrawn")
        self._go_on(now)

    def answer(self, o: Asked, now: datetime) -> None:
        self._need(o.state in OPEN and o.waits_for_answer)
        o.waits_for_answer, o.ends = False, max(o.ends, now + DAY)
        self._tell(o)

    def agree(self, o: Asked, seen: int, now: datetime) -> None:
        if o.state == "accepted" and o.terms == seen:
            return
        self._need(o.state == "countered" and o.proposed == seen)
        o.terms = o.proposed
        self._taken_by(o, now)
        self._tell(o)

    def insist(self, o: Asked, now: datetime) -> None:
        self._need(o.state == "countered")
        self._resume(o, now)
        self._tell(o)

    def edit(self, o: Asked, now: datetime) -> None:
        self._need(o.state in LIVE)
        if o.state == "countered":
            self._resume(o, now)
        o.terms = self._new_terms(self.starts[o.terms])
        if not o.email_waits:
            self._tell(o)

    def note(self, o: Asked, now: datetime) -> None:
        self._need(o.state in {"sent", "countered"} or (o.state == "accepted" and self.state in AGREED))
        self._tell(o)

    def set_stage(self, o: Asked, stage: str, now: datetime) -> None:
        if self.state in AGREED and self.stage == stage:
            return
        self._need(self.state in AGREED and o.state == "accepted")
        self.stage = stage
        self._tell(o)

    def give_notice(self, o: Asked, last: date, now: datetime) -> None:
        if last <= now.date() or (self.state == "taken" and last < self.starts[o.terms]):
            self.end(now)
            return
        if self.state in AGREED and self.ends_on == last:
            return
        is_sooner = self.ends_on is None or last < self.ends_on
        self._need(self.state in AGREED and o.state == "accepted" and is_sooner)
        self.ends_on = last
        self._tell(o)

    def end(self, now: datetime) -> None:
        self._need(self.state in AGREED)
        self.state = "ended"
        self._tell(self._has_it())

    def finish(self, now: datetime) -> None:
        self._need(self.state == "active")
        self.state, self.done_at = "done", now
        self._tell(self._has_it())

    def reopen(self, now: datetime) -> None:
        self._need(self.state == "done" and self.done_at is not None and now < self.done_at + TO_REOPEN)
        self.state = "active"
        self._tell(self._has_it())

    def readdress(self, o: Asked, now: datetime) -> None:
        self._need(o.state in LIVE or (o.state == "accepted" and self.state in AGREED))
        if not (o.email_waits and o.state in OPEN):
            self._tell(o)

    # --- The assistant -------------------------------------------------------
    def accept(self, o: Asked, seen: int, now: datetime) -> None:
        if o.state == "accepted":
            return
        self._need(o.terms == seen and o.state in OPEN and self._in_time(o, now))
        self._taken_by(o, now)
        self.mails += ["owner", f"person {o.who}"]

    def take_back(self, o: Asked, now: datetime) -> None:
        if o.state == "released":
            return
        in_time = o.since is not None and now < o.since + TAKE_BACK
        self._need(o.state == "accepted" and self.state in ("taken", "active") and in_time)
        o.state, self.state, self.ends_on = "released", "offering", None
        self.mails += ["owner", f"person {o.who}"]
        self._go_on(now)

    def ask(self, o: Asked, now: datetime) -> None:
        self._need(o.state in OPEN and o.questions < 5 and self._in_time(o, now))
        o.questions, o.waits_for_answer = o.questions + 1, True
        self.mails.append("owner")

    def counter(self, o: Asked, seen: int, now: datetime) -> None:
        self._need(o.state in OPEN and o.terms == seen and self._in_time(o, now))
        o.state, o.paused, o.ends = "countered", now, o.ends + PAUSE
        o.proposed = self._new_terms(self.starts[o.terms])
        self.mails.append("owner")

    def uncounter(self, o: Asked, now: datetime) -> None:
        self._need(o.state == "countered" and now < o.ends)
        self._resume(o, now, least=timedelta(0))
        self.mails.append("owner")

    def decline(self, o: Asked, now: datetime) -> None:
        if o.state == "declined":
            return
        self._need(o.state in LIVE)
        o.state = "declined"
        self.mails.append("owner")
        self._go_on(now)

    def still_free(self, o: Asked, now: datetime) -> None:
        if not o.was_free:
            self._need(o.state in {"declined", "expired", "undeliverable"} and self.state in {"offering", "lapsed"})
            o.was_free = True
            self.mails.append("owner")

    def write(self, o: Asked, now: datetime) -> None:
        self._need(o.state in {"sent", "countered"} or (o.state == "accepted" and self.state in AGREED))
        self.mails.append("owner")

    def resign(self, o: Asked, last: date, now: datetime) -> None:
        if self.state == "taken" and o.state == "accepted" and last < self.starts[o.terms]:
            self.state = "ended"
            self.mails.append("owner")
            return
        if self.state in AGREED and self.ends_on == last:
            return
        is_sooner = self.ends_on is None or last < self.ends_on
        self._need(self.state in AGREED and o.state == "accepted" and is_sooner)
        self.ends_on = last
        self.mails.append("owner")

    def stop(self, o: Asked, now: datetime) -> None:
        self.stopped.add(o.who)
        for each in self.asked:
            if each.who == o.who and each.state in LIVE:
                self.decline(each, now)

    # --- The clock and the mail ------------------------------------------------
    def sweep(self, now: datetime) -> None:
        for o in list(self.asked):
            if o.state in {"sent", "countered"} and now >= o.ends:
                o.state = "expired"
                self.mails += ["owner", f"person {o.who}"]
                self._go_on(now)
        if self.state == "taken" and self.starts[self._has_it().terms] <= now.date():
            self.state, has_it = "active", self._has_it()
            assert has_it.since
            if has_it.since.date() < self.starts[has_it.terms]:  # else what they were told that day says so
                self._tell(has_it)
        if self.state in AGREED and self.ends_on and self.ends_on < now.date():
            self.end(now)

    def leaves(self, o: Asked, now: datetime) -> None:
        if not o.email_waits or o.due > now:
            return
        o.email_waits = False
        if o.state == "queued":
            waited = now - (o.ends - self.window)
            o.state, o.ends = "sent", o.ends + (waited if waited > TAKE_BACK else timedelta(0))

    def comes_back(self, o: Asked, now: datetime) -> None:
        if not o.email_waits or o.due > now:
            return
        o.email_waits = False
        if o.state in OPEN:
            o.state = "undeliverable"
            self.mails.append("owner")
            self._go_on(now)

    # --- What several of them do -----------------------------------------------
    @staticmethod
    def _need(allowed: bool) -> None:  # noqa: FBT001
        if not allowed:
            raise Refused

    @staticmethod
    def _in_time(o: Asked, now: datetime) -> bool:
        return o.state == "queued" or now < o.ends

    def _live(self) -> list[Asked]:
        return [o for o in self.asked if o.state in LIVE]

    def _has_it(self) -> Asked:
        return next(o for o in self.asked if o.state == "accepted")

    def _tell(self, o: Asked) -> None:
        self.mails.append(f"person {o.who}")

    def _close(self, o: Asked, state: str) -> None:
        """Whoever may have the email hears of it."""
        o.state = state
        if not o.email_waits:
            self._tell(o)
        o.email_waits = False

    def _taken_by(self, o: Asked, now: datetime) -> None:
        o.state, o.since, self.state = "accepted", now, "taken"
        for other in self._live():
            self._close(other, "superseded")

    @staticmethod
    def _resume(o: Asked, now: datetime, least: timedelta = DAY) -> None:
        assert o.paused
        left = o.ends - PAUSE - o.paused
        o.state, o.proposed, o.paused, o.ends = "sent", 0, None, now + max(left, least)

    def _new_terms(self, starts_on: date) -> int:
        version = max(self.starts) + 1
        self.starts[version] = starts_on
        return version

    def _start_for_another(self, due: datetime) -> date:
        start = self.starts[max(o.terms for o in self.asked)]
        reply_on = (due + self.window).date()
        return start if start >= reply_on else reply_on + timedelta(days=7 - reply_on.weekday())

    def _ask(self, who: int, terms: int, due: datetime) -> None:
        self.asked.append(Asked(who, terms, due, due + self.window))
        self._tell(self.asked[-1])

    def _who_can_be_asked(self) -> Iterable[int]:
        return [
            who
            for who in (1, 2)
            if who not in self.stopped and who not in {o.who for o in self.asked[self.round_from :]}
        ]

    def _go_on(self, now: datetime) -> None:
        if self._live():
            return
        left = self._who_can_be_asked() if self.if_not == "next" else []
        for who in left:
            self._ask(who, self._new_terms(self._start_for_another(now)), now)
            return
        self.state = "lapsed"
