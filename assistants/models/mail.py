"""The outbox: every email the app means to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from .handoff import Offer


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
