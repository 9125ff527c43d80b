"""
One to five as five big targets, drawn by hand.

The Routine page has ten options a task; as templates they cost more than all the rest of it.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tasks.models import Task

register = template.Library()

SCALE = (
    '<fieldset class="scale" id="{id}"{described}>'
    '<legend><span class="visually-hidden">{task}: </span>{axis}</legend>'
    '<div class="scale-row">{options}</div>{errors}</fieldset>'
)
OPTION = (
    '<div class="scale-opt"><input type="radio" name="{}" value="{}" aria-label="{}"{}>'
    '<span aria-hidden="true">{}</span></div>'
)
ERROR = '<div class="invalid-feedback" id="{}_error">{}</div>'
AXES = {"loathe": "I loathe it", "excel": "I excel at it"}
MEANINGS = {1: "1, not at all", 5: "5, very much"}
CHECKED, FOCUSED = SafeString(" checked"), SafeString(" autofocus")


@register.simple_tag
def scale(field: BoundField, task: Task, axis: str, *, first: bool = False) -> SafeString:
    """The five answers on one axis; the `first` scale of a step takes the focus."""
    options = _options(field.html_name, str(field.value() or ""), takes_focus=first and not field.form.errors)
    errors = format_html_join("", ERROR, ((field.auto_id, error) for error in field.errors))
    described = format_html(' aria-describedby="{}_error"', field.auto_id) if field.errors else ""
    return format_html(
        SCALE, id=field.auto_id, described=described, task=task.name, axis=AXES[axis], options=options, errors=errors
    )


@lru_cache(maxsize=1000)
def _options(name: str, value: str, *, takes_focus: bool) -> SafeString:
    return format_html_join("", OPTION, (_option(name, number, value, takes_focus) for number in range(1, 6)))


def _option(name: str, number: int, value: str, takes_focus: bool) -> tuple[object, ...]:  # noqa: FBT001
    state = CHECKED if str(number) == value else FOCUSED if takes_focus and number == 1 else ""
    return name, number, MEANINGS.get(number, number), state, number
