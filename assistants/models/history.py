"""What happened to hand-offs, in rows that are only ever added."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class HandoffEvent(models.Model):
    """Something that happened to a hand-off. Rows are only ever added."""

    class Kind(models.TextChoices):
        # Sending
        SENT = "sent"
        UNDONE = "undone"
        DELIVERED = "delivered"
        UNDELIVERABLE = "undeliverable"
        REMINDED = "reminded"
        READDRESSED = "readdressed"
        # Coming to terms
        ASKED = "asked"
        ANSWERED = "answered"
        COUNTERED = "countered"
        UNCOUNTERED = "uncountered"
        AGREED = "agreed"
        INSISTED = "insisted"
        EDITED = "edited"
        # The answer
        ACCEPTED = "accepted"
        TAKEN_BACK = "taken back"
        DECLINED = "declined"
        EXPIRED = "expired"
        SUPERSEDED = "superseded"
        STILL_FREE = "still free"
        # The owner's end of it
        CLOSED = "closed"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"
        # The work
        STARTED = "started"
        STAGED = "staged"
        NOTED = "noted"
        LOGGED = "logged"
        CORRECTED = "corrected"
        APPROVED = "approved"
        UNAPPROVED = "unapproved"
        QUERIED = "queried"
        PAID = "paid"
        UNPAID = "unpaid"
        NOTICE = "notice"
        DONE = "done"
        REOPENED = "reopened"
        ENDED = "ended"
        # What could not be done
        REFUSED = "refused"

    class Actor(models.TextChoices):
        OWNER = "owner"
        ASSISTANT = "assistant"
        SYSTEM = "system"

    # Whose note is for the machine: a version of terms, a stage, a day, a row's id or the name of an act.
    MACHINE_NOTES: ClassVar[list[str]] = [
        *(Kind.EDITED, Kind.AGREED, Kind.ACCEPTED, Kind.STAGED, Kind.LOGGED, Kind.NOTICE, Kind.DONE, Kind.REFUSED)
    ]

    handoff = models.ForeignKey("assistants.Handoff", models.CASCADE, related_name="events")
    offer = models.ForeignKey("assistants.Offer", models.CASCADE, null=True, related_name="events")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    actor = models.CharField(max_length=9, choices=Actor.choices)
    note = models.TextField(blank=True)
    # What it says of lines of hours.
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.handoff_id}: {self.kind}"
