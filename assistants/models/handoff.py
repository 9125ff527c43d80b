"""Handing off: hand-offs, their terms and offers, and who else is asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from tasks.models import Task, new_pid

from .history import HandoffEvent
from .roster import Assistant


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def drafts(self) -> Self:
        return self.filter(state=Handoff.State.DRAFT)

    def open(self) -> Self:
        """Put to someone who has not answered yet."""
        return self.filter(state=Handoff.State.OFFERING)

    def agreed(self) -> Self:
        """Accepted, whether it has started or not."""
        return self.filter(state__in=Handoff.AGREED)

    def begun(self) -> Self:
        """Started, whether it runs still or has ended; what was ended before its start never began."""
        return self.filter(pk__in=_starts().values("handoff"))

    def live(self) -> Self:
        """What takes hours and budget: offered or agreed."""
        return self.filter(state__in=Handoff.LIVE)

    def running_at(self, moment: datetime) -> Self:
        """Started before it, and not ended by then."""
        begun, ended = (events.filter(happened_at__lt=moment) for events in (_starts(), _ends()))
        return self.filter(pk__in=begun.values("handoff")).exclude(pk__in=ended.values("handoff"))

    def past(self) -> Self:
        return self.filter(state__in=Handoff.OVER)

    def with_terms(self) -> Self:
        """With everything a row of a list says."""
        return self.select_related("task", "assistant", "owner").prefetch_related("versions", "offers")


def _starts() -> QuerySet[HandoffEvent]:
    """Where a hand-off began: a start on the day of an acceptance that was taken back is none."""
    return _not_undone(HandoffEvent.Kind.TAKEN_BACK).filter(kind=HandoffEvent.Kind.STARTED)


def _ends() -> QuerySet[HandoffEvent]:
    """Where one ended: what was said to be done by a slip goes on."""
    over = [HandoffEvent.Kind.ENDED, HandoffEvent.Kind.DONE]
    return _not_undone(HandoffEvent.Kind.REOPENED).filter(kind__in=over)


def _not_undone(by: HandoffEvent.Kind) -> QuerySet[HandoffEvent]:
    undone = HandoffEvent.objects.filter(handoff=OuterRef("handoff"), pk__gt=OuterRef("pk"), kind=by)
    return HandoffEvent.objects.filter(~Exists(undone))


class Handoff(models.Model):
    """The matter of giving a task, or a share of it, away: the brief, the terms, the history."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OFFERING = "offering"
        TAKEN = "taken"
        ACTIVE = "active"
        DONE = "done"
        ENDED = "ended"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"

    # What was agreed takes of the owner's own time, also after it has ended: it is counted back.
    TAKES_TIME: ClassVar[list[str]] = [State.TAKEN, State.ACTIVE, State.DONE, State.ENDED]
    AGREED: ClassVar[list[str]] = [State.TAKEN, State.ACTIVE]
    LIVE: ClassVar[list[str]] = [State.OFFERING, *AGREED]
    OVER: ClassVar[list[str]] = [State.DONE, State.ENDED, State.WITHDRAWN, State.LAPSED]

    class IfNot(models.TextChoices):
        """What happens when the person asked cannot, or does not answer."""

        TELL = "tell", "Tell me, and I’ll decide"
        NEXT = "next", "Ask the next best person straight away"
        ALL = "all", "Ask them all at once, the first to accept has it"

    class Stage(models.TextChoices):
        """How far the assistant does it alone; each step is the owner's yes."""

        SHADOW = "shadow", "Shadowing"
        TRIAL = "trial", "On trial"
        FULL = "full", "In full"

    # How long before the end of a trial its owner is asked to keep or to stop.
    BEFORE_TRIAL_ENDS = timedelta(days=2)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="handoffs")
    task = models.ForeignKey(Task, models.CASCADE, related_name="handoffs")
    # Whom it is put to now; once accepted, who has it.
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="handoffs")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    brief = models.TextField(max_length=8000, blank=True)
    how_to = models.TextField(max_length=4000, blank=True)
    reply_by = models.DateTimeField()
    # What the task took the owner before, and how much of that goes with `share`, in minutes a week.
    # Frozen here, else a task that is handed off looks free; what goes under other terms is `minutes_off`.
    minutes_before = models.PositiveIntegerField(default=0)
    minutes_given = models.PositiveIntegerField(default=0)
    # Percent of the task, as drafted: what whoever stands in is asked for.
    share = models.PositiveSmallIntegerField(default=100)
    # The owner's own time for it: to brief once, to answer and check each week.
    brief_minutes = models.PositiveSmallIntegerField(default=60)
    check_minutes = models.PositiveSmallIntegerField(default=15)
    if_not = models.CharField(max_length=4, choices=IfNot.choices, default=IfNot.TELL)
    # How long each person asked has to reply; set when it is sent.
    seconds_to_reply = models.PositiveIntegerField(default=0)
    # Whether it was sent well before its start; None until it is sent.
    is_planned = models.BooleanField(null=True)
    stage = models.CharField(max_length=6, choices=Stage.choices, default=Stage.FULL)
    trial_ends_on = models.DateField(null=True)
    # The last day, once notice is given.
    ends_on = models.DateField(null=True)
    created_at = models.DateTimeField()

    objects = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "task",
                "assistant",
                name="one_live_handoff_a_task_and_person",
                condition=Q(state__in=["offering", "taken", "active"]),
            )
        ]
        indexes = [models.Index(fields=["state"], name="handoffs_by_state")]

    def __str__(self) -> str:
        return f"{self.task}, {self.get_state_display()}"

    @property
    def is_agreed(self) -> bool:
        """Accepted, whether it has started or not."""
        return self.state in self.AGREED

    def asks_to_keep(self, today: date) -> bool:
        """Whether a trial asks for the owner's word: from two days before its end, while no end of it all is set."""
        until = self.trial_ends_on if self.is_agreed and self.stage == self.Stage.TRIAL else None
        return until is not None and self.ends_on is None and until - self.BEFORE_TRIAL_ENDS <= today

    @property
    def takes_own_time(self) -> bool:
        return self.state in self.TAKES_TIME

    def add_terms(self, **fields: Any) -> Terms:
        """A version more; while the hand-off's row is held, for two at once would be the same version."""
        newest = self.versions.aggregate(Max("version", default=0))["version__max"]
        return self.versions.create(version=newest + 1, **fields)

    def given_at(self, share: int) -> int:
        """Minutes a week that go with that share, in percent, as drafted ones go with theirs; at most all it took."""
        most = max(self.minutes_before, self.minutes_given)
        return min((2 * self.minutes_given * share + self.share) // (2 * self.share), most)

    @property
    def terms(self) -> Terms:
        """Those of the offer that the state speaks of; of a draft the newest version."""
        versions = self.versions.all()
        if self.state != self.State.DRAFT and (offer := self.offer):
            return next(terms for terms in versions if terms.pk == offer.terms_id)
        return max(versions, key=lambda terms: terms.version)

    @property
    def offer(self) -> Offer | None:
        """The offer that the state speaks of: who has it, else the first who may still answer, else who was last."""
        offers = self.offers.all()
        live = [offer for offer in offers if offer.state in Offer.LIVE]
        if live and self.state == self.State.OFFERING:
            return min(live, key=lambda offer: offer.pk)
        # Of those who are out the last to answer: others may have been closed because of them.
        return max(
            offers,
            key=lambda offer: (offer.state == Offer.State.ACCEPTED, offer.answered_at or self.created_at, offer.pk),
            default=None,
        )

    @property
    def minutes_off(self) -> int:
        """The owner's minutes a week that go, under the terms as they are offered or agreed."""
        return self.given_at(self.terms.share)


class Terms(models.Model):
    """Hours a week, rate, start and how much of the task, in one version that never changes once it was seen."""

    FIELDS = ("weekly_minutes", "rate", "starts_on", "share")

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField(default=1)
    weekly_minutes = models.PositiveIntegerField()
    rate = models.DecimalField(max_digits=8, decimal_places=2)
    starts_on = models.DateField()
    share = models.PositiveSmallIntegerField(default=100, help_text="Percent of the task.")

    class Meta:
        verbose_name_plural = "terms"
        constraints = [
            models.UniqueConstraint("handoff", "version", name="one_terms_a_version"),
            models.CheckConstraint(condition=Q(share__range=(1, 100)), name="share_1_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.weekly_minutes} min a week at {self.rate}"

    @property
    def fields(self) -> dict[str, Any]:
        """What a version says, by the names of its fields."""
        return {name: getattr(self, name) for name in self.FIELDS}

    @property
    def weekly_pay(self) -> Decimal:
        return self.rate * self.weekly_minutes / 60


class StandIn(models.Model):
    """Who is asked if the person before cannot, in what place, and under which hours and rate."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="stand_ins")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="stands_in")
    place = models.PositiveSmallIntegerField()
    weekly_minutes = models.PositiveIntegerField()
    rate = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint("handoff", "assistant", name="one_place_a_stand_in")]

    def __str__(self) -> str:
        return f"{self.place}. {self.assistant}"


class OfferQuerySet(models.QuerySet["Offer"]):
    def live(self) -> Self:
        """Not answered yet, or answered with a change that the owner has not answered."""
        return self.filter(state__in=Offer.LIVE)

    def agreed(self) -> Self:
        """Accepted, and not over."""
        return self.filter(state=Offer.State.ACCEPTED, handoff__state__in=Handoff.AGREED)

    def to_remind(self, now: datetime) -> Self:
        """Whose answer is waited for; when each of them is reminded is a question of `reply_times`."""
        return self.filter(
            state=Offer.State.SENT, reminders__lt=Offer.MOST_REMINDERS, reply_by__gt=now, has_question=False
        )

    def overdue(self, now: datetime) -> Self:
        """Whose time to reply has run out; it does not run before the email has left."""
        return self.filter(state__in=Offer.RUNS_OUT, reply_by__lte=now)

    def waiting_for_owner(self) -> Self:
        """With a question or a change that the owner has not answered."""
        return self.live().filter(Q(state=Offer.State.COUNTERED) | Q(has_question=True))

    def refused_since(self, moment: datetime) -> Self:
        """Declined, or taken back: not to be proposed again so soon."""
        return self.filter(state__in=[Offer.State.DECLINED, Offer.State.RELEASED], answered_at__gte=moment)


class Offer(models.Model):
    """A hand-off put to one assistant, with a date to reply by and a private link."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        COUNTERED = "countered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"
        SUPERSEDED = "superseded"
        UNDELIVERABLE = "undeliverable"
        RELEASED = "released"

    class Reason(models.TextChoices):
        TIME = "time", "I have no time"
        FIT = "fit", "It isn’t what I do"
        RATE = "rate", "The rate is too low"

    # Queued is open too: holding the link proves that the email came, even if marking it sent is late.
    OPEN: ClassVar[list[str]] = [State.QUEUED, State.SENT]
    LIVE: ClassVar[list[str]] = [*OPEN, State.COUNTERED]
    RUNS_OUT: ClassVar[list[str]] = [State.SENT, State.COUNTERED]
    MOST_REMINDERS = 2

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="offers")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="offers")
    terms = models.ForeignKey(Terms, models.CASCADE, related_name="offers")
    # What the assistant would do it for instead, while the owner thinks about it.
    proposed = models.ForeignKey(Terms, models.SET_NULL, null=True, related_name="proposals")
    state = models.CharField(max_length=13, choices=State.choices, default=State.QUEUED)
    reply_by = models.DateTimeField()
    reason = models.CharField(max_length=4, choices=Reason.choices, blank=True)
    pid = models.CharField(max_length=22, unique=True, default=new_pid, editable=False)
    epoch = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    # Since when the time to reply stands still, for it is the owner's turn.
    paused_at = models.DateTimeField(null=True)
    questions = models.PositiveSmallIntegerField(default=0)
    has_question = models.BooleanField(default=False)
    reminders = models.PositiveSmallIntegerField(default=0)
    # The assistant's own timer, on the page where they log hours.
    timer_since = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("handoff", name="one_acceptance", condition=Q(state="accepted")),
            models.UniqueConstraint(
                "handoff", "assistant", name="one_live_offer", condition=Q(state__in=["queued", "sent", "countered"])
            ),
            models.UniqueConstraint("handoff", "assistant", "terms", name="nobody_twice_for_the_same_terms"),
        ]
        # What the sweep looks for every few seconds.
        indexes = [models.Index(fields=["state", "reply_by"], name="offers_by_state")]

    def __str__(self) -> str:
        return f"{self.handoff_id} to {self.assistant_id}, {self.state}"

    @property
    def begins_at_once(self) -> bool:
        """Accepted on its first day where the owner lives, or after it."""
        return self.answered_at is not None and self.terms.starts_on <= self.handoff.owner.today(self.answered_at)

    @property
    def waits_for_owner(self) -> bool:
        """With a question or a change that the owner has not answered; of one that is over, whether it ended so."""
        return self.has_question or self.paused_at is not None
