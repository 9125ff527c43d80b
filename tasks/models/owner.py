"""The owner: who they are, what they want, when they work, and what an hour of their best work is worth."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from tasks import formats
from tasks.durations import HOUR
from tasks.formats import Formats

if TYPE_CHECKING:
    from .time import Timer


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
        return self.get(email__same=username)


class Owner(AbstractBaseUser, PermissionsMixin):
    """The solo business owner, who signs in by email. Everything else belongs to one of them."""

    class Theme(models.TextChoices):
        SYSTEM = "", "As on this device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class SummaryEvery(models.TextChoices):
        WEEK = "week", "Every week"
        MONTH = "month", "Once a month"

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=80)
    business = models.CharField(max_length=80, blank=True)
    vision = models.TextField(max_length=600, blank=True)
    vision_by = models.DateField(null=True, help_text="When it is to be true.")
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=64, default="UTC")
    work_day = models.PositiveIntegerField(default=8 * HOUR, help_text="Seconds.")
    work_days = models.CharField(max_length=7, default="12345", help_text="ISO weekdays; 1 is Monday.")
    budget = models.DecimalField(max_digits=8, decimal_places=2, null=True, help_text="For help, a week.")
    # How much the plan may propose at a time; None is no limit.
    most_new = models.PositiveSmallIntegerField(null=True, help_text="New hand-offs.")
    most_brief_minutes = models.PositiveSmallIntegerField(null=True, help_text="To brief people.")
    # A timer that runs longer than this was most likely forgotten.
    timer_limit = models.PositiveIntegerField(default=4 * HOUR, help_text="Seconds.")
    # When the owner last looked at their scores and found them true.
    scores_checked_on = models.DateField(null=True)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.SYSTEM, blank=True)
    # How it is written for them; see tasks/formats.py.
    clock_format = models.CharField(max_length=2, choices=formats.CLOCKS, default=formats.USUAL.clock)
    date_format = models.CharField(max_length=5, choices=formats.DATES, default=formats.USUAL.dates)
    number_format = models.CharField(max_length=10, choices=formats.NUMBERS, default=formats.USUAL.numbers)
    wants_reminder = models.BooleanField(default=False)
    reminder_hour = models.PositiveSmallIntegerField(default=17, help_text="0 to 23, where the owner lives.")
    next_reminder_at = models.DateTimeField(null=True, db_index=True)
    wants_summary = models.BooleanField(default=True)
    # Known to the database too: the release before this one writes owners without them.
    summary_every = models.CharField(
        max_length=5, choices=SummaryEvery.choices, default=SummaryEvery.WEEK, db_default=SummaryEvery.WEEK
    )
    summary_day = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="ISO weekday; 1 is Monday.")
    summary_hour = models.PositiveSmallIntegerField(
        default=7, db_default=7, help_text="0 to 23, where the owner lives."
    )
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
            models.CheckConstraint(condition=Q(summary_hour__range=(0, 23)), name="summary_hour_of_a_day"),
            models.CheckConstraint(condition=Q(summary_day__range=(1, 7)), name="summary_day_of_a_week"),
            models.CheckConstraint(condition=~Q(work_days=""), name="a_work_day_a_week"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def formats(self) -> Formats:
        return Formats(self.clock_format, self.date_format, self.number_format)

    def today(self, now: datetime) -> date:
        """The owner's local day at `now`."""
        return now.astimezone(self.zone).date()

    @cached_property
    def running_timer(self) -> Timer | None:
        """The timer, if one ran when it was first asked for; `timers.read` asks anew."""
        timer: Timer | None = getattr(self, "timer", None)
        return timer

    def best_hour(self, on: date) -> BestHour | None:
        """The figure that held that day, typed or derived; the first one holds for the days before it too."""
        known = self.best_hours.order_by("starts_on")
        return known.filter(starts_on__lte=on).last() or known.first()

    def hour_value(self, on: date) -> Decimal | None:
        """What an hour of the owner's best work was worth on that day, in their currency."""
        hour = self.best_hour(on)
        return hour.amount if hour else None


class BestHour(models.Model):
    """
    What an hour of best work is worth from a day on, so that a new figure leaves past weeks alone.

    Typed, or derived: what the business brings a year, over the hours worked, over a divisor.
    """

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="best_hours")
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    starts_on = models.DateField()
    income = models.DecimalField(max_digits=12, decimal_places=2, null=True, help_text="A year.")
    hours_a_year = models.PositiveSmallIntegerField(null=True)
    divisor = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", "starts_on", name="one_best_hour_a_day"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="best_hour_not_negative"),
            models.CheckConstraint(
                condition=Q(income=None, hours_a_year=None, divisor=None)
                | Q(income__isnull=False, hours_a_year__gt=0, divisor__gt=0),
                name="best_hour_typed_or_derived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.starts_on}"


class DayOff(models.Model):
    """Days on which the owner does not work: one, or a run of them with both ends."""

    owner = models.ForeignKey(Owner, models.CASCADE, related_name="days_off")
    first = models.DateField()
    last = models.DateField()
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["first", "pk"]
        verbose_name_plural = "days off"
        indexes = [models.Index(fields=["owner", "last"], name="owners_days_off")]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="day_off_first_to_last"),
            models.UniqueConstraint(fields=["owner", "first", "last", "name"], name="the_same_day_off_once"),
        ]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"
