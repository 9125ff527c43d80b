"""Handing over: hand-offs, their terms and offers, what happened to them, and the hours worked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from tasks.models import Task, new_pid

from .person import Assistant


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def drafts(self) -> Self:
        return self.filter(state=Handoff.State.DRAFT)

    def open(self) -> Self:
        """Put to someone who has not answered yet."""
        return self.filter(state=Handoff.State.OFFERING)

    def agreed(self) -> Self:
        """Accepted, whether it has started or not."""
        return self.filter(state__in=[Handoff.State.TAKEN, Handoff.State.ACTIVE])

    def begun(self) -> Self:
        """Started, whether it runs still or has ended; what was ended before its start never began."""
        return self.filter(events__kind=HandoffEvent.Kind.STARTED)

    def live(self) -> Self:
        """What takes hours and budget: offered or agreed."""
        return self.filter(state__in=Handoff.LIVE)

    def running_on(self, day: date) -> Self:
        """Started by the end of that local day, and not ended by then."""
        ended = HandoffEvent.objects.filter(kind=HandoffEvent.Kind.ENDED, happened_at__date__lte=day)
        begun = HandoffEvent.objects.filter(kind=HandoffEvent.Kind.STARTED, happened_at__date__lte=day)
        return self.filter(pk__in=begun.values("handoff")).exclude(pk__in=ended.values("handoff"))

    def past(self) -> Self:
        return self.filter(state__in=Handoff.OVER)

    def refused_since(self, day: date) -> Self:
        """Declined by its assistant, or ended, after that day: not to be proposed again so soon."""
        said_no = Q(state=Handoff.State.LAPSED, events__kind=HandoffEvent.Kind.DECLINED)
        ended = Q(state=Handoff.State.ENDED, events__kind=HandoffEvent.Kind.ENDED)
        return self.filter(said_no | ended, events__happened_at__date__gt=day).distinct()

    def with_terms(self) -> Self:
        """With everything a row of a list says."""
        return self.select_related("task", "assistant", "owner").prefetch_related("versions", "offers")

    def with_work(self) -> Self:
        return self.prefetch_related("work")


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
    TAKES_TIME: ClassVar[list[str]] = [State.TAKEN, State.ACTIVE, State.ENDED]
    LIVE: ClassVar[list[str]] = [State.OFFERING, State.TAKEN, State.ACTIVE]
    OVER: ClassVar[list[str]] = [State.DONE, State.ENDED, State.WITHDRAWN, State.LAPSED]

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="handoffs")
    task = models.ForeignKey(Task, models.CASCADE, related_name="handoffs")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="handoffs")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    brief = models.TextField(max_length=8000, blank=True)
    how_to = models.TextField(max_length=4000, blank=True)
    reply_by = models.DateTimeField()
    # What the task took the owner before, and how much of that goes, in minutes a week.
    # Frozen here, else a task that is handed off looks free.
    minutes_before = models.PositiveIntegerField(default=0)
    minutes_given = models.PositiveIntegerField(default=0)
    # The owner's own time for it: to brief once, to answer and check each week.
    brief_minutes = models.PositiveSmallIntegerField(default=60)
    check_minutes = models.PositiveSmallIntegerField(default=15)
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

    def __str__(self) -> str:
        return f"{self.task}, {self.get_state_display()}"

    @property
    def takes_own_time(self) -> bool:
        return self.state in self.TAKES_TIME

    @property
    def terms(self) -> Terms:
        """The newest version; someone accepts the version that they saw."""
        return max(self.versions.all(), key=lambda terms: terms.version)

    @property
    def offer(self) -> Offer | None:
        """The newest offer, the one that the state speaks of; None for a draft."""
        return max(self.offers.all(), key=lambda offer: offer.pk, default=None)


class Terms(models.Model):
    """Hours a week, rate and start, in one version that never changes."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField(default=1)
    weekly_minutes = models.PositiveIntegerField()
    rate = models.DecimalField(max_digits=8, decimal_places=2)
    starts_on = models.DateField()

    class Meta:
        verbose_name_plural = "terms"
        constraints = [models.UniqueConstraint("handoff", "version", name="one_terms_a_version")]

    def __str__(self) -> str:
        return f"{self.weekly_minutes} min a week at {self.rate}"

    @property
    def weekly_pay(self) -> Decimal:
        return self.rate * self.weekly_minutes / 60


class OfferQuerySet(models.QuerySet["Offer"]):
    def open(self) -> Self:
        return self.filter(state__in=Offer.OPEN)

    def overdue(self, now: datetime) -> Self:
        return self.open().filter(reply_by__lte=now)


class Offer(models.Model):
    """A hand-off put to one assistant, with a date to reply by and a private link."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"
        UNDELIVERABLE = "undeliverable"

    class Reason(models.TextChoices):
        TIME = "time", "I have no time"
        FIT = "fit", "It isn’t what I do"
        RATE = "rate", "The rate is too low"

    # Queued is open too: holding the link proves that the email came, even if marking it sent is late.
    OPEN: ClassVar[list[str]] = [State.QUEUED, State.SENT]

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="offers")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="offers")
    terms = models.ForeignKey(Terms, models.CASCADE, related_name="offers")
    state = models.CharField(max_length=13, choices=State.choices, default=State.QUEUED)
    reply_by = models.DateTimeField()
    reason = models.CharField(max_length=4, choices=Reason.choices, blank=True)
    pid = models.CharField(max_length=22, unique=True, default=new_pid, editable=False)
    epoch = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("handoff", name="one_acceptance", condition=Q(state="accepted")),
            models.UniqueConstraint(
                "handoff", "assistant", name="one_open_offer", condition=Q(state__in=["queued", "sent"])
            ),
        ]
        indexes = [models.Index(fields=["reply_by"], name="open_offers", condition=Q(state__in=["queued", "sent"]))]

    def __str__(self) -> str:
        return f"{self.handoff_id} to {self.assistant_id}, {self.state}"


class HandoffEvent(models.Model):
    """Something that happened to a hand-off. Rows are only ever added."""

    class Kind(models.TextChoices):
        SENT = "sent"
        UNDONE = "undone"
        DELIVERED = "delivered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        UNDELIVERABLE = "undeliverable"
        WITHDRAWN = "withdrawn"
        STARTED = "started"
        LOGGED = "logged"
        ENDED = "ended"
        REFUSED = "refused"

    class Actor(models.TextChoices):
        OWNER = "owner"
        ASSISTANT = "assistant"
        SYSTEM = "system"

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="events")
    offer = models.ForeignKey(Offer, models.CASCADE, null=True, related_name="events")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    actor = models.CharField(max_length=9, choices=Actor.choices)
    note = models.TextField(blank=True)
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.handoff_id}: {self.kind}"


class WorkLog(models.Model):
    """Hours that an assistant reports on an agreed hand-off; the amount is fixed when the line is made."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="work")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="work")
    day = models.DateField()
    seconds = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    rate = models.DecimalField(max_digits=8, decimal_places=2)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    logged_at = models.DateTimeField()
    # Names the form that it was sent with, so that the same form sent twice is one line.
    once = models.CharField(max_length=22, default=new_pid, editable=False)

    class Meta:
        indexes = [models.Index(fields=["handoff", "day"], name="handoffs_work")]
        constraints = [
            models.UniqueConstraint("handoff", "once", name="one_line_a_form"),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="work_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.seconds} s"
