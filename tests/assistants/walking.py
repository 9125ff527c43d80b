"""Random walks: the same act on the app and on the reference, and what must hold after each."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection

from assistants.handoff import agreed, deliveries, handoffs, moves, reopening, replies, sweeps
from assistants.models import Assistant, Handoff, HandoffEvent, Offer, OutgoingEmail, StandIn
from tasks.models import Owner, Task
from tests.assistants.reference import AGREED, Asked, Reference, Refused
from tests.factories import NOW, a_draft

# Soon, or late enough to leave time for anything before.
STARTS = [date(2026, 10, 17), date(2026, 10, 26)]
REFUSALS = (moves.TooLate, replies.TermsChanged, replies.TooMany, handoffs.InTheWay)
# How often each act is tried: enough of what leads on that a walk gets far.
OWNERS = {"send": 2, "undo": 1, "withdraw": 1, "end": 1, "finish": 1, "reopen": 1}
OWNERS_ON_ONE = {
    "next": 1,
    "answer": 2,
    "agree": 3,
    "insist": 2,
    "edit": 2,
    "note": 1,
    "set_stage": 1,
    "give_notice": 1,
    "readdress": 1,
}
ASSISTANTS = {
    "accept": 8,
    "take_back": 2,
    "ask": 2,
    "counter": 4,
    "uncounter": 1,
    "decline": 2,
    "still_free": 1,
    "write": 1,
    "resign": 1,
    "stop": 1,
}
AROUND = {"leaves": 8, "comes_back": 1, "wait": 8}
WEIGHTS = OWNERS | OWNERS_ON_ONE | ASSISTANTS | AROUND
# Besides those, what is done once it is agreed.
RUNNING = {"wait": 6, "finish": 3, "end": 1, "give_notice": 2, "resign": 2, "set_stage": 1, "note": 1, "take_back": 1}
OVER = {"reopen": 2, "wait": 1, "write": 1, "finish": 1}
WAITS = [timedelta(minutes=1), timedelta(minutes=16), timedelta(hours=5), timedelta(days=1), timedelta(days=6)]
ROWS = {
    "assistants_handoff": "WHERE id = %s",
    "assistants_offer": "WHERE handoff_id = %s",
    "assistants_terms": "WHERE handoff_id = %s",
    "assistants_handoffevent": "WHERE handoff_id = %s",
    "assistants_outgoingemail": "",
    "assistants_nevermail": "",
}
Rows = dict[str, list[dict[str, Any]]]
_rates = count(100)


class Walk:
    """One hand-off of the app and its reference, side by side."""

    def __init__(self, owner: Owner, task: Task, people: list[Assistant], seed: int) -> None:
        self.chance = random.Random(seed)
        self.people, self.now, self.steps = people, NOW, list[str]()
        starts_on = self.chance.choice(STARTS)
        self.handoff = a_draft(owner=owner, task=task, assistant=people[0], starts_on=starts_on)
        if_not = self.chance.choice(list(Handoff.IfNot.values))
        Handoff.objects.filter(pk=self.handoff.pk).update(if_not=if_not)
        for place, person in enumerate(people[1:], 1):
            StandIn.objects.create(
                handoff=self.handoff, assistant=person, place=place, weekly_minutes=60 * place, rate=person.rate
            )
        self.wanted = Reference(if_not, self.handoff.reply_by, {1: starts_on})
        self.handoffs, self.offers = {"draft"}, set[str]()  # the states that it came through
        self.before = self.rows()

    def take(self, steps: int) -> None:
        for _ in range(steps):
            if not self.wanted.asked:  # without an offer there is no page to press on
                self.step(self.chance.choice(["send", "send", "send", "undo", "withdraw", "end"]), None)
                continue
            weights = RUNNING if self.wanted.state in AGREED and self.chance.random() < 0.5 else WEIGHTS
            weights = OVER if self.wanted.state == "done" and self.chance.random() < 0.7 else weights
            (name,) = self.chance.choices(list(weights), list(weights.values()))
            # Mostly about the newest, for those before are over as a rule.
            place = len(self.wanted.asked) - 1 if self.chance.random() < 0.6 else None
            self.step(name, self.chance.randrange(len(self.wanted.asked)) if place is None else place)

    def step(self, name: str, place: int | None) -> None:
        """Do it to both and hold one against the other."""
        given = self.given(name, place)
        self.steps.append(f"{name} {'' if place is None else place} {given or ''}")
        refused = self.on_the_app(name, place, given)
        assert refused == self.on_the_reference(name, place, given), self.steps
        rows = self.rows()
        assert not refused or rows == self.before, self.steps
        self.before = rows
        self.check()

    def given(self, name: str, place: int | None) -> dict[str, Any]:
        if name == "wait":
            self.now += self.chance.choice(WAITS)
        asked = self.wanted.asked[place] if place is not None else None
        stale = self.chance.choice([0, 0, 0, 1])
        if asked and name in ("accept", "counter"):
            return {"seen": asked.terms - stale}
        if asked and name == "agree":
            return {"seen": (asked.proposed or asked.terms) - stale}
        if name == "set_stage":
            return {"stage": self.chance.choice(["shadow", "full"])}
        if name in ("give_notice", "resign"):
            return {"last": self.now.date() + timedelta(days=self.chance.choice([0, 2, 9]))}
        return {}

    # --- Both sides ------------------------------------------------------------
    def on_the_reference(self, name: str, place: int | None, given: dict[str, Any]) -> bool:
        act = getattr(self.wanted, "sweep" if name == "wait" else name)
        about = [self.wanted.asked[place]] if place is not None and name in OWNERS_ON_ONE | ASSISTANTS else []
        if name in ("leaves", "comes_back"):
            about = [self.wanted.asked[place]] if place is not None else [nobody(self.now)]
        try:
            act(*about, **given, now=self.now)
        except Refused:
            return True
        return False

    def on_the_app(self, name: str, place: int | None, given: dict[str, Any]) -> bool:
        handoff = Handoff.objects.select_related("owner", "task", "assistant").get(pk=self.handoff.pk)
        offers = list(handoff.offers.select_related("handoff__owner", "assistant").order_by("pk"))
        offer = offers[place] if place is not None else None
        try:
            if name == "wait":
                sweeps.run(now=self.now)
            elif name == "reopen":
                reopening.reopen(handoff, now=self.now)
            elif name in OWNERS:
                getattr(agreed if hasattr(agreed, name) else handoffs, name)(handoff, now=self.now)
            elif offer and name in OWNERS_ON_ONE:
                self.as_owner(name, handoff, offer, given)
            elif offer and name in ASSISTANTS:
                self.as_assistant(name, offer, given)
            elif offer:
                self.post(name, offer)
        except REFUSALS:
            return True
        return False

    def as_owner(self, name: str, handoff: Handoff, offer: Offer, given: dict[str, Any]) -> None:
        now = self.now
        if name == "next":
            handoffs.ask_someone_else(handoff, offer, now=now)
        elif name in ("answer", "insist", "note"):
            getattr(agreed if name == "note" else handoffs, name)(handoff, offer, "Said.", now=now)
        elif name == "agree":
            handoffs.agree(handoff, offer, terms_version=given["seen"], now=now)
        elif name == "edit":
            handoffs.edit_terms(handoff, offer, **offer.terms.fields | {"rate": Decimal(next(_rates))}, now=now)
        elif name == "set_stage":
            agreed.set_stage(handoff, offer, given["stage"], trial_ends_on=None, now=now)
        elif name == "give_notice":
            agreed.give_notice(handoff, offer, given["last"], now=now)
        else:
            agreed.readdress(handoff, offer, now=now)

    def as_assistant(self, name: str, offer: Offer, given: dict[str, Any]) -> None:
        now = self.now
        if name == "accept":
            replies.accept(offer, terms_version=given["seen"], now=now)
        elif name == "ask":
            replies.ask(offer, "Which?", now=now)
        elif name == "counter":
            theirs = offer.terms.fields | {"rate": Decimal(next(_rates))}
            replies.counter(offer, **theirs, note="", terms_version=given["seen"], now=now)
        elif name == "decline":
            replies.decline(offer, reason="", now=now)
        elif name == "write":
            replies.note(offer, "Hello.", now=now)
        elif name == "resign":
            replies.give_notice(offer, given["last"], now=now)
        elif name == "stop":
            replies.stop_mail(offer, now=now)
        else:
            getattr(replies, name)(offer, now=now)

    def post(self, name: str, offer: Offer) -> None:
        """What a worker does with the offer's email, at the time of the walk."""
        email = OutgoingEmail.objects.select_related("offer__handoff__owner").get(key=f"offer-{offer.pk}")
        if email.state != "queued" or email.due_at > self.now:
            return
        was_wanted = offer.state in Offer.OPEN
        email.state = ("sent" if name == "leaves" else "dead") if was_wanted else "skipped"
        email.tries += 1
        email.save()
        deliveries.hear_of(email, self.now)

    # --- What holds --------------------------------------------------------------
    def rows(self) -> Rows:
        """Everything a refused act could have changed. In SQL, for Django takes ten times as long to ask."""
        with connection.cursor() as cursor:
            found = {}
            for table, where in ROWS.items():
                cursor.execute(f"SELECT * FROM {table} {where} ORDER BY 1", [self.handoff.pk][: where.count("%s")])  # noqa: S608
                names = [column[0] for column in cursor.description]
                found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return found

    def check(self) -> None:
        (handoff,) = self.before["assistants_handoff"]
        offers = self.before["assistants_offer"]
        states = [offer["state"] for offer in offers]
        assert (handoff["state"], states) == (self.wanted.state, [o.state for o in self.wanted.asked]), self.steps
        self.handoffs.add(handoff["state"])
        self.offers |= set(states)
        replayed, of_offers = moves.replay(HandoffEvent(**row) for row in self.before["assistants_handoffevent"])
        assert (replayed, list(of_offers.values())) == (handoff["state"], states), self.steps
        assert states.count("accepted") <= 1, self.steps
        assert handoff["state"] == "offering" or not {"queued", "sent", "countered"} & set(states), self.steps
        assert all(offer["reminders"] <= 2 for offer in offers), self.steps
        if handoff["state"] == "offering" and self.wanted.if_not != "all":
            assert self.people[self.wanted.asked[-1].who].pk == handoff["assistant_id"], self.steps
        self.check_offers()
        self.check_mails()

    def check_offers(self) -> None:
        names = ("state", "reply_by", "terms__version", "paused_at", "has_question")
        stored = Offer.objects.filter(handoff=self.handoff).order_by("pk").values_list(*names)
        for (state, *times), o in zip(stored, self.wanted.asked, strict=True):
            if state in Offer.LIVE:
                assert times == [o.ends, o.terms, o.paused, o.waits_for_answer], self.steps

    def check_mails(self) -> None:
        """Each side was written to as often as the reference says."""
        names = {person.email: f"person {number}" for number, person in enumerate(self.people)}
        written = [row["to_email"] for row in self.before["assistants_outgoingemail"] if row["kind"] != "remind"]
        assert Counter(names.get(to, "owner") for to in written) == Counter(self.wanted.mails), self.steps
        stopped = {names[row["email"]] for row in self.before["assistants_nevermail"]}
        assert stopped == {f"person {who}" for who in self.wanted.stopped}, self.steps


def nobody(now: datetime) -> Asked:
    """Stands for the email that is not there."""
    return Asked(0, 1, now, now, email_waits=False)
