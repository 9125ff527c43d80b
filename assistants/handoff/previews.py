"""What the assistant will read and what it costs and frees, while it is being written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from tasks import dates, durations, money

from .forms import REPLY_HOUR, WHOLE, HandoffForm

Read = TypeVar("Read")
# For what cannot be read as it is typed.
UNKNOWN = "–"


def preview(form: HandoffForm) -> dict[str, str]:
    """The form as it stands, also what cannot be sent so; a dash for what cannot be read, or rests on that."""
    task, person, suggestion = form.task, form.assistant, form.suggestion
    owner, currency = task.owner, task.owner.currency
    seconds: int | None = form.typed("hours")
    rate: Decimal | None = form.typed("rate")
    share: int | None = form.typed("share")
    last_day: date | None = form.cleaned_data.get("reply_by") if form.is_bound else None
    last_day = last_day or form.typed("reply_by")
    weekly = None if seconds is None or rate is None else rate * (seconds // 60) / 60
    reply_by = None if last_day is None else datetime.combine(last_day, REPLY_HOUR, owner.zone)
    part = None if share is None else share or WHOLE

    def amount(value: Decimal) -> str:
        return money.short(money.rounded(value, currency), currency)

    return {
        "takes": _said(seconds, durations.hours),
        "rate": _said(rate, lambda each: money.short(each, currency)),
        "starts": _said(form.typed("starts_on"), dates.full),
        "brief": form.typed("brief") or "",
        "costs": _said(weekly, amount),
        "frees": _said(part, lambda each: amount(suggestion.frees(each))),
        "given": _said(part, lambda each: durations.hours(suggestion.part(each) * 60)),
        "reply_by": _said(reply_by, lambda each: dates.moment(each, owner.zone)),
        "reply_by_there": dates.moment(reply_by, person.zone)
        if reply_by and person.time_zone != owner.time_zone
        else "",
    }


def _said(value: Read | None, words: Callable[[Read], str]) -> str:
    return UNKNOWN if value is None else words(value)
