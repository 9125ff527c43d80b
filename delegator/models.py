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

    def __str__(self) -> str:
        return f"{self.owner or 'Nobody yet'}, until {self.expires_at:%Y-%m-%d}"


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
