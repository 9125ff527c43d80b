"""The outbox: every email the app means to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from .handoff import Offer


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=OutgoingEmail.State.QUEUED, due_at__lte=now)

    def lapsed(self, now: datetime) -> Self:
        """Held by a worker whose lease ran out."""
        return self.filter(state=OutgoingEmail.State.SENDING, lease_until__lte=now)

    def singly(self) -> Self:
        return self.exclude(kind__in=OutgoingEmail.BULK_KINDS)

    def in_bulk_kinds(self) -> Self:
        """What many owners get at one time: it is sent in batches, and nobody waits for it."""
        return self.filter(kind__in=OutgoingEmail.BULK_KINDS)

    def waiting(self) -> Self:
        """Not over yet."""
        return self.filter(state__in=OutgoingEmail.WAITING)

    def over(self) -> Self:
        return self.exclude(state__in=OutgoingEmail.WAITING)

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
        UNKNOWN = "unknown", "may have arrived"
        DEAD = "dead"

    WAITING = (State.QUEUED, State.SENDING)
    # Over, and nobody knows that it arrived.
    FAILED = (State.DEAD, State.UNKNOWN)
    BULK_KINDS = ("weekly",)
    KEPT = "kept"
    SMTP = "smtp"
    # Nobody gets a third copy.
    MOST_DOTS = 2

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
    not_after = models.DateTimeField(null=True, help_text="When it is no use any more.")
    tries = models.PositiveSmallIntegerField(default=0)
    # Counted just before the final dot: one more than this is how many copies there can be.
    dots = models.PositiveSmallIntegerField(default=0, db_default=0)
    breaks = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Lines lost before the dot.")
    last_code = models.PositiveSmallIntegerField(null=True, help_text="What the mail server last refused it with.")
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
            models.Index(fields=["owner", "due_at"], name="emails_by_owner", condition=Q(state="queued")),
            models.Index(fields=["lease_until"], name="emails_held", condition=Q(state="sending")),
            models.Index(fields=["owner", "-sent_at"], name="owners_emails"),
            models.Index(fields=["written_at"], name="emails_by_age"),
        ]

    def __str__(self) -> str:
        return self.key


class PumpQuerySet(models.QuerySet["Pump"]):
    def closed(self, now: datetime) -> Self:
        """Nothing may leave now: mail is held, or the server is left alone."""
        return self.filter(Q(held_at__isnull=False) | Q(rests_until__gt=now))


class Pump(models.Model):
    """
    The one row in which workers agree whether mail may leave, and say that somebody looks for it.

    A mail server that is away is left alone for a while by all of them; after a restored backup mail is held until
    the operator lets it go.
    """

    swept_at = models.DateTimeField(null=True, help_text="When a worker last looked for what is due.")
    held_at = models.DateTimeField(null=True, help_text="Nothing leaves while this is set.")
    rests_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Rests since mail last left.")
    refused = models.JSONField(default=list, help_text="Owner and domain of what was refused since mail last left.")
    trouble = models.CharField(max_length=200, blank=True, help_text="Why it rests.")

    objects = PumpQuerySet.as_manager()

    def __str__(self) -> str:
        return "pump"

    @classmethod
    def row(cls) -> Pump:
        return cls.objects.get_or_create(pk=1)[0]
