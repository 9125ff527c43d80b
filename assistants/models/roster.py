"""Who could help: assistants, what they can do, and who wants to hear no more."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from tasks.models import Skill
from tasks.prepared import Prepared, given


class AssistantQuerySet(models.QuerySet["Assistant"]):
    def active(self) -> Self:
        return self.filter(paused_on=None)

    def here(self) -> Self:
        """All but those whose data was erased; what they worked stays in the owner's books."""
        return self.filter(erased_at=None)

    def with_skills(self) -> Self:
        return self.prefetch_related("skill_levels__skill")

    def reachable(self) -> Self:
        """Who can be sent a hand-off: not paused, and has not stopped all mail."""
        return self.active().with_stop().filter(wants_no_mail=False)

    def with_stop(self) -> Self:
        """With `wants_no_mail`: whether they asked this installation for no more hand-offs."""
        asked = NeverMail.objects.filter(email__same=OuterRef("email"))
        return self.annotate(wants_no_mail=Exists(asked))


class Assistant(models.Model):
    """A person on one owner's roster. They need no account; they are known by address."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="assistants")
    name = models.CharField(max_length=80)
    email = models.EmailField(max_length=254)
    time_zone = models.CharField(max_length=64)
    rate = models.DecimalField(max_digits=8, decimal_places=2, help_text="An hour, in the owner's currency.")
    weekly_minutes = models.PositiveIntegerField(help_text="What they have for this owner, kept work included.")
    note = models.TextField(max_length=1000, blank=True, help_text="The owner's own; the assistant never sees it.")
    paused_on = models.DateField(null=True, blank=True)
    # The weekly note on their hours with this owner; the database knows it too, for the release before this one.
    wants_note = models.BooleanField(default=True, db_default=True)
    next_note_at = models.DateTimeField(null=True, db_index=True)
    # When they had their data erased: what is left is a row that hours and amounts hang on.
    erased_at = models.DateTimeField(null=True)
    wants_no_mail: bool  # with_stop

    objects = AssistantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("email"), name="one_assistant_an_address"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def called(self) -> str:
        """In what happened with them: the first name, which one whose data was erased has none of."""
        return "someone who left" if self.erased_at else self.first_name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """Where they live."""
        return now.astimezone(self.zone).date()

    @property
    def place(self) -> str:
        """The city of their time zone, as people say it."""
        return self.time_zone.split("/")[-1].replace("_", " ")


class AssistantSkill(models.Model):
    """How well an assistant does something, 1 to 5."""

    class Level(models.IntegerChoices):
        BEGINNER = 1, "beginner"
        FAIR = 2, "fair"
        GOOD = 3, "good"
        STRONG = 4, "strong"
        EXPERT = 5, "expert"

    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="had_by")
    level = models.PositiveSmallIntegerField(choices=Level.choices)

    class Meta:
        ordering = ["-level", "skill__name"]
        constraints = [
            models.UniqueConstraint("assistant", "skill", name="one_level_a_person_and_skill"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="level_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.skill}, {self.get_level_display()}"


class Absence(models.Model):
    """Days on which an assistant does not work: one, or a run of them with both ends, in their own zone."""

    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="absences")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        ordering = ["first", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="absence_first_to_last"),
            models.UniqueConstraint("assistant", "first", "last", name="the_same_absence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class LinkRequest(models.Model):
    """
    An address for which the links were asked for anew, whether anyone here has it or not.

    `times` are those since `since`, an hour at most; `asked_at` is there until a worker has seen to it.
    """

    email = models.EmailField(max_length=254, unique=True, help_text="In small letters.")
    since = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="links_asked_for", condition=Q(asked_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.email}: {self.times}"


class NeverMailQuerySet(models.QuerySet["NeverMail"]):
    def has(self, address: str) -> bool:
        """Whether that address asked for no more mail, in whatever letters it is written."""
        return bool(NEVER.flat(address=address))


def _never() -> models.QuerySet[NeverMail, int]:
    return NeverMail.objects.filter(email__same=given("address", models.EmailField())).values_list("pk", flat=True)


NEVER = Prepared(_never)


class NeverMail(models.Model):
    """An address that asked this installation for no more mail about hand-offs. Final."""

    email = models.EmailField(max_length=254)
    asked_at = models.DateTimeField()

    objects = NeverMailQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_never_an_address")]

    def __str__(self) -> str:
        return self.email
