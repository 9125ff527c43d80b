"""Times, days and amounts in the words of the design."""

import re
from datetime import datetime
from decimal import Decimal
from html import unescape

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import wrap

from tasks import dates, durations, money, routine
from tasks.models import Owner, Task, Timer

register = template.Library()
NUMBERS = "No One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split()

# A number and its unit, which no line may end between; from the space on, which is found in half the time.
UNIT = re.compile(r" (?<=\d )(?=(?:h|min|am|pm)\b|%)")

register.filter("clock", durations.clock)
register.filter("hours", durations.hours)
register.filter("in_words", durations.words)
register.filter("full_day", dates.full)
register.filter("long_day", dates.long)
register.filter("dated", dates.dated)
register.filter("short_day", dates.short)
register.filter("weekday", dates.weekday)


@register.filter
@stringfilter
def unbroken(text: str) -> str:
    """3.8 h, 38 % and 6 pm, each on one line."""
    return UNIT.sub("\N{NO-BREAK SPACE}", text)


@register.filter
def amount(value: Decimal, owner: Owner) -> str:
    """$90, or $40.50."""
    return money.short(value, owner.currency)


@register.filter
def about(value: Decimal, owner: Owner) -> str:
    """$537, of a plan or an estimate."""
    return money.about(value, owner.currency)


@register.filter
def exact(value: Decimal, owner: Owner) -> str:
    """$44.00"""
    return money.exact(value, owner.currency)


@register.filter(is_safe=True)
@stringfilter
def wrapped(text: str, width: int) -> str:
    """As Django's `wordwrap`, which takes apart also the lines that are short enough: nearly all of an email."""
    lines = [line if _fits(line, width) else wrap(line, width) for line in text.splitlines()]
    return "\n".join([*lines, ""] if text.endswith("\n") else lines)


def _fits(line: str, width: int) -> bool:
    return len(line) <= width and "\t" not in line and line == line.rstrip()


@register.filter
def moment(at: datetime, owner: Owner) -> str:
    """Tuesday 20 October, 6 pm, in the owner's zone."""
    return dates.moment(at, owner.zone)


@register.filter
def at(instant: datetime, owner: Owner) -> str:
    """2:30 pm, in the owner's zone."""
    return dates.clock(instant, owner.zone)


@register.filter
def dated_at(instant: datetime, owner: Owner) -> str:
    """15 October 2026, in the owner's zone."""
    return dates.dated(owner.today(instant))


@register.filter
def since(timer: Timer, owner: Owner) -> str:
    """1:40 pm, or with its day if that is not today."""
    return dates.since(timer.started_at, timezone.now(), owner.zone)


@register.filter
def planned(minutes: int) -> str:
    """Minutes as planned hours: 4.5 h."""
    return durations.hours(minutes * 60)


@register.filter
def estimate(task: Task) -> str:
    """1–2 h"""
    return routine.span_of(task)


@register.filter
def initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def things(errors: dict[str, list[str]]) -> str:
    """The heading over a form's errors: One thing needs a look."""
    count = sum(len(each) for each in errors.values())
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return f"{number} thing needs a look" if count == 1 else f"{number} things need a look"


@register.filter
def begins(label: str | None) -> str:
    """The name of a field before what is wrong with it: "Time zone: "; a question ends itself."""
    name = unescape(strip_tags(label)) if isinstance(label, SafeString) else label or ""
    name = name.removesuffix(" (optional)")
    return f"{name} " if name.endswith("?") else f"{name}: " if name else ""


@register.filter
def clock_minutes(minutes: int) -> str:
    """Minutes as a logged time: 4:00."""
    return durations.clock(minutes * 60)


@register.filter
def signed_hours(seconds: int) -> str:
    """Hours that may be less than none: −1.5 h."""
    return f"−{durations.hours(-seconds)}" if seconds < 0 else durations.hours(seconds)


@register.filter
def these(count: int) -> str:
    if count == 1:
        return "this one"
    return f"these {NUMBERS[count].lower() if count < len(NUMBERS) else count}"
