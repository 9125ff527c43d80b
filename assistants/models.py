"""Assistants, hand-offs and their offers, hours worked, and every email the app means to send."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from tasks.models import Skill, Task, new_pid


class AssistantQuerySet(models.QuerySet["Assistant"]):
    def active(self) -> Self:
        return self.filter(paused_on=None)

    def with_skills(self) -> Self:
        return self.prefetch_related("skill_levels__skill")

    def reachable(self) -> Self:
        """Who can be sent a hand-off: not paused, and has not stopped all mail."""
        return self.active().with_stop().filter(wants_no_mail=False)

    def with_stop(self) -> Self:
        """With `wants_no_mail`: whether they asked this installation for no more hand-offs."""
        asked = NeverMail.objects.filter(email__iexact=OuterRef("email"))
        return self.annotate(wants_no_mail=Exists(asked))


class Assistant(models.Model):
    """A person on one owner's roster. They need no account; they are known by address."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="assistants")
    name = models.CharField(max_length=80)
    email = models.EmailField(max_length=254)
    time_zone = models.CharField(max_length=64)
    rate = models.DecimalField(max_digits=8, decimal_places=2, help_text="An hour, in the owner's currency.")
    weekly_minutes = models.PositiveIntegerField(help_text="What they have for this owner, kept work included.")
    note = models.TextField(max_length=1000, blank=True, help_text="The owner's own; the assistant never sees it.")
    paused_on = models.DateField(null=True, blank=True)
    wants_no_mail: bool  # with_stop

    objects = AssistantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("email"), name="one_assistant_an_address"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def place(self) -> str:
        """The city of their time zone, as people say it."""
        return self.time_zone.split("/")[-1].replace("_", " ")


class AssistantSkill(models.Model):
    """How well an assistant does something, 1 to 5."""

    class Level(models.IntegerChoices):
        BEGINNER = 1, "beginner"
        FAIR = 2, "fair"
        GOOD = 3, "good"
        STRONG = 4, "strong"
        EXPERT = 5, "expert"

    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="had_by")
    level = models.PositiveSmallIntegerField(choices=Level.choices)

    class Meta:
        ordering = ["-level", "skill__name"]
        constraints = [
            models.UniqueConstraint("assistant", "skill", name="one_level_a_person_and_skill"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="level_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.skill}, {self.get_level_display()}"


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def drafts(self) -> Self:
        return self.filter(state=Handoff.State.DRAFT)

    def open(self) -> Self:
        """Put to someone who has not answered yet."""
        return self.filter(state=Handoff.State.OFFERING)

    def agreed(self) -> Self:
        """Accepted, whether it has started or not."""
        return self.filter(state__in=[Handoff.State.TAKEN, Handoff.State.ACTIVE])

    def live(self) -> Self:
        """What takes hours and budget: offered or agreed."""
        return self.filter(state__in=Handoff.LIVE)

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

    LIVE: ClassVar[list[str]] = [State.OFFERING, State.TAKEN, State.ACTIVE]
    OVER: ClassVar[list[str]] = [State.DONE, State.ENDED, State.WITHDRAWN, State.LAPSED]

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="handoffs")
    task = models.ForeignKey(Task, models.CASCADE, related_name="handoffs")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="handoffs")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    brief = models.TextField(max_length=4000, blank=True)
    how_to = models.TextField(max_length=4000, blank=True)
    reply_by = models.DateTimeField()
    # What the task took the owner before, and how much of that goes, in minutes a week.
    # Frozen here, else a task that is handed off looks free.
    minutes_before = models.PositiveIntegerField(default=0)
    minutes_given = models.PositiveIntegerField(default=0)
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


class NeverMail(models.Model):
    """An address that asked this installation for no more mail about hand-offs. Final."""

    email = models.EmailField(max_length=254)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_never_an_address")]

    def __str__(self) -> str:
        return self.email


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    def claimable(self, now: datetime) -> Self:
        """Due, or held by a worker whose lease ran out."""
        return self.filter(
            Q(state=OutgoingEmail.State.QUEUED, due_at__lte=now)
            | Q(state=OutgoingEmail.State.SENDING, lease_until__lte=now)
        )

    def readable(self) -> Self:
        """Sent by keeping it here, newest first."""
        return self.filter(transport=OutgoingEmail.KEPT).order_by("-sent_at", "-pk")


class OutgoingEmail(models.Model):
    """
    One email the app means to send: the outbox, written in the transaction that caused it.

    It holds the facts of the letter and no secret: links are made when a worker renders it.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        SKIPPED = "skipped"
        DEAD = "dead"

    KEPT = "kept"
    SMTP = "smtp"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="emails")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=80, unique=True, help_text="What makes it the same email.")
    # Set when the email goes to the assistant of that offer.
    offer = models.ForeignKey(Offer, models.CASCADE, null=True, related_name="emails")
    to_name = models.CharField(max_length=80)
    to_email = models.EmailField(max_length=254)
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    written_at = models.DateTimeField(help_text="Also the Date of every copy.")
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    lease_token = models.CharField(max_length=22, blank=True)
    lease_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True, help_text="Why it was skipped or not sent yet.")
    transport = models.CharField(max_length=4, blank=True)
    sent_at = models.DateTimeField(null=True)

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["due_at"], name="emails_due", condition=Q(state="queued")),
            models.Index(fields=["lease_until"], name="emails_held", condition=Q(state="sending")),
            models.Index(fields=["owner", "-sent_at"], name="owners_emails"),
        ]

    def __str__(self) -> str:
        return self.key
