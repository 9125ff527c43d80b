"""
One to five as five big targets, drawn by hand.

The Routine page has ten options a task; as templates they cost more than all the rest of it.
"""

from __future__ import annotations

from functools import cache
from html import escape

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tasks.models import Task

register = template.Library()

SCALE = (
    '<fieldset class="scale" id="%(id)s"%(described)s>'
    '<legend><span class="visually-hidden">%(task)s: </span>%(axis)s</legend>'
    '<div class="scale-row">%(options)s</div>%(errors)s</fieldset>'
)
OPTION = (
    '<div class="scale-opt"><input type="radio" name="{}" value="{}" aria-label="{}"{}>'
    '<span aria-hidden="true">{}</span></div>'
)
ERROR = '<div class="invalid-feedback" id="{}_error">{}</div>'
AXES = {"loathe": "I loathe it", "excel": "I excel at it"}
MEANINGS = {1: "1, not at all", 5: "5, very much"}
CHECKED, FOCUSED = SafeString(" checked"), SafeString(" autofocus")
VALUES = ("1", "2", "3", "4", "5")
# Where the name of a field goes, in options that were drawn before.
NAME = "NAME"


@register.simple_tag
def scale(field: BoundField, task: Task, axis: str, *, first: bool = False) -> SafeString:
    """The five answers on one axis; the `first` scale of a step takes the focus."""
    errors, described = "", ""
    if field.errors:
        errors = format_html_join("", ERROR, ((field.auto_id, error) for error in field.errors))
        described = format_html(' aria-describedby="{}_error"', field.auto_id)
    value = str(field.value())
    options = _options(value if value in VALUES else "", takes_focus=first and not field.form.errors)
    drawn = {
        "id": field.auto_id,
        "described": described,
        "task": escape(task.name),
        "axis": AXES[axis],
        "options": options.replace(NAME, field.html_name),
        "errors": errors,
    }
    return SafeString(SCALE % drawn)


@cache
def _options(value: str, *, takes_focus: bool) -> str:
    return format_html_join("", OPTION, (_option(number, value, takes_focus) for number in range(1, 6)))


def _option(number: int, value: str, takes_focus: bool) -> tuple[object, ...]:  # noqa: FBT001
    state = CHECKED if str(number) == value else FOCUSED if takes_focus and number == 1 else ""
    return NAME, number, MEANINGS.get(number, number), state, number
