"""The work itself: hours logged, and forms that may be sent once only."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from .handoff import Handoff
from .roster import Assistant


class WorkLogQuerySet(models.QuerySet["WorkLog"]):
    def between(self, first: date, last: date) -> Self:
        return self.filter(day__range=(first, last))

    def open(self) -> Self:
        """What waits for the owner's word, or for the assistant's after a query."""
        return self.exclude(state=WorkLog.State.APPROVED)

    def owed(self) -> Self:
        """Approved, and not paid yet."""
        return self.filter(state=WorkLog.State.APPROVED, paid_on=None)


class WorkLog(models.Model):
    """Hours that an assistant reports on an agreed hand-off; the amount is fixed when the line is made."""

    class State(models.TextChoices):
        LOGGED = "logged"
        APPROVED = "approved"
        QUERIED = "queried"

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="work")
    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="work")
    day = models.DateField()
    seconds = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    rate = models.DecimalField(max_digits=8, decimal_places=2)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    logged_at = models.DateTimeField()
    # The owner's word on it; silence is none.
    state = models.CharField(max_length=8, choices=State.choices, default=State.LOGGED)
    is_over = models.BooleanField(default=False, help_text="Above the week's agreed hours when it was logged.")
    query = models.CharField(max_length=400, blank=True)
    answer = models.CharField(max_length=400, blank=True, db_default="", help_text="In words, to the query.")
    decided_at = models.DateTimeField(null=True)
    paid_on = models.DateField(null=True)

    objects = WorkLogQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handoff", "day"], name="handoffs_work")]
        constraints = [
            models.CheckConstraint(condition=Q(seconds__gt=0), name="work_not_empty"),
            models.CheckConstraint(condition=Q(paid_on=None) | Q(state="approved"), name="paid_is_approved"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.seconds} s"


class Nonce(models.Model):
    """
    A form that was sent: the same one again does nothing and gets the same answer.

    `actor` is who sent it, such as owner-3 or offer-17; `digest` is the SHA-256 of what it said.
    """

    actor = models.CharField(max_length=40)
    nonce = models.CharField(max_length=22)
    digest = models.CharField(max_length=64)
    result = models.CharField(max_length=40, blank=True)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("actor", "nonce", name="one_use_a_nonce")]
        indexes = [models.Index(fields=["used_at"], name="nonces_by_age")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.nonce}"
