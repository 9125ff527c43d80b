"""Forms of the ground: first run, scores, notes, a forgotten timer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crispy_forms.bootstrap import AppendedText, PrependedText
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BoundField

from . import dates, durations, money, owners, routine, scores, timers
from .fields import AmountField, HoursField, LineField, SpanField, TextField
from .models import Owner, Task, Timer

LEVELS = [("", "Not needed"), (1, "A beginner"), (2, "Fair"), (3, "Good"), (4, "Strong"), (5, "An expert")]


def helper(*rows: Any) -> FormHelper:
    """A crispy form without its own form tag, so that the page says where it goes."""
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.layout = Layout(*rows)
    return made


def two(*rows: Any) -> Div:
    """Side by side where there is room."""
    return Div(*rows, css_class="fields fold")


class VisionForm(forms.Form):
    """First run, step 1: why, the best work, what an hour of it is worth in which money, and the length of a day."""

    vision = TextField(
        label="What are you building?",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text="A sentence or two is plenty.",
        error_messages={"required": "Write a sentence on what you are building."},
    )
    best = LineField(
        label="What is your best work?",
        max_length=80,
        help_text="The work only you can do, and that clients pay you for.",
        error_messages={"required": "Name your best work."},
    )
    worth = AmountField(
        label="An hour of it is worth",
        above_zero=True,
        help_text="A guess will do.",
        error_messages={"required": "Say what an hour of it is worth. A guess will do."},
    )
    # Asked of who has no task yet: later there are amounts, and what was agreed stays in its money.
    currency = forms.ChoiceField(
        label="Currency", required=False, choices=lambda: list(money.known_currencies().items())
    )
    day = HoursField(
        label="Your work day is",
        most=durations.DAY_MOST,
        help_text="Monday to Friday, unless you say otherwise in Settings.",
        error_messages={"required": "Say how long your work day is."},
    )

    def __init__(self, owner: Owner, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        asked: list[Any] = ["worth", "currency"]
        if owner.tasks.routine().exists():
            del self.fields["currency"]
            asked = [PrependedText("worth", money.symbol(owner.currency))]
        self.helper = helper("vision", "best", Div(*asked, AppendedText("day", "hours"), css_class="fields"))

    def clean_best(self) -> str:
        name: str = self.cleaned_data["best"]
        if routine.has(self.owner.tasks.active().routine(), name):
            raise forms.ValidationError(f"“{name}” is on your routine list, so it cannot be your best work too.")
        return name

    @transaction.atomic
    def save(self, today: date) -> None:
        """Keep each field that is as it should be; "Finish later" may leave others for another day."""
        owner, given = self.owner, self.cleaned_data
        owner.vision = given.get("vision", owner.vision)
        owner.work_day = given.get("day", owner.work_day)
        owner.currency = given.get("currency") or owner.currency
        owner.save(update_fields=["vision", "work_day", "currency"])
        if "best" in given:
            owners.name_best_work(owner, given["best"])
        if given.get("worth") is not None:
            owners.set_hour_value(owner, given["worth"], today)


class Pick(NamedTuple):
    """A task as first-run step 2 shows it."""

    name: str
    hint: str
    on: BoundField
    time: BoundField


class RoutineForm(forms.Form):
    """First run, step 2: which tasks fill the day, and how much of it each takes."""

    new_name = LineField(required=False, max_length=80)
    new_time = SpanField(label="Another task", required=False, max_length=20)

    def __init__(self, owner: Owner, choices: Sequence[routine.Choice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.choices = choices
        for choice in choices:
            self.fields[f"on-{choice.key}"] = forms.BooleanField(required=False, initial=choice.on)
            time = SpanField(label=choice.name, required=False, max_length=20, initial=choice.span)
            self.fields[f"time-{choice.key}"] = time

    @property
    def rows(self) -> Iterator[Pick]:
        for choice in self.choices:
            yield Pick(choice.name, choice.hint, self[f"on-{choice.key}"], self[f"time-{choice.key}"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        name = given.get("new_name")
        if given.get("new_time") and not name and "new_name" not in self.errors:
            self.add_error("new_name", "Give this time a name.")
        known = [choice.name.casefold() for choice in self.choices]
        best = self.owner.tasks.active().best_work().first()
        if name and (name.casefold() in known or (best and name.casefold() == best.name.casefold())):
            self.add_error("new_name", f"“{name}” is there already.")
        if not self.errors and not self.kept():
            self.add_error(None, "Keep at least one task, or add your own.")
        return given

    @property
    def is_new_wrong(self) -> bool:
        return not {"new_name", "new_time"}.isdisjoint(self.errors)

    @property
    def new(self) -> list[str]:
        """The name typed below the list, if any."""
        name = self.cleaned_data.get("new_name")
        return [name] if name else []

    def grown(self, new: list[str]) -> dict[str, Any]:
        """What stands in the fields now, to be shown again in a list with those names, ticked."""
        typed = {name: self[name].value() for name in self.fields}
        keys = [routine.Choice(name).key for name in new]
        if not self.errors.get("new_name") and new == self.new:
            typed |= {f"time-{key}": typed["new_time"] for key in keys} | {"new_name": "", "new_time": ""}
        return typed | {f"on-{key}": True for key in keys}

    def to_fill(self, new: list[str]) -> str:
        """The id of the field to be typed in next: the empty time of a row just added, else the blank row."""
        times = [self[f"time-{routine.Choice(name).key}"] for name in new]
        return next((str(time.auto_id) for time in times if not time.value()), "id_new_name")

    def spans(self) -> list[routine.Span]:
        """The times of the ticked rows as they stand in the form; what is no time counts as none."""
        spans: list[routine.Span] = []
        for row in self.rows:
            if row.on.value():
                try:
                    spans.append(durations.parse_range(str(row.time.value() or "")))
                except durations.NotATime:
                    spans.append(None)
        return spans

    def kept(self) -> list[tuple[routine.Choice, routine.Span]]:
        """The ticked rows and the new one, with their (least, most) seconds a work day."""
        given = self.cleaned_data
        rows = [(choice, self._span(choice)) for choice in self.choices if given.get(f"on-{choice.key}")]
        if given.get("new_name"):
            rows.append((routine.Choice(given["new_name"]), given.get("new_time")))
        return rows

    def _span(self, choice: routine.Choice) -> routine.Span:
        """The time as given; one that could not be read leaves the time that stood there."""
        name = f"time-{choice.key}"
        if name in self.errors:
            return durations.parse_range(choice.span) if choice.span else None
        given: routine.Span = self.cleaned_data[name]
        return given


class ScoreField(forms.Field):
    """1 to 5; None where nothing was chosen. A choice field would normalise its five choices for each of forty."""

    def __init__(self, *, initial: int | None) -> None:
        super().__init__(required=False, initial=initial)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if value not in ("1", "2", "3", "4", "5"):
            raise ValidationError("Choose 1 to 5.", code="invalid_choice")
        return int(value)


class ScoreRow(NamedTuple):
    task: Task
    loathe: BoundField
    excel: BoundField


class ScoresForm(forms.Form):
    """Both axes of several tasks at once; a half-scored task has no place on the matrix."""

    def __init__(self, tasks: Sequence[Task], *args: Any, all_required: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tasks = tasks
        self.all_required = all_required
        for task in tasks:
            self.fields[f"loathe-{task.pk}"] = ScoreField(initial=task.loathe)
            self.fields[f"excel-{task.pk}"] = ScoreField(initial=task.excel)

    @property
    def rows(self) -> Iterator[ScoreRow]:
        for task in self.tasks:
            yield ScoreRow(task, self[f"loathe-{task.pk}"], self[f"excel-{task.pk}"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for task in self.tasks:
            axes = [f"loathe-{task.pk}", f"excel-{task.pk}"]
            missing = [axis for axis in axes if axis not in self.errors and given.get(axis) is None]
            if missing and (self.all_required or len(missing) == 1):
                self.add_error(missing[0], _unsaid(task, missing))
        return given

    def save(self, now: datetime) -> None:
        """Place each task with both scores; "Finish later" leaves the others unscored."""
        for task in self.tasks:
            loathe, excel = (self.cleaned_data.get(f"{axis}-{task.pk}") for axis in ("loathe", "excel"))
            if loathe and excel:
                scores.give(task, loathe=loathe, excel=excel, now=now)


def _unsaid(task: Task, missing: list[str]) -> str:
    loathe, excel = f"how much you loathe {task.mid_sentence}", f"how much you excel at {task.mid_sentence}"
    if len(missing) == 2:
        return f"Say {loathe}, and how much you excel at it."
    return f"Say {loathe if missing[0].startswith('loathe') else excel}."


class NoteForm(forms.Form):
    """A note, and what stood there when the page was made."""

    note = LineField(label="Note", required=False, max_length=200)
    was = LineField(required=False, max_length=200)


class StoppedForm(forms.Form):
    """When a forgotten timer really stopped, in the local time of where it was started."""

    at = forms.CharField(
        label="When did you stop?",
        max_length=40,
        error_messages={"required": "Say when you stopped."},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    second = forms.BooleanField(label="The clocks went back: I mean the second of the two", required=False)

    def __init__(self, timer: Timer, now: datetime, data: Any = None) -> None:
        self.timer, self.now, self.was_moved = timer, now, False
        self.zone = ZoneInfo(timer.zone)
        least, most = (f"{at.astimezone(self.zone):%Y-%m-%dT%H:%M}" for at in (timer.started_at, now))
        likely = f"{min(timer.forgotten_at(), now).astimezone(self.zone):%Y-%m-%dT%H:%M}"
        super().__init__(data, initial={"at": likely})
        self.fields["at"].widget.attrs |= {"min": least, "max": most}
        # Only of a day longer than a day can a time be meant twice.
        if all(dates.length(day, self.zone) <= durations.DAY_MOST for day, _, _ in timers.spans(timer, now)):
            del self.fields["second"]
        self.helper = helper(*self.fields)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "at" not in given:
            return given
        try:
            local = datetime.fromisoformat(given["at"].strip())
            if local.tzinfo:  # an instant, written as it is elsewhere
                local = local.astimezone(self.zone).replace(tzinfo=None)
            given["at"], self.was_moved = dates.from_local(local, self.zone, second=given.get("second", False))
            if given["at"] < self.timer.started_at < given["at"] + timedelta(minutes=1):
                given["at"] = self.timer.started_at  # the field knows no seconds
            timers.check(self.timer, given["at"], self.now)
        except timers.NotThen as error:
            self.add_error("at", str(error))
        except (ValueError, OverflowError):
            self.add_error("at", "Write the day and the time as 2026-10-15 16:30.")
        return given
