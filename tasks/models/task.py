"""What the owner does: tasks, the skills they need, how they feel, and how they are done."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from tasks import quadrants

from .owner import Owner


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
    # It must stay with the owner, whatever it costs them.
    only_me = models.BooleanField(default=False)
    only_me_reason = models.CharField(max_length=120, blank=True)
    growth = models.SmallIntegerField(default=0, help_text="Percent more time a year.")
    hour_earns = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, help_text="What an hour of it earns or protects."
    )
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
            models.CheckConstraint(condition=Q(only_me=False) | ~Q(only_me_reason=""), name="only_me_for_a_reason"),
            models.CheckConstraint(condition=Q(growth__range=(-90, 500)), name="growth_in_bounds"),
            models.CheckConstraint(condition=Q(hour_earns__gte=0), name="hour_earns_not_negative"),
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


class Brief(models.Model):
    """How a task is done, for whoever takes it over; a change makes a new version, the latest one counts."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="briefs")
    version = models.PositiveSmallIntegerField()
    steps = models.TextField(max_length=4000, blank=True)
    links = models.TextField(max_length=1000, blank=True)
    done = models.TextField(max_length=1000, blank=True, help_text="What it looks like when it is done.")
    limits = models.TextField(max_length=1000, blank=True, help_text="What not to decide alone.")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint("task", "version", name="one_brief_a_version")]

    def __str__(self) -> str:
        return f"{self.task}, version {self.version}"
