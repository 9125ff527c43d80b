"""One task as a form: what it takes and needs, whether it can go, what it is worth, and how it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crispy_forms.bootstrap import AppendedText, PrependedText
from crispy_forms.layout import Div, Fieldset
from django import forms
from django.db import IntegrityError, transaction

from . import briefs, money, owners, routine, seen
from .fields import AmountField, LineField, PercentField, SpanField, TextField, optional, without_passwords
from .forms import LEVELS, helper
from .models import Brief, Owner, Task, TaskSkill

# What the row of a task holds as the form gives it.
PLAIN = ("name", "only_me", "only_me_reason", "growth", "hour_earns")
NEW_SKILL_LEVEL = 3


def _part(label: str, rows: int, most: int, help_text: str) -> TextField:
    """A part of the brief."""
    return TextField(
        label=optional(label),
        required=False,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        validators=[without_passwords],
    )


class TaskForm(forms.Form):
    """
    One task. A new one begins with its name, time and skills; the rest has its place on its page.

    `seen` tells what the page showed of each field, so that what another page saved meanwhile
    is not written over unseen.
    """

    name = LineField(label="What is it called?", max_length=80, error_messages={"required": "Give the task a name."})
    time = SpanField(
        label=optional("How long does it take, a day?"),
        required=False,
        max_length=20,
        help_text="A range is fine: 1–2 h.",
    )
    new_skill = LineField(
        label=optional("Another skill"),
        required=False,
        max_length=40,
        help_text="In a word or two: bookkeeping, photos.",
    )
    only_me = forms.BooleanField(label="It must stay with me", required=False)
    only_me_reason = LineField(
        label="If so, why?", required=False, max_length=120, help_text="The plan then leaves it out, and says this."
    )
    growth = PercentField(
        label=optional("How does it grow a year?"),
        required=False,
        least=-90,
        most=500,
        help_text="Blank if it stays as it is.",
    )
    hour_earns = AmountField(
        label=optional("What an hour of it earns or protects"), required=False, help_text="A guess will do."
    )
    steps = _part("How it is done, step by step", 6, 4000, "A rough list is fine. Never put passwords here.")
    links = _part("Links", 2, 1000, "Where the files, forms and accounts are.")
    done = _part("What done looks like", 2, 1000, "How you’ll know it’s good.")
    limits = _part("What not to decide alone", 2, 1000, "What you want to be asked about first.")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, owner: Owner, data: Any = None, *, task: Task | None = None) -> None:
        self.owner, self.task, self.is_stale = owner, task, False
        self.skills = list(owner.skills.all())
        self.brief = briefs.latest(task) if task else None
        there = _there(task, self.brief) if task else {}
        super().__init__(data, initial=there | {"seen": seen.marks(there)})
        for skill in self.skills:
            self.fields[f"skill-{skill.pk}"] = forms.TypedChoiceField(
                label=skill.name,
                choices=LEVELS,
                coerce=int,
                empty_value=None,
                required=False,
            )
        if task is None:
            for name in {*PLAIN, *briefs.HEADINGS, "seen"} - {"name"}:
                del self.fields[name]
        names = [f"skill-{skill.pk}" for skill in self.skills]
        # On the page of a task the skills that it does not need are folded away.
        self.others = [name for name in names if task and name not in there]
        self._lay_out([name for name in names if name not in self.others])

    def _lay_out(self, needed: list[str]) -> None:
        """The four parts of the page; a new task has only the first."""
        skills = Fieldset("Skills it needs", Div(*needed, css_class="fields fold"), "new_skill")
        self.helper = helper(*(["seen"] if self.task else []), "name", "time", skills)
        self.others_helper = helper(Div(*self.others, css_class="fields fold"))
        self.worth_helper = helper(
            Fieldset("Whether it can go", "only_me", "only_me_reason"),
            Fieldset(
                "What it comes to",
                AppendedText("growth", "%"),
                PrependedText("hour_earns", money.symbol(self.owner.currency)),
            ),
        )
        self.brief_helper = helper(*briefs.HEADINGS)

    @property
    def is_other_wrong(self) -> bool:
        """Whether something is to be said of a skill that is folded away."""
        return any(name in self.errors for name in self.others)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self._is_taken(name):
            raise forms.ValidationError(_taken(name))
        return name

    def _is_taken(self, name: str) -> bool:
        return routine.has(self.owner.tasks.active().exclude(pk=self.task.pk if self.task else 0), name)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self._lacks_reason(given)
        return given

    def _lacks_reason(self, given: Mapping[str, Any]) -> bool:
        lacks = bool(given.get("only_me") and not given.get("only_me_reason") and "only_me_reason" not in self.errors)
        if lacks:
            self.add_error("only_me_reason", "Say why it must stay with you.")
        return lacks

    def save(self, now: datetime) -> Task | None:
        """None, with errors at their fields, if a second press of the button or another page was quicker."""
        try:
            return self._save(now)
        except (routine.NameTaken, IntegrityError):
            self.add_error("name", _taken(self.cleaned_data["name"]))
            return None

    @transaction.atomic
    def _save(self, now: datetime) -> Task | None:
        owners.hold(self.owner)
        given = self.cleaned_data
        if self.task and "seen" in self.data and self._was_changed(self.task):
            return None
        if self._lacks_reason(given):  # by what another tab left
            return None
        if self._is_taken(given["name"]):
            raise routine.NameTaken
        task = self.task or Task(owner=self.owner, position=self.owner.tasks.count())
        plain = [name for name in PLAIN if name in given]
        for name in plain:
            setattr(task, name, given[name])
        task.seconds_least, task.seconds_most = given["time"] or (None, None)
        # Not the whole row: scores given meanwhile stay given.
        task.save(update_fields=[*plain, "seconds_least", "seconds_most"] if task.pk else None)
        self._save_levels(task)
        if self.task:
            briefs.write(task, now=now, **{name: given[name] for name in briefs.HEADINGS})
        return task

    def _save_levels(self, task: Task) -> None:
        given = self.cleaned_data
        wanted = {skill: given[f"skill-{skill.pk}"] for skill in self.skills if given[f"skill-{skill.pk}"]}
        if given["new_skill"]:
            wanted.setdefault(owners.skill_named(self.owner, given["new_skill"]), NEW_SKILL_LEVEL)
        task.skill_levels.all().delete()
        TaskSkill.objects.bulk_create(
            TaskSkill(task=task, skill=skill, level=level) for skill, level in wanted.items()
        )

    def _was_changed(self, task: Task) -> bool:
        """
        Whether another page made of a field something else than this one; if so each says what stands there.

        What was not touched here stays as the other page left it.
        """
        there = _there(self.owner.tasks.prefetch_related("skill_levels").get(pk=task.pk), briefs.latest(task))
        sent = {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "new_skill")}
        stands_now = {name: there.get(name) for name in sent}
        theirs, both = seen.compare(sent, stands_now, self.cleaned_data["seen"])
        self.cleaned_data |= theirs
        for name, stands in both.items():
            seen.say(self, name, self._in_words(name, stands))
        self.is_stale = bool(both)
        if self.is_stale:
            self._show(theirs, seen.marks(there))
        return self.is_stale

    def _show(self, theirs: Mapping[str, Any], marks: str) -> None:
        """Fill in what the other page alone changed; saving again is then for what is shown now."""
        shown = {name: self.fields[name].prepare_value(value) for name, value in theirs.items()}
        kept = {name: value for name, value in self.data.items() if name not in shown}
        # An unticked box sends nothing.
        ticked = {name: text for name, text in shown.items() if text is not False}
        self.data = kept | ticked | {"seen": marks}

    def _in_words(self, name: str, stands: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.TypedChoiceField):
            return str(dict(LEVELS)[stands or ""])
        if isinstance(field, forms.BooleanField):
            return "ticked" if stands else "not ticked"
        return str(field.prepare_value(stands) or "")


def _taken(name: str) -> str:
    return f"You have a task called “{name}” already."


def _there(task: Task, brief: Brief | None) -> dict[str, Any]:
    """What is known of the task, by field, as the form gives it; levels only of the skills that it needs."""
    least, most = task.seconds_least, task.seconds_most
    levels = {f"skill-{level.skill_id}": level.level for level in task.skill_levels.all()}
    time = None if least is None or most is None else (least, most)
    return {name: getattr(task, name) for name in PLAIN} | {"time": time} | levels | briefs.parts(brief)
