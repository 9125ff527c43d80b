"""
What an assistant did for an owner in one month, line by line, and what of it is owed.

Owner and assistant read the same object, as a page and as a spreadsheet, and every total
is the sum of the lines shown, so both sides agree to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from assistants.models import Assistant, WorkLog
from assistants.months import Month
from tasks import dates, durations, spreadsheets

State = WorkLog.State
HEAD = ("Day", "Task", "What was done", "Hours", "Seconds", "Rate", "Amount", "Currency", "State", "Paid on")
CENTS = Decimal("0.01")


@dataclass(frozen=True)
class Statement:
    """The lines of one month, oldest first; amounts are in the owner's currency."""

    person: Assistant
    month: Month
    lines: list[WorkLog]

    @property
    def seconds(self) -> int:
        return sum(line.seconds for line in self.lines)

    @property
    def total(self) -> Decimal:
        """All lines, whatever the owner said to them."""
        return _sum(self.lines)

    @property
    def approved(self) -> Decimal:
        """Whether it is paid or not."""
        return _sum(line for line in self.lines if line.state == State.APPROVED)

    @property
    def waiting(self) -> Decimal:
        """The owner has said nothing yet, which is no yes."""
        return _sum(line for line in self.lines if line.state == State.LOGGED)

    @property
    def queried(self) -> Decimal:
        return _sum(line for line in self.lines if line.state == State.QUERIED)

    @property
    def paid(self) -> Decimal:
        return _sum(line for line in self.lines if line.paid_on)

    @property
    def owed(self) -> Decimal:
        return self.approved - self.paid

    @cached_property
    def payments(self) -> list[tuple[date, Decimal]]:
        """What was paid, by day."""
        days = sorted({line.paid_on for line in self.lines if line.paid_on})
        return [(day, _sum(line for line in self.lines if line.paid_on == day)) for day in days]

    @property
    def task(self) -> str:
        """The task, if all of it was one; else empty."""
        tasks = {line.handoff.task.name for line in self.lines}
        return tasks.pop() if len(tasks) == 1 else ""

    @property
    def rate(self) -> Decimal | None:
        """The rate of an hour, if all lines have the same."""
        rates = {line.rate for line in self.lines}
        return rates.pop() if len(rates) == 1 else None


def of(person: Assistant, month: Month) -> Statement:
    """One query; `person` needs its owner."""
    lines = person.work.between(month.first, month.last).select_related("handoff__task")
    return Statement(person, month, list(lines.order_by("day", "pk")))


def months(person: Assistant) -> list[Month]:
    """Those with hours, newest first. One query."""
    return [Month.of(day) for day in person.work.dates("day", "month", order="DESC")]


def state(line: WorkLog) -> str:
    """How a line stands, in the words that both read."""
    if line.paid_on:
        return f"paid {dates.short(line.paid_on)}"
    if line.state == State.APPROVED:
        return "approved"
    if line.state == State.QUERIED:
        return "above the agreed hours, queried" if line.is_over else "queried"
    return "above the agreed hours, not approved yet" if line.is_over else "not approved yet"


def table(statement: Statement) -> Iterator[tuple[object, ...]]:
    """For a spreadsheet: its head, then a row a line, as machines read them."""
    currency = statement.person.owner.currency
    yield HEAD
    for line in statement.lines:
        task, note = (spreadsheets.harmless(text) for text in (line.handoff.task.name, line.note))
        amounts = (line.rate.quantize(CENTS), line.amount.quantize(CENTS), currency)
        how = ("paid" if line.paid_on else state(line), line.paid_on or "")
        yield line.day, task, note, durations.clock(line.seconds), line.seconds, *amounts, *how


def _sum(lines: Iterator[WorkLog] | list[WorkLog]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))
