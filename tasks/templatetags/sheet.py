"""
The rows of the day sheet and the cells of the week, drawn by hand.

A sheet has ten to eighty cells. As templates that include templates they cost more
than all the rest of the page; as texts that are filled in they cost a tenth of that.
What is fixed is marked as safe beforehand, since escaping it is most of what is left.
"""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tasks import dates, durations, routine
from tasks.models import Owner, Timer
from tasks.sheets import Field, Line
from tasks.templatetags.drawing import icon
from tasks.templatetags.words import since

register = template.Library()

INPUT = (
    '<input class="{css}" id="time-{name}" name="time-{name}" value="{text}" autocomplete="off"{more}{oob}>'
    '<input type="hidden" id="was-{name}" name="was-{name}" value="{seen} {shown}"{oob}>'
)
SAID = '<p class="{css}" id="said-{name}" role="status"{oob}>{error}</p>'
LINE = '<li{css}{yesterday}><label for="time-{name}">{task}<small>{hint}</small></label>\n{button}\n{time}</li>\n'
START = (
    '<button class="timer" name="start" value="{}" aria-label="Start a timer for {}">{}'
    '<span class="t">Start</span></button>'
)
STOP = (
    '<button class="timer on" name="stop" aria-label="Stop the timer for {}">{}<span class="t">Stop</span></button>'
)

ASK = '<a class="timer" href="{}">Say when<span class="visually-hidden"> the timer for {} stopped</span></a>'

NOTHING = SafeString("")
RUNNING, BEST_ROW = SafeString(' class="is-running"'), SafeString(' class="best-row"')
NO_BUTTON = SafeString("<span></span>")
DUR, CELL, INVALID = SafeString("form-control dur"), SafeString("cell"), SafeString("{} is-invalid")
ECHO, FEEDBACK = SafeString("echo"), SafeString("invalid-feedback")
OOB = SafeString(' hx-swap-oob="true"')
READ_ONLY = SafeString(" readonly")


@register.simple_tag
def line(line: Line, owner: Owner, timer: Timer | None, *, is_today: bool, is_forgotten: bool) -> SafeString:
    """One task of the day sheet: its name with a hint, the timer's button, its time."""
    task, field = line.task, line.first
    is_running = timer is not None and timer.task_id == task.pk and is_today
    counts = field.cell.running or (is_running and not is_forgotten)
    button = NO_BUTTON
    if is_running and is_forgotten:
        button = format_html(ASK, reverse("tasks:timer"), task.name)
    elif is_running:
        button = format_html(STOP, task.name, icon("stop"))
    elif is_today and task.retired_on is None:
        button = format_html(START, task.pk, task.name, icon("play"))
    return format_html(
        LINE,
        css=RUNNING if counts else BEST_ROW if task.is_best_work else NOTHING,
        name=_name(field),
        task=task.name,
        hint=_hint(line, since(timer, owner) if timer and is_running else ""),
        button=button,
        time=time(field),
        yesterday=_yesterday(line),
    )


def _hint(line: Line, running_since: str) -> str:
    """What helps to fill in the time, and the note on it."""
    habit, span = line.row.habit, routine.span_of(line.task)
    if running_since:
        hint = f"Since {running_since}"
    elif line.task.is_best_work:
        hint = "Your best work"
    elif habit.tells and span:
        hint = f"You said {span}, your log says {durations.hours(habit.usual)}"
    elif habit.usual:
        hint = f"Usually {durations.clock(habit.usual)}"
    else:
        hint = f"You said {span}" if span else ""
    return " · ".join(part for part in (hint, line.first.cell.note) if part)


def _yesterday(line: Line) -> SafeString:
    """For the key Y; on the row, where no answer replaces it."""
    seconds = line.row.habit.yesterday
    return format_html(' data-yesterday="{}"', durations.clock(seconds)) if seconds else NOTHING


@register.simple_tag
def time(field: Field, *, oob: bool = False) -> SafeString:
    """The time of a task on the day sheet, with the place for its reading and its error."""
    name = _name(field)
    more = format_html(' placeholder="0:00" aria-describedby="said-{}"', name)
    css, swap = (FEEDBACK if field.error else ECHO), (OOB if oob else NOTHING)
    said = format_html(SAID, css=css, name=name, error=field.error or NOTHING, oob=swap)
    return format_html("{}{}", _input(DUR, field, more, swap), said)


@register.simple_tag
def cell(field: Field, *, oob: bool = False) -> SafeString:
    """One cell of the week, named by its task and day."""
    day = field.cell.day
    more = format_html(' aria-label="{}, {} {}"', field.task.name, dates.weekday(day), day.day)
    if field.error:
        more = format_html('{} title="{}"', more, field.error)
    return _input(CELL, field, more, OOB if oob else NOTHING)


def _input(css: SafeString, field: Field, more: SafeString, oob: SafeString) -> SafeString:
    if field.error:
        css, more = format_html(INVALID, css), format_html('{} aria-invalid="true"', more)
    return format_html(
        INPUT,
        css=css,
        name=_name(field),
        text=field.text or NOTHING,
        more=more if field.is_open else more + READ_ONLY,
        seen=field.seen,
        shown=field.shown or NOTHING,
        oob=oob,
    )


def _name(field: Field) -> SafeString:
    """Digits and dashes, nothing to escape."""
    return SafeString(field.name)
