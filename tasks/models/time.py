"""The time that tasks take: entries, their history and totals, and the timer that runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from .owner import Owner
from .task import Task


class TimeEntryQuerySet(models.QuerySet["TimeEntry"]):
    def on(self, day: date) -> Self:
        return self.filter(day=day)

    def between(self, first: date, last: date) -> Self:
        """Both days belong to it."""
        return self.filter(day__range=(first, last))

    def typed(self) -> Self:
        return self.filter(source=TimeEntry.Source.TYPED)


class TimeEntry(models.Model):
    """
    Seconds on one local day for one task; the day is the one the owner saw, and stays.

    Only `entries` writes them, and with each its history and the total of its week.
    """

    class Source(models.TextChoices):
        TYPED = "typed"
        TIMER = "timer"
        IMPORT = "import"

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="entries")
    task = models.ForeignKey(Task, models.CASCADE, related_name="entries")
    day = models.DateField()
    seconds = models.PositiveIntegerField()
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.TYPED)
    note = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True, help_text="Of what a timer measured.")
    changed_at = models.DateTimeField()

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "time entries"
        indexes = [models.Index(fields=["owner", "day"], name="owners_day")]
        constraints = [
            models.UniqueConstraint("task", "day", name="one_typed_entry", condition=Q(source="typed")),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="entry_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.task}, {self.day}: {self.seconds} s"


class EntryChange(models.Model):
    """What an entry was before and after one change, when, and from where; rows are only ever added."""

    class Via(models.TextChoices):
        DAY = "day", "day sheet"
        WEEK = "week", "week"
        COPY = "copy", "copied"
        TIMER = "timer", "timer"
        NOTE = "note", "note"
        IMPORT = "import", "import"
        UNDO = "undo", "undone"

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="changes")
    task = models.ForeignKey(Task, models.CASCADE, related_name="changes")
    day = models.DateField()
    source = models.CharField(max_length=6, choices=TimeEntry.Source.choices)
    started_at = models.DateTimeField(null=True)
    seconds_before = models.PositiveIntegerField()
    seconds_after = models.PositiveIntegerField()
    note_before = models.CharField(max_length=200, blank=True)
    note_after = models.CharField(max_length=200, blank=True)
    via = models.CharField(max_length=6, choices=Via.choices)
    # Made by the browser for one thing typed, so that sending it again changes nothing.
    key = models.CharField(max_length=36, null=True)  # noqa: DJ001 - unknown is not the same as another unknown
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["owner", "day"], name="owners_changes")]
        constraints = [models.UniqueConstraint("owner", "key", name="one_change_a_key")]

    def __str__(self) -> str:
        return f"{self.task}, {self.day}: {self.seconds_before} s to {self.seconds_after} s"


class WeekTotal(models.Model):
    """
    Seconds of a task in one ISO week, and the days that have them, kept in step by `entries`.

    `check_rollups` proves it. The days tell how much of a week was logged without asking its entries.
    """

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="week_totals")
    task = models.ForeignKey(Task, models.CASCADE, related_name="week_totals")
    monday = models.DateField()
    seconds = models.PositiveIntegerField()
    days = models.PositiveSmallIntegerField(default=0, help_text="As bits: 1 is Monday, 64 is Sunday.")

    class Meta:
        indexes = [models.Index(fields=["owner", "monday"], name="owners_weeks")]
        constraints = [models.UniqueConstraint("task", "monday", name="one_total_a_week")]

    def __str__(self) -> str:
        return f"{self.task}, week of {self.monday}: {self.seconds} s"


class Timer(models.Model):
    """The one timer of an owner, while it runs. What it measured becomes entries when it stops."""

    owner = models.OneToOneField(Owner, models.CASCADE, related_name="timer")
    task = models.ForeignKey(Task, models.CASCADE, related_name="timers")
    # The zone in force at the start tells its days apart.
    zone = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    # The start, or when the owner last said that it still runs.
    checked_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, help_text="When the owner was asked whether it still runs.")

    def __str__(self) -> str:
        return f"{self.task} since {self.started_at}"

    def forgotten_at(self) -> datetime:
        return self.checked_at + timedelta(seconds=self.owner.timer_limit)

    def is_forgotten(self, now: datetime) -> bool:
        """Past the owner's limit: no total counts it until the owner says how long it was."""
        return now >= self.forgotten_at()


class TimeFile(models.Model):
    """Another tracker's file, from when its owner chose it until they add it or throw it away."""

    owner = models.OneToOneField(Owner, models.CASCADE, related_name="time_file")
    name = models.CharField(max_length=200, help_text="As it is called on the owner's computer.")
    text = models.TextField()
    encoding = models.CharField(max_length=16)
    came_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
