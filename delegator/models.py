"""What belongs to the product as a whole."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Session(models.Model):
    """A signed-in browser, known by the SHA-256 of the key in its cookie; of no owner before they sign in."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    data = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)
    # What its owner tells it by. Of what is older than these fields nothing is known.
    device = models.CharField(max_length=60, blank=True, db_default="", help_text="Firefox on Windows")
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="To within a few minutes.")

    def __str__(self) -> str:
        return f"{self.owner or 'Nobody yet'}, until {self.expires_at:%Y-%m-%d}"


class AddressChange(models.Model):
    """An owner's wish to sign in by another address, until it is confirmed there; the old one stays till then."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="address_change")
    email = models.EmailField(max_length=254)
    # What the link to the new address names; with each asking it is another one.
    pid = models.CharField(max_length=22, unique=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.owner}, to {self.email}"


class ResetRequest(models.Model):
    """
    Somebody forgot the password of that address: a job looks whether anyone has it.

    A row is there for any address that was typed, and only until the job has looked, so that a page does the same
    for those that have an account and those that have none.
    """

    email = models.EmailField(max_length=254, unique=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.email}, {self.asked_at:%Y-%m-%d}"


class Tally(models.Model):
    """How often one peer did what is limited, since its minute began. The peer is hashed, with a key."""

    peer = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    times = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.times} since {self.since:%H:%M:%S}"


class WeeklySummary(models.Model):
    """The owner's summary of one ISO week, written once whatever happens."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="summaries")
    week = models.CharField(max_length=8, help_text="2026-W42")
    written_at = models.DateTimeField()
    # What its email said, in words and numbers; None of those that are older than this field.
    facts: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True)
    is_empty = models.BooleanField(default=False, db_default=False, help_text="Nothing was logged that week.")

    class Meta:
        ordering = ["-week"]
        verbose_name_plural = "weekly summaries"
        constraints = [models.UniqueConstraint("owner", "week", name="one_summary_a_week")]

    def __str__(self) -> str:
        return f"{self.owner}, {self.week}"


class AheadReminder(models.Model):
    """The owner's wish to hear once, in a month to come, what the plan ahead says then; one a month."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="ahead_reminders")
    month = models.CharField(max_length=7, help_text="2027-01")
    asked_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True, help_text="When it was done with: its email was written, or let go.")

    class Meta:
        ordering = ["month"]
        constraints = [models.UniqueConstraint("owner", "month", name="one_reminder_a_month")]

    def __str__(self) -> str:
        return f"{self.owner}, {self.month}"


class ClosedAccount(models.Model):
    """
    An owner without a name, whose last letters to assistants wait here to leave; with the last of them both are gone.

    Of the owner who closed the account nothing else is left.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="closed")
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Closed at {self.closed_at:%Y-%m-%d %H:%M}"


class ClosedLink(models.Model):
    """
    The random name of a private link whose owner closed the account, so that its page can say so for a while.

    It leads to no row and no person, and opens nothing.
    """

    pid = models.CharField(max_length=22, primary_key=True)
    epoch = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Closed at {self.closed_at:%Y-%m-%d %H:%M}"
