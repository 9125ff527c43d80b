"""The owner, their tasks and the time these take."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from . import quadrants
from .durations import HOUR


def new_pid() -> str:
    """A random 128-bit name to put in a link in place of a row's id."""
    return secrets.token_urlsafe(16)


class OwnerManager(BaseUserManager["Owner"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Owner:
        owner = self.model(email=self.normalize_email(email), **fields)
        owner.set_password(password)
        owner.save(using=self._db)
        return owner

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Owner:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Owner:
        return self.get(email__iexact=username)


class Owner(AbstractBaseUser, PermissionsMixin):
    """The solo business owner, who signs in by email. Everything else belongs to one of them."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=80)
    business = models.CharField(max_length=80, blank=True)
    vision = models.TextField(max_length=600, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=64, default="UTC")
    work_day = models.PositiveIntegerField(default=8 * HOUR, help_text="Seconds, Monday to Friday.")
    budget = models.DecimalField(max_digits=8, decimal_places=2, null=True, help_text="For help, a week.")
    # A timer that runs longer than this was most likely forgotten.
    timer_limit = models.PositiveIntegerField(default=4 * HOUR, help_text="Seconds.")
    wants_reminder = models.BooleanField(default=False)
    reminder_hour = models.PositiveSmallIntegerField(default=17, help_text="0 to 23, where the owner lives.")
    next_reminder_at = models.DateTimeField(null=True, db_index=True)
    wants_summary = models.BooleanField(default=True)
    next_summary_at = models.DateTimeField(null=True, db_index=True)
    pid = models.CharField(max_length=22, unique=True, default=new_pid, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[OwnerManager] = OwnerManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_owner_an_address"),
            models.CheckConstraint(condition=Q(reminder_hour__range=(0, 23)), name="reminder_hour_of_a_day"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """The owner's local day at `now`."""
        return now.astimezone(self.zone).date()

    @cached_property
    def running_timer(self) -> Timer | None:
        """The timer, if one ran when it was first asked for; `timers.read` asks anew."""
        timer: Timer | None = getattr(self, "timer", None)
        return timer

    def hour_value(self, on: date) -> Decimal | None:
        """What an hour of the owner's best work was worth on that day, in their currency."""
        known = self.best_hours.order_by("starts_on")
        hour = known.filter(starts_on__lte=on).last() or known.first()
        return hour.amount if hour else None


class BestHour(models.Model):
    """What an hour of best work is worth from a day on, so that a new figure leaves past weeks alone."""

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="best_hours")
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    starts_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", "starts_on", name="one_best_hour_a_day"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="best_hour_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.starts_on}"


class Skill(models.Model):
    """Something a task needs and an assistant can have, in the owner's own words."""

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="skills")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="one_skill_a_name")]

    def __str__(self) -> str:
        return self.name


class TaskQuerySet(models.QuerySet["Task"]):
    def active(self) -> Self:
        return self.filter(retired_on=None)

    def routine(self) -> Self:
        """What can be handed off: everything but the best work."""
        return self.filter(is_best_work=False)

    def best_work(self) -> Self:
        return self.filter(is_best_work=True)

    def scored(self) -> Self:
        return self.filter(loathe__isnull=False)

    def unscored(self) -> Self:
        return self.filter(loathe=None)

    def with_skills(self) -> Self:
        return self.prefetch_related("skill_levels__skill")


class Task(models.Model):
    """One routine task of one owner, or their best work, and how the owner feels about it."""

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="tasks")
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=80, blank=True, help_text="A few words on what belongs to it.")
    is_best_work = models.BooleanField(default=False)
    loathe = models.PositiveSmallIntegerField(null=True, blank=True)
    excel = models.PositiveSmallIntegerField(null=True, blank=True)
    # The owner's estimate of a work day, as the range people think in.
    seconds_least = models.PositiveIntegerField(null=True, blank=True)
    seconds_most = models.PositiveIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired_on = models.DateField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["is_best_work", "position", "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="one_task_a_name", condition=Q(retired_on=None)),
            models.UniqueConstraint("owner", name="one_best_work", condition=Q(is_best_work=True, retired_on=None)),
            models.CheckConstraint(condition=Q(loathe__range=(1, 5)), name="loathe_1_to_5"),
            models.CheckConstraint(condition=Q(excel__range=(1, 5)), name="excel_1_to_5"),
            models.CheckConstraint(
                condition=Q(loathe=None, excel=None) | Q(loathe__isnull=False, excel__isnull=False),
                name="both_scores_or_neither",
            ),
            models.CheckConstraint(
                condition=Q(seconds_least=None, seconds_most=None)
                # A CHECK holds for what is unknown too, and null <= 5 is.
                | Q(seconds_least__isnull=False, seconds_most__isnull=False, seconds_least__lte=F("seconds_most")),
                name="estimate_least_to_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mid_sentence(self) -> str:
        """The name as it stands inside a sentence: "record keeping", but "SEO" as it is."""
        first, rest = self.name[:1], self.name[1:]
        return self.name if rest[:1].isupper() else first.lower() + rest

    @property
    def quadrant(self) -> quadrants.Quadrant | None:
        if self.loathe is None or self.excel is None:
            return None
        return quadrants.of(self.loathe, self.excel)

    @property
    def estimated_seconds(self) -> int | None:
        """The middle of the owner's estimate, seconds a work day."""
        if self.seconds_least is None or self.seconds_most is None:
            return None
        return (self.seconds_least + self.seconds_most) // 2


class TaskSkill(models.Model):
    """The least level of a skill that a task needs."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="needed_by")
    level = models.PositiveSmallIntegerField(default=3)

    class Meta:
        ordering = ["skill__name"]
        constraints = [
            models.UniqueConstraint("task", "skill", name="one_level_a_task_and_skill"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="needed_level_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} at {self.level}"


class Score(models.Model):
    """What the owner said of a task, and when; the task holds the latest (`scores.give`)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="scores")
    loathe = models.PositiveSmallIntegerField()
    excel = models.PositiveSmallIntegerField()
    scored_at = models.DateTimeField()

    class Meta:
        ordering = ["scored_at"]

    def __str__(self) -> str:
        return f"{self.task}: loathe {self.loathe}, excel {self.excel}"


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
    """Seconds of a task in one ISO week, kept in step by `entries`; `check_rollups` proves it."""

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="week_totals")
    task = models.ForeignKey(Task, models.CASCADE, related_name="week_totals")
    monday = models.DateField()
    seconds = models.PositiveIntegerField()

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
