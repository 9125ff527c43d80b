"""What an event says of lines of hours: kept as facts, so that whoever reads it has the days as they write them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from assistants.models import HandoffEvent, WorkLog
from tasks import dates, durations, money

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of hours as it stood then; in words it is 27 October 2026, 2:00, “October receipts”."""

    day: date
    seconds: int
    note: str

    @classmethod
    def of(cls, line: WorkLog) -> Self:
        return cls(line.day, line.seconds, line.note)

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        return cls(date.fromisoformat(facts["day"]), facts["seconds"], facts["note"])

    def facts(self) -> Facts:
        return asdict(self) | {"day": self.day.isoformat()}

    def __str__(self) -> str:
        note = f", “{self.note}”" if self.note else ""
        return f"{dates.dated(self.day)}, {durations.clock(self.seconds)}{note}"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a line was, what it became, None if it was removed, and what was said of it."""

    was: Line
    became: Line | None
    answer: str = ""

    @classmethod
    def of(cls, event: HandoffEvent) -> Self:
        was, became = event.facts["was"], event.facts["became"]
        return cls(Line.read(was), Line.read(became) if became else None, event.note)

    def facts(self) -> Facts:
        return {"was": self.was.facts(), "became": self.became and self.became.facts()}

    @property
    def is_answer_only(self) -> bool:
        return self.became == self.was

    @property
    def answered(self) -> str:
        """What an answer that changed nothing said."""
        return f"“{self.answer}”" if self.answer else "it stays as it was"

    @property
    def reply(self) -> str:
        """The answer and what became of the line: “Sorry” Now: 27 October 2026, 1:00."""
        if self.became is None:
            outcome = "It was removed."
        else:
            outcome = "It stays as it was." if self.is_answer_only else f"Now: {self.became}."
        return f"“{self.answer}” {outcome}" if self.answer else outcome

    def __str__(self) -> str:
        """The line, and below it the answer and what has become another, which is not said twice."""
        if self.became is None or self.is_answer_only:
            return f"{self.was}. {self.reply}"
        answer = f"“{self.answer}”\n" if self.answer else ""
        day = f"{dates.dated(self.became.day)}, " if self.became.day != self.was.day else ""
        note = f", “{self.became.note}”" if self.became.note else ", without a note"
        if self.became.note == self.was.note:
            note = ""
        return f"{self.was}.\n{answer}Now: {day}{durations.clock(self.became.seconds)}{note}."


def without_notes(facts: Mapping[str, Any]) -> Facts:
    """What an event says of single lines, without what the assistant wrote on them."""
    return {name: line and {**line, "note": ""} for name, line in facts.items()}


def together(lines: Collection[WorkLog]) -> Facts:
    """What is approved or paid at once: how many lines, their seconds and amount, and of a single one its day."""
    days = [line.day.isoformat() for line in lines]
    return {
        "lines": len(days),
        "seconds": sum(line.seconds for line in lines),
        "amount": str(sum((line.amount for line in lines), Decimal(0))),
        "day": days[0] if len(days) == 1 else None,
    }


def which(facts: Mapping[str, Any]) -> str:
    """Of what was approved or paid at once: 27 October 2026, 2:00, or 3 lines, 5:30."""
    day = facts["day"]
    lines = dates.dated(date.fromisoformat(day)) if day else f"{facts['lines']} lines"
    return f"{lines}, {durations.clock(facts['seconds'])}"


def summed(facts: Mapping[str, Any], currency: str) -> str:
    """The same, with the amount and the day of payment: 3 lines, 5:30, $99.00, on 3 November 2026."""
    amount = f", {money.exact(Decimal(facts['amount']), currency)}" if facts.get("amount") else ""
    paid_on = f", on {dates.dated(date.fromisoformat(facts['paid_on']))}" if facts.get("paid_on") else ""
    return f"{which(facts)}{amount}{paid_on}"
