"""What the owner wants of the plan, and the plans that were made, with what they were made from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from tasks import dates
from tasks.models import Task

from .roster import Assistant


class WishQuerySet(models.QuerySet["Wish"]):
    def standing(self, day: date) -> Self:
        """Those that hold on that day."""
        return self.filter(Q(until=None) | Q(until__gt=day))


class Wish(models.Model):
    """What the owner said of a task, or of a task with one person; the plan goes by it."""

    class Kind(models.TextChoices):
        PIN = "pin", "give it to them"
        PREFER = "prefer", "rather them"
        NEVER = "never", "never"
        LATER = "later", "not now"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wishes")
    task = models.ForeignKey(Task, models.CASCADE, related_name="wishes")
    assistant = models.ForeignKey(Assistant, models.CASCADE, null=True, related_name="wishes")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    until = models.DateField(null=True, help_text="The first day on which it holds no more.")
    made_on = models.DateField()

    objects = WishQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("task", "assistant", name="one_wish_a_pair"),
            models.UniqueConstraint("task", name="one_wish_a_task", condition=Q(assistant=None)),
            models.UniqueConstraint("task", name="one_pin_a_task", condition=Q(kind="pin")),
            models.CheckConstraint(
                condition=~Q(kind__in=["pin", "prefer"], assistant=None), name="a_wish_for_names_a_person"
            ),
            models.CheckConstraint(
                condition=Q(kind="later", until__isnull=False) | (~Q(kind="later") & Q(until=None)),
                name="only_later_ends",
            ),
        ]

    def __str__(self) -> str:
        whom = f" to {self.assistant}" if self.assistant else ""
        return f"{self.task}{whom}: {self.get_kind_display()}"

    @property
    def sentence(self) -> str:
        """As the owner said it."""
        who = self.assistant.first_name if self.assistant else ""
        if self.until:
            return f"Not now, until {dates.long(self.until)}."
        said = {
            self.Kind.PIN: f"You want {who} to have it.",
            self.Kind.PREFER: f"Rather {who}, you said, where it costs nothing.",
            self.Kind.NEVER: f"Never {who}, you said.",
        }
        return said[self.Kind(self.kind)]


class Plan(models.Model):
    """
    A plan with what it was made from, as the matcher reads and writes them.

    The same inputs have the same digest, so that nothing is solved twice. Without `patience` it is still being
    worked out. `shown_before` is the last look at it before the day of `shown_at`. `ahead` is the forecast of a
    year from the same inputs, if somebody asked for it; a row may have no more than that.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the inputs.")
    inputs = models.JSONField()
    answer = models.JSONField(null=True)
    patience = models.PositiveSmallIntegerField(default=0, help_text="Seconds that the answer was given, rounded up.")
    rung_at = models.DateTimeField(null=True, help_text="When a worker was last asked for more.")
    ahead = models.JSONField(null=True)
    ahead_rung_at = models.DateTimeField(null=True, help_text="When a worker was last asked for the forecast.")
    shown_at = models.DateTimeField()
    shown_before = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-shown_at", "-pk"]
        constraints = [models.UniqueConstraint("owner", "digest", name="one_plan_of_the_same")]

    def __str__(self) -> str:
        return f"Plan of {self.shown_at:%Y-%m-%d}"

    def last_look(self, midnight: datetime) -> datetime | None:
        """The last one before that; None if there was none."""
        return self.shown_at if self.shown_at < midnight else self.shown_before
