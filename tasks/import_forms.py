"""The forms of the page that imports hours: a file, and what its owner says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField

from .fields import UNSEEN
from .imports import adding, formats, reading, table
from .imports.adding import Found, Group
from .models import Task

NAMES = {"day": "The day", "time": "How long it took", "task": "Which task it was", "text": "What you did"}
# Of these a table needs a column.
NEEDED = ("day", "time")
# Whether it can be read hangs on none.
ANY_ZONE = ZoneInfo("UTC")
DAY_FIRST, MONTH_FIRST = "day", "month"
# What is said of a name that is to be a task of its own, and of a file in which all hours are the owner's.
NEW, EVERYONE = "new", "*"


class FileForm(forms.Form):
    """A file of another tracker."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        error_messages={"required": "Choose a file.", "invalid": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    def clean_file(self) -> tuple[str, str, str]:
        """Its name, its text, and how that was written down."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > table.MOST_BYTES:
            raise ValidationError(table.TOO_LARGE, code="large")
        try:
            text, encoding = table.decode(file.read())
            reading.read(table.parse(text), zone=ANY_ZONE)
        except reading.UnknownColumns:
            pass  # its owner says which is which
        except table.Unreadable as why:
            raise ValidationError(str(why), code="unreadable") from None
        name = "".join(each for each in UNSEEN.sub("", file.name or "") if each.isprintable())
        return name[:200], text, encoding


class ColumnsForm(forms.Form):
    """Which column of a table that nobody knows holds what; the number of each."""

    def __init__(self, header: Sequence[str], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        likely = formats.guessed(header)
        there = [(str(at), name or f"Column {at + 1}") for at, name in enumerate(header)]
        for role in reading.COLUMNS:
            needed = role in NEEDED
            self.fields[role] = forms.ChoiceField(
                label=NAMES[role],
                required=needed,
                initial=str(likely.get(role, "")),
                choices=[("", "Choose a column" if needed else "No column"), *there],
                error_messages={"required": "Say which column that is.", "invalid_choice": "Choose a column."},
            )

    def columns(self) -> dict[str, int]:
        return {role: int(at) for role, at in self.cleaned_data.items() if at}


class NameRow(NamedTuple):
    group: Group
    field: BoundField


class LookForm(forms.Form):
    """What each name in the file is to the owner, whose hours in it count, and how its dates are read."""

    whose = forms.ChoiceField(
        label="Whose hours?",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Say whose hours are yours."),
    )
    order = forms.ChoiceField(
        label="Dates",
        choices=[(DAY_FIRST, ""), (MONTH_FIRST, "")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Say which day that is."),
    )
    once = forms.BooleanField(required=False)

    def __init__(
        self,
        found: Found,
        tasks: Iterable[Task],
        data: Any = None,
        *,
        people: Sequence[str] = (),
        asks_for_order: bool = False,
    ) -> None:
        super().__init__(data)
        self.found = found
        self.fields["order"].required = asks_for_order
        if len(people) > 1:
            names = [(who, who) for who in people]
            self.fields["whose"].choices = [("", "Choose"), *names, (EVERYONE, "All of them")]  # type: ignore[attr-defined]
        else:
            del self.fields["whose"]
        self.tasks = {str(task.pk): task for task in tasks}
        listed = [(pk, task.name) for pk, task in self.tasks.items() if task.retired_on is None]
        off = [(pk, task.name) for pk, task in self.tasks.items() if task.retired_on]
        for group in found.groups[: adding.MOST_NAMES]:
            own = [(NEW, f"A new task, “{group.name}”")] if group.name and group.task is None else []
            self.fields[_called(group)] = forms.ChoiceField(
                label=group.name or "Without a name",
                choices=[("", "Leave it out"), *listed, *own, *([("Off your list", off)] if off else [])],
                required=False,
                initial=str(group.task.pk) if group.task else "",
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages={"invalid_choice": "Choose one of your tasks."},
            )

    @property
    def rows(self) -> list[NameRow]:
        return [NameRow(group, self[_called(group)]) for group in self.found.groups[: adding.MOST_NAMES]]

    def chosen(self) -> dict[str, int | None]:
        """As it stands, also if some of it is wrong: by name the task's id, or None for one to be made."""
        said = {row.group.name: str(row.field.value() or "") for row in self.rows}
        known: dict[str, int | None] = {pk: task.pk for pk, task in self.tasks.items()} | {NEW: None}
        return {name: known[it] for name, it in said.items() if it in known}


def _called(group: Group) -> str:
    """Its field: by its name, since a page left open counts the rows otherwise."""
    return f"as-{sha256(group.name.encode()).hexdigest()[:12]}"
